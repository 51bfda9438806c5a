//! Starting: how long until the first answer, and the memory of a service that does nothing.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Result, bail};

use crate::client::Client;
use crate::machine::memory;
use crate::markdown::{Table, median, short};
use crate::service::{Service, program};
use crate::site::{self, Company};

/// Measures on SQLite.
pub(crate) async fn run(rounds: usize, reports: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("assay.db").display());
    let site = site::make(&url, (reports / 2).max(1), true).await?;
    let (mut fresh, mut starts, mut idle) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        let file = folder.path().join(format!("{round}.db"));
        fresh.push(make_database(&format!("sqlite:{}", file.display()))?);
        let service = Service::assay(&url, folder.path()).await?;
        starts.push(service.started.as_secs_f64());
        idle.push(memory(service.pid(), "VmRSS")?);
    }
    let mut table = Table::new(&["What", "Figure"]);
    let mut row = |name: &str, value: String| table.row([name.to_owned(), value]);
    row("a fresh database, seconds", short(median(&fresh)));
    row("from start to the first answer on an existing database, seconds", short(median(&starts)));
    row("memory of a service that does nothing, MiB", short(median(&idle)));
    let service = Service::assay(&url, folder.path()).await?;
    for i in 1..=reports {
        let company = &site.companies[i % site.companies.len()];
        draw(&service, company, if i % 2 == 0 { "en" } else { "da" }).await?;
        if [1, reports / 10, reports / 2, reports].contains(&i) {
            let name = format!("memory after {i} reports, MiB");
            row(&name, short(memory(service.pid(), "VmRSS")?));
        }
    }
    crate::say(table);
    Ok(())
}

async fn draw(service: &Service, company: &Company, language: &str) -> Result<()> {
    let cookie = [("Cookie", company.browser.cookie.as_str())];
    let path = format!("/assessments/{}/report.pdf?lang={language}", company.assessment);
    let pdf = Client::connect(service.address, &cookie).await?.get(&path).await?;
    if !pdf.body.starts_with(b"%PDF") {
        bail!("{path} is no PDF");
    }
    Ok(())
}

fn make_database(url: &str) -> Result<f64> {
    let clock = Instant::now();
    let status = Command::new(program("assay")?)
        .args(["db", "migrate", "--database", url])
        .stdout(Stdio::null())
        .status()?;
    if !status.success() {
        bail!("assay db migrate ended with {status}");
    }
    Ok(clock.elapsed().as_secs_f64())
}
