//! What administrators do with people.

use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Path, to};
use engine::identity::{
    Membership, Organisation, PeopleFilter, Person, PersonId, Scope, people, recorded,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor;
use super::asked::id;
use super::me::{Ended, role};
use super::once::{Done, Once};
use super::operation::{Operation, Spec, change, get};
use super::types::{Id, Moment, Page, Query, Titled, cursor, most};
use crate::error::Problem;
use crate::input::Json;
use crate::routes::Access::Administrator;
use crate::visit::Visit;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    get(
        "/api/v1/people",
        Administrator,
        Spec::new("listPeople", Scope::Admin, "People by name.")
            .query::<Which>()
            .gives::<Page<PersonLine>>(),
        || to(list),
    ),
    get(
        "/api/v1/people/{person}",
        Administrator,
        Spec::new("readPerson", Scope::Admin, "A person, and what they belong to.")
            .gives::<PersonView>(),
        || to(read),
    ),
    change(
        Method::PATCH,
        "/api/v1/people/{person}",
        Administrator,
        Spec::new(
            "changePerson",
            Scope::Admin,
            "Changes name and address, keeps a person out or lets them in, makes an administrator.",
        )
        .takes::<PersonChange>()
        .gives::<PersonView>(),
        || to(change_one),
    ),
    change(
        Method::DELETE,
        "/api/v1/people/{person}/sessions",
        Administrator,
        Spec::new("endSessionsOfPerson", Scope::Admin, "Ends the sessions of a person.")
            .gives::<Ended>(),
        || to(end_sessions),
    ),
];

/// Which people.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// A part of the name or the address.
    text: Option<String>,
    /// Only administrators.
    #[serde(default)]
    administrators: bool,
    /// How many rows at most: 1 to 200, usually 50.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// A person in a list.
#[derive(Debug, Serialize, JsonSchema)]
struct PersonLine {
    /// Their id.
    id: Id,
    /// Their address.
    email: String,
    /// What they are called.
    name: String,
    /// The language they read.
    language: String,
    /// Whether they look after people and organisations.
    administrator: bool,
    /// Since when they may not sign in.
    disabled_at: Option<Moment>,
    /// Since when they are known.
    created_at: Moment,
}

/// A person.
#[derive(Debug, Serialize, JsonSchema)]
struct PersonView {
    /// Who.
    #[serde(flatten)]
    line: PersonLine,
    /// What they belong to.
    memberships: Vec<Belongs>,
}

/// That a person belongs to an organisation.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "MembershipOfPerson")]
struct Belongs {
    /// The organisation.
    organisation: Titled,
    /// `member` or `secretariat`.
    role: &'static str,
}

fn line(it: Person) -> PersonLine {
    PersonLine {
        id: Id::of(it.id),
        email: it.email,
        name: it.name,
        language: it.language,
        administrator: it.administrator,
        disabled_at: it.disabled_at.map(Into::into),
        created_at: it.created_at.into(),
    }
}

fn view((person, memberships): (Person, Vec<(Membership, Organisation)>)) -> PersonView {
    let belongs = |(it, organisation): (Membership, Organisation)| Belongs {
        organisation: Titled::new(organisation.id, organisation.name),
        role: role(it.role),
    };
    PersonView { line: line(person), memberships: memberships.into_iter().map(belongs).collect() }
}

async fn list(visit: Visit, asked: Query<Which>) -> Result<HttpResponse, Problem> {
    let (who, asked) = (actor(&visit, Scope::Admin)?, asked.0);
    let filter = PeopleFilter { text: asked.text, administrators: asked.administrators };
    let (limit, after) = (most(asked.limit)?, cursor(asked.cursor.as_deref())?);
    let found = people::list(&visit.engine().db, who, &filter, limit, after).await?;
    let next = found.next.map(|it| it.to_string());
    let items = found.rows.into_iter().map(line).collect();
    Ok(HttpResponse::Ok().json(Page { items, next }))
}

async fn read(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Admin)?;
    let found = people::get(&visit.engine().db, who, id(&path)?).await?;
    Ok(HttpResponse::Ok().json(view(found)))
}

/// What may be changed of a person; what is absent stays.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PersonChange {
    /// What they are called.
    name: Option<String>,
    /// Their address.
    email: Option<String>,
    /// Whether they may not sign in.
    disabled: Option<bool>,
    /// Whether they look after people and organisations.
    administrator: Option<bool>,
}

async fn change_one(
    visit: Visit,
    path: Path<String>,
    once: Once,
    body: Json<PersonChange>,
) -> Result<HttpResponse, Problem> {
    let (engine, who, new) = (visit.engine(), actor(&visit, Scope::Admin)?, body.0);
    let person: PersonId = id(&path)?;
    let parts = [
        new.name.is_some() || new.email.is_some(),
        new.disabled.is_some(),
        new.administrator.is_some(),
    ];
    if parts.iter().filter(|it| **it).count() > 1 {
        let why = "change name and address, `disabled` and `administrator` one after the other";
        return Err(Problem::unreadable(why));
    }
    let work = async {
        let (before, _) = people::get(&engine.db, who, person).await?;
        if parts[0] {
            let name = new.name.unwrap_or(before.name);
            let email = new.email.unwrap_or(before.email);
            recorded::change_person(engine, who, person, &name, &email, visit.now).await?;
        }
        if let Some(disabled) = new.disabled {
            recorded::set_disabled(engine, who, person, disabled, visit.now).await?;
        }
        if let Some(administrator) = new.administrator {
            recorded::set_administrator(engine, who, person, administrator, visit.now).await?;
        }
        Done::with(StatusCode::OK, &view(people::get(&engine.db, who, person).await?))
    };
    once.run(work).await
}

async fn end_sessions(
    visit: Visit,
    path: Path<String>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let (who, person): (_, PersonId) = (actor(&visit, Scope::Admin)?, id(&path)?);
    let work = async {
        let ended = recorded::end_sessions_of(visit.engine(), who, person, visit.now).await?;
        Done::with(StatusCode::OK, &Ended { ended })
    };
    once.run(work).await
}
