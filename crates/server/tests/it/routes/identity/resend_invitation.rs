use axum::http::Method;
use gridfolio_testkit::{Call, Role, both};
use serde_json::json;

use super::{
    call, fresh_token, make_clerk, outbox, path_of, put_by, sign_in_answer, temporary_password, type_id,
    user_path,
};

both! {
    async fn it_brings_another_temporary_password(app) {
        let sent = json!({"email": "new@example.org", "firstName": "N", "lastName": "P", "userType": type_id("finance")});
        let made = app.post("/users", &sent).await.ok();
        let path = user_path(made["id"].as_str().unwrap());
        let resend = format!("{path}/resend");
        let before = temporary_password(&outbox(&app, "invitation").await[0].1);
        app.app.clock.advance(8 * 24 * 3_600_000);
        // Administrators' tokens have ended with the clock too. The body of an old client is ignored, whatever it says.
        let token = fresh_token(&app, Role::Administrator).await;
        let call = Call::new(Method::PUT, &*resend).by(Role::Anonymous).header("authorization", &token);
        assert_eq!(call.json(&json!({"email": "other@example.org"})).send(&app).await.ok(), json!({}));
        let all = outbox(&app, "invitation").await;
        let after = temporary_password(&all.last().unwrap().1);
        assert_ne!(before, after);
        assert_eq!(sign_in_answer(&app, "new@example.org", &before).await["__type"], "NotAuthorizedException");
        assert_eq!(sign_in_answer(&app, "new@example.org", &after).await["ChallengeName"], "NEW_PASSWORD_REQUIRED");
        let log = Call::new(Method::GET, format!("/audit/assets/{}", &path[7..])).by(Role::Anonymous);
        let log = log.header("authorization", &token).send(&app).await.ok();
        let logs = log["logs"].as_array().unwrap();
        let again = logs.iter().find(|entry| entry["action"] == "invitation").unwrap();
        assert_eq!(again["userName"], "Ada Test");
    }

    async fn who_may_not_uses_up_nothing(app) {
        make_clerk(&app).await;
        let sent = json!({"email": "new@example.org", "firstName": "N", "lastName": "P", "userType": type_id("finance")});
        let made = app.post("/users", &sent).await.ok();
        let resend = user_path(made["id"].as_str().unwrap()) + "/resend";
        for _ in 0..8 {
            put_by(&app, &resend, &json!({}), Role::Engineer).await.message(403);
            Call::new(Method::POST, "/users").by(Role::Engineer).json(&sent).send(&app).await.message(403);
        }
        app.put(&resend, &json!({})).await.ok();
    }

    async fn not_for_those_with_a_password_nor_from_below(app) {
        let viewer = path_of(&app, Role::Viewer).await + "/resend";
        assert!(app.put(&viewer, &json!({})).await.message(409).contains("password of their own"));
        make_clerk(&app).await;
        let above = path_of(&app, Role::Finance).await + "/resend";
        put_by(&app, &above, &json!({}), Role::Engineer).await.message(403);
        call(&app, (Method::PUT, &viewer), Role::Viewer).await.message(403);
        app.put("/users/00000000-0000-4000-8000-00000000ffff/resend", &json!({})).await.message(404);
    }
}
