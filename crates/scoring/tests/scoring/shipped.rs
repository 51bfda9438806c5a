//! The cases of every shipped form: what was worked out by hand, and the whole scorecard.
//!
//! `INSTA_UPDATE=always cargo nextest run -p scoring shipped` writes the scorecards anew.

use std::fs;
use std::path::{Path, PathBuf};

use forms::json::Locator;
use forms::prepare::PreparedForm;
use forms::{Files, parse_response, response};
use model::case::Expected;
use model::form::Form;
use model::{Response, Scorecard, Severity};

/// A case of a shipped form.
pub(crate) struct Case {
    pub(crate) form: String,
    pub(crate) name: String,
    pub(crate) response: Response,
    pub(crate) expected: Expected,
    /// `expected` as it is written.
    pub(crate) written: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms")
}

fn add(files: &mut Files, folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add(files, &path);
        } else if path.extension().is_some_and(|it| it == "json") {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

/// Every shipped form with its cases.
pub(crate) fn shipped() -> Vec<(PreparedForm, Vec<Case>)> {
    let mut files = Files::default();
    add(&mut files, &root());
    let forms = files.paths().filter(|it| it.ends_with("/form.json"));
    forms.map(|path| (load(&files, path), cases(&files, path))).collect()
}

fn load(files: &Files, path: &str) -> PreparedForm {
    let loaded = forms::load(files, path);
    loaded.form.unwrap_or_else(|| panic!("{path}: {:#?}", loaded.findings))
}

fn cases(files: &Files, path: &str) -> Vec<Case> {
    let form = path.strip_suffix("/form.json").unwrap();
    let prefix = format!("{form}/cases/");
    let answers =
        files.paths().filter_map(|it| it.strip_prefix(&prefix)?.strip_suffix("/answers.json"));
    answers
        .map(|name| {
            let file = format!("{prefix}{name}/answers.json");
            let expected = files.get(&format!("{prefix}{name}/expected.json")).unwrap();
            Case {
                form: form.to_owned(),
                name: name.to_owned(),
                response: parse_response(&file, files.get(&file).unwrap())
                    .unwrap_or_else(|it| panic!("{it:#?}")),
                expected: serde_json::from_str(expected).unwrap(),
                written: expected.to_owned(),
            }
        })
        .collect()
}

/// The forms whose cases are kept as whole scorecards too: one of each kind.
const REVIEWED: [&str; 3] = ["environmental-sustainability", "export-readiness", "proof-of-value"];

#[test]
fn cases_score_as_worked_out_by_hand_and_every_point_is_explained() {
    let (mut wrong, mut cards) = (Vec::new(), Vec::new());
    for (form, cases) in shipped() {
        for case in cases {
            let name = format!("{}/{}", case.form, case.name);
            let findings = response::findings(&form, &case.response, &name, "{}");
            wrong.extend(
                findings
                    .into_iter()
                    .filter(|it| it.severity == Severity::Error)
                    .map(|it| format!("{name}: {}", it.message)),
            );
            let mut card = scoring::score(&form, &case.response, None);
            let written = Locator::new(&name, &case.written);
            let differences = scoring::compare(&case.expected, &written, &card);
            wrong.extend(differences.into_iter().map(|it| {
                format!("{name}{}: expected {}, scored {}", it.pointer, it.expected, it.scored)
            }));
            explained(&form.form, &card);
            // Hashes and the engine's version change with every wording and release.
            card.provenance.form = "sha256:…".to_owned();
            card.provenance.engine = semver::Version::new(0, 0, 0);
            if REVIEWED.contains(&case.form.as_str()) {
                cards.push((format!("{}__{}", case.form, case.name), card));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (name, card) in cards {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true,
            snapshot_path => "../snapshots" }, { insta::assert_json_snapshot!(name, card) });
    }
}

/// Checks that each criterion has sentences, and that contributions add up to the total.
fn explained(texts: &Form, card: &Scorecard) {
    for criterion in &card.criteria {
        let sentences = scoring::explain::explain(texts, card, criterion);
        assert!(!sentences.is_empty(), "{}", criterion.question);
        for sentence in sentences {
            assert!(!sentence.contains("{{"), "{sentence}");
        }
    }
    let sum: f64 = card.criteria.iter().map(|it| it.contribution).sum();
    if let Some(total) = &card.total
        && card.dimensions.iter().all(|it| it.cap.is_none())
    {
        assert!((sum - total.score.strict).abs() < 1e-6, "{sum}");
    }
}

#[test]
fn no_case_depends_on_how_it_was_kept() {
    for (form, cases) in shipped() {
        let kept = forms::canonical::to_string(&form.form.document);
        let again =
            forms::prepare(&serde_json::from_str(&kept).unwrap(), form.translations.clone());
        let again = again.unwrap_or_else(|it| panic!("{it:#?}"));
        assert_eq!(again.hash, form.hash);
        let danish = form.localised("da").unwrap();
        for case in cases {
            let kept = forms::canonical::to_string(&case.response);
            let response: Response = serde_json::from_str(&kept).unwrap();
            let card = scoring::score(&form, &case.response, Some("da"));
            let card_again = scoring::score(&again, &response, Some("da"));
            assert_eq!(card.language, "da");
            assert_eq!(scoring::body(&card), scoring::body(&card_again));
            assert_eq!(card.provenance, card_again.provenance);
            explained(danish, &card);
        }
    }
}
