use gridfolio_testkit::both;
use serde_json::Value;

use crate::browser::{Browser, encoded, profile_status, tokens};

const BACK: &str = "https://app.example.org/bye";

fn path(parameters: &[(&str, &str)]) -> String {
    format!("/logout?{}", encoded(parameters))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

both! {
    async fn the_id_token_ends_its_session(app) {
        let (mine, other) = (tokens(&app).await, tokens(&app).await);
        let ends = path(&[("id_token_hint", text(&mine["id_token"])), ("post_logout_redirect_uri", BACK), ("state", "s&t")]);
        let reply = Browser::default().get(&app, &ends).await;
        reply.must_be(303);
        assert_eq!(reply.headers["location"], "https://app.example.org/bye?state=s%26t");
        assert_eq!(profile_status(&app, &mine["id_token"]).await, 401);
        assert_eq!(profile_status(&app, &other["id_token"]).await, 200);
        // Also when it has expired, and by a form.
        app.app.clock.advance(2 * 3_600_000);
        let page = Browser::default().post(&app, "/logout", &[("id_token_hint", text(&other["id_token"]))]).await;
        page.must_be(200);
        assert!(page.text().contains("You are signed out") && page.headers["x-frame-options"] == "DENY");
        let form = [("grant_type", "refresh_token"), ("client_id", "clientoftests"), ("refresh_token", text(&other["refresh_token"]))];
        crate::browser::token(&app, &form).await.must_be(400);
    }

    async fn a_forged_token_ends_nothing(app) {
        let mine = tokens(&app).await;
        let token = text(&mine["id_token"]);
        let (start, _) = token.rsplit_once('.').unwrap();
        for hint in [format!("{start}.AAAA"), "x".to_owned(), text(&mine["access_token"]).to_owned()] {
            let page = Browser::default().get(&app, &path(&[("id_token_hint", &hint)])).await;
            page.must_be(200);
            assert!(page.text().contains("Nothing to end"), "{}", page.text());
        }
        assert_eq!(profile_status(&app, &mine["id_token"]).await, 200);
    }

    async fn people_are_sent_to_named_addresses_only(app) {
        let cognito = path(&[("client_id", "clientoftests"), ("logout_uri", BACK)]);
        let reply = Browser::default().get(&app, &cognito).await;
        reply.must_be(303);
        assert_eq!(reply.headers["location"], BACK);
        for parameters in [
            [("client_id", "clientoftests"), ("logout_uri", "https://evil.example/")],
            [("client_id", "other"), ("logout_uri", BACK)],
            [("client_id", "clientoftests"), ("post_logout_redirect_uri", "https://app.example.org/callback?from=gridfolio")],
        ] {
            let reply = Browser::default().get(&app, &path(&parameters)).await;
            reply.must_be(400);
            assert!(reply.headers.get("location").is_none());
        }
    }
}
