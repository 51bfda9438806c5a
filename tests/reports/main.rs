//! Reports as their readers get them: text, structure, attachments, bytes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod blank;
mod charts;
mod checkers;
mod hostile;
mod pdf;
mod sample;

use model::Grade;
use model::report::{EvidenceLine, ReportData};
use model::scorecard::{AnswerState, Status};
use reports::{ReportError, company_pdf, profile_pdf};

use crate::pdf::Pdf;
use crate::sample::{company, profile, scorecard};

fn drawn(data: &ReportData) -> Pdf {
    Pdf::read(&company_pdf(data, scorecard()).unwrap())
}

#[track_caller]
fn assert_says(pdf: &Pdf, texts: &[&str]) {
    for text in texts {
        assert!(pdf.says(text), "the report does not say »{text}«");
    }
}

#[test]
fn an_english_report_says_what_its_data_says() {
    let data = company("sample.json");
    let pdf = drawn(&data);
    assert_says(
        &pdf,
        &[
            "Prøveprojekt Tryghed Hjemme",
            "Proof of value, version 1.2.0",
            "22 November 2026",
            "Full result",
            "Data and health technologies – from potential to solutions",
            "Emerging",
            "56.3 of 100",
            "Of what is answered 58.6",
            "At most 60.3",
            "2 of 4 conditions are met",
            "Citizen and clinical value scores at most 60",
            "Waits for: Ethics, consent and law",
            "lowest",
            "Hypothesis tested with users and buyers",
            "Document the level “Improvement against a comparator”",
            "Evaluation design clinic",
            "Have the effect on falls reviewed by Eksempel Universitet",
            "77,789 DKK",
            "npv(flows(economy.investment",
            "−366,926",
            "not known",
            "Evidence index",
            "Just",
            "10 Reduced inequalities",
            "Level 3 needs evidence of grade E2 or better; the best given is E1, so level 2 counts.",
            "Time study, 4 weeks, 3 districts",
            "31 May 2026",
            "Confirmed by an independent partner or user",
            "What the result cannot be used for",
            "Evidence standards framework for digital health technologies",
            "Notified body",
            &data.provenance.form,
            &data.provenance.response,
            "Page 1 of",
        ],
    );
}

#[test]
fn a_danish_report_writes_numbers_and_dates_in_danish() {
    let pdf = drawn(&company("sample.da.json"));
    assert_says(
        &pdf,
        &[
            "Eksempel Medico ApS",
            "22. november 2026",
            "På vej",
            "114 af 200",
            "56,9 på skalaen fra 0 til 100",
            "121 Klar til første skridt",
            "Alle 2 krav er opfyldt.",
            "−4,2",
            "Nå niveauet »Budget for 6 måneder«",
            "Jeres egen handlingsplan",
            "Det giver 3,1 af 4,2 point.",
            "Egne data eller formelt dokument",
            "14. september 2026",
            "Hvad rapporten bygger på",
            "Side 1 af",
        ],
    );
}

#[test]
fn every_question_stands_with_its_answer_and_explanation() {
    let data = company("sample.json");
    let pdf = drawn(&data);
    for question in data.steps.iter().flat_map(|it| &it.questions) {
        assert_says(&pdf, &[&question.title, &question.answer]);
        for text in [&question.descriptor, &question.comment, &question.not_applicable] {
            assert_says(&pdf, &[text.as_deref().unwrap_or_default()]);
        }
        for line in question.points.iter().flat_map(|it| &it.explanation) {
            assert_says(&pdf, &[line]);
        }
        for cell in question.rows.iter().chain(&question.totals).flat_map(|it| &it.cells) {
            assert_says(&pdf, &[&cell.label, &cell.text]);
        }
    }
}

#[test]
fn large_numbers_are_grouped_as_the_language_does() {
    let mut data = company("sample.json");
    data.indicators[1].number = Some(-1_234_567.5);
    data.indicators[1].decimals = 1;
    assert_says(&drawn(&data), &["−1,234,567.5 DKK"]);
    data.language = "da".to_owned();
    assert_says(&drawn(&data), &["−1.234.567,5 DKK", "56,5 %"]);
}

#[test]
fn scores_are_rounded_half_up_by_their_decimals() {
    let mut data = company("sample.json");
    data.indicators[1].number = Some(54.35);
    data.indicators[1].decimals = 1;
    data.indicators[1].unit = Some("points".to_owned());
    assert_says(&drawn(&data), &["54.4 points"]);
}

#[test]
fn dates_in_answers_are_written_as_the_language_does() {
    let mut data = company("sample.da.json");
    data.actions[0].cells[2].text = "2027-02-28".to_owned();
    data.steps[0].questions[0].answer = "2026-05-04".to_owned();
    assert_says(&drawn(&data), &["28. februar 2027", "4. maj 2026"]);
}

