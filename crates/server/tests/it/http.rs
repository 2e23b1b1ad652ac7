//! What holds for every request, whatever the operation.

use axum::http::Method;
use gridfolio_testkit::{Call, Role, both, samples};

both! {
    async fn paths_that_are_no_text_are_refused(app) {
        for path in ["/projects/a%00b", "/projects/%FF", "/%00", "/projects?projectIds=%00", "/projects/%zz"] {
            let message = app.get(path).await.message(400);
            assert!(message.contains("UTF-8"), "{path}: {message}");
        }
    }

    async fn unknown_paths_and_methods_have_the_error_body(app) {
        assert_eq!(app.get("/nope").await.message(404), "there is no path /nope");
        app.get("/docs/nope.js").await.message(404);
        Call::new(Method::PATCH, "/projects/P1").send(&app).await.message(405);
        Call::new(Method::POST, "/projects").send(&app).await.message(405);
    }

    async fn what_clients_send_besides_is_ignored(app) {
        let call = Call::new(Method::GET, "/projects?unknown=1").header("accept-encoding", "UTF8")
            .header("content-type", "application/json").header("accept", "text/csv").bytes("{}");
        let reply = call.send(&app).await;
        reply.ok();
        assert_eq!(reply.headers["content-type"], "application/json");
    }

    async fn preflights_are_answered(app) {
        let call = Call::new(Method::OPTIONS, "/projects/P1").by(Role::Anonymous).header("origin", "https://example.org")
            .header("access-control-request-method", "PUT").header("access-control-request-headers", "authorization,if-match");
        let reply = call.send(&app).await;
        reply.must_be(200);
        assert_eq!(reply.headers["access-control-allow-origin"], "*");
        assert!(reply.headers["access-control-allow-methods"].to_str().unwrap().contains("PUT"));
        assert_eq!(reply.headers["access-control-allow-headers"], "authorization,if-match");
    }

    async fn every_answer_is_for_one_person_of_its_type_and_in_no_frame(app) {
        for (path, status) in [("/projects", 200), ("/no-such-path", 404), ("/", 200), ("/projects/NONE", 404)] {
            let reply = app.get(path).await;
            reply.must_be(status);
            let says = |name: &str| reply.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
            assert_eq!(says("x-content-type-options").as_deref(), Some("nosniff"), "{path}");
            assert_eq!(says("x-frame-options").as_deref(), Some("DENY"), "{path}");
            assert_eq!(says("referrer-policy").as_deref(), Some("no-referrer"), "{path}");
            assert_eq!(says("cache-control").as_deref(), Some("no-store"), "{path}");
            assert_eq!(says("strict-transport-security"), None, "{path}: this server is reached by http");
        }
        let keys = app.get("/us-east-1_Tests/.well-known/jwks.json").await;
        assert!(keys.headers["cache-control"].to_str().unwrap().contains("public"), "what is public may be kept");
    }

    async fn every_answer_names_its_request(app) {
        let first = app.get("/projects").await;
        let second = app.get("/nope").await;
        assert_ne!(first.headers["x-request-id"], second.headers["x-request-id"]);
    }

    async fn the_front_page_links_to_the_api_page_which_needs_no_internet(app) {
        let page = |path: &str| Call::new(Method::GET, path).by(Role::Anonymous).header("accept", "text/html");
        assert!(page("/").send(&app).await.text().contains("href=\"/docs\""));
        let docs = page("/docs").send(&app).await.text();
        assert!(!docs.contains("https://") && !docs.contains("http://"), "the page fetches nothing from elsewhere");
        for file in docs.split('"').filter(|word| word.starts_with("/docs/")) {
            page(file).send(&app).await.must_be(200);
        }
        let facts = Call::new(Method::GET, "/").by(Role::Anonymous).send(&app).await.json();
        assert_eq!((&facts["docs"], &facts["name"]), (&"/docs".into(), &"Gridfolio".into()));
        assert!(page("/openapi.json").send(&app).await.ok()["paths"]["/projects"].is_object());
    }

    async fn a_person_without_account_or_session_is_nobody(app) {
        let user = app.token(Role::Viewer).unwrap().to_owned();
        let mut tx = app.app.db.write().await.unwrap();
        gridfolio_db::query("DELETE FROM app_session").execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let reply = Call::new(Method::GET, "/profile").by(Role::Anonymous).header("authorization", &user).send(&app).await;
        assert_eq!(reply.message(401), "the session has ended; sign in again");
        assert_eq!(reply.headers["www-authenticate"], "Bearer");
    }

    async fn a_failure_of_ours_has_a_reference_and_no_text(app) {
        app.post("/projects/P1", &samples::project("P1")).await.ok();
        let mut tx = app.app.db.write().await.unwrap();
        gridfolio_db::query("UPDATE project SET document = 'broken'").execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let reply = app.get("/projects/P1").await;
        let message = reply.message(500);
        assert!(!message.contains("broken") && !message.contains("expected"), "{message}");
        assert_eq!(reply.json()["reference"], reply.headers["x-request-id"].to_str().unwrap());
    }
}
