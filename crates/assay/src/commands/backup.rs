//! Commands that look after all that is kept at once: backup, restore, the audit log.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use engine::audit;
use engine::backup::{self, Backup, Restored};
use store::backup::Snapshot;
use store::{Broken, Db};
use tempfile::TempPath;

use crate::cli::{AuditFormat, Installation};
use crate::commands::{Exit, WrongUse, counted, say, tell};
use crate::database::block_on;
use crate::service::attachments;
use crate::settings::{self, Settings};
use crate::{show, write};

/// Writes everything to `file`, whole or not at all, for its owner alone.
pub(crate) fn backup(
    file: &Path,
    installation: &Installation,
    files: Option<&Path>,
) -> Result<Exit> {
    let settings = read(installation, files)?;
    refuse_to_overwrite(file)?;
    let attachments = attachments(&settings)?;
    let failed = || format!("cannot write {}", file.display());
    // A temporary file is for its owner alone.
    let mut temporary = tempfile::Builder::new()
        .prefix(".assay-")
        .tempfile_in(write::folder(file))
        .with_context(failed)?;
    let manifest = with(&settings, async |db| {
        let snapshot = Snapshot::take(db).await?;
        let out = BufWriter::new(temporary.as_file_mut());
        Ok(backup::write(&snapshot, &attachments, out, chrono::Utc::now()).await?)
    })?;
    temporary.as_file().sync_all().with_context(failed)?;
    temporary.persist(file).with_context(failed)?;
    #[cfg(unix)]
    File::open(write::folder(file)).and_then(|it| it.sync_all()).with_context(failed)?;
    let rows: u64 = manifest.tables.iter().map(|it| it.rows).sum();
    say(show::done(format_args!(
        "backed up {}, {} of the history among them, and {}",
        counted(rows, "row"),
        counted(manifest.history.sequence, "event"),
        counted(manifest.files, "uploaded file"),
    )))?;
    Ok(tell_lost(&manifest.lost))
}

/// Fills an empty installation from `file`.
pub(crate) fn restore(
    file: &Path,
    installation: &Installation,
    files: Option<&Path>,
) -> Result<Exit> {
    let settings = read(installation, files)?;
    let input =
        File::open(file).with_context(|| format!("cannot read the backup {}", file.display()))?;
    let mut backup = Backup::open(BufReader::new(input))?;
    // Nothing is made, not even a folder, before the backup is known to be whole.
    backup.check()?;
    let restored = match settings.database.file() {
        Some(path) if !path.exists() => into_new_file(&mut backup, path, &settings)?,
        _ => into(&mut backup, settings.database.reveal(), &settings)?,
    };
    let manifest = backup.manifest();
    say(show::done(format_args!(
        "restored {} and {} from the backup of {}",
        counted(restored.rows, "row"),
        counted(restored.files, "uploaded file"),
        manifest.made_at.format("%Y-%m-%d %H:%M UTC"),
    )))?;
    tell("everybody signs in again");
    if restored.revoked > 0 {
        tell(format_args!(
            "{} that could still be used no longer can: invite again",
            counted(restored.revoked, "link")
        ));
    }
    let lost = tell_lost(&manifest.lost);
    let history = tell_history(restored.history)?;
    Ok(if history == Exit::Fine { lost } else { history })
}

/// Checks the history of what is kept.
pub(crate) fn verify(installation: &Installation) -> Result<Exit> {
    let settings = read(installation, unused(installation))?;
    let history = with(&settings, async |db| Ok(audit::verify(db).await?))?;
    tell_history(history)
}

/// Writes the history out.
pub(crate) fn export(
    format: AuditFormat,
    output: Option<&Path>,
    installation: &Installation,
) -> Result<Exit> {
    let settings = read(installation, unused(installation))?;
    let format = match format {
        AuditFormat::Csv => audit::Format::Csv,
        AuditFormat::Ndjson => audit::Format::Ndjson,
    };
    let work =
        |out: &mut dyn Write| with(&settings, async |db| Ok(audit::export(db, format, out).await?));
    let count = match output {
        Some(path) => write::write_with(path, work)?,
        None => work(&mut BufWriter::new(std::io::stdout().lock()))?,
    };
    tell(show::done(format_args!("exported {}", counted(count, "event"))));
    Ok(Exit::Fine)
}

