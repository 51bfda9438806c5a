//! One request: what handlers work with.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::cookie::Cookie;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use engine::engine::Engine;
use engine::identity::{Actor, Secret};
use futures::future::{Ready, ready};
use minijinja::context;
use minijinja::value::Serde;
use serde::{Deserialize, Serialize};

use crate::error::Problem;
use crate::language::{Language, Words};
use crate::page::{Frame, Notice, NoticeKind, Page};
use crate::session::{Caller, SignedIn};
use crate::site::Site;
use crate::{cookies, csrf};

/// One request: where, when, by whom, in which language.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The installation.
    pub site: Arc<Site>,
    /// The language in which to answer.
    pub language: Language,
    /// When it came.
    pub now: DateTime<Utc>,
    /// The address that was asked for, with its query.
    pub path: String,
    /// What is to be said about what was just done.
    pub(crate) notice: Option<Notice>,
    who: Option<SignedIn>,
    form: Option<String>,
}

/// A notice on its way through a cookie.
#[derive(Serialize, Deserialize)]
struct Carried {
    done: bool,
    key: String,
    values: Vec<(String, String)>,
}

impl Visit {
    pub(crate) fn new(
        site: Arc<Site>,
        headers: &HeaderMap,
        path: String,
        caller: Option<Caller>,
        now: DateTime<Utc>,
    ) -> Self {
        let own = caller.as_ref().and_then(|it| Language::parse(&it.actor.person.language));
        let chosen = || Language::parse(&cookies::value(headers, cookies::LANGUAGE)?);
        let asked = || {
            let header = headers.get(header::ACCEPT_LANGUAGE)?;
            Language::accepted(header.to_str().ok()?)
        };
        let language = own.or_else(chosen).or_else(asked).unwrap_or(site.settings.language);
        Self {
            language,
            now,
            path,
            notice: notice(headers, language.words()),
            who: caller.map(|it| SignedIn(Rc::new(it))),
            form: cookies::value(headers, cookies::FORM).filter(|it| it.len() == 43),
            site,
        }
    }

    /// The use cases.
    pub fn engine(&self) -> &Engine {
        &self.site.engine
    }

    /// The texts in the language of the answer.
    pub fn words(&self) -> &'static Words {
        self.language.words()
    }

    /// Who has signed in, if somebody has.
    pub fn who(&self) -> Option<&SignedIn> {
        self.who.as_ref()
    }

    /// Who asks.
    pub fn actor(&self) -> Result<&Actor, Problem> {
        self.who.as_ref().map(|it| &it.actor).ok_or_else(Problem::signed_out)
    }

    /// What forms must repeat, if this request could know.
    pub(crate) fn form_secret(&self) -> Option<&str> {
        let session = self.who.as_ref().and_then(|it| it.session.as_ref());
        session.map(|it| it.csrf.as_str()).or(self.form.as_deref())
    }

    /// Shows a page.
    pub fn show<P: Page>(&self, page: &P) -> Result<HttpResponse, Problem> {
        self.show_as(StatusCode::OK, page)
    }

    /// Shows a page with another status than 200, for example a form with its errors (422).
    pub fn show_as<P: Page>(&self, status: StatusCode, page: &P) -> Result<HttpResponse, Problem> {
        let mut fresh = None;
        let secret = match self.form_secret() {
            Some(secret) => secret,
            None => fresh.insert(Secret::new()?).reveal(),
        };
        let frame = Frame::new(page, self, csrf::masked(secret)?);
        let context = context! { page => Serde(frame), ..Serde(page) };
        let drawn = self.site.templates.draw(self.language, P::TEMPLATE, context);
        let html = drawn.map_err(|error| Problem::failed(&format!("{error:#}")))?;
        let mut response = HttpResponse::build(status);
        response.content_type("text/html; charset=utf-8");
        if let Some(secret) = fresh {
            response.cookie(cookies::cookie(cookies::FORM, secret.reveal().to_owned(), None));
        }
        if self.notice.is_some() {
            response.cookie(cookies::gone(cookies::NOTICE));
        }
        Ok(response.body(html))
    }

    /// Leads on to `path`, with a `GET`.
    pub fn go(&self, path: &str) -> HttpResponse {
        HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
    }

    /// Leads on to `path`, where the text `key` says what was done.
    pub fn go_saying(
        &self,
        path: &str,
        kind: NoticeKind,
        key: &str,
        values: &[(&str, &str)],
    ) -> HttpResponse {
        let mut response = self.go(path);
        let owned = |(name, value): &(&str, &str)| (name.to_string(), value.to_string());
        let carried = Carried {
            done: kind == NoticeKind::Done,
            key: key.to_owned(),
            values: values.iter().map(owned).collect(),
        };
        let json = serde_json::to_vec(&carried).unwrap_or_default();
        add_cookie(
            &mut response,
            &cookies::cookie(cookies::NOTICE, URL_SAFE_NO_PAD.encode(json), Some(60)),
        );
        response
    }
}

/// Sets a cookie.
pub(crate) fn add_cookie(response: &mut HttpResponse, cookie: &Cookie<'_>) {
    if let Err(error) = response.add_cookie(cookie) {
        tracing::error!(%error, "cannot set a cookie");
    }
}

/// The notice that came with a request; nothing where it is no text of ours.
fn notice(headers: &HeaderMap, words: &Words) -> Option<Notice> {
    let bytes = URL_SAFE_NO_PAD.decode(cookies::value(headers, cookies::NOTICE)?).ok()?;
    let carried: Carried = serde_json::from_slice(&bytes).ok()?;
    words.find(&carried.key)?;
    let values: Vec<(&str, &dyn std::fmt::Display)> =
        carried.values.iter().map(|(name, value)| (name.as_str(), value as _)).collect();
    let kind = if carried.done { NoticeKind::Done } else { NoticeKind::Problem };
    Some(Notice { kind, text: words.text_with(&carried.key, &values) })
}

impl FromRequest for Visit {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visit = request.extensions().get::<Self>().cloned();
        ready(visit.ok_or_else(|| Problem::failed(&"a route without a gate")))
    }
}
