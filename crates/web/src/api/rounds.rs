//! Rounds: made, changed, closed.

use std::fmt::Write as _;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Path, to};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use engine::RoundId;
use engine::identity::Scope;
use engine::rounds::{self, Overview, RoundState, RoundValues};
use futures::future::{Ready, ready};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::actor;
use super::asked::id;
use super::once::{Done, Once};
use super::operation::{Operation, Spec, change, get};
use super::types::{Day, Id, Moment, Page, Paging, Query, Titled};
use crate::error::Problem;
use crate::input::Json;
use crate::routes::Access::Secretariat;
use crate::visit::Visit;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    get(
        "/api/v1/programmes",
        Secretariat,
        Spec::new("listProgrammes", Scope::Read, "The programmes that rounds can be made from.")
            .query::<Paging>()
            .gives::<Page<ProgrammeView>>(),
        || to(list_programmes),
    ),
    get(
        "/api/v1/rounds",
        Secretariat,
        Spec::new("listRounds", Scope::Read, "The rounds that who asks runs, newest first.")
            .query::<Paging>()
            .gives::<Page<RoundView>>(),
        || to(list),
    ),
    change(
        Method::POST,
        "/api/v1/rounds",
        Secretariat,
        Spec::new("makeRound", Scope::Write, "Makes a round of a programme.")
            .takes::<NewRound>()
            .gives::<RoundView>()
            .makes()
            .with_revision(),
        || to(make),
    ),
    get(
        "/api/v1/rounds/{round}",
        Secretariat,
        Spec::new("readRound", Scope::Read, "A round, and how far its assessments are.")
            .gives::<RoundView>()
            .with_revision(),
        || to(read),
    ),
    change(
        Method::PATCH,
        "/api/v1/rounds/{round}",
        Secretariat,
        Spec::new(
            "changeRound",
            Scope::Write,
            "Changes title, days, language or words; closes or opens.",
        )
        .takes::<RoundChange>()
        .gives::<RoundView>()
        .with_revision()
        .needs_revision(),
        || to(change_round),
    ),
];

/// A programme.
#[derive(Debug, Serialize, JsonSchema)]
struct ProgrammeView {
    /// Its id.
    id: String,
    /// Its title.
    title: String,
    /// What happens in it.
    description: Option<String>,
}

/// A round.
#[derive(Debug, Serialize, JsonSchema)]
struct RoundView {
    /// Its id.
    id: Id,
    /// Its title.
    title: String,
    /// The programme that it runs.
    programme: Titled,
    /// The organisation that runs it.
    organisation: Id,
    /// The first day.
    opens_on: Day,
    /// The last day, by which companies should be done; it closes nothing.
    closes_on: Day,
    /// Where it stands today: `overdue` after its last day, until it is closed.
    state: RoundState,
    /// The language of its letters.
    language: String,
    /// What the invitation says besides what it always says.
    invitation: Option<String>,
    /// When it was made.
    created_at: Moment,
    /// When it was closed: since then answers can be read, and nothing changes.
    closed_at: Option<Moment>,
    /// How far its assessments are.
    counts: Counts,
}

/// How far the assessments of a round are.
#[derive(Debug, Serialize, JsonSchema)]
struct Counts {
    /// How many there are.
    invited: u64,
    /// How many have an answer.
    begun: u64,
    /// How many were submitted.
    submitted: u64,
    /// How many are at a final stage.
    finished: u64,
    /// How many are at each stage.
    stages: std::collections::BTreeMap<String, u64>,
}

async fn list_programmes(visit: Visit, asked: Query<Paging>) -> Result<HttpResponse, Problem> {
    actor(&visit, Scope::Read)?;
    let all = rounds::offered(visit.engine(), visit.language.code())?;
    let view = |it: rounds::Offered| ProgrammeView {
        id: it.id,
        title: it.title,
        description: it.description,
    };
    let all = all.into_iter().map(view).collect();
    let page = Page::cut(all, asked.0.limit, asked.0.cursor.as_deref(), |it| it.id.clone())?;
    Ok(HttpResponse::Ok().json(page))
}

fn view(it: &Overview, language: &str, now: DateTime<Utc>) -> RoundView {
    let round = &it.open.round;
    let texts = it.open.programme.texts(language);
    RoundView {
        id: Id::of(round.id),
        title: round.title.clone(),
        programme: Titled::new(&texts.id, &texts.title),
        organisation: Id::of(round.organisation),
        opens_on: Day(round.opens_on.clone()),
        closes_on: Day(round.closes_on.clone()),
        state: RoundState::of(round, now),
        language: round.language.clone(),
        invitation: round.invitation.clone(),
        created_at: round.created_at.into(),
        closed_at: round.closed_at.map(Into::into),
        counts: Counts {
            invited: it.total(),
            begun: it.begun(),
            submitted: it.submitted(),
            finished: it.finished(),
            stages: it.stages(),
        },
    }
}