fn read(installation: &Installation, files: Option<&Path>) -> Result<Settings> {
    let mut options = Vec::new();
    if let Some(url) = &installation.database {
        options.push(("database", url.clone()));
    }
    if let Some(files) = files {
        let text = files.to_str().ok_or_else(|| WrongUse("the folder is not UTF-8".to_owned()))?;
        options.push(("files", text.to_owned()));
    }
    Ok(settings::read(installation.config.config.as_deref(), &options)?.settings)
}

/// A folder of files for those who name a database alone and need no files: beside a server the
/// settings ask for one.
fn unused(installation: &Installation) -> Option<&'static Path> {
    installation.database.as_ref().map(|_| Path::new("assay-files"))
}

/// Does `work` in the database and closes it.
fn with<T>(settings: &Settings, work: impl AsyncFnOnce(&Db) -> Result<T>) -> Result<T> {
    block_on(async {
        let db = store::open(settings.database.reveal()).await?;
        let done = work(&db).await;
        db.close().await?;
        done
    })
}

/// Keeps what is no backup from being overwritten by one: a database, for example.
fn refuse_to_overwrite(file: &Path) -> Result<()> {
    let there = match fs::metadata(file) {
        Ok(there) => there,
        Err(_) => return Ok(()),
    };
    let is_backup = || File::open(file).is_ok_and(|it| Backup::open(BufReader::new(it)).is_ok());
    if there.is_file() && (there.len() == 0 || is_backup()) {
        return Ok(());
    }
    let message = format!("{} is there and is no backup: give another name", file.display());
    Err(WrongUse(message).into())
}

fn into(backup: &mut Backup<BufReader<File>>, url: &str, settings: &Settings) -> Result<Restored> {
    let attachments = attachments(settings)?;
    block_on(async { Ok(backup.restore(url, &attachments, chrono::Utc::now()).await?) })
}

/// Makes a SQLite database from `backup`, whole or not at all.
fn into_new_file(
    backup: &mut Backup<BufReader<File>>,
    path: &Path,
    settings: &Settings,
) -> Result<Restored> {
    let failed = || format!("cannot make the database {}", path.display());
    let folder = tempfile::Builder::new()
        .prefix(".assay-")
        .tempdir_in(write::folder(path))
        .with_context(failed)?;
    let file = folder.path().join("new.db");
    let restored = into(backup, &format!("sqlite:{}", file.display()), settings)?;
    File::open(&file).and_then(|it| it.sync_all()).with_context(failed)?;
    TempPath::try_from_path(file)
        .with_context(failed)?
        .persist_noclobber(path)
        .with_context(failed)?;
    Ok(restored)
}

/// Names uploaded files that were lost or damaged when the backup was made.
fn tell_lost(lost: &[String]) -> Exit {
    if lost.is_empty() {
        return Exit::Fine;
    }
    tell(format_args!(
        "{} {} lost or damaged before the backup, and not in it; look for them in earlier ones:",
        show::error_label(),
        if lost.len() == 1 {
            "1 uploaded file was".to_owned()
        } else {
            format!("{} uploaded files were", lost.len())
        }
    ));
    for hash in lost {
        tell(format_args!("  {hash}"));
    }
    Exit::Findings
}

fn tell_history(history: Result<u64, Broken>) -> Result<Exit> {
    let (number, what) = match history {
        Ok(count) => {
            say(show::done(format_args!("the history is whole: {}", counted(count, "event"))))?;
            return Ok(Exit::Fine);
        }
        Err(Broken::Missing(number)) => (number, "is missing"),
        Err(Broken::Changed(number)) => (number, "was changed"),
    };
    tell(format_args!(
        "{} event {number} of the history {what}; compare with the newest backup",
        show::error_label()
    ));
    Ok(Exit::Findings)
}
