//! What `forms/README.md` shows to authors is true: its form checks, its case scores, its
//! examples can be read, and every keyword is in it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

use forms::json::Locator;
use forms::prepare::PreparedForm;
use forms::{Files, parse_response, response};
use model::Severity;
use model::keywords::{CriterionSpec, Effect, FormMeta, QuestionKeywords};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

fn guide() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms/README.md");
    std::fs::read_to_string(path).unwrap()
}

/// The blocks of JSON with the names that stand behind their fences.
fn blocks(guide: &str) -> Vec<(&str, &str)> {
    let fenced = guide.split("\n```json ").skip(1);
    fenced.filter_map(|it| it.split("\n```").next()?.split_once('\n')).collect()
}

/// Lays `patch` over `value`, as JSON Merge Patch (RFC 7386) does without removals.
fn merge(value: &mut Value, patch: Value) {
    match (value, patch) {
        (Value::Object(value), Value::Object(patch)) => {
            for (key, patch) in patch {
                merge(value.entry(key).or_insert(Value::Null), patch);
            }
        }
        (value, patch) => *value = patch,
    }
}

/// The form that `document` is; it has no findings but notes.
#[track_caller]
fn checked(document: &Value) -> PreparedForm {
    let scale =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms/shared/scales/generic.json");
    let files: Files = [
        ("test-site/form.json", document.to_string()),
        ("shared/scales/generic.json", std::fs::read_to_string(scale).unwrap()),
    ]
    .into_iter()
    .collect();
    let loaded = forms::check::check(&files, "test-site/form.json");
    let serious: Vec<_> =
        loaded.findings.iter().filter(|it| it.severity != Severity::Note).collect();
    assert!(serious.is_empty(), "{serious:#?}");
    loaded.form.unwrap()
}

/// The example after its last step; every step on the way checks.
fn grown(guide: &str) -> Value {
    let mut document = json!({});
    let steps = blocks(guide).into_iter().filter(|it| it.0.starts_with("step "));
    for (number, (name, text)) in steps.enumerate() {
        assert_eq!(name, format!("step {}", number + 1));
        merge(&mut document, serde_json::from_str(text).unwrap());
        checked(&document);
    }
    document
}

#[test]
fn the_example_grows_and_its_case_scores_as_worked_out() {
    let guide = guide();
    let block = |name: &str| blocks(&guide).into_iter().find(|it| it.0 == name).unwrap().1;
    let form = checked(&grown(&guide));

    let text = block("cases/typical/answers.json");
    let answers = parse_response("answers.json", text).unwrap();
    assert_eq!(response::findings(&form, &answers, "answers.json", text), []);
    let text = block("cases/typical/expected.json");
    let (expected, written) = (serde_json::from_str(text).unwrap(), Locator::new("", text));
    let card = scoring::score(&form, &answers, None);
    assert_eq!(scoring::compare(&expected, &written, &card), []);

    let overlay: Map<String, Value> = serde_json::from_str(block("form.da.json (part)")).unwrap();
    let mut form = form.form;
    let places: Vec<String> = form.texts().into_iter().map(|(place, _)| place).collect();
    for place in overlay.keys() {
        assert!(places.contains(place), "the form has no place {place}");
    }
}

#[test]
fn every_recipe_fits_the_example() {
    let guide = guide();
    let grown = grown(&guide);
    let recipes: Vec<_> = blocks(&guide).into_iter().filter(|it| it.0 == "recipe").collect();
    assert!(recipes.len() >= 8);
    for (_, recipe) in recipes {
        let mut document = grown.clone();
        merge(&mut document, serde_json::from_str(recipe).unwrap());
        checked(&document);
    }
}

/// The examples of a section that stand between backquotes and begin with a key.
fn examples(guide: &str, heading: &str) -> Vec<Map<String, Value>> {
    let section = guide.split_once(&format!("\n## {heading}\n")).unwrap().1;
    let section = section.split("\n## ").next().unwrap();
    section
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|it| it.starts_with('"') && it.contains("\": "))
        .map(|it| {
            let text = format!("{{{}}}", it.replace("\\|", "|"));
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{it}: {error}"))
        })
        .collect()
}

/// Checks that `example`, laid over `base`, can be read.
#[track_caller]
fn reads<T: DeserializeOwned>(base: &Value, example: &Map<String, Value>) {
    let mut value = base.clone();
    value.as_object_mut().unwrap().extend(example.clone());
    if let Err(error) = serde_json::from_value::<T>(value) {
        panic!("{example:?}: {error}");
    }
}

#[test]
fn every_example_can_be_read() {
    let guide = guide();
    for example in examples(&guide, "Steps and questions") {
        reads::<QuestionKeywords>(&json!({}), &example);
        for key in example.keys().filter(|it| it.starts_with("x-")) {
            assert!(QuestionKeywords::NAMES.contains(&key.as_str()), "{key}");
        }
    }
    for example in examples(&guide, "Points") {
        reads::<CriterionSpec>(&json!({ "dimension": "people", "weight": 1 }), &example);
    }
    let base = json!({ "id": "a", "version": "1.0.0", "language": "en" });
    for mut example in examples(&guide, "The form about itself") {
        match example.remove("effect") {
            Some(effect) => drop(serde_json::from_value::<Effect>(effect).unwrap()),
            None => reads::<FormMeta>(&base, &example),
        }
    }
}

#[test]
fn every_keyword_is_explained() {
    let guide = guide();
    let schemas = [
        model::schema::of::<FormMeta>().to_value(),
        model::schema::of::<QuestionKeywords>().to_value(),
    ];
    for schema in &schemas {
        let definitions = schema["$defs"].as_object().into_iter().flat_map(Map::values);
        let keys = definitions
            .chain([schema])
            .filter_map(|it| it["properties"].as_object())
            .flat_map(Map::keys);
        for key in keys {
            let named = [format!("\"{key}\""), format!("`{key}`")];
            let explained = named.iter().any(|it| guide.contains(it));
            assert!(explained, "forms/README.md does not say what {key} is");
        }
    }
}
