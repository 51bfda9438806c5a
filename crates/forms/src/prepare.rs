//! A form made ready: expressions compiled, names resolved, order of evaluation known.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use expressions::analysis::{self, Type, nearest};
use expressions::{Expression, ParseError, Sentences, Template, Test};
use jsonschema::Validator;
use model::form::{Form, Kind, Question, Step};
use model::{Condition, Finding};
use serde_json::Value;

use crate::build::{Findings, build, record_id};
use crate::canonical;
use crate::check::{literals, rules};
use crate::codes;
use crate::files::Files;
use crate::json::{self, MOST_LEVELS, escape};
use crate::order;
use crate::resolve::{Origins, resolve};
use crate::translate::{self, Translation};
use crate::validate::validator;

/// A form that is ready to be answered and scored.
pub struct PreparedForm {
    /// The form, in the language of its inline texts.
    pub form: Form,
    /// SHA-256 of the resolved document in canonical JSON, as `sha256:…`.
    pub hash: String,
    /// Its translations, by language.
    pub translations: BTreeMap<String, Translation>,
    /// Per question, in document order.
    pub logic: Vec<QuestionLogic>,
    /// Per gate, in the form's order: when it acts.
    pub gates: Vec<Test>,
    /// Per indicator, in the form's order.
    pub indicators: Vec<IndicatorLogic>,
    /// Per narrative, in the form's order.
    pub narratives: Vec<Option<Test>>,
    pub(crate) validator: Validator,
    pub(crate) step_visible: Vec<Option<Test>>,
    /// Per question: its step and its place in the step.
    pub(crate) places: Vec<(usize, usize)>,
    /// The order in which visibility and values can be worked out.
    pub(crate) order: Vec<usize>,
    pub(crate) index: HashMap<String, usize>,
    /// Per question: whether a condition, a value or points rest on its answer.
    pub(crate) steers: Vec<bool>,
    /// Per question: those whose visibility or value rests on its answer, however indirectly, in
    /// the order in which they can be worked out.
    pub(crate) dependents: Vec<Vec<usize>>,
    /// The form with its texts in other languages, by language.
    texts: BTreeMap<String, Form>,
    /// The narratives in every language, ready to be told.
    sentences: Sentences,
}

impl std::fmt::Debug for PreparedForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PreparedForm").field("id", &self.form.meta.id).finish_non_exhaustive()
    }
}

/// The compiled expressions of a question.
#[derive(Debug, Default)]
pub struct QuestionLogic {
    /// When it is asked.
    pub visible: Option<Test>,
    /// What gives its value.
    pub calculated: Option<Expression>,
    /// What else must hold for the top level of a count.
    pub top_when: Option<Test>,
    /// What gives its points.
    pub formula: Option<Expression>,
    /// What gives the values of calculated columns, by column.
    pub columns: Vec<(String, Expression)>,
}

/// The compiled expressions of an indicator.
#[derive(Debug)]
pub struct IndicatorLogic {
    /// When it is shown.
    pub when: Option<Test>,
    /// What gives its value.
    pub formula: Expression,
}

/// What came of loading a form.
#[derive(Debug)]
pub struct Loaded {
    /// The form; absent when a finding is an error.
    pub form: Option<PreparedForm>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// Where the parts of the form came from.
    pub origins: Origins,
}

impl PreparedForm {
    /// The question with this index, in document order.
    pub fn question(&self, index: usize) -> &Question {
        let (step, question) = self.places[index];
        &self.form.steps[step].questions[question]
    }

    /// The step of the question with this index.
    pub fn step(&self, index: usize) -> &Step {
        &self.form.steps[self.places[index].0]
    }

    /// How many questions there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are no questions.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The index of the question at `path`.
    pub fn index_of(&self, path: &str) -> Option<usize> {
        self.index.get(path).copied()
    }

    /// The index of the question that an expression's `name` leads to.
    pub fn named(&self, name: &str) -> Option<usize> {
        let mut dots = name.match_indices('.').map(|(at, _)| at);
        let first = dots.next().unwrap_or(name.len());
        let second = dots.next().unwrap_or(name.len());
        self.index_of(&name[..second]).or_else(|| self.index_of(&name[..first]))
    }

    /// Whether what is asked, a calculated value, a gate or other points rest on the answer to
    /// the question with this index.
    pub fn steers(&self, index: usize) -> bool {
        self.steers[index]
    }

