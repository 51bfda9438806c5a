//! The profile.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use chrono::{DateTime, Utc};
use engine::identity::{Role, Scope, sessions, tokens};
use serde::Serialize;

use crate::error::{FieldError, Problem};
use crate::language::Words;
use crate::page::Page;
use crate::session::SignedIn;
use crate::visit::Visit;

/// What `everyone/profile.html` shows.
#[derive(Debug, Serialize)]
struct Profile {
    name: String,
    email: String,
    language: String,
    has_password: bool,
    sessions: Vec<SessionLine>,
    tokens: Vec<TokenLine>,
    new_token: Option<String>,
    scopes: Vec<Choice>,
    errors: Vec<FieldError>,
    organisations: Vec<Membership>,
}

#[derive(Debug, Serialize)]
struct SessionLine {
    id: String,
    device: String,
    since: DateTime<Utc>,
    seen: DateTime<Utc>,
    current: bool,
}

#[derive(Debug, Serialize)]
struct TokenLine {
    id: String,
    name: String,
    scopes: Vec<String>,
    expires: DateTime<Utc>,
    seen: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize)]
struct Choice {
    id: &'static str,
    title: String,
}

#[derive(Debug, Serialize)]
struct Membership {
    name: String,
    role_key: &'static str,
}

impl Page for Profile {
    const TEMPLATE: &'static str = "everyone/profile.html";
    const MENU: &'static str = "profile";

    fn title(&self, words: &Words) -> String {
        words.text("profile.title")
    }
}

pub(super) async fn show(visit: Visit, who: SignedIn) -> Result<HttpResponse, Problem> {
    draw(&visit, &who, Vec::new(), None).await
}

/// The profile with what was wrong with a form of it, or with a new token.
pub(super) async fn draw(
    visit: &Visit,
    who: &SignedIn,
    errors: Vec<FieldError>,
    new_token: Option<String>,
) -> Result<HttpResponse, Problem> {
    let (db, actor, words) = (&visit.engine().db, &who.actor, visit.words());
    let limits = &visit.engine().identity;
    let sessions = sessions::list(db, actor, limits, visit.now).await?;
    let tokens = tokens::list(db, actor).await?;
    let person = &actor.person;
    let status = if errors.is_empty() { StatusCode::OK } else { super::coming::UNUSABLE };
    let page = Profile {
        name: person.name.clone(),
        email: person.email.clone(),
        language: person.language.clone(),
        has_password: person.has_password,
        sessions: sessions
            .into_iter()
            .map(|it| SessionLine {
                id: it.id.to_string(),
                current: actor.session_id() == Some(it.id),
                device: it.device,
                since: it.created_at,
                seen: it.seen_at,
            })
            .collect(),
        tokens: tokens
            .into_iter()
            .filter(|it| it.revoked_at.is_none() && it.expires_at > visit.now)
            .map(|it| TokenLine {
                id: it.id.to_string(),
                name: it.name,
                scopes: it.scopes.into_iter().map(|it| scope(words, it)).collect(),
                expires: it.expires_at,
                seen: it.seen_at,
            })
            .collect(),
        new_token,
        scopes: Scope::ALL
            .into_iter()
            .filter(|it| *it != Scope::Admin || actor.is_administrator())
            .map(|it| Choice { id: it.word(), title: scope(words, it) })
            .collect(),
        errors,
        organisations: actor
            .memberships
            .iter()
            .map(|it| Membership { name: it.organisation.name.clone(), role_key: role(it.role) })
            .collect(),
    };
    visit.show_as(status, &page)
}

fn scope(words: &Words, it: Scope) -> String {
    words.text(match it {
        Scope::Read => "scope.read",
        Scope::Write => "scope.write",
        Scope::Export => "scope.export",
        Scope::Admin => "scope.admin",
    })
}

/// A role as texts name it.
pub(crate) fn role(it: Role) -> &'static str {
    match it {
        Role::Member => "member",
        Role::Secretariat => "secretariat",
    }
}
