//! The store on SQLite and, where `TEST_DATABASE_URL` is set, on PostgreSQL too.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod documents;
mod listing;
mod opening;
mod people;
mod saving;
mod streaming;
mod support;
mod table;
mod trouble;
