//! What a company sees: its assessments, step by step, and what comes of them.
//!
//! Suggested reading order: [`home`], [`overview`], [`step`], [`typed`], [`check`], [`result`].

mod charts;
mod check;
pub(crate) mod evidence;
pub(crate) mod file;
mod history;
mod home;
mod overview;
pub(crate) mod people;
mod question;
pub(crate) mod report;
pub(crate) mod result;
pub(crate) mod step;
pub(crate) mod typed;

use std::str::FromStr;

use actix_web::web::to;
use engine::AssessmentId;
use engine::flow::Action;
use engine::rights::OpenAssessment;
use serde::Serialize;

use crate::error::{Problem, refused};
use crate::language::Words;
use crate::routes::Access::SignedIn;
use crate::routes::{Route, action, file as download, page, upload};
use crate::visit::Visit;

/// The routes of these pages.
pub(crate) const ROUTES: &[Route] = &[
    page("/", SignedIn, || to(home::show)),
    page("/assessments/{assessment}", SignedIn, || to(overview::show)),
    page("/assessments/{assessment}/steps/{step}", SignedIn, || to(step::show)),
    upload("/assessments/{assessment}/steps/{step}", SignedIn, || to(step::save)),
    page("/assessments/{assessment}/check", SignedIn, || to(check::show)),
    action("/assessments/{assessment}/actions", SignedIn, || to(check::act)),
    action("/assessments/{assessment}/actions/{action}", SignedIn, || to(check::act_at_once)),
    page("/assessments/{assessment}/result", SignedIn, || to(result::show)),
    page("/assessments/{assessment}/result/{place}", SignedIn, || to(result::trace_of)),
    download("/assessments/{assessment}/charts/{name}", SignedIn, || to(result::chart)),
    download("/assessments/{assessment}/report.pdf", SignedIn, || to(report::report)),
    download("/assessments/{assessment}/blank.pdf", SignedIn, || to(report::blank)),
    page("/assessments/{assessment}/questions/{place}", SignedIn, || to(question::show)),
    action("/assessments/{assessment}/questions/{place}", SignedIn, || to(question::comment)),
    page("/assessments/{assessment}/history", SignedIn, || to(history::show)),
    page("/assessments/{assessment}/as-of", SignedIn, || to(history::as_of)),
    page("/assessments/{assessment}/people", SignedIn, || to(people::show)),
    action("/assessments/{assessment}/people", SignedIn, || to(people::invite)),
    page("/assessments/{assessment}/file", SignedIn, || to(file::show)),
    download("/assessments/{assessment}/file.json", SignedIn, || to(file::download)),
    action("/assessments/{assessment}/file", SignedIn, || to(file::compare)),
    upload("/assessments/{assessment}/file/merge", SignedIn, || to(file::merge)),
    page("/assessments/{assessment}/evidence/{place}", SignedIn, || to(evidence::show_for)),
    action("/assessments/{assessment}/evidence/{place}", SignedIn, || to(evidence::add_for)),
    download("/assessments/{assessment}/files/{hash}", SignedIn, || to(evidence::file_of_answer)),
    page("/evidence", SignedIn, || to(evidence::show)),
    upload("/evidence", SignedIn, || to(evidence::add)),
    action("/evidence/{evidence}/remove", SignedIn, || to(evidence::remove)),
    download("/evidence/{evidence}/file", SignedIn, || to(evidence::file)),
];

/// An assessment as the head of its pages names it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Head {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) subject: String,
    pub(crate) organisation: String,
    pub(crate) round: String,
    pub(crate) stage: String,
    pub(crate) description: Option<String>,
    pub(crate) turn: u32,
    pub(crate) locked: bool,
}

impl Head {
    pub(crate) fn new(open: &OpenAssessment, language: &str) -> Self {
        let texts = open.programme.texts(language);
        let stage = texts.stage(&open.assessment.stage);
        Self {
            id: open.assessment.id.to_string(),
            title: texts.title.clone(),
            subject: open.assessment.subject.name.clone(),
            organisation: open.organisation.name.clone(),
            round: open.round.title.clone(),
            stage: stage.map_or_else(String::new, |it| it.title.clone()),
            description: stage.and_then(|it| it.description.clone()),
            turn: open.assessment.turn,
            locked: open.assessment.locked_at.is_some(),
        }
    }

    /// The address of the assessment, or of something below it.
    pub(crate) fn at(&self, rest: &str) -> String {
        format!("/assessments/{}{rest}", self.id)
    }
}

/// A button that takes an assessment on.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Button {
    id: String,
    title: String,
    href: String,
    refusal: Option<String>,
    primary: bool,
}

/// The buttons for `actions`, the first of which stands out.
pub(crate) fn buttons(actions: &[Action], head: &Head, words: &Words) -> Vec<Button> {
    let button = |(at, it): (usize, &Action)| Button {
        id: it.id.clone(),
        title: it.title.clone(),
        href: head.at(&format!("/actions/{}", it.id)),
        refusal: it.refusal.as_ref().map(|it| refused(it, words)),
        primary: at == 0,
    };
    actions.iter().enumerate().map(button).collect()
}

/// A part of an address as an id; what is none leads nowhere.
pub(crate) fn id<T: FromStr>(part: &str) -> Result<T, Problem> {
    part.parse().map_err(|_| Problem::not_found())
}

/// The assessment that a request is about.
pub(crate) fn assessment(part: &str) -> Result<AssessmentId, Problem> {
    id(part)
}

/// The language of a visit, as documents name it.
pub(crate) fn code(visit: &Visit) -> &'static str {
    visit.language.code()
}
