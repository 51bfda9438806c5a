//! Any plain JSON Schema of an object is a form without points: accepted with notes, and its
//! answers checked as a standard validator checks them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use forms::prepare::PreparedForm;
use forms::{Files, Reading, validate};
use jsonschema::Draft;
use model::{Finding, Response, Severity};
use serde_json::{Value, json};

fn check(schema: &Value) -> (Option<PreparedForm>, Vec<Finding>) {
    let files: Files = [("plain/form.json", schema.to_string())].into_iter().collect();
    let loaded = forms::check::check(&files, "plain/form.json");
    (loaded.form, loaded.findings)
}

fn response(answers: &Value) -> Response {
    serde_json::from_value(json!({
        "form": { "id": "plain", "version": "0.0.0" },
        "subject": { "name": "Example", "kind": "project" },
        "date": "2026-10-01",
        "answers": answers,
    }))
    .unwrap()
}

/// Checks that `schema` is accepted, and each of the answers as `fits` says and as a standard
/// validator says, where missing properties aside.
#[track_caller]
fn accepts(schema: &Value, answers: &[(Value, bool)]) -> PreparedForm {
    let (form, findings) = check(schema);
    let errors: Vec<_> = findings.iter().filter(|it| it.severity == Severity::Error).collect();
    let form = form.unwrap_or_else(|| panic!("{errors:#?}"));
    assert!(form.form.meta.dimensions.is_empty());
    let standard = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(schema)
        .unwrap();
    for (answer, fits) in answers {
        let response = response(answer);
        let reading = Reading::new(&form, &response);
        let issues = validate::validate(&reading);
        let ours = !validate::any_error(&issues) && reading.missing().is_empty();
        assert_eq!(ours, *fits, "{answer}: {issues:#?} {:?}", reading.missing());
        assert_eq!(standard.is_valid(answer), *fits, "{answer}");
        // The document that is given away says the same.
        let given = forms::answers_schema::answers_schema(&form);
        let given = jsonschema::draft202012::options().should_validate_formats(true).build(&given);
        assert_eq!(given.unwrap().is_valid(answer), *fits, "{answer}");
    }
    form
}

#[test]
fn an_empty_object_and_one_without_properties() {
    accepts(&json!({}), &[(json!({ "anything": [1] }), true)]);
    accepts(&json!({ "type": "object" }), &[(json!({}), true)]);
    accepts(
        &json!({ "$comment": "no type", "properties": { "a": { "type": "string" } } }),
        &[(json!({ "a": "x", "other": 1 }), true), (json!({ "a": 1 }), false)],
    );
}

#[test]
fn it_keeps_the_id_it_has_from_its_place() {
    let form = accepts(&json!({ "properties": { "a": { "type": "string" } } }), &[]);
    assert_eq!(form.form.meta.id, "plain");
    let kept = forms::canonical::to_string(&form.form.document);
    let again = forms::prepare(&serde_json::from_str(&kept).unwrap(), form.translations.clone());
    let again = again.unwrap();
    assert_eq!((again.form.meta.id.as_str(), &again.hash), ("plain", &form.hash));
}

#[test]
fn nested_objects() {
    let schema = json!({ "type": "object", "properties": { "address": {
        "type": "object",
        "required": ["street"],
        "properties": {
            "street": { "type": "string" },
            "country": { "type": "object", "properties": { "code": { "type": "string", "maxLength": 2 } } },
        },
    } } });
    let form = accepts(
        &schema,
        &[
            (json!({ "address": { "street": "A", "country": { "code": "DK" } } }), true),
            (json!({ "address": { "street": "A", "country": { "code": "DNK" } } }), false),
            (json!({ "address": { "street": 7 } }), false),
        ],
    );
    assert!(form.index_of("address.street").is_some());
}

#[test]
fn combinations() {
    let schema = json!({
        "type": "object",
        "properties": {
            "either": { "anyOf": [{ "type": "string" }, { "type": "integer", "minimum": 3 }] },
            "both": { "allOf": [{ "type": "number" }, { "minimum": 0 }] },
            "neither": { "not": { "type": "null" } },
            "one": { "oneOf": [{ "type": "number", "multipleOf": 2 }, { "type": "number", "multipleOf": 3 }] },
            "plain": { "enum": ["a", 1, true, null] },
            "fixed": { "const": { "a": 1 } },
        },
    });
    accepts(
        &schema,
        &[
            (
                json!({ "either": "x", "both": 1, "neither": 0, "one": 4, "plain": "a", "fixed": { "a": 1 } }),
                true,
            ),
            (json!({ "either": 2 }), false),
            (json!({ "both": -1 }), false),
            (json!({ "neither": null }), false),
            (json!({ "one": 6 }), false),
            (json!({ "one": 5 }), false),
            (json!({ "plain": "b" }), false),
            (json!({ "fixed": { "a": 2 } }), false),
        ],
    );
}

