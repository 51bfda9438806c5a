//! One criterion's way from answer to total, in words.

use std::sync::LazyLock;

use expressions::{Texts, format};
use forms::words::Words;
pub use forms::words::in_words;
use forms::words::row_name;
use minijinja::{Value as Any, context};
use model::Scorecard;
use model::form::{Form, Question};
use model::scorecard::{CriterionScore, TraceStep};

static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    Texts::new(include_str!("../texts/en.json"), include_str!("../texts/da.json"))
});

/// The way of `criterion` from answer to total, one sentence a step.
///
/// `form` gives the words of options; it and `card` are in the language of the sentences.
pub fn explain(form: &Form, card: &Scorecard, criterion: &CriterionScore) -> Vec<String> {
    let language = card.language.as_str();
    let question = form.question(&criterion.question);
    let words = Words::new(form, language);
    let say = |it: &TraceStep| sentence(language, &words, question, criterion, it);
    let mut sentences: Vec<String> = criterion.trace.iter().map(say).collect();
    let dimension = card.dimension(&criterion.dimension);
    if let Some(cap) = dimension.and_then(|it| it.cap.as_ref()) {
        let gate = card.gates.iter().find(|it| it.id == cap.gate);
        let message = gate.map_or(cap.gate.as_str(), |it| it.message.as_str());
        let failed = gate.is_some_and(|it| it.state == model::scorecard::GateState::Failed);
        let key = if failed { "capped" } else { "cap-pending" };
        let at = format::short(cap.at, 1, language);
        sentences.push(TEXTS.say(language, key, context! { at, message }));
    }
    sentences
}

/// The sentence that names the total.
pub fn total(card: &Scorecard) -> Option<String> {
    let total = format::number(card.total.as_ref()?.score.strict, 1, &card.language);
    Some(TEXTS.say(&card.language, "total", context! { total }))
}

fn sentence(
    language: &str,
    words: &Words<'_>,
    question: Option<&Question>,
    criterion: &CriterionScore,
    step: &TraceStep,
) -> String {
    let say = |key: &str, values: Any| TEXTS.say(language, key, values);
    let number = |value: f64| format::short(value, 2, language);
    match step {
        TraceStep::Answer { value } => {
            say("answer", context! { value => in_words(question, value, language) })
        }
        TraceStep::Calculated { value, formula } => {
            let formula = words.formula(formula);
            say("calculated", context! { value => in_words(question, value, language), formula })
        }
        TraceStep::Missing { because: None } => say("missing", Any::default()),
        TraceStep::Missing { because: Some(because) } => {
            say("missing-because", context! { because })
        }
        TraceStep::NotApplicable { reason } => say("not-applicable", context! { reason }),
        TraceStep::OutsideScale { value, counts_as } => {
            let values = context! { value => number(*value), counts_as => number(*counts_as) };
            say("outside-scale", values)
        }
        TraceStep::Count { ticked, level, top_refused } => {
            let key = if *top_refused { "count-top-refused" } else { "count" };
            say(key, context! { ticked, level })
        }
        TraceStep::Ladder { highest, level } => {
            let key = if highest == level { "ladder" } else { "ladder-gap" };
            say(key, context! { highest, level })
        }
        TraceStep::Cutoffs { value, level } => {
            say("cutoffs", context! { value => number(*value), level })
        }
        TraceStep::EvidenceCap { claimed, has, needs, documented } => say(
            "evidence-cap",
            context! {
                claimed => number(*claimed), documented => number(*documented),
                has => has.name(), needs => needs.name(),
            },
        ),
        TraceStep::Row { id, points, excluded } => {
            let name = row_named(question, criterion, id, language);
            match points {
                _ if *excluded => say("row-excluded", context! { name }),
                None => say("row-unfinished", context! { name }),
                Some(points) => say("row", context! { name, points => number(*points) }),
            }
        }
        TraceStep::Formula { formula } => {
            say("formula", context! { formula => words.formula(formula) })
        }
        TraceStep::Points { points } => say("points", context! { points => number(*points) }),
        TraceStep::Weighed { weight, of, contribution, .. } => say(
            "weighed",
            context! {
                weight, of, share => number(criterion.share),
                contribution => number(*contribution), most => number(criterion.share),
            },
        ),
    }
}

/// The row with this id among the rows answered, as a reader calls it.
fn row_named(
    question: Option<&Question>,
    criterion: &CriterionScore,
    id: &str,
    language: &str,
) -> String {
    let rows = criterion.trace.iter().find_map(|it| match it {
        TraceStep::Answer { value } | TraceStep::Calculated { value, .. } => value.as_array(),
        _ => None,
    });
    let row = rows.into_iter().flatten().find(|it| it["id"] == id);
    match (question, row) {
        (Some(question), Some(row)) => row_name(question, row, language),
        _ => id.to_owned(),
    }
}
