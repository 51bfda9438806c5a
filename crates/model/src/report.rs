//! Report data: all that the template of a company report reads.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evidence::Grade;
use crate::keywords::{Effect, Format};
use crate::profile::Venn;
use crate::response::{FormRef, Subject, SubjectKind, Validation};
use crate::scorecard::{
    AnswerState, BandResult, Cap, DimensionState, GateState, NextAction, Points, Provenance, Score,
    Status, Swing,
};

/// Everything a company report shows, in the language of the report.
///
/// Numbers are plain; the template writes them as the language does. Texts a person typed
/// are plain text, never markup.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportData {
    /// The language of the report, for example `da`.
    pub language: String,
    /// What was assessed.
    pub subject: Subject,
    /// The day the answers hold for (YYYY-MM-DD); also the date of the document.
    pub date: String,
    /// Whether the subject answered about itself.
    pub self_assessment: bool,
    /// Who has checked the answers, and when; absent when they are the respondent's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validated: Option<Validation>,
    /// The form.
    pub form: FormRef,
    /// The form's title.
    pub title: String,
    /// What the form is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Answers shown on the front page.
    pub front: Vec<Line>,
    /// The row of the 4×4 matrix, as the form's option title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub focus_area: Option<String>,
    /// Where the result stands.
    pub status: Status,
    /// The headline; absent when there is no total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<Headline>,
    /// The form's bands, lowest first, with where each begins.
    pub bands: Vec<BandRange>,
    /// The dimensions.
    pub dimensions: Vec<DimensionLine>,
    /// The gates.
    pub gates: Vec<GateLine>,
    /// Sentences about the result.
    pub narratives: Vec<String>,
    /// The strengths, best first.
    pub strengths: Vec<ContributionLine>,
    /// The gaps, dearest first.
    pub gaps: Vec<ContributionLine>,
    /// The next steps, largest gain first.
    pub next_steps: Vec<NextStepLine>,
    /// The respondent's own list of actions.
    pub actions: Vec<Row>,
    /// The readiness profile.
    pub readiness: Vec<ReadinessLine>,
    /// The key figures.
    pub indicators: Vec<IndicatorLine>,
    /// The certainty beside the value; absent where the form has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certainty: Option<CertaintyPoint>,
    /// The Venn result; absent where it does not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub venn: Option<Venn>,
    /// Tags, for example the UN goals.
    pub tags: Vec<Row>,
    /// Every step with every question that was asked.
    pub steps: Vec<StepLines>,
    /// The titles of questions that were not asked.
    pub hidden: Vec<String>,
    /// All evidence.
    pub evidence: Vec<EvidenceLine>,
    /// How the result is worked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// What the result cannot be used for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<String>,
    /// Licences and trade marks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licences: Option<String>,
    /// Where questions and rules come from, as captions.
    pub sources: Vec<String>,
    /// What the result was made from.
    pub provenance: Provenance,
}

/// The headline of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Headline {
    /// The total.
    pub score: Score,
    /// The total in the form's own points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
    /// The band.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<BandResult>,
    /// What the band means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band_description: Option<String>,
    /// The title of the lowest dimension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<String>,
    /// The share of scored weight backed by E2 or better, 0 to 1.
    pub evidence_e2: f64,
    /// The share of scored weight backed by E3 or better, 0 to 1.
    pub evidence_e3: f64,
}

/// A band and where it begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BandRange {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Where it begins on the scale from 0 to 100.
    pub from: f64,
    /// Where it begins as the form says it (in the form's points where it has them).
    pub from_shown: f64,
}

/// One dimension in a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DimensionLine {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its share of the total, 0 to 1.
    pub share: f64,
    /// Whether it takes part.
    pub state: DimensionState,
    /// Its score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// The cap that acts on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Cap>,
    /// Whether it is the lowest.
    pub is_minimum: bool,
}

/// One gate in a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GateLine {
    /// Its id.
    pub id: String,
    /// What came of it.
    pub state: GateState,
    /// What it does when it is not passed.
    pub effect: Effect,
    /// What the reader is told.
    pub message: String,
    /// The titles of the questions it waits for.
    pub waits_for: Vec<String>,
}

/// A strength or a gap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContributionLine {
    /// The question's title.
    pub question: String,
    /// The dimension's title.
    pub dimension: String,
    /// What was answered.
    pub answer: String,
    /// Points of the total brought or lost.
    pub points: f64,
}

/// Something that would lift the total.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NextStepLine {
    /// The question's title.
    pub question: String,
    /// What to do.
    pub action: NextAction,
    /// The title of the level to reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The grade of evidence needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Grade>,
    /// How many points the total would rise.
    pub gain: f64,
    /// The title of the offer that helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<String>,
}

/// A label and a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// The label.
    pub label: String,
    /// The text.
    pub text: String,
}

/// A row of a table, cell by cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    /// The cells.
    pub cells: Vec<Line>,
    /// The respondent's comment on the row; its label is what a reader calls the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Line>,
}

/// One line of the readiness profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReadinessLine {
    /// The question's title.
    pub title: String,
    /// The level reached now.
    pub now: u32,
    /// The level at the assessment before; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u32>,
    /// The highest level.
    pub top: u32,
    /// The title of the level reached now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
}

/// One key figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IndicatorLine {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The number; absent when it is a text or not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<f64>,
    /// The text, when it is not a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Why there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// The unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// How the number is written.
    pub format: Format,
    /// How many decimals are shown.
    pub decimals: u8,
    /// The expression.
    pub formula: String,
    /// The answers it rests on.
    pub inputs: Vec<Line>,
    /// How it changes with one input at a time, widest first.
    pub sensitivity: Vec<Swing>,
}

/// The value of a subject beside the certainty of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CertaintyPoint {
    /// The title of the certainty.
    pub title: String,
    /// The certainty.
    pub value: f64,
    /// Its highest value.
    pub max: f64,
}

/// One step with its questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepLines {
    /// The step's title.
    pub title: String,
    /// The questions that were asked.
    pub questions: Vec<QuestionLine>,
}

/// One question with its answer and its points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuestionLine {
    /// The question's title.
    pub title: String,
    /// Whether it is answered.
    pub state: AnswerState,
    /// What was answered, in words; for a choice the option's title.
    pub answer: String,
    /// The descriptor of the option chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub descriptor: Option<String>,
    /// The rows, when the question is a table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<Row>,
    /// The totals below the rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totals: Option<Row>,
    /// Why it does not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_applicable: Option<String>,
    /// The respondent's comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The points; absent when the question is not scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<PointsLine>,
}

/// What a criterion earned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PointsLine {
    /// The level claimed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed: Option<f64>,
    /// The level documented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documented: Option<f64>,
    /// The highest level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top: Option<f64>,
    /// The best grade of evidence.
    pub grade: Grade,
    /// The points, 0 to 100; absent unless answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<f64>,
    /// How many points of the total it decides.
    pub share: f64,
    /// How many it brings.
    pub contribution: f64,
    /// The way from the answer to the total, one sentence a step.
    pub explanation: Vec<String>,
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceLine {
    /// The question it backs.
    pub question: String,
    /// What it is called.
    pub title: String,
    /// Its grade.
    pub grade: Grade,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Where it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl SubjectKind {
    /// The word as it is written in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Project => "project",
        }
    }
}
