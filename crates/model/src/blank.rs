//! Blank data: all that the template of a form on paper reads.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evidence::Grade;
use crate::keywords::{ColumnTotal, Effect, MissingPolicy, RowJoin, TotalRule, YesNo};
use crate::response::{FormRef, SubjectKind};

/// Everything a form shows before it is answered, in one language.
///
/// Numbers are plain; the template writes them as the language does. Texts are plain text,
/// never markup.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BlankData {
    /// The language, for example `da`.
    pub language: String,
    /// The form.
    pub form: FormRef,
    /// SHA-256 of the form.
    pub hash: String,
    /// The form's title.
    pub title: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Who answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respondent: Option<String>,
    /// How many minutes it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// What is assessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectKind>,
    /// How the answers are scored; absent when they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scoring: Option<BlankScoring>,
    /// The steps with their questions.
    pub steps: Vec<BlankStep>,
    /// The conditions that limit or block the result.
    pub gates: Vec<BlankGate>,
    /// The key figures that are worked out.
    pub indicators: Vec<BlankText>,
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
}

/// How a form's answers become a score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BlankScoring {
    /// How the total is made.
    pub total: TotalRule,
    /// The whole points that stand for a total of 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of: Option<u32>,
    /// How missing answers and "not applicable" limit the result.
    pub missing: MissingPolicy,
    /// The dimensions.
    pub dimensions: Vec<BlankDimension>,
    /// The bands, lowest first.
    pub bands: Vec<BlankBand>,
}

/// A dimension and what it weighs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BlankDimension {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its share of the total when all of it is asked, 0 to 1.
    pub share: f64,
    /// How many questions count in it.
    pub questions: usize,
}

/// A band, where it begins and what it asks for besides the total.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BlankBand {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it means to be here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where it begins (in the form's points where it has them).
    pub from: f64,
    /// The score that every dimension must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_dimension: Option<f64>,
    /// The grade of evidence that must back a share of the weight, and that share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<(Grade, f64)>,
    /// Whether no cap and no knock-out may act.
    #[serde(default)]
    pub no_caps: bool,
}

/// A condition that limits or blocks the result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BlankGate {
    /// What it does.
    pub effect: Effect,
    /// What the reader is told when it acts.
    pub message: String,
}

/// A title and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BlankText {
    /// The title.
    pub title: String,
    /// What it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// One step with its questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BlankStep {
    /// Its number; empty where there is only one.
    pub number: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Longer help.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guidance: Vec<Paragraph>,
    /// When it is shown, as it follows "only if".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Its questions.
    pub questions: Vec<BlankQuestion>,
}

/// One question and the room for its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BlankQuestion {
    /// Its number, for example `2.1`.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The question as it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Longer help.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guidance: Vec<Paragraph>,
    /// When it is asked, as it follows "only if".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Whether it is needed to hand in.
    pub required: bool,
    /// The room for the answer.
    pub field: Field,
    /// An answer as it could be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// How the answer earns points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criterion: Option<BlankCriterion>,
}

/// The room for an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Field {
    /// One option is ticked.
    One {
        /// The options.
        options: Vec<BlankOption>,
    },
    /// Any number of options is ticked.
    Several {
        /// The options.
        options: Vec<BlankOption>,
    },
    /// Every step that is reached is ticked.
    Ladder {
        /// The steps, lowest first.
        options: Vec<BlankOption>,
    },
    /// Yes or no.
    YesNo,
    /// A number.
    Number {
        /// Its unit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<String>,
        /// Whether it is whole.
        whole: bool,
        /// Whether it is a share, written in percent.
        percent: bool,
        /// The lowest value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        low: Option<f64>,
        /// The highest value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        high: Option<f64>,
    },
    /// A text.
    Text {
        /// Whether it has several lines.
        multiline: bool,
        /// How many characters it has at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        longest: Option<u64>,
    },
    /// A day.
    Date,
    /// Rows of columns.
    Table {
        /// The columns.
        columns: Vec<BlankColumn>,
        /// How many rows are needed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fewest: Option<u64>,
        /// How many rows there is room for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        most: Option<u64>,
    },
    /// Nothing is typed: the value is worked out.
    Calculated {
        /// How, in words.
        how: String,
        /// The unit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<String>,
    },
    /// Something that cannot be asked on paper.
    Other,
}

/// An option to tick.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BlankOption {
    /// The level or step it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// Its title.
    pub title: String,
    /// What it looks like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The points it earns, 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<f64>,
    /// The grade of evidence it needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Grade>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BlankColumn {
    /// Its title.
    pub title: String,
    /// What it asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Longer help.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guidance: Vec<Paragraph>,
    /// Whether each row needs it.
    pub required: bool,
    /// The room for the answer.
    pub field: Field,
    /// How it is added up below the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<ColumnTotal>,
}

/// How an answer earns points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BlankCriterion {
    /// The title of the dimension it counts in.
    pub dimension: String,
    /// How much it counts inside its dimension.
    pub weight: u32,
    /// What earns points.
    pub earning: Earning,
    /// The grade of evidence that each level needs, where levels are not options.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub evidence: BTreeMap<u32, Grade>,
    /// What evidence is asked for, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_hint: Option<String>,
    /// Whether "not applicable" may be answered, with a reason.
    pub not_applicable: bool,
}

/// What earns points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Earning {
    /// The option that is ticked.
    Options,
    /// How many options are ticked.
    Count {
        /// The points for 0, 1, 2 … ticks.
        points: Vec<f64>,
        /// What else must hold for the most points, as it follows "only if".
        #[serde(default, skip_serializing_if = "Option::is_none")]
        top_when: Option<String>,
    },
    /// The answer yes, or no.
    YesNo {
        /// The answer that earns full points.
        answer: YesNo,
    },
    /// The number, in steps.
    Cutoffs {
        /// Where each step begins, with its points.
        steps: Vec<(f64, f64)>,
    },
    /// The number, along straight lines.
    Curve {
        /// Pairs of value and points.
        points: Vec<(f64, f64)>,
    },
    /// The number itself, from 0.
    Scale {
        /// The number that earns full points.
        top: u32,
        /// Whether halves may be given.
        halves: bool,
    },
    /// The rows of the table.
    Rows {
        /// How they join.
        join: RowJoin,
        /// The lowest value of a scored column.
        low: f64,
        /// The highest value of a scored column.
        high: f64,
        /// The scored columns by title, with their weights.
        columns: Vec<(String, u32)>,
        /// The title of the column that excludes a row.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exclude: Option<String>,
    },
    /// A formula.
    Formula {
        /// The formula in words.
        how: String,
    },
}

/// A paragraph, or an entry of a list, of longer help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Paragraph {
    /// Whether it is an entry of a list.
    #[serde(default)]
    pub entry: bool,
    /// Its text, in pieces.
    pub pieces: Vec<Piece>,
}

/// A piece of text that is set alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Whether it is emphasised.
    #[serde(default)]
    pub emphasis: bool,
    /// Whether it is strong.
    #[serde(default)]
    pub strong: bool,
    /// Where it leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}
