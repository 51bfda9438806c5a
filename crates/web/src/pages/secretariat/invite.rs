//! Inviting companies: a list, what will come of it, and only then the letters.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use engine::EngineError;
use engine::error::Closed;
use engine::identity::{Letter, Secret};
use engine::invitations::{self, Fate, InvitationLetter, Invited, Line};
use engine::rights::{self, OpenRound};
use engine::rounds::RoundState;
use serde::Serialize;

use super::{LetterView, RoundHead, address, cluster, mark, text};
use crate::error::{FieldError, Problem};
use crate::format;
use crate::input::Form;
use crate::language::{Language, Words};
use crate::letters::{self, Invitation};
use crate::page::{Link, NoticeKind, Page};
use crate::pages::company::{code, id};
use crate::visit::Visit;

/// What `secretariat/invite.html` shows.
#[derive(Debug, Serialize)]
struct InvitePage {
    round: RoundHead,
    values: Values,
    preview: Option<Preview>,
    errors: Vec<FieldError>,
}

#[derive(Debug, Serialize)]
struct Values {
    list: String,
}

/// What will happen.
#[derive(Debug, Serialize)]
struct Preview {
    rows: Vec<LineRow>,
    good: usize,
    bad: usize,
    token: String,
    letter: LetterView,
}

#[derive(Debug, Serialize)]
struct LineRow {
    line: usize,
    email: String,
    organisation: Option<String>,
    result_key: &'static str,
    message: Option<String>,
}

impl Page for InvitePage {
    const TEMPLATE: &'static str = "secretariat/invite.html";
    const MENU: &'static str = "rounds";

    fn title(&self, words: &Words) -> String {
        words.text(match self.preview {
            Some(_) => "secretariat.check_invitations",
            None => "secretariat.invite",
        })
    }

    fn back(&self, _: &Words) -> Option<Link> {
        Some(Link::new(&self.round.href, &self.round.title))
    }
}

impl InvitePage {
    fn new(visit: &Visit, open: &OpenRound, list: String) -> Self {
        Self {
            round: RoundHead::new(open, code(visit)),
            values: Values { list },
            preview: None,
            errors: Vec::new(),
        }
    }
}

/// Shows the empty list.
pub(super) async fn show(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let open = rights::round(visit.engine(), visit.actor()?, id(&path)?).await?;
    visit.show(&InvitePage::new(&visit, &open, String::new()))
}

/// Shows what will come of a list, or invites those on it.
pub(super) async fn act(
    visit: Visit,
    path: Path<String>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (engine, actor, round) = (visit.engine(), visit.actor()?, id(&path)?);
    let open = rights::round(engine, actor, round).await?;
    if open.round.closed_at.is_some() {
        return Err(EngineError::Closed { why: Closed::Round }.into());
    }
    let list = text(form.get("list"));
    let mut page = InvitePage::new(&visit, &open, list.clone());
    if form.get("act") == "change" {
        return visit.show(&page);
    }
    let lines = match invitations::preview(engine, actor, round, &list).await {
        Ok(lines) => lines,
        Err(error) => {
            page.errors.push(Problem::from(error).on_field(visit.words())?);
            return visit.show_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let preview = preview(&visit, &open, &lines)?;
    let mut status = StatusCode::OK;
    if form.get("act") == "send" {
        if form.get("token") == preview.token && preview.good > 0 {
            let letter = letter(&visit, &open)?;
            let sent = invitations::invite(engine, actor, round, &list, letter, visit.now).await?;
            let count = format::whole(visit.language, sent as i128);
            let (path, count) = (address(round, ""), [("count", count.as_str())]);
            return Ok(visit.go_saying(&path, NoticeKind::Done, "secretariat.done_invite", &count));
        }
        status = StatusCode::CONFLICT;
        page.errors
            .push(FieldError::new("list-title", visit.words().text("secretariat.look_again")));
    }
    page.preview = Some(preview);
    visit.show_as(status, &page)
}

fn preview(visit: &Visit, open: &OpenRound, lines: &[Line]) -> Result<Preview, Problem> {
    let rows: Vec<LineRow> = lines.iter().map(|it| row(visit.words(), it)).collect();
    let is_good = |it: &&Line| !matches!(it.fate, Fate::Wrong { .. });
    let first = lines.iter().find(is_good).or(lines.first());
    let write = letter(visit, open)?;
    let invited = first.map(|it| Invited {
        email: it.email.clone(),
        organisation: it.organisation.clone(),
        // Only the address of a letter depends on it, and that has a secret in its place.
        assessment: engine::AssessmentId::new(visit.now),
    });
    let invited = invited.ok_or_else(Problem::not_found)?;
    let letter = LetterView::new(|secret| write(&invited, secret))?;
    let token = mark(
        [open.round.id.to_string()].into_iter().chain(lines.iter().map(|it| format!("{it:?}"))),
    );
    Ok(Preview {
        good: lines.iter().filter(is_good).count(),
        bad: rows.iter().filter(|it| it.result_key == "wrong").count(),
        rows,
        token,
        letter,
    })
}

fn row(words: &Words, it: &Line) -> LineRow {
    let (result_key, message) = match &it.fate {
        Fate::NewOrganisation => ("new", None),
        Fate::KnownOrganisation(_) => ("existing-person", None),
        Fate::AlreadyIn(..) => ("new", Some(words.text("secretariat.line_in_round"))),
        Fate::SameAsLine(line) => {
            ("new", Some(words.text_with("secretariat.line_same", &[("line", line)])))
        }
        Fate::Wrong { code, message } => {
            let own = words.find(&format!("invalid.{code}"));
            let key = if *code == "already-in" { "already-in" } else { "wrong" };
            (key, Some(own.unwrap_or(message).to_owned()))
        }
    };
    LineRow {
        line: it.line,
        email: it.email.clone(),
        organisation: Some(it.organisation.clone()).filter(|it| !it.is_empty()),
        result_key,
        message,
    }
}

/// The letter of invitation, in the language of the round.
pub(crate) fn letter(visit: &Visit, open: &OpenRound) -> Result<InvitationLetter, Problem> {
    let (site, round) = (Arc::clone(&visit.site), open.round.clone());
    let from = cluster(visit.actor()?, &round);
    let late = RoundState::of(&round, visit.now) == RoundState::Overdue;
    let language = Language::parse(&round.language).unwrap_or(site.settings.language);
    Ok(Arc::new(move |invited: &Invited, secret: &Secret| -> Letter {
        let it = Invitation {
            email: invited.email.clone(),
            organisation: invited.organisation.clone(),
            from: from.clone(),
            round: Some(round.title.clone()),
            closes_on: Some(round.closes_on.clone()),
            late,
            words: round.invitation.clone(),
        };
        letters::invitation(&site, language, &it, secret)
    }))
}
