//! What administrators do with people.

use chrono::{DateTime, Utc};
use store::{
    Connection, Links, Membership, Organisation, PeopleFilter, Person, PersonId, Rows, Scope,
    Session, Transaction,
};

use super::actor::Actor;
use super::input;
use super::limits::Limits;
use crate::error::EngineError;

/// People by name, from behind `after`: for administrators.
pub async fn list(
    db: &impl Connection,
    actor: &Actor,
    filter: &PeopleFilter,
    limit: u64,
    after: Option<PersonId>,
) -> Result<Rows<Person, PersonId>, EngineError> {
    actor.require(Scope::Read)?;
    actor.require_administrator()?;
    Ok(store::people::list(db, filter, limit, after).await?)
}

/// How many people there are: for administrators.
pub async fn count(
    db: &impl Connection,
    actor: &Actor,
    filter: &PeopleFilter,
) -> Result<u64, EngineError> {
    actor.require(Scope::Read)?;
    actor.require_administrator()?;
    Ok(store::people::count(db, filter).await?)
}

/// Where a person is signed in, newest first: for administrators.
pub async fn sessions(
    db: &impl Connection,
    actor: &Actor,
    id: PersonId,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<Vec<Session>, EngineError> {
    actor.require(Scope::Read)?;
    actor.require_administrator()?;
    let mut sessions = store::sessions::list(db, id).await?;
    sessions.retain(|it| now < it.expires_at && now - it.seen_at < limits.idle);
    Ok(sessions)
}

/// A person and what they belong to: for administrators and for themselves.
pub async fn get(
    db: &impl Connection,
    actor: &Actor,
    id: PersonId,
) -> Result<(Person, Vec<(Membership, Organisation)>), EngineError> {
    actor.require(Scope::Read)?;
    if actor.person_id() != Some(id) && !actor.is_administrator() {
        return Err(EngineError::NotFound { what: "person" });
    }
    let person = find(db, id).await?;
    Ok((person, store::memberships::of_person(db, id).await?))
}

/// Changes the name and the address of a person: for administrators. With another address, all
/// sessions, tokens and links of the person end. The person as they were, and as they are.
pub async fn change(
    transaction: &Transaction,
    actor: &Actor,
    id: PersonId,
    name: &str,
    email: &str,
    now: DateTime<Utc>,
) -> Result<(Person, Person), EngineError> {
    let before = changing(transaction, actor, id).await?;
    let name = match name.trim() {
        "" if before.name.is_empty() => String::new(),
        name => input::name(name)?,
    };
    let after = Person { name, email: input::email(email)?, ..before.clone() };
    if after.email != before.email {
        if store::people::find_by_email(transaction, &after.email).await?.is_some() {
            let message = "somebody else has this address";
            return Err(EngineError::invalid("email", "email-taken", message));
        }
        store::sessions::remove_all(transaction, id, None).await?;
        store::tokens::revoke(transaction, id, None, now).await?;
        let links = Links::To(id, before.email.clone());
        store::links::revoke(transaction, &links, now).await?;
        store::people::set_email(transaction, id, &after.email).await?;
    }
    store::people::update(transaction, &after).await?;
    Ok((before, after))
}

/// Keeps a person from signing in; their sessions, tokens and links, also those they made for
/// others, end at once. Refused for the last administrator.
pub async fn disable(
    transaction: &Transaction,
    actor: &Actor,
    id: PersonId,
    now: DateTime<Utc>,
) -> Result<Person, EngineError> {
    let mut person = changing(transaction, actor, id).await?;
    keep_an_administrator(transaction, id).await?;
    person.disabled_at = person.disabled_at.or(Some(super::kept(now)));
    store::people::update(transaction, &person).await?;
    store::sessions::remove_all(transaction, id, None).await?;
    store::tokens::revoke(transaction, id, None, now).await?;
    store::links::revoke(transaction, &Links::To(id, person.email.clone()), now).await?;
    store::links::revoke(transaction, &Links::By(id), now).await?;
    Ok(person)
}

/// Lets a person sign in again.
pub async fn enable(
    transaction: &Transaction,
    actor: &Actor,
    id: PersonId,
) -> Result<Person, EngineError> {
    let mut person = changing(transaction, actor, id).await?;
    person.disabled_at = None;
    store::people::update(transaction, &person).await?;
    Ok(person)
}

/// Makes a person an administrator, or ends that. Refused for the last administrator. Sessions
/// of the person end, so that nobody finds new rights in an old one.
pub async fn set_administrator(
    transaction: &Transaction,
    actor: &Actor,
    id: PersonId,
    administrator: bool,
) -> Result<Person, EngineError> {
    let mut person = changing(transaction, actor, id).await?;
    if person.administrator == administrator {
        return Ok(person);
    }
    if !administrator {
        keep_an_administrator(transaction, id).await?;
    }
    person.administrator = administrator;
    store::people::update(transaction, &person).await?;
    store::sessions::remove_all(transaction, id, actor.session_id()).await?;
    Ok(person)
}

/// Ends the sessions of a person in all browsers; how many.
pub async fn end_sessions(
    transaction: &Transaction,
    actor: &Actor,
    id: PersonId,
) -> Result<u64, EngineError> {
    changing(transaction, actor, id).await?;
    Ok(store::sessions::remove_all(transaction, id, None).await?)
}

/// Refused where nobody else who may sign in is an administrator.
pub(super) async fn keep_an_administrator(
    transaction: &Transaction,
    id: PersonId,
) -> Result<(), EngineError> {
    let administrators = store::people::lock_administrators(transaction).await?;
    if administrators == [id] {
        let message = "this is the last administrator; make somebody else one first";
        return Err(EngineError::invalid("administrator", "last-administrator", message));
    }
    Ok(())
}

/// The person that an administrator is about to change.
async fn changing(
    transaction: &Transaction,
    actor: &Actor,
    id: PersonId,
) -> Result<Person, EngineError> {
    actor.require(Scope::Write)?;
    actor.require_administrator()?;
    find(transaction, id).await
}

async fn find(db: &impl Connection, id: PersonId) -> Result<Person, EngineError> {
    let person = store::people::find(db, id).await?.filter(|it| it.deleted_at.is_none());
    person.ok_or(EngineError::NotFound { what: "person" })
}
