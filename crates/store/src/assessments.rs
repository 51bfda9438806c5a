//! Assessments: one subject in one round each, and the people who have a part in it.

use chrono::{DateTime, Utc};
use model::response::Subject;
use sea_orm::sea_query::Expr;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait as _, DbBackend, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Select,
};

use crate::db::{Connection, Executor, Transaction};
use crate::entity::{assessment as row, assignment};
use crate::error::{Failure, StoreError, failed};
use crate::id::id;
use crate::organisations::OrganisationId;
use crate::people::PersonId;
use crate::rounds::RoundId;
use crate::words;

mod counting;
mod cursor;
mod listing;
mod opened;
mod sql;
mod visible;
mod wording;
pub(crate) use counting::Tally;
pub use counting::{Count, counts};
pub use cursor::AssessmentCursor;
pub use listing::{AssessmentFilter, AssessmentOrder, Column, Listed, Total, get_many, ids, page};
pub use opened::{Opened, opened};
pub use visible::{Visible, visible};

id!(
    /// Names one assessment.
    AssessmentId
);

/// One subject in one round.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// Its id.
    pub id: AssessmentId,
    /// The round it is in.
    pub round: RoundId,
    /// The organisation it belongs to.
    pub organisation: OrganisationId,
    /// What is assessed.
    pub subject: Subject,
    /// Where it stands.
    pub stage: String,
    /// The how-manieth time it goes through its stages, from 1.
    pub turn: u32,
    /// How often its stage or its lock was changed.
    pub revision: u64,
    /// Since when it stands there, to the millisecond.
    pub stage_since: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it or one of its sheets was last changed.
    pub changed_at: DateTime<Utc>,
    /// Since when nobody may change it.
    pub locked_at: Option<DateTime<Utc>>,
    /// When a sheet of it was last signed.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When it was last reminded of.
    pub reminded_at: Option<DateTime<Utc>>,
    /// How far it is, for lists.
    pub progress: Progress,
}

/// How far an assessment is, as lists show it: of the sheet that was last changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// How many of the questions asked are answered.
    pub answered: u32,
    /// How many questions are asked.
    pub asked: u32,
    /// The strict total when it was last signed.
    pub strict: Option<f64>,
    /// The id of the band when it was last signed.
    pub band: Option<String>,
}

/// A part that a person has in an assessment besides what their organisations give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The assessment.
    pub assessment: AssessmentId,
    /// The person.
    pub person: PersonId,
    /// The role in the programme.
    pub role: String,
    /// Since when, to the millisecond.
    pub created_at: DateTime<Utc>,
}

/// Stores a new assessment.
pub async fn insert(db: &Transaction, assessment: &Assessment) -> Result<(), StoreError> {
    let words = wording::words(&assessment.subject.name);
    row::Entity::insert(active(assessment))
        .exec_without_returning(&db.executor())
        .await
        .map_err(failed("store an assessment"))?;
    wording::keep(db, (assessment.round.0, assessment.id.0), "", &words).await?;
    db.tally().note(None, Some(assessment.into()));
    Ok(())
}

/// Replaces what is stored by `assessment`, unless it is no longer at `revision`; whether it was.
pub async fn update(
    db: &Transaction,
    assessment: &Assessment,
    revision: u64,
) -> Result<bool, StoreError> {
    const CHANGE: &str = "change an assessment";
    let same = || {
        row::Entity::find_by_id(assessment.id.0)
            .filter(row::Column::Revision.eq(words::signed(revision)))
    };
    let Some(before) = held(db, same()).await.map_err(failed(CHANGE))? else { return Ok(false) };
    row::Entity::update_many()
        .set(row::ActiveModel { id: sea_orm::NotSet, ..active(assessment) })
        .filter(row::Column::Id.eq(assessment.id.0))
        .exec(&db.executor())
        .await
        .map_err(failed(CHANGE))?;
    let words = wording::words(&assessment.subject.name);
    wording::keep(db, (before.round_id, before.id), &before.subject_words, &words).await?;
    db.tally().note(Some((&before).into()), Some(assessment.into()));
    Ok(true)
}

