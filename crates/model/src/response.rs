//! A response: one person's (or team's) answers to one form.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use schemars::JsonSchema;
use semver::Version;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::evidence::Grade;

/// One person's (or team's) answers to one form, with notes and frozen facts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// The form that was answered.
    pub form: FormRef,
    /// What is assessed.
    pub subject: Subject,
    /// The day the answers hold for.
    #[schemars(extend("format" = "date"))]
    pub date: String,
    /// Who has checked the answers, and when; absent while they are the respondent's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validated: Option<Validation>,
    /// The language it was answered in, for example `da`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[a-z]{2}$"))]
    pub language: Option<String>,
    /// The answers: step, then question, then value.
    #[serde(default, deserialize_with = "unique_keys")]
    pub answers: Map<String, Value>,
    /// Comments, evidence and "not applicable", by question (`step.question`) or by table
    /// row (`step.question[row]`).
    #[serde(
        default,
        deserialize_with = "unique_entries",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub notes: BTreeMap<String, Note>,
    /// Frozen values from other scorecards.
    #[serde(
        default,
        deserialize_with = "unique_entries",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub facts: BTreeMap<String, Fact>,
}

/// That somebody other than the respondent has checked the answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Validation {
    /// Who checked them: an organisation or a role.
    #[schemars(length(min = 1, max = 500))]
    pub by: String,
    /// When.
    #[schemars(extend("format" = "date"))]
    pub date: String,
}

/// Names one version of a form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormRef {
    /// The form's id.
    pub id: String,
    /// The form's version.
    pub version: Version,
}

/// What is assessed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Its name, as it stands on the report.
    #[schemars(length(min = 1, max = 500))]
    pub name: String,
    /// What kind of thing it is.
    pub kind: SubjectKind,
}

/// What kind of thing is assessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// A company or another organisation.
    Company,
    /// A project or a solution.
    Project,
}

/// What stands beside an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The respondent's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// What backs the answer; the highest grade counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// Why the question does not apply; an answer beside it is an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_applicable: Option<String>,
}

/// A file or link that backs an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What it is called.
    #[schemars(length(min = 1, max = 500))]
    pub title: String,
    /// How well it supports the answer.
    pub grade: Grade,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date"))]
    pub date: Option<String>,
    /// The last day it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date"))]
    pub expires: Option<String>,
    /// Where it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The file, where one was uploaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<EvidenceFile>,
}

/// A file that was uploaded as evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceFile {
    /// The name it had.
    #[schemars(length(min = 1, max = 255))]
    pub name: String,
    /// SHA-256 of its bytes, as `sha256:…`.
    #[schemars(regex(pattern = r"^sha256:[0-9a-f]{64}$"))]
    pub hash: String,
}

/// A frozen value from another scorecard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// The value.
    #[serde(deserialize_with = "unique_value")]
    pub value: Value,
    /// The SHA-256 of the scorecard it came from, as `sha256:…`.
    #[schemars(regex(pattern = r"^sha256:[0-9a-f]{64}$"))]
    pub from: String,
}

/// Reads an object and refuses a key that stands twice, at every depth.
fn unique_keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    match UniqueValue::deserialize(deserializer)?.0 {
        Value::Object(map) => Ok(map),
        _ => Err(D::Error::custom("invalid type: expected an object")),
    }
}

fn unique_value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    Ok(UniqueValue::deserialize(deserializer)?.0)
}

/// Reads an object as a map and refuses a key that stands twice.
fn unique_entries<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, T>, D::Error> {
    struct Entries<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
        type Value = BTreeMap<String, T>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a map")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
            let mut entries = BTreeMap::new();
            while let Some(key) = access.next_key::<String>()? {
                if entries.contains_key(&key) {
                    return Err(A::Error::custom(format!("the key `{key}` stands twice")));
                }
                entries.insert(key, access.next_value()?);
            }
            Ok(entries)
        }
    }

    deserializer.deserialize_map(Entries(PhantomData))
}

/// A JSON value in which no object has a key twice.
///
/// `serde_json` keeps the last of two equal keys; for an answer that would be a silent loss.
#[derive(Clone, Debug, PartialEq)]
pub struct UniqueValue(pub Value);

impl<'de> Deserialize<'de> for UniqueValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor).map(Self)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(UniqueValue(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format!("the key `{key}` stands twice")));
            }
            let UniqueValue(value) = access.next_value()?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}
