//! Documents in JSON.

use std::fmt;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures::future::{Ready, ready};
use serde::de::{DeserializeOwned, DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Deserializer, Map, Value};

use super::Body;
use crate::error::Problem;

/// A document that a program sent. A key that stands twice, or nesting without end, is refused.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match request.extensions().get::<Body>() {
            Some(Body::Json(bytes)) => read(bytes).map(Self),
            _ => Err(Problem::unsupported()),
        })
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let bad = |error: serde_json::Error| Problem::unreadable(error.to_string());
    let mut reader = Deserializer::from_slice(bytes);
    let value = Once.deserialize(&mut reader).map_err(bad)?;
    reader.end().map_err(bad)?;
    // A list would be read as the members of a type in their order.
    if !value.is_object() {
        return Err(Problem::unreadable("a document must be an object"));
    }
    // The words of an error may repeat what was sent, which is shown to who sent it only.
    serde_json::from_value(value).map_err(bad)
}

/// Reads a value in which no key stands twice.
struct Once;

impl<'de> DeserializeSeed<'de> for Once {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_i64<E>(self, it: i64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_u64<E>(self, it: u64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_f64<E>(self, it: f64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_str<E>(self, it: &str) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_string<E>(self, it: String) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(it) = list.next_element_seed(Self)? {
            all.push(it);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(Self)?;
            if all.contains_key(&key) {
                return Err(A::Error::custom(format!("the key `{key}` stands twice")));
            }
            all.insert(key, value);
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_documents_are_refused_without_a_crash() {
        let deep = "[".repeat(100_000);
        let keys = (0..50_000).map(|it| format!("\"{it}\":0,")).collect::<String>();
        let many = format!("{{{keys}\"0\":1}}");
        for text in [
            "",
            "{",
            "{}x",
            &deep,
            &many,
            r#"{"a":1,"a":2}"#,
            r#"{"b":{"a":1,"a":1}}"#,
            "1e400",
            r#""\ud800""#,
            "[1,]",
            "NaN",
            "\u{feff}{}",
        ] {
            assert!(read::<Value>(text.as_bytes()).is_err(), "{}", &text[..text.len().min(40)]);
        }
        assert!(read::<Value>(b"\"\xff\"").is_err());
        assert_eq!(read::<Value>(b"{\"a\":[-0,null]}").unwrap()["a"][1], Value::Null);
    }
}
