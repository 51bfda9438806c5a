//! A form of sixty questions in five steps, ten of them asked on a condition, and responses to
//! it: the same for Assay, for the floor and, in their own words, for other programs.

use std::fs;
use std::path::Path;

use anyhow::Result;
use serde_json::{Map, Value, json};

/// How many different responses there are.
pub(crate) const RESPONSES: usize = 200;

/// How many steps the form has, and how many questions each of them.
pub(crate) const STEPS: usize = 5;
/// How many questions a step has.
pub(crate) const QUESTIONS: usize = 12;

/// From which question of a step on they are asked only if the first of the step is not 0.
pub(crate) const CONDITIONAL: usize = 10;

/// The weight of a question in its dimension.
pub(crate) fn weight(question: usize) -> u32 {
    1 + u32::try_from(question % 3).unwrap_or_default()
}

fn steps(question: impl Fn(usize, usize) -> Value, step: impl Fn(usize, Value) -> Value) -> Value {
    let steps = (0..STEPS).map(|s| {
        let questions = (0..QUESTIONS).map(|q| (format!("q{q}"), question(s, q)));
        (format!("s{s}"), step(s, Value::Object(questions.collect::<Map<_, _>>())))
    });
    Value::Object(steps.collect())
}

/// The form.
pub(crate) fn form() -> String {
    let level = |it: u32| json!({ "const": it, "title": format!("Level {it}"), "description": "What it looks like." });
    let levels: Vec<Value> = (0..=4).map(level).collect();
    let question = |s: usize, q: usize| {
        let mut question = json!({
            "title": format!("Question {s}.{q}"),
            "type": "integer",
            "oneOf": levels,
            "x-criterion": { "dimension": format!("d{s}"), "weight": weight(q), "levels": 4,
                             "evidence": { "3": "E2", "4": "E3" } },
        });
        if q >= CONDITIONAL {
            question["x-visible"] = format!("s{s}.q0 >= 1").into();
        }
        question
    };
    let step = |s: usize, questions: Value| json!({ "title": format!("Step {s}"), "type": "object", "properties": questions });
    let dimension = |s: usize| json!({ "id": format!("d{s}"), "title": format!("Dimension {s}"), "weight": 20 });
    json!({
        "title": "Sixty questions",
        "x-form": {
            "id": "sixty", "version": "1.0.0", "language": "en",
            "dimensions": (0..STEPS).map(dimension).collect::<Vec<_>>(),
            "bands": [{ "id": "low", "title": "Low", "from": 0 }, { "id": "high", "title": "High", "from": 50 }],
            "gates": [{ "id": "none", "when": "s0.q0 == 0", "effect": { "cap-band": "low" }, "message": "No." }],
        },
        "type": "object",
        "properties": steps(question, step),
    })
    .to_string()
}

/// The same as a JSON Schema alone, for validators: a conditional question is required where
/// it is asked.
pub(crate) fn schema() -> Value {
    // Validators are quicker with bounds than with options.
    let question = |_, _| json!({ "type": "integer", "minimum": 0, "maximum": 4 });
    let names = |from: usize, to: usize| (from..to).map(|q| format!("q{q}")).collect::<Vec<_>>();
    let step = |_, questions: Value| {
        json!({
            "type": "object",
            "properties": questions,
            "required": names(0, CONDITIONAL),
            "additionalProperties": false,
            "if": { "properties": { "q0": { "minimum": 1 } }, "required": ["q0"] },
            "then": { "required": names(CONDITIONAL, QUESTIONS) },
        })
    };
    let text = || json!({ "type": "string" });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "form": { "type": "object", "properties": { "id": { "const": "sixty" }, "version": { "const": "1.0.0" } }, "required": ["id", "version"], "additionalProperties": false },
            "subject": { "type": "object", "properties": { "name": text(), "kind": { "enum": ["company", "project"] } }, "required": ["name", "kind"], "additionalProperties": false },
            "date": { "type": "string", "format": "date" },
            "answers": { "type": "object", "properties": steps(question, step), "additionalProperties": false,
                         "required": (0..STEPS).map(|s| format!("s{s}")).collect::<Vec<_>>() },
            "notes": { "type": "object", "additionalProperties": { "type": "object", "additionalProperties": false, "properties": {
                "comment": text(),
                "evidence": { "type": "array", "items": { "type": "object", "additionalProperties": false, "required": ["title", "grade"],
                    "properties": { "title": text(), "grade": { "enum": ["E0", "E1", "E2", "E3", "E4", "E5"] } } } },
            } } },
        },
        "required": ["form", "subject", "date", "answers"],
        "additionalProperties": false,
    })
}

