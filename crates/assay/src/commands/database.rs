//! Commands that work on the database.

use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use engine::{rescore as repeating, results, transfer};
use store::{Cursor, Filter, ScorecardId, Sort};

use crate::cli::{Database, ExportFormat, FilterArgs, Format, Pair};
use crate::commands::{Exit, counted, print_json, say, score, tell};
use crate::database::{block_on, migrated, with, with_new};
use crate::{show, write};

/// Scores a response and keeps the result.
pub(crate) fn save(pair: &Pair, database: &Database) -> Result<Exit> {
    let (form, response) = score::read(pair)?;
    with_new(database, async |db| {
        let saved = results::save(db, &form, &response, chrono::Utc::now()).await?;
        let note = if saved.new { "kept as" } else { "is kept already as" };
        say(show::done(format_args!("{note} {}", saved.id)))?;
        Ok(Exit::Fine)
    })
}

/// Lists kept results.
pub(crate) fn list(
    filter: &FilterArgs,
    sort: Sort,
    limit: u32,
    after: Option<&Cursor>,
    format: Format,
    database: &Database,
) -> Result<Exit> {
    let filter = chosen(filter);
    with(database, async |db| {
        let page = store::scorecards::list(db, &filter, sort, limit.into(), after).await?;
        if format == Format::Json {
            let rows: Vec<_> = page.rows.iter().map(row_json).collect();
            let next = page.next.map(|it| it.to_string());
            return print_json(&serde_json::json!({ "results": rows, "next": next }));
        }
        if page.rows.is_empty() {
            tell("there are no such results; `assay save` keeps one");
        }
        page.rows.iter().try_for_each(|it| say(show::row(it)))?;
        if let Some(next) = page.next {
            tell(show::dim(format_args!("there are more: --after {next}")));
        }
        Ok(Exit::Fine)
    })
}

fn row_json(row: &store::ScorecardRow) -> serde_json::Value {
    serde_json::json!({
        "id": row.id.to_string(), "form": row.form, "subject": row.subject, "date": row.date,
        "status": row.status, "band": row.band, "strict": row.strict,
        "answered": row.answered, "upper": row.upper, "completeness": row.completeness,
        "engine": row.engine, "created_at": row.created_at,
    })
}

fn chosen(filter: &FilterArgs) -> Filter {
    Filter {
        form: filter.form.clone(),
        subject: filter.subject.clone(),
        band: filter.band.clone(),
        status: filter.status,
        ..Filter::default()
    }
}

/// Shows a kept result.
pub(crate) fn show(
    id: ScorecardId,
    language: Option<&str>,
    format: Format,
    database: &Database,
) -> Result<Exit> {
    with(database, async |db| {
        let kept = results::get(db, id).await?;
        let card = match language {
            Some(language) => {
                engine::assess::require_language(&kept.form, language)?;
                scoring::score(&kept.form, &kept.response, Some(language))
            }
            None => kept.scorecard,
        };
        match format {
            Format::Json => print_json(&card),
            Format::Text => {
                say(show::scorecard(&card)?.trim_end())?;
                Ok(Exit::Fine)
            }
        }
    })
}

/// Repeats kept results.
pub(crate) fn rescore(ids: &[ScorecardId], database: &Database) -> Result<Exit> {
    let mut printed = Ok(());
    let print = |it: repeating::Changed| {
        let heading = format!("{} (engine {})", show::heading(it.id), it.engine);
        let differences = it.differences.iter().map(|it| format!("  {}", show::clean(it)));
        let mut lines = std::iter::once(heading).chain(differences);
        if printed.is_ok() {
            printed = lines.try_for_each(say);
        }
    };
    let repeated = with(database, async |db| {
        Ok(if ids.is_empty() {
            repeating::rescore(db, &Filter::default(), print).await?
        } else {
            repeating::rescore_some(db, ids, print).await?
        })
    })?;
    printed?;
    let text =
        format!("repeated {}, {} changed", counted(repeated.all, "result"), repeated.changed);
    if repeated.changed == 0 {
        tell(show::done(text));
        Ok(Exit::Fine)
    } else {
        tell(format_args!("{} {text}", show::error_label()));
        Ok(Exit::Findings)
    }
}

/// Writes kept results.
pub(crate) fn export(
    format: ExportFormat,
    output: Option<&Path>,
    filter: &FilterArgs,
    database: &Database,
) -> Result<Exit> {
    let filter = chosen(filter);
    let work = |out: &mut dyn Write| {
        with(database, async |db| {
            Ok(match format {
                ExportFormat::Ndjson => transfer::export_ndjson(db, &filter, out).await?,
                ExportFormat::Csv => transfer::export_csv(db, &filter, out).await?,
            })
        })
    };
    let count = match output {
        Some(path) => write::write_with(path, work)?,
        None => work(&mut BufWriter::new(std::io::stdout().lock()))?,
    };
    tell(show::done(format_args!("exported {}", counted(count, "result"))));
    Ok(Exit::Fine)
}

/// Reads results from a file that `export` wrote.
pub(crate) fn import(file: &Path, database: &Database) -> Result<Exit> {
    let input: Box<dyn std::io::BufRead> = if file == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        let opened =
            std::fs::File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
        Box::new(BufReader::new(opened))
    };
    with_new(database, async |db| {
        let done = transfer::import_ndjson(db, input, chrono::Utc::now()).await?;
        let text = format!(
            "imported {} and {}; {} there already",
            counted(done.new, "result"),
            counted(done.forms, "form"),
            done.known
        );
        tell(show::done(text));
        Ok(Exit::Fine)
    })
}

/// Brings the database to this program's version.
pub(crate) fn migrate(database: &Database) -> Result<Exit> {
    let pending = block_on(async { Ok(store::status(&database.url).await?.pending.len()) })?;
    migrated(database, async |db| {
        let text =
            format!("{} is up to date ({} applied now)", db.name(), counted(pending, "migration"));
        say(show::done(text))?;
        Ok(Exit::Fine)
    })
}

/// Tells which version the database has.
pub(crate) fn status(database: &Database) -> Result<Exit> {
    block_on(async {
        let status = store::status(&database.url).await?;
        say(show::heading(&status.database))?;
        for name in &status.applied {
            say(format_args!("  applied  {name}"))?;
        }
        for name in &status.pending {
            say(format_args!("  pending  {name}"))?;
        }
        for name in &status.unknown {
            say(format_args!("  unknown  {name}"))?;
        }
        if status.newer() {
            tell(format_args!("{} a later version of this program made it", show::error_label()));
            return Ok(Exit::Findings);
        }
        if !status.current() {
            tell("run `assay db migrate`");
            return Ok(Exit::Findings);
        }
        Ok(Exit::Fine)
    })
}
