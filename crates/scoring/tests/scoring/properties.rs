//! What holds for every form and every response, tried on many that nobody thought of.

use forms::prepare::PreparedForm;
use model::scorecard::{NextAction, NextStep, Score};
use model::{Grade, Response, Scorecard};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::{
    Sketch, choice, choices, criterion, ladder, levels_of, number, response, with, yes_no,
};

/// More than the noise of adding up, less than anything that is shown.
const NOISE: f64 = 1e-7;

/// Few cases, so that tests stay fast; `PROPTEST_CASES=5000` tries more.
fn few() -> ProptestConfig {
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 48;
    }
    config.failure_persistence = None;
    config
}

/// A form that is yet to be made, and how its questions are answered.
#[derive(Clone, Debug)]
struct Plan {
    pooled: bool,
    split: (u32, u32),
    dimensions: usize,
    criteria: Vec<Criterion>,
    gates: Vec<Gate>,
}

#[derive(Clone, Debug)]
struct Criterion {
    rubric: u8,
    dimension: usize,
    weight: u32,
    evidence: bool,
    /// Asked only when the yes/no question of that number is answered with yes.
    flag: Option<usize>,
    answer: u16,
    state: State,
    grade: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Answered,
    /// Answered in the fuller of two responses only.
    Later,
    Missing,
    NotApplicable,
}

/// Acts when a level is low: on a dimension, the band, or the whole.
#[derive(Clone, Debug)]
struct Gate {
    first: usize,
    second: usize,
    low: u32,
    tree: u8,
    effect: u8,
    at: u32,
}

const RUBRICS: u8 = 10;
const FLAGS: usize = 2;
const BANDS: [&str; 3] = ["low", "emerging", "solid"];

fn plans() -> impl Strategy<Value = Plan> {
    let state = prop_oneof![
        4 => Just(State::Answered),
        2 => Just(State::Later),
        2 => Just(State::Missing),
        1 => Just(State::NotApplicable),
    ];
    let criterion = (
        0..RUBRICS,
        0..3_usize,
        1..6_u32,
        any::<bool>(),
        proptest::option::weighted(0.3, 0..FLAGS),
        any::<u16>(),
        state,
        0..5_usize,
    );
    let criterion =
        criterion.prop_map(|(rubric, dimension, weight, evidence, flag, answer, state, grade)| {
            Criterion { rubric, dimension, weight, evidence, flag, answer, state, grade }
        });
    let gate = (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        1..5_u32,
        0..3_u8,
        0..4_u8,
        0..100_u32,
    );
    (
        any::<bool>(),
        (1..50_u32, 1..50_u32),
        1..=3_usize,
        prop::collection::vec(criterion, 3..8),
        prop::collection::vec(gate, 0..4),
    )
        .prop_map(|(pooled, split, dimensions, mut criteria, gates)| {
            for (i, it) in criteria.iter_mut().enumerate() {
                it.dimension = if i < dimensions { i } else { it.dimension % dimensions };
            }
            let gates = gates
                .into_iter()
                .map(|(first, second, low, tree, effect, at)| Gate {
                    first: first.index(criteria.len()),
                    second: second.index(criteria.len()),
                    low,
                    tree,
                    effect,
                    at,
                })
                .collect();
            Plan { pooled, split, dimensions, criteria, gates }
        })
}

impl Plan {
    fn without_conditions(mut self) -> Self {
        self.criteria.iter_mut().for_each(|it| it.flag = None);
        self
    }

