//! Opens the database that a command works on.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};
use store::Db;
use tempfile::TempPath;

use crate::cli::Database;
use crate::write;

/// Does `work` in the database, which must have been brought to this version.
pub(crate) fn with<T>(database: &Database, work: impl AsyncFnOnce(&Db) -> Result<T>) -> Result<T> {
    block_on(async { closing(store::open(&database.url).await?, work).await })
}

/// Does `work` in the database; a SQLite file that is not there yet is made.
pub(crate) fn with_new<T>(
    database: &Database,
    work: impl AsyncFnOnce(&Db) -> Result<T>,
) -> Result<T> {
    match database.url.strip_prefix("sqlite:").map(|it| it.strip_prefix("//").unwrap_or(it)) {
        Some(":memory:") => return migrated(database, work),
        Some(path) if !path.is_empty() && !path.contains('?') && !Path::new(path).exists() => {
            make(Path::new(path)).with_context(|| format!("cannot make the database {path}"))?;
        }
        _ => {}
    }
    with(database, work)
}

/// Makes a SQLite database, whole or not at all, unless somebody else just did.
fn make(path: &Path) -> Result<()> {
    let folder = tempfile::Builder::new().prefix(".assay-").tempdir_in(write::folder(path))?;
    let file = folder.path().join("new.db");
    let url = format!("sqlite:{}", file.display());
    migrated(&Database { url }, async |_| Ok(()))?;
    match TempPath::try_from_path(file)?.persist_noclobber(path) {
        Err(refused) if refused.error.kind() == ErrorKind::AlreadyExists => Ok(()),
        done => Ok(done?),
    }
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

/// Runs `work` to its end.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}
