//! Links: secret addresses that let somebody in once.
//!
//! Looking at one ([`open`]) does not use it, because programs that read e-mail look too.

use std::fmt;
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use store::{
    AssessmentId, Connection, Link, LinkId, LinkPurpose, Links, Membership, Organisation,
    OrganisationId, OrganisationKind, Person, PersonId, Role, Round, RoundId, Scope, Transaction,
};

use super::actor::Actor;
use super::letters::{self, Letter};
use super::limits::Limits;
use super::secret::Secret;
use super::sessions::{self, Browser};
use super::sign_in::SignedIn;
use super::{attempts, input};
use crate::error::EngineError;

/// Why a link cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkTrouble {
    /// There is no such link.
    Unknown,
    /// It was used before.
    Used,
    /// It was taken back.
    Revoked,
    /// Its time is over.
    Expired,
}

impl fmt::Display for LinkTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "there is no such link",
            Self::Used => "it was used already, and it works only once",
            Self::Revoked => "it was taken back",
            Self::Expired => "its time is over",
        })
    }
}

/// Whom to let in, and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The e-mail address of who is invited.
    pub email: String,
    /// What they become a member of.
    pub organisation: OrganisationId,
    /// As what.
    pub role: Role,
    /// The round it leads to.
    pub round: Option<RoundId>,
    /// The assessment it leads to.
    pub assessment: Option<AssessmentId>,
}

/// A link as it is looked at before it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The link.
    pub link: Link,
    /// Whom it lets in, if that person is known.
    pub person: Option<Person>,
    /// What it makes one a member of.
    pub organisation: Option<Organisation>,
    /// The round it leads to.
    pub round: Option<Round>,
}

/// What is known of who uses a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// Their e-mail address: asked for where the link was not sent to one.
    pub email: Option<String>,
    /// What they are called; kept where that was not known.
    pub name: Option<String>,
    /// The language they read, for who is new.
    pub language: String,
    /// The browser they use.
    pub browser: Browser,
}

/// Somebody came in with a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// They are signed in.
    pub signed_in: SignedIn,
    /// With this link.
    pub link: Link,
    /// Whether they were not known before.
    pub new_person: bool,
    /// The membership they have now and did not have before.
    pub joined: Option<Membership>,
}

