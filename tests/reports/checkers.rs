//! What independent checkers of accessibility say.
//!
//! They are Python packages that the test command installs:
//!
//! ```text
//! python3 -m venv target/checkers
//! target/checkers/bin/pip install pdfua==0.1.3 outloud==0.2.1
//! PATH="$PWD/target/checkers/bin:$PATH" cargo nextest run -p tests --test reports --run-ignored all
//! ```

use std::process::Command;

use reports::{company_pdf, profile_pdf};

use crate::sample::{company, profile, scorecard};

#[test]
#[ignore = "needs pdfua and outloud on the PATH"]
fn independent_checkers_find_nothing() {
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
            let output = Command::new(program).args(arguments).arg(&path).output().unwrap();
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success(), "{program}, {name}: {said}");
        }
    }
}
