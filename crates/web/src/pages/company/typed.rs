//! What was typed into the fields of a step, read as answers.

use engine::answers::{Edit, What};
use engine::identity::Secret;
use engine::sheets::OpenSheet;
use engine::views::question::{CellView, QuestionView, RowView, row_of};
use model::form::{Choice, Form as AskedForm, Kind, Question};
use model::keywords::Format;
use model::response::Evidence;
use serde_json::{Map, Value};

use crate::error::Problem;
use crate::input::Form;
use crate::language::{Language, Words};

/// What was typed into a step.
#[derive(Debug, Default)]
pub(super) struct Typed {
    /// What it changes.
    pub(super) edits: Vec<Edit>,
    /// What cannot be read as an answer, by place, and why.
    pub(super) problems: Vec<(String, String)>,
}

/// A button beside a question: what it does to the rows of its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rows<'a> {
    Add,
    Remove(&'a str),
    Keep,
}

/// Reads the fields of the questions at `places`.
pub(super) fn read(
    open: &OpenSheet,
    places: &[String],
    form: &Form,
    language: Language,
) -> Result<Typed, Problem> {
    let texts = open.form.texts(language.code());
    let mut reader = Reader { texts, open, form, language, typed: Typed::default() };
    for place in places {
        if let Some(question) = texts.question(place).filter(|it| it.calculated.is_none()) {
            reader.question(question)?;
        }
    }
    Ok(reader.typed)
}

struct Reader<'a> {
    texts: &'a AskedForm,
    open: &'a OpenSheet,
    form: &'a Form,
    language: Language,
    typed: Typed,
}

