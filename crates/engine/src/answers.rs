//! Answers are saved question by question.
//!
//! Who saves says which revision of the sheet they saw. Questions that nobody else changed
//! since then are saved; where somebody did, both values are shown and nothing is
//! overwritten. Every change is an event with the value before and after, so that a sheet can
//! be seen as of any moment.

use forms::prepare::PreparedForm;
use forms::validate::{self, Issue};
use forms::{Reading, canonical, json};
use model::form::answer_at;
use model::response::{Evidence, Note};
use model::{Response, Severity};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::Event;

/// A change to one question of a sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// The question (`step.question`).
    pub place: String,
    /// What is changed.
    pub what: What,
}

/// What is changed about a question.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// The answer; null takes it away. "Not applicable" goes with any answer.
    Answer(Value),
    /// Why the question does not apply; nothing takes that back. The answer goes with it.
    NotApplicable(Option<String>),
    /// The respondent's own words.
    Comment(Option<String>),
    /// All evidence there is for the answer.
    Evidence(Vec<Evidence>),
    /// That an answer which was carried forward still holds.
    Confirm,
}

/// One aspect of a question: what two people can change without disturbing each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// The answer, or that the question does not apply.
    Answer,
    /// The comment.
    Comment,
    /// The evidence.
    Evidence,
    /// That a carried answer still holds.
    Confirmed,
}

/// Somebody else's change to a question that is being saved.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// The question.
    pub place: String,
    /// What was changed by both.
    pub aspect: Aspect,
    /// What was to be saved.
    pub yours: Value,
    /// What is there.
    pub theirs: Value,
    /// Their change.
    pub event: Event,
}

/// The questions that somebody else changed, and the revision that holds now.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflicts {
    /// The revision.
    pub revision: u64,
    /// The questions.
    pub conflicts: Vec<Conflict>,
}

/// A value that was not saved, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedEdit {
    /// The question.
    pub place: String,
    /// What is wrong, as a stable word of `docs/findings.md`.
    pub code: &'static str,
    /// What is wrong, in words.
    pub message: String,
    /// What to do about it.
    pub suggestion: Option<String>,
}

/// What one edit did: the history's before and after.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Made {
    pub(crate) place: String,
    pub(crate) aspect: Aspect,
    pub(crate) before: Value,
    pub(crate) after: Value,
}

impl Edit {
    /// Whether it says anything else than `response` says already.
    pub fn changes(&self, response: &Response) -> bool {
        let after = self.what.after();
        let aspect = self.what.aspect();
        aspect == Aspect::Confirmed
            || *canonical::numbers(&after) != aspect_of(response, &self.place, aspect)
    }
}

impl What {
    /// The aspect that it changes.
    pub fn aspect(&self) -> Aspect {
        match self {
            Self::Answer(_) | Self::NotApplicable(_) => Aspect::Answer,
            Self::Comment(_) => Aspect::Comment,
            Self::Evidence(_) => Aspect::Evidence,
            Self::Confirm => Aspect::Confirmed,
        }
    }

    /// The aspect as it is after this change alone.
    fn after(&self) -> Value {
        match self {
            Self::Answer(value) => value.clone(),
            Self::NotApplicable(reason) => not_applicable(reason.as_deref()),
            Self::Comment(text) => text.clone().map_or(Value::Null, Value::String),
            Self::Evidence(list) => value(list),
            Self::Confirm => Value::Bool(true),
        }
    }
}

impl Aspect {
    /// The aspect as a word, as the history has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Comment => "comment",
            Self::Evidence => "evidence",
            Self::Confirmed => "confirmed",
        }
    }

    /// The aspect with this word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Answer, Self::Comment, Self::Evidence, Self::Confirmed]
            .into_iter()
            .find(|it| it.name() == word)
    }
}

