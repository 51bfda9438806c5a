//! Links: secret addresses that are used once.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};

use crate::assessments::AssessmentId;
use crate::db::{Connection, Executor, Transaction};
use crate::entity::link as row;
use crate::error::{Failure, StoreError, failed};
use crate::id::id;
use crate::memberships::Role;
use crate::organisations::OrganisationId;
use crate::people::PersonId;
use crate::rounds::RoundId;
use crate::words;

id!(
    /// Names one link; it is no secret.
    LinkId
);

/// A secret address that lets somebody in once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// The address it was sent to, in lower case; empty for [`LinkPurpose::Administrator`].
    pub email: String,
    /// Whom it lets in, if that person was known.
    pub person: Option<PersonId>,
    /// The organisation it makes one a member of.
    pub organisation: Option<OrganisationId>,
    /// As what.
    pub role: Option<Role>,
    /// The round it leads to.
    pub round: Option<RoundId>,
    /// The assessment it leads to.
    pub assessment: Option<AssessmentId>,
    /// Who made it.
    pub created_by: Option<PersonId>,
    /// When it was made, to the millisecond.
    pub created_at: DateTime<Utc>,
    /// Until when it can be used.
    pub expires_at: DateTime<Utc>,
    /// When it was used.
    pub used_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkPurpose {
    /// To sign in without a password.
    SignIn,
    /// To join an organisation.
    Invitation,
    /// To become the first administrator.
    Administrator,
}

/// Links that are taken back together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Links {
    /// One.
    One(LinkId),
    /// Those that let this person or this address in.
    To(PersonId, String),
    /// Those that let them in without an invitation.
    SignIn(PersonId),
    /// Those that this person made.
    By(PersonId),
    /// Those into the organisation that this person made or that let this address in.
    Into(OrganisationId, PersonId, String),
    /// Those that make the first administrator.
    Administrator,
}

/// Stores a new link, found by the hash of its secret.
pub async fn insert(db: &impl Connection, link: &Link, token_hash: &str) -> Result<(), StoreError> {
    let it = link.clone();
    row::Entity::insert(row::ActiveModel {
        id: Set(it.id.0),
        token_hash: Set(token_hash.to_owned()),
        purpose: Set(words::word(it.purpose)),
        email: Set(it.email),
        person_id: Set(it.person.map(|it| it.0)),
        organisation_id: Set(it.organisation.map(|it| it.0)),
        role: Set(it.role.map(words::word)),
        round_id: Set(it.round.map(|it| it.0)),
        assessment_id: Set(it.assessment.map(|it| it.0)),
        created_by: Set(it.created_by.map(|it| it.0)),
        created_at: Set(words::time(it.created_at)),
        expires_at: Set(words::time(it.expires_at)),
        used_at: Set(it.used_at.map(words::time)),
        revoked_at: Set(it.revoked_at.map(words::time)),
    })
    .exec_without_returning(&db.executor())
    .await
    .map_err(failed("make a link"))?;
    Ok(())
}

/// The link with this hash, used or not.
pub async fn find_by_hash(
    db: &impl Connection,
    token_hash: &str,
) -> Result<Option<Link>, StoreError> {
    let row = row::Entity::find()
        .filter(row::Column::TokenHash.eq(token_hash))
        .one(&db.executor())
        .await
        .map_err(failed(READ))?;
    row.map(Link::from_row).transpose().map_err(failed(READ))
}

/// The link with `id`, used or not.
pub async fn find(db: &impl Connection, id: LinkId) -> Result<Option<Link>, StoreError> {
    let row = row::Entity::find_by_id(id.0).one(&db.executor()).await.map_err(failed(READ))?;
    row.map(Link::from_row).transpose().map_err(failed(READ))
}

/// Uses a link up; whether it could still be used. Of many that try at once, one succeeds.
pub async fn use_up(
    db: &impl Connection,
    id: LinkId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = row::Entity::update_many()
        .col_expr(row::Column::UsedAt, Expr::value(words::time(now)))
        .filter(row::Column::Id.eq(id.0))
        .filter(usable(now))
        .exec(&db.executor())
        .await
        .map_err(failed("use a link"))?;
    Ok(changed.rows_affected == 1)
}

/// Takes links back that were not used; how many.
pub async fn revoke(
    db: &impl Connection,
    which: &Links,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let changed = row::Entity::update_many()
        .col_expr(row::Column::RevokedAt, Expr::value(words::time(now)))
        .filter(which.condition())
        .filter(row::Column::UsedAt.is_null())
        .filter(row::Column::RevokedAt.is_null())
        .exec(&db.executor())
        .await
        .map_err(failed("take links back"))?;
    Ok(changed.rows_affected)
}