impl Reader<'_> {
    fn named(&self, name: &str, place: &str) -> String {
        format!("{name}[{place}]")
    }

    fn edit(&mut self, place: &str, what: What) {
        self.typed.edits.push(Edit { place: place.to_owned(), what });
    }

    fn question(&mut self, question: &Question) -> Result<(), Problem> {
        let place = question.path.as_str();
        debug_assert!(self.texts.question(place).is_some());
        // Somebody else's answer was chosen over this one.
        if self.form.find(&self.named("keep", place)) == Some("theirs") {
            return Ok(());
        }
        if let Some(what) = self.answer(question)? {
            match what {
                Ok(what) => self.edit(place, what),
                Err(problem) => self.typed.problems.push((place.to_owned(), problem)),
            }
        }
        if self.form.has(&self.named("confirm", place)) {
            self.edit(place, What::Confirm);
        }
        if let Some(text) = self.form.find(&self.named("comment", place)) {
            let text = normalised(text);
            self.edit(place, What::Comment(Some(text).filter(|it| !it.trim().is_empty())));
        }
        if let Some(id) = self.form.find(&self.named("remove_evidence", place)) {
            let note = self.open.response.notes.get(place);
            let mut evidence = note.map(|it| it.evidence.clone()).unwrap_or_default();
            evidence.retain(|it| evidence_id(it) != id);
            self.edit(place, What::Evidence(evidence));
        }
        Ok(())
    }

    /// What was answered; nothing where nothing was asked in the form that was sent.
    fn answer(&self, question: &Question) -> Result<Option<Result<What, String>>, Problem> {
        let place = question.path.as_str();
        let words = self.language.words();
        if self.form.has(&self.named("clear", place)) {
            return Ok(Some(Ok(What::Answer(Value::Null))));
        }
        if self.form.has(&self.named("not_applicable", place)) {
            let reason = normalised(self.form.get(&self.named("reason", place)));
            let reason = reason.trim();
            return Ok(Some(match reason.is_empty() {
                true => Err(words.text("question.reason_missing")),
                false => Ok(What::NotApplicable(Some(reason.to_owned()))),
            }));
        }
        let excused =
            self.open.response.notes.get(place).is_some_and(|it| it.not_applicable.is_some());
        let value = match &question.kind {
            Kind::Table(columns) => return self.table(question, columns),
            Kind::Choices(choices) => {
                if !self.form.has(&self.named("present", place)) {
                    return Ok(None);
                }
                Ok(self.several(place, choices))
            }
            _ => match self.form.find(&self.named("answer", place)) {
                Some(text) => one(question, text, self.language),
                // No radio button is pressed; that takes back that it does not apply.
                None if excused && self.form.has("revision") => Ok(Value::Null),
                None => return Ok(None),
            },
        };
        Ok(Some(value.map(What::Answer)))
    }

    fn several(&self, place: &str, choices: &[Choice]) -> Value {
        let name = self.named("answer", place);
        let ticked: Vec<&str> = self.form.all(&name).collect();
        let values: Vec<Value> = choices
            .iter()
            .filter(|it| ticked.contains(&it.key().as_str()))
            .map(|it| it.value.clone())
            .collect();
        // What is no option is handed on, so that it is refused and not lost in silence.
        let known = |it: &&&str| choices.iter().any(|choice| choice.key() == **it);
        let unknown = ticked.iter().filter(|it| !known(it)).map(|it| Value::from(*it));
        let all: Vec<Value> = values.into_iter().chain(unknown).collect();
        let none = self.form.has(&self.named("none", place));
        if all.is_empty() && !none { Value::Null } else { Value::Array(all) }
    }

    fn table(
        &self,
        question: &Question,
        columns: &[Question],
    ) -> Result<Option<Result<What, String>>, Problem> {
        let place = question.path.as_str();
        let Some(ids) = self.form.find(&self.named("rows", place)) else { return Ok(None) };
        let mut ids: Vec<String> =
            ids.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect();
        match self.button(place) {
            Rows::Add => ids.push(row_id()?),
            Rows::Remove(id) => ids.retain(|it| it != id),
            Rows::Keep => {}
        }
        let cells = self.form.inside("cell");
        let own: Vec<(Vec<&str>, &str)> =
            cells.filter(|(names, _)| names.first() == Some(&place) && names.len() == 3).collect();
        let mut rows = Vec::new();
        for id in &ids {
            let mut row = Map::new();
            for column in columns.iter().filter(|it| it.calculated.is_none()) {
                let given =
                    own.iter().filter(|(names, _)| names[1] == id && names[2] == column.path);
                let given: Vec<&str> = given.map(|(_, value)| *value).collect();
                match cell(column, &given, self.language) {
                    Ok(Value::Null) => {}
                    Ok(value) => drop(row.insert(column.path.clone(), value)),
                    Err(problem) => {
                        return Ok(Some(Err(format!("{}: {problem}", column.title))));
                    }
                }
            }
            rows.push(row_of(id, row));
        }
        let value = if rows.is_empty() { Value::Null } else { Value::Array(rows) };
        Ok(Some(Ok(What::Answer(value))))
    }

    fn button(&self, place: &str) -> Rows<'_> {
        if self.form.has(&self.named("add_row", place)) {
            return Rows::Add;
        }
        self.form.find(&self.named("remove_row", place)).map_or(Rows::Keep, Rows::Remove)
    }
}

/// The place of the table whose rows a button was to change, if one was pressed.
pub(super) fn table_in_hand(form: &Form) -> Option<String> {
    let mut buttons = form.inside("add_row").chain(form.inside("remove_row"));
    buttons.next().map(|(names, _)| names.concat())
}

/// What a program sends of what was typed into the fields of a question: text, a list of what
/// is ticked, or rows. What is of another kind is handed on, so that it is refused.
pub(crate) fn of_json(
    question: &Question,
    typed: &Value,
    language: Language,
) -> Result<Value, String> {
    match (&question.kind, typed) {
        (Kind::Choices(choices), Value::Array(items)) => {
            Ok(items.iter().map(|it| chosen(choices, it)).collect())
        }
        (Kind::Table(columns), Value::Array(rows)) => {
            rows.iter().map(|it| row_of_json(columns, it, language)).collect()
        }
        (_, Value::String(text)) => one(question, text, language),
        (_, other) => Ok(other.clone()),
    }
}

