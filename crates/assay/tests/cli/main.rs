//! The program, run as people run it: every command, and what hostile input does to it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod backup;
mod blank;
mod check;
mod compare;
mod database;
mod demo;
mod disk;
mod hostile;
mod new;
mod profile;
mod publish;
mod report;
mod results;
mod schema;
mod score;
mod settings;
mod support;
mod terminal;
mod transfer;
