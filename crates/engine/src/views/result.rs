//! The result of a signed sheet, or of one in hand as it would be: what a person reads first,
//! and the trace of every point.

use forms::Reading;
use model::form::Form;
use model::keywords::Effect;
use model::scorecard::{AnswerState, GateState, NextAction, Scorecard, Status};
use schemars::JsonSchema;
use serde::Serialize;

use super::words;
use crate::sheets::ReadSheet;

/// A result as a page shows it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ResultView {
    /// Where the result stands.
    pub status: Status,
    /// The headline; absent where there is no total.
    pub headline: Option<HeadlineView>,
    /// The bands, lowest first.
    pub bands: Vec<BandView>,
    /// The dimensions.
    pub dimensions: Vec<DimensionView>,
    /// The gates that are not passed.
    pub gates: Vec<GateView>,
    /// Sentences about the result.
    pub narratives: Vec<String>,
    /// The strengths, best first.
    pub strengths: Vec<ContributionView>,
    /// The gaps, dearest first.
    pub gaps: Vec<ContributionView>,
    /// What would lift the total, most first.
    pub next_steps: Vec<NextStepView>,
    /// Every point, by dimension.
    pub trace: Vec<TraceView>,
}

/// The headline of a result.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct HeadlineView {
    /// The total, 0 to 100.
    pub score: f64,
    /// The total in the form's own points, and how many there are.
    pub points: Option<PointsView>,
    /// The band's title; absent while preliminary.
    pub band: Option<String>,
    /// What the band means.
    pub band_description: Option<String>,
    /// The lowest total still possible, in points where the form has them.
    pub low: f64,
    /// The highest total still possible, in points where the form has them.
    pub high: f64,
    /// The share of applicable weight that is answered, 0 to 1.
    pub completeness: f64,
    /// The total if evidence were not asked for, 0 to 100.
    pub claimed: f64,
    /// The total that the evidence supports, 0 to 100.
    pub documented: f64,
}

/// Points on the form's own scale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PointsView {
    /// How many.
    pub value: u32,
    /// Of how many.
    pub out_of: u32,
}

/// A band.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct BandView {
    /// Its title.
    pub title: String,
    /// Where it begins, in the form's points where it has them.
    pub from: f64,
    /// Whether the result lies in it.
    pub current: bool,
}

/// A dimension.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DimensionView {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its strict score, 0 to 100; absent where it takes no part.
    pub score: Option<f64>,
    /// Its share of the total, 0 to 1.
    pub share: f64,
    /// The score of what is answered.
    pub answered: Option<f64>,
    /// The score with what is missing as full.
    pub upper: Option<f64>,
    /// The strict score the time before.
    pub before: Option<f64>,
}

/// A gate that is not passed.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct GateView {
    /// `failed` or `unknown`.
    pub state: GateState,
    /// What it says.
    pub message: String,
    /// What it does.
    pub effect: Effect,
}

/// A strength or a gap.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ContributionView {
    /// The question.
    pub place: String,
    /// Its title.
    pub question: String,
    /// What was answered.
    pub answer: String,
    /// Points of the total brought or lost.
    pub points: f64,
}

/// Something that would lift the total.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct NextStepView {
    /// The question.
    pub place: String,
    /// Its title.
    pub question: String,
    /// What to do.
    pub action: NextAction,
    /// The title of the level to reach.
    pub to: Option<String>,
    /// The grade of evidence that is needed.
    pub evidence: Option<&'static str>,
    /// How many points the total would rise, of 100.
    pub gain: f64,
    /// The offer that helps.
    pub offer: Option<OfferView>,
}

/// What the cluster offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OfferView {
    /// Its title.
    pub title: String,
    /// What it is.
    pub description: Option<String>,
}

/// The points of a dimension's questions.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TraceView {
    /// The dimension's title.
    pub dimension: String,
    /// Its questions.
    pub questions: Vec<TracedView>,
}

/// The points of a question.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TracedView {
    /// The question.
    pub place: String,
    /// Its title.
    pub title: String,
    /// Whether it is answered.
    pub state: AnswerState,
    /// What was answered.
    pub answer: String,
    /// The level claimed.
    pub claimed: Option<f64>,
    /// The level that the evidence supports.
    pub documented: Option<f64>,
    /// The points, 0 to 100.
    pub points: Option<f64>,
    /// The share of the total that it decides, 0 to 1.
    pub weight: f64,
    /// The points of the total that it brings.
    pub contribution: f64,
    /// The way from the answer to the total, one sentence a step.
    pub lines: Vec<String>,
}

/// The scorecard of a sheet in `language`, where the form is written in it.
pub fn scorecard(sheet: &ReadSheet, language: &str) -> Scorecard {
    let reading = Reading::new(&sheet.form.form, &sheet.response);
    scoring::score_reading(&reading, Some(sheet.form.language(language)))
}

/// The result of `sheet` in `language`; `before` is the scorecard of the time before.
pub fn view(sheet: &ReadSheet, before: Option<&Scorecard>, language: &str) -> ResultView {
    let reading = Reading::new(&sheet.form.form, &sheet.response);
    let language = sheet.form.language(language);
    let card = scoring::score_reading(&reading, Some(language));
    let form = sheet.form.texts(language);
    let maker = Maker { form, reading: &reading, card: &card, before, language };
    maker.result()
}

