//! What a condition of a programme may name: what comes of the stages.

use expressions::analysis::nearest;
use forms::PreparedForm;
use model::Programme;
use model::form::{Choice, Kind, Question};
use model::keywords::Effect;
use model::programme::Stage;
use serde_json::Value;

use crate::check::Forms;

/// What a name leads to.
#[derive(Debug)]
pub(crate) struct Named<'a> {
    /// The stage.
    pub(crate) stage: &'a Stage,
    /// What is named, as a question whose answers are the values it can have.
    pub(crate) question: Question,
    /// The least and the most, where it is a number within limits.
    pub(crate) range: Option<(f64, f64)>,
    /// Whether it can be unknown although the stage is passed.
    pub(crate) may_be_absent: bool,
}

/// Why a name leads nowhere.
#[derive(Debug)]
pub(crate) struct Unknown {
    pub(crate) message: String,
    pub(crate) suggestion: Option<String>,
}

/// What comes of a stage, whatever is answered there.
const ALWAYS: [&str; 2] = ["complete", "signed"];

/// What comes of one response to one form.
const RESULTS: [&str; 11] = [
    "complete",
    "signed",
    "all_met",
    "status",
    "band",
    "rank",
    "total",
    "points",
    "completeness",
    "dimensions",
    "indicators",
];

/// Where a result stands, as in a scorecard.
const STATUSES: [&str; 6] =
    ["not-scored", "not-eligible", "blocked", "not-assessable", "preliminary", "scored"];

/// What `name` leads to in `programme`.
pub(crate) fn named<'a>(
    programme: &'a Programme,
    forms: &Forms,
    name: &str,
) -> Result<Named<'a>, Unknown> {
    let (id, rest) = name.split_once('.').unwrap_or((name, ""));
    let Some(stage) = programme.stage(id) else {
        return Err(Unknown {
            message: format!("there is no stage `{id}`"),
            suggestion: nearest(id, programme.stages.iter().map(|it| it.id.as_str()))
                .map(|it| format!("did you mean `{it}`?")),
        });
    };
    let values = Values { stage, name };
    if !stage.asks() {
        return values.unknown(format!("nothing is answered at `{id}`"), None);
    }
    if ALWAYS.contains(&rest) {
        return values.always(Kind::YesNo);
    }
    if stage.copies.is_some() {
        let message = format!("`{id}` has several copies, so it has no one `{rest}`");
        let hint = format!("only `{id}.complete` and `{id}.signed` can be named");
        return values.unknown(message, Some(hint));
    }
    let (form, rest) = match &stage.form {
        Some(form) => (form, rest),
        None => {
            let (word, rest) = rest.split_once('.').unwrap_or((rest, ""));
            match stage.any_of.iter().find(|it| word_of(it) == word) {
                Some(form) => (form, rest),
                None => return values.no_form(word),
            }
        }
    };
    match forms.get(form) {
        Some(Some(form)) => values.of(form, rest),
        _ => values.value(Kind::Other, None),
    }
}

/// A form's id as a name in expressions: `proof_of_value` for `proof-of-value`.
pub(crate) fn word_of(form: &str) -> String {
    form.replace('-', "_")
}

/// Makes what a name of a stage leads to.
struct Values<'a, 'n> {
    stage: &'a Stage,
    name: &'n str,
}

