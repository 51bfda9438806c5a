//! Makes report data: a scorecard and a response in the words of a form.

use forms::Reading;
use forms::prepare::PreparedForm;
use forms::reading::Answer;
use forms::words::row_name;
use model::form::{Form, Kind, Question};
use model::keywords::ReportPlace;
use model::report::{
    BandRange, CertaintyPoint, ContributionLine, DimensionLine, EvidenceLine, GateLine, Headline,
    IndicatorLine, Line, NextStepLine, PointsLine, QuestionLine, ReadinessLine, ReportData, Row,
    StepLines,
};
use model::scorecard::{AnswerState, Contribution, IndicatorValue, Readiness, Scorecard, Total};
use model::{Grade, Response};
use scoring::explain::{explain, in_words};
use scoring::placed;
use scoring::profile::venn;
use serde_json::Value;

use crate::assess::require_language;
use crate::error::EngineError;

/// Everything the company report shows about `response`, in `language`; `before` is an
/// earlier response to the same form, for the readiness then and now.
///
/// The response must fit the form.
pub fn report_data(
    form: &PreparedForm,
    response: &Response,
    before: Option<&Response>,
    language: &str,
) -> Result<(ReportData, Scorecard), EngineError> {
    require_language(form, language)?;
    let texts = form.texts(language);
    let reading = Reading::new(form, response);
    let card = scoring::score_reading(&reading, Some(language));
    let before = before.map(|it| Reading::new(form, it));
    let report =
        Report { texts, reading: &reading, card: &card, before: before.as_ref(), language };
    Ok((report.data(), card))
}

struct Report<'a> {
    texts: &'a Form,
    reading: &'a Reading<'a>,
    card: &'a Scorecard,
    before: Option<&'a Reading<'a>>,
    language: &'a str,
}

