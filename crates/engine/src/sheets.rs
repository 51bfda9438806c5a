//! The sheet of an assessment: opened, answered, looked at as of any moment.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use forms::{Reading, canonical};
use model::Response;
use model::form::Question;
use serde::{Deserialize, Serialize};
use store::{About, AssessmentId, EventFilter, NewEvent, Request, Sheet, SheetId, Transaction};

use crate::answers::{Aspect, Conflicts, Edit, Made, RefusedEdit, What, before, conflicts, try_on};
use crate::engine::{Engine, day};
use crate::error::{Closed, EngineError};
use crate::identity::Actor;
use crate::kept::KeptForm;
use crate::results::read;
use crate::rights::{self, OpenAssessment};
use crate::writer::Change;

/// A sheet with its form and answers.
#[derive(Clone, Debug)]
pub struct ReadSheet {
    /// The sheet.
    pub sheet: Sheet,
    /// The form that is answered.
    pub form: Arc<KeptForm>,
    /// The answers so far.
    pub response: Response,
    /// The places whose answers were carried forward and are not yet confirmed.
    pub carried: BTreeSet<String>,
}

/// A sheet that a person may see, in the assessment it belongs to.
#[derive(Debug)]
pub struct OpenSheet {
    /// The assessment, and what the person is in it.
    pub open: OpenAssessment,
    /// The sheet, which it stands for.
    pub read: ReadSheet,
    /// The day the answers that were carried forward held for.
    pub carried_on: Option<String>,
}

/// Answers to be saved.
#[derive(Clone, Debug, PartialEq)]
pub struct SaveRequest {
    /// The revision of the sheet that was seen.
    pub seen: u64,
    /// What is changed.
    pub edits: Vec<Edit>,
    /// The key by which a repeated request is known.
    pub key: Option<String>,
}

/// What became of answers that were to be saved.
#[derive(Debug)]
pub struct Saved {
    /// The questions that were saved now, or hold already what was to be saved.
    pub saved: Vec<String>,
    /// The questions that were not, and why.
    pub refused: Vec<RefusedEdit>,
    /// The sheet as it is now.
    pub sheet: OpenSheet,
}

/// What a request for saving is answered with again when it is repeated.
#[derive(Debug, Serialize, Deserialize)]
struct Answered {
    saved: Vec<String>,
    refused: Vec<(String, String, String, Option<String>)>,
}

/// The sheet in hand of the assessment with `id`: that of the stage it stands at, otherwise
/// the one begun last.
pub async fn open(
    engine: &Engine,
    actor: &Actor,
    id: AssessmentId,
) -> Result<OpenSheet, EngineError> {
    let (open, sheet) = rights::assessment_and_sheet(engine, actor, id).await?;
    match sheet {
        Some(sheet) => read_sheet(engine, open, sheet).await,
        None => in_hand(engine, open).await,
    }
}

/// The sheet with `sheet` of the assessment with `id`.
pub async fn open_one(
    engine: &Engine,
    actor: &Actor,
    id: AssessmentId,
    sheet: SheetId,
) -> Result<OpenSheet, EngineError> {
    let open = rights::assessment(engine, actor, id).await?;
    let sheet = store::sheets::find(&engine.db, sheet).await?.filter(|it| it.assessment == id);
    read_sheet(engine, open, sheet.ok_or(EngineError::NotFound { what: "sheet" })?).await
}

/// The sheet in hand of an assessment that is open already.
pub async fn in_hand(engine: &Engine, open: OpenAssessment) -> Result<OpenSheet, EngineError> {
    let assessment = &open.assessment;
    let db = &engine.db;
    let found = store::sheets::at(db, assessment.id, &assessment.stage, assessment.turn).await?;
    let sheet = match found {
        Some(sheet) => Some(sheet),
        None => store::sheets::list(db, assessment.id).await?.pop(),
    };
    read_sheet(engine, open, sheet.ok_or(EngineError::NotFound { what: "sheet" })?).await
}

