//! What requests to the API bring besides their documents: revisions, keys, queries, ids.

use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponseBuilder};
use futures::future::{Ready, ready};

use crate::error::Problem;

/// The longest key that is kept, in characters.
const LONGEST_KEY: usize = 200;

/// The revision that `If-Match` names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Revision(pub(super) u64);

/// The key by which a request that is sent again is known.
#[derive(Clone, Debug)]
pub(super) struct Key(pub(super) Option<String>);

impl FromRequest for Revision {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut all = request.headers().get_all(header::IF_MATCH);
        ready(match (all.next(), all.next()) {
            (None, _) => Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, "revision-needed")),
            (Some(one), None) => revision(one.to_str().unwrap_or_default()).map(Self),
            (Some(_), Some(_)) => Err(Problem::unreadable("If-Match stands twice")),
        })
    }
}

/// The revision that `If-Match` names, where it is sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct MaybeRevision(pub(super) Option<u64>);

impl FromRequest for MaybeRevision {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(match request.headers().contains_key(header::IF_MATCH) {
            false => Ok(Self(None)),
            true => {
                Revision::from_request(request, payload).into_inner().map(|it| Self(Some(it.0)))
            }
        })
    }
}

/// Reads an entity tag as it was given out; a proxy that compresses makes it a weak one.
fn revision(tag: &str) -> Result<u64, Problem> {
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let inner = tag.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    let digits = inner.filter(|it| it.bytes().all(|it| it.is_ascii_digit()));
    digits.and_then(|it| it.parse().ok()).ok_or_else(|| {
        Problem::unreadable("If-Match must be an ETag that was given out, like \"12\"")
    })
}

impl FromRequest for Key {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut all = request.headers().get_all("idempotency-key");
        ready(match (all.next(), all.next()) {
            (None, _) => Ok(Self(None)),
            (Some(one), None) => key(one.to_str().unwrap_or_default()).map(|it| Self(Some(it))),
            (Some(_), Some(_)) => Err(Problem::unreadable("Idempotency-Key stands twice")),
        })
    }
}

fn key(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let fits = !text.is_empty()
        && text.len() <= LONGEST_KEY
        && text.bytes().all(|it| it.is_ascii_graphic());
    let why = format!("Idempotency-Key must be 1 to {LONGEST_KEY} visible characters of ASCII");
    fits.then(|| text.to_owned()).ok_or_else(|| Problem::unreadable(why))
}

/// A part of an address as an id; what is none leads nowhere.
pub(super) fn id<T: FromStr>(part: &str) -> Result<T, Problem> {
    part.parse().map_err(|_| Problem::not_found())
}

/// Says at which revision something is.
pub(super) fn tagged(mut response: HttpResponseBuilder, revision: u64) -> HttpResponseBuilder {
    response.insert_header((header::ETAG, format!("\"{revision}\"")));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entity_tag_is_a_revision() {
        assert_eq!(revision("\"12\"").unwrap(), 12);
        assert_eq!(revision(" W/\"0\"").unwrap(), 0);
        for tag in
            ["", "12", "*", "\"\"", "\"-1\"", "\"1.5\"", "\"99999999999999999999\"", "\"1\", \"2\""]
        {
            assert_eq!(revision(tag).unwrap_err().code, "bad-request", "{tag}");
        }
    }

    #[test]
    fn a_key_is_short_and_visible() {
        assert_eq!(key(" 0190-a ").unwrap(), "0190-a");
        for text in ["", "a b", "æ", &"x".repeat(201)] {
            assert!(key(text).is_err(), "{text}");
        }
    }
}
