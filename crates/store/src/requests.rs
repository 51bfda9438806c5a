//! Requests that were answered, so that one which is sent again gets the same answer.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::db::Connection;
use crate::entity::request as row;
use crate::error::{StoreError, failed};
use crate::people::PersonId;
use crate::words;

/// A request that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who asked.
    pub person: PersonId,
    /// The key that came with it.
    pub key: String,
    /// What was asked for.
    pub operation: String,
    /// SHA-256 of what came with it.
    pub body_hash: String,
    /// What was answered, as JSON.
    pub answer: String,
    /// When, to the millisecond.
    pub created_at: DateTime<Utc>,
}

/// Stores an answered request, unless its key was used before; whether it was stored.
pub async fn insert(db: &impl Connection, request: &Request) -> Result<bool, StoreError> {
    let it = request.clone();
    let key =
        OnConflict::columns([row::Column::PersonId, row::Column::Key]).do_nothing().to_owned();
    let stored = row::Entity::insert(row::ActiveModel {
        person_id: Set(it.person.0),
        key: Set(it.key),
        operation: Set(it.operation),
        body_hash: Set(it.body_hash),
        answer: Set(it.answer),
        created_at: Set(words::time(it.created_at)),
    })
    .on_conflict(key)
    .exec_without_returning(&db.executor())
    .await
    .map_err(failed("note a request"))?;
    Ok(stored == 1)
}

/// The request that `person` made with `key`, if there was one.
pub async fn find(
    db: &impl Connection,
    person: PersonId,
    key: &str,
) -> Result<Option<Request>, StoreError> {
    let row = row::Entity::find_by_id((person.0, key.to_owned())).one(&db.executor()).await;
    Ok(row.map_err(failed("read a request"))?.map(|it| Request {
        person: PersonId(it.person_id),
        key: it.key,
        operation: it.operation,
        body_hash: it.body_hash,
        answer: it.answer,
        created_at: it.created_at,
    }))
}

/// Forgets requests made before `before`; how many.
pub async fn forget(db: &impl Connection, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let gone = row::Entity::delete_many()
        .filter(row::Column::CreatedAt.lt(words::time(before)))
        .exec(&db.executor())
        .await
        .map_err(failed("forget requests"))?;
    Ok(gone.rows_affected)
}

/// Notes what a request was answered with.
pub async fn set_answer(
    db: &impl Connection,
    person: PersonId,
    key: &str,
    answer: &str,
) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::Answer, Expr::value(answer))
        .filter(row::Column::PersonId.eq(person.0))
        .filter(row::Column::Key.eq(key))
        .exec(&db.executor())
        .await
        .map_err(failed("note the answer to a request"))?;
    Ok(())
}

/// Forgets one request.
pub async fn remove(db: &impl Connection, person: PersonId, key: &str) -> Result<(), StoreError> {
    row::Entity::delete_by_id((person.0, key.to_owned()))
        .exec(&db.executor())
        .await
        .map_err(failed("forget a request"))?;
    Ok(())
}
