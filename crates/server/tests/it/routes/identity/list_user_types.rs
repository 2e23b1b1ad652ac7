use gridfolio_testkit::{Role, both};
use serde_json::json;

use super::{get_by, type_id};

both! {
    async fn types_stand_by_id_beside_the_first_ones_members(app) {
        let types = get_by(&app, "/user-types", Role::AssetManager).await.ok()["userTypes"].clone();
        assert_eq!((&types["name"], &types["application"]), (&json!("administrator"), &json!("ams")));
        assert_eq!(types.as_object().unwrap().len(), 6 + 2);
        let viewer = &types[type_id("viewer")];
        assert_eq!((&viewer["name"], &viewer["id"]), (&json!("viewer"), &json!(type_id("viewer"))));
        get_by(&app, "/user-types", Role::Viewer).await.message(403);
    }
}
