//! Results come out the same again, or the difference is named.

use engine::rescore::{Changed, Repeated, rescore, rescore_some};
use engine::{EngineError, results};
use store::{Filter, ScorecardId};

use crate::support::{Fresh, at, cases, on_each_database, one, small};

async fn all(fresh: &Fresh) -> Result<(Repeated, Vec<Changed>), EngineError> {
    let mut changed = Vec::new();
    let repeated = rescore(&fresh.db, &Filter::default(), |it| changed.push(it)).await?;
    Ok((repeated, changed))
}

#[tokio::test]
async fn every_case_comes_out_the_same_on_both_databases() {
    let cases = cases();
    on_each_database(async |fresh| {
        let mut count = 0;
        for (form, responses) in &cases {
            for response in responses {
                results::save(&fresh.db, form, response, at(count)).await.unwrap();
                count += 1;
            }
        }
        let (repeated, changed) = all(fresh).await.unwrap();
        assert_eq!((repeated.all, repeated.changed), (count.try_into().unwrap(), 0));
        assert_eq!(changed, []);
    })
    .await;
}

#[tokio::test]
async fn numbers_that_canonical_json_writes_otherwise_come_out_the_same() {
    let (form, response) = small();
    on_each_database(async |fresh| {
        for (i, hours) in
            ["10.0", "1e3", "9999.999999999999999", "1e-30", "-0.0"].into_iter().enumerate()
        {
            let mut response = response.clone();
            response.answers["economy"]["hours_a_week"] = serde_json::from_str(hours).unwrap();
            results::save(&fresh.db, &form, &response, at(i.try_into().unwrap())).await.unwrap();
        }
        assert_eq!(all(fresh).await.unwrap().1, []);
    })
    .await;
}

async fn saved(fresh: &Fresh) -> ScorecardId {
    let (form, response) = one("export-readiness");
    results::save(&fresh.db, &form, &response, at(0)).await.unwrap().id
}

/// What is different after `sql`, which changes what is kept.
async fn differences(sql: &str) -> Vec<Vec<String>> {
    let both = std::sync::Mutex::new(Vec::new());
    on_each_database(async |fresh| {
        let id = saved(fresh).await;
        fresh.execute(sql).await;
        let (repeated, changed) = all(fresh).await.unwrap();
        assert_eq!((repeated.all, repeated.changed), (1, 1));
        let mut one = Vec::new();
        rescore_some(&fresh.db, &[id], |it| one.push(it)).await.unwrap();
        assert_eq!(one, changed);
        assert_eq!(changed[0].id, id);
        both.lock().unwrap().push(changed.into_iter().next().unwrap().differences);
    })
    .await;
    both.into_inner().unwrap()
}

#[tokio::test]
async fn a_changed_scorecard_is_found_and_the_place_is_named() {
    let sql = r#"UPDATE scorecard SET document = replace(document, '"completeness":1,', '"completeness":0.5,')"#;
    for differences in differences(sql).await {
        assert!(
            differences.iter().any(|it| it.starts_with("/total/completeness: 0.5 → 1")),
            "{differences:?}"
        );
        assert!(differences.iter().all(|it| it.contains("0.5 → 1")), "{differences:?}");
    }
}

#[tokio::test]
async fn a_changed_column_is_found() {
    for differences in differences("UPDATE scorecard SET strict = 99.5, band = 'top'").await {
        assert_eq!(differences.len(), 2, "{differences:?}");
        assert!(differences[0].starts_with("/columns/band: \"top\" → "), "{differences:?}");
        assert!(differences[1].starts_with("/columns/strict: 99.5 → "), "{differences:?}");
    }
}

#[tokio::test]
async fn a_changed_response_is_found_even_where_it_scores_the_same() {
    let sql = r#"UPDATE response SET document = replace(document, '"kind":"', '"kind": "')"#;
    on_each_database(async |fresh| {
        // White space is not content.
        saved(fresh).await;
        fresh.execute(sql).await;
        assert_eq!(all(fresh).await.unwrap().0.changed, 0);
    })
    .await;
    let sql =
        r#"UPDATE response SET document = replace(document, '"language":"en"', '"language":"da"')"#;
    for differences in differences(sql).await {
        assert_eq!(differences.len(), 1, "{differences:?}");
        assert!(differences[0].starts_with("/columns/response_hash: \"sha256:"), "{differences:?}");
    }
}

#[tokio::test]
async fn a_changed_form_is_refused() {
    let cases = [
        ("UPDATE form SET document = replace(document, 'Export', 'Import')", "it was changed"),
        ("UPDATE form SET document = '{'", "EOF"),
        ("UPDATE form SET document = '{}'", "it was changed"),
        (r#"UPDATE form_translation SET texts = replace(texts, 'a', 'b')"#, "in `da` were changed"),
    ];
    for (sql, reason) in cases {
        on_each_database(async |fresh| {
            let id = saved(fresh).await;
            fresh.execute(sql).await;
            for refused in
                [all(fresh).await.map(|_| ()), results::get(&fresh.db, id).await.map(|_| ())]
            {
                let refused = refused.unwrap_err();
                assert!(matches!(refused, EngineError::Stored { .. }), "{refused:?}");
                assert!(refused.to_string().contains("the stored form sha256:"), "{refused}");
                assert!(refused.to_string().contains(reason), "{refused}");
            }
        })
        .await;
    }
}
