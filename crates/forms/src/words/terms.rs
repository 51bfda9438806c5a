//! Formulas: numbers, questions and functions, with the signs of arithmetic.

use expressions::format::short;
use minijinja::context;
use minijinja::machinery::ast::{BinOpKind, Call, CallArg, Expr, IfExpr, UnaryOpKind};
use minijinja::value::{Value as Any, ValueKind};
use model::form::{Kind, Question};

use super::{Words, path};

/// A part of a formula, and how firmly it holds together.
pub(super) struct Term {
    pub(super) text: String,
    binds: Binds,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binds {
    /// Words of a sentence.
    Loosely,
    /// A sum or difference.
    Sum,
    /// A product or ratio.
    Product,
    /// A name, a number or a call.
    Firmly,
}

impl Term {
    fn firm(text: String) -> Self {
        Self { text, binds: Binds::Firmly }
    }

    fn loose(text: String) -> Self {
        Self { text, binds: Binds::Loosely }
    }

    /// The text, between brackets where it binds less than `least`.
    fn at_least(self, least: Binds) -> String {
        if self.binds < least { format!("({})", self.text) } else { self.text }
    }
}

impl Words<'_> {
    /// An expression as a formula; `None` where its parts cannot be named.
    pub(super) fn term(&self, expr: &Expr<'_>) -> Option<Term> {
        if let Some(question) = self.meant(expr) {
            return Some(Term::firm(self.quoted(&question.title)));
        }
        match expr {
            Expr::Const(it) => self.literal(&it.value),
            Expr::UnaryOp(it) if matches!(it.op, UnaryOpKind::Neg) => Some(Term::firm(format!(
                "\u{2212}{}",
                self.term(&it.expr)?.at_least(Binds::Firmly)
            ))),
            Expr::BinOp(it) => self.arithmetic(it.op, self.term(&it.left)?, self.term(&it.right)?),
            Expr::List(it) => {
                let items: Option<Vec<String>> =
                    it.items.iter().map(|it| Some(self.term(it)?.text)).collect();
                Some(Term::firm(format!("[{}]", self.listed(&items?))))
            }
            Expr::IfExpr(it) => self.either(it),
            Expr::Filter(it) if it.name == "length" => {
                let question = self.meant(it.expr.as_ref()?)?;
                let key = if matches!(question.kind, Kind::Table(_)) {
                    "row-count"
                } else {
                    "tick-count"
                };
                Some(Term::loose(self.say(key, context! { question => self.named(question) })))
            }
            Expr::Call(it) => self.call(it),
            _ => Some(Term::firm(self.fact(&path(expr)?)?)),
        }
    }

    fn literal(&self, value: &Any) -> Option<Term> {
        match value.kind() {
            ValueKind::Number => {
                let number = f64::try_from(value.clone()).ok()?;
                Some(Term::firm(short(number, 4, self.language)))
            }
            ValueKind::String => Some(Term::firm(self.quoted(value.as_str()?))),
            ValueKind::Seq => {
                let items: Option<Vec<String>> =
                    value.try_iter().ok()?.map(|it| Some(self.literal(&it)?.text)).collect();
                Some(Term::firm(format!("[{}]", self.listed(&items?))))
            }
            _ => None,
        }
    }

    fn arithmetic(&self, op: BinOpKind, left: Term, right: Term) -> Option<Term> {
        let (sign, binds, right_binds) = match op {
            BinOpKind::Add => ("+", Binds::Sum, Binds::Sum),
            BinOpKind::Sub => ("\u{2212}", Binds::Sum, Binds::Product),
            BinOpKind::Mul => ("×", Binds::Product, Binds::Product),
            BinOpKind::Div => ("÷", Binds::Product, Binds::Firmly),
            _ => return None,
        };
        let text = format!("{} {sign} {}", left.at_least(binds), right.at_least(right_binds));
        Some(Term { text, binds })
    }

