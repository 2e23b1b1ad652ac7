use gridfolio_testkit::both;
use serde_json::json;

both! {
    async fn it_describes_what_bodies_are_checked_against(app) {
        let valid = json!({"email": "a@example.org", "firstName": "A", "lastName": "B"});
        super::super::describes(&app, "user", &valid).await;
        let schema = app.get("/schemas/user").await.ok();
        let access = &schema["$defs"]["Access"];
        assert_eq!(access["required"], json!(["preventDownload", "restrictProjects"]));
        assert_eq!(access["properties"]["restrictProjects"]["default"], "no");
        assert_eq!(schema["$defs"]["Restriction"]["enum"], json!(["no", "yes", "portfolios"]));
        for computed in ["id", "groups"] {
            assert_eq!(schema["properties"][computed]["readOnly"], true, "{computed}");
        }
    }
}
