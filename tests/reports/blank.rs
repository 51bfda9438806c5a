//! A form on paper.

use model::blank::{BlankColumn, BlankData, Field};
use reports::blank_pdf;

use crate::assert_says;
use crate::pdf::Pdf;
use crate::sample::blank;

fn drawn(data: &BlankData) -> Pdf {
    Pdf::read(&blank_pdf(data).unwrap())
}

/// The columns of the first table.
fn columns(data: &mut BlankData) -> &mut Vec<BlankColumn> {
    let mut questions = data.steps.iter_mut().flat_map(|it| &mut it.questions);
    let table = questions.find_map(|it| match &mut it.field {
        Field::Table { columns, .. } => Some(columns),
        _ => None,
    });
    table.unwrap()
}

#[test]
fn a_form_on_paper_says_what_its_data_says() {
    let data = blank("sample.json");
    let pdf = drawn(&data);
    assert_says(
        &pdf,
        &[
            "Form to read and discuss before it is answered",
            "About 15 minutes",
            "19 in 2 steps",
            "A project or solution",
            "Every question that counts earns from 0 to 100 points",
            "60%",
            "Asked only if “Consent” (1.3) is answered with yes.",
            "Asked on the same condition as 1.4.",
            "(place.equipment | first) == 'room'",
            "Tick one.",
            "Tick all that fit; none is an answer too.",
            "needs E2",
            "Not applicable, because",
            "People, weight 2",
            "level 4 needs E1. Photographs or a plan of the rooms.",
            "0: 0 · 1: 25 · 2: 50 · 3 or more: 100.",
            "The most points are given only if “Length of the trial” (2.3) is at least 4",
            "below 4: 0 · from 4: 33.3 · from 8: 66.7 · from 12: 100.",
            "0: 0 · 0.5: 80 · 1: 100.",
            "0 gives none, 10 gives 100; halves may be given.",
            "Trust (2), Skill (1); 1 gives none, 5 gives 100. The mean of the rows counts.",
            "A tick under “Conflict of interest” takes the row out.",
            "(whole number, from 1 to 104)",
            "For example 24 m².",
            "“Staff time a week” ÷ 37",
            "every dimension reaches 60; 50% of the weight has evidence E2 or better",
            "Blocks the result",
            "Place scores at most 50",
            "Without the citizens' consent the trial cannot begin.",
            "Confirmed by an independent partner or user",
            "Prøvekommunen (2025): Guide to trials together with citizens",
            "What the result cannot be used for",
            &data.hash,
            "Page 1 of",
        ],
    );
}

#[test]
fn every_question_stands_with_its_number_and_all_its_options() {
    for name in ["sample.json", "sample.da.json"] {
        let data = blank(name);
        let pdf = drawn(&data);
        for question in data.steps.iter().flat_map(|it| &it.questions) {
            assert_says(&pdf, &[&format!("{}{}", question.number, question.title)]);
            assert_says(&pdf, &[question.description.as_deref().unwrap_or_default()]);
            for piece in question.guidance.iter().flat_map(|it| &it.pieces) {
                assert_says(&pdf, &[&piece.text]);
            }
            if let Field::One { options } | Field::Several { options } | Field::Ladder { options } =
                &question.field
            {
                for it in options {
                    assert_says(&pdf, &[&it.title, it.description.as_deref().unwrap_or_default()]);
                }
            }
            if let Field::Table { columns, .. } = &question.field {
                for it in columns {
                    assert!(pdf.says_times(&it.title) >= 2, "{}", it.title);
                }
            }
        }
    }
}

#[test]
fn a_danish_form_writes_as_danish_does() {
    assert_says(
        &drawn(&blank("sample.da.json")),
        &[
            "Skema til gennemlæsning og drøftelse, før det besvares",
            "Cirka 15 minutter",
            "Stilles kun, hvis »Samtykke« (1.3) er besvaret med ja.",
            "Stilles på samme betingelse som 1.4.",
            "Sæt ét kryds.",
            "kræver E2",
            "Ikke relevant, fordi",
            "fra 4: 33,3 · fra 8: 66,7",
            "0: 0 · 0,5: 80 · 1: 100.",
            "Sted kan højst score 50",
            "Side 1 af",
        ],
    );
}

