//! Writes everything into one file, and fills an empty installation from such a file.
//!
//! The file is a ZIP archive: `tables/NAME.ndjson` for each table, a JSON list of values to a
//! row; `files/HASH` for each uploaded file; and `manifest.json`, which says what there is and
//! what it must come to. `docs/backup.md` tells more. Only a row and a piece of a file are in
//! memory at a time while writing, some rows and one file while reading.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::pin::pin;

use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::backup::{FillError, Filling, Row, Snapshot, Table, tables};
use store::{Broken, StoreError};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::attachments::Attachments;
use crate::error::EngineError;

/// The version of the format; a later one is refused.
pub const FORMAT: u32 = 1;

const MANIFEST: &str = "manifest.json";

/// The longest row that is read, in bytes.
const LONGEST_ROW: u64 = 256 << 20;

/// About how many bytes of rows are put into the database with one statement.
const BATCH_BYTES: usize = 1 << 20;

/// How many rows are put into the database with one statement at most.
const BATCH_ROWS: usize = 500;

/// What a backup holds, and what it must come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the format.
    pub format: u32,
    /// The version of the program that wrote it.
    pub program: String,
    /// When it was begun.
    pub made_at: DateTime<Utc>,
    /// The migrations that the database has had, oldest first.
    pub migrations: Vec<String>,
    /// The tables, each behind those that it refers to.
    pub tables: Vec<Contents>,
    /// The last event of the history.
    pub history: Head,
    /// How many uploaded files there are.
    pub files: u64,
    /// The hashes of uploaded files that were lost or damaged before the backup.
    pub lost: Vec<String>,
}

/// What a backup holds of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contents {
    /// The table.
    pub table: Table,
    /// How many rows.
    pub rows: u64,
    /// SHA-256 of its entry as 64 hexadecimal digits.
    pub sha256: String,
}

/// The last event of a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Its number, which is how many there are.
    pub sequence: u64,
    /// Its hash; empty where there is none.
    pub hash: String,
}

/// What came of a restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// How many rows.
    pub rows: u64,
    /// How many uploaded files.
    pub files: u64,
    /// How many events the history has, or the first that is wrong.
    pub history: Result<u64, Broken>,
    /// How many single-use links were open, and are revoked.
    pub revoked: u64,
}

