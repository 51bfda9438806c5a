//! Those of a company who answer.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{Path, to};
use engine::identity::{Scope, links, organisations};
use engine::{AssessmentId, invitations, rights};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor;
use super::asked::id;
use super::once::{Done, Once};
use super::operation::{Operation, Spec, change, get};
use super::types::{Page, Paging, Query};
use crate::error::Problem;
use crate::input::Json;
use crate::pages::company::people;
use crate::routes::Access::SignedIn;
use crate::visit::Visit;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    get(
        "/api/v1/assessments/{assessment}/people",
        SignedIn,
        Spec::new("listColleagues", Scope::Read, "Who answers, and who is invited to.")
            .query::<Paging>()
            .gives::<Page<Colleague>>(),
        || to(list_people),
    ),
    change(
        Method::POST,
        "/api/v1/assessments/{assessment}/people",
        SignedIn,
        Spec::new("inviteColleague", Scope::Write, "Invites a colleague.").takes::<Address>(),
        || to(invite_colleague),
    ),
];

/// Somebody who answers, or is invited to.
#[derive(Debug, Serialize, JsonSchema)]
struct Colleague {
    /// What they are called.
    name: String,
    /// Their address.
    email: String,
    /// `in` or `invited`.
    state: &'static str,
}

async fn list_people(
    visit: Visit,
    path: Path<String>,
    asked: Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let open = rights::assessment(visit.engine(), who, id(&path)?).await?;
    if !open.standing.own {
        return Err(Problem::forbidden());
    }
    let (db, organisation) = (&visit.engine().db, open.assessment.organisation);
    let members = organisations::members(db, who, organisation).await?;
    let member = |(_, it): (_, engine::identity::Person)| Colleague {
        name: it.name,
        email: it.email,
        state: "in",
    };
    let mut all: Vec<Colleague> = members.into_iter().map(member).collect();
    for link in links::invitations(db, who, organisation, visit.now).await? {
        if !all.iter().any(|it| it.email == link.email) {
            all.push(Colleague { name: String::new(), email: link.email, state: "invited" });
        }
    }
    let cursor = asked.0.cursor.as_deref();
    let page = Page::cut(all, asked.0.limit, cursor, |it| it.email.clone())?;
    Ok(HttpResponse::Ok().json(page))
}

/// Somebody's address.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Address {
    /// The address.
    email: String,
}

async fn invite_colleague(
    visit: Visit,
    path: Path<String>,
    once: Once,
    body: Json<Address>,
) -> Result<HttpResponse, Problem> {
    let (engine, who) = (visit.engine(), actor(&visit, Scope::Write)?);
    let own: AssessmentId = id(&path)?;
    let open = rights::assessment(engine, who, own).await?;
    let letter = people::letter(&visit, &open, who.person.name.clone());
    let work = async {
        let email = &body.0.email;
        invitations::invite_colleague(engine, who, own, email, letter, visit.now).await?;
        Ok(Done::quietly())
    };
    once.run(work).await
}
