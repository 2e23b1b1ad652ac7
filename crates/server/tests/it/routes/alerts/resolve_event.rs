use gridfolio_testkit::{both, samples};
use serde_json::json;

both! {
    async fn it_ends_once(app) {
        app.make_tree("P1").await;
        let id = super::super::made(&app, &samples::event("P1")).await;
        let path = format!("/events/{id}/resolve");
        let first = app.put(&path, &json!({})).await.ok()["event"].clone();
        assert_eq!(first["endDate"], "2025-06-15T12:00:00Z");
        app.app.clock.advance(60_000);
        assert_eq!(app.put(&path, &json!({})).await.ok()["event"], first);
        assert_eq!(app.get(&format!("/events/{id}")).await.ok()["event"], first);
        let logs = app.get(&format!("/audit/assets/{id}")).await.ok()["logs"].clone();
        assert_eq!(logs.as_array().unwrap().len(), 2, "made and resolved; the second time changed nothing");
    }

    async fn an_end_in_the_past_stays_and_one_to_come_is_now(app) {
        app.make_tree("P1").await;
        // 06:00 in Denver is 12:00 UTC, which is now
        for (end, stays) in [("2025-06-15T06:00:00", true), ("2025-06-15T06:00:01", false), ("2025-06-15T12:00:01Z", false)] {
            let mut event = samples::event("P1");
            event["endDate"] = json!(end);
            let id = super::super::made(&app, &event).await;
            let resolved = app.put(&format!("/events/{id}/resolve"), &json!({})).await.ok()["event"].clone();
            assert_eq!(resolved["endDate"], if stays { end } else { "2025-06-15T12:00:00Z" });
        }
    }

    async fn an_unknown_id_does_not_exist(app) {
        app.put("/events/nope/resolve", &json!({})).await.message(404);
    }
}
