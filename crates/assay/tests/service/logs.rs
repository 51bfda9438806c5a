//! What the service writes into its log, what its answers tell, and how it is when it is new.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::scene;
use crate::support::{Place, Service, client, on_each_database};
use crate::visitor::Visitor;

/// What ends a line, steers a terminal, or looks like an event.
const HOSTILE: &str =
    "a\r\n{\"level\":\"ERROR\",\"message\":\"forged\"}\r\n\u{1b}[31m\u{1b}]0;x\u{7}";

/// What somebody answers, types and is called.
const ANSWER: &str = "our-answer-4711";
const COMMENT: &str = "our-comment-4712";
const PASSWORD: &str = "our-password-4713";
const NAME: &str = "our-name-4714";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_has_a_line_for_each_event_and_no_secrets_or_answers() {
    on_each_database(async |place| {
        let companies = scene::set(place, 1).await;
        let company = &companies[0];
        for format in ["json", "text"] {
            let settings = [("ASSAY_LOG_LEVEL", "debug"), ("ASSAY_LOG_FORMAT", format)];
            let service = place.start(&settings).await;
            let mut secrets: Vec<String> =
                [ANSWER, COMMENT, PASSWORD, NAME, &company.token, &company.email]
                    .map(str::to_owned)
                    .to_vec();
            secrets.extend(visit(place, &service, &company.email).await);
            write_answers(&service, company).await;
            raw(&service).await;
            service.terminate();
            let (code, said) = service.ended().await;
            assert_eq!(code, Some(0));
            let (log, out) = (said.log(), said.out());
            assert!(log.len() > 10, "{log:#?}");
            for line in log.iter().chain(&out) {
                assert!(!line.contains(|it: char| it.is_control()), "{line:?}");
                assert!(!line.contains("forged"), "{line:?}");
                let told = secrets.iter().find(|it| line.contains(it.as_str()));
                assert!(told.is_none(), "{told:?} stands in {line:?}");
            }
            for line in log.iter().filter(|_| format == "json") {
                let event: Value = serde_json::from_str(line).unwrap();
                assert!(event["timestamp"].is_string() && event["level"].is_string(), "{line}");
            }
        }
    })
    .await;
}

/// Signs in by link and tries a password; the secrets that were used.
async fn visit(place: &Place, service: &Service, email: &str) -> Vec<String> {
    let mut visitor = Visitor::of(service);
    visitor.get("/sign-in").await;
    let fields = [("with", "password"), ("email", email), ("password", PASSWORD)];
    assert_eq!(visitor.post("/sign-in", &fields).await.status, 422);
    visitor.ask_for_a_link(email).await;
    let db = store::open(&place.url).await.unwrap();
    let letter = store::messages::list(&db, 1, None).await.unwrap().rows.remove(0);
    db.close().await.unwrap();
    let link = letter.body.lines().find(|it| it.starts_with("http")).unwrap().to_owned();
    visitor.follow(&link).await;
    assert_eq!(visitor.get("/").await.status, 200);
    let name = format!("{NAME} {HOSTILE}");
    visitor.get("/profile").await;
    visitor.post("/profile", &[("name", &name), ("language", "en")]).await;
    // A link that is used up is as secret as before.
    visitor.get(&link[link.find("/links/").unwrap()..]).await;
    let mut secrets: Vec<String> = visitor.cookies.values().cloned().collect();
    secrets.push(link.rsplit('/').next().unwrap().to_owned());
    secrets
}

/// Saves what is read from nowhere but the database, and what is refused.
async fn write_answers(service: &Service, company: &scene::Company) {
    let text = format!("{ANSWER} {HOSTILE}");
    let comment = format!("{COMMENT} {HOSTILE}");
    let changes = [
        json!([{ "place": "words.text", "answer": text, "comment": comment }]),
        json!([{ "place": "numbers.n0", "answer": text }]),
        json!([{ "place": format!("{ANSWER} {HOSTILE}"), "answer": 1 }]),
        json!([{ "place": 1, ANSWER: HOSTILE }]),
    ];
    for (changes, status) in changes.into_iter().zip([200, 422, 422, 400]) {
        let seen = client().get(service.url(&company.answers())).bearer_auth(&company.token);
        let seen = seen.send().await.unwrap().headers()["etag"].clone();
        let request = client()
            .patch(service.url(&company.answers()))
            .bearer_auth(&company.token)
            .header("If-Match", seen)
            .header("Content-Type", "application/json")
            .header("User-Agent", format!("x {ANSWER}"))
            .body(json!({ "changes": changes }).to_string());
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{}", answer.text().await.unwrap());
    }
}

