//! Bands: the named range of a total, lowered by the band's own rule and by caps.

use std::collections::BTreeMap;

use model::Grade;
use model::form::Form;
use model::keywords::{BandRule, Effect};
use model::scorecard::{BandResult, GateResult, GateState, Points, Score};

use crate::aggregate::Aggregated;
use crate::rounding::{snap, whole};

/// The total in the form's own whole points.
pub fn points(form: &Form, score: &Score) -> Option<Points> {
    let out_of = form.meta.points.as_ref()?.out_of;
    let shown = |value: f64| whole(value * f64::from(out_of) / 100.0);
    Some(Points {
        strict: shown(score.strict),
        answered: score.answered.map(shown),
        upper: shown(score.upper),
        out_of,
    })
}

/// The band of the strict total; `None` when the form has no bands.
pub fn band(
    form: &Form,
    score: &Score,
    dimensions: &[Aggregated],
    evidence: &BTreeMap<Grade, f64>,
    gates: &[GateResult],
) -> Option<BandResult> {
    let bands = &form.meta.bands;
    let value = points(form, score).map_or(score.strict, |it| f64::from(it.strict));
    let by_total = bands.iter().rposition(|it| value >= snap(it.from))?;
    let mut at = by_total;
    let mut lowered_by: Vec<String> = Vec::new();
    while at > 0
        && let Some(rule) = &bands[at].requires
    {
        let unmet = unmet(rule, dimensions, evidence, gates);
        if unmet.is_empty() {
            break;
        }
        for reason in unmet {
            if !lowered_by.iter().any(|it| it == reason) {
                lowered_by.push(reason.to_owned());
            }
        }
        at -= 1;
    }
    // A cap not yet known acts too, so that an unfinished assessment is never flattered.
    for gate in gates.iter().filter(|it| it.state != GateState::Passed) {
        if let Effect::CapBand(cap) = &gate.effect
            && let Some(cap) = bands.iter().position(|it| it.id == *cap)
            && cap < at
        {
            at = cap;
            lowered_by.push(gate.id.clone());
        }
    }
    Some(BandResult {
        id: bands[at].id.clone(),
        title: bands[at].title.clone(),
        rank: u32::try_from(at + 1).unwrap_or(u32::MAX),
        lowered_from: (at < by_total).then(|| bands[by_total].id.clone()),
        lowered_by,
    })
}

/// The parts of `rule` that do not hold.
fn unmet(
    rule: &BandRule,
    dimensions: &[Aggregated],
    evidence: &BTreeMap<Grade, f64>,
    gates: &[GateResult],
) -> Vec<&'static str> {
    let mut unmet = Vec::new();
    let below = |least: f64| {
        dimensions.iter().filter_map(|it| it.score.as_ref()).any(|it| it.strict < snap(least))
    };
    if rule.every_dimension.is_some_and(below) {
        unmet.push("every-dimension");
    }
    let too_little = rule
        .evidence
        .as_ref()
        .is_some_and(|it| evidence.get(&it.grade).is_none_or(|share| *share < snap(it.share)));
    if too_little {
        unmet.push("evidence");
    }
    let caps = |it: &GateResult| {
        it.state != GateState::Passed
            && matches!(it.effect, Effect::CapBand(_) | Effect::CapDimension(_) | Effect::Knockout)
    };
    if rule.no_caps && gates.iter().any(caps) {
        unmet.push("no-caps");
    }
    unmet
}
