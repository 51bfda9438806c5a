//! Canonical JSON (RFC 8785) and its SHA-256.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// `value` as canonical JSON (RFC 8785).
///
/// # Panics
///
/// Never for documents of ours: only a key that is no text or a number that is not finite
/// cannot be written, and no document has either.
pub fn to_string<T: Serialize>(value: &T) -> String {
    serde_json_canonicalizer::to_string(value).expect("documents have text keys and finite numbers")
}

/// The largest whole number up to which every whole number is an exact `f64`.
const LARGEST_WHOLE: u64 = 1 << 53;

/// `value` with its numbers as they come back from canonical JSON, which knows no difference
/// between `3.0` and `3`, and no whole number beyond 2^53.
///
/// So what is kept in canonical JSON is read as what was given.
pub fn numbers(value: &Value) -> Cow<'_, Value> {
    if all_canonical(value) {
        return Cow::Borrowed(value);
    }
    Cow::Owned(match value {
        Value::Number(number) => canonical_number(number).unwrap_or_else(|| value.clone()),
        Value::Array(items) => items.iter().map(|it| numbers(it).into_owned()).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, it)| (key.clone(), numbers(it).into_owned()))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    })
}

fn all_canonical(value: &Value) -> bool {
    match value {
        Value::Number(number) => canonical_number(number).is_none(),
        Value::Array(items) => items.iter().all(all_canonical),
        Value::Object(map) => map.values().all(all_canonical),
        _ => true,
    }
}

/// `number` as it comes back from canonical JSON, where that is another.
fn canonical_number(number: &serde_json::Number) -> Option<Value> {
    let is_same = match number.as_i64() {
        Some(whole) => whole.unsigned_abs() <= LARGEST_WHOLE,
        None => number.as_f64().is_some_and(|it| number.is_f64() && it.fract().abs() > 0.0),
    };
    if is_same {
        return None;
    }
    serde_json::from_str(&to_string(number)).ok().filter(|it| *it != Value::Number(number.clone()))
}

/// The SHA-256 of `value` in canonical JSON, as `sha256:…`.
pub fn hash<T: Serialize>(value: &T) -> String {
    hash_text(&to_string(value))
}

/// The SHA-256 of `text`, as `sha256:…`.
pub fn hash_text(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let mut out = String::with_capacity(71);
    out.push_str("sha256:");
    for byte in digest {
        for nibble in [byte >> 4, byte & 15] {
            out.push(char::from_digit(nibble.into(), 16).unwrap_or('0'));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_does_not_depend_on_the_order_of_keys() {
        let a = serde_json::json!({"b": 1.0, "a": [true, null]});
        let b = serde_json::json!({"a": [true, null], "b": 1});
        assert_eq!(to_string(&a), r#"{"a":[true,null],"b":1}"#);
        assert_eq!(hash(&a), hash(&b));
    }

    #[test]
    fn numbers_are_those_that_come_back() {
        for text in [
            "3.0",
            "-0.0",
            "[1, {\"a\": 2.50, \"b\": 1e2}]",
            "9007199254740993",
            "1e300",
            "18446744073709551615",
            "-9223372036854775808",
            "9007199254740992.0",
            "1e20",
        ] {
            let given: Value = serde_json::from_str(text).unwrap();
            let back: Value = serde_json::from_str(&to_string(&given)).unwrap();
            assert_eq!(numbers(&given), numbers(&back), "{text}");
            assert_eq!(hash(&*numbers(&given)), hash(&given), "{text}");
        }
    }

    #[test]
    fn the_hash_is_the_known_one_for_an_empty_object() {
        let known = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert_eq!(hash(&serde_json::json!({})), known);
    }
}
