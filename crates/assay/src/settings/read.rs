//! Reads settings from a file, the environment and what was typed, and says where each is from.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use toml::de::{DeTable, DeValue};

use crate::settings::kinds::Files;
use crate::settings::table::{CONFIG_VARIABLE, DATABASE_VARIABLE, Kind, PREFIX, Setting, settings};
use crate::settings::{Problems, PublicAddress, Settings, rules};

/// Files that are read where no other is named, the first that there is.
const USUAL: [&str; 2] = ["assay.toml", "/etc/assay/assay.toml"];

/// Settings, and where each of them is from.
#[derive(Debug)]
pub(crate) struct Effective {
    /// What the service is set to.
    pub(crate) settings: Settings,
    /// Where each setting is from that has not its default.
    pub(crate) origins: Origins,
}

/// Where settings are from, by key.
pub(crate) type Origins = BTreeMap<String, Origin>;

/// Where a setting is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A line of the file with settings.
    File(PathBuf, usize),
    /// An environment variable.
    Variable(String),
    /// An option of the command.
    Option(&'static str),
    /// A file that holds a secret.
    SecretFile(PathBuf),
}

impl Display for Origin {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, line) => write!(formatter, "{}:{line}", path.display()),
            Self::Variable(name) => formatter.write_str(name),
            Self::Option(name) => write!(formatter, "--{name}"),
            Self::SecretFile(path) => write!(formatter, "{}", path.display()),
        }
    }
}

/// A value that somebody gave a setting.
#[derive(Debug)]
struct Given {
    key: String,
    value: Value,
    origin: Origin,
}

/// Reads the settings of this process. `config` is the file that was named, `options` what was
/// typed: the key of a setting with its value.
pub(crate) fn read(
    config: Option<&Path>,
    options: &[(&'static str, String)],
) -> Result<Effective, Problems> {
    let mut variables = Vec::new();
    let mut problems = Vec::new();
    for (name, value) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        match value.into_string() {
            _ if !is_ours(&name) => {}
            Ok(value) => variables.push((name, value)),
            Err(_) => problems.push(format!("{name} is not UTF-8")),
        }
    }
    variables.sort();
    let named = variables.iter().find(|(name, _)| name == CONFIG_VARIABLE);
    let named = config.or_else(|| named.map(|(_, value)| Path::new(value)));
    let file = match named {
        Some(path) => Some((path, read_text(path))),
        None => USUAL.map(Path::new).into_iter().find_map(|path| match read_text(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            // A working folder into which one may not look.
            Err(_) if path.is_relative() && fs::metadata(path).is_err() => None,
            text => Some((path, text)),
        }),
    };
    let file = match file {
        Some((path, Err(error))) => {
            problems.push(format!("{}: cannot be read: {error}", path.display()));
            None
        }
        Some((path, Ok(text))) => Some((path, text)),
        None => None,
    };
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    resolve(file.as_ref().map(|(path, text)| (*path, text.as_str())), &variables, options)
}

fn read_text(path: &Path) -> io::Result<String> {
    fs::read_to_string(path)
}

fn is_ours(variable: &str) -> bool {
    variable == DATABASE_VARIABLE || variable.starts_with(PREFIX)
}

/// Joins what the file, the environment and the options say; the later one counts.
pub(crate) fn resolve(
    file: Option<(&Path, &str)>,
    variables: &[(String, String)],
    options: &[(&'static str, String)],
) -> Result<Effective, Problems> {
    let table = settings();
    let mut problems = Vec::new();
    let mut all = Vec::new();
    if let Some((path, text)) = file {
        all.extend(from_file(path, text, &table, &mut problems));
    }
    all.extend(from_variables(variables, &table, &mut problems));
    all.extend(options.iter().map(|(key, text)| Given {
        key: (*key).to_owned(),
        value: text.as_str().into(),
        origin: Origin::Option(key),
    }));
    all.retain(|it| fits(it, &table, &mut problems));
    let mut given: BTreeMap<String, (Value, Origin)> =
        all.into_iter().map(|it| (it.key, (it.value, it.origin))).collect();
    read_secrets(&mut given, &table, &mut problems);
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    let settings = build(&given)?;
    let origins = given.into_iter().map(|(key, (_, origin))| (key, origin)).collect();
    let effective = Effective { settings, origins };
    let problems = rules::check(&effective);
    if problems.is_empty() { Ok(effective) } else { Err(Problems(problems)) }
}

/// What the TOML `text` of the file at `path` says.
fn from_file(path: &Path, text: &str, table: &[Setting], problems: &mut Vec<String>) -> Vec<Given> {
    let mut given = Vec::new();
    let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let document = match DeTable::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let line = error.span().map_or(1, |it| line(it.start));
            problems.push(format!("{}:{line}: {}", path.display(), error.message()));
            return given;
        }
    };
    for (key, at, value) in entries(document.get_ref(), table) {
        let origin = Origin::File(path.to_owned(), line(at));
        if keys(table).any(|it| it == key) {
            given.push(Given { key, value: as_json(value), origin });
        } else if sections(table).any(|it| it == key) {
            problems.push(format!("{origin}: `{key}` is a section: write [{key}]"));
        } else if matches!(value, DeValue::Table(_)) {
            problems.push(format!("{origin}: {}", unknown("section", &key, sections(table))));
        } else {
            problems.push(format!("{origin}: {}", unknown("setting", &key, keys(table))));
        }
    }
    given
}

/// What stands at the top of `document` and in sections that there are: key, place and value.
fn entries<'a, 'b>(
    document: &'a DeTable<'b>,
    table: &[Setting],
) -> Vec<(String, usize, &'a DeValue<'b>)> {
    let mut entries = Vec::new();
    for (name, value) in document {
        match value.get_ref() {
            DeValue::Table(section) if sections(table).any(|it| it == name.get_ref()) => {
                entries.extend(section.iter().map(|(key, value)| {
                    let name = format!("{}.{}", name.get_ref(), key.get_ref());
                    (name, key.span().start, value.get_ref())
                }));
            }
            value => entries.push((name.get_ref().to_string(), name.span().start, value)),
        }
    }
    entries
}

/// What `variables` say; those that are not ours say nothing.
fn from_variables(
    variables: &[(String, String)],
    table: &[Setting],
    problems: &mut Vec<String>,
) -> Vec<Given> {
    let mut given = Vec::new();
    for (name, text) in variables {
        let setting = table.iter().find(|it| it.variable() == *name);
        if let Some(setting) = setting {
            let value = from_text(&setting.kind, text);
            let origin = Origin::Variable(name.clone());
            given.push(Given { key: setting.key.clone(), value, origin });
        } else if is_ours(name) && name != CONFIG_VARIABLE {
            let names: Vec<String> = table.iter().map(Setting::variable).collect();
            let names = names.iter().map(String::as_str).chain([CONFIG_VARIABLE]);
            problems.push(unknown("environment variable", name, names));
        }
    }
    given
}

/// `text` as a value of `kind`; what does not fit stays a text, which is refused later.
fn from_text(kind: &Kind, text: &str) -> Value {
    match kind {
        Kind::Number(..) => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
        Kind::List => text.split(',').map(str::trim).filter(|it| !it.is_empty()).collect(),
        Kind::Text | Kind::Choice(_) => text.into(),
    }
}

fn as_json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(it) => {
            i64::from_str_radix(it.as_str(), it.radix()).map_or(Value::Null, Value::from)
        }
        DeValue::Float(it) => it.as_str().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Boolean(it) => (*it).into(),
        DeValue::Datetime(it) => it.to_string().into(),
        DeValue::Array(items) => items.iter().map(|it| as_json(it.get_ref())).collect(),
        DeValue::Table(_) => Value::Object(serde_json::Map::new()),
    }
}

