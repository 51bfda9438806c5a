//! Where the database is, and how it is connected to.

use std::fmt;
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sea_orm::sqlx::{self, Connection as _, Executor as _};
use sea_orm::{DatabaseConnection, SqlxPostgresConnector, SqlxSqliteConnector};

use crate::error::{StoreError, failed};

/// How long somebody waits for a free connection or for another writer to finish.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long those wait for a free connection whom a service answers: more come behind them.
const SERVICE_PATIENCE: Duration = Duration::from_secs(1);
/// How long a connection to a server may rest before it is asked whether it still answers.
const REST: Duration = Duration::from_secs(1);
/// What a service asks of the server. A statement whose reader has given up comes to an end, and
/// so does a transaction whose writer was cut off, which would keep others from writing.
const SERVICE_SESSION: &str =
    "SET statement_timeout = '60s'; SET idle_in_transaction_session_timeout = '30s'";
const SQLITE_CONNECTIONS: u32 = 4;
/// How much of the file each connection holds in memory at most, in KiB as SQLite writes it.
const SQLITE_CACHE: &str = "-16384";
const POSTGRES_CONNECTIONS: u32 = 10;

/// Where the database is.
pub(crate) enum Place {
    /// In the memory of this process.
    Memory,
    /// An SQLite file.
    File(PathBuf),
    /// A PostgreSQL server.
    Server(Box<PgConnectOptions>),
}

