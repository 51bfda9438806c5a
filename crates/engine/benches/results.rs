//! Keeping, repeating, exporting and importing 100,000 results.
//!
//! `cargo bench -p engine` works on a temporary SQLite file, and on the database that
//! `BENCH_DATABASE_URL` names instead (an empty one). `RESULTS=1000` makes it smaller.

#![expect(clippy::print_stdout, reason = "a benchmark tells what it measured")]

use std::io::{BufReader, BufWriter, Cursor};
use std::path::Path;
use std::time::Instant;

use engine::{Files, rescore, transfer};
use forms::load;
use model::Response;
use store::Filter;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count: usize =
        std::env::var("RESULTS").ok().and_then(|it| it.parse().ok()).unwrap_or(100_000);
    let folder = tempfile::tempdir()?;
    let url = std::env::var("BENCH_DATABASE_URL")
        .unwrap_or_else(|_| format!("sqlite:{}", folder.path().join("bench.db").display()));
    let input = folder.path().join("results.ndjson");
    write_results(&input, count)?;

    let db = store::migrate(&url).await?;
    let now = chrono::Utc::now();
    let clock = Instant::now();
    let file = BufReader::new(std::fs::File::open(&input)?);
    let done = transfer::import_ndjson(&db, file, now).await?;
    tell("import", done.new, clock);

    let clock = Instant::now();
    let repeated =
        rescore::rescore(&db, &Filter::default(), |it| println!("changed: {it:?}")).await?;
    assert_eq!(repeated.changed, 0);
    tell("rescore", repeated.all, clock);

    let clock = Instant::now();
    let mut out = BufWriter::new(std::fs::File::create(folder.path().join("out.ndjson"))?);
    let exported = transfer::export_ndjson(&db, &Filter::default(), &mut out).await?;
    tell("export", exported, clock);
    println!("peak memory: {} MiB", peak_memory() / 1024);
    Ok(())
}

/// Writes an NDJSON file of `count` results, as an export does: those of one form, each of
/// another subject.
fn write_results(path: &Path, count: usize) -> Result<(), Box<dyn std::error::Error>> {
    use std::io::Write as _;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms");
    let mut files = Files::default();
    for name in
        ["export-readiness/form.json", "shared/scales/generic.json", "shared/focus-area.json"]
    {
        files.insert(name, std::fs::read_to_string(folder.join(name))?);
    }
    let form = load(&files, "export-readiness/form.json").form.ok_or("the form is valid")?;
    let case = folder.join("export-readiness/cases/strong/answers.json");
    let mut response: Response = serde_json::from_reader(Cursor::new(std::fs::read(case)?))?;
    let mut out = BufWriter::new(std::fs::File::create(path)?);
    let line =
        serde_json::json!({ "form": { "document": form.form.document, "translations": {} } });
    writeln!(out, "{line}")?;
    for i in 0..count {
        response.subject.name = format!("Example {i}");
        let card = scoring::score(&form, &response, None);
        let line = serde_json::json!({ "result": {
            "created_at": "2026-11-01T12:00:00Z", "response": response, "scorecard": card,
        }});
        writeln!(out, "{line}")?;
    }
    Ok(out.flush()?)
}

fn tell(what: &str, count: u64, clock: Instant) {
    let seconds = clock.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    let rate = count as f64 / seconds;
    println!("{what}: {count} results in {seconds:.1} s, {rate:.0} a second");
}

/// The most memory this program had, in KiB; 0 where the system does not say.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|it| it.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|it| it.parse().ok()).unwrap_or(0)
}
