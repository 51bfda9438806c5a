//! What expressions see of the functions, and the page that form authors read.

use std::fmt::Write as _;

use minijinja::value::Value;

use super::arguments::Arguments;
use super::error::FunctionError;
use super::numbers::{LARGEST_EXPONENT, MOST_DECIMALS};
use super::{climate, dates, finance, health, ladder, numbers, rows, shape, statistics};

/// The highest step of a ladder.
const HIGHEST_STEP: u32 = 1_000;

/// What a form author needs to know of one function, and how it is called.
pub struct FunctionDoc {
    /// The name that expressions call.
    pub name: &'static str,
    /// How a call is written.
    pub signature: &'static str,
    /// Which arguments, counted from 0, name a column of the table that is argument 0.
    pub columns: &'static [usize],
    /// The heading it stands under.
    pub theme: Theme,
    /// The formula, units and ranges, and when there is no result; Markdown.
    pub summary: &'static str,
    /// Where the formula or its numbers come from, if they are not common knowledge.
    pub source: Option<&'static str>,
    /// An expression over [`sample`].
    pub example: &'static str,
    /// What the example gives, to half a unit of the last digit.
    pub result: &'static str,
    pub(super) call: fn(&mut Arguments<'_>) -> Result<Value, FunctionError>,
}

/// A heading under which functions stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// [`numbers`].
    Numbers,
    /// [`rows`].
    Rows,
    /// [`shape`] and [`ladder`].
    Points,
    /// [`finance`].
    Finance,
    /// [`health`].
    Health,
    /// [`climate`].
    Climate,
    /// [`statistics`].
    Statistics,
    /// [`dates`].
    Dates,
}

impl Theme {
    /// All themes, in the order of the page.
    pub const ALL: [Self; 8] = [
        Self::Numbers,
        Self::Rows,
        Self::Points,
        Self::Finance,
        Self::Health,
        Self::Climate,
        Self::Statistics,
        Self::Dates,
    ];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Numbers => "Numbers",
            Self::Rows => "Rows of a table",
            Self::Points => "Points and levels",
            Self::Finance => "Investments",
            Self::Health => "Health economics",
            Self::Climate => "Climate",
            Self::Statistics => "Statistics",
            Self::Dates => "Dates",
        }
    }
}

const DANISH_RATE: &str = "Finansministeriet, documentation note on the social discount rate, \
    2021 (3.5 % in years 0–35, 2.5 % in years 36–70). The 1.5 % after year 70 is an assumption.";

