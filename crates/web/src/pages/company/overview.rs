//! An assessment: its steps with the state of each, and what can be done.

use actix_web::HttpResponse;
use actix_web::web::Path;
use engine::CommentKind;
use engine::comments;
use engine::flow::{self, Course};
use engine::sheets::{self, OpenSheet};
use engine::views::step::{StepLine, StepState, lines};
use serde::Serialize;

use super::home::{Due, due};
use super::{Button, Head, assessment, buttons, code};
use crate::error::Problem;
use crate::language::Words;
use crate::page::{Link, Page};
use crate::visit::Visit;

/// What `company/overview.html` shows.
#[derive(Debug, Serialize)]
struct OverviewPage {
    assessment: Head,
    due: Option<Due>,
    minutes: Option<u32>,
    remarks: Vec<Remark>,
    steps: Vec<StepRow>,
    progress: Progress,
    check_href: String,
    can_answer: bool,
    signed: Option<Signed>,
    actions: Vec<Button>,
    colleagues: Vec<super::people::Colleague>,
    people_href: String,
    file_href: String,
    blank_href: String,
    history_href: String,
    earlier: Vec<Earlier>,
    carried: Option<Carried>,
}

/// A remark with which an assessment was returned.
#[derive(Debug, Serialize)]
struct Remark {
    by: String,
    at: String,
    text: String,
    question: Option<String>,
    href: Option<String>,
}

/// A step in the list.
#[derive(Debug, Serialize)]
struct StepRow {
    id: String,
    title: String,
    href: String,
    state: StepState,
    answered: u32,
    asked: u32,
}

#[derive(Debug, Serialize)]
struct Progress {
    answered: u32,
    asked: u32,
    required_missing: usize,
}

/// Who handed in, and when.
#[derive(Debug, Serialize)]
struct Signed {
    by: String,
    at: String,
    href: String,
}

/// An earlier result.
#[derive(Debug, Serialize)]
struct Earlier {
    date: String,
    href: String,
    band: Option<String>,
    score: String,
}

/// That answers were carried forward, and how many are to be looked through.
#[derive(Debug, Serialize)]
struct Carried {
    from_date: String,
    open: usize,
}

impl Page for OverviewPage {
    const TEMPLATE: &'static str = "company/overview.html";
    const MENU: &'static str = "home";

    fn title(&self, _: &Words) -> String {
        self.assessment.title.clone()
    }

    fn back(&self, words: &Words) -> Option<Link> {
        Some(Link::new("/", words.text("home.title")))
    }
}

/// Shows an assessment.
pub(super) async fn show(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let id = assessment(&path)?;
    let course = flow::course(visit.engine(), visit.actor()?, id).await?;
    let open = sheets::in_hand(visit.engine(), course.open.clone()).await?;
    let page = page(&visit, &course, &open).await?;
    visit.show(&page)
}

async fn page(visit: &Visit, course: &Course, open: &OpenSheet) -> Result<OverviewPage, Problem> {
    let language = code(visit);
    let head = Head::new(&course.open, language);
    let reading = open.reading();
    let mut steps = lines(open, &reading, language);
    steps.retain(|it| it.state != StepState::Hidden);
    let (answered, asked) = sheets::progress(&reading, &open.carried);
    let signed = course.signed().and_then(|it| it.sheet.signed.as_ref());
    Ok(OverviewPage {
        due: course.due().map(|day| due(visit, day)),
        minutes: open.form.texts(language).meta.minutes.filter(|_| answered == 0),
        remarks: remarks(visit, open, &head).await?,
        steps: steps.iter().map(|it| row(it, &head)).collect(),
        progress: Progress { answered, asked, required_missing: missing(open) },
        check_href: head.at("/check"),
        can_answer: open.is_editable(),
        signed: signed.map(|it| Signed {
            by: it.name.clone(),
            at: it.at.to_rfc3339(),
            href: head.at("/result"),
        }),
        actions: buttons(&course.actions(language), &head, visit.words()),
        colleagues: super::people::colleagues(visit, &course.open).await?,
        people_href: head.at("/people"),
        file_href: head.at("/file"),
        blank_href: head.at("/blank.pdf"),
        history_href: head.at("/history"),
        earlier: earlier(course, &head, language),
        carried: carried(open),
        assessment: head,
    })
}

fn row(it: &StepLine, head: &Head) -> StepRow {
    StepRow {
        id: it.id.clone(),
        title: it.title.clone(),
        href: head.at(&format!("/steps/{}", it.id)),
        state: it.state,
        answered: it.answered,
        asked: it.asked,
    }
}

/// How many answers are needed and missing, or not yet confirmed.
fn missing(open: &OpenSheet) -> usize {
    open.reading().missing().len() + open.carried.len()
}

fn carried(open: &OpenSheet) -> Option<Carried> {
    (!open.carried.is_empty()).then(|| Carried {
        from_date: open.carried_on.clone().unwrap_or_default(),
        open: open.carried.len(),
    })
}

/// The remarks of the last time it was returned, while it is being answered.
async fn remarks(visit: &Visit, open: &OpenSheet, head: &Head) -> Result<Vec<Remark>, Problem> {
    if open.sheet.is_signed() {
        return Ok(Vec::new());
    }
    let (engine, id) = (visit.engine(), open.sheet.assessment);
    let mut all = comments::list(engine, visit.actor()?, id).await?;
    all.retain(|it| it.kind == CommentKind::Remark && it.sheet == Some(open.sheet.id));
    let last = all.iter().map(|it| it.created_at).max();
    all.retain(|it| Some(it.created_at) == last);
    let names = comments::names(engine, all.iter().map(|it| it.person)).await?;
    let form = open.form.texts(code(visit));
    let remark = |it: engine::Comment| {
        let question = form.question(&it.place);
        let step = it.place.split_once('.').map_or("form", |(step, _)| step);
        Remark {
            by: names.get(&it.person).cloned().unwrap_or_default(),
            at: it.created_at.to_rfc3339(),
            href: question.is_some().then(|| head.at(&format!("/steps/{step}#q-{}", it.place))),
            question: question.map(|it| it.title.clone()),
            text: it.text,
        }
    };
    Ok(all.into_iter().map(remark).collect())
}

/// The results before the last one.
fn earlier(course: &Course, head: &Head, language: &str) -> Vec<Earlier> {
    let last = course.signed().map(|it| it.sheet.id);
    let signed = course.sheets.iter().filter(|it| Some(it.sheet.id) != last);
    signed
        .filter_map(|it| {
            let at = it.sheet.signed.as_ref()?.at;
            let card = engine::views::result::scorecard(it, language);
            let total = card.total?;
            Some(Earlier {
                date: at.date_naive().to_string(),
                href: head.at(&format!("/result?sheet={}", it.sheet.id)),
                band: total.band.as_ref().map(|it| it.title.clone()),
                score: engine::views::headline(&total, language),
            })
        })
        .collect()
}
