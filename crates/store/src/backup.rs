//! All rows of the database, for a backup: read as they are at one moment, and put into a
//! database that is empty.
//!
//! A row is a list of JSON values in the order of its [`Table`]'s columns, the same on SQLite
//! and PostgreSQL, so that a backup of one fits the other.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use futures::{Stream, StreamExt, TryStreamExt};
use migrations::Migrator;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query, Value as Bound};
use sea_orm::{
    AccessMode, ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseExecutor,
    DatabaseTransaction, DbBackend, DbErr, EntityTrait, IsolationLevel, JsonValue as Value,
    QueryFilter, QueryResult, SqliteTransactionMode, StreamTrait, TransactionOptions,
    TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use uuid::Uuid;

use crate::db::{Connection, Db, Executor};
use crate::entity::{event_head, link};
use crate::error::{Failure, StoreError, failed};
use crate::events::{self, Broken};
use crate::place::Place;
use crate::{schema, words};

mod tables;
pub use tables::{Column, Kind, LEFT_OUT, Table, tables};

/// A row: its values in the order of the table's columns.
pub type Row = Vec<Value>;

/// The database as it is at one moment. Nobody is kept from writing meanwhile.
pub struct Snapshot {
    transaction: DatabaseTransaction,
    migrations: Vec<String>,
}

impl Snapshot {
    /// Takes hold of the database as it is now: all that lasts already is in it.
    pub async fn take(db: &Db) -> Result<Self, StoreError> {
        let executor = db.executor();
        let options = match executor.get_database_backend() {
            DbBackend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
            _ => TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
                ..TransactionOptions::default()
            },
        };
        let transaction = executor.begin_with_options(options).await.map_err(failed(READ))?;
        // Its first look is what both databases hold on to.
        let mut migrations = schema::in_database(&transaction).await.map_err(failed(READ))?;
        migrations.sort();
        Ok(Self { transaction, migrations })
    }

    /// The migrations that the database has had, oldest first.
    pub fn migrations(&self) -> &[String] {
        &self.migrations
    }

    /// The number and the hash of the last event of the history.
    pub async fn head(&self) -> Result<(u64, String), StoreError> {
        let head = event_head::Entity::find_by_id(0).one(&self.transaction).await;
        let head = head.map_err(failed(READ))?;
        Ok(head.map_or((0, String::new()), |it| (words::whole(it.sequence), it.hash)))
    }

    /// All rows of `table`, in the order of its key, a few in memory at a time.
    ///
    /// Nothing else can be read from the snapshot until the stream is dropped.
    pub async fn rows<'a>(
        &'a self,
        table: &'a Table,
    ) -> Result<impl Stream<Item = Result<Row, StoreError>> + 'a, StoreError> {
        let mut select = Query::select();
        select.columns(table.columns.iter().map(|it| Alias::new(&it.name)));
        select.from(Alias::new(&table.name));
        for column in &table.columns[..table.key] {
            select.order_by(Alias::new(&column.name), Order::Asc);
        }
        let stream = self.transaction.stream(&select).await.map_err(failed(READ))?;
        Ok(stream
            .map_err(Failure::from)
            .and_then(move |row| std::future::ready(read(table, &row)))
            .map(|row| row.map_err(failed(READ))))
    }
}

impl Connection for Snapshot {}

impl Executor for Snapshot {
    fn executor(&self) -> DatabaseExecutor<'_> {
        (&self.transaction).into()
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").finish_non_exhaustive()
    }
}

const READ: &str = "read the database for a backup";
const FILL: &str = "fill the database";

/// An empty database that is being filled from a backup: wholly, or not at all when it is
/// dropped before [`finish`](Self::finish).
pub struct Filling {
    connection: DatabaseConnection,
    transaction: DatabaseTransaction,
}

/// What came of filling a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// How many events the history has, or the first that is wrong.
    pub history: Result<u64, Broken>,
    /// How many single-use links were open, and are revoked.
    pub revoked: u64,
}

