//! A round: how far it is, and its assessments as a table.

use actix_web::HttpResponse;
use actix_web::web::Path;
use chrono::{DateTime, NaiveDate, Utc};
use engine::results_table::{self, Named, Row, Table, Wanted};
use engine::rights;
use engine::rounds::{Overview, RoundState};
use engine::{AssessmentCursor, AssessmentOrder, RoundId, SortColumn, Total, flow};
use serde::Serialize;

use super::rounds::Counts;
use super::{RoundHead, address, asked, with_query};
use crate::error::Problem;
use crate::export::Format;
use crate::format;
use crate::input::Form;
use crate::language::Words;
use crate::page::{Link, NoticeKind, Page};
use crate::pages::company::{code, id};
use crate::visit::Visit;

/// How many rows a page shows.
const ROWS: u64 = 50;

/// What `secretariat/round.html` shows.
#[derive(Debug, Serialize)]
struct RoundPage {
    round: ShownRound,
    counts: Counts,
    stages: Vec<StageLine>,
    bands: Vec<Named>,
    table: ShownTable,
    filter: Filter,
    exports: Vec<ExportLink>,
    /// How many rows there are, or how many are known where they are not counted.
    total: u64,
    uncounted: bool,
    previous_href: Option<String>,
    next_href: Option<String>,
}

#[derive(Debug, Serialize)]
struct ShownRound {
    #[serde(flatten)]
    head: RoundHead,
    opens: String,
    closes: String,
    state: RoundState,
    days_left: Option<i64>,
    invite_href: Option<String>,
    remind_href: Option<String>,
    edit_href: String,
}

#[derive(Debug, Serialize)]
struct StageLine {
    id: String,
    title: String,
    count: u64,
    href: String,
}

#[derive(Debug, Serialize)]
struct ShownTable {
    sort: String,
    columns: Vec<ShownColumn>,
    rows: Vec<ShownRow>,
    from: u64,
    to: u64,
}

#[derive(Debug, Serialize)]
struct ShownColumn {
    id: &'static str,
    title: String,
    kind: &'static str,
    sortable: bool,
    sorted: Option<&'static str>,
    href: String,
    shown: bool,
    choosable: bool,
}

#[derive(Debug, Serialize)]
struct ShownRow {
    id: String,
    href: String,
    title: String,
    locked: bool,
    selected: bool,
    cells: Vec<ShownCell>,
}

#[derive(Debug, Serialize)]
struct ShownCell {
    column: &'static str,
    title: String,
    text: Option<String>,
    kind: &'static str,
    state: Option<&'static str>,
    share: Option<u32>,
}

#[derive(Debug, Serialize)]
struct Filter {
    text: String,
    stage: String,
    band: String,
}

#[derive(Debug, Serialize)]
struct ExportLink {
    format: String,
    href: String,
}

impl Page for RoundPage {
    const TEMPLATE: &'static str = "secretariat/round.html";
    const MENU: &'static str = "rounds";

    fn title(&self, _: &Words) -> String {
        self.round.head.title.clone()
    }

    fn back(&self, words: &Words) -> Option<Link> {
        Some(Link::new("/rounds", words.text("secretariat.rounds")))
    }
}

/// A column of the table as it can be chosen.
#[derive(Clone, Copy, Debug)]
struct TableColumn {
    id: &'static str,
    by: SortColumn,
    title: &'static str,
    kind: &'static str,
    /// Whether it is shown where nothing was chosen.
    usual: bool,
}

const fn column(
    id: &'static str,
    by: SortColumn,
    title: &'static str,
    kind: &'static str,
    usual: bool,
) -> TableColumn {
    TableColumn { id, by, title, kind, usual }
}

