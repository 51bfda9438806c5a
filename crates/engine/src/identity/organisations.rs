//! Organisations and who belongs to them.

use chrono::{DateTime, Utc};
use store::{
    Connection, Links, Membership, Organisation, OrganisationFilter, OrganisationId,
    OrganisationKind, Person, PersonId, Role, Rows, Scope, Transaction,
};

use super::actor::Actor;
use super::input;
use crate::error::EngineError;

/// What an organisation is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOrganisation {
    /// What it is called.
    pub name: String,
    /// What it is here for.
    pub kind: OrganisationKind,
    /// Its number in a public register.
    pub number: Option<String>,
}

/// A membership that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembershipChanged {
    /// In which organisation.
    pub organisation: OrganisationId,
    /// Whose.
    pub person: PersonId,
    /// What they were.
    pub before: Option<Role>,
    /// What they are now.
    pub after: Option<Role>,
}

/// Makes an organisation: administrators any, a secretariat companies.
pub async fn create(
    transaction: &Transaction,
    actor: &Actor,
    new: &NewOrganisation,
    now: DateTime<Utc>,
) -> Result<Organisation, EngineError> {
    actor.require(Scope::Write)?;
    if !(actor.is_secretariat() && new.kind == OrganisationKind::Company) {
        actor.require_administrator()?;
    }
    let organisation = Organisation {
        id: OrganisationId::new(now),
        name: input::name(&new.name)?,
        kind: new.kind,
        number: number(new.number.as_deref())?,
        created_at: super::kept(now),
    };
    if store::organisations::insert(transaction, &organisation).await? {
        Ok(organisation)
    } else {
        Err(taken())
    }
}

/// Changes name and number: for administrators. The organisation as it was, and as it is.
pub async fn update(
    transaction: &Transaction,
    actor: &Actor,
    id: OrganisationId,
    name: &str,
    new_number: Option<&str>,
) -> Result<(Organisation, Organisation), EngineError> {
    actor.require(Scope::Write)?;
    actor.require_administrator()?;
    let before = find(transaction, id).await?;
    let (name, number) = (input::name(name)?, number(new_number)?);
    if let Some(number) = &number
        && let Some(other) = store::organisations::find_by_number(transaction, number).await?
        && other.id != id
    {
        return Err(taken());
    }
    let after = Organisation { name, number, ..before.clone() };
    store::organisations::update(transaction, &after).await?;
    Ok((before, after))
}

/// Organisations by name, from behind `after`: for administrators and secretariats.
pub async fn list(
    db: &impl Connection,
    actor: &Actor,
    filter: &OrganisationFilter,
    limit: u64,
    after: Option<OrganisationId>,
) -> Result<Rows<Organisation, OrganisationId>, EngineError> {
    actor.require(Scope::Read)?;
    if !actor.is_administrator() && !actor.is_secretariat() {
        return Err(EngineError::Forbidden { who: "administrators and secretariats" });
    }
    Ok(store::organisations::list(db, filter, limit, after).await?)
}

/// How many organisations there are: for administrators and secretariats.
pub async fn count(
    db: &impl Connection,
    actor: &Actor,
    filter: &OrganisationFilter,
) -> Result<u64, EngineError> {
    actor.require(Scope::Read)?;
    if !actor.is_administrator() && !actor.is_secretariat() {
        return Err(EngineError::Forbidden { who: "administrators and secretariats" });
    }
    Ok(store::organisations::count(db, filter).await?)
}

/// How many assessments an organisation has: for its members and administrators.
pub async fn assessments(
    db: &impl Connection,
    actor: &Actor,
    id: OrganisationId,
) -> Result<usize, EngineError> {
    actor.require(Scope::Read)?;
    see(actor, id)?;
    Ok(store::assessments::of_organisations(db, &[id]).await?.len())
}

/// An organisation: for its members and administrators.
pub async fn get(
    db: &impl Connection,
    actor: &Actor,
    id: OrganisationId,
) -> Result<Organisation, EngineError> {
    actor.require(Scope::Read)?;
    see(actor, id)?;
    find(db, id).await
}

