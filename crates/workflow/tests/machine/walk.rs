//! An assessment that goes through a shipped programme.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use forms::{Files, PreparedForm};
use model::Response;
use serde_json::{Map, Value};
use workflow::{Answered, Beginning, Outcome, PreparedProgramme, Refusal, Standing};

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms")
}

/// The shipped programmes.
pub(crate) const PROGRAMMES: [&str; 5] =
    ["export-readiness", "internationalisation", "opi", "project-proofs", "strategy-map"];

/// The shipped programme with this id.
pub(crate) fn programme(id: &str) -> PreparedProgramme {
    let name = format!("{id}.json");
    let text = fs::read_to_string(shipped().join("programmes").join(&name)).unwrap();
    let files = Files::from_iter([(&*name, text)]);
    workflow::prepare(workflow::read(&files, &name).unwrap()).unwrap()
}

/// Adds the documents in `folder`, which is called `name`, to `files`.
fn read(folder: &Path, name: &str, files: &mut Vec<(String, String)>) {
    for path in fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()) {
        let name = format!("{name}/{}", path.file_name().unwrap().display());
        if path.is_dir() {
            read(&path, &name, files);
        } else if path.extension().is_some_and(|it| it == "json") {
            files.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The shipped form with this id.
pub(crate) fn form(id: &str) -> PreparedForm {
    let mut files = Vec::new();
    for folder in [id, "shared"] {
        read(&shipped().join(folder), folder, &mut files);
    }
    forms::load(&files.into_iter().collect(), &format!("{id}/form.json")).form.unwrap()
}

/// The answers of a case of a shipped form.
pub(crate) fn case(form: &str, case: &str) -> Response {
    let path = shipped().join(form).join("cases").join(case).join("answers.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// What has come of answers of which so many are missing.
pub(crate) fn outcome(missing: usize, values: &Value) -> Outcome {
    let values = values.as_object().cloned().unwrap_or_else(Map::new);
    Outcome { missing, eligible: true, values }
}

/// An assessment on its way.
pub(crate) struct Walk {
    pub(crate) programme: PreparedProgramme,
    pub(crate) standing: Standing,
    seconds: i64,
}

impl Walk {
    /// An assessment that begins.
    pub(crate) fn of(id: &str) -> Self {
        let programme = programme(id);
        let standing = Standing::start(&programme);
        Self { programme, standing, seconds: 0 }
    }

    /// The next moment.
    fn now(&mut self) -> DateTime<Utc> {
        self.seconds += 1;
        DateTime::from_timestamp(self.seconds, 0).unwrap()
    }

    /// Answers `form` where the assessment stands, in `copy`; what was there is replaced.
    pub(crate) fn answer_copy(&mut self, form: &str, copy: u32, outcome: Outcome) -> &mut Self {
        let (stage, turn) = (self.standing.stage.clone(), self.standing.turn);
        let begun_at = self.now();
        let same = |it: &&mut Answered| {
            it.stage == stage && it.turn == turn && it.form == form && it.copy == copy
        };
        if let Some(sheet) = self.standing.answered.iter_mut().find(same) {
            sheet.outcome = outcome;
            return self;
        }
        let form = form.to_owned();
        let (signed_at, scorecard) = (None, None);
        self.standing.answered.push(Answered {
            stage,
            form,
            copy,
            turn,
            begun_at,
            signed_at,
            scorecard,
            outcome,
        });
        self
    }

    /// Answers the form of the stage.
    pub(crate) fn answer(&mut self, missing: usize, values: &Value) -> &mut Self {
        let stage = self.programme.stage(&self.standing.stage).unwrap();
        let form = stage.form.clone().unwrap();
        self.answer_copy(&form, 1, outcome(missing, values))
    }

    /// Signs `copy`, or all of them, where the assessment stands.
    pub(crate) fn sign(&mut self, copy: Option<u32>) -> &mut Self {
        let (stage, turn, now) = (self.standing.stage.clone(), self.standing.turn, self.now());
        for it in &mut self.standing.answered {
            let is_meant =
                it.stage == stage && it.turn == turn && copy.is_none_or(|c| c == it.copy);
            if is_meant && it.signed_at.is_none() {
                it.signed_at = Some(now);
                it.scorecard = Some(format!("sha256:{}-{}-{}", it.form, it.turn, it.copy));
            }
        }
        self
    }

    fn next(&self, role: &str, action: &str) -> Result<Standing, Refusal> {
        let roles = [role.to_owned()];
        let next = workflow::next(&self.programme, &self.standing, action, &roles)?;
        Ok(self.standing.clone().moved(&next))
    }

    /// Takes `action`, which leads to `stage`; what was answered is signed by it.
    pub(crate) fn goes(&mut self, role: &str, action: &str, stage: &str, turn: u32) -> &mut Self {
        let next = self.next(role, action).unwrap_or_else(|it| panic!("{action}: {it}"));
        assert_eq!((next.stage.as_str(), next.turn), (stage, turn), "{action}");
        self.sign(None).leaves(role, action)
    }

    /// Takes `action`; what was answered stays unsigned.
    pub(crate) fn leaves(&mut self, role: &str, action: &str) -> &mut Self {
        self.standing = self.next(role, action).unwrap();
        self
    }

    /// Checks that `action` is refused, and with which code.
    pub(crate) fn refuses(&mut self, role: &str, action: &str, code: &str) -> &mut Self {
        let refusal = self.next(role, action).expect_err(action);
        assert_eq!(refusal.code(), code, "{action}: {refusal}");
        self
    }

    /// The refusal of `action`.
    pub(crate) fn refusal(&self, role: &str, action: &str) -> Refusal {
        self.next(role, action).expect_err(action)
    }

    /// Where the answers to `form` begin: `stage turn` of each sheet that they begin with.
    pub(crate) fn begins(&self, form: &str, copy: u32) -> String {
        let shown = |it: &Answered| format!("{} {}.{}", it.stage, it.turn, it.copy);
        match workflow::beginning(&self.programme, &self.standing, form, copy) {
            Beginning::Empty => String::new(),
            Beginning::From(it) => shown(it),
            Beginning::MedianOf(all) => {
                let all: Vec<String> = all.into_iter().map(shown).collect();
                format!("median of {}", all.join(", "))
            }
        }
    }

    /// The actions offered to `role` without a refusal.
    pub(crate) fn open(&self, role: &str) -> Vec<&str> {
        let actions = workflow::actions(&self.programme, &self.standing, &[role.to_owned()]);
        let open = actions.into_iter().filter(|it| it.refusal().is_none());
        open.map(|it| it.transition.action.as_str()).collect()
    }
}
