//! What does not apply, what is not asked, and what is missing.

use model::scorecard::{AnswerState, DimensionState, Status, TraceStep};
use serde_json::{Value, json};

use crate::support::{
    Sketch, choice, close, criterion, dimension, evidence, level, not_applicable, number, points,
    score, stands, strict, total, with, yes_no,
};

fn may_not_apply(dimension: &str, weight: u32) -> Value {
    with(level(dimension, weight), json!({ "x-criterion": { "not_applicable": true } }))
}

fn visible(question: Value, when: impl Into<Value>) -> Value {
    with(question, json!({ "x-visible": when.into() }))
}

#[test]
fn a_dimension_leaves_above_the_limit_and_not_at_it() {
    // Two fifths are exactly the limit of 40 %.
    let at = Sketch::new(&[("d", 60), ("e", 40)])
        .ask("a", may_not_apply("d", 2))
        .ask("b", level("d", 3))
        .ask("c", level("e", 1));
    let answers = json!({ "b": 2, "c": 4 });
    let card = at.score(answers.clone(), json!({ "a": not_applicable() }));
    close(card.dimension("d").unwrap().not_applicable, 0.4);
    assert_eq!(card.dimension("d").unwrap().state, DimensionState::Assessed);
    close(strict(&card), 70.0);

    // 41 of 100 are above it: the dimension leaves, and the rest is weighed anew.
    let above = Sketch::new(&[("d", 60), ("e", 40)])
        .ask("a", may_not_apply("d", 41))
        .ask("b", level("d", 59))
        .ask("c", level("e", 1));
    let card = above.score(answers, json!({ "a": not_applicable() }));
    let left = card.dimension("d").unwrap();
    assert_eq!((left.state, &left.score), (DimensionState::NotAssessable, &None));
    close(left.share, 0.0);
    close(card.dimension("e").unwrap().share, 1.0);
    close(strict(&card), 100.0);
    close(card.criterion("s.b").unwrap().share, 0.0);
    stands(&card, Status::Scored, "proven");
}

#[test]
fn the_limit_is_the_forms_own() {
    let sketch = Sketch::new(&[("d", 60), ("e", 40)])
        .meta(json!({ "missing": { "not_applicable_limit": 0.333_333_333_333_333_3 } }))
        .ask("a", may_not_apply("d", 1))
        .ask("b", level("d", 2))
        .ask("c", level("e", 1));
    let card = sketch.score(json!({ "b": 2, "c": 4 }), json!({ "a": not_applicable() }));
    assert_eq!(card.dimension("d").unwrap().state, DimensionState::Assessed);
}

#[test]
fn when_two_dimensions_leave_there_is_no_total() {
    let sketch = Sketch::new(&[("d", 30), ("e", 30), ("f", 40)])
        .ask("a", may_not_apply("d", 1))
        .ask("b", may_not_apply("e", 1))
        .ask("c", level("f", 1));
    let one = sketch.score(json!({ "b": 2, "c": 4 }), json!({ "a": not_applicable() }));
    // (30·50 + 40·100) / 70.
    close(strict(&one), 78.571_429);
    let notes = json!({ "a": not_applicable(), "b": not_applicable() });
    let two = sketch.score(json!({ "c": 4 }), notes.clone());
    assert_eq!(two.status, Status::NotAssessable);
    assert!(two.total.is_none() && two.next_steps.is_empty());
    close(dimension(&two, "f").strict, 100.0);
    let sketch = sketch.meta(json!({ "missing": { "dimensions_that_may_leave": 2 } }));
    close(strict(&sketch.score(json!({ "c": 4 }), notes)), 100.0);
}

