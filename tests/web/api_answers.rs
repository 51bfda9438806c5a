//! Saving answers through the API: what is saved, refused, in conflict, repeated.

use serde_json::{Value, json};

use crate::scene::Scene;
use crate::support::{Answer, on_each_database};

const PLACE: &str = "engagement.commitment";

async fn save(scene: &Scene<'_>, revision: u64, key: Option<&str>, changes: Value) -> Answer {
    let path = scene.address("/api/v1/assessments/{assessment}/answers");
    let tag = format!("\"{revision}\"");
    let mut headers = vec![("If-Match", tag.as_str())];
    headers.extend(key.map(|it| ("Idempotency-Key", it)));
    let body = json!({ "changes": changes }).to_string();
    scene.ask("member", "PATCH", &path, &headers, &body).await
}

async fn answers(scene: &Scene<'_>) -> Answer {
    let path = scene.address("/api/v1/assessments/{assessment}/answers");
    scene.ask("member", "GET", &path, &[], "").await
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_saved_question_by_question() {
    on_each_database(async |world| {
        let scene = Scene::set(world).await;
        let before = answers(&scene).await;
        assert_eq!((before.status, before.header("etag")), (200, "\"1\""), "{}", before.body);
        let saved = save(&scene, 1, None, json!([{ "place": PLACE, "answer": 3 }])).await;
        assert_eq!((saved.status, saved.header("etag")), (200, "\"2\""), "{}", saved.body);
        let body = saved.json();
        assert_eq!(body["revision"], 2);
        assert_eq!(body["saved"], json!([PLACE]));
        assert_eq!(body["refused"], json!([]));
        assert!(body["asked"].is_object() && body["calculated"].is_object());
        assert!(body["progress"]["steps"].is_array() && body["total"]["shown"].is_string());
        // As it is typed: one is right, the other is refused and leaves no trace.
        let changes = json!([
            { "place": PLACE, "typed": "2", "comment": "why" },
            { "place": "no.such", "answer": 1 },
        ]);
        let saved = save(&scene, 2, None, changes).await.json();
        assert_eq!((&saved["revision"], &saved["saved"]), (&json!(3), &json!([PLACE])));
        assert_eq!(saved["refused"][0]["place"], "no.such");
        let refused = save(&scene, 3, None, json!([{ "place": PLACE, "answer": 99 }])).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert_eq!(refused.json()["code"], "answers-refused");
        assert_eq!(
            (&refused.json()["saved"], &refused.json()["revision"]),
            (&json!([]), &json!(3))
        );
        let after = answers(&scene).await.json();
        assert_eq!(after["answers"]["engagement"]["commitment"], 2);
        assert_eq!(after["notes"][PLACE]["comment"], "why");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_says_which_revision_it_is_about() {
    on_each_database(async |world| {
        let scene = Scene::set(world).await;
        let path = scene.address("/api/v1/assessments/{assessment}/answers");
        let body = json!({ "changes": [{ "place": PLACE, "answer": 1 }] }).to_string();
        let missing = scene.ask("member", "PATCH", &path, &[], &body).await;
        assert_eq!((missing.status, &missing.json()["code"]), (428, &json!("revision-needed")));
        for tag in ["2", "*", "\"x\""] {
            let wrong = scene.ask("member", "PATCH", &path, &[("If-Match", tag)], &body).await;
            assert_eq!(wrong.status, 400, "{tag}");
        }
        let unknown = save(&scene, 99, None, json!([{ "place": PLACE, "answer": 1 }])).await;
        assert_eq!(unknown.status, 422, "{}", unknown.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_question_changed_twice_is_shown_with_both_values() {
    on_each_database(async |world| {
        let scene = Scene::set(world).await;
        assert_eq!(
            save(&scene, 1, None, json!([{ "place": PLACE, "answer": 3 }])).await.status,
            200
        );
        let late = save(&scene, 1, None, json!([{ "place": PLACE, "typed": "1" }])).await;
        assert_eq!(late.status, 409, "{}", late.body);
        let body = late.json();
        assert_eq!((&body["code"], &body["revision"]), (&json!("conflict"), &json!(2)));
        let with = &body["conflicts"][0];
        assert_eq!(with["place"], PLACE);
        assert_eq!((&with["yours"], &with["theirs"]), (&json!("1"), &json!("3")));
        assert!(with["yours_shown"].is_string() && with["theirs_shown"].is_string());
        assert!(with["by"].as_str().unwrap().contains("member@") && with["at"].is_string());
        // Another question is nobody's conflict, and what is the same already is none either.
        let other = json!([{ "place": PLACE, "answer": 3 }]);
        assert_eq!(save(&scene, 1, None, other).await.status, 200);
        let after = answers(&scene).await.json();
        assert_eq!(after["answers"]["engagement"]["commitment"], 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_sent_again_is_saved_once() {
    on_each_database(async |world| {
        let scene = Scene::set(world).await;
        let changes = json!([{ "place": PLACE, "answer": 3 }]);
        for _ in 0..5 {
            let saved = save(&scene, 1, Some("key-1"), changes.clone()).await;
            assert_eq!((saved.status, &saved.json()["revision"]), (200, &json!(2)));
        }
        let saves = world.actions().await.into_iter().filter(|it| it == "answer").count();
        assert_eq!(saves, 1);
        let other = save(&scene, 2, Some("key-1"), json!([{ "place": PLACE, "answer": 1 }])).await;
        assert_eq!((other.status, &other.json()["code"]), (422, &json!("key-reused")));
        // Other writes too.
        let path = scene.address("/api/v1/assessments/{assessment}/comments");
        let body = json!({ "place": PLACE, "text": "Hello" }).to_string();
        for _ in 0..3 {
            let said =
                scene.ask("member", "POST", &path, &[("Idempotency-Key", "key-2")], &body).await;
            assert_eq!(said.status, 204, "{}", said.body);
        }
        let all = scene.ask("member", "GET", &path, &[], "").await.json();
        assert_eq!(all["items"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_is_named_and_must_be_the_organisation_s_own() {
    on_each_database(async |world| {
        let scene = Scene::set(world).await;
        let own = scene.parts["evidence"].clone();
        let saved = save(&scene, 1, None, json!([{ "place": PLACE, "evidence": [own] }])).await;
        assert_eq!(saved.status, 200, "{}", saved.body);
        let stranger = json!(["01900000-0000-7000-8000-000000000000"]);
        let refused =
            save(&scene, 2, None, json!([{ "place": PLACE, "evidence": stranger }])).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        let described = json!([{ "title": "x", "grade": "E4", "file": { "hash": "sha256:00" } }]);
        let refused =
            save(&scene, 2, None, json!([{ "place": PLACE, "evidence": described }])).await;
        assert_eq!(refused.status, 400, "{}", refused.body);
        let after = answers(&scene).await.json();
        assert_eq!(after["notes"][PLACE]["evidence"][0]["title"], "Plan");
    })
    .await;
}