/// The columns; the first is always there.
const COLUMNS: [TableColumn; 9] = [
    column("subject", SortColumn::Subject, "secretariat.organisation", "text", true),
    column("stage", SortColumn::Stage, "secretariat.stage", "text", true),
    column("answered", SortColumn::Answered, "secretariat.answered", "progress", true),
    column("score", SortColumn::Score, "secretariat.score", "number", true),
    column("band", SortColumn::Band, "secretariat.band", "text", true),
    column("submitted", SortColumn::Submitted, "secretariat.submitted", "date", true),
    column("changed", SortColumn::Changed, "secretariat.changed", "date", true),
    column("reminded", SortColumn::Reminded, "secretariat.reminded", "date", false),
    column("created", SortColumn::Created, "secretariat.invited", "date", false),
];

/// What an address asks of the table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    pub(super) wanted: Wanted,
    columns: Vec<&'static str>,
    at: Option<AssessmentCursor>,
}

impl Asked {
    pub(super) fn read(pairs: &[(String, String)]) -> Result<Self, Problem> {
        let find = |name: &str| pairs.iter().find(|(it, _)| it == name).map(|(_, it)| it.as_str());
        let get = |name: &str| find(name).unwrap_or_default().to_owned();
        let sort = find("sort").filter(|it| !it.is_empty());
        let sort = sort.map_or(Ok(AssessmentOrder::default()), |it| {
            it.parse().map_err(|_| Problem::unreadable(format!("sort: {it}")))
        })?;
        let at = find("at").filter(|it| !it.is_empty()).map(|it| {
            let cursor = it.parse::<AssessmentCursor>();
            cursor.map_err(|why| Problem::unreadable(format!("at: {why}")))
        });
        let at = at.transpose()?;
        let chosen = |column: &&TableColumn| {
            pairs.iter().any(|(name, value)| name == "column" && value == column.id)
        };
        let columns: Vec<&str> = COLUMNS[1..].iter().filter(chosen).map(|it| it.id).collect();
        let wanted = Wanted { text: get("text"), stage: get("stage"), band: get("band"), sort };
        Ok(Self { wanted, columns, at })
    }

    fn shows(&self, column: &TableColumn) -> bool {
        column.id == COLUMNS[0].id
            || self.columns.contains(&column.id)
            || (self.columns.is_empty() && column.usual)
    }

    /// The address of the same table at `path`, from the place `at` on.
    fn href(
        &self,
        path: &str,
        sort: AssessmentOrder,
        stage: &str,
        at: Option<&AssessmentCursor>,
    ) -> String {
        let sort = match sort == AssessmentOrder::default() {
            true => String::new(),
            false => sort.to_string(),
        };
        let at = at.map(AssessmentCursor::to_string).unwrap_or_default();
        let fixed = [
            ("text", self.wanted.text.as_str()),
            ("stage", stage),
            ("band", self.wanted.band.as_str()),
            ("sort", sort.as_str()),
            ("at", at.as_str()),
        ];
        let columns = self.columns.iter().map(|it| ("column", *it));
        with_query(path, fixed.into_iter().chain(columns))
    }

    fn column(&self, it: &TableColumn, path: &str, words: &Words) -> ShownColumn {
        let now = self.wanted.sort;
        let here = now.by == it.by;
        let next = AssessmentOrder { by: it.by, descending: here && !now.descending };
        ShownColumn {
            id: it.id,
            title: words.text(it.title),
            kind: it.kind,
            sortable: true,
            sorted: here.then_some(if now.descending { "down" } else { "up" }),
            href: self.href(path, next, &self.wanted.stage, None),
            shown: self.shows(it),
            choosable: it.id != COLUMNS[0].id,
        }
    }
}