    fn sketch(&self) -> Sketch {
        let names = &["d0", "d1", "d2"][..self.dimensions];
        let (a, b) = self.split;
        let weights = [vec![100], vec![a, 100 - a], vec![a, b, 100 - a - b]];
        let weights = &weights[self.dimensions - 1];
        let sketch = match self.pooled {
            true => Sketch::pooled(names),
            false => {
                let all: Vec<_> = names.iter().copied().zip(weights.iter().copied()).collect();
                Sketch::new(&all)
            }
        };
        let sketch = (0..FLAGS).fold(sketch, |it, i| it.ask(&format!("f{i}"), yes_no()));
        let sketch = self
            .criteria
            .iter()
            .enumerate()
            .fold(sketch, |sketch, (i, it)| sketch.ask(&format!("q{i}"), it.question(i)));
        self.gates.iter().enumerate().fold(sketch, |sketch, (i, it)| {
            let when = |at: usize| json!(self.criteria[at].low(at, it.low));
            let when = match it.tree {
                0 => when(it.first),
                1 => json!({ "any": [when(it.first), when(it.second)] }),
                _ => json!({ "all": [when(it.first), { "not": { "not": when(it.second) } }] }),
            };
            let effect = match it.effect {
                0 | 1 => {
                    let dimension = &names[self.criteria[it.first].dimension];
                    json!({ "cap-dimension": { *dimension: it.at } })
                }
                2 => json!({ "cap-band": BANDS[it.at as usize % 3] }),
                _ => json!("knockout"),
            };
            sketch.gate(&format!("g{i}"), when, effect)
        })
    }

    fn build(&self) -> PreparedForm {
        self.sketch().build()
    }

    /// The answers and notes where `given` says that the answer of a state is there.
    fn response(&self, given: impl Fn(State) -> bool, flags: u16) -> Response {
        let mut answers = json!({});
        let mut notes = json!({});
        for i in 0..FLAGS {
            // Each yes, no, or not answered.
            match flags / 3_u16.pow(i as u32) % 3 {
                0 => answers[format!("f{i}")] = json!(true),
                1 => answers[format!("f{i}")] = json!(false),
                _ => {}
            }
        }
        for (i, it) in self.criteria.iter().enumerate() {
            let name = format!("q{i}");
            let mut note =
                json!({ "evidence": [{ "title": "Proof", "grade": Grade::ALL[it.grade] }] });
            if it.state == State::NotApplicable {
                note["not_applicable"] = json!("There is none.");
            } else if given(it.state) {
                answers[&name] = it.answer(given(State::Later));
            }
            notes[&name] = note;
        }
        response(answers, notes)
    }
}

const DEGREES: [u32; 4] = [0, 2, 3, 4];
const COUNT: [u32; 4] = [0, 1, 1, 3];
const CUTOFFS: [f64; 3] = [2.5, 4.0, 7.3];
const CURVE: [(f64, f64); 4] = [(0.0, 0.0), (2.0, 45.0), (7.0, 70.0), (10.0, 100.0)];
const POINTS: [(&str, f64); 4] = [("none", 0.0), ("some", 33.3), ("most", 66.6), ("all", 100.0)];

impl Criterion {
    fn question(&self, at: usize) -> Value {
        let (question, rubric, has_levels) = match self.rubric {
            0 => (levels_of(&[0, 1, 2, 3, 4]), json!({ "levels": 4 }), true),
            1 => (levels_of(&DEGREES), json!({ "levels": 4 }), true),
            2 => (number(), json!({ "half_points": 5 }), false),
            3 => (choices(&["a", "b", "c"]), json!({ "count": COUNT }), true),
            4 => (ladder(5), json!({ "ladder": 5 }), false),
            5 => (yes_no(), json!({ "yes_no": "yes" }), false),
            6 => (number(), json!({ "cutoffs": CUTOFFS }), true),
            7 => (self.rows(), json!({ "rows": true }), false),
            8 => (number(), json!({ "formula": format!("s.q{at} * 10") }), false),
            _ if self.weight.is_multiple_of(2) => (number(), json!({ "curve": CURVE }), false),
            _ => {
                let points: Map<String, Value> =
                    POINTS.iter().map(|(key, it)| ((*key).to_owned(), json!(it))).collect();
                (choice(&POINTS.map(|it| it.0)), json!({ "points": points }), false)
            }
        };
        let dimension = format!("d{}", self.dimension);
        let mut question = with(question, criterion(&dimension, self.weight, rubric));
        question["x-criterion"]["not_applicable"] = json!(true);
        if self.evidence && has_levels {
            question["x-criterion"]["evidence"] = json!({ "2": "E1", "3": "E3" });
        }
        if let Some(flag) = self.flag {
            question["x-visible"] = json!(format!("s.f{flag}"));
        }
        question
    }

