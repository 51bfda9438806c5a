//! Files by the API: the same as the pages give, for who has the scope.

use engine::identity::Scope;

use crate::scene::{Scene, actor, hand_in, token};
use crate::support::{World, on_each_database};

#[tokio::test(flavor = "multi_thread")]
async fn the_results_of_a_round_are_the_same_files_as_on_its_page() {
    on_each_database(async |world| {
        let scene = Scene::set(world).await;
        let id = scene.parts["assessment"].parse().unwrap();
        hand_in(world, &actor(world, "member").await, id, Vec::new()).await;
        let mut browser = world.signed_in("secretariat@example.org").await;
        for (format, kind) in [
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            ("csv", "text/csv; charset=utf-8; header=present"),
            ("ndjson", "application/x-ndjson"),
        ] {
            let query = "?text=eksempel&sort=-score";
            let path = scene.address("/api/v1/rounds/{round}/results.");
            let path = format!("{}{format}{query}", path);
            let file = scene.ask("secretariat", "GET", &path, &[], "").await;
            assert_eq!((file.status, file.header("content-type")), (200, kind), "{}", file.body);
            assert!(file.header("content-disposition").contains("results-"));
            let path = format!("{}/export.{format}{query}", scene.address("/rounds/{round}"));
            let page = browser.get(&path).await;
            if format != "xlsx" {
                assert!(file.body.contains("Eksempel"), "{}", file.body);
                assert_eq!(file.body, page.body);
            }
            let none = scene.address("/api/v1/rounds/{round}/results.csv?stage=nowhere");
            let none = scene.ask("secretariat", "GET", &none, &[], "").await;
            assert_eq!(none.body.lines().count(), 1, "{}", none.body);
        }
        let wrong = scene.address("/api/v1/rounds/{round}/results.csv?sort=nothing");
        assert_eq!(scene.ask("secretariat", "GET", &wrong, &[], "").await.status, 400);
        let taken = world.actions().await.into_iter().filter(|it| it == "exported").count();
        assert_eq!(taken, 9);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_is_the_same_file_as_on_its_page() {
    on_each_database(async |world| {
        let scene = Scene::set(world).await;
        let mut browser = world.signed_in("administrator@example.org").await;
        for format in ["csv", "ndjson"] {
            let path = format!("audit.{format}?action=invited");
            let file = format!("/api/v1/{path}");
            let file = scene.ask("administrator", "GET", &file, &[], "").await;
            let page = browser.get(&format!("/admin/{path}")).await;
            assert_eq!((file.status, page.status), (200, 200), "{}", file.body);
            assert_eq!(file.body, page.body);
            assert!(file.body.contains("invited"), "{}", file.body);
        }
        let wrong = "/api/v1/audit.csv?from=yesterday";
        assert_eq!(scene.ask("administrator", "GET", wrong, &[], "").await.status, 400);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_away_needs_its_own_scope_and_no_other() {
    let world = World::sqlite(|_| ()).await;
    let mut scene = Scene::set(&world).await;
    let paths = ["/api/v1/rounds/{round}/results.csv", "/api/v1/audit.ndjson", "/api/v1/me/data"];
    for (scopes, status) in [(&[Scope::Read, Scope::Write][..], 403), (&[Scope::Export][..], 200)] {
        scene.tokens.insert("secretariat", token(&world, "secretariat", scopes).await);
        for path in paths {
            let path = scene.address(path);
            let answer = scene.ask("secretariat", "GET", &path, &[], "").await;
            assert_eq!(answer.status, status, "{path}: {}", answer.body);
        }
    }
    world.serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chart_of_a_result_is_a_drawing() {
    let world = World::sqlite(|_| ()).await;
    let scene = Scene::set(&world).await;
    let path = scene.address("/api/v1/assessments/{assessment}/charts/dimensions.svg?lang=da");
    let chart = scene.ask("member", "GET", &path, &[], "").await;
    assert_eq!((chart.status, chart.header("content-type")), (200, "image/svg+xml"));
    assert!(chart.body.starts_with("<svg"), "{}", chart.body);
    world.serving.stop().await;
}
