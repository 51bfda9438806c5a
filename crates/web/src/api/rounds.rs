//! Rounds: made, changed, closed; who is invited into them and reminded; their table.

use std::fmt::Write as _;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Path, to};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use engine::identity::Scope;
use engine::invitations::{self, Fate, Line};
use engine::reminders::{self, Passed, Reminder};
use engine::results_table::{self, Row, Wanted};
use engine::rights;
use engine::rounds::{self, Overview, RoundValues};
use engine::{AssessmentId, AssessmentOrder, EngineError, RoundId};
use futures::future::{Ready, ready};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::actor;
use super::asked::id;
use super::once::{Done, Once};
use super::operation::{Operation, Spec, change, get};
use super::types::{Day, Id, Moment, Page, Paging, Query, Titled, cursor, most};
use crate::error::Problem;
use crate::input::Json;
use crate::pages::secretariat::{invite, remind};
use crate::routes::Access::Secretariat;
use crate::visit::Visit;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    get(
        "/api/v1/programmes",
        Secretariat,
        Spec::new("listProgrammes", Scope::Read, "The programmes that rounds can be made from.")
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
    get(
        "/api/v1/rounds/{round}/assessments",
        Secretariat,
        Spec::new(
            "listAssessmentsOfRound",
            Scope::Read,
            "The table of a round, any filter and order.",
        )
        .query::<TableQuery>()
        .gives::<TableView>(),
        || to(table),
    ),
    change(
        Method::POST,
        "/api/v1/rounds/{round}/invitations/preview",
        Secretariat,
        Spec::new(
            "previewInvitations",
            Scope::Read,
            "What would come of inviting those on a list.",
        )
        .takes::<ListOf>()
        .gives::<Page<LineView>>(),
        || to(preview),
    ),
    change(
        Method::POST,
        "/api/v1/rounds/{round}/invitations",
        Secretariat,
        Spec::new("invite", Scope::Write, "Invites those on a list whose lines can be used.")
            .takes::<ListOf>()
            .gives::<Written>(),
        || to(invite_all),
    ),
    change(
        Method::POST,
        "/api/v1/rounds/{round}/reminders/preview",
        Secretariat,
        Spec::new("previewReminders", Scope::Read, "Who would be reminded, and who not.")
            .takes::<Reminded>()
            .gives::<RemindersView>(),
        || to(preview_reminders),
    ),
    change(
        Method::POST,
        "/api/v1/rounds/{round}/reminders",
        Secretariat,
        Spec::new("remind", Scope::Write, "Reminds those who have not submitted.")
            .takes::<Reminded>()
            .gives::<Written>(),
        || to(remind_all),
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
    /// The last day.
    closes_on: Day,
    /// The language of its letters.
    language: String,
    /// What the invitation says besides what it always says.
    invitation: Option<String>,
    /// When it was made.
    created_at: Moment,
    /// When it was closed before its last day.
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

async fn list_programmes(visit: Visit) -> Result<HttpResponse, Problem> {
    actor(&visit, Scope::Read)?;
    let all = rounds::offered(visit.engine(), visit.language.code())?;
    let view = |it: rounds::Offered| ProgrammeView {
        id: it.id,
        title: it.title,
        description: it.description,
    };
    Ok(HttpResponse::Ok().json(Page::whole(all.into_iter().map(view).collect())))
}

fn view(it: &Overview, language: &str) -> RoundView {
    let round = &it.open.round;
    let texts = it.open.programme.texts(language);
    RoundView {
        id: Id::of(round.id),
        title: round.title.clone(),
        programme: Titled::new(&texts.id, &texts.title),
        organisation: Id::of(round.organisation),
        opens_on: Day(round.opens_on.clone()),
        closes_on: Day(round.closes_on.clone()),
        language: round.language.clone(),
        invitation: round.invitation.clone(),
        created_at: round.created_at.into(),
        closed_at: round.closed_at.map(Into::into),
        counts: Counts {
            invited: it.total(),
            begun: it.begun,
            submitted: it.submitted,
            finished: it.finished(),
            stages: it.stages.clone(),
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
    Ok(Done::with(status, &view(it, visit.language.code()))?.tagged(tag(it)))
}

async fn list(visit: Visit, asked: Query<Paging>) -> Result<HttpResponse, Problem> {
    let all = rounds::list(visit.engine(), actor(&visit, Scope::Read)?).await?;
    let all = all.iter().map(|it| view(it, visit.language.code())).collect();
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
    /// Whether it is closed before its last day.
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

/// Which rows of the table, in which order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TableQuery {
    /// A part of the name of the subject.
    #[serde(default)]
    text: String,
    /// Only at this stage.
    #[serde(default)]
    stage: String,
    /// Only in this band.
    #[serde(default)]
    band: String,
    /// What to sort by: `subject`, `stage`, `answered`, `score`, `band`, `changed`, `submitted`,
    /// `reminded` or `created`, with `-` before it for descending.
    sort: Option<String>,
    /// How many rows at most: 1 to 200, usually 50.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// A page of the table of a round.
#[derive(Debug, Serialize, JsonSchema)]
struct TableView {
    /// The rows.
    items: Vec<RowView>,
    /// What to send as `cursor` for the next ones; null where there are none.
    next: Option<String>,
    /// How many rows there are on all pages.
    total: u64,
}

/// An assessment as a row.
#[derive(Debug, Serialize, JsonSchema)]
struct RowView {
    /// The assessment.
    id: Id,
    /// What is assessed.
    subject: String,
    /// Where it stands.
    stage: Titled,
    /// The how-manieth time it goes through its stages.
    turn: u32,
    /// How many of the questions that count are answered.
    answered: u32,
    /// How many are asked.
    asked: u32,
    /// The strict total when it was last signed, 0 to 100.
    score: Option<f64>,
    /// The same in the form's points.
    points: Option<u32>,
    /// The band when it was last signed.
    band: Option<Titled>,
    /// When it was made.
    invited_at: Moment,
    /// When it was last changed.
    changed_at: Moment,
    /// When it was last submitted.
    submitted_at: Option<Moment>,
    /// When it was last reminded of.
    reminded_at: Option<Moment>,
    /// Since when nobody may change it.
    locked_at: Option<Moment>,
}

fn row(it: Row) -> RowView {
    RowView {
        id: Id(it.id),
        subject: it.subject,
        stage: Titled::new(it.stage.id, it.stage.title),
        turn: it.turn,
        answered: it.answered,
        asked: it.asked,
        score: it.score,
        points: it.points,
        band: it.band.map(|it| Titled::new(it.id, it.title)),
        invited_at: it.invited_at.into(),
        changed_at: it.changed_at.into(),
        submitted_at: it.submitted_at.map(Into::into),
        reminded_at: it.reminded_at.map(Into::into),
        locked_at: it.locked_at.map(Into::into),
    }
}

async fn table(
    visit: Visit,
    path: Path<String>,
    asked: Query<TableQuery>,
) -> Result<HttpResponse, Problem> {
    let (engine, who, asked) = (visit.engine(), actor(&visit, Scope::Read)?, asked.0);
    let (limit, from) = (most(asked.limit)?, cursor::<u64>(asked.cursor.as_deref())?);
    let from = from.unwrap_or(0);
    if from > u64::from(u32::MAX) {
        return Err(Problem::unreadable("`cursor` must be the `next` of the page before"));
    }
    let sort = asked.sort.as_deref().map(str::parse::<AssessmentOrder>).transpose();
    let sort = sort.map_err(|_| Problem::unreadable("`sort` is no column of the table"))?;
    let wanted = Wanted {
        text: asked.text,
        stage: asked.stage,
        band: asked.band,
        sort: sort.unwrap_or_default(),
    };
    let table = results_table::open(engine, who, id(&path)?, visit.language.code()).await?;
    let page = table.page(engine, &wanted, from, limit).await?;
    let end = from + page.rows.len() as u64;
    Ok(HttpResponse::Ok().json(TableView {
        next: (end < page.total && !page.rows.is_empty()).then(|| end.to_string()),
        items: page.rows.into_iter().map(row).collect(),
        total: page.total,
    }))
}

/// Those who are to be invited.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListOf {
    /// One to a line: the address, the organisation's name and, if one likes, its number, with a
    /// semicolon, a comma or a tab between.
    list: String,
}

/// What will come of a line.
#[derive(Debug, Serialize, JsonSchema)]
struct LineView {
    /// Its number, from 1.
    line: usize,
    /// The address.
    email: String,
    /// The organisation's name.
    organisation: String,
    /// The organisation's number.
    number: Option<String>,
    /// `new`, `known`, `already-in`, `same-as-line` or `wrong`.
    fate: &'static str,
    /// Why it cannot be used, as a stable word.
    code: Option<String>,
    /// The same in words.
    message: Option<String>,
}

/// How many letters were written.
#[derive(Debug, Serialize, JsonSchema)]
struct Written {
    /// How many.
    letters: usize,
}

fn line(it: Line) -> LineView {
    let (fate, code, message) = match it.fate {
        Fate::NewOrganisation => ("new", None, None),
        Fate::KnownOrganisation(_) => ("known", None, None),
        Fate::AlreadyIn(..) => ("already-in", None, None),
        Fate::SameAsLine(_) => ("same-as-line", None, None),
        Fate::Wrong { code, message } => ("wrong", Some(code.to_owned()), Some(message)),
    };
    LineView {
        line: it.line,
        email: it.email,
        organisation: it.organisation,
        number: it.number,
        fate,
        code,
        message,
    }
}

async fn preview(
    visit: Visit,
    path: Path<String>,
    body: Json<ListOf>,
) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let all = invitations::preview(visit.engine(), who, id(&path)?, &body.0.list).await?;
    Ok(HttpResponse::Ok().json(Page::whole(all.into_iter().map(line).collect())))
}

async fn invite_all(
    visit: Visit,
    path: Path<String>,
    once: Once,
    body: Json<ListOf>,
) -> Result<HttpResponse, Problem> {
    let (engine, who) = (visit.engine(), actor(&visit, Scope::Write)?);
    let round: RoundId = id(&path)?;
    let open = rights::round(engine, who, round).await?;
    let over = open.round.closed_at.is_some()
        || open.round.closes_on < engine::engine::day(visit.now).to_string();
    if over {
        return Err(EngineError::Closed { why: engine::error::Closed::Round }.into());
    }
    let letter = invite::letter(&visit, &open)?;
    let work = async {
        let list = &body.0.list;
        let letters = invitations::invite(engine, who, round, list, letter, visit.now).await?;
        Done::with(StatusCode::OK, &Written { letters })
    };
    once.run(work).await
}

/// Who is to be reminded.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Reminded {
    /// The assessments; all that are not submitted where it is absent or empty.
    #[serde(default)]
    assessments: Vec<Id>,
    /// What the letter says besides.
    #[serde(default)]
    text: String,
}

/// Who would be reminded.
#[derive(Debug, Serialize, JsonSchema)]
struct RemindersView {
    /// Who gets a letter.
    letters: Vec<RecipientView>,
    /// The assessments nobody is reminded of.
    passed: Vec<PassedView>,
}

/// Somebody who gets a letter.
#[derive(Debug, Serialize, JsonSchema)]
struct RecipientView {
    /// About which assessment.
    assessment: Id,
    /// What is assessed.
    subject: String,
    /// The address.
    email: String,
}

/// An assessment nobody is reminded of.
#[derive(Debug, Serialize, JsonSchema)]
struct PassedView {
    /// What is assessed.
    subject: String,
    /// Why: `submitted`, `locked`, `recently` or `nobody`.
    why: &'static str,
}

/// How long what a letter says besides may be, in characters.
const LONGEST: usize = 2000;

async fn look(
    visit: &Visit,
    scope: Scope,
    round: &str,
    it: &Reminded,
) -> Result<reminders::Reminders, Problem> {
    let who = actor(visit, scope)?;
    let chosen = it.assessments.iter().map(|it| id(&it.0));
    let chosen: Vec<AssessmentId> = chosen.collect::<Result<_, _>>()?;
    if it.text.chars().count() > LONGEST {
        let message = format!("the text has at most {LONGEST} characters");
        return Err(EngineError::invalid("text", "too-long", message).into());
    }
    Ok(reminders::preview(visit.engine(), who, id(round)?, &chosen, visit.now).await?)
}

async fn preview_reminders(
    visit: Visit,
    path: Path<String>,
    body: Json<Reminded>,
) -> Result<HttpResponse, Problem> {
    let found = look(&visit, Scope::Read, &path, &body.0).await?;
    let letter = |it: &Reminder| RecipientView {
        assessment: Id::of(it.assessment.id),
        subject: it.assessment.subject.name.clone(),
        email: it.to.email().to_owned(),
    };
    let passed = |(subject, why): &(String, Passed)| PassedView {
        subject: subject.clone(),
        why: match why {
            Passed::Submitted => "submitted",
            Passed::Locked => "locked",
            Passed::Recently => "recently",
            Passed::Nobody => "nobody",
        },
    };
    Ok(HttpResponse::Ok().json(RemindersView {
        letters: found.letters.iter().map(letter).collect(),
        passed: found.passed.iter().map(passed).collect(),
    }))
}

async fn remind_all(
    visit: Visit,
    path: Path<String>,
    once: Once,
    body: Json<Reminded>,
) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Write)?;
    let found = look(&visit, Scope::Write, &path, &body.0).await?;
    let write = remind::letter(&visit, &found.open, body.0.text.trim().to_owned())?;
    let work = async {
        let letters = reminders::send(visit.engine(), who, found, write, visit.now).await?;
        Done::with(StatusCode::OK, &Written { letters })
    };
    once.run(work).await
}
