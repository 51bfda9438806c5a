//! Sheets: responses while they are being written, one per stage, turn and copy.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::assessments::AssessmentId;
use crate::db::Connection;
use crate::entity::sheet as row;
use crate::error::{StoreError, failed};
use crate::id::id;
use crate::people::PersonId;
use crate::scorecards::ScorecardId;
use crate::words;

id!(
    /// Names one sheet.
    SheetId
);

/// A response while it is being written, at one stage of an assessment.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Its id.
    pub id: SheetId,
    /// The assessment it belongs to.
    pub assessment: AssessmentId,
    /// The stage it is answered at.
    pub stage: String,
    /// The how-manieth time the stage is gone through, from 1.
    pub turn: u32,
    /// Which of several people's copies it is, from 1.
    pub copy: u32,
    /// The hash of the form that is answered.
    pub form_hash: String,
    /// How often it was changed; who saves says which revision they saw.
    pub revision: u64,
    /// The response as JSON.
    pub document: String,
    /// The places whose answers were carried forward and are not yet confirmed, as JSON.
    pub carried: String,
    /// The sheet whose answers it began with.
    pub carried_from: Option<SheetId>,
    /// How many of the questions asked are answered.
    pub answered: u32,
    /// How many questions are asked.
    pub asked: u32,
    /// When it was begun, to the millisecond.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
    /// That it was signed; absent while it can be changed.
    pub signed: Option<Signature>,
    /// The scorecard made from it when it was last signed.
    pub scorecard: Option<ScorecardId>,
}

/// Who handed a sheet in, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// When.
    pub at: DateTime<Utc>,
    /// Who was signed in.
    pub by: PersonId,
    /// The name of the person who answers for it.
    pub name: String,
}

impl Sheet {
    /// Whether it was handed in and can no longer be changed.
    pub fn is_signed(&self) -> bool {
        self.signed.is_some()
    }
}

/// Stores a new sheet.
pub async fn insert(db: &impl Connection, sheet: &Sheet) -> Result<(), StoreError> {
    row::Entity::insert(active(sheet))
        .exec_without_returning(&db.executor())
        .await
        .map_err(failed("begin a sheet"))?;
    Ok(())
}

/// Replaces what is stored by `sheet`, unless it is no longer at `revision`; whether it was.
pub async fn update(
    db: &impl Connection,
    sheet: &Sheet,
    revision: u64,
) -> Result<bool, StoreError> {
    let changed = row::Entity::update_many()
        .set(row::ActiveModel { created_at: sea_orm::NotSet, ..active(sheet) })
        .filter(row::Column::Id.eq(sheet.id.0))
        .filter(row::Column::Revision.eq(words::signed(revision)))
        .exec(&db.executor())
        .await
        .map_err(failed("save answers"))?;
    Ok(changed.rows_affected == 1)
}

/// Saves answers: document, carried places and counts of a sheet that is at `revision` and is
/// not signed; whether it was so.
pub async fn save(db: &impl Connection, sheet: &Sheet, revision: u64) -> Result<bool, StoreError> {
    let changed = row::Entity::update_many()
        .col_expr(row::Column::Revision, Expr::value(words::signed(sheet.revision)))
        .col_expr(row::Column::Document, Expr::value(sheet.document.clone()))
        .col_expr(row::Column::Carried, Expr::value(sheet.carried.clone()))
        .col_expr(row::Column::Answered, Expr::value(words::count(sheet.answered)))
        .col_expr(row::Column::Asked, Expr::value(words::count(sheet.asked)))
        .col_expr(row::Column::ChangedAt, Expr::value(words::time(sheet.changed_at)))
        .filter(row::Column::Id.eq(sheet.id.0))
        .filter(row::Column::Revision.eq(words::signed(revision)))
        .filter(row::Column::SignedAt.is_null())
        .exec(&db.executor())
        .await
        .map_err(failed("save answers"))?;
    Ok(changed.rows_affected == 1)
}

