//! `profile`.

use model::profile::Profile;

use crate::support::{Place, demo};

fn pair(form: &str, subject: &str) -> String {
    format!("{form}={}", demo(&format!("{subject}/{form}.json")))
}

#[test]
fn scorecards_of_one_subject_are_joined() {
    let place = Place::new();
    let value = pair("proof-of-value", "tryghed-hjemme");
    let environment = pair("environmental-sustainability", "tryghed-hjemme");
    place
        .assay(["profile", &value, &environment])
        .fine()
        .shows("Prøveprojekt Tryghed Hjemme")
        .shows("environmental only");
    place
        .assay(["profile", &value, &environment, "--lang", "da"])
        .fine()
        .shows("Bæredygtighed")
        .shows("kun miljø");
    let ran = place.assay(["profile", &value, &environment, "--format", "json"]).fine();
    let profile: Profile = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(profile.results.len(), 2);
    for name in ["one.pdf", "two.pdf"] {
        place.assay(["profile", &value, &environment, "-o", name]).fine().shows("wrote");
    }
    assert!(place.bytes("one.pdf").starts_with(b"%PDF-1.7"));
    assert!(place.bytes("one.pdf") == place.bytes("two.pdf"));
}

#[test]
fn another_subject_the_same_form_and_half_a_pair_are_refused() {
    let place = Place::new();
    let value = pair("proof-of-value", "tryghed-hjemme");
    let other = pair("environmental-sustainability", "proevehjaelp");
    place
        .assay(["profile", &value, &other, "-o", "x.pdf"])
        .ended(2)
        .says("`Prøveprojekt Tryghed Hjemme` and `Prøvehjælp A/S`");
    place.assay(["profile", &value, &value]).ended(2).says("`proof-of-value` stands twice");
    place.assay(["profile", "proof-of-value"]).ended(2).says("FORM=RESPONSE");
    place.assay(["profile"]).ended(2);
    assert_eq!(place.files(), [""; 0]);
}

#[test]
fn a_programme_weighs_the_totals() {
    let place = Place::new();
    let (value, social) = (
        demo("tryghed-hjemme/proof-of-value.json"),
        demo("tryghed-hjemme/social-sustainability.json"),
    );
    let pairs = [format!("proof-of-value={value}"), format!("social-sustainability={social}")];
    let [a, b] = &pairs;
    let joined = |more: &[&str]| {
        let args = ["profile", a, b, "--lang", "da", "--format", "json", "--programme"];
        place.assay(args.iter().chain(more))
    };
    let profile = joined(&["project-proofs"]).fine().json();
    let total = |at: usize| profile["results"][at]["total"]["strict"].as_f64().unwrap();
    let sum = 16.0 * total(0) + 12.0 * total(1);
    for (key, expected) in
        [("strict", sum / 100.0), ("answered", sum / 28.0), ("completeness", 0.28)]
    {
        let found = profile["joined"][key].as_f64().unwrap();
        assert!((found - expected).abs() < 1e-6, "{key}: {found} {expected}");
    }
    assert_eq!(profile["joined"]["programme"], "Projektets proofs");
    joined(&["project-prooofs"]).ended(2).says("did you mean `project-proofs`?");
    place
        .assay(["profile", a, b, "--programme", "project-proofs"])
        .fine()
        .shows("Together")
        .shows("28\u{a0}% of the weight is given");
}
