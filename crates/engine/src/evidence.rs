//! An organisation's evidence: added once, used in many answers.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use model::response::{Evidence, EvidenceFile};
use model::{Grade, Response};
use store::{
    About, AssessmentId, EvidenceId, NewEvent, OrganisationId, StoredEvidence, StoredFile,
    Transaction,
};

use crate::attachments::Pieces;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::identity::Actor;
use crate::media::{self, MediaType};
use crate::results::read;
use crate::writer::Change;

/// What a piece of evidence is added with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EvidenceValues {
    /// What it is called; the name of the file where nothing is given.
    pub title: String,
    /// How well it supports an answer.
    pub grade: Option<Grade>,
    /// The day it was made.
    pub date: Option<String>,
    /// The last day it holds.
    pub expires_on: Option<String>,
    /// Where it can be read.
    pub link: Option<String>,
    /// The file: its name and its bytes.
    pub file: Option<(String, Vec<u8>)>,
}

/// A piece of evidence as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedEvidence {
    /// The piece of evidence.
    pub evidence: StoredEvidence,
    /// How many bytes its file has, where it has one.
    pub size: Option<u64>,
    /// The answers that it backs.
    pub used_in: Vec<Use>,
}

/// An answer that a piece of evidence backs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// The assessment.
    pub assessment: AssessmentId,
    /// The question.
    pub place: String,
    /// The title of the question.
    pub question: String,
    /// The title of the round.
    pub round: String,
}

/// A file to be handed out.
pub struct Download {
    /// What its bytes were found to be; never what somebody said.
    pub media_type: String,
    /// The name to save it under.
    pub name: String,
    /// How many bytes.
    pub size: u64,
    /// The bytes.
    pub pieces: Pieces,
}

impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Download").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The evidence of an organisation that the actor belongs to, newest first.
pub async fn list(
    engine: &Engine,
    actor: &Actor,
    organisation: OrganisationId,
) -> Result<Vec<StoredEvidence>, EngineError> {
    require_member(actor, organisation)?;
    Ok(store::evidence::list(&engine.db, organisation).await?)
}

/// Pieces of evidence of one organisation with the sizes of their files, and where they are used.
pub async fn look(
    engine: &Engine,
    actor: &Actor,
    organisation: OrganisationId,
    all: Vec<StoredEvidence>,
    language: &str,
) -> Result<Vec<ListedEvidence>, EngineError> {
    require_member(actor, organisation)?;
    let hashes: Vec<&str> =
        all.iter().filter_map(|it| Some(it.file.as_ref()?.0.as_str())).collect();
    let sizes = store::evidence::sizes(&engine.db, &hashes).await?;
    let uses = uses(engine, organisation, language).await?;
    let listed = |it: StoredEvidence| {
        let same = as_answered(&it);
        let used = uses.iter().filter(|(_, evidence)| *evidence == same);
        let used: BTreeSet<Use> = used.map(|(it, _)| it.clone()).collect();
        let size = it.file.as_ref().and_then(|(hash, _)| sizes.get(hash)).copied();
        ListedEvidence { size, used_in: used.into_iter().collect(), evidence: it }
    };
    Ok(all.into_iter().map(listed).collect())
}

/// What backs the answers of an organisation, in the sheet of each assessment that was begun last.
async fn uses(
    engine: &Engine,
    organisation: OrganisationId,
    language: &str,
) -> Result<Vec<(Use, Evidence)>, EngineError> {
    let mut uses = Vec::new();
    for it in store::assessments::of_organisations(&engine.db, &[organisation]).await? {
        let Some(sheet) = store::sheets::list(&engine.db, it.id).await?.pop() else { continue };
        let response: Response = read(&sheet.document, "sheet", &sheet.id.to_string())?;
        let round = store::rounds::get(&engine.db, it.round).await?.title;
        let form = engine.kept.form(&engine.db, &sheet.form_hash).await?;
        for (place, note) in response.notes {
            let asked = place.split_once('[').map_or(place.as_str(), |(question, _)| question);
            let question = form.texts(language).question(asked);
            let question = question.map_or_else(|| place.clone(), |it| it.title.clone());
            let (assessment, round) = (it.id, round.clone());
            let used = Use { assessment, place, question, round };
            uses.extend(note.evidence.into_iter().map(|it| (used.clone(), it)));
        }
    }
    Ok(uses)
}

/// The piece of evidence with `id`, for somebody of its organisation.
pub async fn get(
    engine: &Engine,
    actor: &Actor,
    id: EvidenceId,
) -> Result<StoredEvidence, EngineError> {
    let found = store::evidence::find(&engine.db, id).await?;
    found
        .filter(|it| actor.is_member_of(it.organisation))
        .ok_or(EngineError::NotFound { what: "evidence" })
}

