//! What holds of every programme, whatever was answered.

use std::sync::LazyLock;

use chrono::DateTime;
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use serde_json::{Value, json};
use workflow::{Answered, Outcome, PreparedProgramme, Refusal, Standing};

use crate::walk::{PROGRAMMES, programme};

static ALL: LazyLock<Vec<PreparedProgramme>> =
    LazyLock::new(|| PROGRAMMES.map(programme).into_iter().collect());

/// Values that gates of the shipped programmes name.
fn values() -> impl Strategy<Value = Value> {
    let met = proptest::option::of(any::<bool>());
    let choice = prop::sample::select(vec!["stage-2", "stage-3", "stop", "grant", "return"]);
    let total = prop::sample::select(vec![0.0, 59.9, 60.0, 100.0]);
    (met, choice, total, 1..4_u32, any::<bool>()).prop_map(|(met, choice, total, rank, signed)| {
        let mut values = json!({ "total": total, "rank": rank,
            "dimensions": { "traction": total },
            "answers": { "outcome": { "result": choice },
                "decision": { "choice": choice, "outcome": choice, "countersigned": signed },
                "system": { "provider": rank, "purchase": rank },
                "board": { "signed": signed } } });
        if let Some(met) = met {
            values["all_met"] = met.into();
        }
        values
    })
}

fn answered() -> impl Strategy<Value = (Index, Index, u32, u32, Option<i64>, usize, bool, Value)> {
    let signed = proptest::option::of(0..9_i64);
    let missing = prop_oneof![Just(0_usize), 0..3_usize];
    (any::<Index>(), any::<Index>(), 1..5_u32, 1..3_u32, signed, missing, any::<bool>(), values())
}

fn standing(programme: &PreparedProgramme) -> impl Strategy<Value = Standing> + use<> {
    let stages = programme.programme.stages.clone();
    let places = (any::<Index>(), 1..3_u32, prop::collection::vec(answered(), 0..12));
    places.prop_map(move |(stage, turn, sheets)| {
        let asking: Vec<_> = stages.iter().filter(|it| it.asks()).collect();
        let sheet = |(stage, form, copy, turn, signed, missing, eligible, values): (
            Index,
            Index,
            u32,
            u32,
            Option<i64>,
            usize,
            bool,
            Value,
        )| {
            let stage = stage.get(&asking);
            let forms: Vec<_> = stage.forms().map(|(_, it)| it.to_owned()).collect();
            let values = values.as_object().cloned().unwrap_or_default();
            Answered {
                stage: stage.id.clone(),
                form: form.get(&forms).clone(),
                copy,
                turn,
                begun_at: DateTime::UNIX_EPOCH,
                signed_at: signed.and_then(|it| DateTime::from_timestamp(it, 0)),
                scorecard: None,
                outcome: Outcome { missing, eligible, values },
            }
        };
        let answered = sheets.into_iter().map(sheet).collect();
        Standing { stage: stage.get(&stages).id.clone(), turn, answered }
    })
}

fn any_standing() -> impl Strategy<Value = (usize, Standing, Vec<String>)> {
    (0..ALL.len()).prop_flat_map(|place| {
        let programme = &ALL[place];
        let roles: Vec<String> = programme.programme.roles.iter().map(|it| it.id.clone()).collect();
        let most = roles.len();
        (Just(place), standing(programme), subsequence(roles, 0..=most))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn exactly_what_is_offered_without_a_refusal_can_be_done(
        (place, standing, roles) in any_standing(),
    ) {
        let programme = &ALL[place];
        let actions = workflow::actions(programme, &standing, &roles);
        let all = programme.programme.transitions.iter().map(|it| it.action.as_str());
        for action in all.chain(["fly"]) {
            let found = actions.iter().find(|it| it.transition.action == action);
            let next = workflow::next(programme, &standing, action, &roles);
            match (found.map(workflow::Offer::refusal), next) {
                (Some(None), Ok(next)) => {
                    prop_assert_eq!(&next.transition.from, &standing.stage);
                    prop_assert_eq!(&next.transition.to, &next.stage.id);
                    let moved = standing.clone().moved(&next);
                    let is_new = |it: &Answered| it.stage != moved.stage || it.turn < moved.turn;
                    prop_assert!(moved.answered.iter().all(is_new));
                }
                (Some(Some(refusal)), Err(error)) => prop_assert_eq!(refusal, error),
                (None, Err(Refusal::UnknownAction { .. } | Refusal::AssessmentOver { .. })) => {}
                (found, next) => prop_assert!(false, "{action}: {found:?}, {next:?}"),
            }
        }
    }

    #[test]
    fn a_standing_is_kept_as_it_is((_, standing, _) in any_standing()) {
        let text = serde_json::to_string(&standing).unwrap();
        prop_assert_eq!(serde_json::from_str::<Standing>(&text).unwrap(), standing);
    }
}
