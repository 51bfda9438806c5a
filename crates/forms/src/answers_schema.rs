//! A plain JSON Schema of a form's answers, for any standard validator.

use serde_json::{Map, Value, json};

use crate::prepare::{PreparedForm, pointer};

/// The JSON Schema of complete answers to `form`: no `x-` keywords, calculated questions
/// left out, and `required` only where a question is always asked.
pub fn answers_schema(form: &PreparedForm) -> Value {
    let mut document = form.form.document.clone();
    for (index, logic) in form.logic.iter().enumerate() {
        let question = form.question(index);
        let conditional = logic.visible.is_some()
            || form.step_visible[form.places[index].0].is_some()
            || question.criterion.as_ref().is_some_and(|it| it.not_applicable);
        let (parent, name) = parent(&question.path);
        let Some(parent) = document.pointer_mut(&parent).and_then(Value::as_object_mut) else {
            continue;
        };
        if conditional || question.calculated.is_some() {
            remove_required(parent, &name);
        }
        if question.calculated.is_some()
            && let Some(properties) = parent.get_mut("properties").and_then(Value::as_object_mut)
        {
            properties.insert(name, json!(false));
        }
    }
    for (step, visible) in form.form.steps.iter().zip(&form.step_visible) {
        if visible.is_some()
            && let Some(root) = document.as_object_mut()
        {
            remove_required(root, &step.id);
        }
    }
    strip(&mut document);
    document
}

fn parent(path: &str) -> (String, String) {
    match path.rsplit_once('.') {
        Some((step, name)) => (pointer(step), name.to_owned()),
        None => (String::new(), path.to_owned()),
    }
}

fn remove_required(schema: &mut Map<String, Value>, name: &str) {
    let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) else { return };
    required.retain(|it| it.as_str() != Some(name));
    if required.is_empty() {
        schema.remove("required");
    }
}

/// Removes our keywords, at every depth.
fn strip(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, _| !key.starts_with("x-"));
            map.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}