async fn read_sheet(
    engine: &Engine,
    open: OpenAssessment,
    sheet: Sheet,
) -> Result<OpenSheet, EngineError> {
    let read = ReadSheet::of(engine, sheet).await?;
    let carried_on = match read.sheet.carried_from.filter(|_| !read.carried.is_empty()) {
        Some(from) => {
            let from = store::sheets::find(&engine.db, from).await?;
            from.and_then(|it| it.signed).map(|it| day(it.at).to_string())
        }
        None => None,
    };
    Ok(OpenSheet { open, read, carried_on })
}

impl ReadSheet {
    /// Reads a sheet.
    pub(crate) async fn of(engine: &Engine, sheet: Sheet) -> Result<Self, EngineError> {
        let form = engine.kept.form(&engine.db, &sheet.form_hash).await?;
        let id = sheet.id.to_string();
        let response = read(&sheet.document, "sheet", &id)?;
        let carried = read(&sheet.carried, "carried places of sheet", &id)?;
        Ok(Self { sheet, form, response, carried })
    }

    /// The answers read with their form.
    pub fn reading(&self) -> Reading<'_> {
        Reading::new(&self.form.form, &self.response)
    }
}

impl Deref for OpenSheet {
    type Target = ReadSheet;

    fn deref(&self) -> &ReadSheet {
        &self.read
    }
}

impl DerefMut for OpenSheet {
    fn deref_mut(&mut self) -> &mut ReadSheet {
        &mut self.read
    }
}

impl OpenSheet {
    /// Refuses whoever may not answer it now.
    pub fn require_answering(&self) -> Result<(), EngineError> {
        self.open.require_answering()?;
        let assessment = &self.open.assessment;
        let in_hand = self.sheet.stage == assessment.stage && self.sheet.turn == assessment.turn;
        match self.sheet.signed.is_none() && in_hand {
            true => Ok(()),
            false => Err(EngineError::Closed { why: Closed::Submitted }),
        }
    }

    /// Whether the person may answer it now.
    pub fn is_editable(&self) -> bool {
        self.require_answering().is_ok()
    }

    /// What an event of this sheet is about.
    pub(crate) fn about(&self) -> About {
        About { sheet: Some(self.sheet.id), ..self.open.about() }
    }
}

/// Whether a question counts in how far a sheet is: it is needed, or earns points.
pub fn counts(question: &Question) -> bool {
    question.calculated.is_none() && (question.required || question.criterion.is_some())
}

/// How many of the questions that count are answered, and how many are asked. What was carried
/// forward and is not yet confirmed is no answer of this time.
pub fn progress(reading: &Reading<'_>, carried: &BTreeSet<String>) -> (u32, u32) {
    use forms::reading::Answer;
    let (mut answered, mut asked) = (0, 0);
    for (index, answer) in reading.answers.iter().enumerate() {
        let question = reading.form.question(index);
        if *answer == Answer::Hidden || !counts(question) {
            continue;
        }
        asked += 1;
        let given = !matches!(answer, Answer::Missing(_)) && !carried.contains(&question.path);
        answered += u32::from(given);
    }
    (answered, asked)
}

/// The answers as they were at the revision that somebody saw.
pub async fn as_seen(
    engine: &Engine,
    open: &OpenSheet,
    seen: u64,
) -> Result<Response, EngineError> {
    if seen >= open.sheet.revision {
        return Ok(open.response.clone());
    }
    let mut since = store::events::changed_since(&engine.db, open.sheet.id, seen).await?;
    since.reverse();
    Ok(before(&open.response, &since))
}

/// Saves answers to the sheet in hand of the assessment with `id`.
///
/// Questions that somebody else changed since the revision seen are an
/// [`EngineError::Conflict`], and then nothing is saved. Values that do not fit the form are
/// refused one by one; the others are saved. The same request sent again changes nothing and
/// gets the same answer.
pub async fn save(
    engine: &Engine,
    actor: &Actor,
    id: AssessmentId,
    request: &SaveRequest,
    now: DateTime<Utc>,
) -> Result<Saved, EngineError> {
    save_to(engine, actor, open(engine, actor, id).await?, request, now).await
}

