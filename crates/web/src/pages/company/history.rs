//! What happened in an assessment, and its answers as of any day.

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use chrono::NaiveDate;
use engine::Event;
use engine::answers::Aspect;
use engine::comments;
use engine::history::{day_bounds, of_assessment};
use engine::sheets::{self, OpenSheet};
use engine::views::check::answers;
use engine::views::live;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::step::shown;
use super::{Head, assessment, code};
use crate::error::Problem;
use crate::language::Words;
use crate::page::{Link, Page};
use crate::visit::Visit;

/// How many events a page shows.
const PAGE: u64 = 100;

/// What `company/history.html` shows.
#[derive(Debug, Serialize)]
struct HistoryPage {
    days: Vec<Day>,
    next_href: Option<String>,
    today: String,
    as_of_href: String,
    history_href: String,
    questions: Vec<Choice>,
    filter: String,
    #[serde(skip)]
    head: Head,
}

#[derive(Debug, Serialize)]
struct Day {
    date: String,
    events: Vec<EventRow>,
}

/// A question to choose.
#[derive(Debug, Serialize)]
struct Choice {
    id: String,
    title: String,
}

/// Something that happened.
#[derive(Debug, Serialize)]
pub(super) struct EventRow {
    at: String,
    by: String,
    question: Option<String>,
    what_key: &'static str,
    before: Option<String>,
    after: Option<String>,
    href: Option<String>,
}

/// Which events.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    below: Option<u64>,
    #[serde(default)]
    place: String,
}

impl Page for HistoryPage {
    const TEMPLATE: &'static str = "company/history.html";
    const MENU: &'static str = "home";

    fn title(&self, words: &Words) -> String {
        words.text("history.title")
    }

    fn back(&self, words: &Words) -> Option<Link> {
        Some(Link::new(self.head.at(""), words.text("step.all_steps")))
    }
}

/// Shows the history.
pub(super) async fn show(
    visit: Visit,
    path: Path<String>,
    asked: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let (engine, actor, id) = (visit.engine(), visit.actor()?, assessment(&path)?);
    let open = sheets::open(engine, actor, id).await?;
    let head = Head::new(&open.open, code(&visit));
    let place = Some(asked.place.as_str()).filter(|it| !it.is_empty());
    let events = of_assessment(engine, actor, id, place, asked.below, PAGE + 1).await?;
    let more = events.len() as u64 > PAGE;
    let events = &events[..events.len().min(PAGE.try_into().unwrap_or(usize::MAX))];
    let next = events.last().filter(|_| more).map(|it| it.sequence);
    let mut days: Vec<Day> = Vec::new();
    for row in rows(&visit, &open, events).await? {
        let date = row.at.get(..10).unwrap_or_default().to_owned();
        match days.last_mut().filter(|it| it.date == date) {
            Some(day) => day.events.push(row),
            None => days.push(Day { date, events: vec![row] }),
        }
    }
    visit.show(&HistoryPage {
        days,
        next_href: next.map(|it| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.append_pair("below", &it.to_string());
            query.extend_pairs(place.map(|it| ("place", it)));
            head.at(&format!("/history?{}", query.finish()))
        }),
        today: engine::engine::day(visit.now).to_string(),
        as_of_href: head.at("/as-of"),
        history_href: head.at("/history"),
        questions: questions(&open, code(&visit)),
        filter: asked.0.place,
        head,
    })
}

/// The questions of the form, to choose from.
fn questions(open: &OpenSheet, language: &str) -> Vec<Choice> {
    let choice =
        |it: &model::form::Question| Choice { id: it.path.clone(), title: it.title.clone() };
    let questions = open.form.texts(language).questions();
    questions.filter(|(_, it)| it.calculated.is_none()).map(|(_, it)| choice(it)).collect()
}

