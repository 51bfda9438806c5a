//! Each shipped programme, from its first stage to its last.

use serde_json::json;

use crate::walk::{Walk, outcome};

#[test]
fn a_company_assesses_itself_and_a_year_later_again() {
    let mut walk = Walk::of("export-readiness");
    assert_eq!(walk.begins("export-readiness", 1), "");
    walk.refuses("company", "finish", "nothing-begun");
    walk.answer(3, &json!({})).refuses("company", "finish", "answers-missing");
    assert_eq!(walk.open("company"), [""; 0]);
    walk.answer(0, &json!({}));
    assert_eq!(walk.open("company"), ["finish", "ask-adviser"]);
    assert_eq!(walk.open("adviser"), [""; 0]);
    walk.refuses("adviser", "finish", "wrong-role").goes("company", "finish", "improvement", 1);

    walk.refuses("company", "finish", "unknown-action");
    walk.goes("company", "assess-again", "assessment", 2);
    assert_eq!(walk.begins("export-readiness", 1), "assessment 1.1");
    walk.refuses("company", "finish", "nothing-begun");
    walk.answer(0, &json!({})).goes("company", "ask-adviser", "second_opinion", 1);
    assert_eq!(walk.begins("export-readiness", 1), "assessment 2.1");
    walk.refuses("adviser", "give", "nothing-begun");
    walk.refuses("company", "give", "wrong-role");
    walk.answer(0, &json!({})).goes("adviser", "give", "improvement", 1);

    walk.goes("company", "assess-again", "assessment", 3);
    walk.answer(0, &json!({})).goes("company", "ask-adviser", "second_opinion", 2);
    assert_eq!(walk.begins("export-readiness", 1), "assessment 3.1", "it was signed since");
    walk.goes("company", "go-on-without", "improvement", 1);
    walk.goes("adviser", "close", "closed", 1).refuses("company", "finish", "assessment-over");
    assert_eq!(walk.open("company"), [""; 0]);
}

#[test]
fn a_project_is_applied_for_reviewed_decided_and_followed_up() {
    let mut walk = Walk::of("opi");
    walk.answer(0, &json!({})).goes("applicant", "submit", "eligibility", 1);

    walk.answer(0, &json!({})).refuses("secretariat", "accept", "gate-not-known");
    walk.answer(0, &json!({ "all_met": false, "answers": { "outcome": { "result": "return" } } }));
    walk.refuses("secretariat", "accept", "gate-not-met");
    walk.refuses("secretariat", "refuse", "gate-not-met");
    walk.goes("secretariat", "return", "application", 2);
    assert_eq!(walk.begins("opi-application", 1), "application 1.1", "as it was left");
    walk.answer(0, &json!({})).goes("applicant", "submit", "eligibility", 2);
    walk.refuses("secretariat", "accept", "nothing-begun");
    walk.answer(2, &json!({ "all_met": true })).refuses("secretariat", "accept", "answers-missing");
    walk.answer(0, &json!({ "all_met": true })).goes("secretariat", "accept", "review", 1);

    reviews(&mut walk);
    let consensus = |role: &str, met: bool| {
        json!({ "all_met": met,
        "answers": { "declaration": { "role": role } }, "band": "fundable", "indicators": { "sum": 18.0 } })
    };
    walk.answer(0, &consensus("reviewer", true)).refuses("chair", "recommend", "gate-not-met");
    walk.answer(0, &consensus("consensus", false)).refuses("chair", "recommend", "gate-not-met");
    walk.answer(0, &consensus("consensus", true)).goes("chair", "recommend", "decision", 1);

    let outcome =
        |it: &str| json!({ "all_met": true, "answers": { "decision": { "outcome": it } } });
    walk.answer(0, &outcome("postpone")).refuses("board", "support", "gate-not-met");
    walk.goes("board", "postpone", "decision", 2);
    assert_eq!(walk.begins("opi-decision", 1), "decision 1.1");
    walk.refuses("board", "postpone", "nothing-begun");
    walk.answer(0, &outcome("grant-conditions"));
    assert_eq!(walk.open("board"), ["support", "send-back"]);
    walk.goes("board", "support", "baseline", 1);

    walk.answer(0, &json!({ "answers": { "who": { "round": "start" } } }));
    walk.goes("applicant", "begin", "follow_up", 1);
    assert_eq!(walk.begins("outcome-follow-up", 1), "baseline 1.1");
    walk.answer(0, &json!({})).sign(None);
    assert_eq!(walk.begins("outcome-follow-up", 1), "baseline 1.1", "each time anew");
    walk.refuses("applicant", "close", "wrong-role").goes("secretariat", "close", "closed", 1);
}

