//! Clients that people have, unmodified, against a listening server.

use std::process::Command;

use gridfolio_testkit::samples::{self, meter};
use gridfolio_testkit::{ADMINISTRATOR, Backend, PASSWORD, Role, TestApp, files};
use serde_json::{Value, json};

use crate::reference::{python, succeeded};

async fn boto3_signs_in_and_reads(backend: Backend) {
    let app = TestApp::serving(backend).await;
    app.make_tree("PY").await;
    app.measure(
        "/PY/S1/R1/GEN/1",
        &[meter("2016-07-10T12:00:00Z", 1000, 0), meter("2016-07-10T13:00:00Z", 1000, 1000)],
    )
    .await;
    let url = app.url();
    let script = files::repository("crates/server/tests/py/boto3_reads.py");
    let output = tokio::task::spawn_blocking(move || {
        Command::new(python())
            .arg(script)
            .args([&url, ADMINISTRATOR, PASSWORD, "PY", "clientoftests"])
            .env("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", &url)
            .env_remove("AWS_PROFILE")
            .output()
            .unwrap()
    })
    .await
    .unwrap();
    let said: Value = serde_json::from_str(&succeeded(&output)).unwrap();
    assert_eq!(said["signIn"], json!(["AccessToken", "ExpiresIn", "IdToken", "RefreshToken", "TokenType"]));
    assert_eq!(
        (&said["bearer"], &said["bare"], &said["sameProjects"]),
        (&json!(200), &json!(200), &json!(true))
    );
    assert_eq!((&said["projects"], &said["datums"]), (&json!(["PY"]), &json!(200)));
    assert_eq!(said["energy"]["generation"], json!(1000));
    assert_eq!(said["energy"]["sites"], json!({"S1": ["R1"]}));
    assert_eq!(
        (&said["withoutToken"], &said["wrongPassword"]),
        (&json!(401), &json!("NotAuthorizedException"))
    );
    assert_eq!(said["unknownUser"], "NotAuthorizedException");
    let claims = said["idTokenClaims"].as_array().unwrap();
    assert!(!claims.contains(&json!("at_hash")) && claims.contains(&json!("email")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn boto3_on_sqlite() {
    boto3_signs_in_and_reads(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn boto3_on_postgres() {
    boto3_signs_in_and_reads(Backend::Postgres).await;
}

/// A project with every member that the client knows, and category III, of which it would die.
fn rich_project(code: &str) -> Value {
    let mut project = samples::project(code);
    let more = json!({
        "paused": false, "cancelled": false, "archived": true, "discountRate": 0.05, "einNumber": "1",
        "companyName": "Company", "clientNumber": "7", "reportStartDate": "2016-01-01",
        "productionStartDate": "2016-01-01", "generationStartDate": "2016-01-01",
        "consumptionStartDate": "2016-01-01", "storageStartDate": "2016-01-01", "revenueType": "feedInTariff",
        "interconnection": {"ieee1547ReactivePowerCategory": "B", "ieee1547DisturbanceCategory": "III",
            "fipsLocation": "080590098491", "withdrawalReason": "siteControl",
            "estimatedCostOfStudiesAndFees": 1, "estimatedCostOfSystemUpgrades": 2, "finalCostOfInterconnection": 3},
        "icons": [{"iconName": "sun", "meaning": "solar", "tooltip": "solar"}], "bizDevOwner": "B",
        "siteSurveyor": "S", "slackChannel": "#c", "ganttChartLastUpdated": "2016-01-01",
        "milestones": {"initiated": "2015-01-01", "interconnection": "2015-02-01", "permitting": "2015-03-01",
            "preConstruction": "2015-04-01", "construction": "2015-05-01", "pto": "2015-06-01",
            "operational": "2015-07-01"},
        "assetManagementTeamContact": {"name": "T", "email": "t@example.org", "phone": "1"},
        "reports": {"operating": true}, "links": [{"name": "L", "url": "https://example.org"}], "tags": ["t"],
        "notes": [{"note": "n", "resolved": false, "comments": [{"comment": "c"}]}], "media": {"banner": "b"},
        "public": {"enabled": false}, "ownMember": null
    });
    project.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    project
}

/// A rich and an empty project, a rich and an empty portfolio.
async fn fill_catalogue(app: &TestApp) {
    app.post("/projects/RICH", &rich_project("RICH")).await.ok();
    let mut site = samples::site("S1");
    site["emissionsApproximationMethod"] = json!("gridemissions");
    site["productionStartDate"] = json!("2016-01-01");
    site["links"] = json!([{"name": "L", "url": "https://example.org"}]);
    site["contacts"] = json!([{"name": "K", "type": "access", "email": "k@example.org"}]);
    app.post("/projects/RICH/sites/S1", &site).await.ok();
    app.post("/projects/RICH/sites/S1/systems/R1", &samples::system("R1")).await.ok();
    let empty = json!({"code": "EMPTY", "status": "New Project", "name": "", "address": "", "town": "",
        "state": "", "lat": 0, "long": 0, "startDate": "2025-01-01", "timezone": "UTC"});
    app.post("/projects/EMPTY", &empty).await.ok();
    let portfolio = json!({"name": "Rich", "projects": ["RICH", "EMPTY"], "reports": {"operating": true},
        "milestones": null, "icons": "none", "revenueType": "of its own", "notes": 5});
    app.post("/portfolios", &portfolio).await.ok();
    app.make_portfolio("Empty", &[]).await;
}

/// What a script of decoding says about the answers that a role gets.
async fn decoded(app: &TestApp, role: Role, script: &'static str, more: Vec<String>) -> Value {
    let (url, token) = (app.url(), app.token(role).unwrap().to_owned());
    let output = tokio::task::spawn_blocking(move || {
        Command::new(python())
            .arg(files::repository(&format!("crates/server/tests/py/{script}")))
            .arg(files::repository("contract/client-2024-08.openapi.json"))
            .arg(url)
            .args(more)
            .env("GRIDFOLIO_TOKEN", token)
            .output()
            .unwrap()
    })
    .await
    .unwrap();
    serde_json::from_str(&succeeded(&output)).unwrap()
}

async fn the_official_client_decodes_the_catalogue(backend: Backend) {
    let app = TestApp::serving(backend).await;
    fill_catalogue(&app).await;
    let said = decoded(&app, Role::Viewer, "decode_catalogue.py", vec![]).await;
    assert_eq!(
        said["decoded"],
        json!({"GET /portfolios": 1, "GET /portfolios/{portfolioId}": 2,
            "GET /projects": 1, "GET /projects site": 1, "GET /projects system": 1,
            "GET /projects/{projectId}": 2, "GET /projects/{projectId} site": 1,
            "GET /projects/{projectId} system": 1})
    );
    // Ten required members in two portfolios of the list, and in two projects, in the list and alone.
    for (way, least) in [("missing", 60), ("unlisted", 12), ("null", 40)] {
        assert!(said["noticed"][way].as_u64().unwrap() >= least, "{way}: {}", said["noticed"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn decoding_on_sqlite() {
    the_official_client_decodes_the_catalogue(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn decoding_on_postgres() {
    the_official_client_decodes_the_catalogue(Backend::Postgres).await;
}

async fn the_official_client_decodes_people(backend: Backend) {
    let app = TestApp::serving(backend).await;
    let own = app.id_of(Role::Administrator).await;
    let viewer = format!("/users/{}", app.id_of(Role::Viewer).await);
    let mut user = app.get(&viewer).await.ok();
    user["access"] = json!({"preventDownload": "yes", "restrictProjects": "portfolios", "portfolios": [],
        "startDate": "2020-01-01", "endDate": "2999-12-31"});
    app.put(&viewer, &user).await.ok();
    let wanted =
        json!({"name": "n", "protocol": "sms", "endpoint": "+15550100200", "notificationType": "alert"});
    app.post(&format!("/users/{own}/notifications"), &wanted).await.ok();
    let mut tx = app.app.db.write().await.unwrap();
    for what in ["one", "two"] {
        gridfolio::alerts::raise(&mut tx, &app.app, what).await.unwrap();
    }
    tx.commit().await.unwrap();
    let groups = app.get(&format!("/users/{own}/groups")).await.ok()["groups"].as_object().unwrap().len();
    let said = decoded(&app, Role::Administrator, "decode_people.py", vec![own]).await;
    assert_eq!(
        said["decoded"],
        json!({"GET /users": 1, "a user": 6, "GET /users/{userId}": 6, "GET /user-groups": 1,
            "GET /user-groups entry": groups, "GET /users/{userId}/groups": 1,
            "GET /users/{userId}/groups entry": groups, "GET /user-types": 1, "GET /user-types entry": 6,
            "GET /user-types/{userTypeId}": 6, "GET /users/{userId}/alerts": 1,
            "GET /users/{userId}/alerts entry": 2, "GET /users/{userId}/mfa": 1,
            "GET /users/{userId}/notifications": 1, "GET /users/{userId}/notifications entry": 1})
    );
    // Three required members of each user, two of each type, four of the notification; the listed words of the types.
    for (way, least) in [("missing", 13 * 3 + 13 * 2), ("unlisted", 13 + 2), ("null", 13 + 2)] {
        assert!(said["noticed"][way].as_u64().unwrap() >= least, "{way}: {}", said["noticed"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn decoding_people_on_sqlite() {
    the_official_client_decodes_people(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn decoding_people_on_postgres() {
    the_official_client_decodes_people(Backend::Postgres).await;
}
