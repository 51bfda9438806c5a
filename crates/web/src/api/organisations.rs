//! Organisations, who belongs to them, and who is invited to.

use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Path, to};
use engine::identity::organisations::{self, NewOrganisation};
use engine::identity::{
    LinkId, Organisation, OrganisationFilter, OrganisationId, OrganisationKind, Person, PersonId,
    Role, Scope, links, recorded,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor;
use super::asked::id;
use super::me::{kind, role};
use super::once::{Done, Once};
use super::operation::{Operation, Spec, change, get};
use super::types::{Id, Moment, Page, Paging, Query, cursor, most};
use crate::error::Problem;
use crate::input::Json;
use crate::routes::Access::{Administrator, SignedIn, Staff};
use crate::visit::Visit;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    get(
        "/api/v1/organisations",
        Staff,
        Spec::new("listOrganisations", Scope::Read, "Organisations by name.")
            .query::<Which>()
            .gives::<Page<OrganisationView>>(),
        || to(list),
    ),
    change(
        Method::POST,
        "/api/v1/organisations",
        Staff,
        Spec::new("makeOrganisation", Scope::Write, "Makes an organisation.")
            .takes::<NewOrganisationValues>()
            .gives::<OrganisationView>()
            .makes(),
        || to(make),
    ),
    get(
        "/api/v1/organisations/{organisation}",
        SignedIn,
        Spec::new("readOrganisation", Scope::Read, "An organisation, for who belongs to it.")
            .gives::<OrganisationView>(),
        || to(read),
    ),
    change(
        Method::PATCH,
        "/api/v1/organisations/{organisation}",
        Administrator,
        Spec::new("changeOrganisation", Scope::Admin, "Changes name and number.")
            .takes::<OrganisationChange>()
            .gives::<OrganisationView>(),
        || to(change_one),
    ),
    get(
        "/api/v1/organisations/{organisation}/members",
        SignedIn,
        Spec::new("listMembers", Scope::Read, "Who belongs to an organisation, by name.")
            .query::<Paging>()
            .gives::<Page<MemberView>>(),
        || to(list_members),
    ),
    change(
        Method::PUT,
        "/api/v1/organisations/{organisation}/members/{person}",
        SignedIn,
        Spec::new("setMember", Scope::Write, "Makes somebody a member, or changes what they are.")
            .takes::<MemberValues>()
            .gives::<MembershipView>(),
        || to(set_member),
    ),
    change(
        Method::DELETE,
        "/api/v1/organisations/{organisation}/members/{person}",
        SignedIn,
        Spec::new("removeMember", Scope::Write, "Ends a membership."),
        || to(remove_member),
    ),
    get(
        "/api/v1/organisations/{organisation}/invitations",
        SignedIn,
        Spec::new("listInvitations", Scope::Read, "The invitations that can still be used.")
            .query::<Paging>()
            .gives::<Page<InvitationView>>(),
        || to(list_invitations),
    ),
    change(
        Method::DELETE,
        "/api/v1/invitations/{invitation}",
        SignedIn,
        Spec::new("revokeInvitation", Scope::Write, "Takes an invitation back."),
        || to(revoke_invitation),
    ),
];

/// Which organisations.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// A part of the name or the number.
    text: Option<String>,
    /// What they are here for.
    kind: Option<KindWord>,
    /// How many rows at most: 1 to 200, usually 50.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// What an organisation is here for.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
enum KindWord {
    Company,
    Cluster,
}

impl From<KindWord> for OrganisationKind {
    fn from(word: KindWord) -> Self {
        match word {
            KindWord::Company => Self::Company,
            KindWord::Cluster => Self::Cluster,
        }
    }
}

/// What somebody is in an organisation.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
enum RoleWord {
    Member,
    Secretariat,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Member => Self::Member,
            RoleWord::Secretariat => Self::Secretariat,
        }
    }
}

/// An organisation.
#[derive(Debug, Serialize, JsonSchema)]
struct OrganisationView {
    /// Its id.
    id: Id,
    /// What it is called.
    name: String,
    /// `company` or `cluster`.
    kind: &'static str,
    /// Its number in a public register.
    number: Option<String>,
    /// When it was made.
    created_at: Moment,
}

fn view(it: Organisation) -> OrganisationView {
    OrganisationView {
        id: Id::of(it.id),
        name: it.name,
        kind: kind(it.kind),
        number: it.number,
        created_at: it.created_at.into(),
    }
}

async fn list(visit: Visit, asked: Query<Which>) -> Result<HttpResponse, Problem> {
    let (who, asked) = (actor(&visit, Scope::Read)?, asked.0);
    let filter = OrganisationFilter { kind: asked.kind.map(Into::into), text: asked.text };
    let (limit, after) = (most(asked.limit)?, cursor(asked.cursor.as_deref())?);
    let found = organisations::list(&visit.engine().db, who, &filter, limit, after).await?;
    let next = found.next.map(|it| it.to_string());
    let items = found.rows.into_iter().map(view).collect();
    Ok(HttpResponse::Ok().json(Page { items, next }))
}

/// What an organisation is to be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewOrganisationValues {
    /// What it is called.
    name: String,
    /// What it is here for; a secretariat makes companies only.
    kind: KindWord,
    /// Its number in a public register.
    number: Option<String>,
}

