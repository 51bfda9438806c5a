//! The audit log and the outbox.

use actix_web::HttpResponse;
use actix_web::web::{Path, to};
use chrono::{DateTime, NaiveDate, Utc};
use engine::history::{self, day_bounds};
use engine::identity::{Message, Scope, letters};
use engine::{Broken, EventFilter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor;
use super::asked::id;
use super::operation::{Operation, Spec, download, get};
use super::results::{EventView, events};
use super::types::{Day, Id, Moment, Page, Paging, Query, cursor, most};
use crate::error::Problem;
use crate::export::{Lines, audit};
use crate::routes::Access::{Administrator, Staff};
use crate::visit::Visit;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    get(
        "/api/v1/audit",
        Staff,
        Spec::new("listEvents", Scope::Read, "The audit log, newest first.")
            .query::<Which>()
            .gives::<Page<EventView>>(),
        || to(list),
    ),
    download(
        "/api/v1/audit.csv",
        Staff,
        Spec::new(
            "exportEventValues",
            Scope::Export,
            "The audit log, as values for a spreadsheet.",
        )
        .query::<Exported>()
        .gives_file("text/csv"),
        || to(csv),
    ),
    download(
        "/api/v1/audit.ndjson",
        Staff,
        Spec::new("exportEvents", Scope::Export, "The audit log, one JSON object to a line.")
            .query::<Exported>()
            .gives_file("application/x-ndjson"),
        || to(ndjson),
    ),
    get(
        "/api/v1/audit/verify",
        Administrator,
        Spec::new("verifyEvents", Scope::Admin, "Whether the audit log is as it was written.")
            .gives::<Verified>(),
        || to(verify),
    ),
    get(
        "/api/v1/outbox",
        Administrator,
        Spec::new("listMessages", Scope::Admin, "The letters that were written, newest first.")
            .query::<Paging>()
            .gives::<Page<MessageView>>(),
        || to(list_messages),
    ),
    get(
        "/api/v1/outbox/{message}",
        Administrator,
        Spec::new("readMessage", Scope::Admin, "A letter.").gives::<MessageView>(),
        || to(read_message),
    ),
];

/// Which events.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Only of this assessment.
    assessment: Option<Id>,
    /// Only of this person.
    person: Option<Id>,
    /// Only this action.
    action: Option<String>,
    /// The first day.
    from: Option<Day>,
    /// The last day.
    until: Option<Day>,
    /// How many rows at most: 1 to 200, usually 50.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Which events are taken away.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Exported {
    /// Only of this assessment.
    assessment: Option<Id>,
    /// Only of this person.
    person: Option<Id>,
    /// Only this action.
    action: Option<String>,
    /// The first day.
    from: Option<Day>,
    /// The last day.
    until: Option<Day>,
    /// Only where this stands somewhere in it.
    #[serde(default)]
    text: String,
}

/// The first moment of a day, and that of the next.
type Bounds = (DateTime<Utc>, DateTime<Utc>);

/// The bounds of a day that was asked for.
fn bounds(name: &str, day: Option<&Day>) -> Result<Option<Bounds>, Problem> {
    let Some(day) = day else { return Ok(None) };
    let bounds = day.0.parse::<NaiveDate>().ok().and_then(day_bounds);
    let why = || Problem::unreadable(format!("`{name}` must be a day as year-month-day"));
    bounds.map(Some).ok_or_else(why)
}

async fn list(visit: Visit, asked: Query<Which>) -> Result<HttpResponse, Problem> {
    let (who, asked) = (actor(&visit, Scope::Read)?, asked.0);
    let limit = most(asked.limit)?;
    let filter = EventFilter {
        assessment: asked.assessment.map(|it| id(&it.0)).transpose()?,
        person: asked.person.map(|it| id(&it.0)).transpose()?,
        action: asked.action,
        from: bounds("from", asked.from.as_ref())?.map(|it| it.0),
        until: bounds("until", asked.until.as_ref())?.map(|it| it.1),
        below: cursor(asked.cursor.as_deref())?,
        ..EventFilter::default()
    };
    let all = history::audit(visit.engine(), who, filter, limit + 1).await?;
    Ok(HttpResponse::Ok().json(events(&visit, all, limit).await?))
}

