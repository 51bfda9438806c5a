//! Checks that keep the house in order, written as tests: `cargo test -p xtask`.
//!
//! Uses nothing of ours: manifests, sources and documents are read as text, so that a crate
//! that does not compile cannot hide what is wrong with its place in the house.
//!
//! Suggested reading order: `layers`, `manifests`, `documents`, `sources`, `repository`.

#[cfg(test)]
mod documents;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod manifests;
#[cfg(test)]
mod repository;
#[cfg(test)]
mod sources;
