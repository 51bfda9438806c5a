//! A step: its questions, and saving what was answered.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use engine::EngineError;
use engine::answers::{Conflict, Edit};
use engine::comments;
use engine::sheets::{self, OpenSheet, SaveRequest};
use engine::views::live::{self, TotalView};
use engine::views::step::{StepLine, StepState, StepView, lines, view};
use engine::views::{QuestionView, words as in_words};
use serde::Serialize;
use serde_json::Value;

use super::typed::{self, evidence_id};
use super::{Head, assessment, code};
use crate::error::{FieldError, Problem};
use crate::input::Form;
use crate::language::Words;
use crate::page::{Link, Page};
use crate::visit::Visit;

/// What `company/step.html` shows.
#[derive(Debug, Serialize)]
struct StepPage {
    assessment: Head,
    sheet: SheetHead,
    step: StepView,
    previous: Option<Link>,
    next: Option<Link>,
    overview_href: String,
    questions: Vec<Block>,
    errors: Vec<FieldError>,
    conflicts: Vec<Disagreement>,
    progress: Progress,
    total: Option<TotalView>,
}

#[derive(Debug, Serialize)]
struct SheetHead {
    revision: u64,
    editable: bool,
    save_href: String,
    api_href: String,
}

#[derive(Debug, Serialize)]
struct Progress {
    answered: u32,
    asked: u32,
}

/// A question with what belongs to it.
#[derive(Debug, Serialize)]
struct Block {
    #[serde(flatten)]
    question: QuestionView,
    evidence: Vec<EvidenceItem>,
    carried: Option<Carried>,
    add_evidence_href: Option<String>,
    history_href: String,
    comments_href: Option<String>,
    comments_count: usize,
}

#[derive(Debug, Serialize)]
struct Carried {
    date: String,
}

/// A piece of evidence beside an answer.
#[derive(Clone, Debug, Serialize)]
struct EvidenceItem {
    id: String,
    title: String,
    grade: &'static str,
    date: Option<String>,
    expires: Option<String>,
    expired: bool,
    link: Option<String>,
    file: Option<FileItem>,
}

#[derive(Clone, Debug, Serialize)]
struct FileItem {
    name: String,
    href: String,
}

/// Two answers to the same question.
#[derive(Debug, Serialize)]
struct Disagreement {
    place: String,
    title: String,
    yours: Option<String>,
    theirs: Option<String>,
    by: String,
    at: String,
}

impl Page for StepPage {
    const TEMPLATE: &'static str = "company/step.html";
    const MENU: &'static str = "home";

    fn title(&self, _: &Words) -> String {
        self.step.title.clone()
    }

    fn back(&self, words: &Words) -> Option<Link> {
        Some(Link::new(&self.overview_href, words.text("step.all_steps")))
    }
}

/// Shows a step.
pub(super) async fn show(
    visit: Visit,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, step) = path.into_inner();
    let open = sheets::open(visit.engine(), visit.actor()?, assessment(&id)?).await?;
    let page = page(&visit, &open, &step).await?;
    visit.show(&page)
}

async fn page(visit: &Visit, open: &OpenSheet, step: &str) -> Result<StepPage, Problem> {
    let language = code(visit);
    let reading = open.reading();
    let head = Head::new(&open.open, language);
    let mut view = view(open, &reading, step, language).ok_or_else(Problem::not_found)?;
    let mut lines = lines(open, &reading, language);
    lines.retain(|it| it.state != StepState::Hidden || it.id == step);
    let at = lines.iter().position(|it| it.id == step).unwrap_or_default();
    let link = |it: &StepLine| Link::new(head.at(&format!("/steps/{}", it.id)), &it.title);
    let comments = comments::list(visit.engine(), visit.actor()?, open.sheet.assessment).await?;
    let (answered, asked) = sheets::progress(&reading, &open.carried);
    let questions = std::mem::take(&mut view.questions);
    view.number = at + 1;
    view.count = lines.len();
    let block = |question: QuestionView| {
        let count = comments.iter().filter(|it| it.place == question.place).count();
        block(visit, open, &head, question, count)
    };
    Ok(StepPage {
        sheet: SheetHead {
            revision: open.sheet.revision,
            editable: open.is_editable(),
            save_href: head.at(&format!("/steps/{step}")),
            api_href: format!("/api/v1/assessments/{}/answers", head.id),
        },
        previous: at.checked_sub(1).and_then(|it| lines.get(it)).map(link),
        next: lines.get(at + 1).map(link),
        overview_href: head.at(""),
        questions: questions.into_iter().map(block).collect(),
        errors: Vec::new(),
        conflicts: Vec::new(),
        progress: Progress { answered, asked },
        total: live::total(&reading, language).filter(|_| answered > 0),
        step: view,
        assessment: head,
    })
}

