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

/// What is found about a middle band from 40 to 60.
fn middle(meta: &Value, questions: &Value) -> Vec<String> {
    let band = |id: &str, from: u32| json!({ "id": id, "title": id, "from": from });
    let mut all = json!({
        "dimensions": [{ "id": "d", "title": "D", "weight": 100 }],
        "bands": [band("low", 0), band("middle", 40), band("high", 60)],
    });
    all.as_object_mut().unwrap().extend(meta.as_object().unwrap().clone());
    found(&all, questions)
}

fn yes(weight: u32) -> Value {
    let criterion = json!({ "dimension": "d", "weight": weight, "yes_no": "yes" });
    json!({ "title": "Q", "type": "boolean", "x-criterion": criterion })
}

const NOBODY: &str =
    "unreachable-band nobody can reach `middle`: no total is at least 40 and below 60";

#[test]
fn a_band_that_no_total_falls_into_is_found() {
    assert_eq!(middle(&json!({}), &json!({ "a": yes(1) })), [NOBODY]);
    assert_eq!(middle(&json!({}), &json!({ "a": yes(1), "b": yes(2) })), [NOBODY]);
    let reached = middle(&json!({}), &json!({ "a": yes(1), "b": yes(1) }));
    assert_eq!(reached, Vec::<String>::new());
}

#[test]
fn a_band_into_which_a_result_is_lowered_is_reached() {
    let cap = json!({ "gates": [
        { "id": "g", "when": "s.a", "effect": { "cap-band": "middle" }, "message": "M" },
    ] });
    assert_eq!(middle(&cap, &json!({ "a": yes(1) })), Vec::<String>::new());
    let mut rule = json!({ "bands": [
        { "id": "low", "title": "Low", "from": 0 },
        { "id": "middle", "title": "Middle", "from": 40 },
        { "id": "high", "title": "High", "from": 60, "requires": { "no_caps": true } },
    ] });
    assert_eq!(middle(&rule, &json!({ "a": yes(1) })), Vec::<String>::new());
    rule["bands"][2].as_object_mut().unwrap().remove("requires");
    assert_eq!(middle(&rule, &json!({ "a": yes(1) })), [NOBODY]);
}

#[test]
fn a_criterion_that_does_not_apply_leads_to_other_totals() {
    let mut questions = json!({ "a": yes(1), "b": yes(1), "c": yes(1) });
    assert_eq!(middle(&json!({}), &questions), [NOBODY]);
    questions["c"]["x-criterion"]["not_applicable"] = json!(true);
    assert_eq!(middle(&json!({}), &questions), Vec::<String>::new());
}

#[test]
fn a_band_of_a_form_with_many_criteria_is_reached_or_not_proven() {
    let many: Value =
        (0..20).map(|i| (format!("q{i}"), yes(1))).collect::<serde_json::Map<_, _>>().into();
    assert_eq!(middle(&json!({}), &many), Vec::<String>::new());
    let mut large = many;
    large["large"] = yes(200);
    assert_eq!(
        middle(&json!({}), &large),
        ["not-proven whether `middle` can be reached was not proven"]
    );
}
