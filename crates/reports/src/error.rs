//! Why a report could not be drawn.

use std::fmt;

use typst::World;
use typst::WorldExt;
use typst::diag::SourceDiagnostic;
use typst::syntax::DiagSpan;

/// Why a report could not be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// The data cannot be written as JSON.
    #[error("the report's data cannot be written as JSON: {0}")]
    Data(String),
    /// The data holds more text than a report can show.
    #[error(
        "the report's data holds {characters} characters of text; at most {limit} can be drawn"
    )]
    TooLarge {
        /// How much text there is.
        characters: usize,
        /// How much can be drawn.
        limit: usize,
    },
    /// The template failed, or what it drew breaks a rule of PDF/UA or PDF/A.
    #[error("{}", lines(.0))]
    Template(Vec<Problem>),
}

/// One thing that is wrong with a template or with what it drew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, as `file:line:column`; absent where no place in a template is to blame.
    pub place: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What may help.
    pub hints: Vec<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(formatter, "{place}: ")?;
        }
        write!(formatter, "{}", self.message)?;
        for hint in &self.hints {
            write!(formatter, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

fn lines(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    lines.join("\n")
}

impl ReportError {
    /// What Typst says, with places that a person can find.
    pub(crate) fn from_typst(
        world: &dyn World,
        diagnostics: impl IntoIterator<Item = SourceDiagnostic>,
    ) -> Self {
        let problems = diagnostics.into_iter().map(|it| Problem {
            // Where the fault lies in a shared file, the call that led there says more.
            place: place(world, it.span)
                .or_else(|| it.trace.iter().find_map(|call| place(world, call.span.into()))),
            message: it.message.to_string(),
            hints: it.hints.iter().map(|hint| hint.v.to_string()).collect(),
        });
        Self::Template(problems.collect())
    }
}

fn place(world: &dyn World, span: DiagSpan) -> Option<String> {
    let id = span.id()?;
    let path = id.get().vpath().get_without_slash();
    let position = || {
        let source = world.source(id).ok()?;
        source.lines().byte_to_line_column(world.range(span)?.start)
    };
    Some(match position() {
        Some((line, column)) => format!("{path}:{}:{}", line + 1, column + 1),
        None => path.to_owned(),
    })
}
