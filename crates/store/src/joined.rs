//! Statements over several tables, for what every request asks: each costs the time of one.

use std::fmt::Write as _;

use sea_orm::sea_query::Iden as _;
use sea_orm::{
    ConnectionTrait as _, DbErr, EntityTrait, Iterable as _, QueryResult, Statement, Value,
};

use crate::db::Connection;

/// All columns of the table that is called `alias` in the statement, each called after it:
/// what `FromQueryResult` reads with the prefix `alias_`.
pub(crate) fn columns<E: EntityTrait>(alias: &str) -> String {
    let mut list = String::new();
    for column in E::Column::iter() {
        let (separator, name) = (if list.is_empty() { "" } else { ", " }, column.to_string());
        // Writing into a text does not fail.
        _ = write!(list, "{separator}{alias}.\"{name}\" AS {alias}_{name}");
    }
    list
}

/// The rows that `sql` finds, with `values` for `$1`, `$2`, ….
pub(crate) async fn rows(
    db: &impl Connection,
    sql: &'static str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    let executor = db.executor();
    let backend = executor.get_database_backend();
    executor.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await
}
