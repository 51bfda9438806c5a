//! Which bands answers can lead to.
//!
//! Decided exactly where the points of the criteria multiply to at most [`MOST_COMBINATIONS`]
//! totals; elsewhere a band is looked for on the way from nothing to the most.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use expressions::{Expression, Test, Truth};
use model::Severity;
use model::form::{Kind, Question};
use model::keywords::{CriterionSpec, Effect, TotalRule};
use model::scorecard::Rubric;

use crate::build::Findings;
use crate::check::reach::{MOST_COMBINATIONS, for_each_combination};
use crate::check::rules::{rubric, top_level};
use crate::codes;
use crate::prepare::PreparedForm;
use crate::reading::{Extra, Reading};

/// Notes bands that no total falls into, and dimensions that differ between branches.
pub fn check(form: &PreparedForm, findings: &mut Findings<'_>) {
    if form.form.meta.dimensions.is_empty() {
        return;
    }
    let Some(branches) = branches(form) else {
        findings.add(
            &codes::NOT_PROVEN,
            "/x-form/bands",
            "whether every band can be reached was not proven",
        );
        return;
    };
    bands(form, &branches, findings);
    for (d, dimension) in form.form.meta.dimensions.iter().enumerate() {
        let weight = |branch: &Branch| -> u32 {
            branch.iter().filter(|it| it.dimension == d).map(|it| it.weight).sum()
        };
        let weights: BTreeSet<u32> = branches.iter().map(weight).collect();
        if weights.len() > 1 && findings.list.iter().all(|it| it.severity < Severity::Error) {
            let weights: Vec<String> = weights.iter().map(u32::to_string).collect();
            let message = format!(
                "what `{}` is made of differs between branches: the criteria asked weigh {}",
                dimension.id,
                weights.join(" or ")
            );
            findings.add(&codes::BRANCH_MAXIMUM, &format!("/x-form/dimensions/{d}"), message);
        }
    }
}

fn bands(form: &PreparedForm, branches: &[Branch], findings: &mut Findings<'_>) {
    let meta = &form.form.meta;
    let shown = |total: f64| match &meta.points {
        Some(points) => (total / 100.0 * f64::from(points.out_of) + 0.5 + 1e-9).floor(),
        None => total,
    };
    let best = |branch: &Branch| total(form, branch.iter().map(|it| (it, Some(it.most()))));
    let highest = branches.iter().map(best).fold(0.0, f64::max);
    let (mut totals, all) = possible_totals(form, branches);
    totals.push(highest);
    let highest = shown(highest);
    let capped = meta.gates.iter().any(|it| matches!(it.effect, Effect::CapDimension(_)));
    for (i, band) in meta.bands.iter().enumerate() {
        let next = meta.bands.get(i + 1);
        let end = next.map_or(f64::INFINITY, |it| it.from);
        let falls_into = |total: &f64| {
            let total = shown(*total) + 1e-9;
            total >= band.from && total < end
        };
        let lowered_into = next.is_some_and(|it| it.requires.is_some())
            || meta.gates.iter().any(|it| it.effect == Effect::CapBand(band.id.clone()));
        let at = format!("/x-form/bands/{i}/from");
        if band.from > highest + 1e-9 {
            let message =
                format!("nobody can reach `{}`: the highest total is {highest:.1}", band.id);
            findings.add(&codes::UNREACHABLE_BAND, &at, message);
        } else if lowered_into || totals.iter().any(falls_into) {
            continue;
        } else if all && !capped {
            let message = format!(
                "nobody can reach `{}`: no total is at least {} and below {end}",
                band.id, band.from
            );
            findings.add(&codes::UNREACHABLE_BAND, &at, message);
        } else {
            let message = format!("whether `{}` can be reached was not proven", band.id);
            findings.add(&codes::NOT_PROVEN, &at, message);
        }
    }
}

/// The criteria that are asked together.
type Branch = Vec<Criterion>;

/// What a criterion can bring.
struct Criterion {
    dimension: usize,
    weight: u32,
    /// The points that answers earn, rising; 0 too, which is what a missing answer earns.
    points: Vec<f64>,
    /// Whether it can earn no other points.
    exact: bool,
    not_applicable: bool,
}

impl Criterion {
    fn most(&self) -> f64 {
        self.points.last().copied().unwrap_or_default()
    }

    /// What it can bring to the total; nothing where it does not apply.
    fn outcomes(&self) -> Vec<Option<f64>> {
        let applies = self.points.iter().copied().map(Some);
        applies.chain(self.not_applicable.then_some(None)).collect()
    }
}

/// Every branch of `form`; `None` where there are too many to try.
fn branches(form: &PreparedForm) -> Option<Vec<Branch>> {
    let visible = form.logic.iter().filter_map(|it| it.visible.as_ref());
    let tests = visible.chain(form.step_visible.iter().flatten());
    let expressions: Vec<&Expression> = tests.flat_map(Test::expressions).collect();
    let mut branches = BTreeSet::new();
    for_each_combination(form, &expressions, |reading| {
        branches.insert(asked(reading));
        false
    })?;
    let criterion = |index: &usize| criterion(form, *index);
    Some(branches.iter().map(|it| it.iter().filter_map(criterion).collect()).collect())
}

