//! Measures Assay beside the least that could do the same, and beside other programs.
//!
//! `bench/run TABLE` builds what it needs and prints one table of `docs/performance.md`.

mod by_hand;
mod client;
mod drawing;
mod machine;
mod markdown;
mod pages;
mod peer;
mod saving;
mod scoring;
mod service;
mod site;
mod sixty;
mod starting;

use anyhow::{Result, bail};

#[tokio::main]
async fn main() -> Result<()> {
    let table = std::env::args().nth(1).unwrap_or_default();
    say(machine::description());
    say("");
    match table.as_str() {
        "scoring" => scoring::run(number("ROUNDS", 7)?),
        "reports" => drawing::warm(number("ROUNDS", 7)?),
        "command" => drawing::cold(number("ROUNDS", 7)?),
        "saving" => saving::run(number("ROUNDS", 5)?, number("REQUESTS", 4_000)?).await,
        "pages" => pages::run(number("ROUNDS", 3)?, number("REQUESTS", 200)?).await,
        "starting" => starting::run(number("ROUNDS", 7)?, number("REPORTS", 1_000)?).await,
        _ => bail!("usage: bench/run scoring | reports | command | saving | pages | starting"),
    }
}

/// The number that the environment gives under `name`, or `usual`.
fn number(name: &str, usual: usize) -> Result<usize> {
    match std::env::var(name) {
        Ok(text) => Ok(text.parse()?),
        Err(_) => Ok(usual),
    }
}

/// Prints a line.
#[expect(clippy::print_stdout, reason = "a benchmark tells what it measured")]
pub(crate) fn say(line: impl std::fmt::Display) {
    println!("{line}");
}
