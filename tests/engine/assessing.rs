//! A company is invited, answers, hands in, gets it back, hands in again, and does it once more.

use std::sync::Arc;

use engine::answers::{Edit, What};
use engine::attachments::Attachments;
use engine::engine::{Engine, Limits};
use engine::error::Closed;
use engine::flow::{self, Course};
use engine::identity::{Actor, Letter, Member, Via};
use engine::rounds::RoundValues;
use engine::sheets::{self, SaveRequest, Saved};
use engine::writer::Writer;
use engine::{EngineError, history, invitations, offline, peers, rounds, views};
use serde_json::{Value, json};
use store::{
    AssessmentId, Organisation, OrganisationId, OrganisationKind, Person, PersonId, Role, SessionId,
};

use crate::support::{Fresh, at, on_each_database, shipped};

/// A cluster with its secretariat, and a round to which one company is invited.
pub(crate) struct Stage {
    pub(crate) engine: Arc<Engine>,
    pub(crate) secretariat: Actor,
    pub(crate) company: Actor,
    pub(crate) assessment: AssessmentId,
}

pub(crate) async fn stage(fresh: &Fresh) -> Stage {
    let db = fresh.db.clone();
    let (writer, _) = Writer::start(db.clone(), 1000);
    let engine = Arc::new(Engine {
        db,
        writer,
        kept: engine::kept::Kept::default(),
        files: shipped(),
        attachments: Attachments::in_memory(),
        limits: Limits::default(),
        identity: engine::identity::Limits::default(),
    });
    let cluster = organisation(&engine, "Livsklynge Eksempel", OrganisationKind::Cluster).await;
    let secretariat = person(&engine, "sekretariat@example.dk", &cluster, Role::Secretariat).await;
    let values = RoundValues {
        title: "Efterår 2026".to_owned(),
        opens_on: "2026-09-01".to_owned(),
        closes_on: "2026-12-01".to_owned(),
        language: "da".to_owned(),
        invitation: None,
    };
    let round = rounds::make(&engine, &secretariat, cluster.id, "export-readiness", values, at(0))
        .await
        .unwrap();
    let list = "direktion@example.dk; Eksempel Medico ApS";
    let letter = Arc::new(|invited: &invitations::Invited, _: &engine::identity::Secret| Letter {
        recipient: invited.email.clone(),
        subject: "Invitation".to_owned(),
        body: invited.organisation.clone(),
    });
    let count =
        invitations::invite(&engine, &secretariat, round, list, letter, at(1)).await.unwrap();
    assert_eq!(count, 1);
    let known = store::assessments::organisations(&engine.db, round).await.unwrap();
    let own = store::organisations::get(&engine.db, known[0]).await.unwrap();
    let company = person(&engine, "direktion@example.dk", &own, Role::Member).await;
    let found = store::assessments::in_round(&engine.db, round, own.id).await.unwrap();
    Stage { engine, secretariat, company, assessment: found[0].id }
}

pub(crate) async fn organisation(
    engine: &Engine,
    name: &str,
    kind: OrganisationKind,
) -> Organisation {
    let id = OrganisationId::new(at(0));
    let name = name.to_owned();
    let organisation = Organisation { id, name, kind, number: None, created_at: at(0) };
    assert!(store::organisations::insert(&engine.db, &organisation).await.unwrap());
    organisation
}

pub(crate) async fn person(
    engine: &Engine,
    email: &str,
    organisation: &Organisation,
    role: Role,
) -> Actor {
    let person = Person {
        id: PersonId::new(at(0)),
        email: email.to_owned(),
        name: String::new(),
        language: "da".to_owned(),
        has_password: false,
        administrator: false,
        disabled_at: None,
        deleted_at: None,
        created_at: at(0),
    };
    assert!(store::people::insert(&engine.db, &person).await.unwrap());
    let membership = store::Membership {
        organisation: organisation.id,
        person: person.id,
        role,
        created_at: at(0),
    };
    store::memberships::put(&engine.db, &membership).await.unwrap();
    let organisation = organisation.clone();
    Actor {
        person,
        memberships: vec![Member { organisation, role }],
        via: Via::Session(SessionId::new(at(0))),
    }
}

fn answer(place: &str, value: Value) -> Edit {
    Edit { place: place.to_owned(), what: What::Answer(value) }
}

