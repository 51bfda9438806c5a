//! The keywords that a form adds to JSON Schema: the one description of the form language.
//!
//! `forms/form.schema.json` is made from these types. Every key is in `snake_case`; words of
//! an enumeration are in `kebab-case`. Everything that begins with `x-` and is not here is
//! an error.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::condition::Condition;
use crate::evidence::Grade;
use crate::response::SubjectKind;

/// What a form says about itself: `x-form` on the root.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormMeta {
    /// The form's id: lower-case letters, digits and hyphens; the same as its folder.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9-]*$"))]
    pub id: String,
    /// The form's version (semver).
    pub version: Version,
    /// The language of the texts in this file, for example `en`.
    #[schemars(regex(pattern = r"^[a-z]{2}$"))]
    pub language: String,
    /// What the form is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Who answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respondent: Option<String>,
    /// Whether the subject answers about itself. A review, a check by others or a decision is
    /// no self-assessment.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub self_assessment: bool,
    /// How many minutes it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// What is assessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectKind>,
    /// The place of the result in a joined profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<ProfilePlace>,
    /// How the total is made.
    #[serde(default)]
    pub total: TotalRule,
    /// Headings under which criteria are added up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<Dimension>,
    /// A scale of whole points on which the total is also shown and on which bands are cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<PointsScale>,
    /// Named ranges of the total, lowest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<Band>,
    /// Conditions that limit or block the result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<Gate>,
    /// Key figures computed from the answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indicators: Vec<Indicator>,
    /// The indicator that says how certain the result is, shown beside the total and never
    /// added to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certainty: Option<Certainty>,
    /// Values from other scorecards that expressions may use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<FactSpec>,
    /// How missing answers and "not applicable" limit the result.
    #[serde(default)]
    pub missing: MissingPolicy,
    /// What the cluster offers to those who want to improve.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Offer>,
    /// Sentences about the result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub narratives: Vec<Narrative>,
    /// How weights were set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weighting: Option<Weighting>,
    /// Where questions, weights and rules come from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
    /// How the result is worked out, in words for the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// What the result cannot be used for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<String>,
    /// Licences and trade marks a reader must know of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licences: Option<String>,
}

fn yes() -> bool {
    true
}

/// How the total is made from the criteria.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TotalRule {
    /// The weighted mean of the dimensions.
    #[default]
    ByDimension,
    /// The weighted mean of all criteria together.
    Pooled,
}

/// Where a form's result stands in the joined profile of a subject.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ProfilePlace {
    /// The proof of collaboration.
    ProofOfCollaboration,
    /// The proof of business.
    ProofOfBusiness,
    /// The proof of value.
    ProofOfValue,
    /// The proof of market.
    ProofOfMarket,
    /// The social pillar of sustainability.
    Social,
    /// The environmental pillar of sustainability.
    Environmental,
    /// The economic pillar of sustainability.
    Economic,
}

/// A heading under which criteria are added up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// Its id.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9_-]*$"))]
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its weight in the total; all weights of a form add up to 100. Absent when the total
    /// is pooled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub weight: Option<u32>,
}

/// A scale of whole points for the total, rounded half up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PointsScale {
    /// The points that stand for a total of 100.
    #[schemars(range(min = 1))]
    pub out_of: u32,
}

/// A named range of the total.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Its id.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9-]*$"))]
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it means to be here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where it begins: a total of this much or more (in `points` where the form has them).
    pub from: f64,
    /// What must hold besides the total; otherwise the band below is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires: Option<BandRule>,
}

/// What a band asks for besides the total.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BandRule {
    /// Every dimension has at least this score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub every_dimension: Option<f64>,
    /// So much of the scored weight is backed by evidence of this grade or better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceShare>,
    /// No cap and no knock-out acts.
    #[serde(default)]
    pub no_caps: bool,
}

/// A share of the scored weight backed by evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceShare {
    /// The lowest grade that counts.
    pub grade: Grade,
    /// The share, 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    pub share: f64,
}

/// A condition that limits or blocks the result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Its id.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9-]*$"))]
    pub id: String,
    /// When the gate acts (and so is not passed). Levels are the documented ones. A gate
    /// with the effect `exclude-row` sees the row as `row`.
    pub when: Condition,
    /// What the gate does.
    pub effect: Effect,
    /// What the reader is told when it acts.
    pub message: String,
    /// Where the rule comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

/// What a gate does when its condition holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// The assessment cannot be scored or handed in.
    Eligibility,
    /// The result is "blocked", whatever the score.
    Knockout,
    /// The band is at most the one named.
    CapBand(String),
    /// The dimensions named score at most so much.
    CapDimension(BTreeMap<String, f64>),
    /// A note in the report.
    Warn,
    /// The row leaves the table named (`step.question`).
    ExcludeRow(String),
    /// The pillar cannot be part of an overlap in the Venn result.
    BlockPillar(Pillar),
}

