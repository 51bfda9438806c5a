//! The place from which a table goes on, as it can stand in an address.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::{Assessment, AssessmentId, AssessmentOrder, Column, wording};
use crate::scorecards::BadCursor;

/// The place behind or before one row of a sorted table; it holds however the table changes.
///
/// As text it can stand in an address.
#[derive(Clone, Debug, PartialEq)]
pub struct AssessmentCursor {
    pub(super) order: AssessmentOrder,
    pub(super) back: bool,
    pub(super) rows_before: u64,
    pub(super) id: AssessmentId,
    pub(super) key: Key,
}

/// What a row is sorted by, besides its id.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Key {
    /// Nothing: its id is all there is, or it has no value.
    Nothing,
    Text(String),
    Count(i32),
    Score(f64),
    Time(DateTime<Utc>),
}

impl Key {
    /// What `row` is sorted by.
    pub(super) fn of(row: &Assessment, by: Column) -> Self {
        let text = |it: &str| Self::Text(it.to_owned());
        let time = |it: Option<DateTime<Utc>>| it.map_or(Self::Nothing, Self::Time);
        match by {
            Column::Created => Self::Nothing,
            Column::Subject => Self::Text(wording::words(&row.subject.name)),
            Column::Stage => text(&row.stage),
            Column::Answered => Self::Count(crate::words::count(row.progress.answered)),
            Column::Score => row.progress.strict.map_or(Self::Nothing, Self::Score),
            Column::Band => row.progress.band.as_deref().map_or(Self::Nothing, text),
            Column::Changed => Self::Time(row.changed_at),
            Column::Submitted => time(row.submitted_at),
            Column::Reminded => time(row.reminded_at),
        }
    }

    fn parse(text: &str, by: Column) -> Result<Self, BadCursor> {
        // Nothing that a database refuses to look for.
        let known =
            |fits: bool| if fits { Ok(Self::Text(text.to_owned())) } else { Err(BadCursor) };
        match by {
            Column::Created if text.is_empty() => Ok(Self::Nothing),
            Column::Band | Column::Score | Column::Submitted | Column::Reminded
                if text.is_empty() =>
            {
                Ok(Self::Nothing)
            }
            Column::Created => Err(BadCursor),
            Column::Subject => known(text.chars().all(|it| it.is_alphanumeric() || it == ' ')),
            Column::Stage | Column::Band => known(!text.contains(char::is_control)),
            Column::Answered => text.parse().map(Self::Count).map_err(|_| BadCursor),
            Column::Score => {
                let score = text.parse().ok().filter(|it: &f64| it.is_finite());
                score.map(Self::Score).ok_or(BadCursor)
            }
            Column::Changed | Column::Submitted | Column::Reminded => {
                let at = text.parse().ok().filter(|it| (0..LAST_MOMENT).contains(it));
                at.and_then(DateTime::from_timestamp_millis).map(Self::Time).ok_or(BadCursor)
            }
        }
    }
}

/// The first millisecond of the year 10000.
const LAST_MOMENT: i64 = 253_402_300_800_000;

impl AssessmentCursor {
    /// The place behind `row`, before which there are so many rows.
    pub fn behind(row: &Assessment, order: AssessmentOrder, rows_before: u64) -> Self {
        Self::at(row, order, false, rows_before)
    }

    /// The place behind `row`, or before it, before which there are so many rows.
    pub(super) fn at(row: &Assessment, order: AssessmentOrder, back: bool, before: u64) -> Self {
        let key = Key::of(row, order.by);
        Self { order, back, rows_before: before, id: row.id, key }
    }

    /// Where a run of rows stands that have a stage, a band or no value in common, compared with
    /// this place, in the direction in which it goes on.
    pub(super) fn compare(&self, run: Option<&str>) -> Ordering {
        let own = match (self.order.by, &self.key) {
            (Column::Stage | Column::Band, Key::Text(it)) => Some(it.as_str()),
            (Column::Created, _) => Some(""),
            (_, Key::Nothing) => None,
            _ => Some(""),
        };
        let forward = match (run, own) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(run), Some(own)) if self.order.descending => own.cmp(run),
            (Some(run), Some(own)) => run.cmp(own),
        };
        if self.back { forward.reverse() } else { forward }
    }
}

impl fmt::Display for AssessmentCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = if self.back { "before" } else { "after" };
        write!(f, "{way}:{}:{}:{}:", self.order, self.rows_before, self.id)?;
        match &self.key {
            Key::Nothing => Ok(()),
            Key::Text(text) => f.write_str(text),
            Key::Count(count) => write!(f, "{count}"),
            Key::Score(score) => write!(f, "{score}"),
            Key::Time(at) => write!(f, "{}", at.timestamp_millis()),
        }
    }
}

impl FromStr for AssessmentCursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let mut parts = text.splitn(5, ':');
        let mut part = || parts.next().ok_or(BadCursor);
        let back = match part()? {
            "before" => true,
            "after" => false,
            _ => return Err(BadCursor),
        };
        let order: AssessmentOrder = part()?.parse()?;
        let rows_before = part()?.parse::<u32>().map_err(|_| BadCursor)?.into();
        let id = part()?.parse().map_err(|_| BadCursor)?;
        Ok(Self { order, back, rows_before, id, key: Key::parse(part()?, order.by)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "019aaf7e-0000-7000-8000-000000000001";

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        for text in [
            "after:created:50:ID:",
            "before:-subject:0:ID: ærø a s",
            "after:-score:4294967295:ID:33.333333333333336",
            "after:score:50:ID:",
            "before:band:50:ID:ready:2",
            "after:stage:50:ID:closed",
            "after:-answered:50:ID:0",
            "after:changed:50:ID:1790000000123",
            "after:-reminded:50:ID:",
        ] {
            let text = text.replace("ID", ID);
            assert_eq!(text.parse::<AssessmentCursor>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in [
            "",
            "50",
            "after:score:50:ID",
            "behind:score:50:ID:",
            "after:nothing:50:ID:",
            "after:score:-1:ID:",
            "after:score:4294967296:ID:",
            "after:score:50:1:",
            "after:score:50:ID:NaN",
            "after:score:50:ID:inf",
            "after:score:50:ID:1e999",
            "after:created:50:ID:1",
            "after:answered:50:ID:",
            "after:answered:50:ID:99999999999",
            "after:changed:50:ID:",
            "after:changed:50:ID:9999999999999999",
            "after:submitted:50:ID:-1",
            "after:subject:50:ID:a\0b",
            "after:subject:50:ID:a'b",
            "after:stage:50:ID:a\0b",
        ] {
            assert!(text.replace("ID", ID).parse::<AssessmentCursor>().is_err(), "{text}");
        }
    }
}