/// The value of the option that is ticked.
fn chosen(choices: &[Choice], ticked: &Value) -> Value {
    let found = choices.iter().find(|it| ticked.as_str() == Some(it.key().as_str()));
    found.map_or_else(|| ticked.clone(), |it| it.value.clone())
}

fn row_of_json(columns: &[Question], row: &Value, language: Language) -> Result<Value, String> {
    let Value::Object(cells) = row else { return Ok(row.clone()) };
    let mut read = Map::new();
    for (name, typed) in cells {
        let column = columns.iter().find(|it| it.path == *name && it.calculated.is_none());
        let value = match column {
            Some(column) => of_json(column, typed, language)
                .map_err(|problem| format!("{}: {problem}", column.title))?,
            None => typed.clone(),
        };
        if !value.is_null() {
            read.insert(name.clone(), value);
        }
    }
    Ok(Value::Object(read))
}

fn cell(column: &Question, given: &[&str], language: Language) -> Result<Value, String> {
    if let Kind::Choices(choices) = &column.kind {
        let ticked = choices.iter().filter(|it| given.contains(&it.key().as_str()));
        let ticked: Vec<Value> = ticked.map(|it| it.value.clone()).collect();
        return Ok(if ticked.is_empty() { Value::Null } else { Value::Array(ticked) });
    }
    one(column, given.first().copied().unwrap_or_default(), language)
}

/// One value as it was typed.
fn one(question: &Question, text: &str, language: Language) -> Result<Value, String> {
    let words = language.words();
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    match &question.kind {
        Kind::Choice(choices) => {
            let found = choices.iter().find(|it| it.key() == text);
            Ok(found.map_or_else(|| Value::from(text), |it| it.value.clone()))
        }
        Kind::YesNo => match text {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => Ok(text.into()),
        },
        Kind::Number { whole } => number(question, text, *whole, language).ok_or_else(|| {
            words.text(if *whole { "question.not_whole" } else { "question.not_number" })
        }),
        Kind::Date => Ok(text.trim().into()),
        _ => Ok(normalised(text).into()),
    }
}

/// A number as people type it: `1.234,5` or `1234,5` in Danish, `1,234.5` in English; a single
/// mark that could be either is the decimal one of the language.
fn number(question: &Question, text: &str, whole: bool, language: Language) -> Option<Value> {
    let (point, thousands) = match language {
        Language::Da => (',', '.'),
        Language::En => ('.', ','),
    };
    let compact: String = text
        .chars()
        .filter(|it| !it.is_whitespace() && *it != '\u{a0}' && *it != '\u{202f}')
        .map(|it| if it == '\u{2212}' { '-' } else { it })
        .collect();
    let compact = compact.strip_suffix('%').unwrap_or(&compact);
    let (head, tail) = compact.split_once(point).unwrap_or((compact, ""));
    let mut groups = head.split(thousands);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let plain = if rest.is_empty() {
        first.to_owned()
    } else if rest.iter().all(|it| it.len() == 3) {
        format!("{first}{}", rest.concat())
    } else if rest.len() == 1 && tail.is_empty() {
        // Somebody typed the decimal mark of the other language.
        format!("{first}.{}", rest[0])
    } else {
        return None;
    };
    let plain = if tail.is_empty() { plain } else { format!("{plain}.{tail}") };
    let digits = plain.strip_prefix('-').unwrap_or(&plain);
    let allowed = |it: char| it.is_ascii_digit() || it == '.';
    if digits.is_empty() || digits.len() > 30 || !digits.chars().all(allowed) {
        return None;
    }
    let value: f64 = plain.parse().ok()?;
    let value = if question.format == Format::Percent { value / 100.0 } else { value };
    if whole {
        let exact = value.fract().abs() < f64::EPSILON && value.abs() < 9e15;
        return exact.then(|| plain.parse::<i64>().map_or_else(|_| value.into(), Value::from));
    }
    Some(value.into())
}

