//! Keeps results and finds them again.

use chrono::{DateTime, Utc};
use forms::canonical;
use forms::prepare::PreparedForm;
use model::{Response, Scorecard};
use store::{Db, Saved, ScorecardId, StoredResult};

use crate::error::EngineError;
use crate::publish;

/// A stored result with all it was made from.
#[derive(Debug)]
pub struct KeptResult {
    /// The form as it was.
    pub form: PreparedForm,
    /// The response.
    pub response: Response,
    /// The scorecard as it was made.
    pub scorecard: Scorecard,
}

/// Scores `response`, which must fit `form`, and keeps form, response and scorecard together
/// or not at all. Saving the same again changes nothing.
pub async fn save(
    db: &Db,
    form: &PreparedForm,
    response: &Response,
    now: DateTime<Utc>,
) -> Result<Saved, EngineError> {
    let scorecard = scoring::score(form, response, None);
    let transaction = db.begin().await?;
    publish::keep(&transaction, form, now).await?;
    let saved = store::scorecards::save(&transaction, &stored(response, &scorecard, now)).await?;
    transaction.commit().await?;
    Ok(saved)
}

/// A response and its scorecard as they are stored: canonical JSON.
pub(crate) fn stored(
    response: &Response,
    scorecard: &Scorecard,
    now: DateTime<Utc>,
) -> StoredResult {
    StoredResult::new(
        response,
        canonical::to_string(response),
        scorecard,
        canonical::to_string(scorecard),
        now,
    )
}

/// The result with this id.
pub async fn get(db: &Db, id: ScorecardId) -> Result<KeptResult, EngineError> {
    let stored = store::scorecards::get(db, id).await?;
    let response = store::responses::get(db, &stored.row.response_hash).await?;
    let form = publish::kept(db, &stored.row.form_hash).await?;
    Ok(KeptResult {
        form,
        response: read(&response.document, "response", &response.hash)?,
        scorecard: read(&stored.document, "scorecard", &id.to_string())?,
    })
}

/// Reads a stored document.
pub(crate) fn read<T: serde::de::DeserializeOwned>(
    document: &str,
    what: &str,
    id: &str,
) -> Result<T, EngineError> {
    serde_json::from_str(document)
        .map_err(|it| EngineError::Stored { what: format!("{what} {id}"), reason: it.to_string() })
}
