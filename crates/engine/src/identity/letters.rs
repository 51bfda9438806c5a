//! Letters: what is written to people, and the outbox it waits in.

use chrono::{DateTime, Utc};
use store::{Connection, Db, Message, MessageId, Rows, Scope, Transaction};

use super::actor::Actor;
use super::input;
use crate::error::EngineError;

/// A letter to be sent by e-mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The address it goes to.
    pub recipient: String,
    /// The line above it.
    pub subject: String,
    /// What it says, as plain text.
    pub body: String,
}

/// Puts a letter into the outbox.
pub async fn post(
    db: &impl Connection,
    letter: Letter,
    now: DateTime<Utc>,
) -> Result<MessageId, EngineError> {
    let message = Message {
        id: MessageId::new(now),
        recipient: input::email(&letter.recipient)?,
        subject: input::line(&letter.subject, 200),
        body: letter.body,
        created_at: now,
        sent_at: None,
        tries: 0,
        next_try_at: now,
        failure: None,
    };
    store::messages::insert(db, &message).await?;
    Ok(message.id)
}

/// Has a letter tried again at once: for administrators.
pub async fn again(
    transaction: &Transaction,
    actor: &Actor,
    id: MessageId,
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    actor.require(Scope::Write)?;
    let message = get(transaction, actor, id).await?;
    if message.sent_at.is_some() {
        return Err(EngineError::NotFound { what: "message that waits" });
    }
    let failure = message.failure.unwrap_or_default();
    Ok(store::messages::not_sent(transaction, id, &failure, now).await?)
}

/// A letter that is due, taken by this program in order to send it until `until`.
pub async fn take(
    db: &Db,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<Message>, EngineError> {
    for message in store::messages::due(db, now, 10).await? {
        if store::messages::claim(db, message.id, now, until).await? {
            return Ok(Some(message));
        }
    }
    Ok(None)
}

/// Notes that a letter that was [taken](take) is sent, or why not and when to try again.
pub async fn taken(
    db: &Db,
    id: MessageId,
    failed: Option<(&str, DateTime<Utc>)>,
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    match failed {
        None => store::messages::sent(db, id, now).await?,
        Some((why, again)) => {
            store::messages::not_sent(db, id, &input::line(why, 500), again).await?;
        }
    }
    Ok(())
}

/// The outbox, newest first: for administrators.
pub async fn list(
    db: &impl Connection,
    actor: &Actor,
    limit: u64,
    after: Option<MessageId>,
) -> Result<Rows<Message, MessageId>, EngineError> {
    actor.require(Scope::Read)?;
    actor.require_administrator()?;
    Ok(store::messages::list(db, limit, after).await?)
}

/// One letter of the outbox: for administrators.
pub async fn get(
    db: &impl Connection,
    actor: &Actor,
    id: MessageId,
) -> Result<Message, EngineError> {
    actor.require(Scope::Read)?;
    actor.require_administrator()?;
    let message = store::messages::find(db, id).await?;
    message.ok_or(EngineError::NotFound { what: "message" })
}
