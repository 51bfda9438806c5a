//! What administrators do with people.

use chrono::{DateTime, Utc};
use store::{
    Connection, Links, Membership, Organisation, PeopleFilter, Person, PersonId, Rows, Scope,
    Transaction,
};

use super::actor::Actor;
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
