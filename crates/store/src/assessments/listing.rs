//! The assessments of a round as a table: which, in which order, and from where it goes on.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;

use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Statement};

use super::counting::{Count, counts};
use super::cursor::AssessmentCursor;
use super::sql::{self, Having, Run, Way, Where};
use super::{Assessment, AssessmentId, from_row, wording};
use crate::db::Connection;
use crate::entity::assessment as row;
use crate::error::{StoreError, failed};
use crate::rounds::RoundId;
use crate::scorecards::BadCursor;

/// Which assessments of a round are meant; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssessmentFilter {
    /// Words, each of which begins a word of the name of the subject; upper and lower case are
    /// alike, and so is what is neither a letter nor a digit.
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

/// A page of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The assessments, in order.
    pub rows: Vec<Assessment>,
    /// How many rows came before, when the pages before were looked at.
    pub rows_before: u64,
    /// Where the page before it ends, if there is one.
    pub previous: Option<AssessmentCursor>,
    /// Where the next page begins, if there is one.
    pub next: Option<AssessmentCursor>,
    /// How many there are on all pages.
    pub total: Total,
}

/// How many rows a table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// So many.
    Exactly(u64),
    /// More than that: words were looked for that too many names have to count them.
    MoreThan(u64),
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

/// A page of at most `limit` assessments of `round`, whose counts are `counts`. What has no
/// value comes last either way, and names are sorted by their words in lower case.
pub async fn page(
    db: &impl Connection,
    round: RoundId,
    counts: &[Count],
    filter: &AssessmentFilter,
    order: AssessmentOrder,
    at: Option<&AssessmentCursor>,
    limit: u64,
) -> Result<Listed, StoreError> {
    if at.is_some_and(|it| it.order != order) {
        return Err(BadCursor.into());
    }
    let wanted = Wanted::new(round, counts, filter);
    let back = at.is_some_and(|it| it.back);
    let way = Way { order, back, behind: at, named: None, limit: limit + 1 };
    let (plan, counted) = wanted.plan(db, order, limit).await?;
    let mut rows = match &plan {
        Plan::Gather(word) => {
            let names = wanted.names(wanted.whole);
            let place = Where { round, shelves: &names, words: &wanted.words };
            let backend = db.executor().get_database_backend();
            read(db, sql::gather(backend, &place, Having::Anywhere(word), way)).await?
        }
        Plan::Split(word) => {
            let mut rows = wanted.walk(db, Way { named: Some(word), ..way }).await?;
            let names = wanted.names(wanted.whole);
            let place = Where { round, shelves: &names, words: &wanted.words };
            let backend = db.executor().get_database_backend();
            let later = read(db, sql::gather(backend, &place, Having::Later(word), way)).await?;
            rows.extend(later);
            rows.sort_by_cached_key(|it| (wording::words(&it.subject.name), it.id));
            if order.descending != back {
                rows.reverse();
            }
            rows
        }
        Plan::Walk => wanted.walk(db, way).await?,
    };
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    if back {
        rows.reverse();
    }
    let shown = rows.len() as u64;
    let rows_before = match at {
        Some(at) if !back => at.rows_before,
        Some(at) if more => at.rows_before.saturating_sub(shown),
        _ => 0,
    };
    let (has_previous, has_next) = match at {
        None => (false, more),
        Some(_) if back => (more, true),
        Some(_) => (true, more),
    };
    let end = rows_before + shown;
    let previous = rows.first().filter(|_| has_previous);
    let next = rows.last().filter(|_| has_next);
    Ok(Listed {
        rows_before,
        previous: previous.map(|it| AssessmentCursor::at(it, order, true, rows_before)),
        next: next.map(|it| AssessmentCursor::at(it, order, false, end)),
        total: match counted {
            Some(count) => Total::Exactly(count),
            None if has_next => Total::MoreThan(end),
            None => Total::Exactly(end),
        },
        rows,
    })
}

/// How rows are found.
enum Plan {
    /// In their order, passing by those whose names have other words.
    Walk,
    /// Those whose name has this word, which are few.
    Gather(String),
    /// Those whose name begins with this word, in their order, and those few that have it behind
    /// the first.
    Split(String),
}

/// How many rows are passed by in the time in which one that was found is fetched.
fn fetch(backend: DbBackend) -> u64 {
    if backend == DbBackend::Postgres { 24 } else { 8 }
}

/// How many rows are looked at to count them.
const COUNTED: u64 = 3_000;

