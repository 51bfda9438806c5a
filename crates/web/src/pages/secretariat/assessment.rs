//! One assessment as the secretariat sees it: how far it is, what happened, what can be done.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::Path;
use engine::flow::{self, Course};
use engine::home::{Nearness, nearness};
use engine::reminders::{self, Participant};
use engine::sheets::{self, OpenSheet, ReadSheet};
use engine::views::result::scorecard;
use engine::views::step::{StepLine, StepState, lines};
use engine::{CommentKind, Event, PersonId, comments, history, views};
use serde::Serialize;

use super::{Head, address, assessment_of, remind};
use crate::error::Problem;
use crate::language::Words;
use crate::page::{Link, NoticeKind, Page};
use crate::pages::company::{self, code};
use crate::visit::Visit;

/// How many events are shown, and how many are read at once to find them.
const EVENTS: usize = 20;
const READ: u64 = 200;

/// What `secretariat/assessment.html` shows.
#[derive(Debug, Serialize)]
struct AssessmentPage {
    assessment: Head,
    due: Option<Due>,
    progress: Progress,
    steps: Vec<StepRow>,
    result: Option<ResultLine>,
    remarks: Vec<Remark>,
    sheets: Vec<SheetRow>,
    people: Vec<PersonRow>,
    events: Vec<EventRow>,
    history_href: Option<String>,
    actions: Vec<Act>,
    moves: Vec<company::Button>,
}

#[derive(Debug, Serialize)]
struct Due {
    date: String,
    state: &'static str,
}

#[derive(Debug, Serialize)]
struct Progress {
    answered: u32,
    asked: u32,
}

#[derive(Debug, Serialize)]
struct StepRow {
    id: String,
    title: String,
    state: StepState,
    answered: u32,
    asked: u32,
    href: Option<String>,
}

#[derive(Debug, Serialize)]
struct ResultLine {
    score: String,
    band: Option<String>,
    by: String,
    date: String,
    href: String,
}

#[derive(Debug, Serialize)]
struct Remark {
    at: String,
    by: String,
    question: Option<String>,
    text: String,
}

#[derive(Debug, Serialize)]
struct SheetRow {
    stage: String,
    turn: u32,
    signed: Option<Signed>,
    score: Option<String>,
    links: Vec<Link>,
}

#[derive(Debug, Serialize)]
struct Signed {
    by: String,
    at: String,
}

/// Somebody who takes part, or a recipient of a letter.
#[derive(Debug, Serialize)]
pub(super) struct PersonRow {
    name: Option<String>,
    email: String,
    role_key: &'static str,
    state: &'static str,
}

#[derive(Debug, Serialize)]
struct EventRow {
    at: String,
    by: String,
    what_key: String,
    question: Option<String>,
    href: Option<String>,
    before: Option<String>,
    after: Option<String>,
}

#[derive(Debug, Serialize)]
struct Act {
    key: &'static str,
    href: String,
    page: bool,
    refusal: Option<String>,
    primary: bool,
}

impl Page for AssessmentPage {
    const TEMPLATE: &'static str = "secretariat/assessment.html";
    const MENU: &'static str = "rounds";

    fn title(&self, _: &Words) -> String {
        self.assessment.inner.subject.clone()
    }

    fn back(&self, _: &Words) -> Option<Link> {
        let (href, title) = &self.assessment.back;
        Some(Link::new(href, title))
    }
}

impl From<&Participant> for PersonRow {
    fn from(it: &Participant) -> Self {
        Self {
            name: it.name().map(str::to_owned),
            email: it.email().to_owned(),
            role_key: "member",
            state: match it {
                Participant::Person(_) => "in",
                Participant::Invited(_) => "invited",
            },
        }
    }
}

