//! Conditions and formulas in words, with the titles of questions and options.
//!
//! A condition completes a sentence that ends with "if" ("hvis"); what cannot be put into words
//! simply stands as it was written, between backquotes.

mod answers;
mod terms;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use expressions::Texts;
use expressions::expression::from_json;
use minijinja::machinery::ast::{BinOpKind, CallArg, CompareOpKind, Expr, UnaryOpKind};
use minijinja::machinery::parse_expr;
use minijinja::value::ValueKind;
use minijinja::{Value as Any, context};
use model::Condition;
use model::form::{Form, Kind, Question};

pub use answers::{in_words, ladder_level, row_name};
use answers::{number_in_words, option_title};

static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    Texts::new(include_str!("../../texts/en.json"), include_str!("../../texts/da.json"))
});

/// The words of a form in one language.
#[derive(Debug)]
pub struct Words<'a> {
    form: &'a Form,
    language: &'a str,
    numbers: BTreeMap<String, String>,
    table: Option<&'a Question>,
}

/// A condition, taken apart.
enum Clause {
    /// The subject is, or is not, one of these.
    Is { subject: String, negated: bool, what: Vec<String> },
    /// All parts hold, or at least one does.
    Group { all: bool, parts: Vec<Clause> },
    /// What cannot be put into words simply.
    Source { source: String, negated: bool },
}

impl Clause {
    /// These together; a group of the same kind among them gives its parts.
    fn group(all: bool, clauses: impl IntoIterator<Item = Self>) -> Self {
        let mut parts = Vec::new();
        for clause in clauses {
            match clause {
                Self::Group { all: same, parts: inner } if same == all => parts.extend(inner),
                other => parts.push(other),
            }
        }
        Self::Group { all, parts }
    }

    fn negate(self) -> Self {
        match self {
            Self::Is { subject, negated, what } => Self::Is { subject, negated: !negated, what },
            Self::Group { all, parts } => {
                Self::Group { all: !all, parts: parts.into_iter().map(Self::negate).collect() }
            }
            Self::Source { source, negated } => Self::Source { source, negated: !negated },
        }
    }
}

impl<'a> Words<'a> {
    /// The words of `form`, which is in `language`.
    pub fn new(form: &'a Form, language: &'a str) -> Self {
        Self { form, language, numbers: BTreeMap::new(), table: None }
    }

    /// With the numbers that questions have on paper, by place.
    pub fn numbered(self, numbers: BTreeMap<String, String>) -> Self {
        Self { numbers, ..self }
    }

    /// For expressions that see a row of `table`.
    pub fn of_row(&self, table: &'a Question) -> Self {
        Self { numbers: self.numbers.clone(), table: Some(table), ..*self }
    }

    /// When something is asked or acts.
    pub fn condition(&self, condition: &Condition) -> String {
        self.said(&self.clause(condition)).0
    }

    /// How a value is worked out; questions are named without their numbers, which would read
    /// as factors.
    pub fn formula(&self, source: &str) -> String {
        let plain = Self { numbers: BTreeMap::new(), ..*self };
        let expr = parse_expr(source).ok();
        let term = expr.as_ref().and_then(|it| Some(plain.term(it)?.text));
        let test = || {
            let test = plain.said(&plain.test(expr.as_ref()?)?).0;
            Some(self.say("yes-if", context! { test }))
        };
        term.or_else(test).unwrap_or_else(|| format!("`{source}`"))
    }

    fn say(&self, key: &str, values: Any) -> String {
        TEXTS.say(self.language, key, values)
    }

    fn quoted(&self, text: &str) -> String {
        self.say("quoted", context! { text })
    }

    fn clause(&self, condition: &Condition) -> Clause {
        let group =
            |all, parts: &[Condition]| Clause::group(all, parts.iter().map(|it| self.clause(it)));
        match condition {
            Condition::Expression(source) => parse_expr(source)
                .ok()
                .and_then(|it| self.test(&it))
                .unwrap_or(Clause::Source { source: source.clone(), negated: false }),
            Condition::All { all } => group(true, all),
            Condition::Any { any } => group(false, any),
            Condition::Not { not } => self.clause(not).negate(),
        }
    }

