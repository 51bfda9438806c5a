//! Adding up and counting over the rows of a table.

use std::collections::BTreeSet;

use minijinja::value::{Value, ValueKind};

use super::MOST_ENTRIES;
use super::arguments::{given, is_list, list, number};
use super::error::{FunctionError, finite};

/// The rows of a table, as one function reads them.
pub struct Rows {
    function: &'static str,
    rows: Vec<Value>,
}

impl Rows {
    /// The rows (maps from column to value) that `function` reads.
    pub fn new(function: &'static str, rows: Vec<Value>) -> Self {
        Self { function, rows }
    }

    /// The values of one column, in row order.
    ///
    /// A row without a value there is [`FunctionError::Missing`].
    pub fn column(&self, name: &str) -> Result<Vec<Value>, FunctionError> {
        let cell = |(index, row): (usize, &Value)| {
            if row.kind() != ValueKind::Map {
                let reason = format!("row {} is not a row of a table", index + 1);
                return Err(FunctionError::refused(self.function, reason));
            }
            let value = row.get_attr(name).unwrap_or_default();
            given(self.function, value, || place(index, name))
        };
        self.rows.iter().enumerate().map(cell).collect()
    }

    /// The values of one column, all of which must be numbers.
    pub fn numbers(&self, name: &str) -> Result<Vec<f64>, FunctionError> {
        let cells = self.column(name)?;
        let read = |(index, cell)| number(self.function, cell, &place(index, name));
        cells.iter().enumerate().map(read).collect()
    }
}

fn place(index: usize, column: &str) -> String {
    format!("row {}, column `{column}`", index + 1)
}

/// The sum of `values`, added in order; 0 where there are none.
pub fn sum(values: &[f64]) -> Result<f64, FunctionError> {
    finite("sum", total(values.iter().copied()))
}

/// The mean of `values`. No result where there are none.
pub fn mean(values: &[f64]) -> Result<f64, FunctionError> {
    if values.is_empty() {
        return Err(FunctionError::no_result("mean", "the table has no rows"));
    }
    finite("mean", total(values.iter().copied()) / values.len() as f64)
}

/// Σ a·b over the rows, added in order; 0 where there are none.
pub fn sum_product(a: &[f64], b: &[f64]) -> Result<f64, FunctionError> {
    products("sum_product", a, b)
}

pub(crate) fn products(function: &'static str, a: &[f64], b: &[f64]) -> Result<f64, FunctionError> {
    if a.len() != b.len() {
        return Err(FunctionError::refused(function, "the two columns differ in length"));
    }
    finite(function, total(a.iter().zip(b).map(|(a, b)| a * b)))
}

/// How many different values there are; a cell with several ticks counts each of them.
pub fn distinct(cells: &[Value]) -> Result<usize, FunctionError> {
    let mut seen = BTreeSet::new();
    for cell in cells {
        let ticks =
            if is_list(cell) { list("distinct", cell, "column")? } else { vec![cell.clone()] };
        seen.extend(ticks.into_iter().map(|it| (it.kind(), it)));
        if seen.len() > MOST_ENTRIES {
            return Err(FunctionError::refused("distinct", "there are too many values"));
        }
    }
    Ok(seen.len())
}

/// How many cells are `value`, or have it among their ticks.
pub fn count_where(cells: &[Value], value: &Value) -> Result<usize, FunctionError> {
    let mut count = 0;
    for cell in cells {
        let found = if is_list(cell) && !is_list(value) {
            list("count_where", cell, "column")?.iter().any(|tick| same(tick, value))
        } else {
            same(cell, value)
        };
        count += usize::from(found);
    }
    Ok(count)
}

/// Whether both are the same kind of value and equal; `true` is not 1.
fn same(a: &Value, b: &Value) -> bool {
    a.kind() == b.kind() && a == b
}

fn total(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, |total, value| total + value)
}
