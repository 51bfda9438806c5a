//! Comma-separated values (RFC 4180): UTF-8 with a byte order mark, a comma between cells, every
//! cell in quotes, a point in decimal numbers, times in UTC (RFC 3339).
//!
//! A spreadsheet takes some cells for formulas. Words that it could take for one, that begin with
//! a tab or a new line, or that begin with an apostrophe, therefore get one apostrophe more in
//! front. Who reads the file with a program takes that one away again: of every cell of words, one
//! leading apostrophe if there is one, and gets exactly what was written.

use std::borrow::Cow;

use ::csv::{QuoteStyle, Writer, WriterBuilder};
use chrono::SecondsFormat;
use engine::results_table::{Cell, Column, Row};

use crate::error::Problem;

fn writer() -> Writer<Vec<u8>> {
    WriterBuilder::new().quote_style(QuoteStyle::Always).from_writer(Vec::new())
}

/// The titles of the columns.
pub(crate) fn head(columns: &[Column]) -> Result<Vec<u8>, Problem> {
    let mut writer = writer();
    let titles = columns.iter().map(|it| it.title);
    writer.write_record(titles).map_err(|it| Problem::failed(&it))?;
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    bytes.extend(written(writer)?);
    Ok(bytes)
}

/// Some rows.
pub(crate) fn rows(rows: &[Row]) -> Result<Vec<u8>, Problem> {
    let mut writer = writer();
    for row in rows {
        let cells = row.cells();
        let texts = cells.iter().map(text);
        writer
            .write_record(texts.map(|it| it.into_owned().into_bytes()))
            .map_err(|it| Problem::failed(&it))?;
    }
    written(writer)
}

fn written(writer: Writer<Vec<u8>>) -> Result<Vec<u8>, Problem> {
    writer.into_inner().map_err(|it| Problem::failed(&it))
}

fn text(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Empty => Cow::Borrowed(""),
        Cell::Text(text) => guarded(text),
        Cell::Number(number) => Cow::Owned(number.to_string()),
        Cell::Time(at) => Cow::Owned(at.to_rfc3339_opts(SecondsFormat::Secs, true)),
    }
}

/// Words as they are written.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    if is_risky(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

fn is_risky(text: &str) -> bool {
    let first = text.chars().find(|it| !is_passed_over(*it));
    text.starts_with(['\'', '\t', '\r', '\n']) || first.is_some_and(begins_formula)
}

/// What can stand before a formula and does not keep it from being one.
fn is_passed_over(it: char) -> bool {
    let quote = matches!(
        it,
        '"' | '\'' | '`' | '´' | '«' | '»' | '\u{2018}'
            ..='\u{201f}' | '\u{2039}' | '\u{203a}' | '\u{ff02}' | '\u{ff07}'
    );
    let unseen = matches!(
        it,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}'
    );
    it.is_whitespace() || it.is_control() || quote || unseen
}

/// With what a formula begins; the wide and small forms are the same to some programs.
fn begins_formula(it: char) -> bool {
    matches!(
        it,
        '=' | '+'
            | '-'
            | '@'
            | '＝'
            | '＋'
            | '－'
            | '＠'
            | '\u{fe66}'
            | '\u{fe62}'
            | '\u{fe63}'
            | '\u{fe6b}'
            | '\u{2212}'
            | '\u{207a}'
            | '\u{207b}'
            | '\u{2010}'..='\u{2015}'
    )
}

#[cfg(test)]
mod tests {
    use ::csv::ReaderBuilder;
    use engine::results_table::{Kind, columns};

    use super::*;
    use crate::export::samples::{HOSTILE, rows as sample_rows};

    fn unguarded(text: &str) -> &str {
        text.strip_prefix('\'').unwrap_or(text)
    }

    #[test]
    fn hostile_words_are_harmless_and_come_back_as_they_were() {
        let columns = columns("da");
        let mut file = head(&columns).unwrap();
        file.extend(rows(&sample_rows()).unwrap());
        let text = String::from_utf8(file).unwrap();
        let text = text.strip_prefix('\u{feff}').unwrap();
        let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
        assert_eq!(reader.headers().unwrap().get(0), Some("Virksomhed"));
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), HOSTILE.len());
        for (record, hostile) in records.iter().zip(HOSTILE) {
            assert_eq!(record.len(), columns.len());
            for (cell, column) in record.iter().zip(&columns) {
                if column.kind != Kind::Text {
                    continue;
                }
                assert_eq!(unguarded(cell), *hostile, "{}", column.id);
                let first = cell.trim_start().trim_matches('"').chars().next();
                assert!(!first.is_some_and(begins_formula), "{cell:?}");
                assert!(!cell.starts_with(['\t', '\r', '\n']), "{cell:?}");
            }
        }
    }

    #[test]
    fn ordinary_words_are_left_alone() {
        for text in ["Eksempel A/S", "a=b", "3-D Eksempel", "1.5", "", "x - y", "O'Eksempel"] {
            assert_eq!(guarded(text), text);
        }
    }
}
