//! An organisation's evidence.

use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Path, to};
use engine::evidence::{self, EvidenceValues, ListedEvidence, Use};
use engine::identity::{OrganisationId, Scope};
use engine::{EvidenceId, StoredEvidence};
use model::Grade;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor;
use super::asked::id;
use super::once::{Done, Once};
use super::operation::{Operation, Spec, change, download, get, upload};
use super::types::{Day, Id, Moment, Page, Query};
use crate::error::Problem;
use crate::input::Form;
use crate::pages::company::evidence::streamed;
use crate::routes::Access::SignedIn;
use crate::visit::Visit;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    get(
        "/api/v1/evidence",
        SignedIn,
        Spec::new("listEvidence", Scope::Read, "The evidence of an organisation, newest first.")
            .query::<Wanted>()
            .gives::<Page<EvidenceView>>(),
        || to(list),
    ),
    upload(
        "/api/v1/evidence",
        SignedIn,
        Spec::new(
            "addEvidence",
            Scope::Write,
            "Adds a file or a link to an organisation's evidence.",
        )
        .takes_form::<EvidenceForm>()
        .gives::<EvidenceView>()
        .makes(),
        || to(add),
    ),
    get(
        "/api/v1/evidence/{evidence}",
        SignedIn,
        Spec::new("readEvidence", Scope::Read, "A piece of evidence.").gives::<EvidenceView>(),
        || to(read),
    ),
    change(
        Method::DELETE,
        "/api/v1/evidence/{evidence}",
        SignedIn,
        Spec::new(
            "removeEvidence",
            Scope::Write,
            "Takes a piece of evidence out of the list; answers that use it keep it.",
        ),
        || to(remove),
    ),
    download(
        "/api/v1/evidence/{evidence}/file",
        SignedIn,
        Spec::new("readEvidenceFile", Scope::Read, "The file of a piece of evidence.")
            .gives_file("application/octet-stream"),
        || to(file),
    ),
    download(
        "/api/v1/assessments/{assessment}/files/{hash}",
        SignedIn,
        Spec::new("readFileOfAnswer", Scope::Read, "A file that backs an answer.")
            .gives_file("application/octet-stream"),
        || to(file_of_answer),
    ),
];

/// Which evidence.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Whose; needed by who belongs to several.
    organisation: Option<Id>,
    /// How many rows at most: 1 to 200, usually 50.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// A piece of evidence.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct EvidenceView {
    /// Its id.
    id: Id,
    /// Whose it is.
    organisation: Id,
    /// What it is called.
    title: String,
    /// How well it supports an answer.
    grade: &'static str,
    /// The day it was made.
    date: Option<Day>,
    /// The last day it holds.
    expires_on: Option<Day>,
    /// Where it can be read.
    link: Option<String>,
    /// The file.
    file: Option<FileView>,
    /// The answers that it backs.
    used_in: Vec<UseView>,
    /// When it was added.
    added_at: Moment,
}

/// An answer that a piece of evidence backs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct UseView {
    /// The assessment.
    assessment: Id,
    /// The question.
    place: String,
}

/// A file.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct FileView {
    /// What it is called.
    name: String,
    /// SHA-256 of its bytes.
    hash: String,
    /// How many bytes it has.
    size: u64,
}

/// What evidence is added with: fields of a form.
#[derive(Debug, JsonSchema)]
#[expect(dead_code, reason = "it describes a form, which is read field by field")]
struct EvidenceForm {
    /// Whose; needed by who belongs to several.
    organisation: Option<Id>,
    /// What it is called; the name of the file where nothing is given.
    title: Option<String>,
    /// How well it supports an answer.
    grade: Grade,
    /// The day it was made.
    date: Option<Day>,
    /// The last day it holds.
    expires_on: Option<Day>,
    /// Where it can be read.
    link: Option<String>,
    /// The file.
    #[schemars(extend("format" = "binary"))]
    file: Option<String>,
}

const FIELDS: [&str; 7] = ["organisation", "title", "grade", "date", "expires_on", "link", "csrf"];

