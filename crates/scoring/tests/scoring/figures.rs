//! Key figures, and how they move with one input changed.

use model::scorecard::Swing;
use serde_json::{Value, json};

use crate::support::{Sketch, level, with};

/// The swing of a figure that is the answer itself, varied by `by`.
fn swing(question: Value, answer: Value, by: Value) -> Option<Swing> {
    let by = with(json!({ "input": "s.n" }), by);
    let sketch = Sketch::new(&[("d", 100)])
        .meta(json!({ "indicators": [
            { "id": "figure", "title": "Figure", "formula": "s.n * 1", "sensitivity": [by] },
        ] }))
        .ask("n", question)
        .ask("a", level("d", 1));
    let card = sketch.score(json!({ "n": answer }), Value::Null);
    card.indicators[0].sensitivity.first().cloned()
}

fn ends(swing: Option<Swing>) -> Option<(f64, f64, f64, f64)> {
    swing.map(|it| (it.low, it.at_low.unwrap(), it.high, it.at_high.unwrap()))
}

#[test]
fn an_input_is_varied_within_the_limits_of_its_question() {
    let share = || json!({ "type": "number", "minimum": 0, "maximum": 100 });
    let half = || json!({ "change": 0.5 });
    assert_eq!(ends(swing(share(), json!(85), half())), Some((42.5, 42.5, 100.0, 100.0)));
    assert_eq!(ends(swing(share(), json!(100), half())), Some((50.0, 50.0, 100.0, 100.0)));
    let fixed = json!({ "low": -10, "high": 120 });
    assert_eq!(ends(swing(share(), json!(50), fixed)), Some((0.0, 0.0, 100.0, 100.0)));
}

#[test]
fn the_low_value_is_the_lower_one_of_a_negative_input_too() {
    let number = json!({ "type": "number" });
    let found = ends(swing(number, json!(-10), json!({ "change": 0.2 })));
    assert_eq!(found, Some((-12.0, -12.0, -8.0, -8.0)));
}

#[test]
fn a_whole_number_is_varied_in_whole_numbers() {
    let whole = || json!({ "type": "integer", "minimum": 0 });
    let change = || json!({ "change": 0.2 });
    assert_eq!(ends(swing(whole(), json!(12), change())), Some((10.0, 10.0, 14.0, 14.0)));
    // 2.4 and 3.6: the low value would be 2, the high one 4.
    assert_eq!(ends(swing(whole(), json!(3), change())), Some((2.0, 2.0, 4.0, 4.0)));
    // 1.6 and 2.4 are both 2, so there is nothing to show.
    assert_eq!(swing(whole(), json!(2), change()), None);
}
