//! The report as PDF, and the form itself.

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use engine::flow;
use engine::{blank, report};
use serde::Deserialize;

use super::file::attachment;
use super::{assessment, code, id};
use crate::error::Problem;
use crate::visit::Visit;

/// Which report.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    lang: Option<String>,
    sheet: Option<String>,
}

/// Draws the report of what was signed last, or of an earlier sheet.
pub(crate) async fn report(
    visit: Visit,
    path: Path<String>,
    asked: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let course = flow::course(visit.engine(), visit.actor()?, assessment(&path)?).await?;
    let signed = match &asked.sheet {
        Some(sheet) => {
            let sheet: engine::SheetId = id(sheet)?;
            let found = course.sheets.iter().find(|it| it.sheet.id == sheet);
            found.filter(|it| it.sheet.is_signed())
        }
        None => course.signed(),
    };
    let signed = signed.ok_or_else(Problem::not_found)?;
    let language = asked.lang.as_deref().unwrap_or_else(|| code(&visit));
    let before = course.before(signed).map(|it| &it.response);
    let (data, card) = report::report_data(&signed.form.form, &signed.response, before, language)?;
    let name = format!("{}-{}-{language}.pdf", data.form.id, data.date);
    let card = serde_json::to_vec_pretty(&card).map_err(|it| Problem::failed(&it))?;
    let pdf = visit
        .site
        .drawing
        .draw(visit.actor()?.person.id, move || reports::company_pdf(&data, &card));
    Ok(attachment("application/pdf", &name).body(pdf.await?))
}

/// Draws the form of the sheet in hand, to read and discuss.
pub(crate) async fn blank(
    visit: Visit,
    path: Path<String>,
    asked: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let course = flow::course(visit.engine(), visit.actor()?, assessment(&path)?).await?;
    let sheet = course.in_hand().ok_or_else(Problem::not_found)?;
    let language = asked.lang.as_deref().unwrap_or_else(|| code(&visit));
    let data = blank::blank_data(&sheet.form.form, language)?;
    let name = format!("{}-{language}.pdf", data.form.id);
    let pdf = visit.site.drawing.draw(visit.actor()?.person.id, move || reports::blank_pdf(&data));
    Ok(attachment("application/pdf", &name).body(pdf.await?))
}
