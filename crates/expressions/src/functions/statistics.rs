//! How sure a share is, and how evenly a whole is divided.

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

/// The shares of a whole that `parts` make up.
fn shares(function: &'static str, parts: &[f64]) -> Result<Vec<f64>, FunctionError> {
    if parts.iter().any(|it| *it < 0.0) {
        return Err(FunctionError::refused(function, "the numbers must not be negative"));
    }
    let whole = finite(function, parts.iter().sum())?;
    if whole == 0.0 {
        return Err(FunctionError::no_result(function, "there is nothing to divide"));
    }
    Ok(parts.iter().map(|it| it / whole).collect())
}

/// Shannon's diversity H = −Σ p·ln p of the shares p that `parts` make up.
///
/// No result where all parts are 0; refused where one is negative.
pub fn shannon(parts: &[f64]) -> Result<f64, FunctionError> {
    let shares = shares("shannon", parts)?;
    let sum: f64 = shares.iter().filter(|it| **it > 0.0).map(|it| it * libm::log(*it)).sum();
    Ok((-sum).max(0.0))
}

/// Pielou's evenness J = H ÷ ln n of `n` parts, from 0 (all in one) to 1 (all alike).
///
/// No result with fewer than two parts or where all are 0.
pub fn evenness(parts: &[f64]) -> Result<f64, FunctionError> {
    if parts.len() < 2 {
        return Err(FunctionError::no_result("evenness", "there are fewer than two kinds"));
    }
    let shannon = shannon(parts).map_err(|it| it.of("evenness"))?;
    Ok((shannon / libm::log(parts.len() as f64)).min(1.0))
}

/// The Herfindahl–Hirschman index Σ p² of the shares p that `parts` make up, from 1 ÷ n
/// (all alike) to 1 (all in one).
///
/// No result where all parts are 0.
pub fn hhi(parts: &[f64]) -> Result<f64, FunctionError> {
    Ok(shares("hhi", parts)?.iter().map(|it| it * it).sum())
}
