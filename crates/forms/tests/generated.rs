//! Documents that are made from the code, and the shipped forms beside them.
//!
//! `UPDATE=1 cargo test -p forms --test generated` writes the documents anew.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

use forms::form_schema::form_schema;
use serde_json::Value;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Checks that the file at `path` is `text`; with UPDATE=1 writes it first.
#[track_caller]
fn is_up_to_date(path: &str, text: &str) {
    let file = repository().join(path);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, text).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(found == text, "{path} is out of date: run this test with UPDATE=1");
}

#[test]
fn the_page_of_findings_is_up_to_date() {
    is_up_to_date("docs/findings.md", &forms::codes::markdown());
}

#[test]
fn the_schema_of_forms_is_up_to_date() {
    let schema = serde_json::to_string_pretty(&form_schema()).unwrap();
    is_up_to_date("forms/form.schema.json", &format!("{schema}\n"));
}

/// What an editor shows to an author who opens a shipped form: nothing.
#[test]
fn shipped_forms_fit_the_schema_of_forms() {
    let schema = jsonschema::draft202012::options().build(&form_schema()).unwrap();
    let mut seen = 0;
    for folder in fs::read_dir(repository().join("forms")).unwrap() {
        let path = folder.unwrap().path().join("form.json");
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let form: Value = serde_json::from_str(&text).unwrap();
        let problems: Vec<String> = schema
            .iter_errors(&form)
            .map(|it| format!("{}: {}: {it}", path.display(), it.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
        assert_eq!(form["$schema"], "../form.schema.json", "{}", path.display());
        seen += 1;
    }
    assert!(seen > 0);
}
