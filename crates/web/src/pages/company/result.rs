//! The result: what it is, why, what would lift it, and how it moved.

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use engine::flow::{self, Course};
use engine::peers::{self, FEWEST, PeersView};
use engine::sheets::ReadSheet;
use engine::views::result::{self, ResultView, TracedView};
use engine::{SheetId, views};
use model::Scorecard;
use model::scorecard::{GateState, NextAction, Points};
use reports::Chart;
use serde::{Deserialize, Serialize};

use super::charts::{self, ChartItem};
use super::{Head, assessment, code, id};
use crate::error::Problem;
use crate::format;
use crate::language::Words;
use crate::page::{Link, Page};
use crate::visit::Visit;

/// How many next steps are shown: the few that lift most. The API gives them all.
const MOST_STEPS: usize = 6;

/// What `company/result.html` shows.
#[derive(Debug, Serialize)]
struct ResultPage {
    assessment: Head,
    signed: Option<Signed>,
    preliminary: bool,
    headline: Option<result::HeadlineView>,
    bands: Vec<result::BandView>,
    charts: Vec<ChartItem>,
    dimensions: Vec<result::DimensionView>,
    gates: Vec<Gate>,
    narratives: Vec<String>,
    strengths: Vec<result::ContributionView>,
    gaps: Vec<result::ContributionView>,
    next_steps: Vec<NextStep>,
    trace: Vec<TraceGroup>,
    previous: Option<Previous>,
    peers: Option<peers::Peers>,
    peers_waiting: Option<Waiting>,
    reports: Vec<Report>,
    provenance: Provenance,
}

#[derive(Debug, Serialize)]
struct Signed {
    name: String,
    at: String,
}

#[derive(Debug, Serialize)]
struct Gate {
    state: GateState,
    message: String,
    effect: Option<String>,
}

#[derive(Debug, Serialize)]
struct NextStep {
    #[serde(flatten)]
    step: result::NextStepView,
    action_key: &'static str,
    href: Option<String>,
}

#[derive(Debug, Serialize)]
struct TraceGroup {
    dimension: String,
    questions: Vec<Traced>,
}

#[derive(Debug, Serialize)]
struct Traced {
    #[serde(flatten)]
    it: TracedView,
    href: String,
}

/// The time before.
#[derive(Debug, Serialize)]
struct Previous {
    date: String,
    score: String,
    band: Option<String>,
    rows: Vec<Moved>,
}

/// How something moved since the time before.
#[derive(Debug, Serialize)]
struct Moved {
    title: String,
    before: String,
    now: String,
    change: String,
}

#[derive(Debug, Serialize)]
struct Waiting {
    finished: usize,
    needed: usize,
}

#[derive(Debug, Serialize)]
struct Report {
    language: String,
    title: String,
    href: String,
}

#[derive(Debug, Serialize)]
struct Provenance {
    form: String,
    version: String,
    hash: String,
    engine: String,
}

/// Which sheet is meant.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    sheet: Option<String>,
    lang: Option<String>,
}

impl Page for ResultPage {
    const TEMPLATE: &'static str = "company/result.html";
    const MENU: &'static str = "home";

    fn title(&self, words: &Words) -> String {
        words.text_with("result.title", &[("subject", &self.assessment.subject)])
    }

    fn back(&self, words: &Words) -> Option<Link> {
        Some(Link::new(self.assessment.at(""), words.text("step.all_steps")))
    }
}

/// The sheet that is meant: the one asked for, otherwise what was signed last, otherwise for
/// those who answer the one in hand.
fn chosen<'a>(course: &'a Course, asked: &Asked) -> Result<&'a ReadSheet, Problem> {
    let sheet = match &asked.sheet {
        Some(sheet) => {
            let sheet: SheetId = id(sheet)?;
            course.sheets.iter().find(|it| it.sheet.id == sheet)
        }
        None => course.signed().or_else(|| course.in_hand()),
    };
    sheet.ok_or_else(Problem::not_found)
}

/// Shows the result.
pub(super) async fn show(
    visit: Visit,
    path: Path<String>,
    asked: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let course = flow::course(visit.engine(), visit.actor()?, assessment(&path)?).await?;
    let sheet = chosen(&course, &asked)?;
    let peers = peers::of(visit.engine(), &course.open).await?;
    visit.show(&page(&visit, &course, sheet, peers))
}

