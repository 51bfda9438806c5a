//! The answers of an assessment: read, and saved question by question.

use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Path, to};
use engine::answers::{Aspect, Conflict, Conflicts, Edit, RefusedEdit, What};
use engine::identity::Scope;
use engine::sheets::{self, OpenSheet, SaveRequest, Saved};
use engine::views::live::{self, LiveView};
use engine::views::question::{self, QuestionView};
use engine::{AssessmentId, EngineError, EvidenceId, comments, evidence};
use model::response::Evidence;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use super::actor;
use super::asked::{Key, Revision, id, tagged};
use super::operation::{Operation, Spec, change, get};
use crate::error::Problem;
use crate::input::Json;
use crate::pages::company::step::shown;
use crate::pages::company::typed;
use crate::routes::Access::SignedIn;
use crate::visit::Visit;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    get(
        "/api/v1/assessments/{assessment}/answers",
        SignedIn,
        Spec::new("readAnswers", Scope::Read, "The answers so far, as a response document.")
            .gives::<model::Response>()
            .with_revision(),
        || to(read),
    ),
    change(
        Method::PATCH,
        "/api/v1/assessments/{assessment}/answers",
        SignedIn,
        Spec::new("saveAnswers", Scope::Write, "Saves answers, question by question.")
            .takes::<Changes>()
            .gives::<SavedView>()
            .with_revision()
            .needs_revision(),
        || to(save),
    ),
];

/// What is to be saved.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Changes {
    /// The questions that change.
    changes: Vec<ChangeOf>,
}

/// What changes about a question; what is absent stays.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeOf {
    /// The question: `step.question`.
    place: String,
    /// The answer as a response document has it; null takes it away.
    #[serde(default, deserialize_with = "given")]
    answer: Option<Value>,
    /// The answer as a person types it in their language, instead of `answer`: text, a list of
    /// what is ticked, or rows; null takes it away.
    #[serde(default, deserialize_with = "given")]
    typed: Option<Value>,
    /// Why the question does not apply, which takes the answer away; null takes that back.
    #[serde(default, deserialize_with = "given")]
    not_applicable: Option<Option<String>>,
    /// The respondent's own words; null takes them away.
    #[serde(default, deserialize_with = "given")]
    comment: Option<Option<String>>,
    /// All that backs the answer: ids of the organisation's evidence, or of what stands beside
    /// the answer already.
    #[serde(default)]
    evidence: Option<Vec<String>>,
    /// That an answer which was carried forward still holds.
    #[serde(default)]
    confirmed: Option<bool>,
}

/// Tells null, which was given, from what was not.
pub(super) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    reader: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(reader).map(Some)
}

/// What became of a request to save.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SavedView {
    /// The questions that are saved.
    saved: Vec<String>,
    /// The questions that are not, and why.
    refused: Vec<RefusedView>,
    /// What comes of the answers.
    #[serde(flatten)]
    live: LiveView,
}

/// A value that was not saved.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RefusedView {
    /// The question.
    place: String,
    /// What is wrong, as a stable word.
    code: String,
    /// What is wrong, in words.
    message: String,
    /// What to do about it.
    suggestion: Option<String>,
}

/// A question that somebody else changed in the meantime.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ConflictView {
    /// The question.
    place: String,
    /// The member of the change that is meant.
    part: &'static str,
    /// What was to be saved.
    yours: Value,
    /// What is there.
    theirs: Value,
    /// What was to be saved, in words.
    yours_shown: Option<String>,
    /// What is there, in words.
    theirs_shown: Option<String>,
    /// Who saved it.
    by: String,
    /// When.
    at: String,
}

/// Gives the answers so far.
async fn read(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let open = sheets::open(visit.engine(), actor(&visit, Scope::Read)?, id(&path)?).await?;
    Ok(tagged(HttpResponse::Ok(), open.sheet.revision).json(&open.response))
}

