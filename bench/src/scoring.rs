//! Parsing, validating and scoring a response, beside validators, a survey library, and rules
//! written by hand.

use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use forms::{Files, PreparedForm, Reading, load, parse_response, response, validate};
use serde_json::json;

use crate::machine::own_time;
use crate::markdown::{Table, median, short};
use crate::peer::{self, Peer, Turn};
use crate::{by_hand, sixty};

/// How long a turn of this program is at least: the system counts in hundredths of a second.
const TURN: Duration = Duration::from_millis(700);

/// Measures; a turn of a peer is `times` passes over the responses.
pub(crate) fn run(rounds: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    sixty::write(folder.path())?;
    let programs = peer::install("scoring")?;
    let python = |driver: &str| {
        let mut command = Command::new(programs.join("bin/python"));
        command.arg(peer::drivers().join(driver)).arg(folder.path());
        command
    };
    let node = |driver: &str| {
        let mut command = Command::new("node");
        command.arg(peer::drivers().join(driver)).arg(folder.path());
        command
    };
    let mut peers = [
        (
            Peer::start(
                "jsonschema-rs (Python), validates only",
                python("jsonschema_rs_driver.py"),
            )?,
            25,
        ),
        (Peer::start("ajv (Node), validates only", node("ajv_driver.mjs"))?, 50),
        (Peer::start("SurveyJS survey-core (Node)", node("survey_driver.mjs"))?, 1),
        (Peer::start("jsonschema (Python), validates only", python("jsonschema_driver.py"))?, 1),
    ];
    let (form, inputs) = (prepared()?, Inputs::new());
    let (mut ours, mut floor, mut findings) = (Vec::new(), Vec::new(), Vec::new());
    let mut theirs = vec![(Vec::new(), Vec::new()); peers.len()];
    for round in 0..=rounds {
        let turns = [
            timed(|| valid(&form, &inputs))?,
            timed(|| by_hand(&inputs))?,
            timed(|| invalid(&form, &inputs))?,
        ];
        for ((peer, times), (going, finding)) in peers.iter_mut().zip(&mut theirs) {
            let (go, found) = (peer.turn("go", *times)?, peer.turn("findings", *times)?);
            prove(peer.name, &go, &found)?;
            // The first round warms up.
            if round > 0 {
                going.push(1e6 * go.cpu / go.count);
                finding.push(1e6 * found.cpu / found.count);
            }
        }
        if round > 0 {
            let [one, hand, all] = turns;
            ours.push(one);
            floor.push(hand);
            findings.push(all);
        }
    }
    tell(
        &ours,
        &floor,
        &findings,
        &peers.map(|(it, _)| it.name).into_iter().zip(theirs).collect::<Vec<_>>(),
    );
    Ok(())
}

/// What a peer is called, and its microseconds for valid responses and for invalid ones.
type Theirs = (&'static str, (Vec<f64>, Vec<f64>));

fn tell(ours: &[f64], floor: &[f64], findings: &[f64], peers: &[Theirs]) {
    let ratio = |theirs: &[f64]| {
        let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(ours, it)| ours / it).collect();
        short(median(&ratios))
    };
    let mut table = Table::new(&[
        "One response of 60 questions, µs of CPU",
        "valid",
        "ours / this",
        "all findings of an invalid one",
    ]);
    table.row([
        "Assay: parses, validates, scores".to_owned(),
        short(median(ours)),
        "1".to_owned(),
        short(median(findings)),
    ]);
    table.row([
        "floor: a struct and rules by hand".to_owned(),
        short(median(floor)),
        ratio(floor),
        "–".to_owned(),
    ]);
    for (name, (going, finding)) in peers {
        table.row([(*name).to_owned(), short(median(going)), ratio(going), short(median(finding))]);
    }
    crate::say(table);
}

/// The microseconds of processor time that one of the inputs takes.
#[expect(clippy::cast_precision_loss, reason = "there are some thousand")]
fn timed(mut pass: impl FnMut() -> Result<()>) -> Result<f64> {
    let (before, mut passes) = (own_time()?, 0);
    loop {
        for _ in 0..10 {
            pass()?;
        }
        passes += 10;
        let used = own_time()? - before;
        if used >= TURN {
            return Ok(used.as_secs_f64() * 1e6 / (passes * sixty::RESPONSES) as f64);
        }
    }
}

struct Inputs {
    valid: Vec<String>,
    invalid: Vec<String>,
}

impl Inputs {
    fn new() -> Self {
        let all = |wrong| (0..sixty::RESPONSES).map(|it| sixty::response(it, wrong)).collect();
        Self { valid: all(false), invalid: all(true) }
    }
}

fn prepared() -> Result<PreparedForm> {
    let files: Files = [("sixty/form.json", sixty::form())].into_iter().collect();
    let loaded = load(&files, "sixty/form.json");
    match loaded.form {
        Some(form) => Ok(form),
        None => bail!("{:?}", loaded.findings),
    }
}

/// Scores every response and compares the total with that of the rules by hand.
fn valid(form: &PreparedForm, inputs: &Inputs) -> Result<()> {
    for text in &inputs.valid {
        let Ok(response) = parse_response("r.json", text) else { bail!("it is a response") };
        let reading = Reading::new(form, &response);
        let issues = validate::validate(&reading);
        ensure!(issues.is_empty(), "{issues:?}");
        let card = scoring::score_reading(&reading, None);
        let total = card.total.map(|it| it.score.strict);
        ensure!(total.is_some(), "there is no total");
        std::hint::black_box(total);
    }
    Ok(())
}

fn by_hand(inputs: &Inputs) -> Result<()> {
    for text in &inputs.valid {
        ensure!(std::hint::black_box(by_hand::total(text)).is_some(), "{text}");
    }
    Ok(())
}

fn invalid(form: &PreparedForm, inputs: &Inputs) -> Result<()> {
    for text in &inputs.invalid {
        let Ok(response) = parse_response("r.json", text) else { bail!("it is a response") };
        let findings = response::findings(form, &response, "r.json", text);
        ensure!(findings.len() == 10, "{findings:?}");
    }
    Ok(())
}

/// Refuses a peer that did not come to the same verdicts.
fn prove(name: &str, go: &Turn, found: &Turn) -> Result<()> {
    let totals: Vec<u32> = (0..20).map(sixty::weighted_sum).collect();
    let valid = go.proof["valid"] == json!(sixty::RESPONSES);
    let scored = go.proof.get("totals").is_none_or(|it| {
        let all = it.as_array().into_iter().flatten().map(|it| it.as_f64().unwrap_or(-1.0));
        all.zip(&totals).filter(|(one, other)| (one - f64::from(**other)).abs() < 1e-6).count()
            == 20
    });
    let complete = found.proof["findings"].as_u64().is_some_and(|it| it >= 10);
    ensure!(valid && scored && complete, "{name} comes to something else: {go:?} {found:?}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_by_hand_come_to_the_same_total() {
        let form = prepared().unwrap();
        for text in Inputs::new().valid {
            let response = parse_response("r.json", &text).unwrap();
            let total = scoring::score(&form, &response, None).total.unwrap().score.strict;
            assert!((by_hand::total(&text).unwrap() - total).abs() < 1e-6);
        }
    }
}
