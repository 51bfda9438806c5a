//! The audit log: who did what, and when.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Query};
use chrono::{DateTime, NaiveDate, Utc};
use engine::history;
use engine::identity::named;
use engine::{Broken, Event, EventFilter};
use futures::stream;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::lists::{LINES, LOOKED_THROUGH, address};
use crate::error::Problem;
use crate::language::Words;
use crate::page::Page;
use crate::session::SignedIn;
use crate::visit::Visit;

const PATH: &str = "/admin/audit";
/// How many events an export reads at a time.
const BATCH: u64 = 1000;
/// How long it is believed that the log is whole, once that was worked out.
const BELIEVED: Duration = Duration::from_secs(600);

/// What `admin/audit.html` shows.
#[derive(Debug, Serialize)]
struct Audit {
    events: Vec<Line>,
    actions: Vec<Choice>,
    filter: Filter,
    previous_href: Option<String>,
    next_href: Option<String>,
    export_href: String,
    chain: Chain,
}

/// An event, for those who read it.
#[derive(Clone, Debug, Serialize)]
struct Line {
    sequence: u64,
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

#[derive(Debug, Serialize)]
struct Choice {
    id: String,
    title: String,
}

/// Whether the log is whole.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Chain {
    ok: bool,
    text: String,
}

/// What is looked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    text: String,
    from: String,
    to: String,
    action: String,
    #[serde(skip_serializing)]
    before: String,
}

impl Page for Audit {
    const TEMPLATE: &'static str = "admin/audit.html";
    const MENU: &'static str = "audit";

    fn title(&self, words: &Words) -> String {
        words.text("admin.audit")
    }
}

impl Filter {
    /// As the store understands it. A day that cannot be read does not matter.
    fn wanted(&self) -> EventFilter {
        let bounds = |text: &str| history::day_bounds(text.parse::<NaiveDate>().ok()?);
        EventFilter {
            action: Some(self.action.clone()).filter(|it| !it.is_empty()),
            from: bounds(&self.from).map(|it| it.0),
            until: bounds(&self.to).map(|it| it.1),
            below: self.before.parse().ok(),
            ..EventFilter::default()
        }
    }

    fn fits(&self, line: &Line) -> bool {
        let text = self.text.trim().to_lowercase();
        let found = |it: &str| it.to_lowercase().contains(&text);
        text.is_empty()
            || found(&line.what)
            || [&line.by, &line.before, &line.after].into_iter().flatten().any(|it| found(it))
            || line.assessment.as_ref().is_some_and(|it| found(&it.title))
    }

    fn query(&self) -> [(&str, &dyn std::fmt::Display); 4] {
        [("text", &self.text), ("from", &self.from), ("to", &self.to), ("action", &self.action)]
    }
}

pub(super) async fn show(
    visit: Visit,
    who: SignedIn,
    filter: Query<Filter>,
) -> Result<HttpResponse, Problem> {
    let filter = filter.into_inner();
    let mut wanted = filter.wanted();
    let (mut lines, mut looked, mut more) = (Vec::new(), 0, true);
    while more && lines.len() < LINES as usize && looked < LOOKED_THROUGH {
        let events = history::audit(visit.engine(), &who.actor, wanted.clone(), LINES).await?;
        more = events.len() as u64 == LINES;
        for line in read(&visit, &who, events).await? {
            (looked, wanted.below) = (looked + 1, Some(line.sequence));
            if filter.fits(&line) {
                lines.push(line);
            }
            if lines.len() == LINES as usize {
                break;
            }
        }
    }
    let next_href = wanted.below.filter(|it| more && *it > 1).map(|below| {
        let [text, from, to, action] = filter.query();
        address(PATH, &[text, from, to, action, ("before", &below)])
    });
    visit.show(&Audit {
        events: lines,
        actions: actions(visit.words()),
        previous_href: (!filter.before.is_empty()).then(|| address(PATH, &filter.query())),
        next_href,
        export_href: address("/admin/audit.csv", &filter.query()),
        filter,
        chain: chain(&visit, &who).await?,
    })
}

