//! What can go wrong in a use case.

use model::Finding;

/// Why a use case could not be done.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A form or response is wrong; every finding is given.
    #[error("{} findings", .0.len())]
    Findings(Vec<Finding>),
    /// There is no such form.
    #[error("there is no form `{name}`{}", meant(suggestion))]
    NoForm {
        /// What was asked for.
        name: String,
        /// The nearest id.
        suggestion: Option<String>,
    },
    /// There is no such programme.
    #[error("there is no programme `{name}`{}", meant(suggestion))]
    NoProgramme {
        /// What was asked for.
        name: String,
        /// The nearest id.
        suggestion: Option<String>,
    },
    /// A form is not written in the language asked for.
    #[error("the form `{form}` is not written in `{language}`; it is in {}", languages.join(", "))]
    NoLanguage {
        /// The form's id.
        form: String,
        /// What was asked for.
        language: String,
        /// What there is.
        languages: Vec<String>,
    },
    /// Scorecards cannot be joined.
    #[error(transparent)]
    Profile(#[from] scoring::profile::ProfileError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// A stored document cannot be read.
    #[error("the stored {what} cannot be read: {reason}")]
    Stored {
        /// What it is, with its hash.
        what: String,
        /// Why.
        reason: String,
    },
    /// A line of an import cannot be used.
    #[error("line {line}: {reason}")]
    Line {
        /// The line, counted from 1.
        line: usize,
        /// Why.
        reason: String,
    },
    /// What was asked for is not there, or not for this person.
    #[error("there is no such {what}")]
    NotFound {
        /// What kind of thing was asked for.
        what: &'static str,
    },
    /// The person may see it, but not do this.
    #[error("this is for {who} only")]
    Forbidden {
        /// Who may, for example `the secretariat`.
        who: &'static str,
    },
    /// The workflow does not allow the action now.
    #[error(transparent)]
    Refused(workflow::Refusal),
    /// Nobody may change it any more, or for now.
    #[error("this cannot be changed: {why}")]
    Closed {
        /// Why not.
        why: Closed,
    },
    /// Somebody else changed the same question in the meantime.
    #[error("{} questions were changed by somebody else in the meantime", .0.conflicts.len())]
    Conflict(Box<crate::answers::Conflicts>),
    /// What is asked for was made from an earlier state.
    #[error("this was changed by somebody else in the meantime; look again and repeat it")]
    Outdated,
    /// A value that was given cannot be used.
    #[error("{field}: {message}")]
    Invalid {
        /// Which value.
        field: String,
        /// What is wrong, as a stable word.
        code: &'static str,
        /// What is wrong, in words.
        message: String,
    },
    /// The key of a request was used for another one.
    #[error("the key of this request was used for another request")]
    KeyReused,
    /// Too many changes are waiting already.
    #[error("too much is going on; try again in a moment")]
    Busy,
    /// The change was not made; neither were those beside it.
    #[error(transparent)]
    NotWritten(std::sync::Arc<store::StoreError>),
    /// The files that were uploaded cannot be reached.
    #[error("cannot {doing} an uploaded file: {source}")]
    Files {
        /// What was being done.
        doing: &'static str,
        /// What the storage said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Reading or writing a stream failed.
    #[error("cannot {doing}: {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// The token is not for this.
    #[error("this token does not have the scope `{}`", .0.word())]
    Scope(store::Scope),
    /// It was tried too often.
    #[error("that was tried too often; try again in {} seconds", retry_after.as_secs())]
    RateLimited {
        /// How long to wait: whole seconds, at least one.
        retry_after: std::time::Duration,
    },
    /// Address and password do not belong together.
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    /// A link cannot be used.
    #[error("this link cannot be used: {0}; ask for a new one")]
    LinkUnusable(crate::identity::LinkTrouble),
}

fn meant(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map(|it| format!("; did you mean `{it}`?")).unwrap_or_default()
}

/// Why something cannot be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It is handed in.
    Submitted,
    /// The secretariat has locked it.
    Locked,
    /// It is over.
    Over,
    /// The round is not open.
    Round,
}

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Submitted => "it is handed in",
            Self::Locked => "the secretariat has locked it",
            Self::Over => "it is over",
            Self::Round => "the round is not open",
        })
    }
}

impl EngineError {
    /// That a value given for `field` cannot be used.
    pub fn invalid(
        field: impl Into<String>,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self::Invalid { field: field.into(), code, message: message.into() }
    }
}
