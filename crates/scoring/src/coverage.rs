//! How much of what a form decides its cases reach.

use forms::prepare::PreparedForm;
use model::Scorecard;
use model::case::{Coverage, Reached};
use model::form::{Kind, Question, key_of};
use model::keywords::CriterionSpec;
use model::scorecard::{AnswerState, CriterionScore, GateState, TraceStep};
use serde_json::Value;

/// What the `cards` of a form's cases reach of its criteria, levels, gates and bands.
///
/// A level is reached when a case claims it, a step of a ladder when a case stands on it or
/// above. Curves, half points, rows and formulas have no levels.
pub fn coverage(form: &PreparedForm, cards: &[Scorecard]) -> Coverage {
    let mut coverage = Coverage::default();
    for index in 0..form.len() {
        let question = form.question(index);
        let Some(spec) = &question.criterion else { continue };
        let scores: Vec<&CriterionScore> = cards
            .iter()
            .flat_map(|it| &it.criteria)
            .filter(|it| it.question == question.path && it.state == AnswerState::Answered)
            .collect();
        count(&mut coverage.criteria, !scores.is_empty(), || question.path.clone());
        for level in levels(question, spec) {
            let reached = scores.iter().any(|it| level.is_reached(it));
            count(&mut coverage.levels, reached, || format!("{}[{}]", question.path, level.key()));
        }
    }
    for gate in &form.form.meta.gates {
        let mut results = cards.iter().flat_map(|it| &it.gates);
        let fired = results.any(|it| it.id == gate.id && it.state == GateState::Failed);
        count(&mut coverage.gates, fired, || gate.id.clone());
    }
    for band in &form.form.meta.bands {
        let mut given = cards.iter().filter_map(|it| it.total.as_ref()?.band.as_ref());
        count(&mut coverage.bands, given.any(|it| it.id == band.id), || band.id.clone());
    }
    coverage
}

fn count(reached: &mut Reached, is_reached: bool, name: impl FnOnce() -> String) {
    reached.of += 1;
    if !is_reached {
        reached.missed.push(name());
    }
}

/// One way to answer a criterion that its rubric tells apart.
enum Level {
    /// A level by its number.
    Number(u32),
    /// A step of a ladder.
    Step(u32),
    /// An answer.
    Answer(Value),
}

impl Level {
    fn key(&self) -> String {
        match self {
            Self::Number(level) | Self::Step(level) => level.to_string(),
            Self::Answer(value) => key_of(value),
        }
    }

    fn is_reached(&self, score: &CriterionScore) -> bool {
        match self {
            Self::Number(level) => score.claimed == Some(f64::from(*level)),
            Self::Step(step) => score.claimed.is_some_and(|it| it >= f64::from(*step)),
            Self::Answer(answer) => score.trace.iter().any(|it| match it {
                TraceStep::Answer { value } | TraceStep::Calculated { value, .. } => {
                    value == answer
                }
                _ => false,
            }),
        }
    }
}

fn levels(question: &Question, spec: &CriterionSpec) -> Vec<Level> {
    let options = || match &question.kind {
        Kind::Choice(choices) => choices.iter().map(|it| Level::Answer(it.value.clone())).collect(),
        _ => Vec::new(),
    };
    if let Some(top) = spec.levels {
        return match &question.kind {
            Kind::Choice(_) => options(),
            _ => (0..=top).map(Level::Number).collect(),
        };
    }
    if let Some(by_count) = &spec.count {
        let mut levels = by_count.clone();
        levels.dedup();
        return levels.into_iter().map(Level::Number).collect();
    }
    if let Some(cutoffs) = &spec.cutoffs {
        return (0..=cutoffs.len() as u32).map(Level::Number).collect();
    }
    if let Some(top) = spec.ladder {
        return (1..=top).map(Level::Step).collect();
    }
    if spec.yes_no.is_some() {
        return [true, false].map(|it| Level::Answer(it.into())).into();
    }
    if spec.points.is_some() { options() } else { Vec::new() }
}
