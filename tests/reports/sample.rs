//! The samples that stand beside the templates.

use std::fs;
use std::path::Path;

use model::blank::BlankData;
use model::profile::Profile;
use model::report::ReportData;
use serde::de::DeserializeOwned;

fn read<T: DeserializeOwned>(path: &str) -> T {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports");
    serde_json::from_str(&fs::read_to_string(folder.join(path)).unwrap()).unwrap()
}

/// A sample of a company's report.
pub(crate) fn company(name: &str) -> ReportData {
    read(&format!("company/{name}"))
}

/// A sample of a profile.
pub(crate) fn profile(name: &str) -> Profile {
    read(&format!("profile/{name}"))
}

/// A sample of a form on paper.
pub(crate) fn blank(name: &str) -> BlankData {
    read(&format!("blank/{name}"))
}

/// What stands for a scorecard in the attachments.
pub(crate) fn scorecard() -> &'static [u8] {
    br#"{"title": "scorecard", "total": {"strict": 61.25}}"#
}
