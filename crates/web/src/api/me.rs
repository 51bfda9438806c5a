//! Who asks: their account, sessions and tokens.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Path, to};
use chrono::{DateTime, Utc};
use engine::identity::tokens::NewToken;
use engine::identity::{
    Actor, OrganisationKind, Role, Scope, Session, SessionId, Token, TokenId, recorded, sessions,
    tokens,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor;
use super::asked::id;
use super::once::{Done, Once};
use super::operation::{Operation, Spec, change, download, get};
use super::types::{Id, Moment, Page, Paging, Query};
use crate::error::Problem;
use crate::input::Json;
use crate::pages::everyone::account;
use crate::routes::Access::SignedIn;
use crate::visit::Visit;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    get(
        "/api/v1/me",
        SignedIn,
        Spec::new("me", Scope::Read, "Who asks, and what they belong to.").gives::<Me>(),
        || to(me),
    ),
    change(
        Method::PATCH,
        "/api/v1/me",
        SignedIn,
        Spec::new("changeMe", Scope::Write, "Changes the name and the language of who asks.")
            .takes::<MeValues>()
            .gives::<Me>(),
        || to(change_me),
    ),
    download(
        "/api/v1/me/data",
        SignedIn,
        Spec::new("readMyData", Scope::Export, "Everything that is known of who asks.")
            .gives_file("application/json"),
        || to(my_data),
    ),
    get(
        "/api/v1/sessions",
        SignedIn,
        Spec::new("listSessions", Scope::Read, "The browsers in which who asks is signed in.")
            .query::<Paging>()
            .gives::<Page<SessionView>>(),
        || to(list_sessions),
    ),
    change(
        Method::DELETE,
        "/api/v1/sessions",
        SignedIn,
        Spec::new("endSessions", Scope::Write, "Ends all sessions but the one that asks.")
            .gives::<Ended>(),
        || to(end_sessions),
    ),
    change(
        Method::DELETE,
        "/api/v1/sessions/{session}",
        SignedIn,
        Spec::new("endSession", Scope::Write, "Ends a session."),
        || to(end_session),
    ),
    get(
        "/api/v1/tokens",
        SignedIn,
        Spec::new("listTokens", Scope::Read, "The tokens of who asks, newest first.")
            .query::<Paging>()
            .gives::<Page<TokenView>>(),
        || to(list_tokens),
    ),
    change(
        Method::POST,
        "/api/v1/tokens",
        SignedIn,
        Spec::new(
            "makeToken",
            Scope::Write,
            "Makes a token, whose secret is told once. Only for who has signed in.",
        )
        .for_session()
        .takes::<TokenValues>()
        .gives::<NewTokenView>()
        .makes(),
        || to(make_token),
    ),
    change(
        Method::DELETE,
        "/api/v1/tokens/{token}",
        SignedIn,
        Spec::new("revokeToken", Scope::Write, "Takes a token back."),
        || to(revoke_token),
    ),
];

/// Who asks.
#[derive(Debug, Serialize, JsonSchema)]
struct Me {
    /// Their id.
    id: Id,
    /// Their address.
    email: String,
    /// What they are called.
    name: String,
    /// The language they read.
    language: String,
    /// Whether they look after people and organisations.
    administrator: bool,
    /// What they belong to.
    organisations: Vec<Belongs>,
    /// What the token may be used for; absent where they have signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<&'static str>>,
}

/// That somebody belongs to an organisation.
#[derive(Debug, Serialize, JsonSchema)]
struct Belongs {
    /// The organisation.
    id: Id,
    /// Its name.
    name: String,
    /// `company` or `cluster`.
    kind: &'static str,
    /// `member` or `secretariat`.
    role: &'static str,
}

/// What may be changed of who asks.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MeValues {
    /// What they are called.
    name: Option<String>,
    /// The language they read: `da` or `en`.
    language: Option<String>,
}

/// `member` or `secretariat`.
pub(super) fn role(role: Role) -> &'static str {
    match role {
        Role::Member => "member",
        Role::Secretariat => "secretariat",
    }
}

/// `company` or `cluster`.
pub(super) fn kind(kind: OrganisationKind) -> &'static str {
    match kind {
        OrganisationKind::Company => "company",
        OrganisationKind::Cluster => "cluster",
    }
}

fn view(actor: &Actor) -> Me {
    let person = &actor.person;
    let belongs = |it: &engine::identity::Member| Belongs {
        id: Id::of(it.organisation.id),
        name: it.organisation.name.clone(),
        kind: kind(it.organisation.kind),
        role: role(it.role),
    };
    Me {
        id: Id::of(person.id),
        email: person.email.clone(),
        name: person.name.clone(),
        language: person.language.clone(),
        administrator: person.administrator,
        organisations: actor.memberships.iter().map(belongs).collect(),
        scopes: match &actor.via {
            engine::identity::Via::Token { scopes, .. } => {
                Some(scopes.iter().map(|it| it.word()).collect())
            }
            _ => None,
        },
    }
}

async fn me(visit: Visit) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(view(actor(&visit, Scope::Read)?)))
}

async fn change_me(
    visit: Visit,
    once: Once,
    body: Json<MeValues>,
) -> Result<HttpResponse, Problem> {
    let (who, values) = (actor(&visit, Scope::Write)?, body.0);
    let work = async {
        let name = values.name.as_deref().unwrap_or(&who.person.name);
        let language = values.language.as_deref().unwrap_or(&who.person.language);
        let person = recorded::change_account(visit.engine(), who, name, language, visit.now);
        let after = Actor { person: person.await?, ..who.clone() };
        Done::with(StatusCode::OK, &view(&after))
    };
    once.run(work).await
}

