//! Finds and loads forms, and finds programmes, among files.

use expressions::analysis::nearest;
use forms::prepare::{Loaded, PreparedForm, load};
use forms::{Files, files};
use model::{Programme, Severity};

use crate::error::EngineError;

pub use workflow::{Forms, is_programme};

/// The name of the folder that holds programmes.
pub const PROGRAMMES: &str = "programmes";

/// The paths of all forms among `files`: every `form.json` outside `published` and `cases`.
pub fn forms(files: &Files) -> Vec<&str> {
    files
        .paths()
        .filter(|it| *it == "form.json" || it.ends_with("/form.json"))
        .filter(|it| !it.contains("/cases/") && !it.contains("/published/"))
        .collect()
}

/// The id of the form at `path`: the name of its folder.
fn name(path: &str) -> &str {
    files::folder(path).rsplit('/').next().unwrap_or_default()
}

/// The path of the form with this id (the name of its folder).
pub fn find<'a>(files: &'a Files, id: &str) -> Result<&'a str, EngineError> {
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

/// The paths of all programmes among `files`: every JSON file of the folder [`PROGRAMMES`] that
/// is no overlay.
pub fn programmes(files: &Files) -> Vec<&str> {
    files
        .below(PROGRAMMES)
        .filter(|it| it.strip_suffix(".json").is_some_and(|it| !it.contains('.')))
        .collect()
}

/// All forms of `sources`, by id; of two with the same id that of the first source.
pub fn prepare_all(sources: &[&Files]) -> Forms {
    let mut all = Forms::new();
    for files in sources {
        for path in forms(files) {
            let id = name(path);
            if !all.contains_key(id) {
                all.insert(id.to_owned(), prepare(files, path).ok());
            }
        }
    }
    all
}

/// The path of the programme with this id (the name of its file).
pub fn find_programme<'a>(files: &'a Files, id: &str) -> Result<&'a str, EngineError> {
    let name = |path: &'a str| {
        path.rsplit('/').next().and_then(|it| it.strip_suffix(".json")).unwrap_or_default()
    };
    let all = programmes(files);
    all.iter().copied().find(|it| name(it) == id).ok_or_else(|| EngineError::NoProgramme {
        name: id.to_owned(),
        suggestion: nearest(id, all.iter().map(|it| name(it))).map(str::to_owned),
    })
}

/// The programme at `path`, in `language` where it is translated; otherwise the findings.
pub fn programme(files: &Files, path: &str, language: &str) -> Result<Programme, EngineError> {
    let mut programme = workflow::read(files, path).map_err(EngineError::Findings)?;
    let (translations, _) = forms::translate::beside(files, path);
    if let Some(translation) = translations.get(language) {
        translation.lay_over(programme.texts());
    }
    Ok(programme)
}
