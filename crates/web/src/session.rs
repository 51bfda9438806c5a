//! Who asks: a person with the cookie of a session, or a program with a token.

use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use chrono::{DateTime, Utc};
use engine::identity::{Actor, Session, recorded, sessions, tokens};
use futures::future::{Ready, ready};

use crate::cookies;
use crate::error::Problem;
use crate::routes::{Access, Kind, Route};
use crate::site::Site;
use crate::visit::Visit;

/// Somebody who is known.
#[derive(Debug)]
pub struct Caller {
    /// Who, with the rights of this moment.
    pub actor: Actor,
    /// Their session, unless a program acts for them.
    pub session: Option<Session>,
}

/// Who has signed in, or for whom a program acts. A route with this in its signature is not for
/// others.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Rc<Caller>);

/// Who has signed in, if somebody has.
#[derive(Clone, Debug)]
pub struct MaybeSignedIn(pub Option<SignedIn>);

impl Deref for SignedIn {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

/// Finds out who asks. Only the API takes tokens.
pub(crate) async fn recognise(
    site: &Arc<Site>,
    route: &Route,
    headers: &HeaderMap,
    now: DateTime<Utc>,
) -> Result<Option<Caller>, Problem> {
    let (engine, limits) = (&site.engine, &site.engine.identity);
    let (caller, unseen) =
        if let (Kind::Api, Some(said)) = (route.kind, headers.get(header::AUTHORIZATION)) {
            let token = said.to_str().ok().and_then(|it| it.strip_prefix("Bearer "));
            let token = token.ok_or_else(Problem::token_needed)?;
            let known = tokens::recognise(&engine.db, token.trim(), limits, now).await?;
            let known = known.ok_or_else(Problem::token_needed)?;
            (Caller { actor: known.actor, session: None }, known.unseen)
        } else if let Some(secret) = cookies::value(headers, cookies::SESSION) {
            let known = sessions::recognise(&engine.db, &secret, limits, now).await?;
            let Some(known) = known else { return Ok(None) };
            (Caller { actor: known.actor, session: Some(known.session) }, known.unseen)
        } else {
            return Ok(None);
        };
    if unseen {
        note_seen(site, caller.actor.clone(), now);
    }
    Ok(Some(caller))
}

/// Notes that a session or a token is used; nobody waits for that.
fn note_seen(site: &Arc<Site>, actor: Actor, now: DateTime<Utc>) {
    let site = Arc::clone(site);
    tokio::spawn(async move {
        let seen = recorded::seen(&site.engine, &actor, &site.engine.identity, now);
        if let Err(error) = seen.await {
            tracing::debug!(%error, "cannot note that a session is used");
        }
    });
}

/// Refuses who may not ask.
pub(crate) fn check(access: Access, caller: Option<&Caller>) -> Result<(), Problem> {
    if access == Access::Public {
        return Ok(());
    }
    let actor = &caller.ok_or_else(Problem::signed_out)?.actor;
    let may = match access {
        Access::Public | Access::SignedIn => true,
        Access::Secretariat => actor.is_secretariat(),
        Access::Staff => actor.is_secretariat() || actor.is_administrator(),
        Access::Administrator => actor.is_administrator(),
    };
    if may { Ok(()) } else { Err(Problem::forbidden()) }
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visit = request.extensions().get::<Visit>().and_then(|it| it.who().cloned());
        ready(visit.ok_or_else(Problem::signed_out))
    }
}

impl FromRequest for MaybeSignedIn {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let who = request.extensions().get::<Visit>().and_then(|it| it.who().cloned());
        ready(Ok(Self(who)))
    }
}
