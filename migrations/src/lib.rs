//! The history of the database's schema, one small step per module.
//!
//! A migration that was released never changes; what comes later is a new step that the
//! running version survives: add first, move, remove in a later release. No step uses the
//! entities of `store`, which say how the schema is now.

use sea_orm_migration::prelude::*;

mod columns;
mod m20261122_000001_results;
mod m20261123_000001_people;
mod m20261123_000002_assessments;
mod m20261123_000003_table;

/// All steps, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_results::Migration),
            Box::new(m20261123_000001_people::Migration),
            Box::new(m20261123_000002_assessments::Migration),
            Box::new(m20261123_000003_table::Migration),
        ]
    }
}
