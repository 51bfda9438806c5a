//! Saving once, together, or not at all.

use store::{Filter, StoreError, forms, responses, scorecards};

use crate::support::{form, hash, on_each_database, result, result_of, scorecard};

#[tokio::test]
async fn saving_the_same_result_twice_harms_nothing() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        forms::put(&db, &form(0)).await.unwrap();
        let first = scorecards::save(&db, &result_of(&scorecard(1), 0)).await.unwrap();
        let again = scorecards::save(&db, &result_of(&scorecard(1), 60)).await.unwrap();
        assert!(first.new && !again.new);
        assert_eq!(first.id, again.id);

        let mut later = scorecard(1);
        later.provenance.engine = "0.2.0".parse().unwrap();
        let later = scorecards::save(&db, &result_of(&later, 61)).await.unwrap();
        assert!(later.new);
        assert_eq!(scorecards::count(&db, &Filter::default()).await.unwrap(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_batch_may_hold_old_results_and_the_same_one_twice() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        forms::put(&db, &form(0)).await.unwrap();
        let old = scorecards::save(&db, &result(1)).await.unwrap();
        let batch = [result(0), result(1), result(2), result_of(&scorecard(2), 9), result(3)];
        let saved = scorecards::save_many(&db, &batch).await.unwrap();
        assert_eq!(
            saved.iter().map(|it| it.new).collect::<Vec<_>>(),
            [true, false, true, false, true]
        );
        assert_eq!(saved[1].id, old.id);
        assert_eq!(saved[2].id, saved[3].id);
        assert_eq!(scorecards::count(&db, &Filter::default()).await.unwrap(), 4);
        assert!(scorecards::save_many(&db, &[]).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_batch_that_fails_half_way_leaves_nothing() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        forms::put(&db, &form(0)).await.unwrap();
        let mut batch: Vec<_> = (0..450).map(result).collect();
        batch[440].response.form_hash = hash("f", 99);
        let failed = scorecards::save_many(&db, &batch).await.unwrap_err();
        assert!(matches!(failed, StoreError::Other { .. }), "{failed:?}");
        assert_eq!(failed.to_string(), "cannot save results");
        assert_eq!(scorecards::count(&db, &Filter::default()).await.unwrap(), 0);
        assert_eq!(responses::find(&db, &hash("a", 0)).await.unwrap(), None);

        batch[440] = result(440);
        assert_eq!(scorecards::save_many(&db, &batch).await.unwrap().len(), 450);
    })
    .await;
}

#[tokio::test]
async fn form_and_results_are_written_together_or_not_at_all() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        let transaction = db.begin().await.unwrap();
        forms::put(&transaction, &form(0)).await.unwrap();
        let saved = scorecards::save(&transaction, &result(0)).await.unwrap();
        assert!(scorecards::find(&transaction, saved.id).await.unwrap().is_some());
        assert!(scorecards::find(&db, saved.id).await.unwrap().is_none());
        drop(transaction);
        assert!(forms::list(&db, None).await.unwrap().is_empty());

        let transaction = db.begin().await.unwrap();
        forms::put(&transaction, &form(0)).await.unwrap();
        let saved = scorecards::save(&transaction, &result(0)).await.unwrap();
        transaction.commit().await.unwrap();
        assert!(scorecards::find(&db, saved.id).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn a_batch_that_fails_inside_a_transaction_leaves_the_rest_of_it() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        let transaction = db.begin().await.unwrap();
        forms::put(&transaction, &form(0)).await.unwrap();
        let mut bad = result(0);
        bad.response.form_hash = hash("f", 99);
        assert!(scorecards::save_many(&transaction, &[result(1), bad]).await.is_err());
        scorecards::save(&transaction, &result(2)).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(scorecards::count(&db, &Filter::default()).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_response_without_its_form_is_refused() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        assert!(responses::put(&db, &result(0).response).await.is_err());
        forms::put(&db, &form(0)).await.unwrap();
        assert!(responses::put(&db, &result(0).response).await.unwrap());
        assert!(!responses::put(&db, &result(0).response).await.unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_programs_that_write_at_once_wait_for_each_other() {
    on_each_database(async |fresh| {
        forms::put(&fresh.db().await, &form(0)).await.unwrap();
        let writers = (0..2).map(|writer| {
            let url = fresh.url.clone();
            tokio::spawn(async move {
                let db = store::open(&url).await.unwrap();
                let mut new = 0;
                for number in 0..100 {
                    // Every other result is one that both of them save.
                    let number = if number % 2 == 0 { number } else { number + 1000 * writer };
                    // Reading first makes it a transaction that could be overtaken.
                    let transaction = db.begin().await.unwrap();
                    let before = scorecards::count(&transaction, &Filter::default()).await.unwrap();
                    let saved = scorecards::save(&transaction, &result(number)).await.unwrap();
                    let after = scorecards::count(&transaction, &Filter::default()).await.unwrap();
                    assert!(after >= before);
                    transaction.commit().await.unwrap();
                    new += u32::from(saved.new);
                }
                new
            })
        });
        let mut new = 0;
        for writer in writers.collect::<Vec<_>>() {
            new += writer.await.unwrap();
        }
        assert_eq!(new, 150);
        let db = store::open(&fresh.url).await.unwrap();
        assert_eq!(scorecards::count(&db, &Filter::default()).await.unwrap(), 150);
    })
    .await;
}
