//! Health, figures, and how the service ends.

use std::time::{Duration, Instant};

use web::Metrics;

use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn the_service_says_how_it_is() {
    let world = World::sqlite(|it| it.metrics = Metrics::Token("a long secret token".to_owned()));
    let world = world.await;
    let mut browser = world.browser();
    assert_eq!(browser.get("/healthz").await.body, "ok");
    assert_eq!(browser.get("/readyz").await.body, "ready");
    assert_eq!(browser.get("/metrics").await.status, 401);
    let token = [("Authorization", "Bearer a long secret token")];
    let figures = browser.send("GET", "/metrics", &token, b"").await;
    assert_eq!(figures.status, 200);
    assert!(figures.body.contains("assay_requests_total{method=\"GET\",route=\"/healthz\""));
    assert!(browser.get("/robots.txt").await.body.contains("Disallow: /"));
    world.serving.stop().await;
    let world = World::sqlite(|_| ()).await;
    assert_eq!(world.browser().get("/metrics").await.status, 404);
    world.serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_is_said_within_a_second() {
    let world = World::sqlite(|_| ()).await;
    let mut browser = world.browser();
    world.db.clone().close().await.unwrap();
    let begun = Instant::now();
    assert_eq!(browser.get("/healthz").await.status, 200);
    assert_eq!(browser.get("/readyz").await.status, 503);
    let mut known = world.browser();
    known.cookies.insert("__Host-assay".to_owned(), "A".repeat(43));
    let answer = known.get("/profile").await;
    assert_eq!(answer.status, 503);
    assert!(!answer.body.contains("sqlite") && !answer.header("retry-after").is_empty());
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    world.serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_is_answered_when_the_service_ends() {
    let world = World::sqlite(|_| ()).await;
    world.person("a@example.dk", false).await;
    let browser = world.signed_in("a@example.dk").await;
    let asked: Vec<_> = (0..100)
        .map(|_| {
            let mut browser = browser.clone();
            tokio::spawn(async move { browser.get("/profile").await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(5)).await;
    let begun = Instant::now();
    world.serving.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(10));
    let mut answered = 0;
    for it in asked {
        // Who came too late could not connect; nobody got half an answer.
        let Ok(answer) = it.await else { continue };
        assert!(matches!(answer.status, 200 | 0), "{answer:?}");
        if answer.status == 200 {
            assert!(answer.body.contains("</html>"), "an answer was cut");
            answered += 1;
        }
    }
    assert!(answered > 0);
}
