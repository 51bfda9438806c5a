//! `export` and `import`.

use serde_json::{Value, json};

use crate::support::{Place, Ran, demo};

const SAMPLES: [(&str, &str); 3] = [
    ("export-readiness", "eksempel-medico"),
    ("proof-of-value", "tryghed-hjemme"),
    ("export-readiness", "proevehjaelp"),
];

/// A place with results, and their export in `all.ndjson`.
fn exported() -> Place {
    let place = Place::new();
    for (form, subject) in SAMPLES {
        place.assay(["save", form, &demo(&format!("{subject}/{form}.json"))]).fine();
    }
    place.run("export -o all.ndjson").fine().says("exported 3 results");
    place
}

fn lines(place: &Place) -> Vec<Value> {
    place.read("all.ndjson").lines().map(|it| serde_json::from_str(it).unwrap()).collect()
}

/// Imports `lines` into an empty database.
fn import(place: &Place, lines: &[String]) -> Ran {
    place.write("lines.ndjson", lines.join("\n"));
    _ = std::fs::remove_file(place.path("other.db"));
    place.run("import lines.ndjson --database sqlite:other.db")
}

/// How many results are in the database that was imported into.
fn count(place: &Place) -> usize {
    let rows = place.run("list --format json --database sqlite:other.db").fine().json();
    rows["results"].as_array().unwrap().len()
}

#[test]
fn an_export_imported_elsewhere_exports_the_same_bytes() {
    let place = exported();
    let all = place.bytes("all.ndjson");
    place
        .run("import all.ndjson --database sqlite:other.db")
        .fine()
        .says("imported 3 results and 2 forms; 0 there already");
    place.run("export -o again.ndjson --database sqlite:other.db").fine();
    assert!(all == place.bytes("again.ndjson"));
    place.run("rescore --all --database sqlite:other.db").fine();
    place
        .run("import all.ndjson --database sqlite:other.db")
        .fine()
        .says("imported 0 results and 0 forms; 3 there already");
    let piped = place.run("export").fine();
    assert!(piped.out.as_bytes() == all);
    let mut command = place.command(["import", "-", "--database", "sqlite:piped.db"]);
    command.write_stdin(all);
    Ran::of(command).fine().says("imported 3 results");
}

#[test]
fn a_filter_exports_what_it_names_with_its_form() {
    let place = exported();
    let ran = place.run("export --form proof-of-value").fine().says("exported 1 result");
    assert_eq!(ran.out.lines().count(), 2);
    place.write("one.ndjson", &ran.out);
    place.run("import one.ndjson --database sqlite:other.db").fine();
    assert_eq!(place.run("export --form nothing").fine().out, "");
}

#[test]
fn an_export_replaces_a_file_whole_or_not_at_all() {
    let place = exported();
    let all = place.bytes("all.ndjson");
    place.run("export -o all.ndjson --database sqlite:none.db").ended(3);
    assert!(all == place.bytes("all.ndjson"));
    place.run("export -o no/such/folder.ndjson").ended(3).says("no/such/folder.ndjson");
    assert_eq!(place.files(), ["all.ndjson", "assay.db"]);
}