/// Adds a piece of evidence to an organisation that the actor belongs to.
pub async fn add(
    engine: &Engine,
    actor: &Actor,
    organisation: OrganisationId,
    values: EvidenceValues,
    now: DateTime<Utc>,
) -> Result<StoredEvidence, EngineError> {
    require_member(actor, organisation)?;
    if let Some(wrong) = check(engine, &values).into_iter().next() {
        return Err(wrong);
    }
    let have = store::evidence::count(&engine.db, organisation).await?;
    if have >= engine.limits.evidence {
        let message = format!("at most {} pieces of evidence are kept", engine.limits.evidence);
        return Err(EngineError::invalid("file", "too-many", message));
    }
    let file = match values.file {
        Some((name, bytes)) => Some(keep(engine, &name, bytes, now).await?),
        None => None,
    };
    let (file, name) = file.unzip();
    let evidence = StoredEvidence {
        id: EvidenceId::new(now),
        organisation,
        title: title(&values.title, name.as_deref())?,
        grade: grade(values.grade)?,
        date: date("date", values.date.as_deref())?,
        expires_on: date("expires_on", values.expires_on.as_deref())?,
        link: link(values.link.as_deref())?,
        file: file.as_ref().map(|it: &StoredFile| it.hash.clone()).zip(name),
        person: actor.person.id,
        created_at: now,
    };
    let event = event(actor, &evidence, "evidence-added", now);
    engine.writer.make(AddEvidence { evidence: evidence.clone(), file, event }).await?;
    Ok(evidence)
}

