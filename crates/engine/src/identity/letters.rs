//! Letters: what is written to people, and the outbox it waits in.

use chrono::{DateTime, Utc};
use store::{Connection, Message, MessageId, Rows, Scope};

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
