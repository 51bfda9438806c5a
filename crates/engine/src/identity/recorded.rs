//! The use cases that change something, made to last together with their event.
//!
//! Each is the function of the same name beside it, run by the [`Writer`](crate::writer::Writer).
//! No event holds a secret or a password. That somebody could not sign in is no event: it is
//! counted.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use store::{About, MessageId, NewEvent};

use super::account::NewPassword;
use super::letters::Letter;
use super::links::{Arrival, Arrived, Invitation};
use super::organisations::{MembershipChanged, NewOrganisation};
use super::sessions::Browser;
use super::sign_in::SignedIn;
use super::tokens::NewToken;
use super::{
    Actor, Limits, Link, LinkId, LinkPurpose, Organisation, OrganisationId, Person, PersonId, Role,
    Secret, SessionId, Token, TokenId, Via, account, letters, links, organisations, people,
    sessions, sign_in, tokens,
};
use crate::engine::Engine;
use crate::error::EngineError;

/// Signs in with a password; `address` is the one on the internet.
pub async fn sign_in(
    engine: &Engine,
    email: &str,
    password: &str,
    address: IpAddr,
    browser: Browser,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<SignedIn, EngineError> {
    let proven = sign_in::prove(&engine.db, email, password, address, now).await?;
    let given = (proven, browser, limits.clone(), now);
    let work = engine.writer.run(given, |(proven, browser, limits, now), tx, history| {
        Box::pin(async move {
            let signed_in = sign_in::enter(tx, proven, browser, limits, *now).await?;
            history.push(by(signed_in.person.id, "signed-in", *now).to("password"));
            Ok(signed_in)
        })
    });
    work.await
}

/// Signs out.
pub async fn sign_out(
    engine: &Engine,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    let work = engine.writer.run((actor.clone(), now), |(actor, now), tx, history| {
        Box::pin(async move {
            sessions::sign_out(tx, actor).await?;
            history.push(of(actor, "signed-out", *now));
            Ok(())
        })
    });
    work.await
}

/// Ends one session of the actor.
pub async fn end_session(
    engine: &Engine,
    actor: &Actor,
    id: SessionId,
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    let work = engine.writer.run((actor.clone(), id, now), |(actor, id, now), tx, history| {
        Box::pin(async move {
            sessions::end(tx, actor, *id).await?;
            history.push(of(actor, "sessions-ended", *now).to("1"));
            Ok(())
        })
    });
    work.await
}

/// Ends the sessions of the actor in all browsers, or in all but this one; how many.
pub async fn end_sessions(
    engine: &Engine,
    actor: &Actor,
    this_too: bool,
    now: DateTime<Utc>,
) -> Result<u64, EngineError> {
    let given = (actor.clone(), this_too, now);
    let work = engine.writer.run(given, |(actor, this_too, now), tx, history| {
        Box::pin(async move {
            let ended = sessions::end_all(tx, actor, *this_too).await?;
            history.push(of(actor, "sessions-ended", *now).to(ended));
            Ok(ended)
        })
    });
    work.await
}

/// Notes that the actor's session or token is used. Nothing of it is in the history.
pub async fn seen(
    engine: &Engine,
    actor: &Actor,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    let given = (actor.via.clone(), limits.clone(), now);
    let work = engine.writer.run(given, |(via, limits, now), tx, _| {
        Box::pin(async move {
            match via {
                Via::Session(id) => sessions::seen(tx, *id, limits, *now).await,
                Via::Token { id, .. } => tokens::seen(tx, *id, limits, *now).await,
                Via::System => Ok(()),
            }
        })
    });
    work.await
}

/// Sends a link to sign in to an e-mail address, if somebody has it. Whoever asks is told the
/// same either way.
pub async fn request_link<L>(
    engine: &Engine,
    email: &str,
    address: IpAddr,
    letter: L,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<(), EngineError>
where
    L: Fn(&Person, &Secret) -> Letter + Send + Sync + 'static,
{
    let given = (email.to_owned(), address, letter, limits.clone(), now);
    let work = engine.writer.run(given, |(email, address, letter, limits, now), tx, history| {
        Box::pin(async move {
            let link = links::request(tx, email, *address, letter, limits, *now).await?;
            let person = link.and_then(|it| it.person);
            history.extend(person.map(|it| by(it, "link-requested", *now)));
            Ok(())
        })
    });
    work.await
}

/// Invites somebody into an organisation.
pub async fn invite<L>(
    engine: &Engine,
    actor: &Actor,
    invitation: Invitation,
    letter: L,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<Link, EngineError>
where
    L: Fn(&Organisation, &Secret) -> Letter + Send + Sync + 'static,
{
    let given = (actor.clone(), invitation, letter, limits.clone(), now);
    let work = engine.writer.run(given, |(actor, invitation, letter, limits, now), tx, history| {
        Box::pin(async move {
            let link = links::invite(tx, actor, invitation, letter, limits, *now).await?;
            history.push(of(actor, "invited", *now).on(about(&link)).to(role(invitation.role)));
            Ok(link)
        })
    });
    work.await
}

/// Takes an invitation back.
pub async fn revoke_invitation(
    engine: &Engine,
    actor: &Actor,
    id: LinkId,
    now: DateTime<Utc>,
) -> Result<Link, EngineError> {
    let work = engine.writer.run((actor.clone(), id, now), |(actor, id, now), tx, history| {
        Box::pin(async move {
            let link = links::revoke(tx, actor, *id, *now).await?;
            history.push(of(actor, "invitation-revoked", *now).on(about(&link)));
            Ok(link)
        })
    });
    work.await
}

/// Uses a link: signs in whom it was made for.
pub async fn use_link(
    engine: &Engine,
    secret: &str,
    arrival: Arrival,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<Arrived, EngineError> {
    let given = (secret.to_owned(), arrival, limits.clone(), now);
    let work = engine.writer.run(given, |(secret, arrival, limits, now), tx, history| {
        Box::pin(async move {
            let arrived = links::use_up(tx, secret, arrival, limits, *now).await?;
            let person = arrived.signed_in.person.id;
            if let Some(it) = &arrived.joined {
                history.push(by(person, "joined", *now).on(about(&arrived.link)).to(role(it.role)));
            }
            if arrived.link.purpose == LinkPurpose::Administrator {
                history.push(by(person, "administrator-set", *now).place(person).to("true"));
            }
            history.push(by(person, "signed-in", *now).to("link"));
            Ok(arrived)
        })
    });
    work.await
}

/// The link that makes the first administrator, while there is none.
pub async fn first_link(
    engine: &Engine,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<Option<Secret>, EngineError> {
    let work = engine.writer.run((limits.clone(), now), |(limits, now), tx, _| {
        Box::pin(links::first(tx, limits, *now))
    });
    work.await
}

/// Changes the password, where the actor has proven to know the one there is.
pub async fn change_password(
    engine: &Engine,
    actor: &Actor,
    new: NewPassword,
    now: DateTime<Utc>,
) -> Result<account::PasswordChanged, EngineError> {
    let work = engine.writer.run((actor.clone(), new, now), |(actor, new, now), tx, history| {
        Box::pin(async move {
            let changed = account::change_password(tx, actor, new, *now).await?;
            history.push(of(actor, "password-changed", *now));
            Ok(changed)
        })
    });
    work.await
}

/// Changes what the actor is called and the language they read.
pub async fn change_account(
    engine: &Engine,
    actor: &Actor,
    name: &str,
    language: &str,
    now: DateTime<Utc>,
) -> Result<Person, EngineError> {
    let given = (actor.clone(), name.to_owned(), language.to_owned(), now);
    let work = engine.writer.run(given, |(actor, name, language, now), tx, history| {
        Box::pin(async move {
            let after = account::update(tx, actor, name, language).await?;
            // A name is forgotten with the account, and the history is not: it says only that.
            let (was, is) = (&actor.person.language, &after.language);
            history.push(of(actor, "account-changed", *now).from(was).to(is));
            Ok(after)
        })
    });
    work.await
}

/// Changes the language that the actor reads.
pub async fn change_language(
    engine: &Engine,
    actor: &Actor,
    language: &str,
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    let given = (actor.clone(), language.to_owned(), now);
    let work = engine.writer.run(given, |(actor, language, now), tx, history| {
        Box::pin(async move {
            account::set_language(tx, actor, language).await?;
            let event = of(actor, "account-changed", *now);
            history.push(event.from(&actor.person.language).to(language));
            Ok(())
        })
    });
    work.await
}

/// Deletes the account of the actor; the person as they were.
pub async fn delete_account(
    engine: &Engine,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Person, EngineError> {
    let work = engine.writer.run((actor.clone(), now), |(actor, now), tx, history| {
        Box::pin(async move {
            let person = account::delete(tx, actor, *now).await?;
            history.push(of(actor, "account-deleted", *now));
            Ok(person)
        })
    });
    work.await
}

/// Makes a token for the actor; its secret is told once.
pub async fn create_token(
    engine: &Engine,
    actor: &Actor,
    new: NewToken,
    now: DateTime<Utc>,
) -> Result<(Token, Secret), EngineError> {
    let work = engine.writer.run((actor.clone(), new, now), |(actor, new, now), tx, history| {
        Box::pin(async move {
            let (token, secret) = tokens::create(tx, actor, new, *now).await?;
            let scopes: Vec<&str> = token.scopes.iter().map(|it| it.word()).collect();
            history.push(of(actor, "token-made", *now).place(token.id).to(scopes.join(" ")));
            Ok((token, secret))
        })
    });
    work.await
}

/// Takes a token of the actor back.
pub async fn revoke_token(
    engine: &Engine,
    actor: &Actor,
    id: TokenId,
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    let work = engine.writer.run((actor.clone(), id, now), |(actor, id, now), tx, history| {
        Box::pin(async move {
            tokens::revoke(tx, actor, *id, *now).await?;
            history.push(of(actor, "token-revoked", *now).place(*id));
            Ok(())
        })
    });
    work.await
}

/// Changes the name and the address of a person.
pub async fn change_person(
    engine: &Engine,
    actor: &Actor,
    id: PersonId,
    name: &str,
    email: &str,
    now: DateTime<Utc>,
) -> Result<Person, EngineError> {
    let given = (actor.clone(), id, name.to_owned(), email.to_owned(), now);
    let work = engine.writer.run(given, |(actor, id, name, email, now), tx, history| {
        Box::pin(async move {
            let (before, after) = people::change(tx, actor, *id, name, email, *now).await?;
            // Names and addresses are forgotten with the account, and the history is not.
            let what = match before.email == after.email {
                true => "name",
                false => "address",
            };
            history.push(of(actor, "person-changed", *now).place(*id).to(what));
            Ok(after)
        })
    });
    work.await
}

/// Ends the sessions of a person in all browsers; how many.
pub async fn end_sessions_of(
    engine: &Engine,
    actor: &Actor,
    id: PersonId,
    now: DateTime<Utc>,
) -> Result<u64, EngineError> {
    let work = engine.writer.run((actor.clone(), id, now), |(actor, id, now), tx, history| {
        Box::pin(async move {
            let ended = people::end_sessions(tx, actor, *id).await?;
            history.push(of(actor, "sessions-ended", *now).place(*id).to(ended));
            Ok(ended)
        })
    });
    work.await
}

/// Has a letter tried again at once. Nothing of it is in the history.
pub async fn send_again(
    engine: &Engine,
    actor: &Actor,
    id: MessageId,
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    let work = engine.writer.run((actor.clone(), id, now), |(actor, id, now), tx, _| {
        Box::pin(letters::again(tx, actor, *id, *now))
    });
    work.await
}

/// Keeps a person from signing in, or lets them again.
pub async fn set_disabled(
    engine: &Engine,
    actor: &Actor,
    id: PersonId,
    disabled: bool,
    now: DateTime<Utc>,
) -> Result<Person, EngineError> {
    let given = (actor.clone(), id, disabled, now);
    let work = engine.writer.run(given, |(actor, id, disabled, now), tx, history| {
        Box::pin(async move {
            let (person, action) = if *disabled {
                (people::disable(tx, actor, *id, *now).await?, "person-disabled")
            } else {
                (people::enable(tx, actor, *id).await?, "person-enabled")
            };
            history.push(of(actor, action, *now).place(*id));
            Ok(person)
        })
    });
    work.await
}

/// Makes a person an administrator, or ends that.
pub async fn set_administrator(
    engine: &Engine,
    actor: &Actor,
    id: PersonId,
    administrator: bool,
    now: DateTime<Utc>,
) -> Result<Person, EngineError> {
    let given = (actor.clone(), id, administrator, now);
    let work = engine.writer.run(given, |(actor, id, administrator, now), tx, history| {
        Box::pin(async move {
            let person = people::set_administrator(tx, actor, *id, *administrator).await?;
            let event = of(actor, "administrator-set", *now).place(*id);
            history.push(event.from(!*administrator).to(*administrator));
            Ok(person)
        })
    });
    work.await
}

/// Makes an organisation.
pub async fn create_organisation(
    engine: &Engine,
    actor: &Actor,
    new: NewOrganisation,
    now: DateTime<Utc>,
) -> Result<Organisation, EngineError> {
    let work = engine.writer.run((actor.clone(), new, now), |(actor, new, now), tx, history| {
        Box::pin(async move {
            let made = organisations::create(tx, actor, new, *now).await?;
            history.push(of(actor, "organisation-made", *now).within(made.id).to(shown(&made)));
            Ok(made)
        })
    });
    work.await
}

/// Changes name and number of an organisation; it as it is then.
pub async fn change_organisation(
    engine: &Engine,
    actor: &Actor,
    id: OrganisationId,
    name: &str,
    number: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Organisation, EngineError> {
    let given = (actor.clone(), id, name.to_owned(), number.map(str::to_owned), now);
    let work = engine.writer.run(given, |(actor, id, name, number, now), tx, history| {
        Box::pin(async move {
            let (before, after) =
                organisations::update(tx, actor, *id, name, number.as_deref()).await?;
            let event = of(actor, "organisation-changed", *now).within(*id);
            history.push(event.from(shown(&before)).to(shown(&after)));
            Ok(after)
        })
    });
    work.await
}

/// Makes somebody known a member, or changes what they are.
pub async fn set_member(
    engine: &Engine,
    actor: &Actor,
    organisation: OrganisationId,
    person: PersonId,
    role: Role,
    now: DateTime<Utc>,
) -> Result<MembershipChanged, EngineError> {
    let given = (actor.clone(), organisation, person, role, now);
    let work = engine.writer.run(given, |(actor, organisation, person, role, now), tx, history| {
        Box::pin(async move {
            let changed =
                organisations::set_member(tx, actor, *organisation, *person, *role, *now).await?;
            history.push(membership(actor, "member-set", &changed, *now));
            Ok(changed)
        })
    });
    work.await
}

/// Ends a membership.
pub async fn remove_member(
    engine: &Engine,
    actor: &Actor,
    organisation: OrganisationId,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<MembershipChanged, EngineError> {
    let given = (actor.clone(), organisation, person, now);
    let work = engine.writer.run(given, |(actor, organisation, person, now), tx, history| {
        Box::pin(async move {
            let changed =
                organisations::remove_member(tx, actor, *organisation, *person, *now).await?;
            history.push(membership(actor, "member-removed", &changed, *now));
            Ok(changed)
        })
    });
    work.await
}

/// Puts a letter into the outbox. Nothing of it is in the history.
pub async fn post(
    engine: &Engine,
    letter: Letter,
    now: DateTime<Utc>,
) -> Result<MessageId, EngineError> {
    let work = engine.writer.run((letter, now), |(letter, now), tx, _| {
        Box::pin(letters::post(tx, letter.clone(), *now))
    });
    work.await
}

/// An event as it comes together.
trait Event: Sized {
    fn on(self, about: About) -> Self;
    fn within(self, organisation: OrganisationId) -> Self;
    fn place(self, place: impl ToString) -> Self;
    fn from(self, before: impl ToString) -> Self;
    fn to(self, after: impl ToString) -> Self;
}

impl Event for NewEvent {
    fn on(self, about: About) -> Self {
        Self { about, ..self }
    }

    fn within(mut self, organisation: OrganisationId) -> Self {
        self.about.organisation = Some(organisation);
        self
    }

    fn place(mut self, place: impl ToString) -> Self {
        self.about.place = place.to_string();
        self
    }

    fn from(self, before: impl ToString) -> Self {
        Self { before: Some(before.to_string()), ..self }
    }

    fn to(self, after: impl ToString) -> Self {
        Self { after: Some(after.to_string()), ..self }
    }
}

fn of(actor: &Actor, action: &str, now: DateTime<Utc>) -> NewEvent {
    NewEvent { person: actor.person_id(), ..by(actor.person.id, action, now) }
}

fn by(person: PersonId, action: &str, now: DateTime<Utc>) -> NewEvent {
    NewEvent {
        at: now,
        action: action.to_owned(),
        person: Some(person),
        about: About::default(),
        before: None,
        after: None,
    }
}

fn about(link: &Link) -> About {
    About {
        organisation: link.organisation,
        round: link.round,
        assessment: link.assessment,
        ..About::default()
    }
}

fn membership(
    actor: &Actor,
    action: &str,
    changed: &MembershipChanged,
    now: DateTime<Utc>,
) -> NewEvent {
    let event = of(actor, action, now).within(changed.organisation).place(changed.person);
    NewEvent {
        before: changed.before.map(|it| role(it).to_owned()),
        after: changed.after.map(|it| role(it).to_owned()),
        ..event
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Member => "member",
        Role::Secretariat => "secretariat",
    }
}

fn shown(it: &Organisation) -> String {
    match &it.number {
        Some(number) => format!("{} ({number})", it.name),
        None => it.name.clone(),
    }
}
