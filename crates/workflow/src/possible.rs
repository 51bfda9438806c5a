//! Whether a condition can hold and can fail, decided by trying values.

use std::collections::BTreeMap;

use expressions::analysis::thresholds;
use expressions::{Test, Truth};
use forms::check::reach::{self, MOST_COMBINATIONS};
use model::form::Kind;
use serde_json::{Map, Value};

use crate::names::Named;
use crate::seen::{insert, truth};

/// What can come of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcomes {
    /// Whether it can hold.
    pub(crate) can_hold: bool,
    /// Whether it can fail, or be not yet known.
    pub(crate) can_fail: bool,
}

/// How many names may stand for any number; the values tried for each tell so many apart.
const MOST_NUMBERS: usize = 3;

/// What can come of `test`, whose names lead to `named`, where everything of the stage `absent`
/// is unknown. `None` where that was not decided.
pub(crate) fn outcomes(
    test: &Test,
    named: &BTreeMap<String, Named<'_>>,
    absent: Option<&str>,
) -> Option<Outcomes> {
    let domains: Vec<(&str, Vec<Option<Value>>)> = named
        .iter()
        .map(|(name, it)| match absent == Some(it.stage.id.as_str()) {
            true => Some((name.as_str(), vec![None])),
            false => Some((name.as_str(), domain(it, test)?)),
        })
        .collect::<Option<_>>()?;
    let numbers = named.values().filter(|it| matches!(it.question.kind, Kind::Number { .. }));
    if numbers.count() > MOST_NUMBERS {
        return None;
    }
    let count = domains.iter().try_fold(1_usize, |product, (_, values)| {
        product.checked_mul(values.len()).filter(|it| *it <= MOST_COMBINATIONS)
    })?;
    let mut found = Outcomes { can_hold: false, can_fail: false };
    for number in 0..count {
        match truth(test, &context(&domains, number)) {
            Truth::True => found.can_hold = true,
            Truth::False | Truth::Unknown => found.can_fail = true,
        }
        if found.can_hold && found.can_fail {
            break;
        }
    }
    Some(found)
}

/// Every value that what is named can have; of numbers, one for each way to compare with them.
fn domain(named: &Named<'_>, test: &Test) -> Option<Vec<Option<Value>>> {
    let values = match named.question.kind {
        Kind::Number { .. } => numbers(test, named.range)?,
        _ => reach::values(&named.question)?,
    };
    let absent = named.may_be_absent.then_some(None);
    Some(values.into_iter().map(Some).chain(absent).collect())
}

/// The numbers that `test` compares with, those between and around them, within `range`.
fn numbers(test: &Test, range: Option<(f64, f64)>) -> Option<Vec<Value>> {
    let mut points: Vec<f64> = range.map_or_else(Vec::new, |(low, high)| vec![low, high]);
    for expression in test.expressions() {
        points.extend(thresholds(expression.source())?);
    }
    points.sort_by(f64::total_cmp);
    points.dedup();
    let (first, last) = (*points.first().unwrap_or(&0.0), *points.last().unwrap_or(&0.0));
    let between: Vec<f64> = points.windows(2).map(|it| it[0].midpoint(it[1])).collect();
    points.extend(between);
    points.extend([first - 1.0, last + 1.0]);
    let inside = |it: &f64| range.is_none_or(|(low, high)| (low..=high).contains(it));
    Some(points.into_iter().filter(inside).map(Value::from).collect())
}

/// The combination that `number` picks: stage, then what is named, without what is unknown.
fn context(domains: &[(&str, Vec<Option<Value>>)], number: usize) -> Value {
    let mut root = Value::Object(Map::new());
    let mut rest = number;
    for (name, values) in domains {
        let value = values[rest % values.len()].clone();
        rest /= values.len();
        if let Some(value) = value {
            insert(&mut root, name, value);
        }
    }
    root
}