/// A pillar of sustainability.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Pillar {
    /// Social.
    Social,
    /// Environmental.
    Environmental,
    /// Economic.
    Economic,
}

/// A key figure computed from the answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// Its id.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9_-]*$"))]
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it tells, and with which assumptions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The unit shown after the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// How the value is written.
    #[serde(default)]
    pub format: Format,
    /// How many decimals are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 6))]
    pub decimals: Option<u8>,
    /// The expression that gives the value.
    pub formula: String,
    /// When it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// One-way sensitivities: how the value changes with one input at a time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sensitivity: Vec<Sensitivity>,
    /// Where the formula comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

/// How a number is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// As it is.
    #[default]
    Number,
    /// Times one hundred, with a percent sign.
    Percent,
}

/// One input of an indicator, changed alone.
///
/// Either `low` and `high` (values that replace the answer) or `change` (the share by which
/// the answer is lowered and raised) is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sensitivity {
    /// The question whose answer is changed.
    pub input: String,
    /// The low value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// The high value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// The share by which the answer is lowered and raised, for example 0.2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1))]
    pub change: Option<f64>,
}

/// The indicator that says how certain the result is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Certainty {
    /// The indicator's id.
    pub indicator: String,
    /// Its highest value.
    pub max: f64,
}

/// A value from another scorecard that expressions may use as `facts.<id>`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FactSpec {
    /// Its id.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9_]*$"))]
    pub id: String,
    /// Its title.
    pub title: String,
}

/// How missing answers and "not applicable" limit the result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MissingPolicy {
    /// The completeness from which a band is given, 0 to 1.
    #[serde(default = "band_from")]
    #[schemars(range(min = 0, max = 1))]
    pub band_from: f64,
    /// The share of a dimension's weight that may be "not applicable" before the dimension
    /// leaves the total, 0 to 1.
    #[serde(default = "not_applicable_limit")]
    #[schemars(range(min = 0, max = 1))]
    pub not_applicable_limit: f64,
    /// How many dimensions may leave before there is no total.
    #[serde(default = "dimensions_that_may_leave")]
    pub dimensions_that_may_leave: u32,
}

fn band_from() -> f64 {
    0.8
}

fn not_applicable_limit() -> f64 {
    0.4
}

fn dimensions_that_may_leave() -> u32 {
    1
}

impl Default for MissingPolicy {
    fn default() -> Self {
        Self {
            band_from: band_from(),
            not_applicable_limit: not_applicable_limit(),
            dimensions_that_may_leave: dimensions_that_may_leave(),
        }
    }
}

/// Something the cluster offers to those who want to improve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Its id.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9-]*$"))]
    pub id: String,
    /// Its title.
    pub title: String,
    /// What one gets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A sentence about the result: a MiniJinja template that sees the answers, `score` and
/// `indicators`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Narrative {
    /// Its id.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9-]*$"))]
    pub id: String,
    /// When it is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// The template.
    pub text: String,
}

/// How weights were set, by which method and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Weighting {
    /// The method.
    pub method: WeightingMethod,
    /// Who set them: an organisation or a body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date"))]
    pub date: Option<String>,
}

/// A way to set weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WeightingMethod {
    /// Set directly.
    Direct,
    /// From swing points.
    Swing,
    /// By the analytic hierarchy process.
    Ahp,
    /// From a rank order.
    RankOrderCentroid,
}

/// Where something comes from, as it may stand in a board's report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its id, for example `S22`.
    pub id: String,
    /// Who wrote it.
    pub author: String,
    /// Its title.
    pub title: String,
    /// The year, or years, it is from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<String>,
}

/// What Assay adds to a step, a question or a column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuestionKeywords {
    /// How the answer earns points.
    #[serde(rename = "x-criterion", default, skip_serializing_if = "Option::is_none")]
    pub criterion: Option<CriterionSpec>,
    /// When it is asked.
    #[serde(rename = "x-visible", default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<Condition>,
    /// The expression that gives its value; it is never typed. In a column the row is `row`.
    #[serde(rename = "x-calculated", default, skip_serializing_if = "Option::is_none")]
    pub calculated: Option<String>,
    /// Longer help (Markdown).
    #[serde(rename = "x-guidance", default, skip_serializing_if = "Option::is_none")]
    pub guidance: Option<String>,
    /// How it is asked, where the default is wrong.
    #[serde(rename = "x-widget", default, skip_serializing_if = "Option::is_none")]
    pub widget: Option<Widget>,
    /// The unit of a number.
    #[serde(rename = "x-unit", default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// How a number is written.
    #[serde(rename = "x-format", default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// How many decimals a number is shown with.
    #[serde(rename = "x-decimals", default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 6))]
    pub decimals: Option<u8>,
    /// How a column is added up below its table.
    #[serde(rename = "x-total", default, skip_serializing_if = "Option::is_none")]
    pub total: Option<ColumnTotal>,
    /// How the rows of a table score.
    #[serde(rename = "x-row", default, skip_serializing_if = "Option::is_none")]
    pub row: Option<RowRule>,
    /// Where the report shows the answer, besides the list of all answers.
    #[serde(rename = "x-report", default, skip_serializing_if = "Option::is_none")]
    pub report: Option<ReportPlace>,
    /// Where a question without points comes from.
    #[serde(rename = "x-sources", default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

