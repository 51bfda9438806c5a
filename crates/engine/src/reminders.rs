//! Reminding those who have not handed in, with a look beforehand at who gets a letter.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use store::assessments::{self, AssessmentFilter, AssessmentOrder};
use store::{
    About, Assessment, AssessmentId, NewEvent, OrganisationId, Person, PersonId, Role, RoundId,
    Transaction,
};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::identity::links::{Invitation, issue};
use crate::identity::{Actor, Letter, Limits, Secret, letters};
use crate::kept::KeptProgramme;
use crate::rights::{self, OpenAssessment, OpenRound};
use crate::writer::Change;

/// For how long nobody is reminded again.
pub const PAUSE: TimeDelta = TimeDelta::days(3);

/// How many assessments are read at once.
const CHUNK: usize = 200;

/// Somebody who takes part for a company, or is invited to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Participant {
    /// Somebody who takes part.
    Person(Person),
    /// Somebody who is invited and has not come yet: the address.
    Invited(String),
}

impl Participant {
    /// The address.
    pub fn email(&self) -> &str {
        match self {
            Self::Person(it) => &it.email,
            Self::Invited(email) => email,
        }
    }

    /// What they are called, if that is known.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Person(it) => Some(it.name.as_str()).filter(|it| !it.is_empty()),
            Self::Invited(_) => None,
        }
    }
}

/// Those who take part in an assessment, and those who are invited, for who runs the round.
pub async fn participants(
    engine: &Engine,
    open: &OpenAssessment,
) -> Result<Vec<Participant>, EngineError> {
    open.require_running()?;
    of_company(engine, open.assessment.organisation, open.assessment.round).await
}

/// Those of a company who take part in a round, or are invited to.
pub(crate) async fn of_company(
    engine: &Engine,
    organisation: OrganisationId,
    round: RoundId,
) -> Result<Vec<Participant>, EngineError> {
    let members = store::memberships::of_organisation(&engine.db, organisation).await?;
    let people = members.into_iter().map(|(_, it)| it).filter(Person::is_active);
    let mut all: Vec<Participant> = people.map(Participant::Person).collect();
    let mut known: BTreeSet<String> = all.iter().map(|it| it.email().to_owned()).collect();
    // Those whose time is over count too: whoever has not come is still invited.
    let invited = store::links::invitations(&engine.db, organisation, DateTime::UNIX_EPOCH).await?;
    for link in invited.into_iter().filter(|it| it.round == Some(round)) {
        if known.insert(link.email.clone()) {
            all.push(Participant::Invited(link.email));
        }
    }
    Ok(all)
}

/// A letter that is about to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Reminder {
    /// The assessment that is not handed in.
    pub assessment: Assessment,
    /// Whom the letter goes to.
    pub to: Participant,
}

/// Why nobody is reminded of an assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// It is handed in, or over.
    Submitted,
    /// Nobody can answer it for now.
    Locked,
    /// There was a letter a short time ago.
    Recently,
    /// There is nobody to write to.
    Nobody,
}

/// Who would be reminded of what.
#[derive(Debug)]
pub struct Reminders {
    /// The round.
    pub open: OpenRound,
    /// The letters.
    pub letters: Vec<Reminder>,
    /// The assessments nobody is reminded of.
    pub passed: Vec<LeftOut>,
}

/// An assessment that nobody is reminded of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The assessment.
    pub assessment: AssessmentId,
    /// What is assessed.
    pub subject: String,
    /// Why.
    pub why: Passed,
}

/// Who would be reminded: of the assessments `chosen`, or of all that are not handed in; at
/// most as many as can be invited at once.
pub async fn preview(
    engine: &Engine,
    actor: &Actor,
    round: RoundId,
    chosen: &[AssessmentId],
    now: DateTime<Utc>,
) -> Result<Reminders, EngineError> {
    let open = rights::round(engine, actor, round).await?;
    let ids = match chosen {
        [] => {
            let (all, order) = (AssessmentFilter::default(), AssessmentOrder::default());
            assessments::ids(&engine.db, round, &all, order).await?
        }
        chosen => chosen.to_vec(),
    };
    let mut reminders = Reminders { open, letters: Vec::new(), passed: Vec::new() };
    for some in ids.chunks(CHUNK) {
        let found = assessments::get_many(&engine.db, some).await?;
        if !chosen.is_empty() && found.len() < some.len() {
            return Err(EngineError::NotFound { what: "assessment" });
        }
        for it in found {
            if it.round != round {
                return Err(EngineError::NotFound { what: "assessment" });
            }
            if reminders.letters.len() < engine.limits.invitations {
                reminders.look(engine, it, !chosen.is_empty(), now).await?;
            }
        }
    }
    Ok(reminders)
}

