//! From an answer to points, rubric by rubric, and what the evidence supports.

use model::scorecard::{AnswerState, Status, TraceStep};
use model::{Grade, Scorecard};
use serde_json::{Value, json};

use crate::support::{
    Sketch, choice, choices, close, criterion, evidence, ladder, level, levels_of, number, points,
    response, score, strict, table, total, with, yes_no,
};

/// A form that asks `a` alone.
fn only(question: Value, rubric: Value) -> Sketch {
    Sketch::new(&[("d", 100)]).ask("a", with(question, criterion("d", 1, rubric)))
}

/// The points of each answer to `a`.
#[track_caller]
fn earns(sketch: &Sketch, expected: &[(Value, f64)]) {
    let form = sketch.build();
    for (answer, points_expected) in expected {
        let card = score(&form, json!({ "a": answer }), Value::Null);
        close(points(&card, "a"), *points_expected);
        close(strict(&card), *points_expected);
    }
}

fn trace(card: &Scorecard) -> &[TraceStep] {
    &card.criterion("s.a").unwrap().trace
}

#[test]
fn levels() {
    earns(
        &only(levels_of(&[0, 1, 2, 3, 4]), json!({ "levels": 4 })),
        &[(json!(0), 0.0), (json!(1), 25.0), (json!(3), 75.0), (json!(4), 100.0)],
    );
    earns(&only(levels_of(&[0, 1, 2]), json!({ "levels": 2 })), &[(json!(1), 50.0)]);
    let thirds = only(levels_of(&[0, 1, 2, 3]), json!({ "levels": 3 }));
    earns(&thirds, &[(json!(1), 33.333_333), (json!(2), 66.666_667)]);
}

#[test]
fn a_calculated_level_is_kept_within_the_scale() {
    let sketch = Sketch::new(&[("d", 100)]).ask("x", number()).ask(
        "a",
        with(
            with(number(), json!({ "x-calculated": "s.x / 2" })),
            criterion("d", 1, json!({ "levels": 4 })),
        ),
    );
    let form = sketch.build();
    for (x, expected) in [(-3, 0.0), (0, 0.0), (4, 50.0), (5, 62.5), (8, 100.0), (100, 100.0)] {
        close(points(&score(&form, json!({ "x": x }), Value::Null), "a"), expected);
    }
    let card = score(&form, json!({}), Value::Null);
    assert_eq!(card.criterion("s.a").unwrap().state, AnswerState::Missing);
    assert_eq!(trace(&card)[0], TraceStep::Missing { because: Some("s.x".to_owned()) });
}

#[test]
fn what_lies_outside_the_scale_is_said_to() {
    let calculated = with(number(), json!({ "x-calculated": "s.x / 2" }));
    let sketch = Sketch::new(&[("d", 100)])
        .ask("x", number())
        .ask("a", with(calculated, criterion("d", 1, json!({ "levels": 4 }))))
        .ask("b", with(number(), criterion("d", 1, json!({ "formula": "s.x * 10" }))));
    let form = sketch.build();
    let said = |x: f64| {
        let card = score(&form, json!({ "x": x, "b": 0 }), Value::Null);
        let steps = |name: &str| {
            let trace = &card.criterion(name).unwrap().trace;
            let outside = |it: &&TraceStep| matches!(it, TraceStep::OutsideScale { .. });
            trace.iter().find(outside).cloned()
        };
        let told = scoring::explain::explain(&form.form, &card, card.criterion("s.b").unwrap());
        (steps("s.a"), steps("s.b"), told.iter().any(|it| it.contains("outside the scale")))
    };
    let outside = |value, counts_as| Some(TraceStep::OutsideScale { value, counts_as });
    assert_eq!(said(100.0), (outside(50.0, 4.0), outside(1000.0, 100.0), true));
    assert_eq!(said(-3.0), (outside(-1.5, 0.0), outside(-30.0, 0.0), true));
    assert_eq!(said(8.0), (None, None, false));
}

