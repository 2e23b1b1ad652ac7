use gridfolio_testkit::both;
use serde_json::json;

both! {
    async fn it_describes_what_bodies_are_checked_against(app) {
        let valid = json!({"email": "a@example.org", "firstName": "A", "lastName": "B"});
        super::super::describes(&app, "profile", &valid).await;
        let schema = app.get("/schemas/profile").await.ok();
        assert_eq!(schema["required"], json!(["email", "firstName", "lastName"]));
    }
}
