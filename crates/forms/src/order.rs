//! Document order, kept in the document itself.
//!
//! The order of steps, questions and columns is their order in the file, but canonical JSON
//! sorts keys. A resolved form therefore carries the order as `x-order`: pointer → keys. So
//! the hash covers it, and a document kept in canonical JSON gets its order back.

use serde_json::{Map, Value};

use crate::json::escape;

/// The keyword of the order.
pub const KEYWORD: &str = "x-order";

/// Writes the order of every `properties` into `document`, unless it is there already.
pub fn record(document: &mut Value) {
    if document.get(KEYWORD).is_some() {
        return;
    }
    let mut orders = Map::new();
    collect(document, "", &mut orders);
    if let Some(root) = document.as_object_mut() {
        root.insert(KEYWORD.to_owned(), Value::Object(orders));
    }
}

/// Puts every `properties` of `document` back into the order it carries.
pub fn restore(document: &mut Value) {
    let Some(Value::Object(orders)) = document.get(KEYWORD).cloned() else { return };
    for (pointer, keys) in &orders {
        let Some(map) = document.pointer_mut(pointer).and_then(Value::as_object_mut) else {
            continue;
        };
        let mut ordered = Map::new();
        for key in keys.as_array().into_iter().flatten().filter_map(Value::as_str) {
            ordered.extend(map.shift_remove_entry(key));
        }
        ordered.append(map);
        *map = ordered;
    }
}

fn collect(value: &Value, pointer: &str, orders: &mut Map<String, Value>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let pointer = format!("{pointer}/{}", escape(key));
                if let ("properties", Value::Object(properties)) = (key.as_str(), inner) {
                    let keys = properties.keys().cloned().map(Value::String).collect();
                    orders.insert(pointer.clone(), Value::Array(keys));
                }
                collect(inner, &pointer, orders);
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                collect(item, &format!("{pointer}/{i}"), orders);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical;

    #[test]
    fn order_survives_canonical_json() {
        let text = r#"{"properties": {"b": {"properties": {"z": 1, "y": 2}}, "a": {}}}"#;
        let mut document: Value = serde_json::from_str(text).unwrap();
        record(&mut document);
        let mut back: Value = serde_json::from_str(&canonical::to_string(&document)).unwrap();
        restore(&mut back);
        let keys = |at: &str| {
            back.pointer(at).unwrap().as_object().unwrap().keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(keys("/properties"), ["b", "a"]);
        assert_eq!(keys("/properties/b/properties"), ["z", "y"]);
        assert_eq!(canonical::hash(&document), canonical::hash(&back));
    }

    #[test]
    fn another_order_is_another_form() {
        let hash = |text: &str| {
            let mut document: Value = serde_json::from_str(text).unwrap();
            record(&mut document);
            canonical::hash(&document)
        };
        assert_ne!(
            hash(r#"{"properties": {"a": {}, "b": {}}}"#),
            hash(r#"{"properties": {"b": {}, "a": {}}}"#)
        );
    }
}
