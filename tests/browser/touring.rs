//! Every page there is, and texts that would like to be scripts.

use crate::scene::{DIRECTOR, Names, PLAIN, SECRETARIAT, Scene, play};
use crate::window::{Look, Window};

const LOOK: Look = Look { journey: "touring", language: "da", width: 360, scripts: true };
const HOSTILE: Names = Names {
    round: "</script><script>window.canary=1</script>",
    company: "\"><img src=x onerror=window.canary=1>",
};

#[tokio::test(flavor = "multi_thread")]
async fn no_page_has_faults_of_accessibility() {
    play(LOOK, PLAIN, async |scene| tour(scene, "Et plaster, der måler ilt").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_write_never_becomes_a_script() {
    let look = Look { journey: "hostile", width: 1280, ..LOOK };
    let text = "</textarea></script><svg onload=window.canary=1>{{ 7 * 7 }}javascript:alert(1)";
    play(look, HOSTILE, async |scene| tour(scene, text).await).await;
}

async fn tour(scene: &Scene<'_>, text: &str) {
    let company = scene.arrived(DIRECTOR).await;
    write(&company, scene, text).await;
    let pages = [
        "",
        "/steps/context",
        "/steps/means",
        "/steps/actions",
        "/check",
        "/history",
        "/people",
        "/file",
        "/as-of",
        "/questions/means.funding",
        "/evidence/means.rights",
    ];
    walk(&company, &pages.map(|it| scene.here(it))).await;
    walk(&company, &["/", "/evidence", "/profile", "/profile/delete", "/nowhere"]).await;
    scene.fill(DIRECTOR).await;
    scene.hand_in(DIRECTOR).await;
    let pages = ["", "/result", "/result/means.funding", "/history", "/steps/means"];
    walk(&company, &pages.map(|it| scene.here(it))).await;
    company.close().await;

    let secretariat = scene.signed_in(SECRETARIAT).await;
    let (round, id) = (&scene.round, scene.assessment);
    let pages = [
        String::new(),
        "/edit".into(),
        "/invite".into(),
        "/remind".into(),
        format!("/assessments/{id}"),
        format!("/assessments/{id}/return"),
    ];
    walk(&secretariat, &pages.map(|it| format!("{round}{it}"))).await;
    let pages = [
        "/rounds",
        "/rounds/new",
        "/admin/people",
        "/admin/organisations",
        "/admin/audit",
        "/admin/outbox",
    ];
    walk(&secretariat, &pages).await;
    for list in ["people", "organisations"] {
        secretariat.go(&format!("/admin/{list}")).await;
        secretariat.follow(&format!("main a[href^='/admin/{list}/']")).await;
        secretariat.look(&format!("one-of-{list}")).await;
    }
    secretariat.close().await;
}

/// Writes a text wherever a company can.
async fn write(window: &Window, scene: &Scene<'_>, text: &str) {
    window.go("/profile").await;
    window.fill("#name", text).await;
    window.follow("form[action='/profile'] .button").await;
    window.go(&scene.here("/steps/context")).await;
    window.fill("[id='a-context.product']", text).await;
    window
        .click("[id='q-context.product'] details:has([id='comment-context.product']) summary")
        .await;
    window.fill("[id='comment-context.product']", text).await;
    window.click("[id='q-context.size'] legend").await;
    window.saved().await;
    window.go(&scene.here("/evidence/means.funding")).await;
    window.fill("#title", text).await;
    window.fill("#link", "https://example.com/").await;
    window.click("label[for='grade-E2']").await;
    window.follow("form[enctype] .button.primary").await;
    window.go(&scene.here("/questions/means.funding")).await;
    window.fill("main textarea", text).await;
    window.follow("main form:has(textarea) .button").await;
}

async fn walk(window: &Window, pages: &[impl AsRef<str>]) {
    for page in pages {
        let page = page.as_ref();
        window.go(page).await;
        let is_id = |it: &&str| it.len() != 36 && !it.is_empty();
        let name = page.split('/').filter(is_id).collect::<Vec<_>>().join("-");
        window.look(&name).await;
    }
}
