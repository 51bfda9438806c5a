//! The program `assay`: settings, wiring and commands.
//!
//! Suggested reading order: [`cli`], [`commands`], [`source`], [`show`]; for the service
//! [`service`], [`settings`], [`logging`].

mod cli;
mod commands;
mod database;
mod logging;
mod service;
mod settings;
mod show;
mod source;
mod write;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match commands::run(cli) {
        Ok(exit) => exit.into(),
        Err(error) => commands::report_failure(&error).into(),
    }
}
