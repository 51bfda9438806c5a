//! Inviting companies into a round, with a look beforehand at what will happen.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use model::response::Subject;
use store::{
    About, Assessment, AssessmentId, NewEvent, Organisation, OrganisationId, OrganisationKind,
    Progress, Role, RoundId, Transaction,
};
use workflow::Standing as Place;

use crate::engine::Engine;
use crate::error::{Closed, EngineError};
use crate::flow;
use crate::identity::links::{Invitation, issue};
use crate::identity::{Actor, Letter, Secret, email};
use crate::reminders;
use crate::rights::{self, OpenAssessment, OpenRound, Standing};
use crate::writer::Change;

/// Writes the letter that invites somebody of an organisation; the secret makes the link.
pub type InvitationLetter = Arc<dyn Fn(&Invited, &Secret) -> Letter + Send + Sync>;

/// Whom a letter of invitation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// The address it goes to.
    pub email: String,
    /// The organisation that is invited.
    pub organisation: String,
    /// The assessment that it is invited to.
    pub assessment: AssessmentId,
}

/// One line of a list of those who are to be invited, and what will come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub line: usize,
    /// The address, in lower case; as it was written where it is wrong.
    pub email: String,
    /// The organisation's name.
    pub organisation: String,
    /// Its number in a public register.
    pub number: Option<String>,
    /// What will come of it.
    pub fate: Fate,
}

/// What will come of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// An organisation that is not known yet gets an assessment.
    NewOrganisation,
    /// A known organisation gets an assessment.
    KnownOrganisation(OrganisationId),
    /// The organisation has an assessment in this round; one more person gets in.
    AlreadyIn(OrganisationId, AssessmentId),
    /// The same organisation stands further up: one more person gets in.
    SameAsLine(usize),
    /// It cannot be used.
    Wrong {
        /// Why, as a stable word.
        code: &'static str,
        /// Why, in words.
        message: String,
    },
}

/// Reads a list of those who are to be invited: one to a line, the address and the name of the
/// organisation, and its number if one likes, with a semicolon, a comma or a tab between.
pub async fn preview(
    engine: &Engine,
    actor: &Actor,
    round: RoundId,
    list: &str,
) -> Result<Vec<Line>, EngineError> {
    let open = rights::round(engine, actor, round).await?;
    let mut lines = read(list);
    if lines.is_empty() {
        return Err(EngineError::invalid("list", "missing", "write at least one address"));
    }
    if lines.len() > engine.limits.invitations {
        let message = format!("at most {} can be invited at once", engine.limits.invitations);
        return Err(EngineError::invalid("list", "too-many", message));
    }
    let known = known(engine, &open).await?;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for line in &mut lines {
        if line.fate != Fate::NewOrganisation {
            continue;
        }
        let key = line.organisation.to_lowercase();
        line.fate = match seen.get(&key) {
            Some(first) => Fate::SameAsLine(*first),
            None => fate(engine, round, &known, line).await?,
        };
        if !matches!(line.fate, Fate::Wrong { .. }) {
            seen.entry(key).or_insert(line.line);
        }
    }
    Ok(lines)
}

/// The organisations that the cluster has invited before, by name in lower case.
///
/// Only these are found by their name: otherwise a list could let a stranger into an
/// organisation that somebody else brought here.
async fn known(
    engine: &Engine,
    open: &OpenRound,
) -> Result<BTreeMap<String, Organisation>, EngineError> {
    let mut ids = Vec::new();
    for round in store::rounds::list(&engine.db, &[open.round.organisation]).await? {
        ids.extend(store::assessments::organisations(&engine.db, round.id).await?);
    }
    ids.sort();
    ids.dedup();
    let found = store::organisations::get_many(&engine.db, &ids).await?;
    Ok(found.into_iter().map(|it| (it.name.to_lowercase(), it)).collect())
}

async fn fate(
    engine: &Engine,
    round: RoundId,
    known: &BTreeMap<String, Organisation>,
    line: &Line,
) -> Result<Fate, EngineError> {
    let mut found = known.get(&line.organisation.to_lowercase()).map(|it| it.id);
    if found.is_none()
        && let Some(person) = store::people::find_by_email(&engine.db, &line.email).await?
    {
        let own = store::memberships::of_person(&engine.db, person.id).await?;
        let same = |it: &Organisation| it.name.to_lowercase() == line.organisation.to_lowercase();
        found = own.into_iter().map(|(_, it)| it).find(same).map(|it| it.id);
    }
    let Some(id) = found else {
        let number = line.number.as_deref();
        let taken = match number {
            Some(number) => store::organisations::find_by_number(&engine.db, number).await?,
            None => None,
        };
        return Ok(match taken {
            Some(_) => wrong("number-taken", "another organisation here has this number"),
            None => Fate::NewOrganisation,
        });
    };
    let there = store::assessments::in_round(&engine.db, round, id).await?;
    let Some(assessment) = there.first() else { return Ok(Fate::KnownOrganisation(id)) };
    let people = reminders::of_company(engine, id, round).await?;
    if people.iter().any(|it| it.email() == line.email) {
        return Ok(wrong("already-in", "this person takes part already, or is invited"));
    }
    Ok(Fate::AlreadyIn(id, assessment.id))
}