/// Every function, by theme.
pub const FUNCTIONS: &[FunctionDoc] = &[
    FunctionDoc {
        name: "ratio",
        signature: "ratio(a, b)",
        columns: &[],
        theme: Theme::Numbers,
        summary: "`a ÷ b`. No result where `b` is 0.",
        source: None,
        example: "ratio(12.4, 18)",
        result: "0.688889",
        call: |it| number(numbers::ratio(it.number("a")?, it.number("b")?)?),
    },
    FunctionDoc {
        name: "min",
        signature: "min(a, b, …)",
        columns: &[],
        theme: Theme::Numbers,
        summary: "The smallest of the numbers, or of the entries of one list. No result for an \
            empty list.",
        source: None,
        example: "min(72, 55, 81)",
        result: "55",
        call: |it| number(numbers::min(&it.all_numbers("a")?)?),
    },
    FunctionDoc {
        name: "max",
        signature: "max(a, b, …)",
        columns: &[],
        theme: Theme::Numbers,
        summary: "The largest of the numbers, or of the entries of one list. No result for an \
            empty list.",
        source: None,
        example: "max(column(travel.legs, \"km\"))",
        result: "3000",
        call: |it| number(numbers::max(&it.all_numbers("a")?)?),
    },
    FunctionDoc {
        name: "clip",
        signature: "clip(x, low, high)",
        columns: &[],
        theme: Theme::Numbers,
        summary: "`x`, but at least `low` and at most `high`.",
        source: None,
        example: "clip(127, 0, 100)",
        result: "100",
        call: |it| number(numbers::clip(it.number("x")?, it.number("low")?, it.number("high")?)?),
    },
    FunctionDoc {
        name: "round_to",
        signature: "round_to(x, decimals)",
        columns: &[],
        theme: Theme::Numbers,
        summary: "`x` with so many decimals (−12 to 12), a half away from zero: 2.5 gives 3 and \
            −2.5 gives −3. With −3 decimals it gives whole thousands. What lies within a \
            billionth of a half counts as the half.",
        source: None,
        example: "round_to(2.675, 2)",
        result: "2.68",
        call: |it| {
            let limit = MOST_DECIMALS as i32;
            number(numbers::round_to(it.number("x")?, it.whole("decimals", -limit, limit)?)?)
        },
    },
    FunctionDoc {
        name: "power",
        signature: "power(x, n)",
        columns: &[],
        theme: Theme::Numbers,
        summary: "`x` multiplied by itself `n` times; `n` is a whole number from −1,000 to \
            1,000, and a negative `n` gives `1 ÷ power(x, −n)`. Anything to the power of 0 is 1. \
            No result for 0 to a negative power, or where the result is too large.",
        source: None,
        example: "power(1.035, 5)",
        result: "1.187686",
        call: |it| {
            let limit = LARGEST_EXPONENT as i32;
            number(numbers::power(it.number("x")?, it.whole("n", -limit, limit)?)?)
        },
    },
    FunctionDoc {
        name: "sum",
        signature: "sum(rows, \"column\")",
        columns: &[1],
        theme: Theme::Rows,
        summary: "The sum of a column of numbers; 0 for a table without rows.",
        source: None,
        example: "sum(travel.legs, \"km\")",
        result: "5000",
        call: |it| number(rows::sum(&column_of_numbers(it)?)?),
    },
    FunctionDoc {
        name: "mean",
        signature: "mean(rows, \"column\")",
        columns: &[1],
        theme: Theme::Rows,
        summary: "The mean of a column of numbers. No result for a table without rows.",
        source: None,
        example: "mean(travel.legs, \"km\")",
        result: "1666.67",
        call: |it| number(rows::mean(&column_of_numbers(it)?)?),
    },
    FunctionDoc {
        name: "column",
        signature: "column(rows, \"column\")",
        columns: &[1],
        theme: Theme::Rows,
        summary: "The values of a column as a list, in row order.",
        source: None,
        example: "column(travel.legs, \"km\")",
        result: "[1200, 3000, 800]",
        call: |it| Ok(Value::from(column(it)?)),
    },
    FunctionDoc {
        name: "sum_product",
        signature: "sum_product(rows, \"a\", \"b\")",
        columns: &[1, 2],
        theme: Theme::Rows,
        summary: "`Σ a × b` over the rows; 0 for a table without rows.",
        source: None,
        example: "sum_product(travel.legs, \"km\", \"factor\")",
        result: "330",
        call: |it| {
            let (a, b) = two_columns(it, "a", "b")?;
            number(rows::sum_product(&a, &b)?)
        },
    },
    FunctionDoc {
        name: "distinct",
        signature: "distinct(rows, \"column\")",
        columns: &[1],
        theme: Theme::Rows,
        summary: "How many different values the column has. Where several options can be \
            ticked in a cell, each tick counts.",
        source: None,
        example: "distinct(travel.legs, \"means\")",
        result: "2",
        call: |it| Ok(Value::from(rows::distinct(&column(it)?)?)),
    },
    FunctionDoc {
        name: "count_where",
        signature: "count_where(rows, \"column\", value)",
        columns: &[1],
        theme: Theme::Rows,
        summary: "How many rows have `value` in the column. Where several options can be ticked \
            in a cell, a row counts when `value` is among them.",
        source: None,
        example: "count_where(travel.legs, \"means\", \"car\")",
        result: "2",
        call: |it| Ok(Value::from(rows::count_where(&column(it)?, &it.value("value")?)?)),
    },
    FunctionDoc {
        name: "counts",
        signature: "counts(rows, \"column\", [value, …])",
        columns: &[1],
        theme: Theme::Rows,
        summary: "How many rows have each of the values in the column, as a list in the order of \
            the values. A row with several ticks counts under each; other values count nowhere.",
        source: None,
        example: "counts(travel.legs, \"means\", [\"car\", \"bus\", \"train\"])",
        result: "[2, 0, 1]",
        call: |it| {
            let cells = column(it)?;
            let count = |value| rows::count_where(&cells, &value).map(Value::from);
            it.values("values")?.into_iter().map(count).collect()
        },
    },
    FunctionDoc {
        name: "curve",
        signature: "curve(x, [[x0, y0], [x1, y1], …])",
        columns: &[],
        theme: Theme::Points,
        summary: "The straight lines through the points, read at `x`; before the first and after \
            the last point, that point's value. The first numbers of the points must rise, the \
            second may rise, fall or turn.",
        source: None,
        example: "curve(1.061916, [[0.5, 0], [1, 50], [1.5, 75], [2, 100]])",
        result: "53.0958",
        call: |it| number(shape::curve(it.number("x")?, &it.pairs("points")?)?),
    },
    FunctionDoc {
        name: "ladder",
        signature: "ladder(list)",
        columns: &[],
        theme: Theme::Points,
        summary: "The highest step below which every step from 1 is ticked; 0 where step 1 is \
            not. Steps are whole numbers from 1.",
        source: Some(
            "Technology readiness levels: a level is reached when all lower levels are met \
            (European Commission, Horizon 2020, Annex G).",
        ),
        example: "ladder([1, 2, 3, 5])",
        result: "3",
        call: |it| Ok(Value::from(ladder::ladder(&it.steps("list", HIGHEST_STEP)?))),
    },
    FunctionDoc {
        name: "flows",
        signature: "flows(investment, annual, years)",
        columns: &[],
        theme: Theme::Finance,
        summary: "The yearly flows `[−investment, annual, annual, …]` from year 0, with `annual` \
            in each of `years` years (0 to 1,000). For a list of costs in positive numbers, \
            write `flows(-investment, operation, years)`; for benefits, `flows(0, benefit, \
            years)`.",
        source: None,
        example: "flows(850000, 205488, 5)",
        result: "[-850000, 205488, 205488, 205488, 205488, 205488]",
        call: |it| {
            let investment = it.number("investment")?;
            let annual = it.number("annual")?;
            let flows = finance::flows(investment, annual, it.years("years")?)?;
            flows.into_iter().map(number).collect()
        },
    },
    FunctionDoc {
        name: "discount_factor",
        signature: "discount_factor(year, rate=…)",
        columns: &[],
        theme: Theme::Finance,
        summary: "What 1 in `year` (0 to 1,000) is worth in year 0: the product of \
            `1 ÷ (1 + rate)` over the years. Without `rate` the official Danish social rate \
            holds, each year at its own rate.",
        source: Some(DANISH_RATE),
        example: "discount_factor(36)",
        result: "0.29266035",
        call: |it| number(finance::discount_factor(it.years("year")?, it.rate()?)?),
    },
    FunctionDoc {
        name: "npv",
        signature: "npv(flows, rate=…)",
        columns: &[],
        theme: Theme::Finance,
        summary: "The net present value `Σ flow × discount factor`, in the unit of the flows.",
        source: Some(DANISH_RATE),
        example: "npv(flows(850000, 205488, 5))",
        result: "77789.08",
        call: |it| number(finance::npv(&it.numbers("flows")?, it.rate()?)?),
    },
    FunctionDoc {
        name: "irr",
        signature: "irr(flows)",
        columns: &[],
        theme: Theme::Finance,
        summary: "The internal rate of return as a share: the rate at which the net present \
            value is zero, to twelve decimals. Given only where one rate can be meant: the \
            flows change sign once, or their running total does (then it is the one positive \
            rate). No result otherwise, or below −99.9 %.",
        source: None,
        example: "irr(flows(850000, 205488, 5))",
        result: "0.066717",
        call: |it| number(finance::irr(&it.numbers("flows")?)?),
    },
    FunctionDoc {
        name: "payback",
        signature: "payback(flows)",
        columns: &[],
        theme: Theme::Finance,
        summary: "The years until the flows have paid back what was laid out, for good: where \
            their running total, read along straight lines between the years, leaves the \
            negative for the last time. No result where it ends negative.",
        source: None,
        example: "payback(flows(850000, 205488, 5))",
        result: "4.136495",
        call: |it| number(finance::payback(&it.numbers("flows")?)?),
    },
    FunctionDoc {
        name: "discounted_payback",
        signature: "discounted_payback(flows, rate=…)",
        columns: &[],
        theme: Theme::Finance,
        summary: "As `payback`, with each flow discounted to year 0.",
        source: Some(DANISH_RATE),
        example: "discounted_payback(flows(850000, 205488, 5))",
        result: "4.550392",
        call: |it| number(finance::discounted_payback(&it.numbers("flows")?, it.rate()?)?),
    },
    FunctionDoc {
        name: "bcr",
        signature: "bcr(benefits, costs, rate=…)",
        columns: &[],
        theme: Theme::Finance,
        summary: "The benefit–cost ratio: the present value of the benefits ÷ that of the \
            costs. Both are lists of flows from year 0 in positive numbers. No result without \
            costs.",
        source: Some(DANISH_RATE),
        example: "bcr(flows(0, 295488, 5), flows(-850000, 90000, 5))",
        result: "1.061916",
        call: |it| {
            let (benefits, costs) = (it.numbers("benefits")?, it.numbers("costs")?);
            number(finance::bcr(&benefits, &costs, it.rate()?)?)
        },
    },
    FunctionDoc {
        name: "break_even",
        signature: "break_even(benefits, costs, rate=…)",
        columns: &[],
        theme: Theme::Finance,
        summary: "The share of the benefits at which the net present value is zero: the present \
            value of the costs ÷ that of the benefits. Both are lists of flows from year 0 in \
            positive numbers. No result without benefits.",
        source: Some(DANISH_RATE),
        example: "break_even(flows(0, 492480, 5), flows(-850000, 90000, 5))",
        result: "0.565016",
        call: |it| {
            let (benefits, costs) = (it.numbers("benefits")?, it.numbers("costs")?);
            number(finance::break_even(&benefits, &costs, it.rate()?)?)
        },
    },
    FunctionDoc {
        name: "cagr",
        signature: "cagr(from, to, years)",
        columns: &[],
        theme: Theme::Finance,
        summary: "The yearly rate of growth: `(to ÷ from)^(1 ÷ years) − 1`. The numbers must not \
            be negative and `years` must be above 0; no result where `from` is 0.",
        source: None,
        example: "cagr(22, 50, 9)",
        result: "0.09551",
        call: |it| {
            let (from, to) = (it.number("from")?, it.number("to")?);
            number(finance::cagr(from, to, it.number("years")?)?)
        },
    },
    FunctionDoc {
        name: "hours_released",
        signature: "hours_released(citizens, per_week, minutes, weeks)",
        columns: &[],
        theme: Theme::Health,
        summary: "Hours of staff time released in a year: `citizens × events per week × minutes \
            ÷ 60 × weeks`. `minutes` are those saved each time, negative where the new way \
            takes longer; the other numbers must not be negative.",
        source: None,
        example: "hours_released(60, 3, 12, 48)",
        result: "1728",
        call: |it| {
            let citizens = it.number("citizens")?;
            let per_week = it.number("per_week")?;
            let minutes = it.number("minutes")?;
            number(health::hours_released(citizens, per_week, minutes, it.number("weeks")?)?)
        },
    },
    FunctionDoc {
        name: "qaly",
        signature: "qaly([[years, utility], …])",
        columns: &[1, 2],
        theme: Theme::Health,
        summary: "Quality-adjusted life years: the area under utility (−1 to 1) over time, with \
            straight lines between the measurements, which may stand in any order. Over a \
            table, write `qaly(rows, \"years\", \"utility\")`. No result with fewer than two \
            measurements.",
        source: None,
        example: "qaly([[0, 0.70], [0.25, 0.76], [1, 0.80]])",
        result: "0.7675",
        call: |it| {
            if it.left() <= 1 {
                return number(health::qaly(&it.pairs("points")?)?);
            }
            let (years, utility) = two_columns(it, "years", "utility")?;
            let points: Vec<_> = years.into_iter().zip(utility).collect();
            number(health::qaly(&points)?)
        },
    },
    FunctionDoc {
        name: "eq5d_dk",
        signature: "eq5d_dk(state)",
        columns: &[],
        theme: Theme::Health,
        summary: "The utility of an EQ-5D-5L state by the Danish value set: 1 − Σ weights, from \
            −0.758 to 1. `state` is five digits from 1 to 5 (mobility, self-care, usual \
            activities, pain or discomfort, anxiety or depression), as a text or a number.",
        source: Some("Jensen et al., The Danish EQ-5D-5L value set, 2021."),
        example: "eq5d_dk(\"11123\")",
        result: "0.761",
        call: |it| {
            let state = it.value("state")?;
            let whole = state.is_integer().then(|| state.to_string());
            let digits = whole.as_deref().or(state.as_str()).unwrap_or_default();
            number(health::eq5d_dk(digits)?)
        },
    },
    FunctionDoc {
        name: "co2e",
        signature: "co2e(rows, \"activity\", \"factor\")",
        columns: &[1, 2],
        theme: Theme::Climate,
        summary: "Emissions in tonnes of CO₂e: `Σ activity × factor ÷ 1000`, with factors in kg \
            CO₂e per unit of the activity. A negative activity is a saving. Ask for each factor \
            together with its source and year; no factor is built in.",
        source: None,
        example: "co2e(travel.legs, \"km\", \"factor\")",
        result: "0.33",
        call: |it| {
            let (activity, factor) = two_columns(it, "activity", "factor")?;
            number(climate::co2e(&activity, &factor)?)
        },
    },
    FunctionDoc {
        name: "wilson",
        signature: "wilson(k, n)",
        columns: &[],
        theme: Theme::Statistics,
        summary: "The 95 % Wilson score interval of the share `k` of `n`; write \
            `wilson(k, n).low` and `wilson(k, n).high`, both from 0 to 1. `k` is from 0 to `n` \
            and need not be whole. No result where `n` is 0.",
        source: None,
        example: "wilson(120, 300).low",
        result: "0.346165",
        call: |it| {
            let interval = statistics::wilson(it.number("k")?, it.number("n")?)?;
            let pairs = [("low", number(interval.low)?), ("high", number(interval.high)?)];
            Ok(Value::from_pairs(pairs))
        },
    },
    FunctionDoc {
        name: "shannon",
        signature: "shannon(counts)",
        columns: &[],
        theme: Theme::Statistics,
        summary: "Shannon's diversity `−Σ p·ln p` of the shares p of a whole: 0 where all is of \
            one kind. `counts` are numbers that are not negative; no result where all are 0.",
        source: None,
        example: "shannon([4, 2, 0, 1, 2, 0])",
        result: "1.273028",
        call: |it| number(statistics::shannon(&it.numbers("counts")?)?),
    },
    FunctionDoc {
        name: "evenness",
        signature: "evenness(counts)",
        columns: &[],
        theme: Theme::Statistics,
        summary: "Pielou's evenness: `shannon(counts) ÷ ln n` of n kinds, also those with 0; from \
            0 (all of one kind) to 1 (all alike). No result with fewer than two kinds or where \
            all are 0.",
        source: None,
        example: "evenness(counts(travel.legs, \"means\", [\"car\", \"bus\", \"train\"]))",
        result: "0.579380",
        call: |it| number(statistics::evenness(&it.numbers("counts")?)?),
    },
    FunctionDoc {
        name: "hhi",
        signature: "hhi(counts)",
        columns: &[],
        theme: Theme::Statistics,
        summary: "Concentration (Herfindahl–Hirschman): `Σ p²` of the shares p of a whole; 1 where \
            all is of one kind. No result where all are 0.",
        source: None,
        example: "hhi([4, 2, 0, 1, 2, 0])",
        result: "0.308642",
        call: |it| number(statistics::hhi(&it.numbers("counts")?)?),
    },
    FunctionDoc {
        name: "days_between",
        signature: "days_between(from, to)",
        columns: &[],
        theme: Theme::Dates,
        summary: "The whole days from one date to another; negative where `to` is the earlier. \
            Dates are written as answers hold them: `2026-10-01`.",
        source: None,
        example: "days_between(\"2026-02-28\", \"2026-03-02\")",
        result: "2",
        call: |it| {
            let from = it.text("from")?;
            Ok(Value::from(dates::days_between(&from, &it.text("to")?)?))
        },
    },
];

