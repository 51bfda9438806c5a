//! What several steps write: texts that compare by their bytes, indexes, references.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Compares a text by its bytes on PostgreSQL too, so that lists have one order everywhere.
pub(crate) fn bytewise(manager: &SchemaManager, mut column: ColumnDef) -> ColumnDef {
    if manager.get_database_backend() == DbBackend::Postgres {
        column.extra("COLLATE \"C\"");
    }
    column
}

/// An index over `columns`.
pub(crate) fn index(
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}

/// That `column` of `table` names a row of `other` by `key`.
pub(crate) fn refers(
    table: &'static str,
    column: &'static str,
    other: &'static str,
    key: &'static str,
) -> ForeignKeyCreateStatement {
    let name = format!("{table}_{column}");
    ForeignKey::create().name(name).from(table, column).to(other, key).take()
}
