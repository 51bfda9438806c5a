//! Why an action is refused, and what can be done about it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why an action is refused. Ids are those of the programme and its forms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Refusal {
    /// The programme has no such stage: the assessment belongs to another version of it.
    UnknownStage {
        /// The stage at which the assessment stands.
        stage: String,
    },
    /// The assessment has ended.
    AssessmentOver {
        /// The final stage at which it stands.
        stage: String,
    },
    /// The action does not exist at this stage.
    UnknownAction {
        /// The action.
        action: String,
        /// The stage at which the assessment stands.
        stage: String,
        /// The actions that exist there.
        known: Vec<String>,
    },
    /// The action is for others.
    WrongRole {
        /// The action.
        action: String,
        /// The roles that may do it.
        roles: Vec<String>,
    },
    /// No form of the stage is begun.
    NothingBegun {
        /// The forms that can be begun.
        forms: Vec<String>,
    },
    /// Required answers are missing.
    AnswersMissing {
        /// How many.
        missing: usize,
        /// The forms they are missing from.
        forms: Vec<String>,
    },
    /// Copies must be signed first.
    CopiesUnsigned {
        /// How many more must be signed, or begun and signed.
        more: usize,
        /// How many are begun and not signed.
        begun: usize,
        /// How many are signed and do not count, because they are not eligible.
        not_eligible: usize,
    },
    /// The condition of the gate does not hold.
    GateNotMet {
        /// What the programme says about it.
        message: String,
    },
    /// Whether the condition of the gate holds is not yet known.
    GateNotKnown {
        /// What the programme says about it.
        message: String,
        /// What must be known first, as names in conditions: `<stage>.answers.<step>.<question>`.
        waits_for: Vec<String>,
    },
}

impl Refusal {
    /// Its stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownStage { .. } => "unknown-stage",
            Self::AssessmentOver { .. } => "assessment-over",
            Self::UnknownAction { .. } => "unknown-action",
            Self::WrongRole { .. } => "wrong-role",
            Self::NothingBegun { .. } => "nothing-begun",
            Self::AnswersMissing { .. } => "answers-missing",
            Self::CopiesUnsigned { .. } => "copies-unsigned",
            Self::GateNotMet { .. } => "gate-not-met",
            Self::GateNotKnown { .. } => "gate-not-known",
        }
    }
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownStage { stage } => {
                write!(f, "the programme has no stage {stage}; prepare the version it began with")
            }
            Self::AssessmentOver { stage } => {
                write!(f, "the assessment has ended ({stage}); begin a new one")
            }
            Self::UnknownAction { action, stage, known } if known.is_empty() => {
                write!(f, "there is no action {action} at the stage {stage}, nor any other")
            }
            Self::UnknownAction { action, stage, known } => {
                let known = known.join(", ");
                write!(f, "there is no action {action} at the stage {stage}; there are {known}")
            }
            Self::WrongRole { action, roles } => {
                write!(f, "{action} is for {}; ask one of them", roles.join(" or "))
            }
            Self::NothingBegun { forms } => {
                write!(f, "nothing is answered yet; begin with {}", forms.join(" or "))
            }
            Self::AnswersMissing { missing, forms } => {
                let answers = if *missing == 1 { "answer is" } else { "answers are" };
                write!(f, "{missing} required {answers} missing in {}", forms.join(", "))
            }
            Self::CopiesUnsigned { more, begun, not_eligible } => {
                let copies = if *more == 1 { "copy" } else { "copies" };
                write!(f, "{more} more {copies} must be signed; {begun} begun and unsigned")?;
                match not_eligible {
                    0 => Ok(()),
                    1 => f.write_str(", and 1 signed does not count: it is not eligible"),
                    n => write!(f, ", and {n} signed do not count: they are not eligible"),
                }
            }
            Self::GateNotMet { message } => f.write_str(message),
            Self::GateNotKnown { message, waits_for } if waits_for.is_empty() => {
                f.write_str(message)
            }
            Self::GateNotKnown { message, waits_for } => {
                write!(f, "{message} Not yet known: {}", waits_for.join(", "))
            }
        }
    }
}