    /// The languages the form can be read in, its own first.
    pub fn languages(&self) -> Vec<&str> {
        let own = self.form.meta.language.as_str();
        std::iter::once(own).chain(self.translations.keys().map(String::as_str)).collect()
    }

    /// The form with its texts in `language`; `None` when it is not translated to it.
    pub fn localised(&self, language: &str) -> Option<&Form> {
        match language == self.form.meta.language {
            true => Some(&self.form),
            false => self.texts.get(language),
        }
    }

    /// The form with its texts in `language`, or in its own where it is not translated to it.
    pub fn texts(&self, language: &str) -> &Form {
        self.localised(language).unwrap_or(&self.form)
    }

    /// `language` where the form is written in it, otherwise the form's own.
    pub fn language<'a>(&'a self, language: &'a str) -> &'a str {
        match self.localised(language) {
            Some(_) => language,
            None => &self.form.meta.language,
        }
    }

    /// What the narrative with this index says in `language` of what is in `context`, or why it
    /// cannot be told.
    pub fn narrate(
        &self,
        index: usize,
        language: &str,
        context: minijinja::Value,
    ) -> Result<String, String> {
        self.sentences.say(&sentence(language, index), context)
    }
}

/// Loads the form at `path` of `files`: reads, resolves, checks its rules, compiles.
pub fn load(files: &Files, path: &str) -> Loaded {
    let (resolved, mut found) = resolve(files, path);
    let Some(resolved) = resolved else {
        return Loaded { form: None, findings: found, origins: Origins::of(path) };
    };
    let (translations, more) = translate::read(files, path, &resolved);
    found.extend(more);
    let mut findings = Findings::new(files, &resolved.origins);
    let mut document = canonical::numbers(&resolved.document).into_owned();
    record_id(&mut document, path);
    order::record(&mut document);
    let form = prepare_document(&document, translations, &mut findings);
    found.append(&mut findings.list);
    let failed = found.iter().any(|it| it.severity == model::Severity::Error);
    Loaded { form: form.filter(|_| !failed), findings: found, origins: resolved.origins }
}

/// Prepares a resolved document, for example one kept in a database.
pub fn prepare(
    document: &Value,
    translations: BTreeMap<String, Translation>,
) -> Result<PreparedForm, Vec<Finding>> {
    let (files, origins) = (Files::default(), Origins::of("form.json"));
    let mut findings = Findings::new(&files, &origins);
    let mut document = canonical::numbers(document).into_owned();
    order::restore(&mut document);
    order::record(&mut document);
    let form = prepare_document(&document, translations, &mut findings);
    match form.filter(|_| !findings.any_error()) {
        Some(form) => Ok(form),
        None => Err(findings.list),
    }
}

fn prepare_document(
    document: &Value,
    translations: BTreeMap<String, Translation>,
    findings: &mut Findings<'_>,
) -> Option<PreparedForm> {
    if let Some(at) = json::too_deep(document, MOST_LEVELS) {
        let message = format!("the form is nested more than {MOST_LEVELS} deep");
        findings.add(&codes::NESTED_TOO_DEEPLY, &at, message);
        return None;
    }
    let validator = validator(document, findings);
    let form = build(document, findings)?;
    rules::check(&form, findings);
    let places: Vec<(usize, usize)> = form
        .steps
        .iter()
        .enumerate()
        .flat_map(|(s, step)| (0..step.questions.len()).map(move |q| (s, q)))
        .collect();
    let index = places
        .iter()
        .enumerate()
        .map(|(i, (s, q))| (form.steps[*s].questions[*q].path.clone(), i))
        .collect();
    let compiled = Compiler { form: &form, index: &index, findings }.compile();
    let mut prepared = PreparedForm {
        hash: canonical::hash(document),
        translations,
        logic: compiled.logic,
        gates: compiled.gates,
        indicators: compiled.indicators,
        narratives: compiled.narratives,
        validator: validator?,
        step_visible: compiled.step_visible,
        places,
        order: Vec::new(),
        steers: Vec::new(),
        dependents: Vec::new(),
        texts: BTreeMap::new(),
        sentences: Sentences::default(),
        index,
        form,
    };
    if findings.any_error() {
        return None;
    }
    prepared.order = order(&prepared, findings)?;
    prepared.steers = steers(&prepared);
    prepared.dependents = dependents(&prepared);
    prepared.texts = texts(&prepared);
    prepared.sentences = sentences(&prepared);
    Some(prepared)
}