/// Events with the names of those they are about.
async fn read(visit: &Visit, who: &SignedIn, events: Vec<Event>) -> Result<Vec<Line>, Problem> {
    let named = named::names(visit.engine(), &who.actor, &events).await?;
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

/// The actions that there are words for.
fn actions(words: &Words) -> Vec<Choice> {
    let not: BTreeSet<&str> = ["before", "after", "nothing"].into();
    let texts: BTreeMap<&str, &str> = words.beginning("event.");
    let mut all: Vec<Choice> = texts
        .into_iter()
        .filter_map(|(key, title)| Some((key.strip_prefix("event.")?, title)))
        .filter(|(id, _)| !not.contains(id))
        .map(|(id, title)| Choice { id: id.to_owned(), title: title.to_owned() })
        .collect();
    all.sort_by(|a, b| a.title.cmp(&b.title));
    all
}

/// Whether the log is whole: worked out for administrators, and believed for a while.
async fn chain(visit: &Visit, who: &SignedIn) -> Result<Chain, Problem> {
    let words = visit.words();
    if !who.actor.is_administrator() {
        return Ok(Chain { ok: true, text: words.text("audit.own") });
    }
    let known = visit.site.chain.lock().ok().and_then(|it| it.clone());
    let found = match known.filter(|(at, _)| at.elapsed() < BELIEVED) {
        Some((_, found)) => found,
        None => {
            let found = history::verify(visit.engine(), &who.actor).await?;
            if let Ok(mut it) = visit.site.chain.lock() {
                *it = Some((Instant::now(), found.clone()));
            }
            found
        }
    };
    Ok(match found {
        Ok(count) => Chain { ok: true, text: words.text_for("audit.unbroken", count) },
        Err(Broken::Missing(number)) => {
            Chain { ok: false, text: words.text_with("audit.missing", &[("number", &number)]) }
        }
        Err(Broken::Changed(number)) => {
            Chain { ok: false, text: words.text_with("audit.changed", &[("number", &number)]) }
        }
    })
}

/// All events that fit, as one JSON object a line.
pub(super) async fn ndjson(
    visit: Visit,
    who: SignedIn,
    filter: Query<Filter>,
) -> Result<HttpResponse, Problem> {
    let write = |line: &Line| format!("{}\n", object(line));
    Ok(export(visit, who, filter.into_inner(), "ndjson", String::new(), write))
}

/// All events that fit, as lines for a spreadsheet.
pub(super) async fn csv(
    visit: Visit,
    who: SignedIn,
    filter: Query<Filter>,
) -> Result<HttpResponse, Problem> {
    let head = format!("\u{feff}{}\r\n", COLUMNS.join(","));
    let write = |line: &Line| {
        let object = object(line);
        let cells: Vec<String> = COLUMNS.iter().map(|it| quoted(&object[*it])).collect();
        format!("{}\r\n", cells.join(","))
    };
    Ok(export(visit, who, filter.into_inner(), "csv", head, write))
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

/// A cell that no spreadsheet takes for a formula.
fn quoted(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => crate::export::csv::guarded(text).into_owned(),
        other => other.to_string(),
    };
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// The events that fit, read and written a thousand at a time.
fn export(
    visit: Visit,
    who: SignedIn,
    filter: Filter,
    ending: &'static str,
    head: String,
    write: impl Fn(&Line) -> String + Copy + 'static,
) -> HttpResponse {
    let kind = if ending == "csv" { "text/csv; charset=utf-8" } else { "application/x-ndjson" };
    let name = format!("attachment; filename=\"audit-log.{ending}\"");
    let begin = (visit, who, filter.wanted(), filter, Some(head), true);
    let pieces =
        stream::try_unfold(begin, move |(visit, who, mut wanted, filter, head, more)| async move {
            if !more {
                return Ok::<_, Problem>(None);
            }
            let events = history::audit(visit.engine(), &who.actor, wanted.clone(), BATCH).await?;
            let more = events.len() as u64 == BATCH;
            wanted.below = events.last().map(|it| it.sequence).or(wanted.below);
            let mut text = head.unwrap_or_default();
            for line in read(&visit, &who, events).await? {
                if filter.fits(&line) {
                    text.push_str(&write(&line));
                }
            }
            Ok(Some((Bytes::from(text), (visit, who, wanted, filter, None, more))))
        });
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header(("Content-Disposition", name))
        .streaming(pieces)
}
