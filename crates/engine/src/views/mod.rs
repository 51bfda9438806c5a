//! What people see of a sheet, in their language: steps and questions, what comes of the
//! answers as they are given, everything before it is handed in, and the result.
//!
//! Pages and the API show the same; where something leads is theirs to say.
//!
//! Suggested reading order: [`question`], [`step`], [`live`], [`check`], [`result`].

pub mod check;
pub mod live;
pub mod question;
pub mod result;
pub mod step;

use expressions::format;
use model::form::{Form, Question};
use model::keywords::Format;
use model::scorecard::Total;
use serde_json::Value;

pub use live::LiveView;
pub use question::QuestionView;
pub use step::{StepState, StepView};

/// An answer in words.
pub fn words(question: &Question, value: &Value, language: &str) -> String {
    scoring::explain::in_words(Some(question), value, language)
}

/// A number as a person types it in `language`: without marks between thousands.
pub(crate) fn typed(question: &Question, value: f64, language: &str) -> String {
    let value = if question.format == Format::Percent { value * 100.0 } else { value };
    // What binary fractions add behind the tenth decimal was never typed.
    let text = format!("{:.10}", value);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    let text = if text == "-0" { "0" } else { text };
    if language == "da" { text.replace('.', ",") } else { text.to_owned() }
}

/// A total as a headline: on the form's own scale where it has one.
pub fn headline(total: &Total, language: &str) -> String {
    match &total.points {
        Some(points) => {
            let of = if language == "da" { "af" } else { "of" };
            format!("{} {of} {}", points.strict, points.out_of)
        }
        None => format::number(total.score.strict, 1, language),
    }
}

/// The lowest and the highest total still possible, as the headline shows totals.
fn interval(total: &Total, language: &str) -> (String, String) {
    match &total.points {
        Some(points) => (points.strict.to_string(), points.upper.to_string()),
        None => (
            format::number(total.score.strict, 1, language),
            format::number(total.score.upper, 1, language),
        ),
    }
}

/// The number of the question at `place`: `2.1` is the first question of the second step.
fn number_of(form: &Form, place: &str) -> String {
    for (step, at) in form.steps.iter().zip(1..) {
        let found = step.questions.iter().position(|it| it.path == place);
        if let Some(inside) = found {
            let inside = inside + 1;
            return if form.steps.len() == 1 {
                inside.to_string()
            } else {
                format!("{at}.{inside}")
            };
        }
    }
    String::new()
}
