//! The settings of the service, as `assay settings` shows and refuses them.

use assert_cmd::Command;

use crate::support::{PROGRAM, Place};

/// What `assay settings` says in `place`, with `variables`: exit code, output, errors.
fn settings(place: &Place, variables: &[(&str, &str)]) -> (i32, String, String) {
    let mut command = Command::new(PROGRAM);
    command.arg("settings").current_dir(place.folder()).env_clear();
    let done = command.envs(variables.iter().copied()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.code().unwrap(), text(done.stdout), text(done.stderr))
}

#[test]
fn settings_are_shown_with_where_they_are_from_and_without_secrets() {
    let place = Place::new();
    let (code, out, _) = settings(&place, &[]);
    assert_eq!(code, 0);
    assert!(out.contains("listen = \"127.0.0.1:8080\"  default\n"), "{out}");
    place.write("assay.toml", "listen = '127.0.0.1:9000'\nfiles = 'shared'\n");
    let (code, out, _) = settings(
        &place,
        &[
            ("DATABASE_URL", "postgres://assay:swordfish@localhost/assay"),
            ("ASSAY_METRICS_TOKEN", "swordfish-swordfish"),
        ],
    );
    assert_eq!(code, 0);
    assert!(out.contains("listen = \"127.0.0.1:9000\"  assay.toml:1\n"), "{out}");
    assert!(out.contains("public_url = \"http://127.0.0.1:9000\"  default\n"), "{out}");
    assert!(out.contains("  ASSAY_METRICS_TOKEN\n") && !out.contains("swordfish"), "{out}");
}

#[test]
fn settings_that_cannot_be_used_are_all_told() {
    let place = Place::new();
    place.write("assay.toml", "lisen = '127.0.0.1:9000'\n[log]\nlevel = 'loud'\n");
    let (code, _, told) = settings(&place, &[("ASSAY_SMPT_HOST", "smtp.example.org")]);
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("assay.toml:1: there is no setting `lisen`"), "{told}");
    assert!(told.contains("assay.toml:3: `log.level` cannot be this"), "{told}");
    assert!(told.contains("did you mean `ASSAY_SMTP_HOST`?"), "{told}");
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let place = Place::new();
    place.run("settings --config none.toml").ended(2).says("none.toml: cannot be read");
    let (code, _, told) = settings(&place, &[("ASSAY_CONFIG", "none.toml")]);
    assert!(code == 2 && told.contains("none.toml: cannot be read"), "{told}");
}
