//! What a condition or a fact sees of an assessment.

use expressions::expression::{EvalError, from_json};
use expressions::{Expression, Test, Truth};
use model::Programme;
use model::programme::Stage;
use serde_json::{Map, Value};

use crate::names::word_of;
use crate::standing::{Answered, Standing};

/// Everything that a gate of the stage at which `standing` is may name: by stage, what came of
/// it. A stage at which nothing counts is left out.
pub(crate) fn for_gates(programme: &Programme, standing: &Standing) -> Value {
    root(programme, |stage| standing.counting(stage), |it| standing.is_known(it))
}

/// Everything that a fact may name: what came of stages, as far as a scorecard is there.
pub(crate) fn for_facts(programme: &Programme, standing: &Standing) -> Value {
    root(programme, |stage| standing.frozen(stage), |_| true)
}

fn root<'a>(
    programme: &Programme,
    counting: impl Fn(&Stage) -> Vec<&'a Answered>,
    is_known: impl Fn(&Answered) -> bool,
) -> Value {
    let mut root = Map::new();
    for stage in programme.stages.iter().filter(|it| it.asks()) {
        let all = counting(stage);
        if !all.is_empty() {
            root.insert(stage.id.clone(), Value::Object(of_stage(stage, &all, &is_known)));
        }
    }
    Value::Object(root)
}

fn of_stage(
    stage: &Stage,
    all: &[&Answered],
    is_known: &impl Fn(&Answered) -> bool,
) -> Map<String, Value> {
    let mut values = Map::new();
    values.insert("complete".to_owned(), all.iter().all(|it| it.is_complete()).into());
    values.insert("signed".to_owned(), all.iter().all(|it| it.is_signed()).into());
    let known = || all.iter().filter(|it| is_known(it));
    if stage.copies.is_some() {
        return values;
    }
    if stage.any_of.is_empty() {
        values.extend(known().flat_map(|it| it.outcome.values.clone()));
        return values;
    }
    for it in all {
        let mut own = Map::new();
        own.insert("complete".to_owned(), it.is_complete().into());
        own.insert("signed".to_owned(), it.is_signed().into());
        if is_known(it) {
            own.extend(it.outcome.values.clone());
        }
        values.insert(word_of(&it.form), Value::Object(own));
    }
    values
}

/// Puts `value` where the dotted `name` leads in `root`.
pub(crate) fn insert(root: &mut Value, name: &str, value: Value) {
    let mut node = root;
    for part in name.split('.') {
        let Value::Object(map) = node else { return };
        node = map.entry(part).or_insert_with(|| Value::Object(Map::new()));
    }
    *node = value;
}

/// The names in `expression` of which nothing is known in `context`.
pub(crate) fn unknown<'a>(
    expression: &'a Expression,
    context: &Value,
) -> impl Iterator<Item = &'a str> {
    expression.names().iter().map(|it| it.path.as_str()).filter(|path| {
        let pointer = format!("/{}", path.replace('.', "/"));
        context.pointer(&pointer).is_none()
    })
}

/// Whether `test` holds over `context`. An expression that names what is not known, or cannot be
/// worked out, is not yet known.
pub(crate) fn truth(test: &Test, context: &Value) -> Truth {
    test.truth::<std::convert::Infallible>(&mut |expression| {
        if unknown(expression, context).next().is_some() {
            return Ok(Truth::Unknown);
        }
        Ok(match expression.holds(from_json(context)) {
            Ok(holds) => holds.into(),
            Err(EvalError::Missing(_) | EvalError::Failed(_)) => Truth::Unknown,
        })
    })
    .unwrap_or(Truth::Unknown)
}

/// What `test`, which is not yet known over `context`, waits for.
pub(crate) fn waits_for(test: &Test, context: &Value) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in test.expressions().into_iter().flat_map(|it| unknown(it, context)) {
        if !names.iter().any(|it| it == name) {
            names.push(name.to_owned());
        }
    }
    names
}
