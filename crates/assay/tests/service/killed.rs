//! The service is killed without a warning: what was acknowledged is there when it comes back.

use std::time::Duration;

use serde_json::{Value, json};
use store::EventFilter;

use crate::saving::{Savers, judge};
use crate::scene::{self, question};
use crate::support::{client, on_each_database, size, some};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_outlives_a_kill() {
    on_each_database(async |place| {
        let (saves, kills) = (size(300, 10_000), size(3, 10));
        let companies = scene::set(place, 4).await;
        let mut service = place.start(&[]).await;
        let savers = Savers::begin(8, &companies, service.address);
        for kill in 1..=kills {
            savers.until(saves * kill / (kills + 1)).await;
            tokio::time::sleep(some(Duration::from_millis(50))).await;
            service.kill();
            service = place.start(&[]).await;
            savers.moved(service.address);
        }
        savers.until(saves).await;
        let savers = savers.end().await;
        service.kill();
        judge(place, &companies, &savers).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_save_that_is_sent_again_after_a_kill_is_made_once() {
    on_each_database(async |place| {
        let companies = scene::set(place, 1).await;
        let company = &companies[0];
        let mut service = place.start(&[]).await;
        let mut answers: Vec<Value> = Vec::new();
        for time in 0..5 {
            if time == 2 {
                service.kill();
                service = place.start(&[]).await;
            }
            let change = json!({ "changes": [{ "place": question(0), "answer": 4711 }] });
            let request = client()
                .patch(service.url(&company.answers()))
                .bearer_auth(&company.token)
                .header("If-Match", "\"1\"")
                .header("Idempotency-Key", "the-same")
                .header("Content-Type", "application/json")
                .body(change.to_string());
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 200);
            assert_eq!(answer.headers()["etag"], "\"2\"");
            answers.push(serde_json::from_str(&answer.text().await.unwrap()).unwrap());
        }
        assert_eq!(answers[0]["saved"], json!([question(0)]));
        assert!(answers.iter().all(|it| it == &answers[0]), "{answers:#?}");
        service.kill();
        let db = store::open(&place.url).await.unwrap();
        let filter = EventFilter {
            assessment: Some(company.assessment),
            action: Some("answer".to_owned()),
            ..EventFilter::default()
        };
        assert_eq!(store::events::list(&db, &filter, 100).await.unwrap().len(), 1);
        let sheet = store::sheets::list(&db, company.assessment).await.unwrap().pop().unwrap();
        assert_eq!(sheet.revision, 2);
        db.close().await.unwrap();
    })
    .await;
}
