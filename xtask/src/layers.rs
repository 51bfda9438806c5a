//! Which crate may use which: the architecture as a table.

use std::collections::BTreeSet;

use crate::repository::{crates, none_of, workspace};

/// What each crate of the workspace depends on, of ours. A new line, or a new name in a line,
/// is an architecture decision.
const LAYERS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("expressions", &["model"]),
    ("forms", &["expressions", "model"]),
    ("scoring", &["expressions", "forms", "model"]),
    ("workflow", &["expressions", "forms", "model"]),
    ("migrations", &[]),
    ("store", &["migrations", "model"]),
    ("reports", &["model"]),
    ("engine", &["expressions", "forms", "model", "scoring", "store", "workflow"]),
    ("web", &["engine", "model", "reports"]),
    ("assay", &["engine", "expressions", "forms", "model", "reports", "scoring", "store", "web"]),
    ("xtask", &[]),
];

/// The crates that may use every other.
const UNBOUND: [&str; 2] = ["bench", "tests"];

/// Libraries that stay inside a few crates, with all whose names begin like theirs.
const KEPT: &[(&str, &[&str])] = &[
    ("actix", &["web"]),
    ("clap", &["assay"]),
    ("jsonschema", &["forms"]),
    ("lettre", &["web"]),
    ("minijinja", &["expressions", "forms", "scoring", "web"]),
    ("sea-orm", &["migrations", "store"]),
    ("typst", &["reports"]),
];

#[test]
fn crates_depend_on_what_their_layer_says() {
    let mut problems = Vec::new();
    let crates = crates();
    let ours: BTreeSet<&str> = crates.iter().map(|it| it.name.as_str()).collect();
    for it in crates.iter().filter(|it| !UNBOUND.contains(&it.name.as_str())) {
        let Some((_, layer)) = LAYERS.iter().find(|(name, _)| *name == it.name) else {
            problems.push(format!("{} has no line in LAYERS", it.name));
            continue;
        };
        let used: BTreeSet<&str> =
            it.dependencies().map(|(name, _)| name).filter(|name| ours.contains(name)).collect();
        let layer: BTreeSet<&str> = layer.iter().copied().collect();
        for name in used.difference(&layer) {
            problems.push(format!("{} must not depend on {name}", it.name));
        }
        for name in layer.difference(&used) {
            problems.push(format!("{} no longer depends on {name}: tighten LAYERS", it.name));
        }
    }
    for (name, _) in LAYERS.iter().filter(|(name, _)| !ours.contains(name)) {
        problems.push(format!("LAYERS names {name}, which is no crate"));
    }
    none_of(&problems);
}

#[test]
fn libraries_stay_inside_their_crates() {
    let mut problems = Vec::new();
    for it in crates().iter().filter(|it| !UNBOUND.contains(&it.name.as_str())) {
        for (name, _) in it.dependencies() {
            let kept = KEPT.iter().find(|(kept, _)| {
                let rest = name.strip_prefix(kept);
                rest.is_some_and(|it| it.is_empty() || it.starts_with(['-', '_']))
            });
            if let Some((_, may)) = kept
                && !may.contains(&it.name.as_str())
            {
                problems.push(format!("{} must not depend on {name}; only {may:?} may", it.name));
            }
        }
    }
    none_of(&problems);
}

#[test]
fn every_workspace_dependency_is_used() {
    let crates = crates();
    let workspace = workspace();
    let used: BTreeSet<&str> =
        crates.iter().flat_map(|it| it.dependencies().map(|(name, _)| name)).collect();
    let problems: Vec<String> = workspace["dependencies"]
        .as_table()
        .unwrap()
        .keys()
        .filter(|name| !used.contains(name.as_str()))
        .map(|name| format!("no crate uses {name}"))
        .collect();
    none_of(&problems);
}
