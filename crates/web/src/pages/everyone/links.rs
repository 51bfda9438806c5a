//! Links from letters: looking at one, and coming in with it.

use actix_web::HttpResponse;
use actix_web::web::Path;
use engine::identity::links::{self, Arrival, Arrived, Opened};
use engine::identity::{LinkPurpose, recorded};
use serde::Serialize;

use super::coming::{UNUSABLE, browser, let_in};
use crate::client::Client;
use crate::error::{FieldError, Problem};
use crate::input::Form;
use crate::language::Words;
use crate::page::Page;
use crate::visit::Visit;

/// What `everyone/open-link.html` shows.
#[derive(Debug, Serialize)]
struct OpenLink {
    purpose: &'static str,
    email: Option<String>,
    invitation: Option<Invitation>,
    needs_name: bool,
    name: String,
    errors: Vec<FieldError>,
}

#[derive(Debug, Serialize)]
struct Invitation {
    organisation: String,
    round: Option<String>,
    programme: Option<String>,
}

impl Page for OpenLink {
    const TEMPLATE: &'static str = "everyone/open-link.html";

    fn title(&self, words: &Words) -> String {
        words.text(match self.purpose {
            "invitation" => "open-link.title_invitation",
            "administrator" => "open-link.title_administrator",
            _ => "open-link.title_sign-in",
        })
    }
}

/// Shows what the link is for. Programs that read e-mail come this far too; nothing is used up.
pub(super) async fn show(visit: Visit, secret: Path<String>) -> Result<HttpResponse, Problem> {
    let page = look(&visit, &secret).await?;
    visit.show(&page)
}

async fn look(visit: &Visit, secret: &str) -> Result<OpenLink, Problem> {
    let Opened { link, person, organisation, round } =
        links::open(&visit.engine().db, secret, visit.now).await?;
    let named = person.as_ref().is_some_and(|it| !it.name.is_empty());
    let engine = visit.engine();
    let programme = match &round {
        Some(it) => Some(engine.kept.programme(&engine.db, &it.programme_hash).await?),
        None => None,
    };
    let programme = programme.map(|it| it.texts(visit.language.code()).title.clone());
    Ok(OpenLink {
        purpose: match link.purpose {
            LinkPurpose::SignIn => "sign-in",
            LinkPurpose::Invitation => "invitation",
            LinkPurpose::Administrator => "administrator",
        },
        email: Some(link.email).filter(|it| !it.is_empty()),
        invitation: organisation.map(|it| Invitation {
            organisation: it.name,
            round: round.map(|it| it.title),
            programme,
        }),
        needs_name: !named && link.purpose != LinkPurpose::SignIn,
        name: String::new(),
        errors: Vec::new(),
    })
}

pub(super) async fn arrive(
    visit: Visit,
    client: Client,
    secret: Path<String>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let page = look(&visit, &secret).await?;
    let words = visit.words();
    if page.needs_name && form.filled("name").is_none() {
        let error = FieldError::new("name", words.text("invalid.required"));
        return visit.show_as(UNUSABLE, &OpenLink { errors: vec![error], ..page });
    }
    let arrival = Arrival {
        email: form.filled("email").map(str::to_owned),
        name: form.filled("name").map(str::to_owned),
        language: visit.language.code().to_owned(),
        browser: browser(&visit, &client),
    };
    let limits = &visit.engine().identity;
    match recorded::use_link(visit.engine(), &secret, arrival, limits, visit.now).await {
        Ok(arrived) => Ok(let_in(&visit, &arrived.signed_in, &leads_to(&arrived))),
        Err(error) => {
            let error = Problem::from(error).on_field(words)?;
            let name = form.get("name").to_owned();
            visit.show_as(UNUSABLE, &OpenLink { errors: vec![error], name, ..page })
        }
    }
}

/// Where one wants to be after coming in.
fn leads_to(arrived: &Arrived) -> String {
    match (arrived.link.assessment, arrived.link.purpose) {
        (Some(id), _) => format!("/assessments/{id}"),
        (None, LinkPurpose::Administrator) => "/admin/organisations".to_owned(),
        (None, _) => "/".to_owned(),
    }
}
