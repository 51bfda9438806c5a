//! A comparison: what changed between two versions of a form.

use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

/// What changed between two versions of a form, and what it does to scores.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// The language of titles and conditions, for example `da`.
    pub language: String,
    /// The form as it was.
    pub before: FormVersion,
    /// The form as it is.
    pub after: FormVersion,
    /// What changed: in the form as a whole first, then step by step.
    pub parts: Vec<ChangedPart>,
    /// How many changes there are of each impact.
    pub counts: ImpactCounts,
    /// What the changes ask of the version.
    pub version: VersionAdvice,
}

/// One of the two forms that are compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FormVersion {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: Version,
    /// Its title.
    pub title: String,
    /// SHA-256 of it.
    pub hash: String,
}

/// The changes in one step, or in the form as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangedPart {
    /// The step's id; absent for the form as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Its title.
    pub title: String,
    /// What changed, in document order.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// What kind of thing it is about.
    pub thing: Thing,
    /// The thing's place, as translations name it: `basis.scope[company]`, `x-form.gates[no]`.
    pub place: String,
    /// The thing's title; the id of a gate or a sentence, which has none.
    pub title: String,
    /// The title of the question that it belongs to, where it is an option or a column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// What happened to it.
    pub action: Action,
    /// The keyword that changed, for example `weight`; the rubrics are `rubric`, and what
    /// moved among its like has `order`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyword: Option<String>,
    /// What it was, in words: a text, a condition, a number, a place (counted from 1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it is, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What it does to scores.
    pub impact: Impact,
}

/// What kind of thing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Thing {
    /// The form itself.
    Form,
    /// A dimension.
    Dimension,
    /// A band.
    Band,
    /// A gate.
    Gate,
    /// A key figure.
    Indicator,
    /// A value from another scorecard.
    Fact,
    /// Something the cluster offers.
    Offer,
    /// A sentence about the result.
    Narrative,
    /// A source.
    Source,
    /// The texts in another language.
    Translation,
    /// A step.
    Step,
    /// A question.
    Question,
    /// A column of a table.
    Column,
    /// An option or a level.
    Option,
}

/// What happened to a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It stands elsewhere.
    Moved,
    /// Something about it is different.
    Changed,
}

/// What a change does to the scores of the same answers, least first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Impact {
    /// Only the wording or the looks are different.
    OnlyWording,
    /// Something else is asked or told; scores stay as they are.
    KeepsScores,
    /// Some answers may score differently.
    MayMoveScores,
    /// Answers score differently.
    MovesScores,
}

/// How many changes there are of each impact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImpactCounts {
    /// Those that move scores.
    pub moves_scores: usize,
    /// Those that may move scores.
    pub may_move_scores: usize,
    /// Those that leave scores as they are.
    pub keeps_scores: usize,
    /// Those of wording or looks alone.
    pub only_wording: usize,
}

/// What the changes ask of the version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VersionAdvice {
    /// Which number of the version is to be raised.
    pub advised: Bump,
    /// The version that follows from it.
    pub expected: Version,
    /// How the version of the new form meets it.
    pub fit: VersionFit,
}

/// Which number of a version is raised.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Bump {
    /// None: the form is the same.
    None,
    /// The third: wording.
    Patch,
    /// The second: results can still be compared.
    Minor,
    /// The first: results can no longer be compared.
    Major,
}

/// How the version of the new form meets what is advised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VersionFit {
    /// It is raised as advised.
    Fits,
    /// It is raised less than advised, or not at all.
    TooLow,
    /// It is raised more than advised, which harms nobody.
    Higher,
    /// It is lower than that of the form as it was.
    Backwards,
}
