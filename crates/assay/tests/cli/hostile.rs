//! Responses and forms made to break the program: each is refused with its place, soon.

use serde_json::{Value, json};

use crate::support::Place;

const STRONG: &str = "my-form/cases/strong/answers.json";

/// A place whose response is `text`; what `score` says to it.
fn score_text(place: &Place, text: impl AsRef<[u8]>) -> crate::support::Ran {
    place.write("answers.json", text);
    place.run("score my-form answers.json")
}

/// What `score` says to the strong response after `edit`.
fn score_edited(place: &Place, edit: impl FnOnce(&mut Value)) -> crate::support::Ran {
    place.write("answers.json", place.read(STRONG));
    place.edit("answers.json", edit);
    place.run("score my-form answers.json")
}

/// What `check` says to the form after `edit`.
fn check_edited(edit: impl FnOnce(&mut Value)) -> crate::support::Ran {
    let place = Place::with_form();
    place.edit("my-form/form.json", edit);
    place.run("check my-form")
}

#[test]
fn a_response_that_is_no_json_is_refused_with_its_place() {
    let place = Place::with_form();
    let strong = place.read(STRONG);
    let cut = &strong[..strong.len() / 2];
    let cases = [
        ("", "answers.json:1:1: error[invalid-json]"),
        ("{\n  \"form\": ,\n}", "answers.json:2:11: error[invalid-json]"),
        (cut, "error[invalid-json]"),
        ("{} {}", "answers.json:1:4: error[invalid-json]"),
        ("[]", "error[wrong-shape]"),
        ("null", "error[wrong-shape]"),
        ("{}", "error[missing-keyword]"),
        ("{\n \"a\": 1,\n \"a\": 2\n}", "answers.json:3:4: error[duplicate-key]"),
        ("{\"a\": \"\\ud800\"}", "error[invalid-json]"),
        ("{\"a\": 1e400}", "error[invalid-json]"),
    ];
    for (text, said) in cases {
        let ran = score_text(&place, text).ended(1).says(said);
        assert_eq!(ran.out, "");
    }
    score_text(&place, b"{\"a\":\n \"\xe6\"}")
        .ended(1)
        .says("answers.json:2:3: error[invalid-json]");
    let twice = strong.replace("\"owner\": true", "\"owner\": true, \"owner\": false");
    score_text(&place, twice).ended(1).says("error[duplicate-key]").says("`owner` stands twice");
    score_text(&place, format!("\u{feff}{strong}")).fine();
}

#[test]
fn deep_and_large_responses_are_refused_soon() {
    let place = Place::with_form();
    score_text(&place, "[".repeat(100_000)).ended(1).says("error[nested-too-deeply]");
    let deep = "{\"a\":".repeat(100_000) + "1" + &"}".repeat(100_000);
    let deep = place.read(STRONG).replace("true", &deep);
    score_text(&place, deep).ended(1).says("error[nested-too-deeply]");
    score_text(&place, " ".repeat(50 << 20)).ended(1).says("error[too-large]");
    // Cut inside a character, it is still too large and not said to be no text.
    let text = "æ".repeat(25 << 20);
    score_text(&place, format!("\"{text}\"")).ended(1).says("error[too-large]");
    let many: Vec<u32> = (0..100_000).collect();
    score_edited(&place, |it| it["answers"]["need"]["known_by"] = json!(many))
        .ended(1)
        .says("error[bad-answer]");
    score_edited(&place, |it| it["subject"]["name"] = "æ".repeat(501).into())
        .ended(1)
        .says("error[too-large]");
}

