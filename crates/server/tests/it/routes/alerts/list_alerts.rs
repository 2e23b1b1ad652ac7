use gridfolio::alerts::raise;
use gridfolio::kit::jobs::work_once;
use gridfolio::worker::JOBS;
use gridfolio_testkit::{NOW, Role, TestApp, both};
use serde_json::json;

use super::{by, make_notification};

async fn alert(app: &TestApp, what: &str) {
    let mut tx = app.app.db.write().await.unwrap();
    raise(&mut tx, &app.app, what).await.unwrap();
    tx.commit().await.unwrap();
}

async fn alerts_path(app: &TestApp, role: Role) -> String {
    format!("/users/{}/alerts", app.id_of(role).await)
}

both! {
    async fn the_newest_first_in_the_persons_zone(app) {
        let path = alerts_path(&app, Role::Administrator).await;
        let notification = make_notification(&app, Role::Administrator).await;
        let mut profile = app.get("/profile").await.ok()["profile"].clone();
        profile["timezone"] = json!("America/Denver");
        app.put("/profile", &profile).await.ok();
        alert(&app, "first").await;
        app.app.clock.advance(60_000);
        alert(&app, "second").await;
        let listed = app.get(&path).await.ok();
        let events: Vec<_> = listed["events"].as_object().unwrap().iter().collect();
        assert_eq!(events.len(), 2);
        assert_eq!(*events[0].1, json!({"id": events[0].0, "userId": app.id_of(Role::Administrator).await,
            "userNotificationId": notification.rsplit('/').next().unwrap(), "message": "second",
            "timestamp": NOW + 60_000, "localTimestamp": "2025-06-15T06:01:00"}));
        assert_eq!(listed["range"], json!({"localStartDate": "2025-05-17T00:00:00", "localEndDate": "2025-06-16T00:00:00"}));
        let none = app.get(&format!("{path}?start=2025-06-15T06:00:30&end=2025-06-15T06:01:00")).await.ok();
        assert_eq!(none["events"], json!({}));
        let one = app.get(&format!("{path}?start=2025-06-15T12:01:00Z")).await.ok();
        assert_eq!(one["events"].as_object().unwrap().len(), 1);
        app.get(&format!("{path}?start=x")).await.message(400);
        app.get(&format!("{path}?start=2025-07-01")).await.message(400);
    }

    async fn only_those_who_administer_everything_are_alerted(app) {
        let engineer = app.id_of(Role::Engineer).await;
        app.put(&format!("/users/{engineer}/groups/users-edit"), &json!({})).await.ok();
        let mut user = app.get(&format!("/users/{engineer}")).await.ok();
        alert(&app, "first").await;
        user["access"] = json!({"preventDownload": "no", "restrictProjects": "yes", "projects": []});
        app.put(&format!("/users/{engineer}"), &user).await.ok();
        alert(&app, "second").await;
        for (role, count) in [(Role::Administrator, 2), (Role::Engineer, 1), (Role::Viewer, 0)] {
            let listed = by(&app, "GET", &alerts_path(&app, role).await, None, role).await.ok();
            assert_eq!(listed["events"].as_object().unwrap().len(), count, "{role:?}");
        }
        let path = alerts_path(&app, Role::Administrator).await;
        by(&app, "GET", &path, None, Role::Viewer).await.message(404);
        let seen = by(&app, "GET", &path, None, Role::AssetManager).await.ok();
        assert_eq!(seen["events"].as_object().unwrap().values().next().unwrap().get("userNotificationId"), None);
    }

    async fn a_lockout_is_told_once_and_only_of_people_who_are_there(app) {
        let fail = async |email: &str| {
            let body = json!({"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "clientoftests",
                "AuthParameters": {"USERNAME": email, "PASSWORD": "not the password"}});
            let call = gridfolio_testkit::Call::new(axum::http::Method::POST, "/").by(Role::Anonymous).json(&body);
            call.header("x-amz-target", "AWSCognitoIdentityProviderService.InitiateAuth").send(&app).await.must_be(400);
            app.app.clock.advance(20_000);
        };
        for _ in 0..7 {
            fail("nobody-at-all@example.org").await;
            fail(Role::Viewer.email()).await;
        }
        let asked = async || {
            let mut snapshot = app.app.db.read().await.unwrap();
            let query = gridfolio_db::query("SELECT payload FROM job WHERE kind = 'alert_of_lockout'");
            query.all::<(String,)>(&mut snapshot).await.unwrap()
        };
        let jobs = asked().await;
        assert_eq!(jobs.len(), 2, "whoever it is costs the same");
        assert_eq!(jobs[0].0.len(), jobs[1].0.len());
        while work_once(&app.app, JOBS).await.unwrap() {}
        assert_eq!(asked().await.len(), 0);
        let listed = app.get(&alerts_path(&app, Role::Administrator).await).await.ok();
        let events: Vec<_> = listed["events"].as_object().unwrap().values().collect();
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["message"], "user@example.org must wait after 5 failed sign-ins");
    }

    async fn a_message_goes_by_each_notification_for_alerts(app) {
        let path = format!("/users/{}/notifications", app.id_of(Role::Administrator).await);
        for (protocol, endpoint, kind) in [
            ("email", "oncall@example.org", "alert"), ("sms", "+15550100200", "alert"), ("email", "r@example.org", "report"),
        ] {
            let sent = json!({"name": "n", "protocol": protocol, "endpoint": endpoint, "notificationType": kind});
            app.post(&path, &sent).await.ok();
        }
        alert(&app, "Something\nhappened").await;
        let held = gridfolio::messages::outbox::list(&app.app).await.unwrap();
        let sent: Vec<_> = held.into_iter().map(|one| (one.words[1].clone(), one.content.map(|c| c.to).unwrap())).collect();
        assert_eq!(sent, [("email".to_owned(), "oncall@example.org".to_owned()), ("sms".to_owned(), "+15550100200".to_owned())]);
    }
}