#[test]
fn conditions_and_dependencies() {
    let schema = json!({
        "type": "object",
        "properties": { "kind": { "type": "string" }, "size": { "type": "number" } },
        "if": { "properties": { "kind": { "const": "box" } }, "required": ["kind"] },
        "then": { "properties": { "size": { "minimum": 10 } } },
        "else": { "properties": { "size": { "maximum": 5 } } },
        "dependentSchemas": { "size": { "properties": { "unit": { "enum": ["cm"] } } } },
    });
    accepts(
        &schema,
        &[
            (json!({ "kind": "box", "size": 12 }), true),
            (json!({ "kind": "box", "size": 7 }), false),
            (json!({ "kind": "bag", "size": 4 }), true),
            (json!({ "kind": "bag", "size": 7 }), false),
            (json!({ "size": 4, "unit": "cm" }), true),
            (json!({ "size": 4, "unit": "km" }), false),
        ],
    );
}

/// What is only missing is not wrong: an unfinished response is one too.
#[test]
fn what_is_missing_is_told_apart_from_what_is_wrong() {
    let schema = json!({
        "type": "object",
        "properties": { "a": { "type": "string" }, "b": { "type": "string" } },
        "dependentRequired": { "a": ["b"] },
        "if": { "properties": { "a": { "const": "x" } } },
        "then": { "required": ["b"] },
    });
    let (form, findings) = check(&schema);
    let form = form.unwrap();
    assert!(findings.iter().all(|it| it.severity == Severity::Note), "{findings:#?}");
    for answers in [json!({ "a": "x" }), json!({ "a": "y" })] {
        let response = response(&answers);
        assert_eq!(validate::validate(&Reading::new(&form, &response)), []);
    }
}

#[test]
fn lists() {
    let schema = json!({
        "type": "object",
        "properties": {
            "pair": { "type": "array", "prefixItems": [{ "type": "string" }, { "type": "number" }], "items": false },
            "some": { "type": "array", "contains": { "const": 3 }, "minContains": 2 },
            "words": { "type": "array", "items": { "type": "string" }, "minItems": 1, "uniqueItems": true },
            "loose": { "type": "array" },
            "rest": { "type": "array", "prefixItems": [true], "unevaluatedItems": { "type": "boolean" } },
        },
    });
    accepts(
        &schema,
        &[
            (
                json!({ "pair": ["a", 1], "some": [3, 1, 3], "words": ["a"], "loose": [{}, 1], "rest": [1, true] }),
                true,
            ),
            (json!({ "pair": ["a", 1, 2] }), false),
            (json!({ "pair": [1] }), false),
            (json!({ "some": [3] }), false),
            (json!({ "words": [] }), false),
            (json!({ "words": ["a", "a"] }), false),
            (json!({ "rest": [1, 2] }), false),
        ],
    );
}

#[test]
fn names_that_no_form_of_ours_would_have() {
    let schema = json!({
        "type": "object",
        "properties": { "First name": { "type": "string" }, "a/b": { "type": "number" }, "in": { "type": "string" }, "~": {} },
        "patternProperties": { "^x": { "type": "number" } },
        "propertyNames": { "maxLength": 12 },
        "additionalProperties": false,
        "minProperties": 1,
    });
    accepts(
        &schema,
        &[
            (json!({ "First name": "A", "a/b": 1, "in": "x", "~": null, "x1": 2 }), true),
            (json!({ "First name": 1 }), false),
            (json!({ "a/b": "1" }), false),
            (json!({ "x1": "2" }), false),
            (json!({ "other": 1 }), false),
            (json!({ "x123456789012": 1 }), false),
            (json!({}), false),
        ],
    );
}

