//! Rules that a form must keep to be scored at all: ids, weights, bands, rubrics.

use std::collections::BTreeSet;

use expressions::analysis::nearest;
use model::form::{Choice, Form, Kind, Question};
use model::keywords::{CriterionSpec, Effect, RowRule, TotalRule};
use model::scorecard::Rubric;

use crate::build::Findings;
use crate::codes::{self, Code};
use crate::json::escape;
use crate::prepare::pointer;

/// The largest weight of a criterion, so that the weights of any form can be added up.
const LARGEST_WEIGHT: u32 = 10_000;

/// Notes every rule that `form` breaks.
pub fn check(form: &Form, findings: &mut Findings<'_>) {
    let mut rules = Rules { form, findings };
    rules.duplicates();
    rules.dimensions();
    rules.bands();
    rules.gates();
    rules.indicators();
    for (_, question) in form.questions() {
        rules.question(question);
    }
}

/// The rubric that `spec` chooses; `None` when it chooses none or several.
pub fn rubric(spec: &CriterionSpec) -> Option<Rubric> {
    let given = [
        spec.levels.map(|_| Rubric::Levels),
        spec.half_points.map(|_| Rubric::HalfPoints),
        spec.count.as_ref().map(|_| Rubric::Count),
        spec.ladder.map(|_| Rubric::Ladder),
        spec.yes_no.map(|_| Rubric::YesNo),
        spec.cutoffs.as_ref().map(|_| Rubric::Cutoffs),
        spec.curve.as_ref().map(|_| Rubric::Curve),
        spec.points.as_ref().map(|_| Rubric::Points),
        spec.rows.then_some(Rubric::Rows),
        spec.formula.as_ref().map(|_| Rubric::Formula),
    ];
    let mut given = given.into_iter().flatten();
    let first = given.next();
    if given.next().is_some() { None } else { first }
}

/// The highest level that `spec` can give, where its rubric gives levels.
pub fn top_level(spec: &CriterionSpec) -> Option<u32> {
    spec.levels
        .or_else(|| spec.count.as_ref().and_then(|it| it.iter().max().copied()))
        .or_else(|| spec.cutoffs.as_ref().and_then(|it| u32::try_from(it.len()).ok()))
}

struct Rules<'a, 'f, 'p> {
    form: &'a Form,
    findings: &'f mut Findings<'p>,
}

