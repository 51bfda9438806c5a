//! What JSON Schema says of an answer beyond its kind: its limits.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::build::deref;

/// The limits of an answer that a reader is told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits {
    /// The lowest value.
    pub low: Option<f64>,
    /// The highest value.
    pub high: Option<f64>,
    /// The most characters.
    pub longest: Option<u64>,
    /// The fewest rows.
    pub fewest: Option<u64>,
    /// The most rows.
    pub most: Option<u64>,
    /// An answer as it could be.
    pub example: Option<Value>,
}

impl Limits {
    /// The limits that the schema of a question or column sets.
    pub fn of(schema: &Map<String, Value>) -> Self {
        let number = |keys: [&str; 2]| keys.iter().find_map(|it| schema.get(*it)?.as_f64());
        let count = |key: &str| schema.get(key)?.as_u64();
        Self {
            low: number(["minimum", "exclusiveMinimum"]),
            high: number(["maximum", "exclusiveMaximum"]),
            longest: count("maxLength"),
            fewest: count("minItems"),
            most: count("maxItems"),
            example: schema.get("examples").and_then(|it| it.get(0)).cloned(),
        }
    }
}

/// The JSON Schema of the question at `path` of a resolved document, or of a column of its
/// table.
pub fn schema<'d>(
    document: &'d Value,
    path: &str,
    column: Option<&str>,
) -> Option<Cow<'d, Map<String, Value>>> {
    let mut at = Cow::Borrowed(document.as_object()?);
    for name in path.split('.') {
        at = property(document, at, name)?;
    }
    match column {
        None => Some(at),
        Some(column) => {
            let items = inside(document, at, |it| it.get("items"))?;
            property(document, items, column)
        }
    }
}

fn property<'d>(
    document: &'d Value,
    schema: Cow<'d, Map<String, Value>>,
    name: &str,
) -> Option<Cow<'d, Map<String, Value>>> {
    inside(document, schema, |it| it.get("properties")?.get(name))
}

/// What `find` finds in `schema`, followed to where it leads.
fn inside<'d>(
    document: &'d Value,
    schema: Cow<'d, Map<String, Value>>,
    find: impl Fn(&Map<String, Value>) -> Option<&Value>,
) -> Option<Cow<'d, Map<String, Value>>> {
    match schema {
        Cow::Borrowed(schema) => deref(document, find(schema)?),
        Cow::Owned(schema) => Some(Cow::Owned(deref(document, find(&schema)?)?.into_owned())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn limits_are_found_behind_references() {
        let document = json!({
            "$defs": { "share": { "type": "number", "minimum": 0, "maximum": 100 } },
            "properties": { "a": { "properties": {
                "b": { "$ref": "#/$defs/share", "maximum": 50, "examples": [5] },
                "rows": { "items": { "properties": { "c": { "$ref": "#/$defs/share" } } } }
            } } }
        });
        let limits = |path, column| Limits::of(&schema(&document, path, column).unwrap());
        let b = limits("a.b", None);
        assert_eq!((b.low, b.high, b.example), (Some(0.0), Some(50.0), Some(json!(5))));
        assert_eq!(limits("a.rows", Some("c")).high, Some(100.0));
        assert!(schema(&document, "a.x", None).is_none());
        assert!(schema(&document, "a.rows", Some("d")).is_none());
    }
}
