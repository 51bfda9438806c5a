//! Rounds: made from a programme, changed, closed, and looked at.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use store::assessments::Count;
use store::{About, NewEvent, OrganisationId, Round, RoundId, Transaction};

use crate::engine::{Engine, day};
use crate::error::EngineError;
use crate::identity::Actor;
use crate::kept::keep_programme;
use crate::rights::{self, OpenRound};
use crate::writer::Change;
use crate::{library, publish};

/// What a round is made or changed with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoundValues {
    /// Its title.
    pub title: String,
    /// The first day, as year-month-day.
    pub opens_on: String,
    /// The last day, by which companies should be done, as year-month-day.
    pub closes_on: String,
    /// The language of its letters.
    pub language: String,
    /// What the invitation says besides what it always says.
    pub invitation: Option<String>,
}

/// Where a round stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RoundState {
    /// Its first day is yet to come.
    Coming,
    /// Between its first day and its last.
    Open,
    /// Its last day is over; answers and invitations are taken until somebody closes it.
    Overdue,
    /// It was closed: answers can be read, and nothing changes.
    Closed,
}

impl RoundState {
    /// Where `round` stands at this moment.
    pub fn of(round: &Round, now: DateTime<Utc>) -> Self {
        let today = day(now).to_string();
        if round.closed_at.is_some() {
            Self::Closed
        } else if today < round.opens_on {
            Self::Coming
        } else if round.closes_on < today {
            Self::Overdue
        } else {
            Self::Open
        }
    }

    /// It as a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Coming => "coming",
            Self::Open => "open",
            Self::Overdue => "overdue",
            Self::Closed => "closed",
        }
    }
}

/// A programme that rounds can be made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Offered {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What happens in it.
    pub description: Option<String>,
}

/// A round with how far its assessments are.
#[derive(Debug)]
pub struct Overview {
    /// The round.
    pub open: OpenRound,
    /// How many assessments there are, by stage and band.
    pub counts: Vec<Count>,
}

impl Overview {
    /// How many assessments there are.
    pub fn total(&self) -> u64 {
        self.counts.iter().map(|it| it.assessments).sum()
    }

    /// How many have an answer.
    pub fn begun(&self) -> u64 {
        self.counts.iter().map(|it| it.begun).sum()
    }

    /// How many were submitted.
    pub fn submitted(&self) -> u64 {
        self.counts.iter().map(|it| it.submitted).sum()
    }

    /// How many are at each stage.
    pub fn stages(&self) -> BTreeMap<String, u64> {
        let mut stages = BTreeMap::new();
        for it in &self.counts {
            *stages.entry(it.stage.clone()).or_default() += it.assessments;
        }
        stages
    }

    /// How many are at a final stage.
    pub fn finished(&self) -> u64 {
        let document = self.open.programme.document();
        let is_final = |id: &str| document.stage(id).is_some_and(|it| it.is_final);
        self.counts.iter().filter(|it| is_final(&it.stage)).map(|it| it.assessments).sum()
    }
}

/// The programmes that rounds can be made from, in `language`.
pub fn offered(engine: &Engine, language: &str) -> Result<Vec<Offered>, EngineError> {
    let paths = library::programmes(&engine.files);
    let read = |path: &str| library::programme(&engine.files, path, language);
    let offered = |path| {
        read(path).map(|it| Offered { id: it.id, title: it.title, description: it.description })
    };
    paths.into_iter().map(offered).collect()
}

/// The rounds that the actor runs, newest first.
pub async fn list(engine: &Engine, actor: &Actor) -> Result<Vec<Overview>, EngineError> {
    let mut overviews = Vec::new();
    for round in store::rounds::list(&engine.db, &actor.clusters()).await? {
        let programme = engine.kept.programme(&engine.db, &round.programme_hash).await?;
        overviews.push(look(engine, OpenRound { round, programme }).await?);
    }
    Ok(overviews)
}

/// One round that the actor runs.
pub async fn overview(
    engine: &Engine,
    actor: &Actor,
    id: RoundId,
) -> Result<Overview, EngineError> {
    look(engine, rights::round(engine, actor, id).await?).await
}

async fn look(engine: &Engine, open: OpenRound) -> Result<Overview, EngineError> {
    let counts = store::assessments::counts(&engine.db, open.round.id).await?;
    Ok(Overview { open, counts })
}

/// Makes a round of the programme with this id, run by `organisation`; its forms and the
/// programme stay as they are now.
pub async fn make(
    engine: &Engine,
    actor: &Actor,
    organisation: OrganisationId,
    programme: &str,
    values: RoundValues,
    now: DateTime<Utc>,
) -> Result<RoundId, EngineError> {
    if !actor.is_secretariat_of(organisation) {
        return Err(EngineError::NotFound { what: "organisation" });
    }
    let values = checked(values)?;
    let path = library::find_programme(&engine.files, programme)?;
    let document = library::programme(&engine.files, path, "")?;
    let mut forms = Vec::new();
    for id in document.forms() {
        let form = library::find(&engine.files, id)?;
        forms.push((id.to_owned(), library::prepare(&engine.files, form)?));
    }
    let round = Round {
        id: RoundId::new(now),
        organisation,
        programme_hash: String::new(),
        title: values.title,
        opens_on: values.opens_on,
        closes_on: values.closes_on,
        language: values.language,
        invitation: values.invitation,
        created_at: now,
        closed_at: None,
    };
    let id = round.id;
    let files = engine.files.clone();
    let event = event(actor, &round, "round-made", None, now);
    let change = MakeRound { round, files, path: path.to_owned(), forms, event };
    engine.writer.make(change).await?;
    Ok(id)
}

