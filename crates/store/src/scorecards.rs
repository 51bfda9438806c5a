//! Scorecards, stored with the response they were made from.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt, TryStreamExt, stream};
use model::response::{FormRef, Subject};
use model::scorecard::Status;
use model::{Response, Scorecard};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use semver::Version;
use uuid::Uuid;

use crate::db::{Connection, Db, Executor, begin};
use crate::entity::{response as response_row, scorecard as row};
use crate::error::{Failure, StoreError, failed};
use crate::responses::{self, StoredResponse};
use crate::words;

mod listing;
pub use listing::{BadCursor, BadSort, Cursor, Filter, Page, Sort, SortBy};

/// How many results share one statement.
const CHUNK: usize = 200;

/// Names one stored scorecard; later ones sort after earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScorecardId(pub(crate) Uuid);

/// A scorecard as it was made.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredScorecard {
    /// What lists show.
    pub row: ScorecardRow,
    /// The scorecard as JSON.
    pub document: String,
}

/// A stored scorecard without its document: what one filters and sorts by.
#[derive(Clone, Debug, PartialEq)]
pub struct ScorecardRow {
    /// Its id.
    pub id: ScorecardId,
    /// The hash of the form that was answered.
    pub form_hash: String,
    /// The hash of the response it was made from.
    pub response_hash: String,
    /// The form that was answered.
    pub form: FormRef,
    /// What was assessed.
    pub subject: Subject,
    /// The day the answers hold for.
    pub date: String,
    /// Where the result stands.
    pub status: Status,
    /// The id of the band, where there is one.
    pub band: Option<String>,
    /// The total with missing answers as nothing, where there is a total.
    pub strict: Option<f64>,
    /// The total of what was answered.
    pub answered: Option<f64>,
    /// The total with missing answers as full.
    pub upper: Option<f64>,
    /// The share of applicable weight that is answered, 0 to 1.
    pub completeness: Option<f64>,
    /// The version of the engine that scored.
    pub engine: Version,
    /// When it was stored, to the millisecond.
    pub created_at: DateTime<Utc>,
}

/// A response and the scorecard made from it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredResult {
    /// The response.
    pub response: StoredResponse,
    /// The scorecard.
    pub scorecard: StoredScorecard,
}

/// What became of a result that was saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The id under which it is stored.
    pub id: ScorecardId,
    /// Whether it was not there before.
    pub new: bool,
}

impl StoredResult {
    /// A result to be stored under a new id, with its two documents as they shall be repeated.
    pub fn new(
        response: &Response,
        response_document: String,
        scorecard: &Scorecard,
        scorecard_document: String,
        at: DateTime<Utc>,
    ) -> Self {
        let made_from = &scorecard.provenance;
        let (form_hash, hash) = (made_from.form.clone(), made_from.response.clone());
        Self {
            response: StoredResponse::new(response, hash, form_hash, response_document),
            scorecard: StoredScorecard::new(scorecard, scorecard_document, at),
        }
    }
}

impl StoredScorecard {
    /// A scorecard to be stored under a new id: `document` is what shall be repeated.
    pub fn new(scorecard: &Scorecard, document: String, at: DateTime<Utc>) -> Self {
        let total = scorecard.total.as_ref();
        let row = ScorecardRow {
            id: ScorecardId::new(at),
            form_hash: scorecard.provenance.form.clone(),
            response_hash: scorecard.provenance.response.clone(),
            form: scorecard.form.clone(),
            subject: scorecard.subject.clone(),
            date: scorecard.date.clone(),
            status: scorecard.status,
            band: total.and_then(|it| it.band.as_ref()).map(|it| it.id.clone()),
            strict: total.map(|it| it.score.strict),
            answered: total.and_then(|it| it.score.answered),
            upper: total.map(|it| it.score.upper),
            completeness: total.map(|it| it.score.completeness),
            engine: scorecard.provenance.engine.clone(),
            created_at: words::time(at),
        };
        Self { row, document }
    }
}

/// Stores a response with its scorecard; the form must be stored.
///
/// The same response to the same form, scored by the same engine, is stored once: saving it
/// again changes nothing and gives the id it has.
pub async fn save(db: &impl Connection, result: &StoredResult) -> Result<Saved, StoreError> {
    let saved = save_many(db, std::slice::from_ref(result)).await?;
    Ok(saved[0])
}

