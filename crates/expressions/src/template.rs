//! Sentences about a result: small MiniJinja templates.

use std::collections::BTreeMap;
use std::io;

use minijinja::value::Value as Any;
use minijinja::{Environment, Error};

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

/// How many bytes a sentence has at most.
const LONGEST_SENTENCE: usize = 100_000;

/// Sentences that are told again and again, by name: each is compiled once.
#[derive(Clone, Debug)]
pub struct Sentences(Environment<'static>);

impl Default for Sentences {
    fn default() -> Self {
        Self(ENVIRONMENT.clone())
    }
}

impl Sentences {
    /// These templates by name. One that cannot be read is never told.
    pub fn new(all: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut sentences = Self::default();
        for (name, source) in all {
            // What is wrong with it was a finding when it was checked.
            _ = sentences.0.add_template_owned(name, source);
        }
        sentences
    }

    /// What the sentence `name` says of what is in `context`, or why it cannot be told.
    pub fn say(&self, name: &str, context: Any) -> Result<String, String> {
        told(self.0.get_template(name), context)
    }
}

fn told(
    template: Result<minijinja::Template<'_, '_>, Error>,
    context: Any,
) -> Result<String, String> {
    let mut sentence = Bounded(Vec::new());
    template
        .and_then(|it| it.render_captured_to(context, &mut sentence).map(drop))
        .map_err(|error| error.detail().unwrap_or("the sentence cannot be told").to_owned())?;
    String::from_utf8(sentence.0).map_err(|error| error.to_string())
}

/// Takes text until it is too long for a sentence.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST_SENTENCE {
            return Err(io::Error::other("the sentence is too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Sentences of the program in English and Danish, by key.
#[derive(Clone, Debug)]
pub struct Texts {
    english: Sentences,
    danish: Sentences,
}

impl Texts {
    /// The sentences in two JSON objects, from key to template.
    ///
    /// # Panics
    ///
    /// When one of them is no object of texts.
    pub fn new(english: &str, danish: &str) -> Self {
        let read = |json| {
            let texts: BTreeMap<String, String> =
                serde_json::from_str(json).expect("the texts are an object of texts");
            Sentences::new(texts)
        };
        Self { english: read(english), danish: read(danish) }
    }

    /// The sentence `key` in `language` (English where there is no other), filled with `values`.
    pub fn say(&self, language: &str, key: &str, values: Any) -> String {
        let all = if language == "da" { &self.danish } else { &self.english };
        all.say(key, values).unwrap_or_else(|_| key.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;

    #[test]
    fn a_sentence_that_grows_without_end_is_not_told() {
        let grow = "{% set x = [x, x, x, x, x, x, x, x] %}".repeat(20);
        let long = format!("{{% set x = 'abc' %}}{grow}{{{{ x }}}}");
        let short = "{{ 1 + 1 }} points".to_owned();
        let sentences = Sentences::new([("long".to_owned(), long), ("short".to_owned(), short)]);
        assert!(sentences.say("long", context! {}).is_err());
        assert!(sentences.say("none", context! {}).is_err());
        assert_eq!(sentences.say("short", context! {}), Ok("2 points".to_owned()));
    }
}
