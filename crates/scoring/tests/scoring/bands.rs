//! The named range of a total, and what lowers it.

use model::scorecard::Status;
use serde_json::{Value, json};

use crate::support::{
    Sketch, band, criterion, evidence, level, lowered_by, number, score, stands, with, yes_no,
};

/// A number from 0 to 100 that is its own points.
fn line(dimension: &str) -> Value {
    with(number(), criterion(dimension, 1, json!({ "curve": [[0, 0], [100, 100]] })))
}

/// The top band needs 60 in every dimension, 70 % of the weight backed by E3, and no cap.
fn proven() -> Sketch {
    Sketch::new(&[("d", 70), ("e", 30)])
        .meta(json!({ "bands": [
            { "id": "low", "title": "Low", "from": 0 },
            { "id": "emerging", "title": "Emerging", "from": 40 },
            { "id": "solid", "title": "Solid", "from": 60 },
            { "id": "proven", "title": "Proven", "from": 80, "requires": {
                "every_dimension": 60, "evidence": { "grade": "E3", "share": 0.7 }, "no_caps": true,
            } },
        ] }))
        .gate("capped", "s.bad", json!({ "cap-band": "solid" }))
        .gate("blocked", "s.worse", "knockout")
        .gate("limited", "s.thin", json!({ "cap-dimension": { "d": 90 } }))
        .ask("bad", yes_no())
        .ask("worse", yes_no())
        .ask("thin", yes_no())
        .ask("a", line("d"))
        .ask("b", line("e"))
}

fn answers(a: f64, b: f64) -> Value {
    json!({ "bad": false, "worse": false, "thin": false, "a": a, "b": b })
}

fn proof() -> Value {
    json!({ "a": evidence("E3"), "b": evidence("E4") })
}

#[test]
fn the_top_band_is_given_when_every_part_of_its_rule_holds() {
    let card = proven().score(answers(100.0, 60.0), proof());
    stands(&card, Status::Scored, "proven");
    let given = card.total.unwrap().band.unwrap();
    assert_eq!((given.rank, given.lowered_from), (4, None));
    // 70 % of the weight is enough.
    let card = proven().score(answers(100.0, 60.0), json!({ "a": evidence("E3") }));
    assert_eq!(band(&card), "proven");
}

#[test]
fn each_part_of_the_rule_lowers_by_itself_and_says_so() {
    let form = proven().build();
    let card = score(&form, answers(100.0, 59.999), proof());
    assert_eq!((band(&card), lowered_by(&card)), ("solid", vec!["every-dimension"]));
    let weak = json!({ "a": evidence("E2"), "b": evidence("E4") });
    let card = score(&form, answers(100.0, 80.0), weak);
    assert_eq!((band(&card), lowered_by(&card)), ("solid", vec!["evidence"]));
    assert_eq!(card.total.unwrap().band.unwrap().lowered_from.as_deref(), Some("proven"));
    let mut thin = answers(100.0, 90.0);
    thin["thin"] = json!(true);
    let card = score(&form, thin, proof());
    assert_eq!((band(&card), lowered_by(&card)), ("solid", vec!["no-caps"]));
}

#[test]
fn all_reasons_are_named_once() {
    let requires = json!({ "every_dimension": 60, "evidence": { "grade": "E3", "share": 0.7 } });
    let sketch = Sketch::new(&[("d", 90), ("e", 10)])
        .meta(json!({ "bands": [
            { "id": "low", "title": "Low", "from": 0 },
            { "id": "good", "title": "Good", "from": 50, "requires": requires },
            { "id": "best", "title": "Best", "from": 80, "requires": requires },
        ] }))
        .ask("a", line("d"))
        .ask("b", line("e"));
    let card = sketch.score(json!({ "a": 100, "b": 0 }), Value::Null);
    assert_eq!((band(&card), lowered_by(&card)), ("low", vec!["every-dimension", "evidence"]));
    let given = card.total.unwrap().band.unwrap();
    assert_eq!((given.rank, given.lowered_from.as_deref()), (1, Some("best")));
}

#[test]
fn a_knockout_or_cap_not_yet_known_is_no_free_pass() {
    let mut open = answers(100.0, 100.0);
    open.as_object_mut().unwrap().remove("thin");
    let card = proven().score(open, proof());
    assert_eq!((band(&card), lowered_by(&card)), ("solid", vec!["no-caps"]));
}

#[test]
fn a_cap_lowers_to_its_band_and_never_raises() {
    let sketch = Sketch::new(&[("d", 100)])
        .gate("no-agreement", "s.bad", json!({ "cap-band": "emerging" }))
        .ask("bad", yes_no())
        .ask("a", line("d"));
    let form = sketch.build();
    for (a, expected, reasons) in [
        (95, "emerging", vec!["no-agreement"]),
        (60, "emerging", vec!["no-agreement"]),
        (45, "emerging", vec![]),
        (10, "low", vec![]),
    ] {
        let card = score(&form, json!({ "bad": true, "a": a }), Value::Null);
        assert_eq!((band(&card), lowered_by(&card)), (expected, reasons), "{a}");
    }
    let card = score(&form, json!({ "bad": false, "a": 95 }), Value::Null);
    assert_eq!(band(&card), "proven");
}

#[test]
fn the_lowest_of_several_caps_counts() {
    let sketch = Sketch::new(&[("d", 100)])
        .gate("one", "s.bad", json!({ "cap-band": "solid" }))
        .gate("two", "s.bad", json!({ "cap-band": "low" }))
        .gate("three", "s.bad", json!({ "cap-band": "emerging" }))
        .ask("bad", yes_no())
        .ask("a", line("d"));
    let card = sketch.score(json!({ "bad": true, "a": 95 }), Value::Null);
    assert_eq!((band(&card), lowered_by(&card)), ("low", vec!["one", "two"]));
}

#[test]
fn a_total_equal_to_a_cut_off_belongs_to_the_higher_band() {
    // Three thirds, sevenths and tenths that binary fractions cannot add up to the cut-off.
    for (weights, levels, from) in [
        ([1, 1, 1], [4, 2, 2], 66.666_666_666_666_67),
        ([3, 3, 1], [2, 4, 0], 64.285_714_285_714_29),
        ([3, 3, 4], [1, 3, 4], 70.0),
        ([1, 1, 1], [1, 1, 2], 33.333_333_333_333_336),
    ] {
        let names = ["a", "b", "c"];
        let sketch = Sketch::new(&[("d", 100)]).meta(json!({ "bands": [
            { "id": "low", "title": "Low", "from": 0 }, { "id": "high", "title": "High", "from": from },
        ] }));
        let sketch = names
            .iter()
            .zip(weights)
            .fold(sketch, |sketch, (name, weight)| sketch.ask(name, level("d", weight)));
        let answers = json!({ "a": levels[0], "b": levels[1], "c": levels[2] });
        let card = sketch.score(answers, Value::Null);
        assert_eq!(band(&card), "high", "{weights:?} {levels:?}");
    }
}

#[test]
fn without_bands_there_is_none() {
    let sketch = Sketch::new(&[("d", 100)]).meta(json!({ "bands": [] })).ask("a", line("d"));
    stands(&sketch.score(json!({ "a": 95 }), Value::Null), Status::Scored, "none");
}
