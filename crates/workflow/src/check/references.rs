//! Ids that stand twice, and ids that lead nowhere: roles, stages, forms.

use std::collections::BTreeSet;

use forms::build::is_name;
use forms::codes;
use model::programme::Actors;

use super::{Check, meant};

/// Notes ids that stand twice or lead nowhere, and roles that nothing is given to.
pub(super) fn check(check: &mut Check<'_>) {
    ids(check);
    roles(check);
    stages(check);
    forms(check);
}

fn ids(check: &mut Check<'_>) {
    let programme = check.programme;
    let roles = programme.roles.iter().map(|it| it.id.as_str());
    twice(check, roles, |i| format!("/roles/{i}/id"), "role");
    let stages = programme.stages.iter().map(|it| it.id.as_str());
    twice(check, stages, |i| format!("/stages/{i}/id"), "stage");
    for (at, stage) in check.stages() {
        if !is_name(&stage.id) {
            let message = format!("`{}` cannot be a name here", stage.id);
            check.findings.add(&codes::BAD_NAME, &format!("{at}/id"), message).suggestion =
                Some("use a-z, 0-9 and _, and no word of the expression language".to_owned());
        }
        let forms = stage.any_of.iter().map(String::as_str);
        twice(check, forms, |i| format!("{at}/any_of/{i}"), "form");
    }
    let mut seen = BTreeSet::new();
    for (i, it) in programme.transitions.iter().enumerate() {
        if !seen.insert((&it.from, &it.action)) {
            let message = format!(
                "from `{}` the action `{}` leads on twice; give one of them another id",
                it.from, it.action
            );
            let at = format!("/transitions/{i}/action");
            check.findings.add(&codes::SAME_ACTION, &at, message);
        }
    }
}

fn twice<'a>(
    check: &mut Check<'_>,
    ids: impl Iterator<Item = &'a str>,
    at: impl Fn(usize) -> String,
    what: &str,
) {
    let mut seen = BTreeSet::new();
    for (i, id) in ids.enumerate().filter(|(_, id)| !seen.insert(*id)) {
        let message = format!("the {what} `{id}` stands twice");
        check.findings.add(&codes::DUPLICATE_ID, &at(i), message);
    }
}

fn roles(check: &mut Check<'_>) {
    let programme = check.programme;
    let mut given: Vec<(String, &str)> = Vec::new();
    for (at, stage) in check.stages() {
        given.extend(stage.by.iter().map(|it| (format!("{at}/by"), it.as_str())));
    }
    for (i, it) in programme.transitions.iter().enumerate() {
        match &it.by {
            Actors::One(role) => given.push((format!("/transitions/{i}/by"), role)),
            Actors::Several(roles) => given.extend(
                roles
                    .iter()
                    .enumerate()
                    .map(|(r, it)| (format!("/transitions/{i}/by/{r}"), it.as_str())),
            ),
        }
    }
    let known = || programme.roles.iter().map(|it| it.id.as_str());
    for (at, role) in &given {
        if !known().any(|it| it == *role) {
            let message = format!("there is no role `{role}`");
            check.findings.add(&codes::UNKNOWN_ROLE, at, message).suggestion = meant(role, known());
        }
    }
    for (i, role) in known().enumerate() {
        if !given.iter().any(|(_, it)| *it == role) {
            let message = format!("`{role}` answers at no stage, and no transition is open to it");
            check.findings.add(&codes::IDLE_ROLE, &format!("/roles/{i}"), message);
        }
    }
}

fn stages(check: &mut Check<'_>) {
    let programme = check.programme;
    let mut named: Vec<(String, &str)> = Vec::new();
    for (i, it) in programme.transitions.iter().enumerate() {
        named.push((format!("/transitions/{i}/from"), &it.from));
        named.push((format!("/transitions/{i}/to"), &it.to));
    }
    for (at, stage) in check.stages() {
        named.extend(stage.start_from.iter().map(|it| (super::start_from(&at, it), it.stage())));
    }
    for (at, stage) in named.into_iter().filter(|(_, it)| programme.stage(it).is_none()) {
        let message = format!("there is no stage `{stage}`");
        let known = programme.stages.iter().map(|it| it.id.as_str());
        check.findings.add(&codes::UNKNOWN_STAGE, &at, message).suggestion = meant(stage, known);
    }
}

fn forms(check: &mut Check<'_>) {
    for (at, stage) in check.stages() {
        for (key, form) in stage.forms() {
            let (message, suggestion) = match check.forms.get(form) {
                Some(Some(_)) => continue,
                Some(None) => (
                    format!("the form `{form}` has errors"),
                    Some(format!("mend the form first: assay check {form}")),
                ),
                None => {
                    let known = check.forms.keys().map(String::as_str);
                    (format!("there is no form `{form}`"), meant(form, known))
                }
            };
            let at = format!("{at}/{key}");
            check.findings.add(&codes::UNKNOWN_FORM, &at, message).suggestion = suggestion;
        }
    }
}