/// All that is wrong with what a piece of evidence is to be added with.
pub fn check(engine: &Engine, values: &EvidenceValues) -> Vec<EngineError> {
    let file = values.file.as_ref();
    let given = link(values.link.as_deref());
    let nothing = matches!(given, Ok(None)) && file.is_none();
    let nothing =
        nothing.then(|| EngineError::invalid("file", "missing", "choose a file or give a link"));
    let untitled = match file {
        // A file brings its name.
        Some(_) if values.title.trim().is_empty() => None,
        _ => title(&values.title, None).err(),
    };
    [
        untitled,
        nothing,
        file.and_then(|(_, bytes)| kind(engine, bytes).err()),
        given.err(),
        grade(values.grade).err(),
        date("date", values.date.as_deref()).err(),
        date("expires_on", values.expires_on.as_deref()).err(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

struct AddEvidence {
    evidence: StoredEvidence,
    file: Option<StoredFile>,
    event: NewEvent,
}

impl Change for AddEvidence {
    type Done = ();

    async fn make(&self, tx: &Transaction, history: &mut Vec<NewEvent>) -> Result<(), EngineError> {
        if let Some(file) = &self.file {
            store::evidence::put_file(tx, file).await?;
        }
        store::evidence::insert(tx, &self.evidence).await?;
        history.push(self.event.clone());
        Ok(())
    }
}

/// Takes a piece of evidence out of its organisation's list; answers that use it keep it.
pub async fn remove(
    engine: &Engine,
    actor: &Actor,
    id: EvidenceId,
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    let evidence = get(engine, actor, id).await?;
    let event = event(actor, &evidence, "evidence-removed", now);
    engine.writer.make(RemoveEvidence { id, now, event }).await
}

struct RemoveEvidence {
    id: EvidenceId,
    now: DateTime<Utc>,
    event: NewEvent,
}

impl Change for RemoveEvidence {
    type Done = ();

    async fn make(&self, tx: &Transaction, history: &mut Vec<NewEvent>) -> Result<(), EngineError> {
        store::evidence::remove(tx, self.id, self.now).await?;
        history.push(self.event.clone());
        Ok(())
    }
}

/// A piece of evidence as it stands beside an answer.
pub fn as_answered(it: &StoredEvidence) -> Evidence {
    Evidence {
        title: it.title.clone(),
        grade: it.grade,
        date: it.date.clone(),
        expires: it.expires_on.clone(),
        link: it.link.clone(),
        file: it.file.as_ref().map(|(hash, name)| EvidenceFile {
            name: name.clone(),
            hash: format!("sha256:{hash}"),
        }),
    }
}

/// The file with this hash, under `name`, for somebody who was found to be allowed to read it.
pub(crate) async fn download(
    engine: &Engine,
    hash: &str,
    name: &str,
) -> Result<Download, EngineError> {
    let found = store::evidence::find_file(&engine.db, hash).await?;
    let file = found.ok_or(EngineError::NotFound { what: "file" })?;
    Ok(Download {
        media_type: file.media_type,
        name: name.to_owned(),
        size: file.size,
        pieces: engine.attachments.get(hash).await?,
    })
}

/// The file of a piece of evidence.
pub async fn file(engine: &Engine, actor: &Actor, id: EvidenceId) -> Result<Download, EngineError> {
    let evidence = get(engine, actor, id).await?;
    let (hash, name) = evidence.file.ok_or(EngineError::NotFound { what: "file" })?;
    download(engine, &hash, &name).await
}

/// A file that backs an answer in the assessment with this id, for whoever may see it.
pub async fn file_of_answer(
    engine: &Engine,
    actor: &Actor,
    id: AssessmentId,
    hash: &str,
) -> Result<Download, EngineError> {
    let course = crate::flow::course(engine, actor, id).await?;
    let notes = course.sheets.iter().flat_map(|it| it.response.notes.values());
    let files = notes.flat_map(|it| &it.evidence).filter_map(|it| it.file.as_ref());
    let named = files.filter_map(|it| Some((it.hash.strip_prefix("sha256:")?, &it.name)));
    let found = named.into_iter().find(|(it, _)| *it == hash);
    let (hash, name) = found.ok_or(EngineError::NotFound { what: "file" })?;
    download(engine, hash, name).await
}

async fn keep(
    engine: &Engine,
    name: &str,
    bytes: Vec<u8>,
    now: DateTime<Utc>,
) -> Result<(StoredFile, String), EngineError> {
    let size = bytes.len() as u64;
    let media_type = kind(engine, &bytes)?;
    let name = media::file_name(name, media_type);
    let hash = engine.attachments.put(bytes).await?;
    let media_type = media_type.name().to_owned();
    Ok((StoredFile { hash, size, media_type, created_at: now }, name))
}

/// What kind of file these bytes are, where they can be kept.
fn kind(engine: &Engine, bytes: &[u8]) -> Result<MediaType, EngineError> {
    if bytes.len() as u64 > engine.limits.file_size {
        let message = format!("the file is larger than {} MiB", engine.limits.file_size >> 20);
        return Err(EngineError::invalid("file", "too-large", message));
    }
    media::of(bytes).map_err(|it| {
        EngineError::invalid("file", it.code(), format!("this file cannot be kept: {it}"))
    })
}

fn grade(grade: Option<Grade>) -> Result<Grade, EngineError> {
    let message = "choose what kind of evidence it is";
    grade.ok_or_else(|| EngineError::invalid("grade", "missing", message))
}

fn require_member(actor: &Actor, organisation: OrganisationId) -> Result<(), EngineError> {
    match actor.is_member_of(organisation) {
        true => Ok(()),
        false => Err(EngineError::NotFound { what: "organisation" }),
    }
}

fn title(title: &str, file: Option<&str>) -> Result<String, EngineError> {
    let title = Some(title.trim()).filter(|it| !it.is_empty()).or(file);
    let title = title.ok_or_else(|| EngineError::invalid("title", "missing", "give it a title"))?;
    let fits = title.chars().count() <= 500 && !title.chars().any(char::is_control);
    let refused = || EngineError::invalid("title", "bad-title", "this cannot be a title");
    fits.then(|| title.to_owned()).ok_or_else(refused)
}

fn date(field: &str, text: Option<&str>) -> Result<Option<String>, EngineError> {
    let Some(text) = text.map(str::trim).filter(|it| !it.is_empty()) else { return Ok(None) };
    let day: NaiveDate = text
        .parse()
        .map_err(|_| EngineError::invalid(field, "bad-date", "write a day as year-month-day"))?;
    Ok(Some(day.to_string()))
}

fn link(text: Option<&str>) -> Result<Option<String>, EngineError> {
    let Some(text) = text.map(str::trim).filter(|it| !it.is_empty()) else { return Ok(None) };
    let is_link = ["https://", "http://"].iter().any(|it| text.starts_with(it))
        && text.len() <= 2000
        && !text.chars().any(|it| it.is_control() || it.is_whitespace());
    let refused = || {
        let message = "a link begins with https:// and has no spaces";
        EngineError::invalid("link", "bad-link", message)
    };
    is_link.then(|| Some(text.to_owned())).ok_or_else(refused)
}

fn event(actor: &Actor, it: &StoredEvidence, action: &str, now: DateTime<Utc>) -> NewEvent {
    NewEvent {
        at: now,
        action: action.to_owned(),
        person: actor.person_id(),
        about: About { organisation: Some(it.organisation), ..About::default() },
        before: None,
        after: Some(it.title.clone()),
    }
}
