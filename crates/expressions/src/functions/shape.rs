//! Turning a number into points along a line.

use super::MOST_ENTRIES;
use super::error::{FunctionError, finite};

/// The value at `x` of the straight lines through `points`; before the first and after the
/// last point, that point's value.
///
/// Points are pairs of x and value. The xs must rise from point to point; the values may
/// rise, fall or turn. Refused with fewer than two points.
pub fn curve(x: f64, points: &[(f64, f64)]) -> Result<f64, FunctionError> {
    let refused = |reason: String| Err(FunctionError::refused("curve", reason));
    if !(2..=MOST_ENTRIES).contains(&points.len()) {
        return refused(format!("takes from 2 to {MOST_ENTRIES} points, not {}", points.len()));
    }
    if !x.is_finite() || points.iter().any(|(x, y)| !x.is_finite() || !y.is_finite()) {
        return refused("takes finite numbers only".to_owned());
    }
    if let Some(pair) = points.windows(2).find(|pair| pair[0].0 >= pair[1].0) {
        return refused(format!(
            "the first numbers of the points must rise, but {} is followed by {}",
            pair[0].0, pair[1].0
        ));
    }
    let after = points.partition_point(|point| point.0 < x);
    if after == 0 {
        return finite("curve", points[0].1);
    }
    let (x0, y0) = points[after - 1];
    let Some(&(x1, y1)) = points.get(after) else {
        return finite("curve", y0);
    };
    let value = y0 + (y1 - y0) * ((x - x0) / (x1 - x0));
    finite("curve", if x < x1 { value.clamp(y0.min(y1), y0.max(y1)) } else { y1 })
}