fn block(
    visit: &Visit,
    open: &OpenSheet,
    head: &Head,
    question: QuestionView,
    comments_count: usize,
) -> Block {
    let place = &question.place;
    let today = engine::engine::day(visit.now).to_string();
    let item = |it: &model::response::Evidence| EvidenceItem {
        id: evidence_id(it),
        title: it.title.clone(),
        grade: it.grade.name(),
        date: it.date.clone(),
        expires: it.expires.clone(),
        expired: it.expires.as_ref().is_some_and(|it| *it < today),
        link: it.link.clone(),
        file: it.file.as_ref().map(|file| FileItem {
            name: file.name.clone(),
            href: head.at(&format!("/files/{}", file.hash.trim_start_matches("sha256:"))),
        }),
    };
    let takes_evidence = !matches!(question.field.kind, "calculated" | "other");
    let own = open.open.standing.own;
    Block {
        evidence: question.evidence.iter().map(item).collect(),
        carried: question
            .is_carried
            .then(|| open.carried_on.clone())
            .flatten()
            .map(|date| Carried { date }),
        add_evidence_href: (takes_evidence && open.is_editable())
            .then(|| head.at(&format!("/evidence/{place}"))),
        history_href: head.at(&format!("/questions/{place}")),
        comments_href: own.then(|| head.at(&format!("/questions/{place}"))),
        comments_count,
        question,
    }
}

