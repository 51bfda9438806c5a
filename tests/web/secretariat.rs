//! The secretariat runs a round: invites, looks, reminds, returns, locks, takes results away.

use engine::identity::Role;
use serde_json::Value;
use store::{AssessmentId, RoundId};

use crate::support::{Browser, World, on_each_database};

const LIST: &str = "alfa@example.dk; Alfa Eksempel A/S\n\
                    kollega@example.dk; Alfa Eksempel A/S\n\
                    beta@example.dk; =Beta Eksempel\n\
                    not an address; Gamma Eksempel\n\
                    delta@example.dk\n";

/// A secretariat that has signed in and made a round: its address.
async fn begin(world: &World) -> (Browser, String) {
    let person = world.person("sekretariat@example.dk", false).await;
    let cluster = world.membership(person, Role::Secretariat).await.to_string();
    let mut browser = world.signed_in("sekretariat@example.dk").await;
    let empty = browser.get("/rounds").await;
    assert_eq!(empty.status, 200, "{}", empty.body);
    let form = browser.get("/rounds/new").await;
    assert!(form.body.contains("export-readiness"), "{}", form.body);
    let fields = |title, closes| {
        [
            ("programme", "export-readiness"),
            ("organisation", cluster.as_str()),
            ("title", title),
            ("opens_on", "2026-01-01"),
            ("closes_on", closes),
            ("language", "en"),
            ("invitation", "Welcome & good luck"),
        ]
    };
    let wrong = browser.post("/rounds/new", &fields("Round", "2025-01-01")).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("The last day lies before the first"), "{}", wrong.body);
    let made = browser.post("/rounds/new", &fields("Round <1>", "2099-12-01")).await;
    assert_eq!(made.status, 303, "{}", made.body);
    let round = made.header("location").to_owned();
    let page = browser.get(&round).await;
    assert!(page.body.contains("Round &lt;1&gt;") && page.status == 200, "{}", page.body);
    (browser, round)
}

