//! People: who there is, and what they may do.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use chrono::{DateTime, Utc};
use engine::EngineError;
use engine::identity::links::Invitation;
use engine::identity::{
    OrganisationFilter, OrganisationId, PeopleFilter, Person, PersonId, Role, organisations,
    people, recorded,
};
use serde::{Deserialize, Serialize};

use super::lists::{LINES, LOOKED_THROUGH, address};
use crate::client::Client;
use crate::error::{FieldError, Problem};
use crate::input::Form;
use crate::language::Words;
use crate::letters;
use crate::page::{Link, NoticeKind, Page};
use crate::pages::everyone::role;
use crate::session::SignedIn;
use crate::visit::Visit;

/// What `admin/people.html` shows.
#[derive(Debug, Serialize)]
struct People {
    people: Vec<PersonLine>,
    filter: Filter,
    organisations: Vec<Choice>,
    values: Values,
    errors: Vec<FieldError>,
    total: u64,
    previous_href: Option<String>,
    next_href: Option<String>,
}

/// What is looked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    text: String,
    role: String,
    #[serde(skip_serializing)]
    after: String,
}

#[derive(Debug, Serialize)]
struct PersonLine {
    id: String,
    name: Option<String>,
    email: String,
    administrator: bool,
    roles: Vec<RoleLine>,
    state: &'static str,
    href: String,
}

#[derive(Debug, Serialize)]
struct RoleLine {
    organisation: String,
    role_key: &'static str,
}

/// An organisation to choose.
#[derive(Debug, Serialize)]
pub(super) struct Choice {
    value: String,
    title: String,
}

#[derive(Debug, Default, Serialize)]
struct Values {
    email: String,
    organisation: String,
    role: String,
}

impl Page for People {
    const TEMPLATE: &'static str = "admin/people.html";
    const MENU: &'static str = "people";

    fn title(&self, words: &Words) -> String {
        words.text("admin.people")
    }
}

pub(super) async fn show(
    visit: Visit,
    who: SignedIn,
    filter: Query<Filter>,
) -> Result<HttpResponse, Problem> {
    let values = Values { role: "member".to_owned(), ..Values::default() };
    draw(&visit, &who, filter.into_inner(), values, Vec::new()).await
}

async fn draw(
    visit: &Visit,
    who: &SignedIn,
    filter: Filter,
    values: Values,
    errors: Vec<FieldError>,
) -> Result<HttpResponse, Problem> {
    let (db, actor) = (&visit.engine().db, &who.actor);
    let wanted = PeopleFilter {
        text: Some(filter.text.trim().to_owned()).filter(|it| !it.is_empty()),
        administrators: filter.role == "administrator",
    };
    let (mut lines, mut looked, mut after) = (Vec::new(), 0, filter.after.parse().ok());
    let mut next = None;
    // Roles are told from memberships, so they are looked through.
    while lines.len() < LINES as usize && looked < LOOKED_THROUGH {
        let some = people::list(db, actor, &wanted, LINES, after).await?;
        for person in some.rows {
            (looked, after) = (looked + 1, Some(person.id));
            let line = line(visit, who, person).await?;
            let fits = match filter.role.as_str() {
                role @ ("member" | "secretariat") => {
                    line.roles.iter().any(|it| it.role_key == role)
                }
                _ => true,
            };
            if fits {
                lines.push(line);
            }
            if lines.len() == LINES as usize {
                break;
            }
        }
        next = some.next.and(after);
        if some.next.is_none() {
            break;
        }
    }
    let next_href = next.map(|it| {
        address("/admin/people", &[("text", &filter.text), ("role", &filter.role), ("after", &it)])
    });
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = People {
        people: lines,
        organisations: choices(visit, who).await?,
        total: people::count(db, actor, &wanted).await?,
        previous_href: (!filter.after.is_empty()).then(|| "/admin/people".to_owned()),
        next_href,
        filter,
        values,
        errors,
    };
    visit.show_as(status, &page)
}

async fn line(visit: &Visit, who: &SignedIn, person: Person) -> Result<PersonLine, Problem> {
    let (_, memberships) = people::get(&visit.engine().db, &who.actor, person.id).await?;
    Ok(PersonLine {
        id: person.id.to_string(),
        state: state(&person),
        href: format!("/admin/people/{}", person.id),
        name: Some(person.name).filter(|it| !it.is_empty()),
        email: person.email,
        administrator: person.administrator,
        roles: memberships
            .into_iter()
            .map(|(it, organisation)| RoleLine {
                organisation: organisation.name,
                role_key: role(it.role),
            })
            .collect(),
    })
}

