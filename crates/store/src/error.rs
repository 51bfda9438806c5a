//! What can go wrong with the database, and what the operator can do about it.

use std::borrow::Cow;
use std::error::Error;
use std::io;

use sea_orm::{DbErr, RuntimeErr, sqlx};

use crate::scorecards::BadCursor;

/// Why the database could not be opened, read or written.
///
/// The message says what was being done and what the operator can do; what the database
/// itself said is the [source](Error::source). Neither holds a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// What was asked for is not stored.
    #[error("there is no {what} {id} in the database")]
    Missing {
        /// What kind of thing it is.
        what: &'static str,
        /// Its id or hash.
        id: String,
    },
    /// The address of the database cannot be read.
    #[error("the address of the database is wrong: {reason}")]
    BadAddress {
        /// What is wrong with it.
        reason: String,
    },
    /// The place to continue a list from was made by another list.
    #[error(transparent)]
    BadCursor(#[from] BadCursor),
    /// The database was made by a later version of this program.
    #[error(
        "the database {database} was made by a later version of this program (it has the \
         migration {}); nothing was changed: use that version or a later one",
        unknown.join(", ")
    )]
    Newer {
        /// The database, without the password.
        database: String,
        /// The migrations that this program does not know.
        unknown: Vec<String>,
    },
    /// The database is not there yet or was made by an earlier version of this program.
    #[error(
        "the database {database} is not ready for this version of the program ({} migrations \
         to apply): run `assay db migrate`",
        pending.len()
    )]
    NotMigrated {
        /// The database, without the password.
        database: String,
        /// The migrations that are to be applied.
        pending: Vec<String>,
    },
    /// The database may not be written.
    #[error(
        "cannot {doing}: the database may not be written. Check the permissions of the file and \
         of its folder (SQLite) or of the database user (PostgreSQL)"
    )]
    ReadOnly {
        /// What was being done.
        doing: Cow<'static, str>,
        /// What the database said.
        source: Cause,
    },
    /// There is no room left.
    #[error("cannot {doing}: the disk of the database is full. Make room and try again")]
    DiskFull {
        /// What was being done.
        doing: Cow<'static, str>,
        /// What the database said.
        source: Cause,
    },
    /// The database does not answer.
    #[error(
        "cannot {doing}: the database cannot be reached. Check that it is there and running, \
         and that address, user and password are right"
    )]
    Unreachable {
        /// What was being done.
        doing: Cow<'static, str>,
        /// What the database said.
        source: Cause,
    },
    /// Somebody else is writing and did not finish in time.
    #[error("cannot {doing}: the database is busy. Try again in a moment")]
    Busy {
        /// What was being done.
        doing: Cow<'static, str>,
        /// What the database said.
        source: Cause,
    },
    /// What is stored cannot be read.
    #[error(
        "cannot {doing}: the database is damaged or is no database of this program. Restore it \
         from a backup"
    )]
    Damaged {
        /// What was being done.
        doing: Cow<'static, str>,
        /// What is wrong.
        source: Cause,
    },
    /// Anything else.
    #[error("cannot {doing}")]
    Other {
        /// What was being done.
        doing: Cow<'static, str>,
        /// What the database said.
        source: Cause,
    },
}

/// What the database said.
pub type Cause = Box<dyn Error + Send + Sync>;

/// Turns what the database said while `doing` something into a [`StoreError`].
pub(crate) fn failed<E: Into<Failure>>(
    doing: impl Into<Cow<'static, str>>,
) -> impl FnOnce(E) -> StoreError {
    move |error| error.into().named(doing.into())
}

/// What went wrong, not yet with what was being done.
pub(crate) struct Failure {
    kind: Kind,
    source: Cause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    ReadOnly,
    DiskFull,
    Unreachable,
    Busy,
    Damaged,
    Other,
}

impl Failure {
    /// A stored value that this program cannot read.
    pub(crate) fn damaged(source: impl Into<Cause>) -> Self {
        Self { kind: Kind::Damaged, source: source.into() }
    }

    fn named(self, doing: Cow<'static, str>) -> StoreError {
        let source = self.source;
        match self.kind {
            Kind::ReadOnly => StoreError::ReadOnly { doing, source },
            Kind::DiskFull => StoreError::DiskFull { doing, source },
            Kind::Unreachable => StoreError::Unreachable { doing, source },
            Kind::Busy => StoreError::Busy { doing, source },
            Kind::Damaged => StoreError::Damaged { doing, source },
            Kind::Other => StoreError::Other { doing, source },
        }
    }
}

impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        let kind = match &error {
            DbErr::ConnectionAcquire(_) => Kind::Unreachable,
            DbErr::Conn(RuntimeErr::SqlxError(inner))
            | DbErr::Exec(RuntimeErr::SqlxError(inner))
            | DbErr::Query(RuntimeErr::SqlxError(inner)) => kind_of(inner),
            DbErr::Type(_) | DbErr::TryIntoErr { .. } => Kind::Damaged,
            _ => Kind::Other,
        };
        Self { kind, source: error.into() }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self { kind: kind_of(&error), source: error.into() }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self { kind: kind_of_io(&error), source: error.into() }
    }
}

fn kind_of(error: &sqlx::Error) -> Kind {
    match error {
        sqlx::Error::Io(error) if error.kind() == io::ErrorKind::StorageFull => Kind::DiskFull,
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => Kind::Unreachable,
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Kind::Damaged,
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                code.parse().map_or(Kind::Other, kind_of_sqlite)
            } else {
                kind_of_postgres(&code)
            }
        }
        _ => Kind::Other,
    }
}

fn kind_of_io(error: &io::Error) -> Kind {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Kind::ReadOnly,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Kind::DiskFull,
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Kind::Unreachable,
        _ => Kind::Other,
    }
}

/// By SQLite's result codes; the lowest byte is the family.
fn kind_of_sqlite(code: i32) -> Kind {
    // The log's index cannot grow.
    const IOERR_SHMSIZE: i32 = 4874;
    match code & 0xff {
        _ if code == IOERR_SHMSIZE => Kind::DiskFull,
        5 | 6 => Kind::Busy,
        8 => Kind::ReadOnly,
        11 | 26 => Kind::Damaged,
        13 => Kind::DiskFull,
        14 => Kind::Unreachable,
        _ => Kind::Other,
    }
}

/// By PostgreSQL's SQLSTATE; the first two characters are the class.
fn kind_of_postgres(state: &str) -> Kind {
    match state {
        "25006" | "42501" => Kind::ReadOnly,
        "53100" => Kind::DiskFull,
        "40001" | "40P01" | "55P03" | "53300" | "57014" => Kind::Busy,
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "3D000" => Kind::Unreachable,
        "XX001" | "XX002" => Kind::Damaged,
        _ if state.starts_with("08") || state.starts_with("28") => Kind::Unreachable,
        _ => Kind::Other,
    }
}
