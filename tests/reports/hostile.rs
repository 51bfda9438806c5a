//! What people type stays text, whatever it looks like.

use reports::{LONGEST_TEXT, ReportError, company_pdf};

use crate::sample::{company, scorecard};
use crate::{assert_says, drawn};

/// Texts that mean something to Typst, to shells, to readers of PDF or to the eye.
const HOSTILE: &[&str] = &[
    r##"#read("/etc/passwd")"##,
    r##"#import "@preview/cetz:0.4.0": *"##,
    r##"#eval("1+1") #panic("no") #sys.inputs #include "main.typ""##,
    "] } ) ; [ { (",
    "*bold* _emph_ `raw` ```raw``` $x^2$ = Heading",
    "- list + enum / term: @label <label> \\ ~ -- ---",
    "\"quotes\" 'single' // comment /* comment */",
    "<script>alert(1)</script> &amp; %PDF-1.7 endobj stream",
    "=1+1 +1 -1 @SUM(A1)",
];

#[test]
fn markup_in_answers_stands_as_it_was_typed() {
    let mut data = company("sample.json");
    for (question, text) in
        data.steps.iter_mut().flat_map(|it| &mut it.questions).zip(HOSTILE.iter().cycle())
    {
        question.answer = (*text).to_owned();
        question.comment = Some((*text).to_owned());
        question.title = (*text).to_owned();
    }
    for (row, text) in data.actions.iter_mut().zip(HOSTILE) {
        row.cells[0].label = (*text).to_owned();
        row.cells[0].text = (*text).to_owned();
    }
    data.subject.name = HOSTILE[0].to_owned();
    data.evidence[0].title = HOSTILE[1].to_owned();
    data.narratives = HOSTILE.iter().map(|it| (*it).to_owned()).collect();
    let pdf = drawn(&data);
    assert_says(&pdf, HOSTILE);
    assert!(!pdf.says("root:x:0:0"));
    assert!(pdf.title().unwrap().starts_with(HOSTILE[0]));
}

#[test]
fn only_addresses_of_pages_become_links() {
    let mut data = company("sample.json");
    for (evidence, link) in data.evidence.iter_mut().zip([
        "https://www.example.org/paper",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "C:\\Bilag\\aftale.pdf",
        "https://",
    ]) {
        evidence.link = Some(link.to_owned());
    }
    let pdf = drawn(&data);
    assert!(pdf.links().contains(&"https://www.example.org/paper".to_owned()));
    assert!(pdf.links().iter().all(|it| it.starts_with("https://")));
    assert_says(&pdf, &["javascript:alert(1)", "file:///etc/passwd", "C:\\Bilag\\aftale.pdf"]);
}

#[test]
fn characters_without_a_picture_get_a_mark_that_is_explained() {
    let mut data = company("sample.da.json");
    data.subject.name = "漢字 Eksempel 🦀 ApS".to_owned();
    let pdf = drawn(&data);
    assert_says(&pdf, &["□□ Eksempel □ ApS", "skrifttyper ikke kan vise"]);
    assert!(!drawn(&company("sample.da.json")).says("skrifttyper ikke kan vise"));
}

#[test]
fn marks_of_direction_cannot_turn_a_text_around() {
    let mut data = company("sample.json");
    data.subject.name = "Safe \u{202e}elpmaxE\u{202c} \u{2066}ApS\u{2069}".to_owned();
    assert_says(&drawn(&data), &["Safe elpmaxE ApS"]);
}

#[test]
fn a_comment_of_a_hundred_thousand_characters_is_shortened_with_a_mark() {
    let mut data = company("sample.json");
    let question = data.steps.iter_mut().flat_map(|it| &mut it.questions).next().unwrap();
    question.comment = Some("0123456789".repeat(10_000));
    let pdf = drawn(&data);
    assert_says(&pdf, &["0123456789 […]", "[…] marks a text"]);
    let shown = pdf.says_times("0123456789");
    assert!((LONGEST_TEXT / 10 - 5..=LONGEST_TEXT / 10).contains(&shown), "{shown}");
}

#[test]
fn a_table_of_thousands_of_rows_is_shortened_with_a_mark() {
    let mut data = company("sample.da.json");
    let row = data.actions[0].clone();
    data.actions = vec![row; 5_000];
    let pdf = drawn(&data);
    assert_says(&pdf, &["[…] 4.800 mere", "[…] viser, at en tekst eller tabel"]);
    assert!(pdf.pages() < 40);
}

#[test]
fn more_text_than_anybody_reads_is_refused() {
    let mut data = company("sample.json");
    data.narratives = vec!["word ".repeat(1_100); 20_000];
    let error = company_pdf(&data, scorecard()).unwrap_err();
    assert!(matches!(error, ReportError::TooLarge { .. }), "{error}");
}
