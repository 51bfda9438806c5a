//! Arithmetic that operators do not give.

use super::error::{FunctionError, all_finite, finite};

/// The largest exponent of [`power`], either way.
pub const LARGEST_EXPONENT: u32 = 1_000;

/// The most decimals [`round_to`] keeps, and with a minus sign the most digits it drops.
pub const MOST_DECIMALS: u32 = 12;

/// `a` divided by `b`. No result where `b` is 0.
pub fn ratio(a: f64, b: f64) -> Result<f64, FunctionError> {
    if b == 0.0 {
        return Err(FunctionError::no_result("ratio", "the second number is 0"));
    }
    finite("ratio", a / b)
}

/// The smallest of `values`. No result where there are none.
pub fn min(values: &[f64]) -> Result<f64, FunctionError> {
    extreme("min", values, f64::min)
}

/// The largest of `values`. No result where there are none.
pub fn max(values: &[f64]) -> Result<f64, FunctionError> {
    extreme("max", values, f64::max)
}

fn extreme(
    function: &'static str,
    values: &[f64],
    choose: fn(f64, f64) -> f64,
) -> Result<f64, FunctionError> {
    all_finite(function, values)?;
    let chosen = values.iter().copied().reduce(choose);
    chosen.ok_or(FunctionError::no_result(function, "the list is empty"))
}

/// `x`, but at least `low` and at most `high`. Refused where `low` is above `high`.
pub fn clip(x: f64, low: f64, high: f64) -> Result<f64, FunctionError> {
    all_finite("clip", &[x, low, high])?;
    if low > high {
        let reason = format!("`low` ({low}) must not be above `high` ({high})");
        return Err(FunctionError::refused("clip", reason));
    }
    finite("clip", x.clamp(low, high))
}

/// `x` with `decimals` decimals, a half away from zero; −3 decimals give whole thousands.
///
/// Binary fractions cannot hold most decimals (2.675 is stored slightly below itself), so
/// what lies within a billionth of a half (of the last digit kept) counts as the half.
/// Numbers of more than 15 digits come back as they are. Refused outside −12 to 12
/// ([`MOST_DECIMALS`]).
pub fn round_to(x: f64, decimals: i32) -> Result<f64, FunctionError> {
    all_finite("round_to", &[x])?;
    if decimals.unsigned_abs() > MOST_DECIMALS {
        let reason = format!("`decimals` must be from -{MOST_DECIMALS} to {MOST_DECIMALS}");
        return Err(FunctionError::refused("round_to", reason));
    }
    let unit = (0..decimals.unsigned_abs()).fold(1.0, |unit, _| unit * 10.0);
    let scaled = if decimals >= 0 { x.abs() * unit } else { x.abs() / unit };
    if scaled >= 1e15 {
        return finite("round_to", x);
    }
    let tolerance = f64::max(1e-9, scaled * 2.0 * f64::EPSILON);
    let whole = (scaled + 0.5 + tolerance).floor();
    let rounded = if decimals >= 0 { whole / unit } else { whole * unit };
    finite("round_to", rounded.copysign(x))
}

/// `x` to the power of the whole number `n`, by repeated multiplication.
///
/// Anything to the power of 0 is 1. No result for 0 to a negative power or where the result
/// is too large; refused beyond ±[`LARGEST_EXPONENT`].
pub fn power(x: f64, n: i32) -> Result<f64, FunctionError> {
    if n.unsigned_abs() > LARGEST_EXPONENT {
        let reason = format!("`n` must be from -{LARGEST_EXPONENT} to {LARGEST_EXPONENT}");
        return Err(FunctionError::refused("power", reason));
    }
    if x == 0.0 && n < 0 {
        return Err(FunctionError::no_result("power", "0 has no negative power"));
    }
    let product = finite("power", (0..n.unsigned_abs()).fold(1.0, |product, _| product * x))?;
    if n < 0 { finite("power", 1.0 / product) } else { Ok(product) }
}
