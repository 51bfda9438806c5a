//! `compare`.

use serde_json::json;

use crate::support::Place;

/// A place with a published form and a draft that was changed since.
fn changed() -> Place {
    let place = Place::with_form();
    place.run("publish my-form").fine();
    place.edit("my-form/form.json", |it| {
        it["x-form"]["version"] = json!("0.2.0");
        it["x-form"]["minutes"] = json!(25);
        let need = &mut it["properties"]["need"]["properties"];
        need["described"]["x-criterion"]["weight"] = json!(5);
        need["described"]["oneOf"][0]["title"] = json!("Not at all");
        need["owner"]["description"] =
            json!("Is there somebody who owns the need, pays for it and takes part in the work?");
        need["words"] = json!({ "title": "In your words", "type": "string" });
    });
    place
}

#[test]
fn what_changed_since_publishing_is_told_step_by_step() {
    let place = changed();
    let ran = place.run("compare my-form/published/0.1.0.json my-form").fine();
    insta::assert_snapshot!("compare", ran.out);
    assert_eq!(ran.err, "");
}

#[test]
fn titles_and_words_are_in_the_language_asked_for() {
    let place = changed();
    place.run("compare my-form/published/0.1.0.json my-form --lang fr").ended(2).says("`fr`");
    let overlay = place.read("my-form/form.da.json");
    place.write(
        "my-form/form.da.json",
        overlay.replacen('{', "{ \"need.words\": \"Med egne ord\",", 1),
    );
    place
        .run("compare my-form/published/0.1.0.json my-form --lang da")
        .fine()
        .shows("Spørgsmålet »Med egne ord« er tilføjet")
        .shows("flytter scoren")
        .shows("Versionen er hævet for lidt.");
}

#[test]
fn a_form_is_like_itself() {
    let place = Place::with_form();
    place.run("publish my-form").fine();
    for forms in [
        "export-readiness export-readiness",
        "my-form my-form/form.json",
        "my-form my-form/published/0.1.0.json",
    ] {
        place.run(&format!("compare {forms}")).fine().shows("Nothing changed.").shows("fits");
    }
    let found = place.run("compare my-form my-form --format json").fine().json();
    assert_eq!((&found["parts"], &found["version"]["advised"]), (&json!([]), &json!("none")));
}

#[test]
fn programs_get_the_comparison_as_json() {
    let place = changed();
    let found =
        place.run("compare my-form/published/0.1.0.json my-form --format json").fine().json();
    assert_eq!(found["counts"]["moves_scores"], 1);
    assert_eq!(
        found["version"],
        json!({ "advised": "major", "expected": "1.0.0", "fit": "too-low" })
    );
    let weight = &found["parts"][1]["changes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["keyword"] == "weight");
    assert_eq!(weight.unwrap()["place"], "need.described");
}

#[test]
fn two_forms_are_told_apart_from_two_versions() {
    let place = Place::with_form();
    place.run("compare export-readiness my-form").fine().shows("These are two forms");
    place.run("compare my-form").ended(2);
    place.run("compare my-form nowhere").ended(2).says("there is no form `nowhere`");
    place.change("my-form/form.json", "not need.owner", "not need.ownr");
    place.run("compare export-readiness my-form").ended(1).says("error[unknown-name]");
}
