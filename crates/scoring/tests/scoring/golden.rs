//! Numbers that were worked out before there was a program.

use model::scorecard::{AnswerState, Status};
use serde_json::{Value, json};

use crate::shipped::{Case, shipped};
use crate::support::{
    Sketch, band, choices, close, criterion, dimension, ladder, level, levels_of, not_applicable,
    number, points, stands, strict, table, total, with, yes_no,
};

#[test]
fn what_does_not_apply_and_what_is_missing() {
    let sketch = Sketch::new(&[("d", 100)])
        .ask("a", level("d", 3))
        .ask("b", with(level("d", 2), json!({ "x-criterion": { "not_applicable": true } })))
        .ask("c", level("d", 2))
        .ask("e", level("d", 1));
    let card = sketch.score(json!({ "a": 3, "e": 4 }), json!({ "b": not_applicable() }));
    for score in [total(&card), dimension(&card, "d")] {
        close(score.strict, 54.166_667);
        close(score.answered.unwrap(), 81.25);
        close(score.upper, 87.5);
        close(score.completeness, 0.666_667);
    }
    stands(&card, Status::Preliminary, "none");
    assert!(card.total.as_ref().unwrap().preliminary);
    let states: Vec<_> = card.criteria.iter().map(|it| it.state).collect();
    use AnswerState::{Answered, Missing, NotApplicable};
    assert_eq!(states, [Answered, NotApplicable, Missing, Answered]);
}

#[test]
fn the_total_is_the_weighted_mean_of_the_dimensions() {
    let on_line = |dimension| {
        with(number(), criterion(dimension, 1, json!({ "curve": [[0, 0], [100, 100]] })))
    };
    let sketch = Sketch::new(&[
        ("match", 25),
        ("framework", 25),
        ("organisation", 20),
        ("users", 10),
        ("knowledge", 20),
    ])
    .ask("m", on_line("match"))
    .ask("f", on_line("framework"))
    .ask("o", on_line("organisation"))
    .ask("u", on_line("users"))
    .ask("k", on_line("knowledge"));
    let card = sketch.score(json!({ "m": 70, "f": 50, "o": 80, "u": 60, "k": 65 }), Value::Null);
    close(strict(&card), 65.0);
    stands(&card, Status::Scored, "solid");
    let minimum = card.total.as_ref().unwrap().minimum.as_ref().unwrap();
    assert_eq!(minimum.dimension, "framework");
    close(minimum.strict, 50.0);
    let sum: f64 = card.criteria.iter().map(|it| it.contribution).sum();
    close(sum, 65.0);
    let share: f64 = card.criteria.iter().map(|it| it.share).sum();
    close(share, 100.0);
}

/// 24 questions with four levels each, pooled, on a scale of 200 points with four classes.
fn classes() -> Sketch {
    let sketch = Sketch::pooled(&["a", "b", "c", "d", "e", "f"]).meta(json!({
        "points": { "out_of": 200 },
        "bands": [
            { "id": "class-1", "title": "1", "from": 0 },
            { "id": "class-2", "title": "2", "from": 81 },
            { "id": "class-3", "title": "3", "from": 121 },
            { "id": "class-4", "title": "4", "from": 161 },
        ],
    }));
    (0..24).fold(sketch, |sketch, i| {
        let dimension = ["a", "b", "c", "d", "e", "f"][i / 4];
        sketch.ask(&format!("x{i}"), level(dimension, 1))
    })
}

#[test]
fn points_are_rounded_half_up_before_the_class_is_given() {
    let form = classes().build();
    for (sum, exact, rounded, class) in [
        (61, 127.083_333, 127, "class-3"),
        (38, 79.166_667, 79, "class-1"),
        (39, 81.25, 81, "class-2"),
        (0, 0.0, 0, "class-1"),
        (96, 200.0, 200, "class-4"),
        // 30/96 of 200 is 62.5: a half goes up.
        (30, 62.5, 63, "class-1"),
    ] {
        let answers: Value = (0..24)
            .scan(sum, |left, i| {
                let level = (*left).min(4);
                *left -= level;
                Some((format!("x{i}"), json!(level)))
            })
            .collect::<serde_json::Map<_, _>>()
            .into();
        let card = crate::support::score(&form, answers, Value::Null);
        close(strict(&card) * 2.0, exact);
        assert_eq!(card.total.as_ref().unwrap().points.as_ref().unwrap().strict, rounded);
        assert_eq!(band(&card), class, "{sum}");
    }
}