    /// A table of which a row is excluded when `out` is ticked.
    fn rows(&self) -> Value {
        let join = ["max", "mean", "sum"][self.weight as usize % 3];
        with(
            crate::support::table(&[("km", number()), ("m", number()), ("out", yes_no())]),
            json!({ "x-row": {
                "columns": { "km": 3, "m": 1 }, "range": [0, 10], "exclude": "out", "join": join,
            } }),
        )
    }

    /// The rows; of some, a cell or two is missing, or there only when `later`.
    fn cells(&self, later: bool) -> Value {
        let row = |i: u16| {
            let seed = usize::from(self.answer) / 7 + usize::from(i) * 13;
            let mut row = json!({ "id": format!("r{i}") });
            let cells = [json!(seed % 11), json!(seed % 7), json!(seed.is_multiple_of(3))];
            for (k, (name, cell)) in ["km", "m", "out"].into_iter().zip(cells).enumerate() {
                match (seed >> k) % 5 {
                    0 => {}
                    1 if !later => {}
                    _ => row[name] = cell,
                }
            }
            row
        };
        (0..self.answer % 4).map(row).collect()
    }

    /// The expression that holds when the answer is low.
    fn low(&self, at: usize, low: u32) -> String {
        match self.rubric {
            0..=2 | 6 => format!("s.q{at} < {low}"),
            3 | 4 | 7 => format!("s.q{at} | length < {low}"),
            8 => format!("s.q{at} < {low}"),
            5 => format!("not s.q{at}"),
            _ if self.weight.is_multiple_of(2) => format!("s.q{at} < {low}"),
            _ => format!("s.q{at} == 'none'"),
        }
    }

    /// The answer; rows that are filled in `later` are full then.
    fn answer(&self, later: bool) -> Value {
        let answer = self.answer;
        let ticked = |names: &[Value]| {
            let all = names.iter().enumerate().filter(|(i, _)| answer >> i & 1 == 1);
            Value::Array(all.map(|(_, it)| it.clone()).collect())
        };
        match self.rubric {
            0 => json!(answer % 5),
            1 => json!(DEGREES[usize::from(answer % 4)]),
            2 => json!(f64::from(answer % 11) / 2.0),
            3 => ticked(&[json!("a"), json!("b"), json!("c")]),
            4 => ticked(&[json!(1), json!(2), json!(3), json!(4), json!(5)]),
            5 => json!(answer % 2 == 1),
            7 => self.cells(later),
            _ if matches!(self.rubric, 6 | 8) || self.weight.is_multiple_of(2) => {
                json!(f64::from(answer % 110) / 10.0)
            }
            _ => json!(POINTS[usize::from(answer % 4)].0),
        }
    }

    /// The answer that takes `step` from the answer `now`.
    fn stepped(&self, now: &Value, step: &NextStep) -> Value {
        let to = step.to.unwrap_or_default();
        match self.rubric {
            0 | 1 => json!(to as u32),
            2 => json!(to),
            3 => {
                let mut ticks: Vec<&str> =
                    now.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                for tick in ["a", "b", "c"] {
                    if f64::from(COUNT[ticks.len()]) < to && !ticks.contains(&tick) {
                        ticks.push(tick);
                    }
                }
                json!(ticks)
            }
            4 => {
                let higher = now.as_array().into_iter().flatten();
                let higher = higher.filter_map(Value::as_u64).filter(|it| *it > to as u64);
                json!((1..=to as u64).chain(higher).collect::<Vec<u64>>())
            }
            5 => json!(true),
            6 => json!(CUTOFFS[to as usize - 1]),
            _ if self.weight.is_multiple_of(2) => {
                let at = now.as_f64().unwrap_or(f64::NEG_INFINITY);
                let better = CURVE.iter().find(|it| it.0 > at && it.1 > 0.0).unwrap();
                json!(better.0)
            }
            _ => {
                let now = POINTS.iter().find(|it| *now == it.0).map_or(0.0, |it| it.1);
                json!(POINTS.iter().find(|it| it.1 > now).unwrap().0)
            }
        }
    }
}

