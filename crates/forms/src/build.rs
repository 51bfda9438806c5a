//! From a resolved document to a typed [`Form`].

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use expressions::analysis::nearest;
use model::form::{Choice, Form, Kind, Question, Step};
use model::keywords::{FormMeta, QuestionKeywords};
use model::{Finding, Place, Severity};
use semver::Version;
use serde_json::{Map, Value};

use crate::codes::{self, Code};
use crate::files::Files;
use crate::json::{Locator, escape, unescape};
use crate::messages::Problem;
use crate::resolve::Origins;
use crate::stray::stray;
use crate::{files, keywords, order};

/// Collects findings about a resolved document, each placed in the file it came from.
#[derive(Debug)]
pub struct Findings<'a> {
    files: &'a Files,
    origins: &'a Origins,
    locators: HashMap<&'a str, Locator<'a>>,
    /// What was found so far.
    pub list: Vec<Finding>,
}

impl<'a> Findings<'a> {
    /// Nothing found yet.
    pub fn new(files: &'a Files, origins: &'a Origins) -> Self {
        Self { files, origins, locators: HashMap::new(), list: Vec::new() }
    }

    /// Notes a finding about the value at `pointer` of the resolved document.
    pub fn add(&mut self, code: &Code, pointer: &str, message: impl Into<String>) -> &mut Finding {
        let place = self.place(pointer, |locator, source| locator.value(source));
        self.push(code.finding(place, message))
    }

    /// Notes a finding about the key that `pointer` ends with.
    pub fn add_at_key(
        &mut self,
        code: &Code,
        pointer: &str,
        message: impl Into<String>,
    ) -> &mut Finding {
        let place = self.place(pointer, |locator, source| locator.key(source));
        self.push(code.finding(place, message))
    }

    /// Notes a finding `offset` bytes into the text at `pointer`.
    pub fn add_inside(
        &mut self,
        code: &Code,
        pointer: &str,
        offset: usize,
        message: impl Into<String>,
    ) -> &mut Finding {
        let place = self.place(pointer, |locator, source| locator.inside(source, offset));
        self.push(code.finding(place, message))
    }

    /// Where `pointer` of the resolved document stands; each file is read for places once.
    fn place(&mut self, pointer: &str, find: impl Fn(&Locator<'a>, &str) -> Place) -> Place {
        let (file, source) = self.origins.source(pointer);
        match self.files.get(file) {
            Some(text) => {
                let locator = self.locators.entry(file).or_insert_with(|| Locator::new(file, text));
                find(locator, &source)
            }
            None => Place { file: file.to_owned(), pointer: Some(source), ..Place::default() },
        }
    }

    fn push(&mut self, finding: Finding) -> &mut Finding {
        self.list.push(finding);
        self.list.last_mut().expect("one was just added")
    }

    fn problem(&mut self, base: &str, problem: Problem) {
        let pointer = format!("{base}{}", problem.pointer);
        let finding = if problem.at_key {
            self.add_at_key(problem.code, &pointer, problem.message)
        } else {
            self.add(problem.code, &pointer, problem.message)
        };
        finding.suggestion = problem.suggestion;
    }

    /// Whether anything found is an error.
    pub fn any_error(&self) -> bool {
        self.list.iter().any(|it| it.severity == Severity::Error)
    }
}

/// Makes a form of `document`.
///
/// `None` when the document is no JSON Schema of an object or its keywords cannot be read.
pub fn build(document: &Value, findings: &mut Findings<'_>) -> Option<Form> {
    let Some(root) = document.as_object() else {
        findings.add(&codes::BAD_SCHEMA, "", "a form is a JSON object");
        return None;
    };
    let is_object = match root.get("type") {
        Some(Value::String(kind)) => kind == "object",
        Some(_) => false,
        None => true,
    };
    if !is_object {
        findings
            .add(&codes::BAD_SCHEMA, "/type", "a form is a JSON Schema of an object")
            .suggestion = Some("write `\"type\": \"object\"`".to_owned());
        return None;
    }
    let scored = root.contains_key("x-form");
    let meta = if scored { form_meta(&root["x-form"], findings)? } else { plain_meta(root) };
    let mut work = Build { root: document, scored, findings, broken: false, read: BTreeSet::new() };
    let ours: &[&str] = if scored { &["x-form", order::KEYWORD] } else { &[ID, order::KEYWORD] };
    work.unknown_keywords(root, "", ours);
    let steps = work.steps(root);
    work.stray_keywords();
    let title = work.text(root, "title").unwrap_or_else(|| meta.id.clone());
    if scored && !root.contains_key("title") {
        work.findings.add(&codes::NO_TITLE, "", "the form has no title");
    }
    let description = work.text(root, "description");
    let broken = work.broken;
    (!broken).then(|| Form { meta, title, description, steps, document: document.clone() })
}

fn form_meta(value: &Value, findings: &mut Findings<'_>) -> Option<FormMeta> {
    let problems = keywords::form_meta(value);
    if !problems.is_empty() {
        for problem in problems {
            findings.problem("/x-form", problem);
        }
        return None;
    }
    match serde_json::from_value(value.clone()) {
        Ok(meta) => Some(meta),
        Err(error) => {
            findings.add(&codes::WRONG_SHAPE, "/x-form", error.to_string());
            None
        }
    }
}

/// The keyword under which a plain JSON Schema keeps its id.
const ID: &str = "x-id";

/// Writes into `document`, if it is a plain JSON Schema, the id it has from the place of its
/// file, so that a document kept in a database has it too.
pub(crate) fn record_id(document: &mut Value, file: &str) {
    let folder = files::folder(file).rsplit('/').next().unwrap_or_default();
    let name = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".json");
    let id = if name == "form" && !folder.is_empty() { folder } else { name };
    if let Some(root) = document.as_object_mut().filter(|it| !it.contains_key("x-form")) {
        root.insert(ID.to_owned(), id.into());
    }
}

