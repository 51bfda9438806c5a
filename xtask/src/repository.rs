//! The repository as the checks see it: crates with their manifests, files with their text.

use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// Folders that hold nothing of ours.
const SKIPPED: [&str; 6] = [".git", "target", "node_modules", ".venv", "__pycache__", "assay-demo"];

/// One crate of the workspace.
pub(crate) struct Crate {
    /// Its name.
    pub(crate) name: String,
    /// Its folder, for example `crates/model`.
    pub(crate) folder: String,
    /// Its manifest.
    pub(crate) manifest: Table,
}

impl Crate {
    /// What it depends on, in whichever table, with what its manifest says about it.
    pub(crate) fn dependencies(&self) -> impl Iterator<Item = (&str, &Value)> {
        let platforms = self.manifest.get("target").and_then(Value::as_table);
        std::iter::once(&self.manifest)
            .chain(platforms.into_iter().flat_map(Table::values).filter_map(Value::as_table))
            .flat_map(|it| {
                ["dependencies", "dev-dependencies", "build-dependencies"]
                    .into_iter()
                    .filter_map(|table| it.get(table)?.as_table())
            })
            .flatten()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// Its first source file.
    pub(crate) fn entry(&self) -> String {
        let library = format!("{}/src/lib.rs", self.folder);
        if exists(&library) { library } else { format!("{}/src/main.rs", self.folder) }
    }
}

/// The folder of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Whether there is something at `path`.
pub(crate) fn exists(path: &str) -> bool {
    root().join(path).exists()
}

/// The text of the file at `path`.
pub(crate) fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The manifest at `path`.
pub(crate) fn manifest(path: &str) -> Table {
    text(path).parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What the workspace says under `[workspace]`.
pub(crate) fn workspace() -> Table {
    manifest("Cargo.toml")["workspace"].as_table().unwrap().clone()
}

/// Every crate of the workspace, by folder.
pub(crate) fn crates() -> Vec<Crate> {
    let workspace = workspace();
    let mut folders = Vec::new();
    for member in workspace["members"].as_array().unwrap().iter().filter_map(Value::as_str) {
        match member.strip_suffix("/*") {
            Some(parent) => folders.extend(entries(&root().join(parent)).iter().map(|it| name(it))),
            None => folders.push(member.to_owned()),
        }
    }
    folders
        .into_iter()
        .filter(|it| exists(&format!("{it}/Cargo.toml")))
        .map(|folder| {
            let manifest = manifest(&format!("{folder}/Cargo.toml"));
            let name = manifest["package"]["name"].as_str().unwrap().to_owned();
            Crate { name, folder, manifest }
        })
        .collect()
}

/// Every text file of the repository with its text, by path.
pub(crate) fn files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    gather(root(), &mut files);
    files
}

fn gather(folder: &Path, files: &mut Vec<(String, String)>) {
    for path in entries(folder) {
        if path.is_dir() {
            let skipped = SKIPPED.iter().any(|it| path.ends_with(it));
            if !skipped {
                gather(&path, files);
            }
        } else if let Ok(text) = fs::read_to_string(&path) {
            files.push((name(&path), text));
        }
    }
}

/// What is in `folder`, sorted.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    entries.sort();
    entries
}

/// The path inside the repository, written with `/`.
fn name(path: &Path) -> String {
    let inside = path.strip_prefix(root()).unwrap();
    inside.iter().map(|it| it.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Fails with every problem, one on a line.
#[track_caller]
pub(crate) fn none_of(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}