/// Shows an assessment.
pub(super) async fn show(
    visit: Visit,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (engine, language) = (visit.engine(), code(&visit));
    let course = flow::of(engine, assessment_of(&visit, path.into_inner()).await?).await?;
    let head = Head::new(&course.open, language);
    let in_hand = match course.sheets.is_empty() {
        true => None,
        false => Some(sheets::in_hand(engine, course.open.clone()).await?),
    };
    let people = reminders::participants(engine, &course.open).await?;
    let progress = &course.open.assessment.progress;
    let buttons = company::buttons(&course.actions(language), &head.inner, visit.words());
    visit.show(&AssessmentPage {
        due: course.due().map(|day| Due {
            date: day.to_string(),
            state: match nearness(day, visit.now) {
                Nearness::Later => "later",
                Nearness::Soon => "soon",
                Nearness::Overdue => "overdue",
            },
        }),
        progress: Progress { answered: progress.answered, asked: progress.asked },
        steps: in_hand.as_ref().map(|it| steps(it, &head, language)).unwrap_or_default(),
        result: result(&course, &head, language),
        remarks: remarks(&visit, &course).await?,
        sheets: course.sheets.iter().rev().map(|it| sheet(&visit, &course, it, &head)).collect(),
        actions: actions(&visit, &course, &head, &people),
        people: people.iter().map(PersonRow::from).collect(),
        events: events(&visit, &course).await?,
        history_href: Some(head.inner.at("/history")),
        moves: buttons,
        assessment: head,
    })
}

fn steps(open: &OpenSheet, head: &Head, language: &str) -> Vec<StepRow> {
    let row = |it: StepLine| StepRow {
        href: Some(head.inner.at(&format!("/steps/{}", it.id)))
            .filter(|_| it.state != StepState::Hidden),
        id: it.id,
        title: it.title,
        state: it.state,
        answered: it.answered,
        asked: it.asked,
    };
    lines(open, &open.reading(), language).into_iter().map(row).collect()
}

fn result(course: &Course, head: &Head, language: &str) -> Option<ResultLine> {
    let sheet = course.signed()?;
    let signed = sheet.sheet.signed.as_ref()?;
    let total = scorecard(sheet, language).total?;
    Some(ResultLine {
        score: views::headline(&total, language),
        band: total.band.map(|it| it.title),
        by: signed.name.clone(),
        date: signed.at.date_naive().to_string(),
        href: head.inner.at("/result"),
    })
}

async fn remarks(visit: &Visit, course: &Course) -> Result<Vec<Remark>, Problem> {
    let (engine, id) = (visit.engine(), course.open.assessment.id);
    let mut all = comments::list(engine, visit.actor()?, id).await?;
    all.retain(|it| it.kind == CommentKind::Remark);
    all.reverse();
    let names = comments::names(engine, all.iter().map(|it| it.person)).await?;
    let remark = |it: engine::Comment| {
        let sheet = course.sheets.iter().find(|sheet| Some(sheet.sheet.id) == it.sheet);
        let question = sheet.and_then(|sheet| sheet.form.texts(code(visit)).question(&it.place));
        Remark {
            at: it.created_at.to_rfc3339(),
            by: names.get(&it.person).cloned().unwrap_or_default(),
            question: question.map(|it| it.title.clone()),
            text: it.text,
        }
    };
    Ok(all.into_iter().map(remark).collect())
}

fn sheet(visit: &Visit, course: &Course, it: &ReadSheet, head: &Head) -> SheetRow {
    let (language, words) = (code(visit), visit.words());
    let signed = it.sheet.signed.as_ref();
    let total = signed.and_then(|_| scorecard(it, language).total);
    let at = |what: &str| head.inner.at(&format!("/{what}?sheet={}", it.sheet.id));
    let links = match signed {
        Some(_) => vec![
            Link::new(at("result"), words.text("secretariat.result")),
            Link::new(at("report.pdf"), "PDF"),
        ],
        None => Vec::new(),
    };
    SheetRow {
        stage: stage(course, &it.sheet.stage, language),
        turn: it.sheet.turn,
        signed: signed.map(|it| Signed { by: it.name.clone(), at: it.at.date_naive().to_string() }),
        score: total.map(|it| views::headline(&it, language)),
        links,
    }
}

/// The title of a stage.
fn stage(course: &Course, id: &str, language: &str) -> String {
    let found = course.open.programme.texts(language).stage(id);
    found.map_or_else(|| id.to_owned(), |it| it.title.clone())
}