/// Stores several results as [`save`] does, all of them or none.
pub async fn save_many(
    db: &impl Connection,
    results: &[StoredResult],
) -> Result<Vec<Saved>, StoreError> {
    const SAVE: &str = "save results";
    let transaction = begin(db).await.map_err(failed(SAVE))?;
    let mut saved = Vec::with_capacity(results.len());
    for chunk in results.chunks(CHUNK) {
        match insert(&transaction, chunk).await {
            Ok(mut ids) => saved.append(&mut ids),
            Err(failure) => {
                // What failed says more than that SQLite had rolled back by itself.
                transaction.rollback().await.ok();
                return Err(failed(SAVE)(failure));
            }
        }
    }
    transaction.commit().await.map_err(failed(SAVE))?;
    Ok(saved)
}

/// The scorecard with `id`.
pub async fn get(db: &impl Connection, id: ScorecardId) -> Result<StoredScorecard, StoreError> {
    let missing = || StoreError::Missing { what: "scorecard", id: id.to_string() };
    find(db, id).await?.ok_or_else(missing)
}

/// The scorecard with `id`, if it is stored.
pub async fn find(
    db: &impl Connection,
    id: ScorecardId,
) -> Result<Option<StoredScorecard>, StoreError> {
    const READ: &str = "read a scorecard";
    let row = row::Entity::find_by_id(id.0).one(&db.executor()).await.map_err(failed(READ))?;
    row.map(StoredScorecard::from_row).transpose().map_err(failed(READ))
}

/// The scorecards with these ids that are stored, in no order.
pub async fn find_many(
    db: &impl Connection,
    ids: &[ScorecardId],
) -> Result<Vec<StoredScorecard>, StoreError> {
    const READ: &str = "read scorecards";
    let rows = row::Entity::find()
        .filter(row::Column::Id.is_in(ids.iter().map(|it| it.0)))
        .all(&db.executor())
        .await
        .map_err(failed(READ))?;
    rows.into_iter().map(StoredScorecard::from_row).collect::<Result<_, _>>().map_err(failed(READ))
}

/// At most `limit` scorecards that pass `filter`, in the order of `sort`, from behind `after`.
pub async fn list(
    db: &impl Connection,
    filter: &Filter,
    sort: Sort,
    limit: u64,
    after: Option<&Cursor>,
) -> Result<Page, StoreError> {
    const LIST: &str = "list scorecards";
    let mut select = sort.order(row::Entity::find().filter(filter.condition()));
    if let Some(cursor) = after {
        select = select.filter(cursor.condition(sort)?);
    }
    let lines = select
        .limit(limit.saturating_add(1))
        .into_partial_model::<row::Line>()
        .all(&db.executor())
        .await
        .map_err(failed(LIST))?;
    let more = lines.len() as u64 > limit;
    let rows: Vec<ScorecardRow> = lines
        .into_iter()
        .take(usize::try_from(limit).unwrap_or(usize::MAX))
        .map(ScorecardRow::from_line)
        .collect::<Result<_, _>>()
        .map_err(failed(LIST))?;
    let next = rows.last().filter(|_| more).map(|last| Cursor::behind(last, sort));
    Ok(Page { rows, next })
}

/// How many scorecards pass `filter`.
pub async fn count(db: &impl Connection, filter: &Filter) -> Result<u64, StoreError> {
    row::Entity::find()
        .filter(filter.condition())
        .count(&db.executor())
        .await
        .map_err(failed("count scorecards"))
}

/// All results that pass `filter`, oldest first.
///
/// Only a few are in memory at a time, and nobody is kept from writing meanwhile; what is
/// stored while the stream runs may or may not be in it.
pub fn stream(
    db: &Db,
    filter: &Filter,
) -> impl Stream<Item = Result<StoredResult, StoreError>> + Send + use<> {
    const READ: &str = "read results";
    let condition = filter.condition();
    let pages = stream::try_unfold((db.clone(), Some(Uuid::nil())), move |(db, from)| {
        let condition = condition.clone();
        async move {
            let Some(from) = from else { return Ok(None) };
            let rows = row::Entity::find()
                .find_also_related(response_row::Entity)
                .filter(condition)
                .filter(row::Column::Id.gt(from))
                .order_by_asc(row::Column::Id)
                .limit(CHUNK as u64)
                .all(&db.executor())
                .await
                .map_err(failed(READ))?;
            let next = rows.last().filter(|_| rows.len() == CHUNK).map(|(last, _)| last.id);
            Ok::<_, StoreError>(Some((rows, (db, next))))
        }
    });
    pages
        .map_ok(|rows| {
            stream::iter(rows).map(|it| StoredResult::from_rows(it).map_err(failed(READ)))
        })
        .try_flatten()
}