/// Which rows are meant.
struct Wanted {
    round: RoundId,
    /// The shelves on which they are, with their stage and band.
    shelves: Vec<(String, Count)>,
    /// Whether those are all of the round.
    whole: bool,
    words: Vec<String>,
    /// How many assessments the round has.
    all: u64,
}

impl Wanted {
    fn new(round: RoundId, counts: &[Count], filter: &AssessmentFilter) -> Self {
        let fits = |it: &&Count| {
            filter.stage.as_ref().is_none_or(|stage| *stage == it.stage)
                && filter.band.as_ref().is_none_or(|band| it.band.as_ref() == Some(band))
        };
        let words = wording::words(filter.text.as_deref().unwrap_or_default());
        Self {
            round,
            shelves: counts.iter().filter(fits).map(|it| (it.shelf(), it.clone())).collect(),
            whole: filter.stage.is_none() && filter.band.is_none(),
            words: wording::beginnings(&words).into_iter().collect(),
            all: counts.iter().map(|it| it.assessments).sum(),
        }
    }

    /// How many rows there are whatever their names.
    fn size(&self) -> u64 {
        self.shelves.iter().map(|(_, it)| it.assessments).sum()
    }

    fn names(&self, whole: bool) -> Vec<String> {
        let names = self.shelves.iter().filter(|_| !whole);
        names.map(|(name, _)| name.clone()).collect()
    }

    /// How rows are best found, and how many there are where that can be told.
    async fn plan(
        &self,
        db: &impl Connection,
        order: AssessmentOrder,
        limit: u64,
    ) -> Result<(Plan, Option<u64>), StoreError> {
        let backend = db.executor().get_database_backend();
        let (size, fetch) = (self.size(), fetch(backend));
        if self.words.is_empty() || size == 0 {
            return Ok((Plan::Walk, Some(size)));
        }
        let names = self.names(self.whole);
        let place = Where { round: self.round, shelves: &names, words: &self.words };
        let mut longest: Vec<&String> = self.words.iter().collect();
        longest.sort_by_key(|it| std::cmp::Reverse(it.len()));
        longest.truncate(3);
        let runs = if self.is_one_run(order) { 1 } else { self.shelves.len() as u64 };
        // To find a page and one row of each run. PostgreSQL finds a whole page of each.
        let found = match backend {
            DbBackend::Postgres => limit * runs,
            _ => limit + runs,
        };
        // So many rows with a word are fetched as fast as those among them are walked to. Of
        // several words each can be frequent, and all together rare.
        let alone = (found * self.all / fetch).isqrt();
        let few = if longest.len() > 1 { 4 * alone } else { alone };
        let (mut walked, mut rarest, mut split) = (u128::from(found), None, None);
        for word in longest {
            let (first, later) = has_word(db, self.round, word, few + 1).await?;
            let with = first + later;
            walked = walked * u128::from(self.all) / u128::from(with.max(1));
            if with <= few && rarest.is_none_or(|(least, _)| with < least) {
                rarest = Some((with, word));
            }
            if order.by == Column::Subject && later <= alone.min(size / fetch) {
                split.get_or_insert(Plan::Split(word.clone()));
            }
        }
        let walked = walked.min(size.into());
        if let Some((_, word)) = rarest.filter(|(with, _)| u128::from(fetch * with) <= walked) {
            let having = Having::Anywhere(word);
            let count = number(db, sql::count_gathered(backend, &place, having)).await?;
            return Ok((Plan::Gather(word.clone()), Some(count)));
        }
        let counted = match size <= COUNTED {
            true => Some(number(db, sql::count(backend, &place)).await?),
            false => None,
        };
        Ok((split.unwrap_or(Plan::Walk), counted))
    }

    /// Whether an index has all rows in order.
    fn is_one_run(&self, order: AssessmentOrder) -> bool {
        self.whole && matches!(order.by, Column::Created | Column::Subject)
    }

    async fn walk(
        &self,
        db: &impl Connection,
        way: Way<'_>,
    ) -> Result<Vec<Assessment>, StoreError> {
        let backend = db.executor().get_database_backend();
        let most = usize::try_from(way.limit).unwrap_or(usize::MAX);
        let mut rows = Vec::new();
        for run in self.runs(way.order, way.back) {
            let behind = match way.behind.map(|it| it.compare(run.name.as_deref())) {
                Some(Ordering::Less) => continue,
                Some(Ordering::Equal) => way.behind,
                Some(Ordering::Greater) | None => None,
            };
            let way = Way { behind, ..way };
            let statement = sql::walk(backend, self.round, &run, way, &self.words);
            rows.extend(read(db, statement).await?);
            if rows.len() >= most {
                rows.truncate(most);
                break;
            }
        }
        Ok(rows)
    }

