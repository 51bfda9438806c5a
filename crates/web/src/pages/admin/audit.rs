//! The audit log: who did what, and when.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::web::Query;
use chrono::NaiveDate;
use engine::history;
use engine::{Broken, EventFilter};
use serde::{Deserialize, Serialize};

use super::lists::{LINES, LOOKED_THROUGH, address};
use crate::error::Problem;
use crate::export::Lines;
use crate::export::audit::{self, Line};
use crate::language::Words;
use crate::page::Page;
use crate::session::SignedIn;
use crate::visit::Visit;

const PATH: &str = "/admin/audit";
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
        for line in audit::read(&visit, &who.actor, events).await? {
            (looked, wanted.below) = (looked + 1, Some(line.sequence));
            if line.holds(&filter.text) {
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
pub(super) async fn ndjson(visit: Visit, filter: Query<Filter>) -> Result<HttpResponse, Problem> {
    audit::send(visit, filter.wanted(), filter.0.text, Lines::Ndjson)
}

/// All events that fit, as lines for a spreadsheet.
pub(super) async fn csv(visit: Visit, filter: Query<Filter>) -> Result<HttpResponse, Problem> {
    audit::send(visit, filter.wanted(), filter.0.text, Lines::Csv)
}
