//! Key figures, calculated values and sentences about a result.

use std::cell::LazyCell;

use expressions::expression::from_json;
use expressions::format;
use expressions::{Expression, Truth};
use forms::limits::{Limits, schema};
use forms::reading::{Answer, Extra, Outcome, Reading, level_value};
use minijinja::Value as Any;
use model::form::{Form, Kind};
use model::keywords::Sensitivity;
use model::scorecard::{CalculatedValue, IndicatorValue, Input, Swing};
use serde_json::Value;

use crate::rounding::snap;

/// How many decimals a figure is shown with when the form does not say.
const DECIMALS: u8 = 1;

/// What the figures may name besides the answers.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The documented level per question.
    pub levels: &'a [Option<f64>],
    /// The results, as `score`.
    pub score: &'a Any,
}

impl<'a> Seen<'a> {
    fn extra(self) -> Extra<'a> {
        Extra { levels: Some(self.levels), score: Some(self.score), ..Extra::default() }
    }
}

/// The key figures that are shown, in the form's order.
pub fn indicators(reading: &Reading<'_>, texts: &Form, seen: Seen<'_>) -> Vec<IndicatorValue> {
    let mut values = Vec::new();
    for (indicator, logic) in texts.meta.indicators.iter().zip(&reading.form.indicators) {
        let shown = logic
            .when
            .as_ref()
            .is_none_or(|test| reading.decide(test, seen.extra()).truth == Truth::True);
        if !shown {
            continue;
        }
        let outcome = reading.value(&logic.formula, seen.extra());
        if outcome == Outcome::NotAsked {
            continue;
        }
        let (value, because) = known(outcome);
        let sensitivity = match value.as_ref().and_then(Value::as_f64) {
            Some(base) => {
                swings(reading, texts, &logic.formula, seen, &indicator.sensitivity, base)
            }
            None => Vec::new(),
        };
        values.push(IndicatorValue {
            id: indicator.id.clone(),
            title: indicator.title.clone(),
            formula: indicator.formula.clone(),
            unit: indicator.unit.clone(),
            format: indicator.format,
            decimals: indicator.decimals.unwrap_or(DECIMALS),
            value,
            because,
            inputs: inputs(reading, texts, &logic.formula),
            sensitivity,
        });
    }
    values
}

/// The value of `outcome`, or why there is none.
fn known(outcome: Outcome) -> (Option<Value>, Option<String>) {
    match outcome {
        Outcome::Value(value) => (Some(snapped(value)), None),
        Outcome::Waits(names) => (None, Some(names.join(", "))),
        Outcome::Failed(message) => (None, Some(message)),
        Outcome::NotAsked => (None, None),
    }
}

/// A number to nine decimals, so that documents do not show binary fractions.
fn snapped(value: Value) -> Value {
    match value.as_f64().filter(|_| value.is_f64()) {
        Some(number) => snap(number).into(),
        None => value,
    }
}

/// The answers that `formula` rests on.
fn inputs(reading: &Reading<'_>, texts: &Form, formula: &Expression) -> Vec<Input> {
    formula
        .names()
        .iter()
        .filter_map(|name| {
            let index = reading.form.named(&name.path)?;
            let path = &reading.form.question(index).path;
            let value = reading.answers[index].value().filter(|it| !it.is_array())?;
            Some(Input {
                question: path.clone(),
                title: texts.question(path)?.title.clone(),
                value: snapped(value.clone()),
            })
        })
        .collect()
}

/// How the figure changes with each input alone, widest first, ties in the form's order.
fn swings(
    reading: &Reading<'_>,
    texts: &Form,
    formula: &Expression,
    seen: Seen<'_>,
    all: &[Sensitivity],
    base: f64,
) -> Vec<Swing> {
    let mut swings: Vec<(f64, Swing)> = all
        .iter()
        .filter_map(|it| {
            let (low, high) = ends(reading, it)?;
            let at = |value: f64| changed(reading, formula, seen, &it.input, value);
            let swing = Swing {
                input: it.input.clone(),
                title: texts.question(&it.input)?.title.clone(),
                low: snap(low),
                at_low: at(low),
                high: snap(high),
                at_high: at(high),
            };
            let width = width(&swing, base);
            (width > 0.0).then_some((width, swing))
        })
        .collect();
    swings.sort_by(|a, b| b.0.total_cmp(&a.0));
    swings.into_iter().map(|(_, it)| it).collect()
}

