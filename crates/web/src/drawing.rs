//! Drawing reports: heavy work, a little of it at a time, and not all for one person.

use std::sync::Arc;
use std::time::Duration;

use engine::PersonId;
use reports::ReportError;
use tokio::sync::Semaphore;

use crate::error::Problem;
use crate::under_way::UnderWay;

/// How much is drawn at once, and how much one person may have waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrawingLimits {
    /// How many are drawn at the same time.
    pub at_once: usize,
    /// How many one person may have waiting or being drawn.
    pub of_one: usize,
    /// How long somebody waits.
    pub patience: Duration,
}

impl Default for DrawingLimits {
    fn default() -> Self {
        Self { at_once: 2, of_one: 3, patience: Duration::from_secs(30) }
    }
}

/// Draws reports one after the other.
#[derive(Debug)]
pub struct Drawing {
    limits: DrawingLimits,
    places: Arc<Semaphore>,
    waiting: UnderWay,
}

impl Drawing {
    /// Draws within `limits`.
    pub fn new(limits: DrawingLimits) -> Self {
        let places = Arc::new(Semaphore::new(limits.at_once));
        Self { limits, places, waiting: UnderWay::new(limits.of_one) }
    }

    /// What `draw` draws for `person`, who may wait for only a few.
    pub async fn draw<T: Send + 'static>(
        &self,
        person: PersonId,
        draw: impl FnOnce() -> Result<T, ReportError> + Send + 'static,
    ) -> Result<T, Problem> {
        let waits = self.waiting.begin(person).ok_or_else(Problem::too_many_reports)?;
        let places = Arc::clone(&self.places);
        let place = tokio::time::timeout(self.limits.patience, places.acquire_owned()).await;
        let place = place.map_err(|_| Problem::unavailable())?;
        let place = place.map_err(|it| Problem::failed(&it))?;
        let work = tokio::task::spawn_blocking(move || {
            // Both are given back when the work ends, even if nobody waits for it any more.
            let _held = (waits, place);
            draw()
        });
        let drawn = tokio::time::timeout(self.limits.patience, work).await;
        let drawn = drawn.map_err(|_| Problem::unavailable())?;
        drawn.map_err(|it| Problem::failed(&it))?.map_err(|it| match it {
            ReportError::TooLarge { .. } => Problem::report_too_long(),
            it => Problem::failed(&it),
        })
    }
}
