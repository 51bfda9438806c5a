//! Requests that are sent again because their answer was lost: done once, answered alike.
//!
//! A request is noted before it is done and its answer afterwards, each in a transaction of its
//! own. So a request with a key is done at most once: where the program ended in between, what
//! came of it is not known, and sending it again says so. Saving answers
//! ([`sheets::save`](crate::sheets::save)) does better: there both last together.

use chrono::{DateTime, Utc};
use store::Request;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::identity::Actor;

/// A request with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyed {
    /// The key.
    pub key: String,
    /// What is asked for.
    pub operation: String,
    /// SHA-256 of what comes with it.
    pub body_hash: String,
}

/// What is known of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// It is new, and now noted.
    New,
    /// It is being done, or the program ended while it was.
    Unfinished,
    /// It was answered with this.
    Answered(String),
}

/// Notes a request that is about to be done, unless it was before.
pub async fn begin(
    engine: &Engine,
    actor: &Actor,
    it: &Keyed,
    now: DateTime<Utc>,
) -> Result<Known, EngineError> {
    let request = Request {
        person: actor.person.id,
        key: it.key.clone(),
        operation: it.operation.clone(),
        body_hash: it.body_hash.clone(),
        answer: String::new(),
        created_at: now,
    };
    let work = engine.writer.run(request, |it, tx, _| {
        Box::pin(async move {
            let Some(found) = store::requests::find(tx, it.person, &it.key).await? else {
                store::requests::insert(tx, it).await?;
                return Ok(Ok(Known::New));
            };
            // Told without an error, which would end the changes beside this one.
            Ok(if found.operation != it.operation || found.body_hash != it.body_hash {
                Err(EngineError::KeyReused)
            } else if found.answer.is_empty() {
                Ok(Known::Unfinished)
            } else {
                Ok(Known::Answered(found.answer))
            })
        })
    });
    work.await?
}

/// Notes what a request was answered with.
pub async fn finish(
    engine: &Engine,
    actor: &Actor,
    it: &Keyed,
    answer: String,
) -> Result<(), EngineError> {
    let given = (actor.person.id, it.key.clone(), answer);
    let work = engine.writer.run(given, |(person, key, answer), tx, _| {
        Box::pin(async move { Ok(store::requests::set_answer(tx, *person, key, answer).await?) })
    });
    work.await
}

/// Forgets a request that was refused, so that it can be sent again.
pub async fn give_up(engine: &Engine, actor: &Actor, it: &Keyed) -> Result<(), EngineError> {
    let work = engine.writer.run((actor.person.id, it.key.clone()), |(person, key), tx, _| {
        Box::pin(async move { Ok(store::requests::remove(tx, *person, key).await?) })
    });
    work.await
}
