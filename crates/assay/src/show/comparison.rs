//! Shows what changed between two versions of a form.

use std::fmt::Write as _;

use anstyle::Style;
use anyhow::Result;
use model::comparison::{
    Action, Bump, Change, ChangedPart, Comparison, Impact, Thing, VersionAdvice,
};

use super::{CYAN, DIM, RED, Words, YELLOW, cleaned, dim, heading, name, styled};

/// The longest values that stand on the line of their change.
const SHORT: usize = 48;

/// What changed, as an author reads it.
pub(crate) fn comparison(comparison: &Comparison) -> Result<String> {
    let comparison = &cleaned(comparison)?;
    let words = Words::new(&comparison.language);
    let (before, after) = (&comparison.before, &comparison.after);
    let mut out = String::new();
    let versions = format!("{} → {}", before.version, after.version);
    _ = writeln!(out, "{}  {}", heading(&after.title), dim(versions));
    if before.id != after.id {
        let ids = [("before", before.id.as_str()), ("after", after.id.as_str())];
        _ = writeln!(out, "{}", words.fill("compare-ids", &ids));
    }
    for part in &comparison.parts {
        show_part(&mut out, part, &words);
    }
    out.push('\n');
    _ = writeln!(out, "{}", summary(comparison, &words));
    _ = writeln!(out, "{}", advice(comparison, &words));
    Ok(out)
}

fn show_part(out: &mut String, part: &ChangedPart, words: &Words) {
    let title = match &part.step {
        Some(step) if !step.is_empty() => words.fill("compare-step", &[("title", &part.title)]),
        _ => part.title.clone(),
    };
    _ = writeln!(out, "\n{}", heading(title));
    let width =
        [Impact::MovesScores, Impact::MayMoveScores, Impact::KeepsScores, Impact::OnlyWording]
            .iter()
            .map(|it| words.word(it).chars().count())
            .max()
            .unwrap_or_default();
    for change in &part.changes {
        let impact = format!("{:<width$}", words.word(&change.impact));
        let impact = styled(style(change.impact), impact);
        let (line, values) = told(change, words);
        _ = writeln!(out, "  {impact}  {line}");
        for (sign, value) in values {
            let value = value.replace('\n', " ");
            _ = writeln!(out, "  {:width$}    {} {value}", "", dim(sign));
        }
    }
}

fn style(impact: Impact) -> Style {
    match impact {
        Impact::MovesScores => RED.bold(),
        Impact::MayMoveScores => YELLOW,
        Impact::KeepsScores => CYAN,
        Impact::OnlyWording => DIM,
    }
}

/// A change as a line, and its values where they are too long for it.
fn told(change: &Change, words: &Words) -> (String, Vec<(&'static str, String)>) {
    let thing = format!("thing-{}", name(&change.thing));
    let keyword = change.keyword.as_ref().map_or_else(
        || words.get("compare-other").to_owned(),
        |it| match words.get(&format!("key-{it}")) {
            missing if missing.starts_with("key-") => it.clone(),
            word => word.to_owned(),
        },
    );
    let none = match change.keyword.as_deref() {
        Some("x-visible") => words.get("compare-always"),
        _ => words.get("compare-nothing"),
    };
    let (before, after) = (change.before.as_deref(), change.after.as_deref());
    let (old, new) = (before.unwrap_or(none), after.unwrap_or(none));
    let title = match &change.within {
        Some(within) => {
            words.fill("compare-within", &[("title", &change.title), ("within", within)])
        }
        None => change.title.clone(),
    };
    let values = [
        ("thing", words.get(&thing)),
        ("title", title.as_str()),
        ("keyword", keyword.as_str()),
        ("before", old),
        ("after", new),
        ("count", new),
    ];
    let fill = |key| words.fill(key, &values);
    match change.action {
        Action::Added => (fill("compare-added"), Vec::new()),
        Action::Removed => (fill("compare-removed"), Vec::new()),
        Action::Moved if change.keyword.is_some() => (fill("compare-order"), Vec::new()),
        Action::Moved => (fill("compare-moved"), Vec::new()),
        Action::Changed if change.thing == Thing::Translation => {
            (fill("compare-texts"), Vec::new())
        }
        Action::Changed => {
            let key = if change.thing == Thing::Form { "compare-form" } else { "compare-changed" };
            let line = fill(key);
            let short = |it: &str| it.chars().count() <= SHORT;
            if before.is_none() && after.is_none() {
                (line, Vec::new())
            } else if short(old) && short(new) {
                (format!("{line}: {}", fill("compare-from-to")), Vec::new())
            } else {
                (line, vec![("−", old.to_owned()), ("+", new.to_owned())])
            }
        }
    }
}

fn summary(comparison: &Comparison, words: &Words) -> String {
    let counts = comparison.counts;
    let all = counts.moves_scores + counts.may_move_scores + counts.keeps_scores;
    let all = all + counts.only_wording;
    let changes = comparison.parts.iter().flat_map(|it| &it.changes);
    match changes.last() {
        None => words.get("compare-none").to_owned(),
        Some(only) if all == 1 => {
            words.fill("compare-summary-one", &[("impact", &words.word(&only.impact))])
        }
        Some(_) => words.fill(
            "compare-summary",
            &[
                ("all", &all.to_string()),
                ("moves", &counts.moves_scores.to_string()),
                ("may", &counts.may_move_scores.to_string()),
                ("keeps", &counts.keeps_scores.to_string()),
                ("wording", &counts.only_wording.to_string()),
            ],
        ),
    }
}

fn advice(comparison: &Comparison, words: &Words) -> String {
    let VersionAdvice { advised, expected, fit } = &comparison.version;
    let advice = words.fill(
        "compare-version",
        &[
            ("before", &comparison.before.version.to_string()),
            ("after", &comparison.after.version.to_string()),
            ("expected", &expected.to_string()),
            ("bump", words.get(&format!("bump-{}", name::<Bump>(advised)))),
        ],
    );
    format!("{advice} {}", heading(words.word(fit)))
}
