use gridfolio_testkit::{TestApp, both, samples};
use serde_json::{Value, json};

async fn causes(app: &TestApp, query: &str) -> Vec<String> {
    let answer = app.get(&format!("/events?{query}")).await.ok();
    let cause = |event: &Value| event["cause"].as_str().unwrap().to_owned();
    answer["events"].as_array().unwrap().iter().map(cause).collect()
}

async fn project_in(app: &TestApp, code: &str, zone: &str) {
    let mut project = samples::project(code);
    project["timezone"] = json!(zone);
    app.post(&format!("/projects/{code}"), &project).await.ok();
}

async fn event_in(app: &TestApp, project: &str, start: &str, cause: &str) {
    let mut event = super::beginning(start);
    event["location"] = json!({"project": project});
    event["cause"] = json!(cause);
    app.post("/events", &event).await.ok();
}

both! {
    async fn start_is_in_and_end_is_out(app) {
        for start in ["2025-06-02T00:00:00Z", "2025-06-01T00:00:00Z", "2025-05-31T23:59:59.999Z", "2025-06-03T00:00:00Z"] {
            super::super::made(&app, &super::super::beginning(start)).await;
        }
        let both = ["2025-06-01T00:00:00Z", "2025-06-02T00:00:00Z"];
        for range in [
            "start=2025-06-01&end=2025-06-03",
            "start=2025-06-1&end=2025-06-03T00:00:00",
            "start=2025-06-01T00:00:00.000Z&end=2025-06-03T02:00:00%2B02:00",
            "start=2025-06-01&end=2025-06-03&aggregation=nonsense&other=",
        ] {
            assert_eq!(causes(&app, range).await, both, "{range}");
        }
        assert_eq!(causes(&app, "start=1970-01-01&end=9998-12-31").await.len(), 4);
        assert_eq!(causes(&app, "start=0001-01-01&end=2025-06-01").await.len(), 1);
        assert_eq!(causes(&app, "start=2025-06-02&end=2025-06-02").await, Vec::<String>::new());
    }

    async fn the_range_is_repeated(app) {
        let answer = app.get("/events?start=2022-05-1&end=2022-05-02T02:00:00-07:00").await.ok();
        let range = json!({"localStartDate": "2022-05-01T00:00:00", "localEndDate": "2022-05-02T09:00:00"});
        assert_eq!(answer, json!({"events": [], "range": range}));
    }

    async fn nonsense_is_named(app) {
        for (query, fault) in [
            ("end=2025-06-01", "start: is required"),
            ("start=2025-06-01", "end: is required"),
            ("start=[object%20Object]&end=2025-06-01", "start: \"[object Object]\" must be a date"),
            ("start=2025-06-01&end=2025-02-30", "end: \"2025-02-30\" is not a day of the calendar"),
            ("start=2025-06-02&end=2025-06-01", "end: must not be before start"),
        ] {
            let message = app.get(&format!("/events?{query}")).await.message(400);
            assert!(message.starts_with(fault), "{message}");
        }
    }

    async fn wall_time_is_that_of_the_events_project(app) {
        project_in(&app, "DEN", "America/Denver").await;
        project_in(&app, "KIR", "Pacific/Kiritimati").await;
        event_in(&app, "DEN", "2025-06-01T00:00:00", "denver wall").await;
        event_in(&app, "DEN", "2025-06-01T05:59:59Z", "denver instant, the day before").await;
        event_in(&app, "KIR", "2025-05-31T10:00:00Z", "kiritimati instant, the first").await;
        event_in(&app, "KIR", "2025-06-02T00:00:00", "kiritimati wall, the second").await;
        let day = "start=2025-06-01&end=2025-06-02";
        assert_eq!(causes(&app, day).await, ["kiritimati instant, the first", "denver wall"]);
        // the second of June begins in Kiritimati at 10:00 UTC of the first, midnight of Denver is 06:00 UTC
        let instants = "start=2025-06-01T05:59:59Z&end=2025-06-01T10:00:00.001Z";
        assert_eq!(
            causes(&app, instants).await,
            ["denver instant, the day before", "denver wall", "kiritimati wall, the second"]
        );
    }

    async fn a_project_that_moves_takes_its_wall_times_along(app) {
        project_in(&app, "P1", "America/Denver").await;
        event_in(&app, "P1", "2025-06-01T00:00:00", "wall").await;
        event_in(&app, "P1", "2025-06-01T06:00:00Z", "instant").await;
        let at = |instant: &str| format!("start={instant}Z&end={instant}.001Z");
        assert_eq!(causes(&app, &at("2025-06-01T06:00:00")).await, ["wall", "instant"]);
        let mut moved = samples::project("P1");
        moved["timezone"] = json!("America/New_York");
        app.put("/projects/P1", &moved).await.ok();
        assert_eq!(causes(&app, &at("2025-06-01T06:00:00")).await, ["instant"]);
        assert_eq!(causes(&app, &at("2025-06-01T04:00:00")).await, ["wall"]);
        app.delete("/projects/P1").await.ok();
        assert_eq!(causes(&app, &at("2025-06-01T04:00:00")).await, ["wall"], "events outlive their project");
        project_in(&app, "P1", "UTC").await;
        assert_eq!(causes(&app, &at("2025-06-01T00:00:00")).await, ["wall"]);
    }

    async fn an_event_has_what_the_command_line_tool_reads(app) {
        app.make_tree("P1").await;
        app.post("/events", &samples::event("P1")).await.ok();
        let event = app.get("/events?start=2025-06-10&end=2025-06-11").await.ok()["events"][0].clone();
        for member in ["path", "assetType", "dueDate", "userName", "priority", "updated", "userId", "startDate",
            "description", "id", "cause", "type"] {
            assert!(event.get(member).is_some(), "{member} is not in {event}");
        }
    }
}
