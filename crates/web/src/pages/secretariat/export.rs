//! The table of a round as a file.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::asked;
use super::round::Asked;
use crate::error::Problem;
use crate::export::{Format, results};
use crate::pages::company::id;
use crate::visit::Visit;

/// Sends the rows that the same address without its end shows, all pages of them.
pub(super) async fn download(
    visit: Visit,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let format = Format::parse(&path.1).ok_or_else(Problem::not_found)?;
    let wanted = Asked::read(&asked(&visit))?.wanted;
    results::send(&visit, id(&path.0)?, &wanted, format).await
}