/// The links that let somebody into the organisation and can still be used, newest first.
pub async fn invitations(
    db: &impl Connection,
    organisation: OrganisationId,
    now: DateTime<Utc>,
) -> Result<Vec<Link>, StoreError> {
    list(db, usable(now).add(row::Column::OrganisationId.eq(organisation.0))).await
}

/// The links that lead to the assessment, used or not, newest first.
pub async fn of_assessment(
    db: &impl Connection,
    assessment: AssessmentId,
) -> Result<Vec<Link>, StoreError> {
    list(db, Condition::all().add(row::Column::AssessmentId.eq(assessment.0))).await
}

/// The links that let this person or this address in, used or not, newest first.
pub async fn of_person(
    db: &impl Connection,
    person: PersonId,
    email: &str,
) -> Result<Vec<Link>, StoreError> {
    list(db, Links::To(person, email.to_owned()).condition()).await
}

/// Until the transaction ends, nobody else has the links for the first administrator.
pub async fn lock_administrator_links(transaction: &Transaction) -> Result<(), StoreError> {
    row::Entity::find()
        .filter(Links::Administrator.condition())
        .order_by_asc(row::Column::Id)
        .lock_exclusive()
        .all(&transaction.executor())
        .await
        .map_err(failed(READ))?;
    Ok(())
}

/// Forgets the links that let this person or this address in.
pub async fn forget_person(
    db: &impl Connection,
    person: PersonId,
    email: &str,
) -> Result<(), StoreError> {
    row::Entity::delete_many()
        .filter(Links::To(person, email.to_owned()).condition())
        .exec(&db.executor())
        .await
        .map_err(failed("forget links"))?;
    Ok(())
}

/// Forgets the links that could be used until `before` at most.
pub async fn forget(db: &impl Connection, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let removed = row::Entity::delete_many()
        .filter(row::Column::ExpiresAt.lt(words::time(before)))
        .exec(&db.executor())
        .await
        .map_err(failed("forget links"))?;
    Ok(removed.rows_affected)
}

const READ: &str = "read a link";

async fn list(db: &impl Connection, condition: Condition) -> Result<Vec<Link>, StoreError> {
    let rows = row::Entity::find()
        .filter(condition)
        .order_by_desc(row::Column::Id)
        .all(&db.executor())
        .await
        .map_err(failed("list links"))?;
    rows.into_iter().map(Link::from_row).collect::<Result<_, _>>().map_err(failed(READ))
}

fn usable(now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(row::Column::UsedAt.is_null())
        .add(row::Column::RevokedAt.is_null())
        .add(row::Column::ExpiresAt.gt(words::time(now)))
}

impl Links {
    fn condition(&self) -> Condition {
        use row::Column::{CreatedBy, Email, Id, OrganisationId, PersonId, Purpose};
        match self {
            Self::One(id) => Condition::all().add(Id.eq(id.0)),
            Self::To(person, email) => {
                let email = (!email.is_empty()).then(|| Email.eq(email.as_str()));
                Condition::any().add(PersonId.eq(person.0)).add_option(email)
            }
            Self::SignIn(person) => Condition::all()
                .add(PersonId.eq(person.0))
                .add(Purpose.eq(words::word(LinkPurpose::SignIn))),
            Self::By(person) => Condition::all().add(CreatedBy.eq(person.0)),
            Self::Into(organisation, person, email) => Condition::all()
                .add(OrganisationId.eq(organisation.0))
                .add(CreatedBy.eq(person.0).or(Email.eq(email.as_str()))),
            Self::Administrator => {
                Condition::all().add(Purpose.eq(words::word(LinkPurpose::Administrator)))
            }
        }
    }
}

impl Link {
    fn from_row(it: row::Model) -> Result<Self, Failure> {
        Ok(Self {
            id: LinkId(it.id),
            purpose: words::parse("purpose", &it.purpose)?,
            email: it.email,
            person: it.person_id.map(PersonId),
            organisation: it.organisation_id.map(OrganisationId),
            role: it.role.map(|it| words::parse("role", &it)).transpose()?,
            round: it.round_id.map(RoundId),
            assessment: it.assessment_id.map(AssessmentId),
            created_by: it.created_by.map(PersonId),
            created_at: it.created_at,
            expires_at: it.expires_at,
            used_at: it.used_at,
            revoked_at: it.revoked_at,
        })
    }
}
