//! Answers in words.

use expressions::format;
use minijinja::{Value as Any, context};
use model::form::{Choice, Kind, Question, key_of};
use model::keywords::{Format, ReportPlace};
use serde_json::Value;

use super::TEXTS;

/// How many decimals are written where nothing is said.
const MOST_DECIMALS: usize = 4;

/// An answer in words: options by their titles, numbers with their unit.
pub fn in_words(question: Option<&Question>, value: &Value, language: &str) -> String {
    let say = |key: &str, values: Any| TEXTS.say(language, key, values);
    match value {
        Value::Bool(true) => say("yes", Any::default()),
        Value::Bool(false) => say("no", Any::default()),
        Value::Array(items) => match question.map(|it| &it.kind) {
            Some(Kind::Table(_)) if items.len() == 1 => say("one-row", Any::default()),
            Some(Kind::Table(_)) => say("rows", context! { count => items.len() }),
            _ if items.is_empty() => say("none", Any::default()),
            Some(Kind::Choices(steps)) if question.is_some_and(is_ladder) => {
                let level = ladder_level(items);
                let of = say("step-of", context! { level, top => steps.len() });
                let reached = steps.iter().find(|it| it.value.as_u64() == Some(level.into()));
                reached.map_or(of.clone(), |it| format!("{of} – {}", it.title))
            }
            _ => {
                let words: Vec<String> =
                    items.iter().map(|it| one(question, it, language)).collect();
                words.join("; ")
            }
        },
        other => one(question, other, language),
    }
}

/// What a reader calls a row of a table: its first text or choice, otherwise its id.
pub fn row_name(question: &Question, row: &Value, language: &str) -> String {
    let columns = match &question.kind {
        Kind::Table(columns) => columns.as_slice(),
        _ => &[],
    };
    let named = columns
        .iter()
        .filter(|it| matches!(it.kind, Kind::Text | Kind::Choice(_)))
        .find_map(|it| Some((it, row.get(&it.path).filter(|value| value.is_string())?)));
    match named {
        Some((column, value)) => in_words(Some(column), value, language),
        None => row.get("id").map(key_of).unwrap_or_default(),
    }
}

/// Whether the ticks are steps of a ladder, of which only the highest unbroken one counts.
fn is_ladder(question: &Question) -> bool {
    question.report == Some(ReportPlace::Readiness)
        || question.criterion.as_ref().is_some_and(|it| it.ladder.is_some())
}

/// The level that ticked steps of a ladder reach.
pub fn ladder_level(ticked: &[Value]) -> u32 {
    let steps = ticked.iter().filter_map(|it| u32::try_from(it.as_u64()?).ok());
    expressions::functions::ladder::ladder(&steps.collect::<Vec<_>>())
}

fn one(question: Option<&Question>, value: &Value, language: &str) -> String {
    let choices = match question.map(|it| &it.kind) {
        Some(Kind::Choice(choices) | Kind::Choices(choices)) => choices.as_slice(),
        _ => &[],
    };
    if let Some(choice) = choices.iter().find(|it| it.value == *value) {
        return option_title(choice);
    }
    match (question, value.as_f64()) {
        (Some(question), Some(number)) => {
            number_in_words(question, number, question.decimals, language)
        }
        (None, Some(number)) => format::short(number, MOST_DECIMALS, language),
        (_, None) => key_of(value),
    }
}

/// An option by its title, a level with its number.
pub(super) fn option_title(choice: &Choice) -> String {
    if choice.value.is_number() {
        format!("{} – {}", choice.key(), choice.title)
    } else {
        choice.title.clone()
    }
}

/// A number as an answer to `question` is written, with so many decimals.
pub(super) fn number_in_words(
    question: &Question,
    number: f64,
    decimals: Option<u8>,
    language: &str,
) -> String {
    let percent = question.format == Format::Percent;
    let number = if percent { number * 100.0 } else { number };
    let written = match decimals {
        None if is_year(question, number) => format!("{number:.0}"),
        Some(decimals) => format::number(number, decimals.into(), language),
        None => format::short(number, MOST_DECIMALS, language),
    };
    match &question.unit {
        _ if percent => format!("{written}\u{a0}%"),
        Some(unit) => format!("{written}\u{a0}{unit}"),
        None => written,
    }
}

/// Whether `number` is read as a year: whole, of four digits and without a unit.
fn is_year(question: &Question, number: f64) -> bool {
    question.kind == Kind::Number { whole: true }
        && question.unit.is_none()
        && (1000.0..10_000.0).contains(&number)
}