#[test]
fn every_scale_ends_at_0_to_100() {
    let sketch = Sketch::new(&[("d", 100)])
        .ask("level", level("d", 1))
        .ask("reviewer", with(number(), criterion("d", 1, json!({ "half_points": 5 }))))
        .ask("readiness", with(ladder(9), criterion("d", 1, json!({ "ladder": 9 }))))
        .ask("yes", with(yes_no(), criterion("d", 1, json!({ "yes_no": "yes" }))))
        .ask("degree", with(levels_of(&[0, 2, 3, 4]), criterion("d", 1, json!({ "levels": 4 }))));
    let form = sketch.build();
    let points_of = |name: &str, answer: Value| {
        points(&crate::support::score(&form, json!({ name: answer }), Value::Null), name)
    };
    for level in 0..=4 {
        close(points_of("level", json!(level)), 25.0 * f64::from(level));
    }
    for half in 0..=10 {
        close(points_of("reviewer", json!(f64::from(half) / 2.0)), 10.0 * f64::from(half));
    }
    for level in 1..=9_u32 {
        let ticked: Vec<u32> = (1..=level).collect();
        close(points_of("readiness", json!(ticked)), 12.5 * f64::from(level - 1));
    }
    close(points_of("readiness", json!([])), 0.0);
    close(points_of("yes", json!(true)), 100.0);
    close(points_of("yes", json!(false)), 0.0);
    for (degree, expected) in [(4, 100.0), (3, 75.0), (2, 50.0), (0, 0.0)] {
        close(points_of("degree", json!(degree)), expected);
    }
}

/// Published tests of piecewise linear value functions, times 100.
#[test]
fn the_curve_is_the_published_one() {
    let sketch = Sketch::new(&[("d", 100)])
        .ask(
            "falling",
            with(
                number(),
                criterion("d", 1, json!({ "curve": [[50, 100], [75, 80], [90, 50], [100, 0]] })),
            ),
        )
        .ask(
            "rising",
            with(
                number(),
                criterion(
                    "d",
                    1,
                    json!({ "curve": [[-0.15, 0], [0, 10], [0.25, 90], [0.35, 100]] }),
                ),
            ),
        );
    let form = sketch.build();
    let points_of = |name: &str, at: f64| {
        points(&crate::support::score(&form, json!({ name: at }), Value::Null), name)
    };
    for (at, expected) in [
        (50.0, 100.0),
        (60.0, 92.0),
        (75.0, 80.0),
        (90.0, 50.0),
        (100.0, 0.0),
        (10.0, 100.0),
        (40.0, 100.0),
        (101.0, 0.0),
        (120.0, 0.0),
    ] {
        close(points_of("falling", at), expected);
    }
    for (at, expected) in [(0.1, 42.0), (0.38, 100.0), (-0.20, 0.0), (0.0, 10.0), (0.25, 90.0)] {
        close(points_of("rising", at), expected);
    }
}

/// A written agreement: 0, 1–2, 3, 4 or 5 elements, and for the highest level all have signed.
#[test]
fn a_count_gives_the_levels_listed() {
    let elements = ["financing", "rights", "risks", "roles", "deliverables"];
    let sketch = Sketch::new(&[("d", 100)]).ask("signed", yes_no()).ask(
        "agreement",
        with(
            choices(&elements),
            criterion("d", 4, json!({ "count": [0, 1, 1, 2, 3, 4], "top_when": "s.signed" })),
        ),
    );
    let form = sketch.build();
    for (ticked, level) in [(0, 0.0), (1, 1.0), (2, 1.0), (3, 2.0), (4, 3.0), (5, 4.0)] {
        let answers = json!({ "agreement": elements[..ticked], "signed": true });
        let card = crate::support::score(&form, answers, Value::Null);
        close(points(&card, "agreement"), 25.0 * level);
    }
}

/// Meetings held of those planned: below 40 %, then from 40, 60, 75 and 90 %.
#[test]
fn a_share_gives_the_level_that_begins_at_or_below_it() {
    let held = json!({ "x-calculated": "ratio(s.held, s.planned)" });
    let cutoffs = criterion("d", 1, json!({ "cutoffs": [0.4, 0.6, 0.75, 0.9] }));
    let sketch = Sketch::new(&[("d", 100)])
        .ask("held", number())
        .ask("planned", number())
        .ask("rhythm", with(with(number(), held), cutoffs));
    let form = sketch.build();
    for (held, planned, level) in [
        (39, 100, 0.0),
        (4, 10, 1.0),
        (59, 100, 1.0),
        (6, 10, 2.0),
        (3, 5, 2.0),
        (74, 100, 2.0),
        (3, 4, 3.0),
        (89, 100, 3.0),
        (9, 10, 4.0),
        (27, 30, 4.0),
        (1, 1, 4.0),
    ] {
        let answers = json!({ "held": held, "planned": planned });
        let card = crate::support::score(&form, answers, Value::Null);
        close(points(&card, "rhythm"), 25.0 * level);
    }
}

