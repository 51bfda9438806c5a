//! The median of several people's answers to one form.

use forms::{PreparedForm, Reading};
use model::Response;
use model::form::{Choice, Kind, Question};
use serde_json::{Map, Value};

use crate::seen::insert;

/// The answers of `responses` to `form` joined question by question, from those who answered.
///
/// Numbers and levels give the lower median, so that the result is one that somebody gave;
/// levels in the order of the options. Of a question with several choices each option that more
/// than half have ticked is ticked. What a person says of themselves or in their own words is
/// nobody else's: texts, dates, tables, and choices that are neither levels nor earn points are
/// left out. So are calculated values.
pub fn median(form: &PreparedForm, responses: &[&Response]) -> Map<String, Value> {
    let readings: Vec<Reading<'_>> = responses.iter().map(|it| Reading::new(form, it)).collect();
    let mut answers = Value::Object(Map::new());
    for index in (0..form.len()).filter(|it| form.logic[*it].calculated.is_none()) {
        let question = form.question(index);
        let given: Vec<&Value> =
            readings.iter().filter_map(|it| it.answers[index].value()).collect();
        if let Some(value) = joined(question, &given) {
            insert(&mut answers, &question.path, value);
        }
    }
    match answers {
        Value::Object(answers) => answers,
        _ => Map::new(),
    }
}

fn joined(question: &Question, given: &[&Value]) -> Option<Value> {
    let counts = question.criterion.is_some();
    match &question.kind {
        Kind::Number { .. } => middle(given, |it| it.as_f64()),
        Kind::Choice(options) if counts || are_levels(options) => {
            middle(given, |it| options.iter().position(|option| option.value == *it))
        }
        Kind::YesNo if counts => middle(given, |it| it.as_bool()),
        Kind::Choices(options) if counts && !given.is_empty() => {
            let has = |it: &Value, option: &Choice| {
                it.as_array().is_some_and(|it| it.contains(&option.value))
            };
            let majority = |option: &&Choice| {
                2 * given.iter().filter(|it| has(it, option)).count() > given.len()
            };
            Some(options.iter().filter(majority).map(|it| it.value.clone()).collect())
        }
        _ => None,
    }
}

/// Whether the options are levels: numbers.
fn are_levels(options: &[Choice]) -> bool {
    options.iter().all(|it| it.value.is_number())
}

/// The lower median of `given` by `rank`; what has no rank is left out.
fn middle<R: PartialOrd>(given: &[&Value], rank: impl Fn(&Value) -> Option<R>) -> Option<Value> {
    let mut ranked: Vec<(R, &Value)> =
        given.iter().filter_map(|it| Some((rank(it)?, *it))).collect();
    ranked.sort_by(|a, b| a.0.partial_cmp(&b.0).unwrap_or(std::cmp::Ordering::Equal));
    let middle = ranked.len().checked_sub(1)? / 2;
    ranked.into_iter().nth(middle).map(|(_, it)| it.clone())
}
