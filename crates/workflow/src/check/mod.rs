//! Checks of a programme that nobody has begun yet: what would go wrong on the way.

mod conditions;
mod profile;
mod references;
mod stages;
mod ways;

use std::collections::BTreeMap;

use expressions::analysis::nearest;
use expressions::{Expression, Test};
use forms::build::Findings;
use forms::check::{sort, translations};
use forms::resolve::Origins;
use forms::{Files, PreparedForm, codes, translate};
use model::programme::{Stage, StartFrom};
use model::{Condition, Finding, Programme, Severity};

/// The forms a programme may name, by id; `None` where a form has errors.
pub type Forms = BTreeMap<String, Option<PreparedForm>>;

/// What is looked at together: a programme, its forms, and what was found so far.
struct Check<'a> {
    programme: &'a Programme,
    forms: &'a Forms,
    findings: Findings<'a>,
}

/// Everything that can be found in the programme at `path` before anybody has begun it.
pub fn check(files: &Files, path: &str, forms: &Forms) -> Vec<Finding> {
    let programme = match crate::read(files, path) {
        Ok(programme) => programme,
        Err(findings) => return findings,
    };
    let origins = Origins::of(path);
    let findings = Findings::new(files, &origins);
    let mut check = Check { programme: &programme, forms, findings };
    references::check(&mut check);
    stages::check(&mut check);
    let tests = conditions::check(&mut check);
    ways::check(&mut check, &tests);
    profile::check(&mut check);
    let mut found = std::mem::take(&mut check.findings.list);
    found.extend(translated(files, path, &programme, forms));
    sort(&mut found);
    found
}

/// The compiled conditions and facts of a programme.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// Per transition, the condition of its gate.
    pub(crate) gates: Vec<Option<Test>>,
    /// Per stage, its facts.
    pub(crate) facts: Vec<BTreeMap<String, Expression>>,
}

/// Compiles `programme` without looking into its forms; otherwise every error that keeps it from
/// being run.
pub(crate) fn compile(programme: &Programme) -> Result<Compiled, Vec<Finding>> {
    let (files, forms) = (Files::default(), Forms::new());
    let origins = Origins::of("programme.json");
    let findings = Findings::new(&files, &origins);
    let mut check = Check { programme, forms: &forms, findings };
    if programme.stages.is_empty() {
        check.findings.add(&codes::WRONG_SHAPE, "/stages", "a programme has at least one stage");
    }
    references::check(&mut check);
    stages::check(&mut check);
    let mut gates: Vec<Option<Test>> = programme.transitions.iter().map(|_| None).collect();
    for it in conditions::gates(&mut check) {
        if let Some(gate) = it.transition.and_then(|it| gates.get_mut(it)) {
            *gate = Some(it.test);
        }
    }
    let facts = check.stages().map(|(at, stage)| facts(&mut check, &at, stage)).collect();
    let mut found = std::mem::take(&mut check.findings.list);
    found.retain(|it| it.severity == Severity::Error && it.code != codes::UNKNOWN_FORM.name);
    if found.is_empty() { Ok(Compiled { gates, facts }) } else { Err(found) }
}

/// The compiled facts of `stage`, which stands at `at`.
fn facts(check: &mut Check<'_>, at: &str, stage: &Stage) -> BTreeMap<String, Expression> {
    let mut facts = BTreeMap::new();
    for (id, source) in &stage.facts {
        let condition = Condition::Expression(source.clone());
        let read = conditions::read(check, &condition, &format!("{at}/facts/{id}"));
        if let Some((Test::Expression(fact), _)) = read {
            facts.insert(id.clone(), fact);
        }
    }
    facts
}

/// What is missing from the translations of the programme, and of its forms.
fn translated(files: &Files, path: &str, programme: &Programme, forms: &Forms) -> Vec<Finding> {
    let (translations, mut found) = translate::beside(files, path);
    let mut own = programme.clone();
    let texts: Vec<(String, String)> =
        own.texts().into_iter().map(|(place, text)| (place, text.clone())).collect();
    found.extend(translations::compare(&texts, &translations, files, path, "programme"));
    let languages = || std::iter::once(&programme.language).chain(translations.keys());
    for form in programme.forms().into_iter().filter_map(|it| forms.get(it)?.as_ref()) {
        let known = form.languages();
        for language in languages().filter(|it| !known.contains(&it.as_str())) {
            let message =
                format!("the form `{}` is not written in `{language}`", form.form.meta.id);
            let place = forms::json::whole(path);
            found.push(codes::MISSING_TRANSLATION.finding(place, message));
        }
    }
    found
}

impl<'a> Check<'a> {
    /// The stages, each with its pointer.
    fn stages(&self) -> impl Iterator<Item = (String, &'a Stage)> + use<'a> {
        let stages = self.programme.stages.iter().enumerate();
        stages.map(|(i, it)| (format!("/stages/{i}"), it))
    }

    /// The form with this id, if it can be used.
    fn form(&self, id: &str) -> Option<&'a PreparedForm> {
        self.forms.get(id)?.as_ref()
    }
}

/// "did you mean …?", where one of `known` looks like `word`.
fn meant<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    nearest(word, known).map(|it| format!("did you mean `{it}`?"))
}

/// Where the stage that `start` names stands, at the stage at `at`.
fn start_from(at: &str, start: &StartFrom) -> String {
    let key = match start {
        StartFrom::MedianOf(_) => "median_of",
        StartFrom::LatestOf(_) => "latest_of",
    };
    format!("{at}/start_from/{key}")
}
