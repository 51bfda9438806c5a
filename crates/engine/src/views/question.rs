//! One question with the room for its answer, and what stands there.

use forms::limits::{Limits, schema};
use forms::reading::Answer;
use forms::words::Words;
use model::form::{Choice, Form, Kind, Question, answer_at, key_of};
use model::keywords::{ColumnTotal, Format, ReportPlace, Widget};
use model::response::{Evidence, Note};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{number_of, typed, words};
use crate::guidance::html;
use crate::sheets::OpenSheet;

/// A question as a page shows it. Values are as a person types them.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct QuestionView {
    /// Its place: `step.question`.
    pub place: String,
    /// Its number: `2.1`.
    pub number: String,
    /// Its title.
    pub title: String,
    /// What is asked, in a sentence.
    pub description: Option<String>,
    /// Longer help as HTML.
    pub guidance_html: Option<String>,
    /// Whether it is needed to hand in.
    pub required: bool,
    /// Whether it is asked now.
    pub asked: bool,
    /// The room for the answer.
    #[serde(flatten)]
    pub field: FieldView,
    /// The columns of a table.
    pub columns: Vec<ColumnView>,
    /// The rows of a table.
    pub rows: Vec<RowView>,
    /// How many rows there is room for.
    pub most_rows: Option<u64>,
    /// How many rows are needed.
    pub fewest_rows: Option<u64>,
    /// The value that is worked out; absent where it is typed.
    pub calculated: Option<CalculatedView>,
    /// Whether "not applicable" may be answered, and what is.
    pub not_applicable: Option<NotApplicableView>,
    /// The respondent's own words; empty where there are none.
    pub comment: String,
    /// What backs the answer.
    #[serde(skip)]
    pub evidence: Vec<Evidence>,
    /// What evidence is asked for, in words.
    pub evidence_hint: Option<String>,
    /// Whether evidence changes what the answer earns.
    pub evidence_asked: bool,
    /// Whether the answer was carried forward and is not yet confirmed.
    #[serde(skip)]
    pub is_carried: bool,
    /// What is wrong with what was typed.
    pub error: Option<String>,
}

/// The room for an answer, and what stands there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct FieldView {
    /// `one`, `several`, `ladder`, `yes-no`, `number`, `text`, `date`, `table`, `calculated` or
    /// `other`.
    pub kind: &'static str,
    /// What can be chosen.
    pub options: Vec<OptionView>,
    /// Whether "none of these" is ticked; absent where it is not offered.
    pub none: Option<ChosenView>,
    /// What was typed.
    pub value: String,
    /// The unit of a number.
    pub unit: Option<String>,
    /// Whether a text has several lines.
    pub multiline: bool,
    /// How many characters a text has at most.
    pub longest: Option<u64>,
    /// The lowest number.
    pub low: Option<String>,
    /// The highest number.
    pub high: Option<String>,
    /// An answer as it could be.
    pub example: Option<String>,
    /// Whether the options open as a list.
    pub dropdown: bool,
}

