//! One criterion: from the answer to a level, and from the level to points.

use std::borrow::Cow;
use std::ops::Bound;

use expressions::Truth;
use expressions::functions::ladder::ladder as unbroken;
use expressions::functions::shape::curve;
use forms::check::rules::{rubric, top_level};
use forms::prepare::PreparedForm;
use forms::reading::{Answer, Extra, Outcome, Reading};
use model::Grade;
use model::form::{Choice, Kind, key_of};
use model::keywords::{CriterionSpec, Effect, RowJoin, RowRule, YesNo};
use model::scorecard::{AnswerState, Rubric, TraceStep};
use serde_json::Value;

use crate::gates::RowGate;
use crate::rounding::snap;

/// What a criterion earned, before it is weighed.
#[derive(Clone, Debug)]
pub struct Earned<'a> {
    /// The index of its question.
    pub index: usize,
    /// Its keyword.
    pub spec: &'a CriterionSpec,
    /// Its rubric.
    pub rubric: Rubric,
    /// Whether it is answered.
    pub state: AnswerState,
    /// The best grade among the evidence.
    pub grade: Grade,
    /// The level claimed.
    pub claimed: Option<f64>,
    /// The level the evidence supports.
    pub documented: Option<f64>,
    /// The highest level.
    pub top: Option<f64>,
    /// Points for what is claimed, 0 to 100.
    pub claimed_points: f64,
    /// Points for what is documented, 0 to 100; what is missing counts as nothing.
    pub points: f64,
    /// Points for what is answered alone; `None` where nothing is.
    pub answered_points: Option<f64>,
    /// Points if what is missing earned all it can.
    pub upper_points: f64,
    /// The way from the answer to the points.
    pub trace: Vec<TraceStep>,
}

/// Every criterion that is asked, in document order.
///
/// `row_gates` are those that exclude rows from tables.
pub fn earned<'a>(reading: &Reading<'a>, row_gates: &[RowGate]) -> Vec<Earned<'a>> {
    let form = reading.form;
    (0..form.len())
        .filter(|it| reading.is_asked(*it))
        .filter_map(|index| one(reading, form, index, row_gates, Grade::E0))
        .collect()
}

/// Every criterion that is asked after a step was taken from `before`, which `earned` is of:
/// what rests on nothing that changed is as it was. At `at` there is evidence of `grade` too.
pub fn earned_after<'e, 'a>(
    earned: &'e [Earned<'a>],
    before: &Reading<'a>,
    reading: &Reading<'a>,
    at: usize,
    grade: Grade,
    row_gates: &[RowGate],
) -> Vec<Cow<'e, Earned<'a>>> {
    let form = reading.form;
    let mut earned = earned.iter().peekable();
    let mut after = Vec::with_capacity(form.len());
    for index in 0..form.len() {
        let was = earned.next_if(|it| it.index == index);
        let rests_on_others = |it: &&Earned<'_>| {
            let logic = &form.logic[index];
            it.rubric == Rubric::Rows || logic.top_when.is_some() || logic.formula.is_some()
        };
        let same = index != at && before.answers[index] == reading.answers[index];
        match was.filter(|it| same && !rests_on_others(it)) {
            Some(it) => after.push(Cow::Borrowed(it)),
            None if reading.is_asked(index) => {
                let grade = if index == at { grade } else { Grade::E0 };
                after.extend(one(reading, form, index, row_gates, grade).map(Cow::Owned));
            }
            None => {}
        }
    }
    after
}

