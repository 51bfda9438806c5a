//! Exports and imports results as streams, in constant memory.
//!
//! NDJSON: each line is `{"form": …}` or `{"result": …}`; a form stands before the first
//! result that uses it. CSV: one line a result, for a spreadsheet.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{BufRead, Read as _, Write};
use std::pin::pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use forms::canonical;
use forms::prepare::PreparedForm;
use forms::translate::Translation;
use forms::{Reading, validate};
use futures::TryStreamExt;
use model::{Response, Scorecard, Severity};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Db, Filter, StoreError, StoredResult};

use crate::error::EngineError;
use crate::{publish, results};

/// How many results are written to the database at once.
const BATCH: usize = 500;

/// The longest line that is read, in bytes.
const LONGEST_LINE: u64 = 64 << 20;

/// One line of an NDJSON file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    /// A form that results below use.
    Form(FormLine),
    /// A result.
    Result(Box<ResultLine>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FormLine {
    document: Value,
    translations: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResultLine {
    created_at: DateTime<Utc>,
    response: Response,
    scorecard: Value,
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Results that are new.
    pub new: u64,
    /// Results that were there already.
    pub known: u64,
    /// Forms that are new.
    pub forms: u64,
}

/// Writes every result that passes `filter` to `out` as NDJSON; how many.
pub async fn export_ndjson(
    db: &Db,
    filter: &Filter,
    out: &mut (impl Write + ?Sized),
) -> Result<u64, EngineError> {
    let mut written = BTreeSet::new();
    let mut count = 0;
    let mut stream = pin!(store::scorecards::stream(db, filter));
    while let Some(stored) = stream.try_next().await? {
        let hash = stored.scorecard.row.form_hash.clone();
        if written.insert(hash.clone()) {
            let form = publish::kept(db, &hash).await?;
            let translations =
                form.translations.into_iter().map(|(language, it)| (language, it.texts)).collect();
            let line = FormLine { document: form.form.document, translations };
            write_line(out, &Line::Form(line))?;
        }
        let row = &stored.scorecard.row;
        let line = ResultLine {
            created_at: row.created_at,
            response: results::read(&stored.response.document, "response", &row.response_hash)?,
            scorecard: results::read(&stored.scorecard.document, "scorecard", &row.id.to_string())?,
        };
        write_line(out, &Line::Result(Box::new(line)))?;
        count += 1;
    }
    out.flush().map_err(writing)?;
    Ok(count)
}

fn write_line(out: &mut (impl Write + ?Sized), line: &Line) -> Result<(), EngineError> {
    serde_json::to_writer(&mut *out, line).map_err(|it| writing(it.into()))?;
    out.write_all(b"\n").map_err(writing)
}

fn writing(source: std::io::Error) -> EngineError {
    EngineError::Io { doing: "write the export", source }
}

/// The columns of a CSV export.
const COLUMNS: [&str; 15] = [
    "id",
    "form",
    "version",
    "subject",
    "kind",
    "date",
    "status",
    "band",
    "strict",
    "answered",
    "upper",
    "completeness",
    "engine",
    "created_at",
    "response",
];

/// Writes every result that passes `filter` to `out` as CSV; how many.
///
/// What a spreadsheet would take for a formula gets an apostrophe in front.
pub async fn export_csv(
    db: &Db,
    filter: &Filter,
    out: &mut (impl Write + ?Sized),
) -> Result<u64, EngineError> {
    let failed = |it: csv::Error| writing(it.into());
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(COLUMNS).map_err(failed)?;
    let mut count = 0;
    let mut stream = pin!(store::scorecards::stream(db, filter));
    while let Some(stored) = stream.try_next().await? {
        let row = stored.scorecard.row;
        let number = |it: Option<f64>| it.map(|it| it.to_string()).unwrap_or_default();
        let status = serde_json::to_value(row.status).unwrap_or_default();
        csv.write_record([
            row.id.to_string(),
            cell(&row.form.id),
            row.form.version.to_string(),
            cell(&row.subject.name),
            row.subject.kind.name().to_owned(),
            cell(&row.date),
            status.as_str().unwrap_or_default().to_owned(),
            row.band.as_deref().map(cell).unwrap_or_default(),
            number(row.strict),
            number(row.answered),
            number(row.upper),
            number(row.completeness),
            row.engine.to_string(),
            row.created_at.to_rfc3339(),
            row.response_hash,
        ])
        .map_err(failed)?;
        count += 1;
    }
    csv.flush().map_err(writing)?;
    Ok(count)
}

/// `text` so that no spreadsheet takes it, or what follows a separator in it, for a formula.
///
/// Which separator a spreadsheet goes by depends on where its user lives.
pub(crate) fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    let mut begins = true;
    for it in text.chars() {
        if begins && FORMULA.contains(&it) {
            cell.push('\'');
        }
        cell.push(it);
        begins = matches!(it, ',' | ';' | '"') || it.is_control() || begins && it.is_whitespace();
    }
    cell
}

/// What a formula begins with.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// Reads NDJSON from `input` and keeps what is new.
///
/// Batches of results are kept whole or not at all; a line that cannot be used ends the
/// import with its number, and what stood in full batches before it stays. What is there
/// already is not changed, so an import can be repeated after mending the line.
pub async fn import_ndjson(
    db: &Db,
    mut input: impl BufRead,
    now: DateTime<Utc>,
) -> Result<Imported, EngineError> {
    let done = Imported::default();
    let mut import = Import { db, now, forms: HashMap::new(), batch: Vec::new(), done };
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        let read = input
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut bytes)
            .map_err(|source| EngineError::Io { doing: "read the import", source })?;
        if read == 0 {
            break;
        }
        let at_line = |reason: &str| EngineError::Line { line, reason: reason.to_owned() };
        if read as u64 == LONGEST_LINE {
            return Err(at_line("the line is too long"));
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| at_line("this is not UTF-8 text"))?;
        let text = if line == 1 { text.trim_start_matches('\u{feff}') } else { text }.trim();
        if !text.is_empty() {
            import.line(text).await.map_err(|it| placed(line, it))?;
        }
    }
    import.write().await?;
    Ok(import.done)
}

