use gridfolio_testkit::{both, samples};
use serde_json::json;

both! {
    async fn the_tree_is_inside_in_natural_order(app) {
        app.post("/projects/P1", &samples::project("P1")).await.ok();
        for site in ["S10", "S2"] {
            app.post(&format!("/projects/P1/sites/{site}"), &samples::site(site)).await.ok();
        }
        for system in ["R11", "R9", "C1"] {
            app.post(&format!("/projects/P1/sites/S2/systems/{system}"), &samples::system(system)).await.ok();
        }
        let text = app.get("/projects/P1").await.text();
        let place = |word: &str| text.find(&format!("\"{word}\":{{")).unwrap_or_else(|| panic!("{word} in {text}"));
        assert!(place("S2") < place("S10"));
        assert!(place("C1") < place("R9") && place("R9") < place("R11"));
        let project = &app.get("/projects/P1").await.ok()["project"];
        assert_eq!(project["sites"]["S2"]["systems"]["R9"]["type"], "generation");
        assert_eq!(project["sites"]["S2"]["systems"]["R9"]["devices"], json!([]));
        assert_eq!(project["systemStatus"], "Operational");
    }

    async fn category_iii_is_kept_but_not_shown(app) {
        let mut sent = samples::project("P1");
        sent["interconnection"] = json!({"ieee1547DisturbanceCategory": "III", "fipsLocation": "08059"});
        app.post("/projects/P1", &sent).await.ok();
        let shown = &app.get("/projects/P1").await.ok()["project"]["interconnection"];
        assert_eq!(shown, &json!({"fipsLocation": "08059"}));
        let log = app.get("/audit/projects/P1").await.ok();
        assert_eq!(log["logs"][0]["item"]["interconnection"]["ieee1547DisturbanceCategory"], "III");
    }

    async fn an_unknown_code_does_not_exist(app) {
        assert_eq!(app.get("/projects/nope").await.message(404), "there is no project \"nope\"");
        assert_eq!(app.get("/projects/a%20b").await.message(404), "there is no project \"a b\"");
    }

    async fn doubled_slashes_are_one(app) {
        app.post("//projects//P1", &samples::project("P1")).await.ok();
        app.get("//projects/P1").await.ok();
    }
}
