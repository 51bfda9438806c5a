//! The state machine, run over the shipped programmes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod answers;
mod property;
mod refusals;
mod walk;
mod walks;
