//! The languages of the pages, and the texts in them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use minijinja::value::{Kwargs, Value};
use serde::{Deserialize, Serialize};

use crate::format;

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Danish.
    Da,
    /// English.
    #[default]
    En,
}

/// The texts of one language, and how it writes numbers and days.
#[derive(Debug)]
pub struct Words {
    /// The language.
    pub language: Language,
    texts: BTreeMap<String, String>,
}

static EN: LazyLock<Words> =
    LazyLock::new(|| Words::read(Language::En, include_str!("../texts/en.json")));
static DA: LazyLock<Words> =
    LazyLock::new(|| Words::read(Language::Da, include_str!("../texts/da.json")));

impl Language {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::En, Self::Da];

    /// Its tag: `da`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Da => "da",
            Self::En => "en",
        }
    }

    /// Its name in itself.
    pub fn title(self) -> &'static str {
        match self {
            Self::Da => "Dansk",
            Self::En => "English",
        }
    }

    /// The language with this tag, whatever the region; Norwegians and Swedes read Danish
    /// no better than English, so only `da` is Danish.
    pub fn parse(tag: &str) -> Option<Self> {
        let first = tag.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|it| first.eq_ignore_ascii_case(it.code()))
    }

    /// The first language that a header `Accept-Language` asks for and that there is.
    pub fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for part in header.split(',').take(20) {
            let mut pieces = part.split(';');
            let Some(language) = Self::parse(pieces.next().unwrap_or_default().trim()) else {
                continue;
            };
            let weight = pieces.find_map(|it| it.trim().strip_prefix("q="));
            let weight = weight.map_or(1.0, |it| it.parse().unwrap_or(0.0));
            if weight > 0.0 && best.is_none_or(|(other, _)| weight > other) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }

    /// Its texts.
    pub fn words(self) -> &'static Words {
        match self {
            Self::Da => &DA,
            Self::En => &EN,
        }
    }
}

impl Words {
    fn read(language: Language, json: &str) -> Self {
        Self { language, texts: serde_json::from_str(json).expect("the texts are a flat object") }
    }

    /// The text with this key, which has no placeholders.
    pub fn text(&self, key: &str) -> String {
        self.text_with(key, &[])
    }

    /// The text with this key, its placeholders filled in.
    pub fn text_with(&self, key: &str, values: &[(&str, &dyn std::fmt::Display)]) -> String {
        let find =
            |name: &str| values.iter().find(|(it, _)| *it == name).map(|it| it.1.to_string());
        self.fill(key, find).unwrap_or_else(|problem| {
            tracing::error!(problem, "a text is missing");
            key.to_owned()
        })
    }

    /// The text for `count` things; its placeholder is `{count}`.
    pub fn text_for(&self, key: &str, count: u64) -> String {
        let key = format!("{key}.{}", plural(count == 1));
        self.text_with(&key, &[("count", &format::whole(self.language, count.into()))])
    }

    /// The text with this key, if there is one.
    pub fn find(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(String::as_str)
    }

    /// The texts whose keys begin with `prefix`.
    pub fn beginning(&self, prefix: &str) -> BTreeMap<&str, &str> {
        let range = self.texts.range(prefix.to_owned()..);
        range
            .take_while(|(key, _)| key.starts_with(prefix))
            .map(|(key, text)| (key.as_str(), text.as_str()))
            .collect()
    }

    /// The text that a template asks for with `t(key, name=value, …)`; with `count`, its plural.
    pub(crate) fn asked(&self, key: &str, values: &Kwargs) -> Result<String, String> {
        let count: Option<Value> = values.peek("count").ok();
        let one = |it: Value| i64::try_from(it).is_ok_and(|it| it == 1);
        let key = count.map_or_else(|| key.to_owned(), |it| format!("{key}.{}", plural(one(it))));
        self.fill(&key, |name| {
            let value: Value = values.peek(name).ok()?;
            Some(match (value.is_integer(), i128::try_from(value.clone())) {
                (true, Ok(number)) => format::whole(self.language, number),
                _ => value.to_string(),
            })
        })
    }

    fn fill(&self, key: &str, find: impl Fn(&str) -> Option<String>) -> Result<String, String> {
        let mut rest = self.find(key).ok_or_else(|| format!("there is no text {key}"))?;
        let mut text = String::with_capacity(rest.len());
        while let Some((before, from)) = rest.split_once('{') {
            let (name, after) = from.split_once('}').ok_or_else(|| format!("{key} is torn"))?;
            text.push_str(before);
            text.push_str(&find(name).ok_or_else(|| format!("the text {key} needs {name}"))?);
            rest = after;
        }
        text.push_str(rest);
        Ok(text)
    }
}

fn plural(one: bool) -> &'static str {
    if one { "one" } else { "other" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholders(text: &str) -> Vec<&str> {
        let mut names: Vec<&str> =
            text.split('{').skip(1).filter_map(|it| it.split('}').next()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    #[test]
    fn both_languages_have_the_same_texts() {
        let keys = |it: &'static Words| it.texts.keys().collect::<Vec<_>>();
        assert_eq!(keys(Language::Da.words()), keys(Language::En.words()));
        for (key, text) in &Language::Da.words().texts {
            let other = &Language::En.words().texts[key];
            assert_eq!(placeholders(text), placeholders(other), "{key}");
            assert!(!text.trim().is_empty() && !other.trim().is_empty(), "{key}");
        }
    }

    #[test]
    fn plurals_come_in_pairs() {
        let texts = &Language::En.words().texts;
        for key in texts.keys() {
            if let Some(stem) = key.strip_suffix(".one") {
                assert!(texts.contains_key(&format!("{stem}.other")), "{key}");
            }
        }
    }

    #[test]
    fn the_language_is_what_the_browser_asks_for_first() {
        assert_eq!(Language::accepted("da, en-gb;q=0.8, en;q=0.7"), Some(Language::Da));
        assert_eq!(Language::accepted("de, en;q=0.3, da-DK;q=0.5"), Some(Language::Da));
        assert_eq!(Language::accepted("de, en;q=0"), None);
        assert_eq!(Language::accepted(""), None);
    }

    #[test]
    fn a_text_takes_its_values() {
        let words = Language::Da.words();
        let text = words.text_with("app.signed_in_as", &[("name", &"{x} <b>")]);
        assert!(text.contains("{x} <b>"), "{text}");
    }
}
