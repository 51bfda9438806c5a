//! What is sent never becomes part of a statement: hostile texts in every part of an address,
//! in every question after it and in every field, while PostgreSQL writes down what it is asked.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use serde_json::Value;
use web::routes::{Kind, Route};

use crate::scene::Scene;
use crate::support::on_each_database;

/// A word that no statement of ours holds.
const CANARY: &str = "canary7f3a";

/// Texts that end a text, a comment or a pattern, or give a column where a value was meant.
const CORPUS: [&str; 8] = [
    "' OR '1'='1' -- ",
    "'; DROP TABLE sheet; --",
    "\" OR 1=1 /*",
    "1) UNION SELECT token_hash FROM session --",
    "%",
    "_\\",
    "$1",
    "score; SELECT pg_sleep(9)",
];

/// What addresses are asked with, all of them wherever one is.
const ASKED: [&str; 15] = [
    "text", "sort", "stage", "band", "after", "column", "lang", "sheet", "place", "as_of", "from",
    "until", "action", "person", "limit",
];

/// Who gets furthest with it.
fn role(route: &Route) -> &'static str {
    let path = route.path.trim_start_matches("/api/v1");
    let begins = |some: &[&str]| some.iter().any(|it| path.starts_with(it));
    if begins(&["/admin", "/organisations", "/people", "/audit", "/messages"]) {
        "administrator"
    } else if begins(&["/rounds", "/programmes"]) {
        "secretariat"
    } else {
        "member"
    }
}

/// The addresses of `route`: as it is with every question asked in a hostile way, and with a
/// hostile text in the place of each of its parts; for the first text each question alone too,
/// because one that is refused hides the others.
fn addresses(scene: &Scene<'_>, route: &Route, text: &str) -> Vec<String> {
    let hostile = format!("{CANARY}{text}");
    let encoded: String = url::form_urlencoded::byte_serialize(hostile.as_bytes()).collect();
    let asked: String = ASKED.iter().map(|it| format!("{it}={encoded}&")).collect();
    let address = scene.address(route.path);
    let mut all = vec![format!("{address}?{asked}")];
    if text == CORPUS[0] {
        all.extend(ASKED.iter().map(|it| format!("{address}?{it}={encoded}")));
    }
    for part in route.path.split('/').filter(|it| it.starts_with('{')) {
        let with = route.path.replace(part, &encoded.replace('+', "%20"));
        all.push(scene.address(&with));
    }
    all
}

/// How many people and rounds there are.
async fn counts(scene: &Scene<'_>) -> BTreeMap<&'static str, usize> {
    let db = &scene.world.db;
    let filter = store::people::PeopleFilter::default();
    let people = store::people::list(db, &filter, 1000, None).await.unwrap().rows.len();
    let cluster = crate::scene::actor(scene.world, "secretariat").await.clusters();
    let rounds = store::rounds::list(db, &cluster).await.unwrap().len();
    BTreeMap::from([("people", people), ("rounds", rounds)])
}

/// A connection on which the server is told to write down every statement, from now on.
async fn listen() -> Option<DatabaseConnection> {
    let server = Database::connect(std::env::var("TEST_DATABASE_URL").ok()?).await.unwrap();
    server.execute_unprepared("ALTER SYSTEM SET log_statement = 'all'").await.unwrap();
    server.execute_unprepared("SELECT pg_reload_conf()").await.unwrap();
    Some(server)
}

/// The lines in which the server wrote down statements with the canary in them, not among their
/// values.
async fn overheard(server: &DatabaseConnection) -> Vec<String> {
    server.execute_unprepared("ALTER SYSTEM RESET log_statement").await.unwrap();
    server.execute_unprepared("SELECT pg_reload_conf()").await.unwrap();
    let backend = server.get_database_backend();
    let sql = "SELECT pg_read_file(current_setting('data_directory') || '/log') AS log";
    let row = server.query_one_raw(sea_orm::Statement::from_string(backend, sql)).await.unwrap();
    let log: String = row.unwrap().try_get("", "log").unwrap();
    assert!(log.contains(CANARY), "the server wrote nothing down");
    let lines = log.lines().filter(|it| it.contains(CANARY) && !it.contains("arameters: "));
    lines.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_is_never_part_of_a_statement() {
    let server = listen().await;
    on_each_database(async |world| {
        let scene = Scene::set(world).await;
        let before = counts(&scene).await;
        let mut browsers = BTreeMap::new();
        for role in ["administrator", "member", "secretariat"] {
            browsers.insert(role, world.signed_in(&format!("{role}@example.org")).await);
        }
        for route in web::routes::all().filter(|it| it.is_safe()) {
            let browser = browsers.get_mut(role(route)).unwrap();
            for text in CORPUS {
                for address in addresses(&scene, route, text) {
                    let answer = match route.kind == Kind::Api {
                        true => scene.ask(role(route), "GET", &address, &[], "").await,
                        false => browser.get(&address).await,
                    };
                    assert!(answer.status < 500, "{address}: {} {}", answer.status, answer.body);
                }
            }
        }
        fields(&scene).await;
        assert_eq!(before, counts(&scene).await);
    })
    .await;
    if let Some(server) = server {
        let heard = overheard(&server).await;
        assert!(heard.is_empty(), "{heard:#?}");
    }
}

/// Sends hostile texts in every field of every document of the API.
async fn fields(scene: &Scene<'_>) {
    let description: Value = serde_json::from_str(include_str!("../../docs/openapi.json")).unwrap();
    for route in web::routes::all().filter(|it| it.kind == Kind::Api && !it.is_safe()) {
        let operation = &description["paths"][route.path][route.method.as_str().to_lowercase()];
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let Some(to) = schema["$ref"].as_str() else { continue };
        let members = description.pointer(&format!("{}/properties", &to[1..])).unwrap();
        for text in CORPUS {
            let hostile = Value::from(format!("{CANARY}{text}"));
            let names = members.as_object().unwrap().keys();
            let body: serde_json::Map<_, _> =
                names.map(|it| (it.clone(), hostile.clone())).collect();
            let (path, body) = (scene.address(route.path), Value::Object(body).to_string());
            let headers = [("If-Match", "\"1\""), ("Idempotency-Key", "canary7f3a' --")];
            let answer =
                scene.ask(role(route), route.method.as_str(), &path, &headers, &body).await;
            assert!(answer.status < 500, "{path} {body}: {} {}", answer.status, answer.body);
        }
    }
}
