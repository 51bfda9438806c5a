//! Hostile documents at every address that takes one, and members that nobody may set.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::scene::Scene;
use crate::support::World;

/// The operations that take a document: method, path, role, a document that can be read.
fn documents(scene: &Scene<'_>) -> Vec<(String, String, Value)> {
    let description: Value = serde_json::from_str(include_str!("../../docs/openapi.json")).unwrap();
    let mut all = Vec::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let Some(to) = schema["$ref"].as_str() else { continue };
            let schema = description.pointer(&to[1..]).unwrap().clone();
            all.push((method.to_uppercase(), scene.address(path), schema));
        }
    }
    assert!(all.len() > 15, "{}", all.len());
    all
}

/// Who may send it at all.
fn role(path: &str) -> &'static str {
    match path.split('/').nth(3).unwrap() {
        "rounds" => "secretariat",
        "organisations" | "people" => "administrator",
        _ => "member",
    }
}

const HEADERS: [(&str, &str); 1] = [("If-Match", "\"1\"")];

#[tokio::test(flavor = "multi_thread")]
async fn hostile_documents_are_refused_quickly_everywhere() {
    let world = World::sqlite(|_| ()).await;
    let scene = Scene::set(&world).await;
    let deep = "[".repeat(100_000);
    let deep_object = "{\"a\":".repeat(100_000);
    let keys: String = (0..60_000).map(|it| format!("\"k{it}\":0,")).collect();
    let many = format!("{{{keys}\"last\":1}}");
    let keys: String = (0..1_000_000).map(|it| format!("\"k{it}\":0,")).collect();
    let million = format!("{{{keys}\"last\":1}}");
    let large = format!("\"{}\"", "x".repeat(2 << 20));
    let cases: [(&str, u16); 13] = [
        (&deep, 400),
        (&deep_object, 400),
        (&many, 400),
        (&million, 413),
        (&large, 413),
        ("{\"a\":1,\"a\":2}", 400),
        ("{\"text\":\"\\ud800\"}", 400),
        ("{\"text\":1e400}", 400),
        ("[-0]", 400),
        ("-0", 400),
        ("{", 400),
        ("null", 400),
        ("\u{feff}{}", 400),
    ];
    for (method, path, _) in documents(&scene) {
        for (body, expected) in cases {
            let begun = Instant::now();
            let answer = scene.ask(role(&path), &method, &path, &HEADERS, body).await;
            let shown = &body[..body.len().min(20)];
            assert_eq!(answer.status, expected, "{method} {path} {shown}: {}", answer.body);
            assert_eq!(answer.header("content-type"), "application/problem+json");
            // A generous bound for a debug build on a busy machine; the point is that it is one.
            assert!(begun.elapsed() < Duration::from_secs(5), "{method} {path} {shown}");
        }
        let text = scene.ask(role(&path), &method, &path, &HEADERS, "").await;
        assert!([400, 415].contains(&text.status), "{method} {path}: {}", text.status);
    }
    world.serving.stop().await;
}

/// What only the service sets.
const OWNED: [&str; 22] = [
    "id",
    "organisation_id",
    "tenant",
    "score",
    "strict",
    "band",
    "status",
    "stage",
    "turn",
    "revision",
    "role_in",
    "verified",
    "created_at",
    "changed_at",
    "submitted_at",
    "locked_at",
    "signed",
    "signed_by",
    "person",
    "has_password",
    "csrf",
    "__proto__",
];

#[tokio::test(flavor = "multi_thread")]
async fn what_only_the_service_sets_cannot_be_sent() {
    let world = World::sqlite(|_| ()).await;
    let scene = Scene::set(&world).await;
    let before = world.actions().await;
    for (method, path, schema) in documents(&scene) {
        for name in OWNED {
            assert!(schema["properties"].get(name).is_none(), "{method} {path} takes {name}");
            let body = json!({ name: "x" }).to_string();
            let answer = scene.ask(role(&path), &method, &path, &HEADERS, &body).await;
            assert_eq!(answer.status, 400, "{method} {path} {name}: {}", answer.body);
        }
    }
    let changes =
        json!({ "changes": [{ "place": "engagement.commitment", "answer": 1, "score": 100 }] });
    let path = scene.address("/api/v1/assessments/{assessment}/answers");
    let nested = scene.ask("member", "PATCH", &path, &HEADERS, &changes.to_string()).await;
    assert_eq!(nested.status, 400, "{}", nested.body);
    assert_eq!(world.actions().await, before, "nothing was changed");
    world.serving.stop().await;
}
