//! Checks forms, their translations and the cases beside them; checks programmes.

use forms::check::sort;
use forms::json::{self, LARGEST_RESPONSE, Locator};
use forms::prepare::{Loaded, PreparedForm};
use forms::{Files, codes, files, parse_response, response};
use model::case::{Coverage, Expected};
use model::{Finding, Scorecard, Severity};

use crate::library::Forms;

/// What was found about one form.
#[derive(Debug)]
pub struct Checked {
    /// The form's file.
    pub path: String,
    /// What was found, by file and place.
    pub findings: Vec<Finding>,
    /// How many cases lie beside it.
    pub cases: usize,
    /// What its cases reach; absent where the form is not scored or could not be prepared.
    pub coverage: Option<Coverage>,
}

/// Checks the form at `path`, its translations and its cases.
pub fn check(files: &Files, path: &str) -> Checked {
    let Loaded { form, mut findings, .. } = forms::check::check(files, path);
    let cases = cases(files, path);
    let mut coverage = None;
    if let Some(form) = &form {
        let mut cards = Vec::new();
        for case in &cases {
            match check_case(files, form, case) {
                Ok((card, differences)) => {
                    cards.push(card);
                    findings.extend(differences);
                }
                Err(it) => findings.extend(it),
            }
        }
        let scored = !form.form.meta.dimensions.is_empty();
        if cases.is_empty() && scored {
            let message = "nothing shows that the form scores what is meant";
            let mut finding = codes::NO_CASES.finding(json::whole(path), message);
            finding.suggestion =
                Some("add `cases/<case>/answers.json` and `expected.json`".to_owned());
            findings.push(finding);
        } else if scored || !form.form.meta.gates.is_empty() {
            let reached = scoring::coverage(form, &cards);
            findings.extend(unreached(path, &reached));
            coverage = Some(reached);
        }
        findings.extend(crate::publish::changed(files, path, form));
    }
    sort(&mut findings);
    Checked { path: path.to_owned(), findings, cases: cases.len(), coverage }
}

/// What is found in the programme at `path` and its translations, where `forms` are those it
/// may name.
pub fn check_programme(files: &Files, path: &str, forms: &Forms) -> Vec<Finding> {
    workflow::check(files, path, forms)
}

/// How many names a finding lists before it says how many more there are.
const MOST_NAMES: usize = 12;

/// What no case of the form at `path` reaches.
fn unreached(path: &str, coverage: &Coverage) -> Option<Finding> {
    let all = coverage.all();
    if all.missed.is_empty() {
        return None;
    }
    let names: Vec<String> =
        all.missed.iter().take(MOST_NAMES).map(|it| format!("`{it}`")).collect();
    let more = match all.missed.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!(
        "the cases reach {:.0} % of the criteria, levels, gates and bands; none reaches {}{more}",
        (100.0 * all.share()).floor(),
        names.join(", ")
    );
    Some(codes::UNREACHED.finding(json::whole(path), message))
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

/// The scorecard of the case in `folder` and where it differs from what was worked out by
/// hand; or, where there is none, what is unreadable or does not fit the form.
fn check_case(
    files: &Files,
    form: &PreparedForm,
    folder: &str,
) -> Result<(Scorecard, Vec<Finding>), Vec<Finding>> {
    let (answers, expected) = (format!("{folder}/answers.json"), format!("{folder}/expected.json"));
    let (Some(text), Some(expected_text)) = (files.get(&answers), files.get(&expected)) else {
        let message = "a case has `answers.json` and `expected.json`";
        return Err(vec![codes::CASE_INVALID.finding(json::whole(folder), message)]);
    };
    let wanted = json::read_as::<Expected>(&expected, expected_text, LARGEST_RESPONSE)
        .map_err(|finding| vec![finding])?;
    let response = parse_response(&answers, text)?;
    let mut findings = response::findings(form, &response, &answers, text);
    if findings.iter().any(|it| it.severity == Severity::Error) {
        return Err(findings);
    }
    let card = scoring::score(form, &response, None);
    let locator = Locator::new(&expected, expected_text);
    for it in scoring::compare(&wanted, &locator, &card) {
        let message = format!("expected {}, scored {}", it.expected, it.scored);
        let mut finding = codes::CASE_DIFFERS.finding(locator.value(&it.pointer), message);
        finding.suggestion = Some("mend the form, or what was worked out by hand".to_owned());
        findings.push(finding);
    }
    Ok((card, findings))
}
