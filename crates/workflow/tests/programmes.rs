//! Every finding about programmes, each shown by at least one small programme.
//!
//! `bad/<code>/<case>.json` is a programme over the forms in `forms/`, and `<case>.snap` what
//! is found in it, one finding a line: `line:column code message (suggestion)`, with the file
//! before it where it is another.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use forms::{Files, codes};
use model::Finding;
use serde_json::{Value, json};
use workflow::Forms;

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// What is in `folder`, sorted.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// The forms that programmes of this test may name.
fn forms() -> Forms {
    entries(&tests().join("forms"))
        .into_iter()
        .map(|folder| {
            let text = fs::read_to_string(folder.join("form.json")).unwrap();
            let files: Files = [("form.json", text)].into_iter().collect();
            (name(&folder), forms::load(&files, "form.json").form)
        })
        .collect()
}

/// What is found in the programme in `file`, with the overlays beside it.
fn found(file: &Path, forms: &Forms) -> Vec<Finding> {
    let beside = entries(file.parent().unwrap());
    let json = beside.iter().filter(|it| it.extension().is_some_and(|it| it == "json"));
    let files: Files = json.map(|it| (name(it), fs::read_to_string(it).unwrap())).collect();
    workflow::check(&files, &name(file), forms)
}

fn line(finding: &Finding, own: &str) -> String {
    let place = &finding.place;
    let file = if place.file == own { String::new() } else { format!("{} ", place.file) };
    let position = match (place.line, place.column) {
        (Some(line), Some(column)) => format!("{line}:{column}"),
        _ => "-".to_owned(),
    };
    let suggestion = finding.suggestion.as_ref().map_or_else(String::new, |it| format!(" ({it})"));
    format!("{file}{position} {} {}{suggestion}\n", finding.code, finding.message)
}

#[test]
fn bad_programmes_are_found_out() {
    let forms = forms();
    for folder in entries(&tests().join("bad")) {
        let code = name(&folder);
        assert!(codes::ALL.iter().any(|it| it.name == code), "there is no code `{code}`");
        let cases = entries(&folder).into_iter().filter(|it| {
            let name = name(it);
            name.ends_with(".json") && name.matches('.').count() == 1
        });
        for case in cases {
            let own = name(&case);
            let found = found(&case, &forms);
            let lines: String = found.iter().map(|it| line(it, &own)).collect();
            insta::with_settings!({ snapshot_path => &folder, prepend_module_to_snapshot => false,
                omit_expression => true }, {
                insta::assert_snapshot!(own.trim_end_matches(".json"), lines);
            });
            assert!(found.iter().any(|it| it.code == code), "{} does not show it", case.display());
        }
    }
}

#[test]
fn every_code_about_programmes_is_shown() {
    let shown: BTreeSet<String> = entries(&tests().join("bad")).iter().map(|it| name(it)).collect();
    let first = codes::ALL.iter().position(|it| *it == codes::UNKNOWN_FORM).unwrap();
    for code in &codes::ALL[first..] {
        assert!(shown.contains(code.name), "`{}` is shown by no case", code.name);
    }
}

#[test]
fn nothing_is_found_in_a_sound_programme() {
    let found = found(&tests().join("sound/sound.json"), &forms());
    assert!(found.is_empty(), "{found:#?}");
}

/// Every place of `value`, as JSON Pointers.
fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, it)| pointers(it, &format!("{at}/{key}"), out))
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, it)| pointers(it, &format!("{at}/{i}"), out))
        }
        _ => {}
    }
}

#[test]
fn no_single_change_of_a_programme_makes_checking_panic() {
    let forms = forms();
    let text = fs::read_to_string(tests().join("sound/sound.json")).unwrap();
    let sound: Value = serde_json::from_str(&text).unwrap();
    let mut places = Vec::new();
    pointers(&sound, "", &mut places);
    let odd = [json!(null), json!(true), json!(0), json!(-1), json!("idea"), json!([]), json!({})];
    for place in places {
        for value in &odd {
            let mut changed = sound.clone();
            *changed.pointer_mut(&place).unwrap() = value.clone();
            let files: Files = [("sound.json", changed.to_string())].into_iter().collect();
            for finding in workflow::check(&files, "sound.json", &forms) {
                assert!(finding.place.line.is_some(), "{finding:?}");
            }
        }
    }
}
