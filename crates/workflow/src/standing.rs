//! What the state machine knows of an assessment: where it stands, and what was answered.

use chrono::{DateTime, Utc};
use forms::Reading;
use model::Scorecard;
use model::keywords::Effect;
use model::programme::Stage;
use model::scorecard::GateState;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::begin;
use crate::prepare::PreparedProgramme;
use crate::seen::insert;
use crate::step::NextStage;

/// Where an assessment stands, and what was answered on the way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// The stage at which it stands.
    pub stage: String,
    /// The turn of the stage: one more than that of the answers begun there before, so 1 where
    /// nothing was.
    pub turn: u32,
    /// What was answered, at any stage and turn, in any order.
    pub answered: Vec<Answered>,
}

/// One sheet: who answers which form at which stage, and what has come of it so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// The stage.
    pub stage: String,
    /// The form's id.
    pub form: String,
    /// Which of the stage's copies it is; all but one stand for other people's.
    pub copy: u32,
    /// The turn of the stage. Each time of a stage that repeats has a turn of its own.
    pub turn: u32,
    /// When it was begun.
    pub begun_at: DateTime<Utc>,
    /// When it was signed; absent while it is being written.
    pub signed_at: Option<DateTime<Utc>>,
    /// The SHA-256 of its scorecard, as `sha256:…`; without it, it gives no facts.
    pub scorecard: Option<String>,
    /// What has come of it.
    pub outcome: Outcome,
}

/// What has come of the answers to one form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// How many required answers are missing, of those that belong to the stage.
    pub missing: usize,
    /// Whether every eligibility gate of the form is passed.
    pub eligible: bool,
    /// What conditions may name: `all_met`, `status`, `band`, `rank`, `total`, `points`,
    /// `completeness`, `dimensions`, `indicators`, `answers`; what is not known is left out.
    pub values: Map<String, Value>,
}

impl Outcome {
    /// What has come of the answers in `reading`, which are given at `stage` and scored `card`.
    ///
    /// Without a scorecard only the answers can be named, and the answers count as eligible.
    pub fn new(stage: &Stage, reading: &Reading<'_>, card: Option<&Scorecard>) -> Self {
        let mut values = Value::Object(card.map_or_else(Map::new, scored));
        for (index, answer) in reading.answers.iter().enumerate() {
            if let Some(value) = answer.value() {
                let name = format!("answers.{}", reading.form.question(index).path);
                insert(&mut values, &name, value.clone());
            }
        }
        let values = match values {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        Self {
            missing: begin::missing(stage, reading).len(),
            eligible: card.is_none_or(|it| {
                passed(it, |effect| *effect == Effect::Eligibility).unwrap_or(true)
            }),
            values,
        }
    }
}

/// Whether every gate of `card` whose effect is `meant` is passed; `None` where there is none.
fn passed(card: &Scorecard, meant: impl Fn(&Effect) -> bool) -> Option<bool> {
    let mut gates = card.gates.iter().filter(|it| meant(&it.effect)).peekable();
    gates.peek()?;
    Some(gates.all(|it| it.state == GateState::Passed))
}

/// What conditions may name of `card`.
fn scored(card: &Scorecard) -> Map<String, Value> {
    let mut values = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        values.extend(value.map(|it| (name.to_owned(), it)));
    };
    let decides = |effect: &Effect| matches!(effect, Effect::Eligibility | Effect::Knockout);
    put("all_met", passed(card, decides).map(Value::from));
    put("status", serde_json::to_value(card.status).ok());
    let total = card.total.as_ref();
    let band = total.and_then(|it| it.band.as_ref());
    put("band", band.map(|it| it.id.as_str().into()));
    put("rank", band.map(|it| it.rank.into()));
    put("total", total.map(|it| it.score.strict.into()));
    put("points", total.and_then(|it| it.points.as_ref()).map(|it| it.strict.into()));
    put("completeness", total.map(|it| it.score.completeness.into()));
    let dimensions = card.dimensions.iter();
    let dimensions: Map<String, Value> = dimensions
        .filter_map(|it| Some((it.id.clone(), it.score.as_ref()?.strict.into())))
        .collect();
    put("dimensions", Some(Value::Object(dimensions)));
    let indicators = card.indicators.iter();
    let indicators: Map<String, Value> =
        indicators.filter_map(|it| Some((it.id.clone(), it.value.clone()?))).collect();
    put("indicators", Some(Value::Object(indicators)));
    values
}

