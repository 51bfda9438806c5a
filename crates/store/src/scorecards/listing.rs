//! Which scorecards a list shows, in which order, and from where it goes on.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use model::scorecard::Status;
use sea_orm::sea_query::{ExprTrait, NullOrdering};
use sea_orm::{ColumnTrait, Condition, Order, QueryOrder, Select};

use super::{ScorecardId, ScorecardRow};
use crate::entity::scorecard::{Column, Entity};
use crate::words;

/// Which scorecards are meant; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The id of the form, in any version.
    pub form: Option<String>,
    /// The name of the subject, exactly.
    pub subject: Option<String>,
    /// Where the result stands.
    pub status: Option<Status>,
    /// The id of the band.
    pub band: Option<String>,
    /// The first day the answers may hold for.
    pub from: Option<NaiveDate>,
    /// The last day the answers may hold for.
    pub to: Option<NaiveDate>,
}

/// What a list is sorted by, and in which direction.
///
/// Written as the word, with `-` before it for descending: `-score`. Equals are in the order
/// in which they were made, results without a total come last either way, and names compare
/// by their bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sort {
    /// What to sort by.
    pub by: SortBy,
    /// Whether the highest comes first.
    pub descending: bool,
}

/// What a list can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SortBy {
    /// The order in which they were made.
    Created,
    /// The day the answers hold for.
    Date,
    /// The name of the subject.
    Subject,
    /// The strict total.
    Score,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The scorecards, in order.
    pub rows: Vec<ScorecardRow>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// The place behind one row of a sorted list; it holds however the list grows.
///
/// As text it can stand in an address.
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor {
    sort: Sort,
    id: ScorecardId,
    key: Key,
}

/// What the row at a cursor is sorted by.
#[derive(Clone, Debug, PartialEq)]
enum Key {
    Id,
    Text(String),
    Score(Option<f64>),
}

/// A cursor that cannot be read, or that another list made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the place to go on from does not belong to this list; begin again from the first page")]
pub struct BadCursor;

/// A sort order that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("one cannot sort by `{0}`, only by created, date, subject and score (`-` for descending)")]
pub struct BadSort(String);

impl Filter {
    pub(super) fn condition(&self) -> Condition {
        let day = |date: NaiveDate| date.format("%Y-%m-%d").to_string();
        Condition::all()
            .add_option(self.form.as_deref().map(|it| Column::FormId.eq(it)))
            .add_option(self.subject.as_deref().map(|it| Column::SubjectName.eq(it)))
            .add_option(self.status.map(|it| Column::Status.eq(words::word(it))))
            .add_option(self.band.as_deref().map(|it| Column::Band.eq(it)))
            .add_option(self.from.map(|it| Column::Date.gte(day(it))))
            .add_option(self.to.map(|it| Column::Date.lte(day(it))))
    }
}

impl Default for Sort {
    /// Newest first.
    fn default() -> Self {
        Self { by: SortBy::Created, descending: true }
    }
}

impl Sort {
    pub(super) fn order(self, select: Select<Entity>) -> Select<Entity> {
        let order = if self.descending { Order::Desc } else { Order::Asc };
        let select = match self.by.column() {
            Column::Id => select,
            Column::Strict => {
                select.order_by_with_nulls(Column::Strict, order.clone(), NullOrdering::Last)
            }
            column => select.order_by(column, order.clone()),
        };
        select.order_by(Column::Id, order)
    }
}

impl SortBy {
    const ALL: [Self; 4] = [Self::Created, Self::Date, Self::Subject, Self::Score];

    fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Date => "date",
            Self::Subject => "subject",
            Self::Score => "score",
        }
    }

    fn column(self) -> Column {
        match self {
            Self::Created => Column::Id,
            Self::Date => Column::Date,
            Self::Subject => Column::SubjectName,
            Self::Score => Column::Strict,
        }
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.descending { "-" } else { "" }, self.by.name())
    }
}

impl FromStr for Sort {
    type Err = BadSort;

    fn from_str(text: &str) -> Result<Self, BadSort> {
        let (descending, word) = match text.strip_prefix('-') {
            Some(word) => (true, word),
            None => (false, text),
        };
        let by = SortBy::ALL.into_iter().find(|it| it.name() == word);
        by.map(|by| Self { by, descending }).ok_or_else(|| BadSort(text.to_owned()))
    }
}

impl Cursor {
    /// The place behind `row` in a list sorted by `sort`.
    pub(super) fn behind(row: &ScorecardRow, sort: Sort) -> Self {
        let key = match sort.by {
            SortBy::Created => Key::Id,
            SortBy::Date => Key::Text(row.date.clone()),
            SortBy::Subject => Key::Text(row.subject.name.clone()),
            SortBy::Score => Key::Score(row.strict),
        };
        Self { sort, id: row.id, key }
    }

    /// What holds for every row behind this place.
    pub(super) fn condition(&self, sort: Sort) -> Result<Condition, BadCursor> {
        if self.sort != sort {
            return Err(BadCursor);
        }
        let behind = |column: Column, value: sea_orm::Value| {
            if sort.descending { column.lt(value) } else { column.gt(value) }
        };
        let column = sort.by.column();
        let later = behind(Column::Id, self.id.0.into());
        let after = |value: sea_orm::Value| {
            Condition::any()
                .add(behind(column, value.clone()))
                .add(column.eq(value).and(later.clone()))
        };
        Ok(match &self.key {
            Key::Id => Condition::all().add(later),
            Key::Text(text) => after(text.as_str().into()),
            Key::Score(Some(score)) => after((*score).into()).add(column.is_null()),
            Key::Score(None) => Condition::all().add(column.is_null()).add(later),
        })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:", self.sort, self.id)?;
        match &self.key {
            Key::Id | Key::Score(None) => Ok(()),
            Key::Text(text) => f.write_str(text),
            Key::Score(Some(score)) => write!(f, "{score}"),
        }
    }
}

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let mut parts = text.splitn(3, ':');
        let mut part = || parts.next().ok_or(BadCursor);
        let sort: Sort = part()?.parse().map_err(|_| BadCursor)?;
        let id = part()?.parse().map_err(|_| BadCursor)?;
        let key = match (sort.by, part()?) {
            (SortBy::Created, "") => Key::Id,
            (SortBy::Created, _) => return Err(BadCursor),
            (SortBy::Date | SortBy::Subject, text) => Key::Text(text.to_owned()),
            (SortBy::Score, "") => Key::Score(None),
            (SortBy::Score, text) => Key::Score(Some(text.parse().map_err(|_| BadCursor)?)),
        };
        Ok(Self { sort, id, key })
    }
}
