//! What is kept comes back as it was.

use engine::{publish, results};
use forms::canonical;
use forms::translate::Translation;
use store::{Filter, StoreError, scorecards};

use crate::support::{at, cases, on_each_database, one};

#[tokio::test]
async fn a_result_is_kept_once() {
    let (form, response) = one("export-readiness");
    on_each_database(async |fresh| {
        let first = results::save(&fresh.db, &form, &response, at(0)).await.unwrap();
        let again = results::save(&fresh.db, &form, &response, at(9)).await.unwrap();
        assert!(first.new && !again.new && first.id == again.id);
        let mut other = response.clone();
        other.date = "2026-10-02".to_owned();
        assert!(results::save(&fresh.db, &form, &other, at(10)).await.unwrap().new);
        assert_eq!(scorecards::count(&fresh.db, &Filter::default()).await.unwrap(), 2);
    })
    .await;
}

#[tokio::test]
async fn everything_kept_comes_back_equal() {
    let cases = cases();
    on_each_database(async |fresh| {
        for (form, responses) in &cases {
            for response in responses {
                let saved = results::save(&fresh.db, form, response, at(0)).await.unwrap();
                let kept = results::get(&fresh.db, saved.id).await.unwrap();
                let scored = scoring::score(form, response, None);
                assert_eq!(canonical::to_string(&kept.response), canonical::to_string(response));
                assert_eq!(canonical::to_string(&kept.scorecard), canonical::to_string(&scored));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_kept_form_equals_the_prepared_one() {
    let cases = cases();
    on_each_database(async |fresh| {
        for (form, responses) in &cases {
            assert!(publish::keep(&fresh.db, form, at(0)).await.unwrap());
            assert!(!publish::keep(&fresh.db, form, at(1)).await.unwrap());
            let kept = publish::kept(&fresh.db, &form.hash).await.unwrap();
            assert_eq!(kept.hash, form.hash);
            assert_eq!(kept.form, form.form);
            assert_eq!(kept.languages(), form.languages());
            for language in form.languages() {
                assert_eq!(kept.localised(language), form.localised(language));
            }
            for response in responses {
                for language in form.languages() {
                    let score = |form| scoring::score(form, response, Some(language));
                    assert_eq!(score(&kept), score(form));
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_mended_translation_takes_the_place_of_the_old_one() {
    let (form, response) = one("export-readiness");
    let (mut mended, _) = one("export-readiness");
    let mut texts = mended.translations["da"].texts.clone();
    texts.insert("x-form".to_owned(), "Et bedre ord".to_owned());
    mended.translations.insert("da".to_owned(), Translation::new(texts));
    on_each_database(async |fresh| {
        let saved = results::save(&fresh.db, &form, &response, at(0)).await.unwrap();
        assert!(!results::save(&fresh.db, &mended, &response, at(1)).await.unwrap().new);
        let kept = results::get(&fresh.db, saved.id).await.unwrap();
        assert_eq!(kept.form.localised("da").unwrap().title, "Et bedre ord");
    })
    .await;
}

#[tokio::test]
async fn what_is_not_kept_is_missing() {
    let (form, response) = one("export-readiness");
    on_each_database(async |fresh| {
        let missing = publish::kept(&fresh.db, &form.hash).await.unwrap_err();
        assert!(
            matches!(missing, engine::EngineError::Store(StoreError::Missing { .. })),
            "{missing:?}"
        );
        let saved = results::save(&fresh.db, &form, &response, at(0)).await.unwrap();
        let other = saved.id.to_string().replace(|it: char| it.is_ascii_digit(), "7");
        let missing = results::get(&fresh.db, other.parse().unwrap()).await.unwrap_err();
        assert!(missing.to_string().contains(&other), "{missing}");
    })
    .await;
}
