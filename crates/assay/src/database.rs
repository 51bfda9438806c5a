//! Opens the database that a command works on.

use anyhow::Result;
use store::Db;

use crate::cli::Database;

/// Opens the database for use.
///
/// A SQLite file that is not there yet is made; every other database must have been brought
/// to this version with `assay db migrate`.
pub(crate) async fn open(database: &Database) -> Result<Db> {
    let is_new_file = sqlite_file(&database.url).is_some_and(|it| !std::path::Path::new(it).exists());
    Ok(if is_new_file { store::migrate(&database.url).await? } else { store::open(&database.url).await? })
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
