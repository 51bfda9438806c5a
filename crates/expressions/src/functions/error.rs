//! Why a function gives no value.

use std::error::Error as _;

use minijinja::ErrorKind;

/// Why a function gives no value, in words for whoever wrote the form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FunctionError {
    /// Something the function needs has no value yet, so its result is not yet known.
    #[error("{function}: {what} has no value yet")]
    Missing {
        /// The function's name.
        function: &'static str,
        /// What has no value, for example ``row 2, column `km` ``.
        what: String,
    },
    /// The function is called rightly, but these numbers have no result.
    #[error("{function} has no result: {reason}")]
    NoResult {
        /// The function's name.
        function: &'static str,
        /// Why there is none.
        reason: &'static str,
    },
    /// The function is called with something it does not take.
    #[error("{function}: {reason}")]
    Refused {
        /// The function's name.
        function: &'static str,
        /// What is wrong and what is taken instead.
        reason: String,
    },
}

impl FunctionError {
    pub(crate) fn refused(function: &'static str, reason: impl Into<String>) -> Self {
        Self::Refused { function, reason: reason.into() }
    }

    pub(crate) fn no_result(function: &'static str, reason: &'static str) -> Self {
        Self::NoResult { function, reason }
    }

    /// The same error, told of the function that was called.
    pub(crate) fn of(mut self, called: &'static str) -> Self {
        let (Self::Missing { function, .. }
        | Self::NoResult { function, .. }
        | Self::Refused { function, .. }) = &mut self;
        *function = called;
        self
    }
}

impl From<FunctionError> for minijinja::Error {
    fn from(error: FunctionError) -> Self {
        let kind = match error {
            FunctionError::Missing { .. } => ErrorKind::UndefinedError,
            FunctionError::NoResult { .. } | FunctionError::Refused { .. } => {
                ErrorKind::InvalidOperation
            }
        };
        Self::new(kind, error.to_string()).with_source(error)
    }
}

/// The function's own error inside `error`, if it came from a function.
pub fn failure(error: &minijinja::Error) -> Option<&FunctionError> {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(failure) = cause.downcast_ref() {
            return Some(failure);
        }
        source = cause.source();
    }
    None
}

/// The message, if a function failed because something has no value yet.
pub fn missing(error: &minijinja::Error) -> Option<String> {
    failure(error).filter(|it| matches!(it, FunctionError::Missing { .. })).map(ToString::to_string)
}

/// `value` if it is a finite number; a zero comes back without a sign.
pub(crate) fn finite(function: &'static str, value: f64) -> Result<f64, FunctionError> {
    if value.is_finite() {
        Ok(value + 0.0)
    } else {
        Err(FunctionError::no_result(function, "the result is too large, or is not a number"))
    }
}

/// Checks that all of `values` are finite numbers.
pub(crate) fn all_finite(function: &'static str, values: &[f64]) -> Result<(), FunctionError> {
    if values.iter().all(|it| it.is_finite()) {
        Ok(())
    } else {
        Err(FunctionError::refused(function, "takes finite numbers only"))
    }
}
