//! Continuing offline: the answers as a file, and a file laid over the answers.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{Path, to};
use engine::answers::RefusedEdit;
use engine::identity::Scope;
use engine::offline::{self, Comparison};
use engine::sheets::{self, SaveRequest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::actor;
use super::answers::{self, SavedView};
use super::asked::{Key, Revision, id, tagged};
use super::operation::{Operation, Spec, change, download};
use crate::error::Problem;
use crate::input::Json;
use crate::routes::Access::SignedIn;
use crate::visit::Visit;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    download(
        "/api/v1/assessments/{assessment}/file",
        SignedIn,
        Spec::new("readFile", Scope::Read, "The answers as a file to continue offline.")
            .gives::<model::Response>()
            .with_revision(),
        || to(file),
    ),
    change(
        Method::POST,
        "/api/v1/assessments/{assessment}/file/compare",
        SignedIn,
        Spec::new("compareFile", Scope::Read, "What laying a file over the answers would change.")
            .takes::<FileOf>()
            .gives::<ComparisonView>()
            .with_revision(),
        || to(compare),
    ),
    change(
        Method::POST,
        "/api/v1/assessments/{assessment}/file/merge",
        SignedIn,
        Spec::new("mergeFile", Scope::Write, "Takes over from a file what is chosen.")
            .takes::<MergeOf>()
            .gives::<SavedView>()
            .with_revision()
            .needs_revision(),
        || to(merge),
    ),
];

async fn file(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let open = sheets::open(visit.engine(), who, id(&path)?).await?;
    let mut response = tagged(HttpResponse::Ok(), open.sheet.revision);
    Ok(response.content_type("application/json").body(offline::file(&open)))
}

/// A file that was filled in elsewhere.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FileOf {
    /// The file: a response document.
    #[schemars(with = "serde_json::Map<String, Value>")]
    file: Value,
}

/// What is taken over from a file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MergeOf {
    /// The file: a response document.
    #[schemars(with = "serde_json::Map<String, Value>")]
    file: Value,
    /// The names of the differences to take over.
    take: Vec<String>,
}

/// What a file would change.
#[derive(Debug, Serialize, JsonSchema)]
struct ComparisonView {
    /// What differs.
    changes: Vec<DifferenceView>,
    /// How many answers are the same.
    unchanged: usize,
    /// What does not fit the form.
    refused: Vec<answers::RefusedView>,
}

/// Something that differs.
#[derive(Debug, Serialize, JsonSchema)]
struct DifferenceView {
    /// What it is called when it is to be taken over.
    name: String,
    /// The question.
    place: String,
    /// What of it: `answer` or `comment`.
    part: &'static str,
    /// What is here.
    here: Value,
    /// What the file says.
    file: Value,
}

fn name(it: &offline::Difference) -> String {
    format!("{}:{}", it.place, it.aspect.name())
}

fn compared(visit: &Visit, it: Comparison) -> ComparisonView {
    let difference = |it: offline::Difference| DifferenceView {
        name: name(&it),
        place: it.place,
        part: it.aspect.name(),
        here: it.here,
        file: it.file,
    };
    let refused = |it: &RefusedEdit| answers::refused(visit, it);
    ComparisonView {
        refused: it.refused.iter().map(refused).collect(),
        changes: it.changes.into_iter().map(difference).collect(),
        unchanged: it.unchanged,
    }
}

async fn compare(
    visit: Visit,
    path: Path<String>,
    body: Json<FileOf>,
) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let open = sheets::open(visit.engine(), who, id(&path)?).await?;
    let it = offline::compare(&open, "file", &body.0.file.to_string())?;
    Ok(tagged(HttpResponse::Ok(), open.sheet.revision).json(compared(&visit, it)))
}

async fn merge(
    visit: Visit,
    path: Path<String>,
    seen: Revision,
    key: Key,
    body: Json<MergeOf>,
) -> Result<HttpResponse, Problem> {
    let (engine, who) = (visit.engine(), actor(&visit, Scope::Write)?);
    let open = sheets::open(engine, who, id(&path)?).await?;
    open.require_answering()?;
    let it = offline::compare(&open, "file", &body.0.file.to_string())?;
    let edits = offline::edits(&it, |it| body.0.take.contains(&name(it)));
    let request = SaveRequest { seen: seen.0, edits, key: key.0 };
    answers::save_all(&visit, open, &request, &[], Vec::new()).await
}
