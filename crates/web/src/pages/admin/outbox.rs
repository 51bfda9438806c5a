//! The outbox: the letters that were written, and what became of them.

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use chrono::{DateTime, Utc};
use engine::identity::{Message, MessageId, letters, recorded};
use serde::{Deserialize, Serialize};

use super::lists::{LINES, LOOKED_THROUGH, address};
use crate::error::Problem;
use crate::language::Words;
use crate::page::{NoticeKind, Page};
use crate::session::SignedIn;
use crate::visit::Visit;

/// What `admin/outbox.html` shows.
#[derive(Debug, Serialize)]
struct Outbox {
    messages: Vec<Line>,
    smtp: bool,
    filter: Filter,
    previous_href: Option<String>,
    next_href: Option<String>,
}

#[derive(Debug, Serialize)]
struct Line {
    id: String,
    to: String,
    subject: String,
    at: DateTime<Utc>,
    state_key: &'static str,
    failure: Option<String>,
    body: String,
    link: Option<String>,
    again_href: Option<String>,
}

/// What is looked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    text: String,
    state: String,
    #[serde(skip_serializing)]
    before: String,
}

impl Page for Outbox {
    const TEMPLATE: &'static str = "admin/outbox.html";
    const MENU: &'static str = "outbox";

    fn title(&self, words: &Words) -> String {
        words.text("admin.outbox")
    }
}

impl Filter {
    fn fits(&self, line: &Line) -> bool {
        let text = self.text.trim().to_lowercase();
        let found = |it: &str| it.to_lowercase().contains(&text);
        (self.state.is_empty() || self.state == line.state_key)
            && (text.is_empty() || found(&line.to) || found(&line.subject))
    }
}

pub(super) async fn show(
    visit: Visit,
    who: SignedIn,
    filter: Query<Filter>,
) -> Result<HttpResponse, Problem> {
    let (db, filter) = (&visit.engine().db, filter.into_inner());
    let smtp = visit.site.settings.smtp;
    let (mut lines, mut looked, mut after) = (Vec::new(), 0, filter.before.parse().ok());
    let mut next = None;
    while lines.len() < LINES as usize && looked < LOOKED_THROUGH {
        let some = letters::list(db, &who.actor, LINES, after).await?;
        for message in some.rows {
            (looked, after) = (looked + 1, Some(message.id));
            let line = line(message, smtp);
            if filter.fits(&line) {
                lines.push(line);
            }
            if lines.len() == LINES as usize {
                break;
            }
        }
        next = some.next.and(after);
        if some.next.is_none() {
            break;
        }
    }
    let next_href = next.map(|it| {
        address(
            "/admin/outbox",
            &[("text", &filter.text), ("state", &filter.state), ("before", &it)],
        )
    });
    visit.show(&Outbox {
        messages: lines,
        smtp,
        previous_href: (!filter.before.is_empty()).then(|| "/admin/outbox".to_owned()),
        next_href,
        filter,
    })
}

fn line(it: Message, smtp: bool) -> Line {
    let state_key = match (&it.sent_at, &it.failure) {
        (Some(_), _) => "sent",
        (None, Some(_)) => "failed",
        (None, None) => "waiting",
    };
    let link = it.body.lines().find(|it| it.starts_with("http")).map(str::to_owned);
    let again = smtp && state_key == "failed";
    Line {
        again_href: again.then(|| format!("/admin/outbox/{}/again", it.id)),
        link: link.filter(|_| !smtp && state_key != "sent"),
        id: it.id.to_string(),
        to: it.recipient,
        subject: it.subject,
        at: it.created_at,
        state_key,
        failure: it.failure,
        body: if smtp { without_links(&it.body) } else { it.body },
    }
}

/// A letter that is sent by e-mail as others than its reader see it: without its secrets.
fn without_links(body: &str) -> String {
    let line = |it: &str| match it.split_once("/links/") {
        Some((before, _)) if it.starts_with("http") => format!("{before}/links/…\n"),
        _ => format!("{it}\n"),
    };
    body.lines().map(line).collect()
}

pub(super) async fn again(
    visit: Visit,
    who: SignedIn,
    id: Path<MessageId>,
) -> Result<HttpResponse, Problem> {
    recorded::send_again(visit.engine(), &who.actor, *id, visit.now).await?;
    Ok(visit.go_saying("/admin/outbox", NoticeKind::Done, "admin.will_send", &[]))
}
