//! Makes blank data: a form as it is read and discussed before it is answered.

use std::collections::BTreeMap;

use forms::check::rules::{rubric, top_level};
use forms::limits::{Limits, schema};
use forms::prepare::PreparedForm;
use forms::words::{Words, in_words};
use model::blank::{
    BlankBand, BlankColumn, BlankCriterion, BlankData, BlankDimension, BlankGate, BlankOption,
    BlankQuestion, BlankScoring, BlankStep, BlankText, Earning, Field,
};
use model::form::{Choice, Form, Kind, Question, Step};
use model::keywords::{CriterionSpec, FormMeta, Format, RowRule, TotalRule, Widget};
use model::response::FormRef;
use model::scorecard::Rubric;
use scoring::rounding::snap;

use crate::assess::require_language;
use crate::error::EngineError;
use crate::guidance::paragraphs;
use crate::report::caption;

/// Everything that `form` shows before it is answered, in `language`.
pub fn blank_data(form: &PreparedForm, language: &str) -> Result<BlankData, EngineError> {
    require_language(form, language)?;
    let texts = form.texts(language);
    let numbers = numbers(texts);
    let words = Words::new(texts, language).numbered(numbers.clone());
    Ok(Blank { texts, words, numbers, language }.data(&form.hash))
}

/// The numbers of the questions on paper, by place: `2.1` is the first question of the
/// second step.
fn numbers(form: &Form) -> BTreeMap<String, String> {
    let mut numbers = BTreeMap::new();
    for (step, at) in form.steps.iter().zip(1..) {
        for (question, inside) in step.questions.iter().zip(1..) {
            let number =
                if form.steps.len() == 1 { inside.to_string() } else { format!("{at}.{inside}") };
            numbers.insert(question.path.clone(), number);
        }
    }
    numbers
}

struct Blank<'a> {
    texts: &'a Form,
    words: Words<'a>,
    numbers: BTreeMap<String, String>,
    language: &'a str,
}

