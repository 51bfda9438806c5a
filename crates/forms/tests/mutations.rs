//! A form in which any one value is another: checking it never panics, and whatever is accepted
//! can be kept, prepared again, and answered.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use forms::{Files, Reading, canonical, validate};
use model::Response;
use serde_json::{Value, json};

/// Every how many-th change is tried; `MUTATIONS=1` tries them all.
fn step() -> usize {
    std::env::var("MUTATIONS").ok().and_then(|it| it.parse().ok()).unwrap_or(23)
}

/// A form with a bit of everything.
fn form() -> Value {
    let option = |it: &str| json!({ "const": it, "title": it });
    let level =
        |it: u32| json!({ "const": it, "title": format!("Level {it}"), "description": "So." });
    let criterion = |rubric: Value| {
        let mut criterion = json!({ "dimension": "d", "weight": 2 });
        criterion.as_object_mut().unwrap().extend(rubric.as_object().unwrap().clone());
        criterion
    };
    json!({
        "$schema": "../form.schema.json",
        "title": "Everything",
        "x-form": {
            "id": "everything", "version": "1.0.0", "language": "en", "minutes": 5,
            "dimensions": [{ "id": "d", "title": "D", "weight": 60 }, { "id": "e", "title": "E", "weight": 40 }],
            "bands": [{ "id": "low", "title": "Low", "from": 0 },
                      { "id": "high", "title": "High", "from": 50, "requires": {
                          "every_dimension": 40, "evidence": { "grade": "E2", "share": 0.5 }, "no_caps": true } }],
            "gates": [
                { "id": "g", "when": { "any": ["s.level < 1", { "not": "s.yes" }] }, "effect": { "cap-dimension": { "d": 50 } }, "message": "M" },
                { "id": "h", "when": "row.km > s.number", "effect": { "exclude-row": "s.rows" }, "message": "M" },
                { "id": "i", "when": "'a' in s.ticks", "effect": { "cap-band": "low" }, "message": "M", "sources": ["S1"] },
            ],
            "indicators": [{ "id": "i", "title": "I", "unit": "km", "decimals": 1, "formula": "sum(s.rows, 'km') * s.number",
                             "when": "s.yes", "sensitivity": [{ "input": "s.number", "change": 0.2 }] }],
            "certainty": { "indicator": "i", "max": 4 },
            "facts": [{ "id": "f", "title": "F" }],
            "missing": { "band_from": 0.7 },
            "offers": [{ "id": "o", "title": "O" }],
            "narratives": [{ "id": "n", "when": "score.total > 1", "text": "{{ score.total | number(1) }}" }],
            "sources": [{ "id": "S1", "author": "A", "title": "T" }],
        },
        "type": "object",
        "properties": {
            "s": { "title": "S", "type": "object", "required": ["level"], "properties": {
                "yes": { "title": "Yes", "type": "boolean", "x-criterion": criterion(json!({ "yes_no": "yes" })) },
                "level": { "title": "Level", "type": "integer", "oneOf": [level(0), level(1), level(2)],
                           "x-criterion": criterion(json!({ "levels": 2, "evidence": { "2": "E2" }, "offer": "o", "not_applicable": true })) },
                "ticks": { "title": "Ticks", "type": "array", "uniqueItems": true,
                           "items": { "type": "string", "oneOf": [option("a"), option("b")] },
                           "x-criterion": criterion(json!({ "count": [0, 1, 2], "top_when": "s.yes" })) },
                "number": { "title": "Number", "type": "number", "minimum": 0, "x-unit": "km", "x-decimals": 1,
                            "x-criterion": criterion(json!({ "curve": [[0, 0], [10, 100]] })) },
                "rows": { "title": "Rows", "type": "array", "items": { "type": "object", "required": ["id", "km"],
                              "properties": { "id": { "type": "string" }, "km": { "title": "Km", "type": "number", "x-total": "sum" },
                                              "out": { "title": "Out", "type": "boolean" },
                                              "twice": { "title": "Twice", "type": "number", "x-calculated": "row.km * 2" } } },
                          "x-row": { "columns": { "km": 1 }, "range": [0, 5], "exclude": "out", "join": "max" },
                          "x-criterion": { "dimension": "e", "weight": 1, "rows": true } },
                "shared": { "title": "Shared", "$ref": "shared.json#/$defs/scale",
                            "x-criterion": { "dimension": "e", "weight": 1, "points": { "x": 0, "y": 80 } } },
                "own": { "title": "Own", "$ref": "#/$defs/own" },
            } },
            "t": { "title": "T", "type": "object", "x-visible": "s.yes", "properties": {
                "day": { "title": "Day", "type": "string", "format": "date" },
                "name": { "title": "Name", "type": "string", "pattern": "^a", "maxLength": 9 },
                "worth": { "title": "Worth", "type": "number", "x-calculated": "s.number / 2 if s.yes else facts.f",
                           "x-criterion": criterion(json!({ "cutoffs": [1, 2] })) },
            } },
        },
        "$defs": { "own": { "type": "integer", "enum": [1, 2] } },
    })
}

