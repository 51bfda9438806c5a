//! Returning an assessment with remarks: what to say, the letter, and only then both.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use engine::flow::{self, Course, LONGEST_REMARK, LONGEST_WORDS};
use engine::identity::Letter;
use engine::reminders::{self, Participant};
use engine::rounds::RoundState;
use engine::sheets::{self, OpenSheet};
use engine::views::check::{AnswersOfStep, answers};
use serde::Serialize;

use super::assessment::PersonRow;
use super::{Head, LetterView, assessment_of, cluster, mark, text};
use crate::error::{FieldError, Problem};
use crate::input::Form;
use crate::language::Words;
use crate::letters::{self, Concern};
use crate::page::{Link, NoticeKind, Page};
use crate::pages::company::code;
use crate::visit::Visit;

/// What `secretariat/return.html` shows.
#[derive(Debug, Serialize)]
struct ReturnPage {
    assessment: Head,
    steps: Vec<Step>,
    values: Values,
    preview: Option<Preview>,
    errors: Vec<FieldError>,
}

#[derive(Debug, Serialize)]
struct Step {
    title: String,
    questions: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    place: String,
    title: String,
    answer: Option<String>,
}

/// What is said: about the whole, and about questions by their places.
#[derive(Clone, Debug, Default, Serialize)]
struct Values {
    text: String,
    remarks: BTreeMap<String, String>,
}

#[derive(Debug, Serialize)]
struct Preview {
    token: String,
    recipients: Vec<PersonRow>,
    letter: LetterView,
}

impl Page for ReturnPage {
    const TEMPLATE: &'static str = "secretariat/return.html";
    const MENU: &'static str = "rounds";

    fn title(&self, words: &Words) -> String {
        words.text(match self.preview {
            Some(_) => "secretariat.check_return",
            None => "secretariat.act_return",
        })
    }

    fn back(&self, _: &Words) -> Option<Link> {
        Some(Link::new(&self.assessment.href, &self.assessment.inner.subject))
    }
}

/// An assessment that can be returned, with the answers that were handed in.
struct Returnable {
    course: Course,
    signed: OpenSheet,
    people: Vec<Participant>,
}

async fn returnable(visit: &Visit, path: (String, String)) -> Result<Returnable, Problem> {
    let engine = visit.engine();
    let course = flow::of(engine, assessment_of(visit, path).await?).await?;
    let id = course.open.assessment.id;
    let sheet = course.signed().map(|it| it.sheet.id).ok_or_else(Problem::not_found)?;
    let signed = sheets::open_one(engine, visit.actor()?, id, sheet).await?;
    let mut people = reminders::participants(engine, &course.open).await?;
    people.retain(|it| matches!(it, Participant::Person(_)));
    Ok(Returnable { course, signed, people })
}

/// Shows the form.
pub(super) async fn show(
    visit: Visit,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let it = returnable(&visit, path.into_inner()).await?;
    visit.show(&page(&visit, &it, Values::default(), Vec::new()))
}

