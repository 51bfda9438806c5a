//! Pages, by who uses them.

pub(crate) mod admin;
pub(crate) mod company;
pub(crate) mod everyone;
pub(crate) mod message;
pub(crate) mod secretariat;