fn wrong(code: &'static str, message: impl Into<String>) -> Fate {
    Fate::Wrong { code, message: message.into() }
}

fn read(list: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut addresses = std::collections::BTreeSet::new();
    for (index, text) in list.lines().enumerate() {
        let text = text.trim().trim_start_matches('\u{feff}');
        if text.is_empty() || (index == 0 && !text.contains('@')) {
            continue;
        }
        let cells: Vec<&str> = text.split([';', ',', '\t']).map(str::trim).collect();
        let cell = |i: usize| cells.get(i).copied().unwrap_or_default();
        let number: String = cell(2).chars().filter(|it| !it.is_whitespace()).collect();
        let mut line = Line {
            line: index + 1,
            email: cell(0).to_owned(),
            organisation: cell(1).to_owned(),
            number: Some(number).filter(|it| !it.is_empty()),
            fate: Fate::NewOrganisation,
        };
        match email(cell(0)) {
            Err(_) => line.fate = wrong("bad-email", "this is not an e-mail address"),
            Ok(email) => {
                let name = &line.organisation;
                if name.is_empty() || name.chars().count() > 200 || name.contains(char::is_control)
                {
                    let message = "write the organisation's name behind the address";
                    line.fate = wrong("no-organisation", message);
                } else if !addresses.insert((email.clone(), name.to_lowercase())) {
                    line.fate = wrong("twice", "this line stands further up already");
                }
                line.email = email;
            }
        }
        lines.push(line);
    }
    lines
}

/// Invites those on the list whose lines can be used, unless the round was closed; how many
/// letters were written.
pub async fn invite(
    engine: &Engine,
    actor: &Actor,
    round: RoundId,
    list: &str,
    letter: InvitationLetter,
    now: DateTime<Utc>,
) -> Result<usize, EngineError> {
    let open = rights::round(engine, actor, round).await?;
    if open.round.closed_at.is_some() {
        return Err(EngineError::Closed { why: Closed::Round });
    }
    let lines = preview(engine, actor, round, list).await?;
    let mut invited: Vec<Entry> = Vec::new();
    for line in lines {
        let (organisation, assessment) = match &line.fate {
            Fate::Wrong { .. } => continue,
            Fate::SameAsLine(first) => {
                let Some(first) = invited.iter().find(|it| it.line.line == *first) else {
                    continue;
                };
                (first.organisation.clone(), first.assessment)
            }
            Fate::AlreadyIn(organisation, id) => {
                (store::organisations::get(&engine.db, *organisation).await?, *id)
            }
            Fate::KnownOrganisation(id) => {
                (store::organisations::get(&engine.db, *id).await?, AssessmentId::new(now))
            }
            Fate::NewOrganisation => (new_organisation(&line, now), AssessmentId::new(now)),
        };
        let begun = match line.fate {
            Fate::NewOrganisation | Fate::KnownOrganisation(_) => {
                Some(begin(engine, &open, &organisation, assessment, now).await?)
            }
            _ => None,
        };
        invited.push(Entry { line, organisation, assessment, begun });
    }
    let count = invited.len();
    let change = Invite {
        round: open.round.id,
        by: actor.person_id(),
        entries: invited,
        letter,
        limits: engine.identity.clone(),
        now,
    };
    engine.writer.make(change).await?;
    Ok(count)
}

/// A line that is used, and what is made for it.
struct Entry {
    line: Line,
    organisation: Organisation,
    assessment: AssessmentId,
    begun: Option<(Assessment, Option<store::Sheet>)>,
}

fn new_organisation(line: &Line, now: DateTime<Utc>) -> Organisation {
    Organisation {
        id: OrganisationId::new(now),
        name: line.organisation.clone(),
        kind: OrganisationKind::Company,
        number: line.number.clone(),
        created_at: now,
    }
}

async fn begin(
    engine: &Engine,
    open: &OpenRound,
    organisation: &Organisation,
    id: AssessmentId,
    now: DateTime<Utc>,
) -> Result<(Assessment, Option<store::Sheet>), EngineError> {
    let programme = &open.programme.programme;
    let mut assessment = Assessment {
        id,
        round: open.round.id,
        organisation: organisation.id,
        subject: Subject { name: organisation.name.clone(), kind: programme.programme.subject },
        stage: programme.first().id.clone(),
        turn: 1,
        revision: 1,
        stage_since: now,
        created_at: now,
        changed_at: now,
        locked_at: None,
        submitted_at: None,
        reminded_at: None,
        progress: Progress::default(),
    };
    let opened = OpenAssessment {
        assessment: assessment.clone(),
        round: open.round.clone(),
        programme: Arc::clone(&open.programme),
        organisation: organisation.clone(),
        standing: Standing::default(),
    };
    let place = Place::start(programme);
    let sheet = flow::begin(engine, &opened, &place, &[], &assessment, now).await?;
    if let Some(sheet) = &sheet {
        (assessment.progress.answered, assessment.progress.asked) = (0, sheet.asked);
    }
    Ok((assessment, sheet))
}

