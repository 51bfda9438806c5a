//! `blank` and `compare`: forms as people read and change them.

use std::path::Path;

use anyhow::Result;
use engine::assess::require_language;
use engine::blank::blank_data;

use crate::cli::Format;
use crate::commands::score::form;
use crate::commands::{Exit, print_json, say};
use crate::{show, write};

/// Writes a form as a PDF to read and discuss.
pub(crate) fn blank(name: &str, output: &Path, language: Option<&str>) -> Result<Exit> {
    let form = form(name)?;
    let language = language.unwrap_or(&form.form.meta.language);
    let data = blank_data(&form, language)?;
    write::write(output, &reports::blank_pdf(&data)?)?;
    say(show::done(format_args!("wrote {}", output.display())))?;
    Ok(Exit::Fine)
}

/// Tells what changed between two versions of a form.
pub(crate) fn compare(
    before: &str,
    after: &str,
    language: Option<&str>,
    format: Format,
) -> Result<Exit> {
    let (before, after) = (form(before)?, form(after)?);
    if let Some(language) = language {
        require_language(&after, language)?;
    }
    let language = language.unwrap_or(&after.form.meta.language);
    let comparison = forms::compare::compare(&before, &after, language);
    match format {
        Format::Json => print_json(&comparison),
        Format::Text => {
            say(show::comparison(&comparison)?.trim_end())?;
            Ok(Exit::Fine)
        }
    }
}
