//! How a language writes numbers, days, times and sizes.

use chrono::{DateTime, Datelike, NaiveDate, Timelike};

use crate::language::Language;

const DANISH: [&str; 12] = [
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
];
const ENGLISH: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A space at which no line breaks.
const SPACE: char = '\u{a0}';

/// A whole number, its thousands apart.
pub(crate) fn whole(language: Language, number: i128) -> String {
    grouped(language, number < 0, &number.unsigned_abs().to_string(), "")
}

/// A number with `decimals` decimals.
pub(crate) fn number(language: Language, number: f64, decimals: usize) -> String {
    let digits = format!("{:.decimals$}", number.abs());
    let (whole, rest) = digits.split_once('.').unwrap_or((&digits, ""));
    let negative = number < 0.0 && digits.contains(|it: char| ('1'..='9').contains(&it));
    grouped(language, negative, whole, rest)
}

fn grouped(language: Language, negative: bool, whole: &str, decimals: &str) -> String {
    let (thousands, point) = match language {
        Language::Da => ('.', ','),
        Language::En => (',', '.'),
    };
    let mut text = String::from(if negative { "−" } else { "" });
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            text.push(thousands);
        }
        text.push(digit);
    }
    if !decimals.is_empty() {
        text.push(point);
        text.push_str(decimals);
    }
    text
}

/// A day: `23. november 2026`.
pub(crate) fn date(language: Language, day: NaiveDate) -> String {
    let month = day.month0() as usize;
    match language {
        Language::Da => format!("{}. {} {}", day.day(), DANISH[month], day.year()),
        Language::En => format!("{} {} {}", day.day(), ENGLISH[month], day.year()),
    }
}

/// The day that a text begins with.
pub(crate) fn day_of(text: &str) -> Result<NaiveDate, String> {
    let day = text.get(..10).and_then(|it| it.parse().ok());
    day.ok_or_else(|| format!("{text:?} begins with no day"))
}

/// A moment: day and clock time, in the time zone it is given in.
pub(crate) fn time(language: Language, text: &str) -> Result<String, String> {
    let bad = |_| format!("{text:?} is no time");
    let at = DateTime::parse_from_rfc3339(text).map_err(bad)?.naive_local();
    let (hour, minute) = (at.hour(), at.minute());
    let date = date(language, at.date());
    Ok(match language {
        Language::Da => format!("{date} kl. {hour:02}.{minute:02}"),
        Language::En => format!("{date}, {hour:02}:{minute:02}"),
    })
}

/// A share of one as per cent.
pub(crate) fn percent(language: Language, share: f64) -> String {
    let number = number(language, share * 100.0, 0);
    match language {
        Language::Da => format!("{number}{SPACE}%"),
        Language::En => format!("{number}%"),
    }
}

/// A number of bytes.
pub(crate) fn size(language: Language, bytes: f64) -> String {
    let smallest = match language {
        Language::Da => "byte",
        Language::En => "bytes",
    };
    let (mut left, mut unit) = (bytes, smallest);
    for larger in ["KB", "MB", "GB"] {
        if left < 1000.0 {
            break;
        }
        (left, unit) = (left / 1000.0, larger);
    }
    let decimals = usize::from(left < 10.0 && unit != smallest);
    format!("{}{SPACE}{unit}", number(language, left, decimals))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_language_does() {
        assert_eq!(number(Language::Da, 1_234_567.25, 1), "1.234.567,2");
        assert_eq!(number(Language::En, -1234.5, 1), "−1,234.5");
        assert_eq!(number(Language::Da, -0.01, 1), "0,0");
        assert_eq!(whole(Language::Da, 999), "999");
        assert_eq!(percent(Language::Da, 0.42), "42\u{a0}%");
        assert_eq!(percent(Language::En, 0.42), "42%");
    }

    #[test]
    fn days_times_and_sizes_are_written_as_the_language_does() {
        let day = day_of("2026-11-23T10:00:00Z").unwrap();
        assert_eq!(date(Language::Da, day), "23. november 2026");
        assert_eq!(
            time(Language::Da, "2026-11-23T09:05:59Z").unwrap(),
            "23. november 2026 kl. 09.05"
        );
        assert_eq!(time(Language::En, "2026-11-23T09:05:59Z").unwrap(), "23 November 2026, 09:05");
        assert_eq!(size(Language::Da, 1_440_000.0), "1,4\u{a0}MB");
        assert_eq!(size(Language::En, 999.0), "999\u{a0}bytes");
        assert!(day_of("ni").is_err() && time(Language::En, "2026-11-23").is_err());
    }
}
