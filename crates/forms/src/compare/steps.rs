//! Steps of two versions of a form, side by side, with their questions, options and columns.

use std::borrow::Cow;

use model::comparison::{Action, Change, ChangedPart, Impact, Thing};
use model::form::{Choice, Form, Kind, Question, Step};
use model::keywords::CriterionSpec;
use serde_json::{Map, Value};

use super::impact::{Bearing, of_criterion, of_question};
use super::moves::displaced;
use super::{About, Comparing, Side};
use crate::limits;

/// The rubrics of a criterion.
const RUBRICS: [&str; 10] = [
    "levels",
    "half_points",
    "count",
    "ladder",
    "yes_no",
    "cutoffs",
    "curve",
    "points",
    "rows",
    "formula",
];

/// Keywords of a schema that are compared by what they mean, or say nothing about answers.
const TOLD_ELSEWHERE: [&str; 10] = [
    "properties",
    "required",
    "items",
    "oneOf",
    "enum",
    "x-criterion",
    "x-form",
    "x-order",
    "x-id",
    "$defs",
];

type Object = Map<String, Value>;

impl Comparing<'_> {
    /// What changed step by step: the steps as they are, then those that are gone.
    pub(super) fn steps(&self) -> Vec<ChangedPart> {
        let (old, new) = (&self.before.form.form.steps, &self.after.form.form.steps);
        let mut parts: Vec<ChangedPart> = new
            .iter()
            .map(|step| match old.iter().find(|it| it.id == step.id) {
                Some(before) => self.step(before, step),
                None => self.whole(self.after, step, Action::Added),
            })
            .collect();
        let gone = old.iter().filter(|it| new.iter().all(|step| step.id != it.id));
        parts.extend(gone.map(|it| self.whole(self.before, it, Action::Removed)));
        let ids = |steps: &[Step]| steps.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
        let (old, new) = (ids(old), ids(new));
        for at in displaced(&old, &new) {
            let about = About::new(Thing::Step, &new[at], &parts[at].title);
            parts[at].changes.insert(0, moved(about, &old, &new, at));
        }
        parts
    }

    /// A step that came or went, with its questions.
    fn whole(&self, side: &Side<'_>, step: &Step, action: Action) -> ChangedPart {
        let title = step_title(side.texts, &step.id);
        let about = About::new(Thing::Step, &step.id, &title);
        let mut changes = vec![about.change(action, Impact::KeepsScores)];
        match action {
            Action::Added => changes.extend(self.questions(step)),
            _ => changes.extend(self.removed(step)),
        }
        ChangedPart { step: Some(step.id.clone()), title, changes }
    }

    fn step(&self, before: &Step, after: &Step) -> ChangedPart {
        let title = step_title(self.after.texts, &after.id);
        let about = About::new(Thing::Step, &after.id, &title);
        let bears = after.questions.iter().any(|it| self.bearing(it) != Bearing::Nothing);
        let bearing = if bears { Bearing::Steers } else { Bearing::Nothing };
        let mut changes = Vec::new();
        if !after.id.is_empty() {
            let (old, new) = (schema(self.before, &after.id), schema(self.after, &after.id));
            changes.extend(
                self.keywords(&about, &told(&old), &told(&new), &|it| of_question(it, bearing)),
            );
        }
        changes.extend(self.questions(after));
        changes.extend(self.removed(before));
        let old: Vec<&str> = before.questions.iter().map(|it| self.moves.now(&it.path)).collect();
        let new: Vec<&str> = after.questions.iter().map(|it| it.path.as_str()).collect();
        for at in displaced(&old, &new) {
            changes.push(moved(self.about(&after.questions[at]), &old, &new, at));
        }
        ChangedPart { step: Some(after.id.clone()), title, changes }
    }

    /// What changed in the questions that a step has.
    fn questions(&self, after: &Step) -> Vec<Change> {
        let mut changes = Vec::new();
        for it in &after.questions {
            let about = self.about(it);
            let from = self.moves.from(&it.path);
            match self.before.form.form.question(from.unwrap_or(&it.path)) {
                None => {
                    let bearing = bearing(self.after, it);
                    changes.push(about.change(Action::Added, bearing.of_presence()));
                }
                Some(old) => {
                    changes.extend(from.map(|from| self.moved_to(&about, from, it)));
                    changes.extend(self.question(&about, old, it));
                }
            }
        }
        changes
    }

    /// That a question has another place; in another step it may be asked of others.
    fn moved_to(&self, about: &About, from: &str, question: &Question) -> Change {
        let visible = |side: &Side<'_>, path: &str| {
            let step = side.form.index_of(path).map(|it| side.form.step(it));
            step.and_then(|it| it.visible.clone())
        };
        let same = visible(self.before, from) == visible(self.after, &question.path);
        let impact = if same { Impact::KeepsScores } else { self.bearing(question).may() };
        Change {
            before: Some(from.to_owned()),
            after: Some(question.path.clone()),
            ..about.change(Action::Moved, impact)
        }
    }

    /// The questions that are gone from a step, and stand nowhere else.
    fn removed(&self, before: &Step) -> Vec<Change> {
        let is_gone =
            |it: &&Question| self.after.form.form.question(self.moves.now(&it.path)).is_none();
        let gone = |it: &Question| {
            let about = About::new(Thing::Question, &it.path, title(self.before, it));
            about.change(Action::Removed, bearing(self.before, it).of_presence())
        };
        before.questions.iter().filter(is_gone).map(gone).collect()
    }

    fn question(&self, about: &About, before: &Question, after: &Question) -> Vec<Change> {
        let bearing = self.bearing(after);
        let (old, new) = (schema(self.before, &before.path), schema(self.after, &after.path));
        let mut changes = self.asked(about, (before, &old), (after, &new), bearing);
        changes.extend(self.criterion(about, before, after));
        changes.extend(self.options(about, before, after, bearing));
        if let (Kind::Table(before_columns), Kind::Table(after_columns)) =
            (&before.kind, &after.kind)
        {
            changes.extend(self.columns((before, before_columns), (after, after_columns)));
        }
        changes
    }

    /// What changed in what is asked: keywords, and whether an answer is required.
    fn asked(
        &self,
        about: &About,
        (before, old): (&Question, &Object),
        (after, new): (&Question, &Object),
        bearing: Bearing,
    ) -> Vec<Change> {
        let with_required = |schema: &Object, required: bool| {
            let mut told = told(schema);
            told.insert("required".to_owned(), required.into());
            told
        };
        let (old, new) = (with_required(old, before.required), with_required(new, after.required));
        self.keywords(about, &old, &new, &|it| of_question(it, bearing))
    }

    fn criterion(&self, about: &About, before: &Question, after: &Question) -> Vec<Change> {
        match (&before.criterion, &after.criterion) {
            (None, None) => Vec::new(),
            (Some(old), Some(new)) => self.keywords(
                about,
                &criterion_keywords(old),
                &criterion_keywords(new),
                &of_criterion,
            ),
            (old, new) => {
                let shown = |it: &Option<CriterionSpec>| {
                    it.as_ref().map(|it| Value::Object(criterion_keywords(it)))
                };
                let change = about.change(Action::Changed, Impact::MovesScores);
                let (old, new) = (shown(old), shown(new));
                vec![self.worded(about, change, "x-criterion", old.as_ref(), new.as_ref())]
            }
        }
    }

    fn options(
        &self,
        question: &About,
        before: &Question,
        after: &Question,
        bearing: Bearing,
    ) -> Vec<Change> {
        let (old, new) = (choices(&before.kind), choices(&after.kind));
        let (old_path, new_path) = (&before.path, &after.path);
        let about = |side: &Side<'_>, path: &str, it: &Choice| {
            let title = localised(side, question.table.as_deref(), path)
                .and_then(|texts| choices(&texts.kind).iter().find(|other| other.value == it.value))
                .map_or_else(|| it.title.clone(), |it| it.title.clone());
            About {
                within: Some(question.title.clone()),
                ..About::new(Thing::Option, format!("{}[{}]", question.place, it.key()), title)
            }
        };
        let mut changes = Vec::new();
        for it in new {
            let about = about(self.after, new_path, it);
            match old.iter().find(|other| other.value == it.value) {
                None => changes.push(about.change(Action::Added, bearing.may())),
                Some(before) => {
                    let wording = |_: &str| Impact::OnlyWording;
                    changes.extend(self.keywords(
                        &about,
                        &texts_of(before),
                        &texts_of(it),
                        &wording,
                    ));
                }
            }
        }
        for it in old.iter().filter(|it| new.iter().all(|other| other.value != it.value)) {
            changes.push(about(self.before, old_path, it).change(Action::Removed, bearing.may()));
        }
        let keys = |all: &[Choice]| all.iter().map(Choice::key).collect::<Vec<_>>();
        let (old_keys, new_keys) = (keys(old), keys(new));
        for at in displaced(&old_keys, &new_keys) {
            let about = about(self.after, new_path, &new[at]);
            let change = moved(about, &old_keys, &new_keys, at);
            changes.push(Change { impact: Impact::OnlyWording, ..change });
        }
        changes
    }

    fn columns(
        &self,
        (before, old): (&Question, &[Question]),
        (after, new): (&Question, &[Question]),
    ) -> Vec<Change> {
        let bearing = |side: &Side<'_>, table: &Question, column: &Question| {
            let rule = table.row.as_ref();
            let scores = rule.is_some_and(|it| {
                it.columns.contains_key(&column.path) || it.exclude.as_ref() == Some(&column.path)
            });
            match bearing(side, table) {
                Bearing::Counts if scores => Bearing::Counts,
                Bearing::Nothing => Bearing::Nothing,
                _ => Bearing::Steers,
            }
        };
        let about = |side: &Side<'_>, table: &Question, column: &Question| About {
            within: Some(title(side, table)),
            table: Some(table.path.clone()),
            ..About::new(
                Thing::Column,
                format!("{}.{}", table.path, column.path),
                localised(side, Some(&table.path), &column.path)
                    .map_or_else(|| column.title.clone(), |it| it.title.clone()),
            )
        };
        let of = |side: &Side<'_>, table: &Question, column: &Question| {
            let document = &side.form.form.document;
            limits::schema(document, &table.path, Some(&column.path))
                .map(Cow::into_owned)
                .unwrap_or_default()
        };
        let mut changes = Vec::new();
        for it in new {
            let about = about(self.after, after, it);
            let bears = bearing(self.after, after, it);
            match old.iter().find(|other| other.path == it.path) {
                None => changes.push(about.change(Action::Added, bears.may())),
                Some(column) => {
                    let (old, new) = (of(self.before, before, column), of(self.after, after, it));
                    changes.extend(self.asked(&about, (column, &old), (it, &new), bears));
                    changes.extend(self.options(&about, column, it, bears));
                }
            }
        }
        for it in old.iter().filter(|it| new.iter().all(|other| other.path != it.path)) {
            let impact = bearing(self.before, before, it).may();
            changes.push(about(self.before, before, it).change(Action::Removed, impact));
        }
        let names = |all: &[Question]| all.iter().map(|it| it.path.clone()).collect::<Vec<_>>();
        let (old_names, new_names) = (names(old), names(new));
        for at in displaced(&old_names, &new_names) {
            changes.push(moved(about(self.after, after, &new[at]), &old_names, &new_names, at));
        }
        changes
    }

    fn about(&self, question: &Question) -> About {
        About::new(Thing::Question, &question.path, title(self.after, question))
    }

    /// How a question that is there bears on scores, in either form.
    fn bearing(&self, question: &Question) -> Bearing {
        let from = self.moves.from(&question.path).unwrap_or(&question.path);
        let before = self.before.form.form.question(from).map(|it| bearing(self.before, it));
        match (before, bearing(self.after, question)) {
            (Some(Bearing::Counts), _) | (_, Bearing::Counts) => Bearing::Counts,
            (Some(Bearing::Steers), _) | (_, Bearing::Steers) => Bearing::Steers,
            _ => Bearing::Nothing,
        }
    }
}