#[test]
fn a_calculated_level_among_options() {
    let sketch = Sketch::new(&[("d", 100)]).ask("x", number()).ask(
        "a",
        with(
            with(levels_of(&[0, 1, 2, 3, 4]), json!({ "x-calculated": "s.x / 2" })),
            criterion("d", 1, json!({ "levels": 4 })),
        ),
    );
    close(points(&sketch.score(json!({ "x": 6 }), Value::Null), "a"), 75.0);
}

#[test]
fn half_points() {
    earns(
        &only(number(), json!({ "half_points": 5 })),
        &[
            (json!(0), 0.0),
            (json!(0.5), 10.0),
            (json!(3), 60.0),
            (json!(4.5), 90.0),
            (json!(5), 100.0),
        ],
    );
}

#[test]
fn counts() {
    let sketch = only(choices(&["a", "b", "c", "d", "e"]), json!({ "count": [0, 1, 2, 3, 4] }));
    earns(
        &sketch,
        &[
            (json!([]), 0.0),
            (json!(["c"]), 25.0),
            (json!(["a", "b", "c", "d"]), 100.0),
            // More than listed gives the last.
            (json!(["a", "b", "c", "d", "e"]), 100.0),
        ],
    );
}

#[test]
fn an_option_ticked_twice_counts_once() {
    let loose = with(choices(&["a", "b"]), json!({ "uniqueItems": false }));
    earns(&only(loose, json!({ "count": [0, 1, 2] })), &[(json!(["a", "a"]), 50.0)]);
}

#[test]
fn the_highest_level_of_a_count_may_need_more() {
    let rubric = json!({ "count": [0, 1, 1, 3], "top_when": "s.signed" });
    let sketch = Sketch::new(&[("d", 100)])
        .ask("signed", yes_no())
        .ask("a", with(choices(&["a", "b", "c"]), criterion("d", 1, rubric)));
    let form = sketch.build();
    let all = json!(["a", "b", "c"]);
    let card = |signed: Value, ticked: &Value| {
        let mut answers = json!({ "a": ticked });
        if !signed.is_null() {
            answers["signed"] = signed;
        }
        score(&form, answers, Value::Null)
    };
    close(points(&card(json!(true), &all), "a"), 100.0);
    for signed in [json!(false), Value::Null] {
        let card = card(signed, &all);
        close(points(&card, "a"), 33.333_333);
        assert!(trace(&card).contains(&TraceStep::Count {
            ticked: 3,
            level: 1,
            top_refused: true
        }));
    }
    close(points(&card(json!(false), &json!(["a", "b"])), "a"), 33.333_333);
}

#[test]
fn a_ladder_counts_up_to_its_first_gap() {
    let sketch = only(ladder(9), json!({ "ladder": 9 }));
    earns(
        &sketch,
        &[
            (json!([]), 0.0),
            (json!([1]), 0.0),
            (json!([1, 2, 3]), 25.0),
            (json!([3, 1, 2]), 25.0),
            (json!([1, 2, 4, 5, 6, 7, 8, 9]), 12.5),
            (json!([2, 3, 4]), 0.0),
            (json!([1, 2, 3, 4, 5, 6, 7, 8, 9]), 100.0),
        ],
    );
    let card = sketch.score(json!({ "a": [1, 2, 4] }), Value::Null);
    assert!(trace(&card).contains(&TraceStep::Ladder { highest: 4, level: 2 }));
    let criterion = card.criterion("s.a").unwrap();
    assert_eq!((criterion.claimed, criterion.documented), (Some(4.0), Some(2.0)));
    close(total(&card).claimed, 12.5);
}

#[test]
fn yes_or_no() {
    earns(
        &only(yes_no(), json!({ "yes_no": "yes" })),
        &[(json!(true), 100.0), (json!(false), 0.0)],
    );
    earns(&only(yes_no(), json!({ "yes_no": "no" })), &[(json!(true), 0.0), (json!(false), 100.0)]);
}

