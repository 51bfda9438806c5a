//! Compares two versions of a form: what changed, and what it does to scores.
//!
//! Texts are compared in the language that the forms are written in; titles and conditions are
//! told in the language asked for, where a form is translated to it.

mod impact;
mod meta;
mod moves;
mod steps;
mod version;

use model::comparison::{
    Action, Change, ChangedPart, Comparison, FormVersion, Impact, ImpactCounts, Thing,
};
use model::form::Form;
use serde_json::{Map, Value};

use crate::prepare::PreparedForm;
use crate::words::{Words, in_words};
use moves::Moves;

/// What changed from `before` to `after`, told in `language`.
pub fn compare(before: &PreparedForm, after: &PreparedForm, language: &str) -> Comparison {
    let side = |form| Side { form, texts: form.texts(language), language };
    let (before, after) = (side(before), side(after));
    let moves = Moves::between(&before.form.form, &after.form.form);
    let comparing = Comparing { before: &before, after: &after, moves };
    let mut parts = vec![comparing.form()];
    parts.extend(comparing.steps());
    parts.retain(|it| !it.changes.is_empty());
    if parts.is_empty() && before.form.hash != after.form.hash {
        parts.extend(comparing.something());
    }
    Comparison {
        language: language.to_owned(),
        counts: counts(&parts),
        version: version::advice(&parts, &before.form.form, &after.form.form),
        before: before.version(),
        after: after.version(),
        parts,
    }
}

fn counts(parts: &[ChangedPart]) -> ImpactCounts {
    let mut counts = ImpactCounts::default();
    for change in parts.iter().flat_map(|it| &it.changes) {
        *match change.impact {
            Impact::MovesScores => &mut counts.moves_scores,
            Impact::MayMoveScores => &mut counts.may_move_scores,
            Impact::KeepsScores => &mut counts.keeps_scores,
            Impact::OnlyWording => &mut counts.only_wording,
        } += 1;
    }
    counts
}

/// One of the two forms, with its words.
struct Side<'a> {
    form: &'a PreparedForm,
    texts: &'a Form,
    language: &'a str,
}

impl Side<'_> {
    fn version(&self) -> FormVersion {
        let meta = &self.form.form.meta;
        FormVersion {
            id: meta.id.clone(),
            version: meta.version.clone(),
            title: self.texts.title.clone(),
            hash: self.form.hash.clone(),
        }
    }

    /// The value of `keyword` in words; expressions of a column see the row of `table`.
    fn shown(&self, keyword: &str, value: &Value, table: Option<&str>) -> String {
        let words = Words::new(self.texts, self.language);
        let words = match table.and_then(|it| self.texts.question(it)) {
            Some(table) => words.of_row(table),
            None => words,
        };
        match (keyword, value) {
            ("x-calculated" | "formula", Value::String(source)) => words.formula(source),
            ("x-visible" | "when" | "top_when", value) => {
                match serde_json::from_value(value.clone()) {
                    Ok(condition) => words.condition(&condition),
                    Err(_) => self.plain(value),
                }
            }
            (_, value) => self.plain(value),
        }
    }

    /// A value as an author would write it, without quotation marks and outer brackets.
    fn plain(&self, value: &Value) -> String {
        let nested = |it: &Value| match it {
            Value::Array(_) | Value::Object(_) => format!("({})", self.plain(it)),
            it => self.plain(it),
        };
        match value {
            Value::Array(items) => items.iter().map(nested).collect::<Vec<_>>().join(", "),
            Value::Object(fields) => {
                let fields = fields.iter().map(|(key, it)| format!("{key}: {}", nested(it)));
                fields.collect::<Vec<_>>().join(", ")
            }
            other => in_words(None, other, self.language),
        }
    }
}

/// What a change is about.
struct About {
    thing: Thing,
    place: String,
    title: String,
    within: Option<String>,
    /// The table whose row the expressions of a column see.
    table: Option<String>,
}

impl About {
    fn new(thing: Thing, place: impl Into<String>, title: impl Into<String>) -> Self {
        Self { thing, place: place.into(), title: title.into(), within: None, table: None }
    }

