//! A scorecard: what a response scored, and why, point by point.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::evidence::Grade;
use crate::keywords::{Effect, Format, ProfilePlace};
use crate::response::{FormRef, Subject};

/// What a response scored, and why.
///
/// Everything but `provenance` is the body: scoring the same form and response again gives
/// the same body, byte for byte.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Scorecard {
    /// The form that was answered.
    pub form: FormRef,
    /// The form's title.
    pub title: String,
    /// The language of the texts in this document.
    pub language: String,
    /// What was assessed.
    pub subject: Subject,
    /// The day the answers hold for.
    pub date: String,
    /// The place of the result in a joined profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<ProfilePlace>,
    /// Where the result stands.
    pub status: Status,
    /// The total; absent when the form is not scored or too much does not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Total>,
    /// The dimensions, in the form's order.
    pub dimensions: Vec<DimensionScore>,
    /// The criteria that are asked of this respondent, in the form's order.
    pub criteria: Vec<CriterionScore>,
    /// The gates, in the form's order.
    pub gates: Vec<GateResult>,
    /// The key figures, in the form's order.
    pub indicators: Vec<IndicatorValue>,
    /// The values of calculated questions that are asked, in the form's order.
    pub calculated: Vec<CalculatedValue>,
    /// The row of the 4×4 matrix: the option answered where the form asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub focus_area: Option<String>,
    /// The levels reached on the ladders of the readiness profile, in the form's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readiness: Vec<Readiness>,
    /// Sentences about the result.
    pub narratives: Vec<String>,
    /// The criteria that lift the result most, best first.
    pub strengths: Vec<Contribution>,
    /// The criteria that cost most points, dearest first.
    pub gaps: Vec<Contribution>,
    /// What would lift the total, most first.
    pub next_steps: Vec<NextStep>,
    /// Required questions that are asked and not yet answered, in the form's order.
    pub missing: Vec<String>,
    /// Questions that are not asked of this respondent, in the form's order.
    pub hidden: Vec<String>,
    /// What the result was made from.
    pub provenance: Provenance,
}

/// Where a result stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The form has no criteria.
    NotScored,
    /// An eligibility gate is failed.
    NotEligible,
    /// A knock-out gate is failed.
    Blocked,
    /// Too many dimensions cannot be assessed, so there is no total.
    NotAssessable,
    /// Too little is answered for a band, or an eligibility or knock-out gate is not yet known.
    Preliminary,
    /// A full result.
    Scored,
}

/// One score seen three ways, with what it rests on. All scores are 0 to 100.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Score {
    /// Missing answers count as nothing; the headline.
    pub strict: f64,
    /// Only what was answered; absent when nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<f64>,
    /// Missing answers count as full.
    pub upper: f64,
    /// The strict score if evidence were not asked for.
    pub claimed: f64,
    /// The share of applicable weight that is answered, 0 to 1.
    pub completeness: f64,
}

/// The total.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Total {
    /// The score.
    #[serde(flatten)]
    pub score: Score,
    /// The total on the form's own scale of whole points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
    /// The band; absent while preliminary, blocked or without bands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<BandResult>,
    /// Whether too little is answered for a band.
    pub preliminary: bool,
    /// The dimension with the lowest strict score (the first of equals).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Minimum>,
    /// The share of scored weight backed by evidence of each grade or better, 0 to 1.
    pub evidence: BTreeMap<Grade, f64>,
}

/// A total in whole points, rounded half up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Points {
    /// The strict total.
    pub strict: u32,
    /// The total of what was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<u32>,
    /// The upper total.
    pub upper: u32,
    /// The most that can be reached.
    pub out_of: u32,
}

/// The band of a total.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BandResult {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its place among the form's bands, counted from 1.
    pub rank: u32,
    /// The band the total alone would give, where a rule or a cap lowered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowered_from: Option<String>,
    /// Why it was lowered: gate ids, or `every-dimension`, `evidence`, `no-caps` of the
    /// band's own rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lowered_by: Vec<String>,
}

/// The dimension with the lowest score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Minimum {
    /// The dimension's id.
    pub dimension: String,
    /// Its strict score.
    pub strict: f64,
}

