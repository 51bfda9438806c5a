//! A plain JSON Schema of a form's answers, for any standard validator.

use model::form::Kind;
use serde_json::{Map, Value, json};

use crate::prepare::{PreparedForm, pointer};

/// The JSON Schema of complete answers to `form`: no `x-` keywords, what is calculated
/// refused, and `required` only where a question is always asked.
///
/// Names that a scored form does not have are refused; a plain JSON Schema says itself
/// whether they are.
pub fn answers_schema(form: &PreparedForm) -> Value {
    let mut document = form.form.document.clone();
    for (index, logic) in form.logic.iter().enumerate() {
        let question = form.question(index);
        let conditional = logic.visible.is_some()
            || form.step_visible[form.places[index].0].is_some()
            || question.criterion.as_ref().is_some_and(|it| it.not_applicable);
        let (parent, name) = parent(&question.path);
        let Some(parent) = schema_at(&mut document, &parent) else { continue };
        if conditional {
            remove_required(parent, &name);
        }
        if question.calculated.is_some() {
            refuse(parent, &name);
        }
        if let Some(top) = question.criterion.as_ref().and_then(|it| it.half_points)
            && let Some(schema) = schema_at(&mut document, &pointer(&question.path))
        {
            schema.entry("minimum").or_insert(json!(0));
            schema.entry("maximum").or_insert(json!(top));
            schema.entry("multipleOf").or_insert(json!(0.5));
        }
        let Kind::Table(columns) = &question.kind else { continue };
        let items = format!("{}/items", pointer(&question.path));
        let Some(items) = schema_at(&mut document, &items) else { continue };
        for column in columns.iter().filter(|it| it.calculated.is_some()) {
            refuse(items, &column.path);
        }
    }
    for (step, visible) in form.form.steps.iter().zip(&form.step_visible) {
        if visible.is_some()
            && let Some(root) = document.as_object_mut()
        {
            remove_required(root, &step.id);
        }
    }
    if form.form.document.get("x-form").is_some() {
        close(form, &mut document);
    }
    strip(&mut document);
    if let Some(root) = document.as_object_mut() {
        root.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    }
    document
}

fn parent(path: &str) -> (String, String) {
    match path.rsplit_once('.') {
        Some((step, name)) => (pointer(step), name.to_owned()),
        None => (String::new(), path.to_owned()),
    }
}

fn schema_at<'d>(document: &'d mut Value, pointer: &str) -> Option<&'d mut Map<String, Value>> {
    document.pointer_mut(pointer)?.as_object_mut()
}

fn remove_required(schema: &mut Map<String, Value>, name: &str) {
    let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) else { return };
    required.retain(|it| it.as_str() != Some(name));
    if required.is_empty() {
        schema.remove("required");
    }
}

/// Refuses any value of the property `name`.
fn refuse(schema: &mut Map<String, Value>, name: &str) {
    remove_required(schema, name);
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert(name.to_owned(), json!(false));
    }
}

/// Refuses names that the form does not have, and rows without an id.
fn close(form: &PreparedForm, document: &mut Value) {
    let steps = form.form.steps.iter().map(|it| pointer(&it.id));
    let tables = form.form.questions().map(|(_, it)| it).filter(|it| is_table(&it.kind));
    let tables = tables.map(|it| format!("{}/items", pointer(&it.path)));
    for (at, is_table) in std::iter::once((String::new(), false))
        .chain(steps.map(|it| (it, false)))
        .chain(tables.map(|it| (it, true)))
    {
        let Some(schema) = schema_at(document, &at).filter(|it| !it.contains_key("$ref")) else {
            continue;
        };
        schema.entry("additionalProperties").or_insert(json!(false));
        if is_table {
            id_of_rows(schema);
        }
    }
}

fn is_table(kind: &Kind) -> bool {
    matches!(kind, Kind::Table(_))
}

fn id_of_rows(schema: &mut Map<String, Value>) {
    let required = schema.entry("required").or_insert(json!([]));
    if let Some(required) = required.as_array_mut().filter(|it| !it.contains(&json!("id"))) {
        required.push(json!("id"));
    }
    let properties = schema.entry("properties").or_insert(json!({}));
    if let Some(properties) = properties.as_object_mut() {
        let id = properties.entry("id").or_insert(json!({ "type": "string" }));
        if let Some(id) = id.as_object_mut() {
            id.entry("minLength").or_insert(json!(1));
        }
    }
}

/// Keywords whose values are data, not schemas.
const DATA: [&str; 4] = ["const", "enum", "default", "examples"];

/// Keywords whose values are schemas by name.
const BY_NAME: [&str; 4] = ["properties", "patternProperties", "$defs", "dependentSchemas"];

/// Removes our keywords from `schema` and the schemas in it.
fn strip(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.retain(|key, _| !key.starts_with("x-"));
            for (key, value) in map.iter_mut().filter(|(key, _)| !DATA.contains(&key.as_str())) {
                match value {
                    Value::Object(named) if BY_NAME.contains(&key.as_str()) => {
                        named.values_mut().for_each(strip);
                    }
                    other => strip(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}
