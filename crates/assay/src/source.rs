//! Where forms and responses come from: the disk, or what is built in.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context, Result, bail};
use engine::{EngineError, Files, PreparedForm, library};
use forms::codes;
use forms::json::{LARGEST_FORM, LARGEST_RESPONSE};
use include_dir::{Dir, include_dir};
use model::{Finding, Place, Programme};

use crate::commands::WrongUse;

static FORMS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../forms");
static DEMO: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../demo");
static NEW: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/new");

/// The shipped forms.
pub(crate) static SHIPPED: LazyLock<Files> = LazyLock::new(|| embedded(&FORMS));

/// The responses of the demo, by `<subject>/<form>.json`.
pub(crate) fn demo() -> Files {
    embedded(&DEMO)
}

/// The files of a form to start from, with `NEW-FORM` in the place of its id.
pub(crate) fn template() -> Files {
    embedded(&NEW)
}

fn embedded(folder: &Dir<'_>) -> Files {
    let mut files = Files::default();
    let mut open = vec![folder];
    while let Some(folder) = open.pop() {
        open.extend(folder.dirs());
        for file in folder.files() {
            let path = file.path().to_string_lossy().replace('\\', "/");
            if let (true, Some(text)) = (path.ends_with(".json"), file.contents_utf8()) {
                files.insert(path, text);
            }
        }
    }
    files
}

/// Forms and programmes among files.
#[derive(Debug)]
pub(crate) struct Source {
    /// The files.
    pub(crate) files: Files,
    /// The paths of the forms that are meant.
    pub(crate) forms: Vec<String>,
    /// The paths of the programmes that are meant.
    pub(crate) programmes: Vec<String>,
    /// The folder on disk that the paths are relative to; `None` for what is built in.
    pub(crate) root: Option<PathBuf>,
    /// Files that are no text.
    pub(crate) findings: Vec<Finding>,
}

impl Source {
    /// The shipped forms and programmes.
    pub(crate) fn shipped() -> Self {
        let files = SHIPPED.clone();
        let forms = library::forms(&files).into_iter().map(str::to_owned).collect();
        let programmes = library::programmes(&files).into_iter().map(str::to_owned).collect();
        Self { files, forms, programmes, root: None, findings: Vec::new() }
    }

    /// The forms at `path`: a form's file, its folder, or a folder of forms; likewise programmes.
    pub(crate) fn at(path: &Path) -> Result<Self> {
        let metadata = std::fs::metadata(path)
            .with_context(|| format!("there is no file or folder {}", path.display()))?;
        let path = std::path::absolute(path)?;
        if metadata.is_file() {
            return match is_programme(&path)? {
                true => Self::of_programmes(vec![path]),
                false => Self::of_files(vec![path], Vec::new()),
            };
        }
        if path.join("form.json").is_file() {
            return Self::of_files(vec![path.join("form.json")], Vec::new());
        }
        if path.ends_with(library::PROGRAMMES) {
            let programmes = programmes_in(&path)?;
            if !programmes.is_empty() {
                return Self::of_programmes(programmes);
            }
        }
        let forms = forms_in(&path)?;
        let programmes = programmes_in(&path.join(library::PROGRAMMES)).unwrap_or_default();
        if forms.is_empty() && programmes.is_empty() {
            bail!(
                "there is no form in {}: a form is a folder with a `form.json`; a programme lies \
                 in a folder `{}`",
                path.display(),
                library::PROGRAMMES
            );
        }
        if forms.is_empty() {
            Self::of_programmes(programmes)
        } else {
            Self::of_files(forms, programmes)
        }
    }

    /// The form that is meant by `name`: a shipped form's id, a file or a folder.
    pub(crate) fn named(name: &str) -> Result<Self> {
        let path = Path::new(name);
        if is_path(name) {
            return Self::at(path);
        }
        let files = SHIPPED.clone();
        let forms = vec![library::find(&files, name)?.to_owned()];
        Ok(Self { files, forms, programmes: Vec::new(), root: None, findings: Vec::new() })
    }

    /// The programme that is meant by `name`: a shipped programme's id or a file.
    pub(crate) fn programme(name: &str, language: &str) -> Result<Programme> {
        let path = Path::new(name);
        let source = if is_path(name) {
            Self::at(path)?
        } else {
            let programmes = vec![library::find_programme(&SHIPPED, name)?.to_owned()];
            let (files, forms) = (SHIPPED.clone(), Vec::new());
            Self { files, forms, programmes, root: None, findings: Vec::new() }
        };
        let [path] = &source.programmes[..] else {
            let count = source.programmes.len();
            bail!(WrongUse(format!("name one programme: there are {count} in {name}")));
        };
        Ok(library::programme(&source.files, path, language)?)
    }

