//! The steps of a sheet: how far each is, and one with its questions.

use forms::Reading;
use forms::reading::Answer;
use model::form::Step;
use schemars::JsonSchema;
use serde::Serialize;

use super::question::{self, QuestionView};
use crate::guidance::html;
use crate::sheets::{OpenSheet, counts};

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// Nothing is answered.
    Empty,
    /// Something is answered.
    Begun,
    /// Everything needed is answered.
    Done,
    /// Answers were carried forward and are not yet confirmed.
    Review,
    /// Nothing in it is asked.
    Hidden,
}

/// A step in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StepLine {
    /// Its id; empty where a form has only one.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How far it is.
    pub state: StepState,
    /// How many of the questions that count are answered.
    pub answered: u32,
    /// How many are asked.
    pub asked: u32,
}

/// A step with its questions.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StepView {
    /// Its id.
    pub id: String,
    /// Its place among the steps, from 1.
    pub number: usize,
    /// How many steps there are.
    pub count: usize,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub description: Option<String>,
    /// Longer help as HTML.
    pub guidance_html: Option<String>,
    /// Its questions, those not asked too.
    #[serde(skip)]
    pub questions: Vec<QuestionView>,
}

/// The id of a step in addresses: its own, or `form` where a form has only one without a name.
pub fn address(step: &Step) -> &str {
    if step.id.is_empty() { "form" } else { &step.id }
}

/// All steps, in order, with how far each is.
pub fn lines(open: &OpenSheet, reading: &Reading<'_>, language: &str) -> Vec<StepLine> {
    let form = open.form.texts(language);
    let mut indices = 0..reading.form.len();
    form.steps
        .iter()
        .map(|step| {
            let own: Vec<usize> = indices.by_ref().take(step.questions.len()).collect();
            line(open, reading, step, &own, &form.title)
        })
        .collect()
}

fn line(
    open: &OpenSheet,
    reading: &Reading<'_>,
    step: &Step,
    own: &[usize],
    form_title: &str,
) -> StepLine {
    let (mut answered, mut asked, mut any, mut shown, mut carried) = (0, 0, false, false, false);
    let mut needed = 0;
    for &index in own {
        let (answer, question) = (&reading.answers[index], reading.form.question(index));
        if *answer == Answer::Hidden {
            continue;
        }
        shown = true;
        let given = !matches!(answer, Answer::Missing(_));
        let unseen = open.carried.contains(&question.path);
        any |= given && question.calculated.is_none();
        carried |= unseen;
        if counts(question) {
            asked += 1;
            answered += u32::from(given && !unseen);
        }
        needed += u32::from(question.required && !given && question.calculated.is_none());
    }
    let state = match () {
        () if !shown => StepState::Hidden,
        () if carried => StepState::Review,
        () if needed == 0 && answered == asked && (any || asked > 0) => StepState::Done,
        () if any => StepState::Begun,
        () => StepState::Empty,
    };
    let title = if step.id.is_empty() { form_title } else { &step.title };
    StepLine { id: address(step).to_owned(), title: title.to_owned(), state, answered, asked }
}

/// The step with this address, if there is one.
pub fn view(open: &OpenSheet, reading: &Reading<'_>, id: &str, language: &str) -> Option<StepView> {
    let form = open.form.texts(language);
    let at = form.steps.iter().position(|it| address(it) == id)?;
    let before: usize = form.steps[..at].iter().map(|it| it.questions.len()).sum();
    let step = &form.steps[at];
    let questions = before..before + step.questions.len();
    Some(StepView {
        id: id.to_owned(),
        number: at + 1,
        count: form.steps.len(),
        title: if step.id.is_empty() { form.title.clone() } else { step.title.clone() },
        description: step.description.clone(),
        guidance_html: step.guidance.as_deref().map(html),
        questions: questions.map(|it| question::view(open, reading, it, language)).collect(),
    })
}
