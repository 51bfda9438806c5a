//! Sessions: recognising who is signed in, and ending it.

use chrono::{DateTime, Utc};
use store::{Connection, Person, Scope, Session, SessionId, Transaction};

use super::actor::{Actor, Member, Via};
use super::input;
use super::limits::Limits;
use super::secret::Secret;
use super::sign_in::SignedIn;
use crate::error::EngineError;

/// The browser in which somebody signs in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Browser {
    /// What it says it is.
    pub device: String,
    /// The session it was in before, which ends.
    pub previous: Option<SessionId>,
}

/// Who sent a request with the secret of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// Who asks, with the rights of this moment.
    pub actor: Actor,
    /// Their session.
    pub session: Session,
    /// That it is time to note that it is used: [`seen`].
    pub unseen: bool,
}

/// Who is signed in with this secret, if the session lasts and the person may sign in.
pub async fn recognise(
    db: &impl Connection,
    secret: &str,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<Option<Recognised>, EngineError> {
    let Some(secret) = Secret::parse(secret) else { return Ok(None) };
    let found = store::sessions::find_with_person(db, &secret.hash(), now).await?;
    let Some((session, person, memberships)) = found else { return Ok(None) };
    if now - session.seen_at >= limits.idle || now - session.created_at >= limits.absolute {
        return Ok(None);
    }
    let actor =
        Actor { person, memberships: Member::all(memberships), via: Via::Session(session.id) };
    let unseen = now - session.seen_at >= limits.seen_every;
    Ok(Some(Recognised { actor, session, unseen }))
}

/// Notes that a session is used, unless that was noted a short while ago.
pub async fn seen(
    db: &impl Connection,
    id: SessionId,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    Ok(store::sessions::seen(db, id, now, now - limits.seen_every).await?)
}

/// The sessions of the actor that last, newest first.
pub async fn list(
    db: &impl Connection,
    actor: &Actor,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<Vec<Session>, EngineError> {
    actor.require(Scope::Read)?;
    let mut sessions = store::sessions::list(db, actor.person.id).await?;
    sessions.retain(|it| now < it.expires_at && now - it.seen_at < limits.idle);
    Ok(sessions)
}

/// Ends one session of the actor; their own is signing out.
pub async fn end(db: &impl Connection, actor: &Actor, id: SessionId) -> Result<(), EngineError> {
    actor.require(Scope::Write)?;
    if store::sessions::remove(db, actor.person.id, id).await? {
        Ok(())
    } else {
        Err(EngineError::NotFound { what: "session" })
    }
}

/// Ends the sessions of the actor in all browsers, or in all but this one; how many.
pub async fn end_all(
    db: &impl Connection,
    actor: &Actor,
    this_too: bool,
) -> Result<u64, EngineError> {
    actor.require(Scope::Write)?;
    let kept = if this_too { None } else { actor.session_id() };
    Ok(store::sessions::remove_all(db, actor.person.id, kept).await?)
}

/// Signs out: ends the session the actor came with. Ended already, it stays so.
pub async fn sign_out(db: &impl Connection, actor: &Actor) -> Result<(), EngineError> {
    let id = actor.require_session()?;
    store::sessions::remove(db, actor.person.id, id).await?;
    Ok(())
}

/// Signs a person in: a new session with a new secret, and the browser's earlier one ends.
pub(super) async fn start(
    transaction: &Transaction,
    person: Person,
    browser: &Browser,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<SignedIn, EngineError> {
    if let Some(previous) = browser.previous {
        store::sessions::remove_any(transaction, previous).await?;
    }
    let secret = Secret::new()?;
    let session = Session {
        id: SessionId::new(now),
        csrf: Secret::new()?.reveal().to_owned(),
        person: person.id,
        device: input::line(&browser.device, 200),
        created_at: super::kept(now),
        seen_at: super::kept(now),
        expires_at: super::kept(now + limits.absolute),
    };
    store::sessions::insert(transaction, &session, &secret.hash()).await?;
    Ok(SignedIn { person, session, secret })
}

/// Gives the actor's session another secret, because what they may do has changed.
pub(super) async fn renew(
    transaction: &Transaction,
    actor: &Actor,
) -> Result<SignedIn, EngineError> {
    let id = actor.require_session()?;
    let (secret, csrf) = (Secret::new()?, Secret::new()?.reveal().to_owned());
    let gone = || EngineError::NotFound { what: "session" };
    if !store::sessions::rotate(transaction, id, &secret.hash(), &csrf).await? {
        return Err(gone());
    }
    let session = store::sessions::find(transaction, id).await?.ok_or_else(gone)?;
    let person = store::people::get(transaction, actor.person.id).await?;
    Ok(SignedIn { person, session, secret })
}
