//! Inlines `$ref` to files, so that a form becomes one document.
//!
//! A reference may name a file under the same root (with a JSON Pointer into it), never the
//! network. What stands beside a `$ref` wins. References inside the form's own document
//! (`#/$defs/…`) stay as they are: JSON Schema follows them.

use model::Finding;
use serde_json::{Map, Value};

use crate::codes;
use crate::files::{self, Files};
use crate::json::{self, LARGEST_FORM, Locator, MOST_LEVELS, escape, unescape};

/// How many values a resolved form may have.
const MOST_VALUES: usize = 200_000;

/// A form as one document, and where each part of it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The document, files inlined.
    pub document: Value,
    /// Where parts came from.
    pub origins: Origins,
    /// The shared parts, in document order.
    pub shared: Vec<SharedPart>,
}

/// A part that was inlined from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedPart {
    /// The JSON Pointer of the part in the resolved document.
    pub pointer: String,
    /// The file it came from.
    pub file: String,
    /// The last name of the fragment; empty when the whole file was inlined.
    pub name: String,
}

/// Where each part of a resolved document came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    file: String,
    parts: Vec<(String, String, String)>,
}

impl Origins {
    /// Everything came from `file`.
    pub fn of(file: &str) -> Self {
        Self { file: file.to_owned(), parts: Vec::new() }
    }

    /// The file, and the pointer inside it, of `pointer` in the resolved document.
    pub fn source(&self, pointer: &str) -> (&str, String) {
        self.parts
            .iter()
            .filter_map(|(prefix, file, source)| {
                let rest = pointer.strip_prefix(prefix.as_str())?;
                (rest.is_empty() || rest.starts_with('/'))
                    .then(|| (prefix.len(), file.as_str(), format!("{source}{rest}")))
            })
            .max_by_key(|(length, ..)| *length)
            .map_or_else(
                || (self.file.as_str(), pointer.to_owned()),
                |(_, file, pointer)| (file, pointer),
            )
    }
}

/// Reads the form at `path` and inlines what it refers to.
pub fn resolve(files: &Files, path: &str) -> (Option<Resolved>, Vec<Finding>) {
    let Some(text) = files.get(path) else {
        let message = format!("there is no file `{path}`");
        return (None, vec![codes::NO_SUCH_FILE.finding(json::whole(path), message)]);
    };
    let document = match json::read(path, text, LARGEST_FORM) {
        Ok(document) => document,
        Err(finding) => return (None, vec![finding]),
    };
    let mut work = Work {
        files,
        origins: Origins::of(path),
        shared: Vec::new(),
        findings: Vec::new(),
        open: Vec::new(),
        values: 0,
        level: 0,
    };
    let document = work.value(&document, path, "", "");
    let Work { origins, shared, findings, .. } = work;
    (Some(Resolved { document, origins, shared }), findings)
}

struct Work<'a> {
    files: &'a Files,
    origins: Origins,
    shared: Vec<SharedPart>,
    findings: Vec<Finding>,
    /// The references that are being followed.
    open: Vec<String>,
    values: usize,
    /// How deep the value stands that is being resolved; a reference is a level too.
    level: usize,
}

/// Keywords whose values are data, not schemas.
const DATA: [&str; 5] = ["const", "enum", "default", "examples", "x-form"];

/// Where keys are names of properties and parts, not keywords.
const BY_NAME: [&str; 2] = ["/properties", "/$defs"];