    /// Runs of rows, one after the other in the order asked for.
    fn runs(&self, order: AssessmentOrder, back: bool) -> Vec<Run> {
        if self.shelves.is_empty() {
            return Vec::new();
        }
        let one = |valued: Option<bool>| Run {
            name: valued.unwrap_or(true).then(String::new),
            shelves: self.names(self.is_one_run(order)),
            valued,
        };
        let mut runs = match order.by {
            Column::Created | Column::Subject | Column::Answered | Column::Changed => {
                vec![one(None)]
            }
            Column::Score | Column::Submitted | Column::Reminded => {
                vec![one(Some(true)), one(Some(false))]
            }
            Column::Stage => self.named(order.descending, |it| Some(&it.stage)),
            Column::Band => self.named(order.descending, |it| it.band.as_ref()),
        };
        if back {
            runs.reverse();
        }
        runs
    }

    /// A run for each name that shelves have in common, those without one last.
    fn named(&self, descending: bool, name: impl Fn(&Count) -> Option<&String>) -> Vec<Run> {
        let mut by_name: BTreeMap<&String, Vec<String>> = BTreeMap::new();
        let mut nameless = Vec::new();
        for (shelf, count) in &self.shelves {
            match name(count) {
                Some(name) => by_name.entry(name).or_default().push(shelf.clone()),
                None => nameless.push(shelf.clone()),
            }
        }
        let run = |(name, shelves)| Run { name, shelves, valued: None };
        let mut runs: Vec<Run> =
            by_name.into_iter().map(|(name, all)| run((Some(name.clone()), all))).collect();
        if descending {
            runs.reverse();
        }
        if !nameless.is_empty() {
            runs.push(run((None, nameless)));
        }
        runs
    }
}

const LIST: &str = "list the assessments of a round";

async fn read(db: &impl Connection, statement: Statement) -> Result<Vec<Assessment>, StoreError> {
    let rows = row::Entity::find().from_raw_sql(statement).all(&db.executor()).await;
    let rows = rows.map_err(failed(LIST))?;
    rows.into_iter().map(from_row).collect::<Result<_, _>>().map_err(failed(LIST))
}

async fn number(db: &impl Connection, statement: Statement) -> Result<u64, StoreError> {
    let row = db.executor().query_one_raw(statement).await.map_err(failed(LIST))?;
    let number: Option<i64> =
        row.map(|it| it.try_get("", "n")).transpose().map_err(failed(LIST))?;
    Ok(number.map_or(0, crate::words::whole))
}

/// How many names begin with a word, and have it behind the first, each up to `most`.
async fn has_word(
    db: &impl Connection,
    round: RoundId,
    word: &str,
    most: u64,
) -> Result<(u64, u64), StoreError> {
    let executor = db.executor();
    let statement = sql::count_word(executor.get_database_backend(), round, word, most);
    let row = executor.query_one_raw(statement).await.map_err(failed(LIST))?;
    let Some(row) = row else { return Ok((0, 0)) };
    let read = |column| row.try_get::<i64>("", column).map(crate::words::whole);
    Ok((read("first").map_err(failed(LIST))?, read("later").map_err(failed(LIST))?))
}

/// The ids of all assessments of `round` that pass `filter`, in the order of [`page`].
pub async fn ids(
    db: &impl Connection,
    round: RoundId,
    filter: &AssessmentFilter,
    order: AssessmentOrder,
) -> Result<Vec<AssessmentId>, StoreError> {
    let wanted = Wanted::new(round, &counts(db, round).await?, filter);
    if wanted.shelves.is_empty() {
        return Ok(Vec::new());
    }
    let names = wanted.names(wanted.whole);
    let place = Where { round, shelves: &names, words: &wanted.words };
    let executor = db.executor();
    let statement = sql::ids(executor.get_database_backend(), &place, order);
    let rows = executor.query_all_raw(statement).await.map_err(failed(LIST))?;
    let ids = rows.iter().map(|it| it.try_get_by_index(0).map(AssessmentId));
    ids.collect::<Result<_, _>>().map_err(failed(LIST))
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
