//! Filtering, sorting and going on.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use model::scorecard::Status;
use store::{BadCursor, Cursor, Db, Filter, ScorecardRow, Sort, StoreError, forms, scorecards};

use crate::support::{Fresh, form, on_each_database, result_of, scorecard, subject, without_total};

#[tokio::test]
async fn every_order_pages_through_all_rows_exactly_once() {
    on_each_database(async |fresh| {
        let db = filled(fresh).await;
        for by in ["created", "date", "subject", "score"] {
            for text in [by.to_owned(), format!("-{by}")] {
                let sort: Sort = text.parse().unwrap();
                assert_eq!(sort.to_string(), text);
                let all = list(&db, &Filter::default(), sort, 1000).await;
                assert_eq!(all.len(), 40);
                assert!(in_order(&all, &text), "{text}");
                for size in [1, 7, 39, 40] {
                    assert_eq!(
                        list(&db, &Filter::default(), sort, size).await,
                        all,
                        "{text} {size}"
                    );
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn names_sort_the_same_on_every_database() {
    on_each_database(async |fresh| {
        let db = filled(fresh).await;
        let sort = "subject".parse().unwrap();
        let rows = list(&db, &Filter::default(), sort, 100).await;
        let mut names: Vec<&str> = rows.iter().map(|it| it.subject.name.as_str()).collect();
        names.dedup();
        assert_eq!(names, ["B: Prøve", "a-Eksempel", "Åben 😀 Prøve", "Ærø Eksempel"]);
    })
    .await;
}

#[tokio::test]
async fn results_without_a_total_come_last_either_way() {
    on_each_database(async |fresh| {
        let db = filled(fresh).await;
        for sort in ["score", "-score"] {
            let rows = list(&db, &Filter::default(), sort.parse().unwrap(), 100).await;
            let totals: Vec<bool> = rows.iter().map(|it| it.strict.is_some()).collect();
            assert!(totals.is_sorted_by(|a, b| a >= b), "{sort}");
            assert_eq!(totals.iter().filter(|it| **it).count(), 32);
        }
    })
    .await;
}

#[tokio::test]
async fn filters_join() {
    on_each_database(async |fresh| {
        let db = filled(fresh).await;
        let day = |day| NaiveDate::from_ymd_opt(2026, 10, day);
        let none = Filter::default();
        for (filter, expected) in [
            (Filter { form: Some("opi".to_owned()), ..none.clone() }, 20),
            (Filter { subject: Some("Ærø Eksempel".to_owned()), ..none.clone() }, 10),
            (Filter { subject: Some("ærø eksempel".to_owned()), ..none.clone() }, 0),
            (Filter { subject: Some("%".to_owned()), ..none.clone() }, 0),
            (Filter { subject: Some("' OR 1=1 --".to_owned()), ..none.clone() }, 0),
            (Filter { status: Some(Status::NotAssessable), ..none.clone() }, 8),
            (Filter { band: Some("emerging".to_owned()), ..none.clone() }, 32),
            (Filter { from: day(2), to: day(3), ..none.clone() }, 16),
            (Filter { from: day(5), ..none.clone() }, 8),
            (Filter { to: day(1), ..none.clone() }, 8),
            (Filter { form: Some("opi".to_owned()), to: day(1), ..none.clone() }, 4),
            (none, 40),
        ] {
            let rows = list(&db, &filter, Sort::default(), 3).await;
            assert_eq!(rows.len(), expected, "{filter:?}");
            assert_eq!(scorecards::count(&db, &filter).await.unwrap(), expected as u64);
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_holds_its_place_while_the_list_grows() {
    on_each_database(async |fresh| {
        let db = filled(fresh).await;
        let sort = "-date".parse().unwrap();
        let filter = Filter::default();
        let all = list(&db, &filter, sort, 100).await;
        let first = scorecards::list(&db, &filter, sort, 10, None).await.unwrap();
        let mut newer = scorecard(900);
        newer.date = "2026-12-01".to_owned();
        scorecards::save(&db, &result_of(&newer, 900)).await.unwrap();
        let second = scorecards::list(&db, &filter, sort, 10, first.next.as_ref()).await.unwrap();
        assert_eq!(second.rows, all[10..20]);
    })
    .await;
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    on_each_database(async |fresh| {
        let db = filled(fresh).await;
        let (filter, sort) = (Filter::default(), "score".parse().unwrap());
        let next = scorecards::list(&db, &filter, sort, 3, None).await.unwrap().next.unwrap();
        let refused = scorecards::list(&db, &filter, Sort::default(), 3, Some(&next)).await;
        assert!(matches!(refused, Err(StoreError::BadCursor(_))), "{refused:?}");
    })
    .await;
}

#[test]
fn what_is_no_cursor_or_order_is_refused() {
    let id = "019a0000-0000-7000-8000-000000000000";
    for text in ["", ":", "-score", "score:1:2", &format!("score:{id}:x"), &format!("{id}:")] {
        assert_eq!(text.parse::<Cursor>(), Err(BadCursor), "{text}");
    }
    let text = format!("subject:{id}:B: Prøve");
    assert_eq!(text.parse::<Cursor>().unwrap().to_string(), text);
    let refused = "band".parse::<Sort>().unwrap_err();
    assert!(refused.to_string().contains("`band`"), "{refused}");
}

/// Forty results: four subjects, two forms, five days, every fifth without a total.
async fn filled(fresh: &Fresh) -> Db {
    let db = fresh.db().await;
    forms::put(&db, &form(0)).await.unwrap();
    let names = ["Åben 😀 Prøve", "a-Eksempel", "B: Prøve", "Ærø Eksempel"];
    let results: Vec<_> = (0..40u32)
        .map(|number| {
            let mut one = scorecard(number);
            one.subject = subject(names[number as usize % 4]);
            one.form.id = if number % 2 == 0 { "opi" } else { "export-readiness" }.to_owned();
            one.date = format!("2026-10-{:02}", 1 + number % 5);
            if let Some(total) = &mut one.total {
                total.score.strict = f64::from(number * 7 % 13) * 100.0 / 13.0;
            }
            if number % 5 == 4 {
                one = without_total(one);
            }
            result_of(&one, number.into())
        })
        .collect();
    scorecards::save_many(&db, &results).await.unwrap();
    db
}

/// All pages of `size` rows, each cursor passed on as text.
async fn list(db: &Db, filter: &Filter, sort: Sort, size: u64) -> Vec<ScorecardRow> {
    let mut rows = Vec::new();
    let mut after: Option<Cursor> = None;
    loop {
        let page = scorecards::list(db, filter, sort, size, after.as_ref()).await.unwrap();
        assert!(page.rows.len() as u64 <= size);
        rows.extend(page.rows);
        match page.next {
            Some(next) => after = Some(next.to_string().parse().unwrap()),
            None => break,
        }
    }
    let ids: BTreeSet<_> = rows.iter().map(|it| it.id).collect();
    assert_eq!(ids.len(), rows.len());
    rows
}

fn in_order(rows: &[ScorecardRow], sort: &str) -> bool {
    let ascending = |a: &ScorecardRow, b: &ScorecardRow| match sort.trim_start_matches('-') {
        "date" => (&a.date, a.id) < (&b.date, b.id),
        "subject" => (&a.subject.name, a.id) < (&b.subject.name, b.id),
        "score" => (a.strict, a.id) < (b.strict, b.id),
        _ => a.id < b.id,
    };
    rows.windows(2).all(|pair| {
        let [a, b] = pair else { return false };
        if sort.ends_with("score") && a.strict.is_some() != b.strict.is_some() {
            return b.strict.is_none();
        }
        if sort.starts_with('-') { ascending(b, a) } else { ascending(a, b) }
    })
}
