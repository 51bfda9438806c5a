//! Checks a response against its form; all findings, each with its pointer.

use chrono::NaiveDate;
use expressions::analysis::nearest;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use model::Severity;
use model::form::{Kind, answer_at};
use model::response::EvidenceFile;
use serde_json::{Map, Value};

use crate::build::Findings;
use crate::codes::{self, Code};
use crate::json::escape;
use crate::messages::{one_of, sentence, shown};
use crate::prepare::PreparedForm;
use crate::reading::{Answer, Reading};

/// The longest text in an answer or a note, in characters.
pub const LONGEST_TEXT: usize = 100_000;

/// How many rows or ticked options an answer may have.
pub const MOST_ENTRIES: usize = 1_000;

/// How many errors of one response are told, and how many warnings; nobody reads more.
pub const MOST_ISSUES: usize = 200;

/// Something wrong in a response, or missing from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// What kind of finding it is.
    pub code: &'static Code,
    /// JSON Pointer inside the response.
    pub pointer: String,
    /// What is wrong and why.
    pub message: String,
    /// What to do about it.
    pub suggestion: Option<String>,
}

/// The validator of answers to `document`; patterns run in linear time, nothing is fetched.
pub(crate) fn validator(document: &Value, findings: &mut Findings<'_>) -> Option<Validator> {
    let built = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .offline()
        .with_pattern_options(PatternOptions::regex().size_limit(1 << 20))
        .should_validate_formats(true)
        .should_ignore_unknown_formats(false)
        .build(document);
    match built {
        Ok(validator) => Some(validator),
        Err(error) => {
            refused(document, &error, findings);
            None
        }
    }
}

fn refused(document: &Value, error: &ValidationError<'_>, findings: &mut Findings<'_>) {
    let mut pointer = error.instance_path().to_string();
    let text = error.to_string();
    let code = match error.kind() {
        ValidationErrorKind::Pattern { .. } => &codes::BAD_PATTERN,
        ValidationErrorKind::Format { format } if format == "regex" => &codes::BAD_PATTERN,
        ValidationErrorKind::Format { .. } => &codes::UNKNOWN_FORMAT,
        ValidationErrorKind::Referencing(_) if text.contains("://") => &codes::REMOTE_REF,
        ValidationErrorKind::Referencing(_) => &codes::NO_SUCH_FILE,
        // What cannot be compiled although the shape is right: a format that nobody knows.
        ValidationErrorKind::Custom { .. } if pointer.ends_with("/format") => {
            &codes::UNKNOWN_FORMAT
        }
        _ => &codes::BAD_SCHEMA,
    };
    let (said, suggestion) = sentence(error.kind(), error.instance());
    let given = shown(error.instance());
    let (message, suggestion) = match code.name {
        "bad-pattern" => (
            format!("{given} cannot be used as a regular expression"),
            Some("write it without look-around and back-references, with small repeats".to_owned()),
        ),
        "unknown-format" => {
            let format = document.pointer(&pointer).and_then(Value::as_str).unwrap_or_default();
            let near = nearest(format, FORMATS.into_iter());
            (
                format!("`{format}` is not a format of JSON Schema"),
                near.map(|it| format!("did you mean `{it}`?")),
            )
        }
        "bad-schema" => (said, suggestion),
        _ => {
            let reference = reference_in(document, "", &text);
            if let Some((at, _)) = &reference {
                pointer.clone_from(at);
            }
            let reference = reference.map_or(text, |(_, it)| format!("`{it}`"));
            (format!("{reference} leads nowhere"), None)
        }
    };
    findings.add(code, &pointer, message).suggestion = suggestion;
}

/// The formats of JSON Schema 2020-12.
const FORMATS: [&str; 19] = [
    "date-time",
    "date",
    "time",
    "duration",
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uuid",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
    "regex",
];

