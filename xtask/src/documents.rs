//! Documents that name only what exists, and all of what they promise to name.

use std::collections::BTreeSet;

use crate::repository::{crates, exists, files, none_of, text, workspace};

/// The documents whose paths are checked.
const DOCUMENTS: [&str; 6] = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/glossary.md",
    "docs/performance.md",
];

/// The heading in `ARCHITECTURE.md` under which a table gives each dependency its reason.
const DEPENDENCIES: &str = "## Why each dependency is there";

#[test]
fn every_path_in_the_documents_exists() {
    let mut problems = Vec::new();
    for document in DOCUMENTS {
        if !exists(document) {
            problems.push(format!("there is no {document}"));
            continue;
        }
        let text = prose(&text(document));
        for span in spans(&text).filter(|it| is_path(it)) {
            if !exists(known_part(span)) && !is_made(span) {
                problems.push(format!("{document}: there is no `{span}`"));
            }
        }
    }
    none_of(&problems);
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let mut problems = Vec::new();
    for (document, text) in files().into_iter().filter(|(path, _)| path.ends_with(".md")) {
        let folder = document.rsplit_once('/').map_or(".", |(folder, _)| folder);
        for link in links(&prose(&text)).filter(|it| !exists(&format!("{folder}/{it}"))) {
            problems.push(format!("{document}: the link to {link} leads nowhere"));
        }
    }
    none_of(&problems);
}

#[test]
fn the_code_map_names_every_crate() {
    let architecture = text("ARCHITECTURE.md");
    let named: BTreeSet<&str> = spans(&architecture).collect();
    let problems: Vec<String> = crates()
        .iter()
        .filter(|it| !named.contains(it.folder.as_str()))
        .map(|it| format!("ARCHITECTURE.md does not name `{}`", it.folder))
        .collect();
    none_of(&problems);
}

#[test]
fn every_dependency_has_its_reason() {
    let architecture = text("ARCHITECTURE.md");
    let section = architecture.split_once(DEPENDENCIES).expect(DEPENDENCIES).1;
    let section = section.split("\n## ").next().unwrap_or_default();
    let mut reasoned = BTreeSet::new();
    for line in section.lines().filter(|it| it.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        assert!(cells.len() == 2 && !cells[1].is_empty(), "no reason in: {line}");
        reasoned.extend(spans(cells[0]));
    }
    let workspace = workspace();
    let ours: BTreeSet<String> = crates().into_iter().map(|it| it.name).collect();
    let used: BTreeSet<&str> = workspace["dependencies"]
        .as_table()
        .unwrap()
        .keys()
        .map(String::as_str)
        .filter(|it| !ours.contains(*it))
        .collect();
    let mut problems = Vec::new();
    problems.extend(used.difference(&reasoned).map(|it| format!("no reason is given for {it}")));
    problems.extend(reasoned.difference(&used).map(|it| format!("{it} is no dependency")));
    none_of(&problems);
}

/// `markdown` without what stands between fences.
fn prose(markdown: &str) -> String {
    let mut fenced = false;
    let lines = markdown.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What stands between backquotes.
fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The targets of links to files.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|it| {
        let target = it.split(')').next()?.split('#').next()?;
        (!target.is_empty() && !target.contains(':')).then_some(target)
    })
}

/// Whether `span` is meant as a path of the repository.
fn is_path(span: &str) -> bool {
    let plain = span.chars().all(|it| it.is_alphanumeric() || "/._-<>*{},…".contains(it));
    let file = [".md", ".toml"].iter().any(|it| span.ends_with(it));
    plain && (file || span.contains('/')) && !span.starts_with(['/', '-'])
}

/// Whether `path` is made by the program, and so not kept in the repository.
fn is_made(path: &str) -> bool {
    text(".gitignore").lines().any(|it| it.trim_matches('/') == path.trim_matches('/'))
}

/// The part of `path` before the first placeholder (`<id>`, `*`, `…`).
fn known_part(path: &str) -> &str {
    match path.find(['<', '*', '{', '…']) {
        Some(end) => path[..end].rsplit_once('/').map_or("", |(folder, _)| folder),
        None => path,
    }
}

#[test]
fn paths_are_told_from_other_words() {
    assert!(is_path("crates/model") && is_path("README.md") && is_path("forms/<id>/form.json"));
    assert!(!is_path("form.json") && !is_path("sqlite::memory:") && !is_path("a / b"));
    assert_eq!(known_part("forms/<id>/form.json"), "forms");
    let markdown = "a `x/y`\n```sh\n`no/path`\n```\nb `z.md` [c](d/e.md#f)";
    assert_eq!(spans(&prose(markdown)).collect::<Vec<_>>(), ["x/y", "z.md"]);
    assert_eq!(links(markdown).collect::<Vec<_>>(), ["d/e.md"]);
}
