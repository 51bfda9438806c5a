//! Finds and loads forms among files.

use expressions::analysis::nearest;
use forms::prepare::{Loaded, PreparedForm, load};
use forms::{Files, files};
use model::Severity;

use crate::error::EngineError;

/// The paths of all forms among `files`: every `form.json` outside `published` and `cases`.
pub fn forms(files: &Files) -> Vec<&str> {
    files
        .paths()
        .filter(|it| *it == "form.json" || it.ends_with("/form.json"))
        .filter(|it| !it.contains("/cases/") && !it.contains("/published/"))
        .collect()
}

/// The path of the form with this id (the name of its folder).
pub fn find<'a>(files: &'a Files, id: &str) -> Result<&'a str, EngineError> {
    let name = |path: &'a str| files::folder(path).rsplit('/').next().unwrap_or_default();
    let all = forms(files);
    all.iter().copied().find(|it| name(it) == id).ok_or_else(|| EngineError::NoForm {
        name: id.to_owned(),
        suggestion: nearest(id, all.iter().map(|it| name(it))).map(str::to_owned),
    })
}

/// The form at `path`, ready to be answered; otherwise the findings.
pub fn prepare(files: &Files, path: &str) -> Result<PreparedForm, EngineError> {
    let Loaded { form, mut findings, .. } = load(files, path);
    form.ok_or_else(|| {
        findings.retain(|it| it.severity == Severity::Error);
        EngineError::Findings(findings)
    })
}
