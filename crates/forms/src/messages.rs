//! What JSON Schema says about a value, in our words.

use expressions::analysis::nearest;
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use crate::codes::{self, Code};

/// One thing that is wrong with a value.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) code: &'static Code,
    /// JSON Pointer of the value.
    pub(crate) pointer: String,
    /// Whether the place is the key, not the value.
    pub(crate) at_key: bool,
    pub(crate) message: String,
    pub(crate) suggestion: Option<String>,
}

/// The problems that `error` tells of; `known` gives the keys allowed at a pointer.
pub(crate) fn problems(
    error: &ValidationError<'_>,
    code: &'static Code,
    known: &dyn Fn(&str) -> Vec<String>,
) -> Vec<Problem> {
    let pointer = error.instance_path().to_string();
    let problem = |message: String, suggestion: Option<String>| Problem {
        code,
        pointer: pointer.clone(),
        at_key: false,
        message,
        suggestion,
    };
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let keys = known(&pointer);
            unexpected
                .iter()
                .map(|key| Problem {
                    code: &codes::UNKNOWN_KEYWORD,
                    pointer: format!("{pointer}/{}", crate::json::escape(key)),
                    at_key: true,
                    message: format!("`{key}` is not known here"),
                    suggestion: nearest(key, keys.iter().map(String::as_str))
                        .map(|it| format!("did you mean `{it}`?"))
                        .or_else(|| {
                            (!keys.is_empty()).then(|| format!("known are {}", quoted(&keys)))
                        }),
                })
                .collect()
        }
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let mut problem = problem(format!("`{name}` is missing"), None);
            problem.code = &codes::MISSING_KEYWORD;
            vec![problem]
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context }
            if let Some(meant) = meant(context, &pointer) =>
        {
            meant.iter().flat_map(|it| problems(it, code, known)).collect()
        }
        kind => {
            let (message, suggestion) = sentence(kind, error.instance());
            vec![problem(message, suggestion)]
        }
    }
}

/// Of several shapes the one that was meant: the only one that is of the value's own type.
fn meant<'e, 'i>(
    shapes: &'e [Vec<ValidationError<'i>>],
    pointer: &str,
) -> Option<&'e [ValidationError<'i>]> {
    let fits = |errors: &&Vec<ValidationError<'_>>| {
        errors.iter().all(|it| {
            let is_whole = it.instance_path().to_string() == pointer;
            !(is_whole && matches!(it.kind(), Kind::Type { .. }))
        })
    };
    let mut fitting = shapes.iter().filter(fits);
    let only = fitting.next()?;
    fitting.next().is_none().then_some(only.as_slice())
}

