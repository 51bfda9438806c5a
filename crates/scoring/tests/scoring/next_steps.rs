//! What would lift the total, and by how much it really does.

use model::scorecard::{NextAction, NextStep};
use model::{Grade, Scorecard};
use serde_json::{Value, json};

use crate::support::{
    Sketch, choices, close, criterion, evidence, ladder, level, levels_of, not_applicable, number,
    score, with, yes_no,
};

fn step<'a>(card: &'a Scorecard, name: &str) -> &'a NextStep {
    card.next_steps.iter().find(|it| it.question == format!("s.{name}")).expect("there is a step")
}

fn order(card: &Scorecard) -> Vec<&str> {
    card.next_steps.iter().map(|it| it.question.trim_start_matches("s.")).collect()
}

#[test]
fn the_largest_gain_comes_first_and_ties_stay_in_document_order() {
    let sketch = Sketch::new(&[("d", 60), ("e", 40)])
        .ask("light", level("d", 1))
        .ask("heavy", level("d", 5))
        .ask("full", level("d", 4))
        .ask("x", level("e", 1))
        .ask("y", level("e", 1))
        .ask("free", with(level("e", 1), json!({ "x-criterion": { "not_applicable": true } })));
    let card = sketch.score(
        json!({ "light": 1, "heavy": 2, "full": 4, "x": 3 }),
        json!({ "free": not_applicable() }),
    );
    // 60·25/100·(1/10) = 1.5 and ·(5/10) = 7.5; 40·25/100·(1/2) = 5 each.
    assert_eq!(order(&card), ["heavy", "x", "y", "light"]);
    for (name, gain) in [("heavy", 7.5), ("x", 5.0), ("y", 5.0), ("light", 1.5)] {
        close(step(&card, name).gain, gain);
    }
    assert_eq!(step(&card, "x").action, NextAction::Raise);
    assert_eq!((step(&card, "y").action, step(&card, "y").to), (NextAction::Answer, Some(1.0)));
    assert_eq!(step(&card, "heavy").to, Some(3.0));
}

#[test]
fn better_evidence_alone_can_be_the_step() {
    let asked = json!({ "x-criterion": { "evidence": { "3": "E2", "4": "E3" }, "offer": "help" } });
    let form = Sketch::new(&[("d", 100)])
        .meta(json!({ "offers": [{ "id": "help", "title": "Help" }] }))
        .ask("a", with(level("d", 1), asked))
        .build();
    let card = score(&form, json!({ "a": 4 }), Value::Null);
    let expected = NextStep {
        question: "s.a".into(),
        action: NextAction::Document,
        to: Some(4.0),
        evidence: Some(Grade::E3),
        gain: 50.0,
        offer: Some("help".into()),
    };
    assert_eq!(card.next_steps, [expected]);
    // With the evidence for it, the next level says which evidence it needs.
    let card = score(&form, json!({ "a": 3 }), json!({ "a": evidence("E2") }));
    let next = step(&card, "a");
    assert_eq!(
        (next.action, next.to, next.evidence),
        (NextAction::Raise, Some(4.0), Some(Grade::E3))
    );
    let card = score(&form, json!({ "a": 1 }), Value::Null);
    assert_eq!(step(&card, "a").evidence, None);
}

