//! The history: of an assessment for those who see it, of everything for administrators.

use chrono::{DateTime, Utc};
use store::{AssessmentId, Broken, Event, EventFilter};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::identity::{Actor, Scope};
use crate::rights;

/// At most `limit` events of an assessment before the one with the number `below`, newest first.
pub async fn of_assessment(
    engine: &Engine,
    actor: &Actor,
    id: AssessmentId,
    place: Option<&str>,
    below: Option<u64>,
    limit: u64,
) -> Result<Vec<Event>, EngineError> {
    rights::assessment(engine, actor, id).await?;
    let filter = EventFilter {
        assessment: Some(id),
        place: place.map(str::to_owned),
        below,
        ..EventFilter::default()
    };
    Ok(store::events::list(&engine.db, &filter, limit).await?)
}

/// Events for the audit log, newest first: all of them for an administrator, those of the rounds
/// they run for a secretariat. What was answered is left out for an administrator.
pub async fn audit(
    engine: &Engine,
    actor: &Actor,
    filter: EventFilter,
    limit: u64,
) -> Result<Vec<Event>, EngineError> {
    actor.require(Scope::Read)?;
    events(engine, actor, filter, limit).await
}

/// The same for taking them away.
pub async fn exported(
    engine: &Engine,
    actor: &Actor,
    filter: EventFilter,
    limit: u64,
) -> Result<Vec<Event>, EngineError> {
    actor.require(Scope::Export)?;
    events(engine, actor, filter, limit).await
}

async fn events(
    engine: &Engine,
    actor: &Actor,
    mut filter: EventFilter,
    limit: u64,
) -> Result<Vec<Event>, EngineError> {
    let clusters = actor.clusters();
    if clusters.is_empty() && !actor.is_administrator() {
        return Err(EngineError::Forbidden { who: "the secretariat and administrators" });
    }
    let rounds = store::rounds::list(&engine.db, &clusters).await?;
    let own: Vec<_> = rounds.into_iter().map(|it| it.id).collect();
    if !actor.is_administrator() {
        filter.within = Some((clusters, own.clone()));
    }
    let mut events = store::events::list(&engine.db, &filter, limit).await?;
    for it in &mut events {
        let answers = it.what.about.sheet.is_some();
        let runs = it.what.about.round.is_some_and(|it| own.contains(&it));
        if answers && !runs {
            (it.what.before, it.what.after) = (None, None);
        }
    }
    Ok(events)
}

/// Works every hash of the history out again; how many events there are, or the first that is
/// wrong.
pub async fn verify(engine: &Engine, actor: &Actor) -> Result<Result<u64, Broken>, EngineError> {
    actor.require(Scope::Read)?;
    actor.require_administrator()?;
    Ok(crate::audit::verify(&engine.db).await?)
}

/// The first and the last moment of a day.
pub fn day_bounds(day: chrono::NaiveDate) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let begins = day.and_hms_opt(0, 0, 0)?.and_utc();
    let ends = day.succ_opt()?.and_hms_opt(0, 0, 0)?.and_utc();
    Some((begins, ends))
}