/// Sends what no client sends.
async fn raw(service: &Service) {
    let hostile = "\u{1b}[31mforged";
    let requests = [
        format!("GET /{hostile} HTTP/1.1\r\nHost: {}\r\n\r\n", service.address),
        format!("GET /%0d%0aforged%1b%5b31m HTTP/1.1\r\nHost: {}\r\n\r\n", service.address),
        format!("GET /links/{PASSWORD} HTTP/1.1\r\nHost: {}\r\n\r\n", service.address),
        format!("GET /sign-in?password={PASSWORD} HTTP/1.1\r\nHost: {}\r\n\r\n", service.address),
        format!(
            "GET / HTTP/1.1\r\nHost: {}\r\nUser-Agent: {hostile}\r\nX-Forwarded-For: {hostile}\r\n\
             Referer: http://example.org/{PASSWORD}\r\nAccept-Language: {hostile}\r\n\r\n",
            service.address
        ),
        format!("GET / HTTP/1.1\r\nHost: {hostile}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: x\r\n {hostile}\r\nX: \r{hostile}\n\r\n"),
        format!("{hostile} / HTTP/1.1\r\nHost: {}\r\n\r\n", service.address),
        format!("FORGED / HTTP/1.1\r\nHost: {}\r\n\r\n", service.address),
        format!(
            "GET /api/v1/me HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {PASSWORD}\r\n\r\n",
            service.address
        ),
        format!(
            "POST /sign-in HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Content-Length: 9999\r\n\r\n{{\"{PASSWORD}",
            service.address
        ),
        "\u{0}\u{1}\u{2}\r\n\r\n".to_owned(),
    ];
    for request in requests {
        let answer = exchange(service, request.as_bytes()).await;
        assert!(!answer.contains(" 500 "), "{request:?}: {answer}");
    }
}

/// Sends bytes, and reads what comes until a head is there or the connection ends.
async fn exchange(service: &Service, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(service.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream.shutdown().await.unwrap();
    let (mut all, mut some) = (Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&all).contains("\r\n\r\n") {
        match stream.read(&mut some).await {
            Ok(0) | Err(_) => break,
            Ok(count) => all.extend_from_slice(&some[..count]),
        }
    }
    String::from_utf8_lossy(&all).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_wrong_inside_is_logged_and_not_shown() {
    let place = Place::sqlite();
    let companies = scene::set(&place, 1).await;
    let service = place.start(&[]).await;
    let file = place.folder().join("assay.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).foreign_keys(false);
    let mut connection = options.connect().await.unwrap();
    let broken = sqlx::raw_sql("ALTER TABLE comment RENAME TO remark");
    broken.execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let company = &companies[0];
    let comments = service.url(&format!("/api/v1/assessments/{}/comments", company.assessment));
    let asked = client().get(comments).bearer_auth(&company.token).send().await.unwrap();
    assert_eq!(asked.status(), 500);
    let body = asked.text().await.unwrap();
    let problem: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(problem["code"], "failed");
    for inside in ["comment", "table", "SELECT", "sqlite", "assay.db"] {
        assert!(!body.contains(inside), "{inside} in {body}");
    }
    // The others are served as before.
    let answers = client().get(service.url(&company.answers())).bearer_auth(&company.token);
    assert_eq!(answers.send().await.unwrap().status(), 200);
    service.terminate();
    let (code, said) = service.ended().await;
    assert_eq!(code, Some(0));
    let errors: Vec<_> = said.log().into_iter().filter(|it| it.contains("\"ERROR\"")).collect();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert!(errors[0].contains("no such table"), "{errors:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_service_is_closed_to_others() {
    let place = Place::sqlite();
    let mut command = place.command(&["serve"]);
    command.env("ASSAY_LISTEN", "127.0.0.1:0").env("ASSAY_LOG_FORMAT", "json");
    command.env_remove("ASSAY_FILES");
    let service = Service::of(command).await;
    // Nobody is there by default, and the link for the first person is not for the log.
    let db = store::open(&place.url).await.unwrap();
    let filter = store::PeopleFilter::default();
    assert_eq!(store::people::list(&db, &filter, 10, None).await.unwrap().rows.len(), 0);
    db.close().await.unwrap();
    let mode = |name: &str| {
        let about = fs::metadata(place.folder().join(name)).unwrap();
        about.permissions().mode() & 0o777
    };
    for file in ["assay.db", "assay.db-wal", "assay.db-shm"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
    assert_eq!(mode("assay-files"), 0o700);
    for method in ["TRACE", "CONNECT", "TRACK", "DEBUG"] {
        let request = format!(
            "{method} / HTTP/1.1\r\nHost: {}\r\nX-Secret: our-secret\r\n\r\n",
            service.address
        );
        let answer = exchange(&service, request.as_bytes()).await;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(status.starts_with('4'), "{method}: {answer}");
        assert!(!answer.contains("our-secret"), "{answer}");
    }
    let nowhere = client().get(service.url("/nowhere")).send().await.unwrap();
    assert_eq!(nowhere.status(), 404);
    assert!(!nowhere.headers().contains_key("server"));
    let page = nowhere.text().await.unwrap();
    assert!(!page.contains("actix") && !page.contains(".rs"), "{page}");
    service.terminate();
    let (_, said) = service.ended().await;
    let link = said.out().into_iter().find_map(|it| it.split("/links/").nth(1).map(str::to_owned));
    let link = link.unwrap();
    assert!(said.log().iter().all(|it| !it.contains(link.trim())), "{:#?}", said.log());
    assert!(said.log().iter().all(|it| !it.contains("\"DEBUG\"")), "{:#?}", said.log());
    // Unless it is told otherwise, only this machine reaches it.
    let (_, settings) = place.run(&["settings"]);
    let listens = settings.lines().find(|it| it.trim_start().starts_with("listen")).unwrap();
    assert!(listens.contains("127.0.0.1:8080"), "{settings}");
}