/// The people of an organisation, by name: for its members and administrators.
pub async fn members(
    db: &impl Connection,
    actor: &Actor,
    id: OrganisationId,
) -> Result<Vec<(Membership, Person)>, EngineError> {
    actor.require(Scope::Read)?;
    see(actor, id)?;
    Ok(store::memberships::of_organisation(db, id).await?)
}

/// Makes somebody known a member, or changes what they are: administrators anywhere, a
/// secretariat in its own organisation.
pub async fn set_member(
    transaction: &Transaction,
    actor: &Actor,
    id: OrganisationId,
    person: PersonId,
    role: Role,
    now: DateTime<Utc>,
) -> Result<MembershipChanged, EngineError> {
    actor.require(Scope::Write)?;
    see(actor, id)?;
    if !actor.is_administrator() && !actor.is_secretariat_of(id) {
        return Err(EngineError::Forbidden { who: "administrators and the secretariat" });
    }
    check_role(&find(transaction, id).await?, role)?;
    let before = store::memberships::find(transaction, id, person).await?;
    // A secretariat changes who is there; whom it does not know, it invites.
    if before.is_none() && !actor.is_administrator() {
        return Err(EngineError::NotFound { what: "person" });
    }
    let known = store::people::find(transaction, person).await?;
    known.filter(|it| it.deleted_at.is_none()).ok_or(EngineError::NotFound { what: "person" })?;
    let membership = Membership { organisation: id, person, role, created_at: super::kept(now) };
    store::memberships::put(transaction, &membership).await?;
    let before = before.map(|it| it.role);
    Ok(MembershipChanged { organisation: id, person, before, after: Some(role) })
}

/// Ends a membership, and the invitations the person made or has there: administrators anywhere,
/// a secretariat in its own organisation, colleagues in a company, and everybody their own.
pub async fn remove_member(
    transaction: &Transaction,
    actor: &Actor,
    id: OrganisationId,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<MembershipChanged, EngineError> {
    actor.require(Scope::Write)?;
    see(actor, id)?;
    let may = actor.is_administrator()
        || actor.is_secretariat_of(id)
        || actor.companies().contains(&id)
        || actor.person_id() == Some(person);
    if !may {
        return Err(EngineError::Forbidden { who: "administrators and the secretariat" });
    }
    let none = || EngineError::NotFound { what: "member" };
    let before = store::memberships::find(transaction, id, person).await?.ok_or_else(none)?;
    store::memberships::remove(transaction, id, person).await?;
    let email = store::people::get(transaction, person).await?.email;
    store::links::revoke(transaction, &Links::Into(id, person, email), now).await?;
    Ok(MembershipChanged { organisation: id, person, before: Some(before.role), after: None })
}

/// Refused where the actor may not know of the organisation by who they are.
pub(super) fn see(actor: &Actor, id: OrganisationId) -> Result<(), EngineError> {
    if actor.is_administrator() || actor.is_member_of(id) {
        Ok(())
    } else {
        Err(EngineError::NotFound { what: "organisation" })
    }
}

/// Refused where nobody can be `role` in the organisation.
pub(super) fn check_role(organisation: &Organisation, role: Role) -> Result<(), EngineError> {
    if role == Role::Secretariat && organisation.kind != OrganisationKind::Cluster {
        let message = "only a cluster has a secretariat";
        return Err(EngineError::invalid("role", "not-a-cluster", message));
    }
    Ok(())
}

async fn find(db: &impl Connection, id: OrganisationId) -> Result<Organisation, EngineError> {
    let organisation = store::organisations::find(db, id).await?;
    organisation.ok_or(EngineError::NotFound { what: "organisation" })
}

/// A number without the spaces people write in it; none where nothing is written.
fn number(text: Option<&str>) -> Result<Option<String>, EngineError> {
    let number: String =
        text.unwrap_or_default().chars().filter(|it| !it.is_whitespace()).collect();
    if number.chars().count() > 40 || number.contains(char::is_control) {
        let message = "write the number with at most 40 characters";
        return Err(EngineError::invalid("number", "too-long", message));
    }
    Ok(Some(number).filter(|it| !it.is_empty()))
}

fn taken() -> EngineError {
    let message = "another organisation has this number";
    EngineError::invalid("number", "taken", message)
}