/// The JSON Pointer of the question or step at `path` in a resolved document.
pub fn pointer(path: &str) -> String {
    path.split('.')
        .filter(|it| !it.is_empty())
        .map(|it| format!("/properties/{}", escape(it)))
        .collect()
}

struct Compiled {
    logic: Vec<QuestionLogic>,
    step_visible: Vec<Option<Test>>,
    gates: Vec<Test>,
    indicators: Vec<IndicatorLogic>,
    narratives: Vec<Option<Test>>,
}

/// Which results an expression may name besides answers and facts.
#[derive(Clone, Copy, Debug, Default)]
struct Allowed<'a> {
    row: Option<&'a Question>,
    score: bool,
    indicators: bool,
}

struct Compiler<'a, 'f, 'p> {
    form: &'a Form,
    index: &'a HashMap<String, usize>,
    findings: &'f mut Findings<'p>,
}

impl Compiler<'_, '_, '_> {
    fn compile(mut self) -> Compiled {
        let form = self.form;
        let step_visible = form
            .steps
            .iter()
            .map(|step| {
                let at = format!("{}/x-visible", pointer(&step.id));
                step.visible.as_ref().and_then(|it| self.test(it, &at, Allowed::default()))
            })
            .collect();
        let logic = form.questions().map(|(_, it)| self.question(it)).collect();
        let mut gates = Vec::new();
        for (i, gate) in form.meta.gates.iter().enumerate() {
            let row = match &gate.effect {
                model::keywords::Effect::ExcludeRow(table) => form.question(table),
                _ => None,
            };
            let at = format!("/x-form/gates/{i}/when");
            gates.extend(self.test(&gate.when, &at, Allowed { row, ..Allowed::default() }));
        }
        let results = Allowed { score: true, ..Allowed::default() };
        let mut indicators = Vec::new();
        for (i, indicator) in form.meta.indicators.iter().enumerate() {
            let at = format!("/x-form/indicators/{i}");
            let when = indicator
                .when
                .as_ref()
                .and_then(|it| self.test(it, &format!("{at}/when"), results));
            let formula = self.expression(&indicator.formula, &format!("{at}/formula"), results);
            indicators.extend(formula.map(|formula| IndicatorLogic { when, formula }));
        }
        let all = Allowed { indicators: true, ..results };
        let mut narratives = Vec::new();
        for (i, narrative) in form.meta.narratives.iter().enumerate() {
            let at = format!("/x-form/narratives/{i}");
            narratives.push(
                narrative.when.as_ref().and_then(|it| self.test(it, &format!("{at}/when"), all)),
            );
            self.template(&narrative.text, &format!("{at}/text"), all);
        }
        Compiled { logic, step_visible, gates, indicators, narratives }
    }

    fn question(&mut self, question: &Question) -> QuestionLogic {
        let at = pointer(&question.path);
        let none = Allowed::default();
        let visible = question
            .visible
            .as_ref()
            .and_then(|it| self.test(it, &format!("{at}/x-visible"), none));
        let calculated = question
            .calculated
            .as_ref()
            .and_then(|it| self.expression(it, &format!("{at}/x-calculated"), none));
        let criterion = question.criterion.as_ref();
        let top_when = criterion
            .and_then(|it| it.top_when.as_ref())
            .and_then(|it| self.test(it, &format!("{at}/x-criterion/top_when"), none));
        let formula = criterion
            .and_then(|it| it.formula.as_ref())
            .and_then(|it| self.expression(it, &format!("{at}/x-criterion/formula"), none));
        let mut columns = Vec::new();
        if let Kind::Table(all) = &question.kind {
            for column in all {
                let Some(source) = &column.calculated else { continue };
                let at = format!("{at}/items/properties/{}/x-calculated", column.path);
                let row = Allowed { row: Some(question), ..none };
                let compiled = self.expression(source, &at, row);
                columns.extend(compiled.map(|it| (column.path.clone(), it)));
            }
            columns = self.in_order(columns, &at);
        }
        QuestionLogic { visible, calculated, top_when, formula, columns }
    }

    /// `columns` so that each comes after those it is calculated from; a cycle is a finding.
    fn in_order(
        &mut self,
        columns: Vec<(String, Expression)>,
        at: &str,
    ) -> Vec<(String, Expression)> {
        let place = |name: &str| columns.iter().position(|(column, _)| column == name);
        let needs: Vec<Vec<usize>> = columns
            .iter()
            .map(|(_, it)| {
                it.names().iter().filter_map(|it| place(it.path.strip_prefix("row.")?)).collect()
            })
            .collect();
        match sorted(&needs) {
            Ok(order) => {
                let mut columns: Vec<_> = columns.into_iter().map(Some).collect();
                order.into_iter().filter_map(|it| columns[it].take()).collect()
            }
            Err(cycle) => {
                let names: Vec<&str> = cycle.iter().map(|it| columns[*it].0.as_str()).collect();
                let at = format!("{at}/items/properties/{}/x-calculated", names[0]);
                self.findings.add(&codes::CYCLE, &at, depends_on_itself(&names));
                columns
            }
        }
    }

    fn test(&mut self, condition: &Condition, at: &str, allowed: Allowed<'_>) -> Option<Test> {
        self.parts(condition, at, allowed).then(|| Test::parse(condition).ok()).flatten()
    }

    /// Whether every expression in `condition` is sound; each finding stands at its expression.
    fn parts(&mut self, condition: &Condition, at: &str, allowed: Allowed<'_>) -> bool {
        let (key, parts) = match condition {
            Condition::Expression(source) => {
                return self.expression(source, at, allowed).is_some();
            }
            Condition::Not { not } => return self.parts(not, &format!("{at}/not"), allowed),
            Condition::All { all } => ("all", all),
            Condition::Any { any } => ("any", any),
        };
        let mut sound = true;
        for (i, part) in parts.iter().enumerate() {
            sound &= self.parts(part, &format!("{at}/{key}/{i}"), allowed);
        }
        sound
    }

    fn expression(&mut self, source: &str, at: &str, allowed: Allowed<'_>) -> Option<Expression> {
        let expression = match Expression::parse(source) {
            Ok(expression) => expression,
            Err(error) => {
                self.refused(source, at, &error);
                return None;
            }
        };
        let mut sound = true;
        for name in expression.names() {
            sound &= self.name(&name.path, name.offset, at, allowed);
        }
        for name in expression.answered() {
            let is_fact = name
                .path
                .strip_prefix("facts.")
                .is_some_and(|id| self.form.meta.facts.iter().any(|it| it.id == id));
            if !is_fact && !self.index.contains_key(&name.path) {
                self.unknown(&name.path, name.offset, at, allowed);
                sound = false;
            }
        }
        if let Err(error) = analysis::type_of(source, &|name| self.type_of(name, allowed)) {
            self.refused(source, at, &error);
            sound = false;
        }
        for it in literals::unknown(source, &|name| self.meant(name, allowed)) {
            self.findings.add_inside(&codes::UNKNOWN_NAME, at, it.offset, it.message).suggestion =
                it.suggestion;
            sound = false;
        }
        sound.then_some(expression)
    }

    fn template(&mut self, source: &str, at: &str, allowed: Allowed<'_>) {
        match Template::parse(source) {
            Ok(template) => {
                for name in template.names() {
                    self.name(name, source.find(name.as_str()).unwrap_or(0), at, allowed);
                }
            }
            Err(error) => self.refused(source, at, &error),
        }
    }

    fn refused(&mut self, source: &str, at: &str, error: &ParseError) {
        let message = format!("in `{source}`: {}", error.message);
        self.findings.add_inside(&codes::EXPRESSION, at, error.offset, message).suggestion =
            error.suggestion.clone();
    }

    /// Whether `name` leads to something that exists here; notes a finding when not.
    fn name(&mut self, name: &str, offset: usize, at: &str, allowed: Allowed<'_>) -> bool {
        let mut parts = name.split('.');
        let (first, second) = (parts.next().unwrap_or_default(), parts.next());
        let meta = &self.form.meta;
        let known = match (first, second) {
            ("row", Some(column)) if allowed.row.is_some() => {
                column == "id" || self.column(allowed, column).is_some()
            }
            ("facts", Some(fact)) => meta.facts.iter().any(|it| it.id == fact),
            ("score", Some("total" | "band" | "points" | "status")) => allowed.score,
            ("score", Some("dimensions")) => {
                let dimension = parts.next();
                allowed.score && meta.dimensions.iter().any(|it| Some(it.id.as_str()) == dimension)
            }
            ("indicators", Some(id)) => {
                allowed.indicators && meta.indicators.iter().any(|it| it.id == id)
            }
            _ => self.question_named(name).is_some(),
        };
        if !known {
            self.unknown(name, offset, at, allowed);
        }
        known
    }

    fn column<'q>(&self, allowed: Allowed<'q>, column: &str) -> Option<&'q Question> {
        match &allowed.row?.kind {
            Kind::Table(columns) => columns.iter().find(|it| it.path == column),
            _ => None,
        }
    }

    fn question_named(&self, name: &str) -> Option<&Question> {
        let head = |parts: usize| {
            let end = name.match_indices('.').nth(parts - 1).map_or(name.len(), |(at, _)| at);
            &name[..end]
        };
        [head(2), head(1)]
            .into_iter()
            .find(|it| self.index.contains_key(*it))
            .and_then(|it| self.form.question(it))
    }

    fn unknown(&mut self, name: &str, offset: usize, at: &str, allowed: Allowed<'_>) {
        let meta = &self.form.meta;
        let (first, rest) = name.split_once('.').unwrap_or((name, ""));
        let (message, known): (String, Vec<&str>) = match first {
            "row" => match allowed.row.map(|it| (it, &it.kind)) {
                Some((table, Kind::Table(columns))) => (
                    format!("`{}` has no column `{rest}`", table.path),
                    columns.iter().map(|it| it.path.as_str()).collect(),
                ),
                _ => ("only columns and gates that exclude rows see a `row`".to_owned(), vec![]),
            },
            "facts" => (
                format!("the form uses no fact `{rest}`"),
                meta.facts.iter().map(|it| it.id.as_str()).collect(),
            ),
            "score" if !allowed.score => {
                ("only indicators and sentences see the `score`".to_owned(), vec![])
            }
            "score" => (format!("the score has no `{rest}`"), vec![]),
            "indicators" if !allowed.indicators => {
                ("only sentences see `indicators`".to_owned(), vec![])
            }
            "indicators" => (
                format!("there is no indicator `{rest}`"),
                meta.indicators.iter().map(|it| it.id.as_str()).collect(),
            ),
            _ if self.form.steps.iter().any(|it| it.id == name) => {
                (format!("`{name}` is a step; an expression names a question in it"), vec![])
            }
            _ => {
                let paths = self.form.questions().map(|(_, it)| it.path.as_str());
                let near = nearest(name, paths).map(|it| format!("did you mean `{it}`?"));
                let message = format!("there is no question `{name}`");
                self.findings.add_inside(&codes::UNKNOWN_NAME, at, offset, message).suggestion =
                    near;
                return;
            }
        };
        let near =
            nearest(rest, known.into_iter()).map(|it| format!("did you mean `{first}.{it}`?"));
        self.findings.add_inside(&codes::UNKNOWN_NAME, at, offset, message).suggestion = near;
    }

    fn type_of(&self, name: &str, allowed: Allowed<'_>) -> Type {
        self.meant(name, allowed).map_or(Type::Any, type_of)
    }

    /// The question or column that `name` is the whole place of.
    fn meant<'q>(&'q self, name: &str, allowed: Allowed<'q>) -> Option<&'q Question> {
        match name.strip_prefix("row.") {
            Some(column) if allowed.row.is_some() => self.column(allowed, column),
            _ => self.question_named(name).filter(|it| it.path == name),
        }
    }
}