impl Rules<'_, '_, '_> {
    fn duplicates(&mut self) {
        let meta = &self.form.meta;
        let lists: [(&str, Vec<&str>); 8] = [
            ("dimensions", meta.dimensions.iter().map(|it| it.id.as_str()).collect()),
            ("bands", meta.bands.iter().map(|it| it.id.as_str()).collect()),
            ("gates", meta.gates.iter().map(|it| it.id.as_str()).collect()),
            ("indicators", meta.indicators.iter().map(|it| it.id.as_str()).collect()),
            ("facts", meta.facts.iter().map(|it| it.id.as_str()).collect()),
            ("offers", meta.offers.iter().map(|it| it.id.as_str()).collect()),
            ("narratives", meta.narratives.iter().map(|it| it.id.as_str()).collect()),
            ("sources", meta.sources.iter().map(|it| it.id.as_str()).collect()),
        ];
        for (list, ids) in lists {
            for (i, id) in ids.iter().enumerate().filter(|(i, id)| ids[..*i].contains(id)) {
                let at = format!("/x-form/{list}/{i}/id");
                self.findings.add(&codes::DUPLICATE_ID, &at, format!("`{id}` stands twice"));
            }
        }
    }

    fn dimensions(&mut self) {
        let meta = &self.form.meta;
        let used: BTreeSet<&str> = self
            .form
            .questions()
            .filter_map(|(_, it)| it.criterion.as_ref())
            .map(|it| it.dimension.as_str())
            .collect();
        for (i, dimension) in meta.dimensions.iter().enumerate() {
            let at = format!("/x-form/dimensions/{i}");
            if !used.contains(dimension.id.as_str()) {
                let message = format!("no criterion counts in `{}`", dimension.id);
                self.findings.add(&codes::EMPTY_DIMENSION, &at, message);
            }
            match (meta.total, dimension.weight) {
                (TotalRule::ByDimension, None) => {
                    let message = format!("`{}` has no weight", dimension.id);
                    self.findings.add(&codes::WEIGHTS, &at, message);
                }
                (TotalRule::Pooled, Some(_)) => {
                    let message = "the total is pooled, so this weight would have no effect";
                    self.findings.add(&codes::WEIGHTS, &format!("{at}/weight"), message);
                }
                _ => {}
            }
        }
        let sum: u32 = meta.dimensions.iter().filter_map(|it| it.weight).sum();
        if meta.total == TotalRule::ByDimension && !meta.dimensions.is_empty() && sum != 100 {
            let message = format!("the weights of the dimensions add up to {sum}, not 100");
            self.findings.add(&codes::WEIGHTS, "/x-form/dimensions", message);
        }
        self.idle_weights();
    }

    fn idle_weights(&mut self) {
        if self.form.meta.total == TotalRule::Pooled {
            return;
        }
        for dimension in &self.form.meta.dimensions {
            let inside: Vec<&Question> = self
                .form
                .questions()
                .map(|(_, it)| it)
                .filter(|it| it.criterion.as_ref().is_some_and(|c| c.dimension == dimension.id))
                .collect();
            if let [only] = inside[..]
                && only.criterion.as_ref().is_some_and(|it| it.weight > 1)
            {
                let at = format!("{}/x-criterion/weight", pointer(&only.path));
                let message = format!(
                    "`{}` is alone in `{}`; its weight changes nothing",
                    only.path, dimension.id
                );
                self.findings.add(&codes::IDLE_WEIGHT, &at, message).suggestion =
                    Some("write 1".to_owned());
            }
        }
    }

    fn bands(&mut self) {
        let meta = &self.form.meta;
        let top = meta.points.as_ref().map_or(100.0, |it| f64::from(it.out_of));
        for (i, band) in meta.bands.iter().enumerate() {
            let at = format!("/x-form/bands/{i}/from");
            let before = i.checked_sub(1).map(|it| meta.bands[it].from);
            let message = match before {
                None if band.from != 0.0 => {
                    Some(format!("the first band begins at {}, not at 0", band.from))
                }
                Some(before) if band.from <= before => {
                    Some(format!("`{}` does not begin above the band before it", band.id))
                }
                _ if band.from > top => {
                    Some(format!("`{}` begins above the highest total, {top}", band.id))
                }
                _ => None,
            };
            if let Some(message) = message {
                self.findings.add(&codes::BANDS, &at, message);
            }
        }
    }

    fn gates(&mut self) {
        for (i, gate) in self.form.meta.gates.iter().enumerate() {
            let at = format!("/x-form/gates/{i}");
            self.sources(&gate.sources, &at);
            let effect = format!("{at}/effect");
            let meta = &self.form.meta;
            match &gate.effect {
                Effect::CapBand(band) => {
                    let bands: Vec<&str> = meta.bands.iter().map(|it| it.id.as_str()).collect();
                    self.known("band", band, &bands, &effect);
                    if meta.bands.last().is_some_and(|it| it.id == *band) {
                        let message = format!("`{band}` is the top band; this caps nothing");
                        self.findings.add(&codes::IDLE_CAP, &effect, message);
                    }
                }
                Effect::CapDimension(caps) => {
                    let ids: Vec<&str> = meta.dimensions.iter().map(|it| it.id.as_str()).collect();
                    for (dimension, cap) in caps {
                        self.known_as(
                            &codes::UNKNOWN_DIMENSION,
                            "dimension",
                            dimension,
                            &ids,
                            &effect,
                        );
                        if *cap < 0.0 {
                            let message = format!("a dimension cannot score below 0, as {cap} is");
                            self.findings.add(&codes::WRONG_SHAPE, &effect, message);
                        }
                        if *cap >= 100.0 {
                            let message = format!("a cap at {cap} caps nothing");
                            self.findings.add(&codes::IDLE_CAP, &effect, message);
                        }
                    }
                }
                Effect::ExcludeRow(table) => {
                    let tables: Vec<&str> = self
                        .form
                        .questions()
                        .filter(|(_, it)| it.row.is_some())
                        .map(|(_, it)| it.path.as_str())
                        .collect();
                    self.known("table with `x-row`", table, &tables, &effect);
                }
                Effect::Eligibility | Effect::Knockout | Effect::Warn | Effect::BlockPillar(_) => {}
            }
        }
    }

    fn indicators(&mut self) {
        let meta = &self.form.meta;
        let ids: Vec<&str> = meta.indicators.iter().map(|it| it.id.as_str()).collect();
        if let Some(certainty) = &meta.certainty {
            self.known("indicator", &certainty.indicator, &ids, "/x-form/certainty/indicator");
        }
        for (i, indicator) in meta.indicators.iter().enumerate() {
            let at = format!("/x-form/indicators/{i}");
            self.sources(&indicator.sources, &at);
            for (j, sensitivity) in indicator.sensitivity.iter().enumerate() {
                let at = format!("{at}/sensitivity/{j}");
                let numbers: Vec<&str> = self
                    .form
                    .questions()
                    .filter(|(_, it)| {
                        matches!(it.kind, Kind::Number { .. }) && it.calculated.is_none()
                    })
                    .map(|(_, it)| it.path.as_str())
                    .collect();
                self.known("typed number", &sensitivity.input, &numbers, &format!("{at}/input"));
                let ends = (sensitivity.low, sensitivity.high, sensitivity.change);
                let sound = match ends {
                    (Some(low), Some(high), None) => low < high,
                    (None, None, Some(_)) => true,
                    _ => false,
                };
                if !sound {
                    let message = "give either `low` and a higher `high`, or `change`";
                    self.findings.add(&codes::WRONG_SHAPE, &at, message);
                }
            }
        }
    }

    fn question(&mut self, question: &Question) {
        let at = pointer(&question.path);
        self.sources(&question.sources, &at);
        self.options(question, &at);
        if let Some(rule) = &question.row {
            self.row_rule(question, rule, &at);
        }
        if let Some(spec) = &question.criterion {
            self.criterion(question, spec, &format!("{at}/x-criterion"));
        }
    }

    /// An option that stands twice could never be chosen: exactly one of `oneOf` must fit.
    fn options(&mut self, question: &Question, at: &str) {
        match &question.kind {
            Kind::Choice(choices) | Kind::Choices(choices) => {
                for (i, choice) in choices.iter().enumerate() {
                    if choices[..i].iter().any(|it| it.value == choice.value) {
                        let list = match question.kind {
                            Kind::Choices(_) => format!("{at}/items/oneOf/{i}"),
                            _ => format!("{at}/oneOf/{i}"),
                        };
                        let message = format!("the option `{}` stands twice", choice.key());
                        self.findings.add(&codes::DUPLICATE_ID, &list, message);
                    }
                }
            }
            Kind::Table(columns) => {
                for column in columns {
                    self.options(column, &format!("{at}/items/properties/{}", column.path));
                }
            }
            _ => {}
        }
    }

    fn row_rule(&mut self, question: &Question, rule: &RowRule, at: &str) {
        let at = format!("{at}/x-row");
        let Kind::Table(columns) = &question.kind else {
            self.findings.add(&codes::RUBRIC, &at, "only a table has rows");
            return;
        };
        let numbers: Vec<&str> =
            columns.iter().filter(|it| is_number(&it.kind)).map(|it| it.path.as_str()).collect();
        for column in rule.columns.keys() {
            self.known("column of numbers", column, &numbers, &format!("{at}/columns"));
        }
        if let Some(column) = &rule.exclude {
            let all: Vec<&str> = columns.iter().map(|it| it.path.as_str()).collect();
            self.known("column", column, &all, &format!("{at}/exclude"));
        }
        if rule.range.0 >= rule.range.1 || rule.columns.is_empty() {
            let message = "the range must rise, and at least one column must be scored";
            self.findings.add(&codes::BAD_CURVE, &at, message);
        }
        for (column, weight) in &rule.columns {
            self.weight(*weight, &format!("{at}/columns/{}", escape(column)));
        }
    }

    fn criterion(&mut self, question: &Question, spec: &CriterionSpec, at: &str) {
        let meta = &self.form.meta;
        let ids: Vec<&str> = meta.dimensions.iter().map(|it| it.id.as_str()).collect();
        let in_dimension = format!("{at}/dimension");
        self.known_as(&codes::UNKNOWN_DIMENSION, "dimension", &spec.dimension, &ids, &in_dimension);
        if let Some(offer) = &spec.offer {
            let ids: Vec<&str> = meta.offers.iter().map(|it| it.id.as_str()).collect();
            self.known("offer", offer, &ids, &format!("{at}/offer"));
        }
        self.sources(&spec.sources, at);
        self.weight(spec.weight, &format!("{at}/weight"));
        self.evidence(spec, at);
        let Some(rubric) = rubric(spec) else {
            let message = "a criterion has exactly one of `levels`, `half_points`, `count`, \
                           `ladder`, `yes_no`, `cutoffs`, `curve`, `points`, `rows` and `formula`";
            self.findings.add(&codes::RUBRIC, at, message);
            return;
        };
        if spec.top_when.is_some() && rubric != Rubric::Count {
            let message = "`top_when` belongs to `count`";
            self.findings.add(&codes::RUBRIC, &format!("{at}/top_when"), message);
        }
        self.fits(question, spec, rubric, at);
    }

    /// Whether `rubric` can score the kind of answers `question` takes.
    fn fits(&mut self, question: &Question, spec: &CriterionSpec, rubric: Rubric, at: &str) {
        let options = match &question.kind {
            Kind::Choice(choices) | Kind::Choices(choices) => choices.as_slice(),
            _ => &[],
        };
        let (fits, wants) = match rubric {
            Rubric::Levels => (
                matches!(question.kind, Kind::Choice(_))
                    && options.iter().all(|it| it.value.is_u64())
                    || question.calculated.is_some(),
                "a choice of whole levels",
            ),
            Rubric::HalfPoints | Rubric::Cutoffs | Rubric::Curve => {
                (is_number(&question.kind), "a number")
            }
            Rubric::Count => (matches!(question.kind, Kind::Choices(_)), "a choice of several"),
            Rubric::Ladder => (
                matches!(question.kind, Kind::Choices(_))
                    && options.iter().all(|it| it.value.is_u64()),
                "a choice of several whole steps",
            ),
            Rubric::YesNo => (matches!(question.kind, Kind::YesNo), "a yes/no question"),
            Rubric::Points => {
                (matches!(question.kind, Kind::Choice(_) | Kind::YesNo), "a choice of one option")
            }
            Rubric::Rows => (question.row.is_some(), "a table with `x-row`"),
            Rubric::Formula => (true, ""),
        };
        if !fits {
            let message = format!("this rubric needs {wants}");
            self.findings.add(&codes::RUBRIC, at, message);
            return;
        }
        match rubric {
            Rubric::Levels => self.levels(question, spec, options, at),
            Rubric::Count => self.count(spec, options, at),
            Rubric::Ladder => self.ladder(spec, options, at),
            Rubric::Points => self.points(question, spec, options, at),
            Rubric::Cutoffs => self.cutoffs(spec, at),
            Rubric::Curve => self.curve(spec, at),
            _ => {}
        }
    }

    fn levels(&mut self, question: &Question, spec: &CriterionSpec, options: &[Choice], at: &str) {
        let top = u64::from(spec.levels.unwrap_or_default());
        let values: Vec<u64> = options.iter().filter_map(|it| it.value.as_u64()).collect();
        if !values.is_empty()
            && (values.iter().min() != Some(&0) || values.iter().max() != Some(&top))
        {
            let message = format!("the options must run from 0 to {top}");
            self.findings.add(&codes::RUBRIC_GAP, &format!("{at}/levels"), message);
        }
        for (i, option) in options.iter().enumerate().filter(|(_, it)| it.description.is_none()) {
            let at = format!("{}/oneOf/{i}", pointer(&question.path));
            let message = format!("level {} has no descriptor", option.key());
            self.findings.add(&codes::NO_DESCRIPTOR, &at, message).suggestion =
                Some("add a `description` that says what this level looks like".to_owned());
        }
    }

    fn count(&mut self, spec: &CriterionSpec, options: &[Choice], at: &str) {
        let at = format!("{at}/count");
        let count = spec.count.as_deref().unwrap_or_default();
        if count.first() != Some(&0) || count.windows(2).any(|it| it[1] < it[0]) {
            let message = "the levels must begin at 0 and never fall";
            self.findings.add(&codes::BAD_CURVE, &at, message);
        }
        if count.len() > options.len() + 1 {
            let message = format!(
                "levels are given for up to {} ticked options, but there are {}",
                count.len() - 1,
                options.len()
            );
            self.findings.add(&codes::RUBRIC_GAP, &at, message);
        }
        let top = count.iter().max();
        let reached = count.iter().position(|it| Some(it) == top).unwrap_or(0);
        if reached + 1 < options.len() {
            let message = format!(
                "{reached} of {} options already give the highest level; more change nothing",
                options.len()
            );
            self.findings.add(&codes::SATURATED, &at, message);
        }
    }

    fn ladder(&mut self, spec: &CriterionSpec, options: &[Choice], at: &str) {
        let top = u64::from(spec.ladder.unwrap_or_default());
        let mut steps: Vec<u64> = options.iter().filter_map(|it| it.value.as_u64()).collect();
        steps.sort_unstable();
        if !steps.iter().copied().eq(1..=top) {
            let message = format!("the options must be the steps 1 to {top}");
            self.findings.add(&codes::RUBRIC_GAP, &format!("{at}/ladder"), message);
        }
    }

    fn points(&mut self, question: &Question, spec: &CriterionSpec, options: &[Choice], at: &str) {
        let at = format!("{at}/points");
        let Some(points) = &spec.points else { return };
        let keys: Vec<String> = match question.kind {
            Kind::YesNo => vec!["true".to_owned(), "false".to_owned()],
            _ => options.iter().map(Choice::key).collect(),
        };
        for key in keys.iter().filter(|it| !points.contains_key(*it)) {
            let message = format!("the option `{key}` has no points");
            self.findings.add(&codes::RUBRIC_GAP, &at, message);
        }
        for (key, value) in points {
            if !keys.contains(key) {
                let message = format!("there is no option `{key}`");
                let near = nearest(key, keys.iter().map(String::as_str))
                    .map(|it| format!("did you mean `{it}`?"));
                self.findings.add(&codes::RUBRIC_GAP, &at, message).suggestion = near;
            }
            if !(0.0..=100.0).contains(value) {
                let message = format!("{value} does not lie between 0 and 100");
                self.findings.add(&codes::BAD_CURVE, &at, message);
            }
        }
        let distinct: BTreeSet<String> = points.values().map(ToString::to_string).collect();
        if distinct.len() == 1 {
            let message = "every option earns the same, so the answer changes nothing";
            self.findings.add(&codes::SATURATED, &at, message);
        }
    }

    fn cutoffs(&mut self, spec: &CriterionSpec, at: &str) {
        let cutoffs = spec.cutoffs.as_deref().unwrap_or_default();
        if cutoffs.windows(2).any(|it| it[1] <= it[0]) {
            let message = "each cut-off must be higher than the one before";
            self.findings.add(&codes::BAD_CURVE, &format!("{at}/cutoffs"), message);
        }
    }

    fn curve(&mut self, spec: &CriterionSpec, at: &str) {
        let at = format!("{at}/curve");
        let curve = spec.curve.as_deref().unwrap_or_default();
        if curve.windows(2).any(|it| it[1].0 <= it[0].0) {
            self.findings.add(
                &codes::BAD_CURVE,
                &at,
                "each value must be higher than the one before",
            );
        }
        if curve.iter().any(|(_, points)| !(0.0..=100.0).contains(points)) {
            self.findings.add(&codes::BAD_CURVE, &at, "points must lie between 0 and 100");
        }
        if curve.windows(2).any(|it| (it[1].1 - it[0].1).abs() < f64::EPSILON) {
            let message = "between two values the points stay the same";
            self.findings.add(&codes::SATURATED, &at, message);
        }
    }

    fn weight(&mut self, weight: u32, at: &str) {
        if !(1..=LARGEST_WEIGHT).contains(&weight) {
            let message = format!("a weight lies between 1 and {LARGEST_WEIGHT}, not at {weight}");
            self.findings.add(&codes::WRONG_SHAPE, at, message);
        }
    }

    fn evidence(&mut self, spec: &CriterionSpec, at: &str) {
        if spec.evidence.is_empty() {
            return;
        }
        let at = format!("{at}/evidence");
        let Some(top) = top_level(spec) else {
            let message = "evidence per level is only for rubrics that give a level";
            self.findings.add(&codes::EVIDENCE_RULE, &at, message).suggestion =
                Some("say what is asked for in `evidence_hint`".to_owned());
            return;
        };
        let mut levels = Vec::new();
        for (level, grade) in &spec.evidence {
            match level.parse::<u32>() {
                Ok(number) if number <= top => levels.push((number, *grade)),
                _ => {
                    let message = format!("there is no level `{level}`");
                    self.findings.add(&codes::EVIDENCE_RULE, &at, message);
                }
            }
        }
        levels.sort_unstable();
        if levels.windows(2).any(|it| it[1].1 < it[0].1) {
            let message = "a higher level asks for weaker evidence than a lower one";
            self.findings.add(&codes::EVIDENCE_RULE, &at, message);
        }
    }

    fn sources(&mut self, sources: &[String], at: &str) {
        let ids: Vec<&str> = self.form.meta.sources.iter().map(|it| it.id.as_str()).collect();
        for source in sources {
            self.known("source", source, &ids, at);
        }
    }

    fn known(&mut self, what: &str, id: &str, ids: &[&str], at: &str) {
        self.known_as(&codes::UNKNOWN_ID, what, id, ids, at);
    }

    fn known_as(&mut self, code: &Code, what: &str, id: &str, ids: &[&str], at: &str) {
        if ids.contains(&id) {
            return;
        }
        let near = nearest(id, ids.iter().copied()).map(|it| format!("did you mean `{it}`?"));
        self.findings.add(code, at, format!("there is no {what} `{id}`")).suggestion = near;
    }
}

/// Whether answers of this kind are numbers.
fn is_number(kind: &Kind) -> bool {
    match kind {
        Kind::Number { .. } => true,
        Kind::Choice(choices) => choices.iter().all(|it| it.value.is_number()),
        _ => false,
    }
}