fn view(listed: ListedEvidence) -> EvidenceView {
    let (it, size) = (listed.evidence, listed.size.unwrap_or_default());
    let used = |it: Use| UseView { assessment: Id::of(it.assessment), place: it.place };
    EvidenceView {
        id: Id::of(it.id),
        organisation: Id::of(it.organisation),
        title: it.title,
        grade: it.grade.name(),
        date: it.date.map(Day),
        expires_on: it.expires_on.map(Day),
        link: it.link,
        file: it.file.map(|(hash, name)| FileView { name, hash, size }),
        used_in: listed.used_in.into_iter().map(used).collect(),
        added_at: it.created_at.into(),
    }
}

/// The organisation that is meant: the one named, or the only one there is.
fn organisation(visit: &Visit, named: Option<&str>) -> Result<OrganisationId, Problem> {
    if let Some(named) = named {
        return id(named);
    }
    match visit.actor()?.companies()[..] {
        [only] => Ok(only),
        _ => Err(Problem::unreadable("`organisation` must say whose evidence is meant")),
    }
}

async fn list(visit: Visit, asked: Query<Wanted>) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let whose = organisation(&visit, asked.0.organisation.as_ref().map(|it| it.0.as_str()))?;
    let all = evidence::list(visit.engine(), who, whose).await?;
    let id = |it: &StoredEvidence| it.id.to_string();
    let page = Page::cut(all, asked.0.limit, asked.0.cursor.as_deref(), id)?;
    let items = looked(&visit, whose, page.items).await?;
    Ok(HttpResponse::Ok().json(Page { items, next: page.next }))
}

async fn looked(
    visit: &Visit,
    whose: OrganisationId,
    all: Vec<StoredEvidence>,
) -> Result<Vec<EvidenceView>, Problem> {
    let (engine, language) = (visit.engine(), visit.language.code());
    let all = evidence::look(engine, visit.actor()?, whose, all, language).await?;
    Ok(all.into_iter().map(view).collect())
}

/// One piece of evidence as it is shown.
async fn one(visit: &Visit, it: StoredEvidence) -> Result<EvidenceView, Problem> {
    let found = looked(visit, it.organisation, vec![it]).await?.pop();
    found.ok_or_else(Problem::not_found)
}

async fn add(visit: Visit, once: Once, form: Form) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Write)?;
    if let Some((name, _)) = form.fields().find(|(name, _)| !FIELDS.contains(name)) {
        return Err(Problem::unreadable(format!("there is no field `{name}`")));
    }
    let whose = organisation(&visit, form.filled("organisation"))?;
    let text = |name: &str| form.filled(name).map(str::to_owned);
    let values = EvidenceValues {
        title: text("title").unwrap_or_default(),
        grade: Grade::ALL.into_iter().find(|it| it.name() == form.get("grade")),
        date: text("date"),
        expires_on: text("expires_on"),
        link: text("link"),
        file: form.file().map(|it| (it.name.clone(), it.content.to_vec())),
    };
    let work = async {
        let added = evidence::add(visit.engine(), who, whose, values, visit.now).await?;
        Done::with(StatusCode::CREATED, &one(&visit, added).await?)
    };
    once.run(work).await
}

async fn read(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let found: EvidenceId = id(&path)?;
    let found = evidence::get(visit.engine(), who, found).await?;
    Ok(HttpResponse::Ok().json(one(&visit, found).await?))
}

async fn remove(visit: Visit, path: Path<String>, once: Once) -> Result<HttpResponse, Problem> {
    let (who, gone): (_, EvidenceId) = (actor(&visit, Scope::Write)?, id(&path)?);
    let work = async {
        evidence::remove(visit.engine(), who, gone, visit.now).await?;
        Ok(Done::quietly())
    };
    once.run(work).await
}

async fn file(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    Ok(streamed(evidence::file(visit.engine(), who, id(&path)?).await?))
}

async fn file_of_answer(
    visit: Visit,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let found = evidence::file_of_answer(visit.engine(), who, id(&path.0)?, &path.1).await?;
    Ok(streamed(found))
}