/// Shows the letter, or returns the assessment.
pub(super) async fn act(
    visit: Visit,
    path: Path<(String, String)>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let it = returnable(&visit, path.into_inner()).await?;
    let values = values(&it.signed, &form)?;
    if form.get("act") == "change" {
        return visit.show(&page(&visit, &it, values, Vec::new()));
    }
    let errors = errors(visit.words(), &values);
    if !errors.is_empty() {
        let page = page(&visit, &it, values, errors);
        return visit.show_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let letters = letters(&visit, &it.course, &values.text, &values.remarks).await?;
    let token = token(&it, &values);
    let confirmed = form.get("act") == "return";
    if confirmed && form.get("token") == token {
        return hand_back(&visit, &it, &values, letters).await;
    }
    let mut page = page(&visit, &it, values, Vec::new());
    let mut status = StatusCode::OK;
    if confirmed {
        status = StatusCode::CONFLICT;
        page.errors.push(FieldError::new("to-title", visit.words().text("secretariat.look_again")));
    }
    page.steps.clear();
    page.preview = Some(Preview {
        token,
        recipients: it.people.iter().map(PersonRow::from).collect(),
        letter: letters.into_iter().next().map_or_else(
            || LetterView { subject: String::new(), body: String::new() },
            |it| LetterView { subject: it.subject, body: it.body },
        ),
    });
    visit.show_as(status, &page)
}

async fn hand_back(
    visit: &Visit,
    it: &Returnable,
    values: &Values,
    letters: Vec<Letter>,
) -> Result<HttpResponse, Problem> {
    let assessment = &it.course.open.assessment;
    let (id, seen) = (assessment.id, Some(assessment.revision));
    let mut remarks = vec![(String::new(), values.text.clone())];
    remarks.extend(values.remarks.clone());
    let (engine, actor) = (visit.engine(), visit.actor()?);
    flow::hand_back(engine, actor, id, seen, &remarks, letters, visit.now).await?;
    let path = Head::new(&it.course.open, code(visit)).href;
    Ok(visit.go_saying(&path, NoticeKind::Done, "secretariat.done_return", &[]))
}

/// What was typed; a question that the form does not have leads nowhere.
fn values(open: &OpenSheet, form: &Form) -> Result<Values, Problem> {
    let mut remarks = BTreeMap::new();
    for (place, value) in form.inside("remark") {
        let [place] = place.as_slice() else { return Err(Problem::not_found()) };
        if open.form.form.index_of(place).is_none() {
            return Err(Problem::not_found());
        }
        let value = text(value);
        if !value.is_empty() {
            remarks.insert((*place).to_owned(), value);
        }
    }
    Ok(Values { text: text(form.get("text")), remarks })
}

fn errors(words: &Words, values: &Values) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if values.text.is_empty() {
        errors.push(FieldError::new("text", words.text("invalid.missing")));
    }
    if values.text.chars().count() > LONGEST_WORDS {
        errors.push(FieldError::new("text", words.text("invalid.too-long")));
    }
    for (place, value) in &values.remarks {
        if value.chars().count() > LONGEST_REMARK {
            let field = format!("remark-{place}");
            errors.push(FieldError::new(field, words.text("invalid.too-long")));
        }
    }
    errors
}

fn page(visit: &Visit, it: &Returnable, values: Values, errors: Vec<FieldError>) -> ReturnPage {
    let (language, open) = (code(visit), &it.signed);
    let step = |it: AnswersOfStep| Step {
        title: it.title,
        questions: it
            .questions
            .into_iter()
            .map(|it| Line {
                place: it.place,
                title: it.title,
                answer: it.answer.or(it.not_applicable),
            })
            .collect(),
    };
    ReturnPage {
        assessment: Head::new(&it.course.open, language),
        steps: answers(open, &open.reading(), language).into_iter().map(step).collect(),
        values,
        preview: None,
        errors,
    }
}

/// A mark of what would be returned, to whom, and with which words.
fn token(it: &Returnable, values: &Values) -> String {
    let sheet = &it.signed.sheet;
    let mut parts = vec![sheet.id.to_string(), sheet.revision.to_string(), values.text.clone()];
    parts.push(it.course.open.assessment.revision.to_string());
    parts.extend(values.remarks.iter().flat_map(|(place, it)| [place.clone(), it.clone()]));
    parts.extend(it.people.iter().map(|it| it.email().to_owned()));
    mark(parts)
}

/// A letter to each of the company's people, in their language, with all that is remarked.
pub(crate) async fn letters(
    visit: &Visit,
    course: &Course,
    text: &str,
    remarks: &BTreeMap<String, String>,
) -> Result<Vec<Letter>, Problem> {
    let open = &course.open;
    let from = cluster(visit.actor()?, &open.round);
    let path = format!("/assessments/{}", open.assessment.id);
    let mut all = Vec::new();
    for recipient in reminders::participants(visit.engine(), open).await? {
        let Participant::Person(person) = recipient else { continue };
        let words = said(course, text, remarks, &person.language);
        let concern = Concern {
            person: &person,
            subject: &open.assessment.subject.name,
            round: &open.round.title,
            from: &from,
            closes_on: &open.round.closes_on,
            late: RoundState::of(&open.round, visit.now) == RoundState::Overdue,
            path: &path,
            words: Some(&words),
        };
        all.push(letters::returned(&visit.site, &concern));
    }
    Ok(all)
}

/// What is said in a letter: about the whole, and question by question in the form's order.
fn said(course: &Course, text: &str, remarks: &BTreeMap<String, String>, language: &str) -> String {
    let mut said = text.to_owned();
    let form = course.signed().map(|it| it.form.texts(language));
    for question in form.iter().flat_map(|it| &it.steps).flat_map(|it| &it.questions) {
        if let Some(remark) = remarks.get(&question.path).filter(|it| !it.trim().is_empty()) {
            said.push_str(&format!("\n\n{}\n{}", question.title, remark.trim()));
        }
    }
    said
}
