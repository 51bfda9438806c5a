//! The one function that everything calls: form + response → scorecard.

use std::collections::BTreeMap;

use forms::prepare::PreparedForm;
use forms::{Reading, canonical};
use minijinja::Value as Any;
use model::form::Form;
use model::keywords::Effect;
use model::scorecard::{
    AnswerState, Contribution, CriterionScore, DimensionScore, GateResult, GateState, Minimum,
    Provenance, Score, Status, Total, TraceStep,
};
use model::{Grade, Response, Scorecard};
use semver::Version;
use serde_json::Value;

use crate::aggregate::{self, Aggregated};
use crate::criterion::{self, Earned};
use crate::figures::{self, Seen};
use crate::gates;
use crate::rounding::{self, snap};
use crate::{bands, next_steps, placed};

/// How many strengths and gaps are named.
const NAMED: usize = 3;

/// From how many points a criterion counts as a strength.
const STRONG: f64 = 75.0;

/// Scores `response`, with texts in `language` (the form's own when it has no such texts).
///
/// Never fails: what is missing is part of the scorecard. The response is expected to be
/// valid ([`forms::validate::validate`]); an answer that is not earns nothing.
pub fn score(form: &PreparedForm, response: &Response, language: Option<&str>) -> Scorecard {
    score_reading(&Reading::new(form, response), language)
}

/// Scores a response that is already read.
pub fn score_reading(reading: &Reading<'_>, language: Option<&str>) -> Scorecard {
    let form = reading.form;
    let language = form.language(language.unwrap_or(&form.form.meta.language));
    Scoring { reading, texts: form.texts(language), language }.scorecard()
}

/// The total alone, as it stands in the scorecard: what a page shows while one answers.
pub fn total_of(reading: &Reading<'_>, language: &str) -> Option<Total> {
    let form = reading.form;
    let language = form.language(language);
    let scoring = Scoring { reading, texts: form.texts(language), language };
    let Worked { earned, gates, dimensions, total } = work(reading, scoring.texts);
    let status = scoring.status(&dimensions, total.as_ref(), &gates);
    let criteria = scoring.criteria(earned, &dimensions);
    total.map(|it| scoring.total(it, status, &dimensions, &criteria, &gates))
}

/// The body of `card` as canonical JSON: everything but its provenance.
pub fn body(card: &Scorecard) -> String {
    let mut value = serde_json::to_value(card).unwrap_or_default();
    if let Some(map) = value.as_object_mut() {
        map.shift_remove("provenance");
    }
    canonical::to_string(&value)
}

/// What a reading comes to, before words are put to it.
pub(crate) struct Worked<'a> {
    pub(crate) earned: Vec<Earned<'a>>,
    pub(crate) gates: Vec<GateResult>,
    pub(crate) dimensions: Vec<Aggregated>,
    pub(crate) total: Option<Score>,
}

/// Evidence cap, gates, dimensions and total of `reading`.
pub(crate) fn work<'a>(reading: &Reading<'a>, texts: &Form) -> Worked<'a> {
    let row_gates = gates::row_gates(reading, texts);
    let earned = criterion::earned(reading, &row_gates);
    let levels = gates::documented_levels(reading, &earned);
    let gates = gates::gates(reading, texts, &levels, row_gates);
    let dimensions = aggregate::dimensions(texts, &earned, &gates::dimension_caps(&gates));
    let total = total(texts, &dimensions);
    Worked { earned, gates, dimensions, total }
}

/// The total once the question `at` has `answer`, where there is one, and evidence of `grade`:
/// only what rests on it is worked out again.
pub(crate) fn total_after<'a>(
    before: &Reading<'a>,
    texts: &Form,
    worked: &Worked<'a>,
    at: usize,
    answer: Option<&Value>,
    grade: Grade,
) -> Option<Score> {
    let changed = answer.map(|it| before.with_answer(at, it));
    let reading = changed.as_ref().unwrap_or(before);
    let row_gates = gates::row_gates(reading, texts);
    let earned = criterion::earned_after(&worked.earned, before, reading, at, grade, &row_gates);
    let levels = gates::documented_levels(reading, &earned);
    let gates = gates::gates(reading, texts, &levels, row_gates);
    let dimensions = aggregate::dimensions(texts, &earned, &gates::dimension_caps(&gates));
    total(texts, &dimensions)
}

/// The total, unless too many dimensions have left.
fn total(form: &Form, dimensions: &[Aggregated]) -> Option<Score> {
    use model::scorecard::DimensionState::NotAssessable;
    let left = dimensions.iter().filter(|it| it.state == NotAssessable).count();
    let most = usize::try_from(form.meta.missing.dimensions_that_may_leave);
    if most.is_ok_and(|most| left > most) {
        return None;
    }
    aggregate::total(form, dimensions)
}

