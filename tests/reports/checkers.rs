//! What independent checkers of accessibility say.
//!
//! `tests/run.sh` installs them (`tests/checkers.txt`) and names their folder in
//! `PDF_CHECKERS`; without it there is nothing to ask.

use std::path::Path;
use std::process::Command;

use reports::{blank_pdf, company_pdf, profile_pdf};

use crate::sample::{blank, company, profile, scorecard};

#[test]
fn independent_checkers_find_nothing() {
    let Some(checkers) = std::env::var_os("PDF_CHECKERS") else { return };
    let folder = tempfile::tempdir().unwrap();
    let reports = [
        ("company.pdf", company_pdf(&company("sample.json"), scorecard())),
        ("company.da.pdf", company_pdf(&company("sample.da.json"), scorecard())),
        ("profile.pdf", profile_pdf(&profile("sample.json"), b"{}")),
        ("profile.da.pdf", profile_pdf(&profile("sample.da.json"), b"{}")),
        ("blank.pdf", blank_pdf(&blank("sample.json"))),
        ("blank.da.pdf", blank_pdf(&blank("sample.da.json"))),
    ];
    for (name, report) in reports {
        let path = folder.path().join(name);
        std::fs::write(&path, report.unwrap()).unwrap();
        for (program, arguments) in [("pdfua", &["check"][..]), ("outloud", &[])] {
            let program = Path::new(&checkers).join(program);
            let output = Command::new(&program).args(arguments).arg(&path).output().unwrap();
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success(), "{}, {name}: {said}", program.display());
        }
    }
}
