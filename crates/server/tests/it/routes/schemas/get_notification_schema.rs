use gridfolio_testkit::both;
use serde_json::json;

both! {
    async fn it_describes_what_bodies_are_checked_against(app) {
        let valid = json!({"name": "n", "protocol": "email", "endpoint": "a@example.org", "notificationType": "alert"});
        super::super::describes(&app, "notification", &valid).await;
        let schema = app.get("/schemas/notification").await.ok();
        assert_eq!(schema["properties"]["notificationType"]["default"], "alert");
        assert_eq!(schema["$defs"]["Protocol"]["enum"], json!(["email", "sms"]));
        assert_eq!(
            schema["$defs"]["NotificationType"]["enum"],
            json!(["alert", "demandresponse", "media", "project", "report", "upcoming", "update"])
        );
    }
}
