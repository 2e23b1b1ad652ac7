use gridfolio_testkit::both;

use crate::browser::{Browser, profile_status, tokens};

both! {
    async fn a_revoked_refresh_token_ends_its_session(app) {
        let (mine, other) = (tokens(&app).await, tokens(&app).await);
        let refresh = mine["refresh_token"].as_str().unwrap();
        let form = [("token", refresh), ("client_id", "clientoftests"), ("token_type_hint", "refresh_token")];
        let mut browser = Browser::default();
        assert_eq!(browser.post(&app, "/oauth2/revoke", &form).await.ok(), serde_json::json!({}));
        assert_eq!(profile_status(&app, &mine["id_token"]).await, 401);
        assert_eq!(profile_status(&app, &other["id_token"]).await, 200);
        // One that is not known, or no more, is as good as ended.
        browser.post(&app, "/oauth2/revoke", &form).await.ok();
        browser.post(&app, "/oauth2/revoke", &[("token", "made up"), ("client_id", "clientoftests")]).await.ok();
        for form in [vec![("token", refresh), ("client_id", "other")], vec![("client_id", "clientoftests")], vec![]] {
            let reply = browser.post(&app, "/oauth2/revoke", &form).await;
            reply.must_be(400);
            assert!(reply.json()["error"].as_str().unwrap().starts_with("invalid_"));
        }
    }
}
