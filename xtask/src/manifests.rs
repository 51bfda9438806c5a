//! What every manifest and every crate's first file has in common.

use toml::Value;

use crate::repository::{Crate, crates, none_of, text, workspace};

/// The crates that do no I/O and never ask for the time.
const PURE: [&str; 5] = ["model", "expressions", "forms", "scoring", "workflow"];

#[test]
fn manifests_take_from_the_workspace_what_is_the_same_for_all() {
    let mut problems = Vec::new();
    for it in crates() {
        let says = |value: Option<&Value>| {
            value.and_then(|it| it.get("workspace")).and_then(Value::as_bool) == Some(true)
        };
        for key in ["version", "edition", "rust-version", "license", "publish"] {
            if !says(it.manifest["package"].get(key)) {
                problems.push(format!("{}: write `{key}.workspace = true`", it.folder));
            }
        }
        if !says(it.manifest.get("lints")) {
            problems.push(format!("{}: write `workspace = true` under [lints]", it.folder));
        }
        for (name, _) in it.dependencies().filter(|(_, value)| !says(Some(value))) {
            problems.push(format!("{}: write `{name}.workspace = true`", it.folder));
        }
        if it.folder.rsplit('/').next() != Some(it.name.as_str()) {
            problems.push(format!("{}: the crate is called {}", it.folder, it.name));
        }
    }
    if workspace()["package"]["publish"].as_bool() != Some(false) {
        problems.push("Cargo.toml: nothing of ours is published to a registry".to_owned());
    }
    none_of(&problems);
}

#[test]
fn every_crate_says_first_what_it_is_for() {
    let problems: Vec<String> = crates()
        .iter()
        .map(Crate::entry)
        .filter(|entry| {
            let text = text(entry);
            let first = text.lines().next().unwrap_or_default();
            let sentence = first.strip_prefix("//! ").unwrap_or_default();
            !sentence.contains(' ')
        })
        .map(|entry| format!("{entry} does not begin with a sentence after `//!`"))
        .collect();
    none_of(&problems);
}

#[test]
fn pure_crates_refuse_what_reads_a_clock_or_a_disk() {
    let problems: Vec<String> = crates()
        .iter()
        .filter(|it| PURE.contains(&it.name.as_str()))
        .map(Crate::entry)
        .filter(|entry| !text(entry).contains("\n#![warn(clippy::disallowed_methods)]\n"))
        .map(|entry| format!("{entry}: write `#![warn(clippy::disallowed_methods)]`"))
        .collect();
    none_of(&problems);
}