fn bearing(side: &Side<'_>, question: &Question) -> Bearing {
    let steers = || side.form.index_of(&question.path).is_some_and(|it| side.form.steers(it));
    match &question.criterion {
        Some(_) => Bearing::Counts,
        None if steers() => Bearing::Steers,
        None => Bearing::Nothing,
    }
}

/// The title of a question, in the language of `side`.
fn title(side: &Side<'_>, question: &Question) -> String {
    side.texts.question(&question.path).unwrap_or(question).title.clone()
}

/// That an entry of a list stands elsewhere in it; places are counted from 1.
pub(super) fn moved<T: PartialEq>(about: About, before: &[T], after: &[T], at: usize) -> Change {
    let was = before.iter().position(|it| *it == after[at]).unwrap_or_default();
    Change {
        keyword: Some("order".to_owned()),
        before: Some((was + 1).to_string()),
        after: Some((at + 1).to_string()),
        ..about.change(Action::Moved, Impact::KeepsScores)
    }
}

/// The keywords of a criterion, its rubric as one.
fn criterion_keywords(spec: &CriterionSpec) -> Object {
    let mut keywords = object(spec);
    let rubric = RUBRICS.iter().find_map(|it| Some((*it, keywords.shift_remove(*it)?)));
    if let Some(("formula", formula)) = rubric {
        keywords.insert("formula".to_owned(), formula);
    } else if let Some((name, value)) = rubric {
        keywords.insert("rubric".to_owned(), serde_json::json!({ name: value }));
    }
    keywords
}

