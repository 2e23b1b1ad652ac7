//! Published schemas.

mod get_event_schema;
mod get_notification_schema;
mod get_portfolio_schema;
mod get_pro_forma_schema;
mod get_profile_schema;
mod get_project_schema;
mod get_site_schema;
mod get_system_schema;
mod get_user_groups_schema;
mod get_user_schema;
mod get_user_type_schema;

use gridfolio_testkit::TestApp;
use serde_json::Value;

/// The published schema is the one that bodies are checked against: what it requires is in a valid body, and every
/// reference stays inside.
async fn describes(app: &TestApp, kind: &str, valid: &Value) {
    let schema = app.get(&format!("/schemas/{kind}")).await.ok();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let required: Vec<&str> =
        schema["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for member in &required {
        assert!(valid.get(member).is_some(), "{member} is required but not in a valid body");
    }
    assert!(!required.is_empty());
    assert!(!schema.to_string().contains("#/components"), "every reference stays inside");
    assert!(!schema.to_string().contains("null"));
}
