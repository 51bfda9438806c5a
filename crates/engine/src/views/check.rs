//! All answers in words, before they are handed in.

use forms::Reading;
use forms::reading::Answer;
use forms::words::Words;
use model::form::{Form, Kind, Question};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::step::address;
use super::words;
use crate::sheets::OpenSheet;

/// A step with its answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AnswersOfStep {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The questions that are asked.
    pub questions: Vec<AnswerLine>,
}

/// An answer in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AnswerLine {
    /// The question.
    pub place: String,
    /// Its title.
    pub title: String,
    /// The answer; absent where there is none.
    pub answer: Option<String>,
    /// The rows of a table.
    pub rows: Vec<RowLine>,
    /// Why the question does not apply.
    pub not_applicable: Option<String>,
    /// The respondent's own words.
    pub comment: Option<String>,
    /// How much evidence there is.
    pub evidence_count: usize,
    /// Whether an answer is needed and missing, or carried forward and not yet confirmed.
    pub missing: bool,
}

/// A row of a table in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RowLine {
    /// What stands in its columns; those that are empty are left out.
    pub cells: Vec<CellLine>,
    /// The respondent's own words about it.
    pub comment: Option<String>,
}

/// What stands in a column of a row, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CellLine {
    /// The title of the column.
    pub title: String,
    /// What stands there.
    pub answer: String,
}

/// A question that is not asked, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HiddenLine {
    /// Its title.
    pub title: String,
    /// When it is asked.
    pub reason: String,
}

/// The answers of every step that is asked.
pub fn answers(open: &OpenSheet, reading: &Reading<'_>, language: &str) -> Vec<AnswersOfStep> {
    let form = open.form.texts(language);
    let missing = reading.missing();
    let is_missing = |place: &str| {
        open.carried.contains(place)
            || missing.iter().any(|it| {
                it.strip_prefix(place).is_some_and(|it| it.is_empty() || it.starts_with('['))
            })
    };
    let mut index = 0;
    let mut steps = Vec::new();
    for step in &form.steps {
        let mut questions = Vec::new();
        for question in &step.questions {
            let answer = &reading.answers[index];
            index += 1;
            if *answer != Answer::Hidden {
                let missing = is_missing(&question.path);
                questions.push(line(open, question, answer, missing, language));
            }
        }
        if !questions.is_empty() {
            let title = if step.id.is_empty() { &form.title } else { &step.title };
            steps.push(AnswersOfStep {
                id: address(step).to_owned(),
                title: title.clone(),
                questions,
            });
        }
    }
    steps
}

fn line(
    open: &OpenSheet,
    question: &Question,
    answer: &Answer<'_>,
    missing: bool,
    language: &str,
) -> AnswerLine {
    let note = open.response.notes.get(&question.path);
    let level = |it: &Value| {
        let shown = words(question, it, language);
        match (&question.kind, it.as_u64()) {
            (Kind::Choice(_), Some(level)) => format!("{level} · {shown}"),
            _ => shown,
        }
    };
    AnswerLine {
        place: question.path.clone(),
        title: question.title.clone(),
        answer: answer.value().map(level),
        rows: answer.value().map_or_else(Vec::new, |it| rows(open, question, it, language)),
        not_applicable: note.and_then(|it| it.not_applicable.clone()),
        comment: note.and_then(|it| it.comment.clone()),
        evidence_count: note.map_or(0, |it| it.evidence.len()),
        missing,
    }
}

fn rows(open: &OpenSheet, question: &Question, value: &Value, language: &str) -> Vec<RowLine> {
    let (Kind::Table(columns), Some(rows)) = (&question.kind, value.as_array()) else {
        return Vec::new();
    };
    let cell = |row: &Value, column: &Question| {
        let value = row.get(&column.path).filter(|it| !it.is_null())?;
        Some(CellLine { title: column.title.clone(), answer: words(column, value, language) })
    };
    let comment = |row: &Value| {
        let id = row.get("id")?.as_str()?;
        open.response.notes.get(&format!("{}[{id}]", question.path))?.comment.clone()
    };
    let line = |row: &Value| RowLine {
        cells: columns.iter().filter_map(|column| cell(row, column)).collect(),
        comment: comment(row),
    };
    rows.iter().map(line).collect()
}

/// The questions that are not asked, with the condition in words.
pub fn hidden(open: &OpenSheet, reading: &Reading<'_>, language: &str) -> Vec<HiddenLine> {
    let form = open.form.texts(language);
    let all = form.questions().zip(&reading.answers);
    all.filter(|(_, answer)| **answer == Answer::Hidden)
        .map(|((step, question), _)| HiddenLine {
            title: question.title.clone(),
            reason: reason(form, step, question, language),
        })
        .collect()
}

fn reason(form: &Form, step: &model::Step, question: &Question, language: &str) -> String {
    let words = Words::new(form, language);
    let conditions = question.visible.iter().chain(&step.visible);
    conditions.map(|it| words.condition(it)).collect::<Vec<_>>().join("; ")
}
