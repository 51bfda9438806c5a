//! `db`, `--database` and `DATABASE_URL`.

use crate::support::{Place, Ran, demo};

const STRONG: &str = "my-form/cases/strong/answers.json";

#[test]
fn a_database_is_made_looked_at_and_brought_up_to_date() {
    let place = Place::new();
    place.run("db status").ended(1).shows("pending  m20261122_000001_results").says("db migrate");
    assert_eq!(place.files(), [""; 0]);
    place.run("db migrate").fine().shows("4 migrations applied now");
    place.run("db migrate").fine().shows("0 migrations applied now");
    place.run("db status").fine().shows("applied  m20261122_000001_results");
    assert_eq!(place.files(), ["assay.db"]);
    place.run("list").fine().says("there are no such results");
}

#[test]
fn the_argument_wins_over_the_environment_and_that_over_the_default() {
    let place = Place::with_form();
    let save = |variable: Option<&str>, argument: Option<&str>| {
        let mut command = place.command(["save", "my-form", STRONG]);
        command.args(argument.into_iter().flat_map(|it| ["--database", it]));
        command.envs(variable.map(|it| ("DATABASE_URL", it)));
        Ran::of(command).fine().shows("kept as");
    };
    save(Some("sqlite:variable.db"), None);
    assert!(place.path("variable.db").exists() && !place.path("assay.db").exists());
    save(Some("sqlite:other.db"), Some("sqlite:argument.db"));
    assert!(place.path("argument.db").exists() && !place.path("other.db").exists());
    save(None, None);
    assert!(place.path("assay.db").exists());
}

#[test]
fn a_database_of_a_later_version_is_refused_and_not_changed() {
    let place = Place::with_form();
    place.run(&format!("save my-form {STRONG}")).fine();
    place.run("export -o all.ndjson").fine();
    // The name of the migration has the same length, so the file stays sound.
    let known = b"m20261122_000001_results";
    let mut bytes = place.bytes("assay.db");
    let found: Vec<usize> =
        bytes.windows(known.len()).enumerate().filter(|it| it.1 == known).map(|it| it.0).collect();
    assert!(!found.is_empty());
    for at in found {
        bytes[at + 1..at + 5].copy_from_slice(b"2099");
    }
    place.write("assay.db", &bytes);
    let save = format!("save my-form {STRONG}");
    let lines = [
        "list",
        &save,
        "export",
        "import all.ndjson",
        "rescore --all",
        "publish my-form",
        "db migrate",
    ];
    for line in lines {
        place.run(line).ended(3).says("was made by a later version of this program");
    }
    place.run("db status").ended(1).shows("unknown  m20991122_000001_results");
    assert!(bytes == place.bytes("assay.db"));
    assert!(!place.path("my-form/published").exists());
    assert_eq!(place.files().iter().filter(|it| it.contains(".db")).count(), 1);
}

#[test]
fn what_is_no_database_is_refused_and_not_changed() {
    let place = Place::with_form();
    place.write("notes.db", "These are notes, not a database.".repeat(100));
    for line in ["list", "db status", "db migrate"] {
        place.run(&format!("{line} --database sqlite:notes.db")).ended(3).says("notes.db");
    }
    place.run(&format!("save my-form {STRONG} --database sqlite:notes.db")).ended(3);
    assert!(place.read("notes.db").starts_with("These are notes"));
    for url in ["", "sqlite:", "mysql://here", "here.db"] {
        place
            .assay(["list", "--database", url])
            .ended(2)
            .says("the address of the database is wrong");
    }
}

#[test]
fn a_password_is_never_shown() {
    let place = Place::new();
    let url = "postgres://somebody:geheimnis@127.0.0.1:1/assay";
    for line in ["list", "db status", "db migrate"] {
        let ran = place.run(&format!("{line} --database {url}")).ended(3);
        assert!(!ran.err.contains("geheimnis"), "{}", ran.err);
        ran.says("assay at 127.0.0.1:1");
    }
    let mut command = place.command(["list", "--help"]);
    command.env("DATABASE_URL", url);
    assert!(!Ran::of(command).fine().out.contains("geheimnis"));
}

#[cfg(unix)]
#[test]
fn a_new_database_can_be_read_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::new();
    place.run("db migrate").fine();
    let mode = std::fs::metadata(place.path("assay.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn the_same_commands_work_on_postgresql() {
    let Ok(server) = std::env::var("TEST_DATABASE_URL") else { return };
    let schema = format!("cli_{}", std::process::id());
    let psql = |sql: String| {
        let mut psql = std::process::Command::new("psql");
        let ended = psql.args(["-q", "-d", &server, "-c", &sql]).output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    };
    psql(format!("CREATE SCHEMA {schema}"));
    let place = Place::with_form();
    let run = |line: &str| {
        let mut command = place.command(line.split_whitespace());
        command.env("DATABASE_URL", format!("{server}?options=-csearch_path%3D{schema}"));
        Ran::of(command)
    };
    run("db status").ended(1).shows("pending").says("db migrate");
    run("list").ended(3).says("run `assay db migrate`");
    run("db migrate").fine().shows("4 migrations applied now");
    run("db status").fine();
    run("publish my-form").fine();
    run(&format!("save my-form {STRONG}")).fine().shows("kept as");
    run(&format!("save my-form {STRONG}")).fine().shows("is kept already as");
    let sample = demo("eksempel-medico/export-readiness.json");
    run(&format!("save export-readiness {sample}")).fine();
    run("list --sort -score").fine().shows("Eksempel Medico ApS").shows("Example project");
    run("rescore --all").fine().says("repeated 2 results, 0 changed");
    run("export -o postgres.ndjson").fine().says("exported 2 results");
    place.run("import postgres.ndjson").fine().says("imported 2 results and 2 forms");
    place.run("export -o sqlite.ndjson").fine();
    assert!(place.bytes("postgres.ndjson") == place.bytes("sqlite.ndjson"));
    run("import sqlite.ndjson").fine().says("2 there already");
    psql(format!("DROP SCHEMA {schema} CASCADE"));
}

#[test]
fn many_may_begin_at_once() {
    let place = Place::with_form();
    let save = |number: u32| {
        let name = format!("answers-{number}.json");
        place.write(&name, place.read(STRONG).replace("Example project", &name));
        place.assay(["save", "my-form", &name])
    };
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..8).map(|number| scope.spawn(move || save(number))).collect();
        for one in all {
            one.join().unwrap().fine().shows("kept as");
        }
    });
    let listed = place.run("list --format json").fine().json();
    assert_eq!(listed["results"].as_array().unwrap().len(), 8);
    assert!(place.files().iter().all(|it| !it.contains(".assay-")));
}