/// What `kind` says, and what to do where more can be said.
pub(crate) fn sentence(kind: &Kind, instance: &Value) -> (String, Option<String>) {
    let plain = |message: String| (message, None);
    match kind {
        Kind::Type { kind } => {
            plain(format!("this must be {}, not {}", types(kind), kind_of(instance)))
        }
        Kind::Enum { options } => {
            let options: Vec<String> = options
                .as_array()
                .map(|all| all.iter().map(crate::build::shown).collect())
                .unwrap_or_default();
            one_of(instance, &options)
        }
        Kind::Constant { expected_value } => {
            plain(format!("this must be {}", shown(expected_value)))
        }
        Kind::Minimum { limit } => plain(format!("{} is less than {limit}", shown(instance))),
        Kind::Maximum { limit } => plain(format!("{} is more than {limit}", shown(instance))),
        Kind::ExclusiveMinimum { limit } => {
            plain(format!("{} is not more than {limit}", shown(instance)))
        }
        Kind::ExclusiveMaximum { limit } => {
            plain(format!("{} is not less than {limit}", shown(instance)))
        }
        Kind::MinLength { limit } => plain(format!("the text is shorter than {limit} characters")),
        Kind::MaxLength { limit } => plain(format!("the text is longer than {limit} characters")),
        Kind::MinItems { limit } => plain(format!("there are fewer than {limit} entries")),
        Kind::MaxItems { limit } => plain(format!("there are more than {limit} entries")),
        Kind::MinProperties { limit } => plain(format!("there are fewer than {limit} keys")),
        Kind::MaxProperties { limit } => plain(format!("there are more than {limit} keys")),
        Kind::MultipleOf { multiple_of } => {
            plain(format!("{} is not a multiple of {multiple_of}", shown(instance)))
        }
        Kind::Pattern { pattern } if pattern.len() <= 40 => {
            plain(format!("{} does not have the form `{pattern}`", shown(instance)))
        }
        Kind::Pattern { .. } => plain(format!("{} is not written as it must be", shown(instance))),
        Kind::Format { format } => plain(format!("{} is not a valid {format}", shown(instance))),
        Kind::UniqueItems => plain("an entry stands twice".to_owned()),
        Kind::Required { property } => plain(format!("{} is missing", shown(property))),
        Kind::AnyOf { context } | Kind::OneOfNotValid { context }
            if let Some(types) = only_types(context) =>
        {
            plain(format!("this must be {types}, not {}", kind_of(instance)))
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context }
            if let Some(words) = only_words(context) =>
        {
            one_of(instance, &words)
        }
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => {
            plain(format!("{} has none of the shapes that are allowed here", shown(instance)))
        }
        Kind::OneOfMultipleValid { .. } => {
            plain("more than one of the allowed shapes fits, where exactly one must".to_owned())
        }
        Kind::AdditionalItems { .. } | Kind::UnevaluatedItems { .. } => {
            plain("there are more entries than allowed".to_owned())
        }
        Kind::FalseSchema => plain("nothing is allowed here".to_owned()),
        other => plain(format!("this does not satisfy `{}`", other.keyword())),
    }
}

/// That `instance` is none of `options`, and which it is like.
pub(crate) fn one_of(instance: &Value, options: &[String]) -> (String, Option<String>) {
    let near = instance
        .as_str()
        .and_then(|word| nearest(word, options.iter().map(String::as_str)))
        .map(|it| format!("did you mean `{it}`?"));
    (format!("{} is not one of {}", shown(instance), quoted(options)), near)
}

/// The words that are allowed, where all shapes are words.
fn only_words(shapes: &[Vec<ValidationError<'_>>]) -> Option<Vec<String>> {
    let word = |errors: &Vec<ValidationError<'_>>| {
        errors.iter().find_map(|it| match it.kind() {
            Kind::Constant { expected_value } => Some(crate::build::shown(expected_value)),
            _ => None,
        })
    };
    shapes.iter().map(word).collect()
}

/// The types that are allowed, where the type is all that is wrong; null aside.
fn only_types(shapes: &[Vec<ValidationError<'_>>]) -> Option<String> {
    let mut names = Vec::new();
    for errors in shapes {
        let [only] = &errors[..] else { return None };
        let Kind::Type { kind } = only.kind() else { return None };
        names.push(types(kind));
    }
    names.retain(|it| it != "null");
    (!names.is_empty()).then(|| names.join(" or "))
}

fn types(kind: &TypeKind) -> String {
    let name = |it: jsonschema::JsonType| match it.to_string().as_str() {
        "integer" => "a whole number",
        "number" => "a number",
        "string" => "a text",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "an object",
        _ => "null",
    };
    match kind {
        TypeKind::Single(it) => name(*it).to_owned(),
        TypeKind::Multiple(all) => all.iter().map(name).collect::<Vec<_>>().join(" or "),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// `value` for a message: short, on one line.
pub(crate) fn shown(value: &Value) -> String {
    let text = crate::build::shown(value);
    let mut short: String = text.chars().take(60).filter(|it| !it.is_control()).collect();
    if text.chars().count() > 60 {
        short.push('…');
    }
    format!("`{short}`")
}

/// Words in backquotes, joined by commas.
fn quoted(words: &[String]) -> String {
    words.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
}