fn scored(form: &PreparedForm, response: &Response) -> Scorecard {
    scoring::score(form, response, None)
}

fn in_order(score: &Score) -> Result<(), TestCaseError> {
    let answered = score.answered.unwrap_or(score.strict);
    prop_assert!(0.0 <= score.strict && score.upper <= 100.0, "{score:?}");
    prop_assert!(score.strict <= answered && answered <= score.upper, "{score:?}");
    prop_assert!(score.strict <= score.claimed && score.claimed <= 100.0, "{score:?}");
    prop_assert!((0.0..=1.0).contains(&score.completeness), "{score:?}");
    Ok(())
}

fn sound(card: &Scorecard) -> Result<(), TestCaseError> {
    for dimension in &card.dimensions {
        if let Some(score) = &dimension.score {
            prop_assert!(0.0 <= score.strict && score.upper <= 100.0, "{score:?}");
            prop_assert!(score.strict <= score.claimed && score.strict <= score.upper, "{score:?}");
        }
    }
    for criterion in &card.criteria {
        prop_assert!(criterion.points.is_none_or(|it| (0.0..=100.0).contains(&it)));
        prop_assert!(criterion.contribution <= criterion.share + NOISE);
    }
    let Some(total) = &card.total else { return Ok(()) };
    in_order(&total.score)?;
    let share: f64 = card.criteria.iter().map(|it| it.share).sum();
    prop_assert!((share - 100.0).abs() < NOISE, "{share}");
    let falling: Vec<f64> = total.evidence.values().copied().collect();
    prop_assert!(falling.windows(2).all(|it| it[0] >= it[1]), "{falling:?}");
    if card.dimensions.iter().all(|it| it.cap.is_none()) {
        let sum: f64 = card.criteria.iter().map(|it| it.contribution).sum();
        prop_assert!((sum - total.score.strict).abs() < NOISE, "{sum}");
    }
    Ok(())
}

fn rank(card: &Scorecard) -> Option<u32> {
    Some(card.total.as_ref()?.band.as_ref()?.rank)
}

/// `value` with the keys of every object the other way round.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .rev()
            .map(|(key, it)| (key.clone(), reversed(it)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(reversed).collect(),
        other => other.clone(),
    }
}

