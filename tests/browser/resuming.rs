//! Stopping in the middle, and going on another day.

use crate::scene::{DIRECTOR, PLAIN, play};
use crate::window::Look;

const LOOK: Look = Look { journey: "resuming", language: "da", width: 1280, scripts: true };
const PASSWORD: &str = "hest batteri klammeri korrekt";

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_out_and_in_again_goes_on_where_they_were() {
    play(LOOK, PLAIN, async |scene| {
        let window = scene.arrived(DIRECTOR).await;
        window.go(&scene.here("/steps/means")).await;
        window.tick("answer[means.funding]", "3").await;
        window.saved().await;
        window.go("/profile").await;
        window.look("profile").await;
        window.click("details:has(#new) summary").await;
        window.fill("#new", PASSWORD).await;
        window.follow("form[action='/profile/password'] .button").await;
        window.follow("form[action='/sign-out'] button").await;
        window.go(&scene.here("/steps/means")).await;
        assert_eq!(window.path().await, "/sign-in");
        window.look("sign-in").await;

        window.fill("#email", DIRECTOR).await;
        window.follow("button[name='with'][value='link']").await;
        window.look("link-sent").await;
        window.go(&scene.world.link_to(DIRECTOR).await).await;
        window.look("link").await;
        window.follow("main .button.primary").await;
        window.go(&scene.here("/steps/means")).await;
        assert!(window.is_ticked("answer[means.funding]", "3").await);
        window.follow("form[action='/sign-out'] button").await;

        window.go(&format!("/sign-in?then={}", scene.here("/steps/means"))).await;
        window.fill("#email", DIRECTOR).await;
        window.click(".or-password summary").await;
        window.fill("#password", "noget helt andet").await;
        window.follow("button[name='with'][value='password']").await;
        assert_eq!(window.count("#errors").await, 1);
        window.look("sign-in-refused").await;
        window.fill("#password", PASSWORD).await;
        window.follow("button[name='with'][value='password']").await;
        assert_eq!(window.path().await, scene.here("/steps/means"));
        assert!(window.is_ticked("answer[means.funding]", "3").await);
        // Where the session has ended, the step says where to sign in, and that leads back.
        let other = scene.signed_in(DIRECTOR).await;
        other.go("/profile").await;
        other.follow("form[action='/profile/sessions/end'] button").await;
        other.close().await;
        window.tick("answer[means.capacity]", "2").await;
        window.until("a link", "return !!document.querySelector('[data-banner] a')").await;
        window.look("signed-out").await;
        window.follow("[data-banner] a").await;
        window.fill("#email", DIRECTOR).await;
        window.click(".or-password summary").await;
        window.fill("#password", PASSWORD).await;
        window.follow("button[name='with'][value='password']").await;
        assert_eq!(window.path().await, scene.here("/steps/means"));
        window.saved().await;
        window.go(&scene.here("/steps/means")).await;
        assert!(window.is_ticked("answer[means.capacity]", "2").await, "it was kept meanwhile");
        window.close().await;
    })
    .await;
}