/// The first reference in `value` that `text` tells of, with its pointer.
fn reference_in(value: &Value, pointer: &str, text: &str) -> Option<(String, String)> {
    match value {
        Value::Object(map) => map.iter().find_map(|(key, value)| {
            let pointer = format!("{pointer}/{}", escape(key));
            match value {
                Value::String(it) if key == "$ref" || key == "$dynamicRef" => {
                    let target = it.trim_start_matches('#');
                    let target = target.split('#').next().unwrap_or(target);
                    text.contains(target).then(|| (pointer, it.clone()))
                }
                other => reference_in(other, &pointer, text),
            }
        }),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(i, it)| reference_in(it, &format!("{pointer}/{i}"), text)),
        _ => None,
    }
}

/// Issues found so far. Errors and warnings are counted apart, so that neither hides the other.
#[derive(Default)]
struct Issues {
    list: Vec<Issue>,
    errors: usize,
    warnings: usize,
}

impl Issues {
    fn push(&mut self, issue: Issue) {
        let count = match issue.code.severity {
            Severity::Error => &mut self.errors,
            _ => &mut self.warnings,
        };
        *count += 1;
        if *count <= MOST_ISSUES {
            self.list.push(issue);
        }
    }

    fn enough(&self) -> bool {
        self.errors >= MOST_ISSUES
    }
}

/// Everything that is wrong with the response, in the order of the file where it has one; at
/// most [`MOST_ISSUES`] errors and as many warnings.
///
/// What is required and missing is not part of it: see [`Reading::missing`].
pub fn validate(reading: &Reading<'_>) -> Vec<Issue> {
    let mut issues = Issues::default();
    head(reading, &mut issues);
    let unknown = unknown_answers(reading.form, &reading.response.answers, &mut issues);
    answers(reading, &unknown, &mut issues);
    for index in 0..reading.form.len() {
        question(reading, index, &mut issues);
    }
    notes(reading, &mut issues);
    facts(reading, &mut issues);
    issues.list
}

/// Whether any of `issues` keeps the response from being used.
pub fn any_error(issues: &[Issue]) -> bool {
    issues.iter().any(|it| it.code.severity == Severity::Error)
}

fn issue(code: &'static Code, pointer: impl Into<String>, message: impl Into<String>) -> Issue {
    Issue { code, pointer: pointer.into(), message: message.into(), suggestion: None }
}

fn head(reading: &Reading<'_>, issues: &mut Issues) {
    let (response, meta) = (reading.response, &reading.form.form.meta);
    if response.form.id != meta.id {
        let message =
            format!("the response answers `{}`, and this form is `{}`", response.form.id, meta.id);
        issues.push(issue(&codes::WRONG_FORM, "/form/id", message));
    } else if response.form.version != meta.version {
        let message = format!(
            "the response answers version {}, and this form is version {}",
            response.form.version, meta.version
        );
        issues.push(issue(&codes::WRONG_FORM, "/form/version", message));
    }
    date(&response.date, "/date", issues);
    name(&response.subject.name, "/subject/name", issues);
    if let Some(language) = &response.language {
        self::language(language, issues);
    }
    if let Some(validated) = &response.validated {
        date(&validated.date, "/validated/date", issues);
        name(&validated.by, "/validated/by", issues);
    }
}

fn name(text: &str, pointer: &str, issues: &mut Issues) {
    if text.trim().is_empty() {
        issues.push(issue(&codes::BAD_ANSWER, pointer, "there is no name"));
    }
    if text.chars().any(char::is_control) {
        issues.push(issue(&codes::BAD_ANSWER, pointer, "the name has control characters in it"));
    }
    too_long(text, 500, pointer, issues);
}

fn language(text: &str, issues: &mut Issues) {
    if text.len() != 2 || !text.bytes().all(|it| it.is_ascii_lowercase()) {
        let message = format!("{} is not a language", shown(&text.into()));
        let mut it = issue(&codes::BAD_ANSWER, "/language", message);
        it.suggestion = Some("write two lower-case letters, for example `da`".to_owned());
        issues.push(it);
    }
}