fn keys(table: &[Setting]) -> impl Iterator<Item = &str> {
    table.iter().map(|it| it.key.as_str())
}

fn sections(table: &[Setting]) -> impl Iterator<Item = &str> {
    keys(table).filter_map(|it| it.split_once('.').map(|(section, _)| section))
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    match expressions::analysis::nearest(name, known) {
        Some(nearest) => format!("there is no {what} `{name}`; did you mean `{nearest}`?"),
        None => format!("there is no {what} `{name}`; docs/settings.md names all"),
    }
}

/// Whether the value is what the setting expects; says so where it is not.
fn fits(given: &Given, table: &[Setting], problems: &mut Vec<String>) -> bool {
    let Some(setting) = table.iter().find(|it| it.key == given.key) else { return false };
    let alone = BTreeMap::from([(given.key.clone(), (given.value.clone(), given.origin.clone()))]);
    let fits = match (&setting.kind, &given.value) {
        (_, Value::String(text)) if text.trim().is_empty() => false,
        (Kind::Number(least, most), value) => {
            value.as_i64().is_some_and(|it| (*least..=*most).contains(&it))
        }
        _ => build(&alone).is_ok(),
    };
    if !fits {
        let key = &given.key;
        // Nobody sees a secret, not even one that is wrong.
        let hidden = setting.secret || key == "database";
        let shown = if hidden { String::new() } else { format!(": {}", given.value) };
        let expected = &setting.expected;
        problems
            .push(format!("{}: `{key}` cannot be this{shown}; expected {expected}", given.origin));
    }
    fits
}

/// Puts in the secrets that lie in files of their own.
fn read_secrets(
    given: &mut BTreeMap<String, (Value, Origin)>,
    table: &[Setting],
    problems: &mut Vec<String>,
) {
    for setting in table.iter().filter(|it| it.secret) {
        let key = &setting.key;
        let Some((Value::String(path), origin)) = given.get(&format!("{key}_file")) else {
            continue;
        };
        let path = PathBuf::from(path);
        match read_text(&path) {
            _ if given.contains_key(key) => {
                problems.push(format!("{origin}: leave out `{key}` or `{key}_file`"));
            }
            Err(error) => {
                problems.push(format!("{origin}: cannot read {}: {error}", path.display()));
            }
            Ok(text) if text.trim().is_empty() => {
                problems.push(format!("{origin}: {} is empty", path.display()));
            }
            Ok(text) => {
                let secret = text.trim_end_matches(['\r', '\n']);
                given.insert(key.clone(), (secret.into(), Origin::SecretFile(path)));
            }
        }
    }
}

/// The settings with what is given, and with the defaults that depend on it.
fn build(given: &BTreeMap<String, (Value, Origin)>) -> Result<Settings, Problems> {
    let mut document = json!({});
    for (key, (value, _)) in given {
        match key.split_once('.') {
            Some((section, key)) => document[section][key] = value.clone(),
            None => document[key] = value.clone(),
        }
    }
    let failed = |error: serde_json::Error| Problems(vec![error.to_string()]);
    let mut settings: Settings = serde_json::from_value(document).map_err(failed)?;
    if !given.contains_key("public_url") {
        settings.public_url = PublicAddress::at(settings.listen);
    }
    if !given.contains_key("files") {
        settings.files = Files::beside(&settings.database).unwrap_or_default();
    }
    Ok(settings)
}
