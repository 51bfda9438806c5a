//! What each gate does when it is passed, not passed, or not yet known.

use model::scorecard::{GateState, Status};
use serde_json::{Value, json};

use crate::support::{
    Sketch, band, choices, close, criterion, dimension, evidence, gate, level, levels_of,
    not_applicable, number, points, score, stands, strict, table, total, with, yes_no,
};

/// Dimension `d` scores 75 and `e` 100; the gate acts when `s.bad` is ticked.
fn gated(effect: impl Into<Value>) -> Sketch {
    Sketch::new(&[("d", 50), ("e", 50)])
        .gate("g", "s.bad", effect)
        .ask("bad", yes_no())
        .ask("a", level("d", 1))
        .ask("b", level("e", 1))
}

/// The scorecards where the gate is passed, not passed and not yet known.
fn three(sketch: &Sketch) -> [model::Scorecard; 3] {
    let form = sketch.build();
    let cards = [json!(false), json!(true), Value::Null].map(|bad| {
        let mut answers = json!({ "a": 3, "b": 4 });
        if !bad.is_null() {
            answers["bad"] = bad;
        }
        score(&form, answers, Value::Null)
    });
    use GateState::{Failed, Passed, Unknown};
    assert_eq!(cards.each_ref().map(|it| gate(it, "g")), [Passed, Failed, Unknown]);
    assert_eq!(cards[2].gates[0].waits_for, ["s.bad"]);
    assert!(cards[1].gates[0].waits_for.is_empty());
    cards
}

#[test]
fn eligibility_stops_and_counts_as_not_yet_passed() {
    let [passed, failed, unknown] = three(&gated("eligibility"));
    stands(&passed, Status::Scored, "proven");
    stands(&failed, Status::NotEligible, "none");
    stands(&unknown, Status::Preliminary, "none");
    for card in [&passed, &failed, &unknown] {
        close(strict(card), 87.5);
    }
}

#[test]
fn a_knockout_blocks_and_leaves_the_score_visible() {
    let [passed, failed, unknown] = three(&gated("knockout"));
    stands(&passed, Status::Scored, "proven");
    stands(&failed, Status::Blocked, "none");
    stands(&unknown, Status::Preliminary, "none");
    for card in [&passed, &failed, &unknown] {
        close(strict(card), 87.5);
    }
}

#[test]
fn a_cap_on_the_band_acts_until_it_is_ruled_out() {
    let [passed, failed, unknown] = three(&gated(json!({ "cap-band": "emerging" })));
    stands(&passed, Status::Scored, "proven");
    stands(&failed, Status::Scored, "emerging");
    stands(&unknown, Status::Scored, "emerging");
    for card in [&passed, &failed, &unknown] {
        close(strict(card), 87.5);
    }
}

#[test]
fn a_cap_on_a_dimension_that_is_not_yet_known_acts_on_the_strict_score_only() {
    let [passed, failed, unknown] = three(&gated(json!({ "cap-dimension": { "d": 50 } })));
    let scores = |card: &model::Scorecard| {
        let it = dimension(card, "d");
        [it.strict, it.answered.unwrap(), it.upper, it.claimed]
    };
    assert_eq!(scores(&passed).map(f64::round), [75.0, 75.0, 75.0, 75.0]);
    assert_eq!(scores(&failed).map(f64::round), [50.0, 50.0, 50.0, 50.0]);
    assert_eq!(scores(&unknown).map(f64::round), [50.0, 75.0, 75.0, 50.0]);
    close(strict(&passed), 87.5);
    close(strict(&failed), 75.0);
    close(strict(&unknown), 75.0);
    close(total(&unknown).upper, 87.5);
    assert_eq!(passed.dimension("d").unwrap().cap, None);
    for card in [&failed, &unknown] {
        let cap = card.dimension("d").unwrap().cap.as_ref().unwrap();
        assert_eq!(cap.gate, "g");
        close(cap.at, 50.0);
        close(cap.before, 75.0);
    }
}

