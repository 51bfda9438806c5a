//! Sentences about a result: small MiniJinja templates.

use std::collections::BTreeMap;

use minijinja::value::Value as Any;

use crate::analysis::ParseError;
use crate::environment::ENVIRONMENT;

/// A template for a sentence, checked when it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
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
        Ok(Self { names })
    }

    /// The places it names, sorted.
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

/// The sentence that the template `source` gives over `context`, or why it cannot be told.
pub fn render(source: &str, context: Any) -> Result<String, String> {
    ENVIRONMENT
        .template_from_named_str("sentence.txt", source)
        .and_then(|it| it.render(context))
        .map_err(|error| error.detail().unwrap_or("the sentence cannot be told").to_owned())
}

/// Sentences of the program in English and Danish, by key.
#[derive(Clone, Debug)]
pub struct Texts {
    english: BTreeMap<String, String>,
    danish: BTreeMap<String, String>,
}

impl Texts {
    /// The sentences in two JSON objects, from key to template.
    ///
    /// # Panics
    ///
    /// When one of them is no object of texts.
    pub fn new(english: &str, danish: &str) -> Self {
        let read = |json| serde_json::from_str(json).expect("the texts are an object of texts");
        Self { english: read(english), danish: read(danish) }
    }

    /// The sentence `key` in `language` (English where there is no other), filled with `values`.
    pub fn say(&self, language: &str, key: &str, values: Any) -> String {
        let all = if language == "da" { &self.danish } else { &self.english };
        let source = all.get(key).map_or(key, String::as_str);
        render(source, values).unwrap_or_else(|_| source.to_owned())
    }
}
