//! `check`.

use std::fs;

use serde_json::json;

use crate::support::Place;

#[test]
fn the_shipped_forms_have_no_errors() {
    let ran = Place::new().run("check").fine().says("0 errors, 0 warnings").says(" 5 programmes ");
    assert_eq!(ran.out, "");
}

#[test]
fn a_finding_names_file_line_column_and_what_was_meant() {
    let place = Place::with_form();
    let (line, column) = place.change("my-form/form.json", "\"evidence_hint\"", "\"evidence_hnt\"");
    place
        .run("check my-form")
        .ended(1)
        .says(&format!("my-form/form.json:{line}:{column}: error[unknown-keyword]: "))
        .says("`evidence_hint`")
        .says("error: checked 1 form and 5 cases: 1 error");
}

#[test]
fn an_expression_is_pointed_into() {
    let place = Place::with_form();
    let (line, column) =
        place.change("my-form/form.json", "\"not need.owner\"", "\"not need.ownr\"");
    // Behind the quotation mark and `not `.
    let column = column + 5;
    place
        .run("check my-form/form.json")
        .ended(1)
        .says(&format!("my-form/form.json:{line}:{column}: error[unknown-name]"))
        .says("did you mean `need.owner`?");
}

#[test]
fn json_is_one_document_with_every_finding() {
    let place = Place::with_form();
    let (line, column) = place.change("my-form/form.json", "\"evidence_hint\"", "\"evidence_hnt\"");
    let ran = place.run("check my-form --format json").ended(1);
    assert_eq!(ran.err, "");
    let found = ran.json();
    assert_eq!((&found["forms"], &found["cases"]), (&json!(1), &json!(5)));
    let first = &found["findings"][0];
    assert_eq!(first["code"], "unknown-keyword");
    assert_eq!(first["severity"], "error");
    assert_eq!(first["place"]["file"], "my-form/form.json");
    assert_eq!(
        (&first["place"]["line"], &first["place"]["column"]),
        (&json!(line), &json!(column))
    );
    place.change("my-form/form.json", "\"evidence_hnt\"", "\"evidence_hint\"");
    let found = place.run("check my-form --format json").fine().json();
    assert_eq!(found["findings"], json!([]));
}

#[test]
fn one_bad_form_does_not_stop_others() {
    let place = Place::new();
    for name in ["a-broken", "b-latin", "c-wrong-case", "d-good"] {
        place.run(&format!("new forms/{name}")).fine();
    }
    place.write("forms/a-broken/form.json", "{\n  \"title\": \"A\",\n  oops\n}");
    let mut latin = place.bytes("forms/b-latin/form.json");
    latin[20] = 0xe6;
    place.write("forms/b-latin/form.json", latin);
    place.change("forms/c-wrong-case/cases/strong/expected.json", "78.3333", "80.0");
    let ran = place
        .run("check forms")
        .ended(1)
        .says("forms/a-broken/form.json:3:3: error[invalid-json]")
        .says("forms/b-latin/form.json:2:")
        .says("this is not UTF-8 text")
        .says("expected 80")
        .says("checked 4 forms");
    assert!(!ran.err.contains("d-good"), "{}", ran.err);
    place.run("check forms/d-good").fine();
}

#[test]
fn a_case_that_differs_is_named_with_its_line() {
    let place = Place::with_form();
    let (line, _) = place.change("my-form/cases/strong/expected.json", "87.5", "88.5");
    place
        .run("check my-form")
        .ended(1)
        .says(&format!("my-form/cases/strong/expected.json:{line}:"))
        .says("error[case-differs]: expected 88.5, scored 87.5");
}

#[test]
fn a_case_without_an_expectation_is_found() {
    let place = Place::with_form();
    place.write("my-form/cases/half/answers.json", "{}");
    place.run("check my-form").ended(1).says("error[case-invalid]");
}

#[test]
fn a_form_of_any_file_name_has_the_cases_beside_it() {
    let place = Place::with_form();
    place.write("other/small.json", place.read("my-form/form.json"));
    place.write("other/small.da.json", place.read("my-form/form.da.json"));
    for name in ["answers.json", "expected.json"] {
        let text = place.read(&format!("my-form/cases/strong/{name}"));
        place.write(&format!("other/cases/strong/{name}"), text);
    }
    place.run("check other/small.json").says("checked 1 form and 1 case");
    place.change("other/cases/strong/expected.json", "78.3333", "80.0");
    place.run("check other/small.json").ended(1).says("error[case-differs]");
}

