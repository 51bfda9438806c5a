//! Making a round, changing it, closing it and opening it again.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use engine::identity::{Actor, Role};
use engine::rounds::{self, Offered, Overview, RoundValues};
use engine::{EngineError, OrganisationId, RoundId};
use serde::Serialize;

use super::{RoundHead, address, text};
use crate::error::{FieldError, Problem};
use crate::input::Form;
use crate::language::Words;
use crate::page::{Link, NoticeKind, Page};
use crate::pages::company::{code, id};
use crate::visit::Visit;

/// What `secretariat/round-new.html` shows.
#[derive(Debug, Serialize)]
struct NewPage {
    programmes: Vec<Offered>,
    organisations: Vec<Choice>,
    values: Values,
    errors: Vec<FieldError>,
}

#[derive(Debug, Serialize)]
struct Choice {
    value: String,
    title: String,
}

/// What stands in the fields.
#[derive(Clone, Debug, Default, Serialize)]
struct Values {
    programme: String,
    title: String,
    opens_on: String,
    closes_on: String,
    language: String,
    invitation: String,
    organisation: String,
}

impl Page for NewPage {
    const TEMPLATE: &'static str = "secretariat/round-new.html";
    const MENU: &'static str = "rounds";

    fn title(&self, words: &Words) -> String {
        words.text("secretariat.new_round")
    }

    fn back(&self, words: &Words) -> Option<Link> {
        Some(Link::new("/rounds", words.text("secretariat.rounds")))
    }
}

impl Values {
    fn of_form(form: &Form) -> Self {
        let get = |name: &str| form.get(name).trim().to_owned();
        Self {
            programme: get("programme"),
            title: get("title"),
            opens_on: get("opens_on"),
            closes_on: get("closes_on"),
            language: get("language"),
            invitation: text(form.get("invitation")),
            organisation: get("organisation"),
        }
    }

    fn of_round(it: &Overview) -> Self {
        let round = &it.open.round;
        Self {
            programme: it.open.programme.document().id.clone(),
            title: round.title.clone(),
            opens_on: round.opens_on.clone(),
            closes_on: round.closes_on.clone(),
            language: round.language.clone(),
            invitation: round.invitation.clone().unwrap_or_default(),
            organisation: round.organisation.to_string(),
        }
    }

    fn for_engine(&self) -> RoundValues {
        RoundValues {
            title: self.title.clone(),
            opens_on: self.opens_on.clone(),
            closes_on: self.closes_on.clone(),
            language: self.language.clone(),
            invitation: Some(self.invitation.clone()),
        }
    }
}

/// The clusters whose rounds the actor runs.
fn clusters(actor: &Actor) -> Vec<Choice> {
    let own = actor.memberships.iter().filter(|it| it.role == Role::Secretariat);
    own.map(|it| Choice {
        value: it.organisation.id.to_string(),
        title: it.organisation.name.clone(),
    })
    .collect()
}

fn new_page(visit: &Visit, values: Values, errors: Vec<FieldError>) -> Result<NewPage, Problem> {
    Ok(NewPage {
        programmes: rounds::offered(visit.engine(), code(visit))?,
        organisations: clusters(visit.actor()?),
        values,
        errors,
    })
}

/// Shows the empty form.
pub(super) async fn show_new(visit: Visit) -> Result<HttpResponse, Problem> {
    let mut page = new_page(&visit, Values::default(), Vec::new())?;
    page.values.language = visit.site.settings.language.code().to_owned();
    if let [only] = page.programmes.as_slice() {
        page.values.programme.clone_from(&only.id);
    }
    visit.show(&page)
}

