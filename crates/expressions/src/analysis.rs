//! Looks through an expression before it runs: what it names, and what is refused.

use minijinja::machinery::ast::{BinOpKind, CallArg, Expr, UnaryOpKind};
use minijinja::machinery::parse_expr;
use minijinja::value::ValueKind;

use crate::environment::{FILTERS, TESTS};
use crate::functions::FUNCTIONS;

/// The longest expression that is accepted, in bytes.
const LONGEST: usize = 10_000;

/// A place in the answers that an expression names, for example `framework.agreement`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The dotted path as written.
    pub path: String,
    /// Where it begins, in bytes from the start of the expression.
    pub offset: usize,
}

/// Why an expression is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    /// What is wrong.
    pub message: String,
    /// Where, in bytes from the start of the expression.
    pub offset: usize,
    /// What to write instead.
    pub suggestion: Option<String>,
}

/// What kind of value a name or an expression gives, as far as it is known beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A number or a level.
    Number,
    /// A text or an option.
    Text,
    /// A list: ticked options, or the rows of a table.
    List,
    /// True or false.
    Boolean,
    /// Not known beforehand.
    Any,
}

/// What an expression uses, in the order of first use.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    pub(crate) names: Vec<Name>,
    /// The places named by `answered("…")`.
    pub(crate) answered: Vec<Name>,
}

/// The numbers that `source` compares with; `None` where it calculates, so that what it gives
/// can change at others too.
pub fn thresholds(source: &str) -> Option<Vec<f64>> {
    let mut found = Vec::new();
    collect_thresholds(&parse(source).ok()?, &mut found).then_some(found)
}

fn collect_thresholds(expr: &Expr<'_>, found: &mut Vec<f64>) -> bool {
    if path(expr).is_some() {
        return true;
    }
    let mut all = |parts: &[&Expr<'_>]| parts.iter().all(|it| collect_thresholds(it, found));
    match expr {
        Expr::Const(it) => {
            found.extend(f64::try_from(it.value.clone()).ok());
            true
        }
        Expr::UnaryOp(it) => matches!(it.op, UnaryOpKind::Not) && all(&[&it.expr]),
        Expr::BinOp(it) => {
            use BinOpKind::{Eq, Gt, Gte, In, Lt, Lte, Ne, ScAnd, ScOr};
            matches!(it.op, Eq | Ne | Lt | Lte | Gt | Gte | In | ScAnd | ScOr)
                && all(&[&it.left, &it.right])
        }
        Expr::Compare(it) => {
            all(&[&it.expr]) && it.ops.iter().all(|op| collect_thresholds(&op.expr, found))
        }
        Expr::List(it) => it.items.iter().all(|item| collect_thresholds(item, found)),
        _ => false,
    }
}

/// Parses `source` and collects what it uses, or says why it is refused.
pub(crate) fn uses(source: &str) -> Result<Uses, ParseError> {
    let expr = parse(source)?;
    let mut walk = Walk { uses: Uses::default(), depth: 0 };
    walk.expr(&expr)?;
    Ok(walk.uses)
}

/// The type of `source`, where `type_of` gives the type of each name it uses; an error when
/// a text or a list is multiplied or numbers and texts are mixed.
pub fn type_of(source: &str, type_of: &dyn Fn(&str) -> Type) -> Result<Type, ParseError> {
    infer(&parse(source)?, type_of)
}

fn parse(source: &str) -> Result<Expr<'_>, ParseError> {
    if source.len() > LONGEST {
        return Err(refuse(0, format!("an expression has at most {LONGEST} characters"), None));
    }
    parse_expr(source).map_err(|error| ParseError {
        message: error.detail().unwrap_or("the expression cannot be read").to_owned(),
        offset: error.range().map_or(0, |it| it.start),
        suggestion: None,
    })
}

fn refuse(offset: usize, message: impl Into<String>, suggestion: Option<&str>) -> ParseError {
    ParseError { message: message.into(), offset, suggestion: suggestion.map(str::to_owned) }
}