/// What is known of a plain JSON Schema: its id.
fn plain_meta(root: &Map<String, Value>) -> FormMeta {
    let id = root.get(ID).and_then(Value::as_str).unwrap_or("form");
    let meta = serde_json::json!({ "id": id, "version": Version::new(0, 0, 0), "language": "en" });
    serde_json::from_value(meta).expect("id, version and language are all that is needed")
}

/// Which of our keywords a step has.
const STEP_KEYWORDS: &[&str] = &["x-visible", "x-guidance"];

/// Which of our keywords a column has.
const COLUMN_KEYWORDS: &[&str] =
    &["x-calculated", "x-guidance", "x-widget", "x-unit", "x-format", "x-decimals", "x-total"];

/// Which of our keywords a question has.
const ASKED_KEYWORDS: &[&str] = &[
    "x-criterion",
    "x-visible",
    "x-calculated",
    "x-guidance",
    "x-widget",
    "x-unit",
    "x-format",
    "x-decimals",
    "x-row",
    "x-report",
    "x-sources",
];

struct Build<'a, 'f, 'p> {
    root: &'a Value,
    scored: bool,
    findings: &'f mut Findings<'p>,
    broken: bool,
    /// The pointers of the schemas whose keywords are read.
    read: BTreeSet<String>,
}

/// What is asked at one place of the document.
#[derive(Clone, Copy)]
struct Asked<'n> {
    name: &'n str,
    path: &'n str,
    required: bool,
    in_table: bool,
}

/// Keywords that a page cannot show although an answer can be checked against them.
const NOT_ASKABLE: [&str; 14] = [
    "allOf",
    "anyOf",
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "patternProperties",
    "propertyNames",
    "prefixItems",
    "contains",
    "unevaluatedProperties",
    "unevaluatedItems",
];

