//! Who may do what in a round and in an assessment: decided here and nowhere else.
//!
//! What a person may not see is not there for them.

use std::sync::Arc;

use model::programme::Stage;
use store::assessments::Opened;
use store::organisations::Organisation;
use store::{About, Assessment, AssessmentId, Round, RoundId, Sheet};

use crate::engine::Engine;
use crate::error::{Closed, EngineError};
use crate::identity::Actor;
use crate::kept::KeptProgramme;

/// A round that a person runs.
#[derive(Debug)]
pub struct OpenRound {
    /// The round.
    pub round: Round,
    /// The programme that it runs.
    pub programme: Arc<KeptProgramme>,
}

/// An assessment that a person may see, and what they are in it.
#[derive(Clone, Debug)]
pub struct OpenAssessment {
    /// The assessment.
    pub assessment: Assessment,
    /// The round it is in.
    pub round: Round,
    /// The programme that the round runs.
    pub programme: Arc<KeptProgramme>,
    /// Whose it is.
    pub organisation: Organisation,
    /// What the person is in it.
    pub standing: Standing,
}

/// What a person is in an assessment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The roles of the programme that the person has.
    pub roles: Vec<String>,
    /// Whether the assessment belongs to an organisation of theirs.
    pub own: bool,
    /// Whether an organisation of theirs runs the round.
    pub runs: bool,
}

impl Standing {
    /// Whether the person may see the assessment at all.
    pub fn sees(&self) -> bool {
        self.own || self.runs || !self.roles.is_empty()
    }
}

/// The round with `id`, for somebody who runs it.
pub async fn round(engine: &Engine, actor: &Actor, id: RoundId) -> Result<OpenRound, EngineError> {
    let round = store::rounds::find(&engine.db, id)
        .await?
        .filter(|it| actor.is_secretariat_of(it.organisation))
        .ok_or(EngineError::NotFound { what: "round" })?;
    let programme = engine.kept.programme(&engine.db, &round.programme_hash).await?;
    Ok(OpenRound { round, programme })
}

/// The assessment with `id`, for somebody who may see it.
pub async fn assessment(
    engine: &Engine,
    actor: &Actor,
    id: AssessmentId,
) -> Result<OpenAssessment, EngineError> {
    Ok(assessment_and_sheet(engine, actor, id).await?.0)
}

/// The assessment with `id`, for somebody who may see it, and the sheet of the stage it stands
/// at, if it is begun.
pub async fn assessment_and_sheet(
    engine: &Engine,
    actor: &Actor,
    id: AssessmentId,
) -> Result<(OpenAssessment, Option<Sheet>), EngineError> {
    const MISSING: EngineError = EngineError::NotFound { what: "assessment" };
    let db = &engine.db;
    let found = store::assessments::opened(db, id, actor.person.id).await?.ok_or(MISSING)?;
    let Opened { assessment, round, organisation, mut roles, sheet } = found;
    let programme = engine.kept.programme(db, &round.programme_hash).await?;
    let own = actor.is_member_of(assessment.organisation);
    let runs = actor.is_secretariat_of(round.organisation);
    let document = programme.document();
    if own {
        roles.extend(document.stages.first().and_then(|it| it.by.clone()));
    }
    if runs {
        roles.extend(document.roles.iter().map(|it| it.id.clone()).filter(|it| it == SECRETARIAT));
    }
    roles.sort();
    roles.dedup();
    let standing = Standing { roles, own, runs };
    if !standing.sees() {
        return Err(MISSING);
    }
    Ok((OpenAssessment { assessment, round, programme, organisation, standing }, sheet))
}

/// The role that those who run a round have in its programme, where it has such a role.
pub const SECRETARIAT: &str = "secretariat";

impl OpenAssessment {
    /// What an event of this assessment is about.
    pub(crate) fn about(&self) -> About {
        About {
            organisation: Some(self.assessment.organisation),
            round: Some(self.assessment.round),
            assessment: Some(self.assessment.id),
            ..About::default()
        }
    }

    /// The stage it stands at.
    pub fn stage(&self) -> Result<&Stage, EngineError> {
        let id = &self.assessment.stage;
        self.programme.document().stage(id).ok_or_else(|| EngineError::Stored {
            what: format!("assessment {}", self.assessment.id),
            reason: format!("its programme has no stage `{id}`"),
        })
    }

    /// Whether the person has the role that answers at the stage in hand.
    pub fn answers(&self) -> bool {
        let by = self.stage().ok().filter(|it| it.asks()).and_then(|it| it.by.as_ref());
        by.is_some_and(|it| self.standing.roles.contains(it))
    }

    /// Why nobody may change it or take it on for now: it is locked, or the round was closed.
    pub fn closed(&self) -> Option<Closed> {
        match (self.assessment.locked_at, self.round.closed_at) {
            (Some(_), _) => Some(Closed::Locked),
            (None, Some(_)) => Some(Closed::Round),
            (None, None) => None,
        }
    }

    /// Refuses somebody who does not answer here, and anybody while it is closed or over.
    pub fn require_answering(&self) -> Result<&Stage, EngineError> {
        let stage = self.stage()?;
        if let Some(why) = self.closed() {
            return Err(EngineError::Closed { why });
        }
        if stage.is_final {
            return Err(EngineError::Closed { why: Closed::Over });
        }
        if self.answers() {
            return Ok(stage);
        }
        if self.standing.own {
            return Err(EngineError::Closed { why: Closed::Submitted });
        }
        Err(EngineError::Forbidden { who: "those who answer" })
    }

    /// Refuses somebody who does not run the round.
    pub fn require_running(&self) -> Result<(), EngineError> {
        match self.standing.runs {
            true => Ok(()),
            false => Err(EngineError::Forbidden { who: "the secretariat" }),
        }
    }
}
