//! People: who can sign in.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::Serialize;

use crate::db::{Connection, Transaction};
use crate::entity::person as row;
use crate::error::{StoreError, failed};
use crate::id::id;
use crate::rows::Rows;
use crate::scorecards::BadCursor;
use crate::words;

id!(
    /// Names one person.
    PersonId
);

/// Somebody who can sign in, or could.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Their address in lower case; empty once the account was deleted.
    pub email: String,
    /// What they are called; empty until they say so, and once the account was deleted.
    pub name: String,
    /// The language they read: `da`.
    pub language: String,
    /// Whether they can sign in with a password too.
    pub has_password: bool,
    /// Whether they look after people and organisations.
    pub administrator: bool,
    /// Since when they may not sign in.
    pub disabled_at: Option<DateTime<Utc>>,
    /// When the account was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
    /// When they came, to the millisecond.
    pub created_at: DateTime<Utc>,
}

/// Which people a list shows; what is not given does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeopleFilter {
    /// A part of the name or the address, whatever the case (of `A` to `Z`).
    pub text: Option<String>,
    /// Only administrators.
    pub administrators: bool,
}

impl PersonId {
    /// Nobody: the program itself.
    pub const NIL: Self = Self(uuid::Uuid::nil());
}

impl Person {
    /// Whether they may sign in.
    pub fn is_active(&self) -> bool {
        self.disabled_at.is_none() && self.deleted_at.is_none()
    }
}

/// Stores a new person, without a password; whether nobody had the address yet.
pub async fn insert(db: &impl Connection, person: &Person) -> Result<bool, StoreError> {
    let inserted = row::Entity::insert(active(person))
        .on_conflict(OnConflict::column(row::Column::Email).do_nothing().to_owned())
        .exec_without_returning(&db.executor())
        .await
        .map_err(failed("store a person"))?;
    Ok(inserted > 0)
}

/// Changes name, language and rights of a person. Address and password stay.
pub async fn update(db: &impl Connection, person: &Person) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::Name, Expr::value(person.name.clone()))
        .col_expr(row::Column::Language, Expr::value(person.language.clone()))
        .col_expr(row::Column::Administrator, Expr::value(person.administrator))
        .col_expr(row::Column::DisabledAt, Expr::value(person.disabled_at.map(words::time)))
        .filter(row::Column::Id.eq(person.id.0))
        .exec(&db.executor())
        .await
        .map_err(failed("change a person"))?;
    Ok(())
}

/// Changes the address of a person. That nobody else has it is to be seen to before.
pub async fn set_email(db: &impl Connection, id: PersonId, email: &str) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::Email, Expr::value(email))
        .filter(row::Column::Id.eq(id.0))
        .exec(&db.executor())
        .await
        .map_err(failed("change the address of a person"))?;
    Ok(())
}

/// Keeps the hash of a new password.
pub async fn set_password(
    db: &impl Connection,
    id: PersonId,
    password: &str,
) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::Password, Expr::value(password))
        .filter(row::Column::Id.eq(id.0))
        .exec(&db.executor())
        .await
        .map_err(failed("store a password"))?;
    Ok(())
}

/// Takes address, name, password and rights away for good; the id stays.
pub async fn anonymise(
    db: &impl Connection,
    id: PersonId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::Email, Expr::value(None::<String>))
        .col_expr(row::Column::Name, Expr::value(""))
        .col_expr(row::Column::Password, Expr::value(None::<String>))
        .col_expr(row::Column::Administrator, Expr::value(false))
        .col_expr(row::Column::DeletedAt, Expr::value(words::time(at)))
        .filter(row::Column::Id.eq(id.0))
        .exec(&db.executor())
        .await
        .map_err(failed("delete an account"))?;
    Ok(())
}

/// The person with `id`, if there is one.
pub async fn find(db: &impl Connection, id: PersonId) -> Result<Option<Person>, StoreError> {
    let row = row::Entity::find_by_id(id.0).one(&db.executor()).await.map_err(failed(READ))?;
    Ok(row.map(Person::from_row))
}

/// The person with `id`.
pub async fn get(db: &impl Connection, id: PersonId) -> Result<Person, StoreError> {
    let missing = || StoreError::Missing { what: "person", id: id.to_string() };
    find(db, id).await?.ok_or_else(missing)
}

/// The people with these ids, in no order.
pub async fn get_many(db: &impl Connection, ids: &[PersonId]) -> Result<Vec<Person>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::Column::Id.is_in(ids.iter().map(|it| it.0)))
        .all(&db.executor())
        .await
        .map_err(failed(READ))?;
    Ok(rows.into_iter().map(Person::from_row).collect())
}

/// The person with this address (in lower case), if there is one.
pub async fn find_by_email(
    db: &impl Connection,
    email: &str,
) -> Result<Option<Person>, StoreError> {
    Ok(find_for_sign_in(db, email).await?.map(|(person, _)| person))
}

