//! What stands at one stage: does it go together, and with its form?

use forms::codes::{self, Code};
use model::programme::{Anchor, Period, Stage, StartFrom, Unit};

use super::{Check, meant, start_from};

/// Notes what does not go together at a stage, or at a gate of its transitions.
pub(super) fn check(check: &mut Check<'_>) {
    for (at, stage) in check.stages() {
        shape(check, &at, stage);
        copies(check, &at, stage);
        steps(check, &at, stage);
        times(check, &at, stage);
        start(check, &at, stage);
    }
    gates(check);
}

fn add(check: &mut Check<'_>, code: &Code, at: &str, message: String, suggestion: &str) {
    let finding = check.findings.add(code, at, message);
    finding.suggestion = (!suggestion.is_empty()).then(|| suggestion.to_owned());
}

/// The keys of `stage` that say something about answers.
fn about_answers(stage: &Stage) -> Vec<&'static str> {
    let keys = [
        ("form", stage.form.is_some()),
        ("any_of", !stage.any_of.is_empty()),
        ("steps", !stage.steps.is_empty()),
        ("copies", stage.copies.is_some()),
        ("blind", stage.blind),
        ("start_from", stage.start_from.is_some()),
        ("facts", !stage.facts.is_empty()),
        ("repeat", !stage.repeat.is_empty()),
    ];
    keys.into_iter().filter(|it| it.1).map(|it| it.0).collect()
}

fn shape(check: &mut Check<'_>, at: &str, stage: &Stage) {
    let id = &stage.id;
    let keys = about_answers(stage);
    if stage.is_final {
        let ends = [("by", stage.by.is_some()), ("due", stage.due.is_some())];
        let ends = ends.into_iter().filter(|it| it.1).map(|it| it.0);
        for key in keys.into_iter().chain(ends) {
            let message = format!("`{id}` is final, so `{key}` has no effect");
            let hint = "ask before the last transition, or leave out `final`";
            add(check, &codes::FINAL_STAGE, &format!("{at}/{key}"), message, hint);
        }
        return;
    }
    if !stage.asks() {
        for key in keys {
            let message = format!("nothing is answered at `{id}`, so `{key}` has no effect");
            let hint = "add `form`";
            add(check, &codes::NOTHING_ASKED, &format!("{at}/{key}"), message, hint);
        }
        return;
    }
    if stage.form.is_some() && !stage.any_of.is_empty() {
        let message = "`form` and `any_of` exclude each other".to_owned();
        add(check, &codes::WRONG_SHAPE, &format!("{at}/any_of"), message, "keep one of them");
    }
    if stage.by.is_none() {
        let message = format!("`by` is missing: who answers at `{id}`?");
        add(check, &codes::MISSING_KEYWORD, at, message, "name a role");
    }
}

fn copies(check: &mut Check<'_>, at: &str, stage: &Stage) {
    match &stage.copies {
        Some(copies) => {
            if let Some(max) = copies.max.filter(|it| *it < copies.min) {
                let message = format!("at most {max} is less than at least {}", copies.min);
                add(check, &codes::COPIES, &format!("{at}/copies/max"), message, "");
            }
        }
        None if stage.blind => {
            let message =
                format!("`{}` has one copy, so there is nobody to hide it from", stage.id);
            let hint = "say how many answer with `copies`, or leave out `blind`";
            add(check, &codes::COPIES, &format!("{at}/blind"), message, hint);
        }
        None => {}
    }
}

fn steps(check: &mut Check<'_>, at: &str, stage: &Stage) {
    if !stage.any_of.is_empty() && !stage.steps.is_empty() {
        let message = "`steps` are those of one form".to_owned();
        add(check, &codes::WRONG_SHAPE, &format!("{at}/steps"), message, "name it with `form`");
        return;
    }
    let Some(form) = stage.form.as_ref().and_then(|it| check.form(it)) else { return };
    let known = || form.form.steps.iter().map(|it| it.id.as_str());
    for (i, step) in stage.steps.iter().enumerate() {
        if !known().any(|it| it == step) {
            let message = format!("the form `{}` has no step `{step}`", form.form.meta.id);
            let near = meant(step, known()).unwrap_or_default();
            add(check, &codes::UNKNOWN_NAME, &format!("{at}/steps/{i}"), message, &near);
        }
    }
}

