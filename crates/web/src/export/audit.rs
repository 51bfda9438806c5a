//! The audit log as a file.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Bytes;
use chrono::{DateTime, Utc};
use engine::history;
use engine::identity::{Actor, named};
use engine::{Event, EventFilter};
use futures::stream::try_unfold;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Format, Lines};
use crate::error::Problem;
use crate::pages::company::file::attachment;
use crate::visit::Visit;

/// How many events are read at a time.
const BATCH: u64 = 1000;

/// An event, for those who read it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Line {
    pub(crate) sequence: u64,
    at: DateTime<Utc>,
    by: Option<String>,
    action_key: String,
    what: String,
    before: Option<String>,
    after: Option<String>,
    assessment: Option<Assessment>,
}

#[derive(Clone, Debug, Serialize)]
struct Assessment {
    title: String,
    href: Option<String>,
}

impl Line {
    /// Whether `text` stands anywhere in it; an empty text does.
    pub(crate) fn holds(&self, text: &str) -> bool {
        let text = text.trim().to_lowercase();
        let found = |it: &str| it.to_lowercase().contains(&text);
        text.is_empty()
            || found(&self.what)
            || [&self.by, &self.before, &self.after].into_iter().flatten().any(|it| found(it))
            || self.assessment.as_ref().is_some_and(|it| found(&it.title))
    }
}

/// Events with the names of those they are about.
pub(crate) async fn read(
    visit: &Visit,
    actor: &Actor,
    events: Vec<Event>,
) -> Result<Vec<Line>, Problem> {
    let named = named::names(visit.engine(), actor, &events).await?;
    Ok(events.into_iter().map(|it| line(it, &named)).collect())
}

fn line(it: Event, named: &named::Names) -> Line {
    let about = &it.what.about;
    let assessment = about.assessment.map(|id| Assessment {
        title: named.assessments.get(&id).map_or_else(|| id.to_string(), |it| it.title.clone()),
        href: named.assessments.get(&id).filter(|it| it.seen).map(|_| format!("/assessments/{id}")),
    });
    // A place may be the id of somebody.
    let place = about.place.parse().ok().and_then(|it| named.people.get(&it)).cloned();
    let organisation = about.organisation.and_then(|it| named.organisations.get(&it)).cloned();
    let round = about.round.and_then(|it| named.rounds.get(&it)).cloned();
    let place = place.or_else(|| Some(about.place.clone()).filter(|it| !it.is_empty()));
    let whole: [Option<String>; 2] = match (&assessment, round) {
        (Some(_), _) => [None, place],
        (None, Some(round)) => [Some(round), place],
        (None, None) => [organisation, place],
    };
    Line {
        sequence: it.sequence,
        at: it.what.at,
        by: it.what.person.and_then(|it| named.people.get(&it)).cloned(),
        action_key: it.what.action,
        what: whole.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        before: it.what.before,
        after: it.what.after,
        assessment,
    }
}

/// Sends all events that pass the filter and hold `text`, newest first.
pub(crate) fn send(
    visit: Visit,
    filter: EventFilter,
    text: String,
    lines: Lines,
) -> Result<HttpResponse, Problem> {
    let held = super::begin(&visit)?;
    let format = Format::from(lines);
    let mut response = attachment(format.media_type(), &format!("audit-log.{}", format.name()));
    let head = match lines {
        Lines::Csv => format!("\u{feff}{}\r\n", COLUMNS.join(",")),
        Lines::Ndjson => String::new(),
    };
    let begin = (visit, filter, Some(head), held);
    let text = Arc::<str>::from(text);
    let pieces = try_unfold((begin, true), move |((visit, mut filter, head, held), more)| {
        let text = Arc::clone(&text);
        async move {
            if !more {
                return Ok::<_, Problem>(None);
            }
            let actor = visit.actor()?;
            let events = history::exported(visit.engine(), actor, filter.clone(), BATCH).await?;
            let more = events.len() as u64 == BATCH;
            filter.below = events.last().map(|it| it.sequence).or(filter.below);
            let mut piece = head.unwrap_or_default();
            for line in read(&visit, actor, events).await?.iter().filter(|it| it.holds(&text)) {
                piece.push_str(&match lines {
                    Lines::Csv => cells(line),
                    Lines::Ndjson => format!("{}\n", object(line)),
                });
            }
            Ok(Some((Bytes::from(piece), ((visit, filter, None, held), more))))
        }
    });
    Ok(response.streaming(pieces))
}

const COLUMNS: [&str; 8] =
    ["sequence", "at", "by", "action", "what", "assessment", "before", "after"];

fn object(it: &Line) -> Value {
    json!({
        "sequence": it.sequence,
        "at": it.at,
        "by": it.by,
        "action": it.action_key,
        "what": it.what,
        "assessment": it.assessment.as_ref().map(|it| &it.title),
        "before": it.before,
        "after": it.after,
    })
}

fn cells(it: &Line) -> String {
    let object = object(it);
    let cells: Vec<String> = COLUMNS.iter().map(|it| quoted(&object[*it])).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell that no spreadsheet takes for a formula.
fn quoted(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => super::csv::guarded(text).into_owned(),
        other => other.to_string(),
    };
    format!("\"{}\"", text.replace('"', "\"\""))
}
