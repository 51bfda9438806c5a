//! Check your answers, and hand them in.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use engine::flow;
use engine::sheets;
use engine::views::check::{AnswersOfStep, HiddenLine, RowLine, answers, hidden};
use serde::Serialize;

use super::{Button, Head, assessment, buttons, code};
use crate::error::{FieldError, Problem};
use crate::input::Form;
use crate::language::Words;
use crate::page::{Link, NoticeKind, Page};
use crate::visit::Visit;

/// What `company/check.html` shows.
#[derive(Debug, Serialize)]
struct CheckPage {
    assessment: Head,
    steps: Vec<Step>,
    hidden: Vec<HiddenLine>,
    missing_count: usize,
    actions: Vec<Button>,
    send_href: String,
    revision: u64,
    needs_name: bool,
    name: String,
    confirm_text_key: &'static str,
    errors: Vec<FieldError>,
}

#[derive(Debug, Serialize)]
struct Step {
    title: String,
    href: String,
    questions: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    place: String,
    title: String,
    answer: Option<String>,
    rows: Vec<RowLine>,
    not_applicable: Option<String>,
    comment: Option<String>,
    evidence_count: usize,
    href: String,
    missing: bool,
}

impl Page for CheckPage {
    const TEMPLATE: &'static str = "company/check.html";
    const MENU: &'static str = "home";

    fn title(&self, words: &Words) -> String {
        words.text("check.title")
    }

    fn back(&self, words: &Words) -> Option<Link> {
        Some(Link::new(self.assessment.at(""), words.text("step.all_steps")))
    }
}

/// Shows all answers.
pub(super) async fn show(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let name = visit.actor()?.person.name.clone();
    let page = page(&visit, &path, name, Vec::new()).await?;
    visit.show(&page)
}

async fn page(
    visit: &Visit,
    path: &str,
    name: String,
    errors: Vec<FieldError>,
) -> Result<CheckPage, Problem> {
    let (id, language) = (assessment(path)?, code(visit));
    let course = flow::course(visit.engine(), visit.actor()?, id).await?;
    let open = sheets::in_hand(visit.engine(), course.open.clone()).await?;
    let head = Head::new(&course.open, language);
    let reading = open.reading();
    let steps: Vec<Step> =
        answers(&open, &reading, language).into_iter().map(|it| step(it, &head)).collect();
    let actions = if open.is_editable() { course.actions(language) } else { Vec::new() };
    Ok(CheckPage {
        missing_count: steps.iter().flat_map(|it| &it.questions).filter(|it| it.missing).count(),
        steps,
        hidden: hidden(&open, &reading, language),
        needs_name: actions.iter().any(|it| it.signs && it.refusal.is_none()),
        actions: buttons(&actions, &head, visit.words()),
        send_href: head.at("/actions"),
        revision: open.sheet.revision,
        name,
        confirm_text_key: "check.confirm",
        errors,
        assessment: head,
    })
}

fn step(it: AnswersOfStep, head: &Head) -> Step {
    let href = head.at(&format!("/steps/{}", it.id));
    let line = |line: engine::views::check::AnswerLine| Line {
        href: format!("{href}#q-{}", line.place),
        place: line.place,
        title: line.title,
        answer: line.answer,
        rows: line.rows,
        not_applicable: line.not_applicable,
        comment: line.comment,
        evidence_count: line.evidence_count,
        missing: line.missing,
    };
    Step { title: it.title, questions: it.questions.into_iter().map(line).collect(), href }
}

/// Takes an action for which nothing has to be typed.
pub(super) async fn act_at_once(
    visit: Visit,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, action) = path.into_inner();
    let id = assessment(&id)?;
    let actor = visit.actor()?;
    let course = flow::course(visit.engine(), actor, id).await?;
    if course.actions(code(&visit)).iter().any(|it| it.id == action && it.signs) {
        return Ok(visit.go(&format!("/assessments/{id}/check")));
    }
    flow::act(visit.engine(), actor, id, None, &action, None, visit.now).await?;
    Ok(visit.go_saying(&format!("/assessments/{id}"), NoticeKind::Done, "check.done", &[]))
}

/// Takes an action.
pub(super) async fn act(
    visit: Visit,
    path: Path<String>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let id = assessment(&path)?;
    let actor = visit.actor()?;
    let (action, name) = (form.get("action"), form.filled("name"));
    let course = flow::course(visit.engine(), actor, id).await?;
    let signs = course.actions(code(&visit)).iter().any(|it| it.id == action && it.signs);
    // What is handed in is what was looked at.
    if let (true, Some(seen)) = (signs, form.filled("revision")) {
        let now = course.in_hand().map(|it| it.sheet.revision.to_string());
        if now.as_deref() != Some(seen) {
            let path = format!("/assessments/{id}/check");
            return Ok(visit.go_saying(&path, NoticeKind::Problem, "check.changed", &[]));
        }
    }
    match flow::act(visit.engine(), actor, id, None, action, name, visit.now).await {
        Ok(_) if signs => {
            let path = format!("/assessments/{id}/result");
            Ok(visit.go_saying(&path, NoticeKind::Done, "check.sent", &[]))
        }
        Ok(_) => {
            let path = format!("/assessments/{id}");
            Ok(visit.go_saying(&path, NoticeKind::Done, "check.done", &[]))
        }
        Err(error) => {
            let error = Problem::from(error).on_field(visit.words())?;
            let name = name.unwrap_or_default().to_owned();
            let page = page(&visit, &path, name, vec![error]).await?;
            visit.show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
