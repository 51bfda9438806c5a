//! Conditions and facts: can they be read, does what they name exist, can they hold?

use std::collections::{BTreeMap, BTreeSet};

use expressions::analysis::{self, ParseError, Type};
use expressions::{Expression, Test};
use forms::check::literals;
use forms::prepare::type_of;
use forms::{PreparedForm, codes};
use model::Condition;

use super::{Check, meant};
use crate::names::{self, Named};
use crate::possible::{Outcomes, outcomes};

/// A condition, or a fact, that can be read and names only what exists.
pub(super) struct Sound<'a> {
    /// Where it stands.
    pub(super) at: String,
    /// The stage it is needed at.
    pub(super) stage: &'a str,
    /// What decides, or what gives the fact.
    pub(super) test: Test,
    /// What its names lead to.
    pub(super) named: BTreeMap<String, Named<'a>>,
    /// The transition it is the gate of, by its place.
    pub(super) transition: Option<usize>,
}

impl Sound<'_> {
    /// What can come of it, where everything of the stage `absent` is unknown.
    pub(super) fn outcomes(&self, absent: Option<&str>) -> Option<Outcomes> {
        outcomes(&self.test, &self.named, absent)
    }
}

/// Reads every condition and fact; what is wrong with one is noted, and it is left out.
pub(super) fn check<'a>(check: &mut Check<'a>) -> Vec<Sound<'a>> {
    let mut sound = facts(check);
    sound.extend(gates(check));
    sound
}

/// Reads every condition of a gate.
pub(super) fn gates<'a>(check: &mut Check<'a>) -> Vec<Sound<'a>> {
    let mut sound = Vec::new();
    for (i, transition) in check.programme.transitions.iter().enumerate() {
        let Some(condition) = transition.gate.as_ref().and_then(|it| it.when.as_ref()) else {
            continue;
        };
        let at = format!("/transitions/{i}/gate/when");
        let Some((test, named)) = read(check, condition, &at) else { continue };
        let stage = transition.from.as_str();
        sound.push(Sound { at, stage, test, named, transition: Some(i) });
    }
    sound
}

fn facts<'a>(check: &mut Check<'a>) -> Vec<Sound<'a>> {
    let mut sound = Vec::new();
    for (at, stage) in check.stages() {
        let forms = stage.forms().map(|(_, it)| check.form(it));
        let Some(forms) = forms.collect::<Option<Vec<_>>>() else { continue };
        let known: Vec<&str> =
            forms.iter().flat_map(|it| &it.form.meta.facts).map(|it| it.id.as_str()).collect();
        for (id, source) in &stage.facts {
            let at = format!("{at}/facts/{id}");
            if stage.asks() && !known.contains(&id.as_str()) {
                let message = format!("what is answered at `{}` uses no fact `{id}`", stage.id);
                check.findings.add_at_key(&codes::UNKNOWN_ID, &at, message).suggestion =
                    meant(id, known.iter().copied());
            }
            let condition = Condition::Expression(source.clone());
            if let Some((test, named)) = read(check, &condition, &at) {
                let stage = stage.id.as_str();
                sound.push(Sound { at, stage, test, named, transition: None });
            }
        }
        let needed: BTreeSet<String> =
            forms.iter().flat_map(|it| facts_needed(it, &stage.steps)).collect();
        for fact in needed.into_iter().filter(|it| !stage.facts.contains_key(it)) {
            let message = format!("a question asked at `{}` rests on the fact `{fact}`", stage.id);
            check.findings.add(&codes::MISSING_FACT, &at, message).suggestion =
                Some(format!("write `\"facts\": {{ \"{fact}\": \"<stage>.…\" }}`"));
        }
    }
    sound
}

/// The facts on which questions of `form` rest, in these `steps`, or in all.
fn facts_needed(form: &PreparedForm, steps: &[String]) -> BTreeSet<String> {
    let mut facts = BTreeSet::new();
    for index in 0..form.len() {
        if !steps.is_empty() && !steps.contains(&form.step(index).id) {
            continue;
        }
        let logic = &form.logic[index];
        let tests = logic.visible.iter().chain(&logic.top_when).flat_map(Test::expressions);
        let values = logic.calculated.iter().chain(&logic.formula);
        let columns = logic.columns.iter().map(|(_, it)| it);
        let names = tests.chain(values).chain(columns).flat_map(Expression::names);
        facts.extend(names.filter_map(|it| Some(it.path.strip_prefix("facts.")?.to_owned())));
    }
    facts
}

/// A condition with what its names lead to.
pub(super) type Read<'a> = (Test, BTreeMap<String, Named<'a>>);

/// Reads `condition`; what is wrong with it is noted.
pub(super) fn read<'a>(check: &mut Check<'a>, condition: &Condition, at: &str) -> Option<Read<'a>> {
    let mut named = BTreeMap::new();
    let sound = parts(check, condition, at, &mut named);
    let test = Test::parse(condition).ok().filter(|_| sound)?;
    Some((test, named))
}

/// Whether every expression in `condition` is sound; each finding stands at its expression.
fn parts<'a>(
    check: &mut Check<'a>,
    condition: &Condition,
    at: &str,
    named: &mut BTreeMap<String, Named<'a>>,
) -> bool {
    let (key, all) = match condition {
        Condition::Expression(source) => return expression(check, source, at, named),
        Condition::Not { not } => return parts(check, not, &format!("{at}/not"), named),
        Condition::All { all } => ("all", all),
        Condition::Any { any } => ("any", any),
    };
    let mut sound = true;
    for (i, part) in all.iter().enumerate() {
        sound &= parts(check, part, &format!("{at}/{key}/{i}"), named);
    }
    sound
}

fn expression<'a>(
    check: &mut Check<'a>,
    source: &str,
    at: &str,
    named: &mut BTreeMap<String, Named<'a>>,
) -> bool {
    let expression = match Expression::parse(source) {
        Ok(expression) => expression,
        Err(error) => return refused(check, source, at, &error),
    };
    if let Some(name) = expression.answered().first() {
        let message = "`answered` asks about one form; a programme has stages".to_owned();
        let suggestion = Some("write `<stage>.complete`".to_owned());
        let error = ParseError { message, offset: name.offset, suggestion };
        return refused(check, source, at, &error);
    }
    let mut sound = true;
    for name in expression.names() {
        match names::named(check.programme, check.forms, &name.path) {
            Ok(it) => drop(named.insert(name.path.clone(), it)),
            Err(it) => {
                check
                    .findings
                    .add_inside(&codes::UNKNOWN_NAME, at, name.offset, it.message)
                    .suggestion = it.suggestion;
                sound = false;
            }
        }
    }
    let question = |name: &str| named.get(name).map(|it| &it.question);
    let kind = |name: &str| question(name).map_or(Type::Any, type_of);
    if let Err(error) = analysis::type_of(source, &kind) {
        return refused(check, source, at, &error);
    }
    for it in literals::unknown(source, &question) {
        check.findings.add_inside(&codes::UNKNOWN_NAME, at, it.offset, it.message).suggestion =
            it.suggestion;
        sound = false;
    }
    sound
}

/// Notes that the expression `source` is refused; it is not sound.
fn refused(check: &mut Check<'_>, source: &str, at: &str, error: &ParseError) -> bool {
    let message = format!("in `{source}`: {}", error.message);
    check.findings.add_inside(&codes::EXPRESSION, at, error.offset, message).suggestion =
        error.suggestion.clone();
    false
}
