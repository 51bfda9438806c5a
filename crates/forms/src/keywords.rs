//! Checks the keywords of the form language against the schemas made from their types.

use std::sync::LazyLock;

use jsonschema::Validator;
use model::keywords::{FormMeta, QuestionKeywords};
use schemars::JsonSchema;
use serde_json::{Map, Value};

use crate::codes;
use crate::messages::{self, Problem};

struct Keyword {
    schema: Value,
    validator: Validator,
}

fn keyword<T: JsonSchema>() -> Keyword {
    let schema = model::schema::of::<T>().to_value();
    let validator = jsonschema::draft202012::options()
        .build(&schema)
        .expect("schemas made from our types are valid");
    Keyword { schema, validator }
}

static FORM_META: LazyLock<Keyword> = LazyLock::new(keyword::<FormMeta>);
static QUESTION: LazyLock<Keyword> = LazyLock::new(keyword::<QuestionKeywords>);

/// What is wrong with `x-form`; pointers are relative to it.
pub(crate) fn form_meta(value: &Value) -> Vec<Problem> {
    check(&FORM_META, value)
}

/// What is wrong with the `x-` keywords of `schema`, a step, question or column; pointers are
/// relative to it.
pub(crate) fn question(schema: &Map<String, Value>) -> Vec<Problem> {
    let ours: Map<String, Value> = schema
        .iter()
        .filter(|(key, _)| QuestionKeywords::NAMES.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if ours.is_empty() { Vec::new() } else { check(&QUESTION, &Value::Object(ours)) }
}

fn check(keyword: &Keyword, value: &Value) -> Vec<Problem> {
    let known = |pointer: &str| known_keys(&keyword.schema, pointer);
    keyword
        .validator
        .iter_errors(value)
        .flat_map(|error| {
            let mut problems = messages::problems(&error, &codes::WRONG_SHAPE, &known);
            if let Some(hint) = hint(&error) {
                for problem in &mut problems {
                    problem.suggestion.get_or_insert_with(|| hint.to_owned());
                }
            }
            problems
        })
        .collect()
}

/// What to write where several shapes are allowed and none fits.
fn hint(error: &jsonschema::ValidationError<'_>) -> Option<&'static str> {
    let pointer = error.instance_path().to_string();
    let last = pointer.rsplit('/').next().unwrap_or_default();
    match last {
        "version" => Some("a version is three numbers, for example `1.0.0`"),
        "when" | "x-visible" | "top_when" => Some(
            "a condition is an expression, or an object with exactly one of `all`, `any` and `not`",
        ),
        "effect" => Some(
            "an effect is \"eligibility\", \"knockout\", \"warn\", or one of {\"cap-band\": …}, \
             {\"cap-dimension\": {…}}, {\"exclude-row\": …}, {\"block-pillar\": …}",
        ),
        _ => None,
    }
}

/// The keys that `schema` allows at `pointer` of an instance.
pub(crate) fn known_keys(schema: &Value, pointer: &str) -> Vec<String> {
    let mut node = schema;
    for token in pointer.split('/').skip(1) {
        node = deref(schema, node);
        let next = node
            .get("properties")
            .and_then(|it| it.get(token))
            .or_else(|| node.get("items"))
            .or_else(|| node.get("additionalProperties"));
        match next {
            Some(it) => node = it,
            None => return Vec::new(),
        }
    }
    deref(schema, node)
        .get("properties")
        .and_then(Value::as_object)
        .map(|it| it.keys().cloned().collect())
        .unwrap_or_default()
}

/// Follows `$ref`, and the one part of an optional `anyOf` that is not null.
fn deref<'a>(root: &'a Value, node: &'a Value) -> &'a Value {
    if let Some(target) = node.get("$ref").and_then(Value::as_str) {
        return root.pointer(target.trim_start_matches('#')).map_or(node, |it| deref(root, it));
    }
    match node.get("anyOf").and_then(Value::as_array) {
        Some(parts) => {
            parts.iter().find(|it| it.get("$ref").is_some()).map_or(node, |it| deref(root, it))
        }
        None => node,
    }
}