/// Why a backup cannot be written or restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The file is no backup.
    #[error("this is no backup of this program, or its end is missing; nothing was changed")]
    NoBackup(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A later version of this program wrote the file.
    #[error(
        "the backup has the format {0}, and this program knows formats up to {FORMAT}; nothing \
         was changed: use a later version of the program"
    )]
    NewerFormat(u32),
    /// The file is not what was written.
    #[error("the backup is damaged ({0}); nothing was changed: take another one")]
    Damaged(String),
    /// The database cannot be filled.
    #[error(transparent)]
    Fill(#[from] FillError),
    /// The database cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The uploaded files cannot be read or kept.
    #[error(transparent)]
    Files(#[from] EngineError),
    /// The file cannot be written.
    #[error("cannot write the backup")]
    Write(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Writes `snapshot` and the uploaded files that it names to `out`.
pub async fn write<W: Write + Seek>(
    snapshot: &Snapshot,
    attachments: &Attachments,
    out: W,
    now: DateTime<Utc>,
) -> Result<Manifest, BackupError> {
    let (sequence, hash) = snapshot.head().await?;
    let mut manifest = Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: now,
        migrations: snapshot.migrations().to_vec(),
        tables: Vec::new(),
        history: Head { sequence, hash },
        files: 0,
        lost: Vec::new(),
    };
    let mut zip = ZipWriter::new(out);
    for table in tables() {
        let (rows, sha256) = write_table(snapshot, &table, &mut zip).await?;
        manifest.tables.push(Contents { table, rows, sha256 });
    }
    write_files(snapshot, attachments, &mut zip, &mut manifest).await?;
    zip.start_file(MANIFEST, packed()).map_err(writing)?;
    serde_json::to_writer_pretty(&mut zip, &manifest).map_err(writing)?;
    zip.finish().map_err(writing)?.flush().map_err(writing)?;
    Ok(manifest)
}

/// How many rows there are, and the SHA-256 of what was written.
async fn write_table<W: Write + Seek>(
    snapshot: &Snapshot,
    table: &Table,
    zip: &mut ZipWriter<W>,
) -> Result<(u64, String), BackupError> {
    zip.start_file(entry_of(table), packed()).map_err(writing)?;
    let (mut rows, mut hash, mut line) = (0, Sha256::new(), Vec::new());
    let mut stream = pin!(snapshot.rows(table).await?);
    while let Some(row) = stream.try_next().await? {
        line.clear();
        serde_json::to_writer(&mut line, &row).map_err(writing)?;
        line.push(b'\n');
        hash.update(&line);
        zip.write_all(&line).map_err(writing)?;
        rows += 1;
    }
    Ok((rows, hex(hash)))
}

/// Writes the files that the table `file` names. A file that is lost or damaged does not keep
/// all others from being backed up; it is told.
async fn write_files<W: Write + Seek>(
    snapshot: &Snapshot,
    attachments: &Attachments,
    zip: &mut ZipWriter<W>,
    manifest: &mut Manifest,
) -> Result<(), BackupError> {
    let Some(table) = tables().into_iter().find(|it| it.name == "file") else { return Ok(()) };
    let mut stream = pin!(snapshot.rows(&table).await?);
    while let Some(row) = stream.try_next().await? {
        let Some(hash) = row.first().and_then(|it| it.as_str()) else { continue };
        if write_file(attachments, hash, zip).await? {
            manifest.files += 1;
        } else {
            manifest.lost.push(hash.to_owned());
        }
    }
    Ok(())
}

/// Whether the file with `hash` is there and still what it was; only then it is written.
async fn write_file<W: Write + Seek>(
    attachments: &Attachments,
    hash: &str,
    zip: &mut ZipWriter<W>,
) -> Result<bool, BackupError> {
    let mut pieces = match attachments.get(hash).await {
        Ok(pieces) => pieces,
        Err(EngineError::NotFound { .. }) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    // Nearly all uploaded files are packed already.
    let stored = packed().compression_method(CompressionMethod::Stored);
    zip.start_file(format!("files/{hash}"), stored).map_err(writing)?;
    let mut found = Sha256::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece?;
        found.update(&piece);
        zip.write_all(&piece).map_err(writing)?;
    }
    let whole = hex(found) == hash;
    if !whole {
        zip.abort_file().map_err(writing)?;
    }
    Ok(whole)
}

/// A backup that was opened; its list of contents is read, the rest not yet.
pub struct Backup<R> {
    zip: ZipArchive<R>,
    manifest: Manifest,
    checked: bool,
}

impl<R: Read + Seek> Backup<R> {
    /// Opens a backup and reads its list of contents.
    pub fn open(input: R) -> Result<Self, BackupError> {
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }
        let no_backup = |it: ZipError| BackupError::NoBackup(it.into());
        let mut zip = ZipArchive::new(input).map_err(no_backup)?;
        let mut text = String::new();
        let mut entry = zip.by_name(MANIFEST).map_err(no_backup)?;
        entry.read_to_string(&mut text).map_err(|it| damaged(MANIFEST, it))?;
        drop(entry);
        let version: Version =
            serde_json::from_str(&text).map_err(|it| BackupError::NoBackup(it.into()))?;
        if version.format > FORMAT {
            return Err(BackupError::NewerFormat(version.format));
        }
        let manifest = serde_json::from_str(&text).map_err(|it| damaged(MANIFEST, it))?;
        Ok(Self { zip, manifest, checked: false })
    }

    /// What it holds.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Reads all of it once, and checks that everything is there and as it was written.
    pub fn check(&mut self) -> Result<(), BackupError> {
        if self.checked {
            return Ok(());
        }
        for contents in &self.manifest.tables {
            let name = entry_of(&contents.table);
            let (rows, sha256) = match self.zip.by_name(&name) {
                Ok(entry) => sum(entry).map_err(|it| damaged(&name, it))?,
                Err(error) => return Err(damaged(&name, error)),
            };
            if (rows, &sha256) != (contents.rows, &contents.sha256) {
                return Err(damaged(&name, "it is not what was written"));
            }
        }
        let files = self.files();
        if files.len() as u64 != self.manifest.files {
            let reason = format!("{} of {} files are there", files.len(), self.manifest.files);
            return Err(BackupError::Damaged(reason));
        }
        for hash in &files {
            let name = format!("files/{hash}");
            let entry = self.zip.by_name(&name).map_err(|it| damaged(&name, it))?;
            let (_, found) = sum(entry).map_err(|it| damaged(&name, it))?;
            if found != *hash {
                return Err(damaged(&name, "it is not what was written"));
            }
        }
        self.checked = true;
        Ok(())
    }

    /// Checks the backup, then fills the empty database at `url` and keeps the files.
    ///
    /// The database is filled wholly or not at all. Files that were kept before something went
    /// wrong stay; they harm nothing, and a second try uses them.
    pub async fn restore(
        &mut self,
        url: &str,
        attachments: &Attachments,
        now: DateTime<Utc>,
    ) -> Result<Restored, BackupError> {
        self.check()?;
        let tables: Vec<Table> = self.manifest.tables.iter().map(|it| it.table.clone()).collect();
        let filling = Filling::begin(url, &self.manifest.migrations, &tables).await?;
        for hash in self.files() {
            let name = format!("files/{hash}");
            let mut bytes = Vec::new();
            let mut entry = self.zip.by_name(&name).map_err(|it| damaged(&name, it))?;
            entry.read_to_end(&mut bytes).map_err(|it| damaged(&name, it))?;
            drop(entry);
            attachments.put(bytes).await?;
            // It may have been there before, and not whole.
            attachments.read(&hash).await?;
        }
        for table in &tables {
            self.put(table, &filling).await?;
        }
        let filled = filling.finish(now).await?;
        Ok(Restored {
            rows: self.manifest.tables.iter().map(|it| it.rows).sum(),
            files: self.manifest.files,
            history: filled.history,
            revoked: filled.revoked,
        })
    }

    async fn put(&mut self, table: &Table, filling: &Filling) -> Result<(), BackupError> {
        let (mut batch, mut bytes): (Vec<Row>, usize) = (Vec::new(), 0);
        let mut rows = self.rows(table)?;
        while let Some((row, length)) = rows.next()? {
            batch.push(row);
            bytes += length;
            if batch.len() == BATCH_ROWS || bytes > BATCH_BYTES {
                filling.put(table, &batch).await?;
                (batch, bytes) = (Vec::new(), 0);
            }
        }
        filling.put(table, &batch).await?;
        drop(rows);
        let own = table.columns.iter().position(|it| Some(&it.name) == table.own.as_ref());
        if let Some(own) = own {
            let mut rows = self.rows(table)?;
            while let Some((row, _)) = rows.next()? {
                if row.get(own).is_some_and(|it| !it.is_null()) {
                    filling.put_own(table, &row).await?;
                }
            }
        }
        Ok(())
    }

    fn rows(&mut self, table: &Table) -> Result<Rows<impl Read>, BackupError> {
        let name = entry_of(table);
        let entry = self.zip.by_name(&name).map_err(|it| damaged(&name, it))?;
        Ok(Rows { input: BufReader::new(entry), name, line: Vec::new() })
    }

    /// The hashes of the files in it.
    fn files(&self) -> BTreeSet<String> {
        let names = self.zip.file_names().filter_map(|it| it.strip_prefix("files/"));
        names.map(str::to_owned).collect()
    }
}

impl<R> std::fmt::Debug for Backup<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Backup").field("manifest", &self.manifest).finish_non_exhaustive()
    }
}

