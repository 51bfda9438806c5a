//! What a form's expressions may cost, and what comes of those that cannot be worked out.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use forms::prepare::PreparedForm;
use forms::reading::Answer;
use forms::{Files, Reading};
use model::{Response, Severity};
use serde_json::{Value, json};

/// A form in which `s.value` is calculated by `formula`.
fn form(formula: &str) -> Result<PreparedForm, Vec<String>> {
    let option = |it: &str| json!({ "const": it, "title": it });
    let document = json!({
        "title": "Expressions",
        "x-form": { "id": "expressions", "version": "1.0.0", "language": "en",
                    "facts": [{ "id": "points", "title": "Points" }] },
        "type": "object",
        "properties": { "s": { "title": "S", "type": "object", "properties": {
            "text": { "title": "Text", "type": "string" },
            "number": { "title": "Number", "type": "number" },
            "zero": { "title": "Zero", "type": "number" },
            "yes": { "title": "Yes", "type": "boolean" },
            "open": { "title": "Open", "type": "number" },
            "ticks": { "title": "Ticks", "type": "array", "items": { "oneOf": [option("a"), option("b")] } },
            "rows": { "title": "Rows", "type": "array", "items": { "type": "object", "properties": {
                "km": { "title": "Km", "type": "number" }, "name": { "title": "Name", "type": "string" } } } },
            "value": { "title": "Value", "type": "number", "x-calculated": formula },
        } } },
    });
    let files: Files = [("e/form.json", document.to_string())].into_iter().collect();
    let loaded = forms::load(&files, "e/form.json");
    let errors = loaded.findings.into_iter().filter(|it| it.severity == Severity::Error);
    loaded.form.ok_or_else(|| errors.map(|it| format!("{}: {}", it.code, it.message)).collect())
}

fn response() -> Response {
    serde_json::from_value(json!({
        "form": { "id": "expressions", "version": "1.0.0" },
        "subject": { "name": "Example", "kind": "project" },
        "date": "2026-10-01",
        "answers": { "s": {
            "text": "abc", "number": 2, "zero": 0, "yes": true, "ticks": ["a", "b"],
            "rows": [{ "id": "r1", "km": 3, "name": "abc" }, { "id": "r2", "km": 4, "name": "d" }],
        } },
        "facts": { "points": { "value": "abc", "from": "sha256:…" } },
    }))
    .unwrap()
}

