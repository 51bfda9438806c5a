//! Compares a scorecard with what a form's author worked out by hand.

use model::Scorecard;
use model::case::Expected;
use serde_json::Value;

use crate::profile::venn;

/// Something in which a scorecard differs from what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// JSON Pointer in `expected.json`.
    pub pointer: String,
    /// What is expected there.
    pub expected: String,
    /// What the scorecard has.
    pub scored: String,
}

/// Every difference between `expected` and `card`.
pub fn compare(expected: &Expected, card: &Scorecard) -> Vec<Difference> {
    let mut it = Comparison { differences: Vec::new() };
    let total = card.total.as_ref();
    let score = total.map(|it| &it.score);
    it.number("/total", expected.total, score.map(|it| it.strict));
    it.number("/answered", expected.answered, score.and_then(|it| it.answered));
    it.number("/upper", expected.upper, score.map(|it| it.upper));
    it.number("/claimed", expected.claimed, score.map(|it| it.claimed));
    it.number("/completeness", expected.completeness, score.map(|it| it.completeness));
    let points = total.and_then(|it| it.points.as_ref()).map(|it| it.strict);
    it.same("/points", expected.points.as_ref(), points.as_ref());
    it.same("/status", expected.status.as_ref(), Some(&card.status));
    let band = total.and_then(|it| it.band.as_ref()).map_or("none", |it| it.id.as_str());
    it.same("/band", expected.band.as_ref(), Some(&band.to_owned()));
    for (id, value) in &expected.dimensions {
        let scored = card.dimension(id).and_then(|it| it.score.as_ref()).map(|it| it.strict);
        it.number(&format!("/dimensions/{id}"), Some(*value), scored);
    }
    for (id, state) in &expected.gates {
        let scored = card.gates.iter().find(|it| it.id == *id).map(|it| it.state);
        it.same(&format!("/gates/{id}"), Some(state), scored.as_ref());
    }
    for (id, value) in &expected.indicators {
        let scored = card.indicators.iter().find(|it| it.id == *id);
        let scored = scored.and_then(|it| it.value.as_ref()).and_then(Value::as_f64);
        it.number(&format!("/indicators/{id}"), Some(*value), scored);
    }
    for (question, value) in &expected.criteria {
        let scored = card.criterion(question).and_then(|it| it.points);
        it.number(&format!("/criteria/{question}"), Some(*value), scored);
    }
    let zone = venn(std::slice::from_ref(card)).map(|it| it.zone);
    it.same("/zone", expected.zone.as_ref(), zone.as_ref());
    it.differences
}

struct Comparison {
    differences: Vec<Difference>,
}

impl Comparison {
    fn number(&mut self, pointer: &str, expected: Option<f64>, scored: Option<f64>) {
        let Some(expected) = expected else { return };
        if scored.is_some_and(|it| (it - expected).abs() <= tolerance(expected)) {
            return;
        }
        let scored = scored.map_or_else(|| "nothing".to_owned(), |it| it.to_string());
        self.differ(pointer, expected.to_string(), scored);
    }

    fn same<T: serde::Serialize + PartialEq>(
        &mut self,
        pointer: &str,
        expected: Option<&T>,
        scored: Option<&T>,
    ) {
        if expected.is_none() || expected == scored {
            return;
        }
        let shown = |it: Option<&T>| {
            it.and_then(|it| serde_json::to_string(it).ok()).unwrap_or_else(|| "nothing".to_owned())
        };
        self.differ(pointer, shown(expected), shown(scored));
    }

    fn differ(&mut self, pointer: &str, expected: String, scored: String) {
        self.differences.push(Difference { pointer: pointer.to_owned(), expected, scored });
    }
}

/// Half a unit of the last digit of `value` as it is written, and the noise of binary
/// fractions.
fn tolerance(value: f64) -> f64 {
    let written = serde_json::to_string(&value).unwrap_or_default();
    let decimals = written.split_once('.').map_or(0, |(_, it)| it.len());
    0.5 * (0..decimals).fold(1.0, |unit, _| unit / 10.0) + 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_met_to_half_a_unit_of_its_last_digit() {
        assert!((54.166_667_f64 - 54.17).abs() <= tolerance(54.17));
        assert!((54.166_667_f64 - 54.2).abs() <= tolerance(54.2));
        assert!((54.166_667_f64 - 54.16).abs() > tolerance(54.16));
        assert!(tolerance(65.0) < 0.051);
    }
}
