//! The tables as sea-orm sees them. Nothing in here leaves the crate.
#![allow(missing_docs, unreachable_pub, reason = "the public types explain the columns")]

pub(crate) mod assessment;
pub(crate) mod assessment_count;
pub(crate) mod assessment_word;
pub(crate) mod assignment;
pub(crate) mod attempt;
pub(crate) mod comment;
pub(crate) mod event;
pub(crate) mod event_head;
pub(crate) mod evidence;
pub(crate) mod file;
pub(crate) mod form;
pub(crate) mod form_translation;
pub(crate) mod link;
pub(crate) mod membership;
pub(crate) mod message;
pub(crate) mod organisation;
pub(crate) mod person;
pub(crate) mod programme;
pub(crate) mod programme_translation;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod round;
pub(crate) mod round_form;
pub(crate) mod scorecard;
pub(crate) mod session;
pub(crate) mod sheet;
pub(crate) mod token;