/// Three reviews that count, one that does not, and one more that the chair asks for.
fn reviews(walk: &mut Walk) {
    let form = "opi-review";
    walk.refuses("chair", "close", "copies-unsigned");
    for copy in 1..=3 {
        walk.answer_copy(form, copy, outcome(0, &json!({})));
    }
    walk.refuses("chair", "close", "copies-unsigned").sign(Some(1)).sign(Some(2));
    let conflict = workflow::Outcome { eligible: false, ..outcome(0, &json!({})) };
    walk.answer_copy(form, 4, conflict).sign(Some(4));
    walk.refuses("chair", "close", "copies-unsigned").sign(Some(3));
    walk.refuses("reviewer", "close", "wrong-role").goes("chair", "close", "consensus", 1);

    let all = "median of review 1.1, review 1.2, review 1.3";
    assert_eq!(walk.begins(form, 1), all);
    walk.answer(1, &json!({})).leaves("chair", "ask-more");
    assert_eq!((walk.begins(form, 2), walk.begins(form, 5)), ("review 1.2".into(), String::new()));
    assert_eq!(walk.open("chair"), ["close"], "what is signed stays");
    walk.answer_copy(form, 5, outcome(0, &json!({}))).sign(Some(5));
    walk.goes("chair", "close", "consensus", 2);
    assert_eq!(walk.begins(form, 1), format!("{all}, review 2.5"), "one was signed since");
    walk.answer(0, &json!({})).leaves("chair", "ask-more").goes("chair", "close", "consensus", 3);
    assert_eq!(walk.begins(form, 1), "consensus 2.1", "nothing was signed since");
}

/// What a clarification comes to, where the company chooses `choice`.
fn clarified(choice: &str, total: f64, signed: Option<bool>) -> serde_json::Value {
    let mut values = json!({ "total": total, "answers": {
        "decision": { "choice": choice, "countersigned": true },
        "system": { "provider": 2, "purchase": 2 } } });
    if let Some(signed) = signed {
        values["answers"]["decision"]["partner_signed"] = signed.into();
    }
    values
}

/// An assessment of internationalisation that stands at the seminar.
fn seminar(rank: u32) -> Walk {
    let mut walk = Walk::of("internationalisation");
    walk.answer(0, &json!({ "rank": rank })).goes("company", "begin", "preparation", 1);
    walk.answer(0, &json!({})).goes("company", "attend", "seminar", 1);
    assert_eq!(walk.begins("market-clarification", 1), "preparation 1.1");
    walk.answer(0, &json!({}));
    walk
}

#[test]
fn a_company_travels_when_it_and_the_market_are_ready() {
    for (rank, total, open) in [(2, 60.0, true), (1, 60.0, false), (2, 59.9, false)] {
        let mut walk = seminar(rank);
        walk.goes("company", "conclude", "conclusion", 1);
        walk.answer(0, &json!({})).goes("company", "sign", "countersigning", 1);
        walk.answer(0, &clarified("stage-2", total, None));
        let expected: &[&str] = match open {
            true => &["return", "travel", "strengthen"],
            false => &["return", "strengthen"],
        };
        assert_eq!(walk.open("coordinator"), expected, "rank {rank}, total {total}");
    }
}

#[test]
fn what_the_company_wrote_is_there_when_it_is_returned() {
    let mut walk = seminar(2);
    walk.goes("company", "conclude", "conclusion", 1);
    walk.answer(0, &json!({})).goes("company", "sign", "countersigning", 1);
    assert_eq!(walk.begins("market-clarification", 1), "conclusion 1.1");
    walk.answer(0, &json!({})).leaves("coordinator", "return");
    assert_eq!(walk.begins("market-clarification", 1), "conclusion 1.1");
    walk.answer(0, &json!({})).goes("company", "sign", "countersigning", 2);
    assert_eq!(walk.begins("market-clarification", 1), "conclusion 2.1");
    walk.answer(0, &clarified("other-market", 50.0, None));
    walk.goes("coordinator", "change-market", "preparation", 2);
}