#[cfg(unix)]
#[test]
fn what_is_no_plain_file_is_written_as_it_is() {
    use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};

    let place = exported();
    place.run("export -o /dev/null").fine();
    assert!(std::fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    let ran = place.run("export -o /dev/stdout").fine();
    assert!(ran.out.as_bytes() == place.bytes("all.ndjson"));

    place.write("target.ndjson", "old");
    let only_mine = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(place.path("target.ndjson"), only_mine).unwrap();
    std::os::unix::fs::symlink("target.ndjson", place.path("link.ndjson")).unwrap();
    place.run("export -o link.ndjson").fine();
    assert!(place.path("link.ndjson").is_symlink());
    assert!(place.bytes("target.ndjson") == place.bytes("all.ndjson"));
    let mode = std::fs::metadata(place.path("target.ndjson")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn csv_has_one_line_a_result_and_no_formulas() {
    let place = Place::with_form();
    let hostile = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "=cmd|' /C calc'!A0",
        "A;=1+1;B",
        "A,=1+1",
        "\" ;\u{a0}=1+1",
        "＝1+1",
        "  =1+1",
        "Nord-Syd & Co (a = b), Aarhus",
    ];
    for name in hostile {
        place.edit("my-form/cases/strong/answers.json", |it| it["subject"]["name"] = name.into());
        place.run("save my-form my-form/cases/strong/answers.json").fine();
    }
    let csv = place.run("export --format csv").fine();
    let names: Vec<String> = csv.out.lines().skip(1).map(fourth).collect();
    let expected = [
        "'=1+1",
        "'+1",
        "'-1",
        "'@SUM(A1)",
        "'=cmd|' /C calc'!A0",
        "A;'=1+1;B",
        "A,'=1+1",
        "\" ;\u{a0}'=1+1",
        "'＝1+1",
        "  '=1+1",
        "Nord-Syd & Co (a = b), Aarhus",
    ];
    assert_eq!(names, expected);
    assert!(csv.out.starts_with("id,form,version,subject,"));
    // NDJSON keeps what was written.
    let ndjson = place.run("export").fine().out;
    assert!(hostile.iter().all(|it| ndjson.contains(&json!({ "name": it }).to_string()[1..8])));
    assert!(ndjson.contains("\"name\":\"=1+1\""));
}

/// The fourth cell of a line of CSV.
fn fourth(line: &str) -> String {
    let mut cells = vec![String::new()];
    let (mut quoted, mut chars) = (false, line.chars().peekable());
    while let Some(it) = chars.next() {
        match it {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cells.last_mut().unwrap().push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            it => cells.last_mut().unwrap().push(it),
        }
    }
    cells.swap_remove(3)
}

#[test]
fn a_line_that_cannot_be_used_is_named() {
    let place = exported();
    let lines = lines(&place);
    let texts: Vec<String> = lines.iter().map(Value::to_string).collect();
    let with = |at: usize, change: &dyn Fn(&mut Value)| {
        let mut line = lines[at].clone();
        change(&mut line);
        let mut texts = texts.clone();
        texts[at] = line.to_string();
        texts
    };
    let result = |change: &dyn Fn(&mut Value)| with(1, &|it| change(&mut it["result"]));
    let cases: [(Vec<String>, &str); 12] = [
        (vec!["hello".to_owned()], "line 1: expected value"),
        (vec!["[]".to_owned()], "line 1: "),
        (vec!["{\"form\":".to_owned() + &"[".repeat(100_000)], "line 1: recursion limit"),
        (texts[1..].to_vec(), "line 1: there is no form sha256:"),
        (vec![texts[0].clone(), texts[1][..500].to_owned()], "line 2: EOF while parsing"),
        (result(&|it| it["more"] = 1.into()), "line 2: unknown field `more`"),
        (
            result(&|it| it["scorecard"]["total"]["trust"] = 1.into()),
            "line 2: this version of the program does not know `/scorecard/total/trust`",
        ),
        (
            result(&|it| it["response"]["language"] = "en".into()),
            "line 2: the response is not the one that the scorecard was made from",
        ),
        (
            result(&|it| it["scorecard"]["subject"]["name"] = "Other".into()),
            "line 2: the scorecard is about something else",
        ),
        (
            with(0, &|it| it["form"]["translations"]["../da"] = json!({})),
            "line 1: `../da` is no language",
        ),
        (
            with(0, &|it| it["form"]["document"]["x-form"]["version"] = "one".into()),
            "line 1: `one`",
        ),
        (
            with(0, &|it| it["form"]["document"]["title"] = "Other".into()),
            "line 2: there is no form sha256:",
        ),
    ];
    for (lines, said) in cases {
        import(&place, &lines).ended(3).says(said);
        assert_eq!(count(&place), 0, "{said}");
    }
    place.write("latin.ndjson", [texts[0].as_bytes(), b"\n\xe6\n"].concat());
    place
        .run("import latin.ndjson --database sqlite:other.db")
        .ended(3)
        .says("line 2: this is not UTF-8");
    place.run("import nothing.ndjson").ended(3).says("cannot read nothing.ndjson");
}

#[test]
fn blank_lines_other_line_ends_and_a_byte_order_mark_do_no_harm() {
    let place = exported();
    let text = place.read("all.ndjson");
    let text = format!("\u{feff}\r\n{}\r\n\r\n", text.replace('\n', "\r\n\r\n"));
    place.write("windows.ndjson", text);
    place.run("import windows.ndjson --database sqlite:other.db").fine();
    place.run("export -o again.ndjson --database sqlite:other.db").fine();
    assert!(place.bytes("all.ndjson") == place.bytes("again.ndjson"));
}

#[test]
fn an_import_changes_nothing_that_is_there() {
    let place = Place::with_form();
    let answers = "my-form/cases/strong/answers.json";
    place.run(&format!("save my-form {answers}")).fine();
    place.run("export -o old.ndjson").fine();
    place.change("my-form/form.da.json", "\"Behovet\"", "\"Det rette ord\"");
    place.run(&format!("save my-form {answers}")).fine();
    place.run("export -o new.ndjson").fine();
    assert!(place.read("new.ndjson").contains("Det rette ord"));
    place.run("import old.ndjson").fine().says("imported 0 results and 0 forms; 1 there already");
    place.run("export -o again.ndjson").fine();
    assert!(place.bytes("new.ndjson") == place.bytes("again.ndjson"));
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    use std::process::{Command, Stdio};

    let place = exported();
    let mut child = Command::new(crate::support::PROGRAM)
        .args(["export"])
        .current_dir(place.folder())
        .env_remove("DATABASE_URL")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(3));
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(said.contains("cannot write the export") && !said.contains("panicked"), "{said}");
}
