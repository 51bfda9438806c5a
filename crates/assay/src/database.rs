//! Opens the database that a command works on.

use std::path::Path;

use anyhow::Result;
use store::Db;

use crate::cli::Database;

/// Opens the database for use; it must have been brought to this version.
pub(crate) async fn open(database: &Database) -> Result<Db> {
    Ok(store::open(&database.url).await?)
}

/// Opens the database for use; a SQLite file that is not there yet is made.
pub(crate) async fn open_or_make(database: &Database) -> Result<Db> {
    let is_new_file = sqlite_file(&database.url).is_some_and(|it| !Path::new(it).exists());
    if is_new_file { Ok(store::migrate(&database.url).await?) } else { open(database).await }
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