/// Notes how far the sheet in hand is, and when it was changed.
pub async fn set_progress(
    db: &Transaction,
    id: AssessmentId,
    answered: u32,
    asked: u32,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    const NOTE: &str = "note how far an assessment is";
    let update = || {
        row::Entity::update_many()
            .col_expr(row::Column::Answered, Expr::value(words::count(answered)))
            .col_expr(row::Column::Asked, Expr::value(words::count(asked)))
            .col_expr(row::Column::ChangedAt, Expr::value(words::time(at)))
            .filter(row::Column::Id.eq(id.0))
    };
    let begun = answered > 0;
    let as_before = if begun { row::Column::Answered.gt(0) } else { row::Column::Answered.lte(0) };
    let updated = update().filter(as_before).exec(&db.executor()).await.map_err(failed(NOTE))?;
    if updated.rows_affected > 0 {
        return Ok(());
    }
    // It is begun by this, or no longer, which is rare.
    let before = held(db, row::Entity::find_by_id(id.0)).await.map_err(failed(NOTE))?;
    if let Some(before) = before {
        update().exec(&db.executor()).await.map_err(failed(NOTE))?;
        let before = counting::Counted::from(&before);
        db.tally().note(Some(before.clone()), Some(before.with_begun(begun)));
    }
    Ok(())
}

/// What is found, kept from being changed by others until the transaction ends.
async fn held(
    db: &Transaction,
    select: Select<row::Entity>,
) -> Result<Option<row::Model>, sea_orm::DbErr> {
    let executor = db.executor();
    let select = match executor.get_database_backend() {
        DbBackend::Postgres => select.lock_exclusive(),
        _ => select,
    };
    select.one(&executor).await
}

/// Notes when people were reminded of these assessments.
pub async fn set_reminded(
    db: &impl Connection,
    ids: &[AssessmentId],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::RemindedAt, Expr::value(words::time(at)))
        .filter(row::Column::Id.is_in(ids.iter().map(|it| it.0)))
        .exec(&db.executor())
        .await
        .map_err(failed("note a reminder"))?;
    Ok(())
}

/// The assessment with `id`, if it is stored.
pub async fn find(
    db: &impl Connection,
    id: AssessmentId,
) -> Result<Option<Assessment>, StoreError> {
    let row = row::Entity::find_by_id(id.0).one(&db.executor()).await.map_err(failed(READ))?;
    row.map(from_row).transpose().map_err(failed(READ))
}

/// The assessments of one of `organisations`, newest first.
pub async fn of_organisations(
    db: &impl Connection,
    organisations: &[OrganisationId],
) -> Result<Vec<Assessment>, StoreError> {
    let select = row::Entity::find()
        .filter(row::Column::OrganisationId.is_in(organisations.iter().map(|it| it.0)))
        .order_by_desc(row::Column::Id);
    read(select.all(&db.executor()).await)
}

/// The assessments in which `person` has a part of their own, newest first.
pub async fn of_person(
    db: &impl Connection,
    person: PersonId,
) -> Result<Vec<Assessment>, StoreError> {
    let assigned = assignment::Entity::find()
        .filter(assignment::Column::PersonId.eq(person.0))
        .select_only()
        .column(assignment::Column::AssessmentId);
    let select = row::Entity::find()
        .filter(row::Column::Id.in_subquery(sea_orm::QueryTrait::into_query(assigned)))
        .order_by_desc(row::Column::Id);
    read(select.all(&db.executor()).await)
}

/// The assessment of `subject` that `organisation` has in `round`.
pub async fn in_round(
    db: &impl Connection,
    round: RoundId,
    organisation: OrganisationId,
) -> Result<Vec<Assessment>, StoreError> {
    let select = row::Entity::find()
        .filter(row::Column::RoundId.eq(round.0))
        .filter(row::Column::OrganisationId.eq(organisation.0))
        .order_by_asc(row::Column::Id);
    read(select.all(&db.executor()).await)
}

/// The organisations that have an assessment in `round`, each once.
pub async fn organisations(
    db: &impl Connection,
    round: RoundId,
) -> Result<Vec<OrganisationId>, StoreError> {
    let ids: Vec<uuid::Uuid> = row::Entity::find()
        .filter(row::Column::RoundId.eq(round.0))
        .select_only()
        .column(row::Column::OrganisationId)
        .distinct()
        .into_tuple()
        .all(&db.executor())
        .await
        .map_err(failed(READ))?;
    Ok(ids.into_iter().map(OrganisationId).collect())
}

