//! Checks that translations are complete and name only what exists.

use std::collections::BTreeSet;

use expressions::Template;
use expressions::analysis::nearest;
use model::Finding;

use crate::codes::{self, Code};
use crate::files::{self, Files};
use crate::json::{Locator, escape, whole};
use crate::prepare::PreparedForm;

/// How long a text is before it is odd that it is the same in two languages.
const LONG_ENOUGH_TO_DIFFER: usize = 25;

/// What is missing from, stale in, or untouched by the translations of `form`.
pub fn check(form: &PreparedForm, files: &Files, path: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut own = form.form.clone();
    let texts: Vec<(String, String)> =
        own.texts().into_iter().map(|(place, text)| (place, text.clone())).collect();
    let places: BTreeSet<&str> = texts.iter().map(|(place, _)| place.as_str()).collect();
    for (language, translation) in &form.translations {
        let overlay = files::overlay(path, language);
        let locator = files.get(&overlay).map(|text| Locator::new(&overlay, text));
        let at = |place: &str| match &locator {
            Some(locator) => locator.key(&format!("/{}", escape(place))),
            None => whole(&overlay),
        };
        for (place, text) in &texts {
            match translation.texts.get(place) {
                None if place.starts_with("x-form.sources[") => {}
                None => {
                    let message = format!("`{place}` has no text in `{language}`");
                    findings.push(codes::MISSING_TRANSLATION.finding(whole(&overlay), message));
                }
                Some(translated)
                    if translated == text && text.chars().count() >= LONG_ENOUGH_TO_DIFFER =>
                {
                    let message = format!("`{place}` is the same in `{language}`");
                    findings.push(codes::SAME_TRANSLATION.finding(at(place), message));
                }
                Some(_) => {}
            }
            if let Some(translated) = translation.texts.get(place)
                && place.starts_with("x-form.narratives[")
                && let Some((code, message)) = sentence(text, translated)
            {
                findings.push(code.finding(at(place), message));
            }
        }
        for place in translation.texts.keys().filter(|it| !places.contains(it.as_str())) {
            // A key of a shared part that the form overrides or hides is no mistake of the form.
            if files.get(&overlay).is_none_or(|text| !text.contains(&format!("\"{place}\""))) {
                continue;
            }
            let message = format!("the form has no place `{place}`");
            let mut finding = codes::STALE_TRANSLATION.finding(at(place), message);
            finding.suggestion =
                nearest(place, places.iter().copied()).map(|it| format!("did you mean `{it}`?"));
            findings.push(finding);
        }
    }
    findings
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
