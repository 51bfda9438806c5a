//! Doing what is asked once, however often it is sent with the same key.

use std::future::Future;

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use engine::requests::{self, Keyed, Known};
use futures::future::{Ready, ready};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::asked::Key;
use crate::error::Problem;
use crate::input::Body;
use crate::visit::Visit;

/// A request that may come with a key.
#[derive(Clone, Debug)]
pub(super) struct Once {
    visit: Visit,
    keyed: Option<Keyed>,
}

/// What a request that changed something is answered with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Done {
    status: u16,
    body: Option<Value>,
    #[serde(default)]
    tag: Option<String>,
    /// What is said when it is sent again, where that is not the same.
    #[serde(skip)]
    again: Option<Value>,
}

impl Done {
    /// It is done, and there is nothing more to say.
    pub(super) fn quietly() -> Self {
        Self { status: 204, body: None, tag: None, again: None }
    }

    /// It is done, with this to show.
    pub(super) fn with(status: StatusCode, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_value(body).map_err(|it| Problem::failed(&it))?;
        Ok(Self { status: status.as_u16(), body: Some(body), tag: None, again: None })
    }

    /// With the revision it is at now.
    pub(super) fn at(self, revision: u64) -> Self {
        self.tagged(revision.to_string())
    }

    /// With what names it as it is now.
    pub(super) fn tagged(self, tag: String) -> Self {
        Self { tag: Some(tag), ..self }
    }

    /// With another document for who asks again: secrets are told once.
    pub(super) fn but_again(self, body: &impl Serialize) -> Result<Self, Problem> {
        let again = serde_json::to_value(body).map_err(|it| Problem::failed(&it))?;
        Ok(Self { again: Some(again), ..self })
    }

    /// The answer.
    pub(super) fn response(&self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut response = HttpResponse::build(status);
        if let Some(tag) = &self.tag {
            response.insert_header((header::ETAG, format!("\"{tag}\"")));
        }
        match &self.body {
            Some(body) => response.json(body),
            None => response.finish(),
        }
    }
}

impl FromRequest for Once {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request))
    }
}

fn read(request: &HttpRequest) -> Result<Once, Problem> {
    let extensions = request.extensions();
    let visit = extensions.get::<Visit>().cloned();
    let visit = visit.ok_or_else(|| Problem::failed(&"a route without a gate"))?;
    let Key(key) = Key::extract(request).into_inner()?;
    let keyed = key.map(|key| Keyed {
        key,
        operation: format!("{} {}", request.method(), request.uri()),
        body_hash: hash(extensions.get::<Body>()),
    });
    Ok(Once { visit, keyed })
}

fn hash(body: Option<&Body>) -> String {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update(bytes.len().to_be_bytes());
        hash.update(bytes);
    };
    match body {
        None | Some(Body::Empty) => {}
        Some(Body::Json(bytes)) => part(bytes),
        Some(Body::Form(form)) => {
            for (name, value) in form.fields().filter(|(name, _)| *name != "csrf") {
                part(name.as_bytes());
                part(value.as_bytes());
            }
            if let Some(file) = form.file() {
                part(file.name.as_bytes());
                part(&file.content);
            }
        }
    }
    hash.finalize().iter().map(|it| format!("{it:02x}")).collect()
}

impl Once {
    /// Does `work`, unless a request with the same key was answered before.
    pub(super) async fn run(
        self,
        work: impl Future<Output = Result<Done, Problem>>,
    ) -> Result<HttpResponse, Problem> {
        let Some(keyed) = &self.keyed else { return Ok(work.await?.response()) };
        let (engine, actor) = (self.visit.engine(), self.visit.actor()?);
        match requests::begin(engine, actor, keyed, self.visit.now).await? {
            Known::Answered(text) => {
                let done: Done = serde_json::from_str(&text).map_err(|it| Problem::failed(&it))?;
                return Ok(done.response());
            }
            Known::Unfinished => return Err(Problem::new(StatusCode::CONFLICT, "unfinished")),
            Known::New => {}
        }
        match work.await {
            Ok(done) => {
                let kept =
                    Done { body: done.again.clone().or_else(|| done.body.clone()), ..done.clone() };
                let text = serde_json::to_string(&kept).map_err(|it| Problem::failed(&it))?;
                requests::finish(engine, actor, keyed, text).await?;
                Ok(done.response())
            }
            Err(problem) => {
                requests::give_up(engine, actor, keyed).await?;
                Err(problem)
            }
        }
    }
}
