//! Translations: flat maps from place to text, laid over a form.

use std::collections::BTreeMap;

use model::Finding;
use model::form::Form;
use serde_json::Value;

use crate::files::{self, Files};
use crate::json::{self, LARGEST_FORM};
use crate::resolve::{Resolved, SharedPart};
use crate::{canonical, codes};

/// A form's texts in another language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Translation {
    /// Text by place, shared parts included.
    pub texts: BTreeMap<String, String>,
    /// SHA-256 of the texts in canonical JSON, as `sha256:…`.
    pub hash: String,
}

impl Translation {
    /// A translation with these texts.
    pub fn new(texts: BTreeMap<String, String>) -> Self {
        let hash = canonical::hash(&texts);
        Self { texts, hash }
    }

    /// `form` with every text that is translated.
    pub fn apply(&self, form: &Form) -> Form {
        let mut form = form.clone();
        self.lay_over(form.texts());
        form
    }

    /// Replaces each of `texts`, by place, that is translated.
    pub fn lay_over(&self, texts: Vec<(String, &mut String)>) {
        for (place, text) in texts {
            if let Some(translated) = self.texts.get(&place) {
                text.clone_from(translated);
            }
        }
    }
}

/// Reads the overlays that lie beside the document at `path`, which has no shared parts.
pub fn beside(files: &Files, path: &str) -> (BTreeMap<String, Translation>, Vec<Finding>) {
    let mut findings = Vec::new();
    let translations = languages(files, path)
        .into_iter()
        .map(|language| {
            let overlay = files::overlay(path, &language);
            (language, Translation::new(read_overlay(files, &overlay, &mut findings)))
        })
        .collect();
    (translations, findings)
}

/// Reads the overlays that lie beside the form at `path` and beside its shared parts.
pub(crate) fn read(
    files: &Files,
    path: &str,
    resolved: &Resolved,
) -> (BTreeMap<String, Translation>, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut translations = BTreeMap::new();
    for language in languages(files, path) {
        let mut texts = BTreeMap::new();
        for part in &resolved.shared {
            let overlay =
                read_overlay(files, &files::overlay(&part.file, &language), &mut findings);
            texts.extend(
                overlay
                    .iter()
                    .filter_map(|(key, text)| Some((place_in_form(part, key)?, text.clone()))),
            );
        }
        texts.extend(read_overlay(files, &files::overlay(path, &language), &mut findings));
        translations.insert(language, Translation::new(texts));
    }
    findings.dedup();
    (translations, findings)
}

/// The languages for which an overlay lies beside `path`.
fn languages(files: &Files, path: &str) -> Vec<String> {
    let stem = path.strip_suffix(".json").unwrap_or(path);
    files
        .paths()
        .filter_map(|it| it.strip_prefix(stem)?.strip_prefix('.')?.strip_suffix(".json"))
        .filter(|it| it.len() == 2 && it.chars().all(|it| it.is_ascii_lowercase()))
        .map(str::to_owned)
        .collect()
}

fn read_overlay(
    files: &Files,
    path: &str,
    findings: &mut Vec<Finding>,
) -> BTreeMap<String, String> {
    let Some(text) = files.get(path) else { return BTreeMap::new() };
    let value = match json::read(path, text, LARGEST_FORM) {
        Ok(Value::Object(map)) => map,
        Ok(_) => {
            let message = "an overlay is an object from place to text";
            findings.push(codes::WRONG_SHAPE.finding(json::whole(path), message));
            return BTreeMap::new();
        }
        Err(finding) => {
            findings.push(finding);
            return BTreeMap::new();
        }
    };
    let mut texts = BTreeMap::new();
    for (key, value) in value {
        match value {
            Value::String(text) => {
                texts.insert(key, text);
            }
            _ => {
                let place =
                    json::Locator::new(path, text).value(&format!("/{}", json::escape(&key)));
                let message = format!("the text of `{key}` must be a text");
                findings.push(codes::WRONG_SHAPE.finding(place, message));
            }
        }
    }
    texts
}

/// The place in the form that `key` of the overlay of `part` means; `None` when the key is
/// about another part of the same file.
fn place_in_form(part: &SharedPart, key: &str) -> Option<String> {
    let inside = if part.name.is_empty() { key } else { key.strip_prefix(&part.name)? };
    let base = place(&part.pointer);
    Some(match inside {
        "" | "#title" => base,
        rest if rest.starts_with(['[', '#', '.']) => format!("{base}{rest}"),
        _ if !part.name.is_empty() => return None,
        rest => format!("{base}.{rest}"),
    })
}

/// The place that the pointer of a step, question, column or list of options means.
pub(crate) fn place(pointer: &str) -> String {
    let mut parts = Vec::new();
    let mut tokens = pointer.split('/').skip(1);
    while let Some(token) = tokens.next() {
        if token == "properties" {
            parts.extend(tokens.next());
        }
    }
    parts.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_steps_questions_and_columns() {
        assert_eq!(place("/properties/a/properties/b/items"), "a.b");
        assert_eq!(place("/properties/a/properties/b/items/properties/c"), "a.b.c");
    }

    #[test]
    fn keys_of_a_shared_part_land_in_the_form() {
        let part = |name: &str| SharedPart {
            pointer: "/properties/a/properties/b".to_owned(),
            file: "s.json".to_owned(),
            name: name.to_owned(),
        };
        assert_eq!(
            place_in_form(&part(""), "[0]#description").as_deref(),
            Some("a.b[0]#description")
        );
        assert_eq!(place_in_form(&part(""), "col[x]").as_deref(), Some("a.b.col[x]"));
        assert_eq!(place_in_form(&part("scale"), "scale[0]").as_deref(), Some("a.b[0]"));
        assert_eq!(place_in_form(&part("scale"), "other[0]"), None);
        assert_eq!(place_in_form(&part("scale"), "scales[0]"), None);
    }
}
