//! Attempts: how often something was tried, counted for all copies of the program together.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::db::{Connection, Executor, Transaction};
use crate::entity::attempt as row;
use crate::error::{StoreError, failed};
use crate::words;

/// How often something was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// What was tried, and by whom.
    pub key: String,
    /// How often.
    pub count: u32,
    /// Since when it is counted, to the millisecond.
    pub since: DateTime<Utc>,
    /// Until when it counts, or may not be tried again.
    pub until: DateTime<Utc>,
}

/// What was counted under `key` so far. Until the transaction ends, nobody else counts there.
pub async fn lock(
    transaction: &Transaction,
    key: &str,
    now: DateTime<Utc>,
) -> Result<Attempt, StoreError> {
    let db = transaction.executor();
    let none = Attempt { key: key.to_owned(), count: 0, since: now, until: now };
    row::Entity::insert(active(&none))
        .on_conflict(OnConflict::column(row::Column::Key).do_nothing().to_owned())
        .exec_without_returning(&db)
        .await
        .map_err(failed(COUNT))?;
    let row =
        row::Entity::find_by_id(key).lock_exclusive().one(&db).await.map_err(failed(COUNT))?;
    Ok(row.map_or(none, Attempt::from_row))
}

/// Stores what is counted.
pub async fn put(db: &impl Connection, attempt: &Attempt) -> Result<(), StoreError> {
    use row::Column::{Count, Key, Since, Until};
    row::Entity::insert(active(attempt))
        .on_conflict(OnConflict::column(Key).update_columns([Count, Since, Until]).to_owned())
        .exec_without_returning(&db.executor())
        .await
        .map_err(failed(COUNT))?;
    Ok(())
}

/// Begins to count from nothing again.
pub async fn remove(db: &impl Connection, key: &str) -> Result<(), StoreError> {
    row::Entity::delete_by_id(key).exec(&db.executor()).await.map_err(failed(COUNT))?;
    Ok(())
}

/// Forgets what has not counted since `before`.
pub async fn forget(db: &impl Connection, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let removed = row::Entity::delete_many()
        .filter(row::Column::Until.lt(words::time(before)))
        .exec(&db.executor())
        .await
        .map_err(failed(COUNT))?;
    Ok(removed.rows_affected)
}

const COUNT: &str = "count attempts";

fn active(attempt: &Attempt) -> row::ActiveModel {
    row::ActiveModel {
        key: Set(attempt.key.clone()),
        count: Set(words::count(attempt.count)),
        since: Set(words::time(attempt.since)),
        until: Set(words::time(attempt.until)),
    }
}

impl Attempt {
    fn from_row(it: row::Model) -> Self {
        Self { key: it.key, count: words::unsigned(it.count), since: it.since, until: it.until }
    }
}