impl Stage {
    async fn save(&self, seen: u64, edits: Vec<Edit>, when: i64) -> Result<Saved, EngineError> {
        let request = SaveRequest { seen, edits, key: None };
        sheets::save(&self.engine, &self.company, self.assessment, &request, at(when)).await
    }

    async fn revision(&self) -> u64 {
        sheets::open(&self.engine, &self.company, self.assessment).await.unwrap().sheet.revision
    }

    /// Answers everything that is needed.
    pub(crate) async fn fill(&self, when: i64) {
        let strong = shipped();
        let text = strong.get("export-readiness/cases/strong/answers.json").unwrap();
        let answers: Value = serde_json::from_str(text).unwrap();
        let mut edits = Vec::new();
        for (step, questions) in answers["answers"].as_object().unwrap() {
            for (name, value) in questions.as_object().unwrap() {
                edits.push(answer(&format!("{step}.{name}"), value.clone()));
            }
        }
        let saved = self.save(self.revision().await, edits, when).await.unwrap();
        assert_eq!(saved.refused, []);
    }

    async fn act(&self, action: &str, when: i64) -> Result<Course, EngineError> {
        let (engine, actor) = (&self.engine, &self.company);
        flow::act(engine, actor, self.assessment, None, action, Some("Direktøren"), at(when)).await
    }
}

#[tokio::test]
async fn a_company_answers_and_hands_in() {
    on_each_database(async |fresh| {
        let stage = stage(fresh).await;
        let Err(EngineError::Refused(refusal)) = stage.act("finish", 10).await else {
            panic!("it was handed in without answers");
        };
        assert_eq!(refusal.code(), "answers-missing");
        stage.fill(20).await;
        let course = stage.act("finish", 30).await.unwrap();
        assert_eq!(course.open.assessment.stage, "improvement");
        let signed = course.signed().unwrap();
        assert_eq!(signed.sheet.signed.as_ref().unwrap().name, "Direktøren");
        assert!(signed.sheet.scorecard.is_some());
        let result = views::result::view(signed, None, "da");
        let headline = result.headline.unwrap();
        assert_eq!(course.open.assessment.progress.strict, Some(headline.score));
        assert!(headline.band.is_some());
        let none = peers::of(&stage.engine, &course.open).await.unwrap();
        assert_eq!(none, peers::PeersView::Waiting { finished: 1 });
        let late = stage.save(stage.revision().await, vec![answer("means.funding", 1.into())], 40);
        assert!(matches!(late.await, Err(EngineError::Closed { why: Closed::Submitted })));
        assert_eq!(
            store::events::verify(&stage.engine.db).await.unwrap().map(|it| it > 5),
            Ok(true)
        );
    })
    .await;
}

#[tokio::test]
async fn two_people_merge_by_question_and_meet_at_the_same_one() {
    on_each_database(async |fresh| {
        let stage = stage(fresh).await;
        let seen = stage.revision().await;
        let one = stage.save(seen, vec![answer("means.funding", 1.into())], 10).await.unwrap();
        assert_eq!(one.sheet.sheet.revision, seen + 1);
        let two = stage.save(seen, vec![answer("means.capacity", 2.into())], 11).await.unwrap();
        assert_eq!(two.sheet.sheet.revision, seen + 2);
        let same = stage.save(seen, vec![answer("means.funding", 1.into())], 12).await.unwrap();
        assert_eq!(same.sheet.sheet.revision, seen + 2, "what is there already is no change");
        let edits = vec![answer("means.funding", 3.into()), answer("means.rights", 1.into())];
        let Err(EngineError::Conflict(conflict)) = stage.save(seen, edits, 13).await else {
            panic!("the same question was overwritten");
        };
        assert_eq!(conflict.revision, seen + 2);
        assert_eq!(conflict.conflicts.len(), 1);
        assert_eq!(conflict.conflicts[0].yours, json!(3));
        assert_eq!(conflict.conflicts[0].theirs, json!(1));
        let open = sheets::open(&stage.engine, &stage.company, stage.assessment).await.unwrap();
        assert_eq!(open.response.answers["means"], json!({ "funding": 1, "capacity": 2 }));
    })
    .await;
}