#[test]
fn a_dimension_that_is_not_asked_leaves_without_counting() {
    let sketch = Sketch::new(&[("d", 25), ("e", 25), ("f", 25), ("g", 25)])
        .ask("scope", choice(&["company", "solution"]))
        .ask("a", visible(level("d", 1), "s.scope == 'company'"))
        .ask("b", visible(level("e", 1), "s.scope == 'company'"))
        .ask("c", may_not_apply("f", 1))
        .ask("h", level("g", 1));
    let card =
        sketch.score(json!({ "scope": "solution", "h": 3 }), json!({ "c": not_applicable() }));
    let states: Vec<_> = card.dimensions.iter().map(|it| it.state).collect();
    use DimensionState::{Assessed, NotAsked, NotAssessable};
    assert_eq!(states, [NotAsked, NotAsked, NotAssessable, Assessed]);
    close(strict(&card), 75.0);
    assert_eq!(card.hidden, ["s.a", "s.b"]);
}

#[test]
fn when_nothing_applies_there_is_no_total() {
    let sketch = Sketch::new(&[("d", 100)]).ask("a", may_not_apply("d", 1));
    let card = sketch.score(json!({}), json!({ "a": not_applicable() }));
    assert_eq!(card.status, Status::NotAssessable);
    assert!(card.total.is_none());
}

#[test]
fn a_hidden_question_counts_on_neither_side() {
    let sketch = Sketch::new(&[("d", 100)])
        .ask("digital", yes_no())
        .ask("a", level("d", 1))
        .ask("b", visible(level("d", 3), "s.digital"));
    let form = sketch.build();
    let hidden = score(&form, json!({ "digital": false, "a": 2 }), Value::Null);
    let score_of = total(&hidden);
    for it in [score_of.strict, score_of.answered.unwrap(), score_of.upper] {
        close(it, 50.0);
    }
    close(score_of.completeness, 1.0);
    assert!(hidden.criterion("s.b").is_none());
    // An answer that is no longer asked for is kept and counts nowhere.
    let kept = score(&form, json!({ "digital": false, "a": 2, "b": 4 }), Value::Null);
    close(strict(&kept), 50.0);
    let asked = score(&form, json!({ "digital": true, "a": 2, "b": 4 }), Value::Null);
    close(strict(&asked), 87.5);
}

#[test]
fn unknown_visibility_counts_as_asked_and_missing() {
    let sketch = Sketch::new(&[("d", 100)])
        .ask("digital", yes_no())
        .ask("a", level("d", 1))
        .ask("b", visible(level("d", 1), "s.digital"));
    let card = sketch.score(json!({ "a": 4 }), Value::Null);
    close(strict(&card), 50.0);
    close(total(&card).upper, 100.0);
    close(total(&card).completeness, 0.5);
    assert!(card.hidden.is_empty());
}

#[test]
fn an_answer_counts_when_it_is_known_that_it_is_asked() {
    let sketch = Sketch::new(&[("d", 100)])
        .ask("digital", yes_no())
        .ask("a", level("d", 1))
        .ask("b", visible(level("d", 1), "s.digital"))
        .ask("c", visible(level("d", 2), "s.b >= 0"));
    let form = sketch.build();
    let card = score(&form, json!({ "a": 2, "b": 4, "c": 4 }), Value::Null);
    close(strict(&card), 12.5);
    close(total(&card).answered.unwrap(), 50.0);
    close(total(&card).upper, 87.5);
    close(total(&card).completeness, 0.25);
    let criterion = card.criterion("s.b").unwrap();
    assert_eq!((criterion.state, criterion.points), (AnswerState::Missing, None));
    assert_eq!(criterion.trace[0], TraceStep::Missing { because: Some("s.digital".to_owned()) });
    // Answering it is no step as long as it is not known whether it is asked.
    assert_eq!(card.next_steps.iter().map(|it| &it.question).collect::<Vec<_>>(), ["s.a"]);
    let known = score(&form, json!({ "digital": true, "a": 2, "b": 4, "c": 4 }), Value::Null);
    close(strict(&known), 87.5);
}

