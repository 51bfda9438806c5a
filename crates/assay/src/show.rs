//! Shows findings, scorecards, profiles and comparisons on a terminal.

mod comparison;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use expressions::format;
use model::profile::{Joined, Profile};
use model::scorecard::{GateState, NextAction, Score, Scorecard};
use model::{Finding, Severity};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::ScorecardRow;

pub(crate) use comparison::comparison;

/// A style of the terminal; colours go away with `NO_COLOR` and when the output is a file.
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const CYAN: Style = AnsiColor::Cyan.on_default();
const GREEN: Style = AnsiColor::Green.on_default();

/// How many next steps are listed.
const NEXT_STEPS: usize = 5;

fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{}{style:#}", clean(&text.to_string()))
}

/// `text` without what could steer the terminal.
pub(crate) fn clean(text: &str) -> String {
    let steers = |it: char| it.is_control() && it != '\n';
    text.chars().map(|it| if steers(it) { '\u{fffd}' } else { it }).collect()
}

/// `document` with only clean texts in it: what is shown of it needs no cleaning any more.
fn cleaned<T: Serialize + DeserializeOwned>(document: &T) -> Result<T> {
    let mut value = serde_json::to_value(document)?;
    clean_texts(&mut value);
    Ok(serde_json::from_value(value)?)
}

