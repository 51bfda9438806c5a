//! Who of an organisation answers, and inviting colleagues.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use engine::identity::{Letter, Secret, links, organisations};
use engine::invitations::{self, Invited};
use engine::rights::{self, OpenAssessment};
use engine::rounds::RoundState;
use serde::Serialize;

use super::{Head, assessment, code};
use crate::error::{FieldError, Problem};
use crate::input::Form;
use crate::language::Words;
use crate::letters::{self, Invitation};
use crate::page::{Link, NoticeKind, Page};
use crate::visit::Visit;

/// What `company/people.html` shows.
#[derive(Debug, Serialize)]
struct PeoplePage {
    #[serde(skip)]
    head: Head,
    people: Vec<Colleague>,
    can_invite: bool,
    invite_href: String,
    email: String,
    errors: Vec<FieldError>,
}

/// Somebody of the organisation, or invited into it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Colleague {
    name: String,
    email: String,
    role_key: &'static str,
    state: &'static str,
}

impl Page for PeoplePage {
    const TEMPLATE: &'static str = "company/people.html";
    const MENU: &'static str = "home";

    fn title(&self, words: &Words) -> String {
        words.text("people.title")
    }

    fn back(&self, words: &Words) -> Option<Link> {
        Some(Link::new(self.head.at(""), words.text("step.all_steps")))
    }
}

/// The people of the organisation whose assessment is open, for its own people.
pub(super) async fn colleagues(
    visit: &Visit,
    open: &OpenAssessment,
) -> Result<Vec<Colleague>, Problem> {
    if !open.standing.own {
        return Ok(Vec::new());
    }
    let (db, actor) = (&visit.engine().db, visit.actor()?);
    let id = open.assessment.organisation;
    let members = organisations::members(db, actor, id).await?;
    let mut all: Vec<Colleague> = members
        .into_iter()
        .map(|(_, it)| Colleague {
            name: it.name,
            email: it.email,
            role_key: "member",
            state: "in",
        })
        .collect();
    for link in links::invitations(db, actor, id, visit.now).await? {
        if !all.iter().any(|it| it.email == link.email) {
            let name = String::new();
            all.push(Colleague { name, email: link.email, role_key: "member", state: "invited" });
        }
    }
    Ok(all)
}

/// Shows who answers.
pub(super) async fn show(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let page = page(&visit, &path, String::new(), Vec::new()).await?;
    visit.show(&page)
}

async fn page(
    visit: &Visit,
    path: &str,
    email: String,
    errors: Vec<FieldError>,
) -> Result<PeoplePage, Problem> {
    let open = rights::assessment(visit.engine(), visit.actor()?, assessment(path)?).await?;
    let head = Head::new(&open, code(visit));
    Ok(PeoplePage {
        people: colleagues(visit, &open).await?,
        can_invite: open.standing.own,
        invite_href: head.at("/people"),
        email,
        errors,
        head,
    })
}

/// Invites a colleague.
pub(super) async fn invite(
    visit: Visit,
    path: Path<String>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let id = assessment(&path)?;
    let (engine, actor) = (visit.engine(), visit.actor()?);
    let open = rights::assessment(engine, actor, id).await?;
    let letter = letter(&visit, &open, actor.person.name.clone());
    let email = form.get("email");
    match invitations::invite_colleague(engine, actor, id, email, letter, visit.now).await {
        Ok(()) => {
            let path = format!("/assessments/{id}/people");
            let email = [("email", email.trim())];
            Ok(visit.go_saying(&path, NoticeKind::Done, "people.done", &email))
        }
        Err(error) => {
            let error = Problem::from(error).on_field(visit.words())?;
            let page = page(&visit, &path, email.to_owned(), vec![error]).await?;
            visit.show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// The letter that invites a colleague, in the language of who invites.
pub(crate) fn letter(
    visit: &Visit,
    open: &OpenAssessment,
    from: String,
) -> invitations::InvitationLetter {
    let (site, language) = (Arc::clone(&visit.site), visit.language);
    let (round, closes_on) = (open.round.title.clone(), open.round.closes_on.clone());
    let late = RoundState::of(&open.round, visit.now) == RoundState::Overdue;
    Arc::new(move |invited: &Invited, secret: &Secret| -> Letter {
        let it = Invitation {
            email: invited.email.clone(),
            organisation: invited.organisation.clone(),
            from: from.clone(),
            round: Some(round.clone()),
            closes_on: Some(closes_on.clone()),
            late,
            words: None,
        };
        letters::invitation(&site, language, &it, secret)
    })
}
