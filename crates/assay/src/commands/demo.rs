//! `demo`: the shipped samples, scored, kept and reported.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use engine::assess::accept;
use engine::{EngineError, PreparedForm, library, results};
use indicatif::{ProgressBar, ProgressStyle};
use model::{Response, Scorecard};

use crate::commands::demo_rounds::{self, Company};
use crate::commands::{Exit, say, score, tell};
use crate::service::{self, Service};
use crate::settings::Settings;
use crate::source::{self, SHIPPED, Source};
use crate::{database, show, write};

/// One sample: a response of an invented subject to a shipped form.
struct Sample {
    /// The folder of its subject.
    subject: String,
    /// `<form>`, `<form>.<year>` of an earlier one, or `<form>.<who>` of one among several.
    name: String,
    form: Arc<PreparedForm>,
    response: Response,
    /// The response as it was written.
    text: String,
    card: Scorecard,
}

impl Sample {
    /// Where its file lies, without the ending.
    fn file(&self) -> String {
        format!("{}/{}", self.subject, self.name)
    }

    /// Whether a younger sample of the same subject and form takes its place.
    fn is_earlier(&self) -> bool {
        self.name.rsplit('.').next().is_some_and(|it| it.parse::<u16>().is_ok())
    }

    /// Whether it is its subject's only or latest answer to its form.
    fn is_latest(&self) -> bool {
        !self.name.contains('.')
    }
}

/// One report to draw.
enum Job<'a> {
    /// Of a sample, with the earlier one to compare with.
    Report(&'a Sample, Option<&'a Sample>, &'a str),
    /// Of all that one subject has, joined.
    Profile(Vec<&'a Sample>, Vec<&'a Sample>, &'a str),
}

impl Job<'_> {
    fn subject(&self) -> &str {
        match self {
            Self::Report(sample, ..) => &sample.subject,
            Self::Profile(samples, ..) => &samples[0].subject,
        }
    }

    fn file(&self) -> String {
        match self {
            Self::Report(sample, _, language) => format!("{}.{language}.pdf", sample.file()),
            Self::Profile(samples, _, language) => {
                format!("{}/profile.{language}.pdf", samples[0].subject)
            }
        }
    }

    fn draw(&self) -> Result<Vec<u8>> {
        match self {
            Self::Report(sample, before, language) => {
                let before = before.map(|it| &it.response);
                score::draw(&sample.form, &sample.response, before, language)
            }
            Self::Profile(samples, before, language) => {
                let cards = |samples: &[&Sample]| -> Vec<Scorecard> {
                    let card =
                        |it: &&Sample| scoring::score(&it.form, &it.response, Some(language));
                    samples.iter().map(card).collect()
                };
                let programme = Source::programme("project-proofs", language)?;
                let profile = scoring::profile(&cards(samples), &cards(before), Some(&programme))
                    .map_err(EngineError::from)?;
                Ok(reports::profile_pdf(&profile, &serde_json::to_vec_pretty(&profile)?)?)
            }
        }
    }
}

/// The subjects whose reports are drawn unless all are asked for: a company that exports, one
/// with a product on the market, and a project on its way through every form.
const HANDFUL: [&str; 3] = ["eksempel-medico", "proeverobotik", "tryghed-hjemme"];

