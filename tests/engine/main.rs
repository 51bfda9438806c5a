//! Use cases on SQLite and, where `TEST_DATABASE_URL` is set, on PostgreSQL too.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod assessing;
mod backup;
mod blank;
mod documents;
mod identity;
mod keeping;
mod racing;
mod repeating;
mod support;
mod transferring;
mod upgrading;
