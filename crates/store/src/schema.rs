//! Whether the database fits this version of the program.

use std::collections::BTreeSet;

use migrations::Migrator;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, EntityTrait};
use sea_orm_migration::seaql_migrations;
use sea_orm_migration::{IntoSchemaManagerConnection, MigratorTrait, SchemaManager};

use crate::error::StoreError;

/// Which migrations a database has had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaStatus {
    /// The database, without the password.
    pub database: String,
    /// Applied migrations that this program knows, oldest first.
    pub applied: Vec<String>,
    /// Migrations still to be applied, oldest first; all of them where there is no database.
    pub pending: Vec<String>,
    /// Applied migrations that this program does not know.
    pub unknown: Vec<String>,
}

impl SchemaStatus {
    /// Whether a later version of this program made the database.
    pub fn newer(&self) -> bool {
        !self.unknown.is_empty()
    }

    /// Whether the database can be used as it is.
    pub fn current(&self) -> bool {
        self.unknown.is_empty() && self.pending.is_empty()
    }

    pub(crate) fn new(database: String, in_database: Vec<String>) -> Self {
        let in_database: BTreeSet<String> = in_database.into_iter().collect();
        let (applied, pending): (Vec<_>, Vec<_>) =
            known().into_iter().partition(|it| in_database.contains(it));
        let unknown = in_database.into_iter().filter(|it| !applied.contains(it)).collect();
        Self { database, applied, pending, unknown }
    }

    pub(crate) fn refuse_newer(self) -> Result<Self, StoreError> {
        if self.newer() {
            return Err(StoreError::Newer { database: self.database, unknown: self.unknown });
        }
        Ok(self)
    }

    pub(crate) fn refuse_pending(self) -> Result<Self, StoreError> {
        if !self.pending.is_empty() {
            return Err(StoreError::NotMigrated { database: self.database, pending: self.pending });
        }
        Ok(self)
    }
}

fn known() -> Vec<String> {
    Migrator::migrations().iter().map(|it| it.name().to_owned()).collect()
}

/// The migrations that stand in the database; changes nothing.
pub(crate) async fn in_database<'c, C>(db: &'c C) -> Result<Vec<String>, DbErr>
where
    C: ConnectionTrait,
    &'c C: IntoSchemaManagerConnection<'c>,
{
    if !SchemaManager::new(db).has_table("seaql_migrations").await? {
        return Ok(Vec::new());
    }
    let models = seaql_migrations::Entity::find().all(db).await?;
    Ok(models.into_iter().map(|it| it.version).collect())
}

/// Keeps other programs from migrating until the transaction `db` ends.
pub(crate) async fn lock(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    // An SQLite transaction that began as IMMEDIATE has the lock already.
    if db.get_database_backend() == DbBackend::Postgres {
        db.execute_unprepared(
            "SELECT pg_advisory_xact_lock(hashtext('assay.migrations'), hashtext(current_schema()))",
        )
        .await?;
    }
    Ok(())
}