    /// An expression that holds or does not.
    fn test(&self, expr: &Expr<'_>) -> Option<Clause> {
        match expr {
            Expr::UnaryOp(it) if matches!(it.op, UnaryOpKind::Not) => {
                // In an expression what is named is asked and answered: not yes is no.
                self.answered_with(&it.expr, false)
                    .or_else(|| self.test(&it.expr).map(Clause::negate))
            }
            Expr::BinOp(it) => match it.op {
                BinOpKind::ScAnd => {
                    Some(Clause::group(true, [self.test(&it.left)?, self.test(&it.right)?]))
                }
                BinOpKind::ScOr => {
                    Some(Clause::group(false, [self.test(&it.left)?, self.test(&it.right)?]))
                }
                op => self.compare(comparison(op)?, &it.left, &it.right),
            },
            Expr::Compare(it) => {
                let mut left = &it.expr;
                let mut parts = Vec::new();
                for op in &it.ops {
                    parts.push(self.compare(op.op, left, &op.expr)?);
                    left = &op.expr;
                }
                Some(Clause::group(true, parts))
            }
            Expr::Call(it) => match (&it.expr, &it.args[..]) {
                (Expr::Var(name), [CallArg::Pos(Expr::Const(place))]) if name.id == "answered" => {
                    let place = place.value.as_str()?;
                    let subject = match self.form.question(place) {
                        Some(question) => self.named(question),
                        None => self.fact(place)?,
                    };
                    self.is(subject, self.say("answered", Any::default()))
                }
                _ => None,
            },
            _ => self.answered_with(expr, true),
        }
    }

    fn is(&self, subject: String, what: String) -> Option<Clause> {
        Some(Clause::Is { subject, negated: false, what: vec![what] })
    }

    /// That a yes/no question is answered with yes, or with no.
    fn answered_with(&self, expr: &Expr<'_>, yes: bool) -> Option<Clause> {
        let question = self.meant(expr).filter(|it| it.kind == Kind::YesNo)?;
        let answer = self.say(if yes { "is-yes" } else { "is-no" }, Any::default());
        self.is(self.named(question), answer)
    }

    fn compare(&self, op: CompareOpKind, left: &Expr<'_>, right: &Expr<'_>) -> Option<Clause> {
        use CompareOpKind::{Eq, Gt, Gte, In, Lt, Lte, Ne, NotIn};
        match (op, left, right) {
            (In, ..) => self.member(left, right),
            (NotIn, ..) => self.member(left, right).map(Clause::negate),
            (Ne, ..) => match self.truth(left, right) {
                Some((question, yes)) => self.answered_with(question, !yes),
                None => self.compare(Eq, left, right).map(Clause::negate),
            },
            (Eq, ..) if let Some((question, yes)) = self.truth(left, right) => {
                self.answered_with(question, yes)
            }
            (_, Expr::Const(_), it) if !matches!(it, Expr::Const(_)) => {
                let mirrored = match op {
                    Lt => Gt,
                    Lte => Gte,
                    Gt => Lt,
                    Gte => Lte,
                    other => other,
                };
                self.compare(mirrored, right, left)
            }
            _ => {
                let value = self.value(left, right)?;
                let what = match op {
                    Lt => self.say("less", context! { value }),
                    Lte => self.say("at-most", context! { value }),
                    Gt => self.say("more", context! { value }),
                    Gte => self.say("at-least", context! { value }),
                    _ => value,
                };
                self.is(self.subject(left)?, what)
            }
        }
    }

    /// A yes/no question compared with true or false, on whichever side.
    fn truth<'e, 's>(
        &self,
        left: &'e Expr<'s>,
        right: &'e Expr<'s>,
    ) -> Option<(&'e Expr<'s>, bool)> {
        [(left, right), (right, left)].into_iter().find_map(|(question, literal)| match literal {
            Expr::Const(it) if it.value.kind() == ValueKind::Bool => {
                Some((question, it.value.is_true()))
            }
            _ => None,
        })
    }

