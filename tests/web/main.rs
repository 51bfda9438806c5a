//! The service over HTTP, on SQLite and, where `TEST_DATABASE_URL` is set, on PostgreSQL too.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod coming;
mod hostile;
mod looking_after;
mod secretariat;
mod support;
mod watching;
