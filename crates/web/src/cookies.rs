//! The cookies that are set, and how: for this host alone, never over an open line.
//!
//! Browsers take `Secure` cookies from loopback addresses too.

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::header::HeaderMap;

/// The secret of a session.
pub(crate) const SESSION: &str = "__Host-assay";
/// What the forms of somebody who has not signed in repeat.
pub(crate) const FORM: &str = "__Host-assay-form";
/// What the next page says about what was just done.
pub(crate) const NOTICE: &str = "__Host-assay-notice";
/// The language that somebody who has not signed in has chosen.
pub(crate) const LANGUAGE: &str = "__Host-assay-language";

/// A cookie that lasts for `seconds`, or as long as the browser is open.
pub(crate) fn cookie(name: &'static str, value: String, seconds: Option<i64>) -> Cookie<'static> {
    let cookie =
        Cookie::build(name, value).path("/").secure(true).http_only(true).same_site(SameSite::Lax);
    match seconds {
        Some(seconds) => cookie.max_age(time::Duration::seconds(seconds)).finish(),
        None => cookie.finish(),
    }
}

/// Takes a cookie away.
pub(crate) fn gone(name: &'static str) -> Cookie<'static> {
    cookie(name, String::new(), Some(0))
}

/// The value of a cookie that came with a request. One that stands twice is none: somebody put
/// the other there.
pub(crate) fn value(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut found = headers
        .get_all("cookie")
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(';'))
        .filter_map(|it| it.trim().split_once('='))
        .filter(|(it, _)| *it == name)
        .map(|(_, value)| value.to_owned());
    let first = found.next()?;
    found.next().is_none().then_some(first)
}