fn clean_texts(value: &mut Value) {
    match value {
        Value::String(text) => *text = clean(text),
        Value::Array(items) => items.iter_mut().for_each(clean_texts),
        Value::Object(fields) => fields.values_mut().for_each(clean_texts),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// One finding: place, severity, code, reason and suggestion.
pub(crate) fn finding(finding: &Finding, file: &str) -> String {
    let (place, file) = (&finding.place, clean(file));
    let (style, word) = match finding.severity {
        Severity::Error => (RED, "error"),
        Severity::Warning => (YELLOW, "warning"),
        Severity::Note => (CYAN, "note"),
    };
    let mut out = String::new();
    match (place.line, place.column) {
        (Some(line), Some(column)) => _ = write!(out, "{file}:{line}:{column}: "),
        _ => _ = write!(out, "{file}: "),
    }
    let label = styled(style.bold(), format_args!("{word}[{}]", finding.code));
    _ = writeln!(out, "{label}: {}", clean(&finding.message));
    if let Some(suggestion) = &finding.suggestion {
        _ = writeln!(out, "    {} {}", styled(DIM, "→"), clean(suggestion));
    }
    out
}

/// `Done:` and what was done.
pub(crate) fn done(text: impl std::fmt::Display) -> String {
    format!("{} {}", styled(GREEN.bold(), "✓"), clean(&text.to_string()))
}

/// The label of an error.
pub(crate) fn error_label() -> String {
    styled(RED.bold(), "error:")
}

/// A heading.
pub(crate) fn heading(text: impl std::fmt::Display) -> String {
    styled(BOLD, text)
}

/// A quiet text.
pub(crate) fn dim(text: impl std::fmt::Display) -> String {
    styled(DIM, text)
}

/// The words of the terminal in one language.
struct Words {
    texts: BTreeMap<String, String>,
    language: String,
}

impl Words {
    fn new(language: &str) -> Self {
        let json = match language {
            "da" => include_str!("../texts/da.json"),
            _ => include_str!("../texts/en.json"),
        };
        let texts = serde_json::from_str(json).expect("the texts are an object of texts");
        Self { texts, language: language.to_owned() }
    }

    fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.texts.get(key).map_or(key, String::as_str)
    }

    fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        let text = self.get(key).to_owned();
        values.iter().fold(text, |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// The word of a kebab-case enumeration value.
    fn word<T: Serialize>(&self, value: &T) -> String {
        self.get(&name(value)).to_owned()
    }

    fn number(&self, value: f64) -> String {
        format::number(value, 1, &self.language)
    }

    fn percent(&self, share: f64) -> String {
        format!("{}\u{a0}%", format::number(share * 100.0, 0, &self.language))
    }
}

/// The word of a kebab-case enumeration value, as documents have it.
fn name<T: Serialize>(value: &T) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// A scorecard, as a person reads it.
pub(crate) fn scorecard(card: &Scorecard) -> Result<String> {
    let card = &cleaned(card)?;
    let words = Words::new(&card.language);
    let mut out = String::new();
    _ = writeln!(
        out,
        "{}  {}",
        heading(&card.subject.name),
        dim(format_args!("{} {} · {}", card.title, card.form.version, card.date))
    );
    out.push('\n');
    total(&mut out, card, &words);
    dimensions(&mut out, card, &words);
    gates(&mut out, card, &words);
    for narrative in &card.narratives {
        _ = writeln!(out, "\n{narrative}");
    }
    next_steps(&mut out, card, &words);
    figures(&mut out, card, &words);
    if !card.missing.is_empty() {
        section(&mut out, words.get("missing"));
        for path in &card.missing {
            _ = writeln!(out, "  {path}");
        }
    }
    if !card.hidden.is_empty() {
        let count = card.hidden.len().to_string();
        let key = if card.hidden.len() == 1 { "hidden-one" } else { "hidden" };
        _ = writeln!(out, "\n{}", dim(words.fill(key, &[("count", &count)])));
    }
    _ = writeln!(out, "{}", dim(format_args!("{} {}", words.get("hash"), card.provenance.form)));
    Ok(out)
}

fn section(out: &mut String, title: &str) {
    _ = writeln!(out, "\n{}", heading(title));
}

fn line(out: &mut String, label: &str, value: &str) {
    _ = writeln!(out, "  {label:<20} {value}");
}

fn total(out: &mut String, card: &Scorecard, words: &Words) {
    line(out, words.get("status"), &words.word(&card.status));
    let Some(total) = &card.total else { return };
    line(out, words.get("total"), &interval(&total.score, words));
    if let Some(points) = &total.points {
        let text = format!("{} {} {}", points.strict, words.get("of"), points.out_of);
        line(out, words.get("points"), &text);
    }
    if let Some(band) = &total.band {
        let mut text = heading(&band.title);
        if let Some(from) = &band.lowered_from {
            let by = band.lowered_by.join(", ");
            _ = write!(text, " ({})", words.fill("lowered", &[("from", from), ("by", &by)]));
        }
        line(out, words.get("band"), &text);
    }
    if let Some(minimum) = &total.minimum {
        let title = card.dimension(&minimum.dimension).map_or("", |it| it.title.as_str());
        let text = format!("{title}, {}", words.number(minimum.strict));
        line(out, words.get("lowest"), &text);
    }
    let share = |grade| total.evidence.get(&grade).copied().unwrap_or(0.0) * 100.0;
    let (e2, e3) = (share(model::Grade::E2), share(model::Grade::E3));
    let whole = |value: f64| format::number(value, 0, &words.language);
    let text = words.fill("evidence-share", &[("e2", &whole(e2)), ("e3", &whole(e3))]);
    line(out, words.get("evidence"), &text);
}

fn interval(score: &Score, words: &Words) -> String {
    let answered = score.answered.map_or_else(|| "–".to_owned(), |it| words.number(it));
    format!(
        "{} {} 100  {}",
        heading(words.number(score.strict)),
        words.get("of"),
        dim(format_args!(
            "({} {answered}, {} {}, {} {})",
            words.get("answered"),
            words.get("at-most"),
            words.number(score.upper),
            words.percent(score.completeness),
            words.get("complete"),
        ))
    )
}

fn dimensions(out: &mut String, card: &Scorecard, words: &Words) {
    if card.dimensions.is_empty() {
        return;
    }
    let width = card.dimensions.iter().map(|it| it.title.chars().count()).max().unwrap_or(0);
    let width = width.clamp(12, 44);
    let head = format!(
        "  {:<width$}  {:>12}  {:>12}  {:>9}  {:>8}",
        words.get("dimension"),
        words.get("documented"),
        words.get("claimed"),
        words.get("complete"),
        words.get("share")
    );
    _ = writeln!(out, "\n{}", dim(head));
    for it in &card.dimensions {
        let title: String = it.title.chars().take(width).collect();
        let Some(score) = &it.score else {
            _ = writeln!(out, "  {title:<width$}  {}", dim(words.word(&it.state)));
            continue;
        };
        let cap = it.cap.as_ref().map_or_else(String::new, |cap| {
            format!("  {}", words.fill("capped", &[("at", &words.number(cap.at))]))
        });
        _ = writeln!(
            out,
            "  {title:<width$}  {:>12}  {:>12}  {:>9}  {:>8}{cap}",
            words.number(score.strict),
            words.number(score.claimed),
            words.percent(score.completeness),
            words.percent(it.share),
        );
    }
}

fn gates(out: &mut String, card: &Scorecard, words: &Words) {
    let open: Vec<_> = card.gates.iter().filter(|it| it.state != GateState::Passed).collect();
    if open.is_empty() {
        return;
    }
    section(out, words.get("gates"));
    for gate in open {
        let (style, mark) = match gate.state {
            GateState::Failed => (RED, "✗"),
            _ => (YELLOW, "?"),
        };
        _ = writeln!(
            out,
            "  {} {} {}",
            styled(style, mark),
            gate.message,
            dim(format_args!("[{}: {}]", gate.id, words.get(state_word(gate.state))))
        );
        if !gate.waits_for.is_empty() {
            let questions = gate.waits_for.join(", ");
            let text = words.fill("waits-for", &[("questions", &questions)]);
            _ = writeln!(out, "    {}", dim(text));
        }
    }
}

fn state_word(state: GateState) -> &'static str {
    match state {
        GateState::Passed => "passed",
        GateState::Failed => "failed",
        GateState::Unknown => "unknown",
    }
}

fn next_steps(out: &mut String, card: &Scorecard, words: &Words) {
    if card.next_steps.is_empty() {
        return;
    }
    section(out, words.get("next-steps"));
    for step in card.next_steps.iter().take(NEXT_STEPS) {
        let title = card.criterion(&step.question).map_or("", |it| it.title.as_str());
        let to = step.to.map_or_else(String::new, |it| format::short(it, 1, &words.language));
        let what = match step.action {
            NextAction::Answer => words.get("answer").to_owned(),
            NextAction::Raise if to.is_empty() => words.get("improve").to_owned(),
            NextAction::Raise => words.fill("reach", &[("to", &to)]),
            NextAction::Document => words.fill("document", &[("to", &to)]),
        };
        let needs = step.evidence.map_or_else(String::new, |grade| {
            format!(", {}", words.fill("needs", &[("grade", grade.name())]))
        });
        let gain = format!("+{}", words.number(step.gain));
        _ = writeln!(out, "  {gain:>6}  {title} {}", dim(format_args!("({what}{needs})")));
    }
}

fn figures(out: &mut String, card: &Scorecard, words: &Words) {
    if card.indicators.iter().all(|it| it.value.is_none()) {
        return;
    }
    section(out, words.get("figures"));
    for it in card.indicators.iter().filter(|it| it.value.is_some()) {
        let value = scoring::figures::in_words(it, &words.language)
            .or_else(|| it.value.as_ref().map(plain))
            .unwrap_or_default();
        _ = writeln!(out, "  {:<44} {:>18}", it.title, value);
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A score on the scale from 0 to 100, in English.
pub(crate) fn score(value: f64) -> String {
    format::number(value, 1, "en")
}

/// A kept result, on one line.
pub(crate) fn row(row: &ScorecardRow) -> String {
    let score = row.strict.map_or_else(|| "–".to_owned(), score);
    let band = row.band.clone().unwrap_or_else(|| name(&row.status));
    let line =
        format!("{}  {score:>5}  {band:<16}  {:<28}  {}", row.date, row.form.id, row.subject.name);
    format!("{}  {}", dim(row.id), clean(&line))
}

fn weighed(joined: &Joined, words: &Words) -> String {
    let answered = joined.answered.map_or_else(|| "–".to_owned(), |it| words.number(it));
    let share = words.percent(joined.completeness);
    let given = words.fill("given", &[("share", &share), ("answered", &answered)]);
    let strict = heading(words.number(joined.strict));
    format!("{strict} {} 100  {}", words.get("of"), dim(format_args!("({given})")))
}

/// A profile, as a person reads it.
pub(crate) fn profile(profile: &Profile) -> Result<String> {
    let profile = &cleaned(profile)?;
    let words = Words::new(&profile.language);
    let mut out = String::new();
    _ = writeln!(out, "{}  {}\n", heading(&profile.subject.name), dim(&profile.date));
    for it in &profile.results {
        let band = it.band.clone().unwrap_or_else(|| words.word(&it.status));
        let score = it.total.as_ref().map_or_else(String::new, |it| interval(it, &words));
        _ = writeln!(out, "  {:<34} {band:<24} {score}", it.title);
    }
    if let Some(joined) = &profile.joined {
        let together = words.get("together");
        _ = writeln!(
            out,
            "\n  {together:<34} {:<24} {}",
            joined.programme,
            weighed(joined, &words)
        );
    }
    if !profile.readiness.is_empty() {
        section(&mut out, words.get("readiness"));
        for it in &profile.readiness {
            let before = it.before.map_or_else(String::new, |it| format!("{it} → "));
            _ = writeln!(out, "  {:<34} {before}{} / {}", it.title, it.now, it.top);
        }
    }
    if let Some(venn) = &profile.venn {
        section(&mut out, words.get("venn"));
        line(&mut out, words.get("zone"), &heading(words.word(&venn.zone)));
        for it in &venn.pillars {
            let score = it.strict.map_or_else(|| "–".to_owned(), |it| words.number(it));
            let inside = words.get(if it.inside { "inside" } else { "outside" });
            line(&mut out, &words.word(&it.pillar), &format!("{score:>6}  {}", dim(inside)));
        }
    }
    Ok(out)
}
