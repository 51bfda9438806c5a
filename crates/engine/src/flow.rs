//! The way of an assessment through its programme: actions, signing, returning, locking.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use forms::reading::Answer;
use forms::{PreparedForm, Reading, canonical, validate};
use model::form::answer_at;
use model::programme::{Stage, Transition};
use model::{Response, Scorecard, Severity};
use serde_json::Map;
use store::{
    About, Assessment, AssessmentId, Comment, CommentId, CommentKind, NewEvent, Round, Sheet,
    SheetId, Signature, StoredResult, Transaction,
};
use workflow::{Answered, Beginning, Dates, NextStage, Outcome, Refusal, Standing};

use crate::answers::{Aspect, put_aspect};
use crate::engine::{Engine, day};
use crate::error::{Closed, EngineError};
use crate::identity::{Actor, Letter, letters};
use crate::kept::KeptProgramme;
use crate::results::stored;
use crate::rights::{self, OpenAssessment};
use crate::sheets::{ReadSheet, progress};
use crate::writer::Change;

/// An assessment with all its sheets: where it stands, and where it can go.
#[derive(Debug)]
pub struct Course {
    /// The assessment.
    pub open: OpenAssessment,
    /// Its sheets, in the order in which they were begun, with their forms and answers.
    pub sheets: Vec<ReadSheet>,
    /// The same as the state machine sees it.
    pub standing: Standing,
}

/// An action that somebody can see, and why they cannot take it now.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Its id.
    pub id: String,
    /// What stands on the button.
    pub title: String,
    /// Why it is refused now; nothing where it can be taken.
    pub refusal: Option<Refusal>,
    /// Whether a sheet is signed with it.
    pub signs: bool,
}

/// The way of the assessment with `id` so far.
pub async fn course(
    engine: &Engine,
    actor: &Actor,
    id: AssessmentId,
) -> Result<Course, EngineError> {
    of(engine, rights::assessment(engine, actor, id).await?).await
}

/// The way of an assessment that is open already.
pub async fn of(engine: &Engine, open: OpenAssessment) -> Result<Course, EngineError> {
    let mut sheets = Vec::new();
    for sheet in store::sheets::list(&engine.db, open.assessment.id).await? {
        sheets.push(ReadSheet::of(engine, sheet).await?);
    }
    let standing = standing(&open, &sheets);
    Ok(Course { open, sheets, standing })
}

fn standing(open: &OpenAssessment, sheets: &[ReadSheet]) -> Standing {
    let answered = |it: &ReadSheet| {
        let stage = open.programme.document().stage(&it.sheet.stage)?;
        let reading = Reading::new(&it.form.form, &it.response);
        let card = scoring::score_reading(&reading, None);
        let mut outcome = Outcome::new(stage, &reading, Some(&card));
        // What was carried forward is not an answer of this year until somebody says so.
        let needed = |place: &&String| {
            let index = it.form.form.index_of(place);
            index.is_some_and(|it| {
                reading.form.question(it).required
                    && matches!(reading.answers[it], Answer::Given(_))
            })
        };
        outcome.missing += it.carried.iter().filter(needed).count();
        Some(Answered {
            stage: it.sheet.stage.clone(),
            form: it.form.form.form.meta.id.clone(),
            copy: it.sheet.copy,
            turn: it.sheet.turn,
            begun_at: it.sheet.created_at,
            signed_at: it.sheet.signed.as_ref().map(|it| it.at),
            scorecard: it.sheet.signed.as_ref().map(|_| canonical::hash(&card)),
            outcome,
        })
    };
    Standing {
        stage: open.assessment.stage.clone(),
        turn: open.assessment.turn,
        answered: sheets.iter().filter_map(answered).collect(),
    }
}

impl Course {
    /// The sheet in hand: that of the stage where it stands, otherwise the one begun last.
    pub fn in_hand(&self) -> Option<&ReadSheet> {
        let assessment = &self.open.assessment;
        let here = |it: &&ReadSheet| {
            it.sheet.stage == assessment.stage && it.sheet.turn == assessment.turn
        };
        self.sheets.iter().find(here).or(self.sheets.last())
    }

