//! How sure a share is.

use super::error::{FunctionError, finite};

/// The standard normal quantile of 97.5 %, for an interval of 95 %.
pub const Z: f64 = 1.959963984540054;

/// An interval of shares, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

/// The 95 % Wilson score interval of the share `k` of `n`.
///
/// With p = k/n and z = 1.959964: (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) ÷ (1 + z²/n), within
/// 0 and 1. `k` need not be whole, so that a share times `n` may be given. No result where
/// `n` is 0; refused unless 0 ≤ `k` ≤ `n`.
pub fn wilson(k: f64, n: f64) -> Result<Interval, FunctionError> {
    if !(n.is_finite() && 0.0 <= k && k <= n) {
        let reason = format!("`k` must be from 0 to `n`, but they are {k} and {n}");
        return Err(FunctionError::refused("wilson", reason));
    }
    if n == 0.0 {
        return Err(FunctionError::no_result("wilson", "nobody was asked (`n` is 0)"));
    }
    let p = k / n;
    let spread = Z * Z / n;
    let centre = p + spread / 2.0;
    let margin = Z * (p * (1.0 - p) / n + spread / (4.0 * n)).sqrt();
    Ok(Interval {
        low: finite("wilson", ((centre - margin) / (1.0 + spread)).clamp(0.0, p))?,
        high: finite("wilson", ((centre + margin) / (1.0 + spread)).clamp(p, 1.0))?,
    })
}