#[test]
fn what_rests_on_a_hidden_question_is_hidden_too() {
    let sketch = Sketch::new(&[("d", 100)])
        .ask("digital", yes_no())
        .ask("data", visible(yes_no(), "s.digital"))
        .ask("a", level("d", 1))
        .ask("b", visible(level("d", 1), "s.data"));
    let card = sketch.score(json!({ "digital": false, "a": 4, "data": true }), Value::Null);
    assert_eq!(card.hidden, ["s.data", "s.b"]);
    close(strict(&card), 100.0);
}

#[test]
fn a_hidden_step_hides_its_questions() {
    let more = json!({ "properties": { "t": {
        "title": "T", "type": "object", "x-visible": "s.digital",
        "properties": { "b": with(level("d", 1), json!({ "title": "B" })) },
    } } });
    let sketch =
        Sketch::new(&[("d", 100)]).ask("digital", yes_no()).ask("a", level("d", 1)).root(more);
    let form = sketch.build();
    let card = score(&form, json!({ "digital": false, "a": 4 }), Value::Null);
    assert_eq!(card.hidden, ["t.b"]);
    close(strict(&card), 100.0);
    let card = score(&form, json!({ "digital": true, "a": 4 }), Value::Null);
    close(strict(&card), 50.0);
}

#[test]
fn by_dimension_and_pooled_weigh_differently() {
    let ask = |sketch: Sketch| {
        sketch.ask("a", level("d", 1)).ask("b", level("e", 1)).ask("c", level("e", 2))
    };
    let answers = json!({ "a": 4, "b": 2, "c": 0 });
    // d is 100, e is 50/3.
    let by_dimension = ask(Sketch::new(&[("d", 50), ("e", 50)]));
    close(strict(&by_dimension.score(answers.clone(), Value::Null)), 58.333_333);
    let pooled = ask(Sketch::pooled(&["d", "e"]));
    close(strict(&pooled.score(answers, Value::Null)), 37.5);
}

#[test]
fn completeness_of_the_total_is_weighed_by_dimension() {
    let sketch = Sketch::new(&[("d", 80), ("e", 20)])
        .ask("a", level("d", 1))
        .ask("b", level("e", 1))
        .ask("c", level("e", 3));
    let form = sketch.build();
    // 0.8·1 + 0.2·0 is exactly the limit: there is a band.
    let card = score(&form, json!({ "a": 4 }), Value::Null);
    close(total(&card).completeness, 0.8);
    stands(&card, Status::Scored, "proven");
    let card = score(&form, json!({ "b": 4, "c": 4 }), Value::Null);
    close(total(&card).completeness, 0.2);
    stands(&card, Status::Preliminary, "none");
    // Of what was answered: dimension e alone.
    close(total(&card).answered.unwrap(), 100.0);
    let card = score(&form, json!({}), Value::Null);
    assert_eq!(total(&card).answered, None);
    close(total(&card).upper, 100.0);
}

#[test]
fn completeness_of_a_pooled_total_is_weighed_by_criterion() {
    let sketch = Sketch::pooled(&["d", "e"])
        .ask("a", level("d", 1))
        .ask("b", level("e", 1))
        .ask("c", level("e", 2));
    let card = sketch.score(json!({ "a": 4, "b": 2 }), Value::Null);
    close(total(&card).completeness, 0.5);
    close(total(&card).answered.unwrap(), 75.0);
    close(strict(&card), 37.5);
    close(total(&card).upper, 87.5);
}

#[test]
fn with_a_cap_the_three_scores_stay_in_order() {
    // Pooled: 10 of weight capped at 50, half of it answered, beside an answered zero.
    let pooled = Sketch::pooled(&["d", "e"])
        .gate("cap", "s.flag", json!({ "cap-dimension": { "d": 50 } }))
        .ask("flag", yes_no())
        .ask("a", level("d", 5))
        .ask("b", level("d", 5))
        .ask("c", level("e", 5));
    let card = pooled.score(json!({ "flag": true, "a": 4, "c": 0 }), Value::Null);
    let it = total(&card);
    close(it.strict, 33.333_333);
    close(it.answered.unwrap(), 33.333_333);
    close(it.upper, 33.333_333);

    // By dimension: the capped one is not answered at all.
    let by_dimension = Sketch::new(&[("d", 50), ("e", 50)])
        .gate("cap", "s.flag", json!({ "cap-dimension": { "d": 50 } }))
        .ask("flag", yes_no())
        .ask("a", level("d", 1))
        .ask("c", level("e", 1));
    let card = by_dimension.score(json!({ "flag": true, "c": 4 }), Value::Null);
    let it = total(&card);
    close(it.strict, 50.0);
    close(it.upper, 75.0);
    close(it.answered.unwrap(), 75.0);
}

