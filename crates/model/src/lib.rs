//! The nouns of an assessment: what a form, a response, a scorecard, a programme, a report is.
//!
//! Types only. Nothing here reads a file, a clock or a database, so every value can be
//! built by hand in a test. Each document has a JSON Schema made from its type.
//!
//! Suggested reading order: [`keywords`], [`form`], [`response`], [`scorecard`],
//! [`profile`], [`programme`], [`report`], [`blank`], [`comparison`],
//! [`finding`].
#![warn(clippy::disallowed_methods)]

pub mod blank;
pub mod case;
pub mod comparison;
pub mod condition;
pub mod evidence;
pub mod finding;
pub mod form;
pub mod keywords;
pub mod profile;
pub mod programme;
pub mod report;
pub mod response;
pub mod schema;
pub mod scorecard;

pub use condition::Condition;
pub use evidence::Grade;
pub use finding::{Finding, Place, Severity};
pub use form::{Form, Kind, Question, Step};
pub use programme::Programme;
pub use response::Response;
pub use scorecard::Scorecard;