#[test]
fn of_two_caps_the_lower_counts_and_the_score_before_is_that_of_neither() {
    let cap = |at: u32| json!({ "cap-dimension": { "d": at } });
    for (first, second) in [(70, 50), (50, 70)] {
        let sketch = gated(cap(first)).gate("h", "s.bad", cap(second));
        let card = sketch.score(json!({ "bad": true, "a": 4, "b": 4 }), Value::Null);
        close(dimension(&card, "d").strict, 50.0);
        let cap = card.dimension("d").unwrap().cap.as_ref().unwrap();
        assert_eq!(cap.gate, if first == 50 { "g" } else { "h" });
        close(cap.before, 100.0);
    }
}

#[test]
fn a_cap_that_lowers_nothing_is_not_shown() {
    let sketch = gated(json!({ "cap-dimension": { "d": 80 } }));
    let card = sketch.score(json!({ "bad": true, "a": 3, "b": 4 }), Value::Null);
    close(dimension(&card, "d").strict, 75.0);
    assert_eq!(card.dimension("d").unwrap().cap, None);
}

#[test]
fn a_warning_changes_nothing() {
    for card in three(&gated("warn")) {
        stands(&card, Status::Scored, "proven");
        close(strict(&card), 87.5);
    }
}

#[test]
fn a_blocked_pillar_keeps_its_score() {
    let sketch = gated(json!({ "block-pillar": "social" })).meta(json!({ "profile": "social" }));
    let [passed, failed, unknown] = three(&sketch);
    for (card, inside) in [(passed, true), (failed, false), (unknown, false)] {
        stands(&card, Status::Scored, "proven");
        let venn = scoring::profile::venn(std::slice::from_ref(&card)).unwrap();
        assert_eq!(venn.pillars[0].inside, inside);
        assert_eq!(venn.pillars[0].blocked, !inside);
        close(venn.pillars[0].strict.unwrap(), 87.5);
    }
}

/// A table of markets whose rows leave when a condition holds.
fn markets(when: &str) -> Sketch {
    let rows = with(
        table(&[("demand", number()), ("stop", yes_no())]),
        json!({ "x-row": { "columns": { "demand": 1 }, "range": [0, 10], "join": "max" } }),
    );
    Sketch::new(&[("d", 100)])
        .gate("stopped", when, json!({ "exclude-row": "s.markets" }))
        .gate("none-left", "s.markets | length == 0", "warn")
        .ask("at_war", yes_no())
        .ask("markets", with(rows, criterion("d", 1, json!({ "rows": true }))))
}

#[test]
fn a_row_leaves_the_table_for_each_row_that_the_gate_names() {
    let form = markets("row.stop").build();
    let rows = |a: Value, b: Value| {
        let row = |id: &str, demand: u32, stop: Value| {
            let mut row = json!({ "id": id, "demand": demand });
            if !stop.is_null() {
                row["stop"] = stop;
            }
            row
        };
        json!({ "markets": [row("a", 9, a), row("b", 4, b)] })
    };
    let of = |answers: Value| score(&form, answers, Value::Null);
    let none = of(rows(json!(false), json!(false)));
    close(strict(&none), 90.0);
    assert_eq!(gate(&none, "stopped"), GateState::Passed);
    let one = of(rows(json!(true), json!(false)));
    close(strict(&one), 40.0);
    assert_eq!(gate(&one, "stopped"), GateState::Failed);
    assert_eq!(one.gates[0].rows, ["a"]);
    let both = of(rows(json!(true), json!(true)));
    close(strict(&both), 0.0);
    assert_eq!(both.gates[0].rows, ["a", "b"]);
    let open = of(rows(json!(false), Value::Null));
    assert_eq!(gate(&open, "stopped"), GateState::Unknown);
    assert_eq!(open.gates[0].waits_for, ["row.stop"]);
    close(strict(&open), 90.0);
    let open = of(rows(json!(true), Value::Null));
    assert_eq!(gate(&open, "stopped"), GateState::Failed);
    // A row that may yet be excluded earns nothing until it is known.
    close(strict(&open), 0.0);
    close(total(&open).upper, 100.0);
    close(strict(&of(rows(Value::Null, json!(false)))), 40.0);
}