/// Saves answers.
async fn save(
    visit: Visit,
    path: Path<String>,
    seen: Revision,
    key: Key,
    body: Json<Changes>,
) -> Result<HttpResponse, Problem> {
    let open = sheets::open(visit.engine(), actor(&visit, Scope::Write)?, id(&path)?).await?;
    let changes = body.0.changes;
    let mut read = Read { visit: &visit, open: &open, edits: Vec::new(), refused: Vec::new() };
    for change in &changes {
        read.change(change).await?;
    }
    let Read { edits, refused, .. } = read;
    let request = SaveRequest { seen: seen.0, edits, key: key.0 };
    save_all(&visit, open, &request, &changes, refused).await
}

/// Saves, and says what became of it.
pub(super) async fn save_all(
    visit: &Visit,
    open: OpenSheet,
    request: &SaveRequest,
    changes: &[ChangeOf],
    unread: Vec<RefusedView>,
) -> Result<HttpResponse, Problem> {
    let (who, id) = (actor(visit, Scope::Write)?, open.open.assessment.id);
    match sheets::save_to(visit.engine(), who, open, request, visit.now).await {
        Ok(saved) => answer(visit, saved, unread),
        Err(EngineError::Conflict(it)) => Err(conflict(visit, id, changes, *it).await?),
        Err(error) => Err(error.into()),
    }
}

/// What became of it: an error only where something was refused and nothing was saved.
fn answer(visit: &Visit, saved: Saved, unread: Vec<RefusedView>) -> Result<HttpResponse, Problem> {
    let live = live::view(&saved.sheet, visit.language.code());
    let mut places = saved.saved;
    places.dedup();
    places.retain(|it| !unread.iter().any(|other| other.place == *it));
    let refused = saved.refused.iter().map(|it| refused(visit, it)).chain(unread).collect();
    let view = SavedView { saved: places, refused, live };
    visit.site.figures.saved(view.saved.len());
    if !view.saved.is_empty() || view.refused.is_empty() {
        return Ok(tagged(HttpResponse::Ok(), view.live.revision).json(&view));
    }
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "answers-refused");
    let all = serde_json::to_value(&view).map_err(|it| Problem::failed(&it))?;
    let all = all.as_object().cloned().unwrap_or_default();
    Err(all.into_iter().fold(problem, |problem, (name, value)| problem.with(&name, value)))
}

pub(super) fn refused(visit: &Visit, it: &RefusedEdit) -> RefusedView {
    RefusedView {
        place: it.place.clone(),
        code: it.code.to_owned(),
        message: typed::refused(it, visit.words()),
        suggestion: it.suggestion.clone(),
    }
}

/// Reads changes as edits.
struct Read<'a> {
    visit: &'a Visit,
    open: &'a OpenSheet,
    edits: Vec<Edit>,
    refused: Vec<RefusedView>,
}

