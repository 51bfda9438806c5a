//! The one place where something that went wrong becomes an answer.
//!
//! A [`Problem`] has a status, a stable code, and words in the reader's language
//! (`problem.CODE.title` and `problem.CODE.text`). What is inside is logged, not shown.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use engine::error::Closed;
use engine::identity::LinkTrouble;
use engine::{EngineError, Refusal, StoreError};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::language::Words;

/// Why a request was not done.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The status of HTTP.
    pub status: StatusCode,
    /// What went wrong, as a stable word.
    pub code: &'static str,
    rest: Box<Rest>,
}

/// What only some problems have.
#[derive(Clone, Debug, Default)]
struct Rest {
    values: Vec<(&'static str, String)>,
    detail: Option<String>,
    more: Map<String, Value>,
    retry_after: Option<u64>,
    field: Option<Field>,
    refusal: Option<Refusal>,
}

/// A field of a form that cannot be used.
#[derive(Clone, Debug, Serialize)]
struct Field {
    field: String,
    code: &'static str,
    message: String,
}

/// An error of a form, as templates show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The id of the input.
    pub field: String,
    /// What is wrong, and what to do.
    pub text: String,
}

impl FieldError {
    /// The error `text` of the input with the id `field`.
    pub fn new(field: impl Into<String>, text: impl Into<String>) -> Self {
        Self { field: field.into(), text: text.into() }
    }
}

impl Problem {
    /// One with the status and the code.
    pub fn new(status: StatusCode, code: &'static str) -> Self {
        Self { status, code, rest: Box::default() }
    }

    /// With a member beside the usual ones, where a program asks.
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.rest.more.insert(name.to_owned(), json!(value));
        self
    }

    /// With a value for its words.
    fn value(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.rest.values.push((name, value.to_string()));
        self
    }

    /// With words of its own.
    pub fn saying(mut self, detail: impl Into<String>) -> Self {
        self.rest.detail = Some(detail.into());
        self
    }

    /// With the seconds after which to try again.
    fn after(mut self, seconds: u64) -> Self {
        self.rest.retry_after = Some(seconds);
        self
    }

    /// There is nothing here, or nothing for this person.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found")
    }

    /// This person may not do it.
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden")
    }

    /// One has to sign in first.
    pub fn signed_out() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "signed-out")
    }

    /// A bearer token is missing or cannot be used.
    pub fn token_needed() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "token")
    }

    /// The form was not sent from a page of ours, or from one that is too old.
    pub fn form_expired() -> Self {
        Self::new(StatusCode::FORBIDDEN, "form-expired")
    }

    /// What was sent cannot be read; `why` says where and what.
    pub fn unreadable(why: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request").with("reason", why.into())
    }

    /// What was sent is too large.
    pub fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large")
    }

    /// What was sent is of a kind that is not taken here.
    pub fn unsupported() -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported")
    }

    /// The service cannot do it now.
    pub fn unavailable() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable").after(2)
    }

    /// This person waits for too many reports already.
    pub fn too_many_reports() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "reports").after(5)
    }

    /// There is more text than a report can show.
    pub fn report_too_long() -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "report-too-long")
    }

    /// This person takes as much away already as one may at a time.
    pub fn too_many_exports() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "exports").after(5)
    }

    /// Something is wrong with the program; `why` is logged.
    pub fn failed(why: &dyn fmt::Display) -> Self {
        tracing::error!(error = %why, "failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "failed")
    }

    /// What an answer with this status says that nobody wrote words for.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => Self::new(status, "method"),
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::unsupported(),
            StatusCode::REQUEST_TIMEOUT => Self::new(status, "timeout"),
            StatusCode::MISDIRECTED_REQUEST => Self::new(status, "misdirected"),
            status if status.is_client_error() => Self::new(status, "bad-request"),
            status => Self::new(status, "failed"),
        }
    }

    /// The error of a field that this is, to be shown beside it; or this problem again.
    pub fn on_field(self, words: &Words) -> Result<FieldError, Self> {
        match &self.rest.field {
            Some(it) => Ok(FieldError::new(it.field.clone(), said(words, it))),
            None => Err(self),
        }
    }

    /// Its title in words.
    pub fn title(&self, words: &Words) -> String {
        words.text(&format!("problem.{}.title", self.code))
    }

    /// What happened and what to do, in words.
    pub fn text(&self, words: &Words) -> String {
        if let Some(it) = &self.rest.field {
            return said(words, it);
        }
        if let Some(detail) = &self.rest.detail {
            return detail.clone();
        }
        if let Some(refusal) = &self.rest.refusal {
            return refused(refusal, words);
        }
        let values: Vec<(&str, &dyn fmt::Display)> = self
            .rest
            .values
            .iter()
            .map(|(name, value)| (*name, value as &dyn fmt::Display))
            .collect();
        words.text_with(&format!("problem.{}.text", self.code), &values)
    }

    /// How long to wait, in seconds.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        self.rest.retry_after
    }

    /// As problem details (RFC 9457).
    pub(crate) fn details(&self, words: &Words) -> Value {
        let mut details = json!({
            "type": format!("urn:assay:problem:{}", self.code),
            "title": self.title(words),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.text(words),
        });
        if let (Some(all), Some(field)) = (details.as_object_mut(), &self.rest.field) {
            let field = Field { message: said(words, field), ..field.clone() };
            all.insert("fields".to_owned(), json!([field]));
        }
        if let Some(all) = details.as_object_mut() {
            all.extend(self.rest.more.clone());
        }
        details
    }
}

