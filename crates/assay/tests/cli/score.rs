//! `score`.

use model::Scorecard;

use crate::support::{Place, Ran, demo};

const FORM: &str = "export-readiness";

fn medico() -> String {
    demo("eksempel-medico/export-readiness.json")
}

#[test]
fn a_form_is_named_by_id_by_file_by_folder_and_gives_the_same() {
    let place = Place::new();
    let forms = env!("CARGO_MANIFEST_DIR").to_owned() + "/../../forms/export-readiness";
    let score = |form: &str| place.assay(["score", form, &medico(), "--format", "json"]).fine().out;
    let by_id = score(FORM);
    assert_eq!(by_id, score(&forms));
    assert_eq!(by_id, score(&(forms + "/form.json")));
    let mut command = place.command(["score", FORM, "-", "--format", "json"]);
    command.write_stdin(std::fs::read(medico()).unwrap());
    assert_eq!(by_id, Ran::of(command).fine().out);
}

#[test]
fn json_is_a_scorecard() {
    let ran = Place::new().assay(["score", FORM, &medico(), "--format", "json"]).fine();
    assert_eq!(ran.err, "");
    let card: Scorecard = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(card.form.id, FORM);
    assert!(card.total.unwrap().score.strict > 0.0);
}

#[test]
fn the_language_changes_words_and_no_numbers() {
    let place = Place::new();
    let score = |language: &str, format: &str| {
        place.assay(["score", FORM, &medico(), "--lang", language, "--format", format]).fine()
    };
    score("en", "text").shows("Next steps").shows("Export readiness");
    score("da", "text").shows("Eksportparathed").shows("Næste skridt");
    let card = |language| serde_json::from_str::<Scorecard>(&score(language, "json").out).unwrap();
    let (english, danish) = (card("en"), card("da"));
    assert_ne!(english.title, danish.title);
    let score = |card: &Scorecard| card.total.as_ref().map(|it| it.score.clone());
    assert_eq!(score(&english), score(&danish));
    assert_eq!(english.provenance, danish.provenance);
}

#[test]
fn every_question_of_the_demo_can_be_explained() {
    let place = Place::new();
    let card: Scorecard =
        serde_json::from_str(&place.assay(["score", FORM, &medico(), "--format", "json"]).out)
            .unwrap();
    for criterion in card.criteria.iter().take(3) {
        let args = ["score", FORM, &medico(), "--explain", &criterion.question];
        let ran = place.assay(args).fine().shows(&criterion.title);
        assert!(ran.out.lines().count() > 3, "{}", ran.out);
        assert!(!ran.out.contains("{{"), "{}", ran.out);
    }
}

#[test]
fn what_cannot_be_explained_is_said_with_the_nearest_name() {
    let place = Place::with_form();
    let explain = |question: &str| {
        place.assay([
            "score",
            "my-form",
            "my-form/cases/strong/answers.json",
            "--explain",
            question,
        ])
    };
    explain("need.describd").ended(2).says("is no question").says("`need.described`");
    explain("need.owner").ended(2).says("earns no points");
    place.edit("my-form/cases/strong/answers.json", |it| {
        it["answers"]["economy"] = serde_json::json!({ "measured": false, "payback": 2 });
    });
    explain("economy.hours_a_week").ended(2).says("is not asked");
    place.run("score my-form my-form/cases/strong/answers.json --explain a --format json").ended(2);
}

#[test]
fn what_is_missing_hidden_and_waited_for_is_shown() {
    let place = Place::with_form();
    place
        .run("score my-form my-form/cases/unfinished/answers.json")
        .fine()
        .shows("preliminary")
        .shows("need.owner")
        .shows("not yet known")
        .shows("20.0 of 100");
    place
        .run("score my-form my-form/cases/unfinished/answers.json --lang da")
        .fine()
        .shows("foreløbig")
        .shows("20,0 af 100");
}

#[test]
fn names_that_are_wrong_are_said() {
    let place = Place::new();
    place
        .assay(["score", "export-readines", &medico()])
        .ended(2)
        .says("there is no form `export-readines`; did you mean `export-readiness`?");
    place.assay(["score", FORM, "nothing.json"]).ended(3).says("cannot read nothing.json");
    place
        .assay(["score", FORM, &medico(), "--lang", "fr"])
        .ended(2)
        .says("is not written in `fr`; it is in en, da");
    place.assay(["score", FORM]).ended(2);
    place
        .assay(["score", "proof-of-value", &medico()])
        .ended(1)
        .says("error[wrong-form]")
        .says(":2:");
}

#[test]
fn a_warning_does_not_stop_and_does_not_stand_in_the_json() {
    let place = Place::with_form();
    let answers = "my-form/cases/strong/answers.json";
    place.change(answers, "\"measured\": true", "\"measured\": false");
    let ran = place.run(&format!("score my-form {answers} --format json")).fine();
    assert!(ran.err.contains("warning[hidden-answer]"), "{}", ran.err);
    assert_eq!(ran.json()["hidden"], serde_json::json!(["economy.hours_a_week"]));
}
