//! What the cases of a form reach.

use model::case::Reached;
use serde_json::{Value, json};

use crate::shipped::shipped;
use crate::support::{
    Sketch, choice, choices, criterion, ladder, levels_of, number, score, with, yes_no,
};

#[test]
fn each_kind_of_rubric_has_its_levels() {
    let asked = |question, rubric| with(question, criterion("d", 1, rubric));
    let form = Sketch::new(&[("d", 100)])
        .gate("low", "s.level == 0", "warn")
        .gate("never", "s.level == 1", "warn")
        .ask("level", asked(levels_of(&[0, 1, 2]), json!({ "levels": 2 })))
        .ask("ticks", asked(choices(&["a", "b", "c"]), json!({ "count": [0, 1, 1, 2] })))
        .ask("steps", asked(ladder(3), json!({ "ladder": 3 })))
        .ask("size", asked(number(), json!({ "cutoffs": [10, 20] })))
        .ask("agreed", asked(yes_no(), json!({ "yes_no": "yes" })))
        .ask("route", asked(choice(&["x", "y"]), json!({ "points": { "x": 0, "y": 100 } })))
        .ask("share", asked(number(), json!({ "curve": [[0, 0], [1, 100]] })))
        .build();
    let cards = [
        json!({ "level": 0, "ticks": ["a"], "size": 25, "agreed": true, "route": "x" }),
        json!({ "level": 2, "ticks": ["a", "b", "c"], "steps": [1, 2], "size": 5 }),
    ]
    .map(|answers| score(&form, answers, Value::Null));

    let reached = scoring::coverage(&form, &cards);
    let missed = |it: &Reached| it.missed.join(" ");
    assert_eq!((reached.criteria.of, missed(&reached.criteria)), (7, "s.share".to_owned()));
    assert_eq!(
        (reached.levels.of, missed(&reached.levels).as_str()),
        (16, "s.level[1] s.ticks[0] s.steps[3] s.size[1] s.agreed[false] s.route[y]"),
    );
    assert_eq!((reached.gates.of, missed(&reached.gates)), (2, "never".to_owned()));
    assert_eq!(missed(&reached.bands), "low emerging solid proven");
    assert_eq!(reached.all().of, 29);
    assert_eq!(reached.all().share(), 1.0 - 12.0 / 29.0);
    assert_eq!(Reached::default().share(), 1.0);
}

#[test]
fn shipped_cases_reach_nearly_everything() {
    let mut wrong = Vec::new();
    for (form, cases) in shipped() {
        let cards: Vec<_> =
            cases.iter().map(|it| scoring::score(&form, &it.response, None)).collect();
        let reached = scoring::coverage(&form, &cards).all();
        if reached.share() < 0.9 {
            let id = &form.form.meta.id;
            wrong.push(format!("{id}: {:.2}, not {:?}", reached.share(), reached.missed));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
