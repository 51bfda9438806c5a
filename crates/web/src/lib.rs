//! Pages and REST API: the only crate that knows HTTP.
//!
//! A handler translates between a request and a use case of `engine`; rules live there. Every
//! route is a line of a table ([`routes`]), passes the same gate, and gives its errors to the
//! same place ([`error`]).
//!
//! Suggested reading order: [`Site`], [`routes`], [`visit`], [`page`], [`error`]; then `gate` and
//! `around`, which every request passes, and one of the modules of `pages`.

mod api;
mod around;
mod assets;
pub mod client;
mod cookies;
mod csrf;
mod drawing;
pub mod error;
mod export;
mod figures;
mod format;
mod gate;
mod headers;
mod health;
pub mod input;
pub mod language;
mod letters;
mod outbox;
pub mod page;
mod pages;
pub mod routes;
#[cfg(test)]
mod samples;
mod serve;
pub mod session;
mod site;
mod templates;
mod under_way;
pub mod visit;

pub use drawing::{Drawing, DrawingLimits};
pub use figures::Figures;
pub use language::Language;
pub use outbox::{BadSmtp, Encryption, Smtp, send_letters};
pub use serve::{Serving, app, serve, serve_figures};
pub use site::{Metrics, Settings, Site};
pub use templates::Templates;
