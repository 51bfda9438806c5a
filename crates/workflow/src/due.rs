//! When the answers of a stage are due.

use chrono::{Days, Months, NaiveDate};
use model::programme::{Anchor, Period, Stage, Unit};

/// The days that due dates are counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dates {
    /// The day on which the round opens.
    pub opens_on: NaiveDate,
    /// The day on which the round closes.
    pub closes_on: NaiveDate,
    /// The day since which the assessment stands at the stage.
    pub stage_since: NaiveDate,
}

/// A time at which a stage is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// The day on which it begins.
    pub begins_on: NaiveDate,
    /// The day on which the answers are due; absent when no day is set.
    pub due_on: Option<NaiveDate>,
}

/// The day `period` after `day`; of a month that is too short the last day. `None` beyond the
/// calendar.
pub fn after(day: NaiveDate, period: Period) -> Option<NaiveDate> {
    let count = u32::from(period.count);
    match period.unit {
        Unit::Day => day.checked_add_days(Days::new(count.into())),
        Unit::Week => day.checked_add_days(Days::new(u64::from(count) * 7)),
        Unit::Month => day.checked_add_months(Months::new(count)),
        Unit::Year => day.checked_add_months(Months::new(count * 12)),
    }
}

/// The times at which `stage` is answered: one, or as many as it repeats.
pub fn times(stage: &Stage, dates: Dates) -> Vec<Time> {
    let time = |begins_on| Time { begins_on, due_on: due_on(stage, dates, begins_on) };
    if stage.repeat.is_empty() {
        return vec![time(dates.stage_since)];
    }
    stage.repeat.iter().filter_map(|it| after(dates.stage_since, *it)).map(time).collect()
}

/// When the answers of `stage` are due, where `signed` of its times are signed already; of a
/// stage without answers, when it should be left.
pub fn due(stage: &Stage, dates: Dates, signed: usize) -> Option<NaiveDate> {
    times(stage, dates).get(signed)?.due_on
}

fn due_on(stage: &Stage, dates: Dates, begins_on: NaiveDate) -> Option<NaiveDate> {
    let due = stage.due.as_ref()?;
    let from = match due.from {
        Anchor::RoundOpens => dates.opens_on,
        Anchor::RoundCloses => dates.closes_on,
        Anchor::StageBegins => begins_on,
    };
    due.after.map_or(Some(from), |it| after(from, it))
}

#[cfg(test)]
mod tests {
    use model::programme::Due;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn period(text: &str) -> Period {
        text.parse().unwrap()
    }

    const ROUND: [&str; 3] = ["2026-01-05", "2026-03-31", "2026-02-10"];

    fn dates() -> Dates {
        let [opens_on, closes_on, stage_since] = ROUND.map(day);
        Dates { opens_on, closes_on, stage_since }
    }

    #[test]
    fn periods_are_counted_in_the_calendar() {
        for (from, count, to) in [
            ("2026-01-31", "P14D", "2026-02-14"),
            ("2026-01-31", "P6W", "2026-03-14"),
            ("2026-01-31", "P1M", "2026-02-28"),
            ("2027-11-30", "P3M", "2028-02-29"),
            ("2028-02-29", "P1Y", "2029-02-28"),
            ("2028-02-29", "P4Y", "2032-02-29"),
            ("2026-12-31", "P12M", "2027-12-31"),
            ("2026-12-31", "P24M", "2028-12-31"),
        ] {
            assert_eq!(after(day(from), period(count)), Some(day(to)), "{from} + {count}");
        }
        assert_eq!(after(NaiveDate::MAX, period("P1D")), None);
    }

    #[test]
    fn a_due_date_is_counted_from_its_anchor() {
        for (from, count, due_on) in [
            (Anchor::RoundOpens, Some("P4W"), "2026-02-02"),
            (Anchor::RoundCloses, None, "2026-03-31"),
            (Anchor::StageBegins, Some("P14D"), "2026-02-24"),
        ] {
            let due = Due { from, after: count.map(period) };
            let stage = Stage { due: Some(due), ..Stage::default() };
            assert_eq!(super::due(&stage, dates(), 0), Some(day(due_on)), "{from:?}");
        }
        assert_eq!(due(&Stage::default(), dates(), 0), None);
    }

    #[test]
    fn each_time_of_a_stage_that_repeats_has_its_own_due_date() {
        let due = Due { from: Anchor::StageBegins, after: Some(period("P1M")) };
        let repeat = vec![period("P12M"), period("P24M")];
        let stage = Stage { due: Some(due), repeat, ..Stage::default() };
        let expected = [("2027-02-10", "2027-03-10"), ("2028-02-10", "2028-03-10")];
        let expected =
            expected.map(|(a, b)| Time { begins_on: day(a), due_on: Some(day(b)) }).to_vec();
        assert_eq!(times(&stage, dates()), expected);
        assert_eq!(super::due(&stage, dates(), 1), Some(day("2028-03-10")));
        assert_eq!(super::due(&stage, dates(), 2), None);
    }
}
