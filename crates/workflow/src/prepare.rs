//! A programme made ready to be run: its conditions and facts compiled once.

use std::collections::BTreeMap;

use expressions::{Expression, Test};
use model::programme::{Stage, Transition};
use model::{Finding, Programme};

use crate::check::{self, Compiled};

/// A programme that assessments can go through.
#[derive(Debug)]
pub struct PreparedProgramme {
    /// The programme, in the language its refusals are to be told in.
    pub programme: Programme,
    gates: Vec<Option<Test>>,
    facts: Vec<BTreeMap<String, Expression>>,
}

/// Prepares `programme`; otherwise every error that keeps it from being run.
///
/// Whether its forms exist and fit is not looked at: [`check`](crate::check()) does that before
/// anybody begins.
pub fn prepare(programme: Programme) -> Result<PreparedProgramme, Vec<Finding>> {
    let Compiled { gates, facts } = check::compile(&programme)?;
    Ok(PreparedProgramme { programme, gates, facts })
}

impl PreparedProgramme {
    /// The stage at which an assessment begins.
    pub fn first(&self) -> &Stage {
        &self.programme.stages[0]
    }

    /// The stage with this id.
    pub fn stage(&self, id: &str) -> Option<&Stage> {
        self.programme.stage(id)
    }

    /// The transitions from `stage`, in document order, with the conditions of their gates.
    pub(crate) fn transitions(
        &self,
        stage: &str,
    ) -> impl Iterator<Item = (&Transition, Option<&Test>)> {
        let all = self.programme.transitions.iter().zip(&self.gates);
        all.filter(move |(it, _)| it.from == stage).map(|(it, test)| (it, test.as_ref()))
    }

    /// The facts that forms are given at `stage`.
    pub(crate) fn facts(&self, stage: &str) -> impl Iterator<Item = (&str, &Expression)> {
        let place = self.programme.stages.iter().position(|it| it.id == stage);
        let facts = place.and_then(|it| self.facts.get(it));
        facts.into_iter().flatten().map(|(id, it)| (id.as_str(), it))
    }
}
