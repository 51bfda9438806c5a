//! The JSON Schema of forms, so that an editor completes and underlines as one types.

use model::keywords::{FormMeta, QuestionKeywords};
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

/// The JSON Schema of a form: JSON Schema 2020-12 with our keywords, made from their types.
pub fn form_schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    let mut generator = settings.into_generator();
    let meta = generator.subschema_for::<FormMeta>().to_value();
    let keywords = generator.subschema_for::<QuestionKeywords>().to_value();
    let mut definitions = generator.take_definitions(true);
    let question = json!({
        "description": "A step, a question or a column: a JSON Schema with our keywords.",
        "allOf": [keywords],
        "properties": {
            "properties": { "additionalProperties": { "$ref": "#/$defs/Asked" } },
            "items": { "$ref": "#/$defs/Asked" },
        },
        "propertyNames": only(&QuestionKeywords::NAMES),
    });
    definitions.insert("Asked".to_owned(), question);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Assay form",
        "description": "One JSON Schema (2020-12) document with the keywords of the form language.",
        "allOf": [{ "$ref": "https://json-schema.org/draft/2020-12/schema" }],
        "type": "object",
        "required": ["title", "x-form", "type", "properties"],
        "propertyNames": only(&["x-form", crate::order::KEYWORD]),
        "properties": {
            "type": { "const": "object" },
            "x-form": meta,
            "properties": { "additionalProperties": { "$ref": "#/$defs/Asked" } },
        },
        "$defs": definitions,
    })
}

/// Of keys that begin with `x-`, only these.
fn only(known: &[&str]) -> Value {
    json!({ "anyOf": [{ "not": { "pattern": "^x-" } }, { "enum": known }] })
}