impl Read<'_> {
    fn edit(&mut self, place: &str, what: What) {
        self.edits.push(Edit { place: place.to_owned(), what });
    }

    fn refuse(&mut self, place: &str, code: &str, message: String) {
        let (place, code) = (place.to_owned(), code.to_owned());
        self.refused.push(RefusedView { place, code, message, suggestion: None });
    }

    async fn change(&mut self, it: &ChangeOf) -> Result<(), Problem> {
        let place = it.place.as_str();
        if it.answer.is_some() && it.typed.is_some() {
            return Err(both(place, "answer", "typed"));
        }
        let answer = it.answer.as_ref().or(it.typed.as_ref());
        match (&it.not_applicable, answer) {
            (Some(Some(_)), Some(answer)) if !answer.is_null() => {
                return Err(both(place, "not_applicable", "answer"));
            }
            (Some(Some(reason)), _) if reason.trim().is_empty() => {
                let message = self.visit.words().text("question.reason_missing");
                self.refuse(place, "reason-missing", message);
            }
            (Some(Some(reason)), _) => {
                self.edit(place, What::NotApplicable(Some(reason.trim().to_owned())));
            }
            (_, Some(_)) => self.answer(it)?,
            (Some(None), None) => {
                // Where it was not said, there is nothing to take back, and the answer stays.
                let note = self.open.response.notes.get(place);
                if note.is_some_and(|it| it.not_applicable.is_some()) {
                    self.edit(place, What::NotApplicable(None));
                }
            }
            (None, None) => {}
        }
        if let Some(text) = &it.comment {
            let text = text.clone().filter(|it| !it.trim().is_empty());
            self.edit(place, What::Comment(text));
        }
        if let Some(ids) = &it.evidence {
            self.evidence(place, ids).await?;
        }
        match it.confirmed {
            Some(true) => self.edit(place, What::Confirm),
            Some(false) => {
                return Err(Problem::unreadable(format!("{place}: `confirmed` can only be true")));
            }
            None => {}
        }
        Ok(())
    }

    fn answer(&mut self, it: &ChangeOf) -> Result<(), Problem> {
        let place = it.place.as_str();
        let value = match (&it.answer, &it.typed) {
            (Some(answer), _) => answer.clone(),
            (None, Some(typed)) => {
                let language = self.visit.language;
                let form = &self.open.form;
                let question = form.texts(language.code()).question(place);
                match question.map(|it| typed::of_json(it, typed, language)) {
                    Some(Ok(value)) => value,
                    Some(Err(message)) => {
                        self.refuse(place, "bad-answer", message);
                        return Ok(());
                    }
                    // There is no such question, which saving says.
                    None => typed.clone(),
                }
            }
            (None, None) => return Ok(()),
        };
        self.edit(place, What::Answer(value));
        Ok(())
    }

    /// Evidence is named, never described: so nobody can name a file that is not theirs.
    async fn evidence(&mut self, place: &str, ids: &[String]) -> Result<(), Problem> {
        let visit = self.visit;
        let open = self.open;
        let beside = open.response.notes.get(place).map(|it| it.evidence.clone());
        let beside: Vec<Evidence> = beside.unwrap_or_default();
        let organisation = open.open.assessment.organisation;
        let mut all: Vec<Evidence> = Vec::new();
        for named in ids {
            let here = beside.iter().find(|it| typed::evidence_id(it) == *named).cloned();
            let found = match (here, named.parse::<EvidenceId>()) {
                (Some(here), _) => Some(here),
                (None, Ok(id)) => {
                    let actor = actor(visit, Scope::Write)?;
                    match evidence::get(visit.engine(), actor, id).await {
                        Ok(it) if it.organisation == organisation => {
                            Some(evidence::as_answered(&it))
                        }
                        Ok(_) | Err(EngineError::NotFound { .. }) => None,
                        Err(error) => return Err(error.into()),
                    }
                }
                (None, Err(_)) => None,
            };
            let Some(found) = found else {
                let message = visit.words().text_with("api.no_evidence", &[("id", named)]);
                self.refuse(place, "unknown-evidence", message);
                return Ok(());
            };
            if !all.contains(&found) {
                all.push(found);
            }
        }
        self.edit(place, What::Evidence(all));
        Ok(())
    }
}

fn both(place: &str, one: &str, other: &str) -> Problem {
    Problem::unreadable(format!("{place}: `{one}` and `{other}` exclude each other"))
}

/// What two people changed, with both values.
async fn conflict(
    visit: &Visit,
    id: AssessmentId,
    changes: &[ChangeOf],
    it: Conflicts,
) -> Result<Problem, Problem> {
    let open = sheets::open(visit.engine(), actor(visit, Scope::Write)?, id).await?;
    let people = it.conflicts.iter().filter_map(|it| it.event.what.person);
    let names = comments::names(visit.engine(), people).await?;
    visit.site.figures.conflicts(it.conflicts.len());
    let view = |with: &Conflict| {
        let by = with.event.what.person.and_then(|it| names.get(&it));
        let change = changes.iter().find(|it| it.place == with.place);
        conflict_view(visit, &open, change, with, by.cloned().unwrap_or_default())
    };
    let views: Vec<ConflictView> = it.conflicts.iter().map(view).collect();
    Ok(Problem::new(StatusCode::CONFLICT, "conflict")
        .with("revision", it.revision)
        .with("conflicts", views))
}

