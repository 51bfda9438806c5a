//! A form as it is after `$ref` is resolved: steps and questions in document order.

use serde_json::{Map, Value};

use crate::condition::Condition;
use crate::keywords::{ColumnTotal, CriterionSpec, FormMeta, Format, ReportPlace, RowRule, Widget};

/// A resolved form.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// What the form says about itself.
    pub meta: FormMeta,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub description: Option<String>,
    /// Its steps, in document order.
    pub steps: Vec<Step>,
    /// The resolved document: one JSON Schema, files inlined.
    pub document: Value,
}

/// One screen of a form.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its name; empty for the implicit step of questions at the root.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub description: Option<String>,
    /// Longer help (Markdown).
    pub guidance: Option<String>,
    /// When it is shown.
    pub visible: Option<Condition>,
    /// Its questions, in document order.
    pub questions: Vec<Question>,
}

/// One thing asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Question {
    /// Its place in the answers: `step.question`, or `question` in the implicit step. For a
    /// column, its name.
    pub path: String,
    /// Its title.
    pub title: String,
    /// What is asked, in a sentence.
    pub description: Option<String>,
    /// Longer help (Markdown).
    pub guidance: Option<String>,
    /// What kind of answer it takes.
    pub kind: Kind,
    /// Whether it is needed to submit, when it is asked.
    pub required: bool,
    /// How the answer earns points.
    pub criterion: Option<CriterionSpec>,
    /// When it is asked.
    pub visible: Option<Condition>,
    /// The expression that gives its value.
    pub calculated: Option<String>,
    /// The unit of a number.
    pub unit: Option<String>,
    /// How a number is written.
    pub format: Format,
    /// How many decimals a number is shown with.
    pub decimals: Option<u8>,
    /// How it is asked, where the default is wrong.
    pub widget: Option<Widget>,
    /// How a column is added up.
    pub total: Option<ColumnTotal>,
    /// How the rows of a table score.
    pub row: Option<RowRule>,
    /// Where the report shows the answer.
    pub report: Option<ReportPlace>,
    /// Where the question comes from, when it has no criterion.
    pub sources: Vec<String>,
}

/// What kind of answer a question takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Kind {
    /// One of several options.
    Choice(Vec<Choice>),
    /// Any number of several options.
    Choices(Vec<Choice>),
    /// True or false.
    YesNo,
    /// A number.
    Number {
        /// Whether it is whole.
        whole: bool,
    },
    /// A text.
    Text,
    /// A day.
    Date,
    /// Rows of columns; each row has an `id`.
    Table(Vec<Question>),
    /// Anything else that JSON Schema can say; it can be checked, but not asked on a page.
    #[default]
    Other,
}

/// One option of a choice; for a level, its descriptor is the description.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The value that stands in the answer.
    pub value: Value,
    /// Its title.
    pub title: String,
    /// Its descriptor.
    pub description: Option<String>,
}

impl Choice {
    /// The value as it is written in places (`step.question[value]`).
    pub fn key(&self) -> String {
        key_of(&self.value)
    }
}

/// An option's value as it is written in places and in `points`.
pub fn key_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Form {
    /// All questions in document order, with their step.
    pub fn questions(&self) -> impl Iterator<Item = (&Step, &Question)> {
        self.steps.iter().flat_map(|step| step.questions.iter().map(move |it| (step, it)))
    }

    /// The question at `path`.
    pub fn question(&self, path: &str) -> Option<&Question> {
        self.questions().map(|(_, it)| it).find(|it| it.path == path)
    }

    /// Every text of the form with the place that an overlay names it by.
    ///
    /// One list serves translating, checking that a translation is complete, and finding
    /// places that no longer exist.
    pub fn texts(&mut self) -> Vec<(String, &mut String)> {
        let mut out = Vec::new();
        out.push(("x-form".to_owned(), &mut self.title));
        push(&mut out, "x-form#description", self.description.as_mut());
        meta_texts(&mut out, &mut self.meta);
        for step in &mut self.steps {
            if !step.id.is_empty() {
                out.push((step.id.clone(), &mut step.title));
                push(&mut out, &format!("{}#description", step.id), step.description.as_mut());
                push(&mut out, &format!("{}#guidance", step.id), step.guidance.as_mut());
            }
            for question in &mut step.questions {
                let place = question.path.clone();
                question_texts(&mut out, &place, question);
            }
        }
        out
    }
}

