//! One expression: parsed, looked through, compiled, and evaluated over a context.

use minijinja::value::{Serde, Value as Any, ValueKind};
use serde_json::Value;

use crate::analysis::{self, Name, ParseError};
use crate::environment::ENVIRONMENT;

/// A compiled expression.
pub struct Expression {
    source: String,
    names: Vec<Name>,
    answered: Vec<Name>,
    compiled: minijinja::Expression<'static, 'static>,
}

impl std::fmt::Debug for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Expression").field(&self.source).finish()
    }
}

/// Why an expression gave no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// It needs something that is not there: a cell of a row, or a question not asked.
    #[error("{0}")]
    Missing(String),
    /// It cannot be worked out, for example a division by zero.
    #[error("{0}")]
    Failed(String),
}

impl Expression {
    /// Parses and compiles `source`; refuses what is not part of the language.
    pub fn parse(source: &str) -> Result<Self, ParseError> {
        let uses = analysis::uses(source)?;
        let compiled =
            ENVIRONMENT.compile_expression_owned(source.to_owned()).map_err(|error| {
                ParseError {
                    message: error.detail().unwrap_or("the expression cannot be read").to_owned(),
                    offset: error.range().map_or(0, |it| it.start),
                    suggestion: None,
                }
            })?;
        Ok(Self { source: source.to_owned(), names: uses.names, answered: uses.answered, compiled })
    }

    /// The expression as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The places it names, in the order of first use.
    pub fn names(&self) -> &[Name] {
        &self.names
    }

    /// The places that it asks about with `answered("…")`.
    pub fn answered(&self) -> &[Name] {
        &self.answered
    }

    /// The value over `context`; a number that is not finite is an error.
    pub fn eval(&self, context: Any) -> Result<Value, EvalError> {
        let value = self.compiled.eval(context).map_err(|error| eval_error(&error))?;
        to_json(&value)
    }

    /// Whether it holds over `context`.
    pub fn holds(&self, context: Any) -> Result<bool, EvalError> {
        let value = self.compiled.eval(context).map_err(|error| eval_error(&error))?;
        match value.kind() {
            ValueKind::Undefined => Err(EvalError::Missing("nothing to decide on".to_owned())),
            _ => Ok(value.is_true()),
        }
    }
}

/// A JSON value as expressions see it.
pub fn from_json(value: &Value) -> Any {
    match value {
        Value::Null => Any::from(()),
        Value::Bool(it) => Any::from(*it),
        Value::String(it) => Any::from(it.as_str()),
        Value::Number(it) => match (it.as_i64(), it.as_f64()) {
            (Some(whole), _) => Any::from(whole),
            (None, Some(number)) => Any::from(number),
            (None, None) => Any::from(()),
        },
        other => Any::from(Serde(other)),
    }
}

/// How many values a result has at most: a table of 1,000 rows has fewer.
const MOST_VALUES: usize = 50_000;

fn to_json(value: &Any) -> Result<Value, EvalError> {
    if !has_at_most(value, &mut { MOST_VALUES }) {
        return Err(EvalError::Failed("the result is too large".to_owned()));
    }
    match value.kind() {
        ValueKind::Undefined => Err(EvalError::Missing("it has no value".to_owned())),
        ValueKind::Number => {
            if let Some(whole) = value.as_i64().filter(|_| value.is_integer()) {
                return Ok(whole.into());
            }
            let number = f64::try_from(value.clone())
                .map_err(|_| EvalError::Failed("the number is too large".to_owned()))?;
            serde_json::Number::from_f64(number)
                .map(Value::Number)
                .ok_or_else(|| EvalError::Failed("the result is not a finite number".to_owned()))
        }
        _ => serde_json::to_value(value).map_err(|error| EvalError::Failed(error.to_string())),
    }
}

/// Whether `value` and all that is in it are no more than `left`, which is used up.
fn has_at_most(value: &Any, left: &mut usize) -> bool {
    let Some(rest) = left.checked_sub(1) else { return false };
    *left = rest;
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => {
            value.try_iter().is_ok_and(|mut items| items.all(|it| has_at_most(&it, left)))
        }
        ValueKind::Map => value.try_iter().is_ok_and(|mut keys| {
            keys.all(|key| value.get_item(&key).is_ok_and(|it| has_at_most(&it, left)))
        }),
        _ => true,
    }
}

fn eval_error(error: &minijinja::Error) -> EvalError {
    use minijinja::ErrorKind;
    if let Some(missing) = crate::functions::missing(error) {
        return EvalError::Missing(missing);
    }
    match error.kind() {
        ErrorKind::UndefinedError => {
            EvalError::Missing("it rests on something that has no value".to_owned())
        }
        ErrorKind::OutOfFuel => EvalError::Failed("the expression runs too long".to_owned()),
        _ => EvalError::Failed(error.detail().unwrap_or("it cannot be worked out").to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;

    fn eval(source: &str) -> Result<Value, EvalError> {
        Expression::parse(source).unwrap().eval(context! { a => context! { x => 7, y => 2 } })
    }

    #[test]
    fn what_is_not_there_has_no_length() {
        for source in ["a.z | length", "a.z | first", "a.z | last", "a.z | join(',')"] {
            let result = eval(source);
            assert!(matches!(result, Err(EvalError::Missing(_))), "{source}: {result:?}");
        }
    }

    #[test]
    fn a_result_that_grows_without_end_is_none() {
        let of = |items: usize| {
            let list = vec![vec![1, 2, 3]; items];
            let context = context! { a => context! { x => list } };
            Expression::parse("[a.x, a.x, a.x]").unwrap().eval(context)
        };
        assert!(of(1_000).is_ok());
        assert_eq!(of(10_000), Err(EvalError::Failed("the result is too large".to_owned())));
    }

    #[test]
    fn whole_and_decimal_numbers_mix() {
        assert_eq!(eval("a.x / a.y"), Ok(3.5.into()));
        assert_eq!(eval("100 - 60.5"), Ok(39.5.into()));
        assert_eq!(eval("a.x + a.y"), Ok(9.into()));
    }

    #[test]
    fn what_cannot_be_worked_out_is_an_error() {
        assert!(matches!(eval("1 / 0"), Err(EvalError::Failed(_))));
        assert!(matches!(eval("1e308 * 10"), Err(EvalError::Failed(_))));
        assert!(matches!(eval("a.z + 1"), Err(EvalError::Failed(_))));
        assert!(matches!(eval("a.z"), Err(EvalError::Missing(_))));
    }
}
