use gridfolio_testkit::both;
use serde_json::json;

both! {
    async fn it_describes_what_bodies_are_checked_against(app) {
        super::super::describes(&app, "user-type", &json!({"name": "n", "application": "ams"})).await;
        let schema = app.get("/schemas/user-type").await.ok();
        assert_eq!(schema["$defs"]["Application"]["enum"], json!(["ams", "econode"]));
        assert_eq!(schema["properties"]["id"]["readOnly"], true);
    }
}
