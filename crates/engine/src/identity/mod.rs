//! Who people are: signing in, links, sessions, tokens, organisations and their members.
//!
//! What several writes make up takes a transaction, and what happened is returned, so that the
//! caller records it in the same transaction. An error means that the transaction is to be
//! dropped. Secrets are returned once; only their hashes are kept.
//!
//! Suggested reading order: [`Actor`], [`sign_in`], [`links`], [`sessions`], [`tokens`],
//! [`account`], [`people`], [`organisations`].

pub mod account;
mod actor;
pub mod attempts;
mod input;
pub mod letters;
mod limits;
pub mod links;
pub mod named;
pub mod organisations;
pub mod password;
pub mod people;
pub mod recorded;
mod secret;
pub mod sessions;
pub mod sign_in;
pub mod tokens;

pub use actor::{Actor, Member, Via};
pub use input::email;
pub use letters::Letter;
pub use limits::Limits;
pub use links::LinkTrouble;
pub use secret::{Secret, same};
pub use sessions::Browser;
pub use sign_in::SignedIn;
pub use store::{
    Link, LinkId, LinkPurpose, Membership, Message, MessageId, Organisation, OrganisationFilter,
    OrganisationId, OrganisationKind, PeopleFilter, Person, PersonId, Role, Rows, Scope, Session,
    SessionId, Token, TokenId,
};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use crate::error::EngineError;

/// How long a used or expired link, and a message, is still shown.
const KEPT: TimeDelta = TimeDelta::days(90);

/// Forgets what is over: sessions, links, counted attempts, old messages.
pub async fn forget(
    db: &impl store::Connection,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    store::sessions::forget(db, now, now - limits.idle).await?;
    store::links::forget(db, now - KEPT).await?;
    store::attempts::forget(db, now - attempts::FORGOTTEN).await?;
    store::messages::forget(db, now - KEPT).await?;
    Ok(())
}

/// A time as it is kept: what is given back when something is made is what is read later.
fn kept(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(3)
}
