//! Checks that translations are complete and name only what exists.

use std::collections::{BTreeMap, BTreeSet};

use expressions::Template;
use expressions::analysis::nearest;
use model::{Finding, Place};

use crate::codes::{self, Code};
use crate::files::{self, Files};
use crate::json::{Locator, escape, whole};
use crate::prepare::PreparedForm;
use crate::translate::Translation;

/// How long a text is before it is odd that it is the same in two languages.
const LONG_ENOUGH_TO_DIFFER: usize = 25;

/// What is missing from, stale in, or untouched by the translations of `form`.
pub fn check(form: &PreparedForm, files: &Files, path: &str) -> Vec<Finding> {
    let mut own = form.form.clone();
    let texts: Vec<(String, String)> =
        own.texts().into_iter().map(|(place, text)| (place, text.clone())).collect();
    let mut findings = compare(&texts, &form.translations, files, path, "form");
    for (language, translation) in &form.translations {
        let file = files::overlay(path, language);
        let overlay = Overlay::new(files, &file);
        for (place, text) in texts.iter().filter(|it| it.0.starts_with("x-form.narratives[")) {
            if let Some(translated) = translation.texts.get(place)
                && let Some((code, message)) = sentence(text, translated)
            {
                findings.push(code.finding(overlay.place(place), message));
            }
        }
    }
    findings
}

/// What is missing from, stale in, or untouched by the translations of the document at `path`,
/// a `noun`, which has these `texts` by place.
pub fn compare(
    texts: &[(String, String)],
    translations: &BTreeMap<String, Translation>,
    files: &Files,
    path: &str,
    noun: &str,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let places: BTreeSet<&str> = texts.iter().map(|(place, _)| place.as_str()).collect();
    for (language, translation) in translations {
        let file = files::overlay(path, language);
        let overlay = Overlay::new(files, &file);
        for (place, text) in texts {
            match translation.texts.get(place) {
                None if place.starts_with("x-form.sources[") => {}
                None => {
                    let message = format!("`{place}` has no text in `{language}`");
                    let mut finding = codes::MISSING_TRANSLATION.finding(whole(&file), message);
                    finding.suggestion =
                        Some(format!("add \"{place}\": \"…\" for “{}”", begin(text)));
                    findings.push(finding);
                }
                Some(translated)
                    if translated == text && text.chars().count() >= LONG_ENOUGH_TO_DIFFER =>
                {
                    let message = format!("`{place}` is the same in `{language}`");
                    findings.push(codes::SAME_TRANSLATION.finding(overlay.place(place), message));
                }
                Some(_) => {}
            }
        }
        // A key of a shared part that the form overrides or hides is no mistake of the form.
        let stale = |it: &&String| !places.contains(it.as_str()) && overlay.has(it);
        for place in translation.texts.keys().filter(stale) {
            let message = format!("the {noun} has no place `{place}`");
            let mut finding = codes::STALE_TRANSLATION.finding(overlay.place(place), message);
            finding.suggestion =
                nearest(place, places.iter().copied()).map(|it| format!("did you mean `{it}`?"));
            findings.push(finding);
        }
    }
    findings
}

/// How many characters of a text are enough to know it again.
const ENOUGH_TO_KNOW: usize = 60;

fn begin(text: &str) -> String {
    match text.char_indices().nth(ENOUGH_TO_KNOW) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// The overlay in `file`, if there is one.
struct Overlay<'a> {
    file: &'a str,
    text: &'a str,
    locator: Locator<'a>,
}

impl<'a> Overlay<'a> {
    fn new(files: &'a Files, file: &'a str) -> Self {
        let text = files.get(file).unwrap_or_default();
        Self { file, text, locator: Locator::new(file, text) }
    }

    /// Whether `key` stands in the overlay itself, not in one of a shared part.
    fn has(&self, key: &str) -> bool {
        self.text.contains(&format!("\"{key}\""))
    }

    fn place(&self, key: &str) -> Place {
        if self.text.is_empty() {
            return whole(self.file);
        }
        self.locator.key(&format!("/{}", escape(key)))
    }
}

/// What is wrong with the translation of a sentence: it cannot be read, or it names what the
/// sentence does not.
fn sentence(own: &str, translated: &str) -> Option<(&'static Code, String)> {
    let template = match Template::parse(translated) {
        Ok(template) => template,
        Err(error) => {
            return Some((&codes::EXPRESSION, format!("in `{translated}`: {}", error.message)));
        }
    };
    let own = Template::parse(own).ok()?;
    let unknown = template.names().iter().find(|it| !own.names().contains(it))?;
    Some((&codes::UNKNOWN_NAME, format!("the sentence itself does not name `{unknown}`")))
}