    fn change(&self, action: Action, impact: Impact) -> Change {
        Change {
            thing: self.thing,
            place: self.place.clone(),
            title: self.title.clone(),
            within: self.within.clone(),
            action,
            keyword: None,
            before: None,
            after: None,
            impact,
        }
    }
}

struct Comparing<'a> {
    before: &'a Side<'a>,
    after: &'a Side<'a>,
    moves: Moves,
}

impl Comparing<'_> {
    /// The keywords that differ between two objects, in the order of `after`.
    fn keywords(
        &self,
        about: &About,
        before: &Map<String, Value>,
        after: &Map<String, Value>,
        impact: &dyn Fn(&str) -> Impact,
    ) -> Vec<Change> {
        let gone = before.keys().filter(|it| !after.contains_key(*it));
        after
            .keys()
            .chain(gone)
            .filter_map(|key| {
                let old = before.get(key).map(|it| self.moves.follow(it));
                let new = after.get(key);
                if old.as_ref() == new {
                    return None;
                }
                let respelt = is_expression(key) && spelt(old.as_ref()) == spelt(new);
                let impact = if respelt { Impact::OnlyWording } else { impact(key) };
                let change = about.change(Action::Changed, impact);
                Some(self.worded(about, change, key, before.get(key), new))
            })
            .collect()
    }

    /// `change` with its keyword and both values in words; as written where the words are alike.
    fn worded(
        &self,
        about: &About,
        change: Change,
        keyword: &str,
        before: Option<&Value>,
        after: Option<&Value>,
    ) -> Change {
        let table = about.table.as_deref();
        let in_words =
            |side: &Side<'_>, it: Option<&Value>| it.map(|it| side.shown(keyword, it, table));
        let (mut old, mut new) = (in_words(self.before, before), in_words(self.after, after));
        if old == new {
            old = before.map(|it| self.before.plain(it));
            new = after.map(|it| self.after.plain(it));
        }
        Change { keyword: Some(keyword.to_owned()), before: old, after: new, ..change }
    }

    /// That the documents differ in something nobody is told of.
    fn something(&self) -> Option<ChangedPart> {
        let plain = |side: &Side<'_>| {
            let mut document = side.form.form.document.clone();
            if let Some(meta) = document.get_mut("x-form").and_then(Value::as_object_mut) {
                meta.remove("version");
            }
            document
        };
        let title = &self.after.texts.title;
        let change =
            About::new(Thing::Form, "x-form", title).change(Action::Changed, Impact::MayMoveScores);
        (plain(self.before) != plain(self.after)).then(|| ChangedPart {
            step: None,
            title: title.clone(),
            changes: vec![change],
        })
    }
}

fn is_expression(keyword: &str) -> bool {
    matches!(keyword, "x-visible" | "when" | "top_when" | "x-calculated" | "formula")
}

/// An expression, or a tree of them, without the spaces that mean nothing.
fn spelt(value: Option<&Value>) -> Option<Value> {
    Some(match value? {
        Value::String(source) => Value::String(without_spaces(source)),
        Value::Array(items) => items.iter().filter_map(|it| spelt(Some(it))).collect(),
        Value::Object(fields) => {
            fields.iter().filter_map(|(key, it)| Some((key.clone(), spelt(Some(it))?))).collect()
        }
        other => other.clone(),
    })
}

fn without_spaces(source: &str) -> String {
    let is_word = |it: char| it.is_alphanumeric() || it == '_';
    let mut out = String::with_capacity(source.len());
    let mut quote = None;
    let mut space = false;
    for letter in source.chars() {
        if quote.is_none() && letter.is_whitespace() {
            space = true;
            continue;
        }
        if space && is_word(letter) && out.ends_with(is_word) {
            out.push(' ');
        }
        space = false;
        match quote {
            None if matches!(letter, '\'' | '"') => quote = Some(letter),
            Some(open) if open == letter => quote = None,
            _ => {}
        }
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_spaces_that_mean_nothing_are_dropped() {
        assert_eq!(without_spaces("a.b  > 1"), without_spaces("a.b>1"));
        assert_eq!(without_spaces("not  a.b and c"), "not a.b and c");
        assert_eq!(without_spaces("'x  y' in a.b"), "'x  y'in a.b");
        assert_ne!(without_spaces("'x y' in a.b"), without_spaces("'x  y' in a.b"));
    }
}