fn date(text: &str, pointer: &str, issues: &mut Issues) {
    let digits = |it: (usize, char)| matches!(it.0, 4 | 7) || it.1.is_ascii_digit();
    let written = text.len() == 10 && text.char_indices().all(digits);
    if !written || text.parse::<NaiveDate>().is_err() {
        let message = format!("`{text}` is not a day written as year-month-day");
        issues.push(issue(&codes::BAD_DATE, pointer, message));
    }
}

fn too_long(text: &str, most: usize, pointer: &str, issues: &mut Issues) {
    if text.len() > most && text.chars().count() > most {
        let message = format!("the text is longer than {most} characters");
        issues.push(issue(&codes::TOO_LARGE, pointer, message));
    }
}

/// Finds steps and questions that the form does not have; gives their pointers.
fn unknown_answers(
    form: &PreparedForm,
    answers: &Map<String, Value>,
    issues: &mut Issues,
) -> Vec<String> {
    let mut unknown = Vec::new();
    if form.form.document.get("x-form").is_none() {
        return unknown;
    }
    for (key, value) in answers {
        let pointer = format!("/answers/{}", escape(key));
        let step = form.form.steps.iter().find(|it| !it.id.is_empty() && it.id == *key);
        match (step, value) {
            (Some(step), Value::Object(inner)) => {
                for name in inner.keys() {
                    if issues.enough() {
                        return unknown;
                    }
                    let path = format!("{}.{name}", step.id);
                    if form.index_of(&path).is_none() {
                        let known = step.questions.iter().map(|it| it.path.as_str());
                        let mut it = issue(
                            &codes::UNKNOWN_QUESTION,
                            format!("{pointer}/{}", escape(name)),
                            format!("the form has no question `{path}`"),
                        );
                        it.suggestion =
                            nearest(&path, known).map(|it| format!("did you mean `{it}`?"));
                        unknown.push(it.pointer.clone());
                        issues.push(it);
                    }
                }
            }
            (Some(_), _) => {}
            _ if issues.enough() => return unknown,
            (None, _) if form.index_of(key).is_some() => {}
            (None, _) => {
                let known = form.form.steps.iter().map(|it| it.id.as_str());
                let message = format!("the form has no step or question `{key}`");
                let mut it = issue(&codes::UNKNOWN_QUESTION, pointer.clone(), message);
                it.suggestion = nearest(key, known.filter(|it| !it.is_empty()))
                    .map(|it| format!("did you mean `{it}`?"));
                unknown.push(pointer);
                issues.push(it);
            }
        }
    }
    unknown
}

/// Checks the answers against the JSON Schema; what is required is not asked for here.
fn answers(reading: &Reading<'_>, unknown: &[String], issues: &mut Issues) {
    let answers = &reading.response.answers;
    let value = Value::Object(answers.clone());
    // To say that all is well is much quicker than to look for what is not.
    if reading.form.validator.is_valid(&value) {
        return;
    }
    for error in reading.form.validator.iter_errors(&value) {
        if only_missing(&error) {
            continue;
        }
        let pointer = format!("/answers{}", error.instance_path());
        let inside = |it: &String| {
            pointer.strip_prefix(it.as_str()).is_some_and(|it| it.is_empty() || it.starts_with('/'))
        };
        if unknown.iter().any(inside) {
            continue;
        }
        if issues.enough() {
            return;
        }
        // Where the type is wrong, it goes without saying that no option fits.
        let is_choice = matches!(
            error.kind(),
            ValidationErrorKind::OneOfNotValid { .. } | ValidationErrorKind::Enum { .. }
        );
        if is_choice && issues.list.iter().any(|it| it.pointer == pointer) {
            continue;
        }
        let (message, suggestion) = about_answer(reading, &error);
        let code = match error.kind() {
            ValidationErrorKind::AdditionalProperties { .. }
            | ValidationErrorKind::UnevaluatedProperties { .. } => &codes::UNKNOWN_QUESTION,
            _ => &codes::BAD_ANSWER,
        };
        issues.push(Issue { code, pointer, message, suggestion });
    }
}

