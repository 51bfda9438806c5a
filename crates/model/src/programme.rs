//! A programme: the stages that an assessment goes through, who acts at each, and what must
//! hold to go on.
//!
//! `forms/programme.schema.json` is made from these types. An assessment begins at the first
//! stage; a transition takes it to the next, until it reaches a final one. Pages draw their
//! buttons from the same transitions.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::condition::Condition;
use crate::response::SubjectKind;

/// The stages that an assessment goes through, who acts at each, and what must hold to go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    /// The JSON Schema by which an editor checks this file.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The programme's id: lower-case letters, digits and hyphens; the same as its file.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9-]*$"))]
    pub id: String,
    /// The programme's version (semver).
    pub version: Version,
    /// The language of the texts in this file, for example `en`.
    #[schemars(regex(pattern = r"^[a-z]{2}$"))]
    pub language: String,
    /// Its title.
    pub title: String,
    /// What happens in it, for those who take part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// What is assessed.
    pub subject: SubjectKind,
    /// Who takes part.
    #[schemars(length(min = 1, max = 100))]
    pub roles: Vec<Role>,
    /// Where an assessment can stand. It begins at the first.
    #[schemars(length(min = 1, max = 100))]
    pub stages: Vec<Stage>,
    /// The steps from stage to stage; nothing else is allowed.
    #[schemars(length(max = 1000))]
    pub transitions: Vec<Transition>,
    /// How the results of several forms join into one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<ProfileRule>,
}

/// A part that people have in the programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Its id.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9-]*$"))]
    pub id: String,
    /// Its title.
    pub title: String,
    /// Who has it, and what is expected of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Where an assessment can stand, and what is answered there.
///
/// A stage without a form waits for something that happens elsewhere. A final stage ends the
/// assessment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its id: a name, because conditions name the stage by it.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9_]*$"))]
    pub id: String,
    /// Its title.
    pub title: String,
    /// What happens here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The form that is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// The forms of which at least one is answered, instead of `form`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    pub any_of: Vec<String>,
    /// The steps of the form that are answered here; the others are shown and stay as they
    /// are. All of them when not given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    pub steps: Vec<String>,
    /// The role that answers; without a form, the role that is waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// How many people answer, each a copy of their own; one, when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copies: Option<Copies>,
    /// Whether nobody sees another's copy before signing their own.
    #[serde(default, skip_serializing_if = "is_false")]
    pub blind: bool,
    /// Where the answers begin, each time the stage does. When not given: empty the first
    /// time, and as they were left when the assessment comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_from: Option<StartFrom>,
    /// The facts that the form is given, each by an expression over earlier stages.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
    /// The form is answered once at each of these times after the stage begins, for example
    /// `["P12M", "P24M"]`; at once and only once when not given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    pub repeat: Vec<Period>,
    /// When the answers are due. A date gives reminders; it stops nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    /// Whether the assessment ends here.
    #[serde(rename = "final", default, skip_serializing_if = "is_false")]
    pub is_final: bool,
}

/// How many people answer the form of a stage, each a copy of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Copies {
    /// How many at least.
    #[schemars(range(min = 1))]
    pub min: u32,
    /// How many at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
}

/// Where the answers of a stage begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StartFrom {
    /// With the median of the signed copies of the stage named, question by question.
    MedianOf(String),
    /// With what was last signed at the stage named, which may be this one.
    LatestOf(String),
}

impl StartFrom {
    /// The stage that is named.
    pub fn stage(&self) -> &str {
        match self {
            Self::MedianOf(stage) | Self::LatestOf(stage) => stage,
        }
    }
}

/// When the answers of a stage are due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Due {
    /// What is counted from.
    pub from: Anchor,
    /// How long after it; at once when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Period>,
}

/// What a time limit is counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Anchor {
    /// The day on which the round opens.
    RoundOpens,
    /// The day on which the round closes.
    RoundCloses,
    /// The day on which the stage begins; where it repeats, each of its times.
    StageBegins,
}

/// A length of time in one unit of the calendar, written as in ISO 8601: `P14D`, `P6W`,
/// `P12M`, `P2Y`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    /// How many.
    pub count: u16,
    /// Of what.
    pub unit: Unit,
}

/// A unit of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
}

/// The text is no period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPeriod;

impl fmt::Display for NoPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a period is P, a number, and D, W, M or Y, for example P12M")
    }
}

impl FromStr for Period {
    type Err = NoPeriod;

    fn from_str(text: &str) -> Result<Self, NoPeriod> {
        let rest = text.strip_prefix('P').ok_or(NoPeriod)?;
        let unit = match rest.as_bytes().last() {
            Some(b'D') => Unit::Day,
            Some(b'W') => Unit::Week,
            Some(b'M') => Unit::Month,
            Some(b'Y') => Unit::Year,
            _ => return Err(NoPeriod),
        };
        let digits = &rest[..rest.len() - 1];
        let fits = digits.len() <= 4 && digits.starts_with(|it: char| ('1'..='9').contains(&it));
        let count = digits.parse().ok().filter(|_| fits).ok_or(NoPeriod)?;
        Ok(Self { count, unit })
    }
}

impl TryFrom<String> for Period {
    type Error = NoPeriod;

