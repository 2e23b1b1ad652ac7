use axum::http::Method;
use gridfolio::alerts::{service, store};
use gridfolio::kit::access::Actor;
use gridfolio::kit::body::Body;
use gridfolio::kit::error::ApiError;
use gridfolio::kit::tx::Tx;
use gridfolio_testkit::{Call, both, samples};
use serde_json::json;

both! {
    async fn what_was_read_can_be_sent_back(app) {
        app.make_tree("P1").await;
        let first = app.post("/events", &samples::event("P1")).await.ok()["event"].clone();
        let path = format!("/events/{}", first["id"].as_str().unwrap());
        app.app.clock.advance(60_000);
        let mut second = app.put(&path, &first).await.ok()["event"].clone();
        assert_eq!(second["updated"], "2025-06-15T12:01:00Z");
        second["updated"] = first["updated"].clone();
        assert_eq!(second, first);
    }

    async fn a_put_replaces_the_whole_event_and_its_place_in_time(app) {
        app.make_tree("P1").await;
        let id = super::super::made(&app, &samples::event("P1")).await;
        let path = format!("/events/{id}");
        let event = app.put(&path, &super::super::beginning("2030-01-01T00:00:00Z")).await.ok()["event"].clone();
        assert_eq!((event.get("location"), event.get("priority"), event.get("path")), (None, None, None));
        let list = app.get("/events?start=2029-12-31&end=2030-01-02").await.ok()["events"].clone();
        assert_eq!(list, json!([event]));
        app.put(&path, &json!({"type": "other"})).await.message(400);
    }

    async fn if_match_protects_from_lost_updates(app) {
        app.make_tree("P1").await;
        let first = app.post("/events", &samples::event("P1")).await;
        let path = format!("/events/{}", first.ok()["event"]["id"].as_str().unwrap());
        let put = || Call::new(Method::PUT, path.as_str()).json(&samples::event("P1")).header("if-match", &first.etag());
        put().send(&app).await.ok();
        put().send(&app).await.message(412);
    }

    async fn a_place_that_stays_need_not_exist_any_more(app) {
        app.make_tree("P1").await;
        let id = super::super::made(&app, &samples::event("P1")).await;
        app.delete("/projects/P1").await.ok();
        let path = format!("/events/{id}");
        let mut event = app.get(&path).await.ok()["event"].clone();
        assert_eq!(event["path"], "/P1/S1/R1/INV/2", "an event outlives its project");
        event["cause"] = json!("fuse");
        assert_eq!(app.put(&path, &event).await.ok()["event"]["cause"], "fuse");
        event["location"]["device"] = json!("INV/3");
        assert!(app.put(&path, &event).await.message(400).starts_with("location.project: "));
    }

    async fn a_zone_that_moved_meanwhile_is_not_put_back(app) {
        app.make_tree("P1").await;
        let id = super::super::made(&app, &samples::event("P1")).await;
        let before = store::get_event(&mut app.app.db.read().await.unwrap(), &id.parse().unwrap()).await.unwrap();
        let mut project = samples::project("P1");
        project["timezone"] = json!("Asia/Kolkata");
        app.put("/projects/P1", &project).await.ok();
        let body = Body::parse(&app.app, samples::event("P1").to_string().as_bytes()).unwrap();
        let tx = Tx::begin(&app.app, Actor::command("test")).await.unwrap();
        let outcome = service::update_event(tx, before, body).await;
        assert!(matches!(outcome, Err(ApiError::Stale)), "{outcome:?}");
    }

    async fn a_project_hears_of_an_event_that_leaves_it(app) {
        app.make_tree("P1").await;
        let id = super::super::made(&app, &samples::event("P1")).await;
        app.put(&format!("/events/{id}"), &super::super::beginning("2030-01-01T00:00:00Z")).await.ok();
        let logs = app.get("/audit/projects/P1").await.ok()["logs"].clone();
        let newest = &logs[0];
        assert_eq!((&newest["id"], &newest["action"]), (&json!(id), &json!("update")), "{logs:#}");
    }

    async fn times_that_clients_cannot_read_are_refused(app) {
        for time in ["2025-01-01T00:00:00Z\n", "2016-12-31T23:59:60Z", "2025-01-01T00:00:00[Europe/Berlin]"] {
            let event = super::super::beginning(time);
            assert!(app.post("/events", &event).await.message(400).starts_with("startDate: "), "{time}");
        }
        app.get("/events?start=2025-01-01T00:00:00%5BEurope/Berlin%5D&end=2025-01-02").await.message(400);
    }
}