/// The person with this address (in lower case) and the hash of their password.
pub async fn find_for_sign_in(
    db: &impl Connection,
    email: &str,
) -> Result<Option<(Person, Option<String>)>, StoreError> {
    let row = row::Entity::find()
        .filter(row::Column::Email.eq(email))
        .one(&db.executor())
        .await
        .map_err(failed(READ))?;
    Ok(row.map(|mut it| {
        let password = it.password.clone();
        it.password = password.as_ref().map(|_| String::new());
        (Person::from_row(it), password)
    }))
}

/// The hash of the person's password, if they have one.
pub async fn password(db: &impl Connection, id: PersonId) -> Result<Option<String>, StoreError> {
    let password: Option<Option<String>> = row::Entity::find_by_id(id.0)
        .select_only()
        .column(row::Column::Password)
        .into_tuple()
        .one(&db.executor())
        .await
        .map_err(failed(READ))?;
    Ok(password.flatten())
}

/// The administrators who may sign in. Until the transaction ends, nobody else changes who they
/// are, if they too ask with this function first.
pub async fn lock_administrators(transaction: &Transaction) -> Result<Vec<PersonId>, StoreError> {
    use crate::db::Executor;
    let rows = row::Entity::find()
        .filter(row::Column::Administrator.eq(true))
        .filter(row::Column::DisabledAt.is_null())
        .filter(row::Column::DeletedAt.is_null())
        .order_by_asc(row::Column::Id)
        .lock_exclusive()
        .all(&transaction.executor())
        .await
        .map_err(failed("see who administrates"))?;
    Ok(rows.into_iter().map(|it| PersonId(it.id)).collect())
}

/// Whether there is an administrator who may sign in.
pub async fn has_administrator(db: &impl Connection) -> Result<bool, StoreError> {
    let row = row::Entity::find()
        .filter(row::Column::Administrator.eq(true))
        .filter(row::Column::DisabledAt.is_null())
        .filter(row::Column::DeletedAt.is_null())
        .one(&db.executor())
        .await
        .map_err(failed("see who administrates"))?;
    Ok(row.is_some())
}

/// How many people there are whose account is not deleted.
pub async fn count(db: &impl Connection, filter: &PeopleFilter) -> Result<u64, StoreError> {
    use sea_orm::PaginatorTrait;
    row::Entity::find()
        .filter(row::Column::DeletedAt.is_null())
        .filter(filter.condition())
        .count(&db.executor())
        .await
        .map_err(failed("count the people"))
}

/// At most `limit` people whose account is not deleted, by name, from behind `after`.
pub async fn list(
    db: &impl Connection,
    filter: &PeopleFilter,
    limit: u64,
    after: Option<PersonId>,
) -> Result<Rows<Person, PersonId>, StoreError> {
    let mut select = row::Entity::find()
        .filter(row::Column::DeletedAt.is_null())
        .filter(filter.condition())
        .order_by_asc(row::Column::Name)
        .order_by_asc(row::Column::Id);
    if let Some(after) = after {
        let last = find(db, after).await?.ok_or(BadCursor)?;
        let later = row::Column::Id.gt(after.0);
        select = select.filter(
            Condition::any()
                .add(row::Column::Name.gt(last.name.as_str()))
                .add(row::Column::Name.eq(last.name).and(later)),
        );
    }
    let rows = select
        .limit(limit.saturating_add(1))
        .all(&db.executor())
        .await
        .map_err(failed("list the people"))?;
    let people = rows.into_iter().map(Person::from_row).collect();
    Ok(Rows::cut(people, limit, |it: &Person| it.id))
}

const READ: &str = "read a person";

impl PeopleFilter {
    fn condition(&self) -> Condition {
        let text = self.text.as_deref().map(|text| {
            let like = contains(&text.to_lowercase());
            Condition::any()
                .add(Expr::col(row::Column::Email).like(like.clone()))
                .add(Expr::expr(Func::lower(Expr::col(row::Column::Name))).like(like))
        });
        Condition::all()
            .add_option(text)
            .add_option(self.administrators.then(|| row::Column::Administrator.eq(true)))
    }
}

/// What holds for a text that contains `part`, letter for letter.
pub(crate) fn contains(part: &str) -> LikeExpr {
    let part = part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    LikeExpr::new(format!("%{part}%")).escape('\\')
}

impl Person {
    pub(crate) fn from_row(it: row::Model) -> Self {
        Self {
            id: PersonId(it.id),
            email: it.email.unwrap_or_default(),
            name: it.name,
            language: it.language,
            has_password: it.password.is_some(),
            administrator: it.administrator,
            disabled_at: it.disabled_at,
            deleted_at: it.deleted_at,
            created_at: it.created_at,
        }
    }
}

fn active(person: &Person) -> row::ActiveModel {
    let it = person.clone();
    row::ActiveModel {
        id: Set(it.id.0),
        email: Set(Some(it.email).filter(|it| !it.is_empty())),
        name: Set(it.name),
        language: Set(it.language),
        password: Set(None),
        administrator: Set(it.administrator),
        disabled_at: Set(it.disabled_at.map(words::time)),
        deleted_at: Set(it.deleted_at.map(words::time)),
        created_at: Set(words::time(it.created_at)),
    }
}
