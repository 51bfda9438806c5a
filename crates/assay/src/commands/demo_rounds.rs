//! The part of the demo that is served: a cluster, its round, and companies on their way.

use std::sync::Arc;

use anyhow::{Context, Result};
use chrono::{DateTime, Days, TimeDelta, Utc};
use engine::answers::{Edit, What};
use engine::engine::Engine;
use engine::flow;
use engine::identity::{
    Actor, Letter, Member, Membership, Organisation, OrganisationId, OrganisationKind, Person,
    PersonId, Role, Secret, Via, account,
};
use engine::invitations::{self, Invited};
use engine::rounds::{self, RoundValues};
use engine::sheets::{self, SaveRequest};
use model::Response;
use store::{AssessmentId, RoundId};

/// How to sign in to the demo.
pub(crate) struct Entrance {
    /// The address of the secretariat, who is administrator too.
    pub(crate) secretariat: String,
    /// The address of a company that is in the middle of its answers.
    pub(crate) company: String,
    /// The password of both.
    pub(crate) password: String,
}

/// A company of the demo: its name, its answers last year, and this year.
pub(crate) struct Company {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) before: Option<Response>,
    pub(crate) now: Option<Response>,
}

/// The company whose answers are left half-finished, so that there is something to do.
const UNFINISHED: &str = "eksempel-medico";

/// The company that has not begun.
const NOT_BEGUN: &str = "testby-data";

const SECRETARIAT: &str = "sekretariat@livsklynge.example";

/// Fills an empty database with a cluster, two rounds and `companies`; in one that is filled
/// already only the password is new.
pub(crate) async fn fill(
    engine: &Arc<Engine>,
    companies: &[Company],
    now: DateTime<Utc>,
) -> Result<Entrance> {
    let entrance = Entrance {
        secretariat: SECRETARIAT.to_owned(),
        company: address(UNFINISHED),
        password: password()?,
    };
    if store::people::find_by_email(&engine.db, SECRETARIAT).await?.is_none() {
        make(engine, companies, now).await?;
    }
    for email in [&entrance.secretariat, &entrance.company] {
        set_password(engine, email, &entrance.password).await?;
    }
    Ok(entrance)
}

/// Letters that are easy to type and hard to guess.
fn password() -> Result<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let secret = Secret::new()?;
    let letter = |byte: u8| char::from(LETTERS[usize::from(byte & 31)]);
    let text: String = secret.reveal().bytes().map(letter).take(18).collect();
    Ok(format!("{}-{}-{}", &text[..6], &text[6..12], &text[12..]))
}

async fn set_password(engine: &Engine, email: &str, password: &str) -> Result<()> {
    let person = store::people::find_by_email(&engine.db, email).await?;
    let person = person.with_context(|| format!("nobody in the demo is called {email}"))?;
    Ok(account::set_password(&engine.db, &person, password).await?)
}

fn address(slug: &str) -> String {
    format!("direktion@{slug}.example")
}

async fn make(engine: &Arc<Engine>, companies: &[Company], now: DateTime<Utc>) -> Result<()> {
    let year_ago = now - TimeDelta::days(371);
    let cluster = organisation(engine, "Livsklynge Eksempel", OrganisationKind::Cluster, year_ago);
    let cluster = cluster.await?;
    let secretariat =
        person(engine, SECRETARIAT, "Sekretariatet", &cluster, Role::Secretariat, year_ago).await?;
    let year = |at: DateTime<Utc>| at.format("%Y").to_string();
    let earlier = round(engine, &secretariat, &cluster, &year(year_ago), year_ago).await?;
    let before: Vec<&Company> = companies.iter().filter(|it| it.before.is_some()).collect();
    invite(engine, &secretariat, earlier, &before, year_ago).await?;
    for company in &before {
        let answers = company.before.as_ref();
        run(engine, company, earlier, answers, true, year_ago + TimeDelta::days(20)).await?;
    }
    let opened = now - TimeDelta::days(40);
    let round = round(engine, &secretariat, &cluster, &year(now), opened).await?;
    let all: Vec<&Company> = companies.iter().collect();
    invite(engine, &secretariat, round, &all, opened).await?;
    for (company, days) in companies.iter().zip(1..) {
        let at = opened + TimeDelta::days(days) + TimeDelta::hours(days);
        let finishes = company.slug != UNFINISHED;
        let answers = company.now.as_ref().filter(|_| company.slug != NOT_BEGUN);
        run(engine, company, round, answers, finishes, at).await?;
    }
    Ok(())
}

async fn organisation(
    engine: &Engine,
    name: &str,
    kind: OrganisationKind,
    at: DateTime<Utc>,
) -> Result<Organisation> {
    let id = OrganisationId::new(at);
    let organisation =
        Organisation { id, name: name.to_owned(), kind, number: None, created_at: at };
    store::organisations::insert(&engine.db, &organisation).await?;
    Ok(organisation)
}

