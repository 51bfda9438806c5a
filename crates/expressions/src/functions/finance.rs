//! Investments and their return, by yearly flows from year 0.

use super::MOST_YEARS;
use super::error::{FunctionError, all_finite, finite};

/// The rate at which later years are discounted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// The official Danish social rate: 3.5 % to year 35, 2.5 % from year 36 to 70, and then
    /// 1.5 %, each applied to the years it covers.
    ///
    /// Source: Finansministeriet, note on the social discount rate, 7 January 2021, for the
    /// first seventy years; 1.5 % afterwards is an assumption.
    Danish,
    /// The same share for every year, above −1 and at most 1: 0.06 is 6 %.
    Fixed(f64),
}

impl Rate {
    fn check(self, function: &'static str) -> Result<(), FunctionError> {
        match self {
            Self::Fixed(rate) if !(rate > -1.0 && rate <= 1.0) => {
                let reason = format!("`rate` must be a share such as 0.06 for 6 %, not {rate}");
                Err(FunctionError::refused(function, reason))
            }
            _ => Ok(()),
        }
    }

    fn in_year(self, year: u32) -> f64 {
        match (self, year) {
            (Self::Fixed(rate), _) => rate,
            (Self::Danish, ..=35) => 0.035,
            (Self::Danish, ..=70) => 0.025,
            (Self::Danish, _) => 0.015,
        }
    }

    /// What 1 has grown to in year 0, 1, 2 …
    fn growth(self) -> impl Iterator<Item = f64> {
        (1..).scan(1.0, move |growth, next_year| {
            let now = *growth;
            *growth *= 1.0 + self.in_year(next_year);
            Some(now)
        })
    }
}

/// The flows of an investment with the same return each year: `[−investment, annual, …]`.
///
/// A negative `investment` gives a positive first flow, as a list of costs needs it.
/// Refused beyond [`MOST_YEARS`].
pub fn flows(investment: f64, annual: f64, years: u32) -> Result<Vec<f64>, FunctionError> {
    all_finite("flows", &[investment, annual])?;
    if years > MOST_YEARS {
        let reason = format!("`years` must be from 0 to {MOST_YEARS}, not {years}");
        return Err(FunctionError::refused("flows", reason));
    }
    let mut flows = vec![annual; years as usize + 1];
    flows[0] = 0.0 - investment;
    Ok(flows)
}

/// What 1 in `year` is worth in year 0: the product of 1 ÷ (1 + rate) over the years.
pub fn discount_factor(year: u32, rate: Rate) -> Result<f64, FunctionError> {
    const NAME: &str = "discount_factor";
    rate.check(NAME)?;
    let growth = if year <= MOST_YEARS { rate.growth().nth(year as usize) } else { None };
    let growth = growth.ok_or_else(|| {
        FunctionError::refused(NAME, format!("`year` must be from 0 to {MOST_YEARS}, not {year}"))
    })?;
    finite(NAME, 1.0 / growth)
}

/// The net present value of `flows`: Σ flow × discount factor.
pub fn npv(flows: &[f64], rate: Rate) -> Result<f64, FunctionError> {
    present_value("npv", flows, rate)
}

