//! Greenhouse gas accounts.

use super::error::{FunctionError, finite};
use super::rows::products;

/// Emissions in tonnes of CO₂ equivalents: Σ activity × factor ÷ 1000.
///
/// Factors are in kilograms of CO₂ equivalents per unit of the activity (per km, per kWh …)
/// and belong in the form's answers with their source and year. A negative activity is a saving.
pub fn co2e(activity: &[f64], factor: &[f64]) -> Result<f64, FunctionError> {
    finite("co2e", products("co2e", activity, factor)? / 1000.0)
}
