//! Forged requests, wrong hosts, and bodies that nobody should send.

use std::time::{Duration, Instant};

use crate::support::{World, on_each_database, raw};

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

#[tokio::test(flavor = "multi_thread")]
async fn a_form_from_elsewhere_is_refused() {
    on_each_database(async |world| {
        world.person("a@example.dk", false).await;
        let mut browser = world.signed_in("a@example.dk").await;
        browser.get("/profile").await;
        let here = format!("http://{}", browser.address);
        let right = format!("csrf={}&name=B&language=en", browser.csrf);
        let (right, none) = (right.as_bytes(), b"name=B&language=en".as_slice());
        let wrong = b"csrf=AAAA&name=B&language=en".as_slice();
        for (header, body) in [
            (("Accept", "*/*"), none),
            (("Accept", "*/*"), wrong),
            (("Origin", "https://evil.example"), right),
            (("Origin", "null"), right),
            (("Sec-Fetch-Site", "cross-site"), right),
            (("Sec-Fetch-Site", "same-site"), right),
            (("X-CSRF-Token", "wrong"), right),
        ] {
            let answer = browser.send("POST", "/profile", &[FORM, header], body).await;
            assert_eq!(answer.status, 403, "{header:?}");
        }
        let origin = ("Origin", here.as_str());
        let fetch = ("Sec-Fetch-Site", "same-origin");
        let answer = browser.send("POST", "/profile", &[FORM, origin, fetch], right).await;
        assert_eq!(answer.status, 303);
        let mut other = world.browser();
        let body = b"with=link&email=a@example.dk";
        assert_eq!(other.send("POST", "/sign-in", &[FORM], body).await.status, 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_that_changes_something_needs_the_secret_of_a_page() {
    let world = World::sqlite(|_| ()).await;
    world.person("a@example.dk", true).await;
    let mut browser = world.signed_in("a@example.dk").await;
    let id = "0197b2c4-5d1e-7c3a-9f20-3b8e6a41d702";
    for route in web::routes::all().filter(|it| !it.is_safe()) {
        let mut path = String::new();
        for part in route.path.split('{') {
            let rest = part.split_once('}').map_or(part, |(_, rest)| rest);
            if part.contains('}') {
                path.push_str(id);
            }
            path.push_str(rest);
        }
        let kind = ("Content-Type", "application/json");
        for headers in [&[kind][..], &[kind, ("X-CSRF-Token", "x")]] {
            let answer = browser.send(route.method.as_str(), &path, headers, b"{}").await;
            assert_eq!(answer.status, 403, "{} {path}: {}", route.method, answer.body);
        }
    }
    world.serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_says_what_browsers_may_do_with_it() {
    let world = World::sqlite(|_| ()).await;
    world.person("a@example.dk", false).await;
    let mut browser = world.signed_in("a@example.dk").await;
    for path in
        ["/profile", "/sign-in/sent?email=a@b.dk", "/nowhere", "/api/v1/nowhere", "/links/x"]
    {
        let answer = browser.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "no TLS here");
        assert!(!answer.header("x-request-id").is_empty());
    }
    let page = browser.get("/profile").await;
    let style = page.body.split("href=\"/static/assay.css").nth(1).unwrap();
    let style = format!("/static/assay.css{}", style.split('"').next().unwrap());
    let style = browser.get(&style).await;
    assert!(style.header("cache-control").contains("immutable"));
    assert_eq!(browser.get("/static/../Cargo.toml").await.status, 404);
    assert_eq!(browser.get("/api/v1/nowhere").await.json()["code"], "not-found");
    world.serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_hosts_and_methods_are_refused() {
    let world = World::sqlite(|_| ()).await;
    let mut browser = world.browser();
    let answer = browser.send("GET", "/sign-in", &[("Host", "evil.example")], b"").await;
    assert_eq!(answer.status, 421);
    assert_eq!(browser.send("TRACE", "/sign-in", &[], b"").await.status, 405);
    assert_eq!(browser.send("DELETE", "/sign-in", &[], b"").await.status, 405);
    assert_eq!(raw(browser.address, b"GET /sign-in HTTP/1.0\r\n\r\n").await.status, 400);
    let head = browser.send("HEAD", "/sign-in", &[], b"").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    world.serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_or_no_form_is_refused_fast() {
    let world = World::sqlite(|it| it.body = 100_000).await;
    let mut browser = world.browser();
    browser.get("/sign-in").await;
    let large = vec![b'a'; 3_000_000];
    let begun = Instant::now();
    assert_eq!(browser.send("POST", "/sign-in", &[FORM], &large).await.status, 413);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    let kind = ("Content-Type", "image/png");
    assert_eq!(browser.send("POST", "/sign-in", &[kind], b"x").await.status, 415);
    let kind = ("Content-Type", "multipart/form-data; boundary=x");
    let part =
        "--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\nx\r\n--x--\r\n";
    let answer = browser.send("POST", "/sign-in", &[kind], part.as_bytes()).await;
    assert_eq!(answer.status, 413, "a file where none is taken");
    assert_eq!(browser.send("POST", "/sign-in", &[kind], b"--y").await.status, 400);
    world.serving.stop().await;
}
