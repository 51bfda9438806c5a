//! Opens the database that a command works on.

use std::path::Path;

use anyhow::Result;
use store::Db;

use crate::cli::Database;

/// Does `work` in the database, which must have been brought to this version.
pub(crate) fn with<T>(database: &Database, work: impl AsyncFnOnce(&Db) -> Result<T>) -> Result<T> {
    block_on(async { closing(store::open(&database.url).await?, work).await })
}

/// Does `work` in the database; a SQLite file that is not there yet is made.
pub(crate) fn with_new<T>(
    database: &Database,
    work: impl AsyncFnOnce(&Db) -> Result<T>,
) -> Result<T> {
    let is_new_file = sqlite_file(&database.url).is_some_and(|it| !Path::new(it).exists());
    if is_new_file { migrated(database, work) } else { with(database, work) }
}

/// Does `work` in the database after bringing it to this version.
pub(crate) fn migrated<T>(
    database: &Database,
    work: impl AsyncFnOnce(&Db) -> Result<T>,
) -> Result<T> {
    block_on(async { closing(store::migrate(&database.url).await?, work).await })
}

/// Does `work` and closes the database, so that a SQLite database is one file again.
async fn closing<T>(db: Db, work: impl AsyncFnOnce(&Db) -> Result<T>) -> Result<T> {
    let done = work(&db).await;
    db.close().await?;
    done
}

fn sqlite_file(url: &str) -> Option<&str> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    path.split('?').next()
}

/// Runs `work` to its end.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}