/// The internal rate of return: the rate at which the net present value is zero, as a share,
/// to twelve decimals.
///
/// Given only where one rate can be meant: the flows change sign once, or their running total
/// does (then it is the one positive rate). No result otherwise, or below −99.9 %.
pub fn irr(flows: &[f64]) -> Result<f64, FunctionError> {
    const NAME: &str = "irr";
    check(NAME, flows)?;
    let start = flows.iter().position(|it| *it != 0.0).unwrap_or(0);
    let flows = &flows[start..];
    let totals = running_totals(flows);
    match sign_changes(flows) {
        0 => return Err(FunctionError::no_result(NAME, "the flows never change sign")),
        1 => {}
        _ if sign_changes(&totals) == 1 && totals.last().is_some_and(|it| *it != 0.0) => {}
        _ => {
            let reason = "the flows change sign more than once, so that several rates may fit";
            return Err(FunctionError::no_result(NAME, reason));
        }
    }

    // With x = 1 ÷ (1 + rate) the present value is a polynomial in x. It begins with the sign
    // of the first flow and passes zero once between x = 0 and `high`.
    let value = |x: f64| flows.iter().rev().fold(0.0, |value, flow| value * x + flow);
    let before_zero = |x: f64| value(x) * flows[0].signum() > 0.0;
    let mut low = 0.0;
    let mut high = 1.0;
    while before_zero(high) {
        low = high;
        high *= 2.0;
        if high > 1024.0 {
            return Err(FunctionError::no_result(NAME, "the rate is below -99.9 %"));
        }
    }
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if before_zero(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    let rate = 1.0 / high - 1.0;
    finite(NAME, (rate * 1e12).round() / 1e12)
}

/// The years until `flows` have paid back what was laid out, for good.
///
/// The running total is read along straight lines between the years; the result is where it
/// leaves the negative for the last time, 0 where it is never negative. No result where it
/// ends negative.
pub fn payback(flows: &[f64]) -> Result<f64, FunctionError> {
    check("payback", flows)?;
    crossing("payback", flows)
}

/// The years until the discounted `flows` have paid back what was laid out, as [`payback`].
pub fn discounted_payback(flows: &[f64], rate: Rate) -> Result<f64, FunctionError> {
    const NAME: &str = "discounted_payback";
    check(NAME, flows)?;
    rate.check(NAME)?;
    let present: Vec<_> = discounted(flows, rate).collect();
    crossing(NAME, &present)
}

/// The benefit–cost ratio: the present value of the benefits ÷ that of the costs.
///
/// Both are flows from year 0 in positive numbers. No result where there are no costs.
pub fn bcr(benefits: &[f64], costs: &[f64], rate: Rate) -> Result<f64, FunctionError> {
    const NAME: &str = "bcr";
    let (benefits, costs) = both_present_values(NAME, benefits, costs, rate)?;
    if costs == 0.0 {
        return Err(FunctionError::no_result(NAME, "there are no costs"));
    }
    finite(NAME, benefits / costs)
}

/// The share of the benefits at which the net present value is zero: the present value of the
/// costs ÷ that of the benefits.
///
/// Both are flows from year 0 in positive numbers. No result where there are no benefits.
pub fn break_even(benefits: &[f64], costs: &[f64], rate: Rate) -> Result<f64, FunctionError> {
    const NAME: &str = "break_even";
    let (benefits, costs) = both_present_values(NAME, benefits, costs, rate)?;
    if benefits == 0.0 {
        return Err(FunctionError::no_result(NAME, "there are no benefits"));
    }
    finite(NAME, costs / benefits)
}

fn both_present_values(
    function: &'static str,
    benefits: &[f64],
    costs: &[f64],
    rate: Rate,
) -> Result<(f64, f64), FunctionError> {
    for (name, flows) in [("benefits", benefits), ("costs", costs)] {
        if let Some(flow) = flows.iter().find(|it| **it < 0.0) {
            let reason = format!("`{name}` must be positive numbers, but {flow} is among them");
            return Err(FunctionError::refused(function, reason));
        }
    }
    Ok((present_value(function, benefits, rate)?, present_value(function, costs, rate)?))
}

fn present_value(function: &'static str, flows: &[f64], rate: Rate) -> Result<f64, FunctionError> {
    check(function, flows)?;
    rate.check(function)?;
    finite(function, discounted(flows, rate).fold(0.0, |total, flow| total + flow))
}

fn discounted(flows: &[f64], rate: Rate) -> impl Iterator<Item = f64> {
    flows.iter().zip(rate.growth()).map(|(flow, growth)| flow / growth)
}

fn check(function: &'static str, flows: &[f64]) -> Result<(), FunctionError> {
    if flows.is_empty() {
        return Err(FunctionError::no_result(function, "there are no flows"));
    }
    if flows.len() > MOST_YEARS as usize + 1 {
        let reason = format!("takes flows for at most {MOST_YEARS} years");
        return Err(FunctionError::refused(function, reason));
    }
    all_finite(function, flows)?;
    finite(function, size(flows)).map(|_| ())
}

/// Where the running total of `flows` leaves the negative for the last time.
fn crossing(function: &'static str, flows: &[f64]) -> Result<f64, FunctionError> {
    let totals = running_totals(flows);
    let size = size(flows);
    let negative = |total: &f64| *total < -1e-12 * size;
    let Some(year) = totals.iter().rposition(negative) else {
        return Ok(0.0);
    };
    let Some(flow) = flows.get(year + 1) else {
        return Err(FunctionError::no_result(
            function,
            "the flows do not pay back what is laid out",
        ));
    };
    finite(function, year as f64 + (-totals[year] / flow).min(1.0))
}

fn size(flows: &[f64]) -> f64 {
    flows.iter().fold(0.0, |size, flow| size + flow.abs())
}

fn running_totals(flows: &[f64]) -> Vec<f64> {
    flows
        .iter()
        .scan(0.0, |total, flow| {
            *total += flow;
            Some(*total)
        })
        .collect()
}

/// How often the sign changes along `values`, zeros left out.
fn sign_changes(values: &[f64]) -> usize {
    let signs: Vec<_> = values.iter().filter(|it| **it != 0.0).map(|it| *it > 0.0).collect();
    signs.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

/// The yearly rate of growth that leads from `from` to `to` in `years`: (to ÷ from)^(1 ÷
/// years) − 1.
///
/// No result where `from` is 0; refused where a number is negative or `years` is not above 0.
pub fn cagr(from: f64, to: f64, years: f64) -> Result<f64, FunctionError> {
    if from < 0.0 || to < 0.0 || years <= 0.0 {
        let reason = "the numbers must not be negative, and `years` must be above 0";
        return Err(FunctionError::refused("cagr", reason));
    }
    if from == 0.0 {
        return Err(FunctionError::no_result("cagr", "it begins at 0"));
    }
    finite("cagr", libm::pow(to / from, 1.0 / years) - 1.0)
}