/// The pointers of every value in `value`.
fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (key, it) in map {
                pointers(it, &format!("{at}/{}", forms::json::escape(key)), out);
            }
        }
        Value::Array(items) => {
            for (i, it) in items.iter().enumerate() {
                pointers(it, &format!("{at}/{i}"), out);
            }
        }
        _ => {}
    }
}

/// `document` without the value at `pointer`, or with `odd` in its place.
fn changed(document: &Value, pointer: &str, odd: Option<&Value>) -> Value {
    let mut document = document.clone();
    let Some(odd) = odd else {
        let (parent, key) = pointer.rsplit_once('/').unwrap_or_default();
        match document.pointer_mut(parent) {
            Some(Value::Object(map)) => drop(map.shift_remove(&forms::json::unescape(key))),
            Some(Value::Array(items)) => drop(items.remove(key.parse().unwrap())),
            _ => {}
        }
        return document;
    };
    if let Some(slot) = document.pointer_mut(pointer) {
        slot.clone_from(odd);
    }
    document
}

fn response() -> Response {
    serde_json::from_value(json!({
        "form": { "id": "everything", "version": "1.0.0" },
        "subject": { "name": "Example", "kind": "project" }, "date": "2026-10-01",
        "answers": { "s": { "yes": true, "level": 2, "ticks": ["a", "b"], "number": 4,
                            "rows": [{ "id": "r1", "km": 3 }], "shared": "y" }, "t": { "day": "2026-10-01" } },
    }))
    .unwrap()
}

fn tried(document: &Value) {
    let shared = r#"{ "$defs": { "scale": { "type": "string", "oneOf": [
        { "const": "x", "title": "X" }, { "const": "y", "title": "Y" }] } } }"#;
    let files: Files = [
        ("form.json".to_owned(), document.to_string()),
        ("shared.json".to_owned(), shared.to_owned()),
        ("form.da.json".to_owned(), r#"{ "s": "Trin", "s.level[1]": "Et" }"#.to_owned()),
    ]
    .into_iter()
    .collect();
    let loaded = forms::check::check(&files, "form.json");
    let Some(form) = loaded.form else { return };
    let kept = canonical::to_string(&form.form.document);
    let again = forms::prepare(&serde_json::from_str(&kept).unwrap(), form.translations.clone());
    let again = again.unwrap_or_else(|it| panic!("accepted, but not when kept: {it:#?}"));
    assert_eq!(again.hash, form.hash);
    let response = response();
    let reading = Reading::new(&form, &response);
    let issues = validate::validate(&reading);
    assert_eq!(Reading::new(&again, &response).answers, reading.answers);
    assert_eq!(validate::validate(&Reading::new(&again, &response)), issues);
    forms::answers_schema::answers_schema(&form);
}

#[test]
fn no_single_change_of_a_form_makes_checking_panic() {
    let form = form();
    tried(&form);
    let mut all = Vec::new();
    pointers(&form, "", &mut all);
    let odd = [
        json!(null),
        json!(-1),
        json!(1e300),
        json!(2.0),
        json!(4_000_000_000_u64),
        json!(""),
        json!("s.level"),
        json!("x-form"),
        json!([]),
        json!([[]]),
        json!({}),
        json!({ "$ref": "#" }),
        json!(true),
        json!("row.km"),
    ];
    let odd: Vec<Option<&Value>> = odd.iter().map(Some).chain([None]).collect();
    let changes = all.iter().flat_map(|at| odd.iter().map(move |odd| (at, *odd)));
    let mut panicked = Vec::new();
    for (at, odd) in changes.step_by(step()) {
        let document = changed(&form, at, odd);
        if catch_unwind(AssertUnwindSafe(|| tried(&document))).is_err() {
            panicked.push(format!("{at} as {odd:?}"));
        }
    }
    assert!(panicked.is_empty(), "{}", panicked.join("\n"));
}