#[test]
fn wrong_answers_are_refused_with_place_and_suggestion() {
    let place = Place::with_form();
    type Edit = fn(&mut Value);
    let cases: [(Edit, &str); 14] = [
        (|it| it["answers"]["need"]["described"] = json!(7), "error[bad-answer]"),
        (|it| it["answers"]["need"]["described"] = json!("3"), "error[bad-answer]"),
        (|it| it["answers"]["need"]["described"] = json!(2.5), "error[bad-answer]"),
        (|it| it["answers"]["need"]["owner"] = json!("yes"), "must be true or false"),
        (|it| it["answers"]["need"]["known_by"] = json!(["userz"]), "did you mean `users`?"),
        (|it| it["answers"]["need"]["known_by"] = json!(["users", "users"]), "error[bad-answer]"),
        (|it| it["answers"]["economy"]["payback"] = json!(-1), "error[bad-answer]"),
        (|it| it["answers"]["economy"]["paybak"] = json!(1), "did you mean `economy.payback`?"),
        (|it| it["answers"]["economi"] = json!({}), "did you mean `economy`?"),
        (|it| it["answers"] = json!([]), "error[wrong-shape]"),
        (|it| it["date"] = json!("2026-02-30"), "error[bad-date]"),
        (|it| it["form"]["version"] = json!("9.0.0"), "error[wrong-form]"),
        (|it| it["anwsers"] = json!({}), "error[unknown-"),
        (|it| it["subject"]["name"] = json!(" "), "there is no name"),
    ];
    for (edit, said) in cases {
        let ran = score_edited(&place, edit).ended(1).says(said);
        assert!(ran.err.starts_with("answers.json:") && ran.out.is_empty(), "{}", ran.err);
    }
}

#[test]
fn a_hidden_answer_is_a_warning_and_counts_nowhere() {
    let place = Place::with_form();
    let hide = |it: &mut Value| it["answers"]["economy"]["measured"] = false.into();
    let with = score_edited(&place, hide).fine().says("warning[hidden-answer]");
    let without = score_edited(&place, |it| {
        hide(it);
        it["answers"]["economy"].as_object_mut().unwrap().remove("hours_a_week");
    });
    assert_eq!(without.fine().out, with.out);
}

#[test]
fn expressions_that_cannot_be_used_are_refused_with_their_place() {
    let deep = format!("{}need.owner", "not ".repeat(5_000));
    let long = vec!["need.owner"; 20_000].join(" or ");
    let cases = [
        ("need.owner ===", "unexpected"),
        ("need.ownr", "did you mean `need.owner`?"),
        ("owner", "error[unknown-name]"),
        ("'a' * 1000000000 == 'b'", "cannot be multiplied"),
        ("[1] * 1000000000 == []", "cannot be multiplied"),
        ("range(1000000000) | length > 1", "there is no function `range`"),
        ("need.owner | upper", "error[expression]"),
        ("need.described ** 1000000", "error[expression]"),
        ("[x for x in need.known_by]", "error[expression]"),
        ("", "error[expression]"),
        (deep.as_str(), "error[expression]"),
        (long.as_str(), "error[expression]"),
    ];
    for (expression, said) in cases {
        check_edited(|it| it["x-form"]["gates"][0]["when"] = expression.into())
            .ended(1)
            .says("my-form/form.json:")
            .says(said);
    }
}

#[test]
fn what_cannot_be_worked_out_is_said_and_costs_little() {
    let cases = [
        ("economy.hours_a_week / 0", "10 / 0"),
        ("ratio(economy.hours_a_week, 0)", "ratio"),
        ("npv(flows(1, 1, economy.hours_a_week * 100000000))", "from 0 to 1000"),
        ("power(economy.hours_a_week, 100000000)", "from -1000 to 1000"),
        ("power(economy.hours_a_week, 1000)", "too large"),
    ];
    for (formula, because) in cases {
        let place = Place::with_form();
        place.edit("my-form/form.json", |it| {
            it["x-form"]["indicators"][0]["formula"] = formula.into();
        });
        let card = place.run(&format!("score my-form {STRONG} --format json")).fine().json();
        let figure = &card["indicators"][0];
        assert!(figure.get("value").is_none(), "{figure}");
        assert!(figure["because"].as_str().unwrap().contains(because), "{figure}");
    }
}

#[test]
fn a_sentence_that_runs_long_or_asks_for_a_gigabyte_ends() {
    let loops = "{% for a in need.known_by %}".repeat(40) + "x" + &"{% endfor %}".repeat(40);
    let cases = [
        loops.as_str(),
        "{{ 'a' * 1000000000 }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% include '/etc/passwd' %}",
        "{{ need.owner.__class__ }}",
    ];
    for text in cases {
        let place = Place::with_form();
        place.edit("my-form/form.json", |it| {
            it["x-form"]["narratives"] = json!([{ "id": "n", "text": text }]);
        });
        let ran = place.run(&format!("score my-form {STRONG} --format json"));
        match ran.code {
            0 => assert_eq!(ran.json()["narratives"], json!([]), "{text}"),
            _ => _ = ran.ended(1).says("error[expression]"),
        }
    }
}