/// Whether somebody may sign in.
pub(super) fn state(person: &Person) -> &'static str {
    if person.is_active() { "active" } else { "disabled" }
}

/// The organisations that there are, to choose from.
async fn choices(visit: &Visit, who: &SignedIn) -> Result<Vec<Choice>, Problem> {
    let filter = OrganisationFilter::default();
    let all = organisations::list(&visit.engine().db, &who.actor, &filter, 5000, None).await?;
    let choice =
        |it: engine::identity::Organisation| Choice { value: it.id.to_string(), title: it.name };
    Ok(all.rows.into_iter().map(choice).collect())
}

/// The role that a form names.
pub(super) fn role_of(form: &Form) -> Role {
    if form.get("role") == "secretariat" { Role::Secretariat } else { Role::Member }
}

/// The organisation that a form names.
fn organisation_of(form: &Form) -> Result<OrganisationId, EngineError> {
    let missing = || EngineError::invalid("organisation", "required", "choose an organisation");
    form.get("organisation").parse().map_err(|_| missing())
}

/// Invites somebody into an organisation.
pub(super) async fn send_invitation(
    visit: &Visit,
    who: &SignedIn,
    organisation: OrganisationId,
    email: &str,
    role: Role,
) -> Result<(), EngineError> {
    let (site, language, from) =
        (Arc::clone(&visit.site), visit.language, who.actor.person.name.clone());
    let to = engine::identity::email(email)?;
    let invitation =
        Invitation { email: to.clone(), organisation, role, round: None, assessment: None };
    let letter = move |organisation: &engine::identity::Organisation, secret: &_| {
        let it = letters::Invitation {
            email: to.clone(),
            organisation: organisation.name.clone(),
            from: if from.is_empty() { site.settings.name.clone() } else { from.clone() },
            round: None,
            closes_on: None,
            late: false,
            words: None,
        };
        letters::invitation(&site, language, &it, secret)
    };
    let limits = &visit.engine().identity;
    recorded::invite(visit.engine(), &who.actor, invitation, letter, limits, visit.now).await?;
    Ok(())
}

pub(super) async fn invite(
    visit: Visit,
    who: SignedIn,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let email = form.get("email").trim();
    let invited = match (engine::identity::email(email), organisation_of(&form)) {
        (Ok(_), Ok(organisation)) => {
            let role = role_of(&form);
            send_invitation(&visit, &who, organisation, email, role).await.map_err(|it| vec![it])
        }
        (address, organisation) => {
            Err(address.err().into_iter().chain(organisation.err()).collect())
        }
    };
    match invited {
        Ok(()) => {
            let (kind, values) = (NoticeKind::Done, [("email", email)]);
            Ok(visit.go_saying("/admin/people", kind, "admin.invited", &values))
        }
        Err(errors) => {
            let on_field = |it: EngineError| Problem::from(it).on_field(visit.words());
            let errors = errors.into_iter().map(on_field).collect::<Result<_, _>>()?;
            let values = Values {
                email: email.to_owned(),
                organisation: form.get("organisation").to_owned(),
                role: role(role_of(&form)).to_owned(),
            };
            draw(&visit, &who, Filter::default(), values, errors).await
        }
    }
}

/// What `admin/person.html` shows.
#[derive(Debug, Serialize)]
struct OnePerson {
    person: PersonView,
    memberships: Vec<MembershipLine>,
    sessions: usize,
    organisations: Vec<Choice>,
    errors: Vec<FieldError>,
}

#[derive(Debug, Serialize)]
struct PersonView {
    id: String,
    href: String,
    name: String,
    email: String,
    administrator: bool,
    state: &'static str,
    since: DateTime<Utc>,
    seen: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize)]
struct MembershipLine {
    organisation: String,
    organisation_href: String,
    role_key: &'static str,
    remove_href: String,
}

impl Page for OnePerson {
    const TEMPLATE: &'static str = "admin/person.html";
    const MENU: &'static str = "people";

    fn title(&self, _: &Words) -> String {
        if self.person.name.is_empty() { &self.person.email } else { &self.person.name }.clone()
    }

    fn back(&self, words: &Words) -> Option<Link> {
        Some(Link::new("/admin/people", words.text("admin.people")))
    }
}

pub(super) async fn show_one(
    visit: Visit,
    who: SignedIn,
    id: Path<PersonId>,
) -> Result<HttpResponse, Problem> {
    draw_one(&visit, &who, *id, Vec::new()).await
}

