//! Files as a map from path to text.

use std::collections::BTreeMap;

/// A folder of files as a map from path (`forms/x/form.json`) to text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files(BTreeMap<String, String>);

impl Files {
    /// Adds or replaces a file.
    pub fn insert(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.0.insert(path.into(), text.into());
    }

    /// The text of the file at `path`.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// All paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The paths below `folder`, sorted.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        self.paths().filter(move |path| {
            folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        })
    }
}

impl<P: Into<String>, T: Into<String>> FromIterator<(P, T)> for Files {
    fn from_iter<I: IntoIterator<Item = (P, T)>>(files: I) -> Self {
        Self(files.into_iter().map(|(path, text)| (path.into(), text.into())).collect())
    }
}

/// The folder of `path`; empty for a file at the root.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The path that `reference` means beside the file `from`, or `None` when it leaves the root.
pub fn join(from: &str, reference: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder(from).split('/').filter(|it| !it.is_empty()).collect();
    for part in reference.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The place of a text in another language: `form.json` and `da` give `form.da.json`.
pub fn overlay(path: &str, language: &str) -> String {
    let stem = path.strip_suffix(".json").unwrap_or(path);
    format!("{stem}.{language}.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_cannot_leave_the_root() {
        let join = |reference| join("forms/a/form.json", reference);
        assert_eq!(join("../shared/x.json").as_deref(), Some("forms/shared/x.json"));
        assert_eq!(join("./x.json").as_deref(), Some("forms/a/x.json"));
        assert_eq!(join("../../../x.json"), None);
    }
}
