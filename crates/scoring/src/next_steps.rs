//! What would lift the total: one level more, better evidence, or an answer.

use expressions::functions::ladder::ladder as unbroken;
use forms::reading::{Answer, Reading};
use model::Grade;
use model::form::{Form, Kind, Question, key_of};
use model::scorecard::{AnswerState, NextAction, NextStep, Rubric};
use serde_json::Value;

use crate::aggregate;
use crate::criterion::Earned;
use crate::rounding::snap;
use crate::score::{Worked, total_after};

/// Everything that would lift the strict total, largest gain first, ties in document order.
///
/// Where a condition, a value or other points rest on the answer, the gain is that of scoring
/// the response with the step taken: raising a level may lift a cap as well.
pub(crate) fn next_steps(
    reading: &Reading<'_>,
    texts: &Form,
    worked: &Worked<'_>,
) -> Vec<NextStep> {
    let Some(total) = worked.total.as_ref().map(|it| it.strict) else { return Vec::new() };
    let mut steps: Vec<NextStep> = worked
        .earned
        .iter()
        .filter_map(|it| {
            let question = reading.form.question(it.index);
            // An answer brings nothing before it is known that it is asked for.
            let open = matches!(reading.answers[it.index], Answer::Missing(Some(_)));
            if open && question.calculated.is_none() {
                return None;
            }
            let next = next(it, question, reading.answers[it.index].value())?;
            let alone = !reading.form.steers(it.index) && it.spec.top_when.is_none();
            let gain = if alone || question.calculated.is_some() {
                let at = texts.meta.dimensions.iter().position(|d| d.id == it.spec.dimension)?;
                aggregate::gain(&worked.dimensions, at, it.spec.weight, next.points - it.points)
            } else {
                let (answer, grade) = (next.answer.as_ref(), next.evidence.unwrap_or(Grade::E0));
                let after = total_after(reading, texts, worked, it.index, answer, grade);
                snap(after?.strict - total)
            };
            (gain > 0.0).then(|| NextStep {
                question: question.path.clone(),
                action: next.action,
                to: next.to,
                evidence: next.evidence,
                gain,
                offer: it.spec.offer.clone(),
            })
        })
        .collect();
    let shown = |it: &NextStep| (it.gain * 1e6).round();
    steps.sort_by(|a, b| shown(b).total_cmp(&shown(a)));
    steps
}

struct Next {
    action: NextAction,
    to: Option<f64>,
    evidence: Option<Grade>,
    points: f64,
    /// The answer that takes the step; `None` where evidence alone does.
    answer: Option<Value>,
}

fn next(it: &Earned<'_>, question: &Question, now: Option<&Value>) -> Option<Next> {
    let action = match it.state {
        AnswerState::NotApplicable => return None,
        AnswerState::Missing => NextAction::Answer,
        AnswerState::Answered => NextAction::Raise,
    };
    if let (Some(claimed), Some(documented)) = (it.claimed, it.documented)
        && documented < claimed
        && it.rubric != Rubric::Ladder
    {
        return Some(Next {
            action: NextAction::Document,
            to: Some(claimed),
            evidence: needed(it, claimed),
            points: it.claimed_points,
            answer: None,
        });
    }
    let level = it.documented.unwrap_or(0.0);
    let top = it.top.unwrap_or(1.0);
    let to_level = |to: f64, answer: Value| Next {
        action,
        to: Some(to),
        evidence: needed(it, to),
        points: snap(100.0 * to / top),
        answer: Some(answer),
    };
    let below_top = |to: f64| (to <= top).then_some(to);
    match it.rubric {
        Rubric::Levels => match &question.kind {
            Kind::Choice(choices) => {
                let better = choices
                    .iter()
                    .filter_map(|it| Some((it.value.as_f64()?, &it.value)))
                    .filter(|(value, _)| *value > level);
                let (to, value) = least(better)?;
                Some(to_level(to, value.clone()))
            }
            _ => below_top(level + 1.0).map(|to| to_level(to, to.into())),
        },
        Rubric::HalfPoints => below_top(level + 0.5).map(|to| to_level(to, to.into())),
        Rubric::Cutoffs => {
            let begins = it.spec.cutoffs.iter().flatten().zip(1_u32..);
            let better = begins.map(|(from, to)| (f64::from(to), *from));
            let (to, from) = least(better.filter(|(to, _)| *to > level))?;
            Some(to_level(to, from.into()))
        }
        Rubric::Count => {
            let (to, ticks) = more_ticks(it, question, now, level)?;
            Some(to_level(to, ticks))
        }
        Rubric::Ladder => {
            let (to, ticks) = longer_ladder(now, top)?;
            let points = snap(100.0 * (to - 1.0) / (top - 1.0));
            Some(Next { action, to: Some(to), evidence: None, points, answer: Some(ticks) })
        }
        Rubric::YesNo | Rubric::Points | Rubric::Curve => {
            let better = given_points(it, question).into_iter();
            let (points, answer) = least(better.filter(|(points, _)| *points > it.points))?;
            Some(Next { action, to: None, evidence: None, points, answer: Some(answer) })
        }
        Rubric::Rows | Rubric::Formula => None,
    }
}

