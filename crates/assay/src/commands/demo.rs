//! `demo`: the shipped samples, scored, kept and reported.

use std::path::Path;
use std::time::Duration;

use anstream::println;
use anyhow::{Context, Result};
use engine::assess::accept;
use engine::{PreparedForm, library, results};
use indicatif::{ProgressBar, ProgressStyle};
use model::Response;

use crate::commands::{Exit, score};
use crate::source::{self, SHIPPED};
use crate::{database, show, write};

/// One sample: a response of an invented subject to a shipped form.
struct Sample {
    /// `<subject>/<form>`.
    name: String,
    form: PreparedForm,
    response: Response,
}

/// Scores, keeps and reports the samples in `folder`.
pub(crate) fn demo(folder: &Path) -> Result<Exit> {
    let samples = samples()?;
    let reports = folder.join("reports");
    std::fs::create_dir_all(&reports)
        .with_context(|| format!("cannot make the folder {}", reports.display()))?;
    let file = folder.join("assay.db");
    let url = format!("sqlite:{}", file.display());
    let database = crate::cli::Database { url };
    keep(&samples, &database)?;
    let written = draw(&samples, &reports)?;
    summary(&samples, &file, &reports, written);
    Ok(Exit::Fine)
}

fn samples() -> Result<Vec<Sample>> {
    let files = source::demo();
    let mut samples = Vec::new();
    for path in files.paths() {
        let name = path.trim_end_matches(".json");
        let id = name.rsplit('/').next().unwrap_or(name);
        let form = library::prepare(&SHIPPED, library::find(&SHIPPED, id)?)?;
        let text = files.get(path).unwrap_or_default();
        let response = accept(&form, path, text)?.response;
        samples.push(Sample { name: name.to_owned(), form, response });
    }
    Ok(samples)
}

fn keep(samples: &[Sample], database: &crate::cli::Database) -> Result<()> {
    database::block_on(async {
        let db = store::migrate(&database.url).await?;
        for sample in samples {
            results::save(&db, &sample.form, &sample.response, chrono::Utc::now()).await?;
        }
        db.close().await?;
        Ok(())
    })
}

/// Writes each report in each language of its form; how many.
fn draw(samples: &[Sample], folder: &Path) -> Result<usize> {
    let jobs: Vec<(&Sample, &str)> = samples
        .iter()
        .flat_map(|it| it.form.languages().into_iter().map(move |language| (it, language)))
        .collect();
    let bar = ProgressBar::new(jobs.len() as u64).with_style(
        ProgressStyle::with_template("  {bar:30} {pos}/{len} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar.enable_steady_tick(Duration::from_millis(200));
    for (sample, language) in &jobs {
        let name = format!("{}.{language}.pdf", sample.name.replace('/', "--"));
        bar.set_message(name.clone());
        let pdf = score::draw(&sample.form, &sample.response, None, language)?;
        write::write(&folder.join(name), &pdf)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(jobs.len())
}

fn summary(samples: &[Sample], file: &Path, reports: &Path, written: usize) {
    println!("{}\n", show::heading("Invented companies and projects, scored with the shipped forms"));
    for sample in samples {
        let card = scoring::score(&sample.form, &sample.response, None);
        let total = card.total.as_ref();
        let score = total.map_or_else(|| "–".to_owned(), |it| format!("{:.1}", it.score.strict));
        let band = total.and_then(|it| it.band.as_ref()).map_or("preliminary", |it| &it.title);
        println!("  {score:>5}  {band:<26} {:<32} {}", card.title, card.subject.name);
    }
    println!("\n{}", show::done(format_args!("{} results in {}", samples.len(), file.display())));
    println!("{}", show::done(format_args!("{written} reports in {}", reports.display())));
    println!("\nLook further:");
    println!("  open {}", reports.display());
    println!("  assay list --database sqlite:{}", file.display());
    println!("  assay score export-readiness demo/eksempel-medico/export-readiness.json --lang da");
}