/// The questions with a criterion that are asked.
fn asked(reading: &Reading<'_>) -> Vec<usize> {
    let form = reading.form;
    let is_asked = |index: &usize| {
        let step = form.step_visible[form.places[*index].0].iter();
        step.chain(&form.logic[*index].visible)
            .all(|test| reading.decide(test, Extra::default()).truth != Truth::False)
    };
    (0..form.len()).filter(|it| form.question(*it).criterion.is_some()).filter(is_asked).collect()
}

fn criterion(form: &PreparedForm, index: usize) -> Option<Criterion> {
    let question = form.question(index);
    let spec = question.criterion.as_ref()?;
    let dimension = form.form.meta.dimensions.iter().position(|it| it.id == spec.dimension)?;
    let (mut points, exact) = possible_points(question, spec);
    points.push(0.0);
    points.sort_by(f64::total_cmp);
    points.dedup();
    let not_applicable = spec.not_applicable;
    Some(Criterion { dimension, weight: spec.weight, points, exact, not_applicable })
}

/// The points that the criterion can earn, and whether that is all of them.
fn possible_points(question: &Question, spec: &CriterionSpec) -> (Vec<f64>, bool) {
    let steps = |top: u32| -> Vec<f64> {
        (0..=top).map(|it| 100.0 * f64::from(it) / f64::from(top)).collect()
    };
    let whole = match question.kind {
        Kind::Choice(_) | Kind::Number { whole: true } => true,
        Kind::Number { whole: false } => spec.half_points.is_some(),
        _ => false,
    };
    let whole = whole && question.calculated.is_none();
    match rubric(spec) {
        Some(Rubric::Levels) => (steps(spec.levels.unwrap_or(1)), whole),
        Some(Rubric::HalfPoints) => (steps(2 * spec.half_points.unwrap_or(1)), whole),
        Some(Rubric::Count | Rubric::Cutoffs) => (steps(top_level(spec).unwrap_or(1)), true),
        Some(Rubric::Ladder) => (steps(spec.ladder.unwrap_or(2) - 1), true),
        Some(Rubric::YesNo) => (steps(1), true),
        Some(Rubric::Points) => (spec.points.iter().flatten().map(|(_, it)| *it).collect(), true),
        Some(Rubric::Curve) => {
            let most = spec.curve.iter().flatten().map(|(_, it)| *it).fold(0.0, f64::max);
            (steps(100).into_iter().map(|it| it * most / 100.0).collect(), false)
        }
        Some(Rubric::Rows | Rubric::Formula) | None => (steps(100), false),
    }
}

/// Totals that answers lead to, and whether that is all of them.
fn possible_totals(form: &PreparedForm, branches: &[Branch]) -> (Vec<f64>, bool) {
    let exact = branches.iter().flatten().all(|it| it.exact);
    let count = branches.iter().try_fold(0_usize, |sum, branch| {
        let product = branch
            .iter()
            .try_fold(1_usize, |product, it| product.checked_mul(it.outcomes().len()))?;
        sum.checked_add(product).filter(|it| *it <= MOST_COMBINATIONS)
    });
    let totals: Vec<f64> = match count {
        Some(_) => branches.iter().flat_map(|it| every_total(form, it)).collect(),
        None => {
            let some = branches.iter().flat_map(|it| rising_totals(form, it));
            some.take(MOST_COMBINATIONS).collect()
        }
    };
    (totals, exact && count.is_some())
}

fn every_total(form: &PreparedForm, branch: &Branch) -> Vec<f64> {
    let outcomes: Vec<_> = branch.iter().map(Criterion::outcomes).collect();
    (0..outcomes.iter().map(Vec::len).product())
        .map(|number: usize| {
            let mut rest = number;
            total(
                form,
                branch.iter().zip(&outcomes).map(|(criterion, outcomes)| {
                    let outcome = outcomes[rest % outcomes.len()];
                    rest /= outcomes.len();
                    (criterion, outcome)
                }),
            )
        })
        .collect()
}

/// The totals from nothing to the most, one answer better each time.
fn rising_totals<'a>(
    form: &'a PreparedForm,
    branch: &'a Branch,
) -> impl Iterator<Item = f64> + use<'a> {
    branch.iter().enumerate().flat_map(move |(at, criterion)| {
        criterion.points.iter().map(move |points| {
            total(
                form,
                branch.iter().enumerate().map(|(i, it)| {
                    let earned = match i.cmp(&at) {
                        Ordering::Less => it.most(),
                        Ordering::Equal => *points,
                        Ordering::Greater => 0.0,
                    };
                    (it, Some(earned))
                }),
            )
        })
    })
}

/// The total where each criterion earns so many points, or does not apply.
fn total<'c>(
    form: &PreparedForm,
    earned: impl Iterator<Item = (&'c Criterion, Option<f64>)>,
) -> f64 {
    let dimensions = &form.form.meta.dimensions;
    let mut sums = vec![(0.0, 0_u32); dimensions.len()];
    for (criterion, points) in earned {
        if let Some(points) = points {
            sums[criterion.dimension].0 += f64::from(criterion.weight) * points;
            sums[criterion.dimension].1 += criterion.weight;
        }
    }
    let (mut sum, mut of) = (0.0, 0.0);
    for (dimension, (points, asked)) in dimensions.iter().zip(sums).filter(|(_, it)| it.1 > 0) {
        let weight = match form.form.meta.total {
            TotalRule::ByDimension => f64::from(dimension.weight.unwrap_or_default()),
            TotalRule::Pooled => f64::from(asked),
        };
        sum += weight * points / f64::from(asked);
        of += weight;
    }
    if of > 0.0 { sum / of } else { 0.0 }
}