    /// The sheet that was signed last.
    pub fn signed(&self) -> Option<&ReadSheet> {
        let signed = self.sheets.iter().filter(|it| it.sheet.signed.is_some());
        signed.max_by_key(|it| it.sheet.signed.as_ref().map(|it| it.at))
    }

    /// The sheet that was signed at the same stage before `sheet`.
    pub fn before(&self, sheet: &ReadSheet) -> Option<&ReadSheet> {
        let (stage, turn) = (&sheet.sheet.stage, sheet.sheet.turn);
        let earlier = self.sheets.iter().filter(|it| it.sheet.signed.is_some());
        earlier
            .filter(|it| it.sheet.stage == *stage && it.sheet.turn < turn)
            .max_by_key(|it| it.sheet.turn)
    }

    /// Refuses a request about another revision of the assessment than the one it is at.
    fn require_seen(&self, seen: Option<u64>) -> Result<(), EngineError> {
        match seen {
            Some(seen) if seen != self.open.assessment.revision => Err(EngineError::Outdated),
            _ => Ok(()),
        }
    }

    /// The actions that the person can see, in the programme's order.
    pub fn actions(&self, language: &str) -> Vec<Action> {
        if self.open.closed().is_some() {
            return Vec::new();
        }
        let texts = self.open.programme.texts(language);
        let roles = &self.open.standing.roles;
        let action = |offer: workflow::Offer<'_>| {
            let (from, action) = (&offer.transition.from, &offer.transition.action);
            let title =
                texts.transitions.iter().find(|it| it.from == *from && it.action == *action);
            Action {
                id: action.clone(),
                title: title.map_or_else(|| action.clone(), |it| it.title.clone()),
                refusal: offer.refusal(),
                signs: signs(offer.transition),
            }
        };
        let offers = workflow::actions(&self.open.programme.programme, &self.standing, roles);
        offers.into_iter().filter(|it| it.may).map(action).collect()
    }

    /// The day by which something is due at the stage where it stands.
    pub fn due(&self) -> Option<NaiveDate> {
        let stage = self.open.stage().ok()?;
        let signed = self.sheets.iter().filter(|it| {
            it.sheet.stage == stage.id && it.sheet.signed.is_some() && !stage.repeat.is_empty()
        });
        let open = &self.open;
        due_after(&open.assessment, &open.round, &open.programme, signed.count())
    }
}

/// The day by which something is due at the stage where an assessment stands, as far as that
/// is known without its sheets.
pub(crate) fn due_of(
    assessment: &Assessment,
    round: &Round,
    programme: &KeptProgramme,
) -> Option<NaiveDate> {
    due_after(assessment, round, programme, 0)
}

/// The same where so many of the times of a stage that repeats are signed.
fn due_after(
    assessment: &Assessment,
    round: &Round,
    programme: &KeptProgramme,
    signed: usize,
) -> Option<NaiveDate> {
    let stage = programme.document().stage(&assessment.stage)?;
    let dates = Dates {
        opens_on: round.opens_on.parse().ok()?,
        closes_on: round.closes_on.parse().ok()?,
        stage_since: assessment.stage_since.date_naive(),
    };
    // The first stage is due by the end of the round unless the programme says otherwise.
    let is_first = stage.id == programme.programme.first().id && assessment.turn == 1;
    workflow::due(stage, dates, signed).or(is_first.then_some(dates.closes_on))
}

/// Whether what was answered is handed in with the transition: where it must be complete.
/// Leaving a stage in another way leaves its sheet as it is.
fn signs(transition: &Transition) -> bool {
    transition.gate.as_ref().is_some_and(|it| it.complete)
}