    fn either(&self, it: &IfExpr<'_>) -> Option<Term> {
        let test = self.said(&self.test(&it.test_expr)?).0;
        let yes = self.term(&it.true_expr)?.text;
        let no = self.term(it.false_expr.as_ref()?)?.text;
        Some(Term::loose(self.say("if-else", context! { yes, no, test })))
    }

    fn call(&self, call: &Call<'_>) -> Option<Term> {
        let Expr::Var(name) = &call.expr else { return None };
        let args: Option<Vec<&Expr<'_>>> = call
            .args
            .iter()
            .map(|it| match it {
                CallArg::Pos(it) => Some(it),
                _ => None,
            })
            .collect();
        let in_words = args.and_then(|args| self.call_in_words(name.id, &args));
        in_words.or_else(|| self.call_by_name(name.id, &call.args))
    }

    /// The functions that have a sign, or that a sentence names better.
    fn call_in_words(&self, name: &str, args: &[&Expr<'_>]) -> Option<Term> {
        let loose = |key: &str, values: Any| Some(Term::loose(self.say(key, values)));
        match (name, args) {
            ("ratio", [a, b]) => self.arithmetic(BinOpKind::Div, self.term(a)?, self.term(b)?),
            ("ladder", [it]) => {
                let question = self.meant(it)?;
                loose("step", context! { question => self.named(question) })
            }
            ("min" | "max", [_, _, ..]) => {
                let items: Option<Vec<String>> =
                    args.iter().map(|it| Some(self.term(it)?.text)).collect();
                loose(name, context! { items => self.joined(&items?, "and") })
            }
            ("sum" | "mean" | "distinct" | "column", [table, column]) => {
                let (table, column) = self.cells(table, column)?;
                let (table, column) = (self.quoted(&table.title), self.quoted(&column.title));
                loose(name, context! { table, column })
            }
            ("count_where", [table, column, Expr::Const(value)]) => {
                let (table, column) = self.cells(table, column)?;
                let value = self.answer(column, &value.value)?;
                let (table, column) = (self.named(table), self.quoted(&column.title));
                loose("count-where", context! { table, column, value })
            }
            _ => None,
        }
    }

    /// The table and the column that two arguments name.
    fn cells(&self, table: &Expr<'_>, column: &Expr<'_>) -> Option<(&Question, &Question)> {
        let table = self.meant(table)?;
        Some((table, column_of(table, column)?))
    }

    fn call_by_name(&self, name: &str, args: &[CallArg<'_>]) -> Option<Term> {
        let table = args.iter().find_map(|it| match it {
            CallArg::Pos(it) => self.meant(it).filter(|it| matches!(it.kind, Kind::Table(_))),
            _ => None,
        });
        let term = |it: &Expr<'_>| match table.and_then(|table| column_of(table, it)) {
            Some(column) => Some(self.quoted(&column.title)),
            None => Some(self.term(it)?.text),
        };
        let args: Option<Vec<String>> = args
            .iter()
            .map(|it| match it {
                CallArg::Pos(it) => term(it),
                CallArg::Kwarg(key, it) => Some(format!("{key} = {}", term(it)?)),
                CallArg::PosSplat(_) | CallArg::KwargSplat(_) => None,
            })
            .collect();
        Some(Term::firm(format!("{name}({})", self.listed(&args?))))
    }

    fn listed(&self, items: &[String]) -> String {
        items.join(&self.say("separator", Any::default()))
    }

    /// A value from another scorecard, by its title.
    pub(super) fn fact(&self, path: &str) -> Option<String> {
        let id = path.strip_prefix("facts.")?;
        let fact = self.form.meta.facts.iter().find(|it| it.id == id)?;
        Some(self.quoted(&fact.title))
    }
}

/// The column of `table` that a literal names.
fn column_of<'q>(table: &'q Question, literal: &Expr<'_>) -> Option<&'q Question> {
    let (Kind::Table(columns), Expr::Const(name)) = (&table.kind, literal) else { return None };
    columns.iter().find(|it| Some(it.path.as_str()) == name.value.as_str())
}
