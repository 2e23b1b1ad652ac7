//! Requests and files that are refused, with nothing written.

use gridfolio::timeseries::import::{self, Request};
use gridfolio_testkit::{TestApp, both};

use super::{deriving, refusal, regular, request, run, stored, undo};

async fn nothing_was_written(app: &TestApp) {
    assert!(stored(app).await.is_empty());
    assert!(import::list(&app.app).await.unwrap().is_empty());
}

both! {
    async fn what_does_not_exist_is_named(app) {
        let content = regular([(0, 1)], 15);
        let wanted = |source: &str| Request {
            source: source.parse().unwrap(), create: false, ..request(&app, "m.csv", &content)
        };
        app.make_tree("P").await;
        let message = refusal(run(&app, &wanted("/Q/S1/R1/GEN/1")).await);
        assert_eq!(message, "project \"Q\" does not exist: make it, or add --create");
        let message = refusal(run(&app, &wanted("/P/S2/R1/GEN/1")).await);
        assert_eq!(message, "site \"S2\" of project \"P\" does not exist: make it, or add --create");
        let message = refusal(run(&app, &wanted("/P/S1/R2/GEN/1")).await);
        assert_eq!(message, "system \"R2\" of site \"S1\" in project \"P\" does not exist: make it, or add --create");
        let message = refusal(run(&app, &wanted("/P/S1/GEN/1")).await);
        assert!(message.contains("must have the form /PROJECT/SITE/SYSTEM/KIND/NUMBER"), "{message}");
        nothing_was_written(&app).await;
    }

    async fn a_broken_file_writes_nothing(app) {
        let mut content = regular((0..6000).map(|i| (i, i)), 15);
        content.push_str(&"2022-02-30T00:00Z,1\n".repeat(30));
        let message = refusal(run(&app, &request(&app, "m.csv", &content)).await);
        assert!(message.starts_with("30 of 6030 lines cannot be read; nothing was written\n"), "{message}");
        assert!(message.contains("line 6002, column \"time\": \"2022-02-30T00:00Z\" does not exist"), "{message}");
        assert!(message.contains("and 10 more") && message.contains("--skip-bad"), "{message}");
        nothing_was_written(&app).await;
        assert_eq!(app.get("/projects/P").await.status.as_u16(), 404);
    }

    async fn files_that_can_be_read_two_ways(app) {
        let content = "time,power\n1/2/2022 0:00,1\n";
        let message = refusal(run(&app, &request(&app, "m.csv", content)).await);
        assert!(message.contains("2 January 2022") && message.contains("1 February 2022"), "{message}");
        let missing = Request { file: "/nonexistent/m.csv".into(), ..request(&app, "m.csv", content) };
        assert!(refusal(run(&app, &missing).await).starts_with("/nonexistent/m.csv: "));
        let nothing = request(&app, "m.csv", "time,power\n2022-01-01T00:00Z,\n");
        assert_eq!(refusal(run(&app, &nothing).await), "no line of the file has a time and a value");
        let zone = Request { zone: Some("Mars/Base".into()), ..request(&app, "m.csv", &regular([(0, 1)], 15)) };
        assert!(refusal(run(&app, &zone).await).contains("Mars/Base"));
        nothing_was_written(&app).await;
    }

    async fn a_node_of_another_project(app) {
        app.make_tree("Q").await;
        let content = regular([(0, 1)], 15);
        let message = refusal(run(&app, &Request { node: Some(1), ..request(&app, "m.csv", &content) }).await);
        assert_eq!(message, "node 1 belongs to project \"Q\", not to \"P\"");
        let message = refusal(run(&app, &Request { node: Some(0), ..request(&app, "m.csv", &content) }).await);
        assert_eq!(message, "node 0 must be a number from 1");
        nothing_was_written(&app).await;
    }

    async fn a_property_of_two_kinds(app) {
        let content = regular([(0, 1)], 15);
        let meter = Request { map: vec!["#2=gauge/a".parse().unwrap()], ..request(&app, "m.csv", &content) };
        run(&app, &meter).await.unwrap();
        let moment = Request { map: vec!["#2=gauge".parse().unwrap()], ..meter };
        let message = refusal(run(&app, &moment).await);
        assert!(message.contains("of kind a in this source and of kind i in the mapping: write gauge/a"), "{message}");
    }

    async fn a_meter_is_measured_or_derived(app) {
        let content = regular((0..4).map(|i| (i, 100)), 15);
        let measured = Request { map: vec!["#2=wattHours".parse().unwrap()], ..request(&app, "a.csv", &content) };
        run(&app, &measured).await.unwrap();
        let message = refusal(run(&app, &deriving(&app, "b.csv", &content)).await);
        assert_eq!(message, "this source has measured wattHours: it cannot be derived from watts as well");
        undo(&app, 1).await.unwrap();
        run(&app, &deriving(&app, "b.csv", &content)).await.unwrap();
        let message = refusal(run(&app, &measured).await);
        assert_eq!(message, "wattHours of this source is derived from watts: it cannot be imported as well");
        let other = Request { derive: Some("made=watts".parse().unwrap()), ..request(&app, "b.csv", &content) };
        let message = refusal(run(&app, &other).await);
        assert_eq!(message, "this source derives wattHours=watts already, not made=watts");
    }
}
