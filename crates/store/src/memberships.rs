//! Memberships: which people belong to which organisations, and as what.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult as _, QueryFilter, QueryOrder,
    QueryResult,
};
use serde::{Deserialize, Serialize};

use crate::db::Connection;
use crate::entity::{membership as row, organisation, person};
use crate::error::{Failure, StoreError, failed};
use crate::organisations::{Organisation, OrganisationId};
use crate::people::{Person, PersonId};
use crate::words;

/// That a person belongs to an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Membership {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The person.
    pub person: PersonId,
    /// What they do there.
    pub role: Role,
    /// Since when, to the millisecond.
    pub created_at: DateTime<Utc>,
}

/// What a person does in an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Takes part in what the organisation does.
    Member,
    /// Runs the rounds of a cluster.
    Secretariat,
}

/// Stores a membership, in place of the one the person has in the organisation.
pub async fn put(db: &impl Connection, membership: &Membership) -> Result<(), StoreError> {
    use row::Column::{OrganisationId, PersonId};
    row::Entity::insert(row::ActiveModel {
        organisation_id: Set(membership.organisation.0),
        person_id: Set(membership.person.0),
        role: Set(words::word(membership.role)),
        created_at: Set(words::time(membership.created_at)),
    })
    .on_conflict(
        OnConflict::columns([OrganisationId, PersonId])
            .update_columns([row::Column::Role])
            .to_owned(),
    )
    .exec_without_returning(&db.executor())
    .await
    .map_err(failed("store a membership"))?;
    Ok(())
}

/// Ends a membership; whether there was one.
pub async fn remove(
    db: &impl Connection,
    organisation: OrganisationId,
    person: PersonId,
) -> Result<bool, StoreError> {
    let removed = row::Entity::delete_by_id((organisation.0, person.0))
        .exec(&db.executor())
        .await
        .map_err(failed("end a membership"))?;
    Ok(removed.rows_affected > 0)
}

/// Ends all memberships of a person.
pub async fn remove_all(db: &impl Connection, person: PersonId) -> Result<(), StoreError> {
    row::Entity::delete_many()
        .filter(row::Column::PersonId.eq(person.0))
        .exec(&db.executor())
        .await
        .map_err(failed("end memberships"))?;
    Ok(())
}

/// What the person is in the organisation, if anything.
pub async fn find(
    db: &impl Connection,
    organisation: OrganisationId,
    person: PersonId,
) -> Result<Option<Membership>, StoreError> {
    let row = row::Entity::find_by_id((organisation.0, person.0))
        .one(&db.executor())
        .await
        .map_err(failed(READ))?;
    row.map(Membership::from_row).transpose().map_err(failed(READ))
}

/// The joins that lead from the person `p` to their memberships `m` and organisations `o`.
pub(crate) const JOINS: &str = "LEFT JOIN membership m ON m.person_id = p.id \
     LEFT JOIN organisation o ON o.id = m.organisation_id";

/// What stands in the rows of a statement with [`JOINS`]: memberships with their organisations.
pub(crate) fn joined(rows: &[QueryResult]) -> Result<Vec<(Membership, Organisation)>, Failure> {
    let mut all = Vec::new();
    for row in rows {
        let membership = row::Model::from_query_result_optional(row, "m_")?;
        let organisation = organisation::Model::from_query_result_optional(row, "o_")?;
        if let (Some(membership), Some(organisation)) = (membership, organisation) {
            all.push((Membership::from_row(membership)?, Organisation::from_row(organisation)?));
        }
    }
    Ok(all)
}

/// The memberships of a person, each with its organisation, by the organisation's name.
pub async fn of_person(
    db: &impl Connection,
    person: PersonId,
) -> Result<Vec<(Membership, Organisation)>, StoreError> {
    let rows = row::Entity::find()
        .find_also_related(organisation::Entity)
        .filter(row::Column::PersonId.eq(person.0))
        .order_by_asc(organisation::Column::Name)
        .order_by_asc(organisation::Column::Id)
        .all(&db.executor())
        .await
        .map_err(failed(READ))?;
    rows.into_iter()
        .map(|(membership, organisation)| {
            let organisation = organisation.ok_or_else(|| Failure::damaged("it is gone"))?;
            Ok::<_, Failure>((
                Membership::from_row(membership)?,
                Organisation::from_row(organisation)?,
            ))
        })
        .collect::<Result<_, _>>()
        .map_err(failed(READ))
}

/// The people of an organisation with their memberships, by name.
pub async fn of_organisation(
    db: &impl Connection,
    organisation: OrganisationId,
) -> Result<Vec<(Membership, Person)>, StoreError> {
    let rows = row::Entity::find()
        .find_also_related(person::Entity)
        .filter(row::Column::OrganisationId.eq(organisation.0))
        .order_by_asc(person::Column::Name)
        .order_by_asc(person::Column::Id)
        .all(&db.executor())
        .await
        .map_err(failed(READ))?;
    rows.into_iter()
        .map(|(membership, person)| {
            let person = person.ok_or_else(|| Failure::damaged("a person is gone"))?;
            Ok::<_, Failure>((Membership::from_row(membership)?, Person::from_row(person)))
        })
        .collect::<Result<_, _>>()
        .map_err(failed(READ))
}

const READ: &str = "read the members of an organisation";

impl Membership {
    fn from_row(it: row::Model) -> Result<Self, Failure> {
        Ok(Self {
            organisation: OrganisationId(it.organisation_id),
            person: PersonId(it.person_id),
            role: words::parse("role", &it.role)?,
            created_at: it.created_at,
        })
    }
}
