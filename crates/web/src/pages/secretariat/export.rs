//! The table of a round as a file.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType};
use actix_web::web::{Bytes, Path};
use engine::results_table::{self, Column, Export};
use futures::stream::{Stream, try_unfold};

use super::asked;
use super::round::Asked;
use crate::error::Problem;
use crate::export::xlsx::Xlsx;
use crate::export::{Format, Lines};
use crate::pages::company::{code, id};
use crate::site::Site;
use crate::visit::Visit;

/// Sends the rows that the same address without its end shows, all pages of them.
pub(super) async fn download(
    visit: Visit,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (engine, actor, round) = (visit.engine(), visit.actor()?, id(&path.0)?);
    let format = Format::parse(&path.1).ok_or_else(Problem::not_found)?;
    let asked = Asked::read(&asked(&visit))?;
    let table = results_table::open(engine, actor, round, code(&visit)).await?;
    let name = format.name();
    let export =
        results_table::export(engine, actor, table, &asked.wanted, name, visit.now).await?;
    let columns = results_table::columns(code(&visit));
    let mut response = HttpResponse::Ok();
    response.content_type(format.media_type()).insert_header(ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(format!(
            "results-{}.{name}",
            engine::engine::day(visit.now)
        ))],
    });
    let site = Arc::clone(&visit.site);
    match format {
        Format::Xlsx => Ok(response.body(workbook(&site, export, &columns).await?)),
        Format::Csv => Ok(response.streaming(lines(site, export, Lines::Csv, &columns)?)),
        Format::Ndjson => {
            let export = export.with_results();
            Ok(response.streaming(lines(site, export, Lines::Ndjson, &columns)?))
        }
    }
}

async fn workbook(site: &Site, mut export: Export, columns: &[Column]) -> Result<Vec<u8>, Problem> {
    let mut xlsx = Xlsx::new(columns)?;
    while let Some(rows) = export.next(&site.engine).await? {
        xlsx.rows(&rows)?;
    }
    let file = tokio::task::spawn_blocking(move || xlsx.finish()).await;
    file.map_err(|it| Problem::failed(&it))?
}

/// The file, read and written as it is sent; where that fails it ends before its end.
fn lines(
    site: Arc<Site>,
    export: Export,
    lines: Lines,
    columns: &[Column],
) -> Result<impl Stream<Item = Result<Bytes, Problem>> + use<>, Problem> {
    let head = Some(lines.head(columns)?);
    Ok(try_unfold((site, export, head), move |(site, mut export, mut head)| async move {
        if let Some(head) = head.take().filter(|it| !it.is_empty()) {
            return Ok(Some((Bytes::from(head), (site, export, None))));
        }
        let Some(rows) = export.next(&site.engine).await? else { return Ok(None) };
        Ok(Some((Bytes::from(lines.rows(&rows)?), (site, export, None))))
    }))
}
