//! Logs: one line for each event, on standard error, without personal data.
//!
//! Events name people, organisations and assessments by their ids. Whatever gets into a field
//! all the same stays on its line: [`OneLine`] escapes what would end it or steer a terminal.

use std::any::Any;
use std::io::{self, Write};
use std::panic::{self, Location, PanicHookInfo};

use anyhow::{Context, Result};
use tracing::level_filters::LevelFilter;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::settings::{Level, Log, LogFormat, Settings};

/// The crates whose events are logged as `log.level` says; of others, only warnings and
/// errors, since they do not know what is personal.
const OURS: [&str; 9] =
    ["assay", "engine", "forms", "migrations", "reports", "scoring", "store", "web", "workflow"];

/// Begins to log what happens in this process, panics included.
pub(crate) fn init(settings: &Settings) -> Result<()> {
    subscriber(&settings.log, io::stderr).try_init().context("cannot begin to log")?;
    panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| panicked(info.location(), info.payload())));
    Ok(())
}

/// What writes events, as `log` says, to `out`.
fn subscriber<W>(log: &Log, out: W) -> impl Subscriber + Send + Sync + use<W>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let level = level(log.level);
    let wanted = FilterFn::new(move |it: &Metadata<'_>| *it.level() <= level_of(it, level));
    let layer = fmt::layer().with_ansi(false).with_writer(OneLine(out));
    let layer = match log.format {
        LogFormat::Text => layer.boxed(),
        LogFormat::Json => layer.json().flatten_event(true).with_span_list(false).boxed(),
    };
    tracing_subscriber::registry().with(layer.with_filter(wanted.with_max_level_hint(level)))
}

fn level(level: Level) -> LevelFilter {
    match level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
    }
}

fn level_of(event: &Metadata<'_>, level: LevelFilter) -> LevelFilter {
    let name = event.target().split("::").next().unwrap_or_default();
    if OURS.contains(&name) { level } else { level.min(LevelFilter::WARN) }
}

/// Logs a panic.
///
/// Its message is logged where it stands in the code; one made while the program ran can hold
/// what somebody answered.
fn panicked(place: Option<&Location<'_>>, payload: &(dyn Any + Send)) {
    let place = place.map_or_else(String::new, ToString::to_string);
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or_default();
    match payload.downcast_ref::<&'static str>() {
        Some(reason) => tracing::error!(place, thread, reason, "panic"),
        None => tracing::error!(place, thread, "panic"),
    }
}

/// Writes each event on one line, whatever its fields hold.
struct OneLine<W>(W);

/// Where one event is written.
struct Line<W>(W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for OneLine<W> {
    type Writer = Line<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Line(self.0.make_writer())
    }
}

impl<W: Write> Write for Line<W> {
    /// Takes a whole event: it is given in one piece.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let mut line = escaped(text.strip_suffix('\n').unwrap_or(&text));
        line.push('\n');
        self.0.write_all(line.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// `text` without line ends and what steers a terminal, in a way that JSON reads as well.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            it if steers(it) => out.push_str(&format!("\\u{:04x}", u32::from(it))),
            it => out.push(it),
        }
    }
    out
}

/// Whether `it` ends a line, steers a terminal or turns the direction of writing.
fn steers(it: char) -> bool {
    let turns = matches!(it, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}');
    let isolates = matches!(it, '\u{2066}'..='\u{2069}');
    it.is_control() || turns || isolates || matches!(it, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What one may try to slip into a log.
    const HOSTILE: &str = "a\r\n2026-01-01T00:00:00Z  INFO assay: forged\u{1b}[31m \u{7}\u{0}\u{85}\
        \u{9b}2J\u{2028}\u{202e}\t\"quoted\" \\ æøå";

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The lines that `work` logs.
    fn logged(level: Level, format: LogFormat, work: impl FnOnce()) -> Vec<String> {
        let kept = Kept::default();
        let out = kept.clone();
        let subscriber = subscriber(&Log { level, format }, move || out.clone());
        tracing::subscriber::with_default(subscriber, work);
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'), "{text:?}");
        text.split_terminator('\n').map(str::to_owned).collect()
    }

    fn is_harmless(line: &str) -> bool {
        !line.chars().any(|it| steers(it) || it == '\t')
    }

    /// Logs `HOSTILE` in every way in which a text gets into a log.
    fn log_hostile() {
        let span = tracing::info_span!(target: "assay", "request", path = %HOSTILE);
        let _inside = span.enter();
        tracing::info!(target: "assay", shown = %HOSTILE, debug = ?HOSTILE, plain = HOSTILE, "a");
        tracing::info!(target: "assay", "{HOSTILE}");
        let error = io::Error::other(HOSTILE);
        tracing::warn!(target: "assay", error = &error as &dyn std::error::Error, "b");
    }

    #[test]
    fn nothing_in_a_field_leaves_its_line_or_steers_a_terminal() {
        let lines = logged(Level::Info, LogFormat::Text, log_hostile);
        assert_eq!(lines.len(), 3, "{lines:#?}");
        for line in &lines {
            assert!(is_harmless(line) && line.contains("æøå"), "{line:?}");
            assert!(line.starts_with("20") && line.contains("forged"), "{line}");
        }
    }

    #[test]
    fn a_line_of_json_is_one_object_that_gives_the_text_back() {
        let lines = logged(Level::Info, LogFormat::Json, log_hostile);
        assert_eq!(lines.len(), 3, "{lines:#?}");
        for line in &lines {
            assert!(is_harmless(line), "{line:?}");
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(event["timestamp"].is_string() && event["level"].is_string(), "{line}");
        }
        let first: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!(first["message"], "a");
        assert_eq!(first["plain"], HOSTILE);
    }

    #[test]
    fn libraries_are_heard_only_when_they_warn() {
        let lines = logged(Level::Debug, LogFormat::Text, || {
            tracing::debug!(target: "store::sheets", "ours");
            tracing::info!(target: "sqlx::query", "theirs");
            tracing::info!(target: "webpki", "theirs");
            tracing::warn!(target: "sqlx::query", "slow");
        });
        assert_eq!(lines.len(), 2, "{lines:#?}");
        assert!(lines[0].contains("ours") && lines[1].contains("slow"));
        let quiet = logged(Level::Error, LogFormat::Text, || {
            tracing::warn!(target: "sqlx::query", "slow");
            tracing::info!(target: "assay", "started");
        });
        assert_eq!(quiet, [""; 0]);
    }

    #[test]
    fn a_panic_is_one_line_that_tells_its_place_and_no_answer() {
        let place = Location::caller();
        let lines = logged(Level::Info, LogFormat::Text, || {
            panicked(Some(place), &"the queue\nis closed");
            panicked(Some(place), &"the answer was 4711".to_owned());
        });
        assert_eq!(lines.len(), 2, "{lines:#?}");
        assert!(lines[0].contains("logging.rs:") && lines[0].contains("the queue\\nis closed"));
        assert!(lines[1].contains("logging.rs:") && !lines[1].contains("4711"), "{}", lines[1]);
    }
}
