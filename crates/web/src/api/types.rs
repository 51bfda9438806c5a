//! Types that many operations share.

use std::borrow::Cow;
use std::fmt::Display;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono::{DateTime, SecondsFormat, Utc};
use futures::future::{Ready, ready};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::Problem;

/// How many rows a page has unless asked otherwise.
const USUAL: u64 = 50;
/// How many rows a page has at most.
const MOST: u64 = 200;

/// Makes a text with a format.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $format:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub(super) struct $name(pub(super) String);

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "format": $format })
            }
        }
    };
}

text!(
    /// An id.
    Id, "uuid"
);
text!(
    /// A moment, in UTC.
    Moment, "date-time"
);
text!(
    /// A day: year-month-day.
    Day, "date"
);

impl Id {
    pub(super) fn of(id: impl Display) -> Self {
        Self(id.to_string())
    }
}

impl From<DateTime<Utc>> for Moment {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

/// Something with an id and a title.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Titled {
    /// Its id.
    pub(super) id: String,
    /// Its title.
    pub(super) title: String,
}

impl Titled {
    pub(super) fn new(id: impl Display, title: impl Into<String>) -> Self {
        Self { id: id.to_string(), title: title.into() }
    }
}

/// How many letters were written.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Written {
    /// How many.
    pub(super) letters: usize,
}

/// Some of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub(super) struct Page<T> {
    /// The rows.
    pub(super) items: Vec<T>,
    /// What to send as `cursor` for the next ones; null where there are none.
    pub(super) next: Option<String>,
}

impl<T> Page<T> {
    /// A list that is short enough to be given as a whole.
    pub(super) fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// The page behind the row named `cursor` of a list that is in memory.
    pub(super) fn cut(
        all: Vec<T>,
        limit: Option<u64>,
        cursor: Option<&str>,
        id: impl Fn(&T) -> String,
    ) -> Result<Self, Problem> {
        let limit = usize::try_from(most(limit)?).unwrap_or(usize::MAX);
        let from = match cursor {
            None => 0,
            Some(cursor) => {
                1 + all.iter().position(|it| id(it) == cursor).ok_or_else(bad_cursor)?
            }
        };
        let more = all.len() > from + limit;
        let items: Vec<T> = all.into_iter().skip(from).take(limit).collect();
        let next = items.last().filter(|_| more).map(id);
        Ok(Self { items, next })
    }
}

/// How many rows are asked for.
pub(super) fn most(limit: Option<u64>) -> Result<u64, Problem> {
    match limit.unwrap_or(USUAL) {
        it @ 1..=MOST => Ok(it),
        _ => Err(Problem::unreadable(format!("`limit` must be 1 to {MOST}"))),
    }
}

/// Where a list goes on.
pub(super) fn cursor<T: std::str::FromStr>(text: Option<&str>) -> Result<Option<T>, Problem> {
    text.map(|it| it.parse().map_err(|_| bad_cursor())).transpose()
}

fn bad_cursor() -> Problem {
    Problem::unreadable("`cursor` must be the `next` of the page before")
}

/// A page of any list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Paging {
    /// How many rows at most: 1 to 200, usually 50.
    #[schemars(range(min = 1, max = 200))]
    pub(super) limit: Option<u64>,
    /// The `next` of the page before.
    pub(super) cursor: Option<String>,
}

/// What stands behind the question mark; what is not known is refused.
#[derive(Clone, Debug)]
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = actix_web::web::Query::<T>::from_query(request.query_string());
        ready(match read {
            Ok(it) => Ok(Self(it.into_inner())),
            Err(error) => Err(Problem::unreadable(error.to_string())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_in_memory_is_given_in_pages() {
        let page =
            |limit, cursor| Page::cut(vec!["a", "b", "c"], limit, cursor, |it| it.to_string());
        let first = page(Some(2), None).unwrap();
        assert_eq!((first.items, first.next.as_deref()), (vec!["a", "b"], Some("b")));
        let second = page(Some(2), Some("b")).unwrap();
        assert_eq!((second.items, second.next), (vec!["c"], None));
        for (limit, cursor) in [(Some(0), None), (Some(201), None), (None, Some("x"))] {
            assert!(page(limit, cursor).is_err());
        }
    }
}