#[test]
fn only_the_largest_of_many_next_steps_are_shown() {
    let mut data = company("sample.json");
    let step = data.next_steps.remove(0);
    data.next_steps = (1..=12).map(|_| step.clone()).collect();
    assert_says(&drawn(&data), &["Steps not shown: 4. Each would bring at most 3.3 points."]);
}

#[test]
fn a_report_can_be_read_aloud() {
    for (name, language, title) in [
        ("sample.json", "en", "Prøveprojekt Tryghed Hjemme – Proof of value"),
        ("sample.da.json", "da", "Eksempel Medico ApS – Eksportparathed"),
    ] {
        let data = company(name);
        let pdf = drawn(&data);
        assert!(pdf.is_tagged());
        assert_eq!(pdf.language().as_deref(), Some(language));
        assert_eq!(pdf.title().as_deref(), Some(title));
        assert_eq!(pdf.count("Title"), 1);
        let questions: usize = data.steps.iter().map(|it| it.questions.len()).sum();
        assert_eq!(pdf.count("H3"), questions);
        assert!(pdf.count("H1") >= 7);
        assert!(pdf.count("TH") > 20);
        assert!(pdf.count("Table") >= 7);
    }
}

#[test]
fn every_chart_has_its_data_as_words_and_as_a_table() {
    let pdf = drawn(&company("sample.json"));
    let elements = pdf.elements();
    let figures: Vec<_> = elements.iter().filter(|it| it.tag == "Figure").collect();
    let alts: Vec<&str> = figures.iter().map(|it| it.alt.as_deref().unwrap()).collect();
    let expected = [
        "The score is 56.3",
        "Radar chart with 6 axes",
        "Organisation and staff: documented 63.9, claimed 69.4, at most 63.9.",
        "Technology: 7 of 9, before 6.",
        "Investment from 680,000 to 1,020,000: the result goes from 247,789 to −92,211.",
        "Score 56.3, Evidence index 2",
        "Zone: Just.",
    ];
    for text in expected {
        assert!(alts.iter().any(|it| it.contains(text)), "no chart says {text}: {alts:#?}");
    }
    assert_eq!(figures.len(), 7);
}

#[test]
fn a_report_conforms_to_pdf_ua_and_pdf_a_and_brings_its_typefaces() {
    let pdf = drawn(&company("sample.json"));
    let metadata = pdf.metadata();
    for text in [
        "<pdfuaid:part>1</pdfuaid:part>",
        "<pdfaid:part>3</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "2026-11-22T00:00:00Z",
    ] {
        assert!(metadata.contains(text), "{metadata}");
    }
    assert!(pdf.fonts_left_out().is_empty(), "{:?}", pdf.fonts_left_out());
}

#[test]
fn the_scorecard_is_attached_as_it_was_given() {
    let pdf = drawn(&company("sample.da.json"));
    let [attachment] = &pdf.attachments()[..] else { panic!("one file is attached") };
    assert_eq!(attachment.name, "scorecard.json");
    assert_eq!(attachment.relationship, "Data");
    assert_eq!(attachment.mime, "application/json");
    assert!(attachment.description.contains("Resultatkortet"));
    assert_eq!(attachment.bytes, scorecard());
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    let data = company("sample.json");
    let first = company_pdf(&data, scorecard()).unwrap();
    let mut other = data.clone();
    other.subject.name.push('!');
    assert_ne!(company_pdf(&other, scorecard()).unwrap(), first);
    assert!(company_pdf(&data, scorecard()).unwrap() == first);
}

#[test]
fn an_empty_assessment_is_told_apart_from_a_bad_one() {
    let mut data = company("sample.da.json");
    let headline = data.headline.as_mut().unwrap();
    (headline.band, headline.band_description) = (None, None);
    headline.score.strict = 0.0;
    headline.score.answered = None;
    headline.score.upper = 100.0;
    headline.score.completeness = 0.0;
    data.status = Status::Preliminary;
    data.strengths.clear();
    data.evidence.clear();
    data.actions.clear();
    data.tags.clear();
    for question in data.steps.iter_mut().flat_map(|it| &mut it.questions) {
        question.state = AnswerState::Missing;
        question.answer.clear();
        question.points = None;
    }
    assert_says(
        &drawn(&data),
        &[
            "Foreløbig",
            "Endnu intet niveau",
            "Der er for få svar til at placere resultatet.",
            "Endnu giver intet svar point.",
            "I har ikke noteret nogen handlinger.",
            "Endnu ikke besvaret",
            "I har ikke angivet nogen dokumentation.",
        ],
    );
}

