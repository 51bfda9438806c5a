//! One question: how its answer came about, and what people say about it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use engine::comments;
use engine::history;
use engine::sheets;
use engine::{Comment, CommentKind};
use serde::Serialize;

use super::history::{EventRow, rows};
use super::{Head, assessment, code};
use crate::error::{FieldError, Problem};
use crate::input::Form;
use crate::language::Words;
use crate::page::{Link, NoticeKind, Page};
use crate::visit::Visit;

/// How many changes of one question are shown.
const MOST: u64 = 200;

/// What `company/question.html` shows.
#[derive(Debug, Serialize)]
struct QuestionPage {
    question: Asked,
    events: Vec<EventRow>,
    comments: Vec<Said>,
    comment_href: String,
    errors: Vec<FieldError>,
    #[serde(skip)]
    back_href: String,
}

#[derive(Debug, Serialize)]
struct Asked {
    place: String,
    title: String,
}

/// A comment.
#[derive(Debug, Serialize)]
struct Said {
    by: String,
    at: String,
    text: String,
    kind: CommentKind,
}

impl Page for QuestionPage {
    const TEMPLATE: &'static str = "company/question.html";
    const MENU: &'static str = "home";

    fn title(&self, _: &Words) -> String {
        self.question.title.clone()
    }

    fn back(&self, words: &Words) -> Option<Link> {
        Some(Link::new(&self.back_href, words.text("question.back")))
    }
}

/// Shows a question.
pub(super) async fn show(
    visit: Visit,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let page = page(&visit, &path, Vec::new()).await?;
    visit.show(&page)
}

async fn page(
    visit: &Visit,
    (id, place): &(String, String),
    errors: Vec<FieldError>,
) -> Result<QuestionPage, Problem> {
    let (engine, actor, id) = (visit.engine(), visit.actor()?, assessment(id)?);
    let open = sheets::open(engine, actor, id).await?;
    let form = open.form.texts(code(visit));
    let question = form.question(place).ok_or_else(Problem::not_found)?;
    let events = history::of_assessment(engine, actor, id, Some(place), None, MOST).await?;
    let mut all = comments::list(engine, actor, id).await?;
    all.retain(|it| it.place == *place);
    let names = comments::names(engine, all.iter().map(|it| it.person)).await?;
    let said = |it: Comment| Said {
        by: names.get(&it.person).cloned().unwrap_or_default(),
        at: it.created_at.to_rfc3339(),
        text: it.text,
        kind: it.kind,
    };
    let head = Head::new(&open.open, code(visit));
    let step = place.split_once('.').map_or("form", |(step, _)| step);
    Ok(QuestionPage {
        question: Asked { place: place.clone(), title: question.title.clone() },
        events: rows(visit, &open, &events).await?,
        comments: all.into_iter().map(said).collect(),
        comment_href: head.at(&format!("/questions/{place}")),
        errors,
        back_href: head.at(&format!("/steps/{step}#q-{place}")),
    })
}

/// Adds a comment.
pub(super) async fn comment(
    visit: Visit,
    path: Path<(String, String)>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let id = assessment(&path.0)?;
    let (engine, actor) = (visit.engine(), visit.actor()?);
    match comments::add(engine, actor, id, &path.1, form.get("text"), visit.now).await {
        Ok(()) => {
            let to = format!("/assessments/{id}/questions/{}#comments", path.1);
            Ok(visit.go_saying(&to, NoticeKind::Done, "question.commented", &[]))
        }
        Err(error) => {
            let error = Problem::from(error).on_field(visit.words())?;
            let page = page(&visit, &path, vec![error]).await?;
            visit.show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
