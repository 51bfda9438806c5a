//! Checks forms, their translations and the cases beside them.

use forms::check::sort;
use forms::json::{self, LARGEST_RESPONSE, Locator};
use forms::prepare::{Loaded, PreparedForm};
use forms::{Files, codes, files, parse_response, response};
use model::case::Expected;
use model::{Finding, Severity};

/// What was found about one form.
#[derive(Debug)]
pub struct Checked {
    /// The form's file.
    pub path: String,
    /// What was found, by file and place.
    pub findings: Vec<Finding>,
    /// How many cases lie beside it.
    pub cases: usize,
}

/// Checks the form at `path`, its translations and its cases.
pub fn check(files: &Files, path: &str) -> Checked {
    let Loaded { form, mut findings, .. } = forms::check::check(files, path);
    let cases = cases(files, path);
    if let Some(form) = &form {
        for case in &cases {
            findings.extend(check_case(files, form, case));
        }
        let scored = !form.form.meta.dimensions.is_empty();
        if cases.is_empty() && scored {
            let message = "nothing shows that the form scores what is meant";
            let mut finding = codes::NO_CASES.finding(json::whole(path), message);
            finding.suggestion =
                Some("add `cases/<case>/answers.json` and `expected.json`".to_owned());
            findings.push(finding);
        }
        findings.extend(crate::publish::changed(files, path, form));
    }
    sort(&mut findings);
    Checked { path: path.to_owned(), findings, cases: cases.len() }
}

/// The folders of the cases beside the form at `path`.
pub fn cases(files: &Files, path: &str) -> Vec<String> {
    let folder = files::folder(path);
    let prefix = if folder.is_empty() { "cases/".to_owned() } else { format!("{folder}/cases/") };
    let mut cases: Vec<String> = files
        .paths()
        .filter_map(|it| it.strip_prefix(&prefix)?.split_once('/'))
        .map(|(name, _)| format!("{prefix}{name}"))
        .collect();
    cases.dedup();
    cases
}

/// What is wrong with the case in `folder`: unreadable, not fitting the form, or scored
/// otherwise than worked out by hand.
fn check_case(files: &Files, form: &PreparedForm, folder: &str) -> Vec<Finding> {
    let (answers, expected) = (format!("{folder}/answers.json"), format!("{folder}/expected.json"));
    let (Some(text), Some(expected_text)) = (files.get(&answers), files.get(&expected)) else {
        let message = "a case has `answers.json` and `expected.json`";
        return vec![codes::CASE_INVALID.finding(json::whole(folder), message)];
    };
    let wanted = match json::read_as::<Expected>(&expected, expected_text, LARGEST_RESPONSE) {
        Ok(wanted) => wanted,
        Err(finding) => return vec![finding],
    };
    let response = match parse_response(&answers, text) {
        Ok(response) => response,
        Err(findings) => return findings,
    };
    let mut findings = response::findings(form, &response, &answers, text);
    if findings.iter().any(|it| it.severity == Severity::Error) {
        return findings;
    }
    let card = scoring::score(form, &response, None);
    let locator = Locator::new(&expected, expected_text);
    for it in scoring::compare(&wanted, &card) {
        let message = format!("expected {}, scored {}", it.expected, it.scored);
        let mut finding = codes::CASE_DIFFERS.finding(locator.value(&it.pointer), message);
        finding.suggestion = Some("mend the form, or what was worked out by hand".to_owned());
        findings.push(finding);
    }
    findings
}
