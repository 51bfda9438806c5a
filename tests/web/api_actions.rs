//! Taking an assessment on by the API: once, at the revision that was seen.

use serde_json::{Value, json};

use crate::scene::{Scene, actor, answer_all, hand_in};
use crate::support::{Answer, on_each_database};

/// Sends the same twice at the same moment; what comes back, by status.
async fn race(scene: &Scene<'_>, role: &str, path: &str, seen: &str, body: &str) -> [Answer; 2] {
    let path = scene.address(path);
    let headers = [("If-Match", seen)];
    let ask = || scene.ask(role, "POST", &path, &headers, body);
    let (one, other) = tokio::join!(ask(), ask());
    let mut both = [one, other];
    both.sort_by_key(|it| it.status);
    both
}

fn assert_one(both: &[Answer; 2], now: u64) {
    let [one, other] = both;
    assert_eq!((one.status, other.status), (200, 412), "{}\n{}", one.body, other.body);
    assert_eq!(one.header("etag"), format!("\"{now}\""));
    assert_eq!(other.json()["code"], "outdated");
    assert_eq!(other.json()["revision"], now);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_act_at_the_same_revision_one_gets_their_way() {
    on_each_database(async |world| {
        let scene = Scene::set(world).await;
        let id = scene.parts["assessment"].parse().unwrap();
        answer_all(world, &actor(world, "member").await, id, Vec::new()).await;
        let name = json!({ "name": "The director" }).to_string();
        let finish = "/api/v1/assessments/{assessment}/actions/finish";
        assert_one(&race(&scene, "member", finish, "\"1\"", &name).await, 2);
        let lock = "/api/v1/assessments/{assessment}/lock";
        assert_one(&race(&scene, "secretariat", lock, "\"2\"", "").await, 3);
        let unlock = "/api/v1/assessments/{assessment}/unlock";
        assert_one(&race(&scene, "secretariat", unlock, "\"3\"", "").await, 4);
        let back = "/api/v1/assessments/{assessment}/return";
        let words = json!({ "text": "Look again" }).to_string();
        assert_one(&race(&scene, "secretariat", back, "\"4\"", &words).await, 5);
        let moved = world.actions().await;
        for once in ["signed", "moved", "locked", "unlocked", "returned"] {
            assert_eq!(moved.iter().filter(|it| *it == once).count(), 1, "{once}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_letter_of_a_return_holds_all_that_is_remarked() {
    on_each_database(async |world| {
        let scene = Scene::set(world).await;
        let id = scene.parts["assessment"].parse().unwrap();
        hand_in(world, &actor(world, "member").await, id, Vec::new()).await;
        let path = scene.address("/api/v1/assessments/{assessment}/return");
        let send = async |body: Value| {
            scene.ask("secretariat", "POST", &path, &[], &body.to_string()).await
        };
        let unknown = send(json!({ "text": "x", "remarks": { "no.such": "y" } })).await;
        assert_eq!(unknown.json()["fields"][0]["code"], "unknown-question", "{}", unknown.body);
        let long = "x".repeat(2001);
        let long = send(json!({ "text": "x", "remarks": { "means.funding": long } })).await;
        assert_eq!(long.json()["fields"][0]["code"], "too-long", "{}", long.body);
        let remarks =
            json!({ "means.funding": "Whose money is it?", "engagement.plan": "Since when?" });
        let back = send(json!({ "text": "Nearly there", "remarks": remarks })).await;
        assert_eq!(back.status, 200, "{}", back.body);
        let letter = world.letter_to("member@example.org").await;
        for said in ["Nearly there", "Whose money is it?", "Since when?"] {
            assert_eq!(letter.matches(said).count(), 1, "{said}: {letter}");
        }
    })
    .await;
}
