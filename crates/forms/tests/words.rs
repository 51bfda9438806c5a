//! Conditions and formulas in words, in both languages.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;

use forms::words::Words;
use forms::{Files, load};
use model::Condition;
use model::form::Form;
use serde_json::{Value, json};

/// A form with a question of each kind.
fn form() -> Form {
    let level = |level: u32, title: &str| json!({ "const": level, "title": title });
    let form = json!({
        "title": "Test site",
        "x-form": {
            "id": "site", "version": "1.0.0", "language": "en",
            "facts": [{ "id": "points", "title": "Export points" }]
        },
        "type": "object",
        "properties": { "a": { "title": "A", "type": "object", "properties": {
            "scope": { "title": "Scope", "type": "string", "oneOf": [
                { "const": "company", "title": "Company" },
                { "const": "solution", "title": "Solution" },
                { "const": "both", "title": "Both" }
            ] },
            "effect": { "title": "Effect", "type": "integer", "oneOf":
                [level(0, "None"), level(1, "Expected"), level(2, "Measured")] },
            "parts": { "title": "Parts", "type": "array", "uniqueItems": true, "items": {
                "type": "string", "oneOf": [
                    { "const": "network", "title": "Network" }, { "const": "room", "title": "Room" }
                ] } },
            "air": { "title": "Air", "type": "boolean" },
            "soil": { "title": "Soil", "type": "boolean" },
            "water": { "title": "Water", "type": "boolean" },
            "weeks": { "title": "Weeks", "type": "number", "x-unit": "weeks" },
            "rate": { "title": "Rate", "type": "number", "x-format": "percent" },
            "note": { "title": "Note", "type": "string" },
            "trl": { "title": "TRL", "type": "array", "uniqueItems": true, "items": {
                "type": "integer", "oneOf": [level(1, "First"), level(2, "Second")] },
                "x-report": "readiness" },
            "partners": { "title": "Partners", "type": "array", "items": {
                "type": "object", "required": ["id"], "properties": {
                    "id": { "type": "string" },
                    "kind": { "title": "Kind", "type": "string", "oneOf": [
                        { "const": "buyer", "title": "Buyer" }, { "const": "other", "title": "Other" }
                    ] },
                    "share": { "title": "Share", "type": "number" },
                    "cost": { "title": "Cost", "type": "number" },
                    "paid": { "title": "Paid", "type": "number",
                        "x-calculated": "row.share * row.cost / 100" },
                    "counts": { "title": "Counts", "type": "boolean",
                        "x-calculated": "row.kind == 'buyer' and row.share > 0" }
                } } }
        } } }
    });
    let files: Files = [("site/form.json", form.to_string())].into_iter().collect();
    let loaded = load(&files, "site/form.json");
    loaded.form.unwrap_or_else(|| panic!("{:#?}", loaded.findings)).form
}

fn condition(condition: &Value, language: &str) -> String {
    let condition: Condition = serde_json::from_value(condition.clone()).unwrap();
    Words::new(&form(), language).condition(&condition)
}

fn formula(source: &str, language: &str) -> String {
    Words::new(&form(), language).formula(source)
}

#[track_caller]
fn says(source: Value, english: &str, danish: &str) {
    assert_eq!(condition(&source, "en"), english);
    assert_eq!(condition(&source, "da"), danish);
}

#[test]
fn an_option_is_named_by_its_title() {
    says(json!("a.scope == 'company'"), "“Scope” is “Company”", "»Scope« er »Company«");
    says(json!("a.scope != 'company'"), "“Scope” is not “Company”", "»Scope« ikke er »Company«");
    says(
        json!("a.scope in ['company', 'both']"),
        "“Scope” is “Company” or “Both”",
        "»Scope« er »Company« eller »Both«",
    );
    says(
        json!("a.scope not in ['company', 'both']"),
        "“Scope” is neither “Company” nor “Both”",
        "»Scope« hverken er »Company« eller »Both«",
    );
    says(
        json!("'network' in a.parts"),
        "“Network” is ticked in “Parts”",
        "»Network« er krydset af i »Parts«",
    );
    says(
        json!("'network' not in a.parts"),
        "“Network” is not ticked in “Parts”",
        "»Network« ikke er krydset af i »Parts«",
    );
}