struct Scoring<'a> {
    reading: &'a Reading<'a>,
    texts: &'a Form,
    language: &'a str,
}

impl Scoring<'_> {
    fn scorecard(&self) -> Scorecard {
        let reading = self.reading;
        let worked = work(reading, self.texts);
        let next_steps = next_steps::next_steps(reading, self.texts, &worked);
        let Worked { earned, gates, dimensions, total: score } = worked;
        let status = self.status(&dimensions, score.as_ref(), &gates);
        let levels = gates::documented_levels(reading, &earned);
        let criteria = self.criteria(earned, &dimensions);
        let total = score.map(|it| self.total(it, status, &dimensions, &criteria, &gates));
        let results = self.results(status, total.as_ref(), &dimensions);
        let seen = Seen { levels: &levels, score: &results };
        let indicators = figures::indicators(reading, self.texts, seen);
        let narratives = figures::narratives(reading, self.language, seen, &indicators);
        let response = reading.response;
        Scorecard {
            form: response.form.clone(),
            title: self.texts.title.clone(),
            language: self.language.to_owned(),
            subject: response.subject.clone(),
            date: response.date.clone(),
            profile: self.texts.meta.profile,
            status,
            dimensions: self.dimensions(&dimensions),
            strengths: strengths(&criteria),
            gaps: gaps(&criteria),
            next_steps,
            total,
            criteria,
            gates,
            indicators,
            calculated: figures::calculated(reading),
            focus_area: placed::focus_area(reading, self.texts),
            readiness: placed::readiness(reading, self.texts),
            narratives,
            missing: reading.missing(),
            hidden: (0..reading.form.len())
                .filter(|it| !reading.is_asked(*it))
                .map(|it| reading.form.question(it).path.clone())
                .collect(),
            provenance: Provenance {
                form: reading.form.hash.clone(),
                response: canonical::hash(response),
                engine: engine_version(),
                rounding: rounding::RULE.to_owned(),
            },
        }
    }

    fn status(
        &self,
        dimensions: &[Aggregated],
        score: Option<&Score>,
        gates: &[GateResult],
    ) -> Status {
        let eligible = gates::worst(gates, &Effect::Eligibility);
        let knockout = gates::worst(gates, &Effect::Knockout);
        if eligible == GateState::Failed {
            return Status::NotEligible;
        }
        if knockout == GateState::Failed {
            return Status::Blocked;
        }
        if dimensions.is_empty() {
            return Status::NotScored;
        }
        let Some(score) = score else { return Status::NotAssessable };
        let waiting = eligible == GateState::Unknown || knockout == GateState::Unknown;
        if waiting || too_little(self.texts, score) {
            return Status::Preliminary;
        }
        Status::Scored
    }

    fn total(
        &self,
        score: Score,
        status: Status,
        dimensions: &[Aggregated],
        criteria: &[CriterionScore],
        gates: &[GateResult],
    ) -> Total {
        let evidence = evidence_shares(criteria);
        let band = (status == Status::Scored)
            .then(|| bands::band(self.texts, &score, dimensions, &evidence, gates))
            .flatten();
        let assessed = self.texts.meta.dimensions.iter().zip(dimensions);
        let minimum = assessed
            .filter_map(|(dimension, it)| Some((dimension, it.score.as_ref()?.strict)))
            .reduce(|lowest, it| if it.1 < lowest.1 { it } else { lowest })
            .map(|(dimension, strict)| Minimum { dimension: dimension.id.clone(), strict });
        Total {
            points: bands::points(self.texts, &score),
            band,
            preliminary: too_little(self.texts, &score),
            minimum,
            evidence,
            score,
        }
    }

    fn dimensions(&self, dimensions: &[Aggregated]) -> Vec<DimensionScore> {
        let all = self.texts.meta.dimensions.iter().zip(dimensions);
        all.map(|(dimension, it)| DimensionScore {
            id: dimension.id.clone(),
            title: dimension.title.clone(),
            state: it.state,
            share: snap(it.share),
            not_applicable: aggregate::not_applicable(&it.sums),
            score: it.score.clone(),
            cap: it.cap.clone(),
        })
        .collect()
    }

    fn criteria(&self, earned: Vec<Earned<'_>>, dimensions: &[Aggregated]) -> Vec<CriterionScore> {
        let titles: Vec<&str> = self.texts.questions().map(|(_, it)| it.title.as_str()).collect();
        let ids: Vec<&str> = self.texts.meta.dimensions.iter().map(|it| it.id.as_str()).collect();
        earned
            .into_iter()
            .map(|it| {
                let at = ids.iter().position(|id| *id == it.spec.dimension);
                let title = titles[it.index];
                weighed(it, title, self.reading, at.map(|at| &dimensions[at]))
            })
            .collect()
    }

    /// What indicators and sentences see as `score`.
    fn results(&self, status: Status, total: Option<&Total>, dimensions: &[Aggregated]) -> Any {
        let by_id = self.texts.meta.dimensions.iter().zip(dimensions);
        let by_id = Any::from_pairs(
            by_id.filter_map(|(d, it)| Some((d.id.as_str(), it.score.as_ref()?.strict))),
        );
        let status = serde_json::to_value(status).unwrap_or_default();
        let band = total.and_then(|it| it.band.as_ref()).map(|it| it.id.as_str());
        let mut pairs = vec![
            ("status", Any::from(status.as_str().unwrap_or_default())),
            ("dimensions", by_id),
            ("band", band.map_or_else(|| Any::from(()), Any::from)),
        ];
        if let Some(total) = total {
            pairs.push(("total", Any::from(total.score.strict)));
            let points = total.points.as_ref();
            pairs.extend(points.map(|it| ("points", Any::from(it.strict))));
        }
        Any::from_pairs(pairs)
    }
}