/// Whether `error` only says that something is missing.
fn only_missing(error: &ValidationError<'_>) -> bool {
    match error.kind() {
        ValidationErrorKind::Required { .. } => true,
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            context.iter().any(|branch| branch.iter().all(only_missing))
        }
        _ => false,
    }
}

/// The sentence for `error`; for a question with options, which options there are.
fn about_answer(reading: &Reading<'_>, error: &ValidationError<'_>) -> (String, Option<String>) {
    let instance = error.instance_path().to_string();
    let path: Vec<&str> = instance.split('/').skip(1).collect();
    let question = reading.form.named(&path[..path.len().min(2)].join("."));
    let question = question.map(|it| reading.form.question(it));
    let asked = match question.map(|it| &it.kind) {
        Some(Kind::Table(columns)) => {
            columns.iter().find(|it| path.last() == Some(&it.path.as_str()))
        }
        _ => question,
    };
    let choices = match asked.map(|it| &it.kind) {
        Some(Kind::Choice(choices) | Kind::Choices(choices)) => choices,
        _ => return sentence(error.kind(), error.instance()),
    };
    match error.kind() {
        ValidationErrorKind::OneOfNotValid { .. }
        | ValidationErrorKind::Enum { .. }
        | ValidationErrorKind::Constant { .. } => {
            let keys: Vec<String> = choices.iter().map(model::form::Choice::key).collect();
            one_of(error.instance(), &keys)
        }
        _ => sentence(error.kind(), error.instance()),
    }
}

fn question(reading: &Reading<'_>, index: usize, issues: &mut Issues) {
    let question = reading.form.question(index);
    let Some(value) = answer_at(&reading.response.answers, &question.path) else { return };
    let pointer: String = question.path.split('.').map(|it| format!("/{}", escape(it))).collect();
    let pointer = format!("/answers{pointer}");
    if question.calculated.is_some() {
        let message = format!("the value of `{}` is calculated", question.path);
        let mut it = issue(&codes::TYPED_CALCULATION, pointer, message);
        it.suggestion = Some("remove it".to_owned());
        issues.push(it);
        return;
    }
    match &reading.answers[index] {
        Answer::Hidden if !value.is_null() => {
            let message = format!(
                "`{}` is not asked of this respondent; the answer counts nowhere",
                question.path
            );
            issues.push(issue(&codes::HIDDEN_ANSWER, pointer.clone(), message));
        }
        Answer::NotApplicable(_) => {
            let message = format!("`{}` is answered and said not to apply", question.path);
            let mut it = issue(&codes::ANSWERED_AND_NOT_APPLICABLE, pointer.clone(), message);
            it.suggestion = Some("remove the answer or the note's `not_applicable`".to_owned());
            issues.push(it);
        }
        _ => {}
    }
    sizes(value, &pointer, issues);
    if let Some(top) = question.criterion.as_ref().and_then(|it| it.half_points) {
        half_points(value, top, &pointer, issues);
    }
    if let (Kind::Table(columns), Some(rows)) = (&question.kind, value.as_array()) {
        let calculated: Vec<&str> = columns
            .iter()
            .filter(|it| it.calculated.is_some())
            .map(|it| it.path.as_str())
            .collect();
        let names: Vec<&str> = columns.iter().map(|it| it.path.as_str()).collect();
        self::rows(rows, &names, &calculated, &pointer, issues);
    }
}