    fn try_from(text: String) -> Result<Self, NoPeriod> {
        text.parse()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Day => 'D',
            Unit::Week => 'W',
            Unit::Month => 'M',
            Unit::Year => 'Y',
        };
        write!(f, "P{}{unit}", self.count)
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

impl JsonSchema for Period {
    fn schema_name() -> Cow<'static, str> {
        "Period".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A length of time in one unit of the calendar, written as in ISO 8601: `P14D`, `P6W`, `P12M`, `P2Y`.",
            "type": "string",
            "pattern": "^P[1-9][0-9]{0,3}[DWMY]$",
        })
    }
}

/// A step from one stage to another, as a role may take it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// The stage it leads from.
    pub from: String,
    /// The action's id; from one stage each action leads to one other.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9-]*$"))]
    pub action: String,
    /// What stands on the button.
    pub title: String,
    /// Who may do it.
    pub by: Actors,
    /// The stage it leads to.
    pub to: String,
    /// What must hold; nothing, when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
}

impl Transition {
    /// What it is called in places of texts: `from.action`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.from, self.action)
    }
}

/// Who may act: one role, or each of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Actors {
    /// This role.
    One(String),
    /// Each of these roles.
    Several(#[schemars(length(min = 1, max = 100))] Vec<String>),
}

impl Actors {
    /// The roles.
    pub fn roles(&self) -> &[String] {
        match self {
            Self::One(role) => std::slice::from_ref(role),
            Self::Several(roles) => roles,
        }
    }
}

/// What must hold before a transition can be taken; all that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Whether everything required at the stage must be answered; of several forms, in each
    /// that is begun, and at least one must be.
    #[serde(default, skip_serializing_if = "is_false")]
    pub complete: bool,
    /// How many of the stage's copies must be signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copies_signed: Option<CopiesSigned>,
    /// What must hold besides: a condition over this stage and earlier ones, which sees
    /// `<stage>.complete`, `signed`, `all_met`, `status`, `band`, `rank`, `total`, `points`,
    /// `completeness`, `dimensions.<id>`, `indicators.<id>` and `answers.<step>.<question>`;
    /// of several forms `<stage>.<form>.total`, with `_` for `-`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// What a person is told where `when` does not hold: what is lacking, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// How many copies must be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CopiesSigned {
    /// As many as the stage asks for at least. A copy that is not eligible, for example of
    /// somebody with a conflict of interest, does not count.
    Min,
    /// All that were begun, and of those that are eligible at least as many as the stage asks
    /// for.
    All,
}

/// How the results of several forms join into one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileRule {
    /// How much each form's total counts, by form; together 100. Of forms that are not
    /// answered the weight is shared among the others.
    pub weights: BTreeMap<String, u32>,
    /// Whether the result has a place in the matrix of focus area and proof: its row is the
    /// answer that a form shows as `focus-area`, its column the proof.
    #[serde(default, skip_serializing_if = "is_false")]
    pub matrix: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Stage {
    /// The forms that can be answered here, with their place in the stage.
    pub fn forms(&self) -> impl Iterator<Item = (String, &str)> {
        let one = self.form.iter().map(|it| ("form".to_owned(), it.as_str()));
        let any = self.any_of.iter().enumerate();
        one.chain(any.map(|(i, it)| (format!("any_of/{i}"), it.as_str())))
    }

    /// Whether something is answered here.
    pub fn asks(&self) -> bool {
        self.form.is_some() || !self.any_of.is_empty()
    }
}

impl Programme {
    /// The stage with this id.
    pub fn stage(&self, id: &str) -> Option<&Stage> {
        self.stages.iter().find(|it| it.id == id)
    }

    /// The forms that can be answered in the programme, each once, in the order of stages.
    pub fn forms(&self) -> Vec<&str> {
        let mut forms: Vec<&str> = Vec::new();
        for (_, form) in self.stages.iter().flat_map(Stage::forms) {
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
        forms
    }

    /// Every text of the programme with the place that an overlay names it by.
    pub fn texts(&mut self) -> Vec<(String, &mut String)> {
        let mut out = vec![("programme".to_owned(), &mut self.title)];
        push(&mut out, "programme#description", self.description.as_mut());
        push(&mut out, "programme#purpose", self.purpose.as_mut());
        for it in &mut self.roles {
            let place = format!("roles[{}]", it.id);
            push(&mut out, &format!("{place}#description"), it.description.as_mut());
            out.push((place, &mut it.title));
        }
        for it in &mut self.stages {
            let place = format!("stages[{}]", it.id);
            push(&mut out, &format!("{place}#description"), it.description.as_mut());
            out.push((place, &mut it.title));
        }
        for it in &mut self.transitions {
            let place = format!("transitions[{}]", it.name());
            let message = it.gate.as_mut().and_then(|it| it.message.as_mut());
            push(&mut out, &format!("{place}#message"), message);
            out.push((place, &mut it.title));
        }
        out
    }
}

fn push<'a>(out: &mut Vec<(String, &'a mut String)>, place: &str, text: Option<&'a mut String>) {
    if let Some(text) = text {
        out.push((place.to_owned(), text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_written_as_it_was_read() {
        for text in ["P1D", "P6W", "P12M", "P2Y", "P9999D"] {
            assert_eq!(text.parse::<Period>().map(|it| it.to_string()).as_deref(), Ok(text));
        }
        for text in
            ["", "P", "12M", "P0D", "P01D", "P12", "P+1D", "P10000D", "P1Y6M", "PT1D", "PæD"]
        {
            assert_eq!(text.parse::<Period>(), Err(NoPeriod), "{text}");
        }
    }
}
