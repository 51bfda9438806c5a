//! How much one person can ask for at once, and how large what they ask for can be. Whatever one
//! person does, others are answered meanwhile.

use std::time::{Duration, Instant};

use engine::answers::{Edit, What};
use serde_json::json;
use store::{AssessmentId, OrganisationId, RoundId};

use crate::scene::{Scene, actor, hand_in};
use crate::support::{Answer, World, now};

/// How long somebody waits at most for a small thing while much goes on.
const SOON: Duration = Duration::from_secs(20);

/// Asks for the same `count` times at once, as somebody in a role.
async fn many(scene: &Scene<'_>, role: &str, path: &str, count: usize) -> Vec<Answer> {
    let path = scene.address(path);
    let bearer = format!("Bearer {}", scene.tokens[role]);
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..count {
        let (mut browser, path, bearer) = (scene.world.browser(), path.clone(), bearer.clone());
        asked.spawn(
            async move { browser.send("GET", &path, &[("Authorization", &bearer)], b"").await },
        );
    }
    asked.join_all().await
}

/// Asks for something small, again and again, until `done`; how long it took at most.
async fn others(scene: &Scene<'_>, done: impl Future<Output = Vec<Answer>>) -> Vec<Answer> {
    let path = "/api/v1/me";
    let mut done = std::pin::pin!(done);
    loop {
        let begun = Instant::now();
        let asked = scene.ask("other-member", "GET", path, &[], "").await;
        assert_eq!(asked.status, 200, "{}", asked.body);
        assert!(begun.elapsed() < SOON, "somebody else waited for {:?}", begun.elapsed());
        if let Ok(answers) = tokio::time::timeout(Duration::from_millis(50), &mut done).await {
            return answers;
        }
    }
}

/// Checks that some of the answers are there, and the others say when to ask again.
fn assert_bounded(answers: &[Answer], code: &str) {
    let good = answers.iter().filter(|it| it.status == 200).count();
    let refused: Vec<_> = answers.iter().filter(|it| it.status == 429).collect();
    let statuses: Vec<u16> = answers.iter().map(|it| it.status).collect();
    assert!(good > 0 && !refused.is_empty(), "{statuses:?}");
    assert_eq!(good + refused.len(), answers.len(), "{statuses:?}");
    for it in refused {
        assert!(it.header("retry-after").parse::<u32>().is_ok());
        assert_eq!(it.json()["code"], code);
    }
}

fn assessment(scene: &Scene<'_>) -> AssessmentId {
    scene.parts["assessment"].parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_waits_for_a_few_reports_while_others_are_answered() {
    let world = World::sqlite(|it| it.drawing.patience = Duration::from_secs(50)).await;
    let scene = Scene::set(&world).await;
    hand_in(&world, &actor(&world, "member").await, assessment(&scene), Vec::new()).await;
    let path = "/api/v1/assessments/{assessment}/report.pdf";
    let answers = others(&scene, many(&scene, "member", path, 12)).await;
    assert_bounded(&answers, "reports");
    assert!(answers.iter().any(|it| it.body.starts_with("%PDF-")));
    // What is done makes room again, on the page too.
    let mut browser = world.signed_in("member@example.org").await;
    let again = browser.get(&scene.address("/assessments/{assessment}/report.pdf")).await;
    assert_eq!(again.status, 200, "{}", again.body);
    world.serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_takes_a_few_files_away_while_others_are_answered() {
    let world = World::sqlite(|_| ()).await;
    let scene = Scene::set(&world).await;
    let round: RoundId = scene.parts["round"].parse().unwrap();
    let first = store::assessments::find(&world.db, assessment(&scene)).await.unwrap().unwrap();
    let organisation: OrganisationId = first.organisation;
    let tx = world.db.begin().await.unwrap();
    for _ in 0..1000 {
        let id = AssessmentId::new(now());
        let it = store::Assessment { id, round, organisation, ..first.clone() };
        store::assessments::insert(&tx, &it).await.unwrap();
    }
    tx.commit().await.unwrap();
    for path in ["results.xlsx", "results.csv", "results.ndjson"] {
        let path = format!("/api/v1/rounds/{{round}}/{path}");
        let answers = others(&scene, many(&scene, "secretariat", &path, 20)).await;
        assert_bounded(&answers, "exports");
        let again = many(&scene, "secretariat", &path, 1).await;
        assert_eq!(again[0].status, 200, "{path}: {}", again[0].body);
    }
    world.serving.stop().await;
}

/// A table of 5,000 rows is not kept: an answer has at most 1,000, and the questions of the
/// shipped forms say fewer. Reports of such tables from elsewhere are shortened with a mark.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_five_thousand_rows_is_refused() {
    let world = World::sqlite(|_| ()).await;
    let scene = Scene::set(&world).await;
    let row = |it: usize| json!({ "id": format!("r{it}"), "action": "x" });
    let rows: Vec<_> = (0..5000).map(row).collect();
    let body = json!({ "changes": [{ "place": "actions.list", "answer": rows }] }).to_string();
    let path = scene.address("/api/v1/assessments/{assessment}/answers");
    let refused = scene.ask("member", "PATCH", &path, &[("If-Match", "\"1\"")], &body).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert_eq!(refused.json()["refused"][0]["place"], "actions.list");
    world.serving.stop().await;
}

/// Ten megabytes of text do not come in one request (413). What comes question by question, a
/// hundred thousand characters each, is kept; a report shows the first few thousand of each, or
/// says that it cannot be drawn now (503) if even that takes longer than the service waits.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_very_long_texts_is_drawn_within_its_bounds() {
    let world = World::sqlite(|it| it.drawing.patience = Duration::from_secs(50)).await;
    let scene = Scene::set(&world).await;
    let path = scene.address("/api/v1/assessments/{assessment}/answers");
    let text = "0123456789 ".repeat(1 << 20);
    let body = json!({ "changes": [{ "place": "context.product", "answer": text }] }).to_string();
    let refused = scene.ask("member", "PATCH", &path, &[("If-Match", "\"1\"")], &body).await;
    assert_eq!(refused.status, 413, "{}", refused.body);
    let id = assessment(&scene);
    let who = actor(&world, "member").await;
    let open = engine::sheets::open(&world.site.engine, &who, id).await.unwrap();
    let words = "0123456789".repeat(10_000);
    let comment = |(_, it): (_, &model::Question)| Edit {
        place: it.path.clone(),
        what: What::Comment(Some(words.clone())),
    };
    let comments: Vec<Edit> = open.form.texts("en").questions().map(comment).collect();
    assert!(comments.len() > 20);
    hand_in(&world, &who, id, comments).await;
    let path = "/api/v1/assessments/{assessment}/report.pdf";
    let begun = Instant::now();
    let answers = others(&scene, many(&scene, "member", path, 1)).await;
    assert!(begun.elapsed() < Duration::from_secs(60));
    match answers[0].status {
        200 => assert!(answers[0].body.len() < 20 << 20),
        503 => assert!(!answers[0].header("retry-after").is_empty()),
        other => panic!("{other}: {}", answers[0].body),
    }
    world.serving.stop().await;
}