/// Saves answers as [`save`] does, to a sheet that is open already.
pub async fn save_to(
    engine: &Engine,
    actor: &Actor,
    mut open: OpenSheet,
    request: &SaveRequest,
    now: DateTime<Utc>,
) -> Result<Saved, EngineError> {
    let id = open.open.assessment.id;
    if request.edits.len() > engine.limits.changes {
        let message = format!("at most {} changes can be saved at once", engine.limits.changes);
        return Err(EngineError::invalid("changes", "too-many", message));
    }
    let body_hash = request.key.as_ref().map(|_| body_hash(id, request)).unwrap_or_default();
    // Somebody else may save at the same moment; then it is tried again on what they left.
    for tried in 1..=ATTEMPTS {
        // What was saved before has left a later revision than the one it was sent with.
        if (tried > 1 || request.seen < open.sheet.revision)
            && let Some((saved, refused)) = repeated(engine, actor, request, &body_hash).await?
        {
            return Ok(Saved { saved, refused, sheet: open });
        }
        open.require_answering()?;
        if let Some(saved) = attempt(engine, actor, open, request, &body_hash, now).await? {
            return Ok(saved);
        }
        open = self::open(engine, actor, id).await?;
    }
    Err(EngineError::Busy)
}

/// How often saving is tried while others save to the same sheet.
const ATTEMPTS: usize = 50;

