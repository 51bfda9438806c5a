//! Finds our keywords where nothing reads them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::build::deref;
use crate::json::escape;

/// Keywords whose value is one schema or a list of them.
const SCHEMAS: [&str; 15] = [
    "additionalProperties",
    "allOf",
    "anyOf",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "oneOf",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Keywords whose value has schemas by name.
const BY_NAME: [&str; 3] = ["dependentSchemas", "patternProperties", "properties"];

/// The pointers of keys of ours in schemas of `document` that are not among those `read`.
pub(crate) fn stray(document: &Value, read: &BTreeSet<String>) -> Vec<String> {
    let mut walk = Walk { document, read, followed: BTreeSet::new(), found: Vec::new() };
    walk.schema(document, "");
    walk.found
}

struct Walk<'a> {
    document: &'a Value,
    read: &'a BTreeSet<String>,
    /// The references that were followed from where nothing is read; once is enough.
    followed: BTreeSet<String>,
    found: Vec<String>,
}

impl Walk<'_> {
    fn schema(&mut self, value: &Value, pointer: &str) {
        let is_read = self.read.contains(pointer);
        let reference = value.get("$ref").and_then(Value::as_str);
        if !is_read && reference.is_some_and(|it| !self.followed.insert(it.to_owned())) {
            return;
        }
        let Some(schema) = deref(self.document, value) else { return };
        if !is_read {
            let ours = schema.keys().filter(|it| it.starts_with("x-"));
            self.found.extend(ours.map(|it| format!("{pointer}/{}", escape(it))));
        }
        self.inside(&schema, pointer);
    }

    fn inside(&mut self, schema: &Map<String, Value>, pointer: &str) {
        for (key, value) in schema {
            let pointer = format!("{pointer}/{}", escape(key));
            let by_name = BY_NAME.contains(&key.as_str());
            match value {
                Value::Object(map) if by_name => {
                    for (name, value) in map {
                        self.schema(value, &format!("{pointer}/{}", escape(name)));
                    }
                }
                Value::Array(items) if SCHEMAS.contains(&key.as_str()) => {
                    for (i, value) in items.iter().enumerate() {
                        self.schema(value, &format!("{pointer}/{i}"));
                    }
                }
                Value::Object(_) if SCHEMAS.contains(&key.as_str()) => self.schema(value, &pointer),
                _ => {}
            }
        }
    }
}