#[test]
fn schemas_that_lead_back_to_themselves() {
    let tree = json!({
        "type": "object",
        "properties": {
            "name": { "type": "string" },
            "children": { "type": "array", "items": { "$ref": "#" } },
            "best": { "$ref": "#", "description": "The one that is liked most." },
        },
    });
    accepts(
        &tree,
        &[
            (
                json!({ "name": "a", "children": [{ "children": [{ "name": "b" }] }], "best": { "name": "c" } }),
                true,
            ),
            (json!({ "children": [{ "children": [{ "name": 1 }] }] }), false),
            (json!({ "best": { "name": 1 } }), false),
        ],
    );
    let list = json!({
        "type": "object",
        "properties": { "first": { "$ref": "#/$defs/node", "title": "First" } },
        "$defs": { "node": { "type": "object", "properties": {
            "value": { "type": "integer" },
            "rows": { "type": "array", "items": { "$ref": "#/$defs/node" } },
            "next": { "$ref": "#/$defs/node", "title": "Next" },
        } } },
    });
    accepts(
        &list,
        &[
            (
                json!({ "first": { "value": 1, "next": { "value": 2, "rows": [{ "value": 3 }] } } }),
                true,
            ),
            (json!({ "first": { "value": 1, "next": { "value": "2" } } }), false),
        ],
    );
    let names = json!({
        "type": "object",
        "properties": { "a": { "$ref": "#n" }, "b": { "$dynamicRef": "#d" } },
        "$defs": { "x": { "$anchor": "n", "type": "integer" }, "y": { "$dynamicAnchor": "d", "type": "string" } },
    });
    accepts(
        &names,
        &[
            (json!({ "a": 1, "b": "x" }), true),
            (json!({ "a": "x" }), false),
            (json!({ "b": 1 }), false),
        ],
    );
}

#[test]
fn an_id_and_references_within_the_document() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://example.org/plain.json",
        "type": "object",
        "properties": { "a": { "type": "string" }, "b": { "$ref": "#/properties/a" } },
    });
    accepts(&schema, &[(json!({ "a": "x", "b": "y" }), true), (json!({ "b": 1 }), false)]);
}

#[test]
fn booleans_as_schemas() {
    accepts(
        &json!({ "type": "object", "properties": { "any": true, "none": false } }),
        &[(json!({ "any": [null] }), true), (json!({ "none": 1 }), false)],
    );
}

#[test]
fn every_format_of_json_schema() {
    for (format, good, bad) in [
        ("date-time", "2026-10-01T12:00:00Z", "2026-10-01"),
        ("date", "2026-02-28", "2026-02-30"),
        ("time", "12:00:00Z", "25:00:00Z"),
        ("duration", "P1Y2M", "1 year"),
        ("email", "a@example.org", "a"),
        ("idn-email", "ø@example.org", "ø"),
        ("hostname", "example.org", "-a-"),
        ("idn-hostname", "blåbær.example", "〮"),
        ("ipv4", "127.0.0.1", "127.0.0.256"),
        ("ipv6", "::1", "::g"),
        ("uri", "https://example.org", "example"),
        ("uri-reference", "/a", "\\a"),
        ("iri", "https://example.org/æ", "æ"),
        ("iri-reference", "/æ", "\\æ"),
        ("uuid", "018f2f2a-7b7e-7c00-8000-000000000000", "018f"),
        ("uri-template", "/a/{b}", "/a/{b"),
        ("json-pointer", "/a/0", "a"),
        ("relative-json-pointer", "1/a", "/a"),
        ("regex", "^a+$", "("),
    ] {
        let schema = json!({ "type": "object", "properties": { "a": { "type": "string", "format": format } } });
        accepts(&schema, &[(json!({ "a": good }), true), (json!({ "a": bad }), false)]);
    }
}

#[test]
fn what_a_page_cannot_ask_is_a_note() {
    let schema = json!({
        "type": "object",
        "properties": { "a": { "anyOf": [{ "type": "string" }] }, "b": { "type": "string" } },
    });
    let (_, findings) = check(&schema);
    let codes: Vec<_> = findings.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(codes, ["not-askable", "not-askable"]);
    assert!(findings.iter().all(|it| it.severity == Severity::Note));
}

#[test]
fn a_reference_to_itself_alone_ends() {
    let schema = json!({ "type": "object", "properties": { "a": { "$ref": "#/$defs/a" } }, "$defs": { "a": { "$ref": "#/$defs/a" } } });
    let (form, findings) = check(&schema);
    let Some(form) = form else {
        assert!(findings.iter().any(|it| it.severity == Severity::Error));
        return;
    };
    let response = response(&json!({ "a": { "a": 1 } }));
    let _ = validate::validate(&Reading::new(&form, &response));
}
