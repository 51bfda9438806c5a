//! What a company sees: its answers before they are handed in, its evidence, its history.

use engine::answers::{Edit, What};
use engine::evidence::{self, as_answered};
use engine::rounds::{self, RoundValues};
use serde_json::json;
use store::{AssessmentId, EvidenceId, RoundId};

use crate::scene::{Scene, actor, answer_all};
use crate::support::{World, now, on_each_database};

fn assessment(scene: &Scene<'_>) -> AssessmentId {
    scene.parts["assessment"].parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rows_of_a_table_are_read_before_they_are_handed_in() {
    on_each_database(async |world| {
        let scene = Scene::set(world).await;
        let rows = json!([
            { "id": "a", "action": "Find a distributor <in> the north", "owner": "Sales" },
            { "id": "b", "action": "Translate the manual", "due": "2027-03-01" },
        ]);
        let own = actor(world, "member").await;
        let list = Edit { place: "actions.list".to_owned(), what: What::Answer(rows) };
        answer_all(world, &own, assessment(&scene), Vec::new()).await;
        let engine = &world.site.engine;
        let open = engine::sheets::open(engine, &own, assessment(&scene)).await.unwrap();
        let seen = open.sheet.revision;
        let request = engine::sheets::SaveRequest { seen, edits: vec![list], key: None };
        engine::sheets::save(engine, &own, assessment(&scene), &request, now()).await.unwrap();
        let mut browser = world.signed_in("member@example.org").await;
        let page = browser.get(&scene.address("/assessments/{assessment}/check")).await;
        assert_eq!(page.status, 200, "{}", page.body);
        for said in ["Find a distributor &lt;in&gt; the north", "Sales", "Translate the manual"] {
            assert!(page.body.contains(said), "{said}: {}", page.body);
        }
        let path = scene.address("/api/v1/assessments/{assessment}/check");
        let check = scene.ask("member", "GET", &path, &[], "").await.json();
        let steps = check["steps"].as_array().unwrap();
        let mut questions = steps.iter().flat_map(|it| it["questions"].as_array().unwrap());
        let list = questions.find(|it| it["place"] == "actions.list").unwrap();
        assert_eq!(list["rows"][0]["cells"][1]["answer"], "Sales");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_says_where_it_is_used_and_its_form_all_that_is_wrong() {
    on_each_database(async |world| {
        let scene = Scene::set(world).await;
        let own = actor(world, "member").await;
        let id: EvidenceId = scene.parts["evidence"].parse().unwrap();
        let plan = evidence::get(&world.site.engine, &own, id).await.unwrap();
        let what = What::Evidence(vec![as_answered(&plan)]);
        let used = Edit { place: "engagement.plan".to_owned(), what };
        answer_all(world, &own, assessment(&scene), vec![used]).await;
        let mut browser = world.signed_in("member@example.org").await;
        let page = browser.get("/evidence").await;
        assert!(page.body.contains("Export plan (Round)"), "{}", page.body);
        let view = scene.ask("member", "GET", &format!("/api/v1/evidence/{id}"), &[], "").await;
        assert_eq!(view.json()["used_in"][0]["place"], "engagement.plan");
        let wrong = [("title", ""), ("link", "ftp://x"), ("date", "yesterday"), ("expires", "x")];
        let refused = browser.post("/evidence", &wrong).await;
        assert_eq!(refused.status, 422);
        for field in ["title", "link", "grade", "date", "expires"] {
            let link = format!("<li><a href=\"#{field}\">");
            assert!(refused.body.contains(&link), "{field}: {}", refused.body);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_is_read_of_one_question_and_as_of_a_day() {
    on_each_database(async |world| {
        let scene = Scene::set(world).await;
        answer_all(world, &actor(world, "member").await, assessment(&scene), Vec::new()).await;
        let mut browser = world.signed_in("member@example.org").await;
        let path = scene.address("/assessments/{assessment}/history");
        let all = browser.get(&path).await;
        let events = |body: &str| body.matches("class=\"event\"").count();
        assert!(events(&all.body) > 10 && all.body.contains("<option value=\"engagement.plan\">"));
        let one = browser.get(&format!("{path}?place=engagement.plan")).await;
        assert_eq!(events(&one.body), 1, "{}", one.body);
        assert!(one.body.contains("<option value=\"engagement.plan\" selected>"));
        let day = browser.get(&path.replace("history", "as-of?date=2026-01-01")).await;
        assert!(day.status == 200 && day.body.contains("1 January 2026"), "{}", day.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_day_of_a_round_closes_nothing() {
    on_each_database(async |world| {
        let scene = Scene::set(world).await;
        let round: RoundId = scene.parts["round"].parse().unwrap();
        let runs = actor(world, "secretariat").await;
        let values = RoundValues {
            title: "Round".to_owned(),
            opens_on: "2026-01-01".to_owned(),
            closes_on: "2026-01-31".to_owned(),
            language: "en".to_owned(),
            invitation: None,
        };
        let engine = &world.site.engine;
        rounds::change(engine, &runs, round, values, now()).await.unwrap();
        let mut browser = world.signed_in("secretariat@example.org").await;
        for path in ["/rounds".to_owned(), format!("/rounds/{round}")] {
            assert!(browser.get(&path).await.body.contains("Overdue"), "{path}");
        }
        let path = format!("/api/v1/rounds/{round}");
        let view = scene.ask("secretariat", "GET", &path, &[], "").await;
        assert_eq!(
            (&view.json()["state"], &view.json()["closed_at"]),
            (&json!("overdue"), &json!(null))
        );
        // Who is late can be invited, and can answer, until somebody closes it.
        let list = json!({ "list": "late@example.org; Late Eksempel" }).to_string();
        let invite = format!("{path}/invitations");
        let invited = scene.ask("secretariat", "POST", &invite, &[], &list).await;
        assert_eq!(invited.json()["letters"], 1, "{}", invited.body);
        let letter = world.letter_to("late@example.org").await;
        assert!(letter.contains("were due by 31 January 2026"), "{letter}");
        answer_all(world, &actor(world, "member").await, assessment(&scene), Vec::new()).await;
        rounds::set_closed(engine, &runs, round, true, now()).await.unwrap();
        let list = json!({ "list": "later@example.org; Later Eksempel" }).to_string();
        let closed = scene.ask("secretariat", "POST", &invite, &[], &list).await;
        assert_eq!((closed.status, &closed.json()["code"]), (423, &json!("round-closed")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demonstration_says_so_on_every_page() {
    let world = World::sqlite(|it| it.demo = true).await;
    let page = world.browser().get("/sign-in").await;
    assert!(page.body.contains("This is a demonstration"), "{}", page.body);
    world.serving.stop().await;
    let world = World::sqlite(|_| ()).await;
    let page = world.browser().get("/sign-in").await;
    assert!(!page.body.contains("This is a demonstration"), "{}", page.body);
    world.serving.stop().await;
}
