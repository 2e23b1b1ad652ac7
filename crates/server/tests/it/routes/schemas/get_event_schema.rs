use gridfolio_testkit::{both, samples};
use serde_json::json;

both! {
    async fn it_describes_what_bodies_are_checked_against(app) {
        super::super::describes(&app, "event", &samples::event("X1")).await;
        let schema = app.get("/schemas/event").await.ok();
        assert_eq!(schema["required"], json!(["type", "cause", "startDate", "description"]));
        let priority = &schema["properties"]["priority"];
        assert_eq!((&priority["enum"], &priority["default"]), (&json!([1, 5, 10]), &json!(1)));
        assert_eq!(schema["$defs"]["EventType"]["enum"], json!(["energy", "data", "finance", "other", "solarnetwork"]));
        assert_eq!(schema["properties"]["path"]["readOnly"], true);
    }
}
