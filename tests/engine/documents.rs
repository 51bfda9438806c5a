//! Documents have JSON Schemas that other programs can use, and keep to them.

use forms::answers_schema::answers_schema;
use forms::form_schema::form_schema;
use jsonschema::Validator;
use model::schema::of;
use serde_json::{Value, json};

use crate::support::{cases, shipped};

/// A validator that knows nothing of ours; the schema itself is checked too.
fn validator(schema: &Value) -> Validator {
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    jsonschema::meta::validate(schema).unwrap_or_else(|it| panic!("{it}"));
    jsonschema::validator_for(schema).unwrap()
}

#[track_caller]
fn valid(validator: &Validator, value: &Value, what: &str) {
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|it| format!("{}: {}", it.instance_path(), it.masked()))
        .collect();
    assert!(errors.is_empty(), "{what}: {errors:#?}");
}

#[test]
fn responses_scorecards_profiles_and_report_data_keep_to_their_schemas() {
    let response = validator(of::<model::Response>().as_value());
    let scorecard = validator(of::<model::Scorecard>().as_value());
    let profile = validator(of::<model::profile::Profile>().as_value());
    let report = validator(of::<model::report::ReportData>().as_value());
    for (form, responses) in cases() {
        let id = &form.form.meta.id;
        for it in &responses {
            valid(&response, &json!(it), id);
            for language in form.languages() {
                let card = scoring::score(&form, it, Some(language));
                valid(&scorecard, &json!(card), id);
                valid(&profile, &json!(scoring::profile(&[card], &[], None).unwrap()), id);
                let (data, _) = engine::report::report_data(&form, it, None, language).unwrap();
                valid(&report, &json!(data), id);
            }
        }
        let mut wrong = json!(responses[0]);
        wrong["dat"] = "2026-10-01".into();
        assert!(!response.is_valid(&wrong));
    }
}

#[test]
fn forms_on_paper_and_comparisons_keep_to_their_schemas() {
    let blank = validator(of::<model::blank::BlankData>().as_value());
    let comparison = validator(of::<model::comparison::Comparison>().as_value());
    let cases = cases();
    for (form, _) in &cases {
        for language in form.languages() {
            let data = engine::blank::blank_data(form, language).unwrap();
            valid(&blank, &json!(data), &form.form.meta.id);
        }
        // Between two different forms nearly everything changed.
        let other = &cases[0].0;
        let compared = forms::compare::compare(other, form, "da");
        assert_eq!(compared.parts.is_empty(), other.hash == form.hash);
        valid(&comparison, &json!(compared), &form.form.meta.id);
    }
}

#[test]
fn forms_and_expectations_keep_to_their_schemas() {
    let form = validator(&form_schema());
    let expected = validator(of::<model::case::Expected>().as_value());
    let files = shipped();
    for path in files.paths() {
        let value: Value = serde_json::from_str(files.get(path).unwrap()).unwrap();
        if path.ends_with("/form.json") {
            valid(&form, &value, path);
        } else if path.ends_with("/expected.json") {
            valid(&expected, &value, path);
        }
    }
    assert!(!form.is_valid(&json!({ "type": "object", "x-form": { "id": "A" } })));
}

#[test]
fn a_standard_validator_agrees_about_complete_answers() {
    for (form, responses) in cases() {
        let schema = answers_schema(&form);
        let answers = validator(&schema);
        let mut complete = 0;
        for response in &responses {
            let value = Value::Object(response.answers.clone());
            if scoring::score(&form, response, None).missing.is_empty() {
                valid(&answers, &value, &form.form.meta.id);
                complete += 1;
            }
            let mut wrong = response.answers.clone();
            wrong.insert("nonsense".to_owned(), json!(1));
            assert!(!answers.is_valid(&Value::Object(wrong)));
        }
        assert!(complete > 0, "{}", form.form.meta.id);
    }
}
