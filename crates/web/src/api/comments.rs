//! What is said about questions.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{Path, to};
use engine::identity::Scope;
use engine::{AssessmentId, CommentKind, comments};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor;
use super::asked::id;
use super::once::{Done, Once};
use super::operation::{Operation, Spec, change, get};
use super::types::{Moment, Page, Paging, Query};
use crate::error::Problem;
use crate::input::Json;
use crate::routes::Access::SignedIn;
use crate::visit::Visit;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    get(
        "/api/v1/assessments/{assessment}/comments",
        SignedIn,
        Spec::new("listComments", Scope::Read, "Comments and remarks, oldest first.")
            .query::<Paging>()
            .gives::<Page<CommentView>>(),
        || to(list_comments),
    ),
    change(
        Method::POST,
        "/api/v1/assessments/{assessment}/comments",
        SignedIn,
        Spec::new(
            "addComment",
            Scope::Write,
            "Says something about a question, or about the whole.",
        )
        .takes::<CommentValues>(),
        || to(add_comment),
    ),
];

/// Something that was said.
#[derive(Debug, Serialize, JsonSchema)]
struct CommentView {
    /// Its id.
    id: String,
    /// `comment` among those who answer, or `remark` of the secretariat.
    kind: &'static str,
    /// The question; empty where it is about the whole.
    place: String,
    /// Who said it.
    by: String,
    /// When.
    at: Moment,
    /// What was said.
    text: String,
}

async fn list_comments(
    visit: Visit,
    path: Path<String>,
    asked: Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let all = comments::list(visit.engine(), who, id(&path)?).await?;
    let names = comments::names(visit.engine(), all.iter().map(|it| it.person)).await?;
    let view = |it: engine::Comment| CommentView {
        id: it.id.to_string(),
        kind: match it.kind {
            CommentKind::Comment => "comment",
            CommentKind::Remark => "remark",
        },
        place: it.place,
        by: names.get(&it.person).cloned().unwrap_or_default(),
        at: it.created_at.into(),
        text: it.text,
    };
    let all = all.into_iter().map(view).collect();
    let page = Page::cut(all, asked.0.limit, asked.0.cursor.as_deref(), |it| it.id.clone())?;
    Ok(HttpResponse::Ok().json(page))
}

/// What is to be said.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CommentValues {
    /// The question; absent where it is about the whole.
    #[serde(default)]
    place: String,
    /// What is said.
    text: String,
}

async fn add_comment(
    visit: Visit,
    path: Path<String>,
    once: Once,
    body: Json<CommentValues>,
) -> Result<HttpResponse, Problem> {
    let (engine, who) = (visit.engine(), actor(&visit, Scope::Write)?);
    let own: AssessmentId = id(&path)?;
    let work = async {
        comments::add(engine, who, own, &body.0.place, &body.0.text, visit.now).await?;
        Ok(Done::quietly())
    };
    once.run(work).await
}
