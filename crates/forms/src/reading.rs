//! A response read with its form: what is asked, what is answered, what is calculated.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;

use expressions::expression::{EvalError, from_json};
use expressions::{Expression, Test, Truth};
use minijinja::Value as Any;
use model::Response;
use model::form::{Kind, Question, answer_at};
use model::response::Note;
use serde_json::Value;

use crate::canonical;
use crate::prepare::PreparedForm;

/// Where a question stands in a response.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer<'a> {
    /// It is not asked of this respondent.
    Hidden,
    /// The respondent says that it does not apply, and why.
    NotApplicable(&'a str),
    /// It is asked and has no answer. For a calculated value, why; for a question of which it is
    /// not known whether it is asked, what that waits for.
    Missing(Option<String>),
    /// It has an answer.
    Given(Cow<'a, Value>),
}

impl Answer<'_> {
    /// The value, if there is one.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Given(value) => Some(value),
            _ => None,
        }
    }
}

/// A response read with its form.
#[derive(Debug)]
pub struct Reading<'a> {
    /// The form.
    pub form: &'a PreparedForm,
    /// The response.
    pub response: &'a Response,
    /// Where each question stands, in document order.
    pub answers: Vec<Answer<'a>>,
}

/// What came of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A value.
    Value(Value),
    /// These questions must be answered, or these cells filled in, first.
    Waits(Vec<String>),
    /// It rests on something that is not asked, or does not apply.
    NotAsked,
    /// It cannot be worked out, and why.
    Failed(String),
}

/// What came of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether it holds.
    pub truth: Truth,
    /// The questions that must be answered before it is known.
    pub waits_for: Vec<String>,
    /// Why an expression in it could not be worked out.
    pub error: Option<String>,
}

/// What expressions may name besides the answers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extra<'a> {
    /// The row, for expressions about rows.
    pub row: Option<&'a Value>,
    /// Levels that stand for the answers given, by question: what evidence supports.
    pub levels: Option<&'a [Option<f64>]>,
    /// The results, as `score`.
    pub score: Option<&'a Any>,
    /// The key figures, as `indicators`.
    pub indicators: Option<&'a Any>,
}

impl<'a> Reading<'a> {
    /// Reads `response`, which answers `form`.
    pub fn new(form: &'a PreparedForm, response: &'a Response) -> Self {
        Self::of(form, response, &form.order)
    }

    /// Reads only the questions in `order`; all others count as missing.
    pub(crate) fn of(form: &'a PreparedForm, response: &'a Response, order: &[usize]) -> Self {
        let answers = vec![Answer::Missing(None); form.len()];
        let mut reading = Self { form, response, answers };
        for &index in order {
            reading.answers[index] = reading.answer(index);
        }
        reading
    }

    /// The same reading with `value` for an answer to the question with this index, and with
    /// all that rests on it.
    pub fn with_answer(&self, index: usize, value: &Value) -> Self {
        let mut reading = Self { answers: self.answers.clone(), ..*self };
        let value = canonical::numbers(value).into_owned();
        reading.answers[index] = Answer::Given(Cow::Owned(value));
        for &dependent in &self.form.dependents[index] {
            reading.answers[dependent] = reading.answer(dependent);
        }
        reading
    }

    /// Whether the question with this index is asked; unknown visibility counts as asked, and
    /// the question as missing.
    pub fn is_asked(&self, index: usize) -> bool {
        self.answers[index] != Answer::Hidden
    }

