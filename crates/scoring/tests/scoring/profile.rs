//! Scorecards of several forms about one subject, joined.

use model::Scorecard;
use model::profile::Zone;
use model::scorecard::Status;
use scoring::profile::{ProfileError, profile};
use serde_json::{Value, json};

use crate::support::{Sketch, choice, close, criterion, ladder, number, with, yes_no};

/// A pillar whose score is the number answered, out of ten questions of the same weight.
fn pillar(place: &str) -> Sketch {
    let line = || with(number(), criterion("d", 1, json!({ "curve": [[0, 0], [100, 100]] })));
    let sketch = Sketch::new(&[("d", 100)])
        .meta(json!({ "id": place, "profile": place }))
        .gate("harm", "s.harm", json!({ "block-pillar": place }))
        .gate("banned", "s.banned", "knockout")
        .ask("harm", yes_no())
        .ask("banned", yes_no());
    (0..10).fold(sketch, |sketch, i| sketch.ask(&format!("q{i}"), line()))
}

fn answers(score: f64) -> Value {
    let mut answers = json!({ "harm": false, "banned": false });
    for i in 0..10 {
        answers[format!("q{i}")] = json!(score);
    }
    answers
}

fn card(place: &str, answers: Value) -> Scorecard {
    let mut response = crate::support::response(answers, Value::Null);
    response.form.id = place.to_owned();
    scoring::score(&pillar(place).build(), &response, None)
}

fn three(social: Value, environmental: Value, economic: Value) -> Vec<Scorecard> {
    vec![card("social", social), card("environmental", environmental), card("economic", economic)]
}

fn zone(social: f64, environmental: f64, economic: f64) -> Zone {
    let cards = three(answers(social), answers(environmental), answers(economic));
    profile(&cards, &[], None).unwrap().venn.unwrap().zone
}

#[test]
fn the_published_example() {
    let cards = three(answers(72.0), answers(55.0), answers(81.0));
    let joined = profile(&cards, &[], None).unwrap();
    let venn = joined.venn.unwrap();
    assert_eq!(venn.zone, Zone::Just);
    close(venn.mean.unwrap(), 69.333_333);
    close(venn.geometric_mean.unwrap(), 68.453_144);
    close(venn.minimum.unwrap(), 55.0);
    let inside: Vec<bool> = venn.pillars.iter().map(|it| it.inside).collect();
    assert_eq!(inside, [true, false, true]);
    assert_eq!(zone(72.0, 60.0, 81.0), Zone::Sustainable);
}

#[test]
fn every_zone() {
    for (social, environmental, economic, expected) in [
        (59.9, 59.9, 59.9, Zone::NotYetSustainable),
        (60.0, 0.0, 0.0, Zone::SocialOnly),
        (0.0, 60.0, 0.0, Zone::EnvironmentalOnly),
        (0.0, 0.0, 60.0, Zone::EconomicOnly),
        (60.0, 60.0, 0.0, Zone::Acceptable),
        (60.0, 0.0, 60.0, Zone::Just),
        (0.0, 60.0, 60.0, Zone::Feasible),
        (60.0, 60.0, 60.0, Zone::Sustainable),
    ] {
        assert_eq!(zone(social, environmental, economic), expected);
    }
}

#[test]
fn harm_keeps_a_pillar_out_until_it_is_ruled_out() {
    for harm in [json!(true), Value::Null] {
        let mut social = answers(72.0);
        social["harm"] = harm;
        let cards = three(social, answers(55.0), answers(81.0));
        let venn = profile(&cards, &[], None).unwrap().venn.unwrap();
        assert_eq!(venn.zone, Zone::EconomicOnly);
        assert!(venn.pillars[0].blocked);
        close(venn.pillars[0].strict.unwrap(), 72.0);
    }
}

#[test]
fn a_pillar_that_is_knocked_out_is_not_in() {
    let mut social = answers(90.0);
    social["banned"] = json!(true);
    let cards = three(social, answers(90.0), answers(90.0));
    assert_eq!(profile(&cards, &[], None).unwrap().venn.unwrap().zone, Zone::Feasible);
}

