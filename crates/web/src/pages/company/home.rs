//! Home: what is due, and what is finished.

use actix_web::HttpResponse;
use engine::home::{Listed, Nearness, assessments, nearness};
use serde::Serialize;

use super::code;
use crate::error::Problem;
use crate::language::Words;
use crate::page::Page;
use crate::visit::Visit;

/// What `company/home.html` shows.
#[derive(Debug, Serialize)]
struct HomePage {
    tasks: Vec<Task>,
    finished: Vec<Finished>,
}

/// Something that waits.
#[derive(Debug, Serialize)]
struct Task {
    assessment: String,
    title: String,
    subject: String,
    organisation: String,
    round: String,
    stage: String,
    due: Option<Due>,
    progress: Option<Progress>,
    waits_for: Option<String>,
    href: String,
    action_key: &'static str,
}

/// A day by which something is due.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Due {
    date: String,
    state: &'static str,
}

#[derive(Debug, Serialize)]
struct Progress {
    answered: u32,
    asked: u32,
}

/// A result.
#[derive(Debug, Serialize)]
struct Finished {
    title: String,
    subject: String,
    date: String,
    band: Option<String>,
    score: Option<String>,
    href: String,
}

impl Page for HomePage {
    const TEMPLATE: &'static str = "company/home.html";
    const MENU: &'static str = "home";

    fn title(&self, words: &Words) -> String {
        words.text("home.title")
    }
}

/// Shows what waits for a person; who runs rounds and has nothing else goes to those.
pub(super) async fn show(visit: Visit) -> Result<HttpResponse, Problem> {
    let actor = visit.actor()?;
    let listed = assessments(visit.engine(), actor).await?;
    if listed.is_empty() && actor.is_secretariat() {
        return Ok(visit.go("/rounds"));
    }
    let submitted = listed.iter().filter(|it| it.assessment.submitted_at.is_some());
    let finished = submitted.map(|it| result(&visit, it)).collect();
    let tasks = listed.iter().filter(|it| is_open(it)).map(|it| task(&visit, it)).collect();
    visit.show(&HomePage { tasks, finished })
}

fn is_open(it: &Listed) -> bool {
    let stage = it.programme.document().stage(&it.assessment.stage);
    stage.is_some_and(|it| !it.is_final)
}

fn task(visit: &Visit, it: &Listed) -> Task {
    let texts = it.programme.texts(code(visit));
    let stage = texts.stage(&it.assessment.stage);
    let asks = stage.is_some_and(|it| it.asks());
    let progress = &it.assessment.progress;
    let by = stage.and_then(|it| it.by.as_ref());
    let role = by.and_then(|id| texts.roles.iter().find(|it| it.id == *id));
    Task {
        assessment: it.assessment.id.to_string(),
        title: texts.title.clone(),
        subject: it.assessment.subject.name.clone(),
        organisation: it.organisation.name.clone(),
        round: it.round.title.clone(),
        stage: stage.map_or_else(String::new, |it| it.title.clone()),
        due: it.due.map(|day| due(visit, day)),
        progress: asks.then_some(Progress { answered: progress.answered, asked: progress.asked }),
        waits_for: role.filter(|_| !it.is_theirs).map(|it| it.title.clone()),
        href: format!("/assessments/{}", it.assessment.id),
        action_key: match (it.is_theirs && asks, progress.answered) {
            (true, 0) => "start",
            (true, _) => "continue",
            (false, _) => "look",
        },
    }
}

/// A day, and how near it is.
pub(super) fn due(visit: &Visit, day: chrono::NaiveDate) -> Due {
    Due {
        date: day.to_string(),
        state: match nearness(day, visit.now) {
            Nearness::Later => "later",
            Nearness::Soon => "soon",
            Nearness::Overdue => "overdue",
        },
    }
}

fn result(visit: &Visit, it: &Listed) -> Finished {
    let texts = it.programme.texts(code(visit));
    let meta = it.form.as_ref().map(|form| &form.texts(code(visit)).meta);
    let progress = &it.assessment.progress;
    let is_own = |band: &&model::keywords::Band| Some(&band.id) == progress.band.as_ref();
    let band = meta.and_then(|it| it.bands.iter().find(is_own));
    let points = meta.and_then(|it| it.points.as_ref()).map(|it| it.out_of);
    Finished {
        title: texts.title.clone(),
        subject: it.assessment.subject.name.clone(),
        date: it.assessment.submitted_at.map_or_else(String::new, |it| it.date_naive().to_string()),
        band: band.map(|it| it.title.clone()),
        score: progress.strict.map(|it| score(visit, it, points)),
        href: format!("/assessments/{}/result", it.assessment.id),
    }
}

/// A strict total as people read it: in the form's points where it has them.
pub(super) fn score(visit: &Visit, strict: f64, points: Option<u32>) -> String {
    match points {
        Some(out_of) => {
            let value = (strict * f64::from(out_of) / 100.0).round();
            let value = crate::format::number(visit.language, value, 0);
            visit.words().text_with("home.points", &[("value", &value), ("out_of", &out_of)])
        }
        None => crate::format::number(visit.language, strict, 1),
    }
}