    /// The note on the question at `path`.
    pub fn note(&self, path: &str) -> Option<&'a Note> {
        self.response.notes.get(path)
    }

    fn answer(&self, index: usize) -> Answer<'a> {
        let question = self.form.question(index);
        let logic = &self.form.logic[index];
        let step = self.form.step_visible[self.form.places[index].0].as_ref();
        let mut unknown = None;
        for test in step.into_iter().chain(&logic.visible) {
            let decision = self.decide(test, Extra::default());
            match decision.truth {
                Truth::False => return Answer::Hidden,
                Truth::Unknown => unknown = unknown.or(Some(decision)),
                Truth::True => {}
            }
        }
        if let Some(reason) = self.note(&question.path).and_then(|it| it.not_applicable.as_deref())
        {
            return Answer::NotApplicable(reason);
        }
        if let Some(decision) = unknown {
            return Answer::Missing(decision.error.or(Some(decision.waits_for.join(", "))));
        }
        if let Some(formula) = &logic.calculated {
            return match self.value(formula, Extra::default()) {
                Outcome::Value(value) => {
                    Answer::Given(Cow::Owned(canonical::numbers(&value).into_owned()))
                }
                Outcome::Waits(names) => Answer::Missing(Some(names.join(", "))),
                Outcome::NotAsked => Answer::Missing(None),
                Outcome::Failed(message) => Answer::Missing(Some(message)),
            };
        }
        match answer_at(&self.response.answers, &question.path) {
            None | Some(Value::Null) => Answer::Missing(None),
            Some(Value::Array(rows)) if !logic.columns.is_empty() => {
                let rows = rows.iter().map(|row| self.row(row, &logic.columns)).collect();
                Answer::Given(Cow::Owned(Value::Array(rows)))
            }
            Some(value) => Answer::Given(canonical::numbers(value)),
        }
    }

    /// `row` with its calculated columns.
    fn row(&self, row: &Value, columns: &[(String, Expression)]) -> Value {
        let mut row = canonical::numbers(row).into_owned();
        for (name, formula) in columns {
            let outcome = self.value(formula, Extra { row: Some(&row), ..Extra::default() });
            if let (Outcome::Value(value), Some(cells)) = (outcome, row.as_object_mut()) {
                cells.insert(name.clone(), value);
            }
        }
        row
    }

    /// Whether `test` holds.
    ///
    /// An expression that names a question which is not asked, or does not apply, does not
    /// hold; one that names a question without an answer is not yet known.
    pub fn decide(&self, test: &Test, extra: Extra<'_>) -> Decision {
        let waits = RefCell::new(Vec::new());
        let error = RefCell::new(None);
        let truth = test
            .truth::<std::convert::Infallible>(&mut |expression| {
                Ok(match self.context(expression, extra) {
                    Context::Waits(names) => {
                        for name in names {
                            if !waits.borrow().contains(&name) {
                                waits.borrow_mut().push(name);
                            }
                        }
                        Truth::Unknown
                    }
                    Context::Ready { hidden: true, .. } => Truth::False,
                    Context::Ready { value, .. } => match expression.holds(value) {
                        Ok(holds) => holds.into(),
                        Err(EvalError::Missing(_)) => Truth::Unknown,
                        Err(EvalError::Failed(message)) => {
                            error.borrow_mut().get_or_insert(message);
                            Truth::Unknown
                        }
                    },
                })
            })
            .unwrap_or(Truth::Unknown);
        let waits_for = if truth == Truth::Unknown { waits.into_inner() } else { Vec::new() };
        Decision { truth, waits_for, error: error.into_inner() }
    }

    /// The value of `expression`.
    ///
    /// A question that is not asked has no value; the expression has one as long as it does
    /// not use it (`a if condition else b`).
    pub fn value(&self, expression: &Expression, extra: Extra<'_>) -> Outcome {
        match self.context(expression, extra) {
            Context::Waits(names) => Outcome::Waits(names),
            Context::Ready { value, hidden } => match expression.eval(value) {
                Ok(Value::Null) => Outcome::NotAsked,
                Ok(value) => Outcome::Value(value),
                Err(_) if hidden => Outcome::NotAsked,
                Err(EvalError::Missing(what)) => Outcome::Waits(vec![what]),
                Err(EvalError::Failed(message)) => Outcome::Failed(message),
            },
        }
    }

    /// What `expression` sees: the answers it names, and nothing else.
    fn context(&self, expression: &Expression, extra: Extra<'_>) -> Context {
        let mut scope = Scope::default();
        for name in expression.names() {
            let (first, rest) = name.path.split_once('.').unwrap_or((&name.path, ""));
            match first {
                "row" if extra.row.is_some() => {
                    match extra.row.and_then(|it| it.get(rest)).filter(|it| !it.is_null()) {
                        Some(cell) => scope.set("row", rest, from_json(cell)),
                        None => scope.waits.push(name.path.clone()),
                    }
                }
                "facts" => self.fact(rest, &name.path, &mut scope),
                "score" if extra.score.is_some() => {
                    scope.set_root("score", extra.score.cloned().unwrap_or_default());
                }
                "indicators" if extra.indicators.is_some() => {
                    scope.set_root("indicators", extra.indicators.cloned().unwrap_or_default());
                }
                _ => match self.form.named(&name.path) {
                    Some(index) => self.question(index, extra, &mut scope),
                    None => scope.hidden = true,
                },
            }
        }
        if !scope.waits.is_empty() {
            return Context::Waits(scope.waits);
        }
        let answered: Vec<String> = expression
            .answered()
            .iter()
            .filter(|name| match name.path.strip_prefix("facts.") {
                Some(id) => self.response.facts.contains_key(id),
                None => {
                    let index = self.form.index_of(&name.path);
                    index.is_some_and(|it| self.answers[it].value().is_some())
                }
            })
            .map(|name| name.path.clone())
            .collect();
        if !expression.answered().is_empty() {
            scope.set_root(
                "answered",
                Any::from_function(move |path: String| answered.contains(&path)),
            );
        }
        let hidden = scope.hidden;
        Context::Ready { value: scope.into_value(), hidden }
    }

    fn fact(&self, id: &str, path: &str, scope: &mut Scope) {
        match self.response.facts.get(id) {
            Some(fact) => scope.set("facts", id, from_json(&fact.value)),
            None => scope.waits.push(path.to_owned()),
        }
    }

    fn question(&self, index: usize, extra: Extra<'_>, scope: &mut Scope) {
        let path = &self.form.question(index).path;
        match &self.answers[index] {
            Answer::Hidden | Answer::NotApplicable(_) => {
                scope.hidden = true;
                if let Some((step, _)) = path.split_once('.') {
                    scope.steps.entry(step.to_owned()).or_default();
                }
            }
            Answer::Missing(_) => {
                if !scope.waits.contains(path) {
                    scope.waits.push(path.clone());
                }
            }
            Answer::Given(value) => {
                let level = extra.levels.and_then(|it| it[index]);
                let value = level.map_or_else(|| from_json(value), level_value);
                match path.split_once('.') {
                    Some((step, name)) => scope.set(step, name, value),
                    None => scope.set_root(path, value),
                }
            }
        }
    }

    /// The required questions that are asked and have no answer, and the required cells of
    /// rows (`step.question[row].column`), in document order.
    pub fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        for (index, answer) in self.answers.iter().enumerate() {
            let question = self.form.question(index);
            match (answer, &question.kind) {
                (Answer::Missing(_), _) if question.required && question.calculated.is_none() => {
                    missing.push(question.path.clone());
                }
                (Answer::Given(rows), Kind::Table(columns)) => {
                    missing.extend(missing_cells(&question.path, columns, rows));
                }
                _ => {}
            }
        }
        missing
    }

    /// The rows of the table at `index`.
    pub fn rows(&self, index: usize) -> &[Value] {
        debug_assert!(matches!(self.form.question(index).kind, Kind::Table(_)));
        self.answers[index].value().and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

fn missing_cells(path: &str, columns: &[Question], rows: &Value) -> Vec<String> {
    let required = columns.iter().filter(|it| it.required && it.calculated.is_none());
    let rows = rows.as_array().map_or(&[][..], Vec::as_slice);
    let cells = |row: &Value| {
        let id = row.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let missing: Vec<String> = required
            .clone()
            .filter(|it| row.get(&it.path).is_none_or(Value::is_null))
            .map(|it| format!("{path}[{id}].{}", it.path))
            .collect();
        missing
    };
    rows.iter().flat_map(cells).collect()
}

/// A level as expressions see it: whole where it is whole.
#[expect(clippy::cast_possible_truncation, reason = "levels are small")]
pub fn level_value(level: f64) -> Any {
    if level.fract().abs() < f64::EPSILON { Any::from(level as i64) } else { Any::from(level) }
}

enum Context {
    Waits(Vec<String>),
    Ready { value: Any, hidden: bool },
}

#[derive(Default)]
struct Scope {
    root: BTreeMap<String, Any>,
    steps: BTreeMap<String, BTreeMap<String, Any>>,
    waits: Vec<String>,
    hidden: bool,
}

impl Scope {
    fn set(&mut self, step: &str, name: &str, value: Any) {
        self.steps.entry(step.to_owned()).or_default().insert(name.to_owned(), value);
    }

    fn set_root(&mut self, name: &str, value: Any) {
        self.root.insert(name.to_owned(), value);
    }

    fn into_value(self) -> Any {
        let mut root = self.root;
        for (step, questions) in self.steps {
            root.insert(step, Any::from_pairs(questions));
        }
        Any::from_pairs(root)
    }
}
