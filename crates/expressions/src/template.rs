//! Sentences about a result: small MiniJinja templates.

use minijinja::value::Value as Any;

use crate::analysis::ParseError;
use crate::environment::ENVIRONMENT;

/// A template for a sentence, checked when it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    source: String,
    names: Vec<String>,
}

impl Template {
    /// Parses `source`.
    pub fn parse(source: &str) -> Result<Self, ParseError> {
        let error = |message: String, offset| ParseError { message, offset, suggestion: None };
        if source.len() > 20_000 {
            return Err(error("a sentence has at most 20,000 characters".to_owned(), 0));
        }
        let template =
            ENVIRONMENT.template_from_named_str("sentence.txt", source).map_err(|it| {
                let offset = it.range().map_or(0, |range| range.start);
                error(it.detail().unwrap_or("the sentence cannot be read").to_owned(), offset)
            })?;
        let mut names: Vec<String> = template.undeclared_variables(true).into_iter().collect();
        names.sort();
        names.retain(|it| !crate::functions::FUNCTIONS.iter().any(|known| known.name == it));
        Ok(Self { source: source.to_owned(), names })
    }

    /// The places it names, sorted.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The sentence over `context`, or why it cannot be told.
    pub fn render(&self, context: Any) -> Result<String, String> {
        ENVIRONMENT
            .template_from_named_str("sentence.txt", &self.source)
            .and_then(|it| it.render(context))
            .map_err(|error| error.detail().unwrap_or("the sentence cannot be told").to_owned())
    }
}
