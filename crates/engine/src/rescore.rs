//! Repeats stored results and names every difference.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;

use forms::Reading;
use forms::prepare::PreparedForm;
use futures::TryStreamExt;
use model::{Response, Scorecard};
use serde_json::{Value, json};
use store::{Db, Filter, ScorecardId, ScorecardRow, StoredResult, StoredScorecard};

use crate::error::EngineError;
use crate::{publish, results};

/// A result that came out otherwise than it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The stored result.
    pub id: ScorecardId,
    /// The version of the engine that made it.
    pub engine: String,
    /// Each place in the body that differs, with both values.
    pub differences: Vec<String>,
}

/// How many results were repeated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repeated {
    /// All of them.
    pub all: u64,
    /// Those that came out otherwise.
    pub changed: u64,
}

/// Repeats every result that passes `filter`, one at a time, and tells of each that changed.
pub async fn rescore(
    db: &Db,
    filter: &Filter,
    mut changed: impl FnMut(Changed),
) -> Result<Repeated, EngineError> {
    let mut repeat = Repeat { db, forms: HashMap::new(), done: Repeated::default() };
    let mut stream = pin!(store::scorecards::stream(db, filter));
    while let Some(stored) = stream.try_next().await? {
        repeat.one(&stored, &mut changed).await?;
    }
    Ok(repeat.done)
}

/// Repeats the results with these ids.
pub async fn rescore_some(
    db: &Db,
    ids: &[ScorecardId],
    mut changed: impl FnMut(Changed),
) -> Result<Repeated, EngineError> {
    let mut repeat = Repeat { db, forms: HashMap::new(), done: Repeated::default() };
    for id in ids {
        let scorecard = store::scorecards::get(db, *id).await?;
        let response = store::responses::get(db, &scorecard.row.response_hash).await?;
        repeat.one(&StoredResult { response, scorecard }, &mut changed).await?;
    }
    Ok(repeat.done)
}

struct Repeat<'a> {
    db: &'a Db,
    forms: HashMap<String, Arc<PreparedForm>>,
    done: Repeated,
}

impl Repeat<'_> {
    async fn one(
        &mut self,
        stored: &StoredResult,
        changed: &mut impl FnMut(Changed),
    ) -> Result<(), EngineError> {
        let hash = &stored.scorecard.row.form_hash;
        let form = match self.forms.get(hash) {
            Some(form) => Arc::clone(form),
            None => {
                let form = Arc::new(publish::kept(self.db, hash).await?);
                self.forms.insert(hash.clone(), Arc::clone(&form));
                form
            }
        };
        self.done.all += 1;
        if let Some(it) = repeat(&form, stored)? {
            self.done.changed += 1;
            changed(it);
        }
        Ok(())
    }
}

/// Scores a stored response again; what differs, if anything does: in the body of the
/// scorecard, in the columns one lists by, or in the response itself.
pub fn repeat(form: &PreparedForm, stored: &StoredResult) -> Result<Option<Changed>, EngineError> {
    let row = &stored.scorecard.row;
    let response: Response =
        results::read(&stored.response.document, "response", &row.response_hash)?;
    let before: Scorecard =
        results::read(&stored.scorecard.document, "scorecard", &row.id.to_string())?;
    let mut now = scoring::score_reading(&Reading::new(form, &response), Some(&before.language));
    let mut differences = Vec::new();
    let made = StoredScorecard::new(&now, String::new(), row.created_at).row;
    now.provenance = before.provenance.clone();
    if before != now {
        differ("", &body(&before), &body(&now), &mut differences);
    }
    differ("/columns", &columns(row), &columns(&made), &mut differences);
    Ok((!differences.is_empty()).then(|| Changed {
        id: row.id,
        engine: row.engine.to_string(),
        differences,
    }))
}

fn body(card: &Scorecard) -> Value {
    serde_json::from_str(&scoring::body(card)).unwrap_or_default()
}

/// What stands beside the document, and what it was made from.
fn columns(row: &ScorecardRow) -> Value {
    json!({
        "form_hash": row.form_hash, "response_hash": row.response_hash, "form": row.form,
        "subject": row.subject, "date": row.date, "status": row.status, "band": row.band,
        "strict": row.strict, "answered": row.answered, "upper": row.upper,
        "completeness": row.completeness,
    })
}

/// Names each place in which two documents differ.
fn differ(pointer: &str, before: &Value, now: &Value, out: &mut Vec<String>) {
    match (before, now) {
        (Value::Object(a), Value::Object(b)) => {
            for (key, value) in a {
                let other = b.get(key).unwrap_or(&Value::Null);
                differ(&format!("{pointer}/{key}"), value, other, out);
            }
            for (key, value) in b.iter().filter(|(key, _)| !a.contains_key(*key)) {
                differ(&format!("{pointer}/{key}"), &Value::Null, value, out);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (i, (x, y)) in a.iter().zip(b).enumerate() {
                differ(&format!("{pointer}/{i}"), x, y, out);
            }
        }
        _ if before == now => {}
        _ => out.push(format!("{pointer}: {before} → {now}")),
    }
}
