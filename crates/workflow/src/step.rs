//! The next step: which actions lead on, and where to.

use expressions::{Test, Truth};
use model::programme::{CopiesSigned, Gate, Stage, Transition};

use crate::prepare::PreparedProgramme;
use crate::refusal::Refusal;
use crate::seen;
use crate::standing::{Answered, Standing};

/// What can be done where an assessment stands: a transition, as some people see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer<'a> {
    /// The transition.
    pub transition: &'a Transition,
    /// Whether it is open to the roles asked for.
    pub may: bool,
    /// Why its gate is closed; `None` when it is open.
    pub closed: Option<Refusal>,
}

impl Offer<'_> {
    /// Why it cannot be taken; `None` when it can.
    pub fn refusal(&self) -> Option<Refusal> {
        let wrong_role = || Refusal::WrongRole {
            action: self.transition.action.clone(),
            roles: self.transition.by.roles().to_vec(),
        };
        if self.may { self.closed.clone() } else { Some(wrong_role()) }
    }
}

/// Where an action leads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NextStage<'a> {
    /// The transition that is taken.
    pub transition: &'a Transition,
    /// The stage it leads to.
    pub stage: &'a Stage,
    /// The turn with which the stage begins.
    pub turn: u32,
}

/// What can be done where the assessment stands, in document order, as those who have one of
/// `roles` see it.
pub fn actions<'a>(
    programme: &'a PreparedProgramme,
    standing: &Standing,
    roles: &[String],
) -> Vec<Offer<'a>> {
    let Some(stage) = programme.stage(&standing.stage).filter(|it| !it.is_final) else {
        return Vec::new();
    };
    let transitions = programme.transitions(&stage.id);
    transitions
        .map(|(transition, test)| offer(programme, standing, stage, transition, test, roles))
        .collect()
}

/// Where `action` leads when somebody who has `roles` takes it, or why it is refused.
pub fn next<'a>(
    programme: &'a PreparedProgramme,
    standing: &Standing,
    action: &str,
    roles: &[String],
) -> Result<NextStage<'a>, Refusal> {
    let Some(stage) = programme.stage(&standing.stage) else {
        return Err(Refusal::UnknownStage { stage: standing.stage.clone() });
    };
    if stage.is_final {
        return Err(Refusal::AssessmentOver { stage: stage.id.clone() });
    }
    let Some((transition, test)) =
        programme.transitions(&stage.id).find(|(it, _)| it.action == action)
    else {
        return Err(Refusal::UnknownAction {
            action: action.to_owned(),
            stage: stage.id.clone(),
            known: programme.transitions(&stage.id).map(|(it, _)| it.action.clone()).collect(),
        });
    };
    let offer = offer(programme, standing, stage, transition, test, roles);
    if let Some(refusal) = offer.refusal() {
        return Err(refusal);
    }
    let Some(stage) = programme.stage(&transition.to) else {
        return Err(Refusal::UnknownStage { stage: transition.to.clone() });
    };
    Ok(NextStage { transition, stage, turn: standing.next_turn(&stage.id) })
}

fn offer<'a>(
    programme: &PreparedProgramme,
    standing: &Standing,
    stage: &Stage,
    transition: &'a Transition,
    test: Option<&Test>,
    roles: &[String],
) -> Offer<'a> {
    let may = transition.by.roles().iter().any(|it| roles.contains(it));
    let gate = transition.gate.as_ref();
    let closed = gate.and_then(|it| closed(programme, standing, stage, it, test));
    Offer { transition, may, closed }
}

/// Why `gate` is closed; of several reasons the one that comes first.
fn closed(
    programme: &PreparedProgramme,
    standing: &Standing,
    stage: &Stage,
    gate: &Gate,
    test: Option<&Test>,
) -> Option<Refusal> {
    let answered = standing.counting(stage);
    let incomplete = if gate.complete { incomplete(stage, &answered) } else { None };
    incomplete
        .or_else(|| unsigned(stage, gate.copies_signed?, &answered))
        .or_else(|| not_met(programme, standing, gate, test?))
}

/// What keeps the answers from being complete.
fn incomplete(stage: &Stage, answered: &[&Answered]) -> Option<Refusal> {
    if answered.is_empty() {
        let forms = stage.forms().map(|(_, it)| it.to_owned()).collect();
        return Some(Refusal::NothingBegun { forms });
    }
    let open = || answered.iter().filter(|it| !it.is_complete());
    let missing: usize = open().map(|it| it.outcome.missing).sum();
    let mut forms: Vec<String> = open().map(|it| it.form.clone()).collect();
    forms.dedup();
    (missing > 0).then_some(Refusal::AnswersMissing { missing, forms })
}

/// Which copies must be signed first.
fn unsigned(stage: &Stage, asked: CopiesSigned, copies: &[&Answered]) -> Option<Refusal> {
    let signed = || copies.iter().filter(|it| it.is_signed());
    let counted = signed().filter(|it| it.outcome.eligible).count();
    let begun = copies.len() - signed().count();
    let least = stage.copies.as_ref().map_or(1, |it| usize::try_from(it.min).unwrap_or(usize::MAX));
    let more = least.saturating_sub(counted);
    let more = match asked {
        CopiesSigned::Min => more,
        CopiesSigned::All => more.max(begun),
    };
    let not_eligible = signed().count() - counted;
    (more > 0).then_some(Refusal::CopiesUnsigned { more, begun, not_eligible })
}

/// Whether the condition does not hold, or is not yet known.
fn not_met(
    programme: &PreparedProgramme,
    standing: &Standing,
    gate: &Gate,
    test: &Test,
) -> Option<Refusal> {
    let context = seen::for_gates(&programme.programme, standing);
    let message = gate.message.clone().unwrap_or_default();
    match seen::truth(test, &context) {
        Truth::True => None,
        Truth::False => Some(Refusal::GateNotMet { message }),
        Truth::Unknown => {
            let waits_for = seen::waits_for(test, &context);
            Some(Refusal::GateNotKnown { message, waits_for })
        }
    }
}
