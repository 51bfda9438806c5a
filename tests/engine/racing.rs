//! Several people at the same moment: nothing is lost, nothing is overwritten unseen.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use engine::answers::{Edit, What};
use engine::error::Closed;
use engine::sheets::{self, SaveRequest};
use engine::{EngineError, flow};
use serde_json::Value;

use crate::assessing::{Stage, stage};
use crate::support::{at, on_each_database};

/// How often two people meet; more with `ROUNDS`.
fn rounds(few: u64) -> u64 {
    std::env::var("ROUNDS").ok().and_then(|it| it.parse().ok()).unwrap_or(few)
}

fn answer(place: &str, value: u64) -> Vec<Edit> {
    vec![Edit { place: place.to_owned(), what: What::Answer(Value::from(value)) }]
}

async fn save(stage: &Stage, seen: u64, edits: Vec<Edit>) -> Result<u64, EngineError> {
    let request = SaveRequest { seen, edits, key: None };
    let saved = sheets::save(&stage.engine, &stage.company, stage.assessment, &request, at(100));
    saved.await.map(|it| it.sheet.sheet.revision)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_answer_the_same_question_one_is_told() {
    on_each_database(async |fresh| {
        let stage = stage(fresh).await;
        let mut seen = sheets::open(&stage.engine, &stage.company, stage.assessment)
            .await
            .unwrap()
            .sheet
            .revision;
        for round in 0..rounds(60) {
            // Neither of the two says what is there already.
            let (mine, theirs) = ([1, 3][round as usize % 2], [2, 4][round as usize % 2]);
            let (one, other) = tokio::join!(
                save(&stage, seen, answer("means.funding", mine)),
                save(&stage, seen, answer("means.funding", theirs)),
            );
            let saved = one.as_ref().ok().or(other.as_ref().ok()).copied().unwrap();
            let refused = [one, other].into_iter().filter_map(Result::err).collect::<Vec<_>>();
            let [EngineError::Conflict(conflict)] = refused.as_slice() else {
                panic!("round {round}: {refused:?}");
            };
            assert_eq!((conflict.revision, saved), (seen + 1, seen + 1));
            let shown = &conflict.conflicts[0];
            assert_ne!(shown.yours, shown.theirs);
            seen = saved;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_handed_in_is_what_was_acknowledged_before() {
    on_each_database(async |fresh| {
        let stage = Arc::new(stage(fresh).await);
        stage.fill(10).await;
        let last = Arc::new(AtomicU64::new(0));
        let saver = {
            let (stage, last) = (Arc::clone(&stage), Arc::clone(&last));
            tokio::spawn(async move {
                for value in 1..1000 {
                    let open = sheets::open(&stage.engine, &stage.company, stage.assessment);
                    let seen = open.await.unwrap().sheet.revision;
                    match save(&stage, seen, answer("means.funding", value % 4 + 1)).await {
                        Ok(_) => last.store(value % 4 + 1, Ordering::SeqCst),
                        Err(EngineError::Closed { why: Closed::Submitted }) => return,
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        };
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        let course = loop {
            let (engine, actor) = (&stage.engine, &stage.company);
            let name = Some("Direktøren");
            match flow::act(engine, actor, stage.assessment, None, "finish", name, at(200)).await {
                Ok(course) => break course,
                // Somebody saved in between: look again and repeat.
                Err(EngineError::Outdated) => {}
                Err(error) => panic!("{error}"),
            }
        };
        saver.await.unwrap();
        let signed = course.signed().unwrap();
        let handed_in = signed.response.answers["means"]["funding"].as_u64().unwrap();
        let acknowledged = last.load(Ordering::SeqCst);
        assert!(acknowledged == 0 || handed_in == acknowledged);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_save_at_once_lose_nothing() {
    const SAVERS: u64 = 8;
    on_each_database(async |fresh| {
        let stage = Arc::new(stage(fresh).await);
        let places = ["means.funding", "means.capacity", "means.rights", "engagement.commitment"];
        let savers = (0..SAVERS).map(|saver| {
            let stage = Arc::clone(&stage);
            tokio::spawn(async move {
                let mut made = 0;
                for value in 0..rounds(12) {
                    let place = places[usize::try_from(saver).unwrap() % places.len()];
                    let open = sheets::open(&stage.engine, &stage.company, stage.assessment);
                    let seen = open.await.unwrap().sheet.revision;
                    match save(&stage, seen, answer(place, (value + saver) % 5)).await {
                        Ok(revision) => made += u64::from(revision > seen),
                        Err(EngineError::Conflict(_)) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
                made
            })
        });
        for saver in savers.collect::<Vec<_>>() {
            saver.await.unwrap();
        }
        // Every revision is one event, and the chain is whole.
        let open = sheets::open(&stage.engine, &stage.company, stage.assessment).await.unwrap();
        let since = store::events::changed_since(&stage.engine.db, open.sheet.id, 1).await.unwrap();
        assert_eq!(since.len() as u64, open.sheet.revision - 1);
        assert!(store::events::verify(&stage.engine.db).await.unwrap().is_ok());
        let replayed = engine::answers::before(&open.response, &since[..0]);
        assert_eq!(replayed, open.response);
    })
    .await;
}