/// The low and the high value of an input: what its question allows, the lower one first.
fn ends(reading: &Reading<'_>, it: &Sensitivity) -> Option<(f64, f64)> {
    let form = reading.form;
    let index = form.index_of(&it.input)?;
    let now = reading.answers[index].value()?.as_f64()?;
    let (one, other) = match (it.low, it.high, it.change) {
        (Some(low), Some(high), _) => (low, high),
        (_, _, Some(change)) => (now * (1.0 - change), now * (1.0 + change)),
        _ => return None,
    };
    let limits = schema(&form.form.document, &it.input, None).map(|it| Limits::of(&it));
    let limits = limits.unwrap_or_default();
    let whole = matches!(form.question(index).kind, Kind::Number { whole: true });
    let allowed = |value: f64| {
        let value = if whole { value.round() } else { value };
        let value = limits.low.map_or(value, |low| value.max(low));
        limits.high.map_or(value, |high| value.min(high))
    };
    let (one, other) = (allowed(one), allowed(other));
    Some((one.min(other), one.max(other)))
}

fn width(swing: &Swing, base: f64) -> f64 {
    let away = |it: Option<f64>| it.map_or(0.0, |it| (it - base).abs());
    away(swing.at_low).max(away(swing.at_high))
}

/// The figure when the answer to `input` is `value`, everything else worked out anew.
fn changed(
    reading: &Reading<'_>,
    formula: &Expression,
    seen: Seen<'_>,
    input: &str,
    value: f64,
) -> Option<f64> {
    let index = reading.form.index_of(input)?;
    match reading.with_answer(index, &value.into()).value(formula, seen.extra()) {
        Outcome::Value(value) => value.as_f64().map(snap),
        _ => None,
    }
}

/// The values of calculated questions that are asked, in the form's order.
pub fn calculated(reading: &Reading<'_>) -> Vec<CalculatedValue> {
    (0..reading.form.len())
        .filter(|it| reading.form.question(*it).calculated.is_some())
        .filter_map(|index| {
            let question = reading.form.question(index).path.clone();
            match &reading.answers[index] {
                Answer::Given(value) => {
                    let value = Some(snapped(value.as_ref().clone()));
                    Some(CalculatedValue { question, value, because: None })
                }
                Answer::Missing(because) => {
                    Some(CalculatedValue { question, value: None, because: because.clone() })
                }
                Answer::Hidden | Answer::NotApplicable(_) => None,
            }
        })
        .collect()
}

/// The sentences that are told, in the form's order.
///
/// A sentence that names something without a value is left out.
pub fn narratives(
    reading: &Reading<'_>,
    language: &str,
    seen: Seen<'_>,
    figures: &[IndicatorValue],
) -> Vec<String> {
    let figures = Any::from_pairs(
        figures.iter().filter_map(|it| Some((it.id.as_str(), from_json(it.value.as_ref()?)))),
    );
    let extra = Extra { indicators: Some(&figures), ..seen.extra() };
    let context = LazyCell::new(|| answers(reading, language, seen, &figures));
    let mut told = Vec::new();
    for (index, when) in reading.form.narratives.iter().enumerate() {
        let holds =
            when.as_ref().is_none_or(|test| reading.decide(test, extra).truth == Truth::True);
        if !holds {
            continue;
        }
        if let Ok(sentence) = reading.form.narrate(index, language, context.clone()) {
            let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
            if !sentence.is_empty() {
                told.push(sentence);
            }
        }
    }
    told
}

/// Everything a sentence may name; levels are the documented ones.
fn answers(reading: &Reading<'_>, language: &str, seen: Seen<'_>, figures: &Any) -> Any {
    let mut root: std::collections::BTreeMap<String, Any> = std::collections::BTreeMap::new();
    let mut steps: std::collections::BTreeMap<&str, Vec<(&str, Any)>> =
        std::collections::BTreeMap::new();
    for (index, answer) in reading.answers.iter().enumerate() {
        let Some(value) = answer.value() else { continue };
        let value = seen.levels[index].map_or_else(|| from_json(value), level_value);
        match reading.form.question(index).path.split_once('.') {
            Some((step, name)) => steps.entry(step).or_default().push((name, value)),
            None => {
                root.insert(reading.form.question(index).path.clone(), value);
            }
        }
    }
    for (step, questions) in steps {
        root.insert(step.to_owned(), Any::from_pairs(questions));
    }
    root.insert("score".to_owned(), seen.score.clone());
    root.insert("indicators".to_owned(), figures.clone());
    root.insert("language".to_owned(), Any::from(language));
    Any::from_pairs(root)
}

/// A key figure in words: number and unit, as `language` writes them.
pub fn in_words(value: &IndicatorValue, language: &str) -> Option<String> {
    let number = value.value.as_ref()?.as_f64()?;
    let decimals = usize::from(value.decimals);
    Some(match (value.format, &value.unit) {
        (model::keywords::Format::Percent, _) => {
            format!("{}\u{a0}%", format::number(number * 100.0, decimals, language))
        }
        (_, Some(unit)) => format!("{}\u{a0}{unit}", format::number(number, decimals, language)),
        (_, None) => format::number(number, decimals, language),
    })
}