/// The aspect of a question as it stands in `response`; null where there is nothing.
pub fn aspect_of(response: &Response, place: &str, aspect: Aspect) -> Value {
    let note = response.notes.get(place);
    match aspect {
        Aspect::Answer => match note.and_then(|it| it.not_applicable.as_deref()) {
            Some(reason) => not_applicable(Some(reason)),
            None => answer_at(&response.answers, place).cloned().unwrap_or(Value::Null),
        },
        Aspect::Comment => note
            .and_then(|it| it.comment.as_deref())
            .map_or(Value::Null, |it| Value::String(it.to_owned())),
        Aspect::Evidence => note.map_or_else(|| Value::Array(Vec::new()), |it| value(&it.evidence)),
        Aspect::Confirmed => Value::Null,
    }
}

/// Puts `after` into `response` as an aspect of a question: what [`aspect_of`] reads.
pub fn put_aspect(response: &mut Response, place: &str, aspect: Aspect, after: &Value) {
    match aspect {
        Aspect::Answer => {
            let reason = after.get(NOT_APPLICABLE).and_then(Value::as_str).map(str::to_owned);
            let answer = if reason.is_some() { Value::Null } else { after.clone() };
            put_answer(&mut response.answers, place, answer);
            note(response, place, |it| it.not_applicable = reason);
        }
        Aspect::Comment => {
            let text = after.as_str().filter(|it| !it.trim().is_empty()).map(str::to_owned);
            note(response, place, |it| it.comment = text);
        }
        Aspect::Evidence => {
            let list = serde_json::from_value(after.clone()).unwrap_or_default();
            note(response, place, |it| it.evidence = list);
        }
        Aspect::Confirmed => {}
    }
}

/// How "not applicable" stands in the history in place of an answer: an object with this one
/// key. No answer is an object.
const NOT_APPLICABLE: &str = "not_applicable";

fn not_applicable(reason: Option<&str>) -> Value {
    reason.map_or(Value::Null, |it| serde_json::json!({ NOT_APPLICABLE: it }))
}

fn value<T: Serialize>(it: &T) -> Value {
    serde_json::to_value(it).unwrap_or_default()
}

fn put_answer(answers: &mut Map<String, Value>, place: &str, answer: Value) {
    let Some((step, name)) = place.split_once('.') else {
        match answer {
            Value::Null => drop(answers.shift_remove(place)),
            answer => drop(answers.insert(place.to_owned(), answer)),
        }
        return;
    };
    let inner = answers.entry(step).or_insert_with(|| Value::Object(Map::new()));
    let Some(inner) = inner.as_object_mut() else { return };
    match answer {
        Value::Null => drop(inner.shift_remove(name)),
        answer => drop(inner.insert(name.to_owned(), answer)),
    }
    if inner.is_empty() {
        answers.shift_remove(step);
    }
}

fn note(response: &mut Response, place: &str, change: impl FnOnce(&mut Note)) {
    let note = response.notes.entry(place.to_owned()).or_default();
    change(note);
    if *note == Note::default() {
        response.notes.remove(place);
    }
}

/// What became of edits that were tried on a response.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tried {
    /// What was changed, in order.
    pub(crate) made: Vec<Made>,
    /// What was not, and why.
    pub(crate) refused: Vec<RefusedEdit>,
}

