//! What can be typed: commands, arguments and their help.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use model::scorecard::Status;
use store::{Cursor, ScorecardId, Sort};

/// Assess with declarative forms: scores anyone can follow, reports a board reads.
#[derive(Debug, Parser)]
#[command(
    name = "assay",
    version,
    after_help = "Exit codes: 0 fine · 1 findings · 2 wrong use · 3 failed.\n\n\
        Start with `assay demo`, then `assay new my-form` and `assay check my-form`."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Score, report and serve the shipped samples, to see what comes of it.
    ///
    /// Makes a folder with a SQLite database of the results of invented companies and
    /// projects, draws the reports of a handful of them in Danish and English, and serves the
    /// pages on this machine. Running it twice harms nothing: responses that you changed stay as
    /// they are.
    Demo {
        /// The folder to make.
        #[arg(long, default_value = "assay-demo")]
        folder: PathBuf,
        /// Draw the reports of all subjects, which takes some minutes.
        #[arg(long)]
        all: bool,
        /// Where to serve the demo.
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Make files only, and serve nothing.
        #[arg(long)]
        no_serve: bool,
    },
    /// Check forms with their translations and cases, and programmes.
    ///
    /// PATH is a form's file, its folder, or a folder of forms, or likewise a programme; without
    /// one, `forms` is checked where there is such a folder, and what is shipped otherwise.
    #[command(after_help = "Exit code 1 means that there are errors; warnings and notes give 0.\n\
        Every code is explained in docs/findings.md.")]
    Check {
        /// What to check.
        paths: Vec<PathBuf>,
        /// How findings are written.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Score a response and show the scorecard.
    #[command(after_help = "Example: assay score export-readiness answers.json --lang da\n\
        \x20        assay score export-readiness answers.json --explain means.funding")]
    Score {
        #[command(flatten)]
        pair: Pair,
        /// The language of the texts, for example `da`; the form's own when not given.
        #[arg(long)]
        lang: Option<String>,
        /// How the scorecard is written.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
        /// Tell one question's way from answer to total, in words (`step.question`).
        #[arg(long, value_name = "QUESTION", conflicts_with = "format")]
        explain: Option<String>,
    },
    /// Write the company report of a response as a PDF.
    Report {
        #[command(flatten)]
        pair: Pair,
        /// The file to write.
        #[arg(short, long)]
        output: PathBuf,
        /// The language, for example `da`; the response's own when not given.
        #[arg(long)]
        lang: Option<String>,
        /// An earlier response to the same form, to show readiness then and now.
        #[arg(long, value_name = "RESPONSE")]
        before: Option<PathBuf>,
    },
    /// Write a form as a PDF, to read and discuss before it is answered.
    ///
    /// Every question stands with its options, its conditions in words, the evidence asked for
    /// and room for the answer; bands, limits and sources follow. The same form gives the same
    /// file.
    #[command(after_help = "Example: assay blank export-readiness -o form.pdf --lang da\n\
        \x20        assay blank forms/my-form/published/1.0.0.json -o form.pdf")]
    Blank {
        /// The form: a shipped form's id, a file or a folder.
        form: String,
        /// The file to write.
        #[arg(short, long)]
        output: PathBuf,
        /// The language, for example `da`; the form's own when not given.
        #[arg(long)]
        lang: Option<String>,
    },
    /// Tell what changed between two versions of a form, and what it does to scores.
    ///
    /// Each change moves scores, may move scores, keeps them, or is only wording; the last line
    /// says which number of the version is to be raised for it. Texts are compared in the
    /// form's own language. The exit code is 0 whatever changed.
    #[command(
        after_help = "Example: assay compare forms/my-form/published/1.0.0.json forms/my-form"
    )]
    Compare {
        /// The form as it was: a shipped form's id, a folder, a file or a published version.
        #[arg(value_name = "FORM_A")]
        before: String,
        /// The form as it is.
        #[arg(value_name = "FORM_B")]
        after: String,
        /// The language of titles and conditions, for example `da`; the form's own when not
        /// given.
        #[arg(long)]
        lang: Option<String>,
        /// How the comparison is written.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Print the JSON Schema of a document.
    Schema {
        /// Which document.
        document: Document,
        /// The form, for the schema of its answers.
        #[arg(required_if_eq("document", "answers"))]
        form: Option<String>,
    },
    /// Join the scorecards of one subject: proofs, pillars, Venn zone.
    #[command(after_help = "Example: assay profile proof-of-value=v.json \
        environmental-sustainability=e.json -o profile.pdf")]
    Profile {
        /// A form and a response to it, as FORM=RESPONSE.
        #[arg(required = true, value_name = "FORM=RESPONSE", value_parser = pair)]
        pairs: Vec<Pair>,
        /// An earlier response, to show readiness then and now; may be given several times.
        #[arg(long, value_name = "FORM=RESPONSE", value_parser = pair)]
        before: Vec<Pair>,
        /// The programme that says how totals weigh together: a shipped programme's id or a
        /// file, for example `project-proofs`.
        #[arg(long)]
        programme: Option<String>,
        /// Write a report to this PDF instead of showing the profile.
        #[arg(short, long)]
        output: Option<PathBuf>,
        /// The language, for example `da`.
        #[arg(long)]
        lang: Option<String>,
        /// How the profile is written.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Freeze a checked form: write `published/<version>.json` beside it and keep it in the
    /// database. A published form never changes.
    Publish {
        /// The form's file or folder.
        form: PathBuf,
        #[command(flatten)]
        database: Database,
    },
    /// Start a form: a small folder with an example of each thing, which passes `check`.
    New {
        /// The folder to make; its name becomes the form's id.
        form: PathBuf,
    },
    /// Score a response and keep the result.
    Save {
        #[command(flatten)]
        pair: Pair,
        #[command(flatten)]
        database: Database,
    },
    /// List kept results.
    List {
        #[command(flatten)]
        filter: FilterArgs,
        /// What to sort by; put `-` in front to turn it round.
        #[arg(long, default_value = "created", allow_hyphen_values = true)]
        sort: Sort,
        /// How many to show.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
        limit: u32,
        /// Go on where an earlier list ended; it says with what.
        #[arg(long, allow_hyphen_values = true)]
        after: Option<Cursor>,
        /// How the list is written.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
        #[command(flatten)]
        database: Database,
    },
    /// Show a kept result.
    Show {
        /// The result's id, as `list` shows it.
        #[arg(value_parser = id)]
        id: ScorecardId,
        /// The language of the texts.
        #[arg(long)]
        lang: Option<String>,
        /// How the scorecard is written.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
        #[command(flatten)]
        database: Database,
    },
    /// Repeat kept results and name every difference.
    Rescore {
        /// The results to repeat.
        #[arg(required_unless_present = "all", value_parser = id)]
        ids: Vec<ScorecardId>,
        /// Repeat all of them.
        #[arg(long, conflicts_with = "ids")]
        all: bool,
        #[command(flatten)]
        database: Database,
    },
    /// Write kept results to standard output or a file.
    Export {
        /// How they are written: NDJSON can be imported again, CSV is for a spreadsheet.
        #[arg(long, value_enum, default_value_t)]
        format: ExportFormat,
        /// The file to write; standard output when not given.
        #[arg(short, long)]
        output: Option<PathBuf>,
        #[command(flatten)]
        filter: FilterArgs,
        #[command(flatten)]
        database: Database,
    },
    /// Read results from an NDJSON file that `export` wrote.
    Import {
        /// The file; `-` for standard input.
        file: PathBuf,
        #[command(flatten)]
        database: Database,
    },
    /// Write everything into one file: database, uploaded files, history.
    ///
    /// It works while the service runs, and holds all that was acknowledged before it began. The
    /// file can be restored into SQLite and into PostgreSQL, whichever it is from. Answers and
    /// addresses of people are in it, not encrypted; it can be read by its owner alone.
    #[command(after_help = "What is in the file is told in docs/backup.md.\n\
        Example: assay backup monday.assay")]
    Backup {
        /// The file to write; an earlier backup is replaced when the new one is complete.
        file: PathBuf,
        /// The folder of uploaded files, if not that of the settings.
        #[arg(long, value_name = "FOLDER")]
        files: Option<PathBuf>,
        #[command(flatten)]
        installation: Installation,
    },
    /// Fill an empty database from a file that `backup` wrote.
    ///
    /// The file is checked before anything is changed, and the history afterwards; a database
    /// that is not empty is refused. People sign in again, and links that were open no longer
    /// work.
    #[command(
        after_help = "Example: assay restore monday.assay --database sqlite:try.db --files try"
    )]
    Restore {
        /// The file to read.
        file: PathBuf,
        /// The folder for uploaded files, if not that of the settings.
        #[arg(long, value_name = "FOLDER")]
        files: Option<PathBuf>,
        #[command(flatten)]
        installation: Installation,
    },
    /// Check and export the audit log: who did what, when, before and after.
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Look after the database.
    Db {
        #[command(subcommand)]
        command: DbCommand,
    },
    /// Serve the pages and the API.
    ///
    /// Without any setting: on this machine only, with a SQLite file in the working folder. The
    /// first start prints a link that makes the first administrator. SIGTERM and Ctrl-C end it
    /// without losing anything.
    #[command(after_help = "Every setting is explained in docs/settings.md, and how to put it on \
        the internet in docs/deployment.md.\n\
        Example: assay serve --listen 127.0.0.1:8080")]
    Serve {
        /// Where to listen.
        #[arg(long, value_name = "ADDRESS")]
        listen: Option<SocketAddr>,
        #[command(flatten)]
        config: Config,
    },
    /// Ask the service on this machine whether it is ready.
    Health {
        /// For how many seconds to wait until it is.
        #[arg(long, value_name = "SECONDS", default_value_t = 0)]
        wait: u64,
        #[command(flatten)]
        config: Config,
    },
    /// Show the settings of the service, and where each of them is from.
    ///
    /// They stand in a TOML file and in the environment; secrets stay hidden. Settings that
    /// cannot be used are told, all at once.
    #[command(after_help = "Every setting is explained in docs/settings.md.\n\
        Example: assay settings --config /etc/assay/assay.toml")]
    Settings {
        #[command(flatten)]
        config: Config,
    },
    /// Print a script that completes commands in a shell.
    #[command(
        after_help = "Example: assay completions bash > ~/.local/share/bash-completion/completions/assay"
    )]
    Completions {
        /// The shell.
        shell: Shell,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum DbCommand {
    /// Bring the database to this program's version; makes it where there is none.
    Migrate {
        #[command(flatten)]
        database: Database,
    },
    /// Tell which version the database has.
    Status {
        #[command(flatten)]
        database: Database,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Work all hashes of the audit log out again; name the entry that was changed or is missing.
    Verify {
        #[command(flatten)]
        installation: Installation,
    },
    /// Write the audit log to standard output or a file, oldest first.
    Export {
        /// How it is written: CSV is for a spreadsheet, NDJSON for programs.
        #[arg(long, value_enum, default_value_t)]
        format: AuditFormat,
        /// The file to write; standard output when not given.
        #[arg(short, long)]
        output: Option<PathBuf>,
        #[command(flatten)]
        installation: Installation,
    },
}

/// A form and a response to it.
#[derive(Clone, Debug, Args)]
pub(crate) struct Pair {
    /// The form: a shipped form's id, a file or a folder.
    pub(crate) form: String,
    /// The response: a JSON file; `-` for standard input.
    pub(crate) response: PathBuf,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct Database {
    /// The database: `sqlite:FILE` or `postgres://…`.
    #[arg(
        long = "database",
        env = "DATABASE_URL",
        default_value = "sqlite:assay.db",
        hide_env_values = true
    )]
    pub(crate) url: String,
}

/// Where the service keeps what it keeps.
#[derive(Clone, Debug, Args)]
pub(crate) struct Installation {
    /// The database, if not that of the settings: `sqlite:FILE` or `postgres://…`.
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
    #[command(flatten)]
    pub(crate) config: Config,
}

/// Where the settings of the service stand.
#[derive(Clone, Debug, Args)]
pub(crate) struct Config {
    /// The file with settings; else that in `ASSAY_CONFIG`, `assay.toml` here, or
    /// `/etc/assay/assay.toml`.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// Which results are meant.
#[derive(Debug, Args)]
pub(crate) struct FilterArgs {
    /// Only results of this form.
    #[arg(long)]
    pub(crate) form: Option<String>,
    /// Only results of the subject with this name.
    #[arg(long)]
    pub(crate) subject: Option<String>,
    /// Only results in this band.
    #[arg(long)]
    pub(crate) band: Option<String>,
    /// Only results with this status, for example `preliminary`.
    #[arg(long, value_parser = status)]
    pub(crate) status: Option<Status>,
}

fn status(word: &str) -> Result<Status, &'static str> {
    serde_json::from_value(word.into()).map_err(
        |_| "there are not-scored, not-eligible, blocked, not-assessable, preliminary and scored",
    )
}

fn id(text: &str) -> Result<ScorecardId, &'static str> {
    text.parse().map_err(|_| "it is no id; `assay list` shows the ids")
}

fn pair(text: &str) -> Result<Pair, &'static str> {
    let (form, response) = text.split_once('=').ok_or("it is written as FORM=RESPONSE")?;
    Ok(Pair { form: form.to_owned(), response: response.into() })
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// One JSON document a line, complete.
    #[default]
    Ndjson,
    /// One line a result.
    Csv,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFormat {
    /// One line an entry.
    #[default]
    Csv,
    /// One JSON object a line.
    Ndjson,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Document {
    /// A form.
    Form,
    /// A response.
    Response,
    /// A scorecard.
    Scorecard,
    /// The data of a report.
    Report,
    /// A profile.
    Profile,
    /// The data of a form on paper.
    Blank,
    /// What changed between two versions of a form.
    Comparison,
    /// A programme.
    Programme,
    /// What a case expects.
    Expected,
    /// The answers to one form.
    Answers,
}
