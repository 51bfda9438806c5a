//! Reads a response to a form and scores it.

use forms::prepare::PreparedForm;
use forms::{Reading, parse_response, response, validate};
use model::{Finding, Response, Scorecard, Severity};

use crate::error::EngineError;

/// A response that fits its form, with the findings that do not stop it.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The response.
    pub response: Response,
    /// Warnings about it.
    pub findings: Vec<Finding>,
}

/// Reads `text` as a response to `form`; every error is a finding.
pub fn accept(form: &PreparedForm, file: &str, text: &str) -> Result<Accepted, EngineError> {
    let response = parse_response(file, text).map_err(EngineError::Findings)?;
    let findings = response::findings(form, &response, file, text);
    if findings.iter().any(|it| it.severity == Severity::Error) {
        return Err(EngineError::Findings(findings));
    }
    Ok(Accepted { response, findings })
}

/// Reads and scores `text` in one go, in the form's own language.
///
/// The way of one response through the engine: parse, validate, score.
pub fn score_text(form: &PreparedForm, file: &str, text: &str) -> Result<Scorecard, EngineError> {
    let response = parse_response(file, text).map_err(EngineError::Findings)?;
    let reading = Reading::new(form, &response);
    let issues = validate::validate(&reading);
    if validate::any_error(&issues) {
        return Err(EngineError::Findings(response::place(issues, file, text)));
    }
    Ok(scoring::score_reading(&reading, None))
}

/// Checks that `form` can be read in `language`.
pub fn require_language(form: &PreparedForm, language: &str) -> Result<(), EngineError> {
    let languages = form.languages();
    if languages.contains(&language) {
        return Ok(());
    }
    Err(EngineError::NoLanguage {
        form: form.form.meta.id.clone(),
        language: language.to_owned(),
        languages: languages.into_iter().map(str::to_owned).collect(),
    })
}