#[test]
fn a_form_on_paper_can_be_read_aloud() {
    for (name, language, title) in [
        ("sample.json", "en", "Test site – Form to read and discuss before it is answered"),
        (
            "sample.da.json",
            "da",
            "Afprøvningssted – Skema til gennemlæsning og drøftelse, før det besvares",
        ),
    ] {
        let data = blank(name);
        let pdf = drawn(&data);
        assert!(pdf.is_tagged());
        assert_eq!(pdf.language().as_deref(), Some(language));
        assert_eq!(pdf.title().as_deref(), Some(title));
        assert_eq!(pdf.count("Title"), 1);
        let questions: usize = data.steps.iter().map(|it| it.questions.len()).sum();
        // Each question has a heading; so have the nine parts of the last pages.
        assert_eq!(pdf.count("H2"), questions + 9);
        assert!(pdf.count("L") > 8 && pdf.count("Table") >= 6);
        assert!(pdf.metadata().contains("<pdfuaid:part>1</pdfuaid:part>"));
        assert!(pdf.fonts_left_out().is_empty(), "{:?}", pdf.fonts_left_out());
    }
}

#[test]
fn the_same_form_gives_the_same_bytes() {
    let data = blank("sample.da.json");
    let first = blank_pdf(&data).unwrap();
    let mut other = data.clone();
    other.title.push('!');
    assert_ne!(blank_pdf(&other).unwrap(), first);
    assert!(blank_pdf(&data).unwrap() == first);
}

#[test]
fn a_form_that_says_little_is_drawn_too() {
    let mut data = blank("sample.json");
    data.scoring = None;
    (data.description, data.purpose, data.respondent, data.minutes) = (None, None, None, None);
    (data.method, data.limits, data.licences, data.subject) = (None, None, None, None);
    data.steps.truncate(1);
    data.steps[0].number.clear();
    data.steps[0].questions.truncate(1);
    (data.gates, data.indicators, data.sources) = (Vec::new(), Vec::new(), Vec::new());
    let pdf = drawn(&data);
    assert_says(&pdf, &["This form gathers answers and gives no score."]);
    assert!(!pdf.says("Does not count"));
    data.steps.clear();
    drawn(&data);
}

#[test]
fn a_table_of_many_columns_is_set_row_by_row() {
    let mut data = blank("sample.json");
    assert_says(&drawn(&data), &["Row 1", "Row 2", "Row 3"]);
    columns(&mut data).truncate(3);
    let few = drawn(&data);
    assert!(!few.says("Row 1") && few.count("TH") > 15);
    let column = columns(&mut data)[0].clone();
    *columns(&mut data) = vec![column; 60];
    assert_says(&drawn(&data), &["Row 3"]);
}

#[test]
fn texts_of_a_form_stay_texts() {
    let mut data = blank("sample.json");
    let hostile = r##"#read("/etc/passwd") *x* `y` ] } <label> @ref"##;
    data.title = hostile.to_owned();
    let question = &mut data.steps[0].questions[0];
    question.title = hostile.to_owned();
    question.description = Some(hostile.to_owned());
    question.condition = Some("this holds: `#panic(\"no\")`".to_owned());
    if let Field::One { options } = &mut question.field {
        options[0].title = hostile.to_owned();
    }
    let pdf = drawn(&data);
    assert_says(&pdf, &[hostile, "#panic(\"no\")"]);
    assert!(!pdf.says("root:x:0:0"));
    assert!(pdf.links().iter().all(|it| it.starts_with("https://example.org")));
}

#[test]
fn long_names_and_long_words_fit() {
    let mut data = blank("sample.da.json");
    let word = "Speciallægepraksisplanlægningsstabiliseringsperiode";
    data.title = format!("{word} {}", "Rehabiliteringsunderstøttelse ".repeat(5)).trim().into();
    data.steps[0].title = format!("{word} {word} {word}");
    let question = &mut data.steps[0].questions[1];
    question.title = format!("{word} {word}");
    if let Field::One { options } = &mut question.field {
        let option = options[0].clone();
        options.extend(vec![option; 60]);
        options[0].title = format!("{word} {word} {word} {word}");
    }
    columns(&mut data)[1].title = word.to_owned();
    assert_says(&drawn(&data), &[&data.title, &format!("{word} {word} {word} {word}")]);
}