impl QuestionKeywords {
    /// The names of all keywords for steps, questions and columns.
    pub const NAMES: [&'static str; 12] = [
        "x-criterion",
        "x-visible",
        "x-calculated",
        "x-guidance",
        "x-widget",
        "x-unit",
        "x-format",
        "x-decimals",
        "x-total",
        "x-row",
        "x-report",
        "x-sources",
    ];
}

/// How an answer earns points: a place among the dimensions, a weight and one rubric.
///
/// Exactly one of `levels`, `half_points`, `count`, `ladder`, `yes_no`, `cutoffs`, `curve`,
/// `points`, `rows` and `formula` is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CriterionSpec {
    /// The dimension it counts in.
    pub dimension: String,
    /// How much it counts inside its dimension.
    #[schemars(range(min = 1))]
    pub weight: u32,
    /// The answer is a level from 0 to this one; points = 100 × level / top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub levels: Option<u32>,
    /// The answer is a score from 0 to this one in half points; points = 100 × score / top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub half_points: Option<u32>,
    /// The level for 0, 1, 2 … ticked options; more than listed gives the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 2))]
    pub count: Option<Vec<u32>>,
    /// What else must hold for the highest level of `count`; otherwise the next lower level
    /// listed is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_when: Option<Condition>,
    /// The answer is a list of ticked steps from 1 to this one; the level is the highest
    /// below which every step is ticked; points = 100 × (level − 1) / (top − 1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 2, max = 100))]
    pub ladder: Option<u32>,
    /// Which answer earns full points; the other earns none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yes_no: Option<YesNo>,
    /// Rising values of the answer at which levels 1, 2, 3 … begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub cutoffs: Option<Vec<f64>>,
    /// Pairs of value and points with straight lines between them, clipped outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 2))]
    pub curve: Option<Vec<(f64, f64)>>,
    /// Points (0 to 100) by option.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<BTreeMap<String, f64>>,
    /// The points are the joined scores of the table's rows, by its `x-row`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub rows: bool,
    /// An expression that gives the points (0 to 100) from this and other answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
    /// The lowest grade of evidence that each level needs, for example
    /// `{"3": "E2", "4": "E3"}`. Only where the rubric gives a level.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub evidence: BTreeMap<String, Grade>,
    /// What evidence is asked for, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_hint: Option<String>,
    /// Whether "not applicable" may be answered, with a reason.
    #[serde(default, skip_serializing_if = "is_false")]
    pub not_applicable: bool,
    /// The offer that helps to improve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<String>,
    /// Where question and anchors come from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// An answer to a yes/no question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum YesNo {
    /// Yes.
    Yes,
    /// No.
    No,
}

/// How a question is asked, where the default is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Widget {
    /// A text field of several lines.
    Multiline,
    /// A list that opens.
    Dropdown,
}

/// How a column is added up below its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnTotal {
    /// The sum of the rows.
    Sum,
    /// The mean of the rows.
    Mean,
}

/// How the rows of a table score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RowRule {
    /// Weight of each scored column.
    pub columns: BTreeMap<String, u32>,
    /// The lowest and the highest value of a scored column; points = 100 × (v − low) /
    /// (high − low).
    pub range: (f64, f64),
    /// The column that excludes a row when it is ticked (true, or a list with entries).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude: Option<String>,
    /// How the rows join.
    pub join: RowJoin,
}

/// How rows join into one score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RowJoin {
    /// The best row.
    Max,
    /// The mean of the rows.
    Mean,
    /// The sum of the rows, at most 100.
    Sum,
}

/// Where the report shows an answer, besides the list of all answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReportPlace {
    /// On the front page.
    Front,
    /// On the front page, as the row of the 4×4 matrix.
    FocusArea,
    /// In the readiness profile.
    Readiness,
    /// Among the tags.
    Tags,
    /// In the list of actions.
    Actions,
}
