//! Signing in with a password.
//!
//! Working on a password takes long, so nobody else waits for it: [`prove`] first, outside of
//! any transaction, then [`enter`].

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use store::{Db, Person, Session, Transaction};

use super::attempts::{self, Tried};
use super::limits::Limits;
use super::secret::Secret;
use super::sessions::{self, Browser};
use super::{input, password};
use crate::error::EngineError;

/// Somebody has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub person: Person,
    /// Their session.
    pub session: Session,
    /// Its secret, for the cookie.
    pub secret: Secret,
}

/// That somebody knew the password of a person.
#[derive(Clone, Debug)]
pub struct Proven {
    person: Person,
    hash: String,
    tried: [Tried; 2],
}

impl Proven {
    /// Whose password it was.
    pub fn person(&self) -> &Person {
        &self.person
    }
}

/// Sees whether e-mail address and password belong together; `address` is the one on the
/// internet. An unknown address takes as long as a wrong password and says the same.
pub async fn prove(
    db: &Db,
    email: &str,
    password: &str,
    address: IpAddr,
    now: DateTime<Utc>,
) -> Result<Proven, EngineError> {
    let email = input::email(email).map_err(|_| EngineError::WrongCredentials)?;
    let tried = attempts::password(&email, address);
    attempts::begin_now(db, &tried, now).await?;
    let found = store::people::find_for_sign_in(db, &email).await?;
    let (person, hash) = found.map_or((None, None), |(person, hash)| (Some(person), hash));
    let right = password::verify(password.to_owned(), hash.clone()).await?;
    match (person, hash) {
        (Some(person), Some(hash)) if right && person.is_active() => {
            Ok(Proven { person, hash, tried })
        }
        _ => Err(EngineError::WrongCredentials),
    }
}

/// Signs in who has [proven](prove) to be somebody.
pub async fn enter(
    transaction: &Transaction,
    proven: &Proven,
    browser: &Browser,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<SignedIn, EngineError> {
    attempts::succeeded(transaction, &proven.tried, now).await?;
    // Password and rights may have changed in between.
    let person = store::people::get(transaction, proven.person.id).await?;
    let hash = store::people::password(transaction, person.id).await?;
    if !person.is_active() || hash.as_ref() != Some(&proven.hash) {
        return Err(EngineError::WrongCredentials);
    }
    sessions::start(transaction, person, browser, limits, now).await
}
