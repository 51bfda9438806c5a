//! The plain JSON Schema that is given away, and a standard validator that knows nothing of us,
//! agree with what we say about responses.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use forms::answers_schema::answers_schema;
use forms::prepare::PreparedForm;
use forms::{Files, Reading, parse_response, validate};
use jsonschema::Validator;
use model::Response;
use serde_json::{Value, json};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms")
}

fn add(files: &mut Files, folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add(files, &path);
        } else if path.extension().is_some_and(|it| it == "json") {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

fn standard(form: &PreparedForm) -> Validator {
    let schema = answers_schema(form);
    assert!(!schema.to_string().contains("\"x-"));
    jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap()
}

/// Whether we find nothing wrong, and nothing that is always asked is missing.
fn ours(form: &PreparedForm, response: &Response) -> (bool, Vec<String>) {
    let reading = Reading::new(form, response);
    let issues = validate::validate(&reading);
    (!validate::any_error(&issues), reading.missing())
}

/// Checks that both say the same about `answers`.
fn agree(form: &PreparedForm, standard: &Validator, response: &Response, what: &str) {
    let (valid, missing) = ours(form, response);
    let answers = Value::Object(response.answers.clone());
    let errors: Vec<String> =
        standard.iter_errors(&answers).map(|it| format!("{}: {it}", it.instance_path())).collect();
    match (valid, missing.is_empty()) {
        (true, true) => assert!(errors.is_empty(), "{what}: only the standard finds {errors:#?}"),
        (true, false) => {
            let only_missing = errors.iter().all(|it| it.contains("required"));
            assert!(only_missing, "{what}: {errors:#?}, and {missing:?} are missing");
        }
        (false, _) => assert!(!errors.is_empty(), "{what}: the standard finds nothing"),
    }
}

#[test]
fn both_agree_on_the_cases_of_every_shipped_form() {
    let mut files = Files::default();
    add(&mut files, &root());
    let forms: Vec<&str> = files.paths().filter(|it| it.ends_with("/form.json")).collect();
    let (mut cases, mut complete) = (0, 0);
    for path in forms {
        let form = forms::load(&files, path).form.unwrap();
        let standard = standard(&form);
        let folder = path.trim_end_matches("form.json");
        let answers =
            files.paths().filter(|it| it.starts_with(folder) && it.ends_with("/answers.json"));
        for name in answers {
            let mut response = parse_response(name, files.get(name).unwrap()).unwrap();
            agree(&form, &standard, &response, name);
            complete += usize::from(ours(&form, &response).1.is_empty());
            cases += 1;
            let first = form.question(0).path.clone();
            let (step, question) = first.split_once('.').unwrap();
            response.answers[step][question] = json!({ "not": "an answer" });
            agree(&form, &standard, &response, name);
            response.answers[step].as_object_mut().unwrap().remove(question);
            response.answers.insert("no_such_step".to_owned(), json!({}));
            agree(&form, &standard, &response, name);
        }
    }
    assert!(cases > 20 && complete > 15, "{complete} of {cases} cases are complete");
}

fn small() -> PreparedForm {
    let option = |it: &str| json!({ "const": it, "title": it });
    let document = json!({
        "title": "Small",
        "x-form": { "id": "small", "version": "1.0.0", "language": "en",
                    "dimensions": [{ "id": "d", "title": "D", "weight": 100 }] },
        "type": "object",
        "required": ["s", "t"],
        "properties": {
            "s": { "title": "S", "type": "object", "required": ["scope", "often", "more", "level", "sum", "rows"],
                   "properties": {
                "scope": { "title": "Scope", "type": "string", "oneOf": [option("a"), option("b")] },
                "marks": { "title": "Marks", "type": "number",
                           "x-criterion": { "dimension": "d", "weight": 1, "half_points": 5 } },
                "often": { "title": "Often", "$ref": "#/$defs/share" },
                "more": { "title": "More", "type": "string", "x-visible": "s.scope == 'a'" },
                "level": { "title": "Level", "type": "integer",
                           "oneOf": [{ "const": 0, "title": "No", "description": "No." },
                                     { "const": 1, "title": "Yes", "description": "Yes." }],
                           "x-criterion": { "dimension": "d", "weight": 1, "levels": 1, "not_applicable": true } },
                "sum": { "title": "Sum", "type": "number", "x-calculated": "sum(s.rows, 'twice')" },
                "rows": { "title": "Rows", "type": "array", "items": { "type": "object", "required": ["id", "km", "twice"],
                    "properties": { "id": { "type": "string" }, "km": { "title": "Km", "type": "number" },
                        "twice": { "title": "Twice", "type": "number", "x-calculated": "row.km * 2" } } } },
            } },
            "t": { "title": "T", "type": "object", "x-visible": "s.scope == 'b'", "required": ["day"],
                   "properties": { "day": { "title": "Day", "type": "string", "format": "date",
                                            "default": { "x-kept": 1 } } } },
        },
        "$defs": { "share": { "type": "number", "minimum": 0, "maximum": 100 } },
    });
    let files: Files = [("small/form.json", document.to_string())].into_iter().collect();
    let loaded = forms::load(&files, "small/form.json");
    loaded.form.unwrap_or_else(|| panic!("{:#?}", loaded.findings))
}

#[test]
fn what_is_conditional_or_calculated_is_not_required_and_what_is_calculated_is_refused() {
    let form = small();
    let schema = answers_schema(&form);
    assert_eq!(schema["required"], json!(["s"]));
    assert_eq!(schema["properties"]["s"]["required"], json!(["scope", "often", "rows"]));
    assert_eq!(schema["properties"]["s"]["properties"]["sum"], json!(false));
    let items = &schema["properties"]["s"]["properties"]["rows"]["items"];
    assert_eq!(items["required"], json!(["id", "km"]));
    assert_eq!(items["properties"]["twice"], json!(false));
    assert_eq!(schema["properties"]["t"].get("required"), None);
    assert_eq!(schema["properties"]["t"]["properties"]["day"]["default"], json!({ "x-kept": 1 }));
}

#[test]
fn both_agree_on_every_way_to_answer_a_small_form() {
    let form = small();
    let standard = {
        let schema = answers_schema(&form);
        jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap()
    };
    let full = json!({ "s": {
        "scope": "a", "often": 7, "more": "x", "level": 1, "rows": [{ "id": "r1", "km": 2 }],
    } });
    let changed = |pointer: &str, value: Value| {
        let mut answers = full.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        answers.pointer_mut(parent).unwrap()[key] = value;
        answers
    };
    for answers in [
        full.clone(),
        changed("/s/scope", json!("c")),
        changed("/s/often", json!(101)),
        changed("/s/often", json!(100.0)),
        changed("/s/level", json!(1.0)),
        changed("/s/marks", json!(4.5)),
        changed("/s/marks", json!(4.4)),
        changed("/s/marks", json!(5.5)),
        changed("/s/marks", json!(-0.5)),
        changed("/s/level", json!(2)),
        changed("/s/sum", json!(4)),
        changed("/s/other", json!(4)),
        changed("/t", json!({ "day": "2026-02-28" })),
        changed("/t", json!({ "day": "2026-02-30" })),
        changed("/t", json!({ "days": 1 })),
        changed("/u", json!({})),
        changed("/s", json!([])),
        changed("/s/rows", json!([])),
        changed("/s/rows", json!([{ "id": "r1" }])),
        changed("/s/rows", json!([{ "km": 2 }])),
        changed("/s/rows", json!([{ "id": "", "km": 2 }])),
        changed("/s/rows", json!([{ "id": "r1", "km": 2, "twice": 4 }])),
        changed("/s/rows", json!([{ "id": "r1", "km": 2, "other": 4 }])),
        changed("/s/rows", json!([{ "id": 1, "km": 2 }])),
        changed("/s/rows", json!({})),
        json!({}),
        json!({ "s": { "scope": "b" } }),
    ] {
        let response: Response = serde_json::from_value(json!({
            "form": { "id": "small", "version": "1.0.0" },
            "subject": { "name": "Example", "kind": "project" },
            "date": "2026-10-01", "answers": answers,
        }))
        .unwrap();
        agree(&form, &standard, &response, &answers.to_string());
    }
}