impl Report<'_> {
    fn data(&self) -> ReportData {
        let (meta, card) = (&self.texts.meta, self.card);
        ReportData {
            language: self.language.to_owned(),
            subject: card.subject.clone(),
            date: card.date.clone(),
            self_assessment: meta.self_assessment,
            validated: self.reading.response.validated.clone(),
            form: card.form.clone(),
            title: self.texts.title.clone(),
            purpose: meta.purpose.clone(),
            front: self.placed(ReportPlace::Front).map(|(q, v)| self.line(q, v)).collect(),
            focus_area: self
                .placed(ReportPlace::FocusArea)
                .next()
                .map(|(question, value)| self.words(question, value)),
            status: card.status,
            headline: card.total.as_ref().map(|it| self.headline(it)),
            bands: self.bands(),
            dimensions: self.dimensions(),
            gates: self.gates(),
            narratives: card.narratives.clone(),
            strengths: card.strengths.iter().filter_map(|it| self.contribution(it)).collect(),
            gaps: card.gaps.iter().filter_map(|it| self.contribution(it)).collect(),
            next_steps: self.next_steps(),
            actions: self.placed_rows(ReportPlace::Actions),
            readiness: self.readiness(),
            indicators: card.indicators.iter().map(|it| self.indicator(it)).collect(),
            certainty: self.certainty(),
            venn: venn(std::slice::from_ref(card)),
            tags: self.placed_rows(ReportPlace::Tags),
            steps: self.steps(),
            hidden: self.titles(&card.hidden),
            evidence: self.evidence(),
            method: meta.method.clone(),
            limits: meta.limits.clone(),
            licences: meta.licences.clone(),
            sources: meta.sources.iter().map(caption).collect(),
            provenance: card.provenance.clone(),
        }
    }

    fn headline(&self, total: &Total) -> Headline {
        let meta = &self.texts.meta;
        let band = total.band.as_ref().and_then(|it| meta.bands.iter().find(|b| b.id == it.id));
        let minimum = total
            .minimum
            .as_ref()
            .and_then(|it| meta.dimensions.iter().find(|d| d.id == it.dimension));
        let share = |grade| total.evidence.get(&grade).copied().unwrap_or(0.0);
        Headline {
            score: total.score.clone(),
            points: total.points.clone(),
            band: total.band.clone(),
            band_description: band.and_then(|it| it.description.clone()),
            minimum: minimum.map(|it| it.title.clone()),
            evidence_e2: share(Grade::E2),
            evidence_e3: share(Grade::E3),
        }
    }

    fn bands(&self) -> Vec<BandRange> {
        let meta = &self.texts.meta;
        let out_of = meta.points.as_ref().map_or(100.0, |it| f64::from(it.out_of));
        meta.bands
            .iter()
            .map(|it| BandRange {
                id: it.id.clone(),
                title: it.title.clone(),
                from: it.from * 100.0 / out_of,
                from_shown: it.from,
            })
            .collect()
    }

    fn dimensions(&self) -> Vec<DimensionLine> {
        let minimum = self.card.total.as_ref().and_then(|it| it.minimum.as_ref());
        self.card
            .dimensions
            .iter()
            .map(|it| DimensionLine {
                id: it.id.clone(),
                title: it.title.clone(),
                share: it.share,
                state: it.state,
                score: it.score.clone(),
                cap: it.cap.clone(),
                is_minimum: minimum.is_some_and(|minimum| minimum.dimension == it.id),
            })
            .collect()
    }

    fn gates(&self) -> Vec<GateLine> {
        let line = |it: &model::scorecard::GateResult| GateLine {
            id: it.id.clone(),
            state: it.state,
            effect: it.effect.clone(),
            message: it.message.clone(),
            waits_for: self.titles(&it.waits_for),
        };
        self.card.gates.iter().map(line).collect()
    }

    fn contribution(&self, it: &Contribution) -> Option<ContributionLine> {
        let criterion = self.card.criterion(&it.question)?;
        let question = self.texts.question(&it.question)?;
        let answer = self
            .reading
            .form
            .index_of(&it.question)
            .and_then(|index| self.reading.answers[index].value())
            .map_or_else(String::new, |value| self.words(question, value));
        Some(ContributionLine {
            question: question.title.clone(),
            dimension: self.card.dimension(&criterion.dimension)?.title.clone(),
            answer,
            points: it.points,
        })
    }

    fn next_steps(&self) -> Vec<NextStepLine> {
        let line = |it: &model::scorecard::NextStep| {
            let question = self.texts.question(&it.question)?;
            let offers = &self.texts.meta.offers;
            let offer = it.offer.as_ref().and_then(|id| offers.iter().find(|it| it.id == *id));
            Some(NextStepLine {
                question: question.title.clone(),
                action: it.action,
                to: it.to.map(|level| self.level(question, level)),
                evidence: it.evidence,
                gain: it.gain,
                offer: offer.map(|it| it.title.clone()),
            })
        };
        self.card.next_steps.iter().filter_map(line).collect()
    }

    /// A level in words: the option's title where there is one.
    fn level(&self, question: &Question, level: f64) -> String {
        let choices = match &question.kind {
            Kind::Choice(choices) => choices.as_slice(),
            _ => &[],
        };
        let option =
            choices.iter().find(|it| it.value.as_f64().is_some_and(|it| (it - level).abs() < 1e-9));
        option.map_or_else(
            || expressions::format::short(level, 1, self.language),
            |it| self.words(question, &it.value),
        )
    }

    fn readiness(&self) -> Vec<ReadinessLine> {
        let before = self.before.map(|it| placed::readiness(it, self.texts)).unwrap_or_default();
        let line = |it: &Readiness| ReadinessLine {
            title: it.title.clone(),
            now: it.level,
            before: before.iter().find(|old| old.question == it.question).map(|old| old.level),
            top: it.top,
            level: it.reached.clone(),
        };
        self.card.readiness.iter().map(line).collect()
    }

    fn indicator(&self, it: &IndicatorValue) -> IndicatorLine {
        let spec = self.texts.meta.indicators.iter().find(|spec| spec.id == it.id);
        let number = it.value.as_ref().and_then(Value::as_f64);
        let text = it.value.as_ref().filter(|_| number.is_none());
        IndicatorLine {
            id: it.id.clone(),
            title: it.title.clone(),
            description: spec.and_then(|it| it.description.clone()),
            number,
            text: text.map(|it| in_words(None, it, self.language)),
            because: it.because.as_ref().map(|it| self.because(it)),
            unit: it.unit.clone(),
            format: it.format,
            decimals: it.decimals,
            formula: it.formula.clone(),
            inputs: it
                .inputs
                .iter()
                .filter_map(|it| Some(self.line(self.texts.question(&it.question)?, &it.value)))
                .collect(),
            sensitivity: it.sensitivity.clone(),
        }
    }

    /// The questions a figure waits for, by their titles; other reasons as they are.
    fn because(&self, reason: &str) -> String {
        let title = |path: &str| self.texts.question(path).map(|it| it.title.clone());
        let titles: Option<Vec<String>> = reason.split(", ").map(title).collect();
        titles.map_or_else(|| reason.to_owned(), |it| it.join("; "))
    }

    fn certainty(&self) -> Option<CertaintyPoint> {
        let spec = self.texts.meta.certainty.as_ref()?;
        let value = self.card.indicators.iter().find(|it| it.id == spec.indicator)?;
        Some(CertaintyPoint {
            title: value.title.clone(),
            value: value.value.as_ref()?.as_f64()?,
            max: spec.max,
        })
    }

    fn steps(&self) -> Vec<StepLines> {
        let mut index = 0;
        let mut steps = Vec::new();
        for step in &self.texts.steps {
            let mut questions = Vec::new();
            for question in &step.questions {
                questions.extend(self.question(index, question));
                index += 1;
            }
            if !questions.is_empty() {
                let title =
                    if step.id.is_empty() { self.texts.title.clone() } else { step.title.clone() };
                steps.push(StepLines { title, questions });
            }
        }
        steps
    }

    fn question(&self, index: usize, question: &Question) -> Option<QuestionLine> {
        let answer = &self.reading.answers[index];
        let (state, value, reason) = match answer {
            Answer::Hidden => return None,
            Answer::NotApplicable(reason) => {
                (AnswerState::NotApplicable, None, Some((*reason).to_owned()))
            }
            Answer::Missing(_) => (AnswerState::Missing, None, None),
            Answer::Given(value) => (AnswerState::Answered, Some(value.as_ref()), None),
        };
        let note = self.reading.note(&question.path);
        let rows = value.map_or_else(Vec::new, |it| self.rows(question, it));
        Some(QuestionLine {
            title: question.title.clone(),
            state,
            answer: value.map_or_else(String::new, |it| self.words(question, it)),
            descriptor: value.and_then(|it| descriptor(question, it)),
            totals: value.and_then(|it| self.totals(question, it)),
            rows,
            not_applicable: reason,
            comment: note.and_then(|it| it.comment.clone()),
            points: self.points(question),
        })
    }

    fn points(&self, question: &Question) -> Option<PointsLine> {
        let it = self.card.criterion(&question.path)?;
        Some(PointsLine {
            claimed: it.claimed,
            documented: it.documented,
            top: it.top,
            grade: it.grade,
            points: it.points,
            share: it.share,
            contribution: it.contribution,
            explanation: explain(self.texts, self.card, it),
        })
    }

    fn rows(&self, question: &Question, value: &Value) -> Vec<Row> {
        let (Kind::Table(columns), Some(rows)) = (&question.kind, value.as_array()) else {
            return Vec::new();
        };
        let cells = |row: &Value| {
            columns
                .iter()
                .map(|column| Line {
                    label: column.title.clone(),
                    text: row
                        .get(&column.path)
                        .filter(|it| !it.is_null())
                        .map_or_else(String::new, |it| self.words(column, it)),
                })
                .collect()
        };
        let comment = |row: &Value| {
            let id = row.get("id")?.as_str()?;
            let text = self.reading.note(&format!("{}[{id}]", question.path))?.comment.clone()?;
            Some(Line { label: row_name(question, row, self.language), text })
        };
        rows.iter().map(|row| Row { cells: cells(row), comment: comment(row) }).collect()
    }

    fn totals(&self, question: &Question, value: &Value) -> Option<Row> {
        let (Kind::Table(columns), Some(rows)) = (&question.kind, value.as_array()) else {
            return None;
        };
        if columns.iter().all(|it| it.total.is_none()) || rows.is_empty() {
            return None;
        }
        let total = |column: &Question| {
            let rule = column.total?;
            let values: Vec<f64> =
                rows.iter().filter_map(|it| it.get(&column.path)?.as_f64()).collect();
            let sum: f64 = values.iter().sum();
            #[expect(clippy::cast_precision_loss, reason = "a table has at most 1,000 rows")]
            let count = values.len().max(1) as f64;
            let value = match rule {
                model::keywords::ColumnTotal::Sum => sum,
                model::keywords::ColumnTotal::Mean => sum / count,
            };
            Some(self.words(column, &scoring::rounding::snap(value).into()))
        };
        let cell = |column: &Question| Line {
            label: column.title.clone(),
            text: total(column).unwrap_or_default(),
        };
        Some(Row { cells: columns.iter().map(cell).collect(), comment: None })
    }

    fn evidence(&self) -> Vec<EvidenceLine> {
        let mut lines = Vec::new();
        for (_, question) in self.texts.questions() {
            let notes = self.reading.response.notes.iter().filter(|(key, _)| {
                key.strip_prefix(question.path.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
            });
            for evidence in notes.flat_map(|(_, note)| &note.evidence) {
                lines.push(EvidenceLine {
                    question: question.title.clone(),
                    title: evidence.title.clone(),
                    grade: evidence.grade,
                    date: evidence.date.clone(),
                    link: evidence.link.clone(),
                });
            }
        }
        lines
    }

    /// The answered questions that the report shows at `place`.
    fn placed(&self, place: ReportPlace) -> impl Iterator<Item = (&Question, &Value)> {
        let questions = self.texts.questions().map(|(_, it)| it).enumerate();
        questions
            .filter(move |(_, it)| it.report == Some(place))
            .filter_map(|(index, question)| Some((question, self.reading.answers[index].value()?)))
    }

    /// The rows of tables at `place`; a choice of several gives a row an option.
    fn placed_rows(&self, place: ReportPlace) -> Vec<Row> {
        let mut all = Vec::new();
        for (question, value) in self.placed(place) {
            match &question.kind {
                Kind::Table(_) => all.extend(self.rows(question, value)),
                _ => all.push(Row { cells: vec![self.line(question, value)], comment: None }),
            }
        }
        all
    }

    fn line(&self, question: &Question, value: &Value) -> Line {
        Line { label: question.title.clone(), text: self.words(question, value) }
    }

    fn words(&self, question: &Question, value: &Value) -> String {
        in_words(Some(question), value, self.language)
    }

    fn titles(&self, paths: &[String]) -> Vec<String> {
        let title = |path: &String| {
            self.texts.question(path).map_or_else(|| path.clone(), |it| it.title.clone())
        };
        paths.iter().map(title).collect()
    }
}

fn descriptor(question: &Question, value: &Value) -> Option<String> {
    match &question.kind {
        Kind::Choice(choices) => choices.iter().find(|it| it.value == *value)?.description.clone(),
        _ => None,
    }
}

/// A source as it may stand in a board's report.
pub(crate) fn caption(source: &model::keywords::Source) -> String {
    match &source.year {
        Some(year) => format!("{} ({year}): {}", source.author, source.title),
        None => format!("{}: {}", source.author, source.title),
    }
}
