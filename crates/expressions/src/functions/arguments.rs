//! Reading the arguments of a call, with errors a form author understands.

use minijinja::value::{Kwargs, Value, ValueKind};

use super::catalogue::FunctionDoc;
use super::error::FunctionError;
use super::finance::Rate;
use super::rows::Rows;
use super::{MOST_ENTRIES, MOST_YEARS};

/// The arguments of one call, read from left to right.
pub(crate) struct Arguments<'a> {
    function: &'static FunctionDoc,
    positional: &'a [Value],
    next: usize,
    named: &'a Kwargs,
}

impl<'a> Arguments<'a> {
    pub(crate) fn new(
        function: &'static FunctionDoc,
        positional: &'a [Value],
        named: &'a Kwargs,
    ) -> Self {
        Self { function, positional, next: 0, named }
    }

    /// How many arguments are left to read.
    pub(crate) fn left(&self) -> usize {
        self.positional.len() - self.next
    }

    /// The next argument, which must have a value.
    pub(crate) fn value(&mut self, name: &str) -> Result<Value, FunctionError> {
        let Some(value) = self.positional.get(self.next) else {
            return Err(self.refused(format!("`{name}` is missing")));
        };
        self.next += 1;
        self.given(value.clone(), name)
    }

    pub(crate) fn number(&mut self, name: &str) -> Result<f64, FunctionError> {
        let value = self.value(name)?;
        number(self.function.name, &value, &format!("`{name}`"))
    }

    /// The next argument as a whole number from `low` to `high`.
    pub(crate) fn whole(&mut self, name: &str, low: i32, high: i32) -> Result<i32, FunctionError> {
        let value = self.number(name)?;
        if value.fract() == 0.0 && f64::from(low) <= value && value <= f64::from(high) {
            return Ok(value as i32);
        }
        let reason = format!("`{name}` must be a whole number from {low} to {high}, not {value}");
        Err(FunctionError::refused(self.function.name, reason))
    }

    /// The next argument as a list of whole numbers from 1 to `highest`.
    pub(crate) fn steps(&mut self, name: &str, highest: u32) -> Result<Vec<u32>, FunctionError> {
        let step = |value: f64| {
            let whole = value.fract() == 0.0 && (1.0..=f64::from(highest)).contains(&value);
            whole.then_some(value as u32).ok_or_else(|| {
                let reason =
                    format!("a step must be a whole number from 1 to {highest}, not {value}");
                FunctionError::refused(self.function.name, reason)
            })
        };
        self.numbers(name)?.into_iter().map(step).collect()
    }