fn one<'a>(
    reading: &Reading<'a>,
    form: &'a PreparedForm,
    index: usize,
    row_gates: &[RowGate],
    grade: Grade,
) -> Option<Earned<'a>> {
    let question = form.question(index);
    let spec = question.criterion.as_ref()?;
    let rubric = rubric(spec)?;
    let mut earned = Earned {
        index,
        spec,
        rubric,
        state: AnswerState::Missing,
        grade: best_grade(reading, &question.path).max(grade),
        claimed: None,
        documented: None,
        top: top(spec, rubric),
        claimed_points: 0.0,
        points: 0.0,
        answered_points: None,
        upper_points: 100.0,
        trace: Vec::new(),
    };
    let value = match &reading.answers[index] {
        Answer::Hidden => return None,
        Answer::NotApplicable(reason) => {
            earned.state = AnswerState::NotApplicable;
            earned.trace.push(TraceStep::NotApplicable { reason: (*reason).to_owned() });
            return Some(earned);
        }
        Answer::Missing(because) => {
            earned.trace.push(TraceStep::Missing { because: because.clone() });
            return Some(earned);
        }
        Answer::Given(value) => value.as_ref(),
    };
    earned.trace.push(match &question.calculated {
        Some(formula) => TraceStep::Calculated { value: value.clone(), formula: formula.clone() },
        None => TraceStep::Answer { value: value.clone() },
    });
    match points(&mut earned, reading, value, row_gates) {
        Ok(state) => {
            earned.state = state;
            if state == AnswerState::Answered {
                earned.answered_points = Some(earned.points);
                earned.upper_points = earned.points;
            }
            earned.trace.push(TraceStep::Points { points: earned.points });
        }
        Err(because) => {
            earned.points = 0.0;
            earned.claimed_points = 0.0;
            earned.trace.push(TraceStep::Missing { because: Some(because) });
        }
    }
    Some(earned)
}

fn top(spec: &CriterionSpec, rubric: Rubric) -> Option<f64> {
    match rubric {
        Rubric::HalfPoints => spec.half_points,
        Rubric::Ladder => spec.ladder,
        _ => top_level(spec),
    }
    .map(f64::from)
}

/// The best grade among the evidence for the question at `path` and its rows.
fn best_grade(reading: &Reading<'_>, path: &str) -> Grade {
    let from = (Bound::Included(path), Bound::Unbounded);
    let beginning_so = reading.response.notes.range::<str, _>(from);
    beginning_so
        .map_while(|(key, note)| Some((key.strip_prefix(path)?, note)))
        .filter(|(rest, _)| rest.is_empty() || rest.starts_with('['))
        .flat_map(|(_, note)| &note.evidence)
        .map(|it| it.grade)
        .max()
        .unwrap_or(Grade::E0)
}

/// Works out level and points of an answer, and whether all of it is there; an error says why
/// there are none.
fn points(
    earned: &mut Earned<'_>,
    reading: &Reading<'_>,
    value: &Value,
    row_gates: &[RowGate],
) -> Result<AnswerState, String> {
    let spec = earned.spec;
    let question = reading.form.question(earned.index);
    match earned.rubric {
        Rubric::Levels | Rubric::HalfPoints => {
            if let (Kind::Choice(choices), None) = (&question.kind, &question.calculated) {
                is_option(choices, value)?;
            }
            let level = on_scale(earned, number(value)?, earned.top.unwrap_or(0.0));
            level_points(earned, level);
        }
        Rubric::Count => {
            let level = count(earned, reading, &question.kind, value)?;
            level_points(earned, f64::from(level));
        }
        Rubric::Cutoffs => {
            let value = number(value)?;
            let reached =
                spec.cutoffs.iter().flatten().filter(|it| snap(value) >= snap(**it)).count();
            let level = u32::try_from(reached).unwrap_or(u32::MAX);
            earned.trace.push(TraceStep::Cutoffs { value, level });
            level_points(earned, f64::from(level));
        }
        Rubric::Ladder => ladder(earned, value),
        Rubric::YesNo => {
            let yes = value.as_bool().ok_or("the answer is neither yes nor no")?;
            set(earned, if yes == (spec.yes_no == Some(YesNo::Yes)) { 100.0 } else { 0.0 });
        }
        Rubric::Curve => {
            let points = spec.curve.as_deref().unwrap_or_default();
            let on_curve = curve(number(value)?, points).map_err(|it| it.to_string())?;
            set(earned, on_curve);
        }
        Rubric::Points => {
            let points = spec.points.as_ref().and_then(|it| it.get(&key_of(value)));
            set(earned, *points.ok_or("the option has no points")?);
        }
        Rubric::Rows => {
            let rule = question.row.as_ref().ok_or("the table has no rule for its rows")?;
            let of_table = |it: &&RowGate| matches!(&it.result.effect, Effect::ExcludeRow(table) if *table == question.path);
            let gates: Vec<&RowGate> = row_gates.iter().filter(of_table).collect();
            return join_rows(earned, rule, value, &gates);
        }
        Rubric::Formula => formula(earned, reading)?,
    }
    Ok(AnswerState::Answered)
}