#[test]
fn numbers_and_levels_are_compared() {
    says(
        json!("a.weeks > 4"),
        "“Weeks” is more than 4\u{a0}weeks",
        "»Weeks« er mere end 4\u{a0}weeks",
    );
    says(json!("4 >= a.weeks"), "“Weeks” is at most 4\u{a0}weeks", "»Weeks« er højst 4\u{a0}weeks");
    says(
        json!("a.rate < 0.125"),
        "“Rate” is less than 12.5\u{a0}%",
        "»Rate« er mindre end 12,5\u{a0}%",
    );
    says(
        json!("a.effect >= 1"),
        "“Effect” is at least “1 – Expected”",
        "»Effect« er mindst »1 – Expected«",
    );
    says(
        json!("0 < a.weeks < 30"),
        "“Weeks” is more than 0\u{a0}weeks and less than 30\u{a0}weeks",
        "»Weeks« er mere end 0\u{a0}weeks og mindre end 30\u{a0}weeks",
    );
    says(json!("a.weeks <= a.rate"), "“Weeks” is at most “Rate”", "»Weeks« er højst »Rate«");
    says(
        json!("a.parts | length == 0"),
        "the number of ticks in “Parts” is 0",
        "antallet af krydser i »Parts« er 0",
    );
    says(
        json!("count_where(a.partners, 'kind', 'buyer') >= 2"),
        "the number of rows in “Partners” with “Buyer” under “Kind” is at least 2",
        "antallet af rækker i »Partners« med »Buyer« under »Kind« er mindst 2",
    );
    says(
        json!("ladder(a.trl) < 2"),
        "the step reached in “TRL” is less than 2",
        "det opnåede trin i »TRL« er mindre end 2",
    );
    says(
        json!("facts.points >= 81"),
        "“Export points” is at least 81",
        "»Export points« er mindst 81",
    );
}

#[test]
fn yes_and_no_are_told_from_what_is_not_yes() {
    says(json!("a.air"), "“Air” is answered with yes", "»Air« er besvaret med ja");
    for no in ["not a.air", "a.air == false", "a.air != true"] {
        says(json!(no), "“Air” is answered with no", "»Air« er besvaret med nej");
    }
    // A tree's `not` holds for a question that is not asked, too.
    says(
        json!({ "not": "a.air" }),
        "“Air” is not answered with yes",
        "»Air« ikke er besvaret med ja",
    );
    says(json!("answered('a.note')"), "“Note” is answered", "»Note« er besvaret");
    says(
        json!("answered('facts.points')"),
        "“Export points” is answered",
        "»Export points« er besvaret",
    );
    says(json!("not answered('a.note')"), "“Note” is not answered", "»Note« ikke er besvaret");
}

#[test]
fn parts_are_joined_and_what_they_share_is_said_once() {
    says(
        json!({ "any": ["a.air", "a.soil", "a.water"] }),
        "“Air”, “Soil” or “Water” is answered with yes",
        "»Air«, »Soil« eller »Water« er besvaret med ja",
    );
    says(
        json!({ "all": ["a.air", "a.soil"] }),
        "each of “Air” and “Soil” is answered with yes",
        "hver af »Air« og »Soil« er besvaret med ja",
    );
    says(
        json!({ "not": { "any": ["a.air", "a.soil"] } }),
        "none of “Air” and “Soil” is answered with yes",
        "ingen af »Air« og »Soil« er besvaret med ja",
    );
    says(
        json!({ "all": ["a.scope == 'both'", { "any": ["a.air", "a.weeks > 4"] }] }),
        "“Scope” is “Both” and (“Air” is answered with yes or “Weeks” is more than 4\u{a0}weeks)",
        "»Scope« er »Both« og (»Air« er besvaret med ja eller »Weeks« er mere end 4\u{a0}weeks)",
    );
    says(
        json!({ "not": { "all": ["a.scope == 'both'", "a.weeks > 4"] } }),
        "“Scope” is not “Both” or “Weeks” is not more than 4\u{a0}weeks",
        "»Scope« ikke er »Both« eller »Weeks« ikke er mere end 4\u{a0}weeks",
    );
    says(
        json!("a.air or a.soil or a.water"),
        "“Air”, “Soil” or “Water” is answered with yes",
        "»Air«, »Soil« eller »Water« er besvaret med ja",
    );
    says(
        json!("a.air and a.scope == 'both' or a.soil"),
        "(“Air” is answered with yes and “Scope” is “Both”) or “Soil” is answered with yes",
        "(»Air« er besvaret med ja og »Scope« er »Both«) eller »Soil« er besvaret med ja",
    );
}

#[test]
fn parts_that_share_something_are_found_among_others() {
    says(
        json!({ "all": ["a.air", "a.weeks > 4", "a.soil", "a.weeks < 9", { "not": "a.water" }] }),
        "each of “Air” and “Soil” is answered with yes, “Weeks” is more than 4\u{a0}weeks and less \
         than 9\u{a0}weeks and “Water” is not answered with yes",
        "hver af »Air« og »Soil« er besvaret med ja, »Weeks« er mere end 4\u{a0}weeks og mindre \
         end 9\u{a0}weeks og »Water« ikke er besvaret med ja",
    );
}