#[tokio::test]
async fn a_repeated_request_changes_nothing() {
    on_each_database(async |fresh| {
        let stage = stage(fresh).await;
        let seen = stage.revision().await;
        let request = |value: u64| SaveRequest {
            seen,
            edits: vec![answer("means.funding", value.into())],
            key: Some("key-1".to_owned()),
        };
        for when in 10..15 {
            let (engine, actor) = (&stage.engine, &stage.company);
            let saved = sheets::save(engine, actor, stage.assessment, &request(2), at(when)).await;
            assert_eq!(saved.unwrap().sheet.sheet.revision, seen + 1);
        }
        let (engine, actor) = (&stage.engine, &stage.company);
        let other = sheets::save(engine, actor, stage.assessment, &request(3), at(20)).await;
        assert!(matches!(other, Err(EngineError::KeyReused)));
        let place = Some("means.funding");
        let events = history::of_assessment(engine, actor, stage.assessment, place, None, 10);
        assert_eq!(events.await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_the_rest_is_saved() {
    on_each_database(async |fresh| {
        let stage = stage(fresh).await;
        let edits = vec![
            answer("means.funding", 9.into()),
            answer("means.capacity", 2.into()),
            answer("means.nothing", 2.into()),
            Edit { place: "means.rights".to_owned(), what: What::Comment(Some("Ja".to_owned())) },
        ];
        let saved = stage.save(stage.revision().await, edits, 10).await.unwrap();
        assert_eq!(saved.saved, ["means.capacity", "means.rights"]);
        let refused: Vec<_> = saved.refused.iter().map(|it| (it.place.as_str(), it.code)).collect();
        assert_eq!(
            refused,
            [("means.nothing", "unknown-question"), ("means.funding", "bad-answer")]
        );
    })
    .await;
}

#[tokio::test]
async fn it_is_returned_with_remarks_and_handed_in_again() {
    on_each_database(async |fresh| {
        let stage = stage(fresh).await;
        let engine = &stage.engine;
        stage.fill(10).await;
        stage.act("finish", 20).await.unwrap();
        let remarks = [("means.funding".to_owned(), "Hvor står det?".to_owned())];
        let back = |actor, seen, when| {
            flow::hand_back(engine, actor, stage.assessment, seen, &remarks, Vec::new(), at(when))
        };
        let own = back(&stage.company, None, 30).await;
        assert!(matches!(own, Err(EngineError::Forbidden { .. })));
        let late = back(&stage.secretariat, Some(1), 31).await;
        assert!(matches!(late, Err(EngineError::Outdated)));
        back(&stage.secretariat, Some(2), 31).await.unwrap();
        let seen = stage.revision().await;
        stage.save(seen, vec![answer("means.funding", 0.into())], 40).await.unwrap();
        let course = stage.act("finish", 50).await.unwrap();
        assert_eq!((course.sheets.len(), course.open.assessment.turn), (1, 1));
        let (actor, id) = (&stage.secretariat, stage.assessment);
        let locked = flow::set_locked(engine, actor, id, None, true, at(60));
        locked.await.unwrap();
        let again = stage.act("assess-again", 70).await;
        assert!(matches!(again, Err(EngineError::Closed { why: Closed::Locked })));
    })
    .await;
}

#[tokio::test]
async fn while_a_round_is_closed_nothing_changes() {
    on_each_database(async |fresh| {
        let stage = stage(fresh).await;
        let engine = &stage.engine;
        stage.fill(10).await;
        let open = sheets::open(engine, &stage.company, stage.assessment).await.unwrap();
        let round = open.open.round.id;
        rounds::set_closed(engine, &stage.secretariat, round, true, at(20)).await.unwrap();
        let edits = || vec![answer("means.funding", 0.into())];
        let closed = stage.save(stage.revision().await, edits(), 30).await;
        assert!(matches!(closed, Err(EngineError::Closed { why: Closed::Round })));
        let closed = stage.act("finish", 31).await;
        assert!(matches!(closed, Err(EngineError::Closed { why: Closed::Round })));
        rounds::set_closed(engine, &stage.secretariat, round, false, at(40)).await.unwrap();
        stage.save(stage.revision().await, edits(), 50).await.unwrap();
        stage.act("finish", 60).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_next_time_begins_with_the_answers_of_the_last() {
    on_each_database(async |fresh| {
        let stage = stage(fresh).await;
        stage.fill(10).await;
        stage.act("finish", 20).await.unwrap();
        let course = stage.act("assess-again", 30).await.unwrap();
        assert_eq!(
            (course.open.assessment.stage.as_str(), course.open.assessment.turn),
            ("assessment", 2)
        );
        let sheet = course.in_hand().unwrap();
        assert!(
            sheet.carried.contains("means.funding")
                && sheet.response.answers["means"]["funding"].is_number()
        );
        let Err(EngineError::Refused(refusal)) = stage.act("finish", 40).await else {
            panic!("answers of last time were handed in unseen");
        };
        assert_eq!(refusal.code(), "answers-missing");
        let confirm = |place: &String| Edit { place: place.clone(), what: What::Confirm };
        let edits: Vec<Edit> = sheet.carried.iter().map(confirm).collect();
        stage.save(stage.revision().await, edits, 50).await.unwrap();
        let course = stage.act("finish", 60).await.unwrap();
        assert_eq!(course.sheets.len(), 2);
        let signed = course.signed().unwrap();
        assert_eq!(course.before(signed).unwrap().sheet.turn, 1);
    })
    .await;
}

#[tokio::test]
async fn answers_can_be_seen_as_of_any_moment() {
    on_each_database(async |fresh| {
        let stage = stage(fresh).await;
        for (value, when) in [(1, 10), (2, 20), (3, 30)] {
            let edits = vec![answer("means.funding", value.into())];
            stage.save(stage.revision().await, edits, when).await.unwrap();
        }
        let open = sheets::open(&stage.engine, &stage.company, stage.assessment).await.unwrap();
        for (when, expected) in [(5, None), (15, Some(1)), (25, Some(2)), (35, Some(3))] {
            let then = sheets::as_of(&stage.engine, &open, at(when)).await.unwrap();
            let value = then.answers.get("means").and_then(|it| it["funding"].as_i64());
            assert_eq!(value, expected, "at {when}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_filled_in_elsewhere_is_compared_question_by_question() {
    on_each_database(async |fresh| {
        let stage = stage(fresh).await;
        let edits = vec![answer("means.funding", 1.into()), answer("means.capacity", 1.into())];
        stage.save(stage.revision().await, edits, 10).await.unwrap();
        let open = sheets::open(&stage.engine, &stage.company, stage.assessment).await.unwrap();
        let mut file: Value = serde_json::from_str(&offline::file(&open)).unwrap();
        file["answers"]["means"] =
            json!({ "funding": 1, "capacity": 4, "rights": 77, "nothing": 1 });
        let compared = offline::compare(&open, "f.json", &file.to_string()).unwrap();
        let changed: Vec<_> = compared.changes.iter().map(|it| it.place.as_str()).collect();
        assert_eq!((changed, compared.unchanged), (vec!["means.capacity"], 1));
        let refused: Vec<_> = compared.refused.iter().map(|it| it.place.as_str()).collect();
        assert_eq!(refused, ["means.rights", "means.nothing"]);
        let edits = offline::edits(&compared, |_| true);
        stage.save(open.sheet.revision, edits, 20).await.unwrap();
        let open = sheets::open(&stage.engine, &stage.company, stage.assessment).await.unwrap();
        assert_eq!(open.response.answers["means"]["capacity"], json!(4));
    })
    .await;
}

#[tokio::test]
async fn others_find_nothing() {
    on_each_database(async |fresh| {
        let stage = stage(fresh).await;
        let engine = &stage.engine;
        let other = organisation(engine, "Fjord Eksempel A/S", OrganisationKind::Company).await;
        let stranger = person(engine, "fjord@example.dk", &other, Role::Member).await;
        let seen = sheets::open(engine, &stranger, stage.assessment).await;
        assert!(matches!(seen, Err(EngineError::NotFound { .. })));
        let request =
            SaveRequest { seen: 1, edits: vec![answer("means.funding", 1.into())], key: None };
        let saved = sheets::save(engine, &stranger, stage.assessment, &request, at(9)).await;
        assert!(matches!(saved, Err(EngineError::NotFound { .. })));
        let by_secretariat =
            sheets::save(engine, &stage.secretariat, stage.assessment, &request, at(9)).await;
        assert!(matches!(by_secretariat, Err(EngineError::Forbidden { .. })));
    })
    .await;
}