fn number(value: &Value) -> Result<f64, String> {
    value.as_f64().ok_or_else(|| "the answer is not a number".to_owned())
}

/// `value`, or the end of the scale beyond which it lies; the trace says so.
fn on_scale(earned: &mut Earned<'_>, value: f64, top: f64) -> f64 {
    let counts_as = value.clamp(0.0, top);
    if snap(value) < 0.0 || snap(value) > snap(top) {
        earned.trace.push(TraceStep::OutsideScale { value: snap(value), counts_as });
    }
    counts_as
}

fn is_option(choices: &[Choice], value: &Value) -> Result<(), String> {
    let is_one = choices.iter().any(|it| it.value == *value);
    is_one.then_some(()).ok_or_else(|| "the answer is none of the options".to_owned())
}

fn set(earned: &mut Earned<'_>, points: f64) {
    let points = snap(points.clamp(0.0, 100.0));
    earned.points = points;
    earned.claimed_points = points;
}

/// Sets level and points, claimed and documented.
fn level_points(earned: &mut Earned<'_>, claimed: f64) {
    let top = earned.top.unwrap_or(1.0);
    let documented = documented(earned, claimed);
    earned.claimed = Some(claimed);
    earned.documented = Some(documented);
    earned.claimed_points = snap(100.0 * claimed / top);
    earned.points = snap(100.0 * documented / top);
}

/// The level that the evidence supports: the highest up to `claimed` for which the grade is
/// enough, and for every level below it too.
fn documented(earned: &mut Earned<'_>, claimed: f64) -> f64 {
    let spec = earned.spec;
    let asked = || {
        let all = spec.evidence.iter();
        let all = all.filter_map(|(level, grade)| Some((level.parse::<f64>().ok()?, *grade)));
        all.filter(|(level, _)| *level <= claimed)
    };
    let refused = asked().filter(|(_, grade)| *grade > earned.grade).map(|(level, _)| level);
    let Some(level) = refused.reduce(f64::min) else { return claimed };
    let documented = (level - 1.0).max(0.0);
    let highest = asked().reduce(|highest, it| if it.0 > highest.0 { it } else { highest });
    let needs = highest.map_or(Grade::E0, |(_, grade)| grade);
    earned.trace.push(TraceStep::EvidenceCap { claimed, has: earned.grade, needs, documented });
    documented
}

fn count(
    earned: &mut Earned<'_>,
    reading: &Reading<'_>,
    kind: &Kind,
    value: &Value,
) -> Result<u32, String> {
    let entries = value.as_array().ok_or("the answer is not a list")?;
    let Kind::Choices(choices) = kind else { return Err("there are no options".to_owned()) };
    let ticked = choices.iter().filter(|it| entries.contains(&it.value)).count();
    let levels = earned.spec.count.as_deref().unwrap_or_default();
    let top = levels.iter().copied().max().unwrap_or_default();
    let mut level = levels.get(ticked).or(levels.last()).copied().unwrap_or_default();
    let mut top_refused = false;
    if level == top
        && let Some(test) = &reading.form.logic[earned.index].top_when
        && reading.decide(test, Extra::default()).truth != Truth::True
    {
        level = levels.iter().copied().filter(|it| *it < top).max().unwrap_or_default();
        top_refused = true;
    }
    let ticked = u32::try_from(ticked).unwrap_or(u32::MAX);
    earned.trace.push(TraceStep::Count { ticked, level, top_refused });
    Ok(level)
}

fn ladder(earned: &mut Earned<'_>, value: &Value) {
    let top = earned.spec.ladder.unwrap_or(2);
    let steps: Vec<u32> = value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|it| u32::try_from(it.as_u64()?).ok())
        .filter(|it| *it <= top)
        .collect();
    let highest = steps.iter().copied().max().unwrap_or_default();
    let level = unbroken(&steps);
    earned.trace.push(TraceStep::Ladder { highest, level });
    let points = |level: u32| snap(100.0 * f64::from(level.saturating_sub(1)) / f64::from(top - 1));
    earned.claimed = Some(f64::from(highest));
    earned.documented = Some(f64::from(level));
    earned.points = points(level);
    earned.claimed_points = earned.points;
}