fn half_points(value: &Value, top: u32, pointer: &str, issues: &mut Issues) {
    let Some(number) = value.as_f64() else { return };
    let is_half = (number * 2.0).fract().abs() < f64::EPSILON;
    if !is_half || !(0.0..=f64::from(top)).contains(&number) {
        let message = format!("{number} is not a score from 0 to {top} in half points");
        issues.push(issue(&codes::BAD_ANSWER, pointer, message));
    }
}

fn sizes(value: &Value, pointer: &str, issues: &mut Issues) {
    match value {
        _ if issues.enough() => {}
        Value::String(text) => too_long(text, LONGEST_TEXT, pointer, issues),
        Value::Array(items) => {
            if items.len() > MOST_ENTRIES {
                let message =
                    format!("there are {} entries; at most {MOST_ENTRIES} are kept", items.len());
                issues.push(issue(&codes::TOO_LARGE, pointer, message));
                return;
            }
            for (i, item) in items.iter().enumerate() {
                sizes(item, &format!("{pointer}/{i}"), issues);
            }
        }
        Value::Object(map) => {
            for (key, item) in map {
                sizes(item, &format!("{pointer}/{}", escape(key)), issues);
            }
        }
        _ => {}
    }
}

fn rows(rows: &[Value], columns: &[&str], calculated: &[&str], pointer: &str, issues: &mut Issues) {
    let mut seen: Vec<&str> = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        let pointer = format!("{pointer}/{i}");
        let Some(row) = row.as_object() else { continue };
        match row.get("id").and_then(Value::as_str).filter(|it| !it.is_empty()) {
            None => {
                let mut it = issue(&codes::BAD_ROW, pointer.clone(), "the row has no id");
                it.suggestion = Some(format!("add `\"id\": \"r{}\"`", i + 1));
                issues.push(it);
            }
            Some(id) if seen.contains(&id) => {
                let message = format!("two rows have the id `{id}`");
                issues.push(issue(&codes::BAD_ROW, format!("{pointer}/id"), message));
            }
            Some(id) => seen.push(id),
        }
        for key in row.keys().filter(|it| *it != "id") {
            if issues.enough() {
                return;
            }
            let pointer = format!("{pointer}/{}", escape(key));
            if calculated.contains(&key.as_str()) {
                let message = format!("the value of `{key}` is calculated");
                issues.push(issue(&codes::TYPED_CALCULATION, pointer, message));
            } else if !columns.contains(&key.as_str()) {
                let message = format!("the table has no column `{key}`");
                let mut it = issue(&codes::UNKNOWN_QUESTION, pointer, message);
                it.suggestion =
                    nearest(key, columns.iter().copied()).map(|it| format!("did you mean `{it}`?"));
                issues.push(it);
            }
        }
    }
}

fn notes(reading: &Reading<'_>, issues: &mut Issues) {
    for (key, note) in &reading.response.notes {
        if issues.enough() {
            return;
        }
        let pointer = format!("/notes/{}", escape(key));
        let (path, row) = match key.strip_suffix(']').and_then(|it| it.split_once('[')) {
            Some((path, row)) => (path, Some(row)),
            None => (key.as_str(), None),
        };
        let Some(index) = reading.form.index_of(path) else {
            let paths = reading.form.form.questions().map(|(_, it)| it.path.as_str());
            let mut it = issue(
                &codes::UNKNOWN_QUESTION,
                pointer,
                format!("the form has no question `{path}`"),
            );
            it.suggestion = nearest(path, paths).map(|it| format!("did you mean `{it}`?"));
            issues.push(it);
            continue;
        };
        if let Some(row) = row {
            note_row(reading, index, row, &pointer, issues);
        }
        not_applicable(reading, index, note, row, &pointer, issues);
        if let Some(comment) = &note.comment {
            too_long(comment, LONGEST_TEXT, &format!("{pointer}/comment"), issues);
        }
        for (i, evidence) in note.evidence.iter().enumerate() {
            let pointer = format!("{pointer}/evidence/{i}");
            too_long(&evidence.title, 500, &format!("{pointer}/title"), issues);
            if evidence.title.trim().is_empty() {
                let message = "the evidence has no title";
                issues.push(issue(&codes::BAD_ANSWER, format!("{pointer}/title"), message));
            }
            if let Some(link) = &evidence.link {
                too_long(link, LONGEST_TEXT, &format!("{pointer}/link"), issues);
            }
            if let Some(text) = &evidence.date {
                date(text, &format!("{pointer}/date"), issues);
            }
            if let Some(text) = &evidence.expires {
                date(text, &format!("{pointer}/expires"), issues);
            }
            if let Some(file) = &evidence.file {
                evidence_file(file, &pointer, issues);
            }
        }
    }
}