/// `value` as expressions see it: whole where it is whole.
fn number(value: f64) -> Result<Value, FunctionError> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        Ok(Value::from(value as i64))
    } else {
        Ok(Value::from(value))
    }
}

fn column(arguments: &mut Arguments<'_>) -> Result<Vec<Value>, FunctionError> {
    let rows = arguments.rows("rows")?;
    rows.column(&arguments.text("column")?)
}

fn column_of_numbers(arguments: &mut Arguments<'_>) -> Result<Vec<f64>, FunctionError> {
    let rows = arguments.rows("rows")?;
    rows.numbers(&arguments.text("column")?)
}

fn two_columns(
    arguments: &mut Arguments<'_>,
    a: &str,
    b: &str,
) -> Result<(Vec<f64>, Vec<f64>), FunctionError> {
    let rows = arguments.rows("rows")?;
    let (a, b) = (arguments.text(a)?, arguments.text(b)?);
    Ok((rows.numbers(&a)?, rows.numbers(&b)?))
}

const LEGS: [(&str, f64, f64); 3] =
    [("car", 1200.0, 0.15), ("train", 3000.0, 0.01), ("car", 800.0, 0.15)];

/// The answers over which the examples are evaluated: the table `travel.legs`.
pub fn sample() -> Value {
    let leg = |(means, km, factor): (&str, f64, f64)| {
        let whole = Value::from(km as i64);
        Value::from_pairs([
            ("means", Value::from(means)),
            ("km", whole),
            ("factor", Value::from(factor)),
        ])
    };
    let legs: Value = LEGS.into_iter().map(leg).collect();
    Value::from_pairs([("travel", Value::from_pairs([("legs", legs)]))])
}