/// The pointers of every value in `value`.
fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    let mut inner = |key: &str, it: &Value| {
        pointers(it, &format!("{at}/{}", forms::json::escape(key)), out);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, it)| inner(key, it)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, it)| inner(&i.to_string(), it));
        }
        _ => {}
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-5..15_i64).prop_map(Value::from),
        any::<f64>().prop_map(|it| json!(it)),
        prop_oneof![Just("a"), Just("none"), Just("id"), Just("r1"), Just("")]
            .prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 6, |inner| {
        let keys = prop_oneof![Just("id".to_owned()), Just("km".to_owned()), "[a-z]{1,3}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(keys, inner, 0..5)
                .prop_map(|it| it.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

/// A form with a question of every kind, conditions, values, rows and figures.
fn everything() -> Sketch {
    let rows = with(
        crate::support::table(&[
            ("km", number()),
            ("open", yes_no()),
            ("share", json!({ "type": "number", "x-calculated": "ratio(row.km, s.number)" })),
        ]),
        json!({ "x-row": {
            "columns": { "km": 2, "share": 1 }, "range": [0, 5], "exclude": "open", "join": "mean",
        } }),
    );
    Sketch::new(&[("d", 50), ("e", 50)])
        .gate("rows", "row.km > s.number", json!({ "exclude-row": "s.rows" }))
        .gate("cap", "s.number / s.level > 1", json!({ "cap-dimension": { "d": 40 } }))
        .gate("out", "s.text == 'a' or s.yes", "knockout")
        .meta(json!({
            "indicators": [
                { "id": "share", "title": "Share", "formula": "s.number / s.level",
                  "sensitivity": [{ "input": "s.number", "change": 0.5 }] },
                { "id": "km", "title": "Kilometres", "formula": "sum(s.rows, 'km') + score.total" },
            ],
            "narratives": [{ "id": "n", "text": "{{ score.total | number(1) }} of {{ s.text }}" }],
        }))
        .ask("yes", with(yes_no(), criterion("d", 1, json!({ "yes_no": "yes" }))))
        .ask(
            "level",
            with(
                levels_of(&[0, 1, 2, 3, 4]),
                criterion("d", 2, json!({ "levels": 4, "evidence": { "2": "E2" } })),
            ),
        )
        .ask("number", with(number(), criterion("d", 1, json!({ "curve": [[0, 0], [10, 100]] }))))
        .ask("half", with(number(), criterion("d", 1, json!({ "half_points": 5 }))))
        .ask("cut", with(number(), criterion("d", 1, json!({ "cutoffs": [1, 2] }))))
        .ask("text", json!({ "type": "string" }))
        .ask(
            "ticks",
            with(
                choices(&["a", "b"]),
                criterion("e", 1, json!({ "count": [0, 1, 2], "top_when": "s.yes" })),
            ),
        )
        .ask("ladder", with(ladder(4), criterion("e", 1, json!({ "ladder": 4 }))))
        .ask(
            "points",
            with(
                choice(&["a", "none"]),
                criterion("e", 1, json!({ "points": { "a": 9, "none": 1 } })),
            ),
        )
        .ask("rows", with(rows, criterion("e", 1, json!({ "rows": true }))))
        .ask("twice", json!({ "type": "number", "x-calculated": "s.number * 2" }))
        .ask("worked", with(number(), criterion("e", 1, json!({ "formula": "s.twice + s.cut" }))))
        .ask("hidden", with(number(), json!({ "x-visible": "s.ticks | length > 1" })))
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn every_score_lies_between_0_and_100_and_strict_below_answered_below_upper(
        plan in plans(), flags in 0..9_u16,
    ) {
        let form = plan.build();
        sound(&scored(&form, &plan.response(|it| it == State::Answered, flags)))?;
        sound(&scored(&form, &plan.response(|it| it != State::Missing, flags)))?;
    }

    #[test]
    fn what_arrives_only_lifts_the_strict_score_and_only_lowers_the_upper(plan in plans()) {
        let plan = plan.without_conditions();
        let form = plan.build();
        let before = scored(&form, &plan.response(|it| it == State::Answered, 0));
        let after = scored(&form, &plan.response(|it| it != State::Missing, 0));
        let scores = |card: &Scorecard| card.total.clone().map(|it| it.score);
        if let (Some(before), Some(after)) = (scores(&before), scores(&after)) {
            prop_assert!(before.strict <= after.strict + NOISE, "{before:?} {after:?}");
            prop_assert!(after.upper <= before.upper + NOISE, "{before:?} {after:?}");
            prop_assert!(before.completeness <= after.completeness + NOISE);
        }
        if let (Some(before), Some(after)) = (rank(&before), rank(&after)) {
            prop_assert!(before <= after, "the band fell");
        }
    }

    #[test]
    fn more_evidence_never_lowers(plan in plans(), flags in 0..9_u16, at in any::<prop::sample::Index>(), grade in 0..5_usize) {
        let form = plan.build();
        let less = plan.response(|it| it != State::Missing, flags);
        let mut more = less.clone();
        let name = format!("s.q{}", at.index(plan.criteria.len()));
        let evidence = json!({ "title": "More", "grade": Grade::ALL[grade] });
        more.notes.entry(name).or_default().evidence.push(serde_json::from_value(evidence).unwrap());
        let (less, more) = (scored(&form, &less), scored(&form, &more));
        if let (Some(less), Some(more)) = (&less.total, &more.total) {
            prop_assert!(less.score.strict <= more.score.strict + NOISE);
            prop_assert!((less.score.upper <= more.score.upper + NOISE), "{less:?} {more:?}");
        }
        if let (Some(less), Some(more)) = (rank(&less), rank(&more)) {
            prop_assert!(less <= more, "the band fell");
        }
    }

    #[test]
    fn what_is_hidden_changes_nothing(plan in plans(), seed in any::<u16>()) {
        let form = plan.build();
        let first = plan.response(|it| it != State::Missing, 4);
        let mut other = plan.clone();
        for it in other.criteria.iter_mut().filter(|it| it.flag.is_some()) {
            it.answer ^= seed;
        }
        let second = other.response(|it| it != State::Missing, 4);
        let (first, second) = (scored(&form, &first), scored(&form, &second));
        prop_assert_eq!(scoring::body(&first), scoring::body(&second));
    }

    #[test]
    fn the_order_of_keys_changes_nothing(plan in plans(), flags in 0..9_u16) {
        let form = plan.build();
        let response = plan.response(|it| it != State::Missing, flags);
        let turned = reversed(&serde_json::to_value(&response).unwrap());
        let text = serde_json::to_string(&turned).unwrap();
        let turned = forms::parse_response("r.json", &text).unwrap();
        let (card, again) = (scored(&form, &response), scored(&form, &turned));
        prop_assert_eq!(scoring::body(&card), scoring::body(&again));
        prop_assert_eq!(&card.provenance, &again.provenance);
        prop_assert_eq!(scoring::body(&card), scoring::body(&scored(&form, &response)));
    }

    #[test]
    fn a_form_kept_in_canonical_json_scores_the_same_bytes(plan in plans(), flags in 0..9_u16) {
        let form = plan.build();
        let kept = forms::canonical::to_string(&form.form.document);
        let kept = serde_json::from_str(&kept).unwrap();
        let again = forms::prepare(&kept, form.translations.clone()).unwrap();
        let response = plan.response(|it| it != State::Missing, flags);
        let text = forms::canonical::to_string(&response);
        let kept = forms::parse_response("r.json", &text).unwrap();
        let (card, again) = (scored(&form, &response), scored(&again, &kept));
        prop_assert_eq!(scoring::body(&card), scoring::body(&again));
        prop_assert_eq!(&card.provenance, &again.provenance);
        let back: Scorecard = serde_json::from_str(&scoring::body(&card).replacen('{', "{\"provenance\":{\"engine\":\"0.0.0\",\"form\":\"\",\"response\":\"\",\"rounding\":\"\"},", 1)).unwrap();
        prop_assert_eq!(scoring::body(&back), scoring::body(&card));
    }

    #[test]
    fn every_next_step_gains_what_it_says(plan in plans(), flags in 0..9_u16) {
        let form = plan.build();
        let response = plan.response(|it| it != State::Missing, flags);
        let card = scored(&form, &response);
        let before = card.total.as_ref().map_or(0.0, |it| it.score.strict);
        let gains: Vec<f64> = card.next_steps.iter().map(|it| it.gain).collect();
        prop_assert!(gains.windows(2).all(|it| it[0] > it[1] - NOISE * 20.0), "{gains:?}");
        for step in &card.next_steps {
            let name = step.question.trim_start_matches("s.");
            let criterion = &plan.criteria[name[1..].parse::<usize>().unwrap()];
            let mut taken = response.clone();
            let answers = taken.answers["s"].as_object_mut().unwrap();
            if step.action != NextAction::Document {
                let now = answers.get(name).cloned().unwrap_or_default();
                answers.insert(name.to_owned(), criterion.stepped(&now, step));
            }
            if let Some(grade) = step.evidence {
                let evidence = serde_json::from_value(json!({ "title": "New", "grade": grade }));
                taken.notes.entry(step.question.clone()).or_default().evidence.push(evidence.unwrap());
            }
            let after = scored(&form, &taken).total.unwrap().score.strict;
            prop_assert!((after - before - step.gain).abs() < NOISE, "{step:?}: {before} to {after}");
        }
    }
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn no_answer_whatever_makes_it_panic(
        answers in prop::collection::vec(any_json(), 13),
        step in prop::option::weighted(0.1, any_json()),
        notes in prop::collection::vec((0..14_usize, any::<bool>(), 0..5_usize), 0..5),
    ) {
        thread_local!(static FORM: PreparedForm = everything().build());
        FORM.with(|form| {
            let names: Vec<String> = form.form.questions().map(|(_, it)| it.path.clone()).collect();
            let given: Map<String, Value> = names
                .iter()
                .zip(answers)
                .map(|(name, answer)| (name.trim_start_matches("s.").to_owned(), answer))
                .collect();
            let mut response = response(step.unwrap_or(given.into()), Value::Null);
            for (at, not_applicable, grade) in notes {
                let name = names.get(at).map_or("s.rows[r1]", String::as_str);
                let note = response.notes.entry(name.to_owned()).or_default();
                note.not_applicable = not_applicable.then(String::new);
                let evidence = json!({ "title": "", "grade": Grade::ALL[grade], "date": "x" });
                note.evidence.push(serde_json::from_value(evidence).unwrap());
            }
            let text = serde_json::to_string(&response).unwrap();
            let issues = forms::response::findings(form, &response, "r.json", &text);
            let card = scored(form, &response);
            sound(&card)?;
            for criterion in &card.criteria {
                scoring::explain::explain(&form.form, &card, criterion);
            }
            // What is kept can be read again and says the same, whatever was answered.
            let kept: Scorecard = serde_json::from_str(&forms::canonical::to_string(&card)).unwrap();
            prop_assert_eq!(scoring::body(&kept), scoring::body(&card));
            let again: Response = serde_json::from_str(&forms::canonical::to_string(&response)).unwrap();
            prop_assert_eq!(scoring::body(&scored(form, &again)), scoring::body(&card));
            prop_assert!(issues.len() <= forms::validate::MOST_ISSUES);
            Ok(())
        })?;
    }

    #[test]
    fn whatever_form_is_accepted_scores_between_0_and_100(
        at in any::<prop::sample::Index>(),
        odd in prop_oneof![
            any_json(),
            (-3..200_i64).prop_map(Value::from),
            prop_oneof![Just("s.number"), Just("s.level > 1"), Just("e"), Just("warn")].prop_map(Value::from),
        ],
        level in 0..5_u32,
        number in -5.0..20.0_f64,
    ) {
        let mut document = everything().document();
        let mut places = Vec::new();
        pointers(&document, "", &mut places);
        if let Some(slot) = document.pointer_mut(&places[at.index(places.len())]) {
            *slot = odd;
        }
        let files: forms::Files = [("f/form.json", document.to_string())].into_iter().collect();
        if let Some(form) = forms::load(&files, "f/form.json").form {
            let response = response(
                json!({
                    "yes": true, "level": level, "number": number, "half": 2.5, "cut": 1.5, "text": "b",
                    "ticks": ["a", "b"], "ladder": [1, 2, 4], "points": "a",
                    "rows": [{ "id": "r1", "km": number }, { "id": "r2", "km": 3, "open": true }],
                }),
                json!({ "level": { "evidence": [{ "title": "Proof", "grade": "E3" }] } }),
            );
            let card = scored(&form, &response);
            sound(&card)?;
            let kept = serde_json::from_str(&forms::canonical::to_string(&form.form.document));
            let again = forms::prepare(&kept.unwrap(), form.translations.clone()).unwrap();
            prop_assert_eq!(scoring::body(&scored(&again, &response)), scoring::body(&card));
        }
    }

    #[test]
    fn no_text_whatever_makes_reading_a_response_panic(text in ".{0,200}") {
        let _ = forms::parse_response("r.json", &text);
    }
}