/// The same as a model of `SurveyJS`, with the weighted total of the levels.
pub(crate) fn survey() -> Value {
    let page = |s: usize| {
        let question = |q: usize| {
            let mut question = json!({
                "type": "rating", "name": format!("s{s}_q{q}"), "title": format!("Question {s}.{q}"),
                "isRequired": true,
                "rateValues": (0..=4).map(|it| json!({ "value": it, "text": format!("Level {it}") })).collect::<Vec<_>>(),
                // A rating takes what is none of its values.
                "validators": [{ "type": "numeric", "minValue": 0, "maxValue": 4 }],
            });
            if q >= CONDITIONAL {
                question["visibleIf"] = format!("{{s{s}_q0}} >= 1").into();
            }
            question
        };
        json!({ "name": format!("s{s}"), "elements": (0..QUESTIONS).map(question).collect::<Vec<_>>() })
    };
    let term = |s: usize, q: usize| format!("{{s{s}_q{q}}} * {}", weight(q));
    let sum =
        (0..STEPS).flat_map(|s| (0..CONDITIONAL).map(move |q| term(s, q))).collect::<Vec<_>>();
    json!({
        "pages": (0..STEPS).map(page).collect::<Vec<_>>(),
        "calculatedValues": [{ "name": "total", "expression": sum.join(" + "), "includeIntoResult": true }],
        "clearInvisibleValues": "none",
    })
}

/// The weighted sum of the levels of the questions that are always asked: what `total` of
/// `SurveyJS` must say of [`response`].
pub(crate) fn weighted_sum(number: usize) -> u32 {
    let all = (0..STEPS).flat_map(|s| (0..CONDITIONAL).map(move |q| (s, q)));
    all.map(|(s, q)| level(number, s, q) * weight(q)).sum()
}

fn level(number: usize, step: usize, question: usize) -> u32 {
    // From 1, so that every conditional question is asked.
    1 + u32::try_from((number * 7 + step * 3 + question * (1 + number % 3)) % 4).unwrap_or_default()
}

/// The response with this number; with `wrong`, ten of its answers are none of the options.
pub(crate) fn response(number: usize, wrong: bool) -> String {
    let answer = |s: usize, q: usize| match wrong && q < 2 {
        true => json!(format!("none {number}")),
        false => level(number, s, q).into(),
    };
    let evidence = json!({ "evidence": [{ "title": "A report", "grade": "E2" }] });
    let notes: Map<String, Value> =
        (0..STEPS).map(|s| (format!("s{s}.q3"), evidence.clone())).collect();
    json!({
        "form": { "id": "sixty", "version": "1.0.0" },
        "subject": { "name": format!("Example {number}"), "kind": "project" },
        "date": "2026-11-01",
        "answers": steps(answer, |_, questions| questions),
        "notes": notes,
    })
    .to_string()
}

/// Writes what other programs read into `folder`.
pub(crate) fn write(folder: &Path) -> Result<()> {
    let lines =
        |wrong: bool| (0..RESPONSES).map(|it| response(it, wrong) + "\n").collect::<String>();
    fs::write(folder.join("schema.json"), schema().to_string())?;
    fs::write(folder.join("survey.json"), survey().to_string())?;
    fs::write(folder.join("responses.ndjson"), lines(false))?;
    fs::write(folder.join("invalid.ndjson"), lines(true))?;
    Ok(())
}