struct Invite {
    round: RoundId,
    by: Option<store::PersonId>,
    entries: Vec<Entry>,
    letter: InvitationLetter,
    limits: crate::identity::Limits,
    now: DateTime<Utc>,
}

impl Change for Invite {
    type Done = ();

    async fn make(&self, tx: &Transaction, history: &mut Vec<NewEvent>) -> Result<(), EngineError> {
        for entry in &self.entries {
            if matches!(entry.line.fate, Fate::NewOrganisation)
                && !store::organisations::insert(tx, &entry.organisation).await?
            {
                return Err(EngineError::Outdated);
            }
            if let Some((assessment, sheet)) = &entry.begun {
                store::assessments::insert(tx, assessment).await?;
                if let Some(sheet) = sheet {
                    store::sheets::insert(tx, sheet).await?;
                }
            }
            let invited = Invited {
                email: entry.line.email.clone(),
                organisation: entry.organisation.name.clone(),
                assessment: entry.assessment,
            };
            let letter = |_: &Organisation, secret: &Secret| (self.letter)(&invited, secret);
            issue(tx, self.by, &self.invitation(entry), letter, &self.limits, self.now).await?;
            history.push(self.event(entry));
        }
        Ok(())
    }
}

impl Invite {
    fn invitation(&self, entry: &Entry) -> Invitation {
        Invitation {
            email: entry.line.email.clone(),
            organisation: entry.organisation.id,
            role: Role::Member,
            round: Some(self.round),
            assessment: Some(entry.assessment),
        }
    }

    fn event(&self, entry: &Entry) -> NewEvent {
        NewEvent {
            at: self.now,
            action: "invited".to_owned(),
            person: self.by,
            about: About {
                organisation: Some(entry.organisation.id),
                round: Some(self.round),
                assessment: Some(entry.assessment),
                ..About::default()
            },
            before: None,
            after: Some(entry.organisation.name.clone()),
        }
    }
}

/// Invites a colleague into the organisation whose assessment this is.
pub async fn invite_colleague(
    engine: &Engine,
    actor: &Actor,
    id: AssessmentId,
    address: &str,
    letter: InvitationLetter,
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    let open = rights::assessment(engine, actor, id).await?;
    if !open.standing.own {
        return Err(EngineError::Forbidden { who: "the organisation's own people" });
    }
    let email = email(address)?;
    let actor = actor.clone();
    let limits = engine.identity.clone();
    engine.writer.make(InviteColleague { actor, open, email, letter, limits, now }).await
}

struct InviteColleague {
    actor: Actor,
    open: OpenAssessment,
    email: String,
    letter: InvitationLetter,
    limits: crate::identity::Limits,
    now: DateTime<Utc>,
}

impl Change for InviteColleague {
    type Done = ();

    async fn make(&self, tx: &Transaction, history: &mut Vec<NewEvent>) -> Result<(), EngineError> {
        let assessment = &self.open.assessment;
        let invited = Invited {
            email: self.email.clone(),
            organisation: self.open.organisation.name.clone(),
            assessment: assessment.id,
        };
        let invitation = Invitation {
            email: self.email.clone(),
            organisation: assessment.organisation,
            role: Role::Member,
            round: Some(assessment.round),
            assessment: Some(assessment.id),
        };
        let letter = |_: &Organisation, secret: &Secret| (self.letter)(&invited, secret);
        let (actor, now) = (&self.actor, self.now);
        crate::identity::links::invite(tx, actor, &invitation, letter, &self.limits, now).await?;
        history.push(NewEvent {
            at: now,
            action: "invited".to_owned(),
            person: actor.person_id(),
            about: self.open.about(),
            before: None,
            after: Some("colleague".to_owned()),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_list_is_read_line_by_line() {
        let list = "E-mail;Virksomhed;CVR\n\
                    Anna@Eksempel.dk; Fjord & Eksempel A/S ; 12 34 56 78\n\
                    \n\
                    b@eksempel.dk\tNordlys Eksempel\n\
                    ikke en adresse, X\n\
                    c@eksempel.dk\n\
                    anna@eksempel.dk; fjord & eksempel a/s\n";
        let lines = read(list);
        let short: Vec<(usize, &str, &str, bool)> = lines
            .iter()
            .map(|it| {
                let good = it.fate == Fate::NewOrganisation;
                (it.line, it.email.as_str(), it.organisation.as_str(), good)
            })
            .collect();
        assert_eq!(
            short,
            [
                (2, "anna@eksempel.dk", "Fjord & Eksempel A/S", true),
                (4, "b@eksempel.dk", "Nordlys Eksempel", true),
                (5, "ikke en adresse", "X", false),
                (6, "c@eksempel.dk", "", false),
                (7, "anna@eksempel.dk", "fjord & eksempel a/s", false),
            ]
        );
        assert_eq!(lines[0].number.as_deref(), Some("12345678"));
    }
}
