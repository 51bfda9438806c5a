//! Canonical JSON (RFC 8785) and its SHA-256.

use serde::Serialize;
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
    fn the_hash_is_the_known_one_for_an_empty_object() {
        let known = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert_eq!(hash(&serde_json::json!({})), known);
    }
}
