//! Programmes: from a file to stages and transitions that are checked against their forms.
//!
//! Works on [`Files`](forms::Files) and on forms that are ready ([`Forms`]); reads no disk
//! itself. Bad input is data: a programme comes with every finding about it.
//!
//! Suggested reading order: [`read`](mod@read), [`check`](mod@check) and its parts
//! (`references`, `stages`, `conditions`, `ways`, `profile`), `names`, `possible`, `graph`.
#![warn(clippy::disallowed_methods)]

pub mod check;
mod graph;
mod names;
mod possible;
pub mod read;

pub use check::{Forms, check};
pub use read::{is_programme, read};
