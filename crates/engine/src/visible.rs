//! All assessments that a person may see, a page at a time.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use chrono::NaiveDate;
use store::assessments::Visible;
use store::{Assessment, AssessmentId, Organisation, Round, RoundId, Rows};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::flow;
use crate::identity::Actor;
use crate::kept::KeptProgramme;

/// An assessment with where it belongs.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The assessment.
    pub assessment: Assessment,
    /// The round it is in.
    pub round: Round,
    /// The programme that the round runs.
    pub programme: Arc<KeptProgramme>,
    /// Whose it is.
    pub organisation: Organisation,
    /// The day by which something is due.
    pub due: Option<NaiveDate>,
}

/// Which of them are wanted; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// In this round.
    pub round: Option<RoundId>,
    /// At this stage.
    pub stage: Option<String>,
}

/// At most `limit` assessments that the actor may see, from behind `after`, newest first.
pub async fn assessments(
    engine: &Engine,
    actor: &Actor,
    wanted: Wanted,
    after: Option<AssessmentId>,
    limit: u64,
) -> Result<Rows<Seen, AssessmentId>, EngineError> {
    let db = &engine.db;
    let runs = store::rounds::list(db, &actor.clusters()).await?;
    let which = Visible {
        organisations: actor.memberships.iter().map(|it| it.organisation.id).collect(),
        rounds: runs.iter().map(|it| it.id).collect(),
        person: actor.person.id,
        round: wanted.round,
        stage: wanted.stage,
    };
    let found = store::assessments::visible(db, &which, after, limit).await?;
    let mut own: Vec<_> = found.rows.iter().map(|it| it.organisation).collect();
    own.sort();
    own.dedup();
    let organisations = store::organisations::get_many(db, &own).await?;
    let mut rounds: BTreeMap<RoundId, (Round, Arc<KeptProgramme>)> = BTreeMap::new();
    let mut rows = Vec::new();
    for assessment in found.rows {
        if let Entry::Vacant(place) = rounds.entry(assessment.round) {
            let round = store::rounds::get(db, assessment.round).await?;
            let programme = engine.kept.programme(db, &round.programme_hash).await?;
            place.insert((round, programme));
        }
        let (round, programme) = &rounds[&assessment.round];
        let organisation = organisations.iter().find(|it| it.id == assessment.organisation);
        let organisation = organisation.cloned();
        rows.push(Seen {
            due: flow::due_of(&assessment, round, programme),
            organisation: organisation.ok_or(EngineError::NotFound { what: "organisation" })?,
            round: round.clone(),
            programme: Arc::clone(programme),
            assessment,
        });
    }
    Ok(Rows { rows, next: found.next })
}