async fn person(
    engine: &Engine,
    email: &str,
    name: &str,
    organisation: &Organisation,
    role: Role,
    at: DateTime<Utc>,
) -> Result<Actor> {
    let found = store::people::find_by_email(&engine.db, email).await?;
    let person = found.unwrap_or_else(|| Person {
        id: PersonId::new(at),
        email: email.to_owned(),
        name: name.to_owned(),
        language: "da".to_owned(),
        has_password: false,
        administrator: role == Role::Secretariat,
        disabled_at: None,
        deleted_at: None,
        created_at: at,
    });
    store::people::insert(&engine.db, &person).await?;
    let membership =
        Membership { organisation: organisation.id, person: person.id, role, created_at: at };
    store::memberships::put(&engine.db, &membership).await?;
    let member = Member { organisation: organisation.clone(), role };
    Ok(Actor { person, memberships: vec![member], via: Via::Session(store::SessionId::new(at)) })
}

async fn round(
    engine: &Engine,
    secretariat: &Actor,
    cluster: &Organisation,
    year: &str,
    at: DateTime<Utc>,
) -> Result<RoundId> {
    let day = |days: u64| (at.date_naive() + Days::new(days)).to_string();
    let values = RoundValues {
        title: format!("Eksportparathed {year}"),
        opens_on: day(0),
        closes_on: day(60),
        language: "da".to_owned(),
        invitation: None,
    };
    Ok(rounds::make(engine, secretariat, cluster.id, "export-readiness", values, at).await?)
}

async fn invite(
    engine: &Engine,
    secretariat: &Actor,
    round: RoundId,
    companies: &[&Company],
    at: DateTime<Utc>,
) -> Result<()> {
    let line = |it: &&Company| format!("{}; {}", address(&it.slug), it.name);
    let list = companies.iter().map(line).collect::<Vec<_>>().join("\n");
    let letter = Arc::new(|invited: &Invited, _: &Secret| Letter {
        recipient: invited.email.clone(),
        subject: format!("Invitation til {}", invited.organisation),
        body: "Denne invitation hører til demoen. Log ind med den adresse og den adgangskode, \
               som programmet har skrevet."
            .to_owned(),
    });
    invitations::invite(engine, secretariat, round, &list, letter, at).await?;
    Ok(())
}

/// Lets a company answer: all of it and hand it in, or the first half.
async fn run(
    engine: &Engine,
    company: &Company,
    round: RoundId,
    response: Option<&Response>,
    finishes: bool,
    at: DateTime<Utc>,
) -> Result<()> {
    let mut own = None;
    for id in store::assessments::organisations(&engine.db, round).await? {
        let found = store::organisations::get(&engine.db, id).await?;
        if found.name == company.name {
            own = Some(found);
        }
    }
    let own = own.with_context(|| format!("{} was not invited", company.name))?;
    let email = address(&company.slug);
    let actor = person(engine, &email, "Direktionen", &own, Role::Member, at).await?;
    let Some(response) = response else { return Ok(()) };
    let found = store::assessments::in_round(&engine.db, round, own.id).await?;
    let id = found.first().context("there is no assessment")?.id;
    let mut edits = edits(response);
    if !finishes {
        edits.truncate(edits.len() / 2);
    }
    save(engine, &actor, id, edits, at).await?;
    if finishes {
        flow::act(engine, &actor, id, None, "finish", Some("Direktøren"), at + TimeDelta::hours(1))
            .await
            .with_context(|| format!("{} could not hand in", company.name))?;
    }
    Ok(())
}

async fn save(
    engine: &Engine,
    actor: &Actor,
    id: AssessmentId,
    edits: Vec<Edit>,
    at: DateTime<Utc>,
) -> Result<()> {
    let seen = sheets::open(engine, actor, id).await?.sheet.revision;
    // Answers that steer what is asked come first, in the order of the form.
    let request = SaveRequest { seen, edits, key: None };
    let saved = sheets::save(engine, actor, id, &request, at).await?;
    if let Some(refused) = saved.refused.first() {
        anyhow::bail!("{}: {}", refused.place, refused.message);
    }
    Ok(())
}

fn edits(response: &Response) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (step, questions) in &response.answers {
        for (name, value) in questions.as_object().into_iter().flatten() {
            let place = format!("{step}.{name}");
            edits.push(Edit { place, what: What::Answer(value.clone()) });
        }
    }
    for (place, note) in &response.notes {
        let mut push = |what| edits.push(Edit { place: place.clone(), what });
        if note.not_applicable.is_some() {
            push(What::NotApplicable(note.not_applicable.clone()));
        }
        if note.comment.is_some() {
            push(What::Comment(note.comment.clone()));
        }
        if !note.evidence.is_empty() {
            push(What::Evidence(note.evidence.clone()));
        }
    }
    edits
}