#[test]
fn a_row_gate_sees_the_other_answers_too() {
    let form = markets("s.at_war and row.demand < 5").build();
    let rows = json!([{ "id": "a", "demand": 4 }, { "id": "b", "demand": 7 }]);
    let of = |at_war: bool| score(&form, json!({ "at_war": at_war, "markets": rows }), Value::Null);
    assert_eq!(of(true).gates[0].rows, ["a"]);
    assert_eq!(gate(&of(false), "stopped"), GateState::Passed);
    let card = score(&form, json!({ "markets": rows }), Value::Null);
    assert_eq!(gate(&card, "stopped"), GateState::Unknown);
    assert_eq!(card.gates[0].waits_for, ["s.at_war"]);
}

#[test]
fn eligibility_goes_before_knockout_and_both_before_everything_else() {
    let all = Sketch::new(&[("d", 100)])
        .gate("knock", "s.k", "knockout")
        .gate("eligible", "s.e", "eligibility")
        .gate("capped", "s.c", json!({ "cap-band": "low" }))
        .ask("k", yes_no())
        .ask("e", yes_no())
        .ask("c", yes_no())
        .ask("a", with(level("d", 1), json!({ "x-criterion": { "not_applicable": true } })))
        .build();
    let status = |k: Value, e: Value, a: Value| {
        let mut answers = json!({ "c": true });
        for (name, value) in [("k", k), ("e", e), ("a", a)] {
            if !value.is_null() {
                answers[name] = value;
            }
        }
        score(&all, answers, Value::Null).status
    };
    let (yes, no, open) = (json!(true), json!(false), Value::Null);
    let full = || json!(4);
    assert_eq!(status(yes.clone(), yes.clone(), full()), Status::NotEligible);
    assert_eq!(status(yes.clone(), open.clone(), full()), Status::Blocked);
    assert_eq!(status(open.clone(), yes.clone(), full()), Status::NotEligible);
    assert_eq!(status(open.clone(), open.clone(), full()), Status::Preliminary);
    assert_eq!(status(yes, no.clone(), open.clone()), Status::Blocked);
    assert_eq!(status(no.clone(), no.clone(), open), Status::Preliminary);
    assert_eq!(status(no.clone(), no, full()), Status::Scored);
    let notes = json!({ "a": not_applicable() });
    let card = score(&all, json!({ "k": true, "e": false, "c": true }), notes);
    assert_eq!(card.status, Status::Blocked);
}

#[test]
fn gates_see_documented_levels_and_conditions_of_questions_do_not() {
    let risk = with(level("d", 1), json!({ "x-criterion": { "evidence": { "3": "E2" } } }));
    let form = Sketch::new(&[("d", 100)])
        .gate("risky", "s.risk < 3", "knockout")
        .ask("risk", risk)
        .ask("more", with(level("d", 1), json!({ "x-visible": "s.risk >= 3" })))
        .build();
    let claimed = score(&form, json!({ "risk": 3 }), Value::Null);
    assert_eq!(gate(&claimed, "risky"), GateState::Failed);
    assert!(claimed.hidden.is_empty());
    let shown = score(&form, json!({ "risk": 3, "more": 4 }), json!({ "risk": evidence("E2") }));
    assert_eq!(gate(&shown, "risky"), GateState::Passed);
}

#[test]
fn what_is_not_asked_or_does_not_apply_does_not_hold() {
    let not_needed = with(level("d", 1), json!({ "x-criterion": { "not_applicable": true } }));
    let form = Sketch::new(&[("d", 100)])
        .gate("low", "s.data < 2", "warn")
        .gate("not-high", json!({ "not": "s.data >= 2" }), "warn")
        .ask("digital", yes_no())
        .ask("data", with(not_needed, json!({ "x-visible": "s.digital" })))
        .ask("a", level("d", 4))
        .build();
    let states = |answers: Value, notes: Value| {
        let card = score(&form, answers, notes);
        (gate(&card, "low"), gate(&card, "not-high"))
    };
    use GateState::{Failed, Passed, Unknown};
    assert_eq!(states(json!({ "digital": false }), Value::Null), (Passed, Failed));
    let notes = json!({ "data": not_applicable() });
    assert_eq!(states(json!({ "digital": true }), notes), (Passed, Failed));
    assert_eq!(states(json!({ "digital": true }), Value::Null), (Unknown, Unknown));
    assert_eq!(states(json!({}), Value::Null), (Unknown, Unknown));
    assert_eq!(states(json!({ "digital": true, "data": 1 }), Value::Null), (Failed, Failed));
    assert_eq!(states(json!({ "digital": true, "data": 2 }), Value::Null), (Passed, Passed));
}

