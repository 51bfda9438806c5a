//! Reports for people: report data and a Typst template make a PDF, a chart makes an SVG.
//!
//! A template sees its own folder, one JSON document and the typefaces: no disk, no
//! packages, no network and no clock. What a person typed reaches it as data, never as
//! markup. Every PDF is tagged and conforms to PDF/UA-1, what has a date to PDF/A-3a too, and
//! the same data gives the same bytes. Typst's types do not leave this crate.
//!
//! Drawing is heavy (tens of milliseconds optimised, and tens of megabytes): call it from a
//! thread that may block, and bound how many run at once.
//!
//! Suggested reading order: [`company_pdf`], [`text`], [`world`], [`error`].

mod chart;
mod draw;
mod error;
mod text;
mod world;

pub use chart::{Band, Cells, Chart, Drawing, Ladder, Measure, Parts, Point, chart_svg};
pub use error::{Problem, ReportError};
pub use text::{LONGEST_TEXT, MOST_CHARACTERS, SHORTENED, UNDRAWABLE};

use model::blank::BlankData;
use model::profile::Profile;
use model::report::ReportData;

/// The report of one assessment as a PDF, with the scorecard's JSON attached to it as
/// `scorecard.json`.
pub fn company_pdf(data: &ReportData, scorecard: &[u8]) -> Result<Vec<u8>, ReportError> {
    draw::pdf(&world::COMPANY, data, scorecard)
}

/// The report of a profile as a PDF, with the profile's JSON attached to it as
/// `profile.json`.
pub fn profile_pdf(profile: &Profile, document: &[u8]) -> Result<Vec<u8>, ReportError> {
    draw::pdf(&world::PROFILE, profile, document)
}

/// A form as a PDF to read and discuss before it is answered.
pub fn blank_pdf(data: &BlankData) -> Result<Vec<u8>, ReportError> {
    draw::pdf(&world::BLANK, data, &[])
}
