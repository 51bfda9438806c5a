//! The ways through a programme: stages nobody reaches, ways that never end, gates that nobody
//! passes, and stages that are named before they can have been passed.
//!
//! A gate counts as one that can be passed, unless trying the values shows that it cannot.

use std::collections::{BTreeMap, BTreeSet};

use forms::codes;
use model::programme::Stage;

use super::conditions::Sound;
use super::{Check, start_from};
use crate::graph::Graph;
use crate::possible::Outcomes;

/// Notes where no way leads, and what is named before its time, where `tests` are the
/// conditions and facts that can be read.
pub(super) fn check(check: &mut Check<'_>, tests: &[Sound<'_>]) {
    let programme = check.programme;
    let graph = Graph::new(programme, |_| true);
    order(check, &graph, tests);
    let closed = gates(check, tests);
    let graph = Graph::new(programme, |it| !closed.contains(&it));
    unreachable(check, &graph);
    endless(check, &graph);
}

/// Notes stages that are named before they can have been passed, or that can be passed by.
fn order(check: &mut Check<'_>, graph: &Graph<'_>, tests: &[Sound<'_>]) {
    for (at, stage) in check.stages() {
        let Some(start) = &stage.start_from else { continue };
        let ends = (graph.place(start.stage()), graph.place(&stage.id));
        let (Some(from), Some(to)) = ends else { continue };
        let is_own = from == to && !stage.repeat.is_empty();
        if !is_own && !graph.precedes(from, to) {
            not_yet(check, &start_from(&at, start), start.stage(), &stage.id);
        }
    }
    for it in tests {
        let Some(at) = graph.place(it.stage) else { continue };
        let stages: BTreeMap<&str, &Stage> =
            it.named.values().map(|it| (it.stage.id.as_str(), it.stage)).collect();
        for (id, stage) in stages {
            let Some(place) = graph.place(id) else { continue };
            // A gate sees its own stage; a form sees the other forms of its stage.
            let is_own = place == at && (it.transition.is_some() || !stage.any_of.is_empty());
            if !is_own && !graph.precedes(place, at) {
                not_yet(check, &it.at, id, it.stage);
            } else if it.transition.is_some()
                && graph.can_pass_by(place, at)
                && it.outcomes(Some(id)).is_some_and(|it| !it.can_hold)
            {
                let message = format!(
                    "a way leads to `{}` that passes `{id}` by; on it the gate stays closed",
                    it.stage
                );
                check.findings.add(&codes::PASSED_BY, &it.at, message);
            }
        }
    }
}

fn not_yet(check: &mut Check<'_>, at: &str, stage: &str, needed: &str) {
    let message = match stage == needed {
        true => format!("at `{stage}` nothing is known of `{stage}` yet"),
        false => format!("no way leads from `{stage}` to `{needed}`, where it is needed"),
    };
    check.findings.add(&codes::NOT_YET, at, message);
}

/// Notes gates that nobody, or everybody, passes; the transitions that nobody can take.
fn gates(check: &mut Check<'_>, tests: &[Sound<'_>]) -> BTreeSet<usize> {
    let mut closed = BTreeSet::new();
    for it in tests {
        let Some(transition) = it.transition else { continue };
        match it.outcomes(None) {
            Some(Outcomes { can_hold: false, .. }) => {
                closed.insert(transition);
                let message = "nobody can pass this gate: the condition never holds";
                check.findings.add(&codes::CONSTANT_GATE, &it.at, message);
            }
            Some(Outcomes { can_fail: false, .. }) => {
                let message = "everybody passes this gate: the condition always holds";
                check.findings.add(&codes::IDLE_GATE, &it.at, message);
            }
            _ => {}
        }
    }
    closed
}

fn unreachable(check: &mut Check<'_>, graph: &Graph<'_>) {
    let reached = graph.reached(&[0], None);
    for ((at, stage), _) in check.stages().zip(reached).filter(|(_, reached)| !reached) {
        let id = &stage.id;
        if check.programme.transitions.iter().any(|it| it.to == *id) {
            let message = format!("every way to `{id}` is closed, or begins where nobody comes");
            check.findings.add(&codes::UNREACHABLE_STAGE, &at, message);
        } else {
            let message = format!("no way leads to `{id}`");
            check.findings.add(&codes::UNREACHABLE_STAGE, &at, message).suggestion =
                Some(format!("add a transition with `\"to\": \"{id}\"`"));
        }
    }
}

/// Notes reachable stages from which no way leads to the end; of several that lead to each
/// other, the first.
fn endless(check: &mut Check<'_>, graph: &Graph<'_>) {
    let reached = graph.reached(&[0], None);
    let stages: Vec<_> = check.stages().collect();
    let mut told = vec![false; stages.len()];
    for (place, (at, stage)) in stages.iter().enumerate() {
        if told[place] || !reached[place] || stage.is_final {
            continue;
        }
        let after = graph.reached(graph.after(place), None);
        let mut ends = stages.iter().zip(&after).filter(|(_, after)| **after);
        if ends.any(|((_, it), _)| it.is_final) {
            continue;
        }
        // What comes later is told of where it stands itself, unless it leads back here.
        let later_is_worse =
            (0..stages.len()).any(|it| after[it] && it != place && !graph.precedes(it, place));
        if later_is_worse {
            continue;
        }
        for (told, after) in told.iter_mut().zip(&after) {
            *told |= after;
        }
        let message = match graph.after(place) {
            [] => format!("no way leads on from `{}`", stage.id),
            _ => format!("no way leads from `{}` to a final stage", stage.id),
        };
        check.findings.add(&codes::DEAD_END, at, message).suggestion =
            Some("add a transition, or end it here with `\"final\": true`".to_owned());
    }
}
