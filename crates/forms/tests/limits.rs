//! Large, deep and odd input is refused or read, and neither takes long.

use std::time::{Duration, Instant};

use forms::{Files, PreparedForm, Reading, parse_response, response, validate};
use model::{Finding, Severity};
use serde_json::{Map, Value, json};

/// What anything here may take, on a slow and busy machine.
const LONG: Duration = Duration::from_secs(10);

fn form() -> PreparedForm {
    let document = json!({
        "title": "Limits",
        "x-form": {
            "id": "limits", "version": "1.0.0", "language": "en",
            "dimensions": [{ "id": "d", "title": "D", "weight": 100 }],
        },
        "type": "object",
        "properties": { "s": { "title": "S", "type": "object", "properties": {
            "text": { "title": "Text", "type": "string" },
            "number": { "title": "Number", "type": "number",
                        "x-criterion": { "dimension": "d", "weight": 1, "cutoffs": [1] } },
            "ticks": { "title": "Ticks", "type": "array", "uniqueItems": true,
                       "items": { "type": "integer", "oneOf": [{ "const": 1, "title": "One" }] } },
            "rows": { "title": "Rows", "type": "array", "items": { "type": "object",
                      "properties": { "km": { "title": "Km", "type": "number" } } } },
        } } },
    });
    let files: Files = [("limits/form.json", document.to_string())].into_iter().collect();
    let loaded = forms::load(&files, "limits/form.json");
    loaded.form.unwrap_or_else(|| panic!("{:#?}", loaded.findings))
}

fn text_of(answers: &Value) -> String {
    head(&format!(r#""answers": {{ "s": {answers} }}"#))
}

fn head(rest: &str) -> String {
    format!(
        r#"{{ "form": {{ "id": "limits", "version": "1.0.0" }},
            "subject": {{ "name": "Example", "kind": "project" }}, "date": "2026-10-01", {rest} }}"#
    )
}

/// Everything found in a response, and that it did not take long.
#[track_caller]
fn findings(form: &PreparedForm, text: &str) -> Vec<Finding> {
    let start = Instant::now();
    let found = match parse_response("r.json", text) {
        Ok(it) => response::findings(form, &it, "r.json", text),
        Err(found) => found,
    };
    assert!(start.elapsed() < LONG, "it took {:?}", start.elapsed());
    let errors = found.iter().filter(|it| it.severity == Severity::Error).count();
    assert!(errors <= validate::MOST_ISSUES);
    assert!(found.len() - errors <= validate::MOST_ISSUES);
    found
}

#[track_caller]
fn codes(form: &PreparedForm, text: &str) -> Vec<String> {
    let mut codes: Vec<String> = findings(form, text).into_iter().map(|it| it.code).collect();
    codes.dedup();
    codes
}

fn load(files: &[(&str, &str)]) -> Vec<String> {
    let files: Files = files.iter().copied().collect();
    let start = Instant::now();
    let loaded = forms::check::check(&files, "form.json");
    assert!(start.elapsed() < LONG, "it took {:?}", start.elapsed());
    let mut codes: Vec<String> = loaded.findings.into_iter().map(|it| it.code).collect();
    codes.sort();
    codes.dedup();
    codes
}

