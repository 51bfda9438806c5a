//! A form on paper: what its template is given.
//!
//! `UPDATE=1 cargo test -p tests --test engine blank` writes the samples of the template anew.

use std::fs;
use std::path::{Path, PathBuf};

use engine::EngineError;
use engine::blank::blank_data;
use forms::prepare::PreparedForm;
use forms::{Files, load};
use model::blank::{BlankData, BlankQuestion, Earning, Field};
use model::keywords::RowJoin;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A form that asks in every way.
fn test_site() -> PreparedForm {
    let folder = repository().join("tests/engine/test-site");
    let files: Files = ["form.json", "form.da.json"]
        .into_iter()
        .map(|it| (format!("test-site/{it}"), fs::read_to_string(folder.join(it)).unwrap()))
        .collect();
    let loaded = load(&files, "test-site/form.json");
    loaded.form.unwrap_or_else(|| panic!("{:#?}", loaded.findings))
}

fn english() -> BlankData {
    blank_data(&test_site(), "en").unwrap()
}

#[track_caller]
fn question<'d>(data: &'d BlankData, title: &str) -> &'d BlankQuestion {
    let mut questions = data.steps.iter().flat_map(|it| &it.questions);
    questions.find(|it| it.title == title).unwrap_or_else(|| panic!("{title} is not asked"))
}

#[track_caller]
fn earning<'d>(data: &'d BlankData, title: &str) -> &'d Earning {
    &question(data, title).criterion.as_ref().expect("it counts").earning
}

#[test]
fn the_samples_of_the_template_are_what_this_form_gives() {
    let form = test_site();
    for (language, name) in [("en", "sample.json"), ("da", "sample.da.json")] {
        let path = repository().join("reports/blank").join(name);
        let data = blank_data(&form, language).unwrap();
        let text = serde_json::to_string_pretty(&data).unwrap() + "\n";
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(found == text, "{} is out of date: run this test with UPDATE=1", path.display());
    }
}

#[test]
fn questions_are_numbered_and_conditions_name_the_numbers() {
    let data = english();
    assert_eq!(data.steps[1].number, "2");
    assert_eq!(question(&data, "Consent").number, "1.3");
    let condition = |title| question(&data, title).condition.as_deref().unwrap_or_default();
    assert_eq!(condition("Day of consent"), "“Consent” (1.3) is answered with yes");
    assert_eq!(
        condition("Size of the room"),
        "“A room of its own” is ticked in “Equipment at hand” (2.1)"
    );
    assert_eq!(
        condition("Floor"),
        "“A room of its own” is ticked in “Equipment at hand” (2.1) and this holds: \
         `(place.equipment | first) == 'room'`"
    );
}

#[test]
fn what_earns_points_is_told_for_every_rubric() {
    let data = english();
    let Field::One { options } = &question(&data, "Staff").field else { panic!("one is ticked") };
    let points: Vec<_> = options.iter().map(|it| it.points.unwrap()).collect();
    assert_eq!(points, [0.0, 50.0, 100.0]);
    assert_eq!(options[2].evidence.map(|it| it.name()), Some("E2"));
    let Field::Ladder { options } = &question(&data, "Readiness of the equipment").field else {
        panic!("it is a ladder")
    };
    let points: Vec<_> = options.iter().map(|it| it.points.unwrap()).collect();
    assert_eq!(points, [0.0, 50.0, 100.0]);
    assert_eq!(
        *earning(&data, "Equipment at hand"),
        Earning::Count {
            points: vec![0.0, 25.0, 50.0, 100.0],
            top_when: Some("“Length of the trial” (2.3) is at least 4\u{a0}weeks".to_owned()),
        }
    );
    assert_eq!(
        *earning(&data, "Length of the trial"),
        Earning::Cutoffs { steps: vec![(4.0, 33.333333333), (8.0, 66.666666667), (12.0, 100.0)] }
    );
    assert_eq!(
        *earning(&data, "The staff's own judgement"),
        Earning::Scale { top: 10, halves: true }
    );
    assert_eq!(
        *earning(&data, "Partners"),
        Earning::Rows {
            join: RowJoin::Mean,
            low: 1.0,
            high: 5.0,
            columns: vec![("Trust".to_owned(), 2), ("Skill".to_owned(), 1)],
            exclude: Some("Conflict of interest".to_owned()),
        }
    );
    let how = "“Balance of effort”".to_owned();
    assert_eq!(*earning(&data, "Balance of effort"), Earning::Formula { how });
}

#[test]
fn limits_examples_and_calculations_are_told() {
    let data = english();
    let Field::Number { low, high, unit, whole, .. } =
        &question(&data, "Length of the trial").field
    else {
        panic!("it is a number")
    };
    assert_eq!(
        (*low, *high, unit.as_deref(), *whole),
        (Some(1.0), Some(104.0), Some("weeks"), true)
    );
    let example = question(&data, "Size of the room").example.as_deref();
    assert_eq!(example, Some("24\u{a0}m²"));
    let Field::Calculated { how, .. } = &question(&data, "Share of working time").field else {
        panic!("it is calculated")
    };
    assert_eq!(how, "“Staff time a week” ÷ 37");
    let Field::Table { columns, most, .. } = &question(&data, "Partners").field else {
        panic!("it is a table")
    };
    assert_eq!((columns.len(), *most), (8, Some(12)));
    let Field::Calculated { how, .. } = &columns[7].field else { panic!("it is calculated") };
    assert_eq!(how, "“Share” × 400 ÷ 100");
}

#[test]
fn a_language_that_the_form_has_not_is_refused() {
    let error = blank_data(&test_site(), "fr").unwrap_err();
    assert!(matches!(error, EngineError::NoLanguage { .. }), "{error}");
}

#[test]
fn a_plain_schema_is_a_form_on_paper_too() {
    let schema = r#"{"type": "object", "properties": {
        "name": {"type": "string"}, "other": {"type": ["string", "null"]}}}"#;
    let files: Files = [("plain/form.json", schema)].into_iter().collect();
    let form = load(&files, "plain/form.json").form.unwrap();
    let data = blank_data(&form, "en").unwrap();
    assert!(data.scoring.is_none() && data.steps[0].number.is_empty());
    let numbers: Vec<_> = data.steps[0].questions.iter().map(|it| it.number.as_str()).collect();
    assert_eq!(numbers, ["1", "2"]);
    assert_eq!(data.steps[0].questions[1].field, Field::Other);
}
