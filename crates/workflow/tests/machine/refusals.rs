//! Every refusal: its code, its data and its words.

use serde_json::{Value, json};
use workflow::Refusal;

use crate::walk::{Walk, outcome};

/// Every refusal, each by an action that somebody tries.
fn refusals() -> Vec<Refusal> {
    let start = |id: &str| Walk::of(id);
    let at = |id: &str, stage: &str| {
        let mut walk = Walk::of(id);
        stage.clone_into(&mut walk.standing.stage);
        walk
    };
    let mut begun = start("export-readiness");
    begun.answer(3, &json!({}));
    let mut reviews = at("opi", "review");
    for copy in 1..=3 {
        reviews.answer_copy("opi-review", copy, outcome(0, &json!({})));
    }
    let conflict = workflow::Outcome { eligible: false, ..outcome(0, &json!({})) };
    reviews.answer_copy("opi-review", 4, conflict).sign(Some(1)).sign(Some(4));
    let mut unmet = at("opi", "eligibility");
    unmet.answer(0, &json!({ "all_met": false }));
    let mut unknown = at("opi", "decision");
    unknown.answer(0, &json!({ "all_met": true }));
    vec![
        at("opi", "gone").refusal("applicant", "submit"),
        at("opi", "closed").refusal("applicant", "submit"),
        start("export-readiness").refusal("company", "give"),
        at("export-readiness", "improvement").refusal("nobody", "close"),
        start("export-readiness").refusal("company", "finish"),
        begun.refusal("company", "finish"),
        reviews.refusal("chair", "close"),
        unmet.refusal("secretariat", "accept"),
        unknown.refusal("board", "support"),
    ]
}

#[test]
fn a_refusal_says_what_can_be_done() {
    let all: Vec<String> = refusals().iter().map(|it| format!("{}: {it}", it.code())).collect();
    insta::assert_snapshot!(all.join("\n"), @"
    unknown-stage: the programme has no stage gone; prepare the version it began with
    assessment-over: the assessment has ended (closed); begin a new one
    unknown-action: there is no action give at the stage assessment; there are finish, ask-adviser
    wrong-role: close is for company or adviser; ask one of them
    nothing-begun: nothing is answered yet; begin with export-readiness
    answers-missing: 3 required answers are missing in export-readiness
    copies-unsigned: 2 more copies must be signed; 2 begun and unsigned, and 1 signed does not count: it is not eligible
    gate-not-met: A requirement is not met or not yet checked. Return the application for completion, or refuse it as not eligible.
    gate-not-known: The outcome must be “Support”, with or without conditions. The decision must be taken by enough impartial members and leave the panel's points as they are. Not yet known: decision.answers.decision.outcome
    ");
}

#[test]
fn a_refusal_is_a_document_with_its_code() {
    for refusal in refusals() {
        let document: Value = serde_json::to_value(&refusal).unwrap();
        assert_eq!(document["code"], refusal.code());
        assert_eq!(serde_json::from_value::<Refusal>(document).unwrap(), refusal);
    }
}

#[test]
fn all_copies_must_be_signed_where_the_gate_says_so() {
    let mut walk = Walk::of("opi");
    let mut programme = walk.programme.programme.clone();
    for it in programme.transitions.iter_mut().filter(|it| it.from == "review") {
        if let Some(gate) = &mut it.gate {
            gate.copies_signed = Some(model::programme::CopiesSigned::All);
        }
    }
    walk.programme = workflow::prepare(programme).unwrap();
    walk.standing.stage = "review".to_owned();
    for copy in 1..=4 {
        walk.answer_copy("opi-review", copy, outcome(0, &json!({})));
    }
    walk.sign(Some(1)).sign(Some(2)).sign(Some(3));
    let expected = Refusal::CopiesUnsigned { more: 1, begun: 1, not_eligible: 0 };
    assert_eq!(walk.refusal("chair", "close"), expected);
    walk.sign(Some(4)).goes("chair", "close", "consensus", 1);
}

#[test]
fn those_who_may_not_act_still_see_what_the_gate_lacks() {
    let walk = Walk::of("export-readiness");
    let actions = workflow::actions(&walk.programme, &walk.standing, &["adviser".to_owned()]);
    assert!(!actions[0].may);
    assert_eq!(actions[0].closed.as_ref().map(Refusal::code), Some("nothing-begun"));
    assert_eq!(actions[0].refusal().as_ref().map(Refusal::code), Some("wrong-role"));
}
