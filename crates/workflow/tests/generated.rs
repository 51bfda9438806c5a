//! The JSON Schema of programmes, made from their types, and the shipped programmes beside it.
//!
//! `UPDATE=1 cargo test -p workflow --test generated` writes the schema anew.

use std::fs;
use std::path::{Path, PathBuf};

use forms::Files;
use model::Programme;

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms")
}

#[test]
fn the_schema_of_programmes_is_up_to_date() {
    let file = shipped().join("programme.schema.json");
    let schema = serde_json::to_string_pretty(&model::schema::of::<Programme>()).unwrap();
    let text = format!("{schema}\n");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(found == text, "it is out of date: run this test with UPDATE=1");
}

/// What an editor shows to an author who opens a shipped programme: nothing.
#[test]
fn shipped_programmes_fit_the_schema_of_programmes() {
    let mut seen = 0;
    for entry in fs::read_dir(shipped().join("programmes")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(id) = name.strip_suffix(".json").filter(|it| !it.contains('.')) else { continue };
        let files: Files = [(&*name, fs::read_to_string(&path).unwrap())].into_iter().collect();
        let programme = workflow::read(&files, &name).unwrap_or_else(|it| panic!("{it:#?}"));
        assert_eq!(programme.id, id);
        assert_eq!(programme.schema.as_deref(), Some("../programme.schema.json"), "{name}");
        seen += 1;
    }
    assert!(seen > 0);
}