struct MakeRound {
    round: Round,
    files: forms::Files,
    path: String,
    forms: Vec<(String, forms::PreparedForm)>,
    event: NewEvent,
}

impl Change for MakeRound {
    type Done = ();

    async fn make(&self, tx: &Transaction, history: &mut Vec<NewEvent>) -> Result<(), EngineError> {
        let now = self.round.created_at;
        let programme_hash = keep_programme(tx, &self.files, &self.path, now).await?;
        let mut hashes = BTreeMap::new();
        for (id, form) in &self.forms {
            publish::keep(tx, form, now).await?;
            hashes.insert(id.clone(), form.hash.clone());
        }
        let round = Round { programme_hash, ..self.round.clone() };
        store::rounds::insert(tx, &round, &hashes).await?;
        history.push(self.event.clone());
        Ok(())
    }
}

/// Changes title, days, language and invitation of a round.
pub async fn change(
    engine: &Engine,
    actor: &Actor,
    id: RoundId,
    values: RoundValues,
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    let open = rights::round(engine, actor, id).await?;
    let values = checked(values)?;
    let round = Round {
        title: values.title,
        opens_on: values.opens_on,
        closes_on: values.closes_on,
        language: values.language,
        invitation: values.invitation,
        ..open.round.clone()
    };
    let event = event(actor, &round, "round-changed", Some(&open.round), now);
    engine.writer.make(ChangeRound { round, event }).await
}

/// Closes a round, or opens it again. While it is closed answers can be read, not changed or
/// handed in. The last day alone stops nobody.
pub async fn set_closed(
    engine: &Engine,
    actor: &Actor,
    id: RoundId,
    closed: bool,
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    let open = rights::round(engine, actor, id).await?;
    let round = Round { closed_at: closed.then_some(now), ..open.round.clone() };
    let word = if closed { "round-closed" } else { "round-opened" };
    let event = event(actor, &round, word, Some(&open.round), now);
    engine.writer.make(ChangeRound { round, event }).await
}

struct ChangeRound {
    round: Round,
    event: NewEvent,
}

impl Change for ChangeRound {
    type Done = ();

    async fn make(&self, tx: &Transaction, history: &mut Vec<NewEvent>) -> Result<(), EngineError> {
        store::rounds::update(tx, &self.round).await?;
        history.push(self.event.clone());
        Ok(())
    }
}

fn event(
    actor: &Actor,
    round: &Round,
    action: &str,
    before: Option<&Round>,
    now: DateTime<Utc>,
) -> NewEvent {
    let text = |it: &Round| {
        let closed = if it.closed_at.is_some() { ", closed" } else { "" };
        format!("{} ({} – {}{closed})", it.title, it.opens_on, it.closes_on)
    };
    let about =
        About { organisation: Some(round.organisation), round: Some(round.id), ..About::default() };
    NewEvent {
        at: now,
        action: action.to_owned(),
        person: actor.person_id(),
        about,
        before: before.map(text),
        after: Some(text(round)),
    }
}

fn checked(mut values: RoundValues) -> Result<RoundValues, EngineError> {
    values.title = values.title.trim().to_owned();
    if values.title.is_empty() || values.title.chars().count() > 200 {
        return Err(EngineError::invalid(
            "title",
            "missing",
            "give a title of at most 200 letters",
        ));
    }
    let read = |field: &'static str, text: &str| {
        text.parse::<NaiveDate>()
            .map_err(|_| EngineError::invalid(field, "bad-date", "write a day as year-month-day"))
    };
    let opens_on = read("opens_on", &values.opens_on)?;
    let closes_on = read("closes_on", &values.closes_on)?;
    if closes_on < opens_on {
        let message = "the last day lies before the first";
        return Err(EngineError::invalid("closes_on", "before-first", message));
    }
    (values.opens_on, values.closes_on) = (opens_on.to_string(), closes_on.to_string());
    if !["da", "en"].contains(&values.language.as_str()) {
        return Err(EngineError::invalid("language", "unknown-language", "write `da` or `en`"));
    }
    values.invitation =
        values.invitation.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
    if values.invitation.as_ref().is_some_and(|it| it.chars().count() > 5000) {
        let message = "the text is longer than 5,000 characters";
        return Err(EngineError::invalid("invitation", "too-long", message));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_closes_nothing() {
        let at = |text: &str| format!("{text}T12:00:00Z").parse::<DateTime<Utc>>().unwrap();
        let round = |closed| Round {
            id: RoundId::new(at("2026-09-01")),
            organisation: OrganisationId::new(at("2026-09-01")),
            programme_hash: String::new(),
            title: String::new(),
            opens_on: "2026-10-01".to_owned(),
            closes_on: "2026-11-30".to_owned(),
            language: "da".to_owned(),
            invitation: None,
            created_at: at("2026-09-01"),
            closed_at: closed,
        };
        let state = |closed, now| RoundState::of(&round(closed), at(now)).word();
        assert_eq!(state(None, "2026-09-30"), "coming");
        assert_eq!(state(None, "2026-10-01"), "open");
        assert_eq!(state(None, "2026-11-30"), "open");
        assert_eq!(state(None, "2026-12-01"), "overdue");
        assert_eq!(state(Some(at("2026-10-05")), "2026-10-06"), "closed");
    }
}
