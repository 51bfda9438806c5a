//! What people say to each other about an assessment or one of its questions.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};

use crate::assessments::AssessmentId;
use crate::db::Connection;
use crate::entity::comment as row;
use crate::error::{Failure, StoreError, failed};
use crate::id::id;
use crate::people::PersonId;
use crate::sheets::SheetId;
use crate::words;

id!(
    /// Names one comment.
    CommentId
);

/// Something that somebody said about an assessment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// The assessment.
    pub assessment: AssessmentId,
    /// The sheet it is about.
    pub sheet: Option<SheetId>,
    /// What kind of comment it is.
    pub kind: CommentKind,
    /// The question it is about; empty where it is about the whole.
    pub place: String,
    /// Who said it.
    pub person: PersonId,
    /// What was said.
    pub text: String,
    /// When, to the millisecond.
    pub created_at: DateTime<Utc>,
}

/// What kind of comment it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommentKind {
    /// Between those who answer.
    Comment,
    /// With which an assessment was returned.
    Remark,
}

/// Stores a new comment.
pub async fn insert(db: &impl Connection, comment: &Comment) -> Result<(), StoreError> {
    let it = comment.clone();
    row::Entity::insert(row::ActiveModel {
        id: Set(it.id.0),
        assessment_id: Set(it.assessment.0),
        sheet_id: Set(it.sheet.map(|it| it.0)),
        kind: Set(words::word(it.kind)),
        place: Set(it.place),
        person_id: Set(it.person.0),
        text: Set(it.text),
        created_at: Set(words::time(it.created_at)),
    })
    .exec_without_returning(&db.executor())
    .await
    .map_err(failed("store a comment"))?;
    Ok(())
}

/// The comments on an assessment, oldest first.
pub async fn list(
    db: &impl Connection,
    assessment: AssessmentId,
) -> Result<Vec<Comment>, StoreError> {
    const READ: &str = "read the comments on an assessment";
    let rows = row::Entity::find()
        .filter(row::Column::AssessmentId.eq(assessment.0))
        .order_by_asc(row::Column::Id)
        .all(&db.executor())
        .await
        .map_err(failed(READ))?;
    rows.into_iter().map(from_row).collect::<Result<_, _>>().map_err(failed(READ))
}

fn from_row(it: row::Model) -> Result<Comment, Failure> {
    Ok(Comment {
        id: CommentId(it.id),
        assessment: AssessmentId(it.assessment_id),
        sheet: it.sheet_id.map(SheetId),
        kind: words::parse("kind", &it.kind)?,
        place: it.place,
        person: PersonId(it.person_id),
        text: it.text,
        created_at: it.created_at,
    })
}