impl Build<'_, '_, '_> {
    fn steps(&mut self, root: &Map<String, Value>) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        self.not_askable(root, "");
        let Some(properties) = root.get("properties").and_then(Value::as_object) else {
            self.findings.add(
                &codes::NOT_ASKABLE,
                "",
                "there are no `properties`, so there is nothing a page could ask",
            );
            return steps;
        };
        self.required_names(root, "", &[]);
        let required = required(root);
        for (name, value) in properties {
            let pointer = format!("/properties/{}", escape(name));
            let is_required = required.contains(&name.as_str());
            let Some(schema) = deref(self.root, value) else {
                self.add_other(&mut steps, name, &pointer, is_required);
                continue;
            };
            if is_object(&schema) {
                let step = self.step(name, &schema, &pointer);
                steps.push(step);
            } else {
                let asked = Asked { name, path: name, required: is_required, in_table: false };
                let question = self.question(asked, &schema, &pointer);
                implicit(&mut steps).questions.push(question);
            }
        }
        steps
    }

    fn add_other(&mut self, steps: &mut Vec<Step>, name: &str, pointer: &str, required: bool) {
        self.findings.add(&codes::NOT_ASKABLE, pointer, "a page cannot ask this");
        implicit(steps).questions.push(plain_question(name, Kind::Other, required));
    }

    fn step(&mut self, name: &str, schema: &Map<String, Value>, pointer: &str) -> Step {
        self.name(name, pointer);
        self.not_askable(schema, pointer);
        self.unknown_keywords(schema, pointer, STEP_KEYWORDS);
        let keywords = self.keywords(schema, pointer);
        self.required_names(schema, pointer, &[]);
        let required = required(schema);
        let properties = schema.get("properties").and_then(Value::as_object);
        let mut questions = Vec::new();
        for (key, value) in properties.into_iter().flatten() {
            let pointer = format!("{pointer}/properties/{}", escape(key));
            let path = format!("{name}.{key}");
            let is_required = required.contains(&key.as_str());
            match deref(self.root, value) {
                Some(schema) => {
                    let asked =
                        Asked { name: key, path: &path, required: is_required, in_table: false };
                    questions.push(self.question(asked, &schema, &pointer));
                }
                None => {
                    self.findings.add(&codes::NOT_ASKABLE, &pointer, "a page cannot ask this");
                    questions.push(plain_question(&path, Kind::Other, is_required));
                }
            }
        }
        Step {
            id: name.to_owned(),
            title: self.title(schema, name, pointer),
            description: self.text(schema, "description"),
            guidance: keywords.guidance,
            visible: keywords.visible,
            questions,
        }
    }

    fn question(
        &mut self,
        asked: Asked<'_>,
        schema: &Map<String, Value>,
        pointer: &str,
    ) -> Question {
        self.name(asked.name, pointer);
        self.not_askable(schema, pointer);
        let ours = if asked.in_table { COLUMN_KEYWORDS } else { ASKED_KEYWORDS };
        self.unknown_keywords(schema, pointer, ours);
        let keywords = self.keywords(schema, pointer);
        let kind = self.kind(schema, pointer, asked.in_table);
        if matches!(kind, Kind::Other) {
            self.findings.add(&codes::NOT_ASKABLE, pointer, "a page cannot ask this");
        }
        Question {
            path: asked.path.to_owned(),
            title: self.title(schema, asked.name, pointer),
            description: self.text(schema, "description"),
            guidance: keywords.guidance,
            kind,
            required: asked.required,
            criterion: keywords.criterion,
            visible: keywords.visible,
            calculated: keywords.calculated,
            unit: keywords.unit,
            format: keywords.format.unwrap_or_default(),
            decimals: keywords.decimals,
            widget: keywords.widget,
            total: keywords.total,
            row: keywords.row,
            report: keywords.report,
            sources: keywords.sources,
        }
    }

    fn kind(&mut self, schema: &Map<String, Value>, pointer: &str, in_table: bool) -> Kind {
        if let Some(choices) = self.choices(schema, pointer) {
            return Kind::Choice(choices);
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("boolean") => Kind::YesNo,
            Some("integer") => Kind::Number { whole: true },
            Some("number") => Kind::Number { whole: false },
            Some("string") => match schema.get("format").and_then(Value::as_str) {
                Some("date") => Kind::Date,
                _ => Kind::Text,
            },
            Some("array") => self.list(schema, pointer, in_table),
            _ => Kind::Other,
        }
    }

    /// Ticked options or a table; a table inside a table cannot be asked, so that a schema
    /// which leads back to itself ends here.
    fn list(&mut self, schema: &Map<String, Value>, pointer: &str, in_table: bool) -> Kind {
        let Some(items) = schema.get("items").and_then(|it| deref(self.root, it)) else {
            return Kind::Other;
        };
        let pointer = format!("{pointer}/items");
        self.unknown_keywords(&items, &pointer, &[]);
        if let Some(choices) = self.choices(&items, &pointer) {
            return Kind::Choices(choices);
        }
        if !is_object(&items) || in_table {
            return Kind::Other;
        }
        self.not_askable(&items, &pointer);
        self.required_names(&items, &pointer, &["id"]);
        let required = required(&items);
        let mut columns = Vec::new();
        for (key, value) in items.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            if key == "id" {
                continue;
            }
            let pointer = format!("{pointer}/properties/{}", escape(key));
            let Some(schema) = deref(self.root, value) else {
                self.findings.add(&codes::NOT_ASKABLE, &pointer, "a page cannot ask this");
                continue;
            };
            let required = required.contains(&key.as_str());
            let asked = Asked { name: key, path: key, required, in_table: true };
            columns.push(self.question(asked, &schema, &pointer));
        }
        Kind::Table(columns)
    }

    /// The options of `schema`: `oneOf` with `const`, or `enum`.
    fn choices(&mut self, schema: &Map<String, Value>, pointer: &str) -> Option<Vec<Choice>> {
        if let Some(options) = schema.get("oneOf").and_then(Value::as_array) {
            let options: Option<Vec<_>> = options
                .iter()
                .map(|it| it.as_object().filter(|it| it.contains_key("const")))
                .collect();
            let options = options?;
            return Some(
                options
                    .into_iter()
                    .enumerate()
                    .map(|(i, option)| self.choice(option, &format!("{pointer}/oneOf/{i}")))
                    .collect(),
            );
        }
        let options = schema.get("enum")?.as_array()?;
        let plain =
            |value: &Value| Choice { value: value.clone(), title: shown(value), description: None };
        Some(options.iter().map(plain).collect())
    }

    fn choice(&mut self, option: &Map<String, Value>, pointer: &str) -> Choice {
        self.unknown_keywords(option, pointer, &[]);
        let value = option["const"].clone();
        let title = match self.text(option, "title") {
            Some(title) => title,
            None => {
                if self.scored {
                    let message = format!("the option `{}` has no title", shown(&value));
                    self.findings.add(&codes::NO_TITLE, pointer, message);
                }
                shown(&value)
            }
        };
        Choice { value, title, description: self.text(option, "description") }
    }

    fn keywords(&mut self, schema: &Map<String, Value>, pointer: &str) -> QuestionKeywords {
        let problems = keywords::question(schema);
        if problems.is_empty() {
            match serde_json::from_value(Value::Object(schema.clone())) {
                Ok(keywords) => return keywords,
                Err(error) => {
                    self.findings.add(&codes::WRONG_SHAPE, pointer, error.to_string());
                }
            }
        }
        self.broken = true;
        for problem in problems {
            self.findings.problem(pointer, problem);
        }
        QuestionKeywords::default()
    }

    fn title(&mut self, schema: &Map<String, Value>, name: &str, pointer: &str) -> String {
        self.text(schema, "title").unwrap_or_else(|| {
            if self.scored {
                let message = format!("`{name}` has no title");
                self.findings.add(&codes::NO_TITLE, pointer, message);
            }
            name.to_owned()
        })
    }

    fn text(&self, schema: &Map<String, Value>, key: &str) -> Option<String> {
        schema.get(key).and_then(Value::as_str).map(str::to_owned)
    }

    fn name(&mut self, name: &str, pointer: &str) {
        if !self.scored {
            return;
        }
        if !is_name(name) {
            let message = format!("`{name}` cannot be a name here");
            self.findings.add_at_key(&codes::BAD_NAME, pointer, message).suggestion =
                Some("use a-z, 0-9 and _, and no word of the expression language".to_owned());
        }
    }

    fn not_askable(&mut self, schema: &Map<String, Value>, pointer: &str) {
        for key in NOT_ASKABLE.iter().filter(|it| schema.contains_key(**it)) {
            let message =
                format!("`{key}` is checked in every answer, but a page cannot ask by it");
            self.findings.add_at_key(&codes::NOT_ASKABLE, &format!("{pointer}/{key}"), message);
        }
    }

    /// Finds names in `required` that `schema` does not have, besides those `implied`.
    fn required_names(&mut self, schema: &Map<String, Value>, pointer: &str, implied: &[&str]) {
        let Some(names) = schema.get("required").and_then(Value::as_array) else { return };
        let properties = schema.get("properties").and_then(Value::as_object);
        for (i, name) in names.iter().enumerate() {
            let Some(name) = name.as_str().filter(|_| self.scored) else { continue };
            if implied.contains(&name) || properties.is_some_and(|it| it.contains_key(name)) {
                continue;
            }
            let known = properties.into_iter().flat_map(Map::keys).map(String::as_str);
            let near = nearest(name, known).map(|it| format!("did you mean `{it}`?"));
            let message = format!("`required` names `{name}`, which is not here");
            let at = format!("{pointer}/required/{i}");
            self.findings.add(&codes::UNKNOWN_NAME, &at, message).suggestion = near;
        }
    }

    /// Finds keywords that neither JSON Schema nor `ours` has.
    fn unknown_keywords(&mut self, schema: &Map<String, Value>, pointer: &str, ours: &[&str]) {
        self.read.insert(pointer.to_owned());
        for key in schema.keys() {
            if ours.contains(&key.as_str()) || STANDARD.contains(&key.as_str()) {
                continue;
            }
            let ours_too = key.starts_with("x-");
            let code = if ours_too { &codes::UNKNOWN_KEYWORD } else { &codes::UNUSUAL_KEYWORD };
            let elsewhere = QuestionKeywords::NAMES.contains(&key.as_str());
            let message = match elsewhere {
                true => format!("`{key}` has no effect here"),
                false => format!("`{key}` is not a keyword"),
            };
            let near = nearest(key, ours.iter().chain(STANDARD).copied()).filter(|_| !elsewhere);
            let pointer = format!("{pointer}/{}", escape(key));
            self.findings.add_at_key(code, &pointer, message).suggestion =
                near.map(|it| format!("did you mean `{it}`?"));
            self.broken |= ours_too;
        }
    }

    /// Finds keywords of ours where nothing reads them.
    fn stray_keywords(&mut self) {
        for pointer in stray(self.root, &self.read) {
            let key = pointer.rsplit('/').next().map(unescape).unwrap_or_default();
            let message =
                format!("`{key}` has no effect here: it is read on steps, questions and columns");
            self.findings.add_at_key(&codes::UNKNOWN_KEYWORD, &pointer, message);
            self.broken = true;
        }
    }
}

