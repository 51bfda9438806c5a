//! Preparing a form, and parsing, validating and scoring a response of 60 questions.
//!
//! `cargo bench -p scoring`

use divan::{Bencher, black_box};
use forms::{Files, PreparedForm, Reading, load, parse_response, response, validate};
use serde_json::{Map, Value, json};

fn main() {
    divan::main();
}

/// Five steps of twelve questions; ten of them are asked on a condition.
fn form_text() -> String {
    let levels: Vec<Value> = (0..=4)
        .map(|level| json!({ "const": level, "title": format!("Level {level}"), "description": "What it looks like." }))
        .collect();
    let mut steps = Map::new();
    for s in 0..5 {
        let mut questions = Map::new();
        for q in 0..12 {
            let mut question = json!({
                "title": format!("Question {s}.{q}"),
                "type": "integer",
                "oneOf": levels,
                "x-criterion": { "dimension": format!("d{s}"), "weight": 1 + q % 3, "levels": 4,
                                 "evidence": { "3": "E2", "4": "E3" } },
            });
            if q >= 10 {
                question["x-visible"] = format!("s{s}.q0 >= 1").into();
            }
            questions.insert(format!("q{q}"), question);
        }
        let step =
            json!({ "title": format!("Step {s}"), "type": "object", "properties": questions });
        steps.insert(format!("s{s}"), step);
    }
    let dimensions: Vec<Value> = (0..5)
        .map(|s| json!({ "id": format!("d{s}"), "title": format!("Dimension {s}"), "weight": 20 }))
        .collect();
    json!({
        "title": "Sixty questions",
        "x-form": {
            "id": "sixty", "version": "1.0.0", "language": "en", "dimensions": dimensions,
            "bands": [{ "id": "low", "title": "Low", "from": 0 }, { "id": "high", "title": "High", "from": 50 }],
            "gates": [{ "id": "none", "when": "s0.q0 == 0", "effect": { "cap-band": "low" }, "message": "No." }],
        },
        "type": "object",
        "properties": steps,
    })
    .to_string()
}

/// A response to all sixty; with `wrong`, ten of the answers are not valid.
fn response_text(wrong: bool) -> String {
    let mut steps = Map::new();
    let mut notes = Map::new();
    for s in 0..5 {
        let mut answers = Map::new();
        for q in 0..12 {
            let answer = if wrong && q < 2 { json!("none") } else { json!(1 + (s + q) % 4) };
            answers.insert(format!("q{q}"), answer);
        }
        let evidence = json!({ "evidence": [{ "title": "A report", "grade": "E2" }] });
        notes.insert(format!("s{s}.q3"), evidence);
        steps.insert(format!("s{s}"), Value::Object(answers));
    }
    json!({
        "form": { "id": "sixty", "version": "1.0.0" },
        "subject": { "name": "Example", "kind": "project" },
        "date": "2026-11-01", "answers": steps, "notes": notes,
    })
    .to_string()
}

fn prepared() -> PreparedForm {
    let files: Files = [("sixty/form.json", form_text())].into_iter().collect();
    load(&files, "sixty/form.json").form.expect("the form is valid")
}

/// From the text of a form to a form that is ready.
#[divan::bench]
fn prepare_a_form(bencher: Bencher<'_, '_>) {
    let files: Files = [("sixty/form.json", form_text())].into_iter().collect();
    bencher.bench(|| load(black_box(&files), "sixty/form.json").form.is_some());
}

/// From the text of a response to its scorecard.
#[divan::bench]
fn parse_validate_and_score(bencher: Bencher<'_, '_>) {
    let (form, text) = (prepared(), response_text(false));
    bencher.bench(|| {
        let response = parse_response("r.json", black_box(&text)).expect("it is a response");
        let reading = Reading::new(&form, &response);
        let issues = validate::validate(&reading);
        assert!(issues.is_empty());
        scoring::score_reading(&reading, None)
    });
}

/// Scoring alone.
#[divan::bench]
fn score(bencher: Bencher<'_, '_>) {
    let form = prepared();
    let response = parse_response("r.json", &response_text(false)).expect("it is a response");
    bencher.bench(|| scoring::score(&form, black_box(&response), None));
}

/// Every finding of a response in which ten answers are wrong, with line and column.
#[divan::bench]
fn all_findings_of_an_invalid_response(bencher: Bencher<'_, '_>) {
    let (form, text) = (prepared(), response_text(true));
    bencher.bench(|| {
        let response = parse_response("r.json", black_box(&text)).expect("it is a response");
        let findings = response::findings(&form, &response, "r.json", &text);
        assert_eq!(findings.len(), 10);
        findings
    });
}