#[test]
fn what_cannot_be_said_simply_stands_as_it_was_written() {
    says(
        json!({ "all": ["a.air", "(a.parts | first) == 'network'"] }),
        "“Air” is answered with yes and this holds: `(a.parts | first) == 'network'`",
        "»Air« er besvaret med ja og dette gælder: `(a.parts | first) == 'network'`",
    );
    says(
        json!({ "not": "a.weeks" }),
        "this does not hold: `a.weeks`",
        "dette ikke gælder: `a.weeks`",
    );
}

#[test]
fn numbers_of_questions_stand_behind_their_titles() {
    let form = form();
    let numbers = BTreeMap::from([("a.scope".to_owned(), "1.1".to_owned())]);
    let words = Words::new(&form, "en").numbered(numbers);
    let condition = Condition::Expression("a.scope == 'company' and a.air".to_owned());
    assert_eq!(
        words.condition(&condition),
        "“Scope” (1.1) is “Company” and “Air” is answered with yes"
    );
    assert_eq!(words.formula("a.weeks * a.rate"), "“Weeks” × “Rate”");
}

#[test]
fn formulas_keep_their_brackets() {
    let all = [
        ("a.weeks * a.rate", "“Weeks” × “Rate”"),
        ("a.weeks - (a.rate - 1)", "“Weeks” − (“Rate” − 1)"),
        ("(a.weeks - a.rate) - 1", "“Weeks” − “Rate” − 1"),
        ("a.weeks * (a.rate + 1)", "“Weeks” × (“Rate” + 1)"),
        ("ratio(a.weeks, a.rate * 2)", "“Weeks” ÷ (“Rate” × 2)"),
        ("100 * ratio(a.weeks, 1000)", "100 × “Weeks” ÷ 1,000"),
        ("-a.weeks", "−“Weeks”"),
        ("max(a.weeks, 0)", "the largest of “Weeks” and 0"),
        ("2 * max(a.weeks, 0)", "2 × (the largest of “Weeks” and 0)"),
        ("sum(a.partners, 'cost') / 2", "(the sum of “Cost” in “Partners”) ÷ 2"),
        ("a.weeks if a.air else 0", "“Weeks” if “Air” is answered with yes, otherwise 0"),
        ("npv(flows(0, a.weeks, 5), rate=0.06)", "npv(flows(0, “Weeks”, 5), rate = 0.06)"),
        ("sum_product(a.partners, 'share', 'cost')", "sum_product(“Partners”, “Share”, “Cost”)"),
        ("curve(a.weeks, [[0, 0], [1.5, 75]])", "curve(“Weeks”, [[0, 0], [1.5, 75]])"),
        ("a.air", "“Air”"),
        ("wilson(a.weeks, 9).low", "`wilson(a.weeks, 9).low`"),
    ];
    for (source, words) in all {
        assert_eq!(formula(source, "en"), words, "{source}");
    }
    assert_eq!(
        formula("curve(a.weeks, [[0, 0], [1.5, 75]])", "da"),
        "curve(»Weeks«; [[0; 0]; [1,5; 75]])"
    );
}

#[test]
fn formulas_of_a_row_name_its_columns() {
    let form = form();
    let words = Words::new(&form, "en").of_row(form.question("a.partners").unwrap());
    assert_eq!(words.formula("row.share * row.cost / 100"), "“Share” × “Cost” ÷ 100");
    assert_eq!(
        words.formula("row.kind == 'buyer' and row.share > 0"),
        "yes if “Kind” is “Buyer” and “Share” is more than 0"
    );
    assert_eq!(Words::new(&form, "en").formula("row.share * 2"), "`row.share * 2`");
}

#[test]
fn a_ladder_is_told_by_the_step_reached() {
    let form = form();
    let trl = form.question("a.trl");
    let told = |ticked: Value, language| forms::words::in_words(trl, &ticked, language);
    assert_eq!(told(json!([1, 2]), "en"), "step 2 of 2 – Second");
    assert_eq!(told(json!([1]), "da"), "trin 1 af 2 – First");
    assert_eq!(told(json!([2]), "en"), "step 0 of 2");
    assert_eq!(told(json!([]), "en"), forms::words::in_words(None, &json!([]), "en"));
}

#[test]
fn a_row_is_called_by_its_first_text() {
    let form = form();
    let partners = form.question("a.partners").unwrap();
    let named = |row: Value| forms::words::row_name(partners, &row, "en");
    assert_eq!(named(json!({ "id": "r1", "kind": "buyer", "share": 2 })), "Buyer");
    assert_eq!(named(json!({ "id": "r1", "share": 2 })), "r1");
}
