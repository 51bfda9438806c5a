//! What a comparison of two forms says of scores, held against the scores themselves.

use forms::compare::compare;
use forms::prepare::PreparedForm;
use model::Scorecard;
use model::comparison::Impact;
use serde_json::{Value, json};

use crate::support::{
    Sketch, choice, choices, criterion, evidence, level, not_applicable, number, response, with,
    yes_no,
};

fn sketch() -> Sketch {
    Sketch::new(&[("a", 60), ("b", 40)])
        .gate("cap", "s.kind == 'small'", json!({ "cap-band": "solid" }))
        .gate("warn", "s.level == 1", "warn")
        .ask("kind", choice(&["small", "large"]))
        .ask("level", with(level("a", 2), json!({ "x-criterion": { "evidence": { "3": "E2" } } })))
        .ask("sure", with(yes_no(), criterion("a", 1, json!({ "yes_no": "yes" }))))
        .ask(
            "parts",
            with(
                choices(&["x", "y", "z"]),
                criterion("b", 2, json!({ "count": [0, 1, 2, 3], "not_applicable": true })),
            ),
        )
        .ask("weeks", with(number(), criterion("b", 1, json!({ "cutoffs": [4, 8, 12] }))))
        .ask("big", with(level("b", 1), json!({ "x-visible": "s.kind == 'large'" })))
        .ask("remark", json!({ "type": "string" }))
}

/// Changes of the sketch, laid over its document.
fn changes() -> Vec<Value> {
    let question = |name: &str, more: Value| json!({ "properties": { "s": { "properties": { name: more } } } });
    let points = |name: &str, more: Value| question(name, json!({ "x-criterion": more }));
    let meta = |more: Value| json!({ "x-form": more });
    let dimensions = json!([
        { "id": "a", "title": "a", "weight": 50 }, { "id": "b", "title": "b", "weight": 50 }
    ]);
    let gates = |cap: Value, warn: Value| {
        meta(json!({ "gates": [
            { "id": "cap", "when": "s.kind == 'small'", "effect": cap, "message": "cap acts" },
            { "id": "warn", "when": warn, "effect": "warn", "message": "warn acts" }
        ] }))
    };
    vec![
        // Points and rules.
        points("level", json!({ "weight": 3 })),
        points("level", json!({ "evidence": { "1": "E1" } })),
        points("level", json!({ "dimension": "b" })),
        points("sure", json!({ "yes_no": "no" })),
        points("parts", json!({ "count": [0, 2, 2, 3] })),
        points("weeks", json!({ "cutoffs": [5, 8, 12] })),
        meta(json!({ "dimensions": dimensions })),
        meta(json!({ "total": "by-dimension", "points": { "out_of": 200 } })),
        meta(json!({ "bands": [
            { "id": "low", "title": "Low", "from": 0 }, { "id": "emerging", "title": "Emerging", "from": 20 },
            { "id": "solid", "title": "Solid", "from": 60 }, { "id": "proven", "title": "Proven", "from": 80 }
        ] })),
        meta(json!({ "missing": { "band_from": 0.1 } })),
        gates(json!({ "cap-band": "low" }), json!("s.level == 1")),
        // What is asked, told and shown.
        question("more", json!({ "title": "More", "type": "number" })),
        question(
            "remark",
            json!({ "title": "Remarks", "maxLength": 200, "x-widget": "multiline" }),
        ),
        question("weeks", json!({ "minimum": 0, "x-decimals": 1, "description": "How many?" })),
        question("remark", json!({ "x-visible": "s.sure" })),
        points("level", json!({ "evidence_hint": "A list." })),
        gates(json!({ "cap-band": "solid" }), json!("s.level == 2")),
        meta(
            json!({ "minutes": 5, "purpose": "Another", "offers": [{ "id": "talk", "title": "Talk" }] }),
        ),
        meta(
            json!({ "indicators": [{ "id": "twice", "title": "Twice", "formula": "s.weeks * 2" }] }),
        ),
        json!({ "title": "Another", "properties": { "s": { "title": "Another", "required": ["kind"] } } }),
        json!({ "properties": { "t": { "title": "T", "type": "object", "properties": {
            "word": { "title": "Word", "type": "string" } } } } }),
    ]
}

/// The part of a scorecard by which results are compared.
fn result(form: &PreparedForm, answers: &Value, notes: &Value) -> Value {
    let card: Scorecard = scoring::score(form, &response(answers.clone(), notes.clone()), None);
    let total = card.total.map(|it| (it.score, it.points, it.band.map(|it| it.id)));
    let dimensions: Vec<_> = card.dimensions.into_iter().map(|it| (it.id, it.score)).collect();
    json!([card.status, total, dimensions])
}

#[test]
fn what_is_said_to_move_scores_does_and_what_is_said_to_keep_them_does_too() {
    let answers = [
        (json!({}), json!({})),
        (
            json!({ "kind": "small", "level": 4, "sure": true, "parts": ["x", "y", "z"], "weeks": 12 }),
            json!({ "level": evidence("E2") }),
        ),
        (
            json!({ "kind": "large", "level": 2, "sure": false, "parts": ["x"], "weeks": 4, "big": 1 }),
            json!({}),
        ),
        (
            json!({ "kind": "large", "level": 3, "sure": true, "weeks": 8, "big": 4, "remark": "so" }),
            json!({ "parts": not_applicable() }),
        ),
        (json!({ "kind": "small", "level": 1, "weeks": 5 }), json!({ "level": evidence("E3") })),
    ];
    let before = sketch().build();
    let of = |form: &PreparedForm| -> Vec<Value> {
        answers.iter().map(|(answers, notes)| result(form, answers, notes)).collect()
    };
    let (mut moving, mut keeping) = (0, 0);
    for change in changes() {
        let after = sketch().root(change.clone()).build();
        let comparison = compare(&before, &after, "en");
        let impacts = comparison.parts.iter().flat_map(|it| &it.changes).map(|it| it.impact);
        let same = of(&before) == of(&after);
        match impacts.max() {
            Some(Impact::MovesScores) => {
                assert!(!same, "nothing moves: {change}");
                moving += 1;
            }
            Some(Impact::KeepsScores | Impact::OnlyWording) => {
                assert!(same, "scores move: {change}");
                keeping += 1;
            }
            other => panic!("{other:?}: {change}"),
        }
    }
    assert_eq!((moving, keeping), (11, 10));
}
