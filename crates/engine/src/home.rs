//! What waits for a person, and what is finished.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use store::{Assessment, Organisation, OrganisationId, Round, RoundId};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::flow;
use crate::identity::Actor;
use crate::kept::{KeptForm, KeptProgramme};

/// An assessment in a list, with where it belongs.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The assessment.
    pub assessment: Assessment,
    /// The round it is in.
    pub round: Round,
    /// The programme.
    pub programme: Arc<KeptProgramme>,
    /// Whose it is.
    pub organisation: Organisation,
    /// The form of the first stage.
    pub form: Option<Arc<KeptForm>>,
    /// The day by which something is due.
    pub due: Option<NaiveDate>,
    /// Whether it is the person's turn to answer.
    pub is_theirs: bool,
}

/// The assessments of the person's companies, and those in which they have a part, newest first.
pub async fn assessments(engine: &Engine, actor: &Actor) -> Result<Vec<Listed>, EngineError> {
    let db = &engine.db;
    let own = actor.companies();
    let mut all = store::assessments::of_organisations(db, &own).await?;
    for it in store::assessments::of_person(db, actor.person.id).await? {
        if !all.iter().any(|other| other.id == it.id) {
            all.push(it);
        }
    }
    all.sort_by_key(|it| std::cmp::Reverse(it.id));
    let mut rounds: BTreeMap<RoundId, Known> = BTreeMap::new();
    let mut organisations: BTreeMap<OrganisationId, Organisation> = BTreeMap::new();
    let mut listed = Vec::new();
    for assessment in all {
        if let Entry::Vacant(place) = rounds.entry(assessment.round) {
            let round = store::rounds::get(db, assessment.round).await?;
            place.insert(known(engine, round).await?);
        }
        if let Entry::Vacant(place) = organisations.entry(assessment.organisation) {
            place.insert(store::organisations::get(db, assessment.organisation).await?);
        }
        let (round, programme, form) = &rounds[&assessment.round];
        let organisation = organisations[&assessment.organisation].clone();
        let respondent = programme.document().stages.first().and_then(|it| it.by.as_ref());
        let by = programme.document().stage(&assessment.stage).and_then(|it| it.by.as_ref());
        let mut roles = store::assessments::roles(db, assessment.id, actor.person.id).await?;
        if own.contains(&assessment.organisation) {
            roles.extend(respondent.cloned());
        }
        listed.push(Listed {
            due: flow::due_of(&assessment, round, programme),
            is_theirs: by.is_some_and(|it| roles.contains(it)),
            programme: Arc::clone(programme),
            form: form.clone(),
            round: round.clone(),
            organisation,
            assessment,
        });
    }
    Ok(listed)
}

/// A round, its programme, and the form of its first stage.
type Known = (Round, Arc<KeptProgramme>, Option<Arc<KeptForm>>);

async fn known(engine: &Engine, round: Round) -> Result<Known, EngineError> {
    let programme = engine.kept.programme(&engine.db, &round.programme_hash).await?;
    let forms = store::rounds::forms(&engine.db, round.id).await?;
    let hash = programme.programme.first().form.as_ref().and_then(|it| forms.get(it));
    let form = match hash {
        Some(hash) => Some(engine.kept.form(&engine.db, hash).await?),
        None => None,
    };
    Ok((round, programme, form))
}

/// How near a day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nearness {
    /// More than two weeks.
    Later,
    /// Two weeks or less.
    Soon,
    /// It is over.
    Overdue,
}

/// How near `day` is at `now`.
pub fn nearness(day: NaiveDate, now: DateTime<Utc>) -> Nearness {
    match (day - crate::engine::day(now)).num_days() {
        ..0 => Nearness::Overdue,
        0..=14 => Nearness::Soon,
        _ => Nearness::Later,
    }
}
