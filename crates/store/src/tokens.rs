//! Tokens: with which programs act for people.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};

use crate::db::Connection;
use crate::entity::{person, token as row};
use crate::error::{Failure, StoreError, failed};
use crate::id::id;
use crate::memberships::{self, Membership};
use crate::organisations::Organisation;
use crate::people::{Person, PersonId};
use crate::words;

id!(
    /// Names one token; it is no secret.
    TokenId
);

/// That a program may act for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// For whom the program acts.
    pub person: PersonId,
    /// What the person calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: BTreeSet<Scope>,
    /// When it was made, to the millisecond.
    pub created_at: DateTime<Utc>,
    /// Until when it can be used.
    pub expires_at: DateTime<Utc>,
    /// When it was last used, within minutes.
    pub seen_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// What a token may be used for; never for more than its person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// To read.
    Read,
    /// To change what its person may change.
    Write,
    /// To take out many results at once.
    Export,
    /// To look after people and organisations.
    Admin,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Read, Self::Write, Self::Export, Self::Admin];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Export => "export",
            Self::Admin => "admin",
        }
    }
}

/// Stores a new token, found by the hash of its secret.
pub async fn insert(
    db: &impl Connection,
    token: &Token,
    token_hash: &str,
) -> Result<(), StoreError> {
    let scopes: Vec<_> = token.scopes.iter().map(|it| it.word()).collect();
    row::Entity::insert(row::ActiveModel {
        id: Set(token.id.0),
        token_hash: Set(token_hash.to_owned()),
        person_id: Set(token.person.0),
        name: Set(token.name.clone()),
        scopes: Set(scopes.join(" ")),
        created_at: Set(words::time(token.created_at)),
        expires_at: Set(words::time(token.expires_at)),
        seen_at: Set(token.seen_at.map(words::time)),
        revoked_at: Set(token.revoked_at.map(words::time)),
    })
    .exec_without_returning(&db.executor())
    .await
    .map_err(failed("make a token"))?;
    Ok(())
}

/// The token with this hash that can be used at `now`, with its person, who may sign in, and
/// what they belong to. Two statements: every request asks.
pub async fn find_with_person(
    db: &impl Connection,
    token_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<(Token, Person, Vec<(Membership, Organisation)>)>, StoreError> {
    let found = row::Entity::find()
        .find_also_related(person::Entity)
        .filter(row::Column::TokenHash.eq(token_hash))
        .filter(row::Column::RevokedAt.is_null())
        .filter(row::Column::ExpiresAt.gt(words::time(now)))
        .filter(person::Column::DisabledAt.is_null())
        .filter(person::Column::DeletedAt.is_null())
        .one(&db.executor())
        .await
        .map_err(failed(READ))?;
    let Some((token, person)) = found else { return Ok(None) };
    let person =
        person.ok_or_else(|| Failure::damaged("a person is gone")).map_err(failed(READ))?;
    let token = Token::from_row(token).map_err(failed(READ))?;
    let memberships = memberships::of_person(db, token.person).await?;
    Ok(Some((token, Person::from_row(person), memberships)))
}

/// Notes that a token was used at `now`, unless that was noted after `before`.
pub async fn seen(
    db: &impl Connection,
    id: TokenId,
    now: DateTime<Utc>,
    before: DateTime<Utc>,
) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::SeenAt, Expr::value(words::time(now)))
        .filter(row::Column::Id.eq(id.0))
        .filter(
            Condition::any()
                .add(row::Column::SeenAt.is_null())
                .add(row::Column::SeenAt.lte(words::time(before))),
        )
        .exec(&db.executor())
        .await
        .map_err(failed("note that a token was used"))?;
    Ok(())
}

/// The tokens of a person, newest first, revoked ones too.
pub async fn list(db: &impl Connection, person: PersonId) -> Result<Vec<Token>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::Column::PersonId.eq(person.0))
        .order_by_desc(row::Column::Id)
        .all(&db.executor())
        .await
        .map_err(failed(READ))?;
    rows.into_iter().map(Token::from_row).collect::<Result<_, _>>().map_err(failed(READ))
}

/// Takes one token of a person back, or all of them; how many.
pub async fn revoke(
    db: &impl Connection,
    person: PersonId,
    id: Option<TokenId>,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let mut update = row::Entity::update_many()
        .col_expr(row::Column::RevokedAt, Expr::value(words::time(now)))
        .filter(row::Column::PersonId.eq(person.0))
        .filter(row::Column::RevokedAt.is_null());
    if let Some(id) = id {
        update = update.filter(row::Column::Id.eq(id.0));
    }
    let changed = update.exec(&db.executor()).await.map_err(failed("take a token back"))?;
    Ok(changed.rows_affected)
}

/// Forgets the tokens of a person.
pub async fn remove_all(db: &impl Connection, person: PersonId) -> Result<(), StoreError> {
    row::Entity::delete_many()
        .filter(row::Column::PersonId.eq(person.0))
        .exec(&db.executor())
        .await
        .map_err(failed("forget tokens"))?;
    Ok(())
}

const READ: &str = "read a token";

impl Token {
    fn from_row(it: row::Model) -> Result<Self, Failure> {
        let scopes = it.scopes.split_whitespace().map(|it| words::parse("scopes", it));
        Ok(Self {
            id: TokenId(it.id),
            person: PersonId(it.person_id),
            name: it.name,
            scopes: scopes.collect::<Result<_, _>>()?,
            created_at: it.created_at,
            expires_at: it.expires_at,
            seen_at: it.seen_at,
            revoked_at: it.revoked_at,
        })
    }
}
