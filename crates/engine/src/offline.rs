//! A sheet as a file: taken away, filled in elsewhere, and laid over what is here, question by
//! question.

use forms::parse_response;
use forms::validate;
use model::{Response, Severity};
use serde_json::Value;

use crate::answers::{Aspect, Edit, RefusedEdit, What, aspect_of, place_of, put_aspect};
use crate::error::EngineError;
use crate::sheets::OpenSheet;

/// What a file would change.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The questions that differ.
    pub changes: Vec<Difference>,
    /// How many answers are the same.
    pub unchanged: usize,
    /// What in the file does not fit the form.
    pub refused: Vec<RefusedEdit>,
}

/// A question whose answer, comment or evidence differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The question.
    pub place: String,
    /// What differs.
    pub aspect: Aspect,
    /// What is here.
    pub here: Value,
    /// What the file says.
    pub file: Value,
}

/// The sheet as a file: a response as the commands of the program read and write it.
pub fn file(open: &OpenSheet) -> String {
    let mut text = serde_json::to_string_pretty(&open.response).unwrap_or_default();
    text.push('\n');
    text
}

/// Compares the file `text` with the sheet; it must answer the same form.
pub fn compare(open: &OpenSheet, name: &str, text: &str) -> Result<Comparison, EngineError> {
    let theirs = read(open, name, text)?;
    let form = &open.form.form;
    let mut candidate = open.response.clone();
    let mut comparison = Comparison { changes: Vec::new(), unchanged: 0, refused: Vec::new() };
    for index in 0..form.len() {
        let question = form.question(index);
        let place = &question.path;
        for aspect in [Aspect::Answer, Aspect::Comment] {
            if aspect == Aspect::Answer && question.calculated.is_some() {
                continue;
            }
            let (here, file) =
                (aspect_of(&open.response, place, aspect), aspect_of(&theirs, place, aspect));
            if here == file {
                comparison.unchanged += usize::from(!here.is_null());
                continue;
            }
            put_aspect(&mut candidate, place, aspect, &file);
            comparison.changes.push(Difference { place: place.clone(), aspect, here, file });
        }
    }
    let issues = validate::validate(&forms::Reading::new(form, &candidate));
    // Answers to questions that the form does not have were not laid over.
    let unknown = validate::validate(&forms::Reading::new(form, &theirs)).into_iter();
    let unknown = unknown.filter(|it| it.code.name == forms::codes::UNKNOWN_QUESTION.name);
    let all = issues.into_iter().chain(unknown);
    for issue in all.filter(|it| it.code.severity == Severity::Error) {
        let Some(place) = place_of(&issue.pointer) else { continue };
        comparison.changes.retain(|it| it.place != place);
        comparison.refused.push(RefusedEdit {
            place,
            code: issue.code.name,
            message: issue.message,
            suggestion: issue.suggestion,
        });
    }
    Ok(comparison)
}

/// The edits that take over from the file what `chosen` names.
pub fn edits(comparison: &Comparison, chosen: impl Fn(&Difference) -> bool) -> Vec<Edit> {
    comparison.changes.iter().filter(|it| chosen(it)).map(edit).collect()
}

fn edit(it: &Difference) -> Edit {
    let text = |it: &Value| it.as_str().map(str::to_owned);
    let what = match (it.aspect, it.file.get("not_applicable")) {
        (Aspect::Comment, _) => What::Comment(text(&it.file)),
        (_, Some(reason)) => What::NotApplicable(text(reason)),
        _ => What::Answer(it.file.clone()),
    };
    Edit { place: it.place.clone(), what }
}

fn read(open: &OpenSheet, name: &str, text: &str) -> Result<Response, EngineError> {
    let response = parse_response(name, text).map_err(EngineError::Findings)?;
    let own = &open.response.form;
    if response.form != *own {
        let message = format!(
            "the file answers {} {}, and this is {} {}",
            response.form.id, response.form.version, own.id, own.version
        );
        return Err(EngineError::invalid("file", "wrong-form", message));
    }
    Ok(response)
}