/// The first of the entries with the lowest number.
fn least<T>(entries: impl Iterator<Item = (f64, T)>) -> Option<(f64, T)> {
    entries.reduce(|least, it| if it.0 < least.0 { it } else { least })
}

/// The next level that more ticks give, and the ticks: those there are and the first others.
fn more_ticks(
    it: &Earned<'_>,
    question: &Question,
    now: Option<&Value>,
    level: f64,
) -> Option<(f64, Value)> {
    let Kind::Choices(choices) = &question.kind else { return None };
    let ticked = now.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let levels = it.spec.count.as_deref()?;
    let (count, to) = levels.iter().enumerate().find(|(_, it)| f64::from(**it) > level)?;
    let (mut ticks, others): (Vec<Value>, Vec<Value>) =
        choices.iter().map(|it| it.value.clone()).partition(|it| ticked.contains(it));
    let missing = count.saturating_sub(ticks.len());
    ticks.extend(others.into_iter().take(missing));
    Some((f64::from(*to), Value::Array(ticks)))
}

/// The level reached by ticking the lowest steps that are not, until it rises and earns.
fn longer_ladder(now: Option<&Value>, top: f64) -> Option<(f64, Value)> {
    let ticked = now.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut steps: Vec<u32> =
        ticked.iter().filter_map(|it| u32::try_from(it.as_u64()?).ok()).collect();
    let least = unbroken(&steps).max(1);
    while unbroken(&steps) <= least {
        steps.push(unbroken(&steps) + 1);
    }
    let to = f64::from(unbroken(&steps));
    (to <= top).then(|| (to, steps.into()))
}

/// What the rubric gives points for, with the answer that earns them.
fn given_points(it: &Earned<'_>, question: &Question) -> Vec<(f64, Value)> {
    match it.rubric {
        Rubric::YesNo => {
            vec![(100.0, (it.spec.yes_no == Some(model::keywords::YesNo::Yes)).into())]
        }
        Rubric::Points => {
            let options = match &question.kind {
                Kind::Choice(choices) => choices.iter().map(|it| it.value.clone()).collect(),
                _ => vec![true.into(), false.into()],
            };
            let points = |value: &Value| it.spec.points.as_ref()?.get(&key_of(value)).copied();
            options.into_iter().filter_map(|value| Some((points(&value)?, value))).collect()
        }
        _ => it.spec.curve.iter().flatten().map(|(at, points)| (*points, (*at).into())).collect(),
    }
}

/// The grade that level `to` needs, where it is better than the one given.
fn needed(it: &Earned<'_>, to: f64) -> Option<Grade> {
    it.spec
        .evidence
        .iter()
        .filter(|(level, _)| level.parse::<f64>().is_ok_and(|it| it <= to))
        .map(|(_, grade)| *grade)
        .max()
        .filter(|grade| *grade > it.grade)
}