impl Answered {
    /// Whether everything that is required at its stage is answered.
    pub fn is_complete(&self) -> bool {
        self.outcome.missing == 0
    }

    /// Whether it is signed.
    pub fn is_signed(&self) -> bool {
        self.signed_at.is_some()
    }
}

impl Standing {
    /// An assessment that begins.
    pub fn start(programme: &PreparedProgramme) -> Self {
        Self { stage: programme.first().id.clone(), turn: 1, answered: Vec::new() }
    }

    /// The assessment after it has gone on to `next`.
    pub fn moved(self, next: &NextStage<'_>) -> Self {
        Self { stage: next.stage.id.clone(), turn: next.turn, answered: self.answered }
    }

    /// The turn with which `stage` would begin.
    pub(crate) fn next_turn(&self, stage: &str) -> u32 {
        let answered = self.answered.iter().filter(|it| it.stage == stage).map(|it| it.turn);
        let own = (self.stage == stage).then_some(self.turn);
        answered.chain(own).max().map_or(1, |it| it.saturating_add(1))
    }

    /// What counts at `stage`, by form and copy.
    ///
    /// Where the assessment stands, that is what was begun since it came there; elsewhere what
    /// was signed last, or begun last if nothing was signed. A copy counts until it is begun
    /// anew, whatever the turn: that others are asked for leaves those that are signed as they
    /// are.
    pub(crate) fn counting(&self, stage: &Stage) -> Vec<&Answered> {
        let is_own = self.stage == stage.id;
        if stage.copies.is_some() {
            return self.latest(stage, |_| true, |it| it.turn);
        }
        if is_own {
            return self.latest(stage, |it| it.turn >= self.turn, |it| it.turn);
        }
        self.latest(stage, |_| true, |it| (it.signed_at, it.turn))
    }

    /// What `stage` gives facts from, by form and copy: what has a scorecard, and is signed
    /// unless the assessment stands there.
    pub(crate) fn frozen(&self, stage: &Stage) -> Vec<&Answered> {
        let is_own = self.stage == stage.id;
        let counts = |it: &Answered| it.scorecard.is_some() && (is_own || it.is_signed());
        match is_own {
            true => self.latest(stage, counts, |it| it.turn),
            false => self.latest(stage, counts, |it| (it.signed_at, it.turn)),
        }
    }

    /// Whether conditions see more of `answered` than that it is complete, or not signed.
    pub(crate) fn is_known(&self, answered: &Answered) -> bool {
        answered.is_signed() || answered.stage == self.stage
    }

    /// Of what was answered at `stage` and `counts`, by form and copy the last by `order`; in the
    /// order of the stage's forms, then of copies.
    fn latest<O: Ord>(
        &self,
        stage: &Stage,
        counts: impl Fn(&Answered) -> bool,
        order: impl Fn(&Answered) -> O,
    ) -> Vec<&Answered> {
        let mut latest: Vec<&Answered> = Vec::new();
        let has_copies = stage.copies.is_some();
        let all = self.answered.iter().filter(|it| it.stage == stage.id && counts(it));
        for it in all {
            let same = |other: &&mut &Answered| {
                other.form == it.form && (!has_copies || other.copy == it.copy)
            };
            match latest.iter_mut().find(same) {
                Some(other) if order(it) >= order(other) => *other = it,
                Some(_) => {}
                None => latest.push(it),
            }
        }
        let place = |it: &Answered| stage.forms().position(|(_, form)| form == it.form);
        latest.sort_by_key(|it| (place(it), it.copy));
        latest
    }
}