fn evidence_file(file: &EvidenceFile, pointer: &str, issues: &mut Issues) {
    name(&file.name, &format!("{pointer}/file/name"), issues);
    if !is_hash(&file.hash) {
        let message = format!("{} is not the hash of a file", shown(&(*file.hash).into()));
        issues.push(issue(&codes::BAD_ANSWER, format!("{pointer}/file/hash"), message));
    }
}

fn note_row(reading: &Reading<'_>, index: usize, row: &str, pointer: &str, issues: &mut Issues) {
    let answer = answer_at(&reading.response.answers, &reading.form.question(index).path);
    let rows = answer.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if !rows.iter().any(|it| it.get("id").and_then(Value::as_str) == Some(row)) {
        let message = format!("there is no row `{row}`");
        issues.push(issue(&codes::UNKNOWN_QUESTION, pointer, message));
    }
}

fn not_applicable(
    reading: &Reading<'_>,
    index: usize,
    note: &model::response::Note,
    row: Option<&str>,
    pointer: &str,
    issues: &mut Issues,
) {
    let Some(reason) = &note.not_applicable else { return };
    let question = reading.form.question(index);
    let allowed = row.is_none() && question.criterion.as_ref().is_some_and(|it| it.not_applicable);
    let pointer = format!("{pointer}/not_applicable");
    if !allowed {
        let message = format!("`{}` cannot be answered with \"not applicable\"", question.path);
        issues.push(issue(&codes::NOT_APPLICABLE_REFUSED, pointer, message));
    } else if reason.trim().is_empty() {
        let mut it = issue(&codes::NOT_APPLICABLE_REFUSED, pointer, "the reason is empty");
        it.suggestion = Some("say in a few words why it does not apply".to_owned());
        issues.push(it);
    } else {
        too_long(reason, LONGEST_TEXT, &pointer, issues);
    }
}

fn facts(reading: &Reading<'_>, issues: &mut Issues) {
    let known = &reading.form.form.meta.facts;
    for (id, fact) in &reading.response.facts {
        if issues.enough() {
            return;
        }
        let pointer = format!("/facts/{}", escape(id));
        if !known.iter().any(|it| it.id == *id) {
            let message = format!("the form uses no fact `{id}`");
            let mut it = issue(&codes::UNKNOWN_QUESTION, pointer, message);
            it.suggestion = nearest(id, known.iter().map(|it| it.id.as_str()))
                .map(|it| format!("did you mean `{it}`?"));
            issues.push(it);
        } else if !is_hash(&fact.from) {
            let message = format!("{} is not the hash of a scorecard", shown(&(*fact.from).into()));
            let mut it = issue(&codes::BAD_ANSWER, format!("{pointer}/from"), message);
            it.suggestion = Some("write `sha256:` and 64 digits from 0-9 and a-f".to_owned());
            issues.push(it);
        }
    }
}

fn is_hash(text: &str) -> bool {
    let is_digit = |it: u8| matches!(it, b'0'..=b'9' | b'a'..=b'f');
    text.strip_prefix("sha256:").is_some_and(|it| it.len() == 64 && it.bytes().all(is_digit))
}