/// The type of a question's answers.
pub fn type_of(question: &Question) -> Type {
    match &question.kind {
        Kind::Choice(choices) if choices.iter().all(|it| it.value.is_number()) => Type::Number,
        Kind::Choice(choices) if choices.iter().all(|it| it.value.is_string()) => Type::Text,
        Kind::Choices(_) | Kind::Table(_) => Type::List,
        Kind::YesNo => Type::Boolean,
        Kind::Number { .. } => Type::Number,
        Kind::Text | Kind::Date => Type::Text,
        Kind::Choice(_) | Kind::Other => Type::Any,
    }
}

/// An order in which each question comes after those it depends on; a cycle is a finding.
fn order(form: &PreparedForm, findings: &mut Findings<'_>) -> Option<Vec<usize>> {
    let needs: Vec<Vec<usize>> = (0..form.len()).map(|i| dependencies(form, i)).collect();
    match sorted(&needs) {
        Ok(order) => Some(order),
        Err(cycle) => {
            let names: Vec<&str> =
                cycle.iter().map(|it| form.question(*it).path.as_str()).collect();
            findings.add(&codes::CYCLE, &pointer(names[0]), depends_on_itself(&names));
            None
        }
    }
}

fn depends_on_itself(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
    format!("depends on itself: {}", names.join(" → "))
}

