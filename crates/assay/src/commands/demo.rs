//! `demo`: the shipped samples, scored, kept and reported.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use engine::assess::accept;
use engine::{PreparedForm, library, results};
use indicatif::{ProgressBar, ProgressStyle};
use model::Response;

use crate::commands::{Exit, say, score};
use crate::source::{self, SHIPPED};
use crate::{database, show, write};

/// One sample: a response of an invented subject to a shipped form.
struct Sample {
    /// `<subject>/<form>`.
    name: String,
    form: PreparedForm,
    response: Response,
    /// The response as it was written.
    text: String,
}

impl Sample {
    fn file(&self) -> String {
        self.name.replace('/', "--")
    }
}

/// Scores, keeps and reports the samples in `folder`.
pub(crate) fn demo(folder: &Path) -> Result<Exit> {
    let samples = samples()?;
    let (reports, responses) = (folder.join("reports"), folder.join("responses"));
    for folder in [&reports, &responses] {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let url = format!("sqlite:{}", folder.join("assay.db").display());
    let database = crate::cli::Database { url };
    keep(&samples, &database)?;
    for sample in &samples {
        let file = responses.join(format!("{}.json", sample.file()));
        write::write(&file, sample.text.as_bytes())?;
    }
    let written = draw(&samples, &reports)?;
    summary(&samples, folder, written)
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
        samples.push(Sample { name: name.to_owned(), form, response, text: text.to_owned() });
    }
    Ok(samples)
}

fn keep(samples: &[Sample], database: &crate::cli::Database) -> Result<()> {
    database::migrated(database, async |db| {
        for sample in samples {
            results::save(db, &sample.form, &sample.response, chrono::Utc::now()).await?;
        }
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
        let name = format!("{}.{language}.pdf", sample.file());
        bar.set_message(name.clone());
        let pdf = score::draw(&sample.form, &sample.response, None, language)?;
        write::write(&folder.join(name), &pdf)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(jobs.len())
}

fn summary(samples: &[Sample], folder: &Path, written: usize) -> Result<Exit> {
    let (file, reports) = (folder.join("assay.db"), folder.join("reports"));
    let heading = "Invented companies and projects, scored with the shipped forms";
    say(format_args!("{}\n", show::heading(heading)))?;
    for sample in samples {
        let card = scoring::score(&sample.form, &sample.response, None);
        let total = card.total.as_ref();
        let score = total.map_or_else(|| "–".to_owned(), |it| format!("{:.1}", it.score.strict));
        let band = total.and_then(|it| it.band.as_ref()).map_or("preliminary", |it| &it.title);
        say(format_args!("  {score:>5}  {band:<26} {:<32} {}", card.title, card.subject.name))?;
    }
    let results = format!("{} results in {}", samples.len(), file.display());
    say(format_args!("\n{}", show::done(results)))?;
    say(show::done(format_args!("{written} reports in {}", reports.display())))?;
    say("\nLook further:")?;
    say(format_args!("  open {}", reports.display()))?;
    say(format_args!("  assay list --database sqlite:{}", file.display()))?;
    if let Some(sample) = samples.first() {
        say(format_args!(
            "  assay score {} {} --lang da",
            sample.form.form.meta.id,
            folder.join("responses").join(format!("{}.json", sample.file())).display()
        ))?;
    }
    Ok(Exit::Fine)
}