/// The dotted path that `expr` spells, if it is one.
fn path(expr: &Expr<'_>) -> Option<String> {
    match expr {
        Expr::Var(var) => Some(var.id.to_owned()),
        Expr::GetAttr(attr) => Some(format!("{}.{}", path(&attr.expr)?, attr.name)),
        _ => None,
    }
}

fn start(expr: &Expr<'_>) -> usize {
    match expr {
        Expr::GetAttr(attr) => start(&attr.expr),
        other => other.span().start_offset as usize,
    }
}

struct Walk {
    uses: Uses,
    depth: usize,
}

impl Walk {
    fn expr(&mut self, expr: &Expr<'_>) -> Result<(), ParseError> {
        self.depth += 1;
        if self.depth > 100 {
            return Err(refuse(start(expr), "the expression is nested too deeply", None));
        }
        let done = self.inner(expr);
        self.depth -= 1;
        done
    }

    fn inner(&mut self, expr: &Expr<'_>) -> Result<(), ParseError> {
        if let Some(path) = path(expr) {
            push(&mut self.uses.names, path, start(expr));
            return Ok(());
        }
        match expr {
            Expr::Var(_) | Expr::Const(_) => Ok(()),
            Expr::GetAttr(it) => self.expr(&it.expr),
            Expr::GetItem(it) => {
                self.expr(&it.expr)?;
                self.expr(&it.subscript_expr)
            }
            Expr::UnaryOp(it) => self.expr(&it.expr),
            Expr::BinOp(it) => {
                self.operator(it.op, &it.left, &it.right)?;
                self.expr(&it.left)?;
                self.expr(&it.right)
            }
            Expr::Compare(it) => {
                self.expr(&it.expr)?;
                it.ops.iter().try_for_each(|op| self.expr(&op.expr))
            }
            Expr::IfExpr(it) => {
                let Some(otherwise) = &it.false_expr else {
                    return Err(refuse(
                        start(expr),
                        "`… if …` needs an `else`",
                        Some("write `a if condition else b`"),
                    ));
                };
                self.expr(&it.test_expr)?;
                self.expr(&it.true_expr)?;
                self.expr(otherwise)
            }
            Expr::Filter(it) => {
                known("filter", it.name, &FILTERS, start(expr))?;
                if let Some(inner) = &it.expr {
                    self.expr(inner)?;
                }
                self.args(&it.args)
            }
            Expr::Test(it) => {
                known("test", it.name, &TESTS, start(expr))?;
                self.expr(&it.expr)?;
                self.args(&it.args)
            }
            Expr::Call(it) => self.call(start(expr), &it.expr, &it.args),
            Expr::List(it) => it.items.iter().try_for_each(|item| self.expr(item)),
            Expr::Tuple(it) => it.items.iter().try_for_each(|item| self.expr(item)),
            Expr::Map(_) | Expr::Slice(_) => Err(refuse(
                start(expr),
                "maps and slices are not part of the expression language",
                None,
            )),
        }
    }

    fn operator(&self, op: BinOpKind, left: &Expr<'_>, right: &Expr<'_>) -> Result<(), ParseError> {
        match op {
            BinOpKind::Pow => Err(refuse(
                start(right),
                "`**` is not part of the expression language",
                Some("write `power(x, n)`"),
            )),
            BinOpKind::Concat => {
                Err(refuse(start(right), "`~` is not part of the expression language", None))
            }
            BinOpKind::Mul if is_repeatable(left) || is_repeatable(right) => {
                Err(refuse(start(left), "a text or a list cannot be multiplied", None))
            }
            _ => Ok(()),
        }
    }

