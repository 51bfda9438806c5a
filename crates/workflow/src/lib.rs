//! Programmes: from a file to stages and transitions that are checked against their forms, and
//! the state machine that an assessment goes through.
//!
//! Works on [`Files`](forms::Files) and on forms that are ready ([`Forms`]); reads no disk
//! itself. Bad input is data: a programme comes with every finding about it.
//!
//! Suggested reading order: [`read`](mod@read), [`check`](mod@check) and its parts
//! (`references`, `stages`, `conditions`, `ways`, `profile`), `names`, `possible`, `graph`;
//! then what runs a programme: [`prepare`](mod@prepare), [`standing`], [`step`], [`refusal`],
//! `seen`, [`begin`], [`median`](mod@median), [`due`](mod@due), [`diagram`](mod@diagram).
#![warn(clippy::disallowed_methods)]

pub mod begin;
pub mod check;
pub mod diagram;
pub mod due;
mod graph;
pub mod median;
mod names;
mod possible;
pub mod prepare;
pub mod read;
pub mod refusal;
mod seen;
pub mod standing;
pub mod step;

pub use begin::{Beginning, beginning, facts, missing, steps};
pub use check::{Forms, check};
pub use diagram::diagram;
pub use due::{Dates, Time, due, times};
pub use median::median;
pub use prepare::{PreparedProgramme, prepare};
pub use read::{is_programme, read};
pub use refusal::Refusal;
pub use standing::{Answered, Outcome, Standing};
pub use step::{NextStage, Offer, actions, next};
