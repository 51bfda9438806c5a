//! Organisations and who is in them.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use engine::identity::organisations::NewOrganisation;
use engine::identity::{
    OrganisationFilter, OrganisationId, OrganisationKind, links, organisations, recorded,
};
use serde::{Deserialize, Serialize};

use super::lists::{LINES, address};
use super::people::{role_of, send_invitation, state};
use crate::error::{FieldError, Problem};
use crate::input::Form;
use crate::language::Words;
use crate::page::{Link, NoticeKind, Page};
use crate::pages::everyone::role;
use crate::session::SignedIn;
use crate::visit::Visit;

/// What `admin/organisations.html` shows.
#[derive(Debug, Serialize)]
struct Organisations {
    list: Vec<Line>,
    filter: Filter,
    values: Values,
    errors: Vec<FieldError>,
    total: u64,
    previous_href: Option<String>,
    next_href: Option<String>,
}

#[derive(Debug, Serialize)]
struct Line {
    id: String,
    name: String,
    kind: OrganisationKind,
    number: Option<String>,
    people: usize,
    assessments: usize,
    href: String,
}

/// What is looked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    text: String,
    kind: String,
    #[serde(skip_serializing)]
    after: String,
}

#[derive(Debug, Serialize)]
struct Values {
    name: String,
    kind: OrganisationKind,
    number: String,
}

impl Page for Organisations {
    const TEMPLATE: &'static str = "admin/organisations.html";
    const MENU: &'static str = "organisations";

    fn title(&self, words: &Words) -> String {
        words.text("admin.organisations")
    }
}

fn kind_of(text: &str) -> Option<OrganisationKind> {
    match text {
        "company" => Some(OrganisationKind::Company),
        "cluster" => Some(OrganisationKind::Cluster),
        _ => None,
    }
}

pub(super) async fn show(
    visit: Visit,
    who: SignedIn,
    filter: Query<Filter>,
) -> Result<HttpResponse, Problem> {
    let values =
        Values { name: String::new(), kind: OrganisationKind::Company, number: String::new() };
    draw(&visit, &who, filter.into_inner(), values, Vec::new()).await
}

async fn draw(
    visit: &Visit,
    who: &SignedIn,
    filter: Filter,
    values: Values,
    errors: Vec<FieldError>,
) -> Result<HttpResponse, Problem> {
    const PATH: &str = "/admin/organisations";
    let (db, actor) = (&visit.engine().db, &who.actor);
    let wanted = OrganisationFilter {
        kind: kind_of(&filter.kind),
        text: Some(filter.text.trim().to_owned()).filter(|it| !it.is_empty()),
    };
    let after = filter.after.parse().ok();
    let found = organisations::list(db, actor, &wanted, LINES, after).await?;
    let mut list = Vec::with_capacity(found.rows.len());
    for it in found.rows {
        list.push(Line {
            id: it.id.to_string(),
            people: organisations::members(db, actor, it.id).await?.len(),
            assessments: organisations::assessments(db, actor, it.id).await?,
            href: format!("{PATH}/{}", it.id),
            name: it.name,
            kind: it.kind,
            number: it.number,
        });
    }
    let next_href = found
        .next
        .map(|it| address(PATH, &[("text", &filter.text), ("kind", &filter.kind), ("after", &it)]));
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Organisations {
        list,
        total: organisations::count(db, actor, &wanted).await?,
        previous_href: (!filter.after.is_empty()).then(|| PATH.to_owned()),
        next_href,
        filter,
        values,
        errors,
    };
    visit.show_as(status, &page)
}

pub(super) async fn create(
    visit: Visit,
    who: SignedIn,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let kind = kind_of(form.get("kind")).unwrap_or(OrganisationKind::Company);
    let (name, number) = (form.get("name").to_owned(), form.get("number").to_owned());
    let new = NewOrganisation { name: name.clone(), kind, number: Some(number.clone()) };
    match recorded::create_organisation(visit.engine(), &who.actor, new, visit.now).await {
        Ok(made) => {
            let path = format!("/admin/organisations/{}", made.id);
            let (done, values) = (NoticeKind::Done, [("name", made.name.as_str())]);
            Ok(visit.go_saying(&path, done, "admin.organisation_made", &values))
        }
        Err(error) => {
            let error = Problem::from(error).on_field(visit.words())?;
            let values = Values { name, kind, number };
            draw(&visit, &who, Filter::default(), values, vec![error]).await
        }
    }
}

