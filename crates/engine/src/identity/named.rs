//! Names for what a history is about.

use std::collections::{BTreeMap, BTreeSet};

use store::{AssessmentId, Event, OrganisationId, PersonId, RoundId};

use super::actor::Actor;
use crate::engine::Engine;
use crate::error::EngineError;

/// What those are called that events are about.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// People who still have a name or an address.
    pub people: BTreeMap<PersonId, String>,
    /// Organisations.
    pub organisations: BTreeMap<OrganisationId, String>,
    /// Rounds.
    pub rounds: BTreeMap<RoundId, String>,
    /// Assessments, by what is assessed.
    pub assessments: BTreeMap<AssessmentId, NamedAssessment>,
}

/// An assessment that an event is about.
#[derive(Clone, Debug)]
pub struct NamedAssessment {
    /// What is assessed.
    pub title: String,
    /// Whether the actor may look at it.
    pub seen: bool,
}

/// What those are called that `events`, which the actor may see, are about.
pub async fn names(engine: &Engine, actor: &Actor, events: &[Event]) -> Result<Names, EngineError> {
    let db = &engine.db;
    let (mut people, mut organisations) = (BTreeSet::new(), BTreeSet::new());
    let (mut rounds, mut assessments) = (BTreeSet::new(), BTreeSet::new());
    for it in events {
        let about = &it.what.about;
        people.extend(it.what.person);
        people.extend(about.place.parse::<PersonId>().ok());
        organisations.extend(about.organisation);
        rounds.extend(about.round);
        assessments.extend(about.assessment);
    }
    let mut names = Names::default();
    let people: Vec<_> = people.into_iter().collect();
    for it in store::people::get_many(db, &people).await? {
        let name = if it.name.is_empty() { it.email } else { it.name };
        names.people.extend((!name.is_empty()).then_some((it.id, name)));
    }
    let organisations: Vec<_> = organisations.into_iter().collect();
    for it in store::organisations::get_many(db, &organisations).await? {
        names.organisations.insert(it.id, it.name);
    }
    let mut run = BTreeSet::new();
    for id in rounds {
        if let Some(it) = store::rounds::find(db, id).await? {
            run.extend(actor.is_secretariat_of(it.organisation).then_some(id));
            names.rounds.insert(id, it.title);
        }
    }
    for id in assessments {
        if let Some(it) = store::assessments::find(db, id).await? {
            let seen = actor.is_member_of(it.organisation) || run.contains(&it.round);
            names.assessments.insert(id, NamedAssessment { title: it.subject.name, seen });
        }
    }
    Ok(names)
}