async fn make(
    visit: Visit,
    once: Once,
    body: Json<NewOrganisationValues>,
) -> Result<HttpResponse, Problem> {
    let (who, new) = (actor(&visit, Scope::Write)?, body.0);
    let new = NewOrganisation { name: new.name, kind: new.kind.into(), number: new.number };
    let work = async {
        let made = recorded::create_organisation(visit.engine(), who, new, visit.now).await?;
        Done::with(StatusCode::CREATED, &view(made))
    };
    once.run(work).await
}

async fn read(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let found = organisations::get(&visit.engine().db, who, id(&path)?).await?;
    Ok(HttpResponse::Ok().json(view(found)))
}

/// What may be changed of an organisation; what is absent stays.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OrganisationChange {
    /// What it is called.
    name: Option<String>,
    /// Its number in a public register; null takes it away.
    #[serde(default, deserialize_with = "super::answers::given")]
    number: Option<Option<String>>,
}

async fn change_one(
    visit: Visit,
    path: Path<String>,
    once: Once,
    body: Json<OrganisationChange>,
) -> Result<HttpResponse, Problem> {
    let (engine, who, new) = (visit.engine(), actor(&visit, Scope::Write)?, body.0);
    let own: OrganisationId = id(&path)?;
    let work = async {
        let before = organisations::get(&engine.db, who, own).await?;
        let name = new.name.unwrap_or(before.name);
        let number = new.number.unwrap_or(before.number);
        let number = number.as_deref();
        let after =
            recorded::change_organisation(engine, who, own, &name, number, visit.now).await?;
        Done::with(StatusCode::OK, &view(after))
    };
    once.run(work).await
}

/// Somebody who belongs to an organisation.
#[derive(Debug, Serialize, JsonSchema)]
struct MemberView {
    /// Who.
    person: Id,
    /// What they are called.
    name: String,
    /// Their address.
    email: String,
    /// `member` or `secretariat`.
    role: &'static str,
    /// Since when.
    since: Moment,
}

async fn list_members(
    visit: Visit,
    path: Path<String>,
    asked: Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let all = organisations::members(&visit.engine().db, who, id(&path)?).await?;
    let view = |(it, person): (engine::identity::Membership, Person)| MemberView {
        person: Id::of(person.id),
        name: person.name,
        email: person.email,
        role: role(it.role),
        since: it.created_at.into(),
    };
    let all = all.into_iter().map(view).collect();
    let page = Page::cut(all, asked.0.limit, asked.0.cursor.as_deref(), |it| it.person.0.clone())?;
    Ok(HttpResponse::Ok().json(page))
}

/// What somebody is to be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MemberValues {
    /// What they are to be.
    role: RoleWord,
}

/// A membership.
#[derive(Debug, Serialize, JsonSchema)]
struct MembershipView {
    /// The organisation.
    organisation: Id,
    /// The person.
    person: Id,
    /// `member` or `secretariat`.
    role: Option<&'static str>,
}

async fn set_member(
    visit: Visit,
    path: Path<(String, String)>,
    once: Once,
    body: Json<MemberValues>,
) -> Result<HttpResponse, Problem> {
    let (engine, who) = (visit.engine(), actor(&visit, Scope::Write)?);
    let (own, person): (OrganisationId, PersonId) = (id(&path.0)?, id(&path.1)?);
    let work = async {
        let to = body.0.role.into();
        let changed = recorded::set_member(engine, who, own, person, to, visit.now).await?;
        let (organisation, person) = (Id::of(changed.organisation), Id::of(changed.person));
        let view = MembershipView { organisation, person, role: changed.after.map(role) };
        Done::with(StatusCode::OK, &view)
    };
    once.run(work).await
}

async fn remove_member(
    visit: Visit,
    path: Path<(String, String)>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let (engine, who) = (visit.engine(), actor(&visit, Scope::Write)?);
    let (own, person): (OrganisationId, PersonId) = (id(&path.0)?, id(&path.1)?);
    let work = async {
        recorded::remove_member(engine, who, own, person, visit.now).await?;
        Ok(Done::quietly())
    };
    once.run(work).await
}

/// An invitation that can still be used.
#[derive(Debug, Serialize, JsonSchema)]
struct InvitationView {
    /// Its id; it is no secret.
    id: Id,
    /// The address it went to.
    email: String,
    /// `member` or `secretariat`.
    role: Option<&'static str>,
    /// When it was sent.
    created_at: Moment,
    /// Until when it can be used.
    expires_at: Moment,
}

async fn list_invitations(
    visit: Visit,
    path: Path<String>,
    asked: Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let all = links::invitations(&visit.engine().db, who, id(&path)?, visit.now).await?;
    let view = |it: engine::identity::Link| InvitationView {
        id: Id::of(it.id),
        email: it.email,
        role: it.role.map(role),
        created_at: it.created_at.into(),
        expires_at: it.expires_at.into(),
    };
    let all = all.into_iter().map(view).collect();
    let page = Page::cut(all, asked.0.limit, asked.0.cursor.as_deref(), |it| it.id.0.clone())?;
    Ok(HttpResponse::Ok().json(page))
}

async fn revoke_invitation(
    visit: Visit,
    path: Path<String>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let (who, link): (_, LinkId) = (actor(&visit, Scope::Write)?, id(&path)?);
    let work = async {
        recorded::revoke_invitation(visit.engine(), who, link, visit.now).await?;
        Ok(Done::quietly())
    };
    once.run(work).await
}
