//! Joins the scorecards of several forms about one subject.

use std::collections::BTreeMap;

use forms::canonical;
use model::Scorecard;
use model::keywords::{Effect, Pillar, ProfilePlace};
use model::profile::{Joined, PillarResult, Profile, ProfileResult, Venn, Zone};
use model::programme::Programme;
use model::report::ReadinessLine;
use model::scorecard::{GateState, Status};

use crate::rounding::snap;

/// The strict total from which a pillar is in.
pub const PILLAR_FROM: f64 = 60.0;

/// The completeness from which a pillar is in.
pub const PILLAR_COMPLETENESS: f64 = 0.8;

/// Why scorecards cannot be joined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// There is none.
    #[error("a profile needs at least one scorecard")]
    Empty,
    /// They are about different subjects.
    #[error("the responses are about different subjects: `{first}` and `{other}`")]
    Subjects {
        /// The first subject.
        first: String,
        /// Another one.
        other: String,
    },
    /// Two of them have the same place.
    #[error("the forms `{first}` and `{other}` have the same place in a profile")]
    Place {
        /// The first form's id.
        first: String,
        /// The other one's.
        other: String,
    },
    /// Two of them are of the same form.
    #[error("the form `{form}` stands twice")]
    Twice {
        /// The form's id.
        form: String,
    },
}

/// The profile of `cards`, which are about one subject; in the order given.
///
/// `before` are earlier scorecards of the subject, for its readiness then and now;
/// `programme` says how totals are weighed together.
pub fn profile(
    cards: &[Scorecard],
    before: &[Scorecard],
    programme: Option<&Programme>,
) -> Result<Profile, ProfileError> {
    let first = cards.first().ok_or(ProfileError::Empty)?;
    if let Some(other) = cards.iter().chain(before).find(|it| it.subject != first.subject) {
        return Err(ProfileError::Subjects {
            first: first.subject.name.clone(),
            other: other.subject.name.clone(),
        });
    }
    for (i, card) in cards.iter().enumerate() {
        if cards[..i].iter().any(|it| it.form.id == card.form.id) {
            return Err(ProfileError::Twice { form: card.form.id.clone() });
        }
        let same = |it: &&Scorecard| it.profile.is_some() && it.profile == card.profile;
        if let Some(first) = cards[..i].iter().find(same) {
            return Err(ProfileError::Place {
                first: first.form.id.clone(),
                other: card.form.id.clone(),
            });
        }
    }
    let date = cards.iter().map(|it| it.date.as_str()).max().unwrap_or_default();
    Ok(Profile {
        subject: first.subject.clone(),
        language: first.language.clone(),
        date: date.to_owned(),
        results: cards.iter().map(result).collect(),
        joined: programme.and_then(|it| join(cards, it)),
        focus_area: youngest_first(cards).find_map(|it| it.focus_area.clone()),
        readiness: readiness(cards, before),
        venn: venn(cards),
    })
}

/// The totals weighed together; what is not given or not valid counts as nothing.
fn join(cards: &[Scorecard], programme: &Programme) -> Option<Joined> {
    let weights = &programme.profile.as_ref()?.weights;
    let whole: f64 = weights.values().map(|it| f64::from(*it)).sum();
    let mut joined = Joined {
        programme: programme.title.clone(),
        strict: 0.0,
        answered: None,
        completeness: 0.0,
        shares: BTreeMap::new(),
        missing: Vec::new(),
    };
    let (mut sum, mut valid, mut given) = (0.0, 0.0, 0.0);
    for (form, weight) in weights {
        let weight = f64::from(*weight);
        let card = cards.iter().find(|it| it.form.id == *form);
        let Some((card, total)) = card.and_then(|it| Some((it, it.total.as_ref()?))) else {
            joined.missing.push(form.clone());
            continue;
        };
        given += weight;
        joined.shares.insert(form.clone(), snap(weight / whole));
        if !stopped(card) {
            valid += weight;
            sum += weight * total.score.strict;
        }
    }
    if given > 0.0 {
        joined.strict = snap(sum / whole);
        joined.completeness = snap(given / whole);
    }
    joined.answered = (valid > 0.0).then(|| snap(sum / valid));
    Some(joined)
}

/// Whether a gate keeps the result from counting.
fn stopped(card: &Scorecard) -> bool {
    matches!(card.status, Status::Blocked | Status::NotEligible)
}

/// The cards by date, the youngest first; those of one day in the order given.
fn youngest_first(cards: &[Scorecard]) -> impl Iterator<Item = &Scorecard> {
    let mut cards: Vec<&Scorecard> = cards.iter().collect();
    cards.sort_by(|a, b| b.date.cmp(&a.date));
    cards.into_iter()
}

fn readiness(cards: &[Scorecard], before: &[Scorecard]) -> Vec<ReadinessLine> {
    let mut lines: Vec<ReadinessLine> = Vec::new();
    for title in cards.iter().flat_map(|it| &it.readiness).map(|it| &it.title) {
        if lines.iter().any(|it| it.title == *title) {
            continue;
        }
        let titled =
            |card: &Scorecard| card.readiness.iter().find(|it| it.title == *title).cloned();
        let Some(now) = youngest_first(cards).find_map(titled) else { continue };
        // What it was called then may differ: another language, or a title put better.
        let asked = |card: &Scorecard, question: &str| {
            let same_form = cards.iter().filter(|it| it.form.id == card.form.id);
            same_form.filter_map(titled).any(|it| it.question == question)
        };
        let then = |card: &Scorecard| {
            card.readiness.iter().find(|it| asked(card, &it.question)).map(|it| it.level)
        };
        lines.push(ReadinessLine {
            title: now.title,
            now: now.level,
            before: youngest_first(before).find_map(then),
            top: now.top,
            level: now.reached,
        });
    }
    lines
}