/// What happened lately, without what was answered.
async fn events(visit: &Visit, course: &Course) -> Result<Vec<EventRow>, Problem> {
    let (engine, id) = (visit.engine(), course.open.assessment.id);
    let mut found: Vec<Event> = Vec::new();
    let mut below = None;
    loop {
        let some = history::of_assessment(engine, visit.actor()?, id, None, below, READ).await?;
        let is_last = (some.len() as u64) < READ;
        below = some.last().map(|it| it.sequence);
        found.extend(some.into_iter().filter(|it| key(visit.words(), it).is_some()));
        if is_last || found.len() >= EVENTS {
            break;
        }
    }
    found.truncate(EVENTS);
    let people = found.iter().filter_map(|it| it.what.person);
    let names = comments::names(engine, people).await?;
    Ok(found.iter().filter_map(|it| event(visit, course, &names, it)).collect())
}

fn event(
    visit: &Visit,
    course: &Course,
    names: &BTreeMap<PersonId, String>,
    it: &Event,
) -> Option<EventRow> {
    let title = |id: &Option<String>| id.as_ref().map(|it| stage(course, it, code(visit)));
    let moved = ["moved", "returned"].contains(&it.what.action.as_str());
    let shown = |id: &Option<String>| if moved { title(id) } else { None };
    Some(EventRow {
        at: it.what.at.to_rfc3339(),
        by: it.what.person.and_then(|it| names.get(&it)).cloned().unwrap_or_default(),
        what_key: key(visit.words(), it)?,
        question: None,
        href: None,
        before: shown(&it.what.before),
        after: shown(&it.what.after),
    })
}

/// The word for what happened, as texts have it; nothing for single answers.
fn key(words: &Words, it: &Event) -> Option<String> {
    let action = it.what.action.as_str();
    let word = match action {
        "answer" | "comment" | "evidence" | "confirmed" | "commented" => return None,
        "invited" if it.what.after.as_deref() != Some("colleague") => "assessment-made",
        other => other,
    };
    words.find(&format!("event.{word}")).map(|_| word.to_owned())
}

/// What the secretariat can do, and why not.
fn actions(visit: &Visit, course: &Course, head: &Head, people: &[Participant]) -> Vec<Act> {
    let (words, own) = (visit.words(), &course.open.assessment);
    let is_signed = course.signed().is_some();
    let not_returnable = (!is_signed).then(|| words.text("secretariat.not_returnable"));
    let passed = reminders::why_not(&course.open.programme, own, visit.now)
        .or(people.is_empty().then_some(reminders::Passed::Nobody));
    let not_remindable = passed.map(|it| {
        let why = words.text(remind::reason(it));
        words.text_with("secretariat.not_remindable", &[("why", &why)])
    });
    let lock = if own.locked_at.is_some() { "unlock" } else { "lock" };
    let query = format!("/remind?assessment={}", own.id);
    let act = |key, href: String, page, refusal: Option<String>, primary| Act {
        key,
        href,
        page,
        primary: primary && refusal.is_none(),
        refusal,
    };
    vec![
        act("return", format!("{}/return", head.href), true, not_returnable, is_signed),
        act("remind", address(course.open.round.id, &query), true, not_remindable, !is_signed),
        act(lock, format!("{}/{lock}", head.href), false, None, false),
    ]
}

/// Keeps an assessment from being changed.
pub(super) async fn lock(
    visit: Visit,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    set_locked(&visit, path.into_inner(), true).await
}

/// Lets it be changed again.
pub(super) async fn unlock(
    visit: Visit,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    set_locked(&visit, path.into_inner(), false).await
}

async fn set_locked(
    visit: &Visit,
    path: (String, String),
    locked: bool,
) -> Result<HttpResponse, Problem> {
    let open = assessment_of(visit, path).await?;
    let (id, round) = (open.assessment.id, open.round.id);
    flow::set_locked(visit.engine(), visit.actor()?, id, None, locked, visit.now).await?;
    let said = if locked { "secretariat.done_lock" } else { "secretariat.done_unlock" };
    let path = address(round, &format!("/assessments/{id}"));
    Ok(visit.go_saying(&path, NoticeKind::Done, said, &[("count", "1")]))
}