/// An order in which each comes after those it `needs`, or a cycle.
fn sorted(needs: &[Vec<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut order = Vec::with_capacity(needs.len());
    let mut marks = vec![Mark::New; needs.len()];
    for start in 0..needs.len() {
        visit(start, needs, &mut marks, &mut order, &mut Vec::new())?;
    }
    Ok(order)
}

/// Per question, whether anything that bears on the score rests on its answer.
fn steers(form: &PreparedForm) -> Vec<bool> {
    let tests = form
        .gates
        .iter()
        .chain(form.step_visible.iter().flatten())
        .chain(form.logic.iter().flat_map(|it| it.visible.iter().chain(&it.top_when)));
    let values = form.logic.iter().flat_map(|it| {
        it.calculated.iter().chain(&it.formula).chain(it.columns.iter().map(|(_, it)| it))
    });
    let mut steers = vec![false; form.len()];
    for name in tests
        .flat_map(Test::expressions)
        .chain(values)
        .flat_map(|it| it.names().iter().chain(it.answered()))
    {
        if let Some(index) = form.named(&name.path) {
            steers[index] = true;
        }
    }
    steers
}

/// Per question, those that rest on it, directly or through others.
fn dependents(form: &PreparedForm) -> Vec<Vec<usize>> {
    let mut ancestors: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); form.len()];
    let mut dependents = vec![Vec::new(); form.len()];
    for &index in &form.order {
        let mut all = BTreeSet::new();
        for needed in dependencies(form, index) {
            all.insert(needed);
            all.extend(&ancestors[needed]);
        }
        all.iter().for_each(|it| dependents[*it].push(index));
        ancestors[index] = all;
    }
    dependents
}

