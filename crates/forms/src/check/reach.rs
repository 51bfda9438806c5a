//! What can be reached: gates that never fire, questions never asked.
//!
//! Decided exactly where the options of the questions involved multiply to at most
//! [`MOST_COMBINATIONS`]; elsewhere said to be not proven.

use std::collections::BTreeSet;

use expressions::{Expression, Test, Truth};
use model::Response;
use model::form::{Kind, Question};
use model::keywords::Effect;
use model::response::{FormRef, Subject, SubjectKind};
use serde_json::{Map, Value};

use crate::build::Findings;
use crate::codes;
use crate::prepare::{PreparedForm, dependencies, pointer, rests_on};
use crate::reading::{Extra, Reading};

/// How many combinations of answers are tried.
pub const MOST_COMBINATIONS: usize = 10_000;

/// Notes what can never matter in `form`.
pub fn check(form: &PreparedForm, findings: &mut Findings<'_>) {
    gates(form, findings);
    visibility(form, findings);
}

/// Whether a condition can be true and can be false; `None` where that was not decided.
fn outcomes(form: &PreparedForm, test: &Test) -> Option<(bool, bool)> {
    let (mut can_hold, mut can_fail) = (false, false);
    for_each_combination(form, &test.expressions(), |reading| {
        match reading.decide(test, Extra::default()).truth {
            Truth::True => can_hold = true,
            Truth::False | Truth::Unknown => can_fail = true,
        }
        can_hold && can_fail
    })?;
    Some((can_hold, can_fail))
}

fn gates(form: &PreparedForm, findings: &mut Findings<'_>) {
    for (i, (gate, test)) in form.form.meta.gates.iter().zip(&form.gates).enumerate() {
        let at = format!("/x-form/gates/{i}/when");
        let per_row = matches!(gate.effect, Effect::ExcludeRow(_));
        match if per_row { None } else { outcomes(form, test) } {
            Some((false, _)) => {
                let message = format!("`{}` can never fire: no answers make it true", gate.id);
                findings.add(&codes::IDLE_GATE, &at, message);
            }
            Some((true, false)) => {
                let message = format!("`{}` always fires: every answer makes it true", gate.id);
                findings.add(&codes::CONSTANT_GATE, &at, message);
            }
            Some(_) => {}
            None => {
                let message = format!("whether `{}` can fire was not proven", gate.id);
                findings.add(&codes::NOT_PROVEN, &at, message);
            }
        }
    }
}

fn visibility(form: &PreparedForm, findings: &mut Findings<'_>) {
    let steps = form
        .form
        .steps
        .iter()
        .zip(&form.step_visible)
        .filter_map(|(step, test)| Some((step.id.clone(), test.as_ref()?)));
    let questions = form
        .logic
        .iter()
        .enumerate()
        .filter_map(|(i, it)| Some((form.question(i).path.clone(), it.visible.as_ref()?)));
    for (path, test) in steps.chain(questions) {
        let at = format!("{}/x-visible", pointer(&path));
        match outcomes(form, test) {
            Some((false, _)) => {
                findings.add(&codes::NEVER_ASKED, &at, format!("`{path}` is never asked"));
            }
            Some(_) => {}
            None => {
                let message = format!("whether `{path}` can be asked was not proven");
                findings.add(&codes::NOT_PROVEN, &at, message);
            }
        }
    }
}

/// Calls `visit` with a reading of each combination of answers that `expressions` rest on,
/// until it gives `true`. `None` where there are too many, or an answer is no option.
///
/// What `answered(…)` asks for, and what that is calculated from, can also be missing.
pub(crate) fn for_each_combination(
    form: &PreparedForm,
    expressions: &[&Expression],
    mut visit: impl FnMut(&Reading<'_>) -> bool,
) -> Option<()> {
    let named = expressions
        .iter()
        .flat_map(|it| it.names().iter().chain(it.answered()))
        .map(|name| form.named(&name.path))
        .collect::<Option<BTreeSet<usize>>>()?;
    let all = with_dependencies(form, named);
    let rest: Vec<&Expression> = all.iter().flat_map(|it| rests_on(form, *it)).collect();
    let on_facts = |it: &&Expression| {
        it.names().iter().chain(it.answered()).any(|it| it.path.starts_with("facts."))
    };
    if rest.iter().any(on_facts) {
        return None;
    }
    let asked_about = expressions.iter().chain(&rest).flat_map(|it| it.answered());
    let asked_about = asked_about.filter_map(|it| form.named(&it.path)).collect();
    let can_be_missing = with_dependencies(form, asked_about);
    let inputs: Vec<(usize, Vec<Value>)> = all
        .iter()
        .filter(|it| form.logic[**it].calculated.is_none())
        .map(|it| {
            let mut values = values(form.question(*it))?;
            values.extend(can_be_missing.contains(it).then_some(Value::Null));
            Some((*it, values))
        })
        .collect::<Option<_>>()?;
    let count = inputs.iter().try_fold(1_usize, |product, (_, values)| {
        product.checked_mul(values.len()).filter(|it| *it <= MOST_COMBINATIONS)
    })?;
    let order: Vec<usize> = form.order.iter().copied().filter(|it| all.contains(it)).collect();
    for number in 0..count {
        let response = response(form, &inputs, number);
        if visit(&Reading::of(form, &response, &order)) {
            return Some(());
        }
    }
    Some(())
}

/// `questions` and everything whose answers bear on whether they are asked, or on their value.
fn with_dependencies(form: &PreparedForm, questions: BTreeSet<usize>) -> BTreeSet<usize> {
    let mut open: Vec<usize> = questions.iter().copied().collect();
    let mut all = questions;
    while let Some(index) = open.pop() {
        open.extend(dependencies(form, index).into_iter().filter(|it| all.insert(*it)));
    }
    all
}

/// The response in which each input has the option that `number` picks.
fn response(form: &PreparedForm, inputs: &[(usize, Vec<Value>)], number: usize) -> Response {
    let mut answers = Map::new();
    let mut rest = number;
    for (index, values) in inputs {
        let value = values[rest % values.len()].clone();
        rest /= values.len();
        match form.question(*index).path.split_once('.') {
            Some((step, name)) => {
                let step = answers.entry(step).or_insert_with(|| Value::Object(Map::new()));
                if let Some(step) = step.as_object_mut() {
                    step.insert(name.to_owned(), value);
                }
            }
            None => {
                answers.insert(form.question(*index).path.clone(), value);
            }
        }
    }
    let meta = &form.form.meta;
    Response {
        form: FormRef { id: meta.id.clone(), version: meta.version.clone() },
        subject: Subject { name: String::new(), kind: SubjectKind::Project },
        date: String::new(),
        validated: None,
        language: None,
        answers,
        notes: std::collections::BTreeMap::new(),
        facts: std::collections::BTreeMap::new(),
    }
}

/// Every answer that `question` can have; `None` when they are no options.
pub fn values(question: &Question) -> Option<Vec<Value>> {
    match &question.kind {
        Kind::Choice(choices) => Some(choices.iter().map(|it| it.value.clone()).collect()),
        Kind::YesNo => Some(vec![true.into(), false.into()]),
        Kind::Choices(choices) if choices.len() <= 12 => {
            let subset = |bits: u32| {
                let ticked = choices.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1);
                Value::Array(ticked.map(|(_, it)| it.value.clone()).collect())
            };
            Some((0..1_u32 << choices.len()).map(subset).collect())
        }
        _ => None,
    }
}
