use axum::http::Method;
use gridfolio_testkit::{Call, both, samples};
use serde_json::json;

both! {
    async fn a_put_replaces_the_whole_document(app) {
        let mut first = samples::project("P1");
        first["old"] = json!(1);
        app.post("/projects/P1", &first).await.ok();
        let mut second = samples::project("P1");
        second["new"] = json!(2);
        let project = app.put("/projects/P1", &second).await.ok()["project"].clone();
        assert_eq!((project.get("old"), &project["new"]), (None, &json!(2)));
    }

    async fn what_was_read_can_be_sent_back(app) {
        app.make_tree("P1").await;
        let mut sent = samples::project("P1");
        sent["notes"] = json!([{"note": "a", "comments": [{"comment": "b"}]}]);
        app.put("/projects/P1", &sent).await.ok();
        let read = app.get("/projects/P1").await.ok()["project"].clone();
        app.app.clock.advance(60_000);
        assert_eq!(app.put("/projects/P1", &read).await.ok()["project"], read);
    }

    async fn an_unknown_code_is_not_made(app) {
        app.put("/projects/P1", &samples::project("P1")).await.message(404);
    }

    async fn if_match_protects_from_lost_updates(app) {
        let first = app.post("/projects/P1", &samples::project("P1")).await;
        let old = first.etag();
        assert_eq!(app.get("/projects/P1").await.etag(), old);
        let put = |tag: &str| Call::new(Method::PUT, "/projects/P1").json(&samples::project("P1")).header("if-match", tag);
        let second = put(&old).send(&app).await;
        second.ok();
        assert_ne!(second.etag(), old);
        let message = put(&old).send(&app).await.message(412);
        assert!(message.contains("read it again"), "{message}");
        put("*").send(&app).await.ok();
        let mut unreadable = put("*");
        unreadable.headers.insert("if-match", axum::http::HeaderValue::from_bytes(b"\"\xff\"").unwrap());
        unreadable.send(&app).await.message(412);
        Call::new(Method::DELETE, "/projects/P1").header("if-match", &old).send(&app).await.message(412);
    }

    async fn a_project_made_again_is_another_one(app) {
        let mut other = samples::project("P1");
        other["name"] = json!("another");
        let old = app.post("/projects/P1", &samples::project("P1")).await.etag();
        app.delete("/projects/P1").await.ok();
        app.post("/projects/P1", &other).await.ok();
        let put = Call::new(Method::PUT, "/projects/P1").json(&other).header("if-match", &old);
        put.send(&app).await.message(412);
    }

    async fn concurrent_writers_both_get_through_or_hear_it(app) {
        app.post("/projects/P1", &samples::project("P1")).await.ok();
        let writes = (0..8).map(|n| {
            let mut body = samples::project("P1");
            body["n"] = json!(n);
            let app = &app;
            async move { app.put("/projects/P1", &body).await.status.as_u16() }
        });
        let mut ok = 0;
        for status in futures(writes).await {
            assert!(matches!(status, 200 | 409), "{status}");
            ok += u64::from(status == 200);
        }
        assert!(ok >= 1);
        let log = app.get("/audit/projects/P1").await.ok();
        assert_eq!(log["logs"].as_array().unwrap().len() as u64, ok + 1, "one row per change that was made");
    }
}

/// Runs futures at the same time on one task.
async fn futures<F: Future<Output = u16>>(all: impl Iterator<Item = F>) -> Vec<u16> {
    let mut pending: Vec<_> = all.map(Box::pin).collect();
    let mut done = Vec::new();
    std::future::poll_fn(|context| {
        pending.retain_mut(|future| match future.as_mut().poll(context) {
            std::task::Poll::Ready(status) => {
                done.push(status);
                false
            }
            std::task::Poll::Pending => true,
        });
        if pending.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done
}
