//! Evidence: an organisation's own, and what backs an answer.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use engine::EngineError;
use engine::answers::{Edit, What};
use engine::evidence::{self, Download, EvidenceValues, ListedEvidence, Use};
use engine::media::MediaType;
use engine::sheets::{self, OpenSheet, SaveRequest};
use engine::{EvidenceId, OrganisationId};
use futures::TryStreamExt;
use model::Grade;
use serde::Serialize;

use super::file::attachment;
use super::{Head, assessment, code, id};
use crate::error::{FieldError, Problem};
use crate::input::Form;
use crate::language::Words;
use crate::page::{Link, NoticeKind, Page};
use crate::visit::Visit;

/// What `company/evidence.html` shows.
#[derive(Debug, Serialize)]
struct EvidencePage {
    evidence: Vec<Item>,
    errors: Vec<FieldError>,
    values: Values,
    grades: Vec<GradeItem>,
    limits: Limits,
}

/// A piece of evidence.
#[derive(Debug, Serialize)]
struct Item {
    id: String,
    title: String,
    grade: &'static str,
    date: Option<String>,
    expires: Option<String>,
    expired: bool,
    link: Option<String>,
    file: Option<FileItem>,
    used_in: Vec<String>,
    href: String,
}

#[derive(Debug, Serialize)]
struct FileItem {
    name: String,
    size: u64,
    href: String,
}

/// What was typed into the form.
#[derive(Debug, Default, Serialize)]
struct Values {
    title: String,
    link: String,
    grade: String,
    date: String,
    expires: String,
}

#[derive(Debug, Serialize)]
struct GradeItem {
    id: &'static str,
    title: String,
    description: String,
}

#[derive(Debug, Serialize)]
struct Limits {
    size_mib: u64,
    types: Vec<&'static str>,
}

/// What `company/evidence-add.html` shows.
#[derive(Debug, Serialize)]
struct AddPage {
    question: Asked,
    back_href: String,
    library: Vec<Choice>,
    grades: Vec<GradeItem>,
    limits: Limits,
    values: Values,
    errors: Vec<FieldError>,
}

#[derive(Debug, Serialize)]
struct Asked {
    place: String,
    title: String,
    hint: Option<String>,
}

#[derive(Debug, Serialize)]
struct Choice {
    id: String,
    title: String,
    grade: &'static str,
    date: Option<String>,
}

impl Page for EvidencePage {
    const TEMPLATE: &'static str = "company/evidence.html";
    const MENU: &'static str = "evidence";

    fn title(&self, words: &Words) -> String {
        words.text("evidence.library")
    }
}

impl Page for AddPage {
    const TEMPLATE: &'static str = "company/evidence-add.html";
    const MENU: &'static str = "home";

    fn title(&self, words: &Words) -> String {
        words.text("evidence.new")
    }

    fn back(&self, words: &Words) -> Option<Link> {
        Some(Link::new(&self.back_href, words.text("question.back")))
    }
}

/// The company whose evidence is meant: the first that the person belongs to.
fn own(visit: &Visit) -> Result<OrganisationId, Problem> {
    visit.actor()?.companies().first().copied().ok_or_else(Problem::not_found)
}

/// Shows the organisation's evidence.
pub(super) async fn show(visit: Visit) -> Result<HttpResponse, Problem> {
    let page = page(&visit, Values::default(), Vec::new()).await?;
    visit.show(&page)
}

async fn page(
    visit: &Visit,
    values: Values,
    errors: Vec<FieldError>,
) -> Result<EvidencePage, Problem> {
    let (engine, actor, own) = (visit.engine(), visit.actor()?, own(visit)?);
    let all = evidence::list(engine, actor, own).await?;
    let all = evidence::look(engine, actor, own, all, code(visit)).await?;
    Ok(EvidencePage {
        evidence: all.iter().map(|it| item(visit, it)).collect(),
        errors,
        values,
        grades: grades(visit.words()),
        limits: limits(visit),
    })
}

