//! The page that says why something was not done.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::error::Problem;
use crate::language::Words;
use crate::page::{Link, Page};
use crate::visit::Visit;

/// What `everyone/message.html` shows.
#[derive(Debug, Serialize)]
pub(crate) struct Message {
    pub(crate) heading: String,
    pub(crate) text: String,
    pub(crate) links: Vec<Link>,
}

impl Page for Message {
    const TEMPLATE: &'static str = "everyone/message.html";

    fn title(&self, _: &Words) -> String {
        self.heading.clone()
    }
}

/// A problem as a page. Who has to sign in first is led there, and comes back afterwards.
pub(crate) fn show_problem(
    visit: &Visit,
    request: &HttpRequest,
    problem: &Problem,
) -> HttpResponse {
    if problem.code == "signed-out" {
        return visit.go(&sign_in_path(visit, request));
    }
    let words = visit.words();
    let message = Message {
        heading: problem.title(words),
        text: problem.text(words),
        links: vec![Link::new("/", words.text("problem.home"))],
    };
    let shown = visit.show_as(problem.status, &message);
    shown.unwrap_or_else(|_| plain(problem.status, &message))
}

/// Where to sign in, and what to see afterwards: the page that was asked for, or the one that
/// holds the form.
fn sign_in_path(visit: &Visit, request: &HttpRequest) -> String {
    let own = || {
        let referer = request.headers().get(header::REFERER)?.to_str().ok()?;
        let url = url::Url::parse(referer).ok()?;
        let ours = url.origin() == visit.site.settings.public_url.origin();
        ours.then(|| url.path().to_owned())
    };
    let then = match request.method().is_safe() {
        true => visit.path.clone(),
        false => own().unwrap_or_else(|| "/".to_owned()),
    };
    if then == "/" {
        return "/sign-in".to_owned();
    }
    let then: String = url::form_urlencoded::byte_serialize(then.as_bytes()).collect();
    format!("/sign-in?then={then}")
}

/// What is said where even the page cannot be drawn.
fn plain(status: StatusCode, message: &Message) -> HttpResponse {
    let text = format!("{}\n\n{}\n", message.heading, message.text);
    HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(text)
}