fn formula(earned: &mut Earned<'_>, reading: &Reading<'_>) -> Result<(), String> {
    let form = reading.form;
    let formula = form.logic[earned.index].formula.as_ref().ok_or("there is no formula")?;
    earned.trace.push(TraceStep::Formula { formula: formula.source().to_owned() });
    match reading.value(formula, Extra::default()) {
        Outcome::Value(value) => {
            let points = on_scale(earned, number(&value)?, 100.0);
            set(earned, points);
        }
        Outcome::Waits(names) => return Err(names.join(", ")),
        Outcome::NotAsked => return Err("the formula rests on something not asked".to_owned()),
        Outcome::Failed(message) => return Err(message),
    }
    Ok(())
}

/// Joins the scores of the rows; each row's score goes into the trace.
///
/// A row that is open (not finished, or perhaps excluded) counts as nothing, in the upper points
/// as full, and in what is answered not at all.
fn join_rows(
    earned: &mut Earned<'_>,
    rule: &RowRule,
    value: &Value,
    gates: &[&RowGate],
) -> Result<AnswerState, String> {
    let (mut finished, mut open) = (Vec::new(), Vec::new());
    for row in value.as_array().ok_or("the answer is not a table")? {
        let id = row.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let excluded = is_excluded(rule, row, &id, gates);
        let points = if excluded == Truth::False { row_points(rule, row) } else { None };
        finished.extend(points);
        if points.is_none() && excluded != Truth::True {
            open.push(id.clone());
        }
        earned.trace.push(TraceStep::Row { id, points, excluded: excluded == Truth::True });
    }
    let Some(first) = open.first() else {
        // Where every row is excluded nothing is earned, and a gate says so.
        set(earned, joined(rule.join, &finished));
        return Ok(AnswerState::Answered);
    };
    if finished.is_empty() {
        return Err(format!("the row {first} is not finished"));
    }
    let with_open = |points: f64| {
        let open = open.iter().map(|_| points);
        joined(rule.join, &finished.iter().copied().chain(open).collect::<Vec<_>>())
    };
    set(earned, with_open(0.0));
    earned.answered_points = Some(joined(rule.join, &finished));
    earned.upper_points = with_open(100.0);
    Ok(AnswerState::Missing)
}

/// The scores of rows, joined; 0 where there are none.
fn joined(join: RowJoin, scores: &[f64]) -> f64 {
    let sum: f64 = scores.iter().sum();
    #[expect(clippy::cast_precision_loss, reason = "a table has at most 1,000 rows")]
    let count = scores.len().max(1) as f64;
    snap(match join {
        RowJoin::Max => scores.iter().copied().fold(0.0, f64::max),
        RowJoin::Mean => sum / count,
        RowJoin::Sum => sum.min(100.0),
    })
}

/// Whether the row is excluded by its own column or by a gate; not yet known while either is.
fn is_excluded(rule: &RowRule, row: &Value, id: &str, gates: &[&RowGate]) -> Truth {
    let by_column = match rule.exclude.as_ref().map(|it| row.get(it)) {
        None => Truth::False,
        Some(None | Some(Value::Null)) => Truth::Unknown,
        Some(Some(Value::Array(items))) => (!items.is_empty()).into(),
        Some(Some(cell)) => (*cell == Value::Bool(true)).into(),
    };
    let holds = |id_of: fn(&RowGate) -> &[String]| {
        gates.iter().any(|it| id_of(it).iter().any(|it| it == id))
    };
    if by_column == Truth::True || holds(|it| &it.result.rows) {
        Truth::True
    } else if by_column == Truth::Unknown || holds(|it| &it.open) {
        Truth::Unknown
    } else {
        Truth::False
    }
}

/// The weighted score of a row, 0 to 100; `None` while a scored cell is missing.
fn row_points(rule: &RowRule, row: &Value) -> Option<f64> {
    let (low, high) = rule.range;
    let (mut sum, mut of) = (0.0, 0.0);
    for (column, weight) in &rule.columns {
        let value = row.get(column)?.as_f64()?;
        sum += f64::from(*weight) * 100.0 * (value - low) / (high - low);
        of += f64::from(*weight);
    }
    let points = sum / of;
    (!points.is_nan()).then(|| snap(points.clamp(0.0, 100.0)))
}
