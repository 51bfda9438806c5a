//! `new`.

use crate::support::Place;

#[test]
fn a_new_form_passes_its_own_check() {
    let place = Place::new();
    place.run("new forms/my-2nd-form").fine().shows("assay check forms/my-2nd-form");
    place.run("check forms/my-2nd-form").fine().says("0 errors, 0 warnings, 0 notes");
    place.run("check").fine().says("checked 1 form and 5 cases");
    let text = place.files().iter().map(|it| place.read(it)).collect::<String>();
    assert!(!text.contains("NEW-FORM"));
    for case in ["strong", "unfinished"] {
        let args = format!("score forms/my-2nd-form forms/my-2nd-form/cases/{case}/answers.json");
        place.run(&args).fine();
        place.run(&format!("{args} --lang da")).fine();
    }
}

#[test]
fn what_is_there_is_not_touched() {
    let place = Place::with_form();
    place.write("my-form/form.json", "mine");
    place.run("new my-form").ended(3).says("my-form is there already; nothing was changed");
    assert_eq!(place.read("my-form/form.json"), "mine");
    place.write("file", "mine");
    place.run("new file").ended(3).says("is there already");
    place.run("new file/form").ended(3);
    assert!(place.files().iter().all(|it| it == "file" || it.starts_with("my-form/")));
}

#[test]
fn a_name_that_cannot_be_an_id_is_refused() {
    let place = Place::new();
    for name in ["Form", "1form", "my_form", "skæma", "..", "form.json"] {
        place.assay(["new", name]).ended(2).says("cannot be a form's id");
    }
    place.run("new").ended(2);
    assert_eq!(place.files(), [""; 0]);
}