#[test]
fn a_form_without_scores_gets_a_report_too() {
    let mut data = company("sample.json");
    data.status = Status::NotScored;
    data.headline = None;
    data.bands.clear();
    data.dimensions.clear();
    data.gates.clear();
    data.strengths.clear();
    data.gaps.clear();
    data.next_steps.clear();
    data.certainty = None;
    data.venn = None;
    data.steps.clear();
    data.method = None;
    data.sources.clear();
    assert_says(
        &drawn(&data),
        &["This form gathers answers and gives no score.", "No questions were asked."],
    );
}

#[test]
fn every_status_has_its_words() {
    for (status, text) in [
        (Status::NotEligible, "Not eligible"),
        (Status::Blocked, "The result is blocked whatever the score."),
        (Status::NotAssessable, "Too many dimensions do not apply"),
    ] {
        let mut data = company("sample.json");
        data.status = status;
        data.headline.as_mut().unwrap().band = None;
        data.steps.clear();
        assert_says(&drawn(&data), &[text]);
    }
}

#[test]
fn forty_pieces_of_evidence_break_over_pages() {
    let mut data = company("sample.da.json");
    data.evidence = (1..=40)
        .map(|number| EvidenceLine {
            question: "Rettigheder og kontrakter på markedet".to_owned(),
            title: format!("Databehandleraftale nummer {number}, underskrevet"),
            grade: Grade::ALL[number % 5],
            date: Some("2026-03-01".to_owned()),
            link: None,
        })
        .collect();
    let few = drawn(&company("sample.da.json")).pages();
    let pdf = drawn(&data);
    assert!(pdf.pages() > few);
    assert_says(&pdf, &["Databehandleraftale nummer 1,", "Databehandleraftale nummer 40,"]);
}

#[test]
fn long_names_and_long_words_fit() {
    let mut data = company("sample.da.json");
    let word = "Speciallægepraksisplanlægningsstabiliseringsperiode";
    data.subject.name =
        format!("{word} {}", "Rehabiliteringsunderstøttelse ".repeat(5)).trim().into();
    assert!(data.subject.name.chars().count() >= 200);
    data.dimensions[0].title = word.to_owned();
    data.gaps[0].question = word.to_owned();
    data.steps[1].questions[0].title = word.to_owned();
    let pdf = drawn(&data);
    assert_says(&pdf, &[&data.subject.name, word]);
    assert_eq!(pdf.title().unwrap(), format!("{} – Eksportparathed", data.subject.name));
}

#[test]
fn a_date_that_is_none_is_an_error_that_says_where() {
    for date in ["yesterday", "2026-02-31"] {
        let mut data = company("sample.json");
        data.date = date.to_owned();
        let error = company_pdf(&data, scorecard()).unwrap_err();
        let ReportError::Template(problems) = &error else { panic!("{error}") };
        assert!(problems[0].message.contains("dat"), "{error}");
        assert!(!error.to_string().is_empty());
    }
}

#[test]
fn an_unknown_language_falls_back_to_english() {
    let mut data = company("sample.json");
    data.language = "fo".to_owned();
    let pdf = drawn(&data);
    assert_eq!(pdf.language().as_deref(), Some("en"));
    assert_says(&pdf, &["Next steps"]);
}

#[test]
fn a_profile_sets_results_side_by_side() {
    let document = br#"{"language": "en"}"#;
    let english = Pdf::read(&profile_pdf(&profile("sample.json"), document).unwrap());
    assert_says(
        &english,
        &[
            "Profile",
            "Prøveprojekt Tryghed Hjemme",
            "Proof of collaboration",
            "71.5",
            "Not given yet: Proof of market",
            "54.7 of 100 (84% of the weight is given)",
            "The others alone give 65.1 of 100",
            "Lowest result",
            "Just",
            "Place in the strategy",
            "this subject",
            "Technology (TRL)",
            &profile("sample.json").results[5].scorecard,
        ],
    );
    assert_eq!(english.count("Figure"), 4);
    assert!(english.elements().iter().all(|it| it.tag != "Figure" || it.alt.is_some()));
    let [attachment] = &english.attachments()[..] else { panic!("one file is attached") };
    assert_eq!((attachment.name.as_str(), &attachment.bytes[..]), ("profile.json", &document[..]));

    let danish = Pdf::read(&profile_pdf(&profile("sample.da.json"), document).unwrap());
    assert_eq!(danish.language().as_deref(), Some("da"));
    assert_says(
        &danish,
        &[
            "Proof of collaboration",
            "71,5",
            "Mangler endnu: Proof of market",
            "54,7 af 100 (84 % af vægten foreligger)",
            "Retfærdig",
            "Plads i strategien",
            "Bæredygtig forebyggelse",
        ],
    );
}

#[test]
fn a_profile_of_nothing_says_so() {
    let mut data = profile("sample.da.json");
    data.results.clear();
    data.venn = None;
    let pdf = Pdf::read(&profile_pdf(&data, b"{}").unwrap());
    assert_says(&pdf, &["Der er endnu ingen resultater at samle."]);
}
