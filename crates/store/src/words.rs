//! Words of an enumeration, versions and times as they stand in columns.

use std::fmt;

use chrono::{DateTime, SubsecRound, Utc};
use sea_orm::entity::prelude::DateTimeUtc;
use serde::de::value::Error;
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Serialize, Serializer};

use crate::error::Failure;

/// The word for a unit variant, spelled as in every document.
pub(crate) fn word<T: Serialize>(value: T) -> String {
    struct Word<T>(T);
    impl<T: Serialize> fmt::Display for Word<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.serialize_newtype_struct("", &self.0)
        }
    }
    Word(value).to_string()
}

/// Reads what [`word`] wrote into the column `name`; versions are read the same way.
pub(crate) fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Failure> {
    T::deserialize(text.into_deserializer())
        .map_err(|error: Error| Failure::damaged(format!("the column {name}: {error}")))
}

/// Both databases keep times to the millisecond.
pub(crate) fn time(at: DateTime<Utc>) -> DateTimeUtc {
    at.trunc_subsecs(3)
}

/// A count as columns hold it.
pub(crate) fn count(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// What [`count`] wrote.
pub(crate) fn unsigned(count: i32) -> u32 {
    u32::try_from(count).unwrap_or_default()
}

/// A revision, a sequence number or a size as columns hold it.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// What [`signed`] wrote.
pub(crate) fn whole(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
