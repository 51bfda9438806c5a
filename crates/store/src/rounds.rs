//! Rounds: one run of a programme each, with the forms it is pinned to.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::db::Connection;
use crate::entity::{round as row, round_form as form};
use crate::error::{StoreError, failed};
use crate::id::id;
use crate::organisations::OrganisationId;
use crate::words;

id!(
    /// Names one round.
    RoundId
);

/// One run of a programme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// Its id.
    pub id: RoundId,
    /// The organisation that runs it.
    pub organisation: OrganisationId,
    /// The hash of the programme it runs.
    pub programme_hash: String,
    /// Its title.
    pub title: String,
    /// The first day, as year-month-day.
    pub opens_on: String,
    /// The last day, as year-month-day.
    pub closes_on: String,
    /// The language of its letters.
    pub language: String,
    /// What the letter of invitation says besides what it always says.
    pub invitation: Option<String>,
    /// When it was made, to the millisecond.
    pub created_at: DateTime<Utc>,
    /// When it was closed before its last day.
    pub closed_at: Option<DateTime<Utc>>,
}

/// Stores a new round with the forms it is pinned to, by form id.
pub async fn insert(
    db: &impl Connection,
    round: &Round,
    forms: &BTreeMap<String, String>,
) -> Result<(), StoreError> {
    const STORE: &str = "store a round";
    row::Entity::insert(active(round))
        .exec_without_returning(&db.executor())
        .await
        .map_err(failed(STORE))?;
    let forms = forms.iter().map(|(id, hash)| form::ActiveModel {
        round_id: Set(round.id.0),
        form_id: Set(id.clone()),
        form_hash: Set(hash.clone()),
    });
    form::Entity::insert_many(forms)
        .exec_without_returning(&db.executor())
        .await
        .map_err(failed(STORE))?;
    Ok(())
}

/// Changes what may change of a round: title, days, language, invitation, closing.
pub async fn update(db: &impl Connection, round: &Round) -> Result<(), StoreError> {
    row::Entity::update(active(round))
        .exec_without_returning(&db.executor())
        .await
        .map_err(failed("change a round"))?;
    Ok(())
}

/// The round with `id`, if it is stored.
pub async fn find(db: &impl Connection, id: RoundId) -> Result<Option<Round>, StoreError> {
    let row = row::Entity::find_by_id(id.0).one(&db.executor()).await;
    Ok(row.map_err(failed("read a round"))?.map(from_row))
}

/// The round with `id`.
pub async fn get(db: &impl Connection, id: RoundId) -> Result<Round, StoreError> {
    find(db, id).await?.ok_or_else(|| StoreError::Missing { what: "round", id: id.to_string() })
}

/// The rounds that one of `organisations` runs, newest first.
pub async fn list(
    db: &impl Connection,
    organisations: &[OrganisationId],
) -> Result<Vec<Round>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::Column::OrganisationId.is_in(organisations.iter().map(|it| it.0)))
        .order_by_desc(row::Column::Id)
        .all(&db.executor())
        .await
        .map_err(failed("list the rounds"))?;
    Ok(rows.into_iter().map(from_row).collect())
}

/// The hashes of the forms that the round is pinned to, by form id.
pub async fn forms(
    db: &impl Connection,
    round: RoundId,
) -> Result<BTreeMap<String, String>, StoreError> {
    let rows = form::Entity::find()
        .filter(form::Column::RoundId.eq(round.0))
        .all(&db.executor())
        .await
        .map_err(failed("read the forms of a round"))?;
    Ok(rows.into_iter().map(|it| (it.form_id, it.form_hash)).collect())
}

fn active(round: &Round) -> row::ActiveModel {
    let it = round.clone();
    row::ActiveModel {
        id: Set(it.id.0),
        organisation_id: Set(it.organisation.0),
        programme_hash: Set(it.programme_hash),
        title: Set(it.title),
        opens_on: Set(it.opens_on),
        closes_on: Set(it.closes_on),
        language: Set(it.language),
        invitation: Set(it.invitation),
        created_at: Set(words::time(it.created_at)),
        closed_at: Set(it.closed_at.map(words::time)),
    }
}

pub(crate) fn from_row(it: row::Model) -> Round {
    Round {
        id: RoundId(it.id),
        organisation: OrganisationId(it.organisation_id),
        programme_hash: it.programme_hash,
        title: it.title,
        opens_on: it.opens_on,
        closes_on: it.closes_on,
        language: it.language,
        invitation: it.invitation,
        created_at: it.created_at,
        closed_at: it.closed_at,
    }
}
