//! The one MiniJinja environment in which expressions run.

use std::sync::LazyLock;

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior, Value, filters,
};

use crate::{format, functions};

/// How many instructions one evaluation may take.
const FUEL: u64 = 200_000;

/// The filters that expressions may use.
pub const FILTERS: [&str; 6] = ["length", "first", "last", "abs", "round", "join"];

/// The tests that expressions may use, besides comparisons and `in`.
pub const TESTS: [&str; 0] = [];

/// The environment: our functions, a few filters, strict about what is not defined.
pub static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut env = Environment::empty();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_fuel(Some(FUEL));
    env.set_recursion_limit(50);
    env.set_debug(false);
    env.set_auto_escape_callback(|_| AutoEscape::None);
    env.add_filter("length", |it: Value| filters::length(&given(it)?));
    env.add_filter("first", |it: Value| filters::first(&given(it)?));
    env.add_filter("last", filters::last);
    env.add_filter("abs", filters::abs);
    env.add_filter("round", filters::round);
    env.add_filter("join", filters::join);
    env.add_filter("number", number);
    functions::add_to(&mut env);
    env
});

/// `value`, unless it is absent: of nothing there is no length and no first.
fn given(value: Value) -> Result<Value, Error> {
    if value.is_undefined() || value.is_none() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    Ok(value)
}

/// Writes a number as the `language` of the sentence does, with so many decimals (1 if not
/// said).
fn number(state: &State<'_, '_>, value: f64, decimals: Option<usize>) -> String {
    let language = state.lookup("language");
    let language = language.as_ref().and_then(|it| it.as_str()).unwrap_or("en");
    format::number(value, decimals.unwrap_or(1).min(6), language)
}
