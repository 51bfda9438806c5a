//! What is forgotten when its time is over.

use chrono::{DateTime, TimeDelta, Utc};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::identity;

/// How long a request that was answered is remembered, so that one sent again is known.
const REQUESTS: TimeDelta = TimeDelta::days(7);

/// Forgets sessions, links, tries and messages that are over, and requests answered long ago.
pub async fn run(engine: &Engine, now: DateTime<Utc>) -> Result<(), EngineError> {
    identity::forget(&engine.db, &engine.identity, now).await?;
    store::requests::forget(&engine.db, now - REQUESTS).await?;
    Ok(())
}