/// The score of one dimension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DimensionScore {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Whether it takes part in the total, or why not.
    pub state: DimensionState,
    /// Its share of the total, 0 to 1, after others have left.
    pub share: f64,
    /// The share of its weight that does not apply, 0 to 1.
    pub not_applicable: f64,
    /// Its score, after caps; absent unless it takes part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// The cap that acts on it, if one does, and the strict score before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Cap>,
}

/// A cap on a dimension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cap {
    /// The gate that caps.
    pub gate: String,
    /// The most the dimension can score.
    pub at: f64,
    /// The strict score without the cap.
    pub before: f64,
}

/// Whether a dimension takes part in the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DimensionState {
    /// It takes part.
    Assessed,
    /// Too much of it does not apply; it leaves the total.
    NotAssessable,
    /// Nothing in it is asked of this respondent.
    NotAsked,
}

/// The score of one criterion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CriterionScore {
    /// The question (`step.question`).
    pub question: String,
    /// The question's title.
    pub title: String,
    /// The dimension it counts in.
    pub dimension: String,
    /// Its weight inside the dimension.
    pub weight: u32,
    /// How the answer earns points.
    pub rubric: Rubric,
    /// Whether it is answered.
    pub state: AnswerState,
    /// The level (or half-point score) that was claimed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed: Option<f64>,
    /// The level that the evidence supports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documented: Option<f64>,
    /// The highest level, where the rubric has levels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top: Option<f64>,
    /// The best grade among the evidence given.
    pub grade: Grade,
    /// The points, 0 to 100, with open rows of a table as nothing; absent unless something is
    /// answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<f64>,
    /// How many points of the total (0 to 100) this criterion decides.
    pub share: f64,
    /// How many points of the total it brings now: `share × points / 100`.
    pub contribution: f64,
    /// The way from the answer to the total.
    pub trace: Vec<TraceStep>,
}

/// The kind of rule by which an answer earns points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Rubric {
    /// A level.
    Levels,
    /// A score in half points.
    HalfPoints,
    /// A number of ticked options.
    Count,
    /// A ladder in which every lower step must be met.
    Ladder,
    /// Yes or no.
    YesNo,
    /// Levels that begin at values of a number.
    Cutoffs,
    /// A piecewise linear curve.
    Curve,
    /// Points by option.
    Points,
    /// The rows of a table.
    Rows,
    /// An expression.
    Formula,
}

/// Whether a criterion is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerState {
    /// There is an answer.
    Answered,
    /// There is none yet ("don't know" is none), or a table has rows that are not finished.
    Missing,
    /// The respondent says that it does not apply.
    NotApplicable,
}

/// One step on the way from an answer to the total.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum TraceStep {
    /// What was answered.
    Answer {
        /// The answer.
        value: Value,
    },
    /// What was calculated, and from which expression.
    Calculated {
        /// The value.
        value: Value,
        /// The expression.
        formula: String,
    },
    /// There is no answer yet.
    Missing {
        /// Why a calculated value is missing: the questions it waits for, or the error.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<String>,
    },
    /// The respondent says that it does not apply.
    NotApplicable {
        /// The reason given.
        reason: String,
    },
    /// A calculated level, or the points of a formula, lie outside the scale and are taken as its
    /// nearer end.
    OutsideScale {
        /// What was worked out.
        value: f64,
        /// The end that counts instead.
        counts_as: f64,
    },
    /// Ticked options give a level.
    Count {
        /// How many are ticked.
        ticked: u32,
        /// The level.
        level: u32,
        /// Whether the further condition for the top level kept it lower.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        top_refused: bool,
    },
    /// Ticked steps give a level on a ladder.
    Ladder {
        /// The highest step ticked.
        highest: u32,
        /// The highest step below which every step is ticked.
        level: u32,
    },
    /// A number gives a level.
    Cutoffs {
        /// The number.
        value: f64,
        /// The level.
        level: u32,
    },
    /// Evidence supports less than was claimed.
    EvidenceCap {
        /// The level claimed.
        claimed: f64,
        /// The best grade given.
        has: Grade,
        /// The grade that the claimed level needs.
        needs: Grade,
        /// The level that the evidence supports.
        documented: f64,
    },
    /// A row of a table and its score.
    Row {
        /// The row's id.
        id: String,
        /// Its score, 0 to 100; absent when excluded, perhaps excluded or unfinished.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        points: Option<f64>,
        /// Whether it is excluded.
        excluded: bool,
    },
    /// A formula gives points.
    Formula {
        /// The expression.
        formula: String,
    },
    /// The points on the scale from 0 to 100.
    Points {
        /// The points.
        points: f64,
    },
    /// What the points add to the dimension and to the total.
    Weighed {
        /// The criterion's weight.
        weight: u32,
        /// The applicable weight of the dimension.
        of: u32,
        /// The dimension's share of the total, 0 to 1.
        dimension_share: f64,
        /// The points added to the total.
        contribution: f64,
    },
}

