//! The assessments of a round as a table: which, in which order, and from where it goes on.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use sea_orm::sea_query::{ExprTrait, NullOrdering};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use super::{Assessment, AssessmentId, from_row};
use crate::db::Connection;
use crate::entity::assessment as row;
use crate::error::{StoreError, failed};
use crate::rounds::RoundId;
use crate::scorecards::BadCursor;

/// Which assessments of a round are meant; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssessmentFilter {
    /// A part of the name of the subject, upper and lower case alike for Latin letters.
    pub text: Option<String>,
    /// Where they stand.
    pub stage: Option<String>,
    /// The id of the band.
    pub band: Option<String>,
}

/// What a table of assessments can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// The order in which they were made.
    Created,
    /// The name of the subject.
    Subject,
    /// The stage.
    Stage,
    /// How many questions are answered.
    Answered,
    /// The strict total.
    Score,
    /// The band.
    Band,
    /// When it was last changed.
    Changed,
    /// When it was last submitted.
    Submitted,
    /// When it was last reminded of.
    Reminded,
}

/// What a table is sorted by, written as the column with `-` before it for descending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AssessmentOrder {
    /// The column.
    pub by: Column,
    /// Whether the highest comes first.
    pub descending: bool,
}

/// Where a table goes on: how many rows come before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AssessmentCursor(pub u64);

/// A page of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The assessments, in order.
    pub rows: Vec<Assessment>,
    /// How many there are on all pages.
    pub total: u64,
}

impl Column {
    /// All columns.
    pub const ALL: [Self; 9] = [
        Self::Created,
        Self::Subject,
        Self::Stage,
        Self::Answered,
        Self::Score,
        Self::Band,
        Self::Changed,
        Self::Submitted,
        Self::Reminded,
    ];

    /// The column as it is written in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Subject => "subject",
            Self::Stage => "stage",
            Self::Answered => "answered",
            Self::Score => "score",
            Self::Band => "band",
            Self::Changed => "changed",
            Self::Submitted => "submitted",
            Self::Reminded => "reminded",
        }
    }

    fn column(self) -> row::Column {
        match self {
            Self::Created => row::Column::Id,
            Self::Subject => row::Column::SubjectName,
            Self::Stage => row::Column::Stage,
            Self::Answered => row::Column::Answered,
            Self::Score => row::Column::Strict,
            Self::Band => row::Column::Band,
            Self::Changed => row::Column::ChangedAt,
            Self::Submitted => row::Column::SubmittedAt,
            Self::Reminded => row::Column::RemindedAt,
        }
    }
}

impl Default for AssessmentOrder {
    /// By subject.
    fn default() -> Self {
        Self { by: Column::Subject, descending: false }
    }
}

impl FromStr for AssessmentOrder {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let (descending, name) = match text.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, text),
        };
        let by = Column::ALL.into_iter().find(|it| it.name() == name).ok_or(BadCursor)?;
        Ok(Self { by, descending })
    }
}

impl fmt::Display for AssessmentOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.descending { "-" } else { "" }, self.by.name())
    }
}

/// A page of at most `limit` assessments of `round`. What has no value comes last either way.
pub async fn page(
    db: &impl Connection,
    round: RoundId,
    filter: &AssessmentFilter,
    order: AssessmentOrder,
    from: AssessmentCursor,
    limit: u64,
) -> Result<Listed, StoreError> {
    const LIST: &str = "list the assessments of a round";
    let condition = condition(round, filter);
    let rows = sorted(row::Entity::find().filter(condition.clone()), order)
        .offset(from.0)
        .limit(limit)
        .all(&db.executor())
        .await
        .map_err(failed(LIST))?;
    let total =
        row::Entity::find().filter(condition).count(&db.executor()).await.map_err(failed(LIST))?;
    let rows = rows.into_iter().map(from_row).collect::<Result<_, _>>().map_err(failed(LIST))?;
    Ok(Listed { rows, total })
}

fn sorted(select: Select<row::Entity>, order: AssessmentOrder) -> Select<row::Entity> {
    let direction = if order.descending { Order::Desc } else { Order::Asc };
    let column = order.by.column();
    let select = match order.by {
        Column::Created => select,
        Column::Score | Column::Band | Column::Submitted | Column::Reminded => {
            select.order_by_with_nulls(column, direction.clone(), NullOrdering::Last)
        }
        _ => select.order_by(column, direction.clone()),
    };
    select.order_by(row::Column::Id, direction)
}

/// The ids of all assessments of `round` that pass `filter`, in the order of [`page`].
pub async fn ids(
    db: &impl Connection,
    round: RoundId,
    filter: &AssessmentFilter,
    order: AssessmentOrder,
) -> Result<Vec<AssessmentId>, StoreError> {
    let ids: Vec<uuid::Uuid> = sorted(row::Entity::find().filter(condition(round, filter)), order)
        .select_only()
        .column(row::Column::Id)
        .into_tuple()
        .all(&db.executor())
        .await
        .map_err(failed("list the assessments of a round"))?;
    Ok(ids.into_iter().map(AssessmentId).collect())
}

/// The assessments with these ids that are there, in the order of the ids.
pub async fn get_many(
    db: &impl Connection,
    ids: &[AssessmentId],
) -> Result<Vec<Assessment>, StoreError> {
    let select = row::Entity::find().filter(row::Column::Id.is_in(ids.iter().map(|it| it.0)));
    let mut found = super::read(select.all(&db.executor()).await)?;
    let places: HashMap<AssessmentId, usize> =
        ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    found.sort_by_key(|it| places.get(&it.id).copied());
    Ok(found)
}

fn condition(round: RoundId, filter: &AssessmentFilter) -> Condition {
    let like = |text: &str| {
        let escaped: String = text
            .chars()
            .flat_map(|it| match it {
                '%' | '_' | '\\' => vec!['\\', it],
                it => vec![it],
            })
            .collect();
        let pattern =
            sea_orm::sea_query::LikeExpr::new(format!("%{}%", escaped.to_lowercase())).escape('\\');
        sea_orm::sea_query::Func::lower(sea_orm::sea_query::Expr::col(row::Column::SubjectName))
            .like(pattern)
    };
    Condition::all()
        .add(row::Column::RoundId.eq(round.0))
        .add_option(filter.text.as_deref().filter(|it| !it.is_empty()).map(like))
        .add_option(filter.stage.as_deref().map(|it| row::Column::Stage.eq(it)))
        .add_option(filter.band.as_deref().map(|it| row::Column::Band.eq(it)))
}
