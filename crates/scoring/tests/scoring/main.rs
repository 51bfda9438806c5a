//! Form and response in, scorecard out: worked numbers, rules, and what always holds.

mod bands;
mod completeness;
mod gates;
mod golden;
mod next_steps;
mod profile;
mod properties;
mod rubrics;
mod shipped;
mod support;
