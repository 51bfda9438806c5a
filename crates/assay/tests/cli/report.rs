//! `report`.

use crate::support::{Place, demo};

const STRONG: &str = "my-form/cases/strong/answers.json";

#[test]
fn the_same_response_gives_the_same_bytes() {
    let place = Place::with_form();
    place.run(&format!("report my-form {STRONG} -o one.pdf")).fine().shows("wrote one.pdf");
    place.run(&format!("report my-form {STRONG} -o two.pdf")).fine();
    let one = place.bytes("one.pdf");
    assert!(one.starts_with(b"%PDF-1.7") && one.len() > 10_000);
    assert!(one == place.bytes("two.pdf"));
    place.run(&format!("report my-form {STRONG} -o danish.pdf --lang da")).fine();
    assert!(one != place.bytes("danish.pdf"));
}

#[test]
fn the_language_is_that_of_the_response_unless_said() {
    let place = Place::with_form();
    place.edit(STRONG, |it| it["language"] = "da".into());
    place.run(&format!("report my-form {STRONG} -o own.pdf")).fine();
    place.run(&format!("report my-form {STRONG} -o danish.pdf --lang da")).fine();
    assert!(place.bytes("own.pdf") == place.bytes("danish.pdf"));
    place.run(&format!("report my-form {STRONG} -o x.pdf --lang fr")).ended(2).says("`fr`");
    assert!(!place.path("x.pdf").exists());
}

#[test]
fn an_earlier_response_must_be_about_the_same_subject() {
    let place = Place::new();
    let medico = demo("eksempel-medico/export-readiness.json");
    let other = demo("proevehjaelp/export-readiness.json");
    place
        .assay(["report", "export-readiness", &medico, "-o", "x.pdf", "--before", &other])
        .ended(2)
        .says("`Eksempel Medico ApS` and `Prøvehjælp A/S`");
    assert_eq!(place.files(), [""; 0]);
}

#[test]
fn nothing_is_left_where_a_report_cannot_be_written() {
    let place = Place::with_form();
    place.run(&format!("report my-form {STRONG} -o no/such/folder.pdf")).ended(3).says("no/such");
    place.run(&format!("report my-form {STRONG} -o my-form")).ended(3).says("cannot write my-form");
    place.run(&format!("report my-form {STRONG}")).ended(2);
    let files = place.files();
    assert!(files.iter().all(|it| it.starts_with("my-form/") && !it.contains(".assay-")));
    // What is there already stays when the response does not fit.
    place.write("old.pdf", "old");
    place.change(STRONG, "\"described\": 3", "\"described\": 7");
    place.run(&format!("report my-form {STRONG} -o old.pdf")).ended(1).says("error[bad-answer]");
    assert_eq!(place.read("old.pdf"), "old");
}
