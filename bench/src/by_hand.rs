//! The floor of scoring: the form of sixty questions written by hand as a struct and its rules
//! as code, with nothing that could be another form.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::sixty::{CONDITIONAL, QUESTIONS, STEPS, weight};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Response<'a> {
    form: Named<'a>,
    subject: Subject<'a>,
    date: &'a str,
    #[serde(borrow)]
    notes: BTreeMap<&'a str, Note<'a>>,
    answers: Answers,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named<'a> {
    id: &'a str,
    version: &'a str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject<'a> {
    name: &'a str,
    kind: &'a str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Note<'a> {
    #[serde(borrow)]
    evidence: Vec<Evidence<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Evidence<'a> {
    title: &'a str,
    grade: &'a str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answers {
    s0: Step,
    s1: Step,
    s2: Step,
    s3: Step,
    s4: Step,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    q0: u8,
    q1: u8,
    q2: u8,
    q3: u8,
    q4: u8,
    q5: u8,
    q6: u8,
    q7: u8,
    q8: u8,
    q9: u8,
    q10: Option<u8>,
    q11: Option<u8>,
}

impl Step {
    fn levels(&self) -> [Option<u8>; QUESTIONS] {
        let [a, b, c, d, e] = [self.q0, self.q1, self.q2, self.q3, self.q4].map(Some);
        let [f, g, h, i, j] = [self.q5, self.q6, self.q7, self.q8, self.q9].map(Some);
        [a, b, c, d, e, f, g, h, i, j, self.q10, self.q11]
    }
}

/// The names of the questions, by step.
const NAMES: [[&str; QUESTIONS]; STEPS] = [
    [
        "s0.q0", "s0.q1", "s0.q2", "s0.q3", "s0.q4", "s0.q5", "s0.q6", "s0.q7", "s0.q8", "s0.q9",
        "s0.q10", "s0.q11",
    ],
    [
        "s1.q0", "s1.q1", "s1.q2", "s1.q3", "s1.q4", "s1.q5", "s1.q6", "s1.q7", "s1.q8", "s1.q9",
        "s1.q10", "s1.q11",
    ],
    [
        "s2.q0", "s2.q1", "s2.q2", "s2.q3", "s2.q4", "s2.q5", "s2.q6", "s2.q7", "s2.q8", "s2.q9",
        "s2.q10", "s2.q11",
    ],
    [
        "s3.q0", "s3.q1", "s3.q2", "s3.q3", "s3.q4", "s3.q5", "s3.q6", "s3.q7", "s3.q8", "s3.q9",
        "s3.q10", "s3.q11",
    ],
    [
        "s4.q0", "s4.q1", "s4.q2", "s4.q3", "s4.q4", "s4.q5", "s4.q6", "s4.q7", "s4.q8", "s4.q9",
        "s4.q10", "s4.q11",
    ],
];

/// The strict total of `text`; nothing where it is not a valid response.
pub(crate) fn total(text: &str) -> Option<f64> {
    let response: Response<'_> = serde_json::from_str(text).ok()?;
    let head = response.form.id == "sixty" && response.form.version == "1.0.0";
    let kind = matches!(response.subject.kind, "company" | "project");
    if !head || !kind || response.subject.name.is_empty() {
        return None;
    }
    chrono::NaiveDate::parse_from_str(response.date, "%Y-%m-%d").ok()?;
    let all = &response.answers;
    let steps = [&all.s0, &all.s1, &all.s2, &all.s3, &all.s4];
    let mut total = 0.0;
    for (step, names) in steps.into_iter().zip(&NAMES) {
        let (mut points, mut of) = (0.0, 0);
        let levels = step.levels();
        for (q, (level, name)) in levels.into_iter().zip(names).enumerate() {
            if q >= CONDITIONAL && levels[0] == Some(0) {
                continue;
            }
            let claimed = level.filter(|it| *it <= 4)?;
            let evidence = response.notes.get(name).map_or(&[][..], |it| &it.evidence);
            let grade = evidence.iter().filter(|it| !it.title.is_empty()).map(|it| it.grade).max();
            let documented = match grade.unwrap_or("E0") {
                grade if grade >= "E3" => claimed,
                grade if grade >= "E2" => claimed.min(3),
                _ => claimed.min(2),
            };
            points += f64::from(weight(q)) * 25.0 * f64::from(documented);
            of += weight(q);
        }
        total += points / f64::from(of) / 5.0;
    }
    Some(total)
}