struct Maker<'a> {
    form: &'a Form,
    reading: &'a Reading<'a>,
    card: &'a Scorecard,
    before: Option<&'a Scorecard>,
    language: &'a str,
}

impl Maker<'_> {
    fn result(&self) -> ResultView {
        let card = self.card;
        let not_passed = card.gates.iter().filter(|it| it.state != GateState::Passed);
        ResultView {
            status: card.status,
            headline: self.headline(),
            bands: self.bands(),
            dimensions: card.dimensions.iter().map(|it| self.dimension(it)).collect(),
            gates: not_passed
                .map(|it| GateView {
                    state: it.state,
                    message: it.message.clone(),
                    effect: it.effect.clone(),
                })
                .collect(),
            narratives: card.narratives.clone(),
            strengths: card.strengths.iter().map(|it| self.contribution(it)).collect(),
            gaps: card.gaps.iter().map(|it| self.contribution(it)).collect(),
            next_steps: card.next_steps.iter().map(|it| self.next_step(it)).collect(),
            trace: self.trace(),
        }
    }

    fn headline(&self) -> Option<HeadlineView> {
        let total = self.card.total.as_ref()?;
        let (low, high) = match &total.points {
            Some(points) => (points.strict.into(), points.upper.into()),
            None => (total.score.strict, total.score.upper),
        };
        let band = total.band.as_ref();
        let described =
            band.and_then(|band| self.form.meta.bands.iter().find(|it| it.id == band.id));
        Some(HeadlineView {
            score: total.score.strict,
            points: total
                .points
                .as_ref()
                .map(|it| PointsView { value: it.strict, out_of: it.out_of }),
            band: band.map(|it| it.title.clone()),
            band_description: described.and_then(|it| it.description.clone()),
            low,
            high,
            completeness: total.score.completeness,
            claimed: total.score.claimed,
            documented: total.score.strict,
        })
    }

    fn bands(&self) -> Vec<BandView> {
        let current = self.card.total.as_ref().and_then(|it| it.band.as_ref());
        let band = |it: &model::keywords::Band| BandView {
            title: it.title.clone(),
            from: it.from,
            current: current.is_some_and(|band| band.id == it.id),
        };
        self.form.meta.bands.iter().map(band).collect()
    }

    fn dimension(&self, it: &model::scorecard::DimensionScore) -> DimensionView {
        let before = self.before.and_then(|card| card.dimension(&it.id)?.score.as_ref());
        DimensionView {
            id: it.id.clone(),
            title: it.title.clone(),
            score: it.score.as_ref().map(|it| it.strict),
            share: it.share,
            answered: it.score.as_ref().and_then(|it| it.answered),
            upper: it.score.as_ref().map(|it| it.upper),
            before: before.map(|it| it.strict),
        }
    }

    fn title(&self, place: &str) -> String {
        self.form.question(place).map_or_else(|| place.to_owned(), |it| it.title.clone())
    }

    /// The answer in words; empty where there is none.
    fn answer(&self, place: &str) -> String {
        let index = self.reading.form.index_of(place);
        let value = index.and_then(|it| self.reading.answers[it].value());
        match (self.form.question(place), value) {
            (Some(question), Some(value)) => words(question, value, self.language),
            _ => String::new(),
        }
    }

    fn contribution(&self, it: &model::scorecard::Contribution) -> ContributionView {
        ContributionView {
            place: it.question.clone(),
            question: self.title(&it.question),
            answer: self.answer(&it.question),
            points: it.points,
        }
    }

    fn next_step(&self, it: &model::scorecard::NextStep) -> NextStepView {
        let question = self.form.question(&it.question);
        let offers = &self.form.meta.offers;
        let offer = it.offer.as_ref().and_then(|id| offers.iter().find(|it| it.id == *id));
        let level = |to: f64| {
            let choices = match question.map(|it| &it.kind) {
                Some(model::Kind::Choice(choices) | model::Kind::Choices(choices)) => choices,
                _ => return None,
            };
            let same = |it: &&model::form::Choice| {
                it.value.as_f64().is_some_and(|it| (it - to).abs() < f64::EPSILON)
            };
            choices.iter().find(same).map(|it| it.title.clone())
        };
        NextStepView {
            place: it.question.clone(),
            question: self.title(&it.question),
            action: it.action,
            to: it.to.and_then(level),
            evidence: it.evidence.map(model::Grade::name),
            gain: it.gain,
            offer: offer.map(|it| OfferView {
                title: it.title.clone(),
                description: it.description.clone(),
            }),
        }
    }

    fn trace(&self) -> Vec<TraceView> {
        let of = |id: &str| {
            let own = self.card.criteria.iter().filter(|it| it.dimension == id);
            own.map(|it| TracedView {
                place: it.question.clone(),
                title: it.title.clone(),
                state: it.state,
                answer: self.answer(&it.question),
                claimed: it.claimed,
                documented: it.documented,
                points: it.points,
                weight: it.share / 100.0,
                contribution: it.contribution,
                lines: scoring::explain::explain(self.form, self.card, it),
            })
            .collect()
        };
        self.card
            .dimensions
            .iter()
            .map(|it| TraceView { dimension: it.title.clone(), questions: of(&it.id) })
            .collect()
    }
}