/// What `admin/organisation.html` shows.
#[derive(Debug, Serialize)]
struct OneOrganisation {
    organisation: View,
    values: NameAndNumber,
    people: Vec<Member>,
    errors: Vec<FieldError>,
}

#[derive(Debug, Serialize)]
struct View {
    id: String,
    href: String,
    name: String,
    kind: OrganisationKind,
}

#[derive(Debug, Serialize)]
struct NameAndNumber {
    name: String,
    number: String,
}

#[derive(Debug, Serialize)]
struct Member {
    name: Option<String>,
    email: String,
    role_key: &'static str,
    state: &'static str,
    href: Option<String>,
}

impl Page for OneOrganisation {
    const TEMPLATE: &'static str = "admin/organisation.html";
    const MENU: &'static str = "organisations";

    fn title(&self, _: &Words) -> String {
        self.organisation.name.clone()
    }

    fn back(&self, words: &Words) -> Option<Link> {
        Some(Link::new("/admin/organisations", words.text("admin.organisations")))
    }
}

pub(super) async fn show_one(
    visit: Visit,
    who: SignedIn,
    id: Path<OrganisationId>,
) -> Result<HttpResponse, Problem> {
    draw_one(&visit, &who, *id, None, Vec::new()).await
}

async fn draw_one(
    visit: &Visit,
    who: &SignedIn,
    id: OrganisationId,
    values: Option<NameAndNumber>,
    errors: Vec<FieldError>,
) -> Result<HttpResponse, Problem> {
    let (db, actor) = (&visit.engine().db, &who.actor);
    let it = organisations::get(db, actor, id).await?;
    let mut people: Vec<Member> = organisations::members(db, actor, id)
        .await?
        .into_iter()
        .map(|(membership, person)| Member {
            state: state(&person),
            href: Some(format!("/admin/people/{}", person.id)),
            name: Some(person.name).filter(|it| !it.is_empty()),
            email: person.email,
            role_key: role(membership.role),
        })
        .collect();
    let here: BTreeSet<String> = people.iter().map(|it| it.email.clone()).collect();
    let invited = links::invitations(db, actor, id, visit.now).await?;
    people.extend(invited.into_iter().filter(|it| !here.contains(&it.email)).map(|it| Member {
        name: None,
        email: it.email,
        role_key: it.role.map_or("member", role),
        state: "invited",
        href: None,
    }));
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = OneOrganisation {
        values: values.unwrap_or(NameAndNumber {
            name: it.name.clone(),
            number: it.number.unwrap_or_default(),
        }),
        organisation: View {
            id: id.to_string(),
            href: format!("/admin/organisations/{id}"),
            name: it.name,
            kind: it.kind,
        },
        people,
        errors,
    };
    visit.show_as(status, &page)
}

pub(super) async fn save(
    visit: Visit,
    who: SignedIn,
    id: Path<OrganisationId>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (name, number) = (form.get("name"), form.get("number"));
    let (engine, actor) = (visit.engine(), &who.actor);
    let change =
        recorded::change_organisation(engine, actor, *id, name, Some(number), visit.now).await;
    match change {
        Ok(_) => {
            let path = format!("/admin/organisations/{id}");
            Ok(visit.go_saying(&path, NoticeKind::Done, "admin.saved", &[]))
        }
        Err(error) => {
            let error = Problem::from(error).on_field(visit.words())?;
            let values = NameAndNumber { name: name.to_owned(), number: number.to_owned() };
            draw_one(&visit, &who, *id, Some(values), vec![error]).await
        }
    }
}

pub(super) async fn invite(
    visit: Visit,
    who: SignedIn,
    id: Path<OrganisationId>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let email = form.get("email").trim();
    match send_invitation(&visit, &who, *id, email, role_of(&form)).await {
        Ok(()) => {
            let (kind, values) = (NoticeKind::Done, [("email", email)]);
            let path = format!("/admin/organisations/{id}");
            Ok(visit.go_saying(&path, kind, "admin.invited", &values))
        }
        Err(error) => {
            let error = Problem::from(error).on_field(visit.words())?;
            draw_one(&visit, &who, *id, None, vec![error]).await
        }
    }
}
