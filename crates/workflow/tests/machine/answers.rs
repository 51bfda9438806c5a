//! What comes of answers: outcomes, missing answers, medians and facts.

use forms::{Files, PreparedForm, Reading};
use model::form::answer_at;
use model::programme::Stage;
use model::response::{FormRef, Subject, SubjectKind};
use model::{Response, Scorecard};
use serde_json::{Value, json};
use workflow::Outcome;

use crate::walk::{PROGRAMMES, Walk, case, form, outcome, programme};

fn response(form: &PreparedForm, answers: Value) -> Response {
    Response {
        form: FormRef { id: form.form.meta.id.clone(), version: form.form.meta.version.clone() },
        subject: Subject { name: "Example".to_owned(), kind: SubjectKind::Project },
        date: "2026-11-23".to_owned(),
        validated: None,
        language: None,
        answers: serde_json::from_value(answers).unwrap(),
        notes: std::collections::BTreeMap::new(),
        facts: std::collections::BTreeMap::new(),
    }
}

/// A form with one question of each kind.
fn kinds() -> PreparedForm {
    let options = |ids: [&str; 3]| {
        let options = ids.map(|it| json!({ "const": it, "title": it }));
        json!(options)
    };
    let form = json!({
        "title": "Kinds",
        "x-form": { "id": "kinds", "version": "1.0.0", "language": "en",
            "dimensions": [{ "id": "worth", "title": "Worth", "weight": 100 }] },
        "type": "object",
        "properties": { "all": { "title": "All", "type": "object", "required": ["size", "words"],
            "properties": {
                "size": { "title": "Size", "type": "number" },
                "level": { "title": "Level", "type": "integer", "oneOf": [
                    { "const": 0, "title": "None", "description": "None of it." }, { "const": 1, "title": "Some", "description": "Some of it." }, { "const": 2, "title": "All", "description": "All of it." }],
                    "x-criterion": { "dimension": "worth", "weight": 1, "levels": 2 } },
                "place": { "title": "Place", "type": "string", "oneOf": options(["near", "far", "away"]),
                    "x-criterion": { "dimension": "worth", "weight": 1, "points": { "near": 0, "far": 50, "away": 100 } } },
                "kind": { "title": "Kind", "type": "string", "oneOf": options(["a", "b", "c"]) },
                "ticks": { "title": "Ticks", "type": "array", "uniqueItems": true,
                    "items": { "type": "string", "oneOf": options(["x", "y", "z"]) },
                    "x-criterion": { "dimension": "worth", "weight": 1, "count": [0, 1, 2, 3] } },
                "conflicts": { "title": "Conflicts", "type": "array", "uniqueItems": true,
                    "items": { "type": "string", "oneOf": options(["x", "y", "z"]) } },
                "shown": { "title": "Shown", "type": "boolean",
                    "x-criterion": { "dimension": "worth", "weight": 1, "yes_no": "yes" } },
                "words": { "title": "Words", "type": "string" },
                "twice": { "title": "Twice", "type": "number", "x-calculated": "all.size * 2" }
            } },
            "more": { "title": "More", "type": "object", "required": ["name"],
                "properties": { "name": { "title": "Name", "type": "string" } } } }
    });
    let files = Files::from_iter([("form.json", form.to_string())]);
    let loaded = forms::load(&files, "form.json");
    loaded.form.unwrap_or_else(|| panic!("{:#?}", loaded.findings))
}

#[test]
fn a_median_joins_what_several_people_answered() {
    let form = kinds();
    let all = [
        json!({ "size": 7, "level": 2, "place": "away", "kind": "a", "ticks": ["x", "y"], "conflicts": [], "shown": true, "words": "One" }),
        json!({ "size": 3.5, "level": 0, "place": "near", "kind": "a", "ticks": ["y", "z"], "conflicts": [], "shown": true, "words": "Two" }),
        json!({ "size": 4, "level": 2, "place": "far", "kind": "a", "ticks": ["y"], "conflicts": [], "shown": false }),
        json!({ "size": 9, "level": 1, "ticks": ["x"] }),
    ];
    let all = all.map(|it| response(&form, json!({ "all": it })));
    let expected = |size: f64, level: u32, place: &str, ticks: &[&str], shown: bool| json!({ "size": size, "level": level, "place": place, "ticks": ticks, "shown": shown });
    for (count, expected) in [
        (1, expected(7.0, 2, "away", &["x", "y"], true)),
        (2, expected(3.5, 0, "near", &["y"], true)),
        (3, expected(4.0, 2, "far", &["y"], true)),
        (4, expected(4.0, 1, "far", &["y"], true)),
    ] {
        let few: Vec<&Response> = all[..count].iter().collect();
        let found = Value::Object(workflow::median(&form, &few));
        let numbers = forms::canonical::numbers(&found).into_owned();
        let expected = json!({ "all": forms::canonical::numbers(&expected) });
        assert_eq!(numbers, expected, "of {count}");
    }
    assert_eq!(Value::Object(workflow::median(&form, &[])), json!({}));
}