/// Sends a link to sign in to an e-mail address, if somebody has it.
///
/// Whoever asks is told the same either way; what is returned is for the history.
pub async fn request(
    transaction: &Transaction,
    email: &str,
    address: IpAddr,
    letter: impl Fn(&Person, &Secret) -> Letter,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<Option<Link>, EngineError> {
    let email = input::email(email)?;
    attempts::begin(transaction, &attempts::link(&email, address), now).await?;
    let person = store::people::find_by_email(transaction, &email).await?;
    let Some(person) = person.filter(Person::is_active) else { return Ok(None) };
    let link = Link {
        person: Some(person.id),
        expires_at: super::kept(now + limits.sign_in_link),
        ..blank(LinkPurpose::SignIn, email, now)
    };
    let secret = Secret::new()?;
    store::links::insert(transaction, &link, &secret.hash()).await?;
    letters::post(transaction, letter(&person, &secret), now).await?;
    Ok(Some(link))
}

/// Invites somebody into an organisation: administrators anywhere, the secretariat and members
/// into their own; only secretariat and administrators make somebody secretariat.
pub async fn invite(
    transaction: &Transaction,
    actor: &Actor,
    invitation: &Invitation,
    letter: impl Fn(&Organisation, &Secret) -> Letter,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<Link, EngineError> {
    actor.require(Scope::Write)?;
    let into = invitation.organisation;
    let runs = actor.is_administrator() || actor.is_secretariat_of(into);
    if !runs && !actor.is_member_of(into) {
        return Err(EngineError::NotFound { what: "organisation" });
    }
    if !runs && (invitation.role == Role::Secretariat || actor.cluster(into)) {
        return Err(EngineError::Forbidden { who: "the secretariat" });
    }
    if !runs {
        attempts::begin(transaction, &attempts::invitation(actor.person.id), now).await?;
    }
    issue(transaction, actor.person_id(), invitation, letter, limits, now).await
}

/// Invites somebody, where the use case itself has seen to it that the actor may.
pub async fn issue(
    transaction: &Transaction,
    by: Option<PersonId>,
    invitation: &Invitation,
    letter: impl Fn(&Organisation, &Secret) -> Letter,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<Link, EngineError> {
    let email = input::email(&invitation.email)?;
    let organisation = store::organisations::find(transaction, invitation.organisation).await?;
    let organisation = organisation.ok_or(EngineError::NotFound { what: "organisation" })?;
    super::organisations::check_role(&organisation, invitation.role)?;
    let link = Link {
        organisation: Some(invitation.organisation),
        role: Some(invitation.role),
        round: invitation.round,
        assessment: invitation.assessment,
        created_by: by,
        expires_at: super::kept(now + limits.invitation),
        ..blank(LinkPurpose::Invitation, email, now)
    };
    let secret = Secret::new()?;
    store::links::insert(transaction, &link, &secret.hash()).await?;
    letters::post(transaction, letter(&organisation, &secret), now).await?;
    Ok(link)
}

/// The invitations into an organisation that can still be used, newest first.
pub async fn invitations(
    db: &impl Connection,
    actor: &Actor,
    organisation: OrganisationId,
    now: DateTime<Utc>,
) -> Result<Vec<Link>, EngineError> {
    actor.require(Scope::Read)?;
    super::organisations::see(actor, organisation)?;
    Ok(store::links::invitations(db, organisation, now).await?)
}

/// Takes an invitation back: who may see it may do that.
pub async fn revoke(
    transaction: &Transaction,
    actor: &Actor,
    id: LinkId,
    now: DateTime<Utc>,
) -> Result<Link, EngineError> {
    actor.require(Scope::Write)?;
    let none = || EngineError::NotFound { what: "invitation" };
    let link = store::links::find(transaction, id).await?.ok_or_else(none)?;
    let into = link.organisation.ok_or_else(none)?;
    let own = link.created_by.is_some() && link.created_by == actor.person_id();
    if !own {
        super::organisations::see(actor, into).map_err(|_| none())?;
    }
    store::links::revoke(transaction, &Links::One(id), now).await?;
    Ok(link)
}

/// Looks at a link without using it.
pub async fn open(
    db: &impl Connection,
    secret: &str,
    now: DateTime<Utc>,
) -> Result<Opened, EngineError> {
    let link = find(db, secret).await?;
    if let Some(trouble) = trouble(&link, now) {
        return Err(EngineError::LinkUnusable(trouble));
    }
    let person = match link.person {
        Some(id) => store::people::find(db, id).await?,
        None => store::people::find_by_email(db, &link.email).await?,
    };
    if person.as_ref().is_some_and(|it| !it.is_active()) {
        return Err(EngineError::LinkUnusable(LinkTrouble::Revoked));
    }
    let organisation = match link.organisation {
        Some(id) => store::organisations::find(db, id).await?,
        None => None,
    };
    let round = match link.round {
        Some(id) => store::rounds::find(db, id).await?,
        None => None,
    };
    Ok(Opened { link, person, organisation, round })
}

/// Uses a link: signs in whom it was made for, who becomes known and a member as it says. Of
/// many that try at once, one succeeds.
pub async fn use_up(
    transaction: &Transaction,
    secret: &str,
    arrival: &Arrival,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<Arrived, EngineError> {
    let link = find(transaction, secret).await?;
    if !store::links::use_up(transaction, link.id, now).await? {
        let link = find(transaction, secret).await?;
        let trouble = trouble(&link, now).unwrap_or(LinkTrouble::Used);
        return Err(EngineError::LinkUnusable(trouble));
    }
    let (person, new_person) = match link.purpose {
        LinkPurpose::SignIn => (signing_in(transaction, &link).await?, false),
        LinkPurpose::Invitation => known(transaction, &link.email, arrival, now).await?,
        LinkPurpose::Administrator => administrator(transaction, arrival, now).await?,
    };
    if !person.is_active() {
        return Err(EngineError::LinkUnusable(LinkTrouble::Revoked));
    }
    let joined = join(transaction, &link, person.id, now).await?;
    let signed_in = sessions::start(transaction, person, &arrival.browser, limits, now).await?;
    Ok(Arrived { signed_in, link, new_person, joined })
}

/// The link that makes the first administrator, while there is none. It takes the place of an
/// earlier one.
pub async fn first(
    transaction: &Transaction,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<Option<Secret>, EngineError> {
    store::links::lock_administrator_links(transaction).await?;
    if store::people::has_administrator(transaction).await? {
        return Ok(None);
    }
    store::links::revoke(transaction, &Links::Administrator, now).await?;
    let link = Link {
        expires_at: super::kept(now + limits.administrator_link),
        ..blank(LinkPurpose::Administrator, String::new(), now)
    };
    let secret = Secret::new()?;
    store::links::insert(transaction, &link, &secret.hash()).await?;
    Ok(Some(secret))
}

fn blank(purpose: LinkPurpose, email: String, now: DateTime<Utc>) -> Link {
    Link {
        id: LinkId::new(now),
        purpose,
        email,
        person: None,
        organisation: None,
        role: None,
        round: None,
        assessment: None,
        created_by: None,
        created_at: super::kept(now),
        expires_at: super::kept(now),
        used_at: None,
        revoked_at: None,
    }
}

async fn find(db: &impl Connection, secret: &str) -> Result<Link, EngineError> {
    let unknown = || EngineError::LinkUnusable(LinkTrouble::Unknown);
    let secret = Secret::parse(secret).ok_or_else(unknown)?;
    store::links::find_by_hash(db, &secret.hash()).await?.ok_or_else(unknown)
}

fn trouble(link: &Link, now: DateTime<Utc>) -> Option<LinkTrouble> {
    if link.used_at.is_some() {
        Some(LinkTrouble::Used)
    } else if link.revoked_at.is_some() {
        Some(LinkTrouble::Revoked)
    } else {
        (link.expires_at <= now).then_some(LinkTrouble::Expired)
    }
}

/// Whom a link to sign in was made for.
async fn signing_in(transaction: &Transaction, link: &Link) -> Result<Person, EngineError> {
    let id = link.person.ok_or(EngineError::LinkUnusable(LinkTrouble::Unknown))?;
    Ok(store::people::get(transaction, id).await?)
}

/// The person with the address, who becomes known where they are not; and whether they were not.
async fn known(
    transaction: &Transaction,
    email: &str,
    arrival: &Arrival,
    now: DateTime<Utc>,
) -> Result<(Person, bool), EngineError> {
    let name = arrival.name.as_deref().map(input::name).transpose()?;
    if let Some(mut person) = store::people::find_by_email(transaction, email).await? {
        if let (true, Some(name)) = (person.name.is_empty(), name) {
            person.name = name;
            store::people::update(transaction, &person).await?;
        }
        return Ok((person, false));
    }
    let person = Person {
        id: PersonId::new(now),
        email: email.to_owned(),
        name: name.unwrap_or_default(),
        language: input::language(&arrival.language)?,
        has_password: false,
        administrator: false,
        disabled_at: None,
        deleted_at: None,
        created_at: super::kept(now),
    };
    if store::people::insert(transaction, &person).await? {
        return Ok((person, true));
    }
    // Somebody else was first.
    let person = store::people::find_by_email(transaction, email).await?;
    let person = person.ok_or(EngineError::NotFound { what: "person" })?;
    Ok((person, false))
}

async fn administrator(
    transaction: &Transaction,
    arrival: &Arrival,
    now: DateTime<Utc>,
) -> Result<(Person, bool), EngineError> {
    store::links::lock_administrator_links(transaction).await?;
    if store::people::has_administrator(transaction).await? {
        return Err(EngineError::LinkUnusable(LinkTrouble::Used));
    }
    let email = input::email(arrival.email.as_deref().unwrap_or_default())?;
    input::name(arrival.name.as_deref().unwrap_or_default())?;
    let (mut person, new) = known(transaction, &email, arrival, now).await?;
    person.administrator = true;
    store::people::update(transaction, &person).await?;
    Ok((person, new))
}

/// Makes the person what an invitation says, unless they are at least that.
async fn join(
    transaction: &Transaction,
    link: &Link,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<Option<Membership>, EngineError> {
    let Some((organisation, role)) = link.organisation.zip(link.role) else { return Ok(None) };
    let before = store::memberships::find(transaction, organisation, person).await?;
    if before.is_some_and(|it| it.role == role || role == Role::Member) {
        return Ok(None);
    }
    let membership = Membership { organisation, person, role, created_at: super::kept(now) };
    store::memberships::put(transaction, &membership).await?;
    Ok(Some(membership))
}

impl Actor {
    /// Whether the organisation is a cluster they belong to.
    fn cluster(&self, organisation: OrganisationId) -> bool {
        self.memberships.iter().any(|it| {
            it.organisation.id == organisation && it.organisation.kind == OrganisationKind::Cluster
        })
    }
}
