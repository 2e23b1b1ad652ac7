use gridfolio_testkit::{Reply, USER, both};
use serde_json::json;

use crate::browser::{Browser, claims, exchange, profile_status, token, tokens};

fn refused(reply: &Reply, error: &str) -> String {
    reply.must_be(400);
    assert_eq!(reply.headers["cache-control"], "no-store");
    let body = reply.json();
    assert_eq!(body["error"], error, "{body}");
    body["error_description"].as_str().unwrap().to_owned()
}

both! {
    async fn a_code_brings_tokens(app) {
        let code = Browser::default().code(&app).await;
        let reply = token(&app, &exchange(&code)).await;
        assert_eq!(reply.headers["cache-control"], "no-store");
        let tokens = reply.ok();
        assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(3600)));
        assert_eq!(tokens["scope"], "openid email");
        let id = claims(&tokens["id_token"]);
        assert_eq!((&id["nonce"], &id["email"], id.get("at_hash")), (&json!("a nonce"), &json!(USER), None));
        assert_eq!((&id["aud"], &id["token_use"]), (&json!("clientoftests"), &json!("id")));
        assert_eq!(claims(&tokens["access_token"])["scope"], "openid email");
        assert_eq!(profile_status(&app, &tokens["id_token"]).await, 200);
        assert_eq!(profile_status(&app, &tokens["access_token"]).await, 401);
    }

    async fn a_code_counts_once_and_a_second_use_ends_what_it_gave(app) {
        let code = Browser::default().code(&app).await;
        let given = token(&app, &exchange(&code)).await.ok();
        let other = tokens(&app).await;
        assert_eq!(profile_status(&app, &given["id_token"]).await, 200);
        let why = refused(&token(&app, &exchange(&code)).await, "invalid_grant");
        assert!(why.contains("used before"), "{why}");
        assert_eq!(profile_status(&app, &given["id_token"]).await, 401);
        let refresh = given["refresh_token"].as_str().unwrap();
        let form = [("grant_type", "refresh_token"), ("client_id", "clientoftests"), ("refresh_token", refresh)];
        refused(&token(&app, &form).await, "invalid_grant");
        assert_eq!(profile_status(&app, &other["id_token"]).await, 200, "another session stays");
    }

    async fn of_many_at_once_at_most_one_gets_tokens(app) {
        let code = Browser::default().code(&app).await;
        let form = exchange(&code);
        let (a, b, c) = tokio::join!(token(&app, &form), token(&app, &form), token(&app, &form));
        let good = [&a, &b, &c].into_iter().filter(|reply| reply.status == 200).count();
        assert_eq!(good, 1, "{} {} {}", a.text(), b.text(), c.text());
        let given = [a, b, c].into_iter().find(|reply| reply.status == 200).unwrap().ok();
        assert_eq!(profile_status(&app, &given["id_token"]).await, 401, "the code was used more than once");
    }

    async fn a_code_is_bound_to_what_it_was_asked_for_with(app) {
        let code = Browser::default().code(&app).await;
        let with = |name: &str, value: &'static str| {
            let mut form: Vec<(String, String)> =
                exchange(&code).into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
            form.retain(|(n, _)| n != name);
            form.push((name.to_owned(), value.to_owned()));
            form
        };
        for (name, value, error) in [
            ("redirect_uri", "https://app.example.org/callback", "invalid_grant"),
            ("redirect_uri", "", "invalid_request"),
            ("code_verifier", "another-secret-of-the-application-0123456789.abcdef", "invalid_grant"),
            ("code_verifier", "short", "invalid_grant"),
            ("code_verifier", "", "invalid_request"),
            ("client_id", "other", "invalid_client"),
            ("client_id", "", "invalid_request"),
            ("code", "made up", "invalid_grant"),
            ("code", "", "invalid_request"),
            ("grant_type", "password", "unsupported_grant_type"),
            ("grant_type", "", "invalid_request"),
        ] {
            let form = with(name, value);
            let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            refused(&token(&app, &form).await, error);
        }
        let mut twice = exchange(&code);
        twice.push(("code", "other"));
        refused(&token(&app, &twice).await, "invalid_request");
        token(&app, &exchange(&code)).await.ok();
    }

    async fn a_code_expires_after_a_minute(app) {
        let mut browser = Browser::default();
        let (good, late) = (browser.code(&app).await, browser.code(&app).await);
        app.app.clock.advance(59_999);
        token(&app, &exchange(&good)).await.ok();
        app.app.clock.advance(1);
        let why = refused(&token(&app, &exchange(&late)).await, "invalid_grant");
        assert!(why.contains("expired"), "{why}");
    }

    async fn a_code_of_before_a_new_password_is_worth_nothing(app) {
        let code = Browser::default().code(&app).await;
        let actor = gridfolio::kit::access::Actor::command("test");
        gridfolio::identity::service::set_password(&app.app, actor, USER, "another password".to_owned()).await.unwrap();
        let why = refused(&token(&app, &exchange(&code)).await, "invalid_grant");
        assert!(why.contains("were changed since"), "{why}");
    }

    async fn a_refresh_token_brings_new_ones(app) {
        let first = tokens(&app).await;
        app.app.clock.advance(7_200_000);
        let refresh = first["refresh_token"].as_str().unwrap();
        let form = [("grant_type", "refresh_token"), ("client_id", "clientoftests"), ("refresh_token", refresh)];
        let second = token(&app, &form).await.ok();
        assert_eq!(second.get("refresh_token"), None);
        assert_eq!(profile_status(&app, &second["id_token"]).await, 200);
        let (before, after) = (claims(&first["id_token"]), claims(&second["id_token"]));
        assert_eq!((&before["auth_time"], &before["sub"]), (&after["auth_time"], &after["sub"]));
        assert_eq!(after.get("nonce"), None);
        refused(&token(&app, &[("grant_type", "refresh_token"), ("client_id", "clientoftests"),
            ("refresh_token", "made up")]).await, "invalid_grant");
    }
}
