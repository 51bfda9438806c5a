//! Commands for those who write forms: `check`, `schema`, `publish`, `new`, `completions`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::CommandFactory;
use clap_complete::Shell;
use engine::{check, library, publish as freezing};
use model::{Finding, Severity};
use serde_json::json;

use crate::cli::{Cli, Database, Document, Format};
use crate::commands::{
    Exit, WrongUse, any_error, counted, print_findings, print_json, printed, say, tell,
};
use crate::source::{SHIPPED, Source};
use crate::{database, show, source, write};

/// Checks forms and programmes, each on its own: a bad one does not stop the others.
pub(crate) fn check(paths: &[PathBuf], format: Format) -> Result<Exit> {
    let sources = match paths {
        [] if Path::new("forms").is_dir() => vec![Source::at(Path::new("forms"))?],
        [] => vec![Source::shipped()],
        paths => paths.iter().map(|it| Source::at(it)).collect::<Result<_>>()?,
    };
    let mut all: Vec<Finding> = Vec::new();
    let (mut forms, mut programmes, mut cases) = (0, 0, 0);
    let mut coverage = serde_json::Map::new();
    for source in &sources {
        let mut findings = source.findings.clone();
        for path in &source.forms {
            let checked = check::check(&source.files, path);
            forms += 1;
            cases += checked.cases;
            if let Some(reached) = checked.coverage {
                let share = reached.all().share();
                coverage.insert(source.shown(path), json!({ "share": share, "reached": reached }));
            }
            findings.extend(checked.findings);
        }
        if !source.programmes.is_empty() {
            let known = library::prepare_all(&[&source.files, &SHIPPED]);
            for path in &source.programmes {
                programmes += 1;
                findings.extend(check::check_programme(&source.files, path, &known));
            }
        }
        all.extend(findings.into_iter().map(|mut finding| {
            finding.place.file = source.shown(&finding.place.file);
            finding
        }));
    }
    forms::check::sort(&mut all);
    let exit = if any_error(&all) { Exit::Findings } else { Exit::Fine };
    if format == Format::Json {
        print_json(&json!({
            "forms": forms, "programmes": programmes, "cases": cases,
            "coverage": coverage, "findings": all
        }))?;
        return Ok(exit);
    }
    print_findings(&all, &str::to_owned);
    let count = |severity| all.iter().filter(|it| it.severity == severity).count();
    let (f, p, c) =
        (counted(forms, "form"), counted(programmes, "programme"), counted(cases, "case"));
    let what = match (forms, programmes) {
        (_, 0) => format!("{f} and {c}"),
        (0, _) => p,
        _ => format!("{f}, {p} and {c}"),
    };
    let summary = format!(
        "checked {what}: {}, {}, {}",
        counted(count(Severity::Error), "error"),
        counted(count(Severity::Warning), "warning"),
        counted(count(Severity::Note), "note")
    );
    match exit {
        Exit::Fine => tell(show::done(summary)),
        _ => tell(format_args!("{} {summary}", show::error_label())),
    }
    Ok(exit)
}

/// Prints the JSON Schema of a document.
pub(crate) fn schema(document: Document, form: Option<&str>) -> Result<Exit> {
    use model::schema::of;
    match document {
        Document::Form => print_json(&forms::form_schema::form_schema()),
        Document::Response => print_json(&of::<model::Response>()),
        Document::Scorecard => print_json(&of::<model::Scorecard>()),
        Document::Report => print_json(&of::<model::report::ReportData>()),
        Document::Profile => print_json(&of::<model::profile::Profile>()),
        Document::Blank => print_json(&of::<model::blank::BlankData>()),
        Document::Comparison => print_json(&of::<model::comparison::Comparison>()),
        Document::Programme => print_json(&of::<model::Programme>()),
        Document::Expected => print_json(&of::<model::case::Expected>()),
        Document::Answers => {
            let form = Source::named(form.context("name the form")?)?.form()?;
            print_json(&forms::answers_schema::answers_schema(&form))
        }
    }
}

/// Freezes a checked form.
pub(crate) fn publish(path: &Path, database: &Database) -> Result<Exit> {
    let source = Source::at(path)?;
    let [form_path] = &source.forms[..] else {
        let (count, path) = (source.forms.len(), path.display());
        bail!(WrongUse(format!("name one form: there are {count} in {path}")));
    };
    let mut findings = source.findings.clone();
    findings.extend(check::check(&source.files, form_path).findings);
    if any_error(&findings) {
        print_findings(&findings, &|file| source.shown(file));
        tell(format_args!("{} a form with errors is not published", show::error_label()));
        return Ok(Exit::Findings);
    }
    let form = library::prepare(&source.files, form_path)?;
    let place = freezing::place(form_path, &form);
    let root = source.root.as_deref().unwrap_or(Path::new("."));
    let file = root.join(&place);
    database::with_new(database, async |db| {
        let transaction = db.begin().await?;
        freezing::keep(&transaction, &form, chrono::Utc::now()).await?;
        if !file.exists() {
            let folder = file.parent().unwrap_or(root);
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot make the folder {}", folder.display()))?;
            write::write(&file, freezing::document(&form).as_bytes())?;
        }
        transaction.commit().await?;
        Ok(())
    })?;
    let meta = &form.form.meta;
    say(show::done(format_args!("{} {} is published", meta.id, meta.version)))?;
    say(format_args!("  {}\n  {}", source.shown(&place), form.hash))?;
    Ok(Exit::Fine)
}

/// Makes a small form to start from.
pub(crate) fn new(folder: &Path) -> Result<Exit> {
    let name = folder.file_name().and_then(|it| it.to_str()).unwrap_or_default();
    let fits = name.starts_with(|it: char| it.is_ascii_lowercase())
        && name.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-');
    if !fits {
        bail!(WrongUse(format!(
            "`{name}` cannot be a form's id: use a-z, 0-9 and hyphens, beginning with a letter"
        )));
    }
    if folder.exists() {
        bail!("{} is there already; nothing was changed", folder.display());
    }
    let schema = serde_json::to_string_pretty(&forms::form_schema::form_schema())? + "\n";
    write::make_folder(folder, |folder| {
        let files = source::template();
        for path in files.paths() {
            let file = folder.join(path);
            std::fs::create_dir_all(file.parent().unwrap_or(folder))?;
            let text = files.get(path).unwrap_or_default();
            write::write(&file, text.replace("NEW-FORM", name).as_bytes())?;
        }
        write::write(&folder.join("form.schema.json"), schema.as_bytes())
    })?;
    say(show::done(format_args!("made {}", folder.display())))?;
    say(format_args!("  change form.json, then run: assay check {}", folder.display()))?;
    Ok(Exit::Fine)
}

/// Prints a completion script.
pub(crate) fn completions(shell: Shell) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "assay", &mut script);
    printed(std::io::stdout().write_all(&script))?;
    Ok(Exit::Fine)
}