/// Kleene's logic, over two questions that are yes, no or open.
#[test]
fn trees_know_as_soon_as_their_known_parts_decide() {
    let tree = |when: Value| {
        Sketch::new(&[("d", 100)])
            .gate("g", when, "warn")
            .ask("x", yes_no())
            .ask("y", yes_no())
            .ask("a", level("d", 1))
            .build()
    };
    use GateState::{Failed as T, Passed as F, Unknown as U};
    let three = [(T, Some(true)), (F, Some(false)), (U, None)];
    let all = tree(json!({ "all": ["s.x", "s.y"] }));
    let any = tree(json!({ "any": ["s.x", "s.y"] }));
    let not_all = tree(json!({ "not": { "all": ["s.x", { "not": "s.y" }] } }));
    let none = tree(json!({ "all": [] }));
    for (x, x_answer) in three {
        for (y, y_answer) in three {
            let mut answers = json!({});
            for (name, answer) in [("x", x_answer), ("y", y_answer)] {
                if let Some(answer) = answer {
                    answers[name] = json!(answer);
                }
            }
            let of = |form| gate(&score(form, answers.clone(), Value::Null), "g");
            let and = |x, y| match (x, y) {
                (F, _) | (_, F) => F,
                (T, T) => T,
                _ => U,
            };
            let not = |it| match it {
                T => F,
                F => T,
                U => U,
            };
            assert_eq!(of(&all), and(x, y), "all {x:?} {y:?}");
            assert_eq!(of(&any), not(and(not(x), not(y))), "any {x:?} {y:?}");
            assert_eq!(of(&not_all), not(and(x, not(y))), "not all {x:?} {y:?}");
            assert_eq!(of(&none), T);
        }
    }
}

#[test]
fn answered_asks_without_waiting() {
    let form = Sketch::new(&[("d", 100)])
        .gate("open", "not answered('s.x')", "warn")
        .ask("x", yes_no())
        .ask("a", level("d", 1))
        .build();
    let state = |answers: Value| gate(&score(&form, answers, Value::Null), "open");
    assert_eq!(state(json!({})), GateState::Failed);
    assert_eq!(state(json!({ "x": false })), GateState::Passed);
}

#[test]
fn a_condition_that_cannot_be_worked_out_is_not_known_and_says_why() {
    let sketch = Sketch::new(&[("d", 100)])
        .gate("dear", "s.cost / s.users > 10", json!({ "cap-dimension": { "d": 20 } }))
        .ask("cost", number())
        .ask("users", number())
        .ask("a", level("d", 1));
    let card = sketch.score(json!({ "cost": 5, "users": 0, "a": 4 }), Value::Null);
    assert_eq!(gate(&card, "dear"), GateState::Unknown);
    assert!(card.gates[0].error.is_some());
    close(strict(&card), 20.0);
}

#[test]
fn gates_count_rows_and_ticks() {
    let form = Sketch::new(&[("d", 100)])
        .gate("few", "distinct(s.partners, 'kind') < 2", "knockout")
        .gate("nobody", "count_where(s.partners, 'kind', 'company') == 0", "warn")
        .gate("nothing", "s.ticks | length == 0", "warn")
        .gate("rights", "'rights' in s.ticks", "warn")
        .ask("partners", table(&[("kind", crate::support::choice(&["company", "hospital"]))]))
        .ask("ticks", choices(&["rights", "roles"]))
        .ask("a", with(levels_of(&[0, 1]), criterion("d", 1, json!({ "levels": 1 }))))
        .build();
    let answers = json!({
        "partners": [{ "id": "a", "kind": "hospital" }, { "id": "b", "kind": "hospital" }],
        "ticks": ["rights"], "a": 1,
    });
    let card = score(&form, answers, Value::Null);
    let states: Vec<_> = card.gates.iter().map(|it| it.state).collect();
    use GateState::{Failed, Passed};
    assert_eq!(states, [Failed, Failed, Passed, Failed]);
    assert_eq!(band(&card), "none");
    close(points(&card, "a"), 100.0);
}
