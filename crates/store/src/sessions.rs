//! Sessions: the browsers in which people are signed in.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult as _, QueryFilter, QueryOrder,
};
use serde::Serialize;

use crate::db::Connection;
use crate::entity::{membership, organisation, person, session as row};
use crate::error::{StoreError, failed};
use crate::id::id;
use crate::joined;
use crate::memberships::{self, Membership};
use crate::organisations::Organisation;
use crate::people::{Person, PersonId};
use crate::words;

id!(
    /// Names one session; it is no secret.
    SessionId
);

/// A browser in which a person is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// What the browser's forms repeat, so that no other site can send them.
    #[serde(skip)]
    pub csrf: String,
    /// Who is signed in.
    pub person: PersonId,
    /// The browser, in its own words.
    pub device: String,
    /// When the person signed in, to the millisecond.
    pub created_at: DateTime<Utc>,
    /// When it was last used, within minutes.
    pub seen_at: DateTime<Utc>,
    /// When it ends, however much it is used.
    pub expires_at: DateTime<Utc>,
}

/// Stores a new session, found by the hash of its secret.
pub async fn insert(
    db: &impl Connection,
    session: &Session,
    token_hash: &str,
) -> Result<(), StoreError> {
    let it = session.clone();
    row::Entity::insert(row::ActiveModel {
        id: Set(it.id.0),
        token_hash: Set(token_hash.to_owned()),
        csrf: Set(it.csrf),
        person_id: Set(it.person.0),
        device: Set(it.device),
        created_at: Set(words::time(it.created_at)),
        seen_at: Set(words::time(it.seen_at)),
        expires_at: Set(words::time(it.expires_at)),
    })
    .exec_without_returning(&db.executor())
    .await
    .map_err(failed("begin a session"))?;
    Ok(())
}

/// The session with this hash that has not ended at `now`, with its person, who may sign in, and
/// what they belong to. One statement: every request asks.
pub async fn find_with_person(
    db: &impl Connection,
    token_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<(Session, Person, Vec<(Membership, Organisation)>)>, StoreError> {
    let values = [token_hash.into(), words::time(now).into()];
    let rows = joined::rows(db, &WITH_PERSON, values).await.map_err(failed(READ))?;
    let Some(first) = rows.first() else { return Ok(None) };
    let session = row::Model::from_query_result(first, "s_").map_err(failed(READ))?;
    let person = person::Model::from_query_result(first, "p_").map_err(failed(READ))?;
    let memberships = memberships::joined(&rows).map_err(failed(READ))?;
    Ok(Some((Session::from_row(session), Person::from_row(person), memberships)))
}

static WITH_PERSON: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {}, {}, {}, {} FROM session s JOIN person p ON p.id = s.person_id {} \
         WHERE s.token_hash = $1 AND s.expires_at > $2 \
         AND p.disabled_at IS NULL AND p.deleted_at IS NULL ORDER BY o.name, o.id",
        joined::columns::<row::Entity>("s"),
        joined::columns::<person::Entity>("p"),
        joined::columns::<membership::Entity>("m"),
        joined::columns::<organisation::Entity>("o"),
        memberships::JOINS,
    )
});

/// Gives a session another secret; whether it is still there.
pub async fn rotate(
    db: &impl Connection,
    id: SessionId,
    token_hash: &str,
    csrf: &str,
) -> Result<bool, StoreError> {
    let changed = row::Entity::update_many()
        .col_expr(row::Column::TokenHash, Expr::value(token_hash))
        .col_expr(row::Column::Csrf, Expr::value(csrf))
        .filter(row::Column::Id.eq(id.0))
        .exec(&db.executor())
        .await
        .map_err(failed("renew a session"))?;
    Ok(changed.rows_affected > 0)
}

/// Notes that a session was used at `now`, unless that was noted after `before`.
pub async fn seen(
    db: &impl Connection,
    id: SessionId,
    now: DateTime<Utc>,
    before: DateTime<Utc>,
) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::SeenAt, Expr::value(words::time(now)))
        .filter(row::Column::Id.eq(id.0))
        .filter(row::Column::SeenAt.lte(words::time(before)))
        .exec(&db.executor())
        .await
        .map_err(failed("note that a session was used"))?;
    Ok(())
}

/// The session with `id`, if it is there.
pub async fn find(db: &impl Connection, id: SessionId) -> Result<Option<Session>, StoreError> {
    let row = row::Entity::find_by_id(id.0).one(&db.executor()).await.map_err(failed(READ))?;
    Ok(row.map(Session::from_row))
}

/// The sessions of a person, newest first.
pub async fn list(db: &impl Connection, person: PersonId) -> Result<Vec<Session>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::Column::PersonId.eq(person.0))
        .order_by_desc(row::Column::Id)
        .all(&db.executor())
        .await
        .map_err(failed(READ))?;
    Ok(rows.into_iter().map(Session::from_row).collect())
}

/// Ends one session of a person; whether it was there.
pub async fn remove(
    db: &impl Connection,
    person: PersonId,
    id: SessionId,
) -> Result<bool, StoreError> {
    let removed = row::Entity::delete_by_id(id.0)
        .filter(row::Column::PersonId.eq(person.0))
        .exec(&db.executor())
        .await
        .map_err(failed(END))?;
    Ok(removed.rows_affected > 0)
}

/// Ends a session, whoever's it is.
pub async fn remove_any(db: &impl Connection, id: SessionId) -> Result<(), StoreError> {
    row::Entity::delete_by_id(id.0).exec(&db.executor()).await.map_err(failed(END))?;
    Ok(())
}

/// Ends the sessions of a person, all or all but `kept`; how many.
pub async fn remove_all(
    db: &impl Connection,
    person: PersonId,
    kept: Option<SessionId>,
) -> Result<u64, StoreError> {
    let mut delete = row::Entity::delete_many().filter(row::Column::PersonId.eq(person.0));
    if let Some(kept) = kept {
        delete = delete.filter(row::Column::Id.ne(kept.0));
    }
    let removed = delete.exec(&db.executor()).await.map_err(failed(END))?;
    Ok(removed.rows_affected)
}

/// Forgets sessions that ended by themselves: at `now`, or not used since `seen_before`.
pub async fn forget(
    db: &impl Connection,
    now: DateTime<Utc>,
    seen_before: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let over = row::Column::ExpiresAt.lte(words::time(now));
    let removed = row::Entity::delete_many()
        .filter(
            sea_orm::Condition::any()
                .add(over)
                .add(row::Column::SeenAt.lte(words::time(seen_before))),
        )
        .exec(&db.executor())
        .await
        .map_err(failed(END))?;
    Ok(removed.rows_affected)
}

const READ: &str = "read a session";
const END: &str = "end a session";

impl Session {
    fn from_row(it: row::Model) -> Self {
        Self {
            id: SessionId(it.id),
            csrf: it.csrf,
            person: PersonId(it.person_id),
            device: it.device,
            created_at: it.created_at,
            seen_at: it.seen_at,
            expires_at: it.expires_at,
        }
    }
}
