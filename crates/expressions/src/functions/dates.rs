//! Days between dates.

use chrono::NaiveDate;

use super::error::FunctionError;

/// The days from `from` to `to`, negative where `to` is the earlier.
///
/// Both are dates as answers hold them (`2026-10-01`).
pub fn days_between(from: &str, to: &str) -> Result<i64, FunctionError> {
    let date = |text: &str| {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| {
            let reason = format!("`{text}` is not a date such as 2026-10-01");
            FunctionError::refused("days_between", reason)
        })
    };
    Ok((date(to)? - date(from)?).num_days())
}