/// Text as it is kept: with plain line ends.
fn normalised(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// An id for a new row.
fn row_id() -> Result<String, Problem> {
    let secret = Secret::new()?;
    let letters = secret.reveal().bytes().map(|it| char::from(b'a' + it % 26));
    Ok(format!("r{}", letters.take(8).collect::<String>()))
}

/// Names a piece of evidence beside an answer by what it says.
pub(crate) fn evidence_id(it: &Evidence) -> String {
    let text = serde_json::to_string(it).unwrap_or_default();
    engine::attachments::hash(text.as_bytes())[..16].to_owned()
}

/// Shows in `view` what was typed, where that was not saved.
pub(super) fn lay_over(view: &mut QuestionView, form: &Form) {
    let place = view.place.clone();
    let name = format!("answer[{place}]");
    let typed: Vec<&str> = form.all(&name).collect();
    match view.field.kind {
        "one" | "yes-no" | "several" | "ladder" => {
            for option in &mut view.field.options {
                option.chosen = typed.contains(&option.value.as_str());
            }
            if let Some(none) = &mut view.field.none {
                none.chosen = form.has(&format!("none[{place}]"));
            }
        }
        "table" => view.rows = typed_rows(view, form),
        _ => view.field.value = typed.first().copied().unwrap_or_default().to_owned(),
    }
    if let Some(it) = &mut view.not_applicable {
        it.ticked = form.has(&format!("not_applicable[{place}]"));
        form.get(&format!("reason[{place}]")).clone_into(&mut it.reason);
    }
}

fn typed_rows(view: &QuestionView, form: &Form) -> Vec<RowView> {
    let place = &view.place;
    let ids = form.get(&format!("rows[{place}]")).split(',').filter(|it| !it.is_empty());
    let cell = |id: &str, column: &str| {
        let name = format!("cell[{place}][{id}][{column}]");
        let chosen: Vec<String> = form.all(&name).map(str::to_owned).collect();
        let value = chosen.first().cloned().unwrap_or_default();
        CellView { value, chosen, error: None }
    };
    let row = |id: &str| RowView {
        id: id.to_owned(),
        cells: view.columns.iter().map(|it| (it.name.clone(), cell(id, &it.name))).collect(),
    };
    ids.map(row).collect()
}

/// What is wrong with a value, in the reader's words.
pub(crate) fn refused(it: &engine::answers::RefusedEdit, words: &Words) -> String {
    let own = words.find(&format!("refused.{}", it.code));
    own.map_or_else(|| it.message.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str, whole: bool, language: Language) -> Option<String> {
        number(&Question::default(), text, whole, language).map(|it| it.to_string())
    }

    #[test]
    fn numbers_are_read_as_people_type_them() {
        for (text, language, expected) in [
            ("1.234,5", Language::Da, Some("1234.5")),
            ("1 234,5", Language::Da, Some("1234.5")),
            ("12,5", Language::Da, Some("12.5")),
            ("12.5", Language::Da, Some("12.5")),
            ("1.250", Language::Da, Some("1250.0")),
            ("1,234.5", Language::En, Some("1234.5")),
            ("12,5", Language::En, Some("12.5")),
            ("−3", Language::Da, Some("-3.0")),
            ("1.2.3", Language::Da, None),
            ("12,5,3", Language::Da, None),
            ("1e9", Language::En, None),
            ("NaN", Language::En, None),
            ("abc", Language::En, None),
            ("-", Language::En, None),
        ] {
            assert_eq!(typed(text, false, language).as_deref(), expected, "{text}");
        }
        assert_eq!(typed("12", true, Language::Da).as_deref(), Some("12"));
        assert_eq!(typed("12,5", true, Language::Da), None);
    }

    #[test]
    fn shares_are_typed_in_percent() {
        let question = Question { format: Format::Percent, ..Question::default() };
        let value = number(&question, "7 %", false, Language::Da);
        assert_eq!(value, Some(Value::from(0.07)));
    }
}
