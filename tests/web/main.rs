//! The service over HTTP, on SQLite and, where `TEST_DATABASE_URL` is set, on PostgreSQL too.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod api_actions;
mod api_answers;
mod api_exports;
mod api_hostile;
mod api_rights;
mod bounds;
mod coming;
mod company;
mod hostile;
mod looking_after;
mod scene;
mod schemathesis;
mod secretariat;
mod statements;
mod support;
mod uploads;
mod watching;
