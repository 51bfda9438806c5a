//! The expression language of forms: MiniJinja expressions that see answers and our
//! documented functions, and nothing else.
//!
//! An expression is parsed and looked through before it is compiled ([`Expression::parse`]),
//! so that what it names can be checked against the form, and what would run long or ask
//! for much memory is refused. Evaluation is pure: no file, no clock, no network.
//!
//! Suggested reading order: [`expression`], [`analysis`], [`truth`], [`template`],
//! [`functions`].
#![warn(clippy::disallowed_methods)]

pub mod analysis;
pub mod environment;
pub mod expression;
pub mod format;
pub mod functions;
pub mod template;
pub mod truth;

pub use analysis::{Name, ParseError, Type};
pub use expression::{EvalError, Expression};
pub use template::{Sentences, Template, Texts};
pub use truth::{Test, Truth};
