//! The database is gone, slow or silent while many ask: everybody is answered soon, nothing
//! piles up, and all is well once the database is.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::json;

use crate::proxy::{Line, Proxy};
use crate::scene::{self, Company, question};
use crate::support::{PATIENCE, Place, Service, client, counted, on_postgres, size, until};

/// How many ask at once.
const CROWD: usize = 200;

/// How long the last of them may wait: it is a few seconds, and a busy machine has more.
const LONGEST: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_database_many_are_refused_soon() {
    crowded(Line::Cut, size(1, 20), |status| status == 503).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_slow_database_many_are_served_or_refused() {
    let slow = Line::Slow(Duration::from_secs(5));
    crowded(slow, size(1, 5), |status| matches!(status, 200 | 503)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_silent_database_many_are_refused() {
    crowded(Line::Silent, size(1, 10), |status| status == 503).await;
}

/// Lets many ask while the line is so, `times` over.
async fn crowded(line: Line, times: u64, fits: impl Fn(u16) -> bool) {
    on_postgres(async |there| {
        let companies = scene::set(there, 4).await;
        let (proxy, url) = Proxy::to(&there.url).await;
        let place = Place::at(url);
        let service = place.start(&[]).await;
        let readyz = service.url("/readyz");
        // What a busy service has anyway.
        assert_eq!(ask(&service, &companies).await.len(), CROWD);
        let mut first = None;
        for _ in 0..=times {
            proxy.set(line);
            let begun = Instant::now();
            let answers = ask(&service, &companies).await;
            let slowest = begun.elapsed();
            assert!(answers.iter().all(|it| fits(*it)), "{line:?}: {:?}", counted(answers));
            assert!(slowest < LONGEST, "{line:?}: {slowest:?}");
            assert_eq!(client().get(service.url("/healthz")).send().await.unwrap().status(), 200);
            until(&readyz, 503, PATIENCE).await;
            proxy.set(Line::Fine);
            until(&readyz, 200, PATIENCE).await;
            healed(&service, &companies).await;
            let now = (service.figure("Threads"), service.figure("VmRSS"));
            let (threads, memory) = *first.get_or_insert(now);
            assert!(now.0 <= threads + 4, "{line:?}: {threads} threads became {}", now.0);
            assert!(now.1 <= memory + 64 * 1024, "{line:?}: {memory} KiB became {}", now.1);
        }
        service.terminate();
        let (code, said) = service.ended().await;
        assert_eq!(code, Some(0), "{:#?}", said.log());
        assert!(said.log().iter().all(|it| !it.contains("panic")), "{:#?}", said.log());
    })
    .await;
}

/// What many who read and save at once are answered.
async fn ask(service: &Service, companies: &[Company]) -> Vec<u16> {
    let client = client();
    let tasks: Vec<_> = (0..CROWD)
        .map(|number| {
            let company = companies[number % companies.len()].clone();
            let url = service.url(&company.answers());
            let (client, reads) = (client.clone(), number % 4 > 0);
            tokio::spawn(async move {
                let request = match reads {
                    true => client.get(url),
                    false => save(&client, &url, number % scene::QUESTIONS, 1, number as u64),
                };
                let answer = request.bearer_auth(&company.token).send().await.unwrap();
                let (status, headers) = (answer.status(), answer.headers().clone());
                let body = answer.text().await.unwrap();
                if status == StatusCode::SERVICE_UNAVAILABLE {
                    assert!(headers.contains_key("retry-after"), "{body}");
                }
                // Somebody saved the same question before.
                if status == StatusCode::CONFLICT { 200 } else { status.as_u16() }
            })
        })
        .collect();
    let mut answers = Vec::new();
    for it in tasks {
        answers.push(it.await.unwrap());
    }
    answers
}

fn save(
    client: &reqwest::Client,
    url: &str,
    number: usize,
    seen: u64,
    value: u64,
) -> reqwest::RequestBuilder {
    let body = json!({ "changes": [{ "place": question(number), "answer": value }] });
    client
        .patch(url)
        .header("If-Match", format!("\"{seen}\""))
        .header("Content-Type", "application/json")
        .body(body.to_string())
}

/// Soon everybody can read and save again.
async fn healed(service: &Service, companies: &[Company]) {
    let client = client();
    for company in companies {
        let begun = Instant::now();
        let url = service.url(&company.answers());
        loop {
            let asked = client.get(&url).bearer_auth(&company.token).send().await.unwrap();
            if asked.status() == StatusCode::OK {
                let seen = asked.headers()["etag"].to_str().unwrap().trim_matches('"').to_owned();
                let seen: u64 = seen.parse().unwrap();
                let saved = save(&client, &url, 0, seen, 1_000_000 + seen);
                let saved = saved.bearer_auth(&company.token).send().await.unwrap();
                if saved.status() == StatusCode::OK {
                    break;
                }
            }
            assert!(begun.elapsed() < PATIENCE, "it does not recover");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    assert!(ask(service, companies).await.iter().all(|it| matches!(it, 200 | 503)));
}
