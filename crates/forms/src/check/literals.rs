//! Words in quotation marks that an expression compares with, or hands to a function: the
//! options and columns they name must exist.

use expressions::analysis::nearest;
use expressions::expression::from_json;
use expressions::functions::{FUNCTIONS, FunctionDoc};
use minijinja::machinery::ast::{BinOpKind, CallArg, CompareOpKind, Expr};
use minijinja::machinery::parse_expr;
use minijinja::value::{Value as Any, ValueKind};
use model::form::{Choice, Kind, Question};

/// The functions whose last argument is a value of the column named, or a list of them.
const COUNT_VALUES: [&str; 2] = ["count_where", "counts"];

/// An option or column that does not exist.
#[derive(Debug)]
pub struct Unknown {
    /// Where it stands, in bytes from the start of the expression.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
    /// What was meant.
    pub suggestion: Option<String>,
}

/// The options and columns that `source` names and that do not exist, where `question` gives
/// the question or column that a name is the whole place of.
pub fn unknown<'q>(source: &str, question: &dyn Fn(&str) -> Option<&'q Question>) -> Vec<Unknown> {
    let mut walk = Walk { question, found: Vec::new() };
    if let Ok(expr) = parse_expr(source) {
        walk.expr(&expr);
    }
    walk.found
}

struct Walk<'w, 'q> {
    question: &'w dyn Fn(&str) -> Option<&'q Question>,
    found: Vec<Unknown>,
}

impl<'q> Walk<'_, 'q> {
    fn expr(&mut self, expr: &Expr<'_>) {
        match expr {
            Expr::BinOp(it) => {
                match it.op {
                    BinOpKind::Eq | BinOpKind::Ne => self.equal(&it.left, &it.right),
                    BinOpKind::In => self.member(&it.left, &it.right),
                    _ => {}
                }
                self.expr(&it.left);
                self.expr(&it.right);
            }
            Expr::Compare(it) => {
                let mut left = &it.expr;
                self.expr(left);
                for op in &it.ops {
                    match op.op {
                        CompareOpKind::Eq | CompareOpKind::Ne => self.equal(left, &op.expr),
                        CompareOpKind::In | CompareOpKind::NotIn => self.member(left, &op.expr),
                        _ => {}
                    }
                    left = &op.expr;
                    self.expr(left);
                }
            }
            Expr::UnaryOp(it) => self.expr(&it.expr),
            Expr::IfExpr(it) => {
                self.expr(&it.test_expr);
                self.expr(&it.true_expr);
                it.false_expr.iter().for_each(|it| self.expr(it));
            }
            Expr::Filter(it) => it.expr.iter().for_each(|it| self.expr(it)),
            Expr::GetAttr(it) => self.expr(&it.expr),
            Expr::GetItem(it) => {
                self.expr(&it.expr);
                self.expr(&it.subscript_expr);
            }
            Expr::List(it) => it.items.iter().for_each(|it| self.expr(it)),
            Expr::Call(it) => {
                let args: Vec<&Expr<'_>> = it
                    .args
                    .iter()
                    .filter_map(|it| match it {
                        CallArg::Pos(expr) => Some(expr),
                        _ => None,
                    })
                    .collect();
                if let Expr::Var(name) = &it.expr
                    && let Some(function) = FUNCTIONS.iter().find(|it| it.name == name.id)
                {
                    self.columns(function, &args);
                }
                args.into_iter().for_each(|it| self.expr(it));
            }
            _ => {}
        }
    }

    fn equal(&mut self, left: &Expr<'_>, right: &Expr<'_>) {
        for (name, literal) in [(left, right), (right, left)] {
            if let (Some(question), Expr::Const(it)) = (self.meant(name), literal) {
                self.option(question, &it.value, start(literal));
            }
        }
    }

    /// `'a' in question`, or `question in ['a', 'b']`.
    fn member(&mut self, left: &Expr<'_>, right: &Expr<'_>) {
        match (left, right) {
            (Expr::Const(it), _) => {
                if let Some(question) = self.meant(right) {
                    self.option(question, &it.value, start(left));
                }
            }
            (_, Expr::List(list)) => {
                let Some(question) = self.meant(left) else { return };
                for item in &list.items {
                    if let Expr::Const(it) = item {
                        self.option(question, &it.value, start(item));
                    }
                }
            }
            _ => {}
        }
    }

    fn columns(&mut self, function: &FunctionDoc, args: &[&Expr<'_>]) {
        let Some(table) = args.first().and_then(|it| self.meant(it)) else { return };
        let Kind::Table(columns) = &table.kind else { return };
        for at in function.columns {
            let Some(Expr::Const(text)) = args.get(*at) else { continue };
            let Some(name) = text.value.as_str() else { continue };
            match columns.iter().find(|it| it.path == name) {
                Some(column) if COUNT_VALUES.contains(&function.name) => {
                    args.iter().skip(at + 1).for_each(|it| self.values(column, it));
                }
                None if name != "id" => self.no_column(table, columns, name, start(args[*at])),
                _ => {}
            }
        }
    }

    /// The options of `column` that `expr` is, or lists.
    fn values(&mut self, column: &Question, expr: &Expr<'_>) {
        match expr {
            Expr::Const(it) => self.option(column, &it.value, start(expr)),
            Expr::List(list) => list.items.iter().for_each(|it| self.values(column, it)),
            _ => {}
        }
    }

    fn no_column(&mut self, table: &Question, columns: &[Question], name: &str, offset: usize) {
        let known = columns.iter().map(|it| it.path.as_str());
        self.found.push(Unknown {
            offset,
            message: format!("`{}` has no column `{name}`", table.path),
            suggestion: nearest(name, known).map(|it| format!("did you mean `{it}`?")),
        });
    }

    fn option(&mut self, question: &Question, value: &Any, offset: usize) {
        let (Kind::Choice(choices) | Kind::Choices(choices)) = &question.kind else { return };
        let comparable = matches!(value.kind(), ValueKind::String | ValueKind::Number);
        if !comparable || choices.iter().any(|it| from_json(&it.value) == *value) {
            return;
        }
        let keys: Vec<String> = choices.iter().map(Choice::key).collect();
        let near = value
            .as_str()
            .and_then(|it| nearest(it, keys.iter().map(String::as_str)))
            .map(|it| format!("did you mean `{it}`?"));
        self.found.push(Unknown {
            offset,
            message: format!("`{}` has no option `{value}`", question.path),
            suggestion: near,
        });
    }

    fn meant(&self, expr: &Expr<'_>) -> Option<&'q Question> {
        (self.question)(&path(expr)?)
    }
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
    expr.span().start_offset as usize
}
