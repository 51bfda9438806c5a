//! From criteria to dimensions, and from dimensions to the total.

use std::borrow::Borrow;

use model::form::Form;
use model::keywords::TotalRule;
use model::scorecard::{AnswerState, Cap, DimensionState, Score};

use crate::criterion::Earned;
use crate::gates::DimensionCap;
use crate::rounding::snap;

/// What a dimension's criteria add up to, before it is a score.
#[derive(Clone, Debug, Default)]
pub struct Sums {
    /// Weight of the criteria asked, "not applicable" included.
    pub asked: u32,
    /// Weight of those that apply.
    pub applicable: u32,
    /// Weight of those that are answered.
    pub answered: u32,
    /// Weight of those that are answered, if only in part.
    pub begun: u32,
    /// Σ weight × points of what is documented.
    pub points: f64,
    /// Σ weight × points of what is answered.
    pub answered_points: f64,
    /// Σ weight × points if what is missing earned all it can.
    pub upper: f64,
    /// Σ weight × points of what is claimed.
    pub claimed: f64,
}

/// One dimension, aggregated.
#[derive(Clone, Debug)]
pub struct Aggregated {
    /// What its criteria add up to.
    pub sums: Sums,
    /// Whether it takes part in the total.
    pub state: DimensionState,
    /// Its weight in the total.
    pub weight: f64,
    /// Its share of the total, 0 to 1.
    pub share: f64,
    /// The lowest cap that acts on it, or may come to act, whether or not it lowers anything.
    pub limit: Option<f64>,
    /// Its score, after caps.
    pub score: Option<Score>,
    /// The cap that lowers it.
    pub cap: Option<Cap>,
}

/// Aggregates `earned` by the form's dimensions, in the form's order.
pub fn dimensions<'a>(
    form: &Form,
    earned: &[impl Borrow<Earned<'a>>],
    caps: &[DimensionCap],
) -> Vec<Aggregated> {
    let mut all: Vec<Aggregated> = form
        .meta
        .dimensions
        .iter()
        .map(|dimension| {
            let sums = sums(
                earned.iter().map(Borrow::borrow).filter(|it| it.spec.dimension == dimension.id),
            );
            let state = state(&sums, form.meta.missing.not_applicable_limit);
            let weight = match form.meta.total {
                TotalRule::ByDimension => f64::from(dimension.weight.unwrap_or_default()),
                TotalRule::Pooled => f64::from(sums.applicable),
            };
            let mut it =
                Aggregated { sums, state, weight, share: 0.0, limit: None, score: None, cap: None };
            if state == DimensionState::Assessed {
                score(&mut it, caps.iter().filter(|cap| cap.dimension == dimension.id));
            }
            it
        })
        .collect();
    let of: f64 = taking_part(&all).map(|it| it.weight).sum();
    for it in all.iter_mut().filter(|it| it.state == DimensionState::Assessed) {
        it.share = it.weight / of;
    }
    all
}

fn sums<'e, 'a: 'e>(earned: impl Iterator<Item = &'e Earned<'a>>) -> Sums {
    earned.fold(Sums::default(), |mut sums, it| {
        let weight = it.spec.weight;
        sums.asked += weight;
        if it.state != AnswerState::NotApplicable {
            sums.applicable += weight;
            sums.points += f64::from(weight) * it.points;
            sums.claimed += f64::from(weight) * it.claimed_points;
            sums.upper += f64::from(weight) * it.upper_points;
        }
        if it.state == AnswerState::Answered {
            sums.answered += weight;
        }
        if let Some(points) = it.answered_points {
            sums.begun += weight;
            sums.answered_points += f64::from(weight) * points;
        }
        sums
    })
}

/// The share of the weight asked that does not apply, 0 to 1.
pub fn not_applicable(sums: &Sums) -> f64 {
    if sums.asked == 0 {
        return 0.0;
    }
    snap(f64::from(sums.asked - sums.applicable) / f64::from(sums.asked))
}

fn state(sums: &Sums, limit: f64) -> DimensionState {
    if sums.asked == 0 {
        DimensionState::NotAsked
    } else if sums.applicable == 0 || not_applicable(sums) > snap(limit) {
        DimensionState::NotAssessable
    } else {
        DimensionState::Assessed
    }
}

/// Scores a dimension; a cap not yet known acts on the strict score only, so that an
/// unfinished assessment is never flattered.
fn score<'a>(it: &mut Aggregated, caps: impl Iterator<Item = &'a DimensionCap>) {
    let (applicable, begun) = (f64::from(it.sums.applicable), f64::from(it.sums.begun));
    let mut score = Score {
        strict: snap(it.sums.points / applicable),
        answered: (begun > 0.0).then(|| snap(it.sums.answered_points / begun)),
        upper: snap(it.sums.upper / applicable),
        claimed: snap(it.sums.claimed / applicable),
        completeness: snap(f64::from(it.sums.answered) / applicable),
    };
    let before = score.strict;
    for cap in caps {
        if score.strict > cap.at {
            it.cap = Some(Cap { gate: cap.gate.clone(), at: cap.at, before });
        }
        it.limit = Some(it.limit.map_or(cap.at, |it| it.min(cap.at)));
        score.strict = score.strict.min(cap.at);
        score.claimed = score.claimed.min(cap.at);
        if cap.known {
            score.answered = score.answered.map(|it| it.min(cap.at));
            score.upper = score.upper.min(cap.at);
        }
    }
    it.score = Some(score);
}

fn taking_part(all: &[Aggregated]) -> impl Iterator<Item = &Aggregated> {
    all.iter().filter(|it| it.state == DimensionState::Assessed)
}

/// The total; `None` when no dimension takes part.
pub fn total(form: &Form, all: &[Aggregated]) -> Option<Score> {
    let mean = |value: &dyn Fn(&Score) -> f64| weighted(all, &|it| it.weight, value).map(snap);
    let of_answered = |it: &Aggregated| match (form.meta.total, it.sums.begun) {
        (_, 0) => 0.0,
        (TotalRule::ByDimension, _) => it.weight,
        (TotalRule::Pooled, begun) => f64::from(begun),
    };
    let (strict, upper) = (mean(&|it| it.strict)?, mean(&|it| it.upper)?);
    let answered = weighted(all, &of_answered, &|it| it.answered.unwrap_or(0.0)).map(snap);
    Some(Score {
        strict,
        // Caps on dimensions of which little is answered could put it outside.
        answered: answered.map(|it| it.max(strict).min(upper)),
        upper,
        claimed: mean(&|it| it.claimed)?,
        completeness: mean(&|it| it.completeness)?,
    })
}

fn weighted(
    all: &[Aggregated],
    weight: &dyn Fn(&Aggregated) -> f64,
    value: &dyn Fn(&Score) -> f64,
) -> Option<f64> {
    let (mut sum, mut of) = (0.0, 0.0);
    for it in taking_part(all) {
        if let Some(score) = &it.score {
            sum += weight(it) * value(score);
            of += weight(it);
        }
    }
    (of > 0.0).then(|| sum / of)
}

/// How much the strict total would rise if a criterion of `weight` in `dimension` earned
/// `points` more and nothing else changed.
pub fn gain(all: &[Aggregated], dimension: usize, weight: u32, points: f64) -> f64 {
    let it = &all[dimension];
    let Some(score) = &it.score else { return 0.0 };
    let points = it.sums.points + f64::from(weight) * points;
    let raised = snap(points / f64::from(it.sums.applicable));
    let raised = it.limit.map_or(raised, |limit| raised.min(limit));
    snap(it.share * (raised - score.strict).max(0.0))
}