/// The form in each language that it is translated to.
fn texts(form: &PreparedForm) -> BTreeMap<String, Form> {
    let translations = form.translations.iter();
    translations.map(|(language, it)| (language.clone(), it.apply(&form.form))).collect()
}

/// The narratives of the form in every language.
fn sentences(form: &PreparedForm) -> Sentences {
    let own = (&form.form.meta.language, &form.form);
    let all = std::iter::once(own).chain(&form.texts).flat_map(|(language, texts)| {
        let narratives = texts.meta.narratives.iter().enumerate();
        narratives.map(move |(index, it)| (sentence(language, index), it.text.clone()))
    });
    Sentences::new(all)
}

/// What a narrative is called among the sentences.
fn sentence(language: &str, index: usize) -> String {
    format!("{language}/{index}")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    Open,
    Done,
}

fn visit(
    at: usize,
    needs: &[Vec<usize>],
    marks: &mut [Mark],
    order: &mut Vec<usize>,
    path: &mut Vec<usize>,
) -> Result<(), Vec<usize>> {
    match marks[at] {
        Mark::Done => return Ok(()),
        Mark::Open => {
            let from = path.iter().position(|it| *it == at).unwrap_or(0);
            let mut cycle = path[from..].to_vec();
            cycle.push(at);
            return Err(cycle);
        }
        Mark::New => {}
    }
    marks[at] = Mark::Open;
    path.push(at);
    for next in &needs[at] {
        visit(*next, needs, marks, order, path)?;
    }
    path.pop();
    marks[at] = Mark::Done;
    order.push(at);
    Ok(())
}

/// The expressions that say whether a question is asked, and what its value is.
pub(crate) fn rests_on(form: &PreparedForm, index: usize) -> impl Iterator<Item = &Expression> {
    let logic = &form.logic[index];
    let step = form.step_visible[form.places[index].0].as_ref();
    let tests = step.into_iter().chain(&logic.visible).flat_map(Test::expressions);
    tests.chain(&logic.calculated).chain(logic.columns.iter().map(|(_, it)| it))
}

/// The questions that the visibility and value of a question depend on.
pub(crate) fn dependencies(form: &PreparedForm, index: usize) -> Vec<usize> {
    let own = form.index_of("row");
    let mut needs: Vec<usize> = rests_on(form, index)
        .flat_map(|it| it.names().iter().chain(it.answered()))
        .filter_map(|name| form.named(&name.path))
        .filter(|it| Some(*it) != own)
        .collect();
    needs.sort_unstable();
    needs.dedup();
    needs
}
