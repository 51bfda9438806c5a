//! What comes of an assessment: result, reports, history.

use actix_web::HttpResponse;
use actix_web::web::{Path, to};
use chrono::NaiveDate;
use engine::flow::{self, Course};
use engine::history::{day_bounds, of_assessment};
use engine::identity::Scope;
use engine::peers::{self, PeersView};
use engine::sheets::{self, ReadSheet};
use engine::views::check::{self, AnswersOfStep};
use engine::views::live::{self, TotalView};
use engine::views::result::{self, ResultView, TracedView};
use engine::{Event, SheetId, comments};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor;
use super::asked::id;
use super::operation::{Operation, Spec, download, get};
use super::types::{Day, Id, Moment, Page, Query, cursor, most};
use crate::error::Problem;
use crate::pages::company::{self, report};
use crate::routes::Access::SignedIn;
use crate::visit::Visit;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    get(
        "/api/v1/assessments/{assessment}/result",
        SignedIn,
        Spec::new("readResult", Scope::Read, "The result of what was signed last, or of a sheet.")
            .query::<OfSheet>()
            .gives::<ResultOf>(),
        || to(read),
    ),
    get(
        "/api/v1/assessments/{assessment}/trace/{place}",
        SignedIn,
        Spec::new("readTrace", Scope::Read, "The way of one answer to the total.")
            .query::<OfSheet>()
            .gives::<TracedView>(),
        || to(trace),
    ),
    download(
        "/api/v1/assessments/{assessment}/report.pdf",
        SignedIn,
        Spec::new("readReport", Scope::Read, "The report of what was signed last, or of a sheet.")
            .query::<ReportOf>()
            .gives_file("application/pdf"),
        || to(report_pdf),
    ),
    download(
        "/api/v1/assessments/{assessment}/blank.pdf",
        SignedIn,
        Spec::new("readBlank", Scope::Read, "The form itself, to read and discuss.")
            .query::<ReportOf>()
            .gives_file("application/pdf"),
        || to(blank_pdf),
    ),
    download(
        "/api/v1/assessments/{assessment}/charts/dimensions.svg",
        SignedIn,
        Spec::new("readChart", Scope::Read, "The dimensions of a result as a chart.")
            .query::<ReportOf>()
            .gives_file("image/svg+xml"),
        || to(chart),
    ),
    get(
        "/api/v1/assessments/{assessment}/history",
        SignedIn,
        Spec::new("readHistory", Scope::Read, "What happened, newest first.")
            .query::<Events>()
            .gives::<Page<EventView>>(),
        || to(history),
    ),
    get(
        "/api/v1/assessments/{assessment}/as-of",
        SignedIn,
        Spec::new("readAsOf", Scope::Read, "The answers as they were at the end of a day.")
            .query::<OnDay>()
            .gives::<AsOf>(),
        || to(as_of),
    ),
];

/// Which sheet.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OfSheet {
    /// The sheet; what was signed last where it is absent.
    sheet: Option<Id>,
}

/// A result.
#[derive(Debug, Serialize, JsonSchema)]
struct ResultOf {
    /// The sheet.
    sheet: Id,
    /// Whether it is signed; otherwise it is what the answers so far come to.
    signed: bool,
    /// The result.
    result: ResultView,
    /// How it stands among the others of its round.
    peers: PeersView,
}

/// The sheet that is meant: the one named, otherwise what was signed last or is in hand.
fn chosen<'a>(course: &'a Course, named: Option<&Id>) -> Result<&'a ReadSheet, Problem> {
    let sheet = match named {
        Some(named) => {
            let sheet: SheetId = id(&named.0)?;
            course.sheets.iter().find(|it| it.sheet.id == sheet)
        }
        None => course.signed().or_else(|| course.in_hand()),
    };
    sheet.ok_or_else(Problem::not_found)
}

async fn read(
    visit: Visit,
    path: Path<String>,
    asked: Query<OfSheet>,
) -> Result<HttpResponse, Problem> {
    let (who, language) = (actor(&visit, Scope::Read)?, visit.language.code());
    let course = flow::course(visit.engine(), who, id(&path)?).await?;
    let sheet = chosen(&course, asked.0.sheet.as_ref())?;
    let before = course.before(sheet).map(|it| result::scorecard(it, language));
    let peers = peers::of(visit.engine(), &course.open).await?;
    Ok(HttpResponse::Ok().json(ResultOf {
        sheet: Id::of(sheet.sheet.id),
        signed: sheet.sheet.is_signed(),
        result: result::view(sheet, before.as_ref(), language),
        peers,
    }))
}

async fn trace(
    visit: Visit,
    path: Path<(String, String)>,
    asked: Query<OfSheet>,
) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let course = flow::course(visit.engine(), who, id(&path.0)?).await?;
    let sheet = chosen(&course, asked.0.sheet.as_ref())?;
    let view = result::view(sheet, None, visit.language.code());
    let mut all = view.trace.into_iter().flat_map(|it| it.questions);
    let found = all.find(|it| it.place == path.1).ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(found))
}

