//! Tokens: with which programs act for people.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use store::{Connection, Scope, Token, TokenId};

use super::actor::{Actor, Member, Via};
use super::input;
use super::limits::Limits;
use super::secret::Secret;
use crate::error::EngineError;

/// How long a token can be used at most.
pub const LONGEST: TimeDelta = TimeDelta::days(366);

/// What a token is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// What the person calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: BTreeSet<Scope>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// Who sent a request with a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// For whom the program acts, with the rights of this moment.
    pub actor: Actor,
    /// The token.
    pub token: Token,
    /// That it is time to note that it is used: [`seen`].
    pub unseen: bool,
}

/// Makes a token for the actor, who must be signed in; its secret is told once.
pub async fn create(
    db: &impl Connection,
    actor: &Actor,
    new: &NewToken,
    now: DateTime<Utc>,
) -> Result<(Token, Secret), EngineError> {
    actor.require_session()?;
    let name = input::name(&new.name)?;
    if new.scopes.is_empty() {
        let message = "say what the token may be used for";
        return Err(EngineError::invalid("scopes", "required", message));
    }
    if new.scopes.contains(&Scope::Admin) {
        actor.require_administrator()?;
    }
    if new.expires_at <= now || new.expires_at > now + LONGEST {
        let message = "let the token end within a year";
        return Err(EngineError::invalid("expires_at", "range", message));
    }
    let secret = Secret::new_token()?;
    let token = Token {
        id: TokenId::new(now),
        person: actor.person.id,
        name,
        scopes: new.scopes.clone(),
        created_at: super::kept(now),
        expires_at: super::kept(new.expires_at),
        seen_at: None,
        revoked_at: None,
    };
    store::tokens::insert(db, &token, &secret.hash()).await?;
    Ok((token, secret))
}

/// The tokens of the actor, newest first, also those that cannot be used any more.
pub async fn list(db: &impl Connection, actor: &Actor) -> Result<Vec<Token>, EngineError> {
    actor.require(Scope::Read)?;
    Ok(store::tokens::list(db, actor.person.id).await?)
}

/// Takes a token of the actor back.
pub async fn revoke(
    db: &impl Connection,
    actor: &Actor,
    id: TokenId,
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    actor.require(Scope::Write)?;
    if store::tokens::revoke(db, actor.person.id, Some(id), now).await? == 0 {
        return Err(EngineError::NotFound { what: "token" });
    }
    Ok(())
}

/// For whom a program with this token acts, if it can be used and the person may sign in.
pub async fn recognise(
    db: &impl Connection,
    secret: &str,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<Option<Recognised>, EngineError> {
    let Some(secret) = Secret::parse_token(secret) else { return Ok(None) };
    let found = store::tokens::find_with_person(db, &secret.hash(), now).await?;
    let Some((token, person, memberships)) = found else { return Ok(None) };
    let via = Via::Token { id: token.id, scopes: token.scopes.clone() };
    let actor = Actor { person, memberships: Member::all(memberships), via };
    let unseen = token.seen_at.is_none_or(|it| now - it >= limits.seen_every);
    Ok(Some(Recognised { actor, token, unseen }))
}

/// Notes that a token is used, unless that was noted a short while ago.
pub async fn seen(
    db: &impl Connection,
    id: TokenId,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    Ok(store::tokens::seen(db, id, now, now - limits.seen_every).await?)
}
