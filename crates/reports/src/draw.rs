//! From data to PDF and SVG.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use typst::diag::Warned;
use typst::foundations::Smart;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::ReportError;
use crate::error::Problem;
use crate::text::prepare;
use crate::world::{ReportWorld, Template};

/// How many reports the cache outlives. Typst keeps what it laid out, so that the next report
/// is drawn faster; without a limit that memory grows with each report. With two it stays at
/// about 100 MB and is as fast as without a limit; with one it is half as fast again.
const CACHE_AGE: usize = 2;

/// `data` as the JSON document that a template reads.
pub(crate) fn document(data: &impl Serialize) -> Result<Vec<u8>, ReportError> {
    let failed = |error: serde_json::Error| ReportError::Data(error.to_string());
    let mut value: Value = serde_json::to_value(data).map_err(failed)?;
    prepare(&mut value)?;
    serde_json::to_vec(&value).map_err(failed)
}

/// The pages that `template` makes of `data`, handed to `export`.
pub(crate) fn pages<T>(
    template: &'static Template,
    data: Vec<u8>,
    attached: &[u8],
    export: impl FnOnce(&ReportWorld, &PagedDocument) -> Result<T, ReportError>,
) -> Result<T, ReportError> {
    let world = ReportWorld::new(template, data, attached);
    let Warned { output, .. } = typst::compile::<PagedDocument>(&world);
    let drawn = output
        .map_err(|it| ReportError::from_typst(&world, it))
        .and_then(|pages| export(&world, &pages));
    typst::comemo::evict(CACHE_AGE);
    drawn
}

/// The PDF that `template` makes of `data`, with `attached` attached: PDF/UA-1, and PDF/A-3a
/// where it has a date, which PDF/A asks for.
pub(crate) fn pdf(
    template: &'static Template,
    data: &impl Serialize,
    attached: &[u8],
) -> Result<Vec<u8>, ReportError> {
    let document = document(data)?;
    let standards: &[PdfStandard] = match template.attachment {
        Some(_) => &[PdfStandard::Ua_1, PdfStandard::A_3a],
        None => &[PdfStandard::Ua_1],
    };
    let standards = PdfStandards::new(standards).map_err(|it| problem(it.message().as_str()))?;
    let options = PdfOptions {
        ident: Smart::Custom(ident(&[&document, attached])),
        creator: Smart::Custom(Some("Assay".to_owned())),
        timestamp: None,
        page_ranges: None,
        standards,
        tagged: true,
        pretty: false,
    };
    pages(template, document, attached, |world, pages| {
        typst_pdf::pdf(pages, &options).map_err(|it| ReportError::from_typst(world, it))
    })
}

/// Names what a document is made from, so that the same data gives the same bytes.
fn ident(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn problem(message: impl Into<String>) -> ReportError {
    ReportError::Template(vec![Problem { place: None, message: message.into(), hints: Vec::new() }])
}