async fn csv(visit: Visit, asked: Query<Exported>) -> Result<HttpResponse, Problem> {
    export(visit, asked.0, Lines::Csv)
}

async fn ndjson(visit: Visit, asked: Query<Exported>) -> Result<HttpResponse, Problem> {
    export(visit, asked.0, Lines::Ndjson)
}

/// Sends the same file as the page of the audit log.
fn export(visit: Visit, asked: Exported, lines: Lines) -> Result<HttpResponse, Problem> {
    actor(&visit, Scope::Export)?;
    let filter = EventFilter {
        assessment: asked.assessment.map(|it| id(&it.0)).transpose()?,
        person: asked.person.map(|it| id(&it.0)).transpose()?,
        action: asked.action,
        from: bounds("from", asked.from.as_ref())?.map(|it| it.0),
        until: bounds("until", asked.until.as_ref())?.map(|it| it.1),
        ..EventFilter::default()
    };
    audit::send(visit, filter, asked.text, lines)
}

/// What came of working every hash out again.
#[derive(Debug, Serialize, JsonSchema)]
struct Verified {
    /// Whether everything is as it was written.
    ok: bool,
    /// How many events there are, where it is.
    events: Option<u64>,
    /// The number of the first event that is not what it was.
    changed: Option<u64>,
    /// The number of the first event that is missing.
    missing: Option<u64>,
}

async fn verify(visit: Visit) -> Result<HttpResponse, Problem> {
    let found = history::verify(visit.engine(), actor(&visit, Scope::Admin)?).await?;
    let (events, broken) = match found {
        Ok(events) => (Some(events), None),
        Err(broken) => (None, Some(broken)),
    };
    Ok(HttpResponse::Ok().json(Verified {
        ok: broken.is_none(),
        events,
        changed: broken.as_ref().and_then(|it| match it {
            Broken::Changed(number) => Some(*number),
            Broken::Missing(_) => None,
        }),
        missing: broken.as_ref().and_then(|it| match it {
            Broken::Missing(number) => Some(*number),
            Broken::Changed(_) => None,
        }),
    }))
}

/// A letter.
#[derive(Debug, Serialize, JsonSchema)]
struct MessageView {
    /// Its id.
    id: Id,
    /// The address it goes to.
    to: String,
    /// The line above it.
    subject: String,
    /// What it says; empty once it was sent.
    body: String,
    /// When it was written.
    created_at: Moment,
    /// When it was sent.
    sent_at: Option<Moment>,
    /// How often sending was begun.
    tries: u32,
    /// Why it could not be sent the last time.
    failure: Option<String>,
}

fn message(it: Message) -> MessageView {
    MessageView {
        id: Id::of(it.id),
        to: it.recipient,
        subject: it.subject,
        body: it.body,
        created_at: it.created_at.into(),
        sent_at: it.sent_at.map(Into::into),
        tries: it.tries,
        failure: it.failure,
    }
}

async fn list_messages(visit: Visit, asked: Query<Paging>) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Admin)?;
    let (limit, after) = (most(asked.0.limit)?, cursor(asked.0.cursor.as_deref())?);
    let found = letters::list(&visit.engine().db, who, limit, after).await?;
    let next = found.next.map(|it| it.to_string());
    let items = found.rows.into_iter().map(message).collect();
    Ok(HttpResponse::Ok().json(Page { items, next }))
}

async fn read_message(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Admin)?;
    Ok(HttpResponse::Ok().json(message(letters::get(&visit.engine().db, who, id(&path)?).await?)))
}
