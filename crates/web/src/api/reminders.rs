//! Who is reminded of a round.

use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Path, to};
use engine::identity::Scope;
use engine::reminders::{self, LeftOut, Passed, Reminder};
use engine::{AssessmentId, EngineError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor;
use super::asked::id;
use super::once::{Done, Once};
use super::operation::{Operation, Spec, change};
use super::types::{Id, Page, Paging, Query, Written};
use crate::error::Problem;
use crate::input::Json;
use crate::pages::secretariat::remind;
use crate::routes::Access::Secretariat;
use crate::visit::Visit;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    change(
        Method::POST,
        "/api/v1/rounds/{round}/reminders/preview",
        Secretariat,
        Spec::new("previewReminders", Scope::Read, "Who would be reminded, and who not.")
            .takes::<Reminded>()
            .query::<Paging>()
            .gives::<Page<ReminderLine>>(),
        || to(preview_reminders),
    ),
    change(
        Method::POST,
        "/api/v1/rounds/{round}/reminders",
        Secretariat,
        Spec::new("remind", Scope::Write, "Reminds those who have not submitted.")
            .takes::<Reminded>()
            .gives::<Written>(),
        || to(remind_all),
    ),
];

/// Who is to be reminded.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Reminded {
    /// The assessments; all that are not submitted where it is absent or empty.
    #[serde(default)]
    assessments: Vec<Id>,
    /// What the letter says besides.
    #[serde(default)]
    text: String,
}

/// Somebody who gets a letter, or an assessment that nobody is reminded of.
#[derive(Debug, Serialize, JsonSchema)]
struct ReminderLine {
    /// The assessment.
    assessment: Id,
    /// What is assessed.
    subject: String,
    /// The address the letter goes to; null where nobody is reminded.
    email: Option<String>,
    /// Why nobody is: `submitted`, `locked`, `recently` or `nobody`.
    passed: Option<&'static str>,
}

impl ReminderLine {
    fn cursor(&self) -> String {
        format!("{} {}", self.assessment.0, self.email.as_deref().unwrap_or_default())
    }
}

impl From<&Reminder> for ReminderLine {
    fn from(it: &Reminder) -> Self {
        Self {
            assessment: Id::of(it.assessment.id),
            subject: it.assessment.subject.name.clone(),
            email: Some(it.to.email().to_owned()),
            passed: None,
        }
    }
}

impl From<&LeftOut> for ReminderLine {
    fn from(it: &LeftOut) -> Self {
        Self {
            assessment: Id::of(it.assessment),
            subject: it.subject.clone(),
            email: None,
            passed: Some(match it.why {
                Passed::Submitted => "submitted",
                Passed::Locked => "locked",
                Passed::Recently => "recently",
                Passed::Nobody => "nobody",
            }),
        }
    }
}

/// How long what a letter says besides may be, in characters.
const LONGEST: usize = 2000;

async fn look(
    visit: &Visit,
    scope: Scope,
    round: &str,
    it: &Reminded,
) -> Result<reminders::Reminders, Problem> {
    let who = actor(visit, scope)?;
    let chosen = it.assessments.iter().map(|it| id(&it.0));
    let chosen: Vec<AssessmentId> = chosen.collect::<Result<_, _>>()?;
    if it.text.chars().count() > LONGEST {
        let message = format!("the text has at most {LONGEST} characters");
        return Err(EngineError::invalid("text", "too-long", message).into());
    }
    Ok(reminders::preview(visit.engine(), who, id(round)?, &chosen, visit.now).await?)
}

async fn preview_reminders(
    visit: Visit,
    path: Path<String>,
    asked: Query<Paging>,
    body: Json<Reminded>,
) -> Result<HttpResponse, Problem> {
    let found = look(&visit, Scope::Read, &path, &body.0).await?;
    let letters = found.letters.iter().map(ReminderLine::from);
    let all = letters.chain(found.passed.iter().map(ReminderLine::from)).collect();
    let cursor = asked.0.cursor.as_deref();
    let page = Page::cut(all, asked.0.limit, cursor, ReminderLine::cursor)?;
    Ok(HttpResponse::Ok().json(page))
}

async fn remind_all(
    visit: Visit,
    path: Path<String>,
    once: Once,
    body: Json<Reminded>,
) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Write)?;
    let found = look(&visit, Scope::Write, &path, &body.0).await?;
    let write = remind::letter(&visit, &found.open, body.0.text.trim().to_owned())?;
    let work = async {
        let letters = reminders::send(visit.engine(), who, found, write, visit.now).await?;
        Done::with(StatusCode::OK, &Written { letters })
    };
    once.run(work).await
}
