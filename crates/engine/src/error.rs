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
    /// Reading or writing a stream failed.
    #[error("cannot {doing}: {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
}

fn meant(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map(|it| format!("; did you mean `{it}`?")).unwrap_or_default()
}
