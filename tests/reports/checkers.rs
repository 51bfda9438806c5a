//! What independent checkers of accessibility say.
//!
//! They are Python packages; `tests/run.sh` installs them and says in `PDF_CHECKERS` where
//! they are. Without it only Typst's own refusal to export vouches for conformance.

use std::process::Command;

use reports::{company_pdf, profile_pdf};

use crate::sample::{company, profile, scorecard};

#[test]
fn independent_checkers_find_nothing() {
    let Ok(programs) = std::env::var("PDF_CHECKERS") else { return };
    let programs = std::path::PathBuf::from(programs);
    let folder = tempfile::tempdir().unwrap();
    let reports = [
        ("company.pdf", company_pdf(&company("sample.json"), scorecard())),
        ("company.da.pdf", company_pdf(&company("sample.da.json"), scorecard())),
        ("profile.pdf", profile_pdf(&profile("sample.json"), b"{}")),
        ("profile.da.pdf", profile_pdf(&profile("sample.da.json"), b"{}")),
    ];
    for (name, report) in reports {
        let path = folder.path().join(name);
        std::fs::write(&path, report.unwrap()).unwrap();
        for (program, arguments) in [("pdfua", &["check"][..]), ("outloud", &[])] {
            let output =
                Command::new(programs.join(program)).args(arguments).arg(&path).output().unwrap();
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success(), "{program}, {name}: {said}");
        }
    }
}
