//! Who may ask for what: every route with every role, as `rights.txt` says.
//!
//! A route without a row fails. A row has the method, the path, and what each role gets, in the
//! order of its first line: `+` let through, `1` to sign in first (401, or 303 to there), `3` not allowed (403),
//! `4` nothing there (404).

use std::collections::BTreeMap;

use engine::identity::Scope;
use serde_json::Value;

use crate::scene::{ROLES, Scene, token};
use crate::support::{Answer, Browser, World};

const TABLE: &str = include_str!("rights.txt");

/// A document that can be read, for what takes one.
fn body(path: &str) -> &'static str {
    match path.rsplit('/').find(|it| !it.starts_with('{')).unwrap_or_default() {
        "answers" => r#"{"changes":[]}"#,
        "actions" => r#"{"name":null}"#,
        "return" => r#"{"text":""}"#,
        "comments" => r#"{"text":""}"#,
        "compare" => r#"{"file":{}}"#,
        "merge" => r#"{"file":{},"take":[]}"#,
        "people" if path.contains("assessments") => r#"{"email":""}"#,
        "tokens" => r#"{"name":"","scopes":[],"expires_at":"2026-01-01T00:00:00Z"}"#,
        "rounds" if path.ends_with('}') => "{}",
        "rounds" => {
            r#"{"programme":"x","title":"","opens_on":"x","closes_on":"x","language":"en"}"#
        }
        "invitations" | "preview" if path.contains("invitations") => r#"{"list":""}"#,
        "organisations" if !path.ends_with('}') => r#"{"name":"","kind":"company"}"#,
        "members" => r#"{"role":"member"}"#,
        _ => "{}",
    }
}

fn outcome(answer: &Answer) -> char {
    match answer.status {
        303 if answer.header("location").starts_with("/sign-in") => '1',
        401 => '1',
        403 => '3',
        404 => '4',
        500.. => '5',
        _ => '+',
    }
}

/// What ends sessions of who asks: these come last, each with browsers that signed in anew.
const ENDING: [&str; 4] = [
    "POST /profile/sessions/end",
    "DELETE /api/v1/sessions",
    "POST /sign-out",
    "POST /profile/delete",
];

fn ending(route: &web::routes::Route) -> Option<usize> {
    let named = format!("{} {}", route.method, route.path);
    ENDING.iter().position(|it| *it == named)
}

async fn sign_in(world: &World) -> BTreeMap<&'static str, Browser> {
    let mut browsers = BTreeMap::from([("nobody", world.browser())]);
    for role in &ROLES[1..] {
        browsers.insert(role, world.signed_in(&format!("{role}@example.org")).await);
    }
    browsers
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_lets_through_whom_its_row_says() {
    let world = World::sqlite(|_| ()).await;
    let scene = Scene::set(&world).await;
    let mut browsers = sign_in(&world).await;
    let mut routes: Vec<&web::routes::Route> = web::routes::all().collect();
    routes.sort_by_key(|it| (ending(it), !it.is_safe()));
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for route in routes {
        let (method, path) = (route.method.as_str(), scene.address(route.path));
        let mut row = String::new();
        if ending(route).is_some_and(|it| it > 1) {
            browsers = sign_in(&world).await;
        }
        for role in ROLES {
            let answer = if route.kind == web::routes::Kind::Api {
                let json = if route.is_safe() || method == "DELETE" || route.uploads {
                    ""
                } else {
                    body(route.path)
                };
                scene.ask(role, method, &path, &[("If-Match", "\"1\"")], json).await
            } else {
                let browser = browsers.get_mut(role).unwrap();
                if route.is_safe() {
                    browser.get(&path).await
                } else {
                    browser.get(if role == "nobody" { "/sign-in" } else { "/profile" }).await;
                    browser.post(&path, &[]).await
                }
            };
            row.push(outcome(&answer));
        }
        found.insert(format!("{method} {}", route.path), row);
    }
    world.serving.stop().await;
    let expected: BTreeMap<String, String> = TABLE
        .lines()
        .filter(|it| !it.starts_with('#') && !it.is_empty())
        .map(|it| {
            let (route, row) = it.rsplit_once(' ').unwrap();
            (route.trim().to_owned(), row.to_owned())
        })
        .collect();
    let mut wrong = String::new();
    for (route, row) in &found {
        match expected.get(route) {
            Some(expected) if expected == row => {}
            expected => wrong.push_str(&format!("{route} {row} (expected {expected:?})\n")),
        }
    }
    for route in expected.keys().filter(|it| !found.contains_key(*it)) {
        wrong.push_str(&format!("{route}: there is no such route\n"));
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_for_what_its_scopes_say() {
    let world = World::sqlite(|_| ()).await;
    let scene = Scene::set(&world).await;
    let description: Value = serde_json::from_str(include_str!("../../docs/openapi.json")).unwrap();
    let all = [Scope::Read, Scope::Write, Scope::Export, Scope::Admin];
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let Some(scope) = operation["x-scope"].as_str() else { continue };
            let others: Vec<Scope> = all.into_iter().filter(|it| it.word() != scope).collect();
            let role = match path.split(['/', '.']).nth(3).unwrap() {
                "rounds" | "programmes" => "secretariat",
                "people" | "outbox" | "audit" | "organisations" => "administrator",
                _ => "member",
            };
            let others: Vec<Scope> = others
                .into_iter()
                .filter(|it| *it != Scope::Admin || role == "administrator")
                .collect();
            let secret = format!("Bearer {}", token(&world, role, &others).await);
            let (method, json) = (method.to_uppercase(), body(path));
            let json = if method == "GET" || method == "DELETE" { "" } else { json };
            let mut headers = vec![("Authorization", secret.as_str()), ("If-Match", "\"1\"")];
            let form = operation["requestBody"]["content"].get("multipart/form-data").is_some();
            if form {
                headers.push(("Content-Type", "application/x-www-form-urlencoded"));
            } else if !json.is_empty() {
                headers.push(("Content-Type", "application/json"));
            }
            let json = if form { "" } else { json };
            let answer = world
                .browser()
                .send(&method, &scene.address(path), &headers, json.as_bytes())
                .await;
            assert_eq!(answer.status, 403, "{method} {path}: {}", answer.body);
        }
    }
    world.serving.stop().await;
}
