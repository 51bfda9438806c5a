//! Makes texts drawable: what no typeface can draw, what is invisible, what is too long.

use std::borrow::Cow;

use serde_json::Value;

use crate::ReportError;
use crate::world::DRAWN;

/// Stands for a character that no typeface of a report can draw.
pub const UNDRAWABLE: char = '□';

/// Marks a text that was shortened.
pub const SHORTENED: &str = " […]";

/// How many characters of one text a report shows.
pub const LONGEST_TEXT: usize = 6_000;

/// How many characters a whole report can show.
pub const MOST_CHARACTERS: usize = 1_000_000;

/// The longest run of characters without a space that is left as it is.
const LONGEST_RUN: usize = 24;

/// The longest run of letters that is left to hyphenation.
const LONGEST_WORD: usize = 60;

/// The longest run of letters and digits, which no hyphenation knows.
const LONGEST_CODE: usize = 24;

/// Where links, ids and hashes stand, which get no places to break, so that they can be copied
/// and compared.
const WHOLE: [&str; 5] = ["link", "id", "form", "response", "scorecard"];

/// How many characters of one text a report of many long texts shows at least.
const SHORTEST_TEXT: usize = 100;

/// Makes every text in `data` drawable; where all of them are too much, the longest are shortened
/// further.
pub(crate) fn prepare(data: &mut Value) -> Result<(), ReportError> {
    let mut longest = LONGEST_TEXT;
    let mut characters = walk(data, true, longest);
    while characters > MOST_CHARACTERS && longest > SHORTEST_TEXT {
        longest = (longest / 2).max(SHORTEST_TEXT);
        characters = walk(data, true, longest);
    }
    if characters > MOST_CHARACTERS {
        return Err(ReportError::TooLarge { characters, limit: MOST_CHARACTERS });
    }
    Ok(())
}

/// Makes the texts below `value` drawable, none longer than `longest` where it may break, and
/// counts their characters.
fn walk(value: &mut Value, breaks: bool, longest: usize) -> usize {
    match value {
        Value::String(text) => {
            let drawn = shorten(drawable(text), if breaks { longest } else { LONGEST_TEXT });
            *text = if breaks { breakable(&drawn).into_owned() } else { drawn };
            text.chars().count()
        }
        Value::Array(items) => items.iter_mut().map(|it| walk(it, breaks, longest)).sum(),
        Value::Object(fields) => {
            // What has no value, as a number that is not one, is left out like what is absent.
            fields.retain(|_, it| !it.is_null());
            let breaks = |name: &String| breaks && !WHOLE.contains(&name.as_str());
            fields.iter_mut().map(|(name, it)| walk(it, breaks(name), longest)).sum()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// `text` without what is invisible, and with a mark for what no typeface can draw.
fn drawable(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.chars()
        .filter_map(|it| match it {
            '\n' => Some('\n'),
            '\r' | '\u{2028}' | '\u{2029}' => Some('\n'),
            it if it.is_whitespace() && it != '\u{a0}' => Some(' '),
            it if is_invisible(it) => None,
            it if is_private(it) || !DRAWN.contains(&it) => Some(UNDRAWABLE),
            it => Some(it),
        })
        .collect()
}

/// Whether `character` has no picture: controls, among them those that turn the direction of
/// a text, joiners, and selectors of variants.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// Whether `character` means nothing outside one typeface; PDF/A refuses such characters.
fn is_private(character: char) -> bool {
    matches!(
        character,
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}' | '\u{100000}'..='\u{10fffd}'
    )
}

fn shorten(text: String, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}{SHORTENED}", text[..end].trim_end()),
        None => text,
    }
}