#[test]
fn a_pillar_must_be_answered_to_four_fifths() {
    let with_missing = |missing: usize| {
        let mut social = answers(100.0);
        for i in 0..missing {
            social.as_object_mut().unwrap().remove(&format!("q{i}"));
        }
        let cards = three(social, answers(100.0), answers(100.0));
        let venn = profile(&cards, &[], None).unwrap().venn.unwrap();
        (venn.pillars[0].completeness, venn.zone)
    };
    assert_eq!(with_missing(2), (0.8, Zone::Sustainable));
    assert_eq!(with_missing(3), (0.7, Zone::Feasible));
}

#[test]
fn without_all_three_there_is_no_mean() {
    let cards = vec![card("economic", answers(81.0)), card("social", answers(72.0))];
    let joined = profile(&cards, &[], None).unwrap();
    let venn = joined.venn.unwrap();
    assert_eq!((venn.zone, venn.mean, venn.geometric_mean), (Zone::Just, None, None));
    assert_eq!(venn.pillars[1].strict, None);
    let forms: Vec<&str> = joined.results.iter().map(|it| it.form.id.as_str()).collect();
    assert_eq!(forms, ["economic", "social"]);
}

#[test]
fn a_proof_has_no_zone() {
    let mut proof = card("social", answers(72.0));
    proof.profile = Some(model::keywords::ProfilePlace::ProofOfValue);
    let joined = profile(&[proof], &[], None).unwrap();
    assert_eq!(joined.venn, None);
    assert_eq!(joined.results[0].status, Status::Scored);
    assert_eq!(joined.results[0].band.as_deref(), Some("Solid"));
}

#[test]
fn the_date_is_the_youngest_and_each_scorecard_is_named_by_its_hash() {
    let mut cards = three(answers(72.0), answers(55.0), answers(81.0));
    cards[1].date = "2026-11-02".to_owned();
    let joined = profile(&cards, &[], None).unwrap();
    assert_eq!(joined.date, "2026-11-02");
    for (result, card) in joined.results.iter().zip(&cards) {
        assert_eq!(result.scorecard, forms::canonical::hash(card));
    }
}

#[test]
fn what_cannot_be_joined_is_refused() {
    assert_eq!(profile(&[], &[], None), Err(ProfileError::Empty));
    let mut cards = three(answers(72.0), answers(55.0), answers(81.0));
    cards[2].subject.name = "Another".to_owned();
    let refused = Err(ProfileError::Subjects { first: "Example".into(), other: "Another".into() });
    assert_eq!(profile(&cards, &[], None), refused);
    let twice = vec![card("social", answers(72.0)), card("social", answers(55.0))];
    assert_eq!(profile(&twice, &[], None), Err(ProfileError::Twice { form: "social".into() }));
    let mut rivals = vec![card("social", answers(72.0)), card("social", answers(55.0))];
    rivals[1].form.id = "social-too".to_owned();
    let refused = Err(ProfileError::Place { first: "social".into(), other: "social-too".into() });
    assert_eq!(profile(&rivals, &[], None), refused);
}

/// A proof that asks for the focus area and for a ladder of readiness.
fn proof(place: &str, date: &str, area: &str, steps: &[u32]) -> Scorecard {
    let asked = |question, more| with(question, more);
    let form = Sketch::new(&[("d", 100)])
        .meta(json!({ "id": place, "profile": place }))
        .ask("area", asked(choice(&["data", "international"]), json!({ "x-report": "focus-area" })))
        .ask("trl", asked(ladder(9), json!({ "x-report": "readiness" })))
        .ask("a", with(yes_no(), criterion("d", 1, json!({ "yes_no": "yes" }))))
        .build();
    let answers = json!({ "area": area, "trl": steps, "a": true });
    let mut response = crate::support::response(answers, Value::Null);
    response.form.id = place.to_owned();
    response.date = date.to_owned();
    scoring::score(&form, &response, None)
}

