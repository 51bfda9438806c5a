//! Compares a scorecard with what a form's author worked out by hand.

use forms::json::Locator;
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

/// Every difference between `expected` and `card`; `written` are the numbers of `expected` as
/// they stand in its document, which say how exactly they are meant.
pub fn compare(expected: &Expected, written: &Locator<'_>, card: &Scorecard) -> Vec<Difference> {
    let mut it = Comparison { written, differences: Vec::new() };
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

struct Comparison<'a> {
    written: &'a Locator<'a>,
    differences: Vec<Difference>,
}

impl Comparison<'_> {
    fn number(&mut self, pointer: &str, expected: Option<f64>, scored: Option<f64>) {
        let Some(expected) = expected else { return };
        let written =
            self.written.number(pointer).map_or_else(|| expected.to_string(), str::to_owned);
        if scored.is_some_and(|it| (it - expected).abs() <= tolerance(&written)) {
            return;
        }
        let scored = scored.map_or_else(|| "nothing".to_owned(), |it| it.to_string());
        self.differ(pointer, written, scored);
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

/// Half a unit of the last digit of a number as it is `written`, and the noise of binary
/// fractions.
fn tolerance(written: &str) -> f64 {
    let (digits, exponent) = written.split_once(['e', 'E']).unwrap_or((written, "0"));
    let decimals = digits.split_once('.').map_or(0, |(_, it)| it.len());
    let last: f64 = format!("1e{exponent}").parse().unwrap_or(1.0);
    0.5 * (0..decimals).fold(last, |unit, _| unit / 10.0) + 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_met_to_half_a_unit_of_its_last_digit() {
        let met = |scored: f64, written: &str| {
            let expected: f64 = written.parse().unwrap_or(f64::NAN);
            (scored - expected).abs() <= tolerance(written)
        };
        assert!(met(54.166_667, "54.17") && met(54.166_667, "54.2"));
        assert!(!met(54.166_667, "54.16"));
        assert!(met(65.4, "65") && !met(65.4, "65.0"));
        assert!(met(54.14, "54.1") && !met(54.14, "54.10"));
        assert!(met(0.000_001_4, "1e-6") && !met(0.000_002, "1e-6") && !met(0.4, "1e-6"));
        assert!(met(1_240.0, "1.2E+3") && !met(1_260.0, "1.2E3"));
    }
}
