//! That a form was sent from a page of ours.
//!
//! Two things must be right: where the browser says the request comes from, and a secret that
//! only our pages know: of the session, or of a cookie where nobody has signed in. Each page
//! shows the secret differently, so that its compressed size tells nothing about it.

use actix_web::HttpRequest;
use actix_web::http::header;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::EngineError;
use engine::identity::{Secret, same};
use url::Url;

use crate::error::Problem;
use crate::site::Settings;

/// How many bytes a secret has.
const LENGTH: usize = 32;

/// Refuses a request that the browser says another site has sent.
pub(crate) fn check_origin(request: &HttpRequest, settings: &Settings) -> Result<(), Problem> {
    let headers = request.headers();
    let text = |name: header::HeaderName| headers.get(name).map(|it| it.to_str().unwrap_or("?"));
    let site = headers.get("sec-fetch-site").map(|it| it.to_str().unwrap_or("?"));
    if site.is_some_and(|it| it != "same-origin" && it != "none") {
        return Err(Problem::form_expired());
    }
    let Some(origin) = text(header::ORIGIN) else { return Ok(()) };
    let ours = settings.public_url.origin().ascii_serialization();
    // The host was checked: on loopback it may be another one than that of the public address.
    let here = format!("{}://{}", settings.public_url.scheme(), host(request));
    let here = Url::parse(&here).map(|it| it.origin().ascii_serialization());
    if origin == ours || here.is_ok_and(|it| it == origin) {
        Ok(())
    } else {
        Err(Problem::form_expired())
    }
}

/// The host that the request is for.
pub(crate) fn host(request: &HttpRequest) -> &str {
    let host = request.headers().get(header::HOST);
    host.and_then(|it| it.to_str().ok()).unwrap_or_default()
}

/// A secret as a page shows it.
pub(crate) fn masked(secret: &str) -> Result<String, EngineError> {
    let Some(bytes) = read(secret, LENGTH) else { return Ok(secret.to_owned()) };
    let pad = read(Secret::new()?.reveal(), LENGTH).unwrap_or_default();
    let mixed = pad.iter().zip(&bytes).map(|(one, other)| one ^ other);
    Ok(URL_SAFE_NO_PAD.encode(pad.iter().copied().chain(mixed).collect::<Vec<u8>>()))
}

/// Whether what was sent is the secret, as a page showed it or as it is.
pub(crate) fn is_right(sent: &str, secret: &str) -> bool {
    if secret.is_empty() {
        return false;
    }
    let plain = read(sent, 2 * LENGTH).map(|it| {
        let (pad, mixed) = it.split_at(LENGTH);
        let plain: Vec<u8> = pad.iter().zip(mixed).map(|(one, other)| one ^ other).collect();
        URL_SAFE_NO_PAD.encode(plain)
    });
    same(plain.as_deref().unwrap_or(sent), secret)
}

fn read(text: &str, length: usize) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok().filter(|it| it.len() == length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_never_shows_the_secret_twice_alike() {
        let secret = Secret::new().unwrap().reveal().to_owned();
        let (one, other) = (masked(&secret).unwrap(), masked(&secret).unwrap());
        assert_ne!(one, other);
        assert!(is_right(&one, &secret) && is_right(&other, &secret) && is_right(&secret, &secret));
        assert!(!is_right("", &secret) && !is_right("", ""));
        assert!(!is_right(&masked(Secret::new().unwrap().reveal()).unwrap(), &secret));
    }
}