/// Shows a round.
pub(super) async fn show(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let (engine, actor, round) = (visit.engine(), visit.actor()?, id(&path)?);
    let asked = Asked::read(&asked(&visit))?;
    let table = results_table::open(engine, actor, round, code(&visit)).await?;
    let found = table.page(engine, &asked.wanted, asked.at.as_ref(), ROWS).await?;
    let (here, wanted) = (address(round, ""), &asked.wanted);
    let shown = u64::try_from(found.rows.len()).unwrap_or(ROWS);
    let at = |it: &AssessmentCursor| asked.href(&here, wanted.sort, &wanted.stage, Some(it));
    let (total, uncounted) = match found.total {
        Total::Exactly(total) => (total, false),
        Total::MoreThan(total) => (total, true),
    };
    visit.show(&RoundPage {
        round: shown_round(&visit, &table.overview),
        counts: Counts::new(&table.overview),
        stages: stages(&table, &asked, &here),
        bands: table.bands(),
        table: ShownTable {
            sort: wanted.sort.to_string(),
            columns: COLUMNS.iter().map(|it| asked.column(it, &here, visit.words())).collect(),
            rows: found.rows.into_iter().map(|it| row(&visit, round, &asked, it)).collect(),
            from: if shown == 0 { 0 } else { found.rows_before + 1 },
            to: found.rows_before + shown,
        },
        filter: Filter {
            text: wanted.text.clone(),
            stage: wanted.stage.clone(),
            band: wanted.band.clone(),
        },
        exports: exports(round, &asked),
        total,
        uncounted,
        previous_href: found.previous.as_ref().map(at),
        next_href: found.next.as_ref().map(at),
    })
}

fn shown_round(visit: &Visit, it: &Overview) -> ShownRound {
    let round = &it.open.round;
    let state = RoundState::of(round, visit.now);
    let left = round.closes_on.parse::<NaiveDate>().ok();
    let left = left.map(|it| (it - engine::engine::day(visit.now)).num_days());
    let begun = matches!(state, RoundState::Open | RoundState::Overdue);
    ShownRound {
        head: RoundHead::new(&it.open, code(visit)),
        opens: round.opens_on.clone(),
        closes: round.closes_on.clone(),
        state,
        days_left: left.filter(|_| state == RoundState::Open),
        invite_href: (state != RoundState::Closed).then(|| address(round.id, "/invite")),
        remind_href: (begun && it.submitted() < it.total()).then(|| address(round.id, "/remind")),
        edit_href: address(round.id, "/edit"),
    }
}

fn stages(table: &Table, asked: &Asked, here: &str) -> Vec<StageLine> {
    let counts = table.overview.stages();
    let line = |it: Named| StageLine {
        count: counts.get(&it.id).copied().unwrap_or_default(),
        href: asked.href(here, asked.wanted.sort, &it.id, None),
        id: it.id,
        title: it.title,
    };
    table.stages().into_iter().map(line).collect()
}

fn exports(round: RoundId, asked: &Asked) -> Vec<ExportLink> {
    let link = |it: Format| {
        let path = address(round, &format!("/export.{}", it.name()));
        ExportLink {
            format: it.name().to_uppercase(),
            href: asked.href(&path, asked.wanted.sort, &asked.wanted.stage, None),
        }
    };
    Format::ALL.map(link).into()
}

fn row(visit: &Visit, round: RoundId, asked: &Asked, it: Row) -> ShownRow {
    let shown = COLUMNS[1..].iter().filter(|it| asked.shows(it));
    let cells = shown.map(|column| cell(visit, column, &it)).collect();
    ShownRow {
        href: address(round, &format!("/assessments/{}", it.id)),
        id: it.id,
        title: it.subject,
        locked: it.locked_at.is_some(),
        selected: false,
        cells,
    }
}