/// Scores and keeps the samples in `folder`, reports a handful of them, or `all`, and serves the
/// pages at `listen`, if anywhere.
pub(crate) fn demo(folder: &Path, all: bool, listen: Option<SocketAddr>) -> Result<Exit> {
    let samples = samples()?;
    let (reports, responses) = (folder.join("reports"), folder.join("responses"));
    for folder in [&reports, &responses] {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let url = format!("sqlite:{}", folder.join("assay.db").display());
    let database = crate::cli::Database { url };
    keep(&samples, &database)?;
    let changed =
        samples.iter().map(|it| write_response(it, &responses)).collect::<Result<Vec<_>>>()?;
    for file in changed.into_iter().flatten() {
        tell(format_args!("kept your changed {}", file.display()));
    }
    let mut jobs = jobs(&samples);
    jobs.retain(|it| all || HANDFUL.contains(&it.subject()));
    draw(&jobs, &reports)?;
    summary(&samples, folder, jobs.len(), all)?;
    match listen {
        Some(listen) => serve(&samples, folder, &database, listen),
        None => Ok(Exit::Fine),
    }
}

/// Serves the pages of the demo until the program is told to end.
fn serve(
    samples: &[Sample],
    folder: &Path,
    database: &crate::cli::Database,
    listen: SocketAddr,
) -> Result<Exit> {
    let settings = Settings::for_demo(listen, folder.join("files"));
    service::block_on(async {
        let db = store::migrate(&database.url).await?;
        let engine = service::engine(&settings, &db)?;
        let entrance = demo_rounds::fill(&engine, &companies(samples), chrono::Utc::now()).await?;
        let service = Service::begin(&settings, engine, true)?;
        let address = format!("http://{}", service.serving.address);
        say(format_args!("\n{}", show::heading(format_args!("The demo is served at {address}"))))?;
        say(format_args!("  as a company      {}", entrance.company))?;
        say(format_args!("  as secretariat    {}", entrance.secretariat))?;
        say(format_args!("  password of both  {}", entrance.password))?;
        say("\nCtrl-C ends it.")?;
        service.run().await
    })?;
    Ok(Exit::Fine)
}

/// The companies that have assessed their export readiness.
fn companies(samples: &[Sample]) -> Vec<Company> {
    const FORM: &str = "export-readiness";
    let own = samples.chunk_by(|a, b| a.subject == b.subject);
    own.filter_map(|all| {
        let now = all.iter().find(|it| it.name == FORM)?;
        let before = all.iter().find(|it| it.is_earlier() && it.name.starts_with(FORM));
        Some(Company {
            slug: now.subject.clone(),
            name: now.card.subject.name.clone(),
            before: before.map(|it| it.response.clone()),
            now: Some(now.response.clone()),
        })
    })
    .collect()
}

/// Writes the response of `sample`, unless a file that somebody changed stands there; that one.
fn write_response(sample: &Sample, folder: &Path) -> Result<Option<PathBuf>> {
    let file = folder.join(format!("{}.json", sample.file()));
    if file.exists() {
        let is_same = std::fs::read_to_string(&file).is_ok_and(|it| it == sample.text);
        return Ok((!is_same).then_some(file));
    }
    make_folder_of(&file)?;
    write::write(&file, sample.text.as_bytes())?;
    Ok(None)
}

fn make_folder_of(file: &Path) -> Result<()> {
    let folder = file.parent().unwrap_or(file);
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))
}