fn item(visit: &Visit, listed: &ListedEvidence) -> Item {
    let it = &listed.evidence;
    let today = engine::engine::day(visit.now).to_string();
    Item {
        id: it.id.to_string(),
        title: it.title.clone(),
        grade: it.grade.name(),
        date: it.date.clone(),
        expired: it.expires_on.as_ref().is_some_and(|it| *it < today),
        expires: it.expires_on.clone(),
        link: it.link.clone(),
        file: it.file.as_ref().map(|(_, name)| FileItem {
            name: name.clone(),
            size: listed.size.unwrap_or_default(),
            href: format!("/evidence/{}/file", it.id),
        }),
        used_in: listed.used_in.iter().map(|it| used(visit.words(), it)).collect(),
        href: format!("/evidence/{}", it.id),
    }
}

fn used(words: &Words, it: &Use) -> String {
    let values: [(&str, &dyn std::fmt::Display); 2] =
        [("question", &it.question), ("round", &it.round)];
    words.text_with("evidence.used_in_round", &values)
}

fn grades(words: &Words) -> Vec<GradeItem> {
    let grade = |it: Grade| GradeItem {
        id: it.name(),
        title: words.text(&format!("grade.{}", it.name())),
        description: words.text(&format!("grade.{}.about", it.name())),
    };
    Grade::ALL.into_iter().map(grade).collect()
}

fn limits(visit: &Visit) -> Limits {
    Limits {
        size_mib: visit.engine().limits.file_size >> 20,
        types: MediaType::ALL.iter().map(|it| it.ending()).collect(),
    }
}

/// Reads what was typed about a piece of evidence.
fn read(form: &Form) -> (Values, EvidenceValues) {
    let typed = |name: &str| form.get(name).to_owned();
    let values = Values {
        title: typed("title"),
        link: typed("link"),
        grade: typed("grade"),
        date: typed("date"),
        expires: typed("expires"),
    };
    let filled = |name: &str| form.filled(name).map(str::to_owned);
    let given = EvidenceValues {
        title: values.title.clone(),
        grade: Grade::ALL.into_iter().find(|it| it.name() == values.grade),
        date: filled("date"),
        expires_on: filled("expires"),
        link: filled("link"),
        file: form.file().map(|it| (it.name.clone(), it.content.to_vec())),
    };
    (values, given)
}

/// All that is wrong with what was typed, by the ids that the form has.
fn wrong(visit: &Visit, given: &EvidenceValues) -> Result<Vec<FieldError>, Problem> {
    let all = evidence::check(visit.engine(), given);
    all.into_iter().map(|it| on_field(it, visit.words())).collect()
}

/// The error of a field, by the ids that the form has.
fn on_field(error: EngineError, words: &Words) -> Result<FieldError, Problem> {
    let mut error = Problem::from(error).on_field(words)?;
    if error.field == "expires_on" {
        "expires".clone_into(&mut error.field);
    }
    Ok(error)
}

