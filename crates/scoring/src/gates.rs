//! Gates: what limits or blocks the result.

use std::borrow::Borrow;

use expressions::Truth;
use forms::reading::{Decision, Extra, Reading};
use model::form::Form;
use model::keywords::Effect;
use model::scorecard::{GateResult, GateState, Rubric};
use serde_json::Value;

use crate::criterion::Earned;

/// A cap on a dimension that acts, or may come to act.
#[derive(Clone, Debug, PartialEq)]
pub struct DimensionCap {
    /// The gate's id.
    pub gate: String,
    /// The dimension.
    pub dimension: String,
    /// The most the dimension can score.
    pub at: f64,
    /// Whether the gate is known to act.
    pub known: bool,
}

/// What came of a gate that excludes rows.
#[derive(Clone, Debug)]
pub struct RowGate {
    /// Its index among the gates.
    pub index: usize,
    /// The rows of which it is not yet known.
    pub open: Vec<String>,
    /// What came of it.
    pub result: GateResult,
}

/// The results of the gates that exclude rows, in the form's order.
pub fn row_gates(reading: &Reading<'_>, texts: &Form) -> Vec<RowGate> {
    let mut results = Vec::new();
    for (i, (gate, test)) in texts.meta.gates.iter().zip(&reading.form.gates).enumerate() {
        let Effect::ExcludeRow(table) = &gate.effect else { continue };
        let Some(index) = reading.form.index_of(table) else { continue };
        let (mut rows, mut open) = (Vec::new(), Vec::new());
        let mut unknown = Decision { truth: Truth::False, waits_for: Vec::new(), error: None };
        for row in reading.rows(index) {
            let decision = reading.decide(test, Extra { row: Some(row), ..Extra::default() });
            let id = || row.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
            match decision.truth {
                Truth::True => rows.push(id()),
                Truth::Unknown => {
                    open.push(id());
                    unknown = decision;
                }
                Truth::False => {}
            }
        }
        let state = match (rows.is_empty(), unknown.truth) {
            (false, _) => GateState::Failed,
            (true, Truth::Unknown) => GateState::Unknown,
            (true, _) => GateState::Passed,
        };
        results.push(RowGate {
            index: i,
            open,
            result: GateResult {
                id: gate.id.clone(),
                state,
                effect: gate.effect.clone(),
                message: gate.message.clone(),
                waits_for: unknown.waits_for,
                rows,
                error: unknown.error,
            },
        });
    }
    results
}

/// The results of all gates, in the form's order; levels are the documented ones.
pub fn gates(
    reading: &Reading<'_>,
    texts: &Form,
    levels: &[Option<f64>],
    row_gates: Vec<RowGate>,
) -> Vec<GateResult> {
    let mut row_gates = row_gates.into_iter().peekable();
    let mut results = Vec::new();
    for (i, (gate, test)) in texts.meta.gates.iter().zip(&reading.form.gates).enumerate() {
        if let Some(it) = row_gates.next_if(|it| it.index == i) {
            results.push(it.result);
            continue;
        }
        let decision = reading.decide(test, Extra { levels: Some(levels), ..Extra::default() });
        let state = match decision.truth {
            Truth::True => GateState::Failed,
            Truth::False => GateState::Passed,
            Truth::Unknown => GateState::Unknown,
        };
        results.push(GateResult {
            id: gate.id.clone(),
            state,
            effect: gate.effect.clone(),
            message: gate.message.clone(),
            waits_for: decision.waits_for,
            rows: Vec::new(),
            error: decision.error,
        });
    }
    results
}

/// Per question, the documented level that stands for the answer.
pub fn documented_levels<'a>(
    reading: &Reading<'a>,
    earned: &[impl Borrow<Earned<'a>>],
) -> Vec<Option<f64>> {
    let mut levels = vec![None; reading.form.len()];
    for it in earned.iter().map(Borrow::borrow) {
        if matches!(it.rubric, Rubric::Levels | Rubric::HalfPoints) {
            levels[it.index] = it.documented;
        }
    }
    levels
}

/// The caps on dimensions that act, and those not yet known.
pub fn dimension_caps(gates: &[GateResult]) -> Vec<DimensionCap> {
    let mut caps = Vec::new();
    for gate in gates.iter().filter(|it| it.state != GateState::Passed) {
        if let Effect::CapDimension(dimensions) = &gate.effect {
            caps.extend(dimensions.iter().map(|(dimension, at)| DimensionCap {
                gate: gate.id.clone(),
                dimension: dimension.clone(),
                at: *at,
                known: gate.state == GateState::Failed,
            }));
        }
    }
    caps
}

/// The worst state among the gates with `effect`: failed, then unknown, then passed.
pub fn worst(gates: &[GateResult], effect: &Effect) -> GateState {
    let states = || gates.iter().filter(|it| it.effect == *effect).map(|it| it.state);
    if states().any(|it| it == GateState::Failed) {
        GateState::Failed
    } else if states().any(|it| it == GateState::Unknown) {
        GateState::Unknown
    } else {
        GateState::Passed
    }
}
