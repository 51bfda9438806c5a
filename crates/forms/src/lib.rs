//! Forms: from files to a form that is checked, compiled and ready to be answered.
//!
//! Works on [`Files`], a map from path to text; reads no disk itself. Bad input is data:
//! functions give what they could make together with the [`Finding`](model::Finding)s.
//!
//! Suggested reading order: [`files`], [`json`], [`resolve`], [`build`], [`prepare`](mod@prepare),
//! [`reading`], [`validate`], [`check`], [`words`], [`compare`](mod@compare).
#![warn(clippy::disallowed_methods)]

pub mod answers_schema;
pub mod build;
pub mod canonical;
pub mod check;
pub mod codes;
pub mod compare;
pub mod document;
pub mod files;
pub mod form_schema;
pub mod json;
mod keywords;
pub mod limits;
mod messages;
pub mod order;
pub mod prepare;
pub mod reading;
pub mod resolve;
pub mod response;
mod stray;
pub mod translate;
pub mod validate;
pub mod words;

pub use files::Files;
pub use prepare::{Loaded, PreparedForm, load, prepare};
pub use reading::Reading;
pub use response::parse_response;
