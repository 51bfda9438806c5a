//! What each command does.

mod author;
mod backup;
mod database;
mod demo;
mod demo_rounds;
mod forms;
mod score;
mod serve;
mod settings;

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use engine::EngineError;
use model::{Finding, Severity};
use store::StoreError;

use crate::cli::{AuditCommand, Cli, Command, DbCommand};
use crate::settings::Problems;
use crate::show;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Fine.
    Fine,
    /// Findings.
    Findings,
    /// Wrong use.
    WrongUse,
    /// Failed.
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Fine => Self::SUCCESS,
            Exit::Findings => Self::from(1),
            Exit::WrongUse => Self::from(2),
            Exit::Failed => Self::from(3),
        }
    }
}

/// Why what was typed cannot be done, whatever is on the disk and in the database.
#[derive(Debug)]
pub(crate) struct WrongUse(pub(crate) String);

impl Display for WrongUse {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Error for WrongUse {}

/// Runs the command.
pub(crate) fn run(cli: Cli) -> Result<Exit> {
    match cli.command {
        Command::Demo { folder, all, listen, no_serve } => {
            demo::demo(&folder, all, (!no_serve).then_some(listen))
        }
        Command::Check { paths, format } => author::check(&paths, format),
        Command::Score { pair, lang, format, explain } => {
            score::score(&pair, lang.as_deref(), format, explain.as_deref())
        }
        Command::Report { pair, output, lang, before } => {
            score::report(&pair, &output, lang.as_deref(), before.as_deref())
        }
        Command::Blank { form, output, lang } => forms::blank(&form, &output, lang.as_deref()),
        Command::Compare { before, after, lang, format } => {
            forms::compare(&before, &after, lang.as_deref(), format)
        }
        Command::Schema { document, form } => author::schema(document, form.as_deref()),
        Command::Profile { pairs, before, programme, output, lang, format } => {
            let joining = score::Joining { pairs, before, programme };
            score::profile(&joining, output.as_deref(), lang.as_deref(), format)
        }
        Command::Publish { form, database } => author::publish(&form, &database),
        Command::New { form } => author::new(&form),
        Command::Save { pair, database } => database::save(&pair, &database),
        Command::List { filter, sort, limit, after, format, database } => {
            database::list(&filter, sort, limit, after.as_ref(), format, &database)
        }
        Command::Show { id, lang, format, database } => {
            database::show(id, lang.as_deref(), format, &database)
        }
        Command::Rescore { ids, all: _, database } => database::rescore(&ids, &database),
        Command::Export { format, output, filter, database } => {
            database::export(format, output.as_deref(), &filter, &database)
        }
        Command::Import { file, database } => database::import(&file, &database),
        Command::Backup { file, files, installation } => {
            backup::backup(&file, &installation, files.as_deref())
        }
        Command::Restore { file, files, installation } => {
            backup::restore(&file, &installation, files.as_deref())
        }
        Command::Audit { command: AuditCommand::Verify { installation } } => {
            backup::verify(&installation)
        }
        Command::Audit { command: AuditCommand::Export { format, output, installation } } => {
            backup::export(format, output.as_deref(), &installation)
        }
        Command::Db { command: DbCommand::Migrate { database } } => database::migrate(&database),
        Command::Db { command: DbCommand::Status { database } } => database::status(&database),
        Command::Settings { config } => settings::settings(&config),
        Command::Serve { listen, config } => serve::serve(&config, listen),
        Command::Health { wait, config } => serve::health(&config, wait),
        Command::Completions { shell } => author::completions(shell),
    }
}

/// Tells why a command failed, on standard error.
pub(crate) fn report_failure(error: &anyhow::Error) -> Exit {
    if let Some(EngineError::Findings(findings)) = error.downcast_ref() {
        print_findings(findings, &str::to_owned);
        return Exit::Findings;
    }
    let mut causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    // A cause that its error already tells of is not told twice.
    causes.dedup_by(|cause, before| before.contains(cause.as_str()));
    tell(format_args!("{} {}", show::error_label(), show::clean(&causes.join(": "))));
    if is_wrong_use(error) { Exit::WrongUse } else { Exit::Failed }
}

fn is_wrong_use(error: &anyhow::Error) -> bool {
    use EngineError::{NoForm, NoLanguage, NoProgramme, Profile, Store};
    use StoreError::{BadAddress, BadCursor};
    matches!(
        error.downcast_ref(),
        Some(NoForm { .. } | NoProgramme { .. } | NoLanguage { .. } | Profile(_))
            | Some(Store(BadAddress { .. } | BadCursor(_)))
    ) || matches!(error.downcast_ref(), Some(BadAddress { .. } | BadCursor(_)))
        || error.is::<WrongUse>()
        || error.is::<Problems>()
}

/// Prints `findings` on standard error; `shown` gives a file as a person finds it.
pub(crate) fn print_findings(findings: &[Finding], shown: &dyn Fn(&str) -> String) {
    for finding in findings {
        tell(show::finding(finding, &shown(&finding.place.file)).trim_end());
    }
}

/// So many of `noun`.
pub(crate) fn counted(count: impl TryInto<u64>, noun: &str) -> String {
    match count.try_into().unwrap_or(u64::MAX) {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

/// Whether any of `findings` is an error.
pub(crate) fn any_error(findings: &[Finding]) -> bool {
    findings.iter().any(|it| it.severity == Severity::Error)
}

/// Prints a line for people on standard output.
pub(crate) fn say(line: impl Display) -> Result<()> {
    printed(writeln!(anstream::stdout(), "{line}"))
}

/// Prints a line for people on standard error; where that fails, nobody can be told.
pub(crate) fn tell(line: impl Display) {
    _ = writeln!(anstream::stderr(), "{line}");
}

/// Prints `value` as readable JSON, byte for byte.
pub(crate) fn print_json<T: serde::Serialize>(value: &T) -> Result<Exit> {
    let text = serde_json::to_string_pretty(value)?;
    printed(writeln!(io::stdout(), "{text}"))?;
    Ok(Exit::Fine)
}

/// Whether printing failed; that nobody reads on is no failure.
pub(crate) fn printed(result: io::Result<()>) -> Result<()> {
    match result.and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("cannot write to standard output"),
    }
}