/// Adds to the organisation's evidence.
pub(super) async fn add(visit: Visit, form: Form) -> Result<HttpResponse, Problem> {
    let (values, given) = read(&form);
    let wrong = wrong(&visit, &given)?;
    if !wrong.is_empty() {
        let page = page(&visit, values, wrong).await?;
        return visit.show_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let added = evidence::add(visit.engine(), visit.actor()?, own(&visit)?, given, visit.now).await;
    match added {
        Ok(_) => Ok(visit.go_saying("/evidence", NoticeKind::Done, "evidence.added", &[])),
        Err(error) => {
            let error = on_field(error, visit.words())?;
            let page = page(&visit, values, vec![error]).await?;
            visit.show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// Takes a piece of evidence out of the organisation's list.
pub(super) async fn remove(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let id: EvidenceId = id(&path)?;
    evidence::remove(visit.engine(), visit.actor()?, id, visit.now).await?;
    Ok(visit.go_saying("/evidence", NoticeKind::Done, "evidence.removed", &[]))
}

/// Hands out the file of a piece of evidence.
pub(super) async fn file(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let id: EvidenceId = id(&path)?;
    Ok(streamed(evidence::file(visit.engine(), visit.actor()?, id).await?))
}

/// Hands out a file that backs an answer.
pub(super) async fn file_of_answer(
    visit: Visit,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let id = assessment(&path.0)?;
    let found = evidence::file_of_answer(visit.engine(), visit.actor()?, id, &path.1).await?;
    Ok(streamed(found))
}

pub(crate) fn streamed(it: Download) -> HttpResponse {
    let pieces = it.pieces.map_ok(actix_web::web::Bytes::from).map_err(Problem::from);
    attachment(&it.media_type, &it.name)
        .insert_header(("Content-Security-Policy", "default-src 'none'; sandbox"))
        .body(actix_web::body::SizedStream::new(it.size, pieces))
}

/// Shows the form that adds evidence to an answer.
pub(super) async fn show_for(
    visit: Visit,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let open = sheets::open(visit.engine(), visit.actor()?, assessment(&path.0)?).await?;
    let page = add_page(&visit, &open, &path.1, Values::default(), Vec::new()).await?;
    visit.show(&page)
}

async fn add_page(
    visit: &Visit,
    open: &OpenSheet,
    place: &str,
    values: Values,
    errors: Vec<FieldError>,
) -> Result<AddPage, Problem> {
    open.require_answering()?;
    let form = open.form.texts(code(visit));
    let question = form.question(place).ok_or_else(Problem::not_found)?;
    let organisation = open.open.assessment.organisation;
    let library = evidence::list(visit.engine(), visit.actor()?, organisation).await?;
    let head = Head::new(&open.open, code(visit));
    let step = place.split_once('.').map_or("form", |(step, _)| step);
    Ok(AddPage {
        question: Asked {
            place: place.to_owned(),
            title: question.title.clone(),
            hint: question.criterion.as_ref().and_then(|it| it.evidence_hint.clone()),
        },
        back_href: head.at(&format!("/steps/{step}#q-{place}")),
        library: library
            .iter()
            .map(|it| Choice {
                id: it.id.to_string(),
                title: it.title.clone(),
                grade: it.grade.name(),
                date: it.date.clone(),
            })
            .collect(),
        grades: grades(visit.words()),
        limits: limits(visit),
        values,
        errors,
    })
}

/// Adds evidence to an answer: new, or chosen from the organisation's own.
pub(super) async fn add_for(
    visit: Visit,
    path: Path<(String, String)>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (engine, actor, place) = (visit.engine(), visit.actor()?, &path.1);
    let open = sheets::open(engine, actor, assessment(&path.0)?).await?;
    open.require_answering()?;
    let (values, given) = read(&form);
    let wrong = if form.has("use") { Vec::new() } else { wrong(&visit, &given)? };
    if !wrong.is_empty() {
        let page = add_page(&visit, &open, place, values, wrong).await?;
        return visit.show_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let found = match form.filled("use") {
        Some(chosen) => evidence::get(engine, actor, id(chosen)?).await,
        None => {
            let organisation = open.open.assessment.organisation;
            evidence::add(engine, actor, organisation, given, visit.now).await
        }
    };
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            let error = on_field(error, visit.words())?;
            let page = add_page(&visit, &open, place, values, vec![error]).await?;
            return visit.show_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let note = open.response.notes.get(place);
    let mut all = note.map(|it| it.evidence.clone()).unwrap_or_default();
    let new = evidence::as_answered(&found);
    if !all.contains(&new) {
        all.push(new);
    }
    let edits = vec![Edit { place: place.clone(), what: What::Evidence(all) }];
    let request = SaveRequest { seen: open.sheet.revision, edits, key: None };
    sheets::save(engine, actor, open.sheet.assessment, &request, visit.now).await?;
    let step = place.split_once('.').map_or("form", |(step, _)| step);
    let to = format!("/assessments/{}/steps/{step}#q-{place}", path.0);
    Ok(visit.go_saying(&to, NoticeKind::Done, "evidence.added", &[]))
}