impl Place {
    /// Reads `sqlite:PATH`, `sqlite::memory:` or `postgres://…`.
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        let bad = |reason: String| Err(StoreError::BadAddress { reason });
        if let Some(path) = url.strip_prefix("sqlite:") {
            return match path.strip_prefix("//").unwrap_or(path) {
                ":memory:" => Ok(Self::Memory),
                "" => bad("a path must follow `sqlite:`".to_owned()),
                path if path.contains('?') => {
                    bad("only a path may follow `sqlite:`, without `?` and settings".to_owned())
                }
                path => match std::path::absolute(path) {
                    Ok(path) => Ok(Self::File(path)),
                    Err(error) => bad(error.to_string()),
                },
            };
        }
        let Some((_, rest)) =
            url.split_once("://").filter(|(it, _)| matches!(*it, "postgres" | "postgresql"))
        else {
            return bad("it must begin with `sqlite:` or `postgres://`".to_owned());
        };
        // Such a password would end the server's name early and be taken for a part of what
        // follows, which is shown.
        if rest.split_once(['/', '?', '#']).is_some_and(|(_, behind)| behind.contains('@')) {
            return bad("in a password write `/` as %2F, `?` as %3F and `#` as %23".to_owned());
        }
        match url.parse::<PgConnectOptions>() {
            Ok(options) => Ok(Self::Server(Box::new(named(options)))),
            Err(error) => bad(error.to_string()),
        }
    }

    /// Connects to what is there and can change nothing; `None` where there is no database.
    ///
    /// A file that nobody uses is read without making anything beside it.
    pub(crate) async fn look(
        &self,
        may_be_unused: bool,
    ) -> Result<Option<DatabaseConnection>, StoreError> {
        match self {
            Self::Memory => Ok(None),
            Self::File(path) => match path.try_exists() {
                Ok(false) => Ok(None),
                Ok(true) => {
                    // Without a log beside the file nobody uses it.
                    let mut log = path.clone().into_os_string();
                    log.push("-wal");
                    let unused = may_be_unused && !Path::new(&log).exists();
                    let options = sqlite(path).read_only(true).immutable(unused);
                    self.pool(SqlitePoolOptions::new().max_connections(1), options).await.map(Some)
                }
                Err(error) => Err(failed(format!("open the database {self}"))(error)),
            },
            Self::Server(_) => self.connect().await.map(Some),
        }
    }

    /// Connects for use; a file must be there.
    pub(crate) async fn connect(&self) -> Result<DatabaseConnection, StoreError> {
        match self {
            // A second connection would see a database of its own, and so would the first one
            // after a rest.
            Self::Memory => {
                let options = SqlitePoolOptions::new()
                    .max_connections(1)
                    .min_connections(1)
                    .idle_timeout(None)
                    .max_lifetime(None);
                self.pool(options, SqliteConnectOptions::new().in_memory(true)).await
            }
            Self::File(path) => {
                let options = sqlite(path)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full);
                // After some errors, a full disk for one, SQLite rolls back by itself. The
                // connection still counts a transaction then and would take the next one for a
                // part of it, whose commit does nothing.
                let pool = SqlitePoolOptions::new()
                    .max_connections(SQLITE_CONNECTIONS)
                    .before_acquire(|it, _| Box::pin(async { Ok(!it.is_in_transaction()) }));
                self.pool(pool, options).await
            }
            Self::Server(options) => {
                let doing = || format!("open the database {self}");
                // The pool would go on trying a server that refuses, and say only that time ran out.
                let first = PgConnection::connect_with(options);
                match tokio::time::timeout(PATIENCE, first).await {
                    Ok(Ok(connection)) => connection.close().await.map_err(failed(doing()))?,
                    Ok(Err(error)) => return Err(failed(doing())(error)),
                    Err(_) => {
                        return Err(failed(doing())(io::Error::from(io::ErrorKind::TimedOut)));
                    }
                }
                let pool = server_pool().connect_lazy_with((**options).clone());
                Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
            }
        }
    }

    /// Connects for a service, where the database is on a server.
    pub(crate) fn connect_to_serve(&self) -> Option<DatabaseConnection> {
        let Self::Server(options) = self else { return None };
        let pool = server_pool()
            .acquire_timeout(SERVICE_PATIENCE)
            .after_connect(|it, _| Box::pin(async { it.execute(SERVICE_SESSION).await.map(drop) }))
            .connect_lazy_with((**options).clone());
        Some(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
    }

    /// Makes an empty file where there is none, for nobody else to read.
    pub(crate) fn create(&self) -> Result<(), StoreError> {
        let Self::File(path) = self else { return Ok(()) };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(failed(format!("create the database {self}"))(error))
            }
            _ => Ok(()),
        }
    }

    async fn pool(
        &self,
        pool: SqlitePoolOptions,
        options: SqliteConnectOptions,
    ) -> Result<DatabaseConnection, StoreError> {
        pool.acquire_timeout(PATIENCE)
            .connect_with(options)
            .await
            .map(SqlxSqliteConnector::from_sqlx_sqlite_pool)
            .map_err(failed(format!("open the database {self}")))
    }
}

/// How connections to a server are kept.
fn server_pool() -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|it, about| {
            Box::pin(async move {
                if about.idle_for > REST {
                    it.ping().await?;
                }
                Ok(true)
            })
        })
        // The pool itself would ask without end when the other side has fallen silent, and count
        // the connection as used.
        .after_release(|it, _| {
            Box::pin(async {
                let asked = tokio::time::timeout(PATIENCE, it.ping()).await;
                asked.map_err(|_| sqlx::Error::PoolTimedOut)?.map(|()| true)
            })
        })
}

/// Shows where the database is, never the password.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("in memory"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Server(options) => {
                let database = options.get_database().unwrap_or(options.get_username());
                match options.get_socket() {
                    Some(socket) => write!(f, "{database} at {}", socket.display()),
                    None => {
                        write!(f, "{database} at {}:{}", options.get_host(), options.get_port())
                    }
                }
            }
        }
    }
}

/// With the name under which the server lists the connections, unless the address gives one.
fn named(options: PgConnectOptions) -> PgConnectOptions {
    match options.get_application_name() {
        Some(_) => options,
        None => options.application_name("assay"),
    }
}

fn sqlite(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(PATIENCE)
        .foreign_keys(true)
        .pragma("cache_size", SQLITE_CACHE)
}
