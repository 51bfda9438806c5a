//! The table of a round as a file.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Bytes;
use engine::RoundId;
use engine::results_table::{self, Column, Export, Wanted};
use futures::stream::{Stream, try_unfold};

use super::xlsx::Xlsx;
use super::{Format, Lines};
use crate::error::Problem;
use crate::pages::company::file::attachment;
use crate::site::Site;
use crate::under_way::Held;
use crate::visit::Visit;

/// Sends all rows of a round that are wanted.
pub(crate) async fn send(
    visit: &Visit,
    round: RoundId,
    wanted: &Wanted,
    format: Format,
) -> Result<HttpResponse, Problem> {
    let (engine, actor, language) = (visit.engine(), visit.actor()?, visit.language.code());
    let held = super::begin(visit)?;
    let table = results_table::open(engine, actor, round, language).await?;
    let name = format.name();
    let export = results_table::export(engine, actor, table, wanted, name, visit.now).await?;
    let columns = results_table::columns(language);
    let file = format!("results-{}.{name}", engine::engine::day(visit.now));
    let mut response = attachment(format.media_type(), &file);
    let site = Arc::clone(&visit.site);
    match format {
        Format::Xlsx => Ok(response.body(workbook(&site, export, &columns).await?)),
        Format::Csv => Ok(response.streaming(lines(site, export, Lines::Csv, &columns, held)?)),
        Format::Ndjson => {
            let export = export.with_results();
            Ok(response.streaming(lines(site, export, Lines::Ndjson, &columns, held)?))
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
    held: Held,
) -> Result<impl Stream<Item = Result<Bytes, Problem>> + use<>, Problem> {
    let head = Some(lines.head(columns)?);
    let begin = (site, export, head, held);
    Ok(try_unfold(begin, move |(site, mut export, mut head, held)| async move {
        if let Some(head) = head.take().filter(|it| !it.is_empty()) {
            return Ok(Some((Bytes::from(head), (site, export, None, held))));
        }
        let Some(rows) = export.next(&site.engine).await? else { return Ok(None) };
        Ok(Some((Bytes::from(lines.rows(&rows)?), (site, export, None, held))))
    }))
}