#[test]
fn cutoffs() {
    earns(
        &only(number(), json!({ "cutoffs": [-1.5, 0.3, 10] })),
        &[
            (json!(-2), 0.0),
            (json!(-1.5), 33.333_333),
            (json!(0.29), 33.333_333),
            (json!(0.3), 66.666_667),
            (json!(10), 100.0),
            (json!(1e12), 100.0),
        ],
    );
}

#[test]
fn a_sum_that_binary_fractions_miss_still_reaches_the_cutoff() {
    let sketch = Sketch::new(&[("d", 100)]).ask("x", number()).ask("y", number()).ask(
        "a",
        with(
            with(number(), json!({ "x-calculated": "s.x + s.y" })),
            criterion("d", 1, json!({ "cutoffs": [0.3, 0.8] })),
        ),
    );
    // 0.1 + 0.2 is above 0.3, 0.1 + 0.7 below 0.8 in binary fractions.
    let form = sketch.build();
    for (x, y, expected) in [(0.1, 0.2, 50.0), (0.1, 0.7, 100.0), (0.1, 0.699, 50.0)] {
        close(points(&score(&form, json!({ "x": x, "y": y }), Value::Null), "a"), expected);
    }
}

#[test]
fn curves_rise_fall_turn_and_are_clipped() {
    earns(
        &only(number(), json!({ "curve": [[0, 0], [20, 40], [40, 70], [60, 100]] })),
        &[
            (json!(-5), 0.0),
            (json!(10), 20.0),
            (json!(30), 55.0),
            (json!(60), 100.0),
            (json!(99), 100.0),
        ],
    );
    earns(
        &only(number(), json!({ "curve": [[0.5, 100], [1, 40], [2, 0]] })),
        &[(json!(0), 100.0), (json!(0.75), 70.0), (json!(1.5), 20.0), (json!(3), 0.0)],
    );
    earns(
        &only(number(), json!({ "curve": [[0, 0], [10, 100], [20, 20]] })),
        &[(json!(5), 50.0), (json!(15), 60.0), (json!(30), 20.0)],
    );
}

#[test]
fn points_by_option() {
    let rubric = json!({ "points": { "no": 100, "later": 75, "yes": 0 } });
    earns(
        &only(choice(&["no", "later", "yes"]), rubric),
        &[(json!("no"), 100.0), (json!("later"), 75.0), (json!("yes"), 0.0)],
    );
    let rubric = json!({ "points": { "true": 20, "false": 80 } });
    earns(&only(yes_no(), rubric), &[(json!(true), 20.0), (json!(false), 80.0)]);
}

#[test]
fn a_whole_number_may_be_written_with_decimals() {
    let rubric = json!({ "points": { "0": 0, "1": 60, "2": 100 } });
    let numbers = json!({ "type": "integer", "oneOf": [
        { "const": 0, "title": "0" }, { "const": 1, "title": "1" }, { "const": 2, "title": "2" },
    ] });
    earns(&only(numbers, rubric), &[(json!(1), 60.0), (json!(1.0), 60.0)]);
    earns(&only(ladder(3), json!({ "ladder": 3 })), &[(json!([1.0, 2.0, 3.0]), 100.0)]);
    earns(&only(levels_of(&[0, 1, 2]), json!({ "levels": 2 })), &[(json!(2.0), 100.0)]);
}

/// A table with weights 3 and 1 on a scale from 1 to 5; a tick in `out` excludes the row.
fn markets(join: &str) -> Sketch {
    let rows = table(&[
        ("demand", json!({ "type": "number" })),
        ("access", json!({ "type": "number" })),
        ("out", yes_no()),
    ]);
    let rule = json!({ "x-row": {
        "columns": { "demand": 3, "access": 1 }, "range": [1, 5], "exclude": "out", "join": join,
    } });
    only(with(rows, rule), json!({ "rows": true }))
}

