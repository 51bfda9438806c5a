//! Form and response in, scorecard out: worked numbers, rules, and what always holds.

#![expect(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test fails by panicking, and scores are snapped"
)]

mod bands;
mod comparing;
mod completeness;
mod coverage;
mod figures;
mod gates;
mod golden;
mod next_steps;
mod profile;
mod properties;
mod rubrics;
mod shipped;
mod support;
