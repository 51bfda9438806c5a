//! How a result stands among the others of its round, without showing anybody's.

use schemars::JsonSchema;
use serde::Serialize;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::rights::OpenAssessment;

/// How many organisations must have finished before anything is shown.
pub const FEWEST: usize = 5;

/// The results of a round: totals from 0 to 100.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Peers {
    /// How many have finished, this one too.
    pub count: usize,
    /// The median of their totals.
    pub median: f64,
    /// The lowest.
    pub lowest: f64,
    /// The highest.
    pub highest: f64,
    /// The place of this one, from the highest.
    pub place: Option<usize>,
}

/// Whether the results of the others can be shown yet.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum PeersView {
    /// Enough have finished.
    Shown(Peers),
    /// Too few have.
    Waiting {
        /// How many have.
        finished: usize,
    },
}

/// How the last result of an assessment stands among the others of its round.
pub async fn of(engine: &Engine, open: &OpenAssessment) -> Result<PeersView, EngineError> {
    let totals = store::assessments::totals(&engine.db, open.round.id).await?;
    let own = &open.assessment;
    let mine = own.progress.strict.filter(|_| own.submitted_at.is_some());
    Ok(among(totals.into_iter().map(|(_, total)| total).collect(), mine))
}

fn among(mut totals: Vec<f64>, mine: Option<f64>) -> PeersView {
    let count = totals.len();
    if count < FEWEST {
        return PeersView::Waiting { finished: count };
    }
    totals.sort_by(f64::total_cmp);
    let middle = count / 2;
    let median = match count % 2 {
        0 => f64::midpoint(totals[middle - 1], totals[middle]),
        _ => totals[middle],
    };
    PeersView::Shown(Peers {
        count,
        median,
        lowest: totals[0],
        highest: totals[count - 1],
        place: mine.map(|mine| 1 + totals.iter().filter(|it| **it > mine).count()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_shown_of_a_few() {
        assert_eq!(among(vec![1.0; 4], Some(1.0)), PeersView::Waiting { finished: 4 });
    }

    #[test]
    fn equals_share_a_place() {
        let totals = vec![40.0, 60.0, 50.0, 60.0, 70.0, 10.0];
        let shown = Peers { count: 6, median: 55.0, lowest: 10.0, highest: 70.0, place: Some(2) };
        assert_eq!(among(totals, Some(60.0)), PeersView::Shown(shown));
    }
}
