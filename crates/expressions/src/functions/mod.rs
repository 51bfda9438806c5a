//! The named functions that expressions may call.
//!
//! Each theme is a module of plain functions on numbers and lists. Beside addition,
//! subtraction, multiplication, division, square root and comparison they use `libm` only,
//! which computes in software, so that a result is the same on every machine. A result that is not a finite number is an error, and what a
//! call may ask for is bounded ([`MOST_ENTRIES`], [`MOST_YEARS`]).
//!
//! [`FUNCTIONS`] lists what expressions see; [`add_to`] registers exactly that, and
//! [`markdown`] writes the page that form authors read.
//!
//! Suggested reading order: [`FUNCTIONS`], [`FunctionError`], then any theme.

pub mod climate;
pub mod dates;
pub mod finance;
pub mod health;
pub mod ladder;
pub mod numbers;
pub mod rows;
pub mod shape;
pub mod statistics;

mod arguments;
mod catalogue;
mod error;

pub use catalogue::{FUNCTIONS, FunctionDoc, Theme, markdown, sample};
pub use error::{FunctionError, failure, missing};

use minijinja::value::{Kwargs, Rest, Value};

use arguments::Arguments;

/// The longest list a function takes.
pub const MOST_ENTRIES: usize = 10_000;

/// The last year that can be discounted, counted from year 0.
pub const MOST_YEARS: u32 = 1_000;

/// Adds every function of [`FUNCTIONS`] to `env`, and nothing else.
pub fn add_to(env: &mut minijinja::Environment<'static>) {
    for function in FUNCTIONS {
        env.add_function(function.name, move |positional: Rest<Value>, named: Kwargs| {
            let mut arguments = Arguments::new(function, &positional, &named);
            let value = (function.call)(&mut arguments)?;
            arguments.finish()?;
            Ok::<Value, minijinja::Error>(value)
        });
    }
}
