//! What people see and do within their limits: projects, portfolios, days, files. Who may what at all is walked by
//! `coverage`.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::routing::get;
use gridfolio::app::App;
use gridfolio::kit::access::{Can, Control, Download};
use gridfolio::kit::stored::Stored;
use gridfolio_testkit::samples::{self, meter};
use gridfolio_testkit::{Call, Reply, Role, TestApp, both};
use gridfolio_wire::catalogue::Project;
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// Two projects with measurements, and a portfolio of both; the manager is limited to `MINE`.
async fn limited_manager(app: &TestApp) -> String {
    for code in ["MINE", "HIDDEN"] {
        app.make_tree(code).await;
        let rows = [meter("2025-06-01T12:00:00Z", 1000, 0), meter("2025-06-01T13:00:00Z", 1000, 1000)];
        app.measure(&format!("/{code}/S1/R1/GEN/1"), &rows).await;
        app.post("/events", &samples::event(code)).await.ok();
    }
    limit(app, json!({"restrictProjects": "yes", "projects": ["MINE", "NO-SUCH"]})).await;
    app.make_portfolio("Both", &["HIDDEN", "MINE"]).await
}

async fn limit(app: &TestApp, mut access: Value) {
    access["preventDownload"] = json!("no");
    app.change_user(Role::AssetManager.email(), |document| {
        document.insert("access".to_owned(), access);
    })
    .await;
}

async fn by_manager(app: &TestApp, method: Method, path: &str, body: Option<&Value>) -> Reply {
    let call = Call::new(method, path).by(Role::AssetManager);
    match body {
        Some(body) => call.json(body).send(app).await,
        None => call.send(app).await,
    }
}

async fn read(app: &TestApp, path: &str) -> Value {
    by_manager(app, Method::GET, path, None).await.ok()
}

