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
    scorecard: Scorecard,
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
fn cell(text: &str) -> String {
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
/// import with its number, and what stood in full batches before it stays. Importing again
/// after mending the line changes nothing that is there.
pub async fn import_ndjson(
    db: &Db,
    mut input: impl BufRead,
    now: DateTime<Utc>,
) -> Result<Imported, EngineError> {
    let done = Imported::default();
    let mut import = Import { db, now, forms: HashMap::new(), batch: Vec::new(), done };
    let mut text = String::new();
    for line in 1.. {
        text.clear();
        let read = input
            .by_ref()
            .take(LONGEST_LINE)
            .read_line(&mut text)
            .map_err(|source| EngineError::Io { doing: "read the import", source })?;
        if read == 0 {
            break;
        }
        if read as u64 == LONGEST_LINE {
            return Err(EngineError::Line { line, reason: "the line is too long".to_owned() });
        }
        if !text.trim().is_empty() {
            import.line(&text).await.map_err(|it| at_line(line, it))?;
        }
    }
    import.write().await?;
    Ok(import.done)
}

fn at_line(line: usize, error: EngineError) -> EngineError {
    match error {
        EngineError::Findings(findings) => {
            let reasons: Vec<String> = findings
                .into_iter()
                .filter(|it| it.severity == Severity::Error)
                .map(|it| it.message)
                .collect();
            EngineError::Line { line, reason: reasons.join("; ") }
        }
        EngineError::Stored { reason, .. } => EngineError::Line { line, reason },
        EngineError::Store(missing @ StoreError::Missing { .. }) => {
            EngineError::Line { line, reason: missing.to_string() }
        }
        other => other,
    }
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
        let translations = line
            .translations
            .into_iter()
            .map(|(language, texts)| (language, Translation::new(texts)))
            .collect();
        let form = forms::prepare(&line.document, translations).map_err(EngineError::Findings)?;
        let transaction = self.db.begin().await?;
        if publish::keep(&transaction, &form, self.now).await? {
            self.done.forms += 1;
        }
        transaction.commit().await?;
        self.forms.insert(form.hash.clone(), Arc::new(form));
        Ok(())
    }

    async fn result(&mut self, line: ResultLine) -> Result<(), EngineError> {
        let made_from = &line.scorecard.provenance;
        let form = match self.forms.get(&made_from.form) {
            Some(form) => Arc::clone(form),
            None => {
                let form = Arc::new(publish::kept(self.db, &made_from.form).await?);
                self.forms.insert(made_from.form.clone(), Arc::clone(&form));
                form
            }
        };
        let wrong = |reason: &str| EngineError::Stored {
            what: "line".to_owned(),
            reason: reason.to_owned(),
        };
        let (card, response) = (&line.scorecard, &line.response);
        if (&card.form, &card.subject, &card.date)
            != (&response.form, &response.subject, &response.date)
        {
            return Err(wrong("the scorecard is about something else than the response"));
        }
        if canonical::hash(response) != made_from.response {
            return Err(wrong("the response is not the one that the scorecard was made from"));
        }
        let issues = validate::validate(&Reading::new(&form, &line.response));
        if let Some(it) = issues.iter().find(|it| it.code.severity == Severity::Error) {
            return Err(wrong(&it.message));
        }
        self.batch.push(results::stored(&line.response, &line.scorecard, line.created_at));
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