/// Which report.
#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "it describes what the page reads")]
struct ReportOf {
    /// The language: `da` or `en`; that of who asks where it is absent.
    lang: Option<String>,
    /// The sheet; what was signed last where it is absent.
    sheet: Option<Id>,
}

async fn report_pdf(
    visit: Visit,
    path: Path<String>,
    asked: actix_web::web::Query<report::Asked>,
) -> Result<HttpResponse, Problem> {
    actor(&visit, Scope::Read)?;
    report::report(visit, path, asked).await
}

async fn blank_pdf(
    visit: Visit,
    path: Path<String>,
    asked: actix_web::web::Query<report::Asked>,
) -> Result<HttpResponse, Problem> {
    actor(&visit, Scope::Read)?;
    report::blank(visit, path, asked).await
}

async fn chart(
    visit: Visit,
    path: Path<String>,
    asked: actix_web::web::Query<company::result::Asked>,
) -> Result<HttpResponse, Problem> {
    actor(&visit, Scope::Read)?;
    company::result::drawn(visit, &path, "dimensions", &asked).await
}

/// Which events.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Events {
    /// Only about this question.
    place: Option<String>,
    /// How many rows at most: 1 to 200, usually 50.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Something that happened.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct EventView {
    /// Its number.
    sequence: u64,
    /// When.
    at: Moment,
    /// Who; null where the service did it.
    by: Option<String>,
    /// What was done, as a word.
    action: String,
    /// The organisation it is about.
    organisation: Option<Id>,
    /// The round it is about.
    round: Option<Id>,
    /// The assessment it is about.
    assessment: Option<Id>,
    /// The question, or another place.
    place: Option<String>,
    /// The revision of the sheet that it made.
    revision: Option<u64>,
    /// What it was before, as text or JSON.
    before: Option<String>,
    /// What it is after, as text or JSON.
    after: Option<String>,
    /// Its hash, which holds that of the event before it.
    hash: String,
}

/// A page of events, which was asked for with a limit of one more.
pub(super) async fn events(
    visit: &Visit,
    mut all: Vec<Event>,
    limit: u64,
) -> Result<Page<EventView>, Problem> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = all.len() > limit;
    all.truncate(limit);
    let people = all.iter().filter_map(|it| it.what.person);
    let names = comments::names(visit.engine(), people).await?;
    let next = all.last().filter(|_| more).map(|it| it.sequence.to_string());
    let view = |it: Event| EventView {
        sequence: it.sequence,
        at: it.what.at.into(),
        by: it.what.person.and_then(|it| names.get(&it).cloned()),
        action: it.what.action,
        organisation: it.what.about.organisation.map(Id::of),
        round: it.what.about.round.map(Id::of),
        assessment: it.what.about.assessment.map(Id::of),
        place: Some(it.what.about.place).filter(|it| !it.is_empty()),
        revision: it.what.about.revision,
        before: it.what.before,
        after: it.what.after,
        hash: it.hash,
    };
    Ok(Page { items: all.into_iter().map(view).collect(), next })
}

async fn history(
    visit: Visit,
    path: Path<String>,
    asked: Query<Events>,
) -> Result<HttpResponse, Problem> {
    let (who, asked) = (actor(&visit, Scope::Read)?, asked.0);
    let (limit, below) = (most(asked.limit)?, cursor(asked.cursor.as_deref())?);
    let place = asked.place.as_deref();
    let all = of_assessment(visit.engine(), who, id(&path)?, place, below, limit + 1).await?;
    Ok(HttpResponse::Ok().json(events(&visit, all, limit).await?))
}

/// Which day.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OnDay {
    /// The day; today where it is absent.
    date: Option<Day>,
}

/// The answers as they were.
#[derive(Debug, Serialize, JsonSchema)]
struct AsOf {
    /// The day.
    date: Day,
    /// The response document of that day.
    response: model::Response,
    /// The answers in words.
    steps: Vec<AnswersOfStep>,
    /// What they came to.
    total: Option<TotalView>,
}

async fn as_of(
    visit: Visit,
    path: Path<String>,
    asked: Query<OnDay>,
) -> Result<HttpResponse, Problem> {
    let (engine, who) = (visit.engine(), actor(&visit, Scope::Read)?);
    let mut open = sheets::open(engine, who, id(&path)?).await?;
    let bad = || Problem::unreadable("`date` must be a day as year-month-day");
    let day: NaiveDate = match &asked.0.date {
        Some(text) => text.0.parse().map_err(|_| bad())?,
        None => engine::engine::day(visit.now),
    };
    let (_, ends) = day_bounds(day).ok_or_else(bad)?;
    open.response = sheets::as_of(engine, &open, ends).await?;
    open.carried.clear();
    let (reading, language) = (open.reading(), visit.language.code());
    Ok(HttpResponse::Ok().json(AsOf {
        date: Day(day.to_string()),
        steps: check::answers(&open, &reading, language),
        total: live::total(&reading, language),
        response: open.response.clone(),
    }))
}
