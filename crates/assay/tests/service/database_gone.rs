//! PostgreSQL is killed while answers are being saved: the service says so, and goes on by itself.

use std::time::Duration;

use crate::cluster::Cluster;
use crate::saving::{Savers, judge};
use crate::scene;
use crate::support::{PATIENCE, Place, client, size, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_outlives_the_database_server() {
    let Some(cluster) = tokio::task::spawn_blocking(Cluster::start).await.unwrap() else { return };
    let place = Place::at(cluster.url());
    let (saves, crashes) = (size(300, 10_000), size(2, 10));
    let companies = scene::set(&place, 4).await;
    let service = place.start(&[]).await;
    let savers = Savers::begin(8, &companies, service.address);
    for crash in 1..=crashes {
        savers.until(saves * crash / (crashes + 1)).await;
        if crash % 2 == 1 {
            cluster.kill()
        } else {
            cluster.stop()
        }
        until(&service.url("/readyz"), 503, PATIENCE).await;
        assert_eq!(client().get(service.url("/healthz")).send().await.unwrap().status(), 200);
        let session = format!("__Host-assay={}", "A".repeat(43));
        let page = client().get(service.url("/")).header("Cookie", session);
        let answers = client().get(service.url(&companies[0].answers()));
        for asked in [page, answers.bearer_auth(&companies[0].token)] {
            let answer = asked.send().await.unwrap();
            assert_eq!(answer.status(), 503);
            assert!(answer.headers().contains_key("retry-after"));
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        cluster.begin();
        // It takes less than five seconds; a busy machine has more.
        until(&service.url("/readyz"), 200, Duration::from_secs(30)).await;
    }
    savers.until(saves).await;
    let savers = savers.end().await;
    service.terminate();
    let (code, said) = service.ended().await;
    assert_eq!(code, Some(0), "{:#?}", said.log());
    assert!(said.log().iter().all(|it| !it.contains("panic")), "{:#?}", said.log());
    judge(&place, &companies, &savers).await;
}
