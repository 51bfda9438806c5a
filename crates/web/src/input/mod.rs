//! What requests bring: forms, files and JSON, read once by the gate and within limits.

mod form;
mod json;
mod read;

use actix_web::web::Bytes;

pub use form::{File, Form};
pub use json::Json;
pub(crate) use read::{Limits, read};

/// What a request brought.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// Nothing.
    Empty,
    /// Fields of a form, and perhaps a file.
    Form(Form),
    /// A document.
    Json(Bytes),
}
