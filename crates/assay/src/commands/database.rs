//! Commands that work on the database.

use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use anstream::{eprintln, print, println};
use anyhow::{Context, Result};
use engine::{rescore as repeating, results, transfer};
use model::scorecard::Status;
use store::{Filter, ScorecardId};

use crate::cli::{Database, ExportFormat, FilterArgs, Format, Pair};
use crate::commands::{Exit, print_json, score};
use crate::database::{block_on, open};
use crate::show;

/// Scores a response and keeps the result.
pub(crate) fn save(pair: &Pair, database: &Database) -> Result<Exit> {
    let (form, response) = score::read(pair)?;
    block_on(async {
        let db = open(database).await?;
        let saved = results::save(&db, &form, &response, chrono::Utc::now()).await?;
        let note = if saved.new { "kept as" } else { "is kept already as" };
        println!("{}", show::done(format_args!("{note} {}", saved.id)));
        Ok(Exit::Fine)
    })
}

/// Lists kept results.
pub(crate) fn list(
    filter: &FilterArgs,
    sort: &str,
    limit: u32,
    after: Option<&str>,
    format: Format,
    database: &Database,
) -> Result<Exit> {
    let filter = chosen(filter)?;
    let sort = sort.parse()?;
    let after = after.map(str::parse).transpose()?;
    block_on(async {
        let db = open(database).await?;
        let page = store::scorecards::list(&db, &filter, sort, limit.into(), after.as_ref()).await?;
        if format == Format::Json {
            let rows: Vec<_> = page.rows.iter().map(row_json).collect();
            let next = page.next.map(|it| it.to_string());
            return print_json(&serde_json::json!({ "results": rows, "next": next }));
        }
        if page.rows.is_empty() {
            eprintln!("there are no such results; `assay save` keeps one");
        }
        for row in &page.rows {
            let status = serde_json::to_value(row.status)?;
            let score = row.strict.map_or_else(|| "–".to_owned(), |it| format!("{it:.1}"));
            println!(
                "{}  {}  {score:>5}  {:<16}  {:<28}  {}",
                show::dim(row.id),
                row.date,
                row.band.as_deref().or(status.as_str()).unwrap_or_default(),
                row.form.id,
                row.subject.name,
            );
        }
        if let Some(next) = page.next {
            eprintln!("{}", show::dim(format_args!("there are more: --after {next}")));
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

fn chosen(filter: &FilterArgs) -> Result<Filter> {
    let status = filter.status.as_ref().map(|word| {
        serde_json::from_value::<Status>(word.clone().into()).with_context(|| {
            format!(
                "`{word}` is no status; there are not-scored, not-eligible, blocked, \
                 not-assessable, preliminary and scored"
            )
        })
    });
    Ok(Filter {
        form: filter.form.clone(),
        subject: filter.subject.clone(),
        band: filter.band.clone(),
        status: status.transpose()?,
        ..Filter::default()
    })
}

fn id(text: &str) -> Result<ScorecardId> {
    text.parse().with_context(|| format!("`{text}` is no id; `assay list` shows the ids"))
}

/// Shows a kept result.
pub(crate) fn show(
    text: &str,
    language: Option<&str>,
    format: Format,
    database: &Database,
) -> Result<Exit> {
    let id = id(text)?;
    block_on(async {
        let db = open(database).await?;
        let kept = results::get(&db, id).await?;
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
                print!("{}", show::scorecard(&card));
                Ok(Exit::Fine)
            }
        }
    })
}

/// Repeats kept results.
pub(crate) fn rescore(ids: &[String], database: &Database) -> Result<Exit> {
    let ids: Vec<ScorecardId> = ids.iter().map(|it| id(it)).collect::<Result<_>>()?;
    let tell = |it: repeating::Changed| {
        println!("{} (engine {})", show::heading(it.id), it.engine);
        for difference in it.differences {
            println!("  {difference}");
        }
    };
    block_on(async {
        let db = open(database).await?;
        let repeated = if ids.is_empty() {
            repeating::rescore(&db, &Filter::default(), tell).await?
        } else {
            repeating::rescore_some(&db, &ids, tell).await?
        };
        let text = format!("repeated {} results, {} changed", repeated.all, repeated.changed);
        if repeated.changed == 0 {
            eprintln!("{}", show::done(text));
            Ok(Exit::Fine)
        } else {
            eprintln!("{} {text}", show::error_label());
            Ok(Exit::Findings)
        }
    })
}

/// Writes kept results.
pub(crate) fn export(
    format: ExportFormat,
    output: Option<&Path>,
    filter: &FilterArgs,
    database: &Database,
) -> Result<Exit> {
    let filter = chosen(filter)?;
    let mut out: Box<dyn Write> = match output {
        Some(path) => Box::new(BufWriter::new(
            std::fs::File::create(path)
                .with_context(|| format!("cannot write {}", path.display()))?,
        )),
        None => Box::new(BufWriter::new(std::io::stdout().lock())),
    };
    block_on(async {
        let db = open(database).await?;
        let count = match format {
            ExportFormat::Ndjson => transfer::export_ndjson(&db, &filter, &mut *out).await?,
            ExportFormat::Csv => transfer::export_csv(&db, &filter, &mut *out).await?,
        };
        eprintln!("{}", show::done(format_args!("exported {count} results")));
        Ok(Exit::Fine)
    })
}

/// Reads results from a file that `export` wrote.
pub(crate) fn import(file: &Path, database: &Database) -> Result<Exit> {
    let input: Box<dyn std::io::BufRead> = if file == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        let opened = std::fs::File::open(file)
            .with_context(|| format!("cannot read {}", file.display()))?;
        Box::new(BufReader::new(opened))
    };
    block_on(async {
        let db = open(database).await?;
        let done = transfer::import_ndjson(&db, input, chrono::Utc::now()).await?;
        let text = format!(
            "imported {} results and {} forms; {} results were there already",
            done.new, done.forms, done.known
        );
        eprintln!("{}", show::done(text));
        Ok(Exit::Fine)
    })
}

/// Brings the database to this program's version.
pub(crate) fn migrate(database: &Database) -> Result<Exit> {
    block_on(async {
        let before = store::status(&database.url).await.ok();
        let db = store::migrate(&database.url).await?;
        let pending = before.map_or(0, |it| it.pending.len());
        let text = format!("{} is up to date ({pending} migrations applied now)", db.name());
        println!("{}", show::done(text));
        Ok(Exit::Fine)
    })
}

/// Tells which version the database has.
pub(crate) fn status(database: &Database) -> Result<Exit> {
    block_on(async {
        let status = store::status(&database.url).await?;
        println!("{}", show::heading(&status.database));
        for name in &status.applied {
            println!("  applied  {name}");
        }
        for name in &status.pending {
            println!("  pending  {name}");
        }
        for name in &status.unknown {
            println!("  unknown  {name}");
        }
        if status.newer() {
            eprintln!("{} a later version of this program made it", show::error_label());
            return Ok(Exit::Findings);
        }
        if !status.current() {
            eprintln!("run `assay db migrate`");
            return Ok(Exit::Findings);
        }
        Ok(Exit::Fine)
    })
}
