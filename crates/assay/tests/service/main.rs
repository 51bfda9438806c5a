//! The service as it runs: killed, without its database, told to end, written to by hostile
//! clients. On SQLite and, where `TEST_DATABASE_URL` is set, on PostgreSQL too.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod cluster;
mod database_gone;
mod ending;
mod killed;
mod letters;
mod logs;
mod proxy;
mod saving;
mod scene;
mod silent;
mod support;
mod visitor;