    /// The one form that is meant, ready to be answered.
    pub(crate) fn form(&self) -> Result<PreparedForm> {
        let [path] = &self.forms[..] else {
            bail!(WrongUse(format!("name one form: there are {} here", self.forms.len())));
        };
        if !self.findings.is_empty() {
            return Err(EngineError::Findings(self.findings.clone()).into());
        }
        Ok(library::prepare(&self.files, path)?)
    }

    /// `path` as a person finds it from here.
    pub(crate) fn shown(&self, path: &str) -> String {
        let Some(root) = &self.root else { return format!("(shipped) {path}") };
        let path = root.join(path);
        let here = std::env::current_dir().unwrap_or_default();
        path.strip_prefix(here).unwrap_or(&path).display().to_string()
    }

    /// Reads forms that lie beside each other, with what they refer to, and programmes below
    /// the same root.
    fn of_files(forms: Vec<PathBuf>, programmes: Vec<PathBuf>) -> Result<Self> {
        let first = &forms[0];
        let folder = first.parent().unwrap_or(Path::new("/"));
        let is_form = first.file_name().is_some_and(|it| it == "form.json");
        let root = folder.parent().filter(|_| is_form).unwrap_or(folder);
        let mut reader = Reader::new(root);
        let forms = reader.each(&forms, Reader::form)?;
        let programmes = reader.each(&programmes, Reader::programme)?;
        Ok(reader.source(forms, programmes))
    }

    /// Reads programmes that lie in one folder, and the forms beside that folder, which they may
    /// name.
    fn of_programmes(programmes: Vec<PathBuf>) -> Result<Self> {
        let folder = programmes[0].parent().unwrap_or(Path::new("/"));
        let is_own = folder.ends_with(library::PROGRAMMES);
        let root = folder.parent().filter(|_| is_own).unwrap_or(folder);
        let mut reader = Reader::new(root);
        reader.each(&forms_in(root)?, Reader::form)?;
        let programmes = reader.each(&programmes, Reader::programme)?;
        Ok(reader.source(Vec::new(), programmes))
    }
}

/// Whether `name` is meant as a path, not as the id of something shipped.
fn is_path(name: &str) -> bool {
    name.contains(['/', '\\', '.']) || Path::new(name).exists() && !name.is_empty()
}

/// The forms in the folders of `folder`, sorted.
fn forms_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut forms = entries(folder)?;
    forms.iter_mut().for_each(|it| it.push("form.json"));
    forms.retain(|it| it.is_file());
    Ok(forms)
}

/// The programmes in `folder`, sorted: its JSON files that are no overlays.
fn programmes_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut programmes = entries(folder)?;
    programmes.retain(|it| {
        let stem = it.file_stem().and_then(|it| it.to_str()).unwrap_or(".");
        it.extension().is_some_and(|it| it == "json") && !stem.contains('.') && it.is_file()
    });
    Ok(programmes)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let cannot = || format!("cannot read {}", folder.display());
    let entries = std::fs::read_dir(folder).with_context(cannot)?;
    let mut paths: Vec<PathBuf> =
        entries.map(|it| Ok(it?.path())).collect::<std::io::Result<_>>().with_context(cannot)?;
    paths.sort();
    Ok(paths)
}