#[test]
fn rows_join_to_the_best_the_mean_or_the_sum() {
    // (3·100 + 1·50)/4 = 87.5; (3·0 + 1·100)/4 = 25; (3·50 + 1·50)/4 = 50.
    let rows = json!([
        { "id": "a", "demand": 5, "access": 3, "out": false },
        { "id": "b", "demand": 1, "access": 5, "out": false },
        { "id": "c", "demand": 3, "access": 3, "out": false },
    ]);
    earns(&markets("max"), &[(rows.clone(), 87.5)]);
    earns(&markets("mean"), &[(rows.clone(), 54.166_667)]);
    earns(&markets("sum"), &[(rows.clone(), 100.0), (json!([rows[1]]), 25.0)]);
}

#[test]
fn an_excluded_row_counts_nowhere() {
    let rows = json!([
        { "id": "a", "demand": 5, "access": 5, "out": true },
        { "id": "b", "demand": 1, "access": 5, "out": false },
    ]);
    for join in ["max", "mean", "sum"] {
        earns(&markets(join), &[(rows.clone(), 25.0)]);
    }
    let card = markets("max").score(json!({ "a": rows }), Value::Null);
    let row = TraceStep::Row { id: "a".to_owned(), points: None, excluded: true };
    assert!(trace(&card).contains(&row));
}

#[test]
fn when_every_row_is_excluded_nothing_is_earned() {
    let rows = json!([
        { "id": "a", "demand": 5, "access": 5, "out": true },
        { "id": "b", "out": true },
    ]);
    for join in ["max", "mean", "sum"] {
        earns(&markets(join), &[(rows.clone(), 0.0), (json!([]), 0.0)]);
    }
}

#[test]
fn a_row_that_is_not_finished_waits() {
    let form = markets("max").build();
    let unfinished = json!({ "id": "b", "demand": 5, "out": false });
    let card = score(&form, json!({ "a": [unfinished] }), Value::Null);
    let criterion = card.criterion("s.a").unwrap();
    assert_eq!((criterion.state, criterion.points), (AnswerState::Missing, None));
    let total = total(&card);
    assert_eq!((total.strict, total.answered, total.upper), (0.0, None, 100.0));
}

#[test]
fn an_open_row_beside_finished_ones_flatters_nobody() {
    let finished = json!({ "id": "a", "demand": 3, "access": 3, "out": false });
    let unfinished = json!({ "id": "b", "demand": 5, "out": false });
    let perhaps_excluded = json!({ "id": "b", "demand": 5, "access": 5 });
    for open in [unfinished, perhaps_excluded] {
        for (join, strict, upper) in
            [("max", 50.0, 100.0), ("mean", 25.0, 75.0), ("sum", 50.0, 100.0)]
        {
            let card = markets(join).score(json!({ "a": [open, finished] }), Value::Null);
            let criterion = card.criterion("s.a").unwrap();
            assert_eq!(criterion.state, AnswerState::Missing);
            close(criterion.points.unwrap(), strict);
            close(criterion.contribution, strict);
            let total = total(&card);
            close(total.strict, strict);
            close(total.answered.unwrap(), 50.0);
            close(total.upper, upper);
            assert_eq!((total.completeness, card.status), (0.0, Status::Preliminary));
        }
    }
}

#[test]
fn a_column_of_ticks_excludes_when_anything_is_ticked() {
    let rows = table(&[("demand", number()), ("stoppers", choices(&["law", "war"]))]);
    let rule = json!({ "x-row": {
        "columns": { "demand": 1 }, "range": [0, 10], "exclude": "stoppers", "join": "max",
    } });
    let sketch = only(with(rows, rule), json!({ "rows": true }));
    earns(
        &sketch,
        &[(
            json!([{ "id": "a", "demand": 9, "stoppers": ["law"] }, { "id": "b", "demand": 2, "stoppers": [] }]),
            20.0,
        )],
    );
}

