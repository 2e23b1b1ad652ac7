use axum::http::Method;
use gridfolio_testkit::{Call, Role, both, samples};
use serde_json::json;

const PATH: &str = "/projects/P1/pro-forma";

both! {
    async fn it_is_stored_as_sent(app) {
        app.make_tree("P1").await;
        let mut sent = samples::pro_forma();
        sent["zz"] = json!({"b": [1, {"y": null, "x": 2.50}], "a": "ä"});
        let made = app.put(PATH, &sent).await;
        assert_eq!(serde_json::to_string(&made.ok()).unwrap(), serde_json::to_string(&json!({"proForma": sent})).unwrap());
        let read = app.get(PATH).await;
        assert_eq!((read.text(), read.etag()), (made.text(), made.etag()));
        let mut other = samples::pro_forma();
        other["archived"] = json!(true);
        let replaced = app.put(PATH, &other).await;
        assert_eq!(replaced.ok()["proForma"], other);
        assert_ne!(replaced.etag(), made.etag());
    }

    async fn faults_are_named(app) {
        app.make_tree("P1").await;
        let mut bad = samples::pro_forma();
        bad["projectLife"] = json!(50.5);
        bad["projectStartDate"] = json!("2018");
        bad["cashFlows"][0]["payments"][0]["paymentType"] = json!("gift");
        bad["cashFlows"][1].as_object_mut().unwrap().remove("account");
        let message = app.put(PATH, &bad).await.message(400);
        for part in [
            "projectLife: 50.5 is greater than the maximum of 50", "projectStartDate: \"2018\" must be a day",
            "cashFlows[0].payments[0].paymentType: \"gift\" must be one of ", "cashFlows[1].account: is required",
        ] {
            assert!(message.contains(part), "{part} is not in {message}");
        }
    }

    async fn ids_of_cash_flows_differ(app) {
        app.make_tree("P1").await;
        let mut bad = samples::pro_forma();
        let third = bad["cashFlows"][0].clone();
        bad["cashFlows"].as_array_mut().unwrap().push(third);
        assert_eq!(
            app.put(PATH, &bad).await.message(400),
            "cashFlows[2].id: \"ppa\" must be unique within the pro forma; cashFlows[0].id has it"
        );
        assert_eq!(app.get(PATH).await.ok(), json!({}));
    }

    async fn a_version_does_not_touch_the_current_one(app) {
        app.make_tree("P1").await;
        app.put(PATH, &samples::pro_forma()).await.ok();
        let mut draft = samples::pro_forma();
        draft["projectLife"] = json!(30);
        draft["version"] = json!("another name, which is dropped");
        let made = app.put(&format!("{PATH}?version=bank%20case"), &draft).await.ok()["proForma"].clone();
        assert_eq!((&made["version"], &made["projectLife"]), (&json!("bank case"), &json!(30)));
        let current = app.get(PATH).await.ok()["proForma"].clone();
        assert_eq!((current.get("version"), &current["projectLife"]), (None, &json!(25)));
    }

    async fn the_name_of_a_version_has_a_rule(app) {
        app.make_tree("P1").await;
        let long = "ä".repeat(101);
        for name in ["", "a%0Ab", long.as_str()] {
            let message = app.put(&format!("{PATH}?version={name}"), &samples::pro_forma()).await.message(400);
            assert!(message.ends_with("must have 1 to 100 characters, none of them a control character"), "{message}");
        }
        app.put(&format!("{PATH}?version={}", "ä".repeat(100)), &samples::pro_forma()).await.ok();
    }

    async fn if_match_is_about_the_pro_forma(app) {
        app.make_tree("P1").await;
        let project = app.get("/projects/P1").await.etag();
        let put = |tag: &str| Call::new(Method::PUT, PATH).json(&samples::pro_forma()).header("if-match", tag);
        for tag in ["*", project.as_str()] {
            assert!(put(tag).send(&app).await.message(412).starts_with("there is none yet"));
        }
        let first = app.put(PATH, &samples::pro_forma()).await.etag();
        put(&project).send(&app).await.message(412);
        put(&first).send(&app).await.ok();
        assert!(put(&first).send(&app).await.message(412).contains("read it again"));
    }

    async fn the_log_has_it_under_its_path(app) {
        app.make_tree("P1").await;
        app.put(PATH, &samples::pro_forma()).await.ok();
        let mut second = samples::pro_forma();
        second["degradation"] = json!(0.6);
        app.put(PATH, &second).await.ok();
        app.put(&format!("{PATH}?version=a/b"), &second).await.ok();
        let logs = app.get("/audit/assets/P1%2Fpro-forma").await.ok()["logs"].clone();
        let seen: Vec<_> = logs.as_array().unwrap().iter().map(|e| (&e["action"], &e["assetType"])).collect();
        let kind = &json!("pro-forma");
        assert_eq!(seen, [(&json!("update"), kind), (&json!("create"), kind)], "one millisecond, in order");
        let diff = app.get("/audit/assets/P1%2Fpro-forma?diff=true").await.ok()["diff"].clone();
        assert_eq!(diff["/P1/pro-forma"][0]["changes"], json!([{"member": "degradation", "from": 0.5, "to": 0.6}]));
        let named = app.get("/audit/assets/P1%2Fpro-forma%2Fa%2Fb").await.ok()["logs"].clone();
        assert_eq!((&named[0]["id"], &named[0]["project"]), (&json!("P1/pro-forma/a/b"), &json!("P1")));
    }

    async fn only_administrators_write_and_only_in_projects_that_exist(app) {
        app.make_tree("P1").await;
        let put = |role, path: &'static str| Call::new(Method::PUT, path).by(role).json(&samples::pro_forma()).send(&app);
        put(Role::Viewer, PATH).await.message(403);
        put(Role::Anonymous, PATH).await.message(401);
        put(Role::Administrator, "/projects/P2/pro-forma").await.message(404);
    }
}
