//! Without scripts.

use crate::scene::{DIRECTOR, PLAIN, play};
use crate::window::Look;

const LOOK: Look = Look { journey: "plain", language: "da", width: 360, scripts: false };
const NEXT: &str = "button[name='then'][value='next']";

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_every_button_sends_the_form_and_nothing_is_lost() {
    play(LOOK, PLAIN, async |scene| {
        let window = scene.arrived(DIRECTOR).await;
        window.follow(".next-up .button.primary").await;
        window.tick("answer[context.size]", "small").await;
        window.fill("[id='a-context.product']", &"x".repeat(301)).await;
        window.follow(NEXT).await;
        window.look("step-refused").await;
        assert_eq!(window.path().await, scene.here("/steps/context"));
        assert_eq!(window.count("#errors a[href='#a-context.product']").await, 1);
        assert_eq!(window.count("[id='error-context.product']").await, 1);
        assert_eq!(window.value("[id='a-context.product']").await.len(), 301, "kept to be mended");
        assert!(window.is_ticked("answer[context.size]", "small").await);
        window.fill("[id='a-context.product']", "Et plaster, der måler ilt").await;
        window.follow(NEXT).await;
        assert_eq!(window.path().await, scene.here("/steps/competencies"));
        window.tick("answer[competencies.language]", "2").await;
        window.follow("button[name='then'][value='previous']").await;
        assert_eq!(window.value("[id='a-context.product']").await, "Et plaster, der måler ilt");
        window.follow("button[name='then'][value='overview']").await;
        assert_eq!(window.path().await, scene.here(""));
        window.go(&scene.here("/steps/competencies")).await;
        assert!(window.is_ticked("answer[competencies.language]", "2").await);
        window.follow("button[name='clear[competencies.language]']").await;
        assert!(!window.is_ticked("answer[competencies.language]", "2").await);
        window.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_rows_are_added_and_removed() {
    play(LOOK, PLAIN, async |scene| {
        let window = scene.arrived(DIRECTOR).await;
        window.go(&scene.here("/steps/actions")).await;
        let (add, rows) = ("button[name='add_row[actions.list]']", "[data-rows] [data-row]");
        for text in ["Tal med tre kunder", "Find en partner"] {
            window.follow(add).await;
            let last = format!("{rows}:last-child [name$='[action]']");
            window.fill(&last, text).await;
        }
        window.look("step-actions").await;
        window.follow(&format!("{rows}:first-child button[name='remove_row[actions.list]']")).await;
        assert_eq!(window.count(rows).await, 1);
        assert_eq!(window.value("[data-rows] [name$='[action]']").await, "Find en partner");
        window.follow(NEXT).await;
        assert_eq!(window.path().await, scene.here("/check"));
        window.look("check").await;
        assert_eq!(window.count("#missing").await, 1);
        assert_eq!(window.count("button[name='action']").await, 0, "nothing can be handed in yet");
        window.go(&scene.here("/steps/actions")).await;
        assert_eq!(window.value("[data-rows] [name$='[action]']").await, "Find en partner");
        window.close().await;
    })
    .await;
}
