//! Where the answers of a stage begin, and what they are given.

use std::collections::BTreeMap;

use expressions::expression::from_json;
use forms::{PreparedForm, Reading, canonical};
use model::form::{Form, Step};
use model::programme::{Stage, StartFrom};
use model::response::Fact;

use crate::names::word_of;
use crate::prepare::PreparedProgramme;
use crate::seen;
use crate::standing::{Answered, Standing};

/// Where the answers to a form begin.
#[derive(Clone, Debug, PartialEq)]
pub enum Beginning<'a> {
    /// With nothing.
    Empty,
    /// With the answers that were given here.
    From(&'a Answered),
    /// With the [`median`](crate::median()) of these.
    MedianOf(Vec<&'a Answered>),
}

/// The steps of `form` that are answered at `stage`.
pub fn steps<'f>(stage: &Stage, form: &'f Form) -> impl Iterator<Item = &'f Step> {
    form.steps.iter().filter(move |it| asks(stage, &it.id))
}

/// Whether questions in the step with this id are answered at `stage`.
fn asks(stage: &Stage, step: &str) -> bool {
    stage.steps.is_empty() || stage.steps.iter().any(|it| it == step)
}

/// The required questions that are asked at `stage` and have no answer, as in
/// [`Reading::missing`].
pub fn missing(stage: &Stage, reading: &Reading<'_>) -> Vec<String> {
    let mut missing = reading.missing();
    missing.retain(|it| asks(stage, it.split_once('.').map_or("", |(step, _)| step)));
    missing
}

/// Where the answers to `form` begin at the stage at which the assessment stands, in `copy`.
///
/// That is where `start_from` leads. When the assessment comes back and nothing was signed there
/// since these answers were begun, and always without `start_from`, it is where they were left:
/// who is asked to correct something finds it as it was.
pub fn beginning<'a>(
    programme: &PreparedProgramme,
    standing: &'a Standing,
    form: &str,
    copy: u32,
) -> Beginning<'a> {
    let Some(stage) = programme.stage(&standing.stage) else { return Beginning::Empty };
    let all = || standing.answered.iter().filter(|it| it.form == form);
    let own = all().filter(|it| it.stage == stage.id);
    let left = own
        .filter(|it| stage.copies.is_none() || it.copy == copy)
        .max_by_key(|it| (it.turn, it.begun_at));
    let source: Vec<&Answered> = match &stage.start_from {
        None => Vec::new(),
        Some(StartFrom::LatestOf(id)) => {
            let signed = all().filter(|it| it.stage == *id && it.is_signed());
            signed.max_by_key(|it| it.signed_at).into_iter().collect()
        }
        Some(StartFrom::MedianOf(id)) => {
            let copies = programme.stage(id).map(|it| standing.counting(it)).unwrap_or_default();
            copies
                .into_iter()
                .filter(|it| it.form == form && it.is_signed() && it.outcome.eligible)
                .collect()
        }
    };
    let signed_at = source.iter().filter_map(|it| it.signed_at).max();
    let is_newer = left.is_none_or(|it| signed_at > Some(it.begun_at));
    match (&stage.start_from, source.as_slice()) {
        (Some(StartFrom::LatestOf(_)), [latest]) if is_newer || !stage.repeat.is_empty() => {
            Beginning::From(latest)
        }
        (Some(StartFrom::MedianOf(_)), [_, ..]) if is_newer || !stage.repeat.is_empty() => {
            Beginning::MedianOf(source)
        }
        _ => left.map_or(Beginning::Empty, Beginning::From),
    }
}

/// The facts that `form` is given at the stage at which the assessment stands.
///
/// Each has the hash of the scorecard it comes from (of several, the first that it names); those
/// that are not yet known are left out.
pub fn facts(
    programme: &PreparedProgramme,
    standing: &Standing,
    form: &PreparedForm,
) -> BTreeMap<String, Fact> {
    let context = seen::for_facts(&programme.programme, standing);
    let uses = |id: &str| form.form.meta.facts.iter().any(|it| it.id == id);
    let mut facts = BTreeMap::new();
    for (id, fact) in programme.facts(&standing.stage).filter(|(id, _)| uses(id)) {
        if seen::unknown(fact, &context).next().is_some() {
            continue;
        }
        let first = fact.names().first().map(|it| it.path.as_str());
        let from = first.and_then(|it| scorecard(programme, standing, it));
        let value = fact.eval(from_json(&context)).ok().filter(|it| !it.is_null());
        if let (Some(value), Some(from)) = (value, from) {
            let value = canonical::numbers(&value).into_owned();
            facts.insert(id.to_owned(), Fact { value, from });
        }
    }
    facts
}

/// The hash of the scorecard from which `name` comes.
fn scorecard(programme: &PreparedProgramme, standing: &Standing, name: &str) -> Option<String> {
    let mut parts = name.split('.');
    let stage = programme.stage(parts.next()?)?;
    let word = parts.next().filter(|_| !stage.any_of.is_empty());
    let all = standing.frozen(stage);
    let meant = all.iter().find(|it| word.is_some_and(|word| word_of(&it.form) == word));
    meant.or(all.first())?.scorecard.clone()
}