/// Whether the file at `path` is meant as a programme: by its folder, or by what is in it.
fn is_programme(path: &Path) -> Result<bool> {
    if path.parent().is_some_and(|it| it.ends_with(library::PROGRAMMES)) {
        return Ok(true);
    }
    let text = read_bytes(path, LARGEST_FORM)?;
    Ok(library::is_programme(&String::from_utf8_lossy(&text)))
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// Reads files below a root, each once, and those they refer to.
struct Reader {
    root: PathBuf,
    files: Files,
    seen: BTreeSet<String>,
    findings: Vec<Finding>,
}

impl Reader {
    fn new(root: &Path) -> Self {
        let (files, seen) = (Files::default(), BTreeSet::new());
        Self { root: root.to_owned(), files, seen, findings: Vec::new() }
    }

    /// Reads each of `paths` by `read`; where they are below the root.
    fn each(
        &mut self,
        paths: &[PathBuf],
        read: impl Fn(&mut Self, &str) -> Result<()>,
    ) -> Result<Vec<String>> {
        let paths: Vec<String> = paths.iter().map(|it| relative(&self.root, it)).collect();
        paths.iter().try_for_each(|it| read(self, it))?;
        Ok(paths)
    }

    fn source(self, forms: Vec<String>, programmes: Vec<String>) -> Source {
        let Self { root, files, findings, .. } = self;
        Source { files, forms, programmes, root: Some(root), findings }
    }

    /// Reads the programme at `path`, and its overlays.
    fn programme(&mut self, path: &str) -> Result<()> {
        self.overlays(path)?;
        if let Some(text) = self.read(path, LARGEST_FORM)? {
            self.files.insert(path, text);
        }
        Ok(())
    }

    /// Reads the form at `path`, its overlays, its cases, and what it refers to.
    fn form(&mut self, path: &str) -> Result<()> {
        let mut open = vec![path.to_owned()];
        while let Some(path) = open.pop() {
            if !self.seen.insert(path.clone()) {
                continue;
            }
            self.overlays(&path)?;
            let Some(text) = self.read(&path, LARGEST_FORM)? else { continue };
            open.extend(references(&text).filter_map(|it| forms::files::join(&path, it)));
            self.files.insert(path, text);
        }
        let folder = forms::files::folder(path).to_owned();
        for below in ["cases", "published"] {
            self.folder(&beside(&folder, below), 2)?;
        }
        Ok(())
    }

    /// Reads the overlays beside `path`: `form.da.json` beside `form.json`.
    fn overlays(&mut self, path: &str) -> Result<()> {
        let stem = path.strip_suffix(".json").unwrap_or(path).to_owned();
        let folder = forms::files::folder(path).to_owned();
        let Ok(entries) = std::fs::read_dir(self.root.join(&folder)) else { return Ok(()) };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let sibling = beside(&folder, &name);
            let language = sibling
                .strip_prefix(&stem)
                .and_then(|it| it.strip_prefix('.'))
                .and_then(|it| it.strip_suffix(".json"));
            if language.is_some_and(|it| it.len() == 2)
                && let Some(text) = self.read(&sibling, LARGEST_FORM)?
            {
                self.files.insert(sibling, text);
            }
        }
        Ok(())
    }

    fn folder(&mut self, folder: &str, depth: u32) -> Result<()> {
        let Ok(entries) = std::fs::read_dir(self.root.join(folder)) else { return Ok(()) };
        for entry in entries.flatten() {
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() && depth > 0 {
                self.folder(&path, depth - 1)?;
            } else if path.ends_with(".json")
                && let Some(text) = self.read(&path, LARGEST_RESPONSE)?
            {
                self.files.insert(path, text);
            }
        }
        Ok(())
    }

    /// The text at `path`; `None` when there is no such file. One byte too many is read, so
    /// that what is too large is found as such.
    fn read(&mut self, path: &str, largest: usize) -> Result<Option<String>> {
        let file = self.root.join(path);
        if !file.is_file() {
            return Ok(None);
        }
        let (text, finding) = decode(read_bytes(&file, largest)?, largest, path);
        self.findings.extend(finding);
        Ok(Some(text))
    }
}

/// The path of `name` in `folder`.
fn beside(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// What the values of `"$ref"` in `text` are.
fn references(text: &str) -> impl Iterator<Item = &str> {
    text.split("\"$ref\"").skip(1).filter_map(|rest| {
        let reference = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        let reference = reference.split('"').next()?.split('#').next()?;
        (!reference.is_empty() && !reference.contains("://")).then_some(reference)
    })
}

/// The text of a response; `-` reads standard input.
pub(crate) fn response(path: &Path) -> Result<String> {
    let bytes = if path == Path::new("-") {
        bytes(std::io::stdin().lock(), LARGEST_RESPONSE).context("cannot read standard input")?
    } else {
        read_bytes(path, LARGEST_RESPONSE)?
    };
    match decode(bytes, LARGEST_RESPONSE, &path.display().to_string()) {
        (text, None) => Ok(text),
        (_, Some(finding)) => Err(EngineError::Findings(vec![finding]).into()),
    }
}

fn read_bytes(path: &Path, largest: usize) -> Result<Vec<u8>> {
    std::fs::File::open(path)
        .and_then(|file| bytes(file, largest))
        .with_context(|| format!("cannot read {}", path.display()))
}

fn bytes(from: impl Read, largest: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(largest as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// `bytes` as text, with a finding where they are none. What is larger than `largest` is cut,
/// perhaps inside a character, and refused for its size by whoever reads it.
fn decode(bytes: Vec<u8>, largest: usize, file: &str) -> (String, Option<Finding>) {
    let too_large = bytes.len() > largest;
    String::from_utf8(bytes).map_or_else(
        |error| {
            let sound = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let before = String::from_utf8_lossy(sound);
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let place = Place {
                file: file.to_owned(),
                line: u32::try_from(before.matches('\n').count() + 1).ok(),
                column: u32::try_from(column).ok(),
                pointer: None,
            };
            let mut finding = codes::INVALID_JSON.finding(place, "this is not UTF-8 text");
            finding.suggestion = Some("save the file as UTF-8".to_owned());
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            (text, (!too_large).then_some(finding))
        },
        |text| (text, None),
    )
}