impl Blank<'_> {
    fn data(&self, hash: &str) -> BlankData {
        let (form, meta) = (self.texts, &self.texts.meta);
        BlankData {
            language: self.language.to_owned(),
            form: FormRef { id: meta.id.clone(), version: meta.version.clone() },
            hash: hash.to_owned(),
            title: form.title.clone(),
            description: form.description.clone(),
            purpose: meta.purpose.clone(),
            respondent: meta.respondent.clone(),
            minutes: meta.minutes,
            subject: meta.subject,
            scoring: (!meta.dimensions.is_empty()).then(|| self.scoring()),
            steps: form.steps.iter().zip(1..).map(|(it, at)| self.step(it, at)).collect(),
            gates: gates(meta),
            indicators: indicators(meta),
            method: meta.method.clone(),
            limits: meta.limits.clone(),
            licences: meta.licences.clone(),
            sources: meta.sources.iter().map(caption).collect(),
        }
    }

    fn scoring(&self) -> BlankScoring {
        let meta = &self.texts.meta;
        BlankScoring {
            total: meta.total,
            out_of: meta.points.as_ref().map(|it| it.out_of),
            missing: meta.missing.clone(),
            dimensions: self.dimensions(),
            bands: bands(meta),
        }
    }

    fn dimensions(&self) -> Vec<BlankDimension> {
        let meta = &self.texts.meta;
        let criteria = |id: &str| -> Vec<&CriterionSpec> {
            let all = self.texts.questions().filter_map(|(_, it)| it.criterion.as_ref());
            all.filter(|it| it.dimension == id).collect()
        };
        let weight = |id: &str, own: Option<u32>| match meta.total {
            TotalRule::ByDimension => f64::from(own.unwrap_or_default()),
            TotalRule::Pooled => criteria(id).iter().map(|it| f64::from(it.weight)).sum(),
        };
        let all: f64 = meta.dimensions.iter().map(|it| weight(&it.id, it.weight)).sum();
        meta.dimensions
            .iter()
            .map(|it| BlankDimension {
                id: it.id.clone(),
                title: it.title.clone(),
                description: it.description.clone(),
                share: if all > 0.0 { snap(weight(&it.id, it.weight) / all) } else { 0.0 },
                questions: criteria(&it.id).len(),
            })
            .collect()
    }

    fn step(&self, step: &Step, at: usize) -> BlankStep {
        let only = self.texts.steps.len() == 1;
        let title = if step.id.is_empty() { &self.texts.title } else { &step.title };
        BlankStep {
            number: if only { String::new() } else { at.to_string() },
            title: title.clone(),
            description: step.description.clone(),
            guidance: step.guidance.as_deref().map(paragraphs).unwrap_or_default(),
            condition: step.visible.as_ref().map(|it| self.words.condition(it)),
            questions: step.questions.iter().map(|it| self.question(it)).collect(),
        }
    }

    fn question(&self, it: &Question) -> BlankQuestion {
        let limits = self.limits(&it.path, None);
        let example = limits.example.as_ref();
        BlankQuestion {
            number: self.numbers.get(&it.path).cloned().unwrap_or_default(),
            title: it.title.clone(),
            description: it.description.clone(),
            guidance: it.guidance.as_deref().map(paragraphs).unwrap_or_default(),
            condition: it.visible.as_ref().map(|it| self.words.condition(it)),
            required: it.required && it.calculated.is_none(),
            example: example.map(|value| in_words(Some(it), value, self.language)),
            field: self.field(it, &limits, &self.words),
            criterion: it.criterion.as_ref().and_then(|spec| self.criterion(it, spec)),
        }
    }

    fn limits(&self, path: &str, column: Option<&str>) -> Limits {
        let schema = schema(&self.texts.document, path, column);
        schema.map(|it| Limits::of(&it)).unwrap_or_default()
    }

    fn field(&self, it: &Question, limits: &Limits, words: &Words<'_>) -> Field {
        if let Some(source) = &it.calculated {
            return Field::Calculated { how: words.formula(source), unit: it.unit.clone() };
        }
        match &it.kind {
            Kind::Choice(choices) => Field::One { options: options(it, choices) },
            Kind::Choices(choices) if is_ladder(it) => {
                Field::Ladder { options: options(it, choices) }
            }
            Kind::Choices(choices) => Field::Several { options: options(it, choices) },
            Kind::YesNo => Field::YesNo,
            Kind::Number { whole } => Field::Number {
                unit: it.unit.clone(),
                whole: *whole,
                percent: it.format == Format::Percent,
                low: limits.low,
                high: limits.high,
            },
            Kind::Text => Field::Text {
                multiline: it.widget == Some(Widget::Multiline),
                longest: limits.longest,
            },
            Kind::Date => Field::Date,
            Kind::Table(columns) => Field::Table {
                columns: columns.iter().map(|column| self.column(it, column)).collect(),
                fewest: limits.fewest,
                most: limits.most,
            },
            Kind::Other => Field::Other,
        }
    }

    fn column(&self, table: &Question, it: &Question) -> BlankColumn {
        let limits = self.limits(&table.path, Some(&it.path));
        BlankColumn {
            title: it.title.clone(),
            description: it.description.clone(),
            guidance: it.guidance.as_deref().map(paragraphs).unwrap_or_default(),
            required: it.required && it.calculated.is_none(),
            field: self.field(it, &limits, &Words::new(self.texts, self.language).of_row(table)),
            total: it.total,
        }
    }

    fn criterion(&self, question: &Question, spec: &CriterionSpec) -> Option<BlankCriterion> {
        let dimensions = &self.texts.meta.dimensions;
        let dimension = dimensions.iter().find(|it| it.id == spec.dimension)?;
        let on_options = matches!(question.kind, Kind::Choice(_));
        let level = |(level, grade): (&String, &_)| Some((level.parse().ok()?, *grade));
        Some(BlankCriterion {
            dimension: dimension.title.clone(),
            weight: spec.weight,
            earning: self.earning(question, spec)?,
            evidence: spec.evidence.iter().filter(|_| !on_options).filter_map(level).collect(),
            evidence_hint: spec.evidence_hint.clone(),
            not_applicable: spec.not_applicable,
        })
    }

    fn earning(&self, question: &Question, spec: &CriterionSpec) -> Option<Earning> {
        let on_options = matches!(question.kind, Kind::Choice(_) | Kind::Choices(_))
            && question.calculated.is_none();
        let of_top = |level: u32| share(f64::from(level), top_level(spec));
        Some(match rubric(spec)? {
            Rubric::Levels if !on_options => Earning::Scale { top: spec.levels?, halves: false },
            Rubric::Levels | Rubric::Points | Rubric::Ladder => Earning::Options,
            Rubric::HalfPoints => Earning::Scale { top: spec.half_points?, halves: true },
            Rubric::Count => Earning::Count {
                points: spec.count.iter().flatten().map(|it| of_top(*it)).collect(),
                top_when: spec.top_when.as_ref().map(|it| self.words.condition(it)),
            },
            Rubric::YesNo => Earning::YesNo { answer: spec.yes_no? },
            Rubric::Cutoffs => {
                let steps = spec.cutoffs.iter().flatten().zip(1..);
                Earning::Cutoffs { steps: steps.map(|(from, n)| (*from, of_top(n))).collect() }
            }
            Rubric::Curve => Earning::Curve { points: spec.curve.clone()? },
            Rubric::Rows => rows(question, question.row.as_ref()?),
            Rubric::Formula => Earning::Formula { how: self.words.formula(spec.formula.as_ref()?) },
        })
    }
}