async fn draw_one(
    visit: &Visit,
    who: &SignedIn,
    id: PersonId,
    errors: Vec<FieldError>,
) -> Result<HttpResponse, Problem> {
    let (engine, actor) = (visit.engine(), &who.actor);
    let (person, memberships) = people::get(&engine.db, actor, id).await?;
    let sessions = people::sessions(&engine.db, actor, id, &engine.identity, visit.now).await?;
    let href = format!("/admin/people/{id}");
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = OnePerson {
        memberships: memberships
            .into_iter()
            .map(|(it, organisation)| MembershipLine {
                organisation: organisation.name,
                organisation_href: format!("/admin/organisations/{}", organisation.id),
                role_key: role(it.role),
                remove_href: format!("{href}/memberships/{}/remove", organisation.id),
            })
            .collect(),
        organisations: choices(visit, who).await?,
        person: PersonView {
            id: id.to_string(),
            href,
            state: state(&person),
            name: person.name,
            email: person.email,
            administrator: person.administrator,
            since: person.created_at,
            seen: sessions.iter().map(|it| it.seen_at).max(),
        },
        sessions: sessions.len(),
        errors,
    };
    visit.show_as(status, &page)
}

/// Back to the person, where the text `key` says what was done; or what cannot be used.
async fn after<T>(
    visit: &Visit,
    who: &SignedIn,
    id: PersonId,
    made: Result<T, EngineError>,
    key: &str,
) -> Result<HttpResponse, Problem> {
    match made {
        Ok(_) => Ok(visit.go_saying(&format!("/admin/people/{id}"), NoticeKind::Done, key, &[])),
        Err(error) => {
            let error = Problem::from(error).on_field(visit.words())?;
            draw_one(visit, who, id, vec![error]).await
        }
    }
}

pub(super) async fn save(
    visit: Visit,
    who: SignedIn,
    id: Path<PersonId>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (engine, actor, now) = (visit.engine(), &who.actor, visit.now);
    let (name, email) = (form.get("name"), form.get("email"));
    let made = match recorded::change_person(engine, actor, *id, name, email, now).await {
        Ok(person) if person.administrator != form.has("administrator") => {
            recorded::set_administrator(engine, actor, *id, form.has("administrator"), now).await
        }
        other => other,
    };
    after(&visit, &who, *id, made, "admin.saved").await
}

pub(super) async fn add_membership(
    visit: Visit,
    who: SignedIn,
    id: Path<PersonId>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let made = match organisation_of(&form) {
        Ok(it) => {
            let role = role_of(&form);
            recorded::set_member(visit.engine(), &who.actor, it, *id, role, visit.now).await
        }
        Err(error) => Err(error),
    };
    after(&visit, &who, *id, made, "admin.saved").await
}

pub(super) async fn remove_membership(
    visit: Visit,
    who: SignedIn,
    ids: Path<(PersonId, OrganisationId)>,
) -> Result<HttpResponse, Problem> {
    let (id, organisation) = *ids;
    let work = recorded::remove_member(visit.engine(), &who.actor, organisation, id, visit.now);
    after(&visit, &who, id, work.await, "admin.membership_removed").await
}

pub(super) async fn sign_out(
    visit: Visit,
    who: SignedIn,
    id: Path<PersonId>,
) -> Result<HttpResponse, Problem> {
    let made = recorded::end_sessions_of(visit.engine(), &who.actor, *id, visit.now).await;
    after(&visit, &who, *id, made, "admin.signed_out").await
}

pub(super) async fn send_link(
    visit: Visit,
    who: SignedIn,
    client: Client,
    id: Path<PersonId>,
) -> Result<HttpResponse, Problem> {
    let engine = visit.engine();
    let (person, _) = people::get(&engine.db, &who.actor, *id).await?;
    let site = Arc::clone(&visit.site);
    let letter = move |person: &_, secret: &_| letters::sign_in(&site, person, secret);
    let (limits, now) = (&engine.identity, visit.now);
    let work = recorded::request_link(engine, &person.email, client.address, letter, limits, now);
    after(&visit, &who, *id, work.await, "admin.link_on_its_way").await
}

pub(super) async fn disable(
    visit: Visit,
    who: SignedIn,
    id: Path<PersonId>,
) -> Result<HttpResponse, Problem> {
    let made = recorded::set_disabled(visit.engine(), &who.actor, *id, true, visit.now).await;
    after(&visit, &who, *id, made, "admin.disabled").await
}

pub(super) async fn enable(
    visit: Visit,
    who: SignedIn,
    id: Path<PersonId>,
) -> Result<HttpResponse, Problem> {
    let made = recorded::set_disabled(visit.engine(), &who.actor, *id, false, visit.now).await;
    after(&visit, &who, *id, made, "admin.enabled").await
}
