//! What changed between two versions of a form, and what it does to scores.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use forms::compare::compare;
use forms::prepare::PreparedForm;
use forms::{Files, load};
use model::comparison::{Action, Bump, Change, Comparison, Impact, Thing, VersionFit};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A small form with one of each thing.
fn base() -> Value {
    let level = |level: u32, title: &str| json!({ "const": level, "title": title, "description": format!("It is {title}.") });
    json!({
        "title": "Test site",
        "description": "Is it ready?",
        "x-form": {
            "id": "site", "version": "1.2.3", "language": "en", "minutes": 20,
            "dimensions": [
                { "id": "people", "title": "People", "weight": 60 },
                { "id": "place", "title": "Place", "weight": 40 }
            ],
            "bands": [
                { "id": "low", "title": "Low", "from": 0 },
                { "id": "high", "title": "High", "from": 60 }
            ],
            "gates": [
                { "id": "no-consent", "when": "people.consent == false", "effect": "knockout", "message": "No consent." },
                { "id": "short", "when": "place.weeks < 4", "effect": "warn", "message": "Short." }
            ],
            "indicators": [{ "id": "double", "title": "Double", "formula": "place.weeks * 2" }],
            "sources": [{ "id": "S1", "author": "Somebody", "title": "Guide" }]
        },
        "type": "object",
        "properties": {
            "people": { "title": "People", "type": "object", "required": ["staff"], "properties": {
                "staff": {
                    "title": "Staff", "type": "integer",
                    "oneOf": [level(0, "none"), level(1, "some"), level(2, "all")],
                    "x-criterion": { "dimension": "people", "weight": 2, "levels": 2, "evidence": { "2": "E2" } }
                },
                "consent": { "title": "Consent", "type": "boolean",
                    "x-criterion": { "dimension": "people", "weight": 1, "yes_no": "yes" } },
                "how": { "title": "How", "type": "string", "maxLength": 500, "x-visible": "people.consent" }
            } },
            "place": { "title": "Place", "type": "object", "properties": {
                "weeks": { "title": "Weeks", "type": "integer", "minimum": 1, "x-unit": "weeks",
                    "x-criterion": { "dimension": "place", "weight": 1, "cutoffs": [4, 8, 12] } },
                "kind": { "title": "Kind", "type": "string",
                    "oneOf": [{ "const": "home", "title": "Home" }, { "const": "ward", "title": "Ward" }] },
                "visits": { "title": "Visits", "type": "array", "items": {
                    "type": "object", "required": ["id"], "properties": {
                        "id": { "type": "string" },
                        "day": { "title": "Day", "type": "string", "format": "date" },
                        "guests": { "title": "Guests", "type": "integer" },
                        "double": { "title": "Double", "type": "number", "x-calculated": "row.guests * 2" }
                    } } }
            } }
        }
    })
}

fn prepared(form: &Value) -> PreparedForm {
    translated(form, None)
}

fn translated(form: &Value, danish: Option<&Value>) -> PreparedForm {
    let mut files: Files = [("site/form.json", form.to_string())].into_iter().collect();
    if let Some(danish) = danish {
        files.insert("site/form.da.json".to_owned(), danish.to_string());
    }
    let loaded = load(&files, "site/form.json");
    loaded.form.unwrap_or_else(|| panic!("{:#?}", loaded.findings))
}

/// What comes of changing the base form.
fn changed(edit: impl FnOnce(&mut Value)) -> Comparison {
    let mut after = base();
    edit(&mut after);
    compare(&prepared(&base()), &prepared(&after), "en")
}

/// The changes, one a line.
fn lines(comparison: &Comparison) -> String {
    let word = |it: Value| it.as_str().unwrap().to_owned();
    let line = |it: &Change| {
        let mut line = format!(
            "{} | {} {} {}",
            word(json!(it.impact)),
            word(json!(it.thing)),
            it.place,
            word(json!(it.action))
        );
        for text in [&it.keyword, &it.before, &it.after] {
            line += &format!(" | {}", text.as_deref().unwrap_or("–"));
        }
        line.trim_end_matches(" | –").to_owned()
    };
    let changes = comparison.parts.iter().flat_map(|it| &it.changes);
    changes.map(line).collect::<Vec<_>>().join("\n")
}

