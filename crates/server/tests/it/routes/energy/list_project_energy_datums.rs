use gridfolio_series::Datum;
use gridfolio_testkit::samples::{instant, meter};
use gridfolio_testkit::{TestApp, both, samples};
use serde_json::{Value, json};

async fn energy(app: &TestApp, query: &str) -> Value {
    app.get(&format!("/energy/datums/projects/P1?{query}")).await.ok()
}

/// Ten-minute readings from `start` on, with a constant power.
fn steady(start: &str, steps: i64, watts: i64) -> Vec<Datum> {
    let first = instant(start);
    let at = |n: i64| Datum::at(first + n * 600_000).i("watts", watts).a("wattHours", 1_000 + n * watts / 6);
    (0..=steps).map(at).collect()
}

both! {
    async fn both_forms_carry_the_same_energy(app) {
        app.make_tree("P1").await;
        // 2025-06-01 is in summer time: local midnight is 06:00 UTC
        app.measure("/P1/S1/R1/GEN/1", &steady("2025-06-01T06:00:00Z", 6 * 48, 600)).await;
        let answer = energy(&app, "start=2025-06-01&end=2025-06-03&aggregation=day").await;
        let day = json!({"generation": 14400, "generationReading": 14400, "normalisedGeneration": 2400});
        let totals = json!({"2025-06-01T00:00:00": day, "2025-06-02T00:00:00": day});
        for level in [&answer["project"], &answer["project"]["sites"]["S1"], &answer["project"]["sites"]["S1"]["systems"]["R1"]] {
            assert_eq!(level["aggregatedTotals"], totals);
            assert_eq!(level["sources"], json!([{"/P1/S1/R1/GEN/1": {"reading": 28800, "peakReading": 14400}}]));
        }
        let listed = &answer["projectDatums"]["sites"]["S1"]["systems"]["R1"]["aggregatedTotals"];
        assert_eq!(listed, &json!([{"2025-06-01T00:00:00": day}, {"2025-06-02T00:00:00": day}]));
        assert_eq!(answer["range"], json!({"localStartDate": "2025-06-01T00:00:00", "localEndDate": "2025-06-03T00:00:00"}));
        assert_eq!((&answer["aggregation"], &answer["project"]["code"]), (&json!("day"), &json!("P1")));
    }

    async fn a_gap_is_lost_to_the_clock_and_kept_by_the_reading(app) {
        app.make_tree("P1").await;
        let row = |minute: i64, wh: i64| Datum::at(instant("2025-06-01T12:00:00Z") + minute * 60_000).a("wattHours", wh);
        app.measure("/P1/S1/R1/GEN/1", &[row(-5, 1000), row(5, 1100), row(85, 1900), row(95, 2000), row(105, 2100),
            row(115, 2200)]).await;
        let answer = energy(&app, "start=2025-06-01T12:00:00Z&end=2025-06-01T14:00:00Z&aggregation=hour").await;
        let totals = &answer["project"]["aggregatedTotals"];
        assert_eq!(totals["2025-06-01T06:00:00"]["generation"], json!(50));
        assert_eq!(totals["2025-06-01T06:00:00"]["generationReading"], json!(100));
        assert_eq!(totals["2025-06-01T07:00:00"]["generation"], json!(300));
        assert_eq!(totals["2025-06-01T07:00:00"]["generationReading"], json!(1100));
    }

    async fn six_sizes_and_the_words_of_report_scripts(app) {
        app.make_tree("P1").await;
        app.measure("/P1/S1/R1/GEN/1", &steady("2025-06-01T06:00:00Z", 6 * 24, 600)).await;
        for (word, shown, first) in [("year", Some("year"), json!(14400)), ("Month", Some("month"), json!(14400)),
            ("day", Some("day"), json!(14400)), ("hour", Some("hour"), json!(600)),
            ("15minute", Some("15minute"), json!(150)), ("5minute", Some("5minute"), json!(100)),
            ("fiveminute", Some("5minute"), json!(100)), ("FifteenMinute", Some("15minute"), json!(150)),
            ("thirtyminute", None, json!(300))] {
            let answer = energy(&app, &format!("start=2025-06-01&end=2025-06-02&aggregation={word}")).await;
            assert_eq!(answer.get("aggregation").and_then(Value::as_str), shown, "{word}");
            let totals = answer["project"]["aggregatedTotals"].as_object().unwrap();
            assert!(totals.len() == 1 || totals.values().next().unwrap()["generation"] == first, "{word}: {totals:?}");
        }
        let message = app.get("/energy/datums/projects/P1?start=2025-06-01&end=2025-06-02&aggregation=week").await.message(400);
        assert_eq!(message, "aggregation: \"week\" must be one of year, month, day, hour, 15minute, 5minute");
        assert_eq!(energy(&app, "start=2025-06-01&end=2025-06-02").await["aggregation"], "day");
    }

    async fn the_repeated_hour_of_autumn_has_its_own_key(app) {
        app.make_tree("P1").await;
        app.measure("/P1/S1/R1/GEN/1", &steady("2025-11-02T06:00:00Z", 6 * 25, 600)).await;
        let answer = energy(&app, "start=2025-11-02&end=2025-11-03&aggregation=hour").await;
        let keys: Vec<&String> = answer["project"]["aggregatedTotals"].as_object().unwrap().keys().take(4).collect();
        assert_eq!(keys, ["2025-11-02T00:00:00", "2025-11-02T01:00:00", "2025-11-02T01:00:00-07:00", "2025-11-02T02:00:00"]);
        let list = answer["projectDatums"]["aggregatedTotals"].as_array().unwrap();
        assert_eq!(list.len(), 25);
        assert!(list[2].get("2025-11-02T01:00:00-07:00").is_some());
        let day = energy(&app, "start=2025-11-02&end=2025-11-03&aggregation=day").await;
        assert_eq!(day["project"]["aggregatedTotals"]["2025-11-02T00:00:00"]["generation"], json!(15000));
    }

    async fn meters_count_by_their_kind_and_system(app) {
        app.make_tree("P1").await;
        let mut load = samples::system("C1");
        load["type"] = json!("consumption");
        app.post("/projects/P1/sites/S1/systems/C1", &load).await.ok();
        let mut battery = samples::system("B1");
        battery["type"] = json!("storage");
        app.post("/projects/P1/sites/S1/systems/B1", &battery).await.ok();
        let hour = |forward: i64, reverse: i64| [
            Datum::at(instant("2025-06-01T12:00:00Z")).a("wattHours", 0).a("wattHoursReverse", 0),
            Datum::at(instant("2025-06-01T13:00:00Z")).a("wattHours", forward).a("wattHoursReverse", reverse)];
        for (source, forward, reverse) in [("R1/GEN/1", 1000, 7), ("R1/INV/1", 990, 0), ("R1/CON/1", 300, 40),
            ("R1/PYR/1", 5, 5), ("R1/GEN/FORECAST", 900, 0), ("C1/GEN/1", 50, 0), ("B1/GEN/1", 200, 250)] {
            app.measure(&format!("/P1/S1/{source}"), &hour(forward, reverse)).await;
        }
        let answer = energy(&app, "start=2025-06-01&end=2025-06-02&aggregation=day").await;
        let day = &answer["project"]["aggregatedTotals"]["2025-06-01T00:00:00"];
        let expected = json!({"generation": 1000, "generationReading": 1000, "normalisedGeneration": 166.667,
            "consumption": 350, "consumptionReading": 350, "export": 40, "exportReading": 40,
            "storage": -50, "storageReading": -50});
        assert_eq!(day, &expected);
        let systems = &answer["project"]["sites"]["S1"]["systems"];
        assert_eq!(systems["C1"]["aggregatedTotals"]["2025-06-01T00:00:00"], json!({"consumption": 50, "consumptionReading": 50}));
        assert_eq!(systems["R1"]["sources"].as_array().unwrap().len(), 2);
    }

    async fn a_source_with_data_shows_among_the_devices(app) {
        app.make_tree("P1").await;
        app.measure("/P1/S1/R1/GEN/1", &[meter("2025-06-01T12:00:00Z", 1, 1)]).await;
        let project = app.get("/projects/P1").await.ok()["project"].clone();
        let expected = json!([{"id": "1", "type": "GEN", "sourceId": "/P1/S1/R1/GEN/1"}]);
        assert_eq!(project["sites"]["S1"]["systems"]["R1"]["devices"], expected);
    }

    async fn a_project_without_measurements_is_an_empty_tree(app) {
        app.make_tree("P1").await;
        let answer = energy(&app, "start=2025-06-01&end=2025-06-01").await;
        assert_eq!(answer["project"]["aggregatedTotals"], json!({}));
        assert_eq!(answer["projectDatums"]["sites"]["S1"]["systems"]["R1"]["aggregatedTotals"], json!([]));
        assert_eq!(answer["project"].get("peakGeneration"), None);
    }

    async fn measurements_outlive_their_project(app) {
        app.make_tree("P1").await;
        app.measure("/P1/S1/R1/GEN/1", &steady("2025-06-01T06:00:00Z", 6 * 24, 600)).await;
        let before = energy(&app, "start=2025-06-01&end=2025-06-02").await;
        app.delete("/projects/P1").await.ok();
        app.make_tree("P1").await;
        assert_eq!(energy(&app, "start=2025-06-01&end=2025-06-02").await, before);
    }

    async fn a_new_time_zone_moves_the_days(app) {
        app.make_tree("P1").await;
        app.measure("/P1/S1/R1/GEN/1", &steady("2025-06-01T06:00:00Z", 6 * 24, 600)).await;
        let mut moved = samples::project("P1");
        moved["timezone"] = json!("Asia/Kolkata");
        app.put("/projects/P1", &moved).await.ok();
        let answer = energy(&app, "start=2025-06-01&end=2025-06-03&aggregation=day").await;
        while gridfolio::kit::jobs::work_once(&app.app, gridfolio::worker::JOBS).await.unwrap() {}
        assert_eq!(energy(&app, "start=2025-06-01&end=2025-06-03&aggregation=day").await, answer, "settled or not");
        let totals = answer["project"]["aggregatedTotals"].clone();
        // 06:00 to 19:00 UTC are the hours whose start lies before local midnight (18:30 UTC)
        assert_eq!(totals["2025-06-01T00:00:00"]["generation"], json!(7800));
        assert_eq!(totals["2025-06-02T00:00:00"]["generation"], json!(6600));
    }

    async fn periods_that_cannot_be_are_refused(app) {
        app.make_tree("P1").await;
        for (query, part) in [
            ("end=2025-06-01", "start: is required"),
            ("start=2025-06-01", "end: is required"),
            ("start=2025-02-30&end=2025-06-01", "start: \"2025-02-30\" is not a day of the calendar"),
            ("start=[object%20Object]&end=2025-06-01", "must be a date"),
            ("start=2025-06-02&end=2025-06-01", "end: must not be before start"),
        ] {
            let message = app.get(&format!("/energy/datums/projects/P1?{query}")).await.message(400);
            assert!(message.contains(part), "{query}: {message}");
        }
        app.get("/energy/datums/projects/P2?start=2025-06-01&end=2025-06-02").await.message(404);
    }

    async fn the_peak_is_of_all_meters_together(app) {
        app.make_tree("P1").await;
        app.post("/projects/P1/sites/S1/systems/R2", &samples::system("R2")).await.ok();
        let at = |minute: i64, watts: i64| Datum::at(instant("2025-06-01T12:00:00Z") + minute * 60_000).i("watts", watts);
        app.measure("/P1/S1/R1/GEN/1", &[at(0, 100), at(5, 200), at(10, 600), at(15, 250)]).await;
        app.measure("/P1/S1/R2/GEN/1", &[at(0, 10), at(15, 1000)]).await;
        let peaks = |answer: &Value| {
            let systems = &answer["project"]["sites"]["S1"]["systems"];
            [answer["project"]["peakGeneration"].clone(), systems["R1"]["peakGeneration"].clone(),
                systems["R2"]["peakGeneration"].clone()]
        };
        let by_day = energy(&app, "start=2025-06-01&end=2025-06-02").await;
        assert_eq!(peaks(&by_day), [json!(1250), json!(300), json!(1000)]);
        let finer = energy(&app, "start=2025-06-01&end=2025-06-02&aggregation=5minute").await;
        assert_eq!(peaks(&finer), [json!(1250), json!(600), json!(1000)]);
        assert_eq!(by_day["project"].get("peakConsumption"), None);
    }
}