/// Whether expressions can name something by `name`.
pub fn is_name(name: &str) -> bool {
    name.starts_with(|it: char| it.is_ascii_lowercase())
        && name.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_')
        && !RESERVED.contains(&name)
}

/// Words that cannot be names, because expressions use them.
const RESERVED: [&str; 14] = [
    "and",
    "or",
    "not",
    "in",
    "is",
    "if",
    "else",
    "true",
    "false",
    "none",
    "row",
    "facts",
    "score",
    "indicators",
];

/// The keywords of JSON Schema 2020-12.
const STANDARD: &[&str] = &[
    "$anchor",
    "$comment",
    "$defs",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$ref",
    "$schema",
    "$vocabulary",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "definitions",
    "dependentRequired",
    "dependentSchemas",
    "deprecated",
    "description",
    "else",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "items",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "readOnly",
    "required",
    "then",
    "title",
    "type",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
    "writeOnly",
];

fn implicit(steps: &mut Vec<Step>) -> &mut Step {
    let at = steps.iter().position(|it| it.id.is_empty()).unwrap_or_else(|| {
        steps.push(Step {
            id: String::new(),
            title: String::new(),
            description: None,
            guidance: None,
            visible: None,
            questions: Vec::new(),
        });
        steps.len() - 1
    });
    &mut steps[at]
}

