//! Checks of a form that nobody has answered yet: what would score wrongly in silence.

pub mod bands;
pub mod literals;
pub mod reach;
pub mod rules;
pub mod translations;

use model::Finding;

use crate::build::Findings;
use crate::files::Files;
use crate::prepare::{Loaded, load};

/// Loads the form at `path` and finds everything that can be found without answers.
///
/// Rules are checked whenever a form is loaded; this adds what is reachable and whether the
/// translations are complete.
pub fn check(files: &Files, path: &str) -> Loaded {
    let mut loaded = load(files, path);
    if let Some(form) = &loaded.form {
        let mut findings = Findings::new(files, &loaded.origins);
        reach::check(form, &mut findings);
        bands::check(form, &mut findings);
        let mut more = std::mem::take(&mut findings.list);
        more.extend(translations::check(form, files, path));
        loaded.findings.extend(more);
    }
    sort(&mut loaded.findings);
    loaded
}

/// Sorts findings by file and place, and drops repeats.
pub fn sort(findings: &mut Vec<Finding>) {
    findings.sort_by(|a, b| (&a.place, &a.code, &a.message).cmp(&(&b.place, &b.code, &b.message)));
    findings.dedup();
}
