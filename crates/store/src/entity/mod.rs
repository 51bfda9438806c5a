//! The tables as sea-orm sees them. Nothing in here leaves the crate.
#![allow(missing_docs, unreachable_pub, reason = "the public types explain the columns")]

pub(crate) mod form;
pub(crate) mod form_translation;
pub(crate) mod response;
pub(crate) mod scorecard;