    /// `'a' in question`, or `question in ['a', 'b']`.
    fn member(&self, left: &Expr<'_>, right: &Expr<'_>) -> Option<Clause> {
        if let Expr::List(list) = right {
            let question = self.meant(left)?;
            let what: Option<Vec<String>> = list
                .items
                .iter()
                .map(|it| match it {
                    Expr::Const(it) => self.answer(question, &it.value),
                    _ => None,
                })
                .collect();
            return Some(Clause::Is { subject: self.named(question), negated: false, what: what? });
        }
        let Expr::Const(option) = left else { return None };
        let question = self.meant(right).filter(|it| matches!(it.kind, Kind::Choices(_)))?;
        let ticked = self.say("ticked", context! { question => self.named(question) });
        self.is(self.answer(question, &option.value)?, ticked)
    }

    /// What is compared: a question with its number, or a term.
    fn subject(&self, expr: &Expr<'_>) -> Option<String> {
        match self.meant(expr) {
            Some(question) => Some(self.named(question)),
            None => Some(self.term(expr)?.text),
        }
    }

    /// What `left` is compared with.
    fn value(&self, left: &Expr<'_>, right: &Expr<'_>) -> Option<String> {
        match (self.meant(left), right) {
            (Some(question), Expr::Const(it)) => self.answer(question, &it.value),
            (_, Expr::Const(it)) if it.value.kind() != ValueKind::Number => None,
            _ => self.subject(right),
        }
    }

    /// An answer to `question` in words: an option by its title, a number with its unit.
    fn answer(&self, question: &Question, value: &Any) -> Option<String> {
        if let Kind::Choice(choices) | Kind::Choices(choices) = &question.kind
            && let Some(choice) = choices.iter().find(|it| from_json(&it.value) == *value)
        {
            return Some(self.quoted(&option_title(choice)));
        }
        match (value.kind(), &question.kind) {
            (ValueKind::Number, _) => {
                let number = f64::try_from(value.clone()).ok()?;
                Some(number_in_words(question, number, None, self.language))
            }
            (ValueKind::String, Kind::Choice(_) | Kind::Choices(_) | Kind::Text) => {
                Some(self.quoted(value.as_str()?))
            }
            _ => None,
        }
    }