/// The rows of an entry.
struct Rows<R> {
    input: BufReader<R>,
    name: String,
    line: Vec<u8>,
}

impl<R: Read> Rows<R> {
    /// The next row with its length in bytes.
    fn next(&mut self) -> Result<Option<(Row, usize)>, BackupError> {
        self.line.clear();
        let mut input = self.input.by_ref().take(LONGEST_ROW);
        let read = input.read_until(b'\n', &mut self.line);
        if read.map_err(|it| damaged(&self.name, it))? == 0 {
            return Ok(None);
        }
        let row = serde_json::from_slice(&self.line).map_err(|it| damaged(&self.name, it))?;
        Ok(Some((row, self.line.len())))
    }
}

/// How many lines there are in `input`, and its SHA-256.
fn sum(mut input: impl Read) -> io::Result<(u64, String)> {
    let (mut lines, mut hash, mut piece) = (0, Sha256::new(), vec![0; 1 << 16]);
    loop {
        let read = input.read(&mut piece)?;
        if read == 0 {
            return Ok((lines, hex(hash)));
        }
        lines += piece[..read].iter().filter(|it| **it == b'\n').count() as u64;
        hash.update(&piece[..read]);
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn entry_of(table: &Table) -> String {
    format!("tables/{}.ndjson", table.name)
}

/// How entries are packed; they may be larger than 4 GiB.
fn packed() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .large_file(true)
        .unix_permissions(0o600)
}

fn damaged(name: &str, reason: impl std::fmt::Display) -> BackupError {
    BackupError::Damaged(format!("{name}: {reason}"))
}

fn writing(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> BackupError {
    BackupError::Write(error.into())
}