/// `text` with invisible places to break inside long file names, addresses and the like.
fn breakable(text: &str) -> Cow<'_, str> {
    if !text.split_whitespace().any(|it| it.chars().count() > LONGEST_RUN) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for piece in text.split_inclusive(char::is_whitespace) {
        if piece.trim_end().chars().count() <= LONGEST_RUN {
            out.push_str(piece);
            continue;
        }
        let has_digits = piece.contains(|it: char| it.is_ascii_digit());
        let longest = if has_digits { LONGEST_CODE } else { LONGEST_WORD };
        let mut since_break = 0;
        let mut letters = piece.chars().peekable();
        while let Some(letter) = letters.next() {
            out.push(letter);
            since_break += 1;
            let joint = !letter.is_alphanumeric()
                && letters.peek().is_some_and(|next| next.is_alphanumeric());
            if joint || since_break >= longest {
                out.push('\u{200b}');
                since_break = 0;
            }
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(text: &str) -> String {
        let mut value = Value::from(text);
        prepare(&mut value).unwrap();
        value.as_str().unwrap().to_owned()
    }

    #[test]
    fn plain_texts_stay_as_they_are() {
        let text = "Smørrebrød på Ærø: 5 ≤ x ≥ −3 → »ja«, 50 % · 2 × 3…\nto linjer";
        assert_eq!(prepared(text), text);
    }

    #[test]
    fn every_character_that_is_kept_can_be_drawn_and_exported() {
        let mut characters: Vec<char> = DRAWN.iter().copied().collect();
        characters.sort_unstable();
        let texts: Vec<String> = characters
            .chunks(LONGEST_TEXT / 2)
            .map(|chunk| chunk.iter().flat_map(|it| [*it, 'a']).collect())
            .collect();
        let sample = include_str!("../../../reports/company/sample.json");
        let mut data: model::report::ReportData = serde_json::from_str(sample).unwrap();
        data.steps.clear();
        data.narratives = texts;
        crate::company_pdf(&data, b"{}").unwrap();
    }

    #[test]
    fn undrawable_characters_get_a_mark() {
        assert_eq!(prepared("a漢字b🦀c\u{e001}"), "a□□b□c□");
    }

    #[test]
    fn invisible_characters_are_removed() {
        assert_eq!(prepared("a\u{202e}b\u{2066}c\u{0}d\u{200d}e\u{feff}"), "abcde");
        assert_eq!(prepared("a\r\nb\rc\u{2028}d\te\u{3000}f"), "a\nb\nc\nd e f");
    }

    #[test]
    fn long_texts_are_shortened_with_a_mark() {
        let text = prepared(&"ord ".repeat(25_000));
        assert!(text.ends_with("ord […]"));
        assert!(text.chars().count() <= LONGEST_TEXT + SHORTENED.chars().count());
    }

    #[test]
    fn file_names_can_break_and_words_stay_whole() {
        assert_eq!(
            prepared("Bilag_3_Eksportstrategi_2026.pdf"),
            "Bilag_\u{200b}3_\u{200b}Eksportstrategi_\u{200b}2026.\u{200b}pdf"
        );
        let word = "speciallægepraksisplanlægningsstabiliseringsperiode";
        assert_eq!(prepared(word), word);
        assert!(prepared(&"x".repeat(200)).contains('\u{200b}'));
    }

    #[test]
    fn links_and_hashes_get_no_breaks() {
        let link = "https://www.example.org/a/very/long/path/to/some/evidence.pdf";
        let mut data =
            serde_json::json!({ "link": link, "form": format!("sha256:{}", "a".repeat(64)) });
        let before = data.clone();
        prepare(&mut data).unwrap();
        assert_eq!(data, before);
        let typed = prepared(&format!("sha256:{}", "a1".repeat(32)));
        assert!(typed.split('\u{200b}').all(|it| it.chars().count() <= LONGEST_CODE), "{typed}");
    }

    #[test]
    fn many_long_texts_are_shortened_until_a_report_can_show_them() {
        let row = serde_json::json!({ "cells": ["ord ".repeat(675), "kort"] });
        let mut data = Value::from(vec![row; 1_000]);
        prepare(&mut data).unwrap();
        let cells = &data[999]["cells"];
        assert!(cells[0].as_str().unwrap().ends_with(SHORTENED), "{cells}");
        assert_eq!(cells[1], "kort");
    }

    #[test]
    fn more_texts_than_a_report_can_show_are_refused() {
        let mut data = Value::from(vec![Value::from("x ".repeat(2_500)); 20_000]);
        assert!(matches!(prepare(&mut data), Err(ReportError::TooLarge { .. })));
    }
}
