//! Who is invited into a round.

use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Path, to};
use engine::identity::Scope;
use engine::invitations::{self, Fate, Line};
use engine::{RoundId, rights};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor;
use super::asked::id;
use super::once::{Done, Once};
use super::operation::{Operation, Spec, change};
use super::types::{Page, Written};
use crate::error::Problem;
use crate::input::Json;
use crate::pages::secretariat::invite;
use crate::routes::Access::Secretariat;
use crate::visit::Visit;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    change(
        Method::POST,
        "/api/v1/rounds/{round}/invitations/preview",
        Secretariat,
        Spec::new(
            "previewInvitations",
            Scope::Read,
            "What would come of inviting those on a list.",
        )
        .takes::<ListOf>()
        .gives::<Page<LineView>>(),
        || to(preview),
    ),
    change(
        Method::POST,
        "/api/v1/rounds/{round}/invitations",
        Secretariat,
        Spec::new("invite", Scope::Write, "Invites those on a list whose lines can be used.")
            .takes::<ListOf>()
            .gives::<Written>(),
        || to(invite_all),
    ),
];

/// Those who are to be invited.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListOf {
    /// One to a line: the address, the organisation's name and, if one likes, its number, with a
    /// semicolon, a comma or a tab between.
    list: String,
}

/// What will come of a line.
#[derive(Debug, Serialize, JsonSchema)]
struct LineView {
    /// Its number, from 1.
    line: usize,
    /// The address.
    email: String,
    /// The organisation's name.
    organisation: String,
    /// The organisation's number.
    number: Option<String>,
    /// `new`, `known`, `already-in`, `same-as-line` or `wrong`.
    fate: &'static str,
    /// Why it cannot be used, as a stable word.
    code: Option<String>,
    /// The same in words.
    message: Option<String>,
}

fn line(it: Line) -> LineView {
    let (fate, code, message) = match it.fate {
        Fate::NewOrganisation => ("new", None, None),
        Fate::KnownOrganisation(_) => ("known", None, None),
        Fate::AlreadyIn(..) => ("already-in", None, None),
        Fate::SameAsLine(_) => ("same-as-line", None, None),
        Fate::Wrong { code, message } => ("wrong", Some(code.to_owned()), Some(message)),
    };
    LineView {
        line: it.line,
        email: it.email,
        organisation: it.organisation,
        number: it.number,
        fate,
        code,
        message,
    }
}

async fn preview(
    visit: Visit,
    path: Path<String>,
    body: Json<ListOf>,
) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let all = invitations::preview(visit.engine(), who, id(&path)?, &body.0.list).await?;
    Ok(HttpResponse::Ok().json(Page::whole(all.into_iter().map(line).collect())))
}

async fn invite_all(
    visit: Visit,
    path: Path<String>,
    once: Once,
    body: Json<ListOf>,
) -> Result<HttpResponse, Problem> {
    let (engine, who) = (visit.engine(), actor(&visit, Scope::Write)?);
    let round: RoundId = id(&path)?;
    let open = rights::round(engine, who, round).await?;
    let letter = invite::letter(&visit, &open)?;
    let work = async {
        let list = &body.0.list;
        let letters = invitations::invite(engine, who, round, list, letter, visit.now).await?;
        Done::with(StatusCode::OK, &Written { letters })
    };
    once.run(work).await
}
