//! The connection is lost in the middle.

use crate::scene::{DIRECTOR, PLAIN, play};
use crate::window::Look;

const LOOK: Look = Look { journey: "offline", language: "da", width: 360, scripts: true };

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_without_a_connection_is_kept_and_sent_when_it_is_back() {
    play(LOOK, PLAIN, async |scene| {
        let window = scene.arrived(DIRECTOR).await;
        let here = scene.here("/steps/means");
        window.go(&here).await;
        window.connected(false).await;
        window.tick("answer[means.funding]", "3").await;
        window.state("kept").await;
        assert!(!window.text("[data-banner]").await.is_empty());
        let kept = "return Object.keys(localStorage).some((it) => it.startsWith('assay/'))";
        assert_eq!(window.script(kept).await, true);
        window.look("kept").await;
        window.tick("answer[means.capacity]", "2").await;
        window.connected(true).await;
        window.saved().await;
        assert_eq!(window.script(kept).await, false, "nothing is left on the device");
        assert_eq!(window.count("[data-banner][hidden]").await, 1);
        window.go(&here).await;
        assert!(window.is_ticked("answer[means.funding]", "3").await);
        assert!(window.is_ticked("answer[means.capacity]", "2").await);
        window.close().await;
    })
    .await;
}