#[test]
fn nothing_ticked_is_an_answer_and_null_is_none() {
    let ticks = with(
        crate::support::choices(&["a", "b"]),
        criterion("d", 1, json!({ "count": [0, 1, 2] })),
    );
    let form = Sketch::new(&[("d", 100)]).ask("a", ticks).build();
    let card = score(&form, json!({ "a": [] }), Value::Null);
    close(points(&card, "a"), 0.0);
    close(total(&card).completeness, 1.0);
    let response = crate::support::response(json!({ "a": null }), Value::Null);
    close(total(&scoring::score(&form, &response, None)).completeness, 0.0);
}

#[test]
fn a_form_without_criteria_is_not_scored() {
    let sketch = Sketch::new(&[]).meta(json!({ "bands": [] })).ask("a", number());
    let card = sketch.score(json!({ "a": 1 }), Value::Null);
    assert_eq!(card.status, Status::NotScored);
    assert!(card.total.is_none());
}

#[test]
fn evidence_is_counted_by_weight_of_the_total() {
    let sketch = Sketch::new(&[("d", 70), ("e", 30)])
        .ask("a", level("d", 1))
        .ask("b", level("e", 1))
        .ask("c", level("e", 2));
    let notes = json!({ "a": evidence("E3"), "b": evidence("E2"), "c": evidence("E4") });
    let card = sketch.score(json!({ "a": 2, "b": 2 }), notes);
    // a decides 70 points, b 10, c 20; c is not answered.
    let shares: Vec<f64> = card.total.as_ref().unwrap().evidence.values().copied().collect();
    for (found, expected) in shares.into_iter().zip([0.8, 0.8, 0.7, 0.0]) {
        close(found, expected);
    }
}

#[test]
fn the_required_cells_that_are_missing_are_listed_by_row() {
    let rows = crate::support::table(&[
        ("km", number()),
        ("year", number()),
        ("note", json!({ "type": "string" })),
        ("twice", json!({ "type": "number", "x-calculated": "row.km * 2" })),
    ]);
    let required = json!({ "items": { "required": ["id", "km", "year", "twice"] } });
    let sketch =
        Sketch::new(&[("d", 100)]).ask("a", level("d", 1)).ask("trips", with(rows, required));
    let card = sketch.score(
        json!({ "a": 1, "trips": [{ "id": "r1", "km": 2, "year": 1 }, { "id": "r2", "km": 3 }, { "id": "r3" }] }),
        Value::Null,
    );
    assert_eq!(card.missing, ["s.trips[r2].year", "s.trips[r3].km", "s.trips[r3].year"]);
}

#[test]
fn the_required_that_is_missing_is_listed() {
    let sketch = Sketch::new(&[("d", 100)])
        .ask("a", level("d", 1))
        .ask("b", level("d", 1))
        .ask("note", json!({ "type": "string" }))
        .ask("c", visible(level("d", 1), "s.a > 2"))
        .root(json!({ "properties": { "s": { "required": ["b", "note", "c"] } } }));
    let form = sketch.build();
    let card = score(&form, json!({}), Value::Null);
    assert_eq!(card.missing, ["s.b", "s.note", "s.c"]);
    let card = score(&form, json!({ "a": 1, "b": 0, "note": "" }), Value::Null);
    assert!(card.missing.is_empty(), "{:?}", card.missing);
}
