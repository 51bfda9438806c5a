//! What administrators do: people, organisations, the outbox, the audit log.

use store::Role;

use crate::support::{World, on_each_database};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_administrator_comes_with_a_link_that_works_once() {
    on_each_database(async |world| {
        let engine = &world.site.engine;
        let now = crate::support::now();
        let first = engine::identity::recorded::first_link(engine, &engine.identity, now).await;
        let path = format!("/links/{}", first.unwrap().unwrap().reveal());
        let mut browser = world.browser();
        assert_eq!(browser.get(&path).await.status, 200);
        let fields = [("email", "drift@example.dk"), ("name", "")];
        assert_eq!(browser.post(&path, &fields).await.status, 422);
        let fields = [("email", "drift@example.dk"), ("name", "Driften")];
        let came = browser.post(&path, &fields).await;
        assert_eq!((came.status, came.header("location")), (303, "/admin/organisations"));
        assert_eq!(browser.get("/admin/people").await.status, 200);
        assert_eq!(browser.get(&path).await.status, 410);
        let again = engine::identity::recorded::first_link(engine, &engine.identity, now).await;
        assert!(again.unwrap().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_is_made_and_somebody_invited_into_it() {
    on_each_database(async |world| {
        world.person("drift@example.dk", true).await;
        let mut admin = world.signed_in("drift@example.dk").await;
        admin.get("/admin/organisations").await;
        let fields = [("name", "Eksempel <Medico>"), ("kind", "company"), ("number", "12 34")];
        let made = admin.post("/admin/organisations", &fields).await;
        let path = made.header("location").to_owned();
        let page = admin.get(&path).await;
        assert!(page.body.contains("Eksempel &lt;Medico&gt; is added."), "{}", page.body);
        let twice = admin.post("/admin/organisations", &fields).await;
        assert_eq!(twice.status, 422);
        let invited = [("email", "ny@example.dk"), ("role", "member")];
        assert_eq!(admin.post(&format!("{path}/people"), &invited).await.status, 303);
        assert!(admin.get(&path).await.body.contains("ny@example.dk"));
        let outbox = admin.get("/admin/outbox").await;
        assert!(outbox.body.contains("ny@example.dk") && outbox.body.contains("/links/"));
        let mut new = world.browser();
        let link = world.link_to("ny@example.dk").await;
        assert!(new.get(&link).await.body.contains("Eksempel &lt;Medico&gt;"));
        assert_eq!(new.post(&link, &[("name", "Ny Kollega")]).await.status, 303);
        assert!(admin.get(&path).await.body.contains("Ny Kollega"));
        let found = admin.get("/admin/people?text=kollega&role=member").await;
        assert!(found.body.contains("Ny Kollega") && !found.body.contains("E-mail\">drift@"));
        assert_eq!(new.get("/admin/people").await.status, 403);
        assert_eq!(new.get("/admin/audit").await.status, 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_to_a_person_works_at_once() {
    on_each_database(async |world| {
        world.person("drift@example.dk", true).await;
        let id = world.person("a@example.dk", false).await;
        let organisation = world.membership(id, Role::Member).await;
        let mut admin = world.signed_in("drift@example.dk").await;
        let mut person = world.signed_in("a@example.dk").await;
        let page = format!("/admin/people/{id}");
        assert!(admin.get(&page).await.body.contains("a@example.dk"));
        let path = format!("{page}/memberships/{organisation}/remove");
        assert_eq!(admin.post(&path, &[]).await.status, 303);
        assert!(!person.get("/profile").await.body.contains("Eksempel"));
        assert_eq!(admin.post(&format!("{page}/sign-out"), &[]).await.status, 303);
        assert_eq!(person.get("/profile").await.status, 303);
        let mut person = world.signed_in("a@example.dk").await;
        let taken = [("name", "A"), ("email", "drift@example.dk")];
        assert_eq!(admin.post(&page, &taken).await.status, 422);
        let fields = [("name", "A"), ("email", "b@example.dk"), ("administrator", "1")];
        assert_eq!(admin.post(&page, &fields).await.status, 303);
        assert_eq!(person.get("/profile").await.status, 303);
        let mut person = world.signed_in("b@example.dk").await;
        assert_eq!(person.get("/admin/outbox").await.status, 200);
        assert_eq!(admin.post(&format!("{page}/disable"), &[]).await.status, 303);
        assert_eq!(person.get("/admin/outbox").await.status, 303);
        assert_eq!(admin.post(&format!("{page}/enable"), &[]).await.status, 303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_is_searched_checked_and_taken_out() {
    on_each_database(async |world| {
        world.person("drift@example.dk", true).await;
        let mut admin = world.signed_in("drift@example.dk").await;
        admin.get("/admin/organisations").await;
        let fields = [("name", "=1+1, \"x\""), ("kind", "company")];
        admin.post("/admin/organisations", &fields).await;
        let page = admin.get("/admin/audit").await;
        assert!(page.body.contains("The log is unbroken: 3 events."), "{}", page.body);
        let some =
            admin.get("/admin/audit?action=organisation-made&text=1%2B1&from=2020-01-01").await;
        assert!(
            some.body.contains("=1+1")
                && !some.body.contains("<th role=\"rowheader\" scope=\"row\">Signed in")
        );
        let lines = admin.get("/admin/audit.ndjson").await;
        assert_eq!(lines.body.lines().count(), 3, "{}", lines.body);
        let csv = admin.get("/admin/audit.csv?action=organisation-made").await;
        assert_eq!(csv.body.lines().count(), 2, "{}", csv.body);
        assert!(!csv.body.contains("\"=1+1"), "{}", csv.body);
        assert!(csv.header("content-disposition").contains("audit-log.csv"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_no_administrator_is_kept_out_of_all_that_is_for_them() {
    let world = World::sqlite(|_| ()).await;
    world.person("a@example.dk", false).await;
    let mut browser = world.signed_in("a@example.dk").await;
    browser.get("/profile").await;
    for route in web::routes::all().filter(|it| it.access == web::routes::Access::Administrator) {
        let id = "0197b2c4-5d1e-7c3a-9f20-3b8e6a41d702";
        let path: String = route
            .path
            .split('/')
            .map(|it| if it.starts_with('{') { id } else { it })
            .collect::<Vec<_>>()
            .join("/");
        let csrf = [("X-CSRF-Token", browser.csrf.clone())];
        let headers: Vec<(&str, &str)> =
            csrf.iter().map(|(name, it)| (*name, it.as_str())).collect();
        let answer = browser.send(route.method.as_str(), &path, &headers, b"").await;
        assert_eq!(answer.status, 403, "{} {path}", route.method);
        let mut nobody = world.browser();
        let answer = nobody.get(&path).await;
        assert!(matches!(answer.status, 303 | 401 | 405), "{path}: {}", answer.status);
    }
    world.serving.stop().await;
}
