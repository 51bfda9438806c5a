//! Settings for readers: the page that documents them, and those of this process.

use std::fmt::Write as _;

use serde_json::Value;

use crate::settings::read::{Effective, Origin};
use crate::settings::table::{Section, Setting, sections};

/// A setting as it is now.
pub(crate) struct Line {
    /// Its name, for example `smtp.host`.
    pub(crate) key: String,
    /// Its value, with secrets hidden.
    pub(crate) value: String,
    /// Where it is from; nowhere is its default.
    pub(crate) origin: Option<Origin>,
}

/// What every setting is now, and where it is from.
pub(crate) fn lines(effective: &Effective) -> Vec<Line> {
    let now = serde_json::to_value(&effective.settings).expect("settings can be written");
    sections()
        .into_iter()
        .flat_map(|it| it.settings)
        .map(|it| {
            let value = it.key.split('.').fold(&now, |value, name| &value[name]);
            let value = if value.is_null() { "(none)".to_owned() } else { value.to_string() };
            Line { origin: effective.origins.get(&it.key).cloned(), key: it.key, value }
        })
        .collect()
}

/// The page `docs/settings.md`.
#[cfg_attr(not(test), expect(dead_code, reason = "a test writes the page"))]
pub(crate) fn markdown() -> String {
    let mut out = String::from(INTRODUCTION);
    for section in sections() {
        write_section(&mut out, &section);
    }
    out
}

const INTRODUCTION: &str = "\
# Settings

The service runs without any: a SQLite file and a folder in the working folder, reached from \
this machine only. What is to be different stands in a TOML file or in the environment.

The file is the one that `--config FILE` names, else `ASSAY_CONFIG`, else `assay.toml` in the \
working folder, else `/etc/assay/assay.toml`. An environment variable counts more than the \
file, an option of the command more than both. Relative paths begin at the working folder. A \
list is written with commas in a variable. `assay settings` shows what counts now and where it \
is from; secrets stay hidden.

A setting or a variable `ASSAY_…` that does not exist is refused, and so is a value that does \
not fit. In Kubernetes a service named `assay` makes such variables; set \
`enableServiceLinks: false`.

This page is made from `crates/assay/src/settings/mod.rs`; a test keeps it equal.
";

fn write_section(out: &mut String, section: &Section) {
    if section.name.is_empty() {
        _ = write!(out, "\n## At the top of the file\n");
    } else {
        _ = write!(out, "\n## `[{}]`\n\n{}\n", section.name, section.meaning);
    }
    _ = write!(out, "\n| Setting | Variable | Default | Meaning |\n|---|---|---|---|\n");
    for it in &section.settings {
        let Setting { key, meaning, expected, .. } = it;
        _ = writeln!(
            out,
            "| `{key}` | `{}` | {} | {meaning} Expected: {expected}. |",
            it.variable(),
            default(it)
        );
    }
}

fn default(setting: &Setting) -> String {
    if let Some(words) = &setting.default_words {
        return words.clone();
    }
    match &setting.default {
        Value::Null => "–".to_owned(),
        Value::Array(items) if items.is_empty() => "nobody".to_owned(),
        Value::String(text) => format!("`{text}`"),
        value => format!("`{value}`"),
    }
}
