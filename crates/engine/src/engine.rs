//! What the use cases work with.

use chrono::{DateTime, NaiveDate, Utc};
use forms::Files;
use store::Db;

use crate::attachments::Attachments;
use crate::identity;
use crate::kept::Kept;
use crate::writer::Writer;

/// The database, the one who writes to it, and what is read only once.
///
/// Use cases are functions in the modules of this crate that take it, who acts, and the time.
#[derive(Debug)]
pub struct Engine {
    /// The database, for reading.
    pub db: Db,
    /// Makes every change.
    pub writer: Writer,
    /// Forms and programmes read so far.
    pub kept: Kept,
    /// The forms and programmes that rounds can be made from.
    pub files: Files,
    /// The files that were uploaded.
    pub attachments: Attachments,
    /// How much of something is allowed.
    pub limits: Limits,
    /// How long sessions and links last.
    pub identity: identity::Limits,
}

/// How much of something is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How large an uploaded file may be, in bytes.
    pub file_size: u64,
    /// How many pieces of evidence an organisation may have.
    pub evidence: u64,
    /// How many comments an assessment may have.
    pub comments: usize,
    /// How many people can be invited at once.
    pub invitations: usize,
    /// How many changes can come with one request.
    pub changes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_size: 20 << 20,
            evidence: 1000,
            comments: 2000,
            invitations: 1000,
            changes: 500,
        }
    }
}

/// The day of a moment, in the time zone in which days begin here: UTC.
pub fn day(now: DateTime<Utc>) -> NaiveDate {
    now.date_naive()
}