/// Points for `level`, 0 to 100.
fn share(level: f64, top: Option<u32>) -> f64 {
    snap(100.0 * level / f64::from(top.unwrap_or(1)))
}

fn is_ladder(question: &Question) -> bool {
    let ladder = question.criterion.as_ref().is_some_and(|it| it.ladder.is_some());
    ladder || question.report == Some(model::keywords::ReportPlace::Readiness)
}

fn options(question: &Question, choices: &[Choice]) -> Vec<BlankOption> {
    let spec = question.criterion.as_ref();
    let on_one = matches!(question.kind, Kind::Choice(_));
    let points = |it: &Choice| {
        let (spec, level) = (spec?, it.value.as_f64());
        match rubric(spec)? {
            Rubric::Levels => Some(share(level?, spec.levels)),
            Rubric::Ladder => Some(share(level? - 1.0, spec.ladder.map(|it| it - 1))),
            Rubric::Points => spec.points.as_ref()?.get(&it.key()).copied(),
            _ => None,
        }
    };
    choices
        .iter()
        .map(|it| BlankOption {
            level: it.value.is_number().then(|| it.key()),
            title: it.title.clone(),
            description: it.description.clone(),
            points: points(it),
            evidence: spec
                .filter(|_| on_one)
                .and_then(|spec| spec.evidence.get(&it.key()))
                .copied(),
        })
        .collect()
}

fn rows(question: &Question, rule: &RowRule) -> Earning {
    let columns: &[Question] = match &question.kind {
        Kind::Table(columns) => columns,
        _ => &[],
    };
    let scored = |it: &Question| Some((it.title.clone(), *rule.columns.get(&it.path)?));
    let excludes = |it: &&Question| Some(&it.path) == rule.exclude.as_ref();
    Earning::Rows {
        join: rule.join,
        low: rule.range.0,
        high: rule.range.1,
        columns: columns.iter().filter_map(scored).collect(),
        exclude: columns.iter().find(excludes).map(|it| it.title.clone()),
    }
}

fn bands(meta: &FormMeta) -> Vec<BlankBand> {
    let band = |it: &model::keywords::Band| {
        let rule = it.requires.as_ref();
        BlankBand {
            id: it.id.clone(),
            title: it.title.clone(),
            description: it.description.clone(),
            from: it.from,
            every_dimension: rule.and_then(|it| it.every_dimension),
            evidence: rule.and_then(|it| it.evidence.as_ref()).map(|it| (it.grade, it.share)),
            no_caps: rule.is_some_and(|it| it.no_caps),
        }
    };
    meta.bands.iter().map(band).collect()
}

fn gates(meta: &FormMeta) -> Vec<BlankGate> {
    meta.gates
        .iter()
        .map(|it| BlankGate { effect: it.effect.clone(), message: it.message.clone() })
        .collect()
}

fn indicators(meta: &FormMeta) -> Vec<BlankText> {
    meta.indicators
        .iter()
        .map(|it| BlankText { title: it.title.clone(), description: it.description.clone() })
        .collect()
}
