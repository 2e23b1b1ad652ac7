use gridfolio::kit::access::Group;
use gridfolio_testkit::{Role, both};
use serde_json::json;

use super::get_by;

both! {
    async fn every_group_stands_by_its_id(app) {
        let groups = get_by(&app, "/user-groups", Role::AssetManager).await.ok()["groups"].clone();
        assert_eq!(groups.as_object().unwrap().len(), Group::ALL.len());
        let export = json!({"id": "export", "description": "Export data and download documents of what one may see"});
        assert_eq!(groups["export"], export);
        get_by(&app, "/user-groups", Role::Viewer).await.message(403);
    }
}
