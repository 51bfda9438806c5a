//! Reads the body of a request, within a limit and a time.

use std::rc::Rc;
use std::time::Duration;

use actix_multipart::{Field, Multipart};
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use futures::StreamExt;

use super::Body;
use super::form::{Fields, File, Form};
use crate::error::Problem;

/// How long a form or a document may take to arrive.
const SHORT: Duration = Duration::from_secs(20);
/// How long a file may take: 20 MiB over a slow line.
const LONG: Duration = Duration::from_secs(300);
/// How many fields a form may have.
const FIELDS: usize = 20_000;

/// How much may be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Of all that is no file.
    pub(crate) body: usize,
    /// Of a file, where files are taken.
    pub(crate) file: Option<usize>,
}

/// Reads what `request` brings.
pub(crate) async fn read(
    request: &HttpRequest,
    payload: Payload,
    limits: Limits,
) -> Result<Body, Problem> {
    let time = if limits.file.is_some() { LONG } else { SHORT };
    let late = |_| Problem::of_status(StatusCode::REQUEST_TIMEOUT);
    tokio::time::timeout(time, read_all(request, payload, limits)).await.map_err(late)?
}

async fn read_all(
    request: &HttpRequest,
    payload: Payload,
    limits: Limits,
) -> Result<Body, Problem> {
    let headers = request.headers();
    let length = headers.get(header::CONTENT_LENGTH);
    let length: Option<usize> = length.and_then(|it| it.to_str().ok()?.parse().ok());
    if length.is_some_and(|it| it > limits.body + limits.file.unwrap_or(0)) {
        return Err(Problem::too_large());
    }
    let said = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let kind = said.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    match kind.to_ascii_lowercase().as_str() {
        "application/x-www-form-urlencoded" => {
            let bytes = whole(payload, limits.body).await?;
            let fields: Vec<_> =
                url::form_urlencoded::parse(&bytes).into_owned().take(FIELDS + 1).collect();
            form(fields, None)
        }
        "multipart/form-data" => parts(Multipart::new(headers, payload), limits).await,
        "application/json" | "application/merge-patch+json" => {
            Ok(Body::Json(whole(payload, limits.body).await?))
        }
        _ => match whole(payload, limits.body).await? {
            bytes if bytes.is_empty() => Ok(Body::Empty),
            _ => Err(Problem::unsupported()),
        },
    }
}

async fn whole(mut payload: Payload, limit: usize) -> Result<Bytes, Problem> {
    let mut all = BytesMut::new();
    while let Some(some) = payload.next().await {
        let some = some.map_err(|error| Problem::unreadable(error.to_string()))?;
        if all.len() + some.len() > limit {
            return Err(Problem::too_large());
        }
        all.extend_from_slice(&some);
    }
    Ok(all.freeze())
}

async fn parts(mut parts: Multipart, limits: Limits) -> Result<Body, Problem> {
    let (mut fields, mut file, mut left) = (Vec::new(), None, limits.body);
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|error| Problem::unreadable(error.to_string()))?;
        let name = part.name().unwrap_or_default().to_owned();
        let given = part.content_disposition().and_then(|it| it.get_filename()).map(str::to_owned);
        match given {
            None => {
                let bytes = content(&mut part, left).await?;
                left -= bytes.len();
                let text = String::from_utf8(bytes.to_vec());
                let text = text.map_err(|_| Problem::unreadable(format!("{name} is no UTF-8")))?;
                fields.push((name, text));
            }
            Some(given) => {
                let bytes = content(&mut part, limits.file.unwrap_or(0)).await?;
                if given.is_empty() && bytes.is_empty() {
                    continue;
                }
                let content = bytes;
                if file.replace(File { field: name, name: given, content }).is_some() {
                    return Err(Problem::unreadable("more than one file"));
                }
            }
        }
        if fields.len() > FIELDS {
            break;
        }
    }
    form(fields, file)
}

async fn content(part: &mut Field, limit: usize) -> Result<Bytes, Problem> {
    let mut all = BytesMut::new();
    while let Some(some) = part.next().await {
        let some = some.map_err(|error| Problem::unreadable(error.to_string()))?;
        if all.len() + some.len() > limit {
            return Err(Problem::too_large());
        }
        all.extend_from_slice(&some);
    }
    Ok(all.freeze())
}

fn form(fields: Vec<(String, String)>, file: Option<File>) -> Result<Body, Problem> {
    if fields.len() > FIELDS {
        return Err(Problem::too_large());
    }
    Ok(Body::Form(Form(Rc::new(Fields { fields, file }))))
}