impl Work<'_> {
    /// The value at `source` of `file`, which stands at `target` in the resolved document.
    fn value(&mut self, value: &Value, file: &str, source: &str, target: &str) -> Value {
        self.values += 1;
        if self.values > MOST_VALUES {
            if self.values == MOST_VALUES + 1 {
                let message = format!("the resolved form has more than {MOST_VALUES} values");
                self.find(&codes::TOO_LARGE, file, source, message);
            }
            return Value::Null;
        }
        self.level += 1;
        let value = match value {
            Value::Object(_) | Value::Array(_) if self.level > MOST_LEVELS => {
                if self.findings.iter().all(|it| it.code != codes::NESTED_TOO_DEEPLY.name) {
                    let message = format!("the form is nested more than {MOST_LEVELS} deep");
                    self.find(&codes::NESTED_TOO_DEEPLY, file, source, message);
                }
                Value::Null
            }
            Value::Object(map) => self.object(map, file, source, target),
            Value::Array(items) => Value::Array(
                items
                    .iter()
                    .enumerate()
                    .map(|(i, item)| {
                        self.value(item, file, &format!("{source}/{i}"), &format!("{target}/{i}"))
                    })
                    .collect(),
            ),
            other => other.clone(),
        };
        self.level -= 1;
        value
    }

    fn object(
        &mut self,
        map: &Map<String, Value>,
        file: &str,
        source: &str,
        target: &str,
    ) -> Value {
        let mut merged = Map::new();
        let in_main = file == self.origins.file && self.open.is_empty();
        let reference = map.get("$ref").and_then(Value::as_str);
        let inlined = reference.filter(|it| !(it.starts_with('#') && in_main));
        if let Some(reference) = inlined
            && let Some(part) = self.follow(reference, file, source, target)
        {
            match part {
                Value::Object(part) => merged = part,
                other if map.len() == 1 => return other,
                _ => {}
            }
        }
        let target_of = target;
        for (key, value) in map {
            if key == "$ref" && inlined.is_some() {
                continue;
            }
            let (source, target) =
                (format!("{source}/{}", escape(key)), format!("{target}/{}", escape(key)));
            if inlined.is_some() || !self.open.is_empty() {
                self.origins.parts.push((target.clone(), file.to_owned(), source.clone()));
            }
            let is_name = BY_NAME.iter().any(|it| target_of.ends_with(it));
            let value = if DATA.contains(&key.as_str()) && !is_name {
                value.clone()
            } else {
                self.value(value, file, &source, &target)
            };
            merged.insert(key.clone(), value);
        }
        Value::Object(merged)
    }

    fn follow(&mut self, reference: &str, file: &str, source: &str, target: &str) -> Option<Value> {
        let at = format!("{source}/$ref");
        let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        if reference.contains("://") || path.starts_with("urn:") {
            let message =
                format!("`{reference}` is not a file beside the form; nothing is fetched");
            self.find(&codes::REMOTE_REF, file, &at, message);
            return None;
        }
        let path = if path.is_empty() { Some(file.to_owned()) } else { files::join(file, path) };
        let Some(path) = path.filter(|_| !reference.starts_with('/')) else {
            let message = format!("`{reference}` leaves the folder of the forms");
            self.find(&codes::REF_OUTSIDE, file, &at, message);
            return None;
        };
        let key = format!("{path}#{fragment}");
        if self.open.contains(&key) {
            let message = format!("`{reference}` leads back to itself");
            self.find(&codes::REF_CYCLE, file, &at, message);
            return None;
        }
        let Some(text) = self.files.get(&path) else {
            let message = format!("there is no file `{path}`");
            self.find(&codes::NO_SUCH_FILE, file, &at, message);
            return None;
        };
        let whole = match json::read(&path, text, LARGEST_FORM) {
            Ok(whole) => whole,
            Err(finding) => {
                if !self.findings.contains(&finding) {
                    self.findings.push(finding);
                }
                return None;
            }
        };
        let Some(part) = whole.pointer(fragment) else {
            let message = format!("`{path}` has nothing at `#{fragment}`");
            self.find(&codes::NO_SUCH_FILE, file, &at, message);
            return None;
        };
        if path != file {
            let name = fragment.rsplit('/').next().map(unescape).unwrap_or_default();
            self.shared.push(SharedPart { pointer: target.to_owned(), file: path.clone(), name });
        }
        self.origins.parts.push((target.to_owned(), path.clone(), fragment.to_owned()));
        self.open.push(key);
        let mut value = self.value(part, &path, fragment, target);
        self.open.pop();
        if let Some(map) = value.as_object_mut() {
            map.shift_remove("$schema");
            map.shift_remove("$defs");
        }
        Some(value)
    }

    fn find(&mut self, code: &codes::Code, file: &str, pointer: &str, message: String) {
        let place = match self.files.get(file) {
            Some(text) => Locator::new(file, text).value(pointer),
            None => json::whole(file),
        };
        self.findings.push(code.finding(place, message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve_with(form: &str, others: &[(&str, &str)]) -> (Value, Vec<String>) {
        let mut files: Files = others.iter().copied().collect();
        files.insert("f/form.json", form);
        let (resolved, findings) = resolve(&files, "f/form.json");
        (
            resolved.map(|it| it.document).unwrap_or_default(),
            findings.into_iter().map(|it| it.code).collect(),
        )
    }

    #[test]
    fn what_stands_beside_a_reference_wins() {
        let (document, findings) = resolve_with(
            r#"{"a": {"$ref": "../s.json#/$defs/x", "title": "mine"}}"#,
            &[(
                "s.json",
                r##"{"$defs": {"x": {"title": "theirs", "items": {"$ref": "#/$defs/y"}}, "y": {"type": "string"}}}"##,
            )],
        );
        assert_eq!(document["a"]["title"], "mine");
        assert_eq!(document["a"]["items"]["type"], "string");
        assert!(findings.is_empty(), "{findings:?}");
    }

    #[test]
    fn a_question_may_have_the_name_of_a_keyword() {
        let (document, findings) = resolve_with(
            r#"{"properties": {"default": {"$ref": "../s.json"}}, "default": {"$ref": "kept"}}"#,
            &[("s.json", r#"{"type": "string"}"#)],
        );
        assert_eq!(document["properties"]["default"]["type"], "string");
        assert_eq!(document["default"]["$ref"], "kept");
        assert!(findings.is_empty(), "{findings:?}");
    }

    #[test]
    fn references_away_are_refused() {
        let refused = |reference: &str| {
            resolve_with(&format!(r#"{{"a": {{"$ref": "{reference}"}}}}"#), &[]).1
        };
        assert_eq!(refused("https://example.org/x.json"), ["remote-ref"]);
        assert_eq!(refused("../../x.json"), ["ref-outside"]);
        assert_eq!(refused("/etc/passwd"), ["ref-outside"]);
        assert_eq!(refused("../missing.json"), ["no-such-file"]);
    }

    #[test]
    fn a_cycle_through_files_is_found() {
        let (_, findings) = resolve_with(
            r#"{"a": {"$ref": "../s.json"}}"#,
            &[
                ("s.json", r#"{"b": {"$ref": "t.json"}}"#),
                ("t.json", r#"{"c": {"$ref": "s.json"}}"#),
            ],
        );
        assert_eq!(findings, ["ref-cycle"]);
    }

    #[test]
    fn a_form_that_grows_without_end_is_stopped() {
        let many = |next: &str| {
            let parts: Vec<String> =
                (0..30).map(|i| format!(r#""p{i}": {{"$ref": "{next}"}}"#)).collect();
            format!("{{{}}}", parts.join(","))
        };
        let (a, b, c, d) = (many("b.json"), many("c.json"), many("d.json"), many("e.json"));
        let (_, findings) = resolve_with(
            r#"{"a": {"$ref": "../a.json"}}"#,
            &[("a.json", &a), ("b.json", &b), ("c.json", &c), ("d.json", &d), ("e.json", "{}")],
        );
        assert!(findings.contains(&"too-large".to_owned()), "{findings:?}");
    }

    #[test]
    fn findings_in_shared_parts_are_placed_in_the_shared_file() {
        let files: Files = [
            ("f/form.json", r#"{"a": {"$ref": "../s.json", "title": "mine"}}"#),
            ("s.json", "{\n  \"description\": \"x\"\n}"),
        ]
        .into_iter()
        .collect();
        let (resolved, _) = resolve(&files, "f/form.json");
        let origins = resolved.unwrap().origins;
        assert_eq!(origins.source("/a/description"), ("s.json", "/description".to_owned()));
        assert_eq!(origins.source("/a/title"), ("f/form.json", "/a/title".to_owned()));
    }
}
