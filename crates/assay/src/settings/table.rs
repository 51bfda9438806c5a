//! All settings as rows, made from the types.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use crate::settings::Settings;

/// The variable that names the database, as it is called everywhere.
pub(crate) const DATABASE_VARIABLE: &str = "DATABASE_URL";

/// The variable that names the file with settings.
pub(crate) const CONFIG_VARIABLE: &str = "ASSAY_CONFIG";

/// What every other variable begins with.
pub(crate) const PREFIX: &str = "ASSAY_";

/// One setting.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Its name, for example `smtp.host`.
    pub(crate) key: String,
    /// What it can be.
    pub(crate) kind: Kind,
    /// What is expected, in words.
    pub(crate) expected: String,
    /// Its default, as JSON; null where there is none.
    pub(crate) default: Value,
    /// Its default in words, where it depends on others.
    pub(crate) default_words: Option<String>,
    /// What it means.
    pub(crate) meaning: String,
    /// Whether it is never shown.
    pub(crate) secret: bool,
}

/// A section of settings with its meaning; the first has no name.
#[derive(Debug)]
pub(crate) struct Section {
    /// Its name, for example `smtp`.
    pub(crate) name: String,
    /// What it is for.
    pub(crate) meaning: String,
    /// Its settings.
    pub(crate) settings: Vec<Setting>,
}

/// What a value can be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text.
    Text,
    /// A whole number within bounds.
    Number(i64, i64),
    /// One of some words.
    Choice(Vec<String>),
    /// Several texts.
    List,
}

impl Setting {
    /// The environment variable that sets it.
    pub(crate) fn variable(&self) -> String {
        match self.key.as_str() {
            "database" => DATABASE_VARIABLE.to_owned(),
            key => format!("{PREFIX}{}", key.replace('.', "_").to_ascii_uppercase()),
        }
    }
}

/// All settings, by section.
pub(crate) fn sections() -> Vec<Section> {
    let generator = SchemaSettings::draft2020_12().with(|it| it.inline_subschemas = true);
    let schema = generator.into_generator().into_root_schema_for::<Settings>().to_value();
    let defaults = serde_json::to_value(Settings::default()).expect("settings can be written");
    let mut sections =
        vec![Section { name: String::new(), meaning: String::new(), settings: Vec::new() }];
    for (name, schema) in properties(&schema) {
        if schema.get("properties").is_none() {
            sections[0].settings.push(setting(name, schema, &defaults[name]));
            continue;
        }
        let settings = properties(schema)
            .map(|(key, it)| setting(&format!("{name}.{key}"), it, &defaults[name][key]))
            .collect();
        sections.push(Section { name: name.clone(), meaning: meaning(schema), settings });
    }
    sections
}

/// All settings, one after another.
pub(crate) fn settings() -> Vec<Setting> {
    sections().into_iter().flat_map(|it| it.settings).collect()
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["properties"].as_object().into_iter().flat_map(Map::iter)
}

fn setting(key: &str, schema: &Value, default: &Value) -> Setting {
    let kind = kind(schema);
    let words = |name: &str| schema[name].as_str().map(str::to_owned);
    Setting {
        key: key.to_owned(),
        expected: words("expected").unwrap_or_else(|| expected(&kind)),
        kind,
        default: default.clone(),
        default_words: words("default-words"),
        meaning: meaning(schema),
        secret: schema["secret"] == true,
    }
}

fn kind(schema: &Value) -> Kind {
    let bound = |name: &str| schema[name].as_i64();
    if let Some(options) = schema["oneOf"].as_array() {
        let words = options.iter().filter_map(|it| it["const"].as_str());
        return Kind::Choice(words.map(str::to_owned).collect());
    }
    match (bound("minimum"), bound("maximum")) {
        (Some(least), Some(most)) => Kind::Number(least, most),
        _ if schema["type"] == "array" => Kind::List,
        _ => Kind::Text,
    }
}

fn expected(kind: &Kind) -> String {
    match kind {
        Kind::Text => "a text".to_owned(),
        Kind::List => "a list of texts".to_owned(),
        Kind::Number(least, most) => format!("a whole number from {least} to {most}"),
        Kind::Choice(words) => {
            let words: Vec<String> = words.iter().map(|it| format!("`{it}`")).collect();
            match words.split_last() {
                Some((last, before)) if !before.is_empty() => {
                    format!("{} or {last}", before.join(", "))
                }
                _ => words.concat(),
            }
        }
    }
}

/// The doc comment in one line.
fn meaning(schema: &Value) -> String {
    let text = schema["description"].as_str().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