const INTRODUCTION: &str = "\
# Functions

These functions can be called in the expressions of a form: in conditions, calculated \
questions, gates, indicators and narratives.

- **Something missing.** When an argument, or a cell of the column asked for, has no value yet, \
the result is not yet known either.
- **No result.** When the numbers have no result (a division by zero, a rate that does not \
exist), that is an error with its reason, never a number.
- **A call that is written wrongly** is an error that says how to write it.
- **Rates and shares** are written as fractions: 6 % is 0.06.
- **Limits.** A list has at most 10,000 entries, and flows go to year 1,000 at most.
- **The same everywhere.** Logarithms and roots are computed in software, not by the machine's \
own library, so every machine gives the same result.

The examples with rows use this table, `travel.legs`:

| means | km | factor |
|---|--:|--:|
";

/// The page that describes every function, in Markdown.
pub fn markdown() -> String {
    let mut page = INTRODUCTION.to_owned();
    for (means, km, factor) in LEGS {
        let _ = writeln!(page, "| {means} | {km} | {factor} |");
    }
    for theme in Theme::ALL {
        let _ = write!(page, "\n## {}\n", theme.title());
        for function in FUNCTIONS.iter().filter(|it| it.theme == theme) {
            let FunctionDoc { name, signature, summary, example, result, .. } = function;
            let _ = write!(page, "\n### {name}\n\n`{signature}`\n\n{summary}\n");
            let _ = write!(page, "\nExample: `{example}` gives `{result}`.\n");
            if let Some(source) = function.source {
                let _ = write!(page, "\nSource: {source}\n");
            }
        }
    }
    page
}