/// The strict totals of the submitted assessments of `round`, with their organisations.
pub async fn totals(
    db: &impl Connection,
    round: RoundId,
) -> Result<Vec<(OrganisationId, f64)>, StoreError> {
    let rows: Vec<(uuid::Uuid, f64)> = row::Entity::find()
        .filter(row::Column::RoundId.eq(round.0))
        .filter(row::Column::SubmittedAt.is_not_null())
        .filter(row::Column::Strict.is_not_null())
        .select_only()
        .column(row::Column::OrganisationId)
        .column(row::Column::Strict)
        .order_by_asc(row::Column::Id)
        .into_tuple()
        .all(&db.executor())
        .await
        .map_err(failed(READ))?;
    Ok(rows.into_iter().map(|(id, strict)| (OrganisationId(id), strict)).collect())
}

/// Gives a person a part, once.
pub async fn assign(db: &impl Connection, it: &Assignment) -> Result<(), StoreError> {
    use assignment::Column::{AssessmentId, PersonId, Role};
    assignment::Entity::insert(assignment::ActiveModel {
        assessment_id: Set(it.assessment.0),
        person_id: Set(it.person.0),
        role: Set(it.role.clone()),
        created_at: Set(words::time(it.created_at)),
    })
    .on_conflict(OnConflict::columns([AssessmentId, PersonId, Role]).do_nothing().to_owned())
    .exec_without_returning(&db.executor())
    .await
    .map_err(failed("give a person a part in an assessment"))?;
    Ok(())
}

/// The roles that `person` has in `assessment` by assignment.
pub async fn roles(
    db: &impl Connection,
    assessment: AssessmentId,
    person: PersonId,
) -> Result<Vec<String>, StoreError> {
    assignment::Entity::find()
        .filter(assignment::Column::AssessmentId.eq(assessment.0))
        .filter(assignment::Column::PersonId.eq(person.0))
        .select_only()
        .column(assignment::Column::Role)
        .order_by_asc(assignment::Column::Role)
        .into_tuple()
        .all(&db.executor())
        .await
        .map_err(failed("read the parts of an assessment"))
}

const READ: &str = "read an assessment";

fn read(rows: Result<Vec<row::Model>, sea_orm::DbErr>) -> Result<Vec<Assessment>, StoreError> {
    let rows = rows.map_err(failed(READ))?;
    rows.into_iter().map(from_row).collect::<Result<_, _>>().map_err(failed(READ))
}

fn active(assessment: &Assessment) -> row::ActiveModel {
    let it = assessment.clone();
    row::ActiveModel {
        shelf: Set(counting::shelf(&it.stage, it.progress.band.as_deref())),
        subject_words: Set(wording::words(&it.subject.name)),
        id: Set(it.id.0),
        round_id: Set(it.round.0),
        organisation_id: Set(it.organisation.0),
        subject_name: Set(it.subject.name),
        subject_kind: Set(words::word(it.subject.kind)),
        stage: Set(it.stage),
        turn: Set(words::count(it.turn)),
        revision: Set(words::signed(it.revision)),
        stage_since: Set(words::time(it.stage_since)),
        created_at: Set(words::time(it.created_at)),
        changed_at: Set(words::time(it.changed_at)),
        locked_at: Set(it.locked_at.map(words::time)),
        submitted_at: Set(it.submitted_at.map(words::time)),
        reminded_at: Set(it.reminded_at.map(words::time)),
        answered: Set(words::count(it.progress.answered)),
        asked: Set(words::count(it.progress.asked)),
        strict: Set(it.progress.strict),
        band: Set(it.progress.band),
    }
}

fn from_row(it: row::Model) -> Result<Assessment, Failure> {
    let kind = words::parse("subject_kind", &it.subject_kind)?;
    Ok(Assessment {
        id: AssessmentId(it.id),
        round: RoundId(it.round_id),
        organisation: OrganisationId(it.organisation_id),
        subject: Subject { name: it.subject_name, kind },
        stage: it.stage,
        turn: words::unsigned(it.turn),
        revision: words::whole(it.revision),
        stage_since: it.stage_since,
        created_at: it.created_at,
        changed_at: it.changed_at,
        locked_at: it.locked_at,
        submitted_at: it.submitted_at,
        reminded_at: it.reminded_at,
        progress: Progress {
            answered: words::unsigned(it.answered),
            asked: words::unsigned(it.asked),
            strict: it.strict,
            band: it.band,
        },
    })
}