#[test]
fn each_rubric_has_its_own_step() {
    let sketch = Sketch::new(&[("d", 100)])
        .ask("degree", with(levels_of(&[0, 2, 3, 4]), criterion("d", 1, json!({ "levels": 4 }))))
        .ask("half", with(number(), criterion("d", 1, json!({ "half_points": 5 }))))
        .ask(
            "count",
            with(
                choices(&["a", "b", "c", "d"]),
                criterion("d", 1, json!({ "count": [0, 1, 1, 3] })),
            ),
        )
        .ask("ladder", with(ladder(9), criterion("d", 1, json!({ "ladder": 9 }))))
        .ask("cut", with(number(), criterion("d", 1, json!({ "cutoffs": [10, 20] }))))
        .ask("yes", with(yes_no(), criterion("d", 1, json!({ "yes_no": "no" }))))
        .ask(
            "points",
            with(
                crate::support::choice(&["x", "y", "z"]),
                criterion("d", 1, json!({ "points": { "x": 10, "y": 90, "z": 50 } })),
            ),
        )
        .ask(
            "curve",
            with(number(), criterion("d", 1, json!({ "curve": [[0, 100], [50, 40], [90, 0]] }))),
        )
        .ask("formula", with(yes_no(), criterion("d", 1, json!({ "formula": "10" }))));
    let answers = json!({
        "degree": 0, "half": 3.5, "count": ["b"], "ladder": [1, 2, 4, 5], "cut": 3, "yes": true,
        "points": "x", "curve": 60, "formula": true,
    });
    let card = sketch.score(answers, Value::Null);
    // Points gained by each, of nine criteria.
    for (name, to, gained) in [
        ("degree", Some(2.0), 50.0),
        ("half", Some(4.0), 10.0),
        ("count", Some(3.0), 66.666_667),
        // Step 3 closes the gap below 4 and 5.
        ("ladder", Some(5.0), 37.5),
        ("cut", Some(1.0), 50.0),
        ("yes", None, 100.0),
        ("points", None, 40.0),
        ("curve", None, 10.0),
    ] {
        let step = step(&card, name);
        assert_eq!(step.to, to, "{name}");
        close(step.gain, gained / 9.0);
    }
    assert!(!order(&card).contains(&"formula"));
}

#[test]
fn nothing_is_proposed_where_a_cap_lets_nothing_rise() {
    let sketch = Sketch::new(&[("d", 100)])
        .gate("cap", "s.bad", json!({ "cap-dimension": { "d": 60 } }))
        .ask("bad", yes_no())
        .ask("a", level("d", 1))
        .ask("b", level("d", 1));
    let form = sketch.build();
    let card = score(&form, json!({ "bad": true, "a": 3, "b": 3 }), Value::Null);
    assert!(card.next_steps.is_empty(), "{:?}", card.next_steps);
    // Below the cap a step rises to it, not through it.
    let card = score(&form, json!({ "bad": true, "a": 2, "b": 2 }), Value::Null);
    close(step(&card, "a").gain, 10.0);
}

#[test]
fn the_step_that_lifts_a_cap_counts_what_the_cap_held_down() {
    let sketch = Sketch::new(&[("d", 100)])
        .gate("risky", "s.safety < 2", json!({ "cap-dimension": { "d": 50 } }))
        .ask("safety", level("d", 1))
        .ask("b", level("d", 3));
    let card = sketch.score(json!({ "safety": 1, "b": 4 }), Value::Null);
    // From 50 to (50 + 3·100) / 4.
    assert_eq!(order(&card), ["safety"]);
    close(step(&card, "safety").gain, 37.5);
    // Not answered: the cap counts until it is ruled out, so one level gains nothing.
    let card = sketch.score(json!({ "b": 4 }), Value::Null);
    assert!(card.next_steps.is_empty());
}

#[test]
fn a_step_that_opens_new_questions_counts_them_too() {
    let sketch = Sketch::new(&[("d", 100)])
        .ask("a", level("d", 1))
        .ask("more", with(level("d", 8), json!({ "x-visible": "s.a >= 2" })));
    let card = sketch.score(json!({ "a": 1 }), Value::Null);
    assert!(card.next_steps.is_empty(), "{:?}", card.next_steps);
}

#[test]
fn more_ticks_are_no_step_while_the_top_needs_something_else() {
    let rubric = json!({ "count": [0, 1, 2], "top_when": "s.signed" });
    let sketch = Sketch::new(&[("d", 100)])
        .ask("signed", with(yes_no(), criterion("d", 1, json!({ "yes_no": "yes" }))))
        .ask("a", with(choices(&["x", "y"]), criterion("d", 1, rubric)));
    let card = sketch.score(json!({ "signed": false, "a": ["x", "y"] }), Value::Null);
    // Signing earns its own points and the top level.
    assert_eq!(order(&card), ["signed"]);
    close(step(&card, "signed").gain, 75.0);
}
