//! From where a request comes: the address on the internet, and the browser.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures::future::{Ready, ready};

use crate::error::Problem;
use crate::site::{Settings, Site};

/// From where a request comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The address on the internet.
    pub address: IpAddr,
    /// The browser, as people call it: `Firefox, Android`.
    pub device: String,
}

impl FromRequest for Client {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(site) = request.app_data::<Data<Site>>() else {
            return ready(Err(Problem::failed(&"no site")));
        };
        let said = request.headers().get(header::USER_AGENT);
        let said = said.and_then(|it| it.to_str().ok()).unwrap_or_default();
        ready(Ok(Self { address: address(request, &site.settings), device: device(said) }))
    }
}

/// What people call a browser that says `said`: the first that fits, because most say that they
/// are others too.
fn device(said: &str) -> String {
    let first = |of: &[(&str, &'static str)]| {
        of.iter().find(|(mark, _)| said.contains(mark)).map(|(_, name)| *name)
    };
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox", "Firefox"),
        ("FxiOS", "Firefox"),
        ("Chrome", "Chrome"),
        ("CriOS", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "?".to_owned(),
    }
}

/// The address of who sent the request. What `X-Forwarded-For` says counts as far back as those
/// who say it are trusted.
fn address(request: &HttpRequest, settings: &Settings) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |it| it.ip());
    let said: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(','))
        .collect();
    behind(peer, &said, |it| settings.trusted_proxies.iter().any(|net| net.contains(&it)))
}

fn behind(peer: IpAddr, said: &[&str], trusted: impl Fn(IpAddr) -> bool) -> IpAddr {
    let mut address = peer.to_canonical();
    for text in said.iter().rev() {
        if !trusted(address) {
            break;
        }
        match text.trim().parse::<IpAddr>() {
            Ok(before) => address = before.to_canonical(),
            Err(_) => break,
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_called_what_people_call_them() {
        let edge =
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140";
        assert_eq!(device(edge), "Edge, Windows");
        let phone =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1";
        assert_eq!(device(phone), "Safari, iPhone");
        assert_eq!(device("\u{1b}[31mcurl"), "?");
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let ip = |it: &str| it.parse::<IpAddr>().unwrap();
        let trusted = |it: IpAddr| it == ip("127.0.0.1") || it == ip("10.0.0.1");
        let of = |peer: &str, said: &[&str]| behind(ip(peer), said, trusted);
        assert_eq!(of("192.0.2.9", &["1.1.1.1"]), ip("192.0.2.9"));
        assert_eq!(of("127.0.0.1", &["1.1.1.1", " 192.0.2.9"]), ip("192.0.2.9"));
        assert_eq!(of("127.0.0.1", &["192.0.2.9", "10.0.0.1"]), ip("192.0.2.9"));
        assert_eq!(of("127.0.0.1", &["192.0.2.9", "unknown"]), ip("127.0.0.1"));
        assert_eq!(of("::ffff:127.0.0.1", &["192.0.2.9"]), ip("192.0.2.9"));
        assert_eq!(of("127.0.0.1", &[]), ip("127.0.0.1"));
    }
}
