//! `demo`.

use crate::support::{Place, demo};

#[test]
fn the_demo_keeps_reports_and_can_be_looked_into() {
    let place = Place::new();
    let mine = "assay-demo/responses/eksempel-medico/export-readiness.json";
    place.write(mine, "mine");
    let mut command = place.command(["demo", "--no-serve"]);
    command.timeout(std::time::Duration::from_secs(600));
    let ran = crate::support::Ran::of(command)
        .fine()
        .shows("Eksempel Medico ApS")
        .says("kept your changed assay-demo/responses/eksempel-medico/export-readiness.json");
    assert_eq!(place.read(mine), "mine");
    let files = place.files();
    let of = |folder: &str| {
        let start = format!("assay-demo/{folder}/");
        files.iter().filter(|it| it.starts_with(&start)).cloned().collect::<Vec<_>>()
    };
    let (reports, responses) = (of("reports"), of("responses"));
    let (profiles, reports): (Vec<_>, Vec<_>) =
        reports.into_iter().partition(|it| it.contains("/profile."));
    let of_handful =
        ["eksempel-medico", "proeverobotik", "tryghed-hjemme"].map(|it| format!("/{it}/"));
    let drawn = responses.iter().filter(|it| of_handful.iter().any(|name| it.contains(name)));
    assert_eq!(reports.len(), 2 * drawn.count());
    assert_eq!(profiles.len(), 6, "{profiles:?}");
    for report in reports.iter().chain(&profiles) {
        assert!(place.bytes(report).starts_with(b"%PDF-1.7"), "{report}");
    }
    let written = reports.len() + profiles.len() + responses.len();
    assert_eq!(files.len(), written + 1, "{files:?}");

    // What the demo proposes can be typed.
    for line in ran.out.lines().filter_map(|it| it.trim().strip_prefix("assay ")) {
        place.run(line).fine();
    }
    let database = "--database sqlite:assay-demo/assay.db";
    place.run(&format!("rescore --all {database}")).fine().says(", 0 changed");
    let listed = place.run(&format!("list --format json --limit 1000 {database}")).fine().json();
    assert_eq!(listed["results"].as_array().unwrap().len(), responses.len());
    // Twice harms nothing.
    let sample = demo("eksempel-medico/export-readiness.json");
    let args = ["save", "export-readiness", &sample, "--database", "sqlite:assay-demo/assay.db"];
    place.assay(args).fine().shows("is kept already");
}

#[test]
fn a_folder_that_cannot_be_made_is_said_at_once() {
    let place = Place::new();
    place.write("file", "mine");
    place.run("demo --folder file").ended(3).says("cannot make the folder file");
    place.write("other/assay.db", "notes".repeat(500));
    place.run("demo --folder other").ended(3).says("assay.db");
    assert!(place.files().iter().all(|it| !it.ends_with(".pdf")));
}