/// An option.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct OptionView {
    /// What it is sent as.
    pub value: String,
    /// Its title.
    pub title: String,
    /// Its descriptor.
    pub description: Option<String>,
    /// The level it stands for.
    pub level: Option<String>,
    /// The grade of evidence that it needs.
    pub evidence: Option<&'static str>,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// Whether something is ticked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChosenView {
    /// Whether it is.
    pub chosen: bool,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ColumnView {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it asks for.
    pub description: Option<String>,
    /// The room for the answer.
    #[serde(flatten)]
    pub field: FieldView,
    /// Whether each row needs it.
    pub required: bool,
    /// What the rows come to.
    pub total: Option<String>,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RowView {
    /// Its id.
    pub id: String,
    /// Its cells, by column.
    pub cells: std::collections::BTreeMap<String, CellView>,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CellView {
    /// What was typed.
    pub value: String,
    /// What is chosen.
    pub chosen: Vec<String>,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// A value that is worked out.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CalculatedView {
    /// The value in words; absent where it is not yet known.
    pub shown: Option<String>,
    /// The titles of the questions it waits for.
    pub waits_for: Vec<String>,
    /// How it is worked out, in words.
    pub how: String,
}

/// Whether a question does not apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NotApplicableView {
    /// Whether it was said so.
    pub ticked: bool,
    /// Why.
    pub reason: String,
}

/// The question with this index, in `language`.
pub fn view(
    open: &OpenSheet,
    reading: &forms::Reading<'_>,
    index: usize,
    language: &str,
) -> QuestionView {
    let form = open.form.texts(language);
    let place = &reading.form.question(index).path;
    let Some(question) = form.question(place) else { return missing(place) };
    let limits = limits(form, place, None);
    let value = answer_at(&open.response.answers, place);
    let note = open.response.notes.get(place).cloned().unwrap_or_default();
    let spec = question.criterion.as_ref();
    QuestionView {
        place: place.clone(),
        number: number_of(form, place),
        title: question.title.clone(),
        description: question.description.clone(),
        guidance_html: question.guidance.as_deref().map(html),
        required: question.required && question.calculated.is_none(),
        asked: reading.answers[index] != Answer::Hidden,
        field: field(question, &limits, value, language),
        columns: columns(form, question, &reading.answers[index], language),
        rows: rows(question, &reading.answers[index], language),
        most_rows: limits.most.filter(|_| matches!(question.kind, Kind::Table(_))),
        fewest_rows: limits.fewest.filter(|_| matches!(question.kind, Kind::Table(_))),
        calculated: calculated(form, question, &reading.answers[index], language),
        not_applicable: spec.filter(|it| it.not_applicable).map(|_| not_applicable(&note)),
        comment: note.comment.unwrap_or_default(),
        evidence: note.evidence,
        evidence_hint: spec.and_then(|it| it.evidence_hint.clone()),
        evidence_asked: spec.is_some_and(|it| !it.evidence.is_empty()),
        is_carried: open.carried.contains(place),
        error: None,
    }
}

fn missing(place: &str) -> QuestionView {
    QuestionView {
        place: place.to_owned(),
        number: String::new(),
        title: place.to_owned(),
        description: None,
        guidance_html: None,
        required: false,
        asked: false,
        field: FieldView { kind: "other", ..FieldView::default() },
        columns: Vec::new(),
        rows: Vec::new(),
        most_rows: None,
        fewest_rows: None,
        calculated: None,
        not_applicable: None,
        comment: String::new(),
        evidence: Vec::new(),
        evidence_hint: None,
        evidence_asked: false,
        is_carried: false,
        error: None,
    }
}

fn not_applicable(note: &Note) -> NotApplicableView {
    NotApplicableView {
        ticked: note.not_applicable.is_some(),
        reason: note.not_applicable.clone().unwrap_or_default(),
    }
}

fn limits(form: &Form, place: &str, column: Option<&str>) -> Limits {
    schema(&form.document, place, column).map(|it| Limits::of(&it)).unwrap_or_default()
}

/// The word for the room that a question's answer needs.
fn kind(question: &Question) -> &'static str {
    if question.calculated.is_some() {
        return "calculated";
    }
    match &question.kind {
        Kind::Choice(_) => "one",
        Kind::Choices(_) if is_ladder(question) => "ladder",
        Kind::Choices(_) => "several",
        Kind::YesNo => "yes-no",
        Kind::Number { .. } => "number",
        Kind::Text => "text",
        Kind::Date => "date",
        Kind::Table(_) => "table",
        Kind::Other => "other",
    }
}

fn is_ladder(question: &Question) -> bool {
    question.report == Some(ReportPlace::Readiness)
        || question.criterion.as_ref().is_some_and(|it| it.ladder.is_some())
}

fn field(question: &Question, limits: &Limits, value: Option<&Value>, language: &str) -> FieldView {
    let kind = kind(question);
    let number = |it: f64| typed(question, it, language);
    let shown = |it: &Value| match it {
        Value::String(text) => text.clone(),
        Value::Number(it) => it.as_f64().map(number).unwrap_or_default(),
        Value::Bool(it) => it.to_string(),
        _ => String::new(),
    };
    let chosen = |key: &str| match value {
        Some(Value::Array(items)) => items.iter().any(|it| key_of(it) == key),
        Some(other) => key_of(other) == key,
        None => false,
    };
    let percent = question.format == Format::Percent;
    FieldView {
        kind,
        options: options(question, chosen, language),
        none: matches!(kind, "several" | "ladder").then(|| ChosenView {
            chosen: value.and_then(Value::as_array).is_some_and(Vec::is_empty),
        }),
        value: value.map(shown).unwrap_or_default(),
        unit: question.unit.clone().or_else(|| percent.then(|| "%".to_owned())),
        multiline: question.widget == Some(Widget::Multiline),
        longest: limits.longest,
        low: limits.low.map(number),
        high: limits.high.map(number),
        example: limits.example.as_ref().map(|it| words(question, it, language)),
        dropdown: question.widget == Some(Widget::Dropdown),
    }
}

