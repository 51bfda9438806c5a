//! `publish`.

use serde_json::Value;

use crate::support::Place;

#[test]
fn a_published_form_never_changes() {
    let place = Place::with_form();
    place.run("publish my-form").fine().shows("my-form 0.1.0 is published").shows("sha256:");
    let published = place.bytes("my-form/published/0.1.0.json");
    place.run("publish my-form").fine();
    place.run("check my-form").fine();

    place.change("my-form/form.json", "\"weight\": 60", "\"weight\": 61");
    place.change("my-form/form.json", "\"weight\": 40", "\"weight\": 39");
    place.write("my-form/cases/strong/expected.json", r#"{"shows": "Anything."}"#);
    place
        .run("publish my-form")
        .ended(1)
        .says("error[published-changed]")
        .says("raise the version")
        .says("a form with errors is not published");
    place.run("check my-form").ended(1).says("error[published-changed]");
    assert!(published == place.bytes("my-form/published/0.1.0.json"));

    place.change("my-form/form.json", "\"0.1.0\"", "\"0.2.0\"");
    for case in ["capped", "claimed", "strong", "unfinished", "weak"] {
        place.change(&format!("my-form/cases/{case}/answers.json"), "0.1.0", "0.2.0");
    }
    for case in ["claimed", "unfinished"] {
        place.write(&format!("my-form/cases/{case}/expected.json"), r#"{"shows": "Anything."}"#);
    }
    place.run("publish my-form").fine().shows("my-form 0.2.0 is published");
    assert!(published == place.bytes("my-form/published/0.1.0.json"));
}

#[test]
fn what_is_published_is_the_form_whole_and_in_order() {
    let place = Place::with_form();
    place.run("publish my-form").fine();
    let published: Value =
        serde_json::from_str(&place.read("my-form/published/0.1.0.json")).unwrap();
    let steps: Vec<_> = published["properties"].as_object().unwrap().keys().collect();
    assert_eq!(steps, ["need", "economy"]);
    place.write("copy/form.json", place.read("my-form/published/0.1.0.json"));
    let hash = |form: &str| {
        let args = ["score", form, "my-form/cases/strong/answers.json", "--format", "json"];
        place.assay(args).fine().json()["provenance"]["form"].clone()
    };
    assert_eq!(hash("my-form"), hash("copy"));
}

#[test]
fn mending_a_translation_is_no_new_form() {
    let place = Place::with_form();
    place.run("publish my-form").fine();
    place.change("my-form/form.da.json", "\"Behovet\"", "\"Det behov, der er\"");
    place.run("publish my-form").fine();
}

#[test]
fn a_form_is_published_in_file_and_database_or_in_neither() {
    let place = Place::with_form();
    place.run("publish my-form --database sqlite:no/such/folder.db").ended(3);
    assert!(!place.path("my-form/published").exists());
    place.change("my-form/form.json", "not need.owner", "not need.ownr");
    place.run("publish my-form").ended(1);
    assert!(!place.path("my-form/published").exists());
    assert!(!place.path("assay.db").exists());
    place.run("publish nowhere").ended(3);
}
