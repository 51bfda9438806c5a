//! Static files: scripts, styles and drawings, built in and addressed by what they hold.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::error::Problem;

static FOLDER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/static");

/// One file.
struct Asset {
    name: &'static str,
    content: &'static [u8],
    hash: String,
}

static ALL: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let asset = |file: &'static include_dir::File<'static>| {
        let hash = Sha256::digest(file.contents());
        Some(Asset {
            name: file.path().to_str()?,
            content: file.contents(),
            hash: hash.iter().take(6).map(|it| format!("{it:02x}")).collect(),
        })
    };
    FOLDER.files().filter_map(asset).collect()
});

/// The address of a file; it changes with the file.
pub(crate) fn address(name: &str) -> Option<String> {
    let asset = find(name)?;
    Some(format!("/static/{name}?v={}", asset.hash))
}

fn find(name: &str) -> Option<&'static Asset> {
    ALL.iter().find(|it| it.name == name)
}

/// Which version of a file is asked for.
#[derive(Deserialize)]
pub(crate) struct Version {
    v: Option<String>,
}

/// Gives a file. One that is asked for by its hash can be kept for ever.
pub(crate) async fn serve(
    name: Path<String>,
    version: Query<Version>,
) -> Result<HttpResponse, Problem> {
    let asset = find(&name).ok_or_else(Problem::not_found)?;
    let content_type = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    };
    let lasting = version.v.as_deref() == Some(&asset.hash);
    let caching = if lasting { "public, max-age=31536000, immutable" } else { "no-cache" };
    Ok(HttpResponse::Ok()
        .content_type(content_type)
        .insert_header(("Cache-Control", caching))
        .body(asset.content))
}

/// Asks search engines to stay away from what is not for everybody.
pub(crate) async fn robots() -> HttpResponse {
    let text = "User-agent: *\nDisallow: /\n";
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text)
}
