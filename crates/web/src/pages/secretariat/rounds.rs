//! The rounds that a secretariat runs.

use actix_web::HttpResponse;
use engine::rounds::{Overview, RoundState, list};
use serde::Serialize;

use super::address;
use crate::error::Problem;
use crate::language::Words;
use crate::page::Page;
use crate::pages::company::code;
use crate::visit::Visit;

/// What `secretariat/rounds.html` shows.
#[derive(Debug, Serialize)]
struct RoundsPage {
    can_add: bool,
    rounds: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    id: String,
    title: String,
    programme: String,
    opens: String,
    closes: String,
    state: RoundState,
    counts: Counts,
    href: String,
}

/// How far the assessments of a round are.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Counts {
    pub(super) invited: u64,
    pub(super) begun: u64,
    pub(super) submitted: u64,
    pub(super) finished: u64,
}

impl Counts {
    pub(super) fn new(it: &Overview) -> Self {
        Self {
            invited: it.total(),
            begun: it.begun(),
            submitted: it.submitted(),
            finished: it.finished(),
        }
    }
}

impl Page for RoundsPage {
    const TEMPLATE: &'static str = "secretariat/rounds.html";
    const MENU: &'static str = "rounds";

    fn title(&self, words: &Words) -> String {
        words.text("secretariat.rounds")
    }
}

/// Shows the rounds.
pub(super) async fn show(visit: Visit) -> Result<HttpResponse, Problem> {
    let overviews = list(visit.engine(), visit.actor()?).await?;
    let line = |it: &Overview| {
        let round = &it.open.round;
        Line {
            id: round.id.to_string(),
            title: round.title.clone(),
            programme: it.open.programme.texts(code(&visit)).title.clone(),
            opens: round.opens_on.clone(),
            closes: round.closes_on.clone(),
            state: RoundState::of(round, visit.now),
            counts: Counts::new(it),
            href: address(round.id, ""),
        }
    };
    visit.show(&RoundsPage { can_add: true, rounds: overviews.iter().map(line).collect() })
}