fn cell(visit: &Visit, column: &TableColumn, it: &Row) -> ShownCell {
    let day =
        |at: Option<DateTime<Utc>>| at.map(|it| format::date(visit.language, it.date_naive()));
    let (text, share) = match column.by {
        SortColumn::Subject => (Some(it.subject.clone()), None),
        SortColumn::Stage => (Some(it.stage.title.clone()), None),
        SortColumn::Answered => (Some(answered(visit, it)), Some(share(it))),
        SortColumn::Score => (score(visit, it), None),
        SortColumn::Band => (it.band.as_ref().map(|it| it.title.clone()), None),
        SortColumn::Submitted => (day(it.submitted_at), None),
        SortColumn::Changed => (day(Some(it.changed_at)), None),
        SortColumn::Reminded => (day(it.reminded_at), None),
        SortColumn::Created => (day(Some(it.invited_at)), None),
    };
    ShownCell {
        column: column.id,
        title: visit.words().text(column.title),
        text,
        kind: column.kind,
        state: None,
        share,
    }
}

fn answered(visit: &Visit, it: &Row) -> String {
    let values: [(&str, &dyn std::fmt::Display); 2] =
        [("answered", &it.answered), ("asked", &it.asked)];
    visit.words().text_with("secretariat.answered_of", &values)
}

fn share(it: &Row) -> u32 {
    (100 * it.answered).checked_div(it.asked).unwrap_or_default()
}

fn score(visit: &Visit, it: &Row) -> Option<String> {
    match it.points {
        Some(points) => Some(format::whole(visit.language, points.into())),
        None => it.score.map(|it| format::number(visit.language, it, 1)),
    }
}

/// Does something with the assessments that were chosen in the table.
pub(super) async fn act(
    visit: Visit,
    path: Path<String>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (engine, actor, round) = (visit.engine(), visit.actor()?, id(&path)?);
    rights::round(engine, actor, round).await?;
    let here = address(round, "");
    let chosen: Vec<&str> = form.all("assessment").collect();
    if chosen.is_empty() {
        let said = "secretariat.choose_some";
        return Ok(visit.go_saying(&here, NoticeKind::Problem, said, &[]));
    }
    let (locked, said) = match form.get("act") {
        "remind" => {
            let path = address(round, "/remind");
            return Ok(
                visit.go(&with_query(&path, chosen.into_iter().map(|it| ("assessment", it))))
            );
        }
        "lock" => (true, "secretariat.done_lock"),
        "unlock" => (false, "secretariat.done_unlock"),
        _ => return Err(Problem::unreadable("act")),
    };
    let mut all = Vec::new();
    for it in chosen {
        let path = (round.to_string(), it.to_owned());
        all.push(super::assessment_of(&visit, path).await?.assessment.id);
    }
    for it in &all {
        flow::set_locked(engine, actor, *it, None, locked, visit.now).await?;
    }
    let count = format::whole(visit.language, all.len() as i128);
    Ok(visit.go_saying(&here, NoticeKind::Done, said, &[("count", &count)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Asked {
        let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Asked::read(&pairs).unwrap()
    }

    #[test]
    fn the_table_is_kept_in_its_address() {
        let query = "text=fysio&stage=closed&sort=-score\
            &at=after%3A-score%3A50%3A019aaf7e-0000-7000-8000-000000000001%3A62.5\
            &column=stage&column=band";
        let asked = read(query);
        let at = asked.at.as_ref();
        let again = asked.href("/r", asked.wanted.sort, &asked.wanted.stage, at);
        assert_eq!(again, format!("/r?{query}"));
        assert_eq!(read("").href("/r", AssessmentOrder::default(), "", None), "/r");
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for (name, value) in [("sort", "nothing"), ("at", "50"), ("at", "after:score:1")] {
            assert!(Asked::read(&[(name.to_owned(), value.to_owned())]).is_err(), "{name}");
        }
    }

    #[test]
    fn a_column_is_sorted_the_other_way_the_second_time() {
        let words = crate::Language::En.words();
        let asked = read("sort=score");
        let score = asked.column(&COLUMNS[3], "/r", words);
        assert_eq!((score.sorted, score.href.as_str()), (Some("up"), "/r?sort=-score"));
        let band = asked.column(&COLUMNS[4], "/r", words);
        assert_eq!((band.sorted, band.href.as_str()), (None, "/r?sort=band"));
    }
}