#[test]
fn what_no_case_reaches_is_named() {
    let place = Place::with_form();
    fs::remove_dir_all(place.path("my-form/cases/weak")).unwrap();
    place
        .run("check my-form")
        .fine()
        .says("note[unreached]: the cases reach")
        .says("`need.described[0]`");
    let found = place.run("check my-form --format json").fine().json();
    let reached = &found["coverage"]["my-form/form.json"];
    assert!(reached["share"].as_f64().unwrap() < 1.0, "{reached}");
    assert_eq!(reached["reached"]["criteria"]["missed"], json!([]));
}

#[test]
fn a_missing_translation_is_an_error() {
    let place = Place::with_form();
    place.edit("my-form/form.da.json", |it| {
        it.as_object_mut().unwrap().remove("need.owner");
    });
    place.run("check my-form").ended(1).says("error[missing-translation]").says("need.owner");
}

#[test]
fn what_is_not_there_cannot_be_checked() {
    let place = Place::new();
    place.run("check nowhere").ended(3).says("there is no file or folder nowhere");
    place.write("empty/readme.txt", "");
    place.run("check empty").ended(3).says("a form is a folder with a `form.json`");
    place.run("check --form").ended(2);
    place.run("check --format xml").ended(2);
}

#[test]
fn a_plain_json_schema_is_a_form() {
    let place = Place::new();
    place.write(
        "plain.json",
        r#"{"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}}"#,
    );
    place.run("check plain.json").fine();
    place.write(
        "answers.json",
        r#"{"form": {"id": "plain", "version": "0.0.0"}, "subject": {"name": "A", "kind": "project"},
            "date": "2026-10-01", "answers": {"name": "x", "age": 3}}"#,
    );
    place.run("score plain.json answers.json").fine().shows("not scored");
}

/// A programme over the form `my-form`, and a shipped one.
const PROGRAMME: &str = r#"{
  "id": "mine", "version": "1.0.0", "language": "en", "title": "Mine", "subject": "company",
  "roles": [{ "id": "company", "title": "Company" }],
  "stages": [
    { "id": "first", "title": "First", "form": "my-form", "by": "company" },
    { "id": "second", "title": "Second", "form": "export-readiness", "by": "company" },
    { "id": "closed", "title": "Closed", "final": true }
  ],
  "transitions": [
    { "from": "first", "action": "go-on", "title": "Go on", "by": "company", "to": "second" },
    { "from": "second", "action": "close", "title": "Close", "by": "company", "to": "closed",
      "gate": { "when": "first.total >= 40", "message": "Strengthen the first." } }
  ]
}"#;

#[test]
fn a_programme_is_checked_with_the_forms_beside_it_and_the_shipped_ones() {
    let place = Place::with_form();
    place.write("programmes/mine.json", PROGRAMME);
    for path in ["programmes", "programmes/mine.json"] {
        place.run(&format!("check {path}")).fine().says("checked 1 programme: 0 errors");
    }
    place.run("check .").fine().says("checked 1 form, 1 programme and ").says(" cases: 0 errors");
    let found = place.run("check . --format json").fine().json();
    assert_eq!((&found["forms"], &found["programmes"]), (&json!(1), &json!(1)));

    place.write("programmes/mine.da.json", "{}");
    place.run("check programmes").ended(1).says("programmes/mine.da.json: error[missing-trans");
    place.write("elsewhere.json", PROGRAMME);
    place.run("check elsewhere.json").fine().says("checked 1 programme: 0 errors");
}

#[test]
fn what_is_wrong_with_a_programme_has_its_place_and_what_was_meant() {
    let place = Place::with_form();
    place.write("programmes/mine.json", PROGRAMME);
    let (line, column) = place.change("programmes/mine.json", "first.total", "first.totl");
    place
        .run("check programmes")
        .ended(1)
        .says(&format!("programmes/mine.json:{line}:{column}: error[unknown-name]"))
        .says("did you mean `total`?")
        .says("error: checked 1 programme: 1 error");
    place.change("programmes/mine.json", "\"my-form\"", "\"my-frm\"");
    place.run("check programmes").ended(1).says("error[unknown-form]").says("`my-form`?");
    place.edit("my-form/form.json", |it| it["x-form"]["colour"] = json!("red"));
    place.write("programmes/mine.json", PROGRAMME);
    place.run("check programmes").ended(1).says("the form `my-form` has errors");
    place.write("programmes/mine.json", "{ \"stages\": [");
    place.run("check programmes").ended(1).says("error[invalid-json]");
    place.write("empty/programmes/readme.txt", "");
    place.run("check empty/programmes").ended(3).says("there is no form in");
}
