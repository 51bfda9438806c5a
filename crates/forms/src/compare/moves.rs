//! Which questions moved, and expressions that follow them.

use model::form::{Form, Kind, Question};
use serde_json::Value;

/// The places of questions that moved, as they were and as they are.
#[derive(Debug, Default)]
pub(super) struct Moves(Vec<(String, String)>);

impl Moves {
    /// Questions that are gone from one place and new in another: of the same kind, with the
    /// same name or title, and no other like them.
    pub(super) fn between(before: &Form, after: &Form) -> Self {
        let gone: Vec<&Question> = lost(before, after);
        let new: Vec<&Question> = lost(after, before);
        let mut moves = Vec::new();
        for old in &gone {
            let alike: Vec<_> = new.iter().filter(|it| is_alike(old, it)).collect();
            let [only] = alike[..] else { continue };
            if gone.iter().filter(|it| is_alike(it, only)).count() == 1 {
                moves.push((old.path.clone(), only.path.clone()));
            }
        }
        Self(moves)
    }

    /// Where the question at `path` stands now.
    pub(super) fn now<'p>(&'p self, path: &'p str) -> &'p str {
        self.0.iter().find(|(old, _)| old == path).map_or(path, |(_, new)| new)
    }

    /// Where the question at `path` stood before, if it moved there.
    pub(super) fn from(&self, path: &str) -> Option<&str> {
        self.0.iter().find(|(_, new)| new == path).map(|(old, _)| old.as_str())
    }

    /// `value` with the places of moved questions as they are now.
    pub(super) fn follow(&self, value: &Value) -> Value {
        if self.0.is_empty() {
            return value.clone();
        }
        match value {
            Value::String(text) => Value::String(self.renamed(text)),
            Value::Array(items) => items.iter().map(|it| self.follow(it)).collect(),
            Value::Object(fields) => {
                fields.iter().map(|(key, it)| (key.clone(), self.follow(it))).collect()
            }
            other => other.clone(),
        }
    }

    fn renamed(&self, text: &str) -> String {
        let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '.';
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(is_name) {
            out.push_str(&rest[..start]);
            let end = rest[start..].find(|it| !is_name(it)).map_or(rest.len(), |it| start + it);
            out.push_str(&self.renamed_path(&rest[start..end]));
            rest = &rest[end..];
        }
        out + rest
    }

    fn renamed_path(&self, path: &str) -> String {
        let moved = self.0.iter().find_map(|(old, new)| {
            let below = path.strip_prefix(old.as_str())?;
            (below.is_empty() || below.starts_with('.')).then(|| format!("{new}{below}"))
        });
        moved.unwrap_or_else(|| path.to_owned())
    }
}

/// The questions of `form` whose places `other` does not have.
fn lost<'f>(form: &'f Form, other: &Form) -> Vec<&'f Question> {
    form.questions().map(|(_, it)| it).filter(|it| other.question(&it.path).is_none()).collect()
}

fn is_alike(a: &Question, b: &Question) -> bool {
    let name = |it: &Question| it.path.rsplit('.').next().map(str::to_owned);
    let same_kind = std::mem::discriminant::<Kind>(&a.kind) == std::mem::discriminant(&b.kind);
    same_kind && (name(a) == name(b) || a.title == b.title)
}

/// The entries of `after` that stand in another order than in `before`: all but a longest run
/// that kept its order.
pub(super) fn displaced<T: PartialEq>(before: &[T], after: &[T]) -> Vec<usize> {
    let places: Vec<(usize, usize)> = after
        .iter()
        .enumerate()
        .filter_map(|(at, it)| Some((at, before.iter().position(|other| other == it)?)))
        .collect();
    // For each entry the length of the longest run that ends with it, and the one before.
    let mut runs: Vec<(usize, Option<usize>)> = Vec::new();
    for (i, (_, place)) in places.iter().enumerate() {
        let best = (0..i).filter(|j| places[*j].1 < *place).max_by_key(|j| runs[*j].0);
        runs.push((best.map_or(1, |it| runs[it].0 + 1), best));
    }
    let mut kept = vec![false; places.len()];
    let mut at = (0..runs.len()).rev().max_by_key(|it| runs[*it].0);
    while let Some(i) = at {
        kept[i] = true;
        at = runs[i].1;
    }
    places.iter().zip(kept).filter(|(_, kept)| !kept).map(|((at, _), _)| *at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moved_is_told_from_what_made_room() {
        assert_eq!(displaced(&["a", "b", "c", "d"], &["d", "a", "b", "c"]), [0]);
        assert_eq!(displaced(&["a", "b", "c"], &["a", "x", "b", "c"]), [0; 0]);
        assert_eq!(displaced(&["a", "b", "c"], &["b", "a", "c"]).len(), 1);
        assert_eq!(displaced::<&str>(&[], &[]), [0; 0]);
    }

    #[test]
    fn expressions_follow_questions_that_moved() {
        let moves = Moves(vec![("a.b".to_owned(), "c.b".to_owned())]);
        let followed = |text: &str| moves.follow(&Value::from(text));
        assert_eq!(followed("a.b > 1 and a.bc"), "c.b > 1 and a.bc");
        assert_eq!(followed("answered('a.b') or xa.b"), "answered('c.b') or xa.b");
        assert_eq!(followed("sum(a.b.rows, 'a')"), "sum(c.b.rows, 'a')");
    }
}
