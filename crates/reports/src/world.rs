//! All that a template can see: its folder, one document, what is attached, the typefaces.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Dict, Duration, Value};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt, World};

/// A template, and the name under which its report carries an attachment.
///
/// What carries one is about a subject on a day and is kept; all else has no date.
pub(crate) struct Template {
    main: &'static str,
    pub(crate) attachment: Option<&'static str>,
    library: LazyLock<LazyHash<Library>>,
}

/// A company's report.
pub(crate) static COMPANY: Template = Template {
    main: "company/main.typ",
    attachment: Some("scorecard.json"),
    library: LazyLock::new(|| library(Some("/scorecard.json"))),
};

/// A profile's report.
pub(crate) static PROFILE: Template = Template {
    main: "profile/main.typ",
    attachment: Some("profile.json"),
    library: LazyLock::new(|| library(Some("/profile.json"))),
};

/// A form on paper.
pub(crate) static BLANK: Template =
    Template { main: "blank/main.typ", attachment: None, library: LazyLock::new(|| library(None)) };

/// Charts by themselves.
pub(crate) static CHART: Template =
    Template { main: "chart/main.typ", attachment: None, library: LazyLock::new(|| library(None)) };

/// Where a template finds its data.
const DATA: &str = "data.json";

/// Typst's library, with the paths of what a template may read.
fn library(attachment: Option<&str>) -> LazyHash<Library> {
    let mut inputs = Dict::new();
    inputs.insert("data".into(), Value::Str(format!("/{DATA}").into()));
    if let Some(path) = attachment {
        inputs.insert("attachment".into(), Value::Str(path.into()));
    }
    let features = [Feature::A11yExtras].into_iter().collect();
    LazyHash::new(Library::builder().with_inputs(inputs).with_features(features).build())
}

static FOLDER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../reports");

static FONTS: LazyLock<Vec<Font>> = LazyLock::new(|| {
    [
        notosans::REGULAR_TTF,
        notosans::BOLD_TTF,
        notosans::ITALIC_TTF,
        notosans::BOLD_ITALIC_TTF,
        dejavu::sans::regular(),
        dejavu::sans::bold(),
        dejavu::sans_mono::regular(),
    ]
    .into_iter()
    .flat_map(|bytes| Font::iter(Bytes::new(bytes)))
    .collect()
});

static BOOK: LazyLock<LazyHash<FontBook>> =
    LazyLock::new(|| LazyHash::new(FontBook::from_fonts(FONTS.iter())));

/// The templates and texts, by path.
static FILES: LazyLock<HashMap<&'static str, File>> = LazyLock::new(|| {
    let mut files = HashMap::new();
    gather(&FOLDER, &mut files);
    files
});

enum File {
    Template(Source),
    Other(Bytes),
}

fn gather(folder: &'static Dir<'static>, files: &mut HashMap<&'static str, File>) {
    for file in folder.files() {
        let Some(path) = file.path().to_str() else { continue };
        let content = match file.contents_utf8() {
            Some(text) if path.ends_with(".typ") => {
                File::Template(Source::new(id(path), text.to_owned()))
            }
            _ => File::Other(Bytes::new(file.contents())),
        };
        files.insert(path, content);
    }
    for folder in folder.dirs() {
        gather(folder, files);
    }
}

/// Every character that a typeface has a picture of.
pub(crate) static DRAWN: LazyLock<HashSet<char>> = LazyLock::new(|| {
    let codes = FONTS.iter().flat_map(|it| it.info().coverage.iter());
    codes.filter_map(char::from_u32).collect()
});

/// The id of a path inside the folder.
fn id(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("a path of the folder does not leave it");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// A template with its data.
pub(crate) struct ReportWorld {
    template: &'static Template,
    data: Bytes,
    attached: Bytes,
}

impl ReportWorld {
    /// `template` with `data`, and with what is attached to its report.
    pub(crate) fn new(template: &'static Template, data: Vec<u8>, attached: &[u8]) -> Self {
        Self { template, data: Bytes::new(data), attached: Bytes::new(attached.to_vec()) }
    }
}

fn embedded(id: FileId) -> FileResult<&'static File> {
    let path = id.get();
    let found = match path.root() {
        VirtualRoot::Project => FILES.get(path.vpath().get_without_slash()),
        VirtualRoot::Package(_) => return Err(FileError::AccessDenied),
    };
    found.ok_or_else(|| FileError::NotFound(path.vpath().get_with_slash().into()))
}

impl World for ReportWorld {
    fn library(&self) -> &LazyHash<Library> {
        &self.template.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &BOOK
    }

    fn main(&self) -> FileId {
        id(self.template.main)
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        match embedded(id)? {
            File::Template(source) => Ok(source.clone()),
            File::Other(_) => Err(FileError::NotSource),
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let path = id.get();
        if *path.root() == VirtualRoot::Project {
            let name = path.vpath().get_without_slash();
            if name == DATA {
                return Ok(self.data.clone());
            }
            if Some(name) == self.template.attachment {
                return Ok(self.attached.clone());
            }
        }
        match embedded(id)? {
            File::Template(source) => Ok(Bytes::from_string(source.text().to_owned())),
            File::Other(bytes) => Ok(bytes.clone()),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_sees_no_disk_and_no_packages() {
        let world = ReportWorld::new(&COMPANY, b"{}".to_vec(), b"[]");
        let file = |path| world.file(id(path));
        assert!(file("company/main.typ").is_ok());
        assert_eq!(file("data.json").unwrap().as_slice(), b"{}");
        assert_eq!(file("scorecard.json").unwrap().as_slice(), b"[]");
        assert!(matches!(file("profile.json"), Err(FileError::NotFound(_))));
        assert!(matches!(file("etc/passwd"), Err(FileError::NotFound(_))));
        let package = VirtualRoot::Package("@preview/example:1.0.0".parse().unwrap());
        let path = RootedPath::new(package, VirtualPath::new("lib.typ").unwrap()).intern();
        assert!(matches!(world.source(path), Err(FileError::AccessDenied)));
        assert!(world.today(None).is_none());
    }
}
