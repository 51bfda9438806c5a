//! The templates of pages and letters: one environment for each language.

use std::collections::BTreeMap;

use include_dir::{Dir, File, include_dir};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, UndefinedBehavior};

use crate::assets;
use crate::format;
use crate::language::Language;

static FOLDER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// The templates, ready to be drawn in each language.
#[derive(Debug)]
pub struct Templates {
    danish: Environment<'static>,
    english: Environment<'static>,
}

impl Templates {
    /// Reads what is built in.
    pub fn new() -> Self {
        Self { danish: environment(Language::Da), english: environment(Language::En) }
    }

    /// Draws the template `name` (`company/home.html`) with `context`.
    pub fn draw(&self, language: Language, name: &str, context: Value) -> Result<String, Error> {
        let environment = match language {
            Language::Da => &self.danish,
            Language::En => &self.english,
        };
        environment.get_template(name)?.render(context)
    }
}

impl Default for Templates {
    fn default() -> Self {
        Self::new()
    }
}

fn environment(language: Language) -> Environment<'static> {
    let mut it = Environment::new();
    it.set_undefined_behavior(UndefinedBehavior::Strict);
    it.set_auto_escape_callback(|name| match name.ends_with(".html") {
        true => AutoEscape::Html,
        false => AutoEscape::None,
    });
    it.set_formatter(|out, state, value| match (state.auto_escape(), value.as_str()) {
        (AutoEscape::Html, Some(text)) if !value.is_safe() => escape(out, text),
        _ => minijinja::escape_formatter(out, state, value),
    });
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    it.set_syntax(syntax.expect("the usual delimiters do not clash"));
    for file in files(&FOLDER) {
        let name = file.path().to_str().unwrap_or_default();
        let source = file.contents_utf8().expect("templates are UTF-8");
        it.add_template(name, source)
            .unwrap_or_else(|error| panic!("the template {name}: {error:#}"));
    }
    functions(&mut it, language);
    it
}

/// Writes `text` so that it is no markup, neither between tags nor as a quoted attribute. Slashes
/// stay, so that addresses can be read.
fn escape(out: &mut Output<'_>, mut text: &str) -> Result<(), Error> {
    while let Some(at) = text.find(['<', '>', '&', '"', '\'']) {
        let (before, rest) = text.split_at(at);
        let (escaped, after) = match rest.as_bytes()[0] {
            b'<' => ("&lt;", &rest[1..]),
            b'>' => ("&gt;", &rest[1..]),
            b'&' => ("&amp;", &rest[1..]),
            b'"' => ("&quot;", &rest[1..]),
            _ => ("&#39;", &rest[1..]),
        };
        out.write_str(before)?;
        out.write_str(escaped)?;
        text = after;
    }
    Ok(out.write_str(text)?)
}

fn files(folder: &'static Dir<'static>) -> Vec<&'static File<'static>> {
    let mut all: Vec<_> = folder.files().collect();
    all.extend(folder.dirs().flat_map(files));
    all
}

fn functions(it: &mut Environment<'static>, language: Language) {
    let words = language.words();
    it.add_function("t", move |key: &str, values: Kwargs| {
        let text = words.asked(key, &values).map_err(wrong)?;
        // A value that the text has no place for is no mistake: languages differ.
        values.args().for_each(|name| _ = values.get::<Value>(name));
        Ok::<_, Error>(text)
    });
    it.add_function("texts", move |prefix: &str| -> BTreeMap<String, String> {
        let texts = words.beginning(prefix).into_iter();
        texts.map(|(key, text)| (key.to_owned(), text.to_owned())).collect()
    });
    it.add_function("number", move |value: f64, decimals: Option<usize>, named: Kwargs| {
        let named = named.get::<Option<usize>>("decimals")?;
        Ok::<_, Error>(format::number(language, value, decimals.or(named).unwrap_or(1)))
    });
    it.add_function("date", move |text: &str| {
        let day = format::day_of(text).map_err(wrong)?;
        Ok::<_, Error>(format::date(language, day))
    });
    it.add_function("time", move |text: &str| format::time(language, text).map_err(wrong));
    it.add_function("percent", move |share: f64| format::percent(language, share));
    it.add_function("size", move |bytes: f64| format::size(language, bytes));
    it.add_function("asset", |name: &str| {
        assets::address(name).ok_or_else(|| wrong(format!("there is no static file {name}")))
    });
}

fn wrong(problem: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, problem)
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;

    #[test]
    fn what_people_write_never_becomes_markup() {
        let mut it = environment(Language::En);
        it.add_template("x.html", "<p title=\"{{ x }}\">{{ x }}{{ y }}</p>").unwrap();
        let hostile = "\"><script>'&/æ";
        let html = it.get_template("x.html").unwrap();
        let html = html.render(context! { x => hostile, y => [hostile] }).unwrap();
        assert!(!html.contains("<script") && !html.contains("'&/"), "{html}");
        assert!(html.contains("&quot;&gt;&lt;script&gt;&#39;&amp;/æ"), "{html}");
        it.add_template("y.html", "{{ missing }}").unwrap();
        assert!(it.get_template("y.html").unwrap().render(context! {}).is_err());
    }
}