fn options(question: &Question, chosen: impl Fn(&str) -> bool, language: &str) -> Vec<OptionView> {
    let spec = question.criterion.as_ref();
    let option = |it: &Choice| {
        let value = it.key();
        OptionView {
            title: it.title.clone(),
            description: it.description.clone(),
            level: it.value.is_number().then(|| value.clone()),
            evidence: spec.and_then(|it| it.evidence.get(&value)).map(|it| it.name()),
            chosen: chosen(&value),
            value,
        }
    };
    match &question.kind {
        Kind::Choice(choices) | Kind::Choices(choices) => choices.iter().map(option).collect(),
        Kind::YesNo if question.calculated.is_none() => [true, false]
            .map(|it| OptionView {
                value: it.to_string(),
                title: words(question, &Value::Bool(it), language),
                description: None,
                level: None,
                evidence: None,
                chosen: chosen(&it.to_string()),
            })
            .into(),
        _ => Vec::new(),
    }
}

fn columns(
    form: &Form,
    question: &Question,
    answer: &Answer<'_>,
    language: &str,
) -> Vec<ColumnView> {
    let Kind::Table(columns) = &question.kind else { return Vec::new() };
    let rows = answer.value().and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let view = |it: &Question| ColumnView {
        name: it.path.clone(),
        title: it.title.clone(),
        description: it.description.clone(),
        field: field(it, &limits(form, &question.path, Some(&it.path)), None, language),
        required: it.required && it.calculated.is_none(),
        total: it.total.and_then(|total| sum(it, total, rows, language)),
    };
    columns.iter().map(view).collect()
}

/// What the rows come to in a column.
fn sum(column: &Question, total: ColumnTotal, rows: &[Value], language: &str) -> Option<String> {
    let values: Vec<f64> = rows.iter().filter_map(|it| it.get(&column.path)?.as_f64()).collect();
    let count = u32::try_from(values.len()).ok().filter(|it| *it > 0)?;
    let sum: f64 = values.iter().sum();
    let value = match total {
        ColumnTotal::Sum => sum,
        ColumnTotal::Mean => sum / f64::from(count),
    };
    Some(words(column, &Value::from(value), language))
}

fn rows(question: &Question, answer: &Answer<'_>, language: &str) -> Vec<RowView> {
    let Kind::Table(columns) = &question.kind else { return Vec::new() };
    let rows = answer.value().and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let row = |it: &Value| RowView {
        id: it.get("id").map(key_of).unwrap_or_default(),
        cells: columns
            .iter()
            .map(|column| (column.path.clone(), cell(column, it, language)))
            .collect(),
    };
    rows.iter().map(row).collect()
}

fn cell(column: &Question, row: &Value, language: &str) -> CellView {
    let value = row.get(&column.path).filter(|it| !it.is_null());
    let shown = |it: &Value| match it {
        it if column.calculated.is_some() => words(column, it, language),
        Value::Number(number) if matches!(column.kind, Kind::Number { .. }) => {
            number.as_f64().map(|it| typed(column, it, language)).unwrap_or_default()
        }
        Value::Array(items) => items.iter().map(key_of).collect::<Vec<_>>().join("; "),
        other => key_of(other),
    };
    let chosen = match value {
        Some(Value::Array(items)) => items.iter().map(key_of).collect(),
        Some(other) => vec![key_of(other)],
        None => Vec::new(),
    };
    CellView { value: value.map(shown).unwrap_or_default(), chosen, error: None }
}

fn calculated(
    form: &Form,
    question: &Question,
    answer: &Answer<'_>,
    language: &str,
) -> Option<CalculatedView> {
    let formula = question.calculated.as_ref()?;
    let waits_for = match answer {
        Answer::Missing(Some(names)) => titles(form, names),
        _ => Vec::new(),
    };
    Some(CalculatedView {
        shown: answer.value().map(|it| words(question, it, language)),
        waits_for,
        how: Words::new(form, language).formula(formula),
    })
}

/// The titles of the questions named, with commas between; names that are none are left out.
fn titles(form: &Form, names: &str) -> Vec<String> {
    names.split(", ").filter_map(|it| Some(form.question(it)?.title.clone())).collect()
}

/// The answers of a table as they are sent: rows as objects with their id.
pub fn row_of(id: &str, cells: Map<String, Value>) -> Value {
    let mut row = Map::new();
    row.insert("id".to_owned(), id.into());
    row.extend(cells);
    Value::Object(row)
}