#[test]
fn a_proof_of_market_counts_when_it_is_handed_in() {
    let traction = json!({ "dimensions": { "traction": 55.0 } });
    for (handed_in, partner, code) in [
        (true, None, None),
        (true, Some(false), None),
        (false, Some(true), None),
        (false, Some(false), Some("gate-not-known")),
        (false, None, Some("gate-not-known")),
    ] {
        let mut walk = seminar(2);
        walk.goes("company", "prove", "market_proof", 1).answer(0, &traction);
        match handed_in {
            true => walk.goes("company", "conclude", "conclusion", 1),
            false => walk.leaves("company", "leave-out"),
        };
        walk.answer(0, &json!({})).goes("company", "sign", "countersigning", 1);
        walk.answer(0, &clarified("stage-3", 70.0, partner));
        match code {
            Some(code) => walk.refuses("coordinator", "innovate", code),
            None => walk.goes("coordinator", "innovate", "project", 1),
        };
    }
}

#[test]
fn a_project_answers_the_proofs_that_fit() {
    let mut walk = Walk::of("project-proofs");
    walk.refuses("project", "hand-in", "nothing-begun");
    walk.answer_copy("proof-of-value", 1, outcome(0, &json!({ "total": 71.5 })));
    assert_eq!(walk.open("project"), ["hand-in"]);
    walk.answer_copy("economic-sustainability", 1, outcome(2, &json!({})));
    walk.refuses("project", "hand-in", "answers-missing");
    walk.answer_copy("economic-sustainability", 1, outcome(0, &json!({})));
    walk.goes("project", "hand-in", "validation", 1).goes("adviser", "return", "assessment", 2);
    assert_eq!(walk.begins("proof-of-value", 1), "assessment 1.1");
    assert_eq!(walk.begins("proof-of-market", 1), "");
    walk.answer_copy("proof-of-value", 1, outcome(0, &json!({})));
    walk.goes("project", "hand-in", "validation", 1).goes("adviser", "confirm", "profile", 1);
    walk.goes("project", "assess-again", "assessment", 3);
    assert_eq!(walk.begins("proof-of-value", 1), "assessment 2.1");
}

#[test]
fn a_board_signs_the_full_follow_up_of_the_year() {
    let mut walk = Walk::of("strategy-map");
    walk.answer(0, &json!({})).goes("secretariat", "hand-over", "assessment", 1);
    assert_eq!(walk.begins("strategy-map", 1), "figures 1.1");
    walk.answer(0, &json!({})).goes("secretariat", "submit", "board", 1);
    walk.goes("board", "return", "assessment", 2);
    assert_eq!(walk.begins("strategy-map", 1), "assessment 1.1", "the owners find their answers");
    walk.answer(0, &json!({})).goes("owner", "submit", "board", 1);
    let board = |kind: &str, signed: bool| json!({ "answers": { "basis": { "kind": kind }, "board": { "signed": signed } } });
    walk.answer(0, &board("annual", false)).refuses("board", "sign", "gate-not-met");
    walk.answer(0, &json!({ "answers": { "basis": { "kind": "annual" } } }));
    walk.refuses("board", "sign", "gate-not-known");
    walk.answer(0, &board("annual", true)).goes("board", "sign", "in_force", 1);
    walk.goes("secretariat", "follow-up", "figures", 2);
    assert_eq!(walk.begins("strategy-map", 1), "figures 1.1");
    walk.answer(0, &json!({})).goes("secretariat", "hand-over", "assessment", 3);
    assert_eq!(walk.begins("strategy-map", 1), "figures 2.1", "the owners assess anew");
    walk.answer(0, &json!({})).goes("owner", "submit", "board", 2);
    walk.answer(0, &board("quarterly", false)).goes("board", "sign", "in_force", 1);
    walk.goes("board", "replace", "replaced", 1);
}