impl Reminders {
    async fn look(
        &mut self,
        engine: &Engine,
        it: Assessment,
        is_chosen: bool,
        now: DateTime<Utc>,
    ) -> Result<(), EngineError> {
        let people = match why_not(&self.open.programme, &it, now) {
            // Of all, those who are done need not be named.
            Some(Passed::Submitted) if !is_chosen => return Ok(()),
            Some(why) => {
                let subject = it.subject.name;
                self.passed.push(LeftOut { assessment: it.id, subject, why });
                return Ok(());
            }
            None => of_company(engine, it.organisation, it.round).await?,
        };
        let come = people.iter().any(|it| matches!(it, Participant::Person(_)));
        let mut people: Vec<Participant> =
            people.into_iter().filter(|it| !come || matches!(it, Participant::Person(_))).collect();
        if people.is_empty() {
            let (subject, why) = (it.subject.name.clone(), Passed::Nobody);
            self.passed.push(LeftOut { assessment: it.id, subject, why });
        }
        let letters = people.drain(..).map(|to| Reminder { assessment: it.clone(), to });
        self.letters.extend(letters);
        Ok(())
    }
}

/// Why nobody is reminded of an assessment of this programme, as far as it shows without its
/// people.
pub fn why_not(programme: &KeptProgramme, it: &Assessment, now: DateTime<Utc>) -> Option<Passed> {
    let stage = programme.document().stage(&it.stage);
    if it.submitted_at.is_some() || stage.is_none_or(|it| it.is_final) {
        return Some(Passed::Submitted);
    }
    if it.locked_at.is_some() {
        return Some(Passed::Locked);
    }
    it.reminded_at.is_some_and(|it| it + PAUSE > now).then_some(Passed::Recently)
}

/// Writes the letter that reminds somebody; there is a secret for who is invited and has not
/// come yet.
pub type Write = Arc<dyn Fn(&Reminder, Option<&Secret>) -> Letter + Send + Sync>;

/// Sends the letters that were looked at; how many.
pub async fn send(
    engine: &Engine,
    actor: &Actor,
    reminders: Reminders,
    write: Write,
    now: DateTime<Utc>,
) -> Result<usize, EngineError> {
    let open = rights::round(engine, actor, reminders.open.round.id).await?;
    let letters = reminders.letters;
    let count = letters.len();
    let by = actor.person_id();
    let limits = engine.identity.clone();
    engine.writer.make(Remind { round: open.round.id, by, letters, write, limits, now }).await?;
    Ok(count)
}

struct Remind {
    round: RoundId,
    by: Option<PersonId>,
    letters: Vec<Reminder>,
    write: Write,
    limits: Limits,
    now: DateTime<Utc>,
}

impl Change for Remind {
    type Done = ();

    async fn make(&self, tx: &Transaction, history: &mut Vec<NewEvent>) -> Result<(), EngineError> {
        let mut reminded: Vec<AssessmentId> = Vec::new();
        for it in &self.letters {
            let own = it.assessment.organisation;
            match &it.to {
                Participant::Person(_) => {
                    letters::post(tx, (self.write)(it, None), self.now).await?;
                }
                Participant::Invited(email) => {
                    let invitation = Invitation {
                        email: email.clone(),
                        organisation: own,
                        role: Role::Member,
                        round: Some(self.round),
                        assessment: Some(it.assessment.id),
                    };
                    let write = |_: &_, secret: &Secret| (self.write)(it, Some(secret));
                    issue(tx, self.by, &invitation, write, &self.limits, self.now).await?;
                }
            }
            if reminded.last() != Some(&it.assessment.id) {
                reminded.push(it.assessment.id);
                history.push(self.event(&it.assessment));
            }
        }
        Ok(assessments::set_reminded(tx, &reminded, self.now).await?)
    }
}

impl Remind {
    fn event(&self, it: &Assessment) -> NewEvent {
        let to = self.letters.iter().filter(|other| other.assessment.id == it.id);
        NewEvent {
            at: self.now,
            action: "reminded".to_owned(),
            person: self.by,
            about: About {
                organisation: Some(it.organisation),
                round: Some(self.round),
                assessment: Some(it.id),
                ..About::default()
            },
            before: None,
            after: Some(to.count().to_string()),
        }
    }
}
