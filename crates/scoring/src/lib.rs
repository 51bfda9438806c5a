//! Scoring: a form and a response give a scorecard. Pure: the same inputs give the same
//! scorecard on every machine.
//!
//! The order is: visibility, evidence cap, eligibility, knock-out, normalise, aggregate, band,
//! caps, warnings.
//!
//! Suggested reading order: [`score`](fn@score), [`criterion`], [`aggregate`], [`gates`],
//! [`bands`], [`next_steps`], [`profile`](mod@profile), [`explain`].
#![warn(clippy::disallowed_methods)]

pub mod aggregate;
pub mod bands;
pub mod cases;
pub mod coverage;
pub mod criterion;
pub mod explain;
pub mod figures;
pub mod gates;
pub mod next_steps;
pub mod placed;
pub mod profile;
pub mod rounding;
mod score;

pub use cases::{Difference, compare};
pub use coverage::coverage;
pub use profile::profile;
pub use score::{body, score, score_reading, total_of};