/// Events in words.
pub(super) async fn rows(
    visit: &Visit,
    open: &OpenSheet,
    events: &[Event],
) -> Result<Vec<EventRow>, Problem> {
    let people = events.iter().filter_map(|it| it.what.person);
    let names = comments::names(visit.engine(), people).await?;
    let language = code(visit);
    let form = open.form.texts(language);
    let head = Head::new(&open.open, language);
    let row = |it: &Event| {
        let what = &it.what;
        let place = &what.about.place;
        let question = form.question(place);
        let read = |text: &Option<String>| -> Value {
            text.as_deref().and_then(|it| serde_json::from_str(it).ok()).unwrap_or_default()
        };
        let (before, after) = (read(&what.before), read(&what.after));
        let in_words = |value: &Value| match Aspect::parse(&what.action) {
            Some(Aspect::Answer) => shown(open, place, value, language),
            Some(Aspect::Comment) => value.as_str().map(str::to_owned),
            Some(Aspect::Evidence) => titles(value),
            _ => None,
        };
        EventRow {
            at: what.at.to_rfc3339(),
            by: what.person.and_then(|it| names.get(&it)).cloned().unwrap_or_default(),
            what_key: key(&what.action, &before, &after),
            before: in_words(&before),
            after: in_words(&after),
            href: question.is_some().then(|| head.at(&format!("/questions/{place}"))),
            question: question.map(|it| it.title.clone()),
        }
    };
    Ok(events.iter().map(row).collect())
}

fn titles(value: &Value) -> Option<String> {
    let titles: Vec<&str> =
        value.as_array()?.iter().filter_map(|it| it.get("title")?.as_str()).collect();
    (!titles.is_empty()).then(|| titles.join(", "))
}

/// The word for what happened, as texts have it: `event.WORD`.
fn key(action: &str, before: &Value, after: &Value) -> &'static str {
    let more = |it: &Value| it.as_array().map_or(0, Vec::len);
    match action {
        "answer" if after.get("not_applicable").is_some() => "not-applicable",
        "answer" if after.is_null() => "cleared",
        "answer" if before.is_null() => "answered",
        "answer" => "changed",
        "comment" => "noted",
        "evidence" if more(after) > more(before) => "evidence-added",
        "evidence" => "evidence-removed",
        "confirmed" => "confirmed",
        "invited" => "invited",
        "commented" => "commented",
        "signed" => "signed",
        "moved" => "moved",
        "returned" => "returned",
        "locked" => "locked",
        "unlocked" => "unlocked",
        "reminded" => "reminded",
        _ => "other",
    }
}

/// What `company/as-of.html` shows.
#[derive(Debug, Serialize)]
struct AsOfPage {
    day: String,
    steps: Vec<Step>,
    total: Option<Total>,
    #[serde(skip)]
    head: Head,
}

#[derive(Debug, Serialize)]
struct Step {
    title: String,
    questions: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    title: String,
    answer: Option<String>,
}

#[derive(Debug, Serialize)]
struct Total {
    shown: String,
    band: Option<String>,
}

/// Which day.
#[derive(Debug, Deserialize)]
pub(super) struct OnDay {
    date: Option<String>,
}

impl Page for AsOfPage {
    const TEMPLATE: &'static str = "company/as-of.html";
    const MENU: &'static str = "home";

    fn title(&self, words: &Words) -> String {
        words.text_with("as_of.title", &[("date", &self.day)])
    }

    fn back(&self, words: &Words) -> Option<Link> {
        Some(Link::new(self.head.at("/history"), words.text("history.title")))
    }
}

/// Shows the answers as they were at the end of a day.
pub(super) async fn as_of(
    visit: Visit,
    path: Path<String>,
    asked: Query<OnDay>,
) -> Result<HttpResponse, Problem> {
    let (engine, id) = (visit.engine(), assessment(&path)?);
    let mut open = sheets::open(engine, visit.actor()?, id).await?;
    let today = engine::engine::day(visit.now);
    let day: NaiveDate = match asked.date.as_deref().filter(|it| !it.is_empty()) {
        Some(text) => text.parse().map_err(|_| Problem::unreadable("date"))?,
        None => today,
    };
    let (_, ends) = day_bounds(day).ok_or_else(|| Problem::unreadable("date"))?;
    open.response = sheets::as_of(engine, &open, ends).await?;
    open.carried.clear();
    let language = code(&visit);
    let reading = open.reading();
    let line = |it: engine::views::check::AnswerLine| Line {
        title: it.title,
        answer: it.answer.or(it.not_applicable),
    };
    let steps = answers(&open, &reading, language).into_iter().map(|it| Step {
        title: it.title,
        questions: it.questions.into_iter().map(line).collect(),
    });
    let total = live::total(&reading, language);
    visit.show(&AsOfPage {
        day: day.to_string(),
        steps: steps.collect(),
        total: total.map(|it| Total { shown: it.shown, band: it.band }),
        head: Head::new(&open.open, language),
    })
}
