//! What a check says about what can be reached is true.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use forms::Files;
use serde_json::{Value, json};

/// What is found in a form with `meta` in its `x-form` and `questions` in its only step.
fn found(meta: &Value, questions: &Value) -> Vec<String> {
    let mut form = json!({
        "title": "Reach",
        "x-form": { "id": "reach", "version": "1.0.0", "language": "en" },
        "type": "object",
        "properties": { "s": { "title": "S", "type": "object", "properties": questions } },
    });
    form["x-form"].as_object_mut().unwrap().extend(meta.as_object().unwrap().clone());
    let files: Files = [("form.json", form.to_string())].into_iter().collect();
    let findings = forms::check::check(&files, "form.json").findings;
    findings.into_iter().map(|it| format!("{} {}", it.code, it.message)).collect()
}

fn gate(when: &str) -> Value {
    json!({ "gates": [{ "id": "g", "when": when, "effect": "warn", "message": "M" }] })
}

#[test]
fn a_gate_can_fire_because_something_is_not_answered() {
    let questions = json!({
        "o": { "title": "O", "type": "boolean" },
        "twice": { "title": "Twice", "type": "boolean", "x-calculated": "not s.o" },
    });
    for when in ["not answered('s.o')", "answered('s.o')", "not answered('s.twice')"] {
        assert_eq!(found(&gate(when), &questions), Vec::<String>::new(), "{when}");
    }
    let never = found(&gate("answered('s.o') and not answered('s.twice')"), &questions);
    assert_eq!(never, ["idle-gate `g` can never fire: no answers make it true"]);
}

#[test]
fn a_question_can_be_asked_because_another_is_not_answered() {
    let questions = json!({
        "o": { "title": "O", "type": "boolean" },
        "why": { "title": "Why", "type": "string", "x-visible": "not answered('s.o')" },
    });
    assert_eq!(found(&json!({}), &questions), Vec::<String>::new());
}
