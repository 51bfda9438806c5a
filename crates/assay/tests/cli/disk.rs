//! Folders that cannot be written, and disks that are full: nothing half-written is left.
#![cfg(target_os = "linux")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use crate::support::{PROGRAM, Place, demo};

const STRONG: &str = "my-form/cases/strong/answers.json";

/// Runs a shell script in a namespace where the folder `disk` is a disk of `size`; `None` where
/// the system does not allow that.
fn on_a_disk_of(size: &str, place: &Place, script: &str) -> Option<String> {
    fs::create_dir_all(place.path("disk")).unwrap();
    let mount = format!("mount -t tmpfs -o size={size} none disk || exit 99\n");
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", &(mount + script)]);
    command.current_dir(place.folder()).env("ASSAY", PROGRAM).env_remove("DATABASE_URL");
    let ended = command.output().ok()?;
    let said = String::from_utf8(ended.stderr).unwrap();
    if ended.status.code() == Some(99) || said.contains("unshare") {
        return None;
    }
    assert!(!said.contains("panicked"), "{said}");
    Some(String::from_utf8(ended.stdout).unwrap() + &said)
}

#[test]
fn a_full_disk_leaves_what_was_there() {
    let place = Place::with_form();
    let sample = demo("eksempel-medico/export-readiness.json");
    place.assay(["save", "export-readiness", &sample]).fine();
    let script = format!(
        r#"
        echo old >disk/old.pdf; echo old >disk/old.ndjson
        head -c 60000 /dev/zero >disk/ballast
        "$ASSAY" report my-form {STRONG} -o disk/old.pdf; echo "report $?"
        "$ASSAY" export -o disk/old.ndjson; echo "export $?"
        "$ASSAY" export --format csv -o disk/new.csv; echo "csv $?"
        "$ASSAY" new disk/form; echo "new $?"
        "$ASSAY" save my-form {STRONG} --database sqlite:disk/assay.db; echo "save $?"
        "$ASSAY" import all.ndjson --database sqlite:disk/assay.db; echo "import $?"
        cat disk/old.pdf disk/old.ndjson
        ls -A disk | grep -v '^assay.db'
        "#
    );
    place.run("export -o all.ndjson").fine();
    let Some(said) = on_a_disk_of("80k", &place, &script) else { return };
    for line in ["report 3", "export 3", "new 3", "save 3", "import 3", "old\nold\n"] {
        assert!(said.contains(line), "{line}:\n{said}");
    }
    assert!(said.contains("No space left") && said.contains("the disk of the database is full"));
    let left: Vec<&str> = said.split("old\nold\n").nth(1).unwrap().lines().collect();
    let left: Vec<&str> = left.into_iter().take_while(|it| !it.contains(' ')).collect();
    assert_eq!(left, ["ballast", "new.csv", "old.ndjson", "old.pdf"], "{said}");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let place = Place::with_form();
    place.run("db migrate --database sqlite:locked/assay.db").ended(3);
    fs::create_dir(place.path("locked")).unwrap();
    place.write("locked/old.pdf", "old");
    let lock = |mode| fs::set_permissions(place.path("locked"), Permissions::from_mode(mode));
    lock(0o555).unwrap();
    fs::set_permissions(place.folder(), Permissions::from_mode(0o755)).unwrap();
    let run = |line: &str| {
        let mut command = Command::new(PROGRAM);
        command
            .args(line.split_whitespace())
            .current_dir(place.folder())
            .env_remove("DATABASE_URL");
        if fs::metadata(place.folder()).unwrap().uid() == 0 {
            // Permissions do not bind root.
            command.uid(65_534).gid(65_534);
        }
        let ended = command.output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert!(!said.contains("panicked"), "{said}");
        assert_eq!(ended.status.code(), Some(3), "{line}: {said}");
        assert!(said.contains("locked"), "{said}");
        assert!(said.to_lowercase().contains("permission"), "{said}");
    };
    run(&format!("report my-form {STRONG} -o locked/old.pdf"));
    run(&format!("report my-form {STRONG} -o locked/new.pdf"));
    run("new locked/form");
    run("demo --folder locked/demo");
    run(&format!("save my-form {STRONG} --database sqlite:locked/assay.db"));
    lock(0o755).unwrap();
    assert_eq!(place.read("locked/old.pdf"), "old");
    let files = place.files();
    assert_eq!(files.iter().filter(|it| it.starts_with("locked")).count(), 1, "{files:?}");
}
