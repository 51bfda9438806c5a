//! The joined result: weights, and places in the profile and the matrix.

use std::collections::BTreeSet;

use forms::codes;
use model::keywords::{ProfilePlace, ReportPlace};

use super::{Check, meant};

/// What the weights must add up to.
const ALL: u32 = 100;

/// Notes weights that do not fit, and forms that have no place in a profile or in the matrix.
pub(super) fn check(check: &mut Check<'_>) {
    let Some(rule) = &check.programme.profile else { return };
    let asked: BTreeSet<&str> = check.programme.forms().into_iter().collect();
    let sum: u32 = rule.weights.values().fold(0, |sum, it| sum.saturating_add(*it));
    if sum != ALL {
        let message = format!("the weights add up to {sum}, not {ALL}");
        check.findings.add(&codes::WEIGHTS, "/profile/weights", message);
    }
    for form in rule.weights.keys() {
        let at = format!("/profile/weights/{form}");
        if !asked.contains(form.as_str()) {
            let message = format!("`{form}` has a weight and is answered at no stage");
            check.findings.add_at_key(&codes::WEIGHTS, &at, message).suggestion =
                meant(form, asked.iter().copied());
        } else if check.form(form).is_some_and(|it| it.form.meta.profile.is_none()) {
            let message = format!("the form `{form}` has no place in a profile");
            check.findings.add_at_key(&codes::NO_PROFILE_PLACE, &at, message).suggestion =
                Some("say `profile` in the form's `x-form`".to_owned());
        }
    }
    for form in asked {
        let place = check.form(form).and_then(|it| it.form.meta.profile);
        if place.is_some() && !rule.weights.contains_key(form) {
            let message = format!("`{form}` has a place in the profile and no weight");
            check.findings.add(&codes::WEIGHTS, "/profile/weights", message);
        }
    }
    if rule.matrix {
        matrix(check);
    }
}

/// Notes proofs that do not ask for the focus area.
fn matrix(check: &mut Check<'_>) {
    let all = check.programme.forms();
    let forms: Vec<_> = all.iter().filter_map(|it| check.form(it)).collect();
    let mut proofs = 0;
    for form in &forms {
        let meta = &form.form.meta;
        if !meta.profile.is_some_and(is_proof) {
            continue;
        }
        proofs += 1;
        let mut places = form.form.questions().filter_map(|(_, it)| it.report);
        if !places.any(|it| it == ReportPlace::FocusArea) {
            let message = format!("the proof `{}` does not ask for the focus area", meta.id);
            check.findings.add(&codes::NO_PROFILE_PLACE, "/profile/matrix", message).suggestion =
                Some("give it a question with `\"x-report\": \"focus-area\"`".to_owned());
        }
    }
    if proofs == 0 && forms.len() == all.len() {
        let message = "no proof is answered in the programme, so the matrix has no column";
        check.findings.add(&codes::NO_PROFILE_PLACE, "/profile/matrix", message);
    }
}

fn is_proof(place: ProfilePlace) -> bool {
    match place {
        ProfilePlace::ProofOfCollaboration
        | ProfilePlace::ProofOfBusiness
        | ProfilePlace::ProofOfValue
        | ProfilePlace::ProofOfMarket => true,
        ProfilePlace::Social | ProfilePlace::Environmental | ProfilePlace::Economic => false,
    }
}