fn conflict_view(
    visit: &Visit,
    open: &OpenSheet,
    change: Option<&ChangeOf>,
    it: &Conflict,
    by: String,
) -> ConflictView {
    let language = visit.language.code();
    let in_words = |value: &Value| match it.aspect {
        Aspect::Comment => value.as_str().map(str::to_owned),
        Aspect::Evidence => Some(titles(value)).filter(|it| !it.is_empty()),
        _ => shown(open, &it.place, value, language),
    };
    let (part, yours, theirs) = values(open, change, it, language);
    ConflictView {
        place: it.place.clone(),
        part,
        yours_shown: in_words(&it.yours),
        theirs_shown: in_words(&it.theirs),
        yours,
        theirs,
        by,
        at: it.event.what.at.to_rfc3339(),
    }
}

fn titles(evidence: &Value) -> String {
    let all = evidence.as_array().into_iter().flatten();
    all.filter_map(|it| it.get("title")?.as_str()).collect::<Vec<_>>().join("; ")
}

/// The member of a change that is meant, and both values as that member says them.
fn values(
    open: &OpenSheet,
    change: Option<&ChangeOf>,
    it: &Conflict,
    language: &str,
) -> (&'static str, Value, Value) {
    let ids = |value: &Value| {
        let all: Vec<Evidence> = serde_json::from_value(value.clone()).unwrap_or_default();
        json!(all.iter().map(typed::evidence_id).collect::<Vec<_>>())
    };
    match it.aspect {
        Aspect::Comment => ("comment", it.yours.clone(), it.theirs.clone()),
        Aspect::Evidence => ("evidence", ids(&it.yours), ids(&it.theirs)),
        Aspect::Confirmed => ("confirmed", it.yours.clone(), it.theirs.clone()),
        Aspect::Answer => {
            let reason = |it: &Value| it.get("not_applicable").cloned();
            if let Some(theirs) = reason(&it.theirs) {
                let yours = reason(&it.yours).unwrap_or_default();
                return ("not_applicable", yours, theirs);
            }
            match change.and_then(|it| it.typed.as_ref()) {
                Some(yours) => ("typed", yours.clone(), as_typed(open, &it.place, language)),
                None => ("answer", it.yours.clone(), it.theirs.clone()),
            }
        }
    }
}

/// The answer at `place` as a person types it.
fn as_typed(open: &OpenSheet, place: &str, language: &str) -> Value {
    let reading = open.reading();
    let Some(index) = open.form.form.index_of(place) else { return Value::Null };
    let view = question::view(open, &reading, index, language);
    let chosen = || view.field.options.iter().filter(|it| it.chosen).map(|it| it.value.clone());
    match view.field.kind {
        "one" | "yes-no" => json!(chosen().next()),
        "several" | "ladder" => {
            let all: Vec<String> = chosen().collect();
            let none = view.field.none.as_ref().is_some_and(|it| it.chosen);
            if all.is_empty() && !none { Value::Null } else { json!(all) }
        }
        "table" => rows_as_typed(&view),
        _ => json!(Some(&view.field.value).filter(|it| !it.is_empty())),
    }
}

fn rows_as_typed(view: &QuestionView) -> Value {
    let row = |it: &question::RowView| {
        let cells = view.columns.iter().filter_map(|column| {
            let cell = it.cells.get(&column.name)?;
            let value = match column.field.kind {
                "calculated" => return None,
                "several" | "ladder" => json!(cell.chosen),
                "one" | "yes-no" => json!(cell.chosen.first()?),
                _ => json!(Some(&cell.value).filter(|it| !it.is_empty())?),
            };
            Some((column.name.clone(), value))
        });
        question::row_of(&it.id, cells.collect())
    };
    match view.rows.is_empty() {
        true => Value::Null,
        false => view.rows.iter().map(row).collect(),
    }
}

/// A piece of evidence beside an answer.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct EvidenceItem {
    /// What it is called when the evidence is changed.
    id: String,
    /// What it is.
    #[serde(flatten)]
    evidence: Evidence,
}

pub(super) fn evidence_items(all: &[Evidence]) -> Vec<EvidenceItem> {
    let item = |it: &Evidence| EvidenceItem { id: typed::evidence_id(it), evidence: it.clone() };
    all.iter().map(item).collect()
}
