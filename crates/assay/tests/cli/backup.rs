//! `backup`, `restore` and `audit`.

use crate::support::{Place, Ran};

const STRONG: &str = "my-form/cases/strong/answers.json";

/// A place with a result in its database.
fn kept() -> Place {
    let place = Place::with_form();
    place.run(&format!("save my-form {STRONG}")).fine();
    place
}

#[test]
fn a_backup_is_made_restored_and_equal() {
    let place = kept();
    place.run("export -o before.ndjson").fine();
    place.run("backup monday.assay").fine().shows("0 uploaded files");
    let restored = place.run("restore monday.assay --database sqlite:copy.db --files copy").fine();
    restored.shows("restored").shows("the history is whole: 0 events").says("signs in again");
    place.run("export -o after.ndjson --database sqlite:copy.db").fine();
    assert!(place.bytes("before.ndjson") == place.bytes("after.ndjson"));
    place.run("rescore --all --database sqlite:copy.db").fine();
    assert!(place.files().iter().all(|it| !it.contains(".assay-")), "{:?}", place.files());
}

#[cfg(unix)]
#[test]
fn a_backup_and_a_restored_database_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let place = kept();
    place.run("backup monday.assay").fine();
    place.run("backup monday.assay").fine();
    place.run("restore monday.assay --database sqlite:copy.db --files copy").fine();
    for (name, mode) in [("monday.assay", 0o600), ("copy.db", 0o600), ("copy", 0o700)] {
        let found = std::fs::metadata(place.path(name)).unwrap().permissions().mode();
        assert_eq!(found & 0o777, mode, "{name}");
    }
}

#[test]
fn only_a_backup_is_replaced_by_a_backup() {
    let place = kept();
    let before = place.bytes("assay.db");
    place.run("backup assay.db").ended(2).says("is there and is no backup");
    place.run("backup my-form").ended(2).says("is there and is no backup");
    assert!(place.bytes("assay.db") == before);
    place.write("empty.assay", "");
    place.run("backup empty.assay").fine();
    place.run("backup none/monday.assay").ended(3).says("cannot write none/monday.assay");
}

#[test]
fn what_cannot_be_restored_leaves_everything_as_it_was() {
    let place = kept();
    place.run("backup monday.assay").fine();
    let bytes = place.bytes("monday.assay");
    place.write("half.assay", &bytes[..bytes.len() / 2]);
    place.write("letter.assay", "Dear secretariat");
    let mut rotten = bytes.clone();
    // In the middle of the first table.
    rotten[200] ^= 1;
    place.write("rotten.assay", &rotten);
    let before = place.files();
    for name in ["half", "letter", "rotten"] {
        let line = format!("restore {name}.assay --database sqlite:copy.db --files copy");
        place.run(&line).ended(3).says("nothing was changed");
    }
    place.run("restore none.assay").ended(3).says("cannot read the backup none.assay");
    place.run("restore monday.assay").ended(3).says("is not empty").says("`form`");
    assert_eq!(place.files(), before);
    place.run("restore monday.assay --database mysql://x").ended(2);
}

#[test]
fn the_audit_log_of_an_empty_database_is_whole() {
    let place = kept();
    place.run("audit verify").fine().shows("the history is whole: 0 events");
    place.run("audit export").fine().shows("sequence,at,action,").says("exported 0 events");
    place.run("audit export --format ndjson -o log.ndjson").fine();
    assert_eq!(place.read("log.ndjson"), "");
    place.run("audit verify --database sqlite:none.db").ended(3).says("assay db migrate");
}

#[test]
fn a_backup_moves_to_postgresql_and_back() {
    let Ok(server) = std::env::var("TEST_DATABASE_URL") else { return };
    let schema = format!("cli_backup_{}", std::process::id());
    let psql = |sql: String| {
        let mut psql = std::process::Command::new("psql");
        let ended = psql.args(["-q", "-d", &server, "-c", &sql]).output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    };
    psql(format!("CREATE SCHEMA {schema}"));
    let place = kept();
    let url = format!("{server}?options=-csearch_path%3D{schema}");
    let run = |line: &str| {
        let mut command = place.command(line.split_whitespace());
        command.env("DATABASE_URL", &url).env("ASSAY_FILES", "files");
        Ran::of(command)
    };
    place.run("export -o before.ndjson").fine();
    place.run("backup there.assay").fine();
    run("restore there.assay").fine();
    run("restore there.assay").ended(3).says("is not empty");
    run("audit verify").fine();
    place.assay(["audit", "verify", "--database", &url]).fine();
    run("backup back.assay").fine();
    place.run("restore back.assay --database sqlite:back.db --files back").fine();
    place.run("export -o after.ndjson --database sqlite:back.db").fine();
    assert!(place.bytes("before.ndjson") == place.bytes("after.ndjson"));
    psql(format!("DROP SCHEMA {schema} CASCADE"));
}