fn plain_question(path: &str, kind: Kind, required: bool) -> Question {
    Question {
        path: path.to_owned(),
        title: path.to_owned(),
        description: None,
        guidance: None,
        kind,
        required,
        criterion: None,
        visible: None,
        calculated: None,
        unit: None,
        format: model::keywords::Format::Number,
        decimals: None,
        widget: None,
        total: None,
        row: None,
        report: None,
        sources: Vec::new(),
    }
}

/// Follows `$ref` inside `root`, where what stands beside it wins; `None` for what leads back
/// to itself.
pub(crate) fn deref<'v>(root: &'v Value, value: &'v Value) -> Option<Cow<'v, Map<String, Value>>> {
    let mut map = value.as_object()?;
    let mut beside = Map::new();
    for _ in 0..20 {
        let Some(target) = map.get("$ref").and_then(Value::as_str) else {
            if beside.is_empty() {
                return Some(Cow::Borrowed(map));
            }
            let mut merged = map.clone();
            merged.append(&mut beside);
            return Some(Cow::Owned(merged));
        };
        for (key, value) in map.iter().filter(|(key, _)| *key != "$ref") {
            beside.entry(key).or_insert_with(|| value.clone());
        }
        let pointer = target.strip_prefix('#').filter(|it| !it.is_empty())?;
        map = root.pointer(pointer)?.as_object()?;
    }
    None
}

fn is_object(schema: &Map<String, Value>) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("object")
        || (!schema.contains_key("type") && schema.contains_key("properties"))
}

fn required(schema: &Map<String, Value>) -> Vec<&str> {
    schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default()
}

/// A value as a person would write it.
pub(crate) fn shown(value: &Value) -> String {
    model::form::key_of(value)
}
