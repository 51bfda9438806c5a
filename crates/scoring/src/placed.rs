//! Answers that have a place of their own in a result: the focus area and the readiness.

use forms::Reading;
use forms::words::ladder_level;
use model::form::{Form, Kind, Question, key_of};
use model::keywords::ReportPlace;
use model::scorecard::Readiness;
use serde_json::Value;

/// The option answered where the form asks for the focus area.
pub fn focus_area(reading: &Reading<'_>, texts: &Form) -> Option<String> {
    placed(reading, texts, ReportPlace::FocusArea).next().map(|(_, value)| key_of(value))
}

/// The level reached on each ladder of the readiness profile, in the form's order.
pub fn readiness(reading: &Reading<'_>, texts: &Form) -> Vec<Readiness> {
    let line = |(question, value): (&Question, &Value)| {
        let Kind::Choices(steps) = &question.kind else { return None };
        let level = ladder_level(value.as_array()?);
        let reached = steps.iter().find(|it| it.value.as_u64() == Some(level.into()));
        Some(Readiness {
            question: question.path.clone(),
            title: question.title.clone(),
            level,
            reached: reached.map(|it| it.title.clone()),
            top: u32::try_from(steps.len()).unwrap_or(u32::MAX),
        })
    };
    placed(reading, texts, ReportPlace::Readiness).filter_map(line).collect()
}

/// The answered questions with this place in the report.
fn placed<'a>(
    reading: &'a Reading<'_>,
    texts: &'a Form,
    place: ReportPlace,
) -> impl Iterator<Item = (&'a Question, &'a Value)> {
    texts
        .questions()
        .zip(&reading.answers)
        .map(|((_, question), answer)| (question, answer))
        .filter(move |(question, _)| question.report == Some(place))
        .filter_map(|(question, answer)| Some((question, answer.value()?)))
}
