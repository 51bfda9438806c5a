//! Health economics: time, quality of life, and both together.

use super::error::{FunctionError, all_finite, finite};

/// What levels 2 to 5 take from full health, in thousandths, by dimension: mobility,
/// self-care, usual activities, pain or discomfort, anxiety or depression.
const DANISH_WEIGHTS: [[i32; 4]; 5] = [
    [41, 54, 157, 220],
    [35, 50, 144, 209],
    [33, 40, 139, 174],
    [48, 94, 381, 537],
    [72, 191, 430, 618],
];

/// The utility of an EQ-5D-5L state by the Danish value set: 1 − Σ weights.
///
/// `state` is five digits from 1 to 5 (mobility, self-care, usual activities, pain or
/// discomfort, anxiety or depression). The result goes from −0.758 (`55555`, by the rounded
/// weights) to 1 (`11111`).
/// Source: Jensen et al., the Danish EQ-5D-5L value set, 2021.
pub fn eq5d_dk(state: &str) -> Result<f64, FunctionError> {
    let levels: Option<Vec<usize>> = state
        .chars()
        .map(|it| it.to_digit(10).filter(|level| (1..=5).contains(level)).map(|it| it as usize))
        .collect();
    let levels = levels.filter(|it| it.len() == DANISH_WEIGHTS.len()).ok_or_else(|| {
        let reason = "`state` must be five digits from 1 to 5, for example \"11123\"";
        FunctionError::refused("eq5d_dk", reason)
    })?;
    let loss: i32 = DANISH_WEIGHTS
        .iter()
        .zip(levels)
        .filter_map(|(weights, level)| weights.get(level.wrapping_sub(2)))
        .sum();
    Ok(f64::from(1000 - loss) / 1000.0)
}

/// Quality-adjusted life years: the area under utility over time.
///
/// `points` are pairs of years and utility (at most 1), in any order; between them the
/// utility changes along straight lines. No result with fewer than two points; refused where
/// two points have the same time or a utility is outside −1 to 1.
pub fn qaly(points: &[(f64, f64)]) -> Result<f64, FunctionError> {
    let refused = |reason| Err(FunctionError::refused("qaly", reason));
    if points.len() < 2 {
        return Err(FunctionError::no_result("qaly", "it takes two measurements or more"));
    }
    if points.iter().any(|(years, _)| !years.is_finite()) {
        return refused("years must be finite numbers".to_owned());
    }
    if let Some((_, utility)) = points.iter().find(|(_, it)| !(-1.0..=1.0).contains(it)) {
        return refused(format!("a utility must be from -1 to 1, not {utility}"));
    }
    let mut points = points.to_vec();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    if let Some(pair) = points.windows(2).find(|pair| pair[0].0 >= pair[1].0) {
        return refused(format!("there are two measurements at {} years", pair[0].0));
    }
    let areas = points.windows(2).map(|it| (it[0].1 + it[1].1) / 2.0 * (it[1].0 - it[0].0));
    finite("qaly", areas.fold(0.0, |total, area| total + area))
}

/// Hours of staff time released in a year: citizens × events a week × minutes ÷ 60 × weeks.
///
/// `minutes` are those saved each time; where the new way takes longer they are negative.
/// The other numbers must not be.
pub fn hours_released(
    citizens: f64,
    per_week: f64,
    minutes: f64,
    weeks: f64,
) -> Result<f64, FunctionError> {
    all_finite("hours_released", &[citizens, per_week, minutes, weeks])?;
    for (name, value) in [("citizens", citizens), ("per_week", per_week), ("weeks", weeks)] {
        if value < 0.0 {
            let reason = format!("`{name}` must not be negative, but is {value}");
            return Err(FunctionError::refused("hours_released", reason));
        }
    }
    finite("hours_released", citizens * per_week * minutes / 60.0 * weeks)
}