impl<'a> Values<'a, '_> {
    /// What `rest` of the name leads to in the result of `form`.
    fn of(&self, form: &PreparedForm, rest: &str) -> Result<Named<'a>, Unknown> {
        let meta = &form.form.meta;
        let (first, inner) = rest.split_once('.').unwrap_or((rest, ""));
        let scored = !meta.dimensions.is_empty();
        let bands = || meta.bands.iter().map(|it| Value::from(it.id.as_str()));
        match (first, inner) {
            ("complete" | "signed", "") => self.always(Kind::YesNo),
            ("all_met", "") => {
                let decides = |effect| matches!(effect, &Effect::Eligibility | &Effect::Knockout);
                match meta.gates.iter().any(|it| decides(&it.effect)) {
                    true => self.always(Kind::YesNo),
                    false => self.lacks(form, "no eligibility or knock-out gates"),
                }
            }
            ("status", "") => self.always(choice(STATUSES.map(Value::from))),
            ("band" | "rank", "") if meta.bands.is_empty() => self.lacks(form, "no bands"),
            ("band", "") => self.value(choice(bands()), None),
            ("rank", "") => self.value(choice((1..=meta.bands.len()).map(Value::from)), None),
            ("total" | "completeness" | "dimensions", _) if !scored => {
                self.lacks(form, "no criteria")
            }
            ("total", "") => self.number(100.0),
            ("completeness", "") => self.number(1.0),
            ("points", "") => match &meta.points {
                Some(points) => self.number(f64::from(points.out_of)),
                None => self.lacks(form, "no scale of points"),
            },
            ("dimensions", id) => {
                let known: Vec<&str> = meta.dimensions.iter().map(|it| it.id.as_str()).collect();
                if known.contains(&id) {
                    self.number(100.0)
                } else {
                    self.no(form, first, id, &known)
                }
            }
            ("indicators", id) => {
                let known: Vec<&str> = meta.indicators.iter().map(|it| it.id.as_str()).collect();
                match known.contains(&id) {
                    true => self.value(Kind::Other, None),
                    false => self.no(form, first, id, &known),
                }
            }
            ("answers", path) => self.answer(form, path),
            _ => {
                let known = RESULTS.into_iter().chain(["answers"]);
                let near = nearest(first, known).map(|it| format!("did you mean `{it}`?"));
                let message = format!("a stage has no `{rest}`");
                let all = || {
                    let all: Vec<String> = RESULTS.iter().map(|it| format!("`{it}`")).collect();
                    format!("known are {} and `answers`", all.join(", "))
                };
                self.unknown(message, Some(near.unwrap_or_else(all)))
            }
        }
    }

    fn answer(&self, form: &PreparedForm, path: &str) -> Result<Named<'a>, Unknown> {
        let (step, _) = path.split_once('.').unwrap_or(("", path));
        let stage = self.stage;
        let is_asked = stage.steps.is_empty() || stage.steps.iter().any(|it| it == step);
        match form.form.question(path) {
            Some(_) if !is_asked && stage.start_from.is_none() => {
                let message = format!("`{path}` is not asked at `{}`", stage.id);
                let steps: Vec<String> = stage.steps.iter().map(|it| format!("`{it}`")).collect();
                let hint = format!("the steps answered there are {}", steps.join(", "));
                self.unknown(message, Some(hint))
            }
            Some(question) => self.value(question.kind.clone(), None),
            None => {
                let paths: Vec<&str> =
                    form.form.questions().map(|(_, it)| it.path.as_str()).collect();
                self.no(form, "answers", path, &paths)
            }
        }
    }

    fn always(&self, kind: Kind) -> Result<Named<'a>, Unknown> {
        Ok(Named { may_be_absent: false, ..self.value(kind, None)? })
    }

    fn number(&self, most: f64) -> Result<Named<'a>, Unknown> {
        self.value(Kind::Number { whole: false }, Some((0.0, most)))
    }

    fn value(&self, kind: Kind, range: Option<(f64, f64)>) -> Result<Named<'a>, Unknown> {
        let question = Question { path: self.name.to_owned(), kind, ..Question::default() };
        Ok(Named { stage: self.stage, question, range, may_be_absent: true })
    }

    fn no_form(&self, word: &str) -> Result<Named<'a>, Unknown> {
        let id = &self.stage.id;
        let words: Vec<String> = self.stage.any_of.iter().map(|it| word_of(it)).collect();
        let near = nearest(word, words.iter().map(String::as_str));
        let hint = match near {
            Some(near) => format!("did you mean `{id}.{near}`?"),
            None => format!("name a form, for example `{id}.{}.total`", words[0]),
        };
        self.unknown(format!("`{id}` has several forms, and none is `{word}`"), Some(hint))
    }

    fn lacks(&self, form: &PreparedForm, what: &str) -> Result<Named<'a>, Unknown> {
        let id = &form.form.meta.id;
        self.unknown(format!("the form `{id}` has {what}, so there is no `{}`", self.name), None)
    }

    fn no(
        &self,
        form: &PreparedForm,
        what: &str,
        id: &str,
        known: &[&str],
    ) -> Result<Named<'a>, Unknown> {
        let kind = match what {
            "dimensions" => "dimension",
            "indicators" => "indicator",
            _ => "question",
        };
        let near = nearest(id, known.iter().copied())
            .map(|it| format!("did you mean `{}.{what}.{it}`?", self.stage.id));
        self.unknown(format!("the form `{}` has no {kind} `{id}`", form.form.meta.id), near)
    }

    fn unknown(&self, message: String, suggestion: Option<String>) -> Result<Named<'a>, Unknown> {
        Err(Unknown { message, suggestion })
    }
}

fn choice(values: impl IntoIterator<Item = Value>) -> Kind {
    let choice = |value| Choice { value, title: String::new(), description: None };
    Kind::Choice(values.into_iter().map(choice).collect())
}
