//! Reads a response from a file: every finding, with line and column.

use std::sync::LazyLock;

use model::{Finding, Response, Severity};

use crate::codes;
use crate::document::{self, Shape};
use crate::json::{self, LARGEST_RESPONSE, Locator};
use crate::prepare::PreparedForm;
use crate::reading::Reading;
use crate::validate::{self, Issue};

static SHAPE: LazyLock<Shape> = LazyLock::new(Shape::of::<Response>);

/// Reads `text` as a response; the findings say what is wrong with the document itself.
pub fn parse_response(file: &str, text: &str) -> Result<Response, Vec<Finding>> {
    match json::read_unique(file, text, LARGEST_RESPONSE) {
        Err(finding) if finding.code == codes::WRONG_SHAPE.name => {
            document::read(&SHAPE, file, text, LARGEST_RESPONSE)
        }
        read => read.map_err(|finding| vec![finding]),
    }
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
