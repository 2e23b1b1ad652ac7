use axum::http::Method;
use gridfolio_testkit::{Role, both};
use serde_json::json;

use super::{call, get_by, make_clerk, newest_change, outbox, path_of, set_second_factor};

both! {
    async fn it_is_dropped_told_and_alerted(app) {
        let path = path_of(&app, Role::Viewer).await;
        let mfa = format!("{path}/mfa");
        set_second_factor(&app, Role::Viewer).await;
        assert_eq!(get_by(&app, &mfa, Role::Viewer).await.ok(), json!({"mfa": "SOFTWARE_TOKEN_MFA"}));
        let own = path_of(&app, Role::Administrator).await;
        let wanted = json!({"name": "n", "protocol": "email", "endpoint": "oncall@example.org", "notificationType": "alert"});
        app.post(&format!("{own}/notifications"), &wanted).await.ok();
        assert_eq!(app.delete(&mfa).await.ok(), json!({}));
        assert_eq!(app.get(&mfa).await.ok(), json!({"mfa": "NOMFA"}));
        get_by(&app, "/profile", Role::Viewer).await.message(401);
        let [(to, text)] = outbox(&app, "mfa-reset").await.try_into().unwrap();
        assert_eq!(to, Role::Viewer.email());
        assert!(text.contains("reset by Ada Test on"), "{text}");
        let [(to, text)] = outbox(&app, "alert").await.try_into().unwrap();
        assert_eq!(to, "oncall@example.org");
        assert!(text.contains("Ada Test reset the second factor of user@example.org"), "{text}");
        let change = newest_change(&app, &path[7..]).await;
        assert_eq!((&change["action"], &change["userName"]), (&json!("mfa_reset"), &json!("Ada Test")));
        assert_eq!(app.get(&format!("{own}/alerts")).await.ok()["events"].as_object().unwrap().len(), 1);
    }

    async fn without_one_nothing_happens(app) {
        let path = path_of(&app, Role::Viewer).await;
        app.delete(&format!("{path}/mfa")).await.ok();
        get_by(&app, "/profile", Role::Viewer).await.ok();
        assert_eq!(outbox(&app, "mfa-reset").await.len(), 0);
    }

    async fn not_from_below(app) {
        set_second_factor(&app, Role::Finance).await;
        make_clerk(&app).await;
        let finance = path_of(&app, Role::Finance).await + "/mfa";
        call(&app, (Method::DELETE, &finance), Role::Engineer).await.message(403);
        call(&app, (Method::DELETE, &finance), Role::Finance).await.message(403);
        assert_eq!(app.get(&finance).await.ok()["mfa"], "SOFTWARE_TOKEN_MFA");
    }
}