/// Why an action is refused, and what can be done, in words.
pub(crate) fn refused(it: &Refusal, words: &Words) -> String {
    let key = format!("refusal.{}", it.code());
    let counted = |count: usize| words.text_for(&key, count.try_into().unwrap_or(u64::MAX));
    match it {
        Refusal::AnswersMissing { missing, .. } => counted(*missing),
        Refusal::CopiesUnsigned { more, .. } => counted(*more),
        Refusal::GateNotMet { message } | Refusal::GateNotKnown { message, .. } => message.clone(),
        _ => words.text(&key),
    }
}

/// What is wrong with a field, in words: ours where there are some.
fn said(words: &Words, it: &Field) -> String {
    let own = words.find(&format!("invalid.{}", it.code));
    own.filter(|it| !it.contains('{')).map_or_else(|| it.message.clone(), str::to_owned)
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        use StatusCode as S;
        match error {
            EngineError::NotFound { .. } => Self::not_found(),
            EngineError::NoForm { .. }
            | EngineError::NoProgramme { .. }
            | EngineError::NoLanguage { .. } => Self::not_found().saying(error.to_string()),
            EngineError::Forbidden { .. } => Self::forbidden(),
            EngineError::Refused(refusal) => {
                let mut refused = Self::new(S::CONFLICT, "refused").with("refusal", &refusal);
                refused.rest.refusal = Some(refusal);
                refused
            }
            EngineError::Closed { why } => Self::new(S::LOCKED, closed(why)),
            EngineError::Conflict(it) => Self::new(S::CONFLICT, "conflict")
                .with("revision", it.revision)
                .with("places", it.conflicts.iter().map(|it| &it.place).collect::<Vec<_>>()),
            EngineError::Outdated => Self::new(S::CONFLICT, "outdated"),
            EngineError::Invalid { field, code, message } => {
                let mut invalid = Self::new(S::UNPROCESSABLE_ENTITY, "invalid");
                invalid.rest.field = Some(Field { field, code, message });
                invalid
            }
            EngineError::Findings(findings) => Self::new(S::UNPROCESSABLE_ENTITY, "findings")
                .value("count", findings.len())
                .with("findings", findings),
            EngineError::Profile(_) | EngineError::Line { .. } => {
                Self::new(S::UNPROCESSABLE_ENTITY, "invalid").saying(error.to_string())
            }
            EngineError::KeyReused => Self::new(S::UNPROCESSABLE_ENTITY, "key-reused"),
            EngineError::Busy => Self::new(S::SERVICE_UNAVAILABLE, "busy").after(1),
            EngineError::Store(it) => Self::of_store(&it),
            EngineError::NotWritten(it) => Self::of_store(&it),
            EngineError::RateLimited { retry_after } => {
                let seconds = retry_after.as_secs().max(1);
                let minutes = seconds.div_ceil(60);
                Self::new(S::TOO_MANY_REQUESTS, "rate-limited")
                    .value("minutes", minutes)
                    .after(seconds)
            }
            EngineError::WrongCredentials => {
                Self::new(S::UNPROCESSABLE_ENTITY, "wrong-credentials")
            }
            EngineError::LinkUnusable(trouble) => Self::new(S::GONE, unusable(trouble)),
            EngineError::Scope(scope) => {
                Self::new(S::FORBIDDEN, "scope").value("scope", scope.word())
            }
            EngineError::Files { .. } => {
                log(&error);
                Self::unavailable()
            }
            EngineError::Stored { .. } | EngineError::Io { .. } => {
                log(&error);
                Self::new(S::INTERNAL_SERVER_ERROR, "failed")
            }
        }
    }
}

impl Problem {
    fn of_store(error: &StoreError) -> Self {
        match error {
            StoreError::Missing { .. } => return Self::not_found(),
            StoreError::BadCursor(_) => return Self::unreadable(error.to_string()),
            _ => log(error),
        }
        match error {
            StoreError::DiskFull { .. } => Self::new(StatusCode::INSUFFICIENT_STORAGE, "full"),
            StoreError::Unreachable { .. } | StoreError::Busy { .. } => Self::unavailable(),
            _ => Self::new(StatusCode::INTERNAL_SERVER_ERROR, "failed"),
        }
    }
}

/// Logs an error with its causes.
fn log(error: &dyn std::error::Error) {
    let mut causes = String::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push_str(&format!(": {cause}"));
        next = cause.source();
    }
    tracing::error!(%error, causes, "failed");
}

fn closed(why: Closed) -> &'static str {
    match why {
        Closed::Submitted => "submitted",
        Closed::Locked => "locked",
        Closed::Over => "over",
        Closed::Round => "round-closed",
    }
}

fn unusable(trouble: LinkTrouble) -> &'static str {
    match trouble {
        LinkTrouble::Unknown => "link-unknown",
        LinkTrouble::Used => "link-used",
        LinkTrouble::Revoked => "link-revoked",
        LinkTrouble::Expired => "link-expired",
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.code)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// What is put in its place where the reader is known: see [`crate::around`].
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status)
    }
}