/// Makes `edits` on `response`; those that do not fit the form are refused and leave no trace.
pub(crate) fn try_on(form: &PreparedForm, response: &mut Response, edits: &[Edit]) -> Tried {
    let mut tried = Tried::default();
    for edit in edits {
        if let Some(refused) = cannot_be(form, edit) {
            tried.refused.push(refused);
            continue;
        }
        let aspect = edit.what.aspect();
        let before = aspect_of(response, &edit.place, aspect);
        let after = canonical::numbers(&edit.what.after()).into_owned();
        put_aspect(response, &edit.place, aspect, &after);
        tried.made.push(Made { place: edit.place.clone(), aspect, before, after });
    }
    let issues = validate::validate(&Reading::new(form, response));
    let errors = issues.into_iter().filter(|it| it.code.severity == Severity::Error);
    let errors: Vec<(String, Issue)> =
        errors.filter_map(|it| Some((place_of(&it.pointer)?, it))).collect();
    // From the last to the first, so that each finds what it left.
    for i in (0..tried.made.len()).rev() {
        let made = &tried.made[i];
        let about = |(place, issue): &&(String, Issue)| {
            *place == made.place && issue.pointer.starts_with("/notes") == made.is_note()
        };
        let Some((_, issue)) = errors.iter().find(about) else { continue };
        put_aspect(response, &made.place, made.aspect, &made.before);
        tried.refused.push(RefusedEdit {
            place: made.place.clone(),
            code: issue.code.name,
            message: issue.message.clone(),
            suggestion: issue.suggestion.clone(),
        });
        tried.made.remove(i);
    }
    tried.made.retain(|it| it.before != it.after);
    tried
}

impl Made {
    /// Whether what it left stands among the notes.
    fn is_note(&self) -> bool {
        self.aspect != Aspect::Answer || self.after.get(NOT_APPLICABLE).is_some()
    }
}

/// Why an edit cannot be made whatever its value.
fn cannot_be(form: &PreparedForm, edit: &Edit) -> Option<RefusedEdit> {
    let refused = |code: &'static forms::codes::Code, message: String| {
        let place = edit.place.clone();
        Some(RefusedEdit { place, code: code.name, message, suggestion: None })
    };
    let is_note = matches!(edit.what.aspect(), Aspect::Comment | Aspect::Evidence);
    // A note can stand beside one row of a table: `step.question[row]`.
    let question = edit.place.split_once('[').filter(|_| is_note);
    let question = question.map_or(edit.place.as_str(), |(question, _)| question);
    let Some(index) = form.index_of(question) else {
        let message = format!("the form has no question `{}`", edit.place);
        return refused(&forms::codes::UNKNOWN_QUESTION, message);
    };
    if form.question(index).calculated.is_some() && edit.what.aspect() == Aspect::Answer {
        let message = format!("the value of `{}` is calculated", edit.place);
        return refused(&forms::codes::TYPED_CALCULATION, message);
    }
    None
}

/// The question that a pointer into a response leads to.
pub(crate) fn place_of(pointer: &str) -> Option<String> {
    let mut parts = pointer.split('/').skip(1).map(json::unescape);
    match parts.next()?.as_str() {
        "answers" => {
            let step = parts.next()?;
            Some(parts.next().map_or_else(|| step.clone(), |name| format!("{step}.{name}")))
        }
        "notes" => parts.next(),
        _ => None,
    }
}

/// What of `edits` somebody else has changed in `since`, to something else.
pub(crate) fn conflicts(response: &Response, edits: &[Edit], since: &[Event]) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    for edit in edits {
        let aspect = edit.what.aspect();
        let about = |it: &&Event| {
            it.what.about.place == edit.place && Aspect::parse(&it.what.action) == Some(aspect)
        };
        let Some(event) = since.iter().rev().find(about) else { continue };
        let (yours, theirs) = (edit.what.after(), aspect_of(response, &edit.place, aspect));
        if aspect == Aspect::Confirmed || canonical::numbers(&yours).as_ref() == &theirs {
            continue;
        }
        let event = event.clone();
        conflicts.push(Conflict { place: edit.place.clone(), aspect, yours, theirs, event });
    }
    conflicts
}

/// The response as it was before the events given, the newest of which comes first.
pub fn before(response: &Response, events: &[Event]) -> Response {
    let mut response = response.clone();
    for event in events {
        let Some(aspect) = Aspect::parse(&event.what.action) else { continue };
        let before = event.what.before.as_deref().unwrap_or("null");
        let before = serde_json::from_str(before).unwrap_or_default();
        put_aspect(&mut response, &event.what.about.place, aspect, &before);
    }
    response
}