    fn call(
        &mut self,
        offset: usize,
        callee: &Expr<'_>,
        args: &[CallArg<'_>],
    ) -> Result<(), ParseError> {
        let Expr::Var(name) = callee else {
            return Err(refuse(offset, "only functions can be called", None));
        };
        let names: Vec<&str> = FUNCTIONS.iter().map(|it| it.name).chain(["answered"]).collect();
        known("function", name.id, &names, offset)?;
        if name.id == "answered" {
            return self.answered(offset, args);
        }
        self.args(args)
    }

    fn answered(&mut self, offset: usize, args: &[CallArg<'_>]) -> Result<(), ParseError> {
        let [CallArg::Pos(Expr::Const(text))] = args else {
            return Err(answered_usage(offset));
        };
        let path = text.value.as_str().ok_or_else(|| answered_usage(offset))?;
        push(&mut self.uses.answered, path.to_owned(), offset);
        Ok(())
    }

    fn args(&mut self, args: &[CallArg<'_>]) -> Result<(), ParseError> {
        args.iter().try_for_each(|arg| match arg {
            CallArg::Pos(expr) | CallArg::Kwarg(_, expr) => self.expr(expr),
            CallArg::PosSplat(expr) | CallArg::KwargSplat(expr) => {
                Err(refuse(start(expr), "`*` and `**` before an argument are not allowed", None))
            }
        })
    }
}

fn answered_usage(offset: usize) -> ParseError {
    refuse(
        offset,
        "`answered` takes the place of a question in quotation marks",
        Some("write `answered(\"step.question\")`"),
    )
}

fn push(names: &mut Vec<Name>, path: String, offset: usize) {
    if !names.iter().any(|it| it.path == path) {
        names.push(Name { path, offset });
    }
}

fn known(what: &str, name: &str, names: &[&str], offset: usize) -> Result<(), ParseError> {
    if names.contains(&name) {
        return Ok(());
    }
    let suggestion = nearest(name, names.iter().copied()).map(|it| format!("did you mean `{it}`?"));
    Err(ParseError { message: format!("there is no {what} `{name}`"), offset, suggestion })
}

/// The longest word that is compared with others, in bytes; a name is shorter.
const LONGEST_WORD: usize = 500;

/// The candidate that looks most like `word`, if one does.
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .filter(|it| word.len().max(it.len()) <= LONGEST_WORD)
        .map(|it| (strsim::damerau_levenshtein(word, it), it))
        .filter(|(distance, it)| *distance <= 1.max(word.len().max(it.len()) / 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, it)| it)
}

/// Whether multiplying `expr` would repeat it.
fn is_repeatable(expr: &Expr<'_>) -> bool {
    match expr {
        Expr::Const(it) => matches!(it.value.kind(), ValueKind::String | ValueKind::Seq),
        Expr::List(_) | Expr::Tuple(_) | Expr::Slice(_) => true,
        Expr::IfExpr(it) => {
            is_repeatable(&it.true_expr) || it.false_expr.as_ref().is_some_and(is_repeatable)
        }
        _ => false,
    }
}

/// The functions whose result is a list.
const LIST_FUNCTIONS: [&str; 2] = ["column", "flows"];

fn infer(expr: &Expr<'_>, names: &dyn Fn(&str) -> Type) -> Result<Type, ParseError> {
    if let Some(path) = path(expr) {
        return Ok(names(&path));
    }
    Ok(match expr {
        Expr::Const(it) => match it.value.kind() {
            ValueKind::Number => Type::Number,
            ValueKind::String => Type::Text,
            ValueKind::Bool => Type::Boolean,
            ValueKind::Seq => Type::List,
            _ => Type::Any,
        },
        Expr::List(_) | Expr::Tuple(_) => Type::List,
        Expr::BinOp(it) => binary(it.op, &it.left, &it.right, names)?,
        Expr::Compare(it) => {
            infer(&it.expr, names)?;
            it.ops.iter().try_for_each(|op| infer(&op.expr, names).map(|_| ()))?;
            Type::Boolean
        }
        Expr::UnaryOp(it) => infer(&it.expr, names)?,
        Expr::IfExpr(it) => {
            infer(&it.test_expr, names)?;
            let yes = infer(&it.true_expr, names)?;
            let no = it.false_expr.as_ref().map_or(Ok(Type::Any), |no| infer(no, names))?;
            if yes == no { yes } else { Type::Any }
        }
        Expr::Filter(it) => {
            if let Some(inner) = &it.expr {
                infer(inner, names)?;
            }
            match it.name {
                "length" | "abs" | "round" => Type::Number,
                "join" => Type::Text,
                _ => Type::Any,
            }
        }
        Expr::Call(it) => call_type(it, names)?,
        Expr::Test(_) => Type::Boolean,
        _ => Type::Any,
    })
}

fn call_type(
    call: &minijinja::machinery::ast::Call<'_>,
    names: &dyn Fn(&str) -> Type,
) -> Result<Type, ParseError> {
    for arg in &call.args {
        if let CallArg::Pos(expr) | CallArg::Kwarg(_, expr) = arg {
            infer(expr, names)?;
        }
    }
    Ok(match path(&call.expr).as_deref() {
        Some("answered") => Type::Boolean,
        Some("wilson") => Type::Any,
        Some(name) if LIST_FUNCTIONS.contains(&name) => Type::List,
        _ => Type::Number,
    })
}

fn binary(
    op: BinOpKind,
    left: &Expr<'_>,
    right: &Expr<'_>,
    names: &dyn Fn(&str) -> Type,
) -> Result<Type, ParseError> {
    let (a, b) = (infer(left, names)?, infer(right, names)?);
    match op {
        BinOpKind::Add | BinOpKind::Sub | BinOpKind::Mul | BinOpKind::Div | BinOpKind::Rem => {
            for (side, it) in [(left, a), (right, b)] {
                if matches!(it, Type::Text | Type::List) {
                    let what = if it == Type::Text { "a text" } else { "a list" };
                    return Err(refuse(start(side), format!("{what} is not a number"), None));
                }
            }
            Ok(Type::Number)
        }
        BinOpKind::Eq
        | BinOpKind::Ne
        | BinOpKind::Lt
        | BinOpKind::Lte
        | BinOpKind::Gt
        | BinOpKind::Gte => {
            let mixed = |x, y| a == x && b == y || a == y && b == x;
            if mixed(Type::Number, Type::Text) || mixed(Type::Boolean, Type::Text) {
                return Err(refuse(
                    start(left),
                    "the two sides can never be equal: one is a text, the other is not",
                    None,
                ));
            }
            Ok(Type::Boolean)
        }
        BinOpKind::In | BinOpKind::ScAnd | BinOpKind::ScOr => Ok(Type::Boolean),
        _ => Ok(Type::Any),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_whole_paths_in_order_of_use() {
        let uses = uses("a.b + wilson(c.d, 3).low if answered('e.f') else g.h | length").unwrap();
        let names: Vec<_> = uses.names.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(names, ["a.b", "c.d", "g.h"]);
        assert_eq!(uses.answered[0].path, "e.f");
    }

    #[test]
    fn what_would_run_long_or_large_is_refused() {
        for source in [
            "'a' * 100000000",
            "[1] * 100000000",
            "2 ** 1000000",
            "'a' ~ 'b'",
            "x.y.z()",
            "range(100000000)",
            "a.b | map('x')",
            "{'a': 1}",
            "a.b if c.d",
            "a.b[1:2]",
        ] {
            assert!(uses(source).is_err(), "{source}");
        }
        let deep = format!("{}1{}", "(".repeat(5_000), ")".repeat(5_000));
        assert!(uses(&deep).is_err());
    }

    #[test]
    fn a_misspelt_function_is_suggested() {
        let error = uses("npvv(a.b)").unwrap_err();
        assert_eq!(error.suggestion.as_deref(), Some("did you mean `npv`?"));
    }

    #[test]
    fn thresholds_are_known_where_nothing_is_calculated() {
        let source = "a.b >= 60 and not (c.d in [1, 2.5] or 'x' == e.f) and 0 < g.h < 9";
        assert_eq!(thresholds(source), Some(vec![60.0, 1.0, 2.5, 0.0, 9.0]));
        for source in ["a.b + 1 > 2", "-a.b > 2", "a.b | length > 2", "sum(a.b, 'c') > 2"] {
            assert_eq!(thresholds(source), None, "{source}");
        }
    }

    #[test]
    fn a_text_question_cannot_be_multiplied() {
        let types = |path: &str| if path == "a.text" { Type::Text } else { Type::Number };
        assert!(type_of("a.text * 1000000", &types).is_err());
        assert!(type_of("a.number * 1000000 + 1", &types).is_ok());
        assert!(type_of("a.number == 'x'", &types).is_err());
    }
}
