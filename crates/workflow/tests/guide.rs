//! What `forms/README.md` shows about programmes is true: its programme checks, its examples can
//! be read, and every key is in it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

use forms::{Files, PreparedForm};
use model::Programme;
use model::programme::{Stage, Transition};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

fn guide() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms/README.md");
    std::fs::read_to_string(path).unwrap()
}

/// The block of JSON that has `name` behind its fence.
fn block<'a>(guide: &'a str, name: &str) -> &'a str {
    let start = format!("\n```json {name}\n");
    guide.split_once(&start).unwrap().1.split("\n```").next().unwrap()
}

/// Lays what a step of the guide adds over the form.
fn add(form: &mut Value, step: Value) {
    match (form, step) {
        (Value::Object(form), Value::Object(step)) => {
            step.into_iter().for_each(|(key, it)| add(form.entry(key).or_insert(Value::Null), it));
        }
        (form, step) => *form = step,
    }
}

/// The form that the guide grows in four steps.
fn form(guide: &str) -> PreparedForm {
    let mut form = Value::Null;
    for number in 1..=4 {
        let step = block(guide, &format!("step {number}"));
        add(&mut form, serde_json::from_str(step).unwrap());
    }
    let files = Files::from_iter([("form.json", form.to_string())]);
    forms::load(&files, "form.json").form.unwrap()
}

#[test]
fn the_programme_checks() {
    let guide = guide();
    let known = [("test-site".to_owned(), Some(form(&guide)))].into_iter().collect();
    let text = block(&guide, "programmes/test-sites.json");
    let files = Files::from_iter([("test-sites.json", text)]);
    assert_eq!(workflow::check(&files, "test-sites.json", &known), []);

    let mut programme = workflow::read(&files, "test-sites.json").unwrap();
    let places: Vec<String> = programme.texts().into_iter().map(|(place, _)| place).collect();
    let overlay = block(&guide, "programmes/test-sites.da.json (part)");
    let overlay: Map<String, Value> = serde_json::from_str(overlay).unwrap();
    for place in overlay.keys() {
        assert!(places.contains(place), "the programme has no place {place}");
    }
}

/// The examples in the first column of the table with this heading.
fn examples(guide: &str, heading: &str) -> Vec<Map<String, Value>> {
    let table = guide.split_once(&format!("| {heading} |")).unwrap().1;
    let rows = table.lines().skip(2).take_while(|it| it.starts_with('|'));
    rows.map(|row| {
        let example = row.split('`').nth(1).unwrap();
        serde_json::from_str(&format!("{{{example}}}")).unwrap_or_else(|it| panic!("{row}: {it}"))
    })
    .collect()
}

/// Checks that each example of a table, laid over `base`, can be read.
fn reads<T: DeserializeOwned>(guide: &str, heading: &str, base: &Value) {
    for example in examples(guide, heading) {
        let mut value = base.clone();
        value.as_object_mut().unwrap().extend(example.clone());
        if let Err(error) = serde_json::from_value::<T>(value) {
            panic!("{example:?}: {error}");
        }
    }
}

#[test]
fn every_example_can_be_read() {
    let guide = guide();
    let programme = json!({ "id": "a", "version": "1.0.0", "language": "en", "title": "A",
        "subject": "project", "roles": [], "stages": [], "transitions": [] });
    reads::<Programme>(&guide, "Key of a programme", &programme);
    reads::<Stage>(&guide, "Key of a stage", &json!({ "id": "a", "title": "A" }));
    let transition = json!({ "from": "a", "action": "b", "title": "B", "by": "c", "to": "d" });
    reads::<Transition>(&guide, "Key of a transition", &transition);
}

#[test]
fn every_key_is_explained() {
    let guide = guide();
    let schema = model::schema::of::<Programme>().to_value();
    let definitions = schema["$defs"].as_object().into_iter().flat_map(Map::values);
    let objects = definitions.chain([&schema]).filter_map(|it| it["properties"].as_object());
    for key in objects.flat_map(Map::keys) {
        assert!(
            guide.contains(&format!("\"{key}\"")),
            "forms/README.md does not say what {key} is"
        );
    }
}