/// Makes a round.
pub(super) async fn make(visit: Visit, form: Form) -> Result<HttpResponse, Problem> {
    let values = Values::of_form(&form);
    match try_to_make(&visit, &values).await {
        Ok(round) => {
            let path = address(round, "");
            Ok(visit.go_saying(&path, NoticeKind::Done, "secretariat.made", &[]))
        }
        Err(problem) => {
            let error = problem.on_field(visit.words())?;
            let page = new_page(&visit, values, vec![error])?;
            visit.show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

async fn try_to_make(visit: &Visit, values: &Values) -> Result<RoundId, Problem> {
    let chosen: Result<OrganisationId, _> = values.organisation.parse();
    let organisation = chosen.map_err(|_| {
        EngineError::invalid("organisation", "no-cluster", "choose who runs the round")
    })?;
    let (engine, actor) = (visit.engine(), visit.actor()?);
    let (programme, new) = (&values.programme, values.for_engine());
    let made = rounds::make(engine, actor, organisation, programme, new, visit.now).await;
    Ok(made.map_err(|error| match error {
        EngineError::NoProgramme { .. } => {
            EngineError::invalid("programme", "no-programme", "choose a programme")
        }
        other => other,
    })?)
}

/// What `secretariat/round-edit.html` shows.
#[derive(Debug, Serialize)]
struct EditPage {
    round: EditedRound,
    values: Values,
    errors: Vec<FieldError>,
}

#[derive(Debug, Serialize)]
struct EditedRound {
    #[serde(flatten)]
    head: RoundHead,
    closes: String,
    closed: Option<String>,
    unfinished: u64,
    close_href: Option<String>,
    open_href: Option<String>,
}

impl Page for EditPage {
    const TEMPLATE: &'static str = "secretariat/round-edit.html";
    const MENU: &'static str = "rounds";

    fn title(&self, words: &Words) -> String {
        words.text("secretariat.edit_round")
    }

    fn back(&self, _: &Words) -> Option<Link> {
        Some(Link::new(&self.round.head.href, &self.round.head.title))
    }
}

fn edit_page(visit: &Visit, it: &Overview, values: Values, errors: Vec<FieldError>) -> EditPage {
    let round = &it.open.round;
    let closed = round.closed_at;
    EditPage {
        round: EditedRound {
            head: RoundHead::new(&it.open, code(visit)),
            closes: round.closes_on.clone(),
            closed: closed.map(|it| it.date_naive().to_string()),
            unfinished: it.total().saturating_sub(it.submitted()),
            close_href: round.closed_at.is_none().then(|| address(round.id, "/close")),
            open_href: closed.map(|_| address(round.id, "/open")),
        },
        values,
        errors,
    }
}

/// Shows a round to be changed.
pub(super) async fn show(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let overview = rounds::overview(visit.engine(), visit.actor()?, id(&path)?).await?;
    let values = Values::of_round(&overview);
    visit.show(&edit_page(&visit, &overview, values, Vec::new()))
}

/// Changes a round.
pub(super) async fn save(
    visit: Visit,
    path: Path<String>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (engine, actor, round) = (visit.engine(), visit.actor()?, id(&path)?);
    let values = Values::of_form(&form);
    match rounds::change(engine, actor, round, values.for_engine(), visit.now).await {
        Ok(()) => {
            let path = address(round, "");
            Ok(visit.go_saying(&path, NoticeKind::Done, "secretariat.saved", &[]))
        }
        Err(error) => {
            let error = Problem::from(error).on_field(visit.words())?;
            let overview = rounds::overview(engine, actor, round).await?;
            let page = edit_page(&visit, &overview, values, vec![error]);
            visit.show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// Closes a round now.
pub(super) async fn close(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    set_closed(&visit, &path, true, "secretariat.done_close").await
}

/// Opens a round again.
pub(super) async fn open(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    set_closed(&visit, &path, false, "secretariat.done_open").await
}

async fn set_closed(
    visit: &Visit,
    path: &str,
    closed: bool,
    said: &str,
) -> Result<HttpResponse, Problem> {
    let round = id(path)?;
    rounds::set_closed(visit.engine(), visit.actor()?, round, closed, visit.now).await?;
    Ok(visit.go_saying(&address(round, ""), NoticeKind::Done, said, &[]))
}
