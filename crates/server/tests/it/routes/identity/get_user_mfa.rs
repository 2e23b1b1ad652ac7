use gridfolio_testkit::{Role, both};
use serde_json::json;

use super::{get_by, path_of};

both! {
    async fn it_says_whether_a_second_factor_is_asked_for(app) {
        let path = path_of(&app, Role::Viewer).await + "/mfa";
        assert_eq!(get_by(&app, &path, Role::Viewer).await.ok(), json!({"mfa": "NOMFA"}));
        get_by(&app, &path, Role::FieldTechnician).await.message(404);
        assert_eq!(get_by(&app, &path, Role::AssetManager).await.ok(), json!({"mfa": "NOMFA"}));
    }
}
