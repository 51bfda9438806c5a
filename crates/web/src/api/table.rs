//! The table of a round: a page of it, and all of it as a file.

use actix_web::HttpResponse;
use actix_web::web::{Path, to};
use engine::identity::Scope;
use engine::results_table::{self, Row, Wanted};
use engine::{AssessmentOrder, Total};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor;
use super::asked::id;
use super::operation::{Operation, Spec, download, get};
use super::types::{Id, Moment, Query, Titled, cursor, most};
use crate::error::Problem;
use crate::export::{Format, results};
use crate::routes::Access::Secretariat;
use crate::visit::Visit;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
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
    download(
        "/api/v1/rounds/{round}/results.xlsx",
        Secretariat,
        Spec::new("exportWorkbook", Scope::Export, "All rows of the table, as a workbook.")
            .query::<ExportQuery>()
            .gives_file("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        || to(workbook),
    ),
    download(
        "/api/v1/rounds/{round}/results.csv",
        Secretariat,
        Spec::new(
            "exportValues",
            Scope::Export,
            "All rows of the table, as values for a spreadsheet.",
        )
        .query::<ExportQuery>()
        .gives_file("text/csv"),
        || to(csv),
    ),
    download(
        "/api/v1/rounds/{round}/results.ndjson",
        Secretariat,
        Spec::new(
            "exportResults",
            Scope::Export,
            "All rows of the table, one JSON object to a line, with what was signed last.",
        )
        .query::<ExportQuery>()
        .gives_file("application/x-ndjson"),
        || to(ndjson),
    ),
];

/// Which rows of the table, in which order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TableQuery {
    /// Words, each of which begins a word of the name of the subject.
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

/// Which rows are taken away, in which order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ExportQuery {
    /// Words, each of which begins a word of the name of the subject.
    #[serde(default)]
    text: String,
    /// Only at this stage.
    #[serde(default)]
    stage: String,
    /// Only in this band.
    #[serde(default)]
    band: String,
    /// What to sort by, as in the table.
    sort: Option<String>,
}

/// A page of the table of a round.
#[derive(Debug, Serialize, JsonSchema)]
struct TableView {
    /// The rows.
    items: Vec<RowView>,
    /// What to send as `cursor` for the next ones; null where there are none.
    next: Option<String>,
    /// How many rows there are on all pages; null where `text` has words that too many names
    /// have to count them.
    total: Option<u64>,
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
    let (limit, at) = (most(asked.limit)?, cursor(asked.cursor.as_deref())?);
    let wanted = Wanted {
        text: asked.text,
        stage: asked.stage,
        band: asked.band,
        sort: sort(asked.sort.as_deref())?,
    };
    let table = results_table::open(engine, who, id(&path)?, visit.language.code()).await?;
    let page = table.page(engine, &wanted, at.as_ref(), limit).await?;
    Ok(HttpResponse::Ok().json(TableView {
        next: page.next.map(|it| it.to_string()),
        items: page.rows.into_iter().map(row).collect(),
        total: match page.total {
            Total::Exactly(total) => Some(total),
            Total::MoreThan(_) => None,
        },
    }))
}

fn sort(word: Option<&str>) -> Result<AssessmentOrder, Problem> {
    let sort = word.map(str::parse::<AssessmentOrder>).transpose();
    let sort = sort.map_err(|_| Problem::unreadable("`sort` is no column of the table"))?;
    Ok(sort.unwrap_or_default())
}

async fn workbook(
    visit: Visit,
    path: Path<String>,
    asked: Query<ExportQuery>,
) -> Result<HttpResponse, Problem> {
    export(&visit, &path, asked.0, Format::Xlsx).await
}

async fn csv(
    visit: Visit,
    path: Path<String>,
    asked: Query<ExportQuery>,
) -> Result<HttpResponse, Problem> {
    export(&visit, &path, asked.0, Format::Csv).await
}

async fn ndjson(
    visit: Visit,
    path: Path<String>,
    asked: Query<ExportQuery>,
) -> Result<HttpResponse, Problem> {
    export(&visit, &path, asked.0, Format::Ndjson).await
}

/// Sends the same file as the page of the round.
async fn export(
    visit: &Visit,
    round: &str,
    asked: ExportQuery,
    format: Format,
) -> Result<HttpResponse, Problem> {
    actor(visit, Scope::Export)?;
    let ExportQuery { text, stage, band, .. } = asked;
    let wanted = Wanted { text, stage, band, sort: sort(asked.sort.as_deref())? };
    results::send(visit, id(round)?, &wanted, format).await
}