fn samples() -> Result<Vec<Sample>> {
    let files = source::demo();
    let mut forms: BTreeMap<&str, Arc<PreparedForm>> = BTreeMap::new();
    let mut samples = Vec::new();
    for path in files.paths() {
        let (subject, name) = path.trim_end_matches(".json").split_once('/').unwrap_or(("", path));
        let id = name.split('.').next().unwrap_or(name);
        let form = match forms.get(id) {
            Some(form) => Arc::clone(form),
            None => {
                let form = library::prepare(&SHIPPED, library::find(&SHIPPED, id)?)?;
                Arc::clone(forms.entry(id).or_insert(Arc::new(form)))
            }
        };
        let text = files.get(path).unwrap_or_default().to_owned();
        let response = accept(&form, path, &text)?.response;
        let card = scoring::score(&form, &response, None);
        let (subject, name) = (subject.to_owned(), name.to_owned());
        samples.push(Sample { subject, name, form, response, text, card });
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

/// Each sample's report and each subject's profile, in each language.
fn jobs(samples: &[Sample]) -> Vec<Job<'_>> {
    let mut jobs = Vec::new();
    for subject in samples.chunk_by(|a, b| a.subject == b.subject) {
        for sample in subject {
            let earlier = |it: &&Sample| {
                it.is_earlier() && sample.is_latest() && it.name.starts_with(&sample.name)
            };
            let before = subject.iter().rfind(earlier);
            let languages = sample.form.languages().into_iter();
            jobs.extend(languages.map(|language| Job::Report(sample, before, language)));
        }
        let placed = |it: &&Sample| it.card.profile.is_some();
        let (latest, earlier): (Vec<_>, Vec<_>) =
            subject.iter().filter(placed).partition(|it| it.is_latest());
        if latest.len() > 1 {
            let languages = ["da", "en"].into_iter();
            jobs.extend(languages.map(|it| Job::Profile(latest.clone(), earlier.clone(), it)));
        }
    }
    jobs
}

/// Writes each report, as many at once as there are processors.
fn draw(jobs: &[Job<'_>], folder: &Path) -> Result<()> {
    let bar = ProgressBar::new(jobs.len() as u64).with_style(
        ProgressStyle::with_template("  {bar:30} {pos}/{len} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar.enable_steady_tick(Duration::from_millis(200));
    let next = AtomicUsize::new(0);
    let work = || -> Result<()> {
        while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let name = job.file();
            bar.set_message(name.clone());
            let pdf = job.draw().with_context(|| format!("the report {name} was not drawn"))?;
            let file = folder.join(name);
            make_folder_of(&file)?;
            write::write(&file, &pdf)?;
            bar.inc(1);
        }
        Ok(())
    };
    let workers = thread::available_parallelism().map_or(1, NonZero::get).min(4);
    let drawn = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .try_for_each(|it| it.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    bar.finish_and_clear();
    drawn
}

fn summary(samples: &[Sample], folder: &Path, written: usize, all: bool) -> Result<Exit> {
    let (file, reports) = (folder.join("assay.db"), folder.join("reports"));
    let heading = "Invented companies and projects, scored with the shipped forms";
    say(format_args!("{}\n", show::heading(heading)))?;
    for subject in samples.chunk_by(|a, b| a.subject == b.subject) {
        say(format_args!("  {:<36} {}", subject[0].card.subject.name, results_of(subject)))?;
    }
    let results = format!("{} results in {}", samples.len(), file.display());
    say(format_args!("\n{}", show::done(results)))?;
    say(show::done(format_args!("{written} reports in {}", reports.display())))?;
    say("\nLook further:")?;
    let first = reports.join(HANDFUL[2]).join("profile.da.pdf");
    say(format_args!("  begin with the report {}", first.display()))?;
    say(format_args!("  assay list --database sqlite:{}", file.display()))?;
    if let Some(sample) = samples.first() {
        say(format_args!(
            "  assay score {} {} --lang da",
            sample.form.form.meta.id,
            folder.join("responses").join(format!("{}.json", sample.file())).display()
        ))?;
    }
    if !all {
        say("\nThe reports of all subjects take some minutes: assay demo --all")?;
    }
    Ok(Exit::Fine)
}

/// The subject's highest result in words, and how many more there are.
fn results_of(samples: &[Sample]) -> String {
    let score = |it: &Sample| it.card.total.as_ref().map(|total| total.score.strict);
    let scored = samples.iter().filter(|it| it.is_latest());
    let best = scored.max_by(|a, b| score(a).unwrap_or(-1.0).total_cmp(&score(b).unwrap_or(-1.0)));
    let Some(best) = best else { return format!("{} results", samples.len()) };
    let band = best.card.total.as_ref().and_then(|it| it.band.as_ref());
    let total = score(best).map_or_else(String::new, |it| format!(" {}", show::score(it)));
    let band = band.map_or_else(String::new, |it| format!(", {}", it.title));
    let more = match samples.len() - 1 {
        0 => String::new(),
        more => format!("  (+ {more} more)"),
    };
    format!("{}{total}{band}{more}", best.card.title)
}
