//! What is put in comes out again.

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use store::{ScorecardId, StoreError, StoredScorecard, StoredTranslation};

use crate::support::{at, form, hash, on_each_database, result_of, scorecard, without_total};

#[tokio::test]
async fn every_entity_reads_back_as_it_was_written() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        let form = form(0);
        assert!(store::forms::put(&db, &form).await.unwrap());
        assert_eq!(store::forms::get(&db, &form.row.hash).await.unwrap(), form);
        assert_eq!(store::forms::list(&db, None).await.unwrap(), std::slice::from_ref(&form.row));

        let danish = translation("da", 1);
        store::forms::put_translation(&db, &danish).await.unwrap();
        assert_eq!(store::forms::translations(&db, &form.row.hash).await.unwrap(), [danish]);

        for scorecard in [scorecard(1), without_total(scorecard(2))] {
            let result = result_of(&scorecard, 0);
            let saved = store::scorecards::save(&db, &result).await.unwrap();
            assert!(saved.new);
            assert_eq!(saved.id, result.scorecard.row.id);
            let stored = store::scorecards::get(&db, saved.id).await.unwrap();
            assert_eq!(stored, result.scorecard);
            let response = store::responses::get(&db, &stored.row.response_hash).await.unwrap();
            assert_eq!(response, result.response);
        }
    })
    .await;
}

#[tokio::test]
async fn documents_are_text_in_the_database_byte_for_byte() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        store::forms::put(&db, &form(0)).await.unwrap();
        let raw = fresh.raw().await;
        let backend: DbBackend = raw.get_database_backend();
        let sql = "SELECT document FROM form";
        let row = raw.query_one_raw(Statement::from_string(backend, sql)).await.unwrap().unwrap();
        assert_eq!(row.try_get::<String>("", "document").unwrap(), form(0).document);
    })
    .await;
}

#[tokio::test]
async fn the_columns_of_a_scorecard_say_what_its_document_says() {
    let StoredScorecard { row, .. } = StoredScorecard::new(&scorecard(7), String::new(), at(0));
    assert_eq!(row.form_hash, hash("f", 0));
    assert_eq!(row.response_hash, hash("a", 7));
    assert_eq!(row.form.id, "export-readiness");
    assert_eq!(row.subject.name, "Eksempel Medico ApS");
    assert_eq!((row.date.as_str(), row.band.as_deref()), ("2026-10-01", Some("emerging")));
    let scores = [row.strict, row.answered, row.upper, row.completeness];
    assert_eq!(scores, [Some(100.0 / 3.0), Some(66.6), Some(91.2), Some(0.8)]);
    assert_eq!(row.engine.to_string(), "0.1.0");
    assert_eq!(row.created_at.timestamp_subsec_nanos(), 123_000_000);
}

#[tokio::test]
async fn a_form_is_stored_once_per_hash() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        let first = form(0);
        let mut again = first.clone();
        again.row.created_at = at(60);
        assert!(store::forms::put(&db, &first).await.unwrap());
        assert!(!store::forms::put(&db, &again).await.unwrap());
        assert!(store::forms::put(&db, &form(1)).await.unwrap());
        assert_eq!(store::forms::get(&db, &first.row.hash).await.unwrap(), first);

        let mut other = form(2);
        other.row.form.id = "a-first".to_owned();
        store::forms::put(&db, &other).await.unwrap();
        let ids = |it: Vec<store::FormRow>| it.into_iter().map(|it| it.hash).collect::<Vec<_>>();
        let all = ids(store::forms::list(&db, None).await.unwrap());
        assert_eq!(all, [hash("f", 2), hash("f", 0), hash("f", 1)]);
        let some = ids(store::forms::list(&db, Some("export-readiness")).await.unwrap());
        assert_eq!(some, [hash("f", 0), hash("f", 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_mended_translation_takes_the_place_of_the_old_one() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        store::forms::put(&db, &form(0)).await.unwrap();
        for one in [translation("sv", 1), translation("da", 2), translation("da", 3)] {
            store::forms::put_translation(&db, &one).await.unwrap();
        }
        let stored = store::forms::translations(&db, &hash("f", 0)).await.unwrap();
        assert_eq!(stored, [translation("da", 3), translation("sv", 1)]);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_there_is_missing_and_not_an_error_of_the_database() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        let id: ScorecardId = "019a0000-0000-7000-8000-000000000000".parse().unwrap();
        assert_eq!(store::forms::find(&db, "sha256:0").await.unwrap(), None);
        assert_eq!(store::responses::find(&db, "sha256:0").await.unwrap(), None);
        assert_eq!(store::scorecards::find(&db, id).await.unwrap(), None);
        let missing = store::scorecards::get(&db, id).await.unwrap_err();
        assert!(matches!(missing, StoreError::Missing { what: "scorecard", .. }), "{missing:?}");
        assert!(missing.to_string().contains("019a0000"), "{missing}");
        assert!(store::forms::get(&db, "sha256:0").await.is_err());
        assert!(store::responses::get(&db, "sha256:0").await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_word_that_this_program_does_not_know_is_named() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        store::forms::put(&db, &form(0)).await.unwrap();
        let saved = store::scorecards::save(&db, &result_of(&scorecard(1), 0)).await.unwrap();
        fresh.execute("UPDATE scorecard SET status = 'enlightened'").await;
        let refused = store::scorecards::get(&db, saved.id).await.unwrap_err();
        assert!(matches!(refused, StoreError::Damaged { .. }), "{refused:?}");
        assert!(format!("{refused:?}").contains("enlightened"), "{refused:?}");
    })
    .await;
}

#[test]
fn ids_carry_the_time_and_keep_the_order_in_which_they_were_made() {
    let ids: Vec<ScorecardId> = (0..10_000).map(|_| ScorecardId::new(at(0))).collect();
    assert!(ids.is_sorted());
    let text = ids[0].to_string();
    let millis = u64::from_str_radix(&text.replace('-', "")[..12], 16).unwrap();
    assert_eq!(millis, at(0).timestamp_millis() as u64);
    assert_eq!(&text[14..15], "7");
    assert!("89ab".contains(&text[19..20]));
    assert_eq!(text.parse(), Ok(ids[0]));
    assert!(ScorecardId::new(at(1)) > ids[9_999]);
}

fn translation(language: &str, number: u32) -> StoredTranslation {
    StoredTranslation {
        form_hash: hash("f", 0),
        language: language.to_owned(),
        hash: hash("b", number),
        texts: format!("{{\"framework\": \"Rammer {number}\"}}\n"),
    }
}
