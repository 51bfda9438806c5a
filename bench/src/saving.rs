//! Saving an answer, the whole way, beside the least that a service does which keeps one.
//!
//! Sixteen clients save one answer after another, each to a sheet of its own: session, rights,
//! revision, validation, score, history, and a commit that lasts. What the database uses is
//! counted too: on SQLite it is part of the program, on PostgreSQL it is other processes.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::client::Client;
use crate::machine::{processor_time, time_of_postgres};
use crate::markdown::{Table, median, short};
use crate::service::Service;
use crate::site::{self, Company};

const CLIENTS: usize = 16;

/// The questions that are answered again and again; all are levels from 0 to 4.
const PLACES: [&str; 6] = [
    "competencies.experience",
    "competencies.language",
    "heritage.learning",
    "relationships.network",
    "offerings.fit",
    "engagement.plan",
];

/// Measures on SQLite, and on PostgreSQL where `BENCH_DATABASE_URL` names an empty database.
pub(crate) async fn run(rounds: usize, requests: usize) -> Result<()> {
    let mut table = Table::new(&["Saving an answer, ms of CPU", "Assay", "floor", "ratio"]);
    let folder = tempfile::tempdir()?;
    let file = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    let (ours, floor) = (file("assay.db"), file("floor.db"));
    let row = compare(&ours, &floor, folder.path(), rounds, requests).await?;
    table.row(cells("SQLite", row));
    if let Ok(url) = std::env::var("BENCH_DATABASE_URL") {
        let row = compare(&url, &url, folder.path(), rounds, requests).await?;
        table.row(cells("PostgreSQL, its processes included", row));
    }
    crate::say(table);
    Ok(())
}

fn cells(name: &str, (ours, floor, ratio): (f64, f64, f64)) -> [String; 4] {
    [name.to_owned(), short(ours), short(floor), short(ratio)]
}

/// The milliseconds that one request costs here and on the floor, and the ratio: medians.
async fn compare(
    url: &str,
    floor_url: &str,
    folder: &Path,
    rounds: usize,
    requests: usize,
) -> Result<(f64, f64, f64)> {
    let mut companies = site::make(url, CLIENTS, false).await?.companies;
    let ours = Service::assay(url, folder).await?;
    let floor = Service::floor(floor_url).await?;
    let (mut here, mut there, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=rounds {
        let before = used(&ours)?;
        companies = save_all(&ours, companies, requests).await?;
        let one = per_request(before, used(&ours)?, requests);
        let before = used(&floor)?;
        keep_all(&floor, requests).await?;
        let other = per_request(before, used(&floor)?, requests);
        // The first round warms up.
        if round > 0 {
            here.push(one);
            there.push(other);
            ratios.push(one / other);
        }
    }
    Ok((median(&here), median(&there), median(&ratios)))
}

fn used(service: &Service) -> Result<Duration> {
    Ok(processor_time(service.pid())? + time_of_postgres())
}

#[expect(clippy::cast_precision_loss, reason = "there are some thousand requests")]
fn per_request(before: Duration, after: Duration, requests: usize) -> f64 {
    (after - before).as_secs_f64() * 1e3 / requests as f64
}

async fn save_all(
    service: &Service,
    companies: Vec<Company>,
    requests: usize,
) -> Result<Vec<Company>> {
    let mut clients = JoinSet::new();
    for company in companies {
        let address = service.address;
        clients.spawn(async move {
            let headers = [
                ("Cookie", company.browser.cookie.as_str()),
                ("X-CSRF-Token", company.browser.csrf.as_str()),
                ("Content-Type", "application/json"),
            ];
            let mut client = Client::connect(address, &headers).await?;
            let path = format!("/api/v1/assessments/{}/answers", company.assessment);
            let mut revision = company.revision;
            for _ in 0..requests / CLIENTS {
                revision = save(&mut client, &path, revision).await?;
            }
            anyhow::Ok(Company { revision, ..company })
        });
    }
    clients.join_all().await.into_iter().collect()
}

/// Saves another level than the one before; the revision then.
async fn save(client: &mut Client, path: &str, revision: u64) -> Result<u64> {
    let place = PLACES[usize::try_from(revision)? % PLACES.len()];
    let level = revision / 6 % 3 + u64::from(revision.is_multiple_of(2));
    let body = format!(r#"{{"changes":[{{"place":"{place}","typed":"{level}"}}]}}"#);
    let key = uuid::Uuid::now_v7();
    let headers = format!("If-Match: \"{revision}\"\r\nIdempotency-Key: {key}\r\n");
    let answer = client.send("PATCH", path, &headers, &body).await?;
    let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.status != 200 || said["saved"] != serde_json::json!([place]) {
        bail!("saving answers {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
    }
    said["revision"].as_u64().context("no revision")
}

async fn keep_all(service: &Service, requests: usize) -> Result<()> {
    let mut clients = JoinSet::new();
    for id in 0..CLIENTS {
        let address = service.address;
        clients.spawn(async move {
            let mut client =
                Client::connect(address, &[("Content-Type", "application/json")]).await?;
            let path = format!("/answers/{id}");
            for i in 0..requests / CLIENTS {
                let place = PLACES[i % PLACES.len()];
                let body = format!(r#"{{"place":"{place}","value":{}}}"#, i % 5);
                let answer = client.send("PUT", &path, "", &body).await?;
                if answer.status != 200 {
                    bail!("the floor answers {}", answer.status);
                }
            }
            Ok(())
        });
    }
    clients.join_all().await.into_iter().collect()
}
