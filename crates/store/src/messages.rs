//! Messages: letters that wait in the outbox to be sent by e-mail.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;

use crate::db::Connection;
use crate::entity::message as row;
use crate::error::{StoreError, failed};
use crate::id::id;
use crate::rows::Rows;
use crate::words;

id!(
    /// Names one message.
    MessageId
);

/// A letter in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The address it goes to.
    pub recipient: String,
    /// The line above it.
    pub subject: String,
    /// What it says; empty once it was sent, because it may hold a secret.
    pub body: String,
    /// When it was written, to the millisecond.
    pub created_at: DateTime<Utc>,
    /// When it was sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// How often sending was begun.
    pub tries: u32,
    /// When to try (again).
    pub next_try_at: DateTime<Utc>,
    /// Why it could not be sent the last time.
    pub failure: Option<String>,
}

/// Puts a message into the outbox.
pub async fn insert(db: &impl Connection, message: &Message) -> Result<(), StoreError> {
    let it = message.clone();
    row::Entity::insert(row::ActiveModel {
        id: Set(it.id.0),
        recipient: Set(it.recipient),
        subject: Set(it.subject),
        body: Set(it.body),
        created_at: Set(words::time(it.created_at)),
        sent_at: Set(it.sent_at.map(words::time)),
        tries: Set(words::count(it.tries)),
        next_try_at: Set(words::time(it.next_try_at)),
        failure: Set(it.failure),
    })
    .exec_without_returning(&db.executor())
    .await
    .map_err(failed("put a message into the outbox"))?;
    Ok(())
}

/// The message with `id`, if it is there.
pub async fn find(db: &impl Connection, id: MessageId) -> Result<Option<Message>, StoreError> {
    let row = row::Entity::find_by_id(id.0).one(&db.executor()).await.map_err(failed(READ))?;
    Ok(row.map(Message::from_row))
}

/// At most `limit` messages, newest first, from behind `after`.
pub async fn list(
    db: &impl Connection,
    limit: u64,
    after: Option<MessageId>,
) -> Result<Rows<Message, MessageId>, StoreError> {
    let mut select = row::Entity::find().order_by_desc(row::Column::Id);
    if let Some(after) = after {
        select = select.filter(row::Column::Id.lt(after.0));
    }
    let rows =
        select.limit(limit.saturating_add(1)).all(&db.executor()).await.map_err(failed(READ))?;
    let messages = rows.into_iter().map(Message::from_row).collect();
    Ok(Rows::cut(messages, limit, |it: &Message| it.id))
}

/// At most `limit` messages that are to be sent at `now`, the longest waiting first.
pub async fn due(
    db: &impl Connection,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Message>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::Column::SentAt.is_null())
        .filter(row::Column::NextTryAt.lte(words::time(now)))
        .order_by_asc(row::Column::NextTryAt)
        .order_by_asc(row::Column::Id)
        .limit(limit)
        .all(&db.executor())
        .await
        .map_err(failed(READ))?;
    Ok(rows.into_iter().map(Message::from_row).collect())
}

/// Takes a message that is due in order to send it, until `until`; whether it is ours. Of
/// several programs that try, one gets it.
pub async fn claim(
    db: &impl Connection,
    id: MessageId,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = row::Entity::update_many()
        .col_expr(row::Column::Tries, Expr::col(row::Column::Tries).add(1))
        .col_expr(row::Column::NextTryAt, Expr::value(words::time(until)))
        .filter(row::Column::Id.eq(id.0))
        .filter(row::Column::SentAt.is_null())
        .filter(row::Column::NextTryAt.lte(words::time(now)))
        .exec(&db.executor())
        .await
        .map_err(failed("take a message from the outbox"))?;
    Ok(changed.rows_affected == 1)
}

/// Notes that a message was sent, and forgets what it said.
pub async fn sent(
    db: &impl Connection,
    id: MessageId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::SentAt, Expr::value(words::time(now)))
        .col_expr(row::Column::Failure, Expr::value(None::<String>))
        .col_expr(row::Column::Body, Expr::value(""))
        .filter(row::Column::Id.eq(id.0))
        .exec(&db.executor())
        .await
        .map_err(failed("note that a message was sent"))?;
    Ok(())
}

/// Notes why a message could not be sent, and when to try again.
pub async fn not_sent(
    db: &impl Connection,
    id: MessageId,
    why: &str,
    again: DateTime<Utc>,
) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::Failure, Expr::value(why))
        .col_expr(row::Column::NextTryAt, Expr::value(words::time(again)))
        .filter(row::Column::Id.eq(id.0))
        .exec(&db.executor())
        .await
        .map_err(failed("note that a message was not sent"))?;
    Ok(())
}

/// How many messages wait to be sent.
pub async fn waiting(db: &impl Connection) -> Result<u64, StoreError> {
    use sea_orm::PaginatorTrait;
    row::Entity::find()
        .filter(row::Column::SentAt.is_null())
        .count(&db.executor())
        .await
        .map_err(failed(READ))
}

/// Forgets the messages to an address.
pub async fn forget_recipient(db: &impl Connection, recipient: &str) -> Result<(), StoreError> {
    row::Entity::delete_many()
        .filter(row::Column::Recipient.eq(recipient))
        .exec(&db.executor())
        .await
        .map_err(failed(FORGET))?;
    Ok(())
}

/// Forgets the messages that were written before `before`.
pub async fn forget(db: &impl Connection, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let removed = row::Entity::delete_many()
        .filter(row::Column::CreatedAt.lt(words::time(before)))
        .exec(&db.executor())
        .await
        .map_err(failed(FORGET))?;
    Ok(removed.rows_affected)
}

const READ: &str = "read the outbox";
const FORGET: &str = "forget messages";

impl Message {
    fn from_row(it: row::Model) -> Self {
        Self {
            id: MessageId(it.id),
            recipient: it.recipient,
            subject: it.subject,
            body: it.body,
            created_at: it.created_at,
            sent_at: it.sent_at,
            tries: words::unsigned(it.tries),
            next_try_at: it.next_try_at,
            failure: it.failure,
        }
    }
}