#[test]
fn references_stay_inside_the_folder_and_end() {
    let with = |reference: &str| {
        check_edited(|it| {
            it["properties"]["need"]["properties"]["more"] =
                json!({ "$ref": reference, "title": "More" });
        })
        .ended(1)
        .says("my-form/form.json:")
    };
    with("https://example.org/scale.json").says("error[remote-ref]").says("nothing is fetched");
    with("../../../../../../etc/passwd").says("error[ref-outside]");
    with("/etc/passwd").says("error[ref-outside]");
    with("file:///etc/passwd").says("error[remote-ref]");
    with("scale.json").says("error[no-such-file]");
    with("form.json").says("error[ref-cycle]");
    with("../my-form/form.json#/properties/need").says("error[ref-cycle]");

    let place = Place::with_form();
    place.edit("my-form/form.json", |it| {
        it["properties"]["need"]["properties"]["more"] = json!({ "$ref": "../a.json" });
    });
    place.write("a.json", r#"{"items": {"$ref": "b.json"}}"#);
    place.write("b.json", r#"{"items": {"$ref": "a.json"}}"#);
    place.run("check my-form").ended(1).says("b.json:1:").says("error[ref-cycle]");

    // 40 to the power of 4 parts.
    let part = |next: &str| {
        let parts: Vec<String> =
            (0..40).map(|i| format!(r#""p{i}": {{"$ref": "{next}"}}"#)).collect();
        format!("{{{}}}", parts.join(","))
    };
    for (name, next) in [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")] {
        place.write(&format!("{name}.json"), part(&format!("{next}.json")));
    }
    place.write("e.json", "{}");
    place.run("check my-form").ended(1).says("error[too-large]");
}

#[test]
fn patterns_run_in_linear_time_or_are_refused() {
    for pattern in ["(a{1000}){1000}", "(?=a)b", "(a)\\1", "("] {
        check_edited(|it| {
            it["properties"]["need"]["properties"]["word"] =
                json!({ "title": "Word", "type": "string", "pattern": pattern });
        })
        .ended(1)
        .says("error[bad-pattern]");
    }
    let place = Place::with_form();
    place.edit("my-form/form.json", |it| {
        it["properties"]["need"]["properties"]["word"] =
            json!({ "title": "Word", "type": "string", "pattern": "^(a+)+$" });
    });
    score_edited(&place, |it| it["answers"]["need"]["word"] = ("a".repeat(90_000) + "b").into())
        .ended(1)
        .says("error[bad-answer]");
    score_edited(&place, |it| it["answers"]["need"]["word"] = "a".repeat(90_000).into()).fine();
}

#[test]
fn forms_that_are_no_forms_are_refused() {
    let place = Place::with_form();
    let form = place.read("my-form/form.json");
    let twice = form.replacen("\"title\"", "\"title\": \"Other\",\n \"title\"", 1);
    let cases = [
        ("", "error[invalid-json]"),
        ("[]", "error[bad-schema]"),
        ("null", "error[bad-schema]"),
        ("1", "error[bad-schema]"),
        ("{\"type\": \"objekt\"}", "error[bad-schema]"),
        (twice.as_str(), "error[duplicate-key]"),
    ];
    for (text, said) in cases {
        place.write("my-form/form.json", text);
        place.run("check my-form").ended(1).says("my-form/form.json").says(said);
    }
    place.write("my-form/form.json", "{\"a\":".repeat(100_000));
    place.run("check my-form").ended(1).says("error[nested-too-deeply]");
    place.write("my-form/form.json", "æ".repeat(25 << 20));
    place.run("check my-form").ended(1).says("error[too-large]");
    type Edit = fn(&mut Value);
    let edits: [(Edit, &str); 5] = [
        (|it| it["x-form"]["gates"] = json!("none"), "error[wrong-shape]"),
        (|it| it["x-form"]["version"] = json!("1"), "error[wrong-shape]"),
        (|it| it["x-form"]["dimensions"][0]["weight"] = json!(-60), "error["),
        (|it| it["x-form"]["bands"][1]["from"] = json!(1e308), "error[bands]"),
        (
            |it| it["properties"]["need"]["properties"]["owner"]["x-visible"] = json!("need.owner"),
            "error[cycle]",
        ),
    ];
    for (edit, said) in edits {
        check_edited(edit).ended(1).says(said);
    }
}
