//! What every request passes on its way to its handler: who asks, whether they may, what they
//! bring, and that the request comes from where it says.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use chrono::Utc;
use futures::FutureExt;

use crate::error::Problem;
use crate::input::{self, Body};
use crate::routes::{Kind, Route};
use crate::site::Site;
use crate::visit::Visit;
use crate::{csrf, session};

/// How long it may take to find out who asks.
const RECOGNISED: Duration = Duration::from_secs(3);
/// How long a handler may take.
const DEADLINE: Duration = Duration::from_secs(10);
/// How long one that makes a file may take.
const FILE_DEADLINE: Duration = Duration::from_secs(60);

/// Lets a request through to its handler, or answers in its place. A handler that panics or
/// takes too long is answered for.
pub(crate) async fn pass(
    route: &'static Route,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    if let Err(problem) = prepare(route, &mut request).await {
        return Ok(request.error_response(problem));
    }
    let again = request.request().clone();
    let deadline = if route.downloads { FILE_DEADLINE } else { DEADLINE };
    let problem = match guarded(route, deadline, next.call(request)).await {
        Ok(Ok(response)) => return Ok(response),
        Ok(Err(error)) => {
            let response = actix_web::HttpResponse::from_error(error);
            return Ok(ServiceResponse::new(again, response));
        }
        Err(problem) => problem,
    };
    Ok(ServiceResponse::from_err(problem, again))
}

/// What comes of `work`, or what is answered in its place where it panics or takes longer than
/// `deadline`.
async fn guarded<T>(
    route: &Route,
    deadline: Duration,
    work: impl Future<Output = T>,
) -> Result<T, Problem> {
    let work = AssertUnwindSafe(tokio::time::timeout(deadline, work));
    match work.catch_unwind().await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(_)) => Err(too_slow(route)),
        // What was said was logged where it happened.
        Err(_) => Err(Problem::failed(&"a handler panicked")),
    }
}

fn too_slow(route: &Route) -> Problem {
    tracing::warn!(route = route.path, "too slow");
    Problem::unavailable()
}

async fn prepare(route: &Route, request: &mut ServiceRequest) -> Result<(), Problem> {
    let site = request.app_data::<Data<Site>>().ok_or_else(|| Problem::failed(&"no site"))?;
    let site = Arc::clone(site);
    let now = Utc::now();
    let path = request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
    let found = match route.access_is_for_programs() {
        true => Ok(None),
        false => {
            let found = session::recognise(&site, route, request.headers(), now);
            let found = tokio::time::timeout(RECOGNISED, found).await;
            found.unwrap_or_else(|_| Err(too_slow(route)))
        }
    };
    let (caller, problem) = match found {
        Ok(caller) => (caller, None),
        Err(problem) => (None, Some(problem)),
    };
    let refused = session::check(route.access, caller.as_ref()).err();
    let visit = Visit::new(Arc::clone(&site), request.headers(), path, caller, now);
    request.extensions_mut().insert(visit.clone());
    if let Some(problem) = problem.or(refused) {
        return Err(problem);
    }
    if route.is_safe() {
        return Ok(());
    }
    let by_token = visit.who().is_some_and(|it| it.session.is_none());
    if !by_token {
        csrf::check_origin(request.request(), &site.settings)?;
    }
    let largest = usize::try_from(site.engine.limits.file_size).unwrap_or(usize::MAX);
    let limits = input::Limits { body: site.settings.body, file: route.uploads.then_some(largest) };
    let payload = request.take_payload();
    let body = input::read(request.request(), payload, limits).await?;
    if !by_token {
        check_secret(request, &visit, &body)?;
    }
    request.extensions_mut().insert(body);
    Ok(())
}

/// Refuses a request that does not repeat what only our pages know.
fn check_secret(request: &ServiceRequest, visit: &Visit, body: &Body) -> Result<(), Problem> {
    let header = request.headers().get("x-csrf-token").and_then(|it| it.to_str().ok());
    let field = match body {
        Body::Form(form) => form.find("csrf"),
        Body::Empty | Body::Json(_) => None,
    };
    match (header.or(field), visit.form_secret()) {
        (Some(sent), Some(secret)) if csrf::is_right(sent, secret) => Ok(()),
        _ => Err(Problem::form_expired()),
    }
}

impl Route {
    /// Whether it answers alike whoever asks, so that nobody need be recognised.
    fn access_is_for_programs(&self) -> bool {
        self.kind == Kind::File && self.access == crate::routes::Access::Public
    }
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError as _;
    use actix_web::http::StatusCode;

    use super::*;

    async fn answered(work: impl Future<Output = ()>) -> Problem {
        let route = crate::routes::all().next().unwrap();
        guarded(route, Duration::from_millis(20), work).await.unwrap_err()
    }

    #[tokio::test]
    async fn a_handler_that_panics_is_answered_for_without_what_it_said() {
        let problem = answered(async { panic!("secret7f3a") }).await;
        assert_eq!(problem.status_code(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!format!("{problem:?}").contains("secret7f3a"));
    }

    #[tokio::test]
    async fn a_handler_that_takes_too_long_is_answered_for() {
        let problem = answered(std::future::pending()).await;
        assert_eq!(problem.status_code(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