#[test]
fn a_hundred_thousand_brackets_are_too_deep() {
    let form = form();
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        let answers = head(&format!(r#""answers": {{ "s": {deep} }}"#));
        assert_eq!(codes(&form, &answers), ["nested-too-deeply"]);
        let open_only = open.repeat(100_000);
        assert_eq!(codes(&form, &open_only), ["nested-too-deeply"]);
        assert_eq!(load(&[("form.json", &deep)]), ["nested-too-deeply"]);
        let shared = r#"{ "properties": { "a": { "$ref": "s.json" } } }"#;
        assert!(
            load(&[("form.json", shared), ("s.json", &deep)])
                .contains(&"nested-too-deeply".to_owned())
        );
        let overlay = load(&[("form.json", r#"{ "properties": {} }"#), ("form.da.json", &deep)]);
        assert!(overlay.contains(&"nested-too-deeply".to_owned()), "{overlay:?}");
    }
}

#[test]
fn files_that_lead_from_one_to_the_next_are_too_deep_together() {
    let chained = |count: usize, levels: usize| {
        let (open, close) = ("{\"a\":".repeat(levels), "}".repeat(levels));
        let text = |next: usize| format!("{open}{{\"$ref\": \"f{next}.json\"}}{close}");
        let mut files: Files = (0..count).map(|i| (format!("f{i}.json"), text(i + 1))).collect();
        files.insert(format!("f{count}.json"), "{}");
        files.insert("form.json", r#"{ "properties": { "a": { "$ref": "f0.json" } } }"#);
        let found = forms::load(&files, "form.json").findings;
        found.iter().filter(|it| it.code == "nested-too-deeply").count()
    };
    assert_eq!(chained(300, 115), 1);
    assert_eq!(chained(300, 0), 1);
    assert_eq!(chained(10, 5), 0);
}

#[test]
fn what_is_accepted_can_be_read_again() {
    let form = r#"{ "properties": { "a": { "$ref": "s.json" } } }"#;
    let load = |levels: usize| {
        let shared = format!("{{ \"default\": {}{} }}", "[".repeat(levels), "]".repeat(levels));
        let files: Files = [("form.json", form), ("s.json", &shared)].into_iter().collect();
        forms::load(&files, "form.json")
    };
    let deepest = load(124).form.map(|it| forms::canonical::to_string(&it.form.document));
    assert!(deepest.is_some_and(|it| serde_json::from_str::<Value>(&it).is_ok()));
    let deeper = load(125);
    assert!(deeper.form.is_none());
    let found = &deeper.findings[0];
    assert_eq!((found.code.as_str(), found.place.file.as_str()), ("nested-too-deeply", "s.json"));
}

#[test]
fn files_and_answers_that_are_too_large_are_refused() {
    let form = form();
    let answer = |value: Value| codes(&form, &text_of(&value));
    let nine_megabytes = text_of(&json!({ "text": "a".repeat(9 << 20) }));
    assert_eq!(codes(&form, &nine_megabytes), ["too-large"]);
    let five_megabytes = format!(r#"{{ "title": "{}" }}"#, "a".repeat(5 << 20));
    assert_eq!(load(&[("form.json", &five_megabytes)]), ["too-large"]);
    assert!(answer(json!({ "text": "æ".repeat(100_000) })).is_empty());
    assert_eq!(answer(json!({ "text": "æ".repeat(100_001) })), ["too-large"]);
    let rows =
        |count: usize| (0..count).map(|i| json!({ "id": format!("r{i}") })).collect::<Value>();
    assert!(answer(json!({ "rows": rows(1_000) })).is_empty());
    assert_eq!(answer(json!({ "rows": rows(1_001) })), ["too-large"]);
    let note = |key: &str, value: Value| {
        let notes = json!({ "s.text": { key: value } });
        codes(&form, &head(&format!(r#""answers": {{}}, "notes": {notes}"#)))
    };
    assert_eq!(note("comment", json!("a".repeat(100_001))), ["too-large"]);
    let evidence = |key: &str, text: String| {
        let mut evidence = json!({ "title": "Report", "grade": "E2" });
        evidence[key] = json!(text);
        note("evidence", json!([evidence]))
    };
    assert_eq!(evidence("title", "a".repeat(501)), ["too-large"]);
    assert_eq!(evidence("link", "a".repeat(100_001)), ["too-large"]);
    let subject = head(r#""answers": {}"#).replace("Example", &"a".repeat(501));
    assert_eq!(codes(&form, &subject), ["too-large"]);
}

#[test]
fn a_response_full_of_mistakes_is_read_in_a_moment() {
    let form = form();
    let keys = |prefix: &str, count: usize, value: &Value| {
        let keys = (0..count).map(|i| (format!("{prefix}{i}"), value.clone()));
        Value::Object(keys.collect::<Map<_, _>>())
    };
    let many: Vec<Value> = (0..12_000).map(Value::from).collect();
    for (answers, code) in [
        (keys("numbre", 12_000, &json!(1)), "unknown-question"),
        (json!({ "ticks": many }), "bad-answer"),
        (json!({ "rows": vec![json!(7); 12_000] }), "bad-answer"),
        (
            json!({ "rows": (0..200).map(|_| keys("kn", 100, &json!(1))).collect::<Vec<_>>() }),
            "bad-row",
        ),
        (json!({ "text": vec![json!("a"); 12_000] }), "bad-answer"),
    ] {
        let codes = codes(&form, &text_of(&answers));
        assert!(codes.iter().any(|it| it == code), "{codes:?}");
    }
    let steps = keys("t", 12_000, &json!(1));
    assert_eq!(codes(&form, &head(&format!(r#""answers": {steps}"#))), ["unknown-question"]);
    let notes = keys("s.numbre", 5_000, &json!({}));
    let notes = head(&format!(r#""answers": {{}}, "notes": {notes}"#));
    assert_eq!(codes(&form, &notes), ["unknown-question"]);
    let notes = keys("s.numbre", 5_000, &json!({ "comment": 7 }));
    let notes = head(&format!(r#""answers": {{}}, "notes": {notes}"#));
    assert_eq!(codes(&form, &notes), ["wrong-shape"]);
    let evidence =
        json!({ "s.text": { "evidence": vec![json!({ "title": "", "grade": "E2" }); 5_000] } });
    let evidence = head(&format!(r#""answers": {{}}, "notes": {evidence}"#));
    assert_eq!(codes(&form, &evidence), ["bad-answer"]);
}

#[test]
fn warnings_do_not_hide_an_error() {
    let hidden = json!({ "title": "Q", "type": "number", "x-visible": "s.on" });
    let mut questions: Map<String, Value> =
        (0..=validate::MOST_ISSUES).map(|i| (format!("q{i}"), hidden.clone())).collect();
    questions.insert("on".to_owned(), json!({ "title": "On", "type": "boolean" }));
    let document = json!({
        "title": "Limits", "x-form": { "id": "limits", "version": "1.0.0", "language": "en" },
        "type": "object",
        "properties": { "s": { "title": "S", "type": "object", "properties": questions } },
    });
    let form = forms::prepare(&document, std::collections::BTreeMap::new());
    let form = form.unwrap_or_else(|it| panic!("{it:#?}"));
    let mut answers: Map<String, Value> =
        questions.keys().map(|it| (it.clone(), json!(1))).collect();
    answers.insert("on".to_owned(), json!(false));
    let text = head(&format!(
        r#""answers": {}, "notes": {{ "s.nothing": {{}} }}"#,
        json!({ "s": answers })
    ));
    assert_eq!(codes(&form, &text), ["hidden-answer", "unknown-question"]);
}

#[test]
fn a_form_full_of_mistakes_is_checked_in_a_moment() {
    let question = json!({ "title": "Q", "type": "number", "titel": "Q", "x-unt": "km" });
    let questions: Map<String, Value> =
        (0..600).map(|i| (format!("q{i}"), question.clone())).collect();
    let form = json!({
        "title": "Mistakes", "x-form": { "id": "m", "version": "1.0.0", "language": "en" },
        "type": "object",
        "properties": { "s": { "title": "S", "type": "object", "properties": questions } },
    });
    assert_eq!(load(&[("form.json", &form.to_string())]), ["unknown-keyword", "unusual-keyword"]);
}

#[test]
fn odd_numbers_and_texts() {
    let form = form();
    let of = |answers: &str| {
        findings(&form, &head(&format!(r#""answers": {{ "s": {answers} }}"#)))
            .into_iter()
            .map(|it| it.code)
            .collect::<Vec<_>>()
    };
    assert_eq!(of(r#"{ "number": 1e400 }"#), ["invalid-json"]);
    assert_eq!(of(r#"{ "text": "\ud800" }"#), ["invalid-json"]);
    assert_eq!(of("{ \"text\": \"a\u{1}\" }"), ["invalid-json"]);
    assert_eq!(of(r#"{ "number": .5 }"#), ["invalid-json"]);
    assert_eq!(of(r#"{ "number": 012 }"#), ["invalid-json"]);
    assert_eq!(of(r#"{ /* why */ "number": 1 }"#), ["invalid-json"]);
    for fine in [
        r#"{ "number": -0 }"#,
        r#"{ "number": 1e308 }"#,
        r#"{ "number": 123456789012345678901234567890 }"#,
        r#"{ "text": "\u0000 \ud83d\ude00 \u202e æøå" }"#,
        r#"{ "number": 5e-324 }"#,
    ] {
        assert_eq!(of(fine), Vec::<String>::new(), "{fine}");
    }
}

#[test]
fn a_byte_order_mark_changes_nothing_but_is_no_part_of_the_text() {
    let form = form();
    let text = text_of(&json!({ "number": 1 }));
    assert!(findings(&form, &format!("\u{feff}{text}")).is_empty());
    let wrong = "\u{feff}{\n  \"form\": 1\n}";
    let found = findings(&form, wrong);
    let place = found.iter().find(|it| it.message.contains("not a number")).unwrap();
    assert_eq!((place.place.line, place.place.column), (Some(2), Some(11)));
}

#[test]
fn a_reading_of_what_does_not_fit_has_no_surprises() {
    let form = form();
    for answers in [
        json!([]),
        json!("s"),
        json!(null),
        json!({ "rows": {} }),
        json!({ "rows": [1, null, []] }),
    ] {
        let text = head(&format!(r#""answers": {{ "s": {answers} }}"#));
        let response = parse_response("r.json", &text).unwrap();
        let reading = Reading::new(&form, &response);
        assert_eq!(reading.answers.len(), 4);
        let _ = validate::validate(&reading);
    }
}
