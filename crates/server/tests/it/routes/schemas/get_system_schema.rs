use gridfolio_testkit::both;
use serde_json::Value;

both! {
    async fn it_describes_what_bodies_are_checked_against(app) {
        let schema = app.get("/schemas/system").await.ok();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        let sample = gridfolio_testkit::samples::system("X1");
        let required: Vec<&str> = schema["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        for member in &required {
            assert!(sample.get(member).is_some(), "{member} is required but not in a valid body");
        }
        assert!(required.contains(&"code"));
        assert!(!schema.to_string().contains("#/components"), "every reference stays inside");
        assert!(!schema.to_string().contains("null"));
    }
}
