//! What is around every request: where it was sent, what its answer looks like, the log.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};
use chrono::Utc;

use crate::error::Problem;
use crate::site::{AtWork, Settings, Site};
use crate::visit::Visit;
use crate::{csrf, headers, pages};

/// Answers a request, and sees to what all answers have in common.
pub(crate) async fn answer(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    let begun = Instant::now();
    let id = uuid::Uuid::now_v7().simple().to_string();
    let Some(site) = request.app_data::<Data<Site>>().map(|it| Arc::clone(it)) else {
        return Ok(request.into_response(HttpResponse::InternalServerError().finish()));
    };
    let guard = site.begin();
    let refused = if site.is_closed() { Some(Problem::unavailable()) } else { None };
    let refused = refused.or_else(|| check(request.request(), &site.settings).err());
    let response = match refused {
        None => next.call(request).await?,
        Some(problem) => request.error_response(problem),
    };
    let mut response = in_words(response, &site);
    headers::add(response.response_mut(), &site.settings, &id);
    if site.is_stopping() {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    log(&response, &site, begun, &id);
    Ok(response.map_body(|_, body| BoxBody::new(Counted { body, _guard: guard })))
}

/// Refuses what was sent to another host, and what asks for an echo.
fn check(request: &HttpRequest, settings: &Settings) -> Result<(), Problem> {
    if request.method() == Method::TRACE || request.method() == Method::CONNECT {
        return Err(Problem::of_status(StatusCode::METHOD_NOT_ALLOWED));
    }
    // What watches over the service asks by address.
    if matches!(request.path(), "/healthz" | "/readyz" | "/metrics") {
        return Ok(());
    }
    let hosts = request.headers().get_all(header::HOST).count();
    let host = csrf::host(request);
    if hosts != 1 || host.is_empty() {
        return Err(Problem::unreadable("the header Host must stand once"));
    }
    if is_here(host, settings) {
        Ok(())
    } else {
        Err(Problem::of_status(StatusCode::MISDIRECTED_REQUEST))
    }
}

/// Whether `host` is the one of the public address or, where that is on loopback, any name of
/// this machine for itself.
fn is_here(host: &str, settings: &Settings) -> bool {
    let Ok(url) = url::Url::parse(&format!("{}://{host}", settings.public_url.scheme())) else {
        return false;
    };
    let bare = url.path() == "/" && url.username().is_empty() && url.query().is_none();
    let ours = url.origin() == settings.public_url.origin();
    let here = Settings::new(url).is_loopback();
    bare && (ours || (settings.is_loopback() && here))
}

/// Puts an error into the words and the form that who asks can read.
fn in_words(response: ServiceResponse, site: &Arc<Site>) -> ServiceResponse {
    let Some(error) = response.response().error() else { return response };
    let problem = match error.as_error::<Problem>() {
        Some(problem) => problem.clone(),
        None => {
            let status = error.as_response_error().status_code();
            if status.is_server_error() {
                tracing::error!(%error, "failed");
            }
            Problem::of_status(status)
        }
    };
    let request = response.request().clone();
    let visit = request.extensions().get::<Visit>().cloned();
    let visit = visit.unwrap_or_else(|| {
        let path = request.path().to_owned();
        Visit::new(Arc::clone(site), request.headers(), path, None, Utc::now())
    });
    let mut shown = if request.path().starts_with("/api/") {
        HttpResponse::build(problem.status)
            .content_type("application/problem+json")
            .body(problem.details(visit.words()).to_string())
    } else {
        pages::message::show_problem(&visit, &request, &problem)
    };
    let headers = shown.headers_mut();
    if let Some(seconds) = problem.retry_after() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if problem.status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    ServiceResponse::new(request, shown)
}

/// One line for each request: nothing of what it asked for but its route.
fn log(response: &ServiceResponse, site: &Site, begun: Instant, id: &str) {
    let request = response.request();
    let route = request.match_pattern().unwrap_or_else(|| "none".to_owned());
    let method = match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    };
    let (status, time) = (response.status().as_u16(), begun.elapsed());
    site.figures.answered(method, &route, status, time);
    let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(method, route, status, ms, id, "request");
}

/// A body; while it is being sent, its request counts as being answered.
struct Counted {
    body: BoxBody,
    _guard: AtWork,
}

impl MessageBody for Counted {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }

    fn try_into_bytes(self) -> Result<Bytes, Self> {
        let Self { body, _guard } = self;
        body.try_into_bytes().map_err(|body| Self { body, _guard })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_requests_for_this_host_are_answered() {
        let at = |text: &str| Settings::new(text.parse().unwrap());
        let public = at("https://assay.example.org");
        assert!(is_here("assay.example.org", &public));
        assert!(is_here("assay.example.org:443", &public));
        for host in ["evil.example", "assay.example.org:8080", "127.0.0.1", "a@assay.example.org"] {
            assert!(!is_here(host, &public), "{host}");
        }
        let local = at("http://127.0.0.1:8080");
        assert!(is_here("localhost:8080", &local) && is_here("127.0.0.1:41231", &local));
        assert!(is_here("[::1]:8080", &local) && !is_here("rebound.example:8080", &local));
    }
}
