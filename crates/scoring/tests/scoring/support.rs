//! A small form from a few lines, answers to it, and how they score.

use forms::Files;
use forms::prepare::PreparedForm;
use model::scorecard::{GateState, Score, Status};
use model::{Response, Scorecard, Severity};
use serde_json::{Map, Value, json};

/// A form in the making: what it says about itself, and the questions of its one step `s`.
#[derive(Clone)]
pub(crate) struct Sketch {
    meta: Value,
    questions: Map<String, Value>,
    root: Value,
}

impl Sketch {
    /// A form of these dimensions and weights, with the bands 0, 40, 60 and 80.
    pub(crate) fn new(dimensions: &[(&str, u32)]) -> Self {
        let dimensions: Vec<Value> = dimensions
            .iter()
            .map(|(id, weight)| json!({ "id": id, "title": id, "weight": weight }))
            .collect();
        Self::with_dimensions(&json!(dimensions))
    }

    /// A form whose total is pooled.
    pub(crate) fn pooled(dimensions: &[&str]) -> Self {
        let dimensions: Vec<Value> =
            dimensions.iter().map(|id| json!({ "id": id, "title": id })).collect();
        Self::with_dimensions(&json!(dimensions)).meta(json!({ "total": "pooled" }))
    }

    fn with_dimensions(dimensions: &Value) -> Self {
        let meta = json!({
            "id": "sketch", "version": "1.0.0", "language": "en", "dimensions": dimensions,
            "bands": [
                { "id": "low", "title": "Low", "from": 0 },
                { "id": "emerging", "title": "Emerging", "from": 40 },
                { "id": "solid", "title": "Solid", "from": 60 },
                { "id": "proven", "title": "Proven", "from": 80 },
            ],
        });
        Self { meta, questions: Map::new(), root: json!({}) }
    }

    /// Lays `more` over `x-form`.
    pub(crate) fn meta(mut self, more: Value) -> Self {
        merge(&mut self.meta, more);
        self
    }

    /// Adds a gate.
    pub(crate) fn gate(
        mut self,
        id: &str,
        when: impl Into<Value>,
        effect: impl Into<Value>,
    ) -> Self {
        let gate = json!({
            "id": id, "when": when.into(), "effect": effect.into(), "message": format!("{id} acts"),
        });
        self.meta["gates"] = match self.meta["gates"].take() {
            Value::Array(mut gates) => {
                gates.push(gate);
                gates.into()
            }
            _ => json!([gate]),
        };
        self
    }

    /// Asks `question` as `s.<name>`.
    pub(crate) fn ask(mut self, name: &str, question: Value) -> Self {
        let mut question = question;
        question["title"] = json!(name);
        self.questions.insert(name.to_owned(), question);
        self
    }

    /// Lays `more` over the document.
    pub(crate) fn root(mut self, more: Value) -> Self {
        merge(&mut self.root, more);
        self
    }

    /// The document.
    pub(crate) fn document(&self) -> Value {
        let mut document = json!({
            "title": "Sketch", "x-form": self.meta, "type": "object",
            "properties": { "s": { "title": "S", "type": "object", "properties": self.questions } },
        });
        merge(&mut document, self.root.clone());
        document
    }

    /// The form, ready to be answered.
    #[track_caller]
    pub(crate) fn build(&self) -> PreparedForm {
        let text = serde_json::to_string_pretty(&self.document()).unwrap();
        let files: Files = [("sketch/form.json", text)].into_iter().collect();
        let loaded = forms::load(&files, "sketch/form.json");
        let errors: Vec<_> =
            loaded.findings.iter().filter(|it| it.severity == Severity::Error).collect();
        loaded.form.unwrap_or_else(|| panic!("{errors:#?}"))
    }

    /// The scorecard of `answers` to the questions of the step, with `notes` by question.
    #[track_caller]
    pub(crate) fn score(&self, answers: Value, notes: Value) -> Scorecard {
        score(&self.build(), answers, notes)
    }
}

/// Lays `more` over `value`, object by object.
pub(crate) fn merge(value: &mut Value, more: Value) {
    match (value, more) {
        (Value::Object(value), Value::Object(more)) => {
            for (key, it) in more {
                merge(value.entry(key).or_insert(Value::Null), it);
            }
        }
        (value, more) => *value = more,
    }
}

/// `question` with `more` laid over it.
pub(crate) fn with(question: Value, more: Value) -> Value {
    let mut question = question;
    merge(&mut question, more);
    question
}

/// A question with these levels, unscored.
pub(crate) fn levels_of(levels: &[u32]) -> Value {
    let options: Vec<Value> = levels
        .iter()
        .map(|it| json!({ "const": it, "title": format!("Level {it}"), "description": "So." }))
        .collect();
    json!({ "type": "integer", "oneOf": options })
}

/// A question with levels 0 to 4 that counts in `dimension`.
pub(crate) fn level(dimension: &str, weight: u32) -> Value {
    with(levels_of(&[0, 1, 2, 3, 4]), criterion(dimension, weight, json!({ "levels": 4 })))
}

