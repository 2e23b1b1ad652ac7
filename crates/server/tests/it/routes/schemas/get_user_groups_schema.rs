use gridfolio::kit::access::Group;
use gridfolio_testkit::{Role, both};
use serde_json::json;

both! {
    async fn it_names_every_group_with_its_title(app) {
        let get = |role| gridfolio_testkit::Call::new(axum::http::Method::GET, "/schemas/user-groups").by(role);
        let schema = get(Role::Viewer).send(&app).await.ok();
        let items = &schema["properties"]["groups"]["items"];
        assert_eq!(items["enum"].as_array().unwrap().len(), Group::ALL.len());
        assert_eq!(items["oneOf"][0], json!({"const": "projects-view", "title": "See portfolios, projects, sites, systems and contacts"}));
        let validator = jsonschema::validator_for(&schema).unwrap();
        assert!(validator.is_valid(&json!({"groups": ["export", "users-edit"]})));
        assert!(!validator.is_valid(&json!({"groups": ["fly"]})));
        get(Role::Anonymous).send(&app).await.message(401);
    }
}
