//! Who asks for something, and what they are allowed by who they are.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use store::{
    Membership, Organisation, OrganisationId, OrganisationKind, Person, PersonId, Role, Scope,
    SessionId, TokenId,
};

use crate::error::EngineError;

/// Who asks for something: a person, with what they belong to at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The person; for [`Via::System`] one without a name.
    pub person: Person,
    /// What they belong to.
    pub memberships: Vec<Member>,
    /// How they came.
    pub via: Via,
}

/// That the actor belongs to an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The organisation.
    pub organisation: Organisation,
    /// What they do there.
    pub role: Role,
}

/// How an actor came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// Signed in with a browser.
    Session(SessionId),
    /// A program with a token.
    Token {
        /// The token.
        id: TokenId,
        /// What it may be used for.
        scopes: BTreeSet<Scope>,
    },
    /// This program itself.
    System,
}

impl Member {
    /// From what is stored.
    pub(super) fn all(stored: Vec<(Membership, Organisation)>) -> Vec<Self> {
        let member = |(it, organisation): (Membership, _)| Self { organisation, role: it.role };
        stored.into_iter().map(member).collect()
    }
}

impl Actor {
    /// This program itself: what happens at its time, or by a command of the operator.
    pub fn system(now: DateTime<Utc>) -> Self {
        let person = Person {
            id: PersonId::NIL,
            email: String::new(),
            name: String::new(),
            language: "en".to_owned(),
            has_password: false,
            administrator: true,
            disabled_at: None,
            deleted_at: None,
            created_at: now,
        };
        Self { person, memberships: Vec::new(), via: Via::System }
    }

    /// The person, unless it is the program itself.
    pub fn person_id(&self) -> Option<PersonId> {
        (self.via != Via::System).then_some(self.person.id)
    }

    /// Whether they may do what `scope` is for: only a token may be limited.
    pub fn may(&self, scope: Scope) -> bool {
        match &self.via {
            Via::Token { scopes, .. } => scopes.contains(&scope),
            Via::Session(_) | Via::System => true,
        }
    }

    /// Refused where [`may`](Self::may) says no.
    pub fn require(&self, scope: Scope) -> Result<(), EngineError> {
        if self.may(scope) { Ok(()) } else { Err(EngineError::Scope(scope)) }
    }

    /// Whether they look after people and organisations.
    pub fn is_administrator(&self) -> bool {
        self.person.administrator && self.may(Scope::Admin)
    }

    /// Refused where they are no administrator.
    pub fn require_administrator(&self) -> Result<(), EngineError> {
        if self.is_administrator() {
            Ok(())
        } else {
            Err(EngineError::Forbidden { who: "administrators" })
        }
    }

    /// The session they came with, if they did.
    pub fn session_id(&self) -> Option<SessionId> {
        match self.via {
            Via::Session(id) => Some(id),
            Via::Token { .. } | Via::System => None,
        }
    }

    /// Refused where they did not sign in: what a token must not be enough for.
    pub fn require_session(&self) -> Result<SessionId, EngineError> {
        self.session_id().ok_or(EngineError::Forbidden { who: "people who have signed in" })
    }

    /// What they do in the organisation, if they belong to it.
    pub fn role_in(&self, organisation: OrganisationId) -> Option<Role> {
        self.memberships.iter().find(|it| it.organisation.id == organisation).map(|it| it.role)
    }

    /// Whether they run the rounds of the organisation.
    pub fn is_secretariat_of(&self, organisation: OrganisationId) -> bool {
        self.role_in(organisation) == Some(Role::Secretariat)
    }

    /// Whether they belong to the organisation, as whatever.
    pub fn is_member_of(&self, organisation: OrganisationId) -> bool {
        self.role_in(organisation).is_some()
    }

    /// Whether they run the rounds of any organisation.
    pub fn is_secretariat(&self) -> bool {
        self.memberships.iter().any(|it| it.role == Role::Secretariat)
    }

    /// The clusters whose rounds they run.
    pub fn clusters(&self) -> Vec<OrganisationId> {
        self.organisations(|it| it.role == Role::Secretariat)
    }

    /// The companies they belong to.
    pub fn companies(&self) -> Vec<OrganisationId> {
        self.organisations(|it| it.organisation.kind == OrganisationKind::Company)
    }

    fn organisations(&self, which: impl Fn(&Member) -> bool) -> Vec<OrganisationId> {
        self.memberships.iter().filter(|it| which(it)).map(|it| it.organisation.id).collect()
    }
}