/// Saves what was typed into a step, and leads on.
pub(super) async fn save(
    visit: Visit,
    path: Path<(String, String)>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (id, step) = path.into_inner();
    let (engine, actor, id) = (visit.engine(), visit.actor()?, assessment(&id)?);
    let open = sheets::open(engine, actor, id).await?;
    open.require_answering()?;
    let seen = form.get("revision").parse().unwrap_or(open.sheet.revision);
    let places = places(&open, &step, code(&visit))?;
    let typed = typed::read(&open, &places, &form, visit.language)?;
    let base = sheets::as_seen(engine, &open, seen).await?;
    let mut edits = typed.edits;
    edits.retain(|it| it.changes(&base) || open.carried.contains(&it.place));
    let done = save_all(&visit, id, seen, edits).await?;
    let problems: Vec<(String, String)> = typed
        .problems
        .into_iter()
        .chain(done.refused.iter().map(|it| (it.place.clone(), typed::refused(it, visit.words()))))
        .collect();
    if problems.is_empty() && done.conflicts.is_empty() {
        return Ok(visit.go(&onward(&visit, &form, id, &step).await?));
    }
    let open = sheets::open(engine, actor, id).await?;
    let mut page = page(&visit, &open, &step).await?;
    page.show_problems(&problems, &form);
    page.show_conflicts(&visit, &open, &done.conflicts, &form).await?;
    let status =
        if problems.is_empty() { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    visit.show_as(status, &page)
}

/// What became of the edits of a step.
#[derive(Debug, Default)]
struct Done {
    refused: Vec<engine::answers::RefusedEdit>,
    conflicts: Vec<Conflict>,
}

/// Saves all edits but those that somebody else's changes stand against.
async fn save_all(
    visit: &Visit,
    id: engine::AssessmentId,
    mut seen: u64,
    mut edits: Vec<Edit>,
) -> Result<Done, Problem> {
    let mut done = Done::default();
    while !edits.is_empty() {
        let request = SaveRequest { seen, edits: edits.clone(), key: None };
        match sheets::save(visit.engine(), visit.actor()?, id, &request, visit.now).await {
            Ok(saved) => {
                done.refused = saved.refused;
                break;
            }
            Err(EngineError::Conflict(it)) => {
                edits.retain(|edit| !it.conflicts.iter().any(|with| with.place == edit.place));
                seen = it.revision;
                done.conflicts.extend(it.conflicts);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(done)
}

/// The places of the questions of a step.
fn places(open: &OpenSheet, step: &str, language: &str) -> Result<Vec<String>, Problem> {
    let reading = open.reading();
    let view = view(open, &reading, step, language).ok_or_else(Problem::not_found)?;
    Ok(view.questions.into_iter().map(|it| it.place).collect())
}

/// Where the button that was pressed leads.
async fn onward(
    visit: &Visit,
    form: &Form,
    id: engine::AssessmentId,
    step: &str,
) -> Result<String, Problem> {
    let open = sheets::open(visit.engine(), visit.actor()?, id).await?;
    let language = code(visit);
    let mut all = lines(&open, &open.reading(), language);
    all.retain(|it| it.state != StepState::Hidden);
    let base = format!("/assessments/{id}");
    let at = all.iter().position(|it| it.id == step);
    let beside = |it: Option<usize>| Some(format!("{base}/steps/{}", all.get(it?)?.id));
    if let Some(place) = typed::table_in_hand(form) {
        return Ok(format!("{base}/steps/{step}#q-{place}"));
    }
    Ok(match form.get("then") {
        "next" => beside(at.map(|it| it + 1)).unwrap_or_else(|| format!("{base}/check")),
        "previous" => beside(at.and_then(|it| it.checked_sub(1))).unwrap_or(base),
        "overview" => base,
        _ => format!("{base}/steps/{step}"),
    })
}

impl StepPage {
    fn block(&mut self, place: &str) -> Option<&mut Block> {
        self.questions.iter_mut().find(|it| it.question.place == place)
    }

    fn show_problems(&mut self, problems: &[(String, String)], form: &Form) {
        for (place, text) in problems {
            self.errors.push(FieldError::new(format!("a-{place}"), text.clone()));
            if let Some(block) = self.block(place) {
                typed::lay_over(&mut block.question, form);
                block.question.error = Some(text.clone());
            }
        }
    }

    async fn show_conflicts(
        &mut self,
        visit: &Visit,
        open: &OpenSheet,
        conflicts: &[Conflict],
        form: &Form,
    ) -> Result<(), Problem> {
        let people = conflicts.iter().filter_map(|it| it.event.what.person);
        let names = comments::names(visit.engine(), people).await?;
        for it in conflicts {
            if let Some(block) = self.block(&it.place) {
                typed::lay_over(&mut block.question, form);
            }
            let person = it.event.what.person.and_then(|it| names.get(&it));
            let language = code(visit);
            self.conflicts.push(Disagreement {
                place: it.place.clone(),
                title: open
                    .form
                    .texts(language)
                    .question(&it.place)
                    .map_or_else(|| it.place.clone(), |it| it.title.clone()),
                yours: shown(open, &it.place, &it.yours, language),
                theirs: shown(open, &it.place, &it.theirs, language),
                by: person.cloned().unwrap_or_default(),
                at: it.event.what.at.to_rfc3339(),
            });
        }
        Ok(())
    }
}

/// A value of a question's aspect in words; nothing where there is none.
pub(crate) fn shown(
    open: &OpenSheet,
    place: &str,
    value: &Value,
    language: &str,
) -> Option<String> {
    if let Some(reason) = value.get("not_applicable").and_then(Value::as_str) {
        return Some(reason.to_owned());
    }
    match (value, open.form.texts(language).question(place)) {
        (Value::Null, _) => None,
        (value, Some(question)) => Some(in_words(question, value, language)),
        (value, None) => Some(value.to_string()),
    }
}
