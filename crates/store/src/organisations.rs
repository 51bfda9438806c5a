//! Organisations: companies that are assessed, and clusters that run rounds.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Func, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};

use crate::db::Connection;
use crate::entity::organisation as row;
use crate::error::{Failure, StoreError, failed};
use crate::id::id;
use crate::people::contains;
use crate::rows::Rows;
use crate::scorecards::BadCursor;
use crate::words;

id!(
    /// Names one organisation.
    OrganisationId
);

/// A company or a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// What it is called.
    pub name: String,
    /// What it is here for.
    pub kind: OrganisationKind,
    /// Its number in a public register, of which no two have the same.
    pub number: Option<String>,
    /// When it came, to the millisecond.
    pub created_at: DateTime<Utc>,
}

/// What an organisation is here for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrganisationKind {
    /// It assesses itself.
    Company,
    /// It runs rounds.
    Cluster,
}

/// Which organisations a list shows; what is not given does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrganisationFilter {
    /// What they are here for.
    pub kind: Option<OrganisationKind>,
    /// A part of the name or the number, whatever the case (of `A` to `Z`).
    pub text: Option<String>,
}

/// Stores a new organisation; whether no other had the number yet.
pub async fn insert(db: &impl Connection, organisation: &Organisation) -> Result<bool, StoreError> {
    let inserted = row::Entity::insert(active(organisation))
        .on_conflict(OnConflict::column(row::Column::Number).do_nothing().to_owned())
        .exec_without_returning(&db.executor())
        .await
        .map_err(failed("store an organisation"))?;
    Ok(inserted > 0)
}

/// Changes name and number of an organisation.
pub async fn update(db: &impl Connection, organisation: &Organisation) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::Name, Expr::value(organisation.name.clone()))
        .col_expr(row::Column::Number, Expr::value(organisation.number.clone()))
        .filter(row::Column::Id.eq(organisation.id.0))
        .exec(&db.executor())
        .await
        .map_err(failed("change an organisation"))?;
    Ok(())
}

/// The organisation with `id`, if there is one.
pub async fn find(
    db: &impl Connection,
    id: OrganisationId,
) -> Result<Option<Organisation>, StoreError> {
    let row = row::Entity::find_by_id(id.0).one(&db.executor()).await.map_err(failed(READ))?;
    row.map(Organisation::from_row).transpose().map_err(failed(READ))
}

/// The organisation with `id`.
pub async fn get(db: &impl Connection, id: OrganisationId) -> Result<Organisation, StoreError> {
    let missing = || StoreError::Missing { what: "organisation", id: id.to_string() };
    find(db, id).await?.ok_or_else(missing)
}

/// The organisations with these ids, in no order.
pub async fn get_many(
    db: &impl Connection,
    ids: &[OrganisationId],
) -> Result<Vec<Organisation>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::Column::Id.is_in(ids.iter().map(|it| it.0)))
        .all(&db.executor())
        .await
        .map_err(failed(READ))?;
    rows.into_iter().map(Organisation::from_row).collect::<Result<_, _>>().map_err(failed(READ))
}

/// The organisation with this number, if there is one.
pub async fn find_by_number(
    db: &impl Connection,
    number: &str,
) -> Result<Option<Organisation>, StoreError> {
    let row = row::Entity::find()
        .filter(row::Column::Number.eq(number))
        .one(&db.executor())
        .await
        .map_err(failed(READ))?;
    row.map(Organisation::from_row).transpose().map_err(failed(READ))
}

/// How many organisations pass `filter`.
pub async fn count(db: &impl Connection, filter: &OrganisationFilter) -> Result<u64, StoreError> {
    use sea_orm::PaginatorTrait;
    row::Entity::find()
        .filter(filter.condition())
        .count(&db.executor())
        .await
        .map_err(failed("count the organisations"))
}

/// At most `limit` organisations that pass `filter`, by name, from behind `after`.
pub async fn list(
    db: &impl Connection,
    filter: &OrganisationFilter,
    limit: u64,
    after: Option<OrganisationId>,
) -> Result<Rows<Organisation, OrganisationId>, StoreError> {
    let mut select = row::Entity::find()
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
        .map_err(failed("list the organisations"))?;
    let organisations: Vec<_> = rows
        .into_iter()
        .map(Organisation::from_row)
        .collect::<Result<_, _>>()
        .map_err(failed(READ))?;
    Ok(Rows::cut(organisations, limit, |it| it.id))
}

const READ: &str = "read an organisation";

impl OrganisationFilter {
    fn condition(&self) -> Condition {
        let text = self.text.as_deref().map(|text| {
            let like = contains(&text.to_lowercase());
            let lower = |column| Expr::expr(Func::lower(Expr::col(column)));
            Condition::any()
                .add(lower(row::Column::Name).like(like.clone()))
                .add(lower(row::Column::Number).like(like))
        });
        Condition::all()
            .add_option(self.kind.map(|it| row::Column::Kind.eq(words::word(it))))
            .add_option(text)
    }
}

impl Organisation {
    pub(crate) fn from_row(it: row::Model) -> Result<Self, Failure> {
        Ok(Self {
            id: OrganisationId(it.id),
            name: it.name,
            kind: words::parse("kind", &it.kind)?,
            number: it.number,
            created_at: it.created_at,
        })
    }
}

fn active(organisation: &Organisation) -> row::ActiveModel {
    let it = organisation.clone();
    row::ActiveModel {
        id: Set(it.id.0),
        name: Set(it.name),
        kind: Set(words::word(it.kind)),
        number: Set(it.number),
        created_at: Set(words::time(it.created_at)),
    }
}