/// Seven criteria per country, weights 20/20/15/30/5/5/5 and marks 1–5; the best country counts.
#[test]
fn the_best_country_counts() {
    let columns = ["size", "price", "chances", "rivals", "climate", "law", "culture"];
    let weights = [20, 20, 15, 30, 5, 5, 5];
    let cells: Vec<(&str, Value)> =
        columns.iter().map(|it| (*it, json!({ "type": "integer" }))).collect();
    let rule: Value = columns
        .iter()
        .zip(weights)
        .map(|(c, w)| ((*c).to_owned(), json!(w)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let rows = with(
        table(&cells),
        json!({ "x-row": { "columns": rule, "range": [1, 5], "join": "max" } }),
    );
    let sketch = Sketch::new(&[("d", 100)])
        .ask("markets", with(rows, criterion("d", 5, json!({ "rows": true }))));
    let row = |id: &str, marks: [u32; 7]| {
        let mut row = json!({ "id": id });
        for (column, mark) in columns.iter().zip(marks) {
            row[column] = json!(mark);
        }
        row
    };
    let (de, no, us) = (
        row("de", [4, 3, 4, 3, 4, 3, 3]),
        row("no", [3, 4, 5, 4, 5, 5, 5]),
        row("us", [5, 4, 2, 2, 3, 2, 2]),
    );
    let form = sketch.build();
    for (rows, expected) in [
        (json!([de]), 60.0),
        (json!([no]), 77.5),
        (json!([us]), 51.25),
        (json!([de, no, us]), 77.5),
    ] {
        let card = crate::support::score(&form, json!({ "markets": rows }), Value::Null);
        close(points(&card, "markets"), expected);
    }
}

/// The form's own bands: 0, 40, 60, 80.
#[test]
fn the_bands_of_the_proofs() {
    let on_line = with(number(), criterion("d", 1, json!({ "curve": [[0, 0], [100, 100]] })));
    let form = Sketch::new(&[("d", 100)]).ask("a", on_line).build();
    for (value, expected) in [
        (0.0, "low"),
        (39.999_999_9, "low"),
        (40.0, "emerging"),
        (59.95, "emerging"),
        (60.0, "solid"),
        (79.999, "solid"),
        (80.0, "proven"),
        (100.0, "proven"),
    ] {
        let card = crate::support::score(&form, json!({ "a": value }), Value::Null);
        assert_eq!(band(&card), expected, "{value}");
    }
}

/// The worked business case of the proof of value: 850,000 laid out, 90,000 a year to run, and
/// 1,036.8 hours of 285 realised a year, for five years. A case cannot name what a swing gives.
#[test]
fn the_business_case_moves_as_worked_out() {
    let is_case = |it: &Case| it.form == "proof-of-value" && it.name == "business-case";
    let (form, cases) = shipped().into_iter().find(|(_, it)| it.iter().any(is_case)).unwrap();
    let case = cases.iter().find(|it| is_case(it)).unwrap();
    let card = scoring::score(&form, &case.response, None);
    let indicator = |id: &str| card.indicators.iter().find(|it| it.id == id).unwrap();
    let value = |id: &str| indicator(id).value.as_ref().unwrap().as_f64().unwrap();
    let to_the_cent = |found: f64, expected: f64| {
        assert!((found - expected).abs() <= 0.005, "found {found}, expected {expected}");
    };
    to_the_cent(value("npv"), 77_789.08);
    to_the_cent(value("npv_rate_6"), 15_590.21);
    for (input, (low, at_low), (high, at_high)) in [
        ("staff.realisation_rate", (0.4, -366_925.52), (0.8, 522_503.68)),
        ("economy.investment", (680_000.0, 247_789.08), (1_020_000.0, -92_210.92)),
        ("economy.operating_cost", (72_000.0, 159_060.03), (108_000.0, -3_481.86)),
        ("staff.minutes_per_task", (9.6, -189_039.68), (14.4, 344_617.84)),
        ("staff.citizens_using", (48.0, -189_039.68), (72.0, 344_617.84)),
    ] {
        let swing = indicator("npv").sensitivity.iter().find(|it| it.input == input).unwrap();
        close(swing.low, low);
        to_the_cent(swing.at_low.unwrap(), at_low);
        close(swing.high, high);
        to_the_cent(swing.at_high.unwrap(), at_high);
    }
}
