//! Two people at one sheet.

use crate::scene::{COLLEAGUE, DIRECTOR, PLAIN, play};
use crate::window::Look;

const LOOK: Look = Look { journey: "colleagues", language: "da", width: 1280, scripts: true };

#[tokio::test(flavor = "multi_thread")]
async fn two_colleagues_merge_by_question_and_settle_what_they_answer_differently() {
    play(LOOK, PLAIN, async |scene| {
        let (one, two) = (scene.arrived(DIRECTOR).await, scene.arrived(COLLEAGUE).await);
        for window in [&one, &two] {
            window.go(&scene.here("/steps/means")).await;
        }
        one.tick("answer[means.funding]", "1").await;
        one.saved().await;
        two.tick("answer[means.capacity]", "2").await;
        two.saved().await;
        assert_eq!(two.count("[data-conflict]").await, 0);
        one.tick("answer[means.rights]", "1").await;
        one.saved().await;
        two.tick("answer[means.rights]", "3").await;
        two.until("the conflict", "return !!document.querySelector('[data-conflict]')").await;
        two.look("conflict").await;
        let said = two.text("[data-conflict='means.rights']").await;
        assert_eq!(two.count("[data-conflict] dd").await, 2, "both answers: {said}");
        two.click("[data-conflict] button:first-of-type").await;
        two.saved().await;

        one.go(&scene.here("/steps/means")).await;
        for (question, level) in [("funding", "1"), ("capacity", "2"), ("rights", "3")] {
            assert!(one.is_ticked(&format!("answer[means.{question}]"), level).await, "{question}");
        }
        // The other way round: the colleague's answer stays.
        one.tick("answer[means.rights]", "4").await;
        one.saved().await;
        two.tick("answer[means.rights]", "0").await;
        two.until("the conflict", "return !!document.querySelector('[data-conflict]')").await;
        two.click("[data-conflict] button:last-of-type").await;
        two.saved().await;
        assert!(two.is_ticked("answer[means.rights]", "4").await);
        two.go(&scene.here("/steps/means")).await;
        assert!(two.is_ticked("answer[means.rights]", "4").await);
        one.close().await;
        two.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_a_conflict_shows_both_answers_too() {
    let look = Look { journey: "colleagues-plain", scripts: false, ..LOOK };
    play(look, PLAIN, async |scene| {
        let (one, two) = (scene.arrived(DIRECTOR).await, scene.arrived(COLLEAGUE).await);
        for window in [&one, &two] {
            window.go(&scene.here("/steps/means")).await;
        }
        one.tick("answer[means.rights]", "1").await;
        one.follow("button[name='then'][value='next']").await;
        two.tick("answer[means.rights]", "3").await;
        two.tick("answer[means.capacity]", "2").await;
        two.follow("button[name='then'][value='next']").await;
        two.look("conflict").await;
        assert_eq!(two.count("[id='conflict-means.rights'] dd").await, 2);
        two.follow("button[name='keep[means.rights]'][value='theirs']").await;
        two.go(&scene.here("/steps/means")).await;
        assert!(two.is_ticked("answer[means.rights]", "1").await);
        assert!(two.is_ticked("answer[means.capacity]", "2").await);
        one.close().await;
        two.close().await;
    })
    .await;
}