/// Why a database cannot be filled from a backup.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FillError {
    /// There is something in the database.
    #[error(
        "the database {database} is not empty: there are rows in its table `{table}`. Nothing \
         was changed: restore into an empty database, or move the old one away first"
    )]
    NotEmpty {
        /// The database, without the password.
        database: String,
        /// A table with rows.
        table: String,
    },
    /// The backup was made by a later version of this program.
    #[error(
        "the backup was made by a later version of this program (it has the migration {}); \
         nothing was changed: use that version or a later one",
        unknown.join(", ")
    )]
    Newer {
        /// The migrations that this program does not know.
        unknown: Vec<String>,
    },
    /// The database has tables, but not those of the backup.
    #[error(
        "the database {database} is empty, but it is not at the backup's version. Nothing was \
         changed: restore into a database that no version of the program has used yet"
    )]
    OtherVersion {
        /// The database, without the password.
        database: String,
    },
    /// The backup's tables are not those of its version.
    #[error(
        "the backup's list of tables is not that of its version: no version of this program made \
         it. Nothing was changed"
    )]
    OtherTables,
    /// A row does not fit its table.
    #[error("a row of the table `{table}` cannot be used: {reason}. Nothing was changed")]
    BadRow {
        /// The table.
        table: String,
        /// What is wrong.
        reason: String,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Filling {
    /// Begins to fill the database at `url`, which is made where there is none, with `tables` as
    /// they were after `migrations`.
    pub async fn begin(
        url: &str,
        migrations: &[String],
        tables: &[Table],
    ) -> Result<Self, FillError> {
        let known: Vec<String> =
            Migrator::migrations().iter().map(|it| it.name().to_owned()).collect();
        if !known.starts_with(migrations) || migrations.is_empty() {
            let unknown = migrations.iter().filter(|it| !known.contains(it)).cloned().collect();
            return Err(FillError::Newer { unknown });
        }
        if known == migrations && self::tables() != tables {
            return Err(FillError::OtherTables);
        }
        crate::status(url).await?.refuse_newer()?;
        let place = Place::parse(url)?;
        place.create()?;
        let connection = place.connect().await?;
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = connection.begin_with_options(options).await.map_err(failed(FILL))?;
        let filling = Self { connection, transaction };
        match filling.prepare(place.to_string(), migrations).await {
            Ok(()) => Ok(filling),
            Err(refused) => {
                // So that a SQLite database is one file again.
                let Self { connection, transaction } = filling;
                transaction.rollback().await.map_err(failed(FILL))?;
                connection.close().await.map_err(failed(FILL))?;
                Err(refused)
            }
        }
    }

    /// Sees to it that there are the right tables, and nothing in them.
    async fn prepare(&self, database: String, migrations: &[String]) -> Result<(), FillError> {
        let db = &self.transaction;
        schema::lock(db).await.map_err(failed(FILL))?;
        let mut had = schema::in_database(db).await.map_err(failed(FILL))?;
        had.sort();
        if had.is_empty() {
            let steps = u32::try_from(migrations.len()).ok();
            Migrator::up(db, steps).await.map_err(failed(FILL))?;
        } else if let Some(table) = self.filled().await.map_err(failed(FILL))? {
            return Err(FillError::NotEmpty { database, table });
        } else if had != migrations {
            return Err(FillError::OtherVersion { database });
        }
        if self.has(tables::HEAD).await.map_err(failed(FILL))? {
            let head = event_head::Entity::delete_many().exec(db).await;
            head.map_err(failed(FILL))?;
        }
        Ok(())
    }

    /// A table that has rows, if any has. On PostgreSQL nobody else can add one from now on.
    async fn filled(&self) -> Result<Option<String>, DbErr> {
        let names = tables().into_iter().map(|it| it.name);
        let others = LEFT_OUT.iter().map(|&it| it.to_owned()).filter(|it| it != "seaql_migrations");
        for name in names.chain(others) {
            if !self.has(&name).await? {
                continue;
            }
            if self.executor().get_database_backend() == DbBackend::Postgres {
                let lock = format!("LOCK TABLE \"{name}\" IN SHARE ROW EXCLUSIVE MODE");
                self.transaction.execute_unprepared(&lock).await?;
            }
            let mut select = Query::select();
            select.expr(Expr::val(1)).from(Alias::new(&name)).limit(1);
            if name == tables::HEAD {
                select.and_where(Expr::col("sequence").gt(0));
            }
            if self.transaction.query_one(&select).await?.is_some() {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    async fn has(&self, table: &str) -> Result<bool, DbErr> {
        sea_orm_migration::SchemaManager::new(&self.transaction).has_table(table).await
    }

    /// Puts `rows` into `table`; its own column stays empty.
    pub async fn put(&self, table: &Table, rows: &[Row]) -> Result<(), FillError> {
        // Both databases take only so many values with one statement.
        let at_once = (30_000 / table.columns.len().max(1)).max(1);
        for rows in rows.chunks(at_once) {
            let mut insert = Query::insert();
            insert.into_table(Alias::new(&table.name));
            insert.columns(table.columns.iter().map(|it| Alias::new(&it.name)));
            for row in rows {
                let values = bound(table, row)?.into_iter().map(Expr::val);
                insert.values(values).map_err(|it| bad(table, it.to_string()))?;
            }
            self.transaction.execute(&insert).await.map_err(failed(filling(table)))?;
        }
        Ok(())
    }

    /// Fills in the own column of `row`, which [`put`](Self::put) left empty.
    pub async fn put_own(&self, table: &Table, row: &Row) -> Result<(), FillError> {
        let Some(own) = table.columns.iter().position(|it| Some(&it.name) == table.own.as_ref())
        else {
            return Ok(());
        };
        let columns = || table.columns.iter().zip(row);
        let mut update = Query::update();
        update.table(Alias::new(&table.name));
        for (i, (column, value)) in columns().enumerate() {
            let name = Alias::new(&column.name);
            let value = || bind(column.kind, value).ok_or_else(|| unfit(table, column));
            if i == own {
                update.value(name, Expr::val(value()?));
            } else if i < table.key {
                update.and_where(Expr::col(name).eq(Expr::val(value()?)));
            }
        }
        self.transaction.execute(&update).await.map_err(failed(filling(table)))?;
        Ok(())
    }

    /// Brings the database to this version, revokes links that are open at `now`, checks the
    /// history and makes all of it last.
    ///
    /// What was signed in stays signed out: sessions are in no backup. A history that is broken
    /// was so before the backup; it is told, and the data stays.
    pub async fn finish(self, now: DateTime<Utc>) -> Result<Filled, FillError> {
        Migrator::up(&self.transaction, None).await.map_err(failed(FILL))?;
        let revoked = link::Entity::update_many()
            .col_expr(link::Column::RevokedAt, Expr::value(words::time(now)))
            .filter(link::Column::UsedAt.is_null())
            .filter(link::Column::RevokedAt.is_null())
            .exec(&self.transaction)
            .await
            .map_err(failed("revoke links"))?
            .rows_affected;
        if event_head::Entity::find_by_id(0)
            .one(&self.transaction)
            .await
            .map_err(failed(FILL))?
            .is_none()
        {
            return Err(bad_table(tables::HEAD, "the last event of the history is missing"));
        }
        let history = events::verify(&self).await?;
        self.transaction.commit().await.map_err(failed(FILL))?;
        self.connection.close().await.map_err(failed("close the database"))?;
        Ok(Filled { history, revoked })
    }
}

impl Connection for Filling {}

impl Executor for Filling {
    fn executor(&self) -> DatabaseExecutor<'_> {
        (&self.transaction).into()
    }
}

impl fmt::Debug for Filling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filling").finish_non_exhaustive()
    }
}

fn filling(table: &Table) -> String {
    format!("fill the table `{}`", table.name)
}

fn bad(table: &Table, reason: impl Into<String>) -> FillError {
    bad_table(&table.name, reason)
}

fn bad_table(table: &str, reason: impl Into<String>) -> FillError {
    FillError::BadRow { table: table.to_owned(), reason: reason.into() }
}

fn unfit(table: &Table, column: &Column) -> FillError {
    bad(table, format!("the column `{}` holds another kind of value", column.name))
}

/// The values of `row` as the database takes them; the own column is empty.
fn bound(table: &Table, row: &Row) -> Result<Vec<Bound>, FillError> {
    if row.len() != table.columns.len() {
        return Err(bad(table, "it has another number of values"));
    }
    let columns = table.columns.iter().zip(row);
    columns
        .map(|(column, value)| {
            match table.own.as_ref() == Some(&column.name) {
                true => bind(column.kind, &Value::Null),
                false => bind(column.kind, value),
            }
            .ok_or_else(|| unfit(table, column))
        })
        .collect()
}

/// A value as the database takes it, if it is of that kind.
fn bind(kind: Kind, value: &Value) -> Option<Bound> {
    if value.is_null() {
        return Some(match kind {
            Kind::Text => None::<String>.into(),
            Kind::Integer => None::<i32>.into(),
            Kind::BigInteger => None::<i64>.into(),
            Kind::Double => None::<f64>.into(),
            Kind::Boolean => None::<bool>.into(),
            Kind::Uuid => None::<Uuid>.into(),
            Kind::Time => None::<DateTime<Utc>>.into(),
        });
    }
    Some(match kind {
        Kind::Text => value.as_str()?.to_owned().into(),
        Kind::Integer => i32::try_from(value.as_i64()?).ok()?.into(),
        Kind::BigInteger => value.as_i64()?.into(),
        Kind::Double => value.as_f64()?.into(),
        Kind::Boolean => value.as_bool()?.into(),
        Kind::Uuid => value.as_str()?.parse::<Uuid>().ok()?.into(),
        Kind::Time => DateTime::parse_from_rfc3339(value.as_str()?).ok()?.to_utc().into(),
    })
}

/// The values of a row that was read.
fn read(table: &Table, row: &QueryResult) -> Result<Row, Failure> {
    let value = |(i, column): (usize, &Column)| {
        let value = match column.kind {
            Kind::Text => row.try_get_by_index::<Option<String>>(i)?.into(),
            Kind::Integer => row.try_get_by_index::<Option<i32>>(i)?.into(),
            Kind::BigInteger => row.try_get_by_index::<Option<i64>>(i)?.into(),
            Kind::Double => double(row.try_get_by_index(i)?, column)?,
            Kind::Boolean => row.try_get_by_index::<Option<bool>>(i)?.into(),
            Kind::Uuid => row.try_get_by_index::<Option<Uuid>>(i)?.map(|it| it.to_string()).into(),
            Kind::Time => row
                .try_get_by_index::<Option<DateTime<Utc>>>(i)?
                .map(|it| it.to_rfc3339_opts(SecondsFormat::AutoSi, true))
                .into(),
        };
        Ok(value)
    };
    table.columns.iter().enumerate().map(value).collect()
}

fn double(number: Option<f64>, column: &Column) -> Result<Value, Failure> {
    match number {
        Some(it) if !it.is_finite() => {
            Err(Failure::damaged(format!("the column {}: {it} is no number", column.name)))
        }
        number => Ok(number.into()),
    }
}
