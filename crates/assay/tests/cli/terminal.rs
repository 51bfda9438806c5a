//! Help, completions, colours, and outputs that nobody reads.

use crate::support::{Place, Ran};

const COMMANDS: [&str; 22] = [
    "demo",
    "check",
    "score",
    "report",
    "blank",
    "compare",
    "schema",
    "profile",
    "publish",
    "new",
    "save",
    "list",
    "show",
    "rescore",
    "export",
    "import",
    "backup",
    "restore",
    "serve",
    "health",
    "settings",
    "completions",
];

#[test]
fn help_teaches() {
    let place = Place::new();
    insta::assert_snapshot!("help", place.run("--help").fine().out);
    insta::assert_snapshot!("help-score", place.run("score --help").fine().out);
    for command in COMMANDS {
        let help = place.assay([command, "--help"]).fine().out;
        assert!(help.lines().count() > 5, "{help}");
        assert_eq!(place.assay(["help", command]).fine().out, help);
    }
    place.run("db --help").fine().shows("migrate").shows("status");
    place.run("--version").fine().shows("assay ");
}

#[test]
fn wrong_use_is_answered_with_what_was_meant() {
    let place = Place::new();
    place.run("scroe").ended(2).says("'score'");
    place.run("check --fromat json").ended(2).says("'--format'");
    place.assay([""; 0]).ended(2).says("Usage");
}

#[test]
fn shells_complete_every_command() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = place.assay(["completions", shell]).fine().out;
        for command in COMMANDS {
            assert!(script.contains(command), "{command} in {shell}");
        }
    }
    place.run("completions cmd").ended(2).says("powershell");
}

#[test]
fn colours_are_only_for_those_who_see_them() {
    let place = Place::with_form();
    let score = |variables: &[(&str, &str)]| {
        let mut command = place.command(["score", "my-form", "my-form/cases/strong/answers.json"]);
        command.envs(variables.iter().copied());
        Ran::of(command).fine().out
    };
    let plain = score(&[]);
    assert!(!plain.contains('\u{1b}'), "{plain}");
    assert!(score(&[("CLICOLOR_FORCE", "1")]).contains("\u{1b}["));
    assert_eq!(score(&[("NO_COLOR", "1")]), plain);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_output_is_an_error_and_no_panic() {
    let place = Place::with_form();
    let answers = "my-form/cases/strong/answers.json";
    let lines = [
        "schema form".to_owned(),
        "completions bash".to_owned(),
        format!("score my-form {answers}"),
        format!("score my-form {answers} --format json"),
        format!("score my-form {answers} --explain need.described"),
        format!("save my-form {answers}"),
        "list".to_owned(),
        "export".to_owned(),
        "export --format csv".to_owned(),
    ];
    for line in lines {
        place.folder();
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = std::process::Command::new(crate::support::PROGRAM);
        command.args(line.split(' ')).current_dir(place.folder()).env_remove("DATABASE_URL");
        let ended = command.stdout(full).output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(3), "{line}: {said}");
        assert!(said.contains("No space left"), "{line}: {said}");
    }
    // Where standard error is full, nobody can be told, and the exit code still says it.
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = std::process::Command::new(crate::support::PROGRAM);
    command.args(["check", "nowhere"]).current_dir(place.folder());
    assert_eq!(command.stderr(full).status().unwrap().code(), Some(3));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    use std::process::{Command, Stdio};

    let place = Place::with_form();
    for args in [
        &["schema", "form"][..],
        &["completions", "bash"],
        &["score", "my-form", "my-form/cases/strong/answers.json"],
    ] {
        let mut child = Command::new(crate::support::PROGRAM)
            .args(args)
            .current_dir(place.folder())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!((ended.status.code(), said.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn what_a_person_typed_does_not_steer_the_terminal() {
    let place = Place::with_form();
    place.edit("my-form/form.json", |it| {
        let question = serde_json::json!({
            "title": "Words", "type": "string"
        });
        it["properties"]["need"]["properties"]["words"] = question;
        it["x-form"]["narratives"] =
            serde_json::json!([{ "id": "words", "text": "You said {{ need.words }}." }]);
    });
    place.edit("my-form/cases/strong/answers.json", |it| {
        it["answers"]["need"]["words"] = "\u{1b}]0;title\u{7}\u{9b}31mred".into();
    });
    let mut command = place.command(["score", "my-form", "my-form/cases/strong/answers.json"]);
    command.env("CLICOLOR_FORCE", "1");
    let shown = Ran::of(command).fine().shows("You said ").out;
    assert!(!shown.contains("\u{1b}]0") && !shown.contains(['\u{7}', '\u{9b}']), "{shown:?}");

    place.edit("my-form/cases/strong/answers.json", |it| {
        it["answers"]["need"]["\u{1b}[2J"] = "x".into();
    });
    let mut command = place.command(["score", "my-form", "my-form/cases/strong/answers.json"]);
    command.env("CLICOLOR_FORCE", "1");
    let said = Ran::of(command).ended(1).says("error[unknown-question]").err;
    assert!(!said.contains("\u{1b}[2J"), "{said:?}");
}

/// What would set the window's title, ring, and write on in red.
const STEERS: &str = "\u{1b}]0;a\u{7}\u{9b}2J\u{1b}[31mevil";

/// What a run with colours writes, without any of [`STEERS`].
fn unsteered(place: &Place, line: &str) -> String {
    let mut command = place.command(line.split_whitespace());
    command.env("CLICOLOR_FORCE", "1");
    let ran = Ran::of(command).fine().shows("evil");
    for part in ["\u{1b}]", "\u{7}", "\u{9b}", "\u{1b}[31mevil"] {
        assert!(!ran.out.contains(part) && !ran.err.contains(part), "{line}: {:?}", ran.out);
    }
    ran.out
}

#[test]
fn what_an_author_or_an_import_wrote_does_not_steer_the_terminal() {
    let place = Place::with_form();
    place.edit("my-form/form.json", |it| {
        it["title"] = STEERS.into();
        it["x-form"]["gates"][0]["message"] = STEERS.into();
        it["x-form"]["dimensions"][0]["title"] = STEERS.into();
        it["x-form"]["indicators"][0]["title"] = STEERS.into();
        it["properties"]["need"]["properties"]["described"]["title"] = STEERS.into();
    });
    for answers in ["strong", "unfinished", "capped"] {
        let answers = format!("my-form/cases/{answers}/answers.json");
        unsteered(&place, &format!("score my-form {answers}"));
        unsteered(&place, &format!("profile my-form={answers}"));
    }
    let answers = "my-form/cases/strong/answers.json";
    unsteered(&place, &format!("score my-form {answers} --explain need.described"));

    place.run(&format!("save my-form {answers}")).fine();
    let exported = place.run("export").fine().out;
    let imported: Vec<String> = exported
        .lines()
        .map(|line| {
            let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
            if let Some(card) = line.pointer_mut("/result/scorecard") {
                card["title"] = STEERS.into();
                card["total"]["band"]["id"] = STEERS.into();
            }
            line.to_string()
        })
        .collect();
    place.write("imported.ndjson", imported.join("\n"));
    place.run("import imported.ndjson --database sqlite:other.db").fine();
    let listed = unsteered(&place, "list --database sqlite:other.db");
    let id = listed.split(|it: char| !it.is_ascii_hexdigit() && it != '-');
    let id = id.max_by_key(|it| it.len()).unwrap();
    unsteered(&place, &format!("show {id} --database sqlite:other.db"));
}