#[test]
fn a_calculated_column_can_be_scored() {
    let rows = table(&[
        // The order of columns does not matter to what they are calculated from.
        ("mark", json!({ "type": "number", "x-calculated": "row.share * 10" })),
        ("share", json!({ "type": "number", "x-calculated": "ratio(row.won, row.asked)" })),
        ("won", number()),
        ("asked", number()),
    ]);
    let rule = json!({ "x-row": { "columns": { "mark": 1 }, "range": [0, 10], "join": "mean" } });
    earns(
        &only(with(rows, rule), json!({ "rows": true })),
        &[(
            json!([{ "id": "a", "won": 1, "asked": 4 }, { "id": "b", "won": 3, "asked": 4 }]),
            50.0,
        )],
    );
}

#[test]
fn formulas() {
    let sketch = Sketch::new(&[("d", 100)]).ask("held", number()).ask("planned", number()).ask(
        "a",
        with(
            yes_no(),
            criterion(
                "d",
                1,
                json!({
                    "formula": "100 * ratio(s.held, s.planned) if s.a else 0",
                }),
            ),
        ),
    );
    let form = sketch.build();
    let answers = |held: Value, yes: bool| json!({ "a": yes, "held": held, "planned": 8 });
    for (held, yes, expected) in [
        (json!(2), true, 25.0),
        (json!(2), false, 0.0),
        (json!(80), true, 100.0),
        (json!(-1), true, 0.0),
    ] {
        close(points(&score(&form, answers(held, yes), Value::Null), "a"), expected);
    }
    let card = score(&form, json!({ "a": true, "planned": 8 }), Value::Null);
    assert_eq!(card.criterion("s.a").unwrap().state, AnswerState::Missing);
    let waits = TraceStep::Missing { because: Some("s.held".to_owned()) };
    assert!(trace(&card).contains(&waits));
    let card = score(&form, json!({ "a": true, "held": 1, "planned": 0 }), Value::Null);
    assert_eq!(card.criterion("s.a").unwrap().state, AnswerState::Missing);
    close(strict(&card), 0.0);
}

#[test]
fn a_value_that_waits_says_for_what() {
    let rows = table(&[("km", number())]);
    let sketch = Sketch::new(&[("d", 100)]).ask("trips", rows).ask(
        "a",
        with(
            with(number(), json!({ "x-calculated": "sum(s.trips, 'km')" })),
            criterion("d", 1, json!({ "cutoffs": [10] })),
        ),
    );
    let card = sketch.score(json!({ "trips": [{ "id": "a" }] }), Value::Null);
    let because = "sum: row 1, column `km` has no value yet".to_owned();
    assert!(trace(&card).contains(&TraceStep::Missing { because: Some(because) }));
}

#[test]
fn evidence_caps_a_level() {
    let asked = json!({ "x-criterion": { "evidence": { "3": "E2", "4": "E3" } } });
    let form = Sketch::new(&[("d", 100)]).ask("a", with(level("d", 1), asked)).build();
    let expected = [
        ("E0", [0.0, 1.0, 2.0, 2.0, 2.0]),
        ("E1", [0.0, 1.0, 2.0, 2.0, 2.0]),
        ("E2", [0.0, 1.0, 2.0, 3.0, 3.0]),
        ("E3", [0.0, 1.0, 2.0, 3.0, 4.0]),
        ("E4", [0.0, 1.0, 2.0, 3.0, 4.0]),
    ];
    for (grade, documented) in expected {
        for (claimed, documented) in (0..).zip(documented) {
            let card = score(&form, json!({ "a": claimed }), json!({ "a": evidence(grade) }));
            let criterion = card.criterion("s.a").unwrap();
            assert_eq!(criterion.claimed, Some(f64::from(claimed)));
            assert_eq!(criterion.documented, Some(documented), "{claimed} with {grade}");
            close(points(&card, "a"), 25.0 * documented);
            close(total(&card).claimed, 25.0 * f64::from(claimed));
        }
    }
    let card = score(&form, json!({ "a": 4 }), json!({ "a": evidence("E2") }));
    let capped =
        TraceStep::EvidenceCap { claimed: 4.0, has: Grade::E2, needs: Grade::E3, documented: 3.0 };
    assert!(trace(&card).contains(&capped));
}

