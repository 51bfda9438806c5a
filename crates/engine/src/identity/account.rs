//! What people do with their own account.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::Serialize;
use store::{
    Connection, Db, Link, Links, Membership, Organisation, Person, Scope, Session, Token,
    Transaction,
};

use super::actor::Actor;
use super::sign_in::SignedIn;
use super::{attempts, input, password, people, sessions};
use crate::error::EngineError;

/// A password that may take the place of the one there is.
#[derive(Clone)]
pub struct NewPassword {
    hash: String,
    before: Option<String>,
}

/// A password was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordChanged {
    /// The session in which that was done; it has a new secret.
    pub signed_in: SignedIn,
    /// How many other sessions ended.
    pub ended: u64,
}

/// What is known of a person, for that person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MyData {
    /// Themselves.
    pub person: Person,
    /// What they belong to.
    pub memberships: Vec<MyMembership>,
    /// Where they are signed in.
    pub sessions: Vec<Session>,
    /// Their tokens, without the secrets.
    pub tokens: Vec<Token>,
    /// The links made for them.
    pub links: Vec<Link>,
    /// What other parts of the program know of them, by the name of the part.
    pub more: serde_json::Map<String, serde_json::Value>,
}

/// What a person belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MyMembership {
    /// As what, and since when.
    pub membership: Membership,
    /// The organisation.
    pub organisation: Organisation,
}

/// Sees whether the actor may have the password `new`: where they have one, `current` must be
/// it. To be followed by [`change_password`].
pub async fn prove_password(
    db: &Db,
    actor: &Actor,
    current: Option<&str>,
    new: &str,
    address: IpAddr,
    now: DateTime<Utc>,
) -> Result<NewPassword, EngineError> {
    actor.require_session()?;
    let person = store::people::get(db, actor.person.id).await?;
    password::check(new, &person.email)?;
    let before = store::people::password(db, person.id).await?;
    if before.is_some() {
        let tried = attempts::password(&person.email, address);
        attempts::begin_now(db, &tried, now).await?;
        let current = current.unwrap_or_default().to_owned();
        if !password::verify(current, before.clone()).await? {
            return Err(EngineError::WrongCredentials);
        }
        let transaction = db.begin().await?;
        attempts::succeeded(&transaction, &tried, now).await?;
        transaction.commit().await?;
    }
    Ok(NewPassword { hash: password::hash(new.to_owned()).await?, before })
}

/// Gives a person a password, by the operator's own hand.
pub async fn set_password(
    db: &impl Connection,
    person: &Person,
    new: &str,
) -> Result<(), EngineError> {
    password::check(new, &person.email)?;
    let hash = password::hash(new.to_owned()).await?;
    Ok(store::people::set_password(db, person.id, &hash).await?)
}

/// Changes the password. The session gets a new secret; all others, the links to sign in and the
/// tokens of the person end.
pub async fn change_password(
    transaction: &Transaction,
    actor: &Actor,
    new: &NewPassword,
    now: DateTime<Utc>,
) -> Result<PasswordChanged, EngineError> {
    let session = actor.require_session()?;
    let id = actor.person.id;
    if store::people::password(transaction, id).await? != new.before {
        return Err(EngineError::WrongCredentials);
    }
    store::people::set_password(transaction, id, &new.hash).await?;
    let ended = store::sessions::remove_all(transaction, id, Some(session)).await?;
    store::links::revoke(transaction, &Links::SignIn(id), now).await?;
    store::tokens::revoke(transaction, id, None, now).await?;
    let signed_in = sessions::renew(transaction, actor).await?;
    Ok(PasswordChanged { signed_in, ended })
}

/// Changes what the actor is called and the language they read; the person as it is then.
pub async fn update(
    transaction: &Transaction,
    actor: &Actor,
    name: &str,
    language: &str,
) -> Result<Person, EngineError> {
    actor.require(Scope::Write)?;
    let mut person = store::people::get(transaction, actor.person.id).await?;
    person.name = input::name(name)?;
    person.language = input::language(language)?;
    store::people::update(transaction, &person).await?;
    Ok(person)
}

/// Changes the language that the actor reads.
pub async fn set_language(
    transaction: &Transaction,
    actor: &Actor,
    language: &str,
) -> Result<(), EngineError> {
    actor.require(Scope::Write)?;
    let person = store::people::get(transaction, actor.person.id).await?;
    let person = Person { language: input::language(language)?, ..person };
    Ok(store::people::update(transaction, &person).await?)
}

/// What is known of the actor; other parts of the program add to `more`.
pub async fn my_data(db: &impl Connection, actor: &Actor) -> Result<MyData, EngineError> {
    actor.require(Scope::Export)?;
    let person = store::people::get(db, actor.person.id).await?;
    let memberships = store::memberships::of_person(db, person.id).await?;
    Ok(MyData {
        memberships: memberships
            .into_iter()
            .map(|(membership, organisation)| MyMembership { membership, organisation })
            .collect(),
        sessions: store::sessions::list(db, person.id).await?,
        tokens: store::tokens::list(db, person.id).await?,
        links: store::links::of_person(db, person.id, &person.email).await?,
        more: serde_json::Map::new(),
        person,
    })
}

/// Deletes the account of the actor: what they did stays, who they were does not. Refused for
/// the last administrator. The person as they were, for a last letter.
pub async fn delete(
    transaction: &Transaction,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Person, EngineError> {
    actor.require_session()?;
    let person = store::people::get(transaction, actor.person.id).await?;
    people::keep_an_administrator(transaction, person.id).await?;
    store::links::revoke(transaction, &Links::By(person.id), now).await?;
    store::sessions::remove_all(transaction, person.id, None).await?;
    store::tokens::remove_all(transaction, person.id).await?;
    store::memberships::remove_all(transaction, person.id).await?;
    store::links::forget_person(transaction, person.id, &person.email).await?;
    store::messages::forget_recipient(transaction, &person.email).await?;
    store::people::anonymise(transaction, person.id, now).await?;
    Ok(person)
}

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewPassword(…)")
    }
}