/// The keyword that makes a question count.
pub(crate) fn criterion(dimension: &str, weight: u32, rubric: Value) -> Value {
    with(json!({ "x-criterion": { "dimension": dimension, "weight": weight } }), {
        json!({ "x-criterion": rubric })
    })
}

/// A question with one of `options`, unscored.
pub(crate) fn choice(options: &[&str]) -> Value {
    json!({ "type": "string", "oneOf": titled(options) })
}

/// A question with any of `options`, unscored.
pub(crate) fn choices(options: &[&str]) -> Value {
    json!({
        "type": "array", "uniqueItems": true,
        "items": { "type": "string", "oneOf": titled(options) },
    })
}

/// A ladder of so many steps, unscored.
pub(crate) fn ladder(top: u32) -> Value {
    let options: Vec<Value> =
        (1..=top).map(|it| json!({ "const": it, "title": format!("Step {it}") })).collect();
    json!({
        "type": "array", "uniqueItems": true, "items": { "type": "integer", "oneOf": options },
    })
}

/// A number, unscored.
pub(crate) fn number() -> Value {
    json!({ "type": "number" })
}

/// Yes or no, unscored.
pub(crate) fn yes_no() -> Value {
    json!({ "type": "boolean" })
}

/// A table with these columns, unscored.
pub(crate) fn table(columns: &[(&str, Value)]) -> Value {
    let mut properties = json!({ "id": { "type": "string" } });
    for (name, column) in columns {
        properties[name] = with(column.clone(), json!({ "title": name }));
    }
    json!({
        "type": "array",
        "items": { "type": "object", "required": ["id"], "properties": properties },
    })
}

fn titled(options: &[&str]) -> Vec<Value> {
    options.iter().map(|it| json!({ "const": it, "title": it })).collect()
}

/// The response with these answers to the step `s` and these notes by question.
#[track_caller]
pub(crate) fn response(answers: Value, notes: Value) -> Response {
    let notes: Map<String, Value> = match notes {
        Value::Object(notes) => {
            notes.into_iter().map(|(name, note)| (format!("s.{name}"), note)).collect()
        }
        _ => Map::new(),
    };
    serde_json::from_value(json!({
        "form": { "id": "sketch", "version": "1.0.0" },
        "subject": { "name": "Example", "kind": "project" },
        "date": "2026-10-01",
        "answers": { "s": answers },
        "notes": notes,
    }))
    .unwrap()
}

/// The scorecard of `answers` and `notes`, which must fit `form`.
#[track_caller]
pub(crate) fn score(form: &PreparedForm, answers: Value, notes: Value) -> Scorecard {
    let response = response(answers, notes);
    let issues = forms::validate::validate(&forms::Reading::new(form, &response));
    assert!(!forms::validate::any_error(&issues), "{issues:#?}");
    scoring::score(form, &response, None)
}

/// A note with evidence of this grade.
pub(crate) fn evidence(grade: &str) -> Value {
    json!({ "evidence": [{ "title": "Proof", "grade": grade }] })
}

/// A note that says it does not apply.
pub(crate) fn not_applicable() -> Value {
    json!({ "not_applicable": "There is none." })
}

/// Checks that two numbers are the same to six decimals.
#[track_caller]
pub(crate) fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 5.01e-7, "found {found}, expected {expected}");
}

/// The score of the total.
#[track_caller]
pub(crate) fn total(card: &Scorecard) -> &Score {
    &card.total.as_ref().expect("there is a total").score
}

/// The strict total.
#[track_caller]
pub(crate) fn strict(card: &Scorecard) -> f64 {
    total(card).strict
}

/// The points of `s.<name>`.
#[track_caller]
pub(crate) fn points(card: &Scorecard, name: &str) -> f64 {
    let criterion = card.criterion(&format!("s.{name}")).expect("it is asked");
    criterion.points.expect("it is answered")
}

/// The band's id, or `none`.
pub(crate) fn band(card: &Scorecard) -> &str {
    let band = card.total.as_ref().and_then(|it| it.band.as_ref());
    band.map_or("none", |it| it.id.as_str())
}

/// What lowered the band.
pub(crate) fn lowered_by(card: &Scorecard) -> Vec<&str> {
    let band = card.total.as_ref().and_then(|it| it.band.as_ref());
    band.into_iter().flat_map(|it| &it.lowered_by).map(String::as_str).collect()
}

/// The state of a gate.
#[track_caller]
pub(crate) fn gate(card: &Scorecard, id: &str) -> GateState {
    card.gates.iter().find(|it| it.id == id).expect("there is such a gate").state
}

/// The score of a dimension, which takes part.
#[track_caller]
pub(crate) fn dimension<'a>(card: &'a Scorecard, id: &str) -> &'a Score {
    card.dimension(id).and_then(|it| it.score.as_ref()).expect("it takes part")
}

/// Checks status and band in one go.
#[track_caller]
pub(crate) fn stands(card: &Scorecard, status: Status, expected: &str) {
    assert_eq!((card.status, band(card)), (status, expected));
}
