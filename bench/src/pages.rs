//! Pages: a step of the form, and the secretariat's table of 100,000 assessments.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::Result;

use crate::client::Client;
use crate::machine::processor_time;
use crate::markdown::{Table, median, short};
use crate::service::Service;
use crate::site::{self, SignedIn, Site};

/// How many assessments the round has, unless `ASSESSMENTS` says otherwise.
const CROWD: usize = 100_000;

/// What is asked of the table.
const QUERIES: [(&str, &str); 9] = [
    ("by name", ""),
    ("by score, highest first", "?sort=-score"),
    ("by the latest change", "?sort=-changed"),
    ("by stage", "?sort=stage"),
    ("by band, of those that are done", "?sort=band&stage=improvement"),
    ("one band, by score", "?band=mid-level&sort=score"),
    ("one stage and one band", "?stage=improvement&band=passe-partout&sort=-submitted"),
    ("a word in every eighth name", "?text=fysio&sort=-score"),
    ("a number that few names have", "?text=4711"),
];

/// Measures the pages on SQLite, and on PostgreSQL where `BENCH_DATABASE_URL` names an empty
/// database.
pub(crate) async fn run(rounds: usize, requests: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let crowd = std::env::var("ASSESSMENTS").ok().and_then(|it| it.parse().ok()).unwrap_or(CROWD);
    let file = format!("sqlite:{}", folder.path().join("assay.db").display());
    let mut heads = vec!["A page, ms of CPU of the service", "SQLite"];
    let mut columns = vec![measure(&file, folder.path(), crowd, rounds, requests).await?];
    if let Ok(url) = std::env::var("BENCH_DATABASE_URL") {
        heads.push("PostgreSQL");
        columns.push(measure(&url, folder.path(), crowd, rounds, requests).await?);
    }
    let mut table = Table::new(&heads);
    for (i, (name, _)) in columns[0].iter().enumerate() {
        let values = columns.iter().map(|it| short(it[i].1));
        table.row([name.clone()].into_iter().chain(values));
    }
    crate::say(table);
    Ok(())
}

async fn measure(
    url: &str,
    folder: &std::path::Path,
    crowd: usize,
    rounds: usize,
    requests: usize,
) -> Result<Vec<(String, f64)>> {
    let site = site::make(url, 1, false).await?;
    site::crowd(url, site.round, crowd).await?;
    let service = Service::assay(url, folder).await?;
    let pages = pages(&site);
    let mut figures = vec![Vec::new(); pages.len()];
    for round in 0..=rounds {
        for ((_, path, browser), figures) in pages.iter().zip(&mut figures) {
            let figure = one(&service, path, browser, requests).await?;
            if round > 0 {
                figures.push(figure);
            }
        }
    }
    let medians = figures.iter().map(|it| median(it));
    Ok(pages.iter().map(|it| it.0.clone()).zip(medians).collect())
}

/// The pages: what each is called, its path, and who looks.
fn pages(site: &Site) -> Vec<(String, String, &SignedIn)> {
    let company = &site.companies[0];
    let mut pages = Vec::new();
    for step in ["context", "competencies", "means"] {
        let path = format!("/assessments/{}/steps/{step}", company.assessment);
        pages.push((format!("step `{step}` of a form"), path, &company.browser));
    }
    for (name, query) in QUERIES {
        let mut path = String::new();
        _ = write!(path, "/rounds/{}{query}", site.round);
        pages.push((format!("the table, {name}"), path, &site.secretariat));
    }
    pages
}

/// The milliseconds of processor time that the service uses for one page.
#[expect(clippy::cast_precision_loss, reason = "there are some hundred requests")]
async fn one(service: &Service, path: &str, browser: &SignedIn, requests: usize) -> Result<f64> {
    let mut client = Client::connect(service.address, &[("Cookie", &browser.cookie)]).await?;
    client.get(path).await?;
    let before = processor_time(service.pid())?;
    for _ in 0..requests {
        client.get(path).await?;
    }
    let used: Duration = processor_time(service.pid())? - before;
    Ok(used.as_secs_f64() * 1e3 / requests as f64)
}