/// The medians of the panels are worked out by hand in the cases of the form.
#[test]
fn the_median_of_reviews_is_where_a_consensus_begins() {
    let form = form("opi-review");
    let criteria = ["need", "novelty", "market", "partnership", "adoption"];
    for (panel, points) in [
        ("a", [4.0, 3.5, 3.5, 3.5, 3.5]),
        ("b", [4.5, 4.5, 4.0, 2.5, 4.0]),
        ("c", [3.5, 3.0, 3.0, 4.0, 3.5]),
    ] {
        let reviews: Vec<Response> =
            (1..=3).map(|it| case("opi-review", &format!("panel-{panel}-reviewer-{it}"))).collect();
        let reviews: Vec<&Response> = reviews.iter().collect();
        let answers = workflow::median(&form, &reviews);
        let found = criteria.map(|it| answer_at(&answers, &format!("{it}.points")).unwrap());
        assert_eq!(found.map(|it| it.as_f64()), points.map(Some), "panel {panel}");
        assert!(!answers.contains_key("declaration"), "nobody declares for another");
    }
}

#[test]
fn only_the_steps_of_a_stage_must_be_answered_there() {
    let form = kinds();
    let response = response(&form, json!({ "all": { "size": 1 } }));
    let reading = Reading::new(&form, &response);
    for (steps, missing) in [
        (vec![], vec!["all.words", "more.name"]),
        (vec!["all"], vec!["all.words"]),
        (vec!["more"], vec!["more.name"]),
    ] {
        let asked = steps.len();
        let steps = steps.into_iter().map(str::to_owned).collect();
        let stage = Stage { steps, ..Stage::default() };
        assert_eq!(workflow::missing(&stage, &reading), missing);
        assert_eq!(Outcome::new(&stage, &reading, None).missing, missing.len());
        let shown = workflow::steps(&stage, &form.form).count();
        assert_eq!(shown, if asked == 0 { 2 } else { 1 });
    }
}

/// A scorecard with one gate of each state that matters.
fn card(eligible: &str) -> Scorecard {
    let score = json!({ "strict": 62.5, "upper": 80.0, "claimed": 62.5, "completeness": 0.9 });
    let gate = |id: &str, state: &str, effect: Value| json!({ "id": id, "state": state, "effect": effect, "message": "Mend it." });
    let mut total = score.clone();
    total["points"] = json!({ "strict": 31, "upper": 40, "out_of": 50 });
    total["band"] = json!({ "id": "ready", "title": "Ready", "rank": 2 });
    total["preliminary"] = false.into();
    total["evidence"] = json!({});
    let indicator = |id: &str, value: Option<u32>| {
        let mut it =
            json!({ "id": id, "title": id, "formula": "1", "format": "number", "decimals": 0 });
        if let Some(value) = value {
            it["value"] = value.into();
        }
        it
    };
    serde_json::from_value(json!({
        "form": { "id": "kinds", "version": "1.0.0" }, "title": "Kinds", "language": "en",
        "subject": { "name": "Example", "kind": "project" }, "date": "2026-11-23",
        "status": "scored", "total": total,
        "dimensions": [
            { "id": "worth", "title": "Worth", "state": "assessed", "share": 1.0, "not_applicable": 0.0, "score": score },
            { "id": "other", "title": "Other", "state": "not-asked", "share": 0.0, "not_applicable": 0.0 }
        ],
        "criteria": [],
        "gates": [
            gate("allowed", eligible, json!("eligibility")),
            gate("safe", "passed", json!("knockout")),
            gate("late", "failed", json!("warn"))
        ],
        "indicators": [indicator("hours", Some(40)), indicator("price", None)],
        "calculated": [], "narratives": [], "strengths": [], "gaps": [], "next_steps": [],
        "missing": [], "hidden": [],
        "provenance": { "form": "sha256:0", "response": "sha256:0", "engine": "1.0.0", "rounding": "half-up" }
    }))
    .unwrap()
}

#[test]
fn an_outcome_says_what_conditions_may_name() {
    let form = kinds();
    let response = response(&form, json!({ "all": { "size": 1.0, "kind": "a" } }));
    let reading = Reading::new(&form, &response);
    for (state, eligible) in [("passed", true), ("unknown", false), ("failed", false)] {
        let outcome = Outcome::new(&Stage::default(), &reading, Some(&card(state)));
        assert_eq!((outcome.missing, outcome.eligible), (2, eligible), "{state}");
        let expected = json!({
            "all_met": eligible, "status": "scored", "band": "ready", "rank": 2, "total": 62.5,
            "points": 31, "completeness": 0.9, "dimensions": { "worth": 62.5 },
            "indicators": { "hours": 40 },
            "answers": { "all": { "size": 1, "kind": "a", "twice": 2 } }
        });
        assert_eq!(Value::Object(outcome.values), expected);
    }
    let outcome = Outcome::new(&Stage::default(), &reading, None);
    assert!(outcome.eligible);
    assert_eq!(outcome.values.keys().collect::<Vec<_>>(), ["answers"]);
}