fn page(visit: &Visit, course: &Course, sheet: &ReadSheet, peers: PeersView) -> ResultPage {
    let language = code(visit);
    let head = Head::new(&course.open, language);
    let before = course.before(sheet).map(|it| (it, result::scorecard(it, language)));
    let card = result::scorecard(sheet, language);
    let view = result::view(sheet, before.as_ref().map(|(_, card)| card), language);
    let view = scaled(view, scale(&card));
    let signed = sheet.sheet.signed.as_ref();
    let scale = scale(&card);
    let (peers, peers_waiting) = match peers {
        PeersView::Shown(peers) => (Some(in_points(peers, scale)), None),
        PeersView::Waiting { finished } => (None, Some(Waiting { finished, needed: FEWEST })),
    };
    ResultPage {
        signed: signed.map(|it| Signed { name: it.name.clone(), at: it.at.to_rfc3339() }),
        preliminary: view.headline.as_ref().is_some_and(|it| it.band.is_none()),
        charts: charts::items(visit, &head, sheet, &view),
        gates: view.gates.iter().map(gate).collect(),
        next_steps: view.next_steps.iter().map(|it| next_step(it, course, &head)).collect(),
        trace: trace(&view, &head, sheet),
        previous: before.map(|(it, before)| previous(visit, it, &before, &card)),
        peers,
        peers_waiting,
        reports: reports_of(visit, sheet, &head),
        provenance: Provenance {
            form: card.title.clone(),
            version: card.form.version.to_string(),
            hash: card.provenance.form.clone(),
            engine: card.provenance.engine.to_string(),
        },
        headline: view.headline,
        bands: view.bands,
        dimensions: view.dimensions,
        narratives: view.narratives,
        strengths: view.strengths,
        gaps: view.gaps,
        assessment: head,
    }
}

/// How many points of the headline stand for one point of 100.
fn scale(card: &Scorecard) -> f64 {
    let points = card.total.as_ref().and_then(|it| it.points.as_ref());
    points.map_or(1.0, |it| f64::from(it.out_of) / 100.0)
}

/// The figures of the round on the scale of the headline.
fn in_points(mut peers: peers::Peers, scale: f64) -> peers::Peers {
    if scale > 1.0 {
        for it in [&mut peers.median, &mut peers.lowest, &mut peers.highest] {
            *it = (*it * scale).round();
        }
    }
    peers
}

/// What a result says in points of the headline.
fn scaled(mut view: ResultView, scale: f64) -> ResultView {
    view.next_steps.truncate(MOST_STEPS);
    view.next_steps.iter_mut().for_each(|it| it.gain *= scale);
    view.strengths.iter_mut().chain(&mut view.gaps).for_each(|it| it.points *= scale);
    let traced = view.trace.iter_mut().flat_map(|it| &mut it.questions);
    traced.for_each(|it| it.contribution *= scale);
    view
}

fn gate(it: &result::GateView) -> Gate {
    Gate { state: it.state, message: it.message.clone(), effect: None }
}

fn next_step(it: &result::NextStepView, course: &Course, head: &Head) -> NextStep {
    let action_key = match (it.action, &it.to) {
        (NextAction::Answer, _) => "answer",
        (NextAction::Raise, Some(_)) => "raise_to",
        (NextAction::Raise, None) => "raise",
        (NextAction::Document, Some(_)) => "document_to",
        (NextAction::Document, None) => "document",
    };
    let step = it.place.split_once('.').map_or("form", |(step, _)| step);
    let href = course.open.standing.own.then(|| head.at(&format!("/steps/{step}#q-{}", it.place)));
    NextStep { step: it.clone(), action_key, href }
}

fn trace(view: &ResultView, head: &Head, sheet: &ReadSheet) -> Vec<TraceGroup> {
    let traced = |it: &TracedView| Traced {
        href: head.at(&format!("/result/{}?sheet={}", it.place, sheet.sheet.id)),
        it: it.clone(),
    };
    view.trace
        .iter()
        .filter(|it| !it.questions.is_empty())
        .map(|it| TraceGroup {
            dimension: it.dimension.clone(),
            questions: it.questions.iter().map(traced).collect(),
        })
        .collect()
}

fn reports_of(visit: &Visit, sheet: &ReadSheet, head: &Head) -> Vec<Report> {
    if !sheet.sheet.is_signed() {
        return Vec::new();
    }
    let languages = sheet.form.form.languages().into_iter();
    languages
        .map(|it| Report {
            language: it.to_owned(),
            title: visit.words().text(&format!("result.report_{it}")),
            href: head.at(&format!("/report.pdf?lang={it}&sheet={}", sheet.sheet.id)),
        })
        .collect()
}