fn push<'a>(out: &mut Vec<(String, &'a mut String)>, place: &str, text: Option<&'a mut String>) {
    if let Some(text) = text {
        out.push((place.to_owned(), text));
    }
}

fn meta_texts<'a>(out: &mut Vec<(String, &'a mut String)>, meta: &'a mut FormMeta) {
    push(out, "x-form#purpose", meta.purpose.as_mut());
    push(out, "x-form#respondent", meta.respondent.as_mut());
    push(out, "x-form#method", meta.method.as_mut());
    push(out, "x-form#limits", meta.limits.as_mut());
    push(out, "x-form#licences", meta.licences.as_mut());
    for it in &mut meta.dimensions {
        let place = format!("x-form.dimensions[{}]", it.id);
        push(out, &format!("{place}#description"), it.description.as_mut());
        out.push((place, &mut it.title));
    }
    for it in &mut meta.bands {
        let place = format!("x-form.bands[{}]", it.id);
        push(out, &format!("{place}#description"), it.description.as_mut());
        out.push((place, &mut it.title));
    }
    for it in &mut meta.gates {
        out.push((format!("x-form.gates[{}]", it.id), &mut it.message));
    }
    for it in &mut meta.indicators {
        let place = format!("x-form.indicators[{}]", it.id);
        push(out, &format!("{place}#description"), it.description.as_mut());
        push(out, &format!("{place}#unit"), it.unit.as_mut());
        out.push((place, &mut it.title));
    }
    for it in &mut meta.facts {
        out.push((format!("x-form.facts[{}]", it.id), &mut it.title));
    }
    for it in &mut meta.offers {
        let place = format!("x-form.offers[{}]", it.id);
        push(out, &format!("{place}#description"), it.description.as_mut());
        out.push((place, &mut it.title));
    }
    for it in &mut meta.narratives {
        out.push((format!("x-form.narratives[{}]", it.id), &mut it.text));
    }
    for it in &mut meta.sources {
        out.push((format!("x-form.sources[{}]", it.id), &mut it.title));
    }
}

fn question_texts<'a>(
    out: &mut Vec<(String, &'a mut String)>,
    place: &str,
    question: &'a mut Question,
) {
    out.push((place.to_owned(), &mut question.title));
    push(out, &format!("{place}#description"), question.description.as_mut());
    push(out, &format!("{place}#guidance"), question.guidance.as_mut());
    push(out, &format!("{place}#unit"), question.unit.as_mut());
    if let Some(criterion) = &mut question.criterion {
        push(out, &format!("{place}#evidence_hint"), criterion.evidence_hint.as_mut());
    }
    match &mut question.kind {
        Kind::Choice(choices) | Kind::Choices(choices) => {
            for choice in choices {
                let place = format!("{place}[{}]", choice.key());
                push(out, &format!("{place}#description"), choice.description.as_mut());
                out.push((place, &mut choice.title));
            }
        }
        Kind::Table(columns) => {
            for column in columns {
                question_texts(out, &format!("{place}.{}", column.path), column);
            }
        }
        Kind::YesNo | Kind::Number { .. } | Kind::Text | Kind::Date | Kind::Other => {}
    }
}

/// The answer at `path` in `answers`.
pub fn answer_at<'a>(answers: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    match path.split_once('.') {
        Some((step, question)) => answers.get(step)?.as_object()?.get(question),
        None => answers.get(path),
    }
}
