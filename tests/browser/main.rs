//! Whole journeys in a browser, on SQLite and, where `TEST_DATABASE_URL` is set, on PostgreSQL too.
//!
//! Chromium is driven over WebDriver. `AXE` names axe-core's script, with which every page is
//! checked that is looked at; `SCREENSHOTS` names a folder in which pictures of them are kept.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod colleagues;
mod driver;
mod handing_in;
mod offline;
mod plain;
mod resuming;
mod returned;
mod scene;
#[path = "../web/support.rs"]
#[expect(dead_code, reason = "the tests over HTTP use more of it")]
mod support;
mod touring;
mod window;