pub(super) fn object<T: serde::Serialize>(value: &T) -> Object {
    match serde_json::to_value(value) {
        Ok(Value::Object(object)) => object,
        _ => Object::new(),
    }
}

fn texts_of(choice: &Choice) -> Object {
    let mut texts = Object::new();
    texts.insert("title".to_owned(), choice.title.clone().into());
    if let Some(description) = &choice.description {
        texts.insert("description".to_owned(), description.clone().into());
    }
    texts
}

fn choices(kind: &Kind) -> &[Choice] {
    match kind {
        Kind::Choice(choices) | Kind::Choices(choices) => choices,
        _ => &[],
    }
}

fn schema(side: &Side<'_>, path: &str) -> Object {
    limits::schema(&side.form.form.document, path, None).map(Cow::into_owned).unwrap_or_default()
}

/// The keywords of `schema` that are compared as they are.
pub(super) fn told(schema: &Object) -> Object {
    let told = schema.iter().filter(|(key, _)| !TOLD_ELSEWHERE.contains(&key.as_str()));
    told.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// A question, or a column of `table`, in the language of `side`.
fn localised<'s>(side: &'s Side<'_>, table: Option<&str>, path: &str) -> Option<&'s Question> {
    let Some(table) = table else { return side.texts.question(path) };
    match &side.texts.question(table)?.kind {
        Kind::Table(columns) => columns.iter().find(|it| it.path == path),
        _ => None,
    }
}

fn step_title(texts: &Form, id: &str) -> String {
    let step = texts.steps.iter().find(|it| it.id == id);
    step.map(|it| it.title.as_str()).filter(|it| !it.is_empty()).unwrap_or(&texts.title).to_owned()
}