/// Inserts what is not there yet, and finds the ids of all.
async fn insert(db: &DatabaseTransaction, results: &[StoredResult]) -> Result<Vec<Saved>, Failure> {
    response_row::Entity::insert_many(results.iter().map(|it| responses::active(&it.response)))
        .on_conflict(responses::once())
        .exec_without_returning(db)
        .await?;
    let once = [row::Column::FormHash, row::Column::ResponseHash, row::Column::Engine];
    row::Entity::insert_many(results.iter().map(|it| active(&it.scorecard)))
        .on_conflict(OnConflict::columns(once).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    let stored: Vec<(String, String, String, Uuid)> = row::Entity::find()
        .select_only()
        .columns(once)
        .column(row::Column::Id)
        .filter(row::Column::ResponseHash.is_in(results.iter().map(|it| &it.response.hash)))
        .into_tuple()
        .all(db)
        .await?;
    let stored: HashMap<_, _> = stored
        .into_iter()
        .map(|(form, response, engine, id)| ((form, response, engine), ScorecardId(id)))
        .collect();
    results
        .iter()
        .map(|StoredResult { scorecard: StoredScorecard { row, .. }, .. }| {
            let key = (row.form_hash.clone(), row.response_hash.clone(), row.engine.to_string());
            let id = *stored.get(&key).ok_or_else(|| Failure::damaged("a saved row is gone"))?;
            Ok(Saved { id, new: id == row.id })
        })
        .collect()
}

fn active(scorecard: &StoredScorecard) -> row::ActiveModel {
    let StoredScorecard { row, document } = scorecard.clone();
    row::ActiveModel {
        id: Set(row.id.0),
        form_hash: Set(row.form_hash),
        response_hash: Set(row.response_hash),
        form_id: Set(row.form.id),
        form_version: Set(row.form.version.to_string()),
        subject_name: Set(row.subject.name),
        subject_kind: Set(words::word(row.subject.kind)),
        date: Set(row.date),
        status: Set(words::word(row.status)),
        band: Set(row.band),
        strict: Set(row.strict),
        answered: Set(row.answered),
        upper: Set(row.upper),
        completeness: Set(row.completeness),
        engine: Set(row.engine.to_string()),
        created_at: Set(words::time(row.created_at)),
        document: Set(document),
    }
}

impl StoredScorecard {
    fn from_row(it: row::Model) -> Result<Self, Failure> {
        let line = row::Line {
            id: it.id,
            form_hash: it.form_hash,
            response_hash: it.response_hash,
            form_id: it.form_id,
            form_version: it.form_version,
            subject_name: it.subject_name,
            subject_kind: it.subject_kind,
            date: it.date,
            status: it.status,
            band: it.band,
            strict: it.strict,
            answered: it.answered,
            upper: it.upper,
            completeness: it.completeness,
            engine: it.engine,
            created_at: it.created_at,
        };
        Ok(Self { row: ScorecardRow::from_line(line)?, document: it.document })
    }
}

impl ScorecardRow {
    fn from_line(it: row::Line) -> Result<Self, Failure> {
        let version = words::parse("form_version", &it.form_version)?;
        let kind = words::parse("subject_kind", &it.subject_kind)?;
        Ok(Self {
            id: ScorecardId(it.id),
            form_hash: it.form_hash,
            response_hash: it.response_hash,
            form: FormRef { id: it.form_id, version },
            subject: Subject { name: it.subject_name, kind },
            date: it.date,
            status: words::parse("status", &it.status)?,
            band: it.band,
            strict: it.strict,
            answered: it.answered,
            upper: it.upper,
            completeness: it.completeness,
            engine: words::parse("engine", &it.engine)?,
            created_at: it.created_at,
        })
    }
}

impl StoredResult {
    fn from_rows(
        (scorecard, response): (row::Model, Option<response_row::Model>),
    ) -> Result<Self, Failure> {
        let response = response.ok_or_else(|| Failure::damaged("a response is gone"))?;
        Ok(Self {
            response: StoredResponse::from_row(response)?,
            scorecard: StoredScorecard::from_row(scorecard)?,
        })
    }
}

impl ScorecardId {
    /// A new id, made from the time given, a running number and chance (UUID version 7).
    ///
    /// Thanks to the number, what one program makes within a millisecond stays in order.
    pub fn new(at: DateTime<Utc>) -> Self {
        Self(crate::id::at(at))
    }
}

impl fmt::Display for ScorecardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ScorecardId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}