both! {
    async fn lists_show_what_lies_within(app) {
        limited_manager(&app).await;
        let codes: Vec<Value> = read(&app, "/projects").await["projects"].as_array().unwrap().iter().map(|p| p["code"].clone()).collect();
        assert_eq!(codes, [json!("MINE")]);
        for path in [
            "/projects?projectIds=HIDDEN,MINE",
            "/portfolios",
            "/search/refinements",
            "/events?start=2025-06-01&end=2025-07-01",
            "/energy/datums?start=2025-06-01&end=2025-06-03&aggregation=day",
        ] {
            let text = read(&app, path).await.to_string();
            assert!(text.contains("MINE") && !text.contains("HIDDEN"), "{path}: {text}");
            assert!(app.get(path).await.text().contains("HIDDEN"), "{path}: it is there for others");
        }
    }

    async fn what_lies_without_does_not_exist(app) {
        limited_manager(&app).await;
        let event = app.get("/events?start=2025-06-01&end=2025-07-01").await.ok()["events"]
            .as_array().unwrap().iter().find(|e| e["location"]["project"] == "HIDDEN").unwrap()["id"].clone();
        let event = format!("/events/{}", event.as_str().unwrap());
        for path in ["/projects/HIDDEN", "/projects/HIDDEN/contacts", "/projects/HIDDEN/pro-forma", "/audit/projects/HIDDEN",
            "/audit/assets/HIDDEN%2FS1", "/energy/datums/projects/HIDDEN?start=2025-06-01&end=2025-06-03&aggregation=day", &event] {
            let hidden = by_manager(&app, Method::GET, path, None).await;
            let absent = path.replace("HIDDEN", "ABSENT").replace(&event, "/events/00000000-0000-4000-8000-0000000000ff");
            let absent = by_manager(&app, Method::GET, &absent, None).await;
            let words = hidden.message(404).replace("HIDDEN", "ABSENT").replace(event.trim_start_matches("/events/"), "00000000-0000-4000-8000-0000000000ff");
            assert_eq!(words, absent.message(404), "{path}: both sound the same");
        }
        // Nor does it sound different by what is in it.
        for site in ["S1", "S9"] {
            let reply = by_manager(&app, Method::PUT, &format!("/projects/HIDDEN/sites/{site}"), Some(&samples::site(site))).await;
            assert_eq!(reply.message(404), "there is no project \"HIDDEN\"");
        }
    }

    async fn writing_stays_within(app) {
        limited_manager(&app).await;
        by_manager(&app, Method::PUT, "/projects/MINE", Some(&samples::project("MINE"))).await.must_be(200);
        by_manager(&app, Method::DELETE, "/projects/HIDDEN", None).await.message(404);
        let create = by_manager(&app, Method::POST, "/projects/NEW", Some(&samples::project("NEW"))).await;
        assert!(create.message(403).contains("limited to certain projects"));
        let event = by_manager(&app, Method::POST, "/events", Some(&samples::event("HIDDEN"))).await;
        assert_eq!(event.message(400), "location.project: \"HIDDEN\" must be the code of a project");
        let mut nowhere = samples::event("MINE");
        nowhere.as_object_mut().unwrap().remove("location");
        let event = by_manager(&app, Method::POST, "/events", Some(&nowhere)).await;
        assert!(event.message(400).starts_with("location: is required"));
        app.post("/events", &nowhere).await.ok();
        let events = read(&app, "/events?start=2025-06-01&end=2025-07-01").await;
        assert_eq!(events["events"].as_array().unwrap().len(), 1, "one of no project is for those who see everything");
    }

    async fn a_portfolio_keeps_what_its_editor_does_not_see(app) {
        let id = limited_manager(&app).await;
        let path = format!("/portfolios/{id}");
        let seen = read(&app, &path).await["portfolio"].clone();
        assert_eq!(seen["projects"], json!(["MINE"]));
        let mut sent = seen.clone();
        sent["name"] = json!("Renamed");
        let answer = by_manager(&app, Method::PUT, &path, Some(&sent)).await.ok();
        assert_eq!(answer["portfolio"]["projects"], json!(["MINE"]));
        let whole = app.get(&path).await.ok()["portfolio"].clone();
        assert_eq!((&whole["name"], &whole["projects"]), (&json!("Renamed"), &json!(["MINE", "HIDDEN"])));
        sent["projects"] = json!(["HIDDEN"]);
        let unknown = by_manager(&app, Method::PUT, &path, Some(&sent)).await;
        assert_eq!(unknown.message(400), "projects[0]: \"HIDDEN\" must be the code of a project that exists");
        assert!(by_manager(&app, Method::DELETE, &path, None).await.message(403).contains("may not see"));
        let empty = by_manager(&app, Method::POST, "/portfolios", Some(&samples::portfolio("Empty", &[]))).await;
        assert!(empty.message(400).starts_with("projects: must name a project"));
        let own = by_manager(&app, Method::POST, "/portfolios", Some(&samples::portfolio("Own", &["MINE"]))).await.ok();
        let own = format!("/portfolios/{}", own["portfolio"]["id"].as_str().unwrap());
        by_manager(&app, Method::DELETE, &own, None).await.must_be(200);
    }

    async fn a_portfolio_as_the_limit_follows_the_portfolio(app) {
        limited_manager(&app).await;
        let id = app.make_portfolio("Few", &["HIDDEN"]).await;
        limit(&app, json!({"restrictProjects": "portfolios", "portfolios": [id]})).await;
        by_manager(&app, Method::GET, "/projects/HIDDEN", None).await.must_be(200);
        by_manager(&app, Method::GET, "/projects/MINE", None).await.message(404);
        app.put(&format!("/portfolios/{id}"), &samples::portfolio("Few", &["MINE"])).await.ok();
        by_manager(&app, Method::GET, "/projects/MINE", None).await.must_be(200);
        by_manager(&app, Method::GET, "/projects/HIDDEN", None).await.message(404);
        app.put(&format!("/portfolios/{id}"), &samples::portfolio("Few", &[])).await.ok();
        by_manager(&app, Method::GET, "/projects/MINE", None).await.message(404);
        let listed = read(&app, "/portfolios").await;
        assert_eq!(listed["portfolios"].as_array().unwrap().len(), 1, "the listed one is seen even while it is empty");
    }

    async fn outside_their_days_nobody_calls(app) {
        let get = || Call::new(Method::GET, "/profile").by(Role::AssetManager).send(&app);
        get().await.must_be(200);
        // The clock stands at 2025-06-15T12:00Z.
        for (access, status, words) in [
            (json!({"startDate": "2025-06-16"}), 403, "your access begins on 2025-06-16"),
            (json!({"endDate": "2025-06-14"}), 403, "your access ended on 2025-06-14"),
            (json!({"startDate": "2025-06-15", "endDate": "2025-06-15"}), 200, ""),
        ] {
            let mut access = access;
            access["restrictProjects"] = json!("no");
            limit(&app, access).await;
            let reply = get().await;
            reply.must_be(status);
            assert!(status == 200 || reply.message(403) == words, "{}", reply.text());
        }
    }

    async fn rights_count_from_the_next_request(app) {
        app.make_tree("P1").await;
        let get = || Call::new(Method::GET, "/projects/P1/pro-forma").by(Role::Finance).send(&app);
        get().await.must_be(200);
        app.change_user(Role::Finance.email(), |document| {
            document.insert("groups".to_owned(), json!(["projects-view"]));
        })
        .await;
        get().await.message(403);
    }

    async fn files_are_kept_from_those_who_may_not_download(app) {
        app.make_tree("P1").await;
        let statuses = || async {
            let mut found = Vec::new();
            for role in Role::ALL {
                found.push((role, export(&app, role).await));
            }
            found
        };
        let allowed = [Role::Administrator, Role::AssetManager, Role::Finance, Role::Engineer];
        for (role, status) in statuses().await {
            let wanted = match role {
                Role::Anonymous => StatusCode::UNAUTHORIZED,
                _ if allowed.contains(&role) => StatusCode::OK,
                _ => StatusCode::FORBIDDEN,
            };
            assert_eq!(status, wanted, "{role:?}");
        }
        for role in allowed {
            app.change_user(role.email(), |document| {
                let access = json!({"preventDownload": "yes", "restrictProjects": "no"});
                document.insert("access".to_owned(), access);
            })
            .await;
        }
        for (role, status) in statuses().await {
            assert_ne!(status, StatusCode::OK, "{role:?}");
            let seen = Call::new(Method::GET, "/projects/P1").by(role).send(&app).await;
            assert_eq!(seen.status == StatusCode::OK, role != Role::Anonymous, "{role:?} still sees it");
        }
    }

    async fn orders_to_devices_are_for_those_who_may_give_them(app) {
        app.make_tree("P1").await;
        for role in Role::PEOPLE {
            let wanted = matches!(role, Role::Administrator | Role::Engineer);
            assert_eq!(order(&app, role).await == StatusCode::OK, wanted, "{role:?}");
        }
    }
}

/// What an export and an order will be like, until the first of them come.
fn to_come(app: &App) -> Router {
    async fn export(project: Can<Download, Stored<Project>>) -> String {
        project.resource.text()
    }
    async fn order(project: Can<Control, Stored<Project>>) -> String {
        project.resource.text()
    }
    Router::new()
        .route("/projects/{projectId}/export", get(export))
        .route("/projects/{projectId}/order", get(order))
        .with_state(app.clone())
}

async fn status_of(app: &TestApp, path: &str, role: Role) -> StatusCode {
    let mut request = Request::get(path);
    if let Some(token) = app.token_of(role).await {
        request = request.header(header::AUTHORIZATION, token);
    }
    to_come(&app.app).oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
}

async fn export(app: &TestApp, role: Role) -> StatusCode {
    status_of(app, "/projects/P1/export", role).await
}

async fn order(app: &TestApp, role: Role) -> StatusCode {
    status_of(app, "/projects/P1/order", role).await
}