/// The sheet with `id`, if it is stored.
pub async fn find(db: &impl Connection, id: SheetId) -> Result<Option<Sheet>, StoreError> {
    let row = row::Entity::find_by_id(id.0).one(&db.executor()).await;
    Ok(row.map_err(failed(READ))?.map(from_row))
}

/// The sheets of an assessment, in the order in which they were begun.
pub async fn list(
    db: &impl Connection,
    assessment: AssessmentId,
) -> Result<Vec<Sheet>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::Column::AssessmentId.eq(assessment.0))
        .order_by_asc(row::Column::Id)
        .all(&db.executor())
        .await
        .map_err(failed(READ))?;
    Ok(rows.into_iter().map(from_row).collect())
}

/// The sheet answered at `stage` in this `turn`, if it is begun.
pub async fn at(
    db: &impl Connection,
    assessment: AssessmentId,
    stage: &str,
    turn: u32,
) -> Result<Option<Sheet>, StoreError> {
    let row = row::Entity::find()
        .filter(row::Column::AssessmentId.eq(assessment.0))
        .filter(row::Column::Stage.eq(stage))
        .filter(row::Column::Turn.eq(words::count(turn)))
        .one(&db.executor())
        .await
        .map_err(failed(READ))?;
    Ok(row.map(from_row))
}

/// The sheets signed at `stage` in assessments of these, by assessment and then oldest first.
pub async fn signed(
    db: &impl Connection,
    assessments: &[AssessmentId],
) -> Result<Vec<Sheet>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::Column::AssessmentId.is_in(assessments.iter().map(|it| it.0)))
        .filter(row::Column::SignedAt.is_not_null())
        .order_by_asc(row::Column::Id)
        .all(&db.executor())
        .await
        .map_err(failed(READ))?;
    Ok(rows.into_iter().map(from_row).collect())
}

const READ: &str = "read the sheets of an assessment";

fn active(sheet: &Sheet) -> row::ActiveModel {
    let it = sheet.clone();
    let signed = it.signed;
    row::ActiveModel {
        id: Set(it.id.0),
        assessment_id: Set(it.assessment.0),
        stage: Set(it.stage),
        turn: Set(words::count(it.turn)),
        copy: Set(words::count(it.copy)),
        form_hash: Set(it.form_hash),
        revision: Set(words::signed(it.revision)),
        document: Set(it.document),
        carried: Set(it.carried),
        carried_from: Set(it.carried_from.map(|it| it.0)),
        answered: Set(words::count(it.answered)),
        asked: Set(words::count(it.asked)),
        created_at: Set(words::time(it.created_at)),
        changed_at: Set(words::time(it.changed_at)),
        signed_at: Set(signed.as_ref().map(|it| words::time(it.at))),
        signed_by: Set(signed.as_ref().map(|it| it.by.0)),
        signer: Set(signed.map(|it| it.name)),
        scorecard_id: Set(it.scorecard.map(|it| it.0)),
    }
}

pub(crate) fn from_row(it: row::Model) -> Sheet {
    let signed = it.signed_at.zip(it.signed_by).map(|(at, by)| Signature {
        at,
        by: PersonId(by),
        name: it.signer.unwrap_or_default(),
    });
    Sheet {
        id: SheetId(it.id),
        assessment: AssessmentId(it.assessment_id),
        stage: it.stage,
        turn: words::unsigned(it.turn),
        copy: words::unsigned(it.copy),
        form_hash: it.form_hash,
        revision: words::whole(it.revision),
        document: it.document,
        carried: it.carried,
        carried_from: it.carried_from.map(SheetId),
        answered: words::unsigned(it.answered),
        asked: words::unsigned(it.asked),
        created_at: it.created_at,
        changed_at: it.changed_at,
        signed,
        scorecard: it.scorecard_id.map(ScorecardId),
    }
}
