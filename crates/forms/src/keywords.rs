//! Checks the keywords of the form language against the schemas made from their types.

use std::sync::LazyLock;

use model::keywords::{FormMeta, QuestionKeywords};
use serde_json::{Map, Value};

use crate::document::Shape;
use crate::messages::Problem;

static FORM_META: LazyLock<Shape> = LazyLock::new(Shape::of::<FormMeta>);
static QUESTION: LazyLock<Shape> = LazyLock::new(Shape::of::<QuestionKeywords>);

/// What is wrong with `x-form`; pointers are relative to it.
pub(crate) fn form_meta(value: &Value) -> Vec<Problem> {
    FORM_META.problems(value)
}

/// What is wrong with the `x-` keywords of `schema`, a step, question or column; pointers are
/// relative to it.
pub(crate) fn question(schema: &Map<String, Value>) -> Vec<Problem> {
    let ours: Map<String, Value> = schema
        .iter()
        .filter(|(key, _)| QuestionKeywords::NAMES.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if ours.is_empty() { Vec::new() } else { QUESTION.problems(&Value::Object(ours)) }
}