/// What a hidden field of a page holds.
fn token(body: &str) -> String {
    let rest = body.split("name=\"token\" value=\"").nth(1).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

async fn letters(world: &World) -> Vec<(String, String)> {
    let all = store::messages::list(&world.db, 100, None).await.unwrap().rows;
    let subject = |it: store::Message| (it.recipient, it.subject);
    all.into_iter().map(subject).filter(|(to, _)| to != "sekretariat@example.dk").collect()
}

async fn invite(world: &World, browser: &mut Browser, round: &str) {
    let path = format!("{round}/invite");
    assert_eq!(browser.get(&path).await.status, 200);
    let preview = browser.post(&path, &[("act", "preview"), ("list", LIST)]).await;
    for part in [
        "alfa@example.dk",
        "same company as line 1",
        "This is not an e-mail address",
        "Write the company",
        "Welcome &amp; good luck",
    ] {
        let body = preview.body.replace("The same", "the same");
        assert!(body.contains(part), "{part}: {}", preview.body);
    }
    let unseen = browser.post(&path, &[("act", "send"), ("list", LIST), ("token", "x")]).await;
    assert_eq!(unseen.status, 409);
    assert_eq!(letters(world).await, [], "nothing is sent before it was looked at");
    let token = token(&preview.body);
    let fields = [("act", "send"), ("list", LIST), ("token", token.as_str())];
    let sent = browser.post(&path, &fields).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    assert_eq!(letters(world).await.len(), 3);
}

/// The assessment of the company whose name begins with `name`.
async fn assessment(world: &World, round: &str, name: &str) -> store::Assessment {
    let id: RoundId = round.rsplit('/').next().unwrap().parse().unwrap();
    let filter = store::assessments::AssessmentFilter::default();
    let sort = store::assessments::AssessmentOrder::default();
    let counts = store::assessments::counts(&world.db, id).await.unwrap();
    let all =
        store::assessments::page(&world.db, id, &counts, &filter, sort, None, 50).await.unwrap();
    all.rows.into_iter().find(|it| it.subject.name.starts_with(name)).unwrap()
}

/// Answers everything for a company and hands it in.
async fn hand_in(world: &World, id: AssessmentId, email: &str) {
    let actor = crate::scene::actor_of(world, email).await;
    crate::scene::hand_in(world, &actor, id, Vec::new()).await;
}

/// Somebody who was invited comes.
async fn arrive(world: &World, email: &str) {
    let mut browser = world.browser();
    let link = world.link_to(email).await;
    assert_eq!(browser.get(&link).await.status, 200);
    let come = browser.post(&link, &[("name", "Somebody")]).await;
    assert_eq!(come.status, 303, "{}", come.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_before_it_was_looked_at() {
    on_each_database(async |world| {
        let (mut browser, round) = begin(world).await;
        invite(world, &mut browser, &round).await;
        arrive(world, "alfa@example.dk").await;
        // The same list again: whoever is in gets no second letter.
        let list = "alfa@example.dk; Alfa Eksempel A/S\nny@example.dk; Alfa Eksempel A/S";
        let path = format!("{round}/invite");
        let again = browser.post(&path, &[("act", "preview"), ("list", list)]).await;
        assert!(again.body.contains("Takes part already"), "{}", again.body);
        assert!(again.body.contains("The company is in the round"), "{}", again.body);
        assert!(again.body.contains("One letter will be sent"), "{}", again.body);
        let nobody = browser.post(&path, &[("act", "preview"), ("list", " ")]).await;
        assert_eq!(nobody.status, 422);

        let path = format!("{round}/remind");
        let preview = browser.get(&path).await;
        assert!(preview.body.contains("beta@example.dk"), "{}", preview.body);
        assert!(!preview.body.contains("kollega@example.dk"), "one of them has come");
        let before = letters(world).await.len();
        let fields = [("act", "preview"), ("text", "Call us"), ("token", "")];
        let preview = browser.post(&path, &fields).await;
        assert!(preview.body.contains("Call us"), "{}", preview.body);
        let token = token(&preview.body);
        let fields = [("act", "send"), ("text", "Call us"), ("token", token.as_str())];
        assert_eq!(browser.post(&path, &fields).await.status, 303);
        assert_eq!(letters(world).await.len(), before + 2);
        assert!(world.letter_to("beta@example.dk").await.contains("Call us"));
        // Who was only invited gets in with the reminder.
        arrive(world, "beta@example.dk").await;
        let soon = browser.get(&path).await;
        assert!(soon.body.contains("in the last three days"), "{}", soon.body);
        assert_eq!(browser.post(&path, &fields).await.status, 409);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_returned_locked_and_opened() {
    on_each_database(async |world| {
        let (mut browser, round) = begin(world).await;
        invite(world, &mut browser, &round).await;
        arrive(world, "alfa@example.dk").await;
        let own = assessment(world, &round, "Alfa").await;
        let here = format!("{round}/assessments/{}", own.id);
        let page = browser.get(&here).await;
        assert!(page.body.contains("Nothing is submitted yet"), "{}", page.body);
        assert_eq!(browser.get(&format!("{here}/return")).await.status, 404);
        hand_in(world, own.id, "alfa@example.dk").await;
        let page = browser.get(&here).await;
        assert!(page.body.contains("The director"), "{}", page.body);

        let path = format!("{here}/return");
        assert_eq!(browser.get(&path).await.status, 200);
        let empty = browser.post(&path, &[("act", "preview"), ("text", " ")]).await;
        assert_eq!(empty.status, 422);
        let said = [("text", "Nearly there"), ("remark[means.funding]", "Add the minutes")];
        let preview = browser.post(&path, &[("act", "preview"), said[0], said[1]]).await;
        assert!(preview.body.contains("Add the minutes"), "{}", preview.body);
        let token = token(&preview.body);
        let other = [("act", "return"), ("text", "Other"), ("token", token.as_str())];
        assert_eq!(browser.post(&path, &other).await.status, 409);
        let fields = [("act", "return"), said[0], said[1], ("token", token.as_str())];
        let sent = browser.post(&path, &fields).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        let letter = world.letter_to("alfa@example.dk").await;
        assert!(letter.contains("Nearly there") && letter.contains("Add the minutes"), "{letter}");
        let page = browser.get(&here).await;
        assert!(page.body.contains("Add the minutes"), "{}", page.body);
        assert_eq!(assessment(world, &round, "Alfa").await.stage, "assessment");

        assert_eq!(browser.post(&format!("{here}/lock"), &[]).await.status, 303);
        assert!(assessment(world, &round, "Alfa").await.locked_at.is_some());
        let id = own.id.to_string();
        let chosen = format!("{round}/chosen");
        let fields = [("act", "unlock"), ("assessment", id.as_str())];
        assert_eq!(browser.post(&chosen, &fields).await.status, 303);
        assert!(assessment(world, &round, "Alfa").await.locked_at.is_none());
        let to = browser.post(&chosen, &[("act", "remind"), fields[1]]).await;
        assert!(to.header("location").ends_with(&format!("/remind?assessment={id}")));

        let edit = browser.get(&format!("{round}/edit")).await;
        assert_eq!(edit.status, 200, "{}", edit.body);
        assert_eq!(browser.post(&format!("{round}/close"), &[]).await.status, 303);
        let edit = browser.get(&format!("{round}/edit")).await;
        assert!(edit.body.contains("Open the round again"), "{}", edit.body);
        let closed = browser.post(&format!("{round}/invite"), &[("list", LIST)]).await;
        assert_eq!(closed.status, 423);
        assert_eq!(browser.post(&format!("{round}/open"), &[]).await.status, 303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_is_found_sorted_and_taken_away() {
    on_each_database(async |world| {
        let (mut browser, round) = begin(world).await;
        invite(world, &mut browser, &round).await;
        arrive(world, "alfa@example.dk").await;
        let own = assessment(world, &round, "Alfa").await;
        hand_in(world, own.id, "alfa@example.dk").await;
        let columns = [
            "subject",
            "stage",
            "answered",
            "score",
            "band",
            "submitted",
            "changed",
            "reminded",
            "created",
        ];
        for column in columns {
            for sign in ["", "-"] {
                let path = format!("{round}?sort={sign}{column}&column=reminded&column={column}");
                let page = browser.get(&path).await;
                assert_eq!(page.status, 200, "{path}: {}", page.body);
                assert!(page.body.contains("Alfa Eksempel"), "{path}");
                assert!(page.body.contains("aria-sort"), "{path}");
            }
        }
        let place = |body: &str, name: &str| body.find(name).unwrap();
        for (sort, alfa_first) in [("subject", true), ("-subject", false), ("-score", true)] {
            let body = browser.get(&format!("{round}?sort={sort}")).await.body;
            let body = body.split("<tbody").nth(1).unwrap();
            let first = place(body, "Alfa Eksempel") < place(body, "=Beta Eksempel");
            assert_eq!(first, alfa_first, "{sort}");
        }
        let body = browser.get(&format!("{round}?text=ALFA")).await.body;
        assert!(body.contains("Alfa Eksempel") && !body.contains("=Beta Eksempel"));
        let body = browser.get(&format!("{round}?stage=assessment")).await.body;
        assert!(!body.contains("Alfa Eksempel") && body.contains("=Beta Eksempel"));
        let body = browser.get(&format!("{round}?text=EKSEMPEL+al")).await.body;
        assert!(body.contains("Alfa Eksempel") && !body.contains("=Beta Eksempel"));
        let body = browser.get(&format!("{round}?text=lfa")).await.body;
        assert!(body.contains("No company fits") && body.contains("must begin a word"));
        for wrong in ["sort=nothing", "at=50", "at=after:-score:1:x:", "sort=-score&at=BELOW"] {
            let below = format!("after%3Asubject%3A1%3A{}%3A+alfa", own.id);
            let path = format!("{round}?{}", wrong.replace("BELOW", &below));
            assert_eq!(browser.get(&path).await.status, 400, "{path}");
        }

        let csv = browser.get(&format!("{round}/export.csv?sort=subject")).await;
        assert!(csv.header("content-disposition").starts_with("attachment"));
        assert!(csv.body.contains("\"'=Beta Eksempel\""), "{}", csv.body);
        assert_eq!(csv.body.lines().count(), 3);
        let all = browser.get(&format!("{round}/export.ndjson?text=alfa")).await;
        let one: Value = serde_json::from_str(all.body.trim()).unwrap();
        assert_eq!(one["subject"], "Alfa Eksempel A/S");
        assert!(one["result"]["total"]["strict"].as_f64().unwrap() > 0.0, "{one}");
        assert_eq!(one["result"]["signed_by"], "The director");
        let xlsx = browser.get(&format!("{round}/export.xlsx")).await;
        assert!(xlsx.header("content-type").contains("spreadsheetml") && xlsx.status == 200);
        assert_eq!(browser.get(&format!("{round}/export.exe")).await.status, 404);
        let exports = world.actions().await.into_iter().filter(|it| it == "exported").count();
        assert_eq!(exports, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_finds_no_round() {
    on_each_database(async |world| {
        let (mut browser, round) = begin(world).await;
        invite(world, &mut browser, &round).await;
        let own = assessment(world, &round, "Alfa").await;
        let person = world.person("andre@example.dk", false).await;
        world.membership(person, Role::Secretariat).await;
        let mut stranger = world.signed_in("andre@example.dk").await;
        let list = stranger.get("/rounds").await;
        assert!(!list.body.contains("Round &lt;1&gt;"), "{}", list.body);
        let here = format!("{round}/assessments/{}", own.id);
        for path in ["", "/edit", "/invite", "/remind", "/export.csv", "/export.xlsx"] {
            assert_eq!(stranger.get(&format!("{round}{path}")).await.status, 404, "{path}");
        }
        for path in [here.clone(), format!("{here}/return")] {
            assert_eq!(stranger.get(&path).await.status, 404, "{path}");
        }
        let id = own.id.to_string();
        let fields = [("act", "lock"), ("assessment", id.as_str()), ("list", LIST)];
        for path in ["/edit", "/invite", "/remind", "/close", "/open", "/chosen"] {
            let answer = stranger.post(&format!("{round}{path}"), &fields).await;
            assert_eq!(answer.status, 404, "{path}");
        }
        for path in ["lock", "unlock", "return"] {
            let answer = stranger.post(&format!("{here}/{path}"), &fields).await;
            assert_eq!(answer.status, 404, "{path}");
        }
        assert!(assessment(world, &round, "Alfa").await.locked_at.is_none());
    })
    .await;
}