    /// The next argument as a whole number of years.
    pub(crate) fn years(&mut self, name: &str) -> Result<u32, FunctionError> {
        Ok(self.whole(name, 0, MOST_YEARS as i32)?.unsigned_abs())
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<String, FunctionError> {
        let value = self.value(name)?;
        value.as_str().map(str::to_owned).ok_or_else(|| {
            let reason =
                format!("`{name}` must be a text in quotation marks, not {}", kind(&value));
            FunctionError::refused(self.function.name, reason)
        })
    }

    pub(crate) fn numbers(&mut self, name: &str) -> Result<Vec<f64>, FunctionError> {
        let value = self.value(name)?;
        numbers(self.function.name, &value, name)
    }

    /// The next argument as a list of any values.
    pub(crate) fn values(&mut self, name: &str) -> Result<Vec<Value>, FunctionError> {
        let value = self.value(name)?;
        list(self.function.name, &value, name)
    }

    /// All remaining arguments as numbers; a single list stands for its entries.
    pub(crate) fn all_numbers(&mut self, name: &str) -> Result<Vec<f64>, FunctionError> {
        let [only] = &self.positional[self.next..] else {
            return (0..self.left().max(1)).map(|_| self.number(name)).collect();
        };
        if is_list(only) { self.numbers(name) } else { Ok(vec![self.number(name)?]) }
    }

    /// The next argument as a list of pairs of numbers.
    pub(crate) fn pairs(&mut self, name: &str) -> Result<Vec<(f64, f64)>, FunctionError> {
        let function = self.function.name;
        let value = self.value(name)?;
        let pair = |(index, item): (usize, &Value)| {
            let place = format!("{name}[{index}]");
            match numbers(function, item, &place)?[..] {
                [x, y] => Ok((x, y)),
                _ => Err(FunctionError::refused(function, format!("`{place}` must be a pair"))),
            }
        };
        list(function, &value, name)?.iter().enumerate().map(pair).collect()
    }

    pub(crate) fn rows(&mut self, name: &str) -> Result<Rows, FunctionError> {
        let value = self.value(name)?;
        Ok(Rows::new(self.function.name, list(self.function.name, &value, name)?))
    }

    /// The optional last argument, `rate`, by place or by name; without it the official rate.
    pub(crate) fn rate(&mut self) -> Result<Rate, FunctionError> {
        if self.left() > 0 {
            return self.number("rate").map(Rate::Fixed);
        }
        if !self.named.has("rate") {
            return Ok(Rate::Danish);
        }
        let value = self.named.get::<Value>("rate").unwrap_or_default();
        let value = self.given(value, "rate")?;
        number(self.function.name, &value, "`rate`").map(Rate::Fixed)
    }

    /// Checks that no argument is left over.
    pub(crate) fn finish(&self) -> Result<(), FunctionError> {
        if self.left() > 0 {
            return Err(self.refused("there are too many arguments".to_owned()));
        }
        self.named
            .assert_all_used()
            .map_err(|error| self.refused(error.detail().unwrap_or("unknown argument").to_owned()))
    }

    fn given(&self, value: Value, name: &str) -> Result<Value, FunctionError> {
        given(self.function.name, value, || format!("`{name}`"))
    }

    fn refused(&self, reason: String) -> FunctionError {
        let reason = format!("{reason}; write `{}`", self.function.signature);
        FunctionError::refused(self.function.name, reason)
    }
}

/// `value` unless it is absent.
pub(crate) fn given(
    function: &'static str,
    value: Value,
    what: impl FnOnce() -> String,
) -> Result<Value, FunctionError> {
    if value.is_undefined() || value.is_none() {
        Err(FunctionError::Missing { function, what: what() })
    } else {
        Ok(value)
    }
}

/// `value` as a finite number; `what` names it in the error.
pub(crate) fn number(
    function: &'static str,
    value: &Value,
    what: &str,
) -> Result<f64, FunctionError> {
    match f64::try_from(value.clone()) {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(_) => Err(FunctionError::refused(function, format!("{what} is too large"))),
        Err(_) => {
            let reason = format!("{what} must be a number, not {}", kind(value));
            Err(FunctionError::refused(function, reason))
        }
    }
}

/// The entries of `value`, at most [`MOST_ENTRIES`].
pub(crate) fn list(
    function: &'static str,
    value: &Value,
    name: &str,
) -> Result<Vec<Value>, FunctionError> {
    let entries = value.try_iter().ok().filter(|_| is_list(value)).ok_or_else(|| {
        FunctionError::refused(function, format!("`{name}` must be a list, not {}", kind(value)))
    })?;
    let entries: Vec<_> = entries.take(MOST_ENTRIES + 1).collect();
    if entries.len() > MOST_ENTRIES {
        let reason = format!("`{name}` has more than {MOST_ENTRIES} entries");
        return Err(FunctionError::refused(function, reason));
    }
    Ok(entries)
}

/// Whether `value` is a list and not, for example, a text.
pub(crate) fn is_list(value: &Value) -> bool {
    matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable)
}

/// The entries of `value` as numbers, all of which must have a value.
fn numbers(function: &'static str, value: &Value, name: &str) -> Result<Vec<f64>, FunctionError> {
    let entry = |(index, entry): (usize, Value)| {
        let what = || format!("`{name}[{index}]`");
        number(function, &given(function, entry, what)?, &what())
    };
    list(function, value, name)?.into_iter().enumerate().map(entry).collect()
}

fn kind(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::Number => "a number",
        ValueKind::String => "a text",
        ValueKind::Bool => "true or false",
        ValueKind::Seq | ValueKind::Iterable => "a list",
        ValueKind::Map => "a row or a step",
        _ => "something else",
    }
}