#[test]
fn focus_area_and_readiness_come_from_the_youngest() {
    let value = proof("proof-of-value", "2026-03-01", "data", &[1, 2, 3]);
    assert_eq!(value.focus_area.as_deref(), Some("data"));
    assert_eq!((value.readiness[0].level, value.readiness[0].top), (3, 9));
    assert_eq!(value.readiness[0].reached.as_deref(), Some("Step 3"));
    let market = proof("proof-of-market", "2026-09-01", "international", &[1, 2, 3, 4, 6]);
    let before = proof("proof-of-market", "2025-09-01", "data", &[1, 2]);

    let joined = profile(&[value.clone(), market], &[before], None).unwrap();
    assert_eq!(joined.focus_area.as_deref(), Some("international"));
    assert_eq!(joined.readiness.len(), 1);
    let line = &joined.readiness[0];
    assert_eq!((line.now, line.before, line.top), (4, Some(2), 9));

    let alone = profile(&[value], &[], None).unwrap();
    assert_eq!((alone.readiness[0].now, alone.readiness[0].before), (3, None));
    let mut other = proof("proof-of-market", "2025-09-01", "data", &[1, 2]);
    other.subject.name = "Somebody else".to_owned();
    let refused = profile(&[proof("proof-of-value", "2026-03-01", "data", &[])], &[other], None);
    assert!(matches!(refused, Err(ProfileError::Subjects { .. })), "{refused:?}");
}

#[test]
fn a_ladder_is_the_same_one_when_its_question_is_not_its_title() {
    let now = proof("proof-of-market", "2026-09-01", "data", &[1, 2, 3]);
    let before = |form: &str, question: &str| {
        let mut card = proof("proof-of-market", "2025-09-01", "data", &[1, 2]);
        card.form.id = form.to_owned();
        card.readiness[0].question = question.to_owned();
        card.readiness[0].title = "As it was called then".to_owned();
        profile(std::slice::from_ref(&now), &[card], None).unwrap().readiness[0].before
    };
    assert_eq!(before("proof-of-market", "s.trl"), Some(2));
    assert_eq!(before("proof-of-market", "s.crl"), None);
    assert_eq!(before("proof-of-value", "s.trl"), None);
}

#[test]
fn a_programme_weighs_totals_together() {
    let programme = |weights: Value| -> model::programme::Programme {
        serde_json::from_value(json!({
            "id": "both", "version": "1.0.0", "language": "en", "title": "Both", "subject": "project",
            "roles": [], "stages": [], "transitions": [], "profile": { "weights": weights },
        }))
        .unwrap()
    };
    let cards = three(answers(72.0), answers(55.0), answers(81.0));
    let weights = json!({ "social": 20, "environmental": 30, "economic": 10, "other": 40 });
    let joined = profile(&cards, &[], Some(&programme(weights))).unwrap().joined.unwrap();
    // 20·72 + 30·55 + 10·81 = 3900, of 60 and of 100
    close(joined.answered.unwrap(), 65.0);
    close(joined.strict, 39.0);
    close(joined.completeness, 0.6);
    close(joined.shares["environmental"], 0.3);
    assert_eq!(joined.missing, ["other"]);
    let none = programme(json!({ "other": 100 }));
    let joined = profile(&cards, &[], Some(&none)).unwrap().joined.unwrap();
    assert_eq!((joined.strict, joined.answered, joined.completeness), (0.0, None, 0.0));
    assert!(joined.shares.is_empty());
    assert_eq!(profile(&cards, &[], None).unwrap().joined, None);

    let mut banned = answers(90.0);
    banned["banned"] = json!(true);
    let cards = three(banned, answers(55.0), answers(81.0));
    let weights = json!({ "social": 20, "environmental": 30, "economic": 10, "other": 40 });
    let joined = profile(&cards, &[], Some(&programme(weights))).unwrap().joined.unwrap();
    // What is blocked is given and counts as nothing: 30·55 + 10·81 = 2460, of 40 and of 100.
    close(joined.strict, 24.6);
    close(joined.answered.unwrap(), 61.5);
    close(joined.completeness, 0.6);
}
