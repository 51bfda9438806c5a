//! `blank`.

use crate::support::Place;

#[test]
fn the_same_form_gives_the_same_bytes() {
    let place = Place::with_form();
    place.run("blank my-form -o one.pdf").fine().shows("wrote one.pdf");
    place.run("blank my-form/form.json -o two.pdf").fine();
    let one = place.bytes("one.pdf");
    assert!(one.starts_with(b"%PDF-1.7") && one.len() > 10_000);
    assert!(one == place.bytes("two.pdf"));
    place.run("blank my-form -o danish.pdf --lang da").fine();
    assert!(one != place.bytes("danish.pdf"));
}

#[test]
fn shipped_forms_and_published_versions_are_drawn() {
    let place = Place::with_form();
    place.run("blank export-readiness -o shipped.pdf --lang da").fine();
    place.run("publish my-form").fine();
    place.run("blank my-form/published/0.1.0.json -o published.pdf").fine();
    place.run("blank my-form -o draft.pdf").fine();
    assert!(place.bytes("published.pdf") == place.bytes("draft.pdf"));
}

#[test]
fn what_cannot_be_drawn_is_said_and_nothing_is_left() {
    let place = Place::with_form();
    let files = place.files();
    place.run("blank my-form").ended(2);
    place.run("blank my-form -o x.pdf --lang fr").ended(2).says("`fr`");
    place.run("blank export-readines -o x.pdf").ended(2).says("did you mean `export-readiness`?");
    place.run("blank nowhere/form.json -o x.pdf").ended(3).says("nowhere");
    place.run("blank my-form -o no/such/folder.pdf").ended(3).says("no/such");
    assert_eq!(place.files(), files);
    place.write("old.pdf", "old");
    let (line, _) = place.change("my-form/form.json", "not need.owner", "not need.ownr");
    place
        .run("blank my-form -o old.pdf")
        .ended(1)
        .says(&format!("my-form/form.json:{line}:"))
        .says("error[unknown-name]");
    assert_eq!(place.read("old.pdf"), "old");
}