/// Names what can be changed of a round as it is: 16 hexadecimal digits.
fn tag(it: &Overview) -> String {
    let round = &it.open.round;
    let text = format!(
        "{:?}",
        (
            &round.title,
            &round.opens_on,
            &round.closes_on,
            &round.language,
            &round.invitation,
            round.closed_at,
        )
    );
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().take(8).fold(String::new(), |mut all, it| {
        _ = write!(all, "{it:02x}");
        all
    })
}

/// What `If-Match` names of a round.
#[derive(Clone, Debug)]
struct Tag(String);

impl FromRequest for Tag {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let sent =
            request.headers().get(header::IF_MATCH).map(|it| it.to_str().unwrap_or_default());
        let missing = || Problem::new(StatusCode::PRECONDITION_REQUIRED, "revision-needed");
        ready(sent.ok_or_else(missing).map(|it| {
            let it = it.trim();
            Self(it.strip_prefix("W/").unwrap_or(it).trim_matches('"').to_owned())
        }))
    }
}

fn shown(status: StatusCode, visit: &Visit, it: &Overview) -> Result<Done, Problem> {
    Ok(Done::with(status, &view(it, visit.language.code(), visit.now))?.tagged(tag(it)))
}

async fn list(visit: Visit, asked: Query<Paging>) -> Result<HttpResponse, Problem> {
    let all = rounds::list(visit.engine(), actor(&visit, Scope::Read)?).await?;
    let all = all.iter().map(|it| view(it, visit.language.code(), visit.now)).collect();
    let page = Page::cut(all, asked.0.limit, asked.0.cursor.as_deref(), |it| it.id.0.clone())?;
    Ok(HttpResponse::Ok().json(page))
}

async fn read(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let it = rounds::overview(visit.engine(), who, id(&path)?).await?;
    Ok(shown(StatusCode::OK, &visit, &it)?.response())
}

/// What a round is made with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewRound {
    /// The programme.
    programme: String,
    /// The cluster that runs it; needed by who belongs to several.
    organisation: Option<Id>,
    /// Its title.
    title: String,
    /// The first day.
    opens_on: Day,
    /// The last day.
    closes_on: Day,
    /// The language of its letters: `da` or `en`.
    language: String,
    /// What the invitation says besides what it always says.
    invitation: Option<String>,
}

async fn make(visit: Visit, once: Once, body: Json<NewRound>) -> Result<HttpResponse, Problem> {
    let (engine, who, new) = (visit.engine(), actor(&visit, Scope::Write)?, body.0);
    let organisation = match (&new.organisation, &who.clusters()[..]) {
        (Some(named), _) => id(&named.0)?,
        (None, [only]) => *only,
        (None, _) => {
            return Err(Problem::unreadable("`organisation` must say which cluster runs it"));
        }
    };
    let values = RoundValues {
        title: new.title,
        opens_on: new.opens_on.0,
        closes_on: new.closes_on.0,
        language: new.language,
        invitation: new.invitation,
    };
    let work = async {
        let made =
            rounds::make(engine, who, organisation, &new.programme, values, visit.now).await?;
        shown(StatusCode::CREATED, &visit, &rounds::overview(engine, who, made).await?)
    };
    once.run(work).await
}

/// What may be changed of a round; what is absent stays.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RoundChange {
    /// Its title.
    title: Option<String>,
    /// The first day.
    opens_on: Option<Day>,
    /// The last day.
    closes_on: Option<Day>,
    /// The language of its letters: `da` or `en`.
    language: Option<String>,
    /// What the invitation says besides what it always says; null takes it away.
    #[serde(default, deserialize_with = "super::answers::given")]
    invitation: Option<Option<String>>,
    /// Whether it is closed: answers can be read, and nothing changes.
    closed: Option<bool>,
}

async fn change_round(
    visit: Visit,
    path: Path<String>,
    seen: Tag,
    once: Once,
    body: Json<RoundChange>,
) -> Result<HttpResponse, Problem> {
    let (engine, who, new) = (visit.engine(), actor(&visit, Scope::Write)?, body.0);
    let round: RoundId = id(&path)?;
    let work = async {
        let before = rounds::overview(engine, who, round).await?;
        if tag(&before) != seen.0 {
            return Err(Problem::new(StatusCode::PRECONDITION_FAILED, "outdated"));
        }
        let old = &before.open.round;
        let values = RoundValues {
            title: new.title.unwrap_or_else(|| old.title.clone()),
            opens_on: new.opens_on.map_or_else(|| old.opens_on.clone(), |it| it.0),
            closes_on: new.closes_on.map_or_else(|| old.closes_on.clone(), |it| it.0),
            language: new.language.unwrap_or_else(|| old.language.clone()),
            invitation: new.invitation.unwrap_or_else(|| old.invitation.clone()),
        };
        let same = values.title == old.title
            && values.opens_on == old.opens_on
            && values.closes_on == old.closes_on
            && values.language == old.language
            && values.invitation == old.invitation;
        if !same {
            rounds::change(engine, who, round, values, visit.now).await?;
        }
        if let Some(closed) = new.closed.filter(|it| *it != old.closed_at.is_some()) {
            rounds::set_closed(engine, who, round, closed, visit.now).await?;
        }
        shown(StatusCode::OK, &visit, &rounds::overview(engine, who, round).await?)
    };
    once.run(work).await
}
