//! Signing in and out, sessions, links, passwords, tokens.

use store::Role;

use crate::support::{World, now, on_each_database};

#[tokio::test(flavor = "multi_thread")]
async fn a_link_lets_in_once_and_looking_at_it_uses_nothing_up() {
    on_each_database(async |world| {
        world.person("a@example.dk", false).await;
        let mut browser = world.browser();
        browser.get("/sign-in").await;
        let sent = browser.post("/sign-in", &[("with", "link"), ("email", " A@example.DK")]).await;
        assert_eq!(
            (sent.status, sent.header("location")),
            (303, "/sign-in/sent?email=a%40example.dk")
        );
        let link = world.link_to("a@example.dk").await;
        for _ in 0..3 {
            assert_eq!(world.browser().get(&link).await.status, 200);
        }
        browser.get(&link).await;
        let came = browser.post(&link, &[]).await;
        assert_eq!((came.status, came.header("location")), (303, "/"));
        assert!(browser.get("/profile").await.body.contains("a@example.dk"));
        let mut other = world.browser();
        other.get("/sign-in").await;
        assert_eq!(other.post(&link, &[]).await.status, 410);
        assert_eq!(world.actions().await, ["link-requested", "signed-in"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_known_is_told_the_same() {
    on_each_database(async |world| {
        let mut browser = world.browser();
        browser.get("/sign-in").await;
        let fields = [("with", "link"), ("email", "nobody@example.dk")];
        assert_eq!(browser.post("/sign-in", &fields).await.status, 303);
        let wrong = [("with", "password"), ("email", "nobody@example.dk"), ("password", "x")];
        let refused = browser.post("/sign-in", &wrong).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("nobody@example.dk"), "{}", refused.body);
        assert!(world.actions().await.is_empty());
        let bad = browser.post("/sign-in", &[("with", "link"), ("email", "x")]).await;
        assert_eq!(bad.status, 422);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_gives_a_new_session_and_cookie() {
    on_each_database(async |world| {
        world.person("a@example.dk", false).await;
        let mut browser = world.signed_in("a@example.dk").await;
        let first = browser.cookies["__Host-assay"].clone();
        let mut fixed = browser.clone();
        browser.get("/profile").await;
        browser.post("/sign-in", &[("with", "link"), ("email", "a@example.dk")]).await;
        let link = world.link_to("a@example.dk").await;
        browser.get(&link).await;
        let came = browser.post(&link, &[]).await;
        let cookie = came.headers.iter().find(|(_, it)| it.starts_with("__Host-assay=")).unwrap();
        for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="] {
            assert!(cookie.1.contains(part), "{cookie:?}");
        }
        assert!(!cookie.1.contains("Domain"), "{cookie:?}");
        assert_ne!(browser.cookies["__Host-assay"], first);
        assert_eq!(fixed.get("/profile").await.status, 303, "the earlier session has ended");
        let mut thrown = world.browser();
        thrown.cookies.insert("__Host-assay".to_owned(), "A".repeat(43));
        let out = thrown.get("/profile?a=b").await;
        assert_eq!(out.header("location"), "/sign-in?then=%2Fprofile%3Fa%3Db");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_ends_every_other_session_and_token() {
    on_each_database(async |world| {
        world.person("a@example.dk", false).await;
        let mut browser = world.signed_in("a@example.dk").await;
        let mut other = world.signed_in("a@example.dk").await;
        browser.get("/profile").await;
        let fields = [("name", "T"), ("scope", "read")];
        let made = browser.post("/profile/tokens", &fields).await;
        assert!(made.body.contains("assay_"), "{}", made.body);
        assert!(!browser.get("/profile").await.body.contains("assay_"), "it is shown once");
        let short = browser.post("/profile/password", &[("new", "short")]).await;
        assert_eq!(short.status, 422);
        let before = browser.cookies["__Host-assay"].clone();
        let new = "a long enough password";
        assert_eq!(browser.post("/profile/password", &[("new", new)]).await.status, 303);
        assert_ne!(browser.cookies["__Host-assay"], before);
        assert_eq!(browser.get("/profile").await.status, 200);
        assert_eq!(other.get("/profile").await.status, 303);
        let wrong = browser.post("/profile/password", &[("old", "no"), ("new", new)]).await;
        assert_eq!(wrong.status, 422);
        let mut third = world.browser();
        third.get("/sign-in").await;
        let fields = [("with", "password"), ("email", "a@example.dk"), ("password", new)];
        let came = third.post("/sign-in?then=//evil.example", &fields).await;
        assert_eq!((came.status, came.header("location")), (303, "/"));
        let events = world.actions().await;
        assert!(events.contains(&"password-changed".to_owned()), "{events:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_and_disabling_work_at_once() {
    on_each_database(async |world| {
        let id = world.person("a@example.dk", false).await;
        let mut browser = world.signed_in("a@example.dk").await;
        let mut copy = browser.clone();
        browser.get("/profile").await;
        let out = browser.post("/sign-out", &[]).await;
        assert_eq!((out.status, out.header("location")), (303, "/sign-in"));
        assert!(out.header("clear-site-data").contains("storage"));
        assert_eq!(copy.get("/profile").await.status, 303);
        let mut browser = world.signed_in("a@example.dk").await;
        let person = store::people::get(&world.db, id).await.unwrap();
        let person = store::Person { disabled_at: Some(now()), ..person };
        store::people::update(&world.db, &person).await.unwrap();
        assert_eq!(browser.get("/profile").await.status, 303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_taken_out_and_deleted() {
    on_each_database(async |world| {
        let id = world.person("a@example.dk", false).await;
        world.membership(id, Role::Member).await;
        let mut browser = world.signed_in("a@example.dk").await;
        let data = browser.get("/profile/data").await;
        assert!(data.header("content-disposition").starts_with("attachment"));
        assert_eq!(data.json()["person"]["email"], "a@example.dk");
        assert!(!data.body.contains(&browser.cookies["__Host-assay"]));
        browser.get("/profile/delete").await;
        assert_eq!(browser.post("/profile/delete", &[]).await.status, 422);
        assert_eq!(browser.post("/profile/delete", &[("sure", "1")]).await.status, 303);
        assert_eq!(browser.get("/profile").await.status, 303);
        let person = store::people::get(&world.db, id).await.unwrap();
        assert!(person.email.is_empty() && person.deleted_at.is_some());
        assert_eq!(store::events::verify(&world.db).await.unwrap(), Ok(3));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_is_kept() {
    on_each_database(async |world| {
        world.person("a@example.dk", false).await;
        let mut browser = world.browser();
        let page = browser.send("GET", "/sign-in", &[("Accept-Language", "da")], b"").await;
        assert!(page.body.contains("<html lang=\"da\""), "{}", page.body);
        let back = browser.post("/language", &[("language", "en"), ("back", "/sign-in?a")]).await;
        assert_eq!(back.header("location"), "/sign-in?a");
        let page = browser.send("GET", "/sign-in", &[("Accept-Language", "da")], b"").await;
        assert!(page.body.contains("<html lang=\"en\""));
        let mut browser = world.signed_in("a@example.dk").await;
        browser.get("/profile").await;
        let fields = [("language", "da"), ("back", "https://evil.example")];
        assert_eq!(browser.post("/language", &fields).await.header("location"), "/");
        assert!(browser.get("/profile").await.body.contains("<html lang=\"da\""));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_passwords_becomes_slow_whatever_address_is_claimed() {
    let world = World::sqlite(|_| ()).await;
    world.person("a@example.dk", false).await;
    let mut browser = world.browser();
    browser.get("/sign-in").await;
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("csrf", &browser.csrf)
        .append_pair("with", "password")
        .append_pair("email", "a@example.dk")
        .append_pair("password", "guess")
        .finish();
    let mut refused = 0;
    for i in 0..12 {
        let forged = format!("192.0.2.{i}");
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("X-Forwarded-For", forged.as_str()),
        ];
        let answer = browser.send("POST", "/sign-in", &headers, body.as_bytes()).await;
        if answer.status == 429 {
            assert!(answer.body.contains("Wait"), "{}", answer.body);
            refused += 1;
        } else {
            assert_eq!(answer.status, 422);
        }
    }
    assert!(refused >= 5, "only {refused} guesses were refused");
    world.serving.stop().await;
}
