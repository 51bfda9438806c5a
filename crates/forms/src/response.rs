//! Reads a response from a file: every finding, with line and column.

use std::sync::LazyLock;

use jsonschema::Validator;
use model::{Finding, Response, Severity};
use serde_json::Value;

use crate::codes;
use crate::json::{self, LARGEST_RESPONSE, Locator};
use crate::keywords::known_keys;
use crate::messages;
use crate::prepare::PreparedForm;
use crate::reading::Reading;
use crate::validate::{self, Issue, MOST_ISSUES};

static SHAPE: LazyLock<(Value, Validator)> = LazyLock::new(|| {
    let schema = model::schema::of::<Response>().to_value();
    let validator = jsonschema::draft202012::options()
        .should_validate_formats(false)
        .build(&schema)
        .expect("schemas made from our types are valid");
    (schema, validator)
});

/// Reads `text` as a response; the findings say what is wrong with the document itself.
pub fn parse_response(file: &str, text: &str) -> Result<Response, Vec<Finding>> {
    let quick = json::read_as::<Response>(file, text, LARGEST_RESPONSE);
    let first = match quick {
        Ok(response) => return Ok(response),
        Err(finding) => finding,
    };
    if first.code != codes::WRONG_SHAPE.name {
        return Err(vec![first]);
    }
    let value: Value = match json::read(file, text, LARGEST_RESPONSE) {
        Ok(value) => value,
        Err(finding) => return Err(vec![finding]),
    };
    let locator = Locator::new(file, text);
    let (schema, validator) = &*SHAPE;
    let known = |pointer: &str| known_keys(schema, pointer);
    let all: Vec<Finding> = validator
        .iter_errors(&value)
        .flat_map(|error| messages::problems(&error, &codes::WRONG_SHAPE, &known))
        .take(MOST_ISSUES)
        .map(|problem| {
            let place = if problem.at_key {
                locator.key(&problem.pointer)
            } else {
                locator.value(&problem.pointer)
            };
            let mut finding = problem.code.finding(place, problem.message);
            finding.suggestion = problem.suggestion;
            finding
        })
        .collect();
    Err(if all.is_empty() { vec![first] } else { all })
}

/// Everything that is wrong with the answers, placed in the file they came from.
pub fn findings(form: &PreparedForm, response: &Response, file: &str, text: &str) -> Vec<Finding> {
    let reading = Reading::new(form, response);
    place(validate::validate(&reading), file, text)
}

/// Places `issues` in the file they are about.
pub fn place(issues: Vec<Issue>, file: &str, text: &str) -> Vec<Finding> {
    if issues.is_empty() {
        return Vec::new();
    }
    let locator = Locator::new(file, text);
    issues
        .into_iter()
        .map(|issue| {
            let mut finding = issue.code.finding(locator.value(&issue.pointer), issue.message);
            finding.suggestion = issue.suggestion;
            finding
        })
        .collect()
}

/// Whether any of `findings` is an error.
pub fn any_error(findings: &[Finding]) -> bool {
    findings.iter().any(|it| it.severity == Severity::Error)
}
