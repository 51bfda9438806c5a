//! Signing in and out, and choosing the language.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Query;
use engine::identity::{Browser, SignedIn as Arrived, email, recorded};
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::error::{FieldError, Problem};
use crate::input::Form;
use crate::language::{Language, Words};
use crate::page::Page;
use crate::session::MaybeSignedIn;
use crate::visit::{Visit, add_cookie};
use crate::{cookies, letters};

/// What `everyone/sign-in.html` shows.
#[derive(Debug, Serialize)]
struct SignInPage {
    email: String,
    errors: Vec<FieldError>,
    can_use_password: bool,
    step: &'static str,
    query: String,
}

impl Page for SignInPage {
    const TEMPLATE: &'static str = "everyone/sign-in.html";

    fn title(&self, words: &Words) -> String {
        words.text("sign-in.title")
    }
}

/// What to see after signing in.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Then {
    then: Option<String>,
}

impl Then {
    /// The page, if it is one of ours.
    fn path(&self) -> Option<&str> {
        self.then.as_deref().filter(|it| is_ours(it))
    }

    fn query(&self) -> String {
        let encode =
            |it: &str| -> String { url::form_urlencoded::byte_serialize(it.as_bytes()).collect() };
        self.path().map(|it| format!("?then={}", encode(it))).unwrap_or_default()
    }
}

/// Whether `path` leads to a page of this site, and nowhere else however a browser reads it.
fn is_ours(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(|it: char| it == '\\' || it.is_control())
        && path.len() <= 2000
}

pub(super) async fn show(
    visit: Visit,
    who: MaybeSignedIn,
    then: Query<Then>,
) -> Result<HttpResponse, Problem> {
    if who.0.is_some() {
        return Ok(visit.go(then.path().unwrap_or("/")));
    }
    visit.show(&SignInPage {
        email: String::new(),
        errors: Vec::new(),
        can_use_password: true,
        step: "start",
        query: then.query(),
    })
}

pub(super) async fn sign_in(
    visit: Visit,
    client: Client,
    then: Query<Then>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let by_password = form.get("with") == "password";
    let result = match by_password {
        true => with_password(&visit, &client, &form, then.path().unwrap_or("/")).await,
        false => send_link(&visit, &client, &form).await,
    };
    let problem = match result {
        Ok(response) => return Ok(response),
        Err(problem) => problem,
    };
    let words = visit.words();
    let status = problem.status;
    let error = match problem.code {
        "wrong-credentials" => FieldError::new("password", problem.text(words)),
        "rate-limited" if by_password => FieldError::new("password", problem.text(words)),
        _ => problem.on_field(words)?,
    };
    visit.show_as(
        status,
        &SignInPage {
            email: form.get("email").to_owned(),
            errors: vec![error],
            can_use_password: true,
            step: if by_password { "password" } else { "start" },
            query: then.query(),
        },
    )
}

async fn with_password(
    visit: &Visit,
    client: &Client,
    form: &Form,
    then: &str,
) -> Result<HttpResponse, Problem> {
    let limits = &visit.engine().identity;
    let (address, password) = (form.get("email"), form.get("password"));
    let browser = browser(visit, client);
    let arrived = recorded::sign_in(
        visit.engine(),
        address,
        password,
        client.address,
        browser,
        limits,
        visit.now,
    );
    Ok(let_in(visit, &arrived.await?, then))
}

async fn send_link(visit: &Visit, client: &Client, form: &Form) -> Result<HttpResponse, Problem> {
    let to = email(form.get("email"))?;
    let site = Arc::clone(&visit.site);
    let letter = move |person: &_, secret: &_| letters::sign_in(&site, person, secret);
    let limits = &visit.engine().identity;
    recorded::request_link(visit.engine(), &to, client.address, letter, limits, visit.now).await?;
    let to: String = url::form_urlencoded::byte_serialize(to.as_bytes()).collect();
    Ok(visit.go(&format!("/sign-in/sent?email={to}")))
}

/// The browser in which somebody signs in; the session it was in ends.
pub(super) fn browser(visit: &Visit, client: &Client) -> Browser {
    let previous = visit.who().and_then(|it| it.actor.session_id());
    Browser { device: client.device.clone(), previous }
}

/// Leads somebody who has just signed in on to `path`, with the cookie of the session.
pub(super) fn let_in(visit: &Visit, arrived: &Arrived, path: &str) -> HttpResponse {
    let mut response = visit.go(path);
    add_cookie(&mut response, &session_cookie(visit, arrived));
    add_cookie(&mut response, &cookies::gone(cookies::FORM));
    response
}

/// The cookie of a session.
pub(super) fn session_cookie(
    visit: &Visit,
    arrived: &Arrived,
) -> actix_web::cookie::Cookie<'static> {
    let seconds = visit.engine().identity.absolute.num_seconds();
    cookies::cookie(cookies::SESSION, arrived.secret.reveal().to_owned(), Some(seconds))
}

/// What `everyone/link-sent.html` shows.
#[derive(Debug, Serialize)]
struct Sent {
    email: String,
}

impl Page for Sent {
    const TEMPLATE: &'static str = "everyone/link-sent.html";

    fn title(&self, words: &Words) -> String {
        words.text("link-sent.title")
    }
}

/// The address that a link was asked for.
#[derive(Deserialize)]
pub(super) struct To {
    email: String,
}

pub(super) async fn sent(visit: Visit, to: Query<To>) -> Result<HttpResponse, Problem> {
    visit.show(&Sent { email: email(&to.email)? })
}

pub(super) async fn sign_out(visit: Visit, who: MaybeSignedIn) -> Result<HttpResponse, Problem> {
    if let Some(who) = who.0 {
        recorded::sign_out(visit.engine(), &who.actor, visit.now).await?;
    }
    let mut response = visit.go("/sign-in");
    add_cookie(&mut response, &cookies::gone(cookies::SESSION));
    // Nothing of the person stays in the browser, not even what it kept to be sent later.
    let parts = actix_web::http::header::HeaderValue::from_static("\"cache\", \"storage\"");
    let name = actix_web::http::header::HeaderName::from_static("clear-site-data");
    response.headers_mut().insert(name, parts);
    Ok(response)
}

pub(super) async fn language(
    visit: Visit,
    who: MaybeSignedIn,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let unknown = || Problem::unreadable("there is no such language");
    let chosen = Language::parse(form.get("language")).ok_or_else(unknown)?;
    if let Some(who) = who.0 {
        recorded::change_language(visit.engine(), &who.actor, chosen.code(), visit.now).await?;
    }
    let back = form.get("back");
    let mut response = visit.go(if is_ours(back) { back } else { "/" });
    let year = Some(365 * 24 * 60 * 60);
    let cookie = cookies::cookie(cookies::LANGUAGE, chosen.code().to_owned(), year);
    add_cookie(&mut response, &cookie);
    Ok(response)
}

/// Whether the form is shown again with its error.
pub(super) const UNUSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_led_only_to_pages_of_this_site() {
        assert!(is_ours("/assessments/x?a=b#c"));
        for path in
            ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nb", "", "a"]
        {
            assert!(!is_ours(path), "{path:?}");
        }
    }
}
