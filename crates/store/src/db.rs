//! The open database and its transactions.

use std::fmt;

use migrations::Migrator;
use sea_orm::{
    DatabaseConnection, DatabaseExecutor, DatabaseTransaction, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;

use crate::assessments::Tally;
use crate::error::{StoreError, failed};
use crate::place::Place;
use crate::schema::{self, SchemaStatus};

/// An open database whose schema fits this program. A clone is a handle to the same database.
#[derive(Clone)]
pub struct Db {
    connection: DatabaseConnection,
    name: String,
}

/// Several changes that are made together or not at all.
///
/// Dropped without [`commit`](Self::commit), it leaves no trace. After an error it is to be
/// dropped: the database may have given it up.
#[derive(Debug)]
pub struct Transaction {
    inner: DatabaseTransaction,
    tally: Tally,
}

/// What the functions of this crate read from and write to: a [`Db`] or a [`Transaction`].
pub trait Connection: sealed::Executor {}

mod sealed {
    use sea_orm::DatabaseExecutor;

    pub trait Executor: Sync {
        fn executor(&self) -> DatabaseExecutor<'_>;
    }
}
pub(crate) use sealed::Executor;

/// Opens the database at `url` for use: `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`.
///
/// A database that a later version made is refused, and so is one that is not there yet or
/// not up to date; see [`migrate`]. Being refused, it is not changed.
pub async fn open(url: &str) -> Result<Db, StoreError> {
    let place = Place::parse(url)?;
    status_of(&place).await?.refuse_newer()?.refuse_pending()?;
    Ok(Db { connection: place.connect().await?, name: place.to_string() })
}

/// Opens the database at `url` after bringing it up to date, and makes it where there is none.
///
/// A new SQLite file can be read and written by its owner only. `sqlite::memory:` gives a
/// database that ends with the returned [`Db`]. Either all pending migrations are applied or
/// none; several programs may try at once.
pub async fn migrate(url: &str) -> Result<Db, StoreError> {
    let place = Place::parse(url)?;
    let status = status_of(&place).await?.refuse_newer()?;
    place.create()?;
    let db = Db { connection: place.connect().await?, name: place.to_string() };
    if !status.pending.is_empty() {
        db.apply().await?;
    }
    Ok(db)
}

/// Opens the database at `url` for a service, after bringing it up to date as [`migrate`] does.
///
/// On a server, whoever finds no connection free within a second is refused
/// ([`StoreError::Unreachable`]), and so is a statement that takes longer than a minute.
pub async fn serve(url: &str) -> Result<Db, StoreError> {
    let db = migrate(url).await?;
    let Some(connection) = Place::parse(url)?.connect_to_serve() else { return Ok(db) };
    let name = db.name.clone();
    db.close().await?;
    Ok(Db { connection, name })
}

/// Which migrations the database at `url` has had; changes nothing.
pub async fn status(url: &str) -> Result<SchemaStatus, StoreError> {
    status_of(&Place::parse(url)?).await
}

async fn status_of(place: &Place) -> Result<SchemaStatus, StoreError> {
    let versions = match versions(place, true).await {
        // Or somebody began to write to a file that nobody seemed to use.
        Err(damaged @ StoreError::Damaged { .. }) => {
            versions(place, false).await.map_err(|_| damaged)?
        }
        versions => versions?,
    };
    Ok(SchemaStatus::new(place.to_string(), versions))
}

async fn versions(place: &Place, may_be_unused: bool) -> Result<Vec<String>, StoreError> {
    let doing = || format!("look at the database {place}");
    let Some(connection) = place.look(may_be_unused).await? else { return Ok(Vec::new()) };
    let versions = schema::in_database(&connection).await.map_err(failed(doing()))?;
    connection.close().await.map_err(failed(doing()))?;
    Ok(versions)
}

impl Db {
    /// Where the database is, without the password.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which migrations the database has had by now.
    pub async fn status(&self) -> Result<SchemaStatus, StoreError> {
        let versions =
            schema::in_database(&self.connection).await.map_err(failed("look at the database"))?;
        Ok(SchemaStatus::new(self.name.clone(), versions))
    }

    /// Begins changes that are made together or not at all.
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        let inner = begin(self).await.map_err(failed("begin a transaction"))?;
        Ok(Transaction { inner, tally: Tally::default() })
    }

    /// Waits until running statements are done and closes the database.
    pub async fn close(self) -> Result<(), StoreError> {
        self.connection.close().await.map_err(failed("close the database"))
    }

    async fn apply(&self) -> Result<(), StoreError> {
        let doing = || format!("migrate the database {}", self.name);
        let transaction = begin(self).await.map_err(failed(doing()))?;
        schema::lock(&transaction).await.map_err(failed(doing()))?;
        // Somebody else may have been here before the lock was ours.
        let versions = schema::in_database(&transaction).await.map_err(failed(doing()))?;
        SchemaStatus::new(self.name.clone(), versions).refuse_newer()?;
        Migrator::up(&transaction, None).await.map_err(failed(doing()))?;
        transaction.commit().await.map_err(failed(doing()))
    }
}

impl Transaction {
    /// Makes the changes last.
    pub async fn commit(self) -> Result<(), StoreError> {
        let counted = self.tally.write(&self.executor()).await;
        counted.map_err(failed("count the assessments of a round"))?;
        self.inner.commit().await.map_err(failed("commit a transaction"))
    }

    /// Takes the changes back at once; dropping does so a moment later.
    pub async fn rollback(self) -> Result<(), StoreError> {
        self.inner.rollback().await.map_err(failed("take a transaction back"))
    }

    /// By how much counts change in it.
    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }
}

/// Begins a transaction, or a savepoint inside one.
///
/// On SQLite it is the writer from its first statement on: one that reads first would fail at
/// its first write whenever somebody else wrote in between.
pub(crate) async fn begin(db: &impl Connection) -> Result<DatabaseTransaction, sea_orm::DbErr> {
    db.executor()
        .begin_with_options(TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        })
        .await
}

impl Connection for Db {}

impl Executor for Db {
    fn executor(&self) -> DatabaseExecutor<'_> {
        (&self.connection).into()
    }
}

impl Connection for Transaction {}

impl Executor for Transaction {
    fn executor(&self) -> DatabaseExecutor<'_> {
        (&self.inner).into()
    }
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Db").field(&self.name).finish()
    }
}
