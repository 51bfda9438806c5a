//! Whether the service is well: for what watches over it.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;

use crate::site::Site;

/// That the process answers.
pub(crate) async fn healthz() -> HttpResponse {
    said(StatusCode::OK, "ok")
}

/// Whether the service can do its work: the database answers, and it is not about to end.
pub(crate) async fn readyz(site: Data<Site>) -> HttpResponse {
    if site.is_stopping() {
        return said(StatusCode::SERVICE_UNAVAILABLE, "stopping");
    }
    let asked = tokio::time::timeout(Duration::from_secs(1), site.engine.db.status()).await;
    match asked {
        Ok(Ok(status)) if status.current() => said(StatusCode::OK, "ready"),
        Ok(Ok(_)) => said(StatusCode::SERVICE_UNAVAILABLE, "the database is of another version"),
        Ok(Err(_)) | Err(_) => {
            said(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer")
        }
    }
}

fn said(status: StatusCode, text: &'static str) -> HttpResponse {
    HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(text)
}
