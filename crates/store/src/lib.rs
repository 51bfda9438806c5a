//! The database: forms, responses and the scorecards made from them, on SQLite or PostgreSQL.
//!
//! One module of functions per aggregate; each takes a [`Db`] or an open [`Transaction`].
//! What is stored is given and returned as plain structs: sea-orm stays inside. Documents
//! come back byte for byte. Times are arguments; nothing here reads a clock.
//!
//! ```no_run
//! # async fn example(form: store::StoredForm, result: store::StoredResult) -> Result<(), store::StoreError> {
//! let db = store::open("sqlite:assay.db").await?;
//! let transaction = db.begin().await?;
//! store::forms::put(&transaction, &form).await?;
//! store::scorecards::save(&transaction, &result).await?;
//! transaction.commit().await
//! # }
//! ```
//!
//! Suggested reading order: [`Db`], [`forms`], [`responses`], [`scorecards`].

mod db;
mod entity;
mod error;
pub mod forms;
mod place;
pub mod responses;
mod schema;
pub mod scorecards;
mod words;

pub use db::{Connection, Db, Transaction, migrate, open, status};
pub use error::{Cause, StoreError};
pub use forms::{FormRow, StoredForm, StoredTranslation};
pub use responses::StoredResponse;
pub use schema::SchemaStatus;
pub use scorecards::{
    BadCursor, BadSort, Cursor, Filter, Page, Saved, ScorecardId, ScorecardRow, Sort, SortBy,
    StoredResult, StoredScorecard,
};
