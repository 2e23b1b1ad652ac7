use gridfolio_testkit::{Role, both};

use super::{get_by, path_of};

both! {
    async fn everybody_sees_their_own(app) {
        let path = path_of(&app, Role::FieldTechnician).await + "/groups";
        let groups = get_by(&app, &path, Role::FieldTechnician).await.ok()["groups"].clone();
        let words: Vec<_> = groups.as_object().unwrap().keys().cloned().collect();
        assert_eq!(words, ["projects-view", "events-view", "events-edit", "energy-view", "devices-view",
            "requests-view", "requests-edit", "media-view", "media-edit"]);
        assert_eq!(groups["events-edit"]["description"], "Make, change, resolve and remove events");
        assert_eq!(app.get(&path).await.ok()["groups"], groups);
        get_by(&app, &path, Role::Viewer).await.message(404);
    }
}
