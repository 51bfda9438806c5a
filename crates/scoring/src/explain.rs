//! One criterion's way from answer to total, in words.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use expressions::{Template, format};
use minijinja::{Value as Any, context};
use model::Scorecard;
use model::form::{Form, Kind, Question, key_of};
use model::keywords::Format;
use model::scorecard::{CriterionScore, TraceStep};
use serde_json::Value;

type Texts = BTreeMap<String, String>;

static EN: LazyLock<Texts> = LazyLock::new(|| texts(include_str!("../texts/en.json")));
static DA: LazyLock<Texts> = LazyLock::new(|| texts(include_str!("../texts/da.json")));

fn texts(json: &str) -> Texts {
    serde_json::from_str(json).expect("the texts are an object of texts")
}

/// The text `key` in `language` (English where there is no other), filled with `values`.
fn text(language: &str, key: &str, values: Any) -> String {
    let all = if language == "da" { &*DA } else { &*EN };
    let source = all.get(key).map_or(key, String::as_str);
    Template::parse(source)
        .map_err(|it| it.to_string())
        .and_then(|it| it.render(values))
        .unwrap_or_else(|_| source.to_owned())
}

/// The way of `criterion` from answer to total, one sentence a step.
///
/// `form` gives the words of options; it and `card` are in the language of the sentences.
pub fn explain(form: &Form, card: &Scorecard, criterion: &CriterionScore) -> Vec<String> {
    let language = card.language.as_str();
    let question = form.question(&criterion.question);
    let mut sentences: Vec<String> =
        criterion.trace.iter().map(|it| sentence(language, question, criterion, it)).collect();
    let dimension = card.dimension(&criterion.dimension);
    if let Some(cap) = dimension.and_then(|it| it.cap.as_ref()) {
        let gate = card.gates.iter().find(|it| it.id == cap.gate);
        let message = gate.map_or(cap.gate.as_str(), |it| it.message.as_str());
        let failed = gate.is_some_and(|it| it.state == model::scorecard::GateState::Failed);
        let key = if failed { "capped" } else { "cap-pending" };
        let at = format::short(cap.at, 1, language);
        sentences.push(text(language, key, context! { at, message }));
    }
    sentences
}

/// The sentence that names the total.
pub fn total(card: &Scorecard) -> Option<String> {
    let total = format::number(card.total.as_ref()?.score.strict, 1, &card.language);
    Some(text(&card.language, "total", context! { total }))
}

fn sentence(
    language: &str,
    question: Option<&Question>,
    criterion: &CriterionScore,
    step: &TraceStep,
) -> String {
    let say = |key: &str, values: Any| text(language, key, values);
    let number = |value: f64| format::short(value, 2, language);
    match step {
        TraceStep::Answer { value } => {
            say("answer", context! { value => in_words(question, value, language) })
        }
        TraceStep::Calculated { value, formula } => {
            say("calculated", context! { value => in_words(question, value, language), formula })
        }
        TraceStep::Missing { because: None } => say("missing", Any::default()),
        TraceStep::Missing { because: Some(because) } => {
            say("missing-because", context! { because })
        }
        TraceStep::NotApplicable { reason } => say("not-applicable", context! { reason }),
        TraceStep::Count { ticked, level, top_refused } => {
            let key = if *top_refused { "count-top-refused" } else { "count" };
            say(key, context! { ticked, level })
        }
        TraceStep::Ladder { highest, level } => {
            let key = if highest == level { "ladder" } else { "ladder-gap" };
            say(key, context! { highest, level })
        }
        TraceStep::Cutoffs { value, level } => {
            say("cutoffs", context! { value => number(*value), level })
        }
        TraceStep::EvidenceCap { claimed, has, needs, documented } => say(
            "evidence-cap",
            context! {
                claimed => number(*claimed), documented => number(*documented),
                has => has.name(), needs => needs.name(),
            },
        ),
        TraceStep::Row { id, excluded: true, .. } => say("row-excluded", context! { id }),
        TraceStep::Row { id, points: None, .. } => say("row-unfinished", context! { id }),
        TraceStep::Row { id, points: Some(points), .. } => {
            say("row", context! { id, points => number(*points) })
        }
        TraceStep::Formula { formula } => say("formula", context! { formula }),
        TraceStep::Points { points } => say("points", context! { points => number(*points) }),
        TraceStep::Weighed { weight, of, contribution, .. } => say(
            "weighed",
            context! {
                weight, of, share => number(criterion.share),
                contribution => number(*contribution), most => number(criterion.share),
            },
        ),
    }
}

/// An answer in words: options by their titles, numbers with their unit.
pub fn in_words(question: Option<&Question>, value: &Value, language: &str) -> String {
    let say = |key: &str, values: Any| text(language, key, values);
    match value {
        Value::Bool(true) => say("yes", Any::default()),
        Value::Bool(false) => say("no", Any::default()),
        Value::Array(items) => match question.map(|it| &it.kind) {
            Some(Kind::Table(_)) if items.len() == 1 => say("one-row", Any::default()),
            Some(Kind::Table(_)) => say("rows", context! { count => items.len() }),
            _ if items.is_empty() => say("none", Any::default()),
            _ => {
                let words: Vec<String> =
                    items.iter().map(|it| option_title(question, it, language)).collect();
                words.join("; ")
            }
        },
        other => option_title(question, other, language),
    }
}

fn option_title(question: Option<&Question>, value: &Value, language: &str) -> String {
    let choices = match question.map(|it| &it.kind) {
        Some(Kind::Choice(choices) | Kind::Choices(choices)) => choices.as_slice(),
        _ => &[],
    };
    let title = choices.iter().find(|it| it.value == *value).map(|it| it.title.as_str());
    match (title, value.as_f64()) {
        (Some(title), Some(_)) => format!("{} – {title}", key_of(value)),
        (Some(title), None) => title.to_owned(),
        (None, Some(number)) => number_in_words(question, number, language),
        (None, None) => key_of(value),
    }
}

fn number_in_words(question: Option<&Question>, number: f64, language: &str) -> String {
    let decimals = question.and_then(|it| it.decimals).map(usize::from);
    let (number, percent) = match question.map(|it| it.format) {
        Some(Format::Percent) => (number * 100.0, true),
        _ => (number, false),
    };
    let written = match decimals {
        None if question.is_some_and(|it| is_year(it, number)) => format!("{number:.0}"),
        Some(decimals) => format::number(number, decimals, language),
        None => format::short(number, 4, language),
    };
    match question.and_then(|it| it.unit.as_deref()) {
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