/// Whether too little is answered for a band.
fn too_little(form: &Form, score: &Score) -> bool {
    score.completeness < snap(form.meta.missing.band_from)
}

/// The version of the engine that scores.
pub(crate) fn engine_version() -> Version {
    Version::parse(env!("CARGO_PKG_VERSION")).unwrap_or(Version::new(0, 0, 0))
}

/// A criterion with its share of the total and its contribution.
fn weighed(
    it: Earned<'_>,
    title: &str,
    reading: &Reading<'_>,
    dimension: Option<&Aggregated>,
) -> CriterionScore {
    let applies = it.state != AnswerState::NotApplicable;
    let share = dimension.filter(|_| applies).map_or(0.0, |d| {
        if d.sums.applicable == 0 {
            return 0.0;
        }
        snap(100.0 * d.share * f64::from(it.spec.weight) / f64::from(d.sums.applicable))
    });
    let contribution = snap(share * it.points / 100.0);
    let mut trace = it.trace;
    if let Some(dimension) = dimension.filter(|_| applies) {
        trace.push(TraceStep::Weighed {
            weight: it.spec.weight,
            of: dimension.sums.applicable,
            dimension_share: snap(dimension.share),
            contribution,
        });
    }
    CriterionScore {
        question: reading.form.question(it.index).path.clone(),
        title: title.to_owned(),
        dimension: it.spec.dimension.clone(),
        weight: it.spec.weight,
        rubric: it.rubric,
        state: it.state,
        claimed: it.claimed,
        documented: it.documented,
        top: it.top,
        grade: it.grade,
        points: it.answered_points.map(|_| it.points),
        share,
        contribution,
        trace,
    }
}

/// The share of scored weight backed by evidence of each grade or better.
fn evidence_shares(criteria: &[CriterionScore]) -> BTreeMap<Grade, f64> {
    let of: f64 = criteria.iter().map(|it| it.share).sum();
    Grade::ALL
        .into_iter()
        .filter(|grade| *grade != Grade::E0)
        .map(|grade| {
            let backed: f64 = criteria
                .iter()
                .filter(|it| it.grade >= grade && it.state == AnswerState::Answered)
                .map(|it| it.share)
                .sum();
            (grade, if of > 0.0 { snap(backed / of) } else { 0.0 })
        })
        .collect()
}

/// The strong criteria that bring most points, best first.
fn strengths(criteria: &[CriterionScore]) -> Vec<Contribution> {
    let strong = criteria.iter().filter(|it| it.points.is_some_and(|it| it >= STRONG));
    first(strong.map(|it| (it, it.contribution)))
}

/// The criteria that cost most points, dearest first.
fn gaps(criteria: &[CriterionScore]) -> Vec<Contribution> {
    first(criteria.iter().map(|it| (it, snap(it.share - it.contribution))))
}

fn first<'a>(all: impl Iterator<Item = (&'a CriterionScore, f64)>) -> Vec<Contribution> {
    let mut all: Vec<_> = all.filter(|(_, points)| *points > 0.0).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    all.into_iter()
        .take(NAMED)
        .map(|(it, points)| Contribution { question: it.question.clone(), points })
        .collect()
}