fn question<'a>(form: &'a mut Value, path: &str) -> &'a mut Value {
    let (step, name) = path.split_once('.').unwrap();
    &mut form["properties"][step]["properties"][name]
}

fn step<'a>(form: &'a mut Value, step: &str) -> &'a mut serde_json::Map<String, Value> {
    form["properties"][step]["properties"].as_object_mut().unwrap()
}

#[test]
fn points_move_scores() {
    let comparison = changed(|it| {
        let staff = &mut question(it, "people.staff")["x-criterion"];
        staff["weight"] = json!(3);
        staff["evidence"] = json!({ "1": "E1", "2": "E2" });
        staff["evidence_hint"] = json!("The list.");
        question(it, "people.consent")["x-criterion"]["not_applicable"] = json!(true);
        let weeks = &mut question(it, "place.weeks")["x-criterion"];
        *weeks = json!({ "dimension": "place", "weight": 1, "curve": [[0, 0], [12, 100]] });
        question(it, "place.kind")["x-criterion"] =
            json!({ "dimension": "people", "weight": 1, "points": { "home": 0, "ward": 100 } });
    });
    insta::assert_snapshot!(lines(&comparison), @"
    moves-scores | question people.staff changed | weight | 2 | 3
    moves-scores | question people.staff changed | evidence | 2: E2 | 1: E1, 2: E2
    only-wording | question people.staff changed | evidence_hint | – | The list.
    may-move-scores | question people.consent changed | not_applicable | – | yes
    moves-scores | question place.weeks changed | rubric | cutoffs: (4, 8, 12) | curve: ((0, 0), (12, 100))
    moves-scores | question place.kind changed | x-criterion | – | dimension: people, weight: 1, rubric: (points: (home: 0, ward: 100))
    ");
}

#[test]
fn rules_of_the_result_move_scores() {
    let comparison = changed(|it| {
        let meta = &mut it["x-form"];
        meta["dimensions"][0]["weight"] = json!(70);
        meta["dimensions"][1]["weight"] = json!(30);
        meta["bands"][1]["from"] = json!(65);
        meta["bands"][1]["requires"] =
            json!({ "every_dimension": 50, "evidence": { "grade": "E2", "share": 0.5 } });
        meta["bands"]
            .as_array_mut()
            .unwrap()
            .push(json!({ "id": "top", "title": "Top", "from": 90 }));
        meta["missing"] = json!({ "band_from": 0.9 });
        meta["gates"][0]["when"] =
            json!({ "any": ["people.consent == false", "people.staff == 0"] });
        meta["gates"][1]["when"] = json!("place.weeks < 5");
        meta["gates"].as_array_mut().unwrap().push(json!(
            { "id": "cap", "when": "place.weeks < 2", "effect": { "cap-band": "low" }, "message": "Too short." }
        ));
    });
    insta::assert_snapshot!(lines(&comparison), @"
    moves-scores | form x-form changed | missing | band_from: 0.8, not_applicable_limit: 0.4, dimensions_that_may_leave: 1 | band_from: 0.9, not_applicable_limit: 0.4, dimensions_that_may_leave: 1
    moves-scores | dimension x-form.dimensions[people] changed | weight | 60 | 70
    moves-scores | dimension x-form.dimensions[place] changed | weight | 40 | 30
    moves-scores | band x-form.bands[high] changed | from | 60 | 65
    moves-scores | band x-form.bands[high] changed | requires | – | every_dimension: 50, evidence: (grade: E2, share: 0.5), no_caps: no
    moves-scores | band x-form.bands[top] added
    may-move-scores | gate x-form.gates[no-consent] changed | when | “Consent” is answered with no | “Consent” is answered with no or “Staff” is “0 – none”
    keeps-scores | gate x-form.gates[short] changed | when | “Weeks” is less than 4 weeks | “Weeks” is less than 5 weeks
    moves-scores | gate x-form.gates[cap] added
    ");
}

#[test]
fn what_is_asked_may_move_scores_where_scores_rest_on_it() {
    let comparison = changed(|it| {
        question(it, "people.staff")["oneOf"].as_array_mut().unwrap().push(json!(
            { "const": 3, "title": "more", "description": "It is more." }
        ));
        question(it, "people.staff")["x-criterion"]["levels"] = json!(3);
        question(it, "people.consent")["x-visible"] = json!("place.kind == 'home'");
        question(it, "people.how")["x-visible"] = json!({ "not": "people.consent" });
        question(it, "place.weeks")["x-unit"] = json!("months");
        question(it, "place.weeks")["maximum"] = json!(104);
        question(it, "people.how")["maxLength"] = json!(600);
        it["properties"]["place"]["required"] = json!(["kind"]);
        question(it, "place.kind")["oneOf"].as_array_mut().unwrap().remove(1);
    });
    insta::assert_snapshot!(lines(&comparison), @"
    moves-scores | question people.staff changed | rubric | levels: 2 | levels: 3
    may-move-scores | option people.staff[3] added
    may-move-scores | question people.consent changed | x-visible | – | “Kind” is “Home”
    keeps-scores | question people.how changed | maxLength | 500 | 600
    keeps-scores | question people.how changed | x-visible | “Consent” is answered with yes | “Consent” is not answered with yes
    may-move-scores | question place.weeks changed | x-unit | weeks | months
    keeps-scores | question place.weeks changed | maximum | – | 104
    keeps-scores | question place.kind changed | required | no | yes
    may-move-scores | option place.kind[ward] removed
    ");
}

#[test]
fn questions_come_and_go_and_move() {
    let comparison = changed(|it| {
        let consent = step(it, "people").shift_remove("consent").unwrap();
        step(it, "place").insert("consent".to_owned(), consent);
        it["x-form"]["gates"][0]["when"] = json!("place.consent == false");
        question(it, "people.how")["x-visible"] = json!("place.consent");
        step(it, "people").insert("note".to_owned(), json!({ "title": "Note", "type": "string" }));
        let kind = step(it, "place").shift_remove("kind").unwrap();
        step(it, "place").shift_insert(0, "kind".to_owned(), kind);
        step(it, "place").shift_remove("visits");
    });
    insta::assert_snapshot!(lines(&comparison), @"
    keeps-scores | question people.note added
    keeps-scores | question place.consent moved | – | people.consent | place.consent
    keeps-scores | question place.visits removed
    keeps-scores | question place.weeks moved | order | 1 | 2
    ");
}

#[test]
fn steps_come_and_go_with_their_questions() {
    let comparison = changed(|it| {
        let steps = it["properties"].as_object_mut().unwrap();
        let place = steps.shift_remove("place").unwrap();
        steps.shift_insert(0, "place".to_owned(), place);
        steps["people"]["title"] = json!("Those who work here");
        steps["people"]["x-visible"] = json!("place.kind == 'home'");
        steps.insert(
            "end".to_owned(),
            json!({ "title": "End", "type": "object", "properties": {
            "remarks": { "title": "Remarks", "type": "string" } } }),
        );
    });
    insta::assert_snapshot!(lines(&comparison), @"
    keeps-scores | step people moved | order | 1 | 2
    only-wording | step people changed | title | People | Those who work here
    may-move-scores | step people changed | x-visible | – | “Kind” is “Home”
    keeps-scores | step end added
    keeps-scores | question end.remarks added
    ");
    let removed = compare(
        &prepared(&{
            let mut form = base();
            form["properties"]["end"] = json!({ "title": "End", "type": "object", "properties": {
                "remarks": { "title": "Remarks", "type": "string" } } });
            form
        }),
        &prepared(&base()),
        "en",
    );
    insta::assert_snapshot!(lines(&removed), @"
    keeps-scores | step end removed
    keeps-scores | question end.remarks removed
    ");
}

#[test]
fn columns_are_compared_like_questions() {
    let comparison = changed(|it| {
        let items = &mut question(it, "place.visits")["items"];
        items["required"] = json!(["id", "day"]);
        let columns = items["properties"].as_object_mut().unwrap();
        columns["double"]["x-calculated"] = json!("row.guests * 3");
        columns["guests"]["title"] = json!("People");
        columns.insert("lunch".to_owned(), json!({ "title": "Lunch", "type": "boolean" }));
    });
    insta::assert_snapshot!(lines(&comparison), @"
    keeps-scores | column place.visits.day changed | required | no | yes
    only-wording | column place.visits.guests changed | title | Guests | People
    keeps-scores | column place.visits.double changed | x-calculated | “Guests” × 2 | “People” × 3
    keeps-scores | column place.visits.lunch added
    ");
}

#[test]
fn texts_and_looks_are_only_wording() {
    let comparison = changed(|it| {
        it["title"] = json!("Place of trial");
        it["x-form"]["minutes"] = json!(15);
        it["x-form"]["gates"][0]["message"] = json!("Nobody agreed.");
        it["x-form"]["sources"][0]["title"] = json!("The guide");
        it["x-form"]["indicators"][0]["decimals"] = json!(2);
        question(it, "people.staff")["oneOf"][1]["description"] = json!("It is a few.");
        question(it, "place.kind")["description"] = json!("Which kind?");
        question(it, "people.how")["x-widget"] = json!("multiline");
        question(it, "people.how")["x-visible"] = json!(" people.consent ");
        question(it, "place.kind")["oneOf"].as_array_mut().unwrap().reverse();
    });
    insta::assert_snapshot!(lines(&comparison), @"
    only-wording | form x-form changed | minutes | 20 | 15
    only-wording | form x-form changed | title | Test site | Place of trial
    only-wording | gate x-form.gates[no-consent] changed | message | No consent. | Nobody agreed.
    only-wording | indicator x-form.indicators[double] changed | decimals | – | 2
    only-wording | source x-form.sources[S1] changed | title | Guide | The guide
    only-wording | option people.staff[1] changed | description | It is some. | It is a few.
    only-wording | question people.how changed | x-visible | people.consent |  people.consent 
    only-wording | question people.how changed | x-widget | – | multiline
    only-wording | question place.kind changed | description | – | Which kind?
    only-wording | option place.kind[home] moved | order | 1 | 2
    ");
    assert_eq!(comparison.version.advised, Bump::Patch);
    assert_eq!(comparison.counts.only_wording, 10);
}

#[test]
fn a_mended_translation_asks_for_no_new_version() {
    let danish = |consent: &str| json!({ "people.consent": consent, "place.kind": "Type" });
    let mut after = base();
    question(&mut after, "place.kind")["title"] = json!("Sort");
    let before = translated(&base(), Some(&danish("Samtykke")));
    let mended = translated(&base(), Some(&danish("Tilsagn")));
    let comparison = compare(&before, &mended, "da");
    insta::assert_snapshot!(lines(&comparison), @"
    only-wording | translation da changed | – | – | 1
    ");
    assert_eq!(comparison.version.advised, Bump::None);
    assert_eq!(comparison.version.fit, VersionFit::Fits);
    // What is new in the form itself is told in the language asked for, where there is one.
    let comparison = compare(&before, &translated(&after, Some(&danish("Samtykke"))), "da");
    let [change] = &comparison.parts[0].changes[..] else { panic!("{comparison:#?}") };
    assert_eq!((change.title.as_str(), change.after.as_deref()), ("Type", Some("Sort")));
}

#[test]
fn the_version_is_held_against_the_advice() {
    let advice = |version: &str, edit: fn(&mut Value)| {
        let comparison = changed(|it| {
            it["x-form"]["version"] = json!(version);
            edit(it);
        });
        let it = comparison.version;
        (it.advised, it.expected.to_string(), it.fit)
    };
    let nothing = |_: &mut Value| {};
    let wording = |it: &mut Value| it["x-form"]["minutes"] = json!(30);
    let asked = |it: &mut Value| {
        step(it, "people").insert("note".to_owned(), json!({ "title": "Note", "type": "string" }));
    };
    let scores = |it: &mut Value| it["x-form"]["bands"][1]["from"] = json!(61);
    assert_eq!(advice("1.2.3", nothing), (Bump::None, "1.2.3".to_owned(), VersionFit::Fits));
    assert_eq!(advice("1.2.4", nothing).2, VersionFit::Higher);
    assert_eq!(advice("1.2.4", wording), (Bump::Patch, "1.2.4".to_owned(), VersionFit::Fits));
    assert_eq!(advice("1.2.3", wording).2, VersionFit::TooLow);
    assert_eq!(advice("1.3.0", asked), (Bump::Minor, "1.3.0".to_owned(), VersionFit::Fits));
    assert_eq!(advice("2.0.0", asked).2, VersionFit::Higher);
    assert_eq!(advice("2.0.0", scores), (Bump::Major, "2.0.0".to_owned(), VersionFit::Fits));
    assert_eq!(advice("1.3.0", scores).2, VersionFit::TooLow);
    assert_eq!(advice("1.1.0", wording).2, VersionFit::Backwards);
}

#[test]
fn no_difference_is_passed_over() {
    let comparison = changed(|it| it["$defs"] = json!({ "unused": { "type": "string" } }));
    let [change] = &comparison.parts[0].changes[..] else { panic!("{comparison:#?}") };
    assert_eq!((change.thing, change.impact), (Thing::Form, Impact::MayMoveScores));
}

/// Edits that can be made together, in any combination.
const EDITS: [fn(&mut Value); 12] = [
    |it| it["x-form"]["dimensions"][0]["title"] = json!("Others"),
    |it| it["x-form"]["bands"][1]["from"] = json!(70),
    |it| it["x-form"]["gates"].as_array_mut().unwrap().truncate(1),
    |it| it["x-form"]["sources"] = json!([]),
    |it| question(it, "people.staff")["x-criterion"]["weight"] = json!(5),
    |it| question(it, "people.staff")["title"] = json!("Colleagues"),
    |it| drop(step(it, "people").shift_remove("how")),
    |it| drop(question(it, "place.kind")["oneOf"].as_array_mut().unwrap().remove(0)),
    |it| drop(step(it, "place").shift_remove("visits")),
    |it| it["properties"]["place"]["description"] = json!("Where?"),
    |it| {
        step(it, "place").insert("note".to_owned(), json!({ "title": "Note", "type": "string" }));
    },
    |it| {
        it["properties"]["end"] = json!({ "title": "End", "type": "object", "properties": {
            "remarks": { "title": "Remarks", "type": "string" } } });
    },
];

fn edited(which: &[bool]) -> Value {
    let mut form = base();
    for (edit, _) in EDITS.iter().zip(which).filter(|(_, chosen)| **chosen) {
        edit(&mut form);
    }
    form
}

/// What came, went or changed, without what it was and is.
fn told(comparison: &Comparison, mirrored: bool) -> Vec<String> {
    let mirror = |action: Action| match action {
        Action::Added if mirrored => Action::Removed,
        Action::Removed if mirrored => Action::Added,
        other => other,
    };
    let changes = comparison.parts.iter().flat_map(|it| &it.changes);
    let mut told: Vec<String> = changes
        .map(|it| format!("{:?} {} {:?} {:?}", it.thing, it.place, mirror(it.action), it.impact))
        .collect();
    told.sort();
    told
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_form_is_like_itself_and_changes_have_a_mirror_image(
        before in prop::array::uniform12(any::<bool>()),
        after in prop::array::uniform12(any::<bool>()),
    ) {
        let (before, after) = (prepared(&edited(&before)), prepared(&edited(&after)));
        let same = compare(&before, &before, "en");
        prop_assert!(same.parts.is_empty() && same.version.fit == VersionFit::Fits);
        let (there, back) = (compare(&before, &after, "en"), compare(&after, &before, "en"));
        prop_assert_eq!(told(&there, false), told(&back, true));
        prop_assert_eq!(there.parts.is_empty(), before.hash == after.hash);
    }
}