/// What came of a gate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GateResult {
    /// Its id.
    pub id: String,
    /// What came of it.
    pub state: GateState,
    /// What it does when it is not passed.
    pub effect: Effect,
    /// What the reader is told when it is not passed.
    pub message: String,
    /// The questions that must be answered before it is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<String>,
    /// The rows that it excludes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<String>,
    /// Why the condition could not be worked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What came of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GateState {
    /// Its condition does not hold.
    Passed,
    /// Its condition holds, so its effect acts.
    Failed,
    /// Answers are missing.
    Unknown,
}

/// The value of a key figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IndicatorValue {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The expression.
    pub formula: String,
    /// The unit shown after the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// How the number is written.
    pub format: Format,
    /// How many decimals are shown.
    pub decimals: u8,
    /// The value; absent when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Why there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// The answers it rests on, in the order of the formula.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Input>,
    /// How it changes with one input at a time, widest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sensitivity: Vec<Swing>,
}

/// An answer that a key figure rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    /// The question.
    pub question: String,
    /// Its title.
    pub title: String,
    /// The answer.
    pub value: Value,
}

/// How a key figure changes with one input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Swing {
    /// The question that is changed.
    pub input: String,
    /// Its title.
    pub title: String,
    /// The low value of the input.
    pub low: f64,
    /// The key figure at the low value; absent where it is not defined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_low: Option<f64>,
    /// The high value of the input.
    pub high: f64,
    /// The key figure at the high value; absent where it is not defined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_high: Option<f64>,
}

/// The level reached on a ladder of the readiness profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Readiness {
    /// The question.
    pub question: String,
    /// Its title.
    pub title: String,
    /// The level: the highest step below which every step is met.
    pub level: u32,
    /// The title of that step; absent at level 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<String>,
    /// The highest level.
    pub top: u32,
}

/// The value of a calculated question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CalculatedValue {
    /// The question.
    pub question: String,
    /// The value; absent when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Why there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// What a criterion brings to the total or costs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Contribution {
    /// The question.
    pub question: String,
    /// Points of the total brought (a strength) or lost (a gap).
    pub points: f64,
}

/// Something that would lift the total.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NextStep {
    /// The question.
    pub question: String,
    /// What to do.
    pub action: NextAction,
    /// The level to reach, where the rubric has levels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
    /// The grade of evidence that is needed, where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Grade>,
    /// How many points the strict total would rise.
    pub gain: f64,
    /// The offer that helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<String>,
}

/// A way to lift the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NextAction {
    /// Answer the question; the gain is that of the lowest answer that earns points.
    Answer,
    /// Reach one level (or step) more.
    Raise,
    /// Give better evidence for what is already claimed.
    Document,
}

/// What a result was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Provenance {
    /// SHA-256 of the resolved form in canonical JSON (RFC 8785), as `sha256:…`.
    pub form: String,
    /// SHA-256 of the response in canonical JSON, as `sha256:…`.
    pub response: String,
    /// The version of the engine that scored.
    pub engine: Version,
    /// The rule by which scores are rounded before they are compared.
    pub rounding: String,
}

impl Scorecard {
    /// The score of `question`.
    pub fn criterion(&self, question: &str) -> Option<&CriterionScore> {
        self.criteria.iter().find(|it| it.question == question)
    }

    /// The score of `dimension`.
    pub fn dimension(&self, dimension: &str) -> Option<&DimensionScore> {
        self.dimensions.iter().find(|it| it.id == dimension)
    }
}
