//! Reads JSON strictly, and finds the line and column of a place in it.

use std::borrow::Cow;

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use model::response::UniqueValue;
use model::{Finding, Place};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::codes;

/// The largest form or overlay that is read, in bytes.
pub const LARGEST_FORM: usize = 4 << 20;

/// The largest response that is read, in bytes.
pub const LARGEST_RESPONSE: usize = 8 << 20;

/// How many objects and lists can stand inside each other in what is read.
pub const MOST_LEVELS: usize = 127;

/// The pointer of the first object or list in `value` that lies below `levels` others.
pub(crate) fn too_deep(value: &Value, levels: usize) -> Option<String> {
    let inside = |key: &str, value| Some(format!("/{key}{}", too_deep(value, levels - 1)?));
    match value {
        Value::Object(_) | Value::Array(_) if levels == 0 => Some(String::new()),
        Value::Object(map) => map.iter().find_map(|(key, it)| inside(&escape(key), it)),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(i, it)| inside(&i.to_string(), it))
        }
        _ => None,
    }
}

/// Reads `text` as one JSON value without a key that stands twice.
pub fn read(file: &str, text: &str, largest: usize) -> Result<Value, Finding> {
    read_unique::<UniqueValue>(file, text, largest).map(|it| it.0)
}

/// Reads `text` as a `T` that itself refuses a key that stands twice; the finding says line and
/// column.
pub fn read_unique<T: DeserializeOwned>(
    file: &str,
    text: &str,
    largest: usize,
) -> Result<T, Finding> {
    if text.len() > largest {
        let message = format!("the file has {} bytes; at most {largest} are read", text.len());
        return Err(codes::TOO_LARGE.finding(whole(file), message));
    }
    parse(file, text)
}

/// Reads `text` as a `T`, in which no key may stand twice either; the finding says line and
/// column.
pub fn read_as<T: DeserializeOwned>(file: &str, text: &str, largest: usize) -> Result<T, Finding> {
    read(file, text, largest)?;
    parse(file, text)
}

fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Finding> {
    serde_json::from_str(without_mark(text)).map_err(|error| {
        let place = Place {
            file: file.to_owned(),
            line: u32::try_from(error.line()).ok().filter(|it| *it > 0),
            column: u32::try_from(error.column()).ok().map(|it| it.max(1)),
            pointer: None,
        };
        let text = error.to_string();
        let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(it, _)| it);
        let twice = message.strip_prefix("duplicate field ");
        let message = twice.map_or(Cow::Borrowed(message), |key| {
            Cow::Owned(format!("the key {key} stands twice"))
        });
        let code = match () {
            () if message.contains("stands twice") => &codes::DUPLICATE_KEY,
            () if message.contains("recursion limit") => &codes::NESTED_TOO_DEEPLY,
            () if error.is_data() => &codes::WRONG_SHAPE,
            () => &codes::INVALID_JSON,
        };
        code.finding(place, message.into_owned())
    })
}

/// `text` without the byte order mark that some editors put before it.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The place of a whole file.
pub fn whole(file: &str) -> Place {
    Place { file: file.to_owned(), ..Place::default() }
}

/// Finds line and column of JSON Pointers in one text.
#[derive(Debug)]
pub struct Locator<'a> {
    file: &'a str,
    text: &'a str,
    root: Option<ast::Value<'a>>,
}

impl<'a> Locator<'a> {
    /// Parses `text` for places; a text that is no JSON has none.
    pub fn new(file: &'a str, text: &'a str) -> Self {
        let text = without_mark(text);
        let root = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default())
            .ok()
            .and_then(|it| it.value);
        Self { file, text, root }
    }

    /// The place of the value at `pointer`; of the nearest ancestor where it does not exist.
    pub fn value(&self, pointer: &str) -> Place {
        self.place(pointer, 0, false)
    }

    /// The place `offset` bytes into the text that stands at `pointer`.
    ///
    /// Escapes in the text are not counted, so the column can be off by their length.
    pub fn inside(&self, pointer: &str, offset: usize) -> Place {
        self.place(pointer, offset + 1, false)
    }

    /// The number at `pointer` as it is written.
    pub fn number(&self, pointer: &str) -> Option<&'a str> {
        let mut node = self.root.as_ref()?;
        for token in pointer.split('/').skip(1).map(unescape) {
            node = child(node, &token)?.0;
        }
        match node {
            ast::Value::NumberLit(number) => Some(number.value),
            _ => None,
        }
    }

    /// The place of the key that `pointer` ends with.
    pub fn key(&self, pointer: &str) -> Place {
        self.place(pointer, 0, true)
    }

    fn place(&self, pointer: &str, offset: usize, key: bool) -> Place {
        let mut place = Place {
            file: self.file.to_owned(),
            pointer: Some(pointer.to_owned()),
            line: None,
            column: None,
        };
        if let Some(start) = self.root.as_ref().map(|root| start(root, pointer, key)) {
            let (line, column) = line_and_column(self.text, start + offset);
            place.line = Some(line);
            place.column = Some(column);
        }
        place
    }
}

fn start(root: &ast::Value<'_>, pointer: &str, key: bool) -> usize {
    let mut node = root;
    let mut at = root.start();
    for token in pointer.split('/').skip(1).map(unescape) {
        let Some((value, property)) = child(node, &token) else { return at };
        node = value;
        at = property.filter(|_| key).unwrap_or(node.start());
    }
    at
}

/// The value that `token` leads to in `node`, and where its key begins, if it has one.
fn child<'n, 'a>(
    node: &'n ast::Value<'a>,
    token: &str,
) -> Option<(&'n ast::Value<'a>, Option<usize>)> {
    match node {
        ast::Value::Object(object) => {
            let property = object.properties.iter().find(|it| it.name.as_str() == token)?;
            Some((&property.value, Some(property.start())))
        }
        ast::Value::Array(array) => Some((array.elements.get(token.parse::<usize>().ok()?)?, None)),
        _ => None,
    }
}

fn line_and_column(text: &str, offset: usize) -> (u32, u32) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

/// One token of a JSON Pointer, escaped.
pub fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// One token of a JSON Pointer, unescaped.
pub fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_stands_twice_is_refused_with_its_place() {
        let finding = read("a.json", "{\n  \"x\": 1,\n  \"x\": 2\n}", 100).unwrap_err();
        assert_eq!(finding.code, "duplicate-key");
        assert_eq!(finding.place.line, Some(3));
    }

    #[test]
    fn deep_nesting_is_refused_and_does_not_overflow() {
        let text = "[".repeat(100_000);
        assert_eq!(read("a.json", &text, 1 << 20).unwrap_err().code, "nested-too-deeply");
    }

    #[test]
    fn a_large_file_is_refused() {
        assert_eq!(read("a.json", &" ".repeat(101), 100).unwrap_err().code, "too-large");
    }

    #[test]
    fn places_are_found_by_pointer() {
        let text = "{\n  \"æ\": [1,\n    {\"b\": \"x\"}]\n}";
        let locator = Locator::new("a.json", text);
        let place = locator.value("/æ/1/b");
        assert_eq!((place.line, place.column), (Some(3), Some(11)));
        let place = locator.key("/æ/1/b");
        assert_eq!((place.line, place.column), (Some(3), Some(6)));
        assert_eq!((locator.number("/æ/0"), locator.number("/æ/1/b")), (Some("1"), None));
    }
}
