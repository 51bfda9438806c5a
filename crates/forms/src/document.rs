//! Reads a document of ours strictly: every finding, with line and column.

use jsonschema::Validator;
use model::Finding;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::codes;
use crate::json::{self, Locator};
use crate::messages::{self, Problem};
use crate::validate::MOST_ISSUES;

/// The JSON Schema of one of our types, ready to check documents with.
#[derive(Debug)]
pub struct Shape {
    schema: Value,
    validator: Validator,
}

impl Shape {
    /// The shape of `T`.
    ///
    /// # Panics
    ///
    /// Never: a schema made from a type of ours is valid.
    pub fn of<T: JsonSchema>() -> Self {
        let schema = model::schema::of::<T>().to_value();
        let validator = jsonschema::draft202012::options()
            .should_validate_formats(false)
            .build(&schema)
            .expect("schemas made from our types are valid");
        Self { schema, validator }
    }

    /// What is wrong with `value`; pointers are relative to it.
    pub(crate) fn problems(&self, value: &Value) -> Vec<Problem> {
        let known = |pointer: &str| known_keys(&self.schema, pointer);
        self.validator
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
            .take(MOST_ISSUES)
            .collect()
    }
}

/// Reads `text`, which is at most `largest` bytes long, as a `T` of this `shape`; otherwise
/// everything that does not fit, or the one finding that stops reading.
pub fn read<T: DeserializeOwned>(
    shape: &Shape,
    file: &str,
    text: &str,
    largest: usize,
) -> Result<T, Vec<Finding>> {
    let value = json::read(file, text, largest).map_err(|finding| vec![finding])?;
    let problems = shape.problems(&value);
    if problems.is_empty() {
        return json::read_as(file, text, largest).map_err(|finding| vec![finding]);
    }
    let locator = Locator::new(file, text);
    let place = |problem: &Problem| match problem.at_key {
        true => locator.key(&problem.pointer),
        false => locator.value(&problem.pointer),
    };
    let finding = |problem: Problem| {
        let finding = problem.code.finding(place(&problem), problem.message);
        Finding { suggestion: problem.suggestion, ..finding }
    };
    Err(problems.into_iter().map(finding).collect())
}

/// What to write where several shapes are allowed and none fits.
fn hint(error: &jsonschema::ValidationError<'_>) -> Option<&'static str> {
    let pointer = error.instance_path().to_string();
    let is_key = |it: &&str| !it.starts_with(|it: char| it.is_ascii_digit());
    let key = pointer.rsplit('/').find(is_key).unwrap_or_default();
    match key {
        "version" => Some("a version is three numbers, for example `1.0.0`"),
        "start_from" => {
            Some("write `{ \"median_of\": \"<stage>\" }` or `{ \"latest_of\": \"<stage>\" }`")
        }
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
fn known_keys(schema: &Value, pointer: &str) -> Vec<String> {
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
