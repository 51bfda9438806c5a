//! The secretariat asks for more, and gets it.

use crate::scene::{DIRECTOR, PLAIN, SECRETARIAT, play};
use crate::window::Look;

const LOOK: Look = Look { journey: "returned", language: "da", width: 1280, scripts: true };

#[tokio::test(flavor = "multi_thread")]
async fn an_assessment_is_returned_with_remarks_and_handed_in_again() {
    play(LOOK, PLAIN, async |scene| {
        let company = scene.arrived(DIRECTOR).await;
        scene.fill(DIRECTOR).await;
        scene.hand_in(DIRECTOR).await;
        company.go(&scene.here("")).await;
        company.look("overview-handed-in").await;

        let secretariat = scene.signed_in(SECRETARIAT).await;
        let there = format!("{}/assessments/{}", scene.round, scene.assessment);
        secretariat.go(&there).await;
        secretariat.look("assessment").await;
        secretariat.follow(&format!("a[href='{there}/return']")).await;
        secretariat.fill("#text", "Næsten i mål.").await;
        secretariat.click("details:has([id='remark-means.funding']) summary").await;
        secretariat.fill("[id='remark-means.funding']", "Vedlæg referatet.").await;
        secretariat.look("return").await;
        secretariat.follow("button[name='act'][value='preview']").await;
        secretariat.look("return-preview").await;
        secretariat.follow("button[name='act'][value='return']").await;
        secretariat.look("assessment-returned").await;
        secretariat.close().await;

        company.go(&scene.here("")).await;
        company.look("overview-returned").await;
        assert!(company.text(".remarks").await.contains("Næsten i mål."));
        company.go(&scene.here("/questions/means.funding")).await;
        company.look("remark").await;
        assert!(company.text("main").await.contains("Vedlæg referatet."));
        company.go(&scene.here("/steps/means")).await;
        company.tick("answer[means.funding]", "2").await;
        company.saved().await;
        company.go(&scene.here("/check")).await;
        company.fill("#name", "Direktøren").await;
        company.follow("button[name='action'][value='finish']").await;
        company.go(&scene.here("/steps/means")).await;
        company.look("step-handed-in").await;
        assert_eq!(company.count("form[data-answers]").await, 0, "nothing is changed any more");
        company.close().await;
    })
    .await;
}