    /// The question or column that `expr` is the place of.
    fn meant(&self, expr: &Expr<'_>) -> Option<&'a Question> {
        let path = path(expr)?;
        match (path.strip_prefix("row."), self.table.map(|it| &it.kind)) {
            (Some(column), Some(Kind::Table(columns))) => {
                columns.iter().find(|it| it.path == column)
            }
            _ => self.form.question(&path),
        }
    }

    /// A question by its title, with its number where it has one.
    fn named(&self, question: &Question) -> String {
        let name = self.quoted(&question.title);
        match self.numbers.get(&question.path) {
            Some(number) => self.say("numbered", context! { name, number }),
            None => name,
        }
    }

    /// A clause as text, and whether it has several parts.
    fn said(&self, clause: &Clause) -> (String, bool) {
        match clause {
            Clause::Is { subject, negated, what } => (self.say_is(subject, *negated, what), false),
            Clause::Source { source, negated } => {
                let key = if *negated { "holds-not" } else { "holds" };
                (self.say(key, context! { source }), false)
            }
            Clause::Group { parts, .. } if parts.len() == 1 => self.said(&parts[0]),
            Clause::Group { all, parts } => {
                let texts = self.texts(*all, parts);
                (self.joined(&texts, if *all { "and" } else { "or" }), texts.len() > 1)
            }
        }
    }

    fn part(&self, clause: &Clause) -> String {
        match self.said(clause) {
            (text, true) => format!("({text})"),
            (text, false) => text,
        }
    }

    fn say_is(&self, subject: &str, negated: bool, what: &[String]) -> String {
        let (key, word) = match (negated, what.len()) {
            (false, _) => ("is", "or"),
            (true, 1) => ("is-not", "or"),
            (true, _) => ("neither", "nor"),
        };
        self.say(key, context! { subject, what => self.joined(what, word) })
    }

    /// The parts of a group as texts; those that say the same of several questions, or several
    /// things of one, as one text.
    fn texts(&self, all: bool, parts: &[Clause]) -> Vec<String> {
        let mut texts = Vec::new();
        let mut open: Vec<&Clause> = parts.iter().collect();
        while !open.is_empty() {
            let first = open.remove(0);
            let alike = open.extract_if(.., |it| says_alike(all, first, it)).collect::<Vec<_>>();
            if !alike.is_empty() {
                texts.push(self.of_several(all, first, &alike));
                continue;
            }
            let more = open.extract_if(.., |it| is_about(first, it)).collect::<Vec<_>>();
            texts.push(match more[..] {
                [] => self.part(first),
                _ => self.several_of(all, first, &more),
            });
        }
        texts
    }

    /// The same of several subjects.
    fn of_several(&self, all: bool, first: &Clause, alike: &[&Clause]) -> String {
        let subject = |it: &&Clause| match it {
            Clause::Is { subject, .. } => Some(subject.clone()),
            _ => None,
        };
        let subjects: Vec<String> =
            std::iter::once(&first).chain(alike).filter_map(subject).collect();
        let Clause::Is { negated, what, .. } = first else { return self.part(first) };
        if !all {
            return self.say_is(&self.joined(&subjects, "or"), false, what);
        }
        let key = if *negated { "none-of" } else { "each-of" };
        let subjects = self.joined(&subjects, "and");
        self.say_is(&self.say(key, context! { subjects }), false, what)
    }

    /// Several things of the same subject.
    fn several_of(&self, all: bool, first: &Clause, more: &[&Clause]) -> String {
        let what = |it: &&Clause| match it {
            Clause::Is { what, .. } => Some(self.joined(what, "or")),
            _ => None,
        };
        let whats: Vec<String> = std::iter::once(&first).chain(more).filter_map(what).collect();
        let Clause::Is { subject, .. } = first else { return self.part(first) };
        self.say_is(subject, false, &[self.joined(&whats, if all { "and" } else { "or" })])
    }

    /// `items` as a list in a sentence, with `word` before the last.
    fn joined(&self, items: &[String], word: &str) -> String {
        match items {
            [] => String::new(),
            [only] => only.clone(),
            [first @ .., last] => {
                let word = self.say(word, Any::default());
                format!("{} {word} {last}", first.join(", "))
            }
        }
    }
}

/// Whether both say the same, of whatever subject; "or not" would be read in two ways.
fn says_alike(all: bool, a: &Clause, b: &Clause) -> bool {
    match (a, b) {
        (Clause::Is { negated, what, .. }, Clause::Is { negated: other, what: same, .. }) => {
            negated == other && what == same && (all || !negated)
        }
        _ => false,
    }
}

/// Whether both say something of the same subject.
fn is_about(a: &Clause, b: &Clause) -> bool {
    match (a, b) {
        (
            Clause::Is { subject, negated: false, .. },
            Clause::Is { subject: same, negated: false, .. },
        ) => subject == same,
        _ => false,
    }
}

/// The comparison that a binary operator is.
fn comparison(op: BinOpKind) -> Option<CompareOpKind> {
    Some(match op {
        BinOpKind::Eq => CompareOpKind::Eq,
        BinOpKind::Ne => CompareOpKind::Ne,
        BinOpKind::Lt => CompareOpKind::Lt,
        BinOpKind::Lte => CompareOpKind::Lte,
        BinOpKind::Gt => CompareOpKind::Gt,
        BinOpKind::Gte => CompareOpKind::Gte,
        BinOpKind::In => CompareOpKind::In,
        _ => return None,
    })
}

/// The dotted path that `expr` spells, if it is one.
fn path(expr: &Expr<'_>) -> Option<String> {
    match expr {
        Expr::Var(var) => Some(var.id.to_owned()),
        Expr::GetAttr(attr) => Some(format!("{}.{}", path(&attr.expr)?, attr.name)),
        _ => None,
    }
}