/// A browser in which somebody is signed in.
#[derive(Debug, Serialize, JsonSchema)]
struct SessionView {
    /// Its id.
    id: Id,
    /// The browser, in its own words.
    device: String,
    /// Since when.
    since: Moment,
    /// When it was last used, within minutes.
    seen_at: Moment,
    /// Until when at most.
    expires_at: Moment,
    /// Whether it is the one that asks.
    current: bool,
}

/// How many ended.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Ended {
    /// How many.
    pub(super) ended: u64,
}

async fn my_data(visit: Visit) -> Result<HttpResponse, Problem> {
    account::my_data(&visit, actor(&visit, Scope::Export)?).await
}

async fn list_sessions(visit: Visit, asked: Query<Paging>) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let limits = &visit.engine().identity;
    let all = sessions::list(&visit.engine().db, who, limits, visit.now).await?;
    let view = |it: Session| SessionView {
        current: who.session_id() == Some(it.id),
        id: Id::of(it.id),
        device: it.device,
        since: it.created_at.into(),
        seen_at: it.seen_at.into(),
        expires_at: it.expires_at.into(),
    };
    let all = all.into_iter().map(view).collect();
    let page = Page::cut(all, asked.0.limit, asked.0.cursor.as_deref(), |it| it.id.0.clone())?;
    Ok(HttpResponse::Ok().json(page))
}

async fn end_sessions(visit: Visit, once: Once) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Write)?;
    let work = async {
        let ended = recorded::end_sessions(visit.engine(), who, false, visit.now).await?;
        Done::with(StatusCode::OK, &Ended { ended })
    };
    once.run(work).await
}

async fn end_session(
    visit: Visit,
    path: Path<String>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let (who, session): (_, SessionId) = (actor(&visit, Scope::Write)?, id(&path)?);
    let work = async {
        recorded::end_session(visit.engine(), who, session, visit.now).await?;
        Ok(Done::quietly())
    };
    once.run(work).await
}

/// A token.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct TokenView {
    /// Its id.
    id: Id,
    /// What the person calls it.
    name: String,
    /// What it may be used for.
    scopes: Vec<&'static str>,
    /// Since when there is one.
    created_at: Moment,
    /// Until when it can be used.
    expires_at: Moment,
    /// When it was last used, within minutes.
    seen_at: Option<Moment>,
    /// When it was taken back.
    revoked_at: Option<Moment>,
}

/// A token that was just made.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct NewTokenView {
    /// The token itself, told only now; null where the request is answered again.
    secret: Option<String>,
    /// What it is.
    token: TokenView,
}

/// What a token is to be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TokenValues {
    /// What the person calls it.
    name: String,
    /// What it may be used for: `read`, `write`, `export`, `admin`.
    scopes: BTreeSet<ScopeWord>,
    /// Until when it can be used: a moment within a year.
    #[schemars(extend("format" = "date-time"))]
    expires_at: String,
}

/// What a token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum ScopeWord {
    /// To read.
    Read,
    /// To change what its person may change.
    Write,
    /// To take out many results at once.
    Export,
    /// To look after people and organisations.
    Admin,
}

impl From<ScopeWord> for Scope {
    fn from(word: ScopeWord) -> Self {
        match word {
            ScopeWord::Read => Self::Read,
            ScopeWord::Write => Self::Write,
            ScopeWord::Export => Self::Export,
            ScopeWord::Admin => Self::Admin,
        }
    }
}

fn token_view(it: Token) -> TokenView {
    TokenView {
        id: Id::of(it.id),
        name: it.name,
        scopes: it.scopes.iter().map(|it| it.word()).collect(),
        created_at: it.created_at.into(),
        expires_at: it.expires_at.into(),
        seen_at: it.seen_at.map(Into::into),
        revoked_at: it.revoked_at.map(Into::into),
    }
}

async fn list_tokens(visit: Visit, asked: Query<Paging>) -> Result<HttpResponse, Problem> {
    let all = tokens::list(&visit.engine().db, actor(&visit, Scope::Read)?).await?;
    let all = all.into_iter().map(token_view).collect();
    let page = Page::cut(all, asked.0.limit, asked.0.cursor.as_deref(), |it| it.id.0.clone())?;
    Ok(HttpResponse::Ok().json(page))
}

async fn make_token(
    visit: Visit,
    once: Once,
    body: Json<TokenValues>,
) -> Result<HttpResponse, Problem> {
    let who = visit.actor()?;
    who.require_session()?;
    let values = body.0;
    let expires_at = DateTime::parse_from_rfc3339(&values.expires_at);
    let expires_at = expires_at.map_err(|it| Problem::unreadable(format!("`expires_at`: {it}")))?;
    let new = NewToken {
        name: values.name,
        scopes: values.scopes.into_iter().map(Into::into).collect(),
        expires_at: expires_at.with_timezone(&Utc),
    };
    let work = async {
        let (token, secret) = recorded::create_token(visit.engine(), who, new, visit.now).await?;
        let token = token_view(token);
        let shown = NewTokenView { secret: Some(secret.reveal().to_owned()), token: token.clone() };
        Done::with(StatusCode::CREATED, &shown)?.but_again(&NewTokenView { secret: None, token })
    };
    once.run(work).await
}

async fn revoke_token(
    visit: Visit,
    path: Path<String>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let (who, token): (_, TokenId) = (actor(&visit, Scope::Write)?, id(&path)?);
    let work = async {
        recorded::revoke_token(visit.engine(), who, token, visit.now).await?;
        Ok(Done::quietly())
    };
    once.run(work).await
}
