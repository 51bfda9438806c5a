//! What comes of the answers while they are being given.

use std::collections::BTreeMap;

use forms::Reading;
use forms::reading::Answer;
use schemars::JsonSchema;
use serde::Serialize;

use super::step::{StepLine, lines};
use super::{headline, interval, words};
use crate::sheets::{OpenSheet, progress};

/// What comes of the answers so far.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LiveView {
    /// The revision of the sheet.
    pub revision: u64,
    /// Whether each question is asked, by place.
    pub asked: BTreeMap<String, bool>,
    /// The values that are worked out, by place.
    pub calculated: BTreeMap<String, ShownView>,
    /// How far the sheet is.
    pub progress: ProgressView,
    /// The total; absent where the form has none.
    pub total: Option<TotalView>,
}

/// A value in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ShownView {
    /// The value; absent where it is not yet known.
    pub shown: Option<String>,
}

/// How far a sheet is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProgressView {
    /// How many of the questions that count are answered.
    pub answered: u32,
    /// How many are asked.
    pub asked: u32,
    /// How far each step is.
    pub steps: Vec<StepLine>,
}

/// A total in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TotalView {
    /// The total.
    pub shown: String,
    /// The band's title.
    pub band: Option<String>,
    /// The lowest total still possible.
    pub low: String,
    /// The highest total still possible.
    pub high: String,
    /// Whether too little is answered for a band.
    pub preliminary: bool,
}

/// What comes of the answers in `open`, in `language`.
pub fn view(open: &OpenSheet, language: &str) -> LiveView {
    let reading = open.reading();
    let texts = open.form.texts(language);
    let mut asked = BTreeMap::new();
    let mut calculated = BTreeMap::new();
    for (index, answer) in reading.answers.iter().enumerate() {
        let place = &reading.form.question(index).path;
        asked.insert(place.clone(), *answer != Answer::Hidden);
        if let Some(question) = texts.question(place).filter(|it| it.calculated.is_some()) {
            let shown = answer.value().map(|it| words(question, it, language));
            calculated.insert(place.clone(), ShownView { shown });
        }
    }
    LiveView {
        revision: open.sheet.revision,
        asked,
        calculated,
        progress: progress_view(open, &reading, language),
        total: total(&reading, language),
    }
}

/// How far the sheet is.
pub fn progress_view(open: &OpenSheet, reading: &Reading<'_>, language: &str) -> ProgressView {
    let (answered, asked) = progress(reading, &open.carried);
    ProgressView { answered, asked, steps: lines(open, reading, language) }
}

/// The total so far; nothing where the form has none, or nothing is answered yet.
pub fn total(reading: &Reading<'_>, language: &str) -> Option<TotalView> {
    let total = scoring::total_of(reading, language)?;
    let (low, high) = interval(&total, language);
    Some(TotalView {
        shown: headline(&total, language),
        band: total.band.as_ref().map(|it| it.title.clone()),
        low,
        high,
        preliminary: total.band.is_none(),
    })
}
