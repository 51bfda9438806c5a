//! Every finding about forms and responses, each shown by at least one small case.
//!
//! `bad/<code>/form.json` (or `bad/<code>/<case>/form.json`) is a form and `expected.txt` what
//! is found in it, one finding a line: `line:column code message (suggestion)`, with the file
//! before it where it is another. `bad-responses/` likewise holds responses to its `form.json`.
//!
//! `UPDATE=1 cargo nextest run -p forms bad` writes what is found now; read it before keeping it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use forms::{Files, codes, parse_response, response};
use model::Finding;

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The folders below `folder` that hold a file `name`, sorted.
fn folders_with(folder: &Path, name: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    if folder.join(name).is_file() {
        found.push(folder.to_owned());
    }
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(folders_with(&path, name));
        }
    }
    found.sort();
    found
}

/// The code that a case is about: the folder's name, or that of the folder around it.
fn code_of(case: &Path, all: &Path) -> String {
    let path = case.strip_prefix(all).unwrap();
    path.components().next().unwrap().as_os_str().to_string_lossy().into_owned()
}

/// The files in `folder` itself.
fn files_in(folder: &Path) -> Files {
    let paths = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    paths
        .filter(|it| it.extension().is_some_and(|it| it == "json"))
        .map(|it| {
            let name = it.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(it).unwrap())
        })
        .collect()
}

fn line(finding: &Finding, own: &str) -> String {
    let place = &finding.place;
    let mut out = String::new();
    if place.file != own {
        out.push_str(&format!("{} ", place.file));
    }
    match (place.line, place.column) {
        (Some(line), Some(column)) => out.push_str(&format!("{line}:{column} ")),
        _ => out.push_str("- "),
    }
    out.push_str(&format!("{} {}", finding.code, finding.message));
    if let Some(suggestion) = &finding.suggestion {
        out.push_str(&format!(" ({suggestion})"));
    }
    out
}

/// What is wrong with the case in `folder`, where `found` was found in its file `own`.
fn compare(folder: &Path, code: &str, own: &str, found: &[Finding]) -> Vec<String> {
    let lines: String = found.iter().map(|it| line(it, own) + "\n").collect();
    let path = folder.join("expected.txt");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &lines).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let name = folder.strip_prefix(tests()).unwrap().display();
    let mut wrong = Vec::new();
    if expected != lines {
        wrong.push(format!("{name}\nexpected:\n{expected}found:\n{lines}"));
    }
    if !found.iter().any(|it| it.code == code) {
        wrong.push(format!("{name} does not show `{code}`"));
    }
    wrong
}

#[test]
fn bad_forms_are_found_out() {
    let all = tests().join("bad");
    let mut wrong = Vec::new();
    for folder in folders_with(&all, "form.json") {
        let found = forms::check::check(&files_in(&folder), "form.json").findings;
        wrong.extend(compare(&folder, &code_of(&folder, &all), "form.json", &found));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn bad_responses_are_found_out() {
    let all = tests().join("bad-responses");
    let loaded = forms::load(&files_in(&all), "form.json");
    let form = loaded.form.unwrap_or_else(|| panic!("{:#?}", loaded.findings));
    let mut wrong = Vec::new();
    for folder in folders_with(&all, "answers.json") {
        let text = fs::read_to_string(folder.join("answers.json")).unwrap();
        let found = match parse_response("answers.json", &text) {
            Ok(it) => response::findings(&form, &it, "answers.json", &text),
            Err(found) => found,
        };
        wrong.extend(compare(&folder, &code_of(&folder, &all), "answers.json", &found));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Codes that no small file of this crate can show, and where they are shown.
const ELSEWHERE: [(&str, &str); 6] = [
    ("too-large", "crates/forms/tests/limits.rs"),
    ("case-invalid", "the commands: assay check"),
    ("case-differs", "the commands: assay check"),
    ("no-cases", "the commands: assay check"),
    ("unreached", "the commands: assay check"),
    ("published-changed", "the commands: assay publish"),
];

/// Where the findings about programmes are shown.
const PROGRAMMES: &str = "../../workflow/tests/bad";

#[test]
fn every_code_is_shown() {
    let shown: BTreeSet<String> = ["bad", "bad-responses", PROGRAMMES]
        .iter()
        .flat_map(|it| fs::read_dir(tests().join(it)).unwrap())
        .map(|it| it.unwrap().path())
        .filter(|it| it.is_dir())
        .map(|it| it.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    let elsewhere: BTreeSet<&str> = ELSEWHERE.iter().map(|it| it.0).collect();
    for code in codes::ALL {
        let once = shown.contains(code.name) != elsewhere.contains(code.name);
        assert!(once, "`{}` must be shown by a case, or listed as shown elsewhere", code.name);
    }
    for name in shown {
        assert!(codes::ALL.iter().any(|it| it.name == name), "there is no code `{name}`");
    }
}
