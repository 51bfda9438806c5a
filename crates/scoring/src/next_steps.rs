//! What would lift the total: one level more, better evidence, or an answer.

use model::Grade;
use model::form::{Form, Kind};
use model::scorecard::{AnswerState, NextAction, NextStep, Rubric};

use crate::aggregate::{Aggregated, gain};
use crate::criterion::Earned;

/// Everything that would lift the strict total, largest gain first, ties in document order.
pub fn next_steps(form: &Form, earned: &[Earned<'_>], dimensions: &[Aggregated]) -> Vec<NextStep> {
    let questions: Vec<_> = form.questions().map(|(_, it)| it).collect();
    let mut steps: Vec<NextStep> = earned
        .iter()
        .filter_map(|it| {
            let question = questions[it.index];
            let at = form.meta.dimensions.iter().position(|d| d.id == it.spec.dimension)?;
            let next = next(it, &question.kind)?;
            let rise = gain(dimensions, at, it.spec.weight, next.points - it.points);
            (rise > 0.0).then(|| NextStep {
                question: question.path.clone(),
                action: next.action,
                to: next.to,
                evidence: next.evidence,
                gain: rise,
                offer: it.spec.offer.clone(),
            })
        })
        .collect();
    steps.sort_by(|a, b| b.gain.total_cmp(&a.gain));
    steps
}

struct Next {
    action: NextAction,
    to: Option<f64>,
    evidence: Option<Grade>,
    points: f64,
}

fn next(it: &Earned<'_>, kind: &Kind) -> Option<Next> {
    if it.state == AnswerState::NotApplicable {
        return None;
    }
    let action =
        if it.state == AnswerState::Missing { NextAction::Answer } else { NextAction::Raise };
    if let (Some(claimed), Some(documented)) = (it.claimed, it.documented)
        && documented < claimed
        && it.rubric != Rubric::Ladder
    {
        let evidence = needed(it, claimed);
        return Some(Next {
            action: NextAction::Document,
            to: Some(claimed),
            evidence,
            points: it.claimed_points,
        });
    }
    let now = it.documented.unwrap_or(0.0);
    let level = |to: f64| {
        let top = it.top.unwrap_or(1.0);
        let points = match it.rubric {
            Rubric::Ladder => 100.0 * (to - 1.0) / (top - 1.0),
            _ => 100.0 * to / top,
        };
        Some(Next { action, to: Some(to), evidence: needed(it, to), points })
    };
    match it.rubric {
        Rubric::Levels => level(next_option(kind, now).or_else(|| below_top(it, now + 1.0))?),
        Rubric::HalfPoints => level(below_top(it, now + 0.5)?),
        Rubric::Cutoffs => level(below_top(it, now + 1.0)?),
        Rubric::Ladder => level(below_top(it, (now + 1.0).max(2.0))?),
        Rubric::Count => {
            let levels = it.spec.count.iter().flatten().map(|it| f64::from(*it));
            level(levels.filter(|it| *it > now).fold(None, least)?)
        }
        Rubric::YesNo | Rubric::Points | Rubric::Curve => {
            let points = better_points(it)?;
            Some(Next { action, to: None, evidence: None, points })
        }
        Rubric::Rows | Rubric::Formula => None,
    }
}

fn least(best: Option<f64>, it: f64) -> Option<f64> {
    Some(best.map_or(it, |best| best.min(it)))
}

fn below_top(it: &Earned<'_>, to: f64) -> Option<f64> {
    it.top.filter(|top| to <= *top).map(|_| to)
}

/// The lowest option above `now`.
fn next_option(kind: &Kind, now: f64) -> Option<f64> {
    let Kind::Choice(choices) = kind else { return None };
    choices.iter().filter_map(|it| it.value.as_f64()).filter(|it| *it > now).fold(None, least)
}

/// The lowest points above those earned that the rubric gives.
fn better_points(it: &Earned<'_>) -> Option<f64> {
    let given: Vec<f64> = match it.rubric {
        Rubric::YesNo => vec![100.0],
        Rubric::Points => it.spec.points.iter().flatten().map(|(_, points)| *points).collect(),
        _ => it.spec.curve.iter().flatten().map(|(_, points)| *points).collect(),
    };
    given.into_iter().filter(|points| *points > it.points).fold(None, least)
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
