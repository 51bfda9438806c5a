//! `save`, `list`, `show`, `rescore`.

use serde_json::Value;

use crate::support::{Place, Ran, demo};

const SAMPLES: [(&str, &str); 4] = [
    ("export-readiness", "eksempel-medico"),
    ("export-readiness", "nordlys-eksempel"),
    ("export-readiness", "proevehjaelp"),
    ("proof-of-value", "tryghed-hjemme"),
];

fn save(place: &Place, form: &str, subject: &str) -> Ran {
    place.assay(["save", form, &demo(&format!("{subject}/{form}.json"))]).fine()
}

fn with_results() -> Place {
    let place = Place::new();
    for (form, subject) in SAMPLES {
        save(&place, form, subject).shows("kept as");
    }
    place
}

fn id(ran: &Ran) -> &str {
    ran.out.split_whitespace().last().unwrap()
}

fn listed(place: &Place, line: &str) -> Vec<Value> {
    let ran = place.run(&format!("list --format json {line}")).fine();
    ran.json()["results"].as_array().unwrap().clone()
}

fn names(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|it| it["subject"]["name"].as_str().unwrap()).collect()
}

#[test]
fn a_result_is_kept_once() {
    let place = Place::new();
    let first = save(&place, "export-readiness", "eksempel-medico").shows("kept as");
    let again = save(&place, "export-readiness", "eksempel-medico").shows("is kept already as");
    assert_eq!(id(&first), id(&again));
    assert_eq!(listed(&place, "").len(), 1);
    assert_eq!(place.files(), ["assay.db"]);
}

#[test]
fn a_response_that_does_not_fit_is_not_kept() {
    let place = Place::with_form();
    place.change("my-form/cases/strong/answers.json", "\"payback\": 2", "\"payback\": \"two\"");
    place.run("save my-form my-form/cases/strong/answers.json").ended(1).says("error[bad-answer]");
    assert!(!place.path("assay.db").exists());
}

#[test]
fn results_are_listed_filtered_sorted_and_paged() {
    let place = with_results();
    place.run("list").fine().shows("Eksempel Medico ApS").shows("Prøveprojekt Tryghed Hjemme");
    let rows = listed(&place, "--sort subject");
    let mut sorted = names(&rows);
    sorted.sort_unstable();
    assert_eq!(names(&rows), sorted);
    assert_eq!(listed(&place, "--form proof-of-value").len(), 1);
    assert_eq!(listed(&place, "--status preliminary --form export-readiness --band x").len(), 0);
    let scores =
        |rows: &[Value]| rows.iter().filter_map(|it| it["strict"].as_f64()).collect::<Vec<_>>();
    let down = scores(&listed(&place, "--sort -score"));
    assert!(down.windows(2).all(|it| it[0] >= it[1]), "{down:?}");

    for sort in ["created", "-created", "-score", "date", "-subject"] {
        let all = listed(&place, &format!("--sort {sort}"));
        let mut paged = Vec::new();
        let mut after = Vec::new();
        loop {
            let mut args = vec!["list", "--format", "json", "--limit", "1", "--sort", sort];
            args.extend(after.iter().map(String::as_str));
            let page = place.assay(args).fine().json();
            paged.extend(page["results"].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { break };
            after = vec!["--after".to_owned(), next.to_owned()];
        }
        assert_eq!(paged, all, "{sort}");
    }
    let cursor = place.run("list --limit 1").fine().says("there are more: --after created:").err;
    let cursor = cursor.split_whitespace().last().unwrap().to_owned();
    place.assay(["list", "--sort", "date", "--after", &cursor]).ended(2).says("begin again");
}

#[test]
fn a_list_of_nothing_says_so() {
    let place = with_results();
    let ran = place.run("list --form nothing").fine().says("there are no such results");
    assert_eq!(ran.out, "");
    place.run("list --limit 0").ended(2);
    place.run("list --sort size").ended(2).says("created, date, subject and score");
    place.run("list --status good").ended(2).says("not-eligible");
    place.run("list --after x").ended(2);
}

#[test]
fn a_kept_result_is_shown_as_it_was() {
    let place = Place::with_form();
    let answers = "my-form/cases/strong/answers.json";
    let scored = place.run(&format!("score my-form {answers} --format json")).fine();
    let saved = place.run(&format!("save my-form {answers}")).fine();
    // The form goes on living; what is kept does not.
    place.change("my-form/form.json", "\"weight\": 2,", "\"weight\": 5,");
    let shown = place.assay(["show", id(&saved), "--format", "json"]).fine();
    assert_eq!(shown.json(), scored.json());
    place.assay(["show", id(&saved)]).fine().shows("78.3 of 100");
    place.assay(["show", id(&saved), "--lang", "da"]).fine().shows("78,3 af 100");
    place.assay(["show", id(&saved), "--lang", "fr"]).ended(2).says("`fr`");
    place.assay(["show", "not-an-id"]).ended(2).says("`assay list` shows the ids");
    place
        .assay(["show", "01a20597-16cf-767d-b139-e325fd5fafdb"])
        .ended(3)
        .says("there is no scorecard 01a20597-16cf-767d-b139-e325fd5fafdb");
}

#[test]
fn results_come_out_the_same_again() {
    let place = with_results();
    place.run("rescore --all").fine().says("repeated 4 results, 0 changed");
    let rows = listed(&place, "");
    let first = rows[0]["id"].as_str().unwrap();
    place.assay(["rescore", first]).fine().says("repeated 1 result, 0 changed");
    place.run("rescore").ended(2);
    place.assay(["rescore", first, "--all"]).ended(2);
    place.run("rescore x").ended(2);
}

#[test]
fn a_result_that_was_tampered_with_is_found_and_the_place_is_named() {
    let place = with_results();
    place.run("export -o all.ndjson").fine();
    let text = place.read("all.ndjson");
    let tampered: Vec<String> = text
        .lines()
        .map(|line| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            if line["result"]["response"]["subject"]["name"] == "Nordlys Eksempelteknik ApS" {
                line["result"]["scorecard"]["total"]["strict"] = 99.5.into();
                line["result"]["scorecard"]["criteria"][1]["points"] = 1.5.into();
            }
            line.to_string()
        })
        .collect();
    place.write("tampered.ndjson", tampered.join("\n"));
    place.run("import tampered.ndjson --database sqlite:other.db").fine();
    place
        .run("rescore --all --database sqlite:other.db")
        .ended(1)
        .shows("/total/strict: 99.5 → ")
        .shows("/criteria/1/points: 1.5 → ")
        .says("repeated 4 results, 1 changed");
}

#[test]
fn a_list_rounds_half_up_as_a_scorecard_does() {
    let place = Place::with_form();
    place.run("save my-form my-form/cases/strong/answers.json").fine();
    let exported = place.run("export").fine().out;
    let card: Value = serde_json::from_str(exported.lines().last().unwrap()).unwrap();
    let strict = card["result"]["scorecard"]["total"]["strict"].to_string();
    place.write(
        "half.ndjson",
        exported.replace(&format!("\"strict\":{strict}"), "\"strict\":62.25"),
    );
    place.run("import half.ndjson --database sqlite:other.db").fine();
    place.run("list --database sqlite:other.db").fine().shows("  62.3  ");
}

#[test]
fn reading_makes_no_database() {
    let place = Place::new();
    for line in ["list", "rescore --all", "export", "export -o x.ndjson"] {
        place.run(line).ended(3).says("run `assay db migrate`");
    }
    assert_eq!(place.files(), [""; 0]);
}