/// Takes `action` on the assessment with `id`.
///
/// Where a revision is named that was `seen`, it must still be at that. Where something is
/// answered at the stage, it is signed with the name of the person who answers for it.
pub async fn act(
    engine: &Engine,
    actor: &Actor,
    id: AssessmentId,
    seen: Option<u64>,
    action: &str,
    signer: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Course, EngineError> {
    let course = course(engine, actor, id).await?;
    course.require_seen(seen)?;
    if let Some(why) = course.open.closed() {
        return Err(EngineError::Closed { why });
    }
    let roles = &course.open.standing.roles;
    let programme = Arc::clone(&course.open.programme);
    let next = workflow::next(&programme.programme, &course.standing, action, roles)
        .map_err(EngineError::Refused)?;
    let change = Step::new(engine, actor, &course, next, signer, now).await?;
    engine.writer.make(change).await?;
    self::course(engine, actor, id).await
}

/// An assessment that goes on to its next stage, with what is signed on leaving and begun on
/// arriving.
struct Step {
    assessment: Assessment,
    seen: u64,
    signed: Option<(Sheet, StoredResult)>,
    begun: Option<Sheet>,
    event: NewEvent,
}

impl Step {
    async fn new(
        engine: &Engine,
        actor: &Actor,
        course: &Course,
        next: NextStage<'_>,
        signer: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Self, EngineError> {
        let open = &course.open;
        let mut assessment = open.assessment.clone();
        let seen = assessment.revision;
        let mut standing = course.standing.clone();
        let here = |it: &&ReadSheet| it.sheet.stage == assessment.stage && !it.sheet.is_signed();
        let signed = match course.in_hand().filter(here).filter(|_| signs(next.transition)) {
            Some(sheet) => {
                let (sheet, result, card) = sign(actor, sheet, signer, now)?;
                let total = card.total.as_ref();
                assessment.progress.strict = total.map(|it| it.score.strict);
                assessment.progress.band =
                    total.and_then(|it| it.band.as_ref()).map(|it| it.id.clone());
                assessment.submitted_at = Some(now);
                for it in &mut standing.answered {
                    if it.stage == sheet.stage && it.turn == sheet.turn {
                        it.signed_at = Some(now);
                        it.scorecard = Some(canonical::hash(&card));
                    }
                }
                Some((sheet, result))
            }
            None => None,
        };
        assessment.stage.clone_from(&next.stage.id);
        assessment.turn = next.turn;
        assessment.stage_since = now;
        assessment.changed_at = now;
        assessment.revision += 1;
        let standing = standing.moved(&next);
        let begun = begin(engine, open, &standing, &course.sheets, &assessment, now).await?;
        if let Some(sheet) = &begun {
            (assessment.progress.answered, assessment.progress.asked) =
                (sheet.answered, sheet.asked);
        }
        let event = NewEvent {
            at: now,
            action: "moved".to_owned(),
            person: actor.person_id(),
            about: About { place: next.transition.action.clone(), ..open.about() },
            before: Some(open.assessment.stage.clone()),
            after: Some(assessment.stage.clone()),
        };
        Ok(Self { assessment, seen, signed, begun, event })
    }
}

impl Change for Step {
    type Done = ();

    async fn make(&self, tx: &Transaction, history: &mut Vec<NewEvent>) -> Result<(), EngineError> {
        if let Some((sheet, result)) = &self.signed {
            let saved = store::scorecards::save(tx, result).await?;
            let sheet = Sheet { scorecard: Some(saved.id), ..sheet.clone() };
            // Somebody saved an answer while this was signed: that was not looked at.
            if !store::sheets::update(tx, &sheet, sheet.revision - 1).await? {
                return Err(EngineError::Outdated);
            }
            history.push(NewEvent {
                action: "signed".to_owned(),
                about: About {
                    sheet: Some(sheet.id),
                    revision: Some(sheet.revision),
                    place: String::new(),
                    ..self.event.about.clone()
                },
                before: None,
                after: Some(result.response.hash.clone()),
                ..self.event.clone()
            });
        }
        if !store::assessments::update(tx, &self.assessment, self.seen).await? {
            return Err(EngineError::Outdated);
        }
        if let Some(sheet) = &self.begun {
            store::sheets::insert(tx, sheet).await?;
        }
        history.push(self.event.clone());
        Ok(())
    }
}

/// A sheet as it is signed, and the result that is kept of it.
fn sign(
    actor: &Actor,
    it: &ReadSheet,
    signer: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(Sheet, StoredResult, Scorecard), EngineError> {
    let name = signer.map(str::trim).filter(|it| !it.is_empty());
    let name = name.ok_or_else(|| {
        EngineError::invalid("name", "missing", "give the name of the person who answers for it")
    })?;
    if name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(EngineError::invalid("name", "bad-name", "this cannot be a name"));
    }
    let mut response = it.response.clone();
    response.date = day(now).to_string();
    let form = &it.form.form;
    let issues = validate::validate(&Reading::new(form, &response));
    if validate::any_error(&issues) {
        let file = format!("sheet {}", it.sheet.id);
        let text = canonical::to_string(&response);
        return Err(EngineError::Findings(forms::response::place(issues, &file, &text)));
    }
    let card = scoring::score(form, &response, None);
    let result = stored(&response, &card, now);
    let sheet = Sheet {
        revision: it.sheet.revision + 1,
        document: canonical::to_string(&response),
        changed_at: now,
        signed: Some(Signature { at: now, by: actor.person.id, name: name.to_owned() }),
        ..it.sheet.clone()
    };
    Ok((sheet, result, card))
}

/// The sheet with which the stage of `assessment` begins, where something is answered there by
/// one for all.
pub(crate) async fn begin(
    engine: &Engine,
    open: &OpenAssessment,
    standing: &Standing,
    sheets: &[ReadSheet],
    assessment: &Assessment,
    now: DateTime<Utc>,
) -> Result<Option<Sheet>, EngineError> {
    let Some(stage) = open.programme.document().stage(&assessment.stage) else { return Ok(None) };
    let (Some(form_id), None) = (&stage.form, &stage.copies) else { return Ok(None) };
    let forms = store::rounds::forms(&engine.db, open.round.id).await?;
    let hash = forms.get(form_id).ok_or_else(|| EngineError::Stored {
        what: format!("round {}", open.round.id),
        reason: format!("it has no form `{form_id}`"),
    })?;
    let form = engine.kept.form(&engine.db, hash).await?;
    let programme = &open.programme.programme;
    let mut response = blank(&form.form, open, now);
    response.facts = workflow::facts(programme, standing, &form.form);
    let source = |it: &Answered| {
        sheets.iter().find(|sheet| {
            sheet.sheet.stage == it.stage
                && sheet.sheet.turn == it.turn
                && sheet.sheet.copy == it.copy
                && sheet.form.form.form.meta.id == it.form
        })
    };
    let earlier = match workflow::beginning(programme, standing, form_id, 1) {
        Beginning::Empty => earlier_round(engine, open, stage, form_id).await?,
        Beginning::From(answered) => source(answered).cloned(),
        Beginning::MedianOf(copies) => {
            let responses: Vec<&Response> =
                copies.into_iter().filter_map(|it| Some(&source(it)?.response)).collect();
            response.answers = workflow::median(&form.form, &responses);
            None
        }
    };
    let by_same = |it: &ReadSheet| {
        open.programme.document().stage(&it.sheet.stage).and_then(|it| it.by.clone()) == stage.by
    };
    let carries = earlier.as_ref().is_some_and(|it| by_same(it) && it.sheet.signed.is_some());
    let carried = match &earlier {
        Some(earlier) => carry(&form.form, &mut response, &earlier.response),
        None => BTreeSet::new(),
    };
    let carried = if carries { carried } else { BTreeSet::new() };
    let (answered, asked) = progress(&Reading::new(&form.form, &response), &carried);
    Ok(Some(Sheet {
        id: SheetId::new(now),
        assessment: assessment.id,
        stage: assessment.stage.clone(),
        turn: assessment.turn,
        copy: 1,
        form_hash: hash.clone(),
        revision: 1,
        document: canonical::to_string(&response),
        carried: canonical::to_string(&carried),
        carried_from: earlier.map(|it| it.sheet.id),
        answered,
        asked,
        created_at: now,
        changed_at: now,
        signed: None,
        scorecard: None,
    }))
}

/// A response to `form` without answers.
fn blank(form: &PreparedForm, open: &OpenAssessment, now: DateTime<Utc>) -> Response {
    let meta = &form.form.meta;
    Response {
        form: model::response::FormRef { id: meta.id.clone(), version: meta.version.clone() },
        subject: open.assessment.subject.clone(),
        date: day(now).to_string(),
        validated: None,
        language: Some(open.round.language.clone()),
        answers: Map::new(),
        notes: std::collections::BTreeMap::new(),
        facts: std::collections::BTreeMap::new(),
    }
}

/// The sheet that the same organisation signed last about the same subject with the same form,
/// in another round, where the stage begins with what was answered there last.
async fn earlier_round(
    engine: &Engine,
    open: &OpenAssessment,
    stage: &Stage,
    form_id: &str,
) -> Result<Option<ReadSheet>, EngineError> {
    let itself = stage.start_from.as_ref().is_some_and(|it| it.stage() == stage.id);
    if !itself {
        return Ok(None);
    }
    let own = &open.assessment;
    let mut others = store::assessments::of_organisations(&engine.db, &[own.organisation]).await?;
    others.retain(|it| it.id != own.id && it.subject == own.subject);
    let ids: Vec<AssessmentId> = others.iter().map(|it| it.id).collect();
    let mut sheets = store::sheets::signed(&engine.db, &ids).await?;
    sheets.sort_by_key(|it| it.signed.as_ref().map(|it| it.at));
    while let Some(sheet) = sheets.pop() {
        let form = engine.kept.form(&engine.db, &sheet.form_hash).await?;
        if form.form.form.meta.id == form_id && sheet.stage == stage.id {
            return Ok(Some(ReadSheet::of(engine, sheet).await?));
        }
    }
    Ok(None)
}

/// Copies the answers and notes of `earlier` that fit `form` into `response`; the places.
fn carry(form: &PreparedForm, response: &mut Response, earlier: &Response) -> BTreeSet<String> {
    let mut carried = BTreeSet::new();
    for index in 0..form.len() {
        let place = &form.question(index).path;
        if form.question(index).calculated.is_some() {
            continue;
        }
        for aspect in [Aspect::Answer, Aspect::Comment, Aspect::Evidence] {
            let value = crate::answers::aspect_of(earlier, place, aspect);
            put_aspect(response, place, aspect, &value);
        }
    }
    // An option that the form no longer has is not carried; neither is its note.
    let issues = validate::validate(&Reading::new(form, response));
    let wrong = issues.iter().filter(|it| it.code.severity == Severity::Error);
    let wrong: Vec<String> = wrong.filter_map(|it| crate::answers::place_of(&it.pointer)).collect();
    for place in wrong {
        for aspect in [Aspect::Answer, Aspect::Comment, Aspect::Evidence] {
            put_aspect(response, &place, aspect, &serde_json::Value::Null);
        }
    }
    for index in 0..form.len() {
        let place = &form.question(index).path;
        let excused = response.notes.get(place).is_some_and(|it| it.not_applicable.is_some());
        if excused || answer_at(&response.answers, place).is_some() {
            carried.insert(place.clone());
        }
    }
    carried
}

/// How long the words about the whole may be with which something is returned, in characters.
pub const LONGEST_WORDS: usize = 5000;

/// How long a remark about one question may be, in characters.
pub const LONGEST_REMARK: usize = 2000;

/// Returns a signed sheet to those who answer, with remarks: about the whole under an empty
/// place, and about questions.
///
/// Where a revision is named that was `seen`, the assessment must still be at that. The letters
/// are sent only if it is returned.
pub async fn hand_back(
    engine: &Engine,
    actor: &Actor,
    id: AssessmentId,
    seen: Option<u64>,
    remarks: &[(String, String)],
    letters: Vec<Letter>,
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    let course = course(engine, actor, id).await?;
    course.open.require_running()?;
    course.require_seen(seen)?;
    if remarks.iter().all(|(_, text)| text.trim().is_empty()) {
        return Err(EngineError::invalid("text", "missing", "say what is to be changed"));
    }
    let Some(signed) = course.signed() else {
        return Err(EngineError::Closed { why: Closed::Over });
    };
    check_remarks(&signed.form.form, remarks)?;
    let assessment = &course.open.assessment;
    let comment = |(place, text): &(String, String)| Comment {
        id: CommentId::new(now),
        assessment: id,
        sheet: Some(signed.sheet.id),
        kind: CommentKind::Remark,
        place: place.clone(),
        person: actor.person.id,
        text: text.trim().to_owned(),
        created_at: now,
    };
    let said = remarks.iter().filter(|(_, text)| !text.trim().is_empty());
    let change = HandBack {
        sheet: Sheet {
            revision: signed.sheet.revision + 1,
            signed: None,
            changed_at: now,
            ..signed.sheet.clone()
        },
        assessment: Assessment {
            stage: signed.sheet.stage.clone(),
            turn: signed.sheet.turn,
            revision: assessment.revision + 1,
            stage_since: now,
            changed_at: now,
            submitted_at: None,
            ..assessment.clone()
        },
        seen: assessment.revision,
        remarks: said.map(comment).collect(),
        letters,
        event: NewEvent {
            at: now,
            action: "returned".to_owned(),
            person: actor.person_id(),
            about: About { sheet: Some(signed.sheet.id), ..course.open.about() },
            before: Some(assessment.stage.clone()),
            after: Some(signed.sheet.stage.clone()),
        },
    };
    engine.writer.make(change).await
}

fn check_remarks(form: &PreparedForm, remarks: &[(String, String)]) -> Result<(), EngineError> {
    for (place, text) in remarks {
        let (field, most) = match place.as_str() {
            "" => ("text", LONGEST_WORDS),
            place => (place, LONGEST_REMARK),
        };
        if !place.is_empty() && form.index_of(place).is_none() {
            let message = format!("there is no question `{place}`");
            return Err(EngineError::invalid(field, "unknown-question", message));
        }
        if text.chars().count() > most {
            let message = format!("this has at most {most} characters");
            return Err(EngineError::invalid(field, "too-long", message));
        }
    }
    Ok(())
}

struct HandBack {
    sheet: Sheet,
    assessment: Assessment,
    seen: u64,
    remarks: Vec<Comment>,
    letters: Vec<Letter>,
    event: NewEvent,
}

impl Change for HandBack {
    type Done = ();

    async fn make(&self, tx: &Transaction, history: &mut Vec<NewEvent>) -> Result<(), EngineError> {
        let sheet = &self.sheet;
        if !store::sheets::update(tx, sheet, sheet.revision - 1).await?
            || !store::assessments::update(tx, &self.assessment, self.seen).await?
        {
            return Err(EngineError::Outdated);
        }
        for remark in &self.remarks {
            store::comments::insert(tx, remark).await?;
        }
        for letter in &self.letters {
            letters::post(tx, letter.clone(), self.event.at).await?;
        }
        history.push(self.event.clone());
        Ok(())
    }
}

/// Keeps an assessment from being changed, or lets it be changed again, if it is still at the
/// revision that was `seen`, where one is named.
pub async fn set_locked(
    engine: &Engine,
    actor: &Actor,
    id: AssessmentId,
    seen: Option<u64>,
    locked: bool,
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    let course = course(engine, actor, id).await?;
    course.open.require_running()?;
    course.require_seen(seen)?;
    let assessment = &course.open.assessment;
    if assessment.locked_at.is_some() == locked {
        return Ok(());
    }
    let word = |locked: bool| Some(if locked { "locked" } else { "open" }.to_owned());
    let change = Lock {
        // Whoever is just saving finds the sheet changed, looks again, and finds the lock.
        sheet: course
            .in_hand()
            .filter(|it| !it.sheet.is_signed())
            .map(|it| Sheet { revision: it.sheet.revision + 1, ..it.sheet.clone() }),
        assessment: Assessment {
            locked_at: locked.then_some(now),
            revision: assessment.revision + 1,
            changed_at: now,
            ..assessment.clone()
        },
        seen: assessment.revision,
        event: NewEvent {
            at: now,
            action: if locked { "locked" } else { "unlocked" }.to_owned(),
            person: actor.person_id(),
            about: course.open.about(),
            before: word(!locked),
            after: word(locked),
        },
    };
    engine.writer.make(change).await
}

struct Lock {
    sheet: Option<Sheet>,
    assessment: Assessment,
    seen: u64,
    event: NewEvent,
}

impl Change for Lock {
    type Done = ();

    async fn make(&self, tx: &Transaction, history: &mut Vec<NewEvent>) -> Result<(), EngineError> {
        if let Some(sheet) = &self.sheet
            && !store::sheets::update(tx, sheet, sheet.revision - 1).await?
        {
            return Err(EngineError::Outdated);
        }
        if !store::assessments::update(tx, &self.assessment, self.seen).await? {
            return Err(EngineError::Outdated);
        }
        history.push(self.event.clone());
        Ok(())
    }
}