#[test]
fn of_several_pieces_of_evidence_the_highest_grade_counts() {
    let asked = json!({ "x-criterion": { "evidence": { "3": "E2", "4": "E3" } } });
    let sketch = Sketch::new(&[("d", 100)]).ask("a", with(level("d", 1), asked));
    let note = json!({ "evidence": [
        { "title": "Plan", "grade": "E1" }, { "title": "Test", "grade": "E3" },
        { "title": "Memo", "grade": "E0" },
    ] });
    let card = sketch.score(json!({ "a": 4 }), json!({ "a": note }));
    assert_eq!(card.criterion("s.a").unwrap().grade, Grade::E3);
    close(points(&card, "a"), 100.0);
}

#[test]
fn evidence_caps_counts_and_cutoffs_too_and_nothing_else() {
    let asked = json!({ "evidence": { "2": "E2" } });
    let sketch = Sketch::new(&[("d", 100)])
        .ask(
            "count",
            with(
                choices(&["a", "b"]),
                criterion("d", 1, with(json!({ "count": [0, 1, 2] }), asked.clone())),
            ),
        )
        .ask("cut", with(number(), criterion("d", 1, with(json!({ "cutoffs": [1, 2] }), asked))))
        .ask("free", level("d", 1));
    let card = sketch.score(json!({ "count": ["a", "b"], "cut": 7, "free": 4 }), Value::Null);
    close(points(&card, "count"), 50.0);
    close(points(&card, "cut"), 50.0);
    close(points(&card, "free"), 100.0);
}

#[test]
fn evidence_for_a_row_counts_for_its_table() {
    let form = markets("max").build();
    let mut response =
        response(json!({ "a": [{ "id": "r1", "demand": 5, "access": 5 }] }), Value::Null);
    let note = serde_json::from_value(evidence("E3")).unwrap();
    response.notes.insert("s.a[r1]".to_owned(), note);
    let card = scoring::score(&form, &response, None);
    assert_eq!(card.criterion("s.a").unwrap().grade, Grade::E3);
}

#[test]
fn an_answer_that_does_not_fit_earns_nothing() {
    let form = Sketch::new(&[("d", 100)])
        .ask("level", level("d", 1))
        .ask("half", with(number(), criterion("d", 1, json!({ "half_points": 5 }))))
        .ask("ladder", with(ladder(3), criterion("d", 1, json!({ "ladder": 3 }))))
        .ask("count", with(choices(&["a", "b"]), criterion("d", 1, json!({ "count": [0, 1, 2] }))))
        .ask("points", with(choice(&["a"]), criterion("d", 1, json!({ "points": { "a": 50 } }))))
        .build();
    for (name, answer) in [
        ("level", json!(7)),
        ("level", json!(2.5)),
        ("level", json!("4")),
        ("level", json!(true)),
        ("half", json!("5")),
        ("ladder", json!("x")),
        ("ladder", json!([7, 8, 9])),
        ("count", json!(["x", "y"])),
        ("count", json!({})),
        ("points", json!("b")),
    ] {
        let card = scoring::score(&form, &response(json!({ name: answer }), Value::Null), None);
        close(strict(&card), 0.0);
    }
    let steps: Vec<u32> = (1..=30).collect();
    let card = scoring::score(&form, &response(json!({ "ladder": steps }), Value::Null), None);
    close(points(&card, "ladder"), 100.0);
}
