//! `schema`.

use serde_json::Value;

use crate::support::Place;

#[test]
fn every_document_has_a_schema() {
    let place = Place::new();
    for document in [
        "form",
        "response",
        "scorecard",
        "report",
        "profile",
        "blank",
        "comparison",
        "programme",
        "expected",
    ] {
        let schema = place.run(&format!("schema {document}")).fine().json();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert!(schema["properties"].is_object(), "{document}");
    }
}

#[test]
fn the_schema_of_forms_is_the_one_beside_them() {
    let place = Place::with_form();
    let schema = place.run("schema form").fine().json();
    let beside: Value = serde_json::from_str(&place.read("my-form/form.schema.json")).unwrap();
    assert_eq!(schema, beside);
}

#[test]
fn answers_have_the_schema_of_their_form() {
    let place = Place::with_form();
    let schema = place.run("schema answers my-form").fine();
    assert!(!schema.out.contains("\"x-"), "{}", schema.out);
    assert_eq!(schema.json()["properties"]["economy"]["required"][0], "measured");
    place.run("schema answers proof-of-value").fine();
    place.run("schema answers").ended(2);
    place.run("schema answers no-form").ended(2).says("there is no form");
    place.run("schema letter").ended(2);
}