/// About how many days `period` lasts, in quarters of a day.
fn quarters(period: Period) -> u32 {
    let unit = match period.unit {
        Unit::Day => 4,
        Unit::Week => 28,
        Unit::Month => 122,
        Unit::Year => 1_461,
    };
    u32::from(period.count) * unit
}

fn times(check: &mut Check<'_>, at: &str, stage: &Stage) {
    for (i, pair) in stage.repeat.windows(2).enumerate() {
        if quarters(pair[0]) >= quarters(pair[1]) {
            let message = format!("`{}` is not later than `{}`", pair[1], pair[0]);
            let hint = "every time is counted from the day the stage begins";
            add(check, &codes::WRONG_SHAPE, &format!("{at}/repeat/{}", i + 1), message, hint);
        }
    }
    if stage.due.as_ref().is_some_and(|it| it.from == Anchor::StageBegins && it.after.is_none()) {
        let message = "the answers would be due on the day the stage begins".to_owned();
        let hint = "say how long after it, for example `\"after\": \"P14D\"`";
        add(check, &codes::WRONG_SHAPE, &format!("{at}/due"), message, hint);
    }
}

fn start(check: &mut Check<'_>, at: &str, stage: &Stage) {
    let Some(start) = &stage.start_from else { return };
    let Some(from) = check.programme.stage(start.stage()) else { return };
    let at = start_from(at, start);
    let id = &from.id;
    if (&from.form, &from.any_of) != (&stage.form, &stage.any_of) {
        let message = format!("another form is answered at `{id}`");
        add(check, &codes::START_FROM, &at, message, "begin with answers to the same form");
        return;
    }
    match (start, &from.copies) {
        (StartFrom::MedianOf(_), None) => {
            let message = format!("`{id}` has one copy, so there is no median");
            add(check, &codes::START_FROM, &at, message, "write `latest_of`");
        }
        (StartFrom::LatestOf(_), Some(_)) => {
            let message = format!("`{id}` has several copies, so the latest is anybody's");
            add(check, &codes::START_FROM, &at, message, "write `median_of`");
        }
        _ => {}
    }
}

fn gates(check: &mut Check<'_>) {
    let programme = check.programme;
    for (i, transition) in programme.transitions.iter().enumerate() {
        let at = format!("/transitions/{i}");
        let Some(stage) = programme.stage(&transition.from) else { continue };
        let id = &stage.id;
        if stage.is_final {
            let message = format!("`{id}` is final, so nothing leads on from it");
            let hint = "leave out `final`, or this transition";
            add(check, &codes::FINAL_STAGE, &format!("{at}/from"), message, hint);
        }
        let Some(gate) = &transition.gate else { continue };
        let at = format!("{at}/gate");
        if gate.complete && !stage.asks() {
            let message = format!("nothing is answered at `{id}`, so nothing can be complete");
            let at = format!("{at}/complete");
            add(check, &codes::NOTHING_ASKED, &at, message, "give the stage a form");
        }
        if gate.copies_signed.is_some() && stage.copies.is_none() {
            let message = format!("`{id}` does not say how many copies it has");
            let at = format!("{at}/copies_signed");
            add(check, &codes::COPIES, &at, message, "write `\"complete\": true`");
        }
        if !gate.complete && gate.copies_signed.is_none() && gate.when.is_none() {
            let message = "the gate asks for nothing".to_owned();
            add(check, &codes::WRONG_SHAPE, &at, message, "leave it out, or say what must hold");
        }
        match (&gate.when, &gate.message) {
            (Some(_), None) => {
                let message = "`message` is missing: what is a person told who may not go on?";
                add(check, &codes::MISSING_KEYWORD, &at, message.to_owned(), "");
            }
            (None, Some(_)) => {
                let message = "`message` belongs to `when`; what is missing from answers or \
                               copies is told anyway";
                let at = format!("{at}/message");
                add(check, &codes::WRONG_SHAPE, &at, message.to_owned(), "leave it out");
            }
            _ => {}
        }
    }
}
