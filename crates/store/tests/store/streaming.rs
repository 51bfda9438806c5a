//! Reading everything, a little at a time.

use std::collections::BTreeSet;
use std::fs;

use futures::TryStreamExt;
use store::{Filter, StoredResult, forms, scorecards};

use crate::support::{form, on_each_database, result, result_of, scorecard};

#[tokio::test]
async fn five_thousand_results_come_whole_and_in_order_in_little_memory() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        forms::put(&db, &form(0)).await.unwrap();
        // 100 MB of documents.
        let padding = " ".repeat(20_000);
        for start in (0..5_000).step_by(500) {
            let batch: Vec<StoredResult> = (start..start + 500)
                .map(|number| {
                    let mut one = result(number);
                    one.scorecard.document.push_str(&padding);
                    one
                })
                .collect();
            scorecards::save_many(&db, &batch).await.unwrap();
        }

        let before = peak_memory();
        let mut last = None;
        let mut number = 0;
        let mut results = Box::pin(scorecards::stream(&db, &Filter::default()));
        while let Some(one) = results.try_next().await.unwrap() {
            assert!(last < Some(one.scorecard.row.id));
            last = Some(one.scorecard.row.id);
            let mut expected = result(number);
            expected.scorecard.row.id = one.scorecard.row.id;
            expected.scorecard.document.push_str(&padding);
            assert_eq!(one, expected);
            number += 1;
        }
        assert_eq!(number, 5_000);
        let growth = peak_memory() - before;
        assert!(growth < 30_000, "{growth} kB more");
    })
    .await;
}

#[tokio::test]
async fn a_stream_keeps_nobody_from_writing() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        forms::put(&db, &form(0)).await.unwrap();
        let batch: Vec<_> = (0..1_000).map(result).collect();
        scorecards::save_many(&db, &batch).await.unwrap();
        let mut results = Box::pin(scorecards::stream(&db, &Filter::default()));
        let mut ids = BTreeSet::new();
        while let Some(one) = results.try_next().await.unwrap() {
            assert!(ids.insert(one.scorecard.row.id));
            if ids.len() == 10 {
                let other = store::open(&fresh.url).await.unwrap();
                scorecards::save(&other, &result(5_000)).await.unwrap();
                // Older than all others: it comes too late.
                scorecards::save(&other, &result_of(&scorecard(5_001), -60)).await.unwrap();
            }
        }
        assert_eq!(ids.len(), 1_001);
    })
    .await;
}

#[tokio::test]
async fn a_stream_has_what_the_filter_asks_for() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        forms::put(&db, &form(0)).await.unwrap();
        let batch: Vec<_> = (0..500)
            .map(|number| {
                let mut one = scorecard(number);
                one.form.id = if number % 2 == 0 { "opi" } else { "other" }.to_owned();
                result_of(&one, number.into())
            })
            .collect();
        scorecards::save_many(&db, &batch).await.unwrap();
        let filter = Filter { form: Some("opi".to_owned()), ..Filter::default() };
        let found: Vec<_> = scorecards::stream(&db, &filter).try_collect().await.unwrap();
        assert_eq!(found.len(), 250);
        assert!(found.iter().all(|it| it.scorecard.row.form.id == "opi"));
        let filter = Filter { form: Some("none".to_owned()), ..Filter::default() };
        let found: Vec<_> = scorecards::stream(&db, &filter).try_collect().await.unwrap();
        assert!(found.is_empty());
    })
    .await;
}

/// The most memory this process has had, in kB; 0 where the system does not tell.
fn peak_memory() -> i64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    line.and_then(|it| it.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