#[test]
fn facts_come_from_what_was_signed() {
    let mut walk = Walk::of("opi");
    walk.standing.stage = "consensus".to_owned();
    let sums = json!({ "indicators": { "sum": 18.0, "ranking": 20.0 } });
    walk.answer(0, &sums).sign(None);
    walk.standing.stage = "decision".to_owned();
    let form = form("opi-decision");
    let facts = workflow::facts(&walk.programme, &walk.standing, &form);
    let found: Vec<_> = facts.iter().map(|(id, it)| (id.as_str(), &it.value, &*it.from)).collect();
    let from = "sha256:opi-review-1-1";
    assert_eq!(
        found,
        [("consensus_ranking", &json!(20), from), ("consensus_sum", &json!(18), from)],
        "the band is not known"
    );

    walk.standing.answered[0].signed_at = None;
    assert!(workflow::facts(&walk.programme, &walk.standing, &form).is_empty());
}

#[test]
fn a_form_is_given_facts_of_the_other_forms_of_its_stage() {
    let mut walk = Walk::of("project-proofs");
    let market = form("proof-of-market");
    let facts = |walk: &Walk| {
        let facts = workflow::facts(&walk.programme, &walk.standing, &market);
        facts
            .into_iter()
            .map(|(id, it)| format!("{id} {} {}", it.value, it.from))
            .collect::<Vec<_>>()
    };
    let none: Vec<String> = Vec::new();
    walk.answer_copy("proof-of-value", 1, outcome(0, &json!({ "total": 71.5 })));
    assert_eq!(facts(&walk), none, "without a scorecard there is no fact");
    walk.sign(None);
    let value = "value_total 71.5 sha256:proof-of-value-1-1".to_owned();
    assert_eq!(facts(&walk), std::slice::from_ref(&value));
    walk.answer_copy("environmental-sustainability", 1, outcome(0, &json!({ "total": 40.0 })));
    walk.sign(None);
    let environment = "environment_total 40 sha256:environmental-sustainability-1-1".to_owned();
    assert_eq!(facts(&walk), [environment.clone(), value.clone()]);
    walk.standing.turn = 2;
    assert_eq!(facts(&walk), [environment, value], "what was signed before still counts");
}

#[test]
fn every_shipped_programme_can_be_run_and_drawn() {
    for id in PROGRAMMES {
        let programme = programme(id).programme;
        let lines = workflow::diagram(&programme).lines().count();
        let finals = programme.stages.iter().filter(|it| it.is_final).count();
        let parts = programme.stages.len() + programme.transitions.len() + finals;
        assert_eq!(lines, parts + 2, "{id}");
    }
    let drawn = workflow::diagram(&programme("export-readiness").programme);
    assert!(drawn.contains("\n    [*] --> assessment\n"), "{drawn}");
    assert!(drawn.contains("\n    assessment --> improvement: Finish the assessment\n"), "{drawn}");
    assert!(drawn.contains("\n    closed --> [*]\n"), "{drawn}");
}

#[test]
fn a_programme_that_cannot_be_run_is_refused() {
    let sound = programme("opi").programme;
    let refused = |change: &dyn Fn(&mut model::Programme)| {
        let mut programme = sound.clone();
        change(&mut programme);
        let found = workflow::prepare(programme).expect_err("it is refused");
        found.into_iter().map(|it| it.code).collect::<Vec<_>>()
    };
    let when = |text: &str| Some(model::Condition::Expression(text.to_owned()));
    let gate = |text: &'static str| {
        move |it: &mut model::Programme| it.transitions[1].gate.as_mut().unwrap().when = when(text)
    };
    assert_eq!(refused(&gate("eligibility.all_met and")), ["expression"]);
    assert_eq!(refused(&gate("elegibility.all_met")), ["unknown-name"]);
    assert_eq!(refused(&gate("review.total > 3")), ["unknown-name"]);
    assert_eq!(refused(&|it| it.transitions[0].to = "moon".to_owned()), ["unknown-stage"]);
    let fact = |it: &mut model::Programme| {
        it.stages[4].facts.insert("consensus_band".to_owned(), "consensus.band |".to_owned());
    };
    assert_eq!(refused(&fact), ["expression"]);
    let mut empty = sound.clone();
    (empty.stages, empty.transitions, empty.roles) = (Vec::new(), Vec::new(), Vec::new());
    assert_eq!(workflow::prepare(empty).expect_err("it is refused")[0].code, "wrong-shape");
}