fn previous(visit: &Visit, it: &ReadSheet, before: &Scorecard, now: &Scorecard) -> Previous {
    let signed = it.sheet.signed.as_ref().map(|it| it.at.date_naive().to_string());
    let total = before.total.as_ref();
    let mut rows = Vec::new();
    if let (Some(before), Some(now)) = (total, now.total.as_ref()) {
        let title = visit.words().text("result.total");
        rows.push(match (&before.points, &now.points) {
            (Some(before), Some(now)) => points_moved(visit, title, before, now),
            _ => moved(visit, title, before.score.strict, now.score.strict, 1),
        });
    }
    for dimension in &now.dimensions {
        let earlier = before.dimension(&dimension.id).and_then(|it| it.score.as_ref());
        if let (Some(before), Some(now)) = (earlier, dimension.score.as_ref()) {
            rows.push(moved(visit, dimension.title.clone(), before.strict, now.strict, 1));
        }
    }
    Previous {
        date: signed.unwrap_or_else(|| before.date.clone()),
        score: total.map(|it| views::headline(it, code(visit))).unwrap_or_default(),
        band: total.and_then(|it| it.band.as_ref()).map(|it| it.title.clone()),
        rows,
    }
}

fn points_moved(visit: &Visit, title: String, before: &Points, now: &Points) -> Moved {
    moved(visit, title, before.strict.into(), now.strict.into(), 0)
}

fn moved(visit: &Visit, title: String, before: f64, now: f64, decimals: usize) -> Moved {
    let number = |it: f64| format::number(visit.language, it, decimals);
    let difference = number((now - before).abs());
    let sign = match now.total_cmp(&before) {
        std::cmp::Ordering::Greater => "+",
        std::cmp::Ordering::Less => "\u{2212}",
        std::cmp::Ordering::Equal => "",
    };
    Moved { title, before: number(before), now: number(now), change: format!("{sign}{difference}") }
}

/// What `company/trace.html` shows.
#[derive(Debug, Serialize)]
struct TracePage {
    question: Traceable,
    answer: String,
    lines: Vec<String>,
    formula_lines: Vec<String>,
    back_href: String,
}

#[derive(Debug, Serialize)]
struct Traceable {
    title: String,
}

impl Page for TracePage {
    const TEMPLATE: &'static str = "company/trace.html";
    const MENU: &'static str = "home";

    fn title(&self, _: &Words) -> String {
        self.question.title.clone()
    }

    fn back(&self, words: &Words) -> Option<Link> {
        Some(Link::new(&self.back_href, words.text("trace.back")))
    }
}

/// Shows one question's way from answer to total.
pub(super) async fn trace_of(
    visit: Visit,
    path: Path<(String, String)>,
    asked: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let course = flow::course(visit.engine(), visit.actor()?, assessment(&path.0)?).await?;
    let sheet = chosen(&course, &asked)?;
    let view = result::view(sheet, None, code(&visit));
    let mut all = view.trace.into_iter().flat_map(|it| it.questions);
    let traced = all.find(|it| it.place == path.1).ok_or_else(Problem::not_found)?;
    let head = Head::new(&course.open, code(&visit));
    visit.show(&TracePage {
        question: Traceable { title: traced.title },
        answer: traced.answer,
        lines: traced.lines,
        formula_lines: Vec::new(),
        back_href: head.at(&format!("/result?sheet={}", sheet.sheet.id)),
    })
}

/// Draws a chart of the result.
pub(super) async fn chart(
    visit: Visit,
    path: Path<(String, String)>,
    asked: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    drawn(visit, &path.0, path.1.trim_end_matches(".svg"), &asked).await
}

/// The chart with this name, of the assessment with `id`.
pub(crate) async fn drawn(
    visit: Visit,
    id: &str,
    name: &str,
    asked: &Asked,
) -> Result<HttpResponse, Problem> {
    let course = flow::course(visit.engine(), visit.actor()?, assessment(id)?).await?;
    let sheet = chosen(&course, asked)?;
    let language = asked.lang.clone().unwrap_or_else(|| code(&visit).to_owned());
    let before = course.before(sheet).map(|it| result::scorecard(it, &language));
    let view = result::view(sheet, before.as_ref(), &language);
    let chart: Chart = charts::chart(&view, name).ok_or_else(Problem::not_found)?;
    let person = visit.actor()?.person.id;
    let svg =
        visit.site.drawing.draw(person, move || reports::chart_svg(&language, &chart)).await?;
    Ok(HttpResponse::Ok()
        .content_type("image/svg+xml")
        .insert_header((
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        ))
        .body(svg.svg))
}