fn result(card: &Scorecard) -> ProfileResult {
    let total = card.total.as_ref();
    ProfileResult {
        form: card.form.clone(),
        title: card.title.clone(),
        place: card.profile,
        status: card.status,
        total: total.map(|it| it.score.clone()),
        band: total.and_then(|it| it.band.as_ref()).map(|it| it.title.clone()),
        scorecard: canonical::hash(card),
    }
}

/// The Venn result of those `cards` that are pillars; `None` when there are none.
pub fn venn(cards: &[Scorecard]) -> Option<Venn> {
    let pillars = [
        (Pillar::Social, ProfilePlace::Social),
        (Pillar::Environmental, ProfilePlace::Environmental),
        (Pillar::Economic, ProfilePlace::Economic),
    ];
    let pillars: Vec<PillarResult> = pillars
        .into_iter()
        .map(|(pillar, place)| {
            pillar_result(pillar, cards.iter().find(|it| it.profile == Some(place)))
        })
        .collect();
    if !cards.iter().any(|it| it.profile.is_some_and(is_pillar)) {
        return None;
    }
    let totals: Option<Vec<f64>> = pillars.iter().map(|it| it.strict).collect();
    let totals = totals.unwrap_or_default();
    let [a, b, c] = totals[..] else {
        return Some(Venn {
            zone: zone(&pillars),
            pillars,
            minimum: None,
            mean: None,
            geometric_mean: None,
        });
    };
    Some(Venn {
        zone: zone(&pillars),
        pillars,
        minimum: Some(a.min(b).min(c)),
        mean: Some(snap((a + b + c) / 3.0)),
        geometric_mean: Some(cube_root(a * b * c)),
    })
}

fn is_pillar(place: ProfilePlace) -> bool {
    matches!(place, ProfilePlace::Social | ProfilePlace::Environmental | ProfilePlace::Economic)
}

fn pillar_result(pillar: Pillar, card: Option<&Scorecard>) -> PillarResult {
    let score = card.and_then(|it| it.total.as_ref()).map(|it| &it.score);
    let completeness = score.map_or(0.0, |it| it.completeness);
    // A harm that is not yet ruled out keeps the pillar out, like one that is known.
    let blocked = card.is_some_and(|card| {
        card.gates
            .iter()
            .any(|it| it.state != GateState::Passed && it.effect == Effect::BlockPillar(pillar))
    });
    let stopped = card.is_none_or(stopped);
    let inside = score.is_some_and(|it| it.strict >= PILLAR_FROM)
        && completeness >= PILLAR_COMPLETENESS
        && !blocked
        && !stopped;
    PillarResult { pillar, strict: score.map(|it| it.strict), blocked, completeness, inside }
}

/// The zone that the pillars in give.
pub fn zone(pillars: &[PillarResult]) -> Zone {
    let inside = |pillar| pillars.iter().any(|it| it.pillar == pillar && it.inside);
    match (inside(Pillar::Social), inside(Pillar::Environmental), inside(Pillar::Economic)) {
        (false, false, false) => Zone::NotYetSustainable,
        (true, false, false) => Zone::SocialOnly,
        (false, true, false) => Zone::EnvironmentalOnly,
        (false, false, true) => Zone::EconomicOnly,
        (true, true, false) => Zone::Acceptable,
        (true, false, true) => Zone::Just,
        (false, true, true) => Zone::Feasible,
        (true, true, true) => Zone::Sustainable,
    }
}

/// The cube root by Newton's method: only + − × ÷, so the same on every machine.
fn cube_root(value: f64) -> f64 {
    if value <= 0.0 {
        return 0.0;
    }
    let mut root = value.max(1.0);
    for _ in 0..200 {
        let next = (2.0 * root + value / (root * root)) / 3.0;
        if (next - root).abs() < 1e-13 * root {
            break;
        }
        root = next;
    }
    snap(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pillars(social: f64, environmental: f64, economic: f64, harm: Option<Pillar>) -> Zone {
        let of = |pillar, strict| PillarResult {
            pillar,
            strict: Some(strict),
            blocked: harm == Some(pillar),
            completeness: 1.0,
            inside: strict >= PILLAR_FROM && harm != Some(pillar),
        };
        zone(&[
            of(Pillar::Social, social),
            of(Pillar::Environmental, environmental),
            of(Pillar::Economic, economic),
        ])
    }

    #[test]
    fn the_zone_follows_the_pillars_that_are_in() {
        assert_eq!(pillars(72.0, 55.0, 81.0, None), Zone::Just);
        assert_eq!(pillars(72.0, 60.0, 81.0, None), Zone::Sustainable);
        assert_eq!(pillars(72.0, 55.0, 81.0, Some(Pillar::Social)), Zone::EconomicOnly);
        assert_eq!(pillars(72.0, 60.0, 10.0, None), Zone::Acceptable);
        assert_eq!(pillars(10.0, 60.0, 81.0, None), Zone::Feasible);
        assert_eq!(pillars(10.0, 10.0, 10.0, None), Zone::NotYetSustainable);
    }

    #[test]
    fn the_geometric_mean_is_the_known_one() {
        assert!((cube_root(72.0 * 55.0 * 81.0) - 68.453_144).abs() < 5e-7);
        assert!((cube_root(1e-9) - 1e-3).abs() < 1e-9);
        assert!(cube_root(0.0).abs() < f64::EPSILON);
    }
}