/// What comes of `formula`: its value, or why there is none.
#[track_caller]
fn value(formula: &str) -> Result<Value, String> {
    let form = form(formula).unwrap_or_else(|it| panic!("{formula}: {it:#?}"));
    let response = response();
    let start = Instant::now();
    let reading = Reading::new(&form, &response);
    assert!(start.elapsed() < Duration::from_secs(5), "{formula} took {:?}", start.elapsed());
    match &reading.answers[form.index_of("s.value").unwrap()] {
        Answer::Given(value) => Ok(value.as_ref().clone()),
        Answer::Missing(because) => Err(because.clone().unwrap_or_default()),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refused(formula: &str) {
    let errors = form(formula).err().unwrap_or_else(|| panic!("{formula} is accepted"));
    assert!(errors.iter().all(|it| it.starts_with("expression: ")), "{errors:?}");
}

#[test]
fn a_fact_can_be_asked_for_without_waiting() {
    let given = "facts.points if answered('facts.points') else 'none'";
    assert_eq!(value(given), Ok(json!("abc")));
    let form = form("answered('facts.points')").unwrap();
    let mut response = response();
    response.facts.clear();
    let reading = Reading::new(&form, &response);
    let index = form.index_of("s.value").unwrap();
    assert_eq!(reading.answers[index].value(), Some(&json!(false)));
    let unknown = self::form("answered('facts.pints')").err().unwrap();
    assert!(unknown[0].starts_with("unknown-name: "), "{unknown:?}");
}

#[test]
fn what_would_grow_is_refused_before_it_runs() {
    for formula in [
        "'a' * 1000000000",
        "1000000000 * 'a'",
        "[1] * 1000000000 | length",
        "s.text * 1000000000",
        "s.ticks * 1000000000",
        "s.rows * 1000000000",
        "('a' if s.yes else 'b') * 1000000000",
        "column(s.rows, 'name') * 1000000000",
        "(s.ticks | join(',')) * 1000000000",
        "s.number ** 1000000",
        "s.text ~ s.text",
        "range(1000000000)",
        "s.ticks | map('upper')",
        "{'a': 1}",
        "s.rows[0:1]",
        "s.text.upper()",
        "lipsum(1000)",
    ] {
        refused(formula);
    }
    refused(&format!("{}s.number{}", "(".repeat(10_000), ")".repeat(10_000)));
    refused(&format!("{}s.number", "not ".repeat(3_000)));
    refused(&format!("s.number{}", " + s.number".repeat(1_000)));
}

#[test]
fn what_grows_only_when_it_runs_is_stopped() {
    for formula in [
        "(s.text if s.yes else s.number) * 1000000000",
        "facts.points * 1000000000",
        "(column(s.rows, 'name') | first) * 1000000000",
        "s.rows[0].name * 1000000000",
        "((s.rows if s.yes else s.number) * 1000000000) | length",
        "1 if 'zz' in ((s.rows if s.yes else s.number) * 1000000000) else 0",
        "(((column(s.rows, 'name') if s.yes else s.number) * 10000) | join('') if s.yes else 1) * 10000",
    ] {
        let because = value(formula).expect_err(formula);
        assert!(
            because.contains("too long") || because.contains("too large"),
            "{formula}: {because}"
        );
    }
}

#[test]
fn what_cannot_be_worked_out_has_no_value_and_says_why() {
    for formula in [
        "s.number / s.zero",
        "s.number // s.zero",
        "s.number % s.zero",
        "ratio(s.number, s.zero)",
        "1e308 * 10",
        "power(10, 400)",
        "mean(s.ticks)",
        "irr([1, 2, 3])",
        "max([])",
        "-(s.rows if s.yes else s.number)",
    ] {
        let because = value(formula).expect_err(formula);
        assert!(!because.is_empty(), "{formula}");
    }
}

#[test]
fn what_is_not_answered_is_waited_for() {
    assert_eq!(value("s.open + s.number"), Err("s.open".to_owned()));
    assert_eq!(value("s.number if s.yes else s.open"), Err("s.open".to_owned()));
    assert_eq!(value("1 if answered('s.open') else 0"), Ok(json!(0)));
}

#[test]
fn whole_numbers_do_not_run_over() {
    for (formula, expected) in [
        ("9223372036854775807 + 1", 9.223_372_036_854_776e18),
        ("0 - 9223372036854775807 - 2", -9.223_372_036_854_776e18),
        ("9223372036854775807 * 9223372036854775807", 8.507_059_173_023_462e37),
        ("(0 - 9223372036854775807 - 1) // (0 - 1)", 9.223_372_036_854_776e18),
    ] {
        assert_eq!(value(formula).unwrap().as_f64(), Some(expected), "{formula}");
    }
}

#[test]
fn a_long_chain_of_calculated_values_is_worked_out_in_order() {
    let mut questions = json!({ "q0": { "title": "Q", "type": "number" } });
    for i in (1..400).rev() {
        let formula = format!("s.q{} + 1", i - 1);
        questions[format!("q{i}")] =
            json!({ "title": "Q", "type": "number", "x-calculated": formula });
    }
    let document = json!({
        "title": "Chain", "x-form": { "id": "chain", "version": "1.0.0", "language": "en" },
        "type": "object",
        "properties": { "s": { "title": "S", "type": "object", "properties": questions } },
    });
    let files: Files = [("c/form.json", document.to_string())].into_iter().collect();
    let form = forms::load(&files, "c/form.json").form.unwrap();
    let mut response = response();
    response.answers = json!({ "s": { "q0": 1 } }).as_object().unwrap().clone();
    let reading = Reading::new(&form, &response);
    let last = reading.answers[form.index_of("s.q399").unwrap()].value();
    assert_eq!(last, Some(&json!(400)));
}
