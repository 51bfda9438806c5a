//! The happy journey, on a telephone.

use serde_json::Value;

use crate::scene::{DIRECTOR, PLAIN, Scene, answers, play};
use crate::window::{Look, Window};

const LOOK: Look = Look { journey: "handing-in", language: "da", width: 360, scripts: true };

#[tokio::test(flavor = "multi_thread")]
async fn a_company_is_invited_answers_on_a_telephone_and_reads_its_result() {
    play(LOOK, PLAIN, async |scene| {
        let window = come(scene).await;
        window.follow(".next-up .button.primary").await;
        for (step, questions) in answers() {
            assert_eq!(window.path().await, scene.here(&format!("/steps/{step}")));
            for (name, value) in &questions {
                give(&window, &format!("{step}.{name}"), value).await;
            }
            window.look(&format!("step-{step}")).await;
            if step == "means" {
                add_evidence(&window, scene).await;
            }
            window.follow("button[name='then'][value='next']").await;
        }
        plan(&window).await;
        window.follow("button[name='then'][value='next']").await;
        hand_in(&window, scene).await;
        read(&window).await;
        window.close().await;
    })
    .await;
}

async fn come(scene: &Scene<'_>) -> Window {
    let window = Window::open(scene.world, scene.look).await;
    window.go(&scene.world.link_to(DIRECTOR).await).await;
    window.look("invitation").await;
    window.follow("main .button.primary").await;
    window.look("invitation-without-name").await;
    assert_eq!(window.count("#errors a[href='#name']").await, 1);
    window.fill("#name", "Direktøren").await;
    window.follow("main .button.primary").await;
    assert_eq!(window.path().await, scene.here(""));
    window.go("/").await;
    window.look("home").await;
    window.follow("main .button.primary").await;
    assert_eq!(window.path().await, scene.here(""));
    window.look("overview").await;
    if scene.look.language == "da" {
        assert_eq!(window.attribute("html", "lang").await, "da");
    }
    window
}

/// Answers a question as a person would, and waits until it is saved.
async fn give(window: &Window, place: &str, value: &Value) {
    let (field, id) = (format!("answer[{place}]"), format!("[id='a-{place}']"));
    window.until(place, &format!("return !document.getElementById('q-{place}').hidden")).await;
    match value {
        Value::Array(all) => {
            for one in all {
                window.tick(&field, one.as_str().unwrap()).await;
            }
        }
        Value::Bool(_) | Value::Number(_) => window.tick(&field, &value.to_string()).await,
        Value::String(text) if window.count(&format!("select{id}")).await == 1 => {
            window.choose(&id, text).await;
        }
        Value::String(text) if window.count(&format!("{id}[type='radio']")).await == 1 => {
            window.tick(&field, text).await;
        }
        other => window.fill(&id, other.as_str().unwrap()).await,
    }
    window.saved().await;
}

async fn add_evidence(window: &Window, scene: &Scene<'_>) {
    let question = "[id='q-means.funding']";
    let link = format!("{question} a[href*='/evidence/']");
    window.click(&format!("{question} .extras details:has(a[href*='/evidence/']) summary")).await;
    window.follow(&link).await;
    window.look("evidence").await;
    window.follow("form[enctype] .button.primary").await;
    window.look("evidence-refused").await;
    assert_eq!(window.count("#errors a[href='#file']").await, 1);
    window.fill("#title", "Budget, som bestyrelsen har godkendt").await;
    window.fill("#link", "https://example.com/budget").await;
    window.click("label[for='grade-E2']").await;
    window.follow("form[enctype] .button.primary").await;
    assert_eq!(window.path().await, scene.here("/steps/means"));
    assert_eq!(window.count(&format!("{question} ul.evidence li")).await, 1);
}

/// Writes one line of the action list.
async fn plan(window: &Window) {
    let rows = "[id='q-actions.list'] [data-rows] [data-row]";
    window.click("button[name='add_row[actions.list]']").await;
    window.fill(&format!("{rows} [name$='[action]']"), "Tal med tre kunder").await;
    window.choose(&format!("{rows} [name$='[offer]']"), "sparring").await;
    window.saved().await;
    window.look("step-actions").await;
}

async fn hand_in(window: &Window, scene: &Scene<'_>) {
    assert_eq!(window.path().await, scene.here("/check"));
    assert_eq!(window.count("#missing").await, 0);
    window.look("check").await;
    window.fill("#name", "Direktøren").await;
    window.follow("button[name='action'][value='finish']").await;
    window.look("handed-in").await;
    if window.path().await != scene.here("/result") {
        window.go(&scene.here("/result")).await;
    }
}

async fn read(window: &Window) {
    window.look("result").await;
    assert!(!window.text(".headline .band").await.is_empty());
    assert!(window.count(".next-steps > li").await > 0);
    let href = window.attribute("main a[hreflang]", "href").await;
    let fetched = window.fetch(&href).await;
    assert_eq!(fetched, ("200".to_owned(), "%PDF".to_owned()));
}