/// One attempt to save; nothing where the sheet was changed meanwhile.
async fn attempt(
    engine: &Engine,
    actor: &Actor,
    mut open: OpenSheet,
    request: &SaveRequest,
    body_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<Saved>, EngineError> {
    let seen = open.sheet.revision;
    refuse_conflicts(engine, &open, request).await?;
    let mut edits = request.edits.clone();
    edits.retain(|it| it.what != What::Confirm || open.carried.contains(&it.place));
    let tried = try_on(&open.read.form.form, &mut open.read.response, &edits);
    let mut made = tried.made;
    let refused = tried.refused;
    let is_refused = |place: &String| refused.iter().any(|it| it.place == *place);
    for edit in &edits {
        let answers = matches!(edit.what.aspect(), Aspect::Answer | Aspect::Confirmed);
        if !answers || is_refused(&edit.place) || !open.carried.remove(&edit.place) {
            continue;
        }
        if !made.iter().any(|it| it.place == edit.place) {
            let (place, aspect) = (edit.place.clone(), Aspect::Confirmed);
            made.push(Made { place, aspect, before: false.into(), after: true.into() });
        }
    }
    let places = request.edits.iter().map(|it| it.place.clone());
    let saved: Vec<String> = places.filter(|it| !is_refused(it)).collect();
    if made.is_empty() {
        return Ok(Some(Saved { saved, refused, sheet: open }));
    }
    open.response.date = day(now).to_string();
    let (answered, asked) = progress(&open.reading(), &open.carried);
    let document = canonical::to_string(&open.response);
    let carried = canonical::to_string(&open.carried);
    let revision = seen + 1;
    let sheet =
        Sheet { revision, document, carried, answered, asked, changed_at: now, ..open.read.sheet };
    open.read.sheet = sheet.clone();
    let answer = Answered { saved: saved.clone(), refused: refused.iter().map(parts).collect() };
    let change = SaveSheet {
        sheet,
        seen,
        events: events(&open, actor, &made, revision, now),
        request: request.key.clone().map(|key| Request {
            person: actor.person.id,
            key,
            operation: SAVE.to_owned(),
            body_hash: body_hash.to_owned(),
            answer: canonical::to_string(&answer),
            created_at: now,
        }),
    };
    Ok(match engine.writer.make(change).await? {
        true => Some(Saved { saved, refused, sheet: open }),
        false => None,
    })
}

/// What saving is called among requests.
const SAVE: &str = "save-answers";

fn body_hash(id: AssessmentId, request: &SaveRequest) -> String {
    canonical::hash_text(&format!("{id} {:?}", request.edits))
}

/// What the request was answered with before, if it was.
async fn repeated(
    engine: &Engine,
    actor: &Actor,
    request: &SaveRequest,
    body_hash: &str,
) -> Result<Option<(Vec<String>, Vec<RefusedEdit>)>, EngineError> {
    let Some(key) = &request.key else { return Ok(None) };
    let found = store::requests::find(&engine.db, actor.person.id, key).await?;
    let Some(found) = found else { return Ok(None) };
    if found.operation != SAVE || found.body_hash != body_hash {
        return Err(EngineError::KeyReused);
    }
    let answer: Answered = read(&found.answer, "answer to the request", key)?;
    Ok(Some((answer.saved, answer.refused.into_iter().filter_map(whole).collect())))
}

fn parts(it: &RefusedEdit) -> (String, String, String, Option<String>) {
    (it.place.clone(), it.code.to_owned(), it.message.clone(), it.suggestion.clone())
}

fn whole(it: (String, String, String, Option<String>)) -> Option<RefusedEdit> {
    let (place, code, message, suggestion) = it;
    let code = forms::codes::ALL.iter().find(|known| known.name == code)?.name;
    Some(RefusedEdit { place, code, message, suggestion })
}

async fn refuse_conflicts(
    engine: &Engine,
    open: &OpenSheet,
    request: &SaveRequest,
) -> Result<(), EngineError> {
    let revision = open.sheet.revision;
    if request.seen > revision {
        let message = format!("the sheet is at revision {revision}");
        return Err(EngineError::invalid("revision", "unknown-revision", message));
    }
    if request.seen == revision {
        return Ok(());
    }
    let since = store::events::changed_since(&engine.db, open.sheet.id, request.seen).await?;
    let conflicts = conflicts(&open.response, &request.edits, &since);
    match conflicts.is_empty() {
        true => Ok(()),
        false => Err(EngineError::Conflict(Box::new(Conflicts { revision, conflicts }))),
    }
}

fn events(
    open: &OpenSheet,
    actor: &Actor,
    made: &[Made],
    revision: u64,
    now: DateTime<Utc>,
) -> Vec<NewEvent> {
    let event = |it: &Made| NewEvent {
        at: now,
        action: it.aspect.name().to_owned(),
        person: actor.person_id(),
        about: About { place: it.place.clone(), revision: Some(revision), ..open.about() },
        before: Some(it.before.to_string()),
        after: Some(it.after.to_string()),
    };
    made.iter().map(event).collect()
}

/// Saves a sheet unless it was changed, or the request made, meanwhile; whether it was saved.
struct SaveSheet {
    sheet: Sheet,
    seen: u64,
    events: Vec<NewEvent>,
    request: Option<Request>,
}

impl Change for SaveSheet {
    type Done = bool;

    const CHECKS_FIRST: bool = true;

    async fn make(
        &self,
        tx: &Transaction,
        history: &mut Vec<NewEvent>,
    ) -> Result<bool, EngineError> {
        let it = &self.sheet;
        if let Some(request) = &self.request
            && !store::requests::insert(tx, request).await?
        {
            return Ok(false);
        }
        if !store::sheets::save(tx, it, self.seen).await? {
            if let Some(request) = &self.request {
                store::requests::remove(tx, request.person, &request.key).await?;
            }
            return Ok(false);
        }
        let (id, at) = (it.assessment, it.changed_at);
        store::assessments::set_progress(tx, id, it.answered, it.asked, at).await?;
        history.extend(self.events.iter().cloned());
        Ok(true)
    }
}

/// The answers of a sheet as they were at `moment`.
pub async fn as_of(
    engine: &Engine,
    open: &OpenSheet,
    moment: DateTime<Utc>,
) -> Result<Response, EngineError> {
    let filter =
        EventFilter { sheet: Some(open.sheet.id), from: Some(moment), ..EventFilter::default() };
    let events = store::events::list(&engine.db, &filter, u64::MAX >> 1).await?;
    Ok(before(&open.response, &events))
}