/// `error`, with its line where it is about one.
fn placed(line: usize, error: EngineError) -> EngineError {
    let reason = match error {
        EngineError::Findings(findings) => findings
            .into_iter()
            .filter(|it| it.severity == Severity::Error)
            .map(|it| it.message)
            .collect::<Vec<_>>()
            .join("; "),
        EngineError::Stored { reason, .. } => reason.replace(" at line 1 column ", " at column "),
        EngineError::Store(missing @ StoreError::Missing { .. }) => missing.to_string(),
        other => return other,
    };
    EngineError::Line { line, reason }
}

fn wrong(reason: impl Into<String>) -> EngineError {
    EngineError::Stored { what: "line".to_owned(), reason: reason.into() }
}

struct Import<'a> {
    db: &'a Db,
    now: DateTime<Utc>,
    forms: HashMap<String, Arc<PreparedForm>>,
    batch: Vec<StoredResult>,
    done: Imported,
}

impl Import<'_> {
    async fn line(&mut self, text: &str) -> Result<(), EngineError> {
        match results::read(text, "line", "")? {
            Line::Form(line) => self.form(line).await,
            Line::Result(line) => self.result(*line).await,
        }
    }

    async fn form(&mut self, line: FormLine) -> Result<(), EngineError> {
        let is_language = |it: &str| it.len() == 2 && it.bytes().all(|it| it.is_ascii_lowercase());
        if let Some(other) = line.translations.keys().find(|it| !is_language(it)) {
            return Err(wrong(format!("`{other}` is no language")));
        }
        let translations = line
            .translations
            .into_iter()
            .map(|(language, texts)| (language, Translation::new(texts)))
            .collect();
        let form = forms::prepare(&line.document, translations).map_err(EngineError::Findings)?;
        // Translations that are there may have been mended since the export.
        if store::forms::find(self.db, &form.hash).await?.is_none() {
            let transaction = self.db.begin().await?;
            publish::keep(&transaction, &form, self.now).await?;
            transaction.commit().await?;
            self.done.forms += 1;
        }
        self.forms.insert(form.hash.clone(), Arc::new(form));
        Ok(())
    }

    async fn result(&mut self, line: ResultLine) -> Result<(), EngineError> {
        let card: Scorecard =
            serde_json::from_value(line.scorecard.clone()).map_err(|it| wrong(it.to_string()))?;
        let known = serde_json::to_value(&card).map_err(|it| wrong(it.to_string()))?;
        if let Some(place) = unknown(&line.scorecard, &known) {
            let message = format!("this version of the program does not know `/scorecard{place}`");
            return Err(wrong(message));
        }
        let (made_from, response) = (&card.provenance, &line.response);
        if (&card.form, &card.subject, &card.date)
            != (&response.form, &response.subject, &response.date)
        {
            return Err(wrong("the scorecard is about something else than the response"));
        }
        if canonical::hash(response) != made_from.response {
            return Err(wrong("the response is not the one that the scorecard was made from"));
        }
        let form = match self.forms.get(&made_from.form) {
            Some(form) => Arc::clone(form),
            None => {
                let form = Arc::new(publish::kept(self.db, &made_from.form).await?);
                self.forms.insert(made_from.form.clone(), Arc::clone(&form));
                form
            }
        };
        let issues = validate::validate(&Reading::new(&form, &line.response));
        if let Some(it) = issues.iter().find(|it| it.code.severity == Severity::Error) {
            return Err(wrong(it.message.as_str()));
        }
        self.batch.push(results::stored(response, &card, line.created_at));
        if self.batch.len() == BATCH {
            self.write().await?;
        }
        Ok(())
    }

    async fn write(&mut self) -> Result<(), EngineError> {
        for saved in store::scorecards::save_many(self.db, &self.batch).await? {
            if saved.new {
                self.done.new += 1;
            } else {
                self.done.known += 1;
            }
        }
        self.batch.clear();
        Ok(())
    }
}

/// The place of the first part of `value` that reading it as a document left out of `known`.
fn unknown(value: &Value, known: &Value) -> Option<String> {
    let empty = |it: &Value| match it {
        Value::Null => true,
        Value::Array(it) => it.is_empty(),
        Value::Object(it) => it.is_empty(),
        _ => false,
    };
    match (value, known) {
        (Value::Object(value), Value::Object(known)) => {
            value.iter().find_map(|(key, value)| match known.get(key) {
                Some(known) => unknown(value, known).map(|inner| format!("/{key}{inner}")),
                None => (!empty(value)).then(|| format!("/{key}")),
            })
        }
        (Value::Array(value), Value::Array(known)) => {
            value.iter().zip(known).enumerate().find_map(|(i, (value, known))| {
                unknown(value, known).map(|inner| format!("/{i}{inner}"))
            })
        }
        _ => None,
    }
}
