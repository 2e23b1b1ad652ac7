//! One valid call per operation, made by the administrator. Whoever adds an operation adds its line.

use axum::http::Method;
use gridfolio::identity::service::{self, NewUser};
use gridfolio::identity::{store, types};
use gridfolio::kit::access::Actor;
use gridfolio_testkit::{ADMINISTRATOR, Call, PASSWORD, Role, TestApp, samples};
use serde_json::{Value, json};

/// What every call finds: project `COV` with a site, a system, measurements and pro formas, a portfolio with it and an
/// event in it. The answer are the words that stand in the paths and bodies of [`valid`] for ids that the server gives.
pub(super) async fn prepare(app: &TestApp) -> Vec<(&'static str, String)> {
    app.make_tree("COV").await;
    let rows =
        [samples::meter("2025-06-01T12:00:00Z", 1000, 0), samples::meter("2025-06-01T13:00:00Z", 1000, 1000)];
    app.measure("/COV/S1/R1/GEN/1", &rows).await;
    for path in ["/projects/COV/pro-forma", "/projects/COV/pro-forma?version=bank"] {
        app.put(path, &samples::pro_forma()).await.ok();
    }
    let sign_in = valid("sign_in").unwrap().by(Role::Anonymous).send(app).await.ok();
    let refresh_token = sign_in["AuthenticationResult"]["RefreshToken"].as_str().unwrap().to_owned();
    let event = app.post("/events", &samples::event("COV")).await.ok()["event"]["id"].clone();
    let user = covered_user(app).await;
    let told = app.post(&format!("/users/{user}/notifications"), &notification()).await.ok();
    let invited = json!({"email": "invited@example.org", "firstName": "I", "lastName": "Test"});
    let invited = app.post("/users", &invited).await.ok();
    let user_type = app.post("/user-types", &json!({"name": "t", "application": "ams"})).await.ok();
    let owner = administrator(app).await;
    let token = json!({"name": "t", "expires": "2025-12-31T00:00:00Z", "groups": ["events-view"]});
    let token = app.post(&format!("/users/{owner}/tokens"), &token).await.ok()["accessToken"]["id"].clone();
    vec![
        ("COV:user", user),
        ("COV:invited", invited["id"].as_str().unwrap().to_owned()),
        ("COV:notification", told["notification"]["id"].as_str().unwrap().to_owned()),
        ("COV:administrator", owner),
        ("COV:token", token.as_str().unwrap().to_owned()),
        ("COV:type", user_type["id"].as_str().unwrap().to_owned()),
        ("COV:portfolio", app.make_portfolio("Covered", &["COV"]).await),
        ("COV:event", event.as_str().unwrap().to_owned()),
        ("COV:refresh", refresh_token),
    ]
}

/// The administrator's id: some things are everybody's own.
async fn administrator(app: &TestApp) -> String {
    let mut snapshot = app.app.db.read().await.unwrap();
    let user = store::find_user_by_email(&mut snapshot, ADMINISTRATOR).await.unwrap().unwrap();
    user.key.to_string()
}

/// Somebody who is none of the roles: a viewer with other groups than their type, a second factor
/// and an alert.
async fn covered_user(app: &TestApp) -> String {
    let new = NewUser {
        email: "somebody@example.org".to_owned(),
        first_name: "Some".to_owned(),
        last_name: "Body".to_owned(),
        user_type: types::VIEWER,
        password: PASSWORD.to_owned(),
    };
    let user = service::add_user(&app.app, Actor::command("test"), new).await.unwrap();
    app.delete(&format!("/users/{}/groups/records-view", user.key)).await.ok();
    let mut tx = app.app.db.write().await.unwrap();
    let mut credential = store::find_account(&mut tx, &user.key).await.unwrap().unwrap().credential;
    (credential.totp_on, credential.totp_secret) = (true, Some(b"sealed".to_vec()));
    assert!(store::update_credential(&mut tx, &user.key, credential.epoch, &credential).await.unwrap());
    // What everybody has: an alert of their own.
    let alert = "INSERT INTO alert (id, app_user, at, message) VALUES ('covered', $1, $2, 'covered')";
    gridfolio_db::query(alert)
        .bind(user.key.as_str())
        .bind(app.app.clock.now_ms())
        .execute(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    user.key.to_string()
}

fn notification() -> Value {
    json!({"name": "covered", "protocol": "email", "endpoint": "c@example.org", "notificationType": "alert"})
}

/// The valid call of an operation; `None` for one that this list does not know.
pub(super) fn valid(operation: &str) -> Option<Call> {
    if let Some(path) = read(operation) {
        return Some(Call::new(Method::GET, path));
    }
    let put = |path: &str| Call::new(Method::PUT, path);
    let post = |path: &str| Call::new(Method::POST, path);
    let delete = |path: &str| Call::new(Method::DELETE, path);
    Some(match operation {
        "sign_in" => {
            post("/").header("x-amz-target", "AWSCognitoIdentityProviderService.InitiateAuth").json(&json!({
            "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "clientoftests",
            "AuthParameters": {"USERNAME": ADMINISTRATOR, "PASSWORD": PASSWORD}}))
        }
        "exchange_grant" => post("/oauth2/token")
            .bytes("grant_type=refresh_token&client_id=clientoftests&refresh_token=COV:refresh"),
        "revoke_token" => post("/oauth2/revoke").bytes("client_id=clientoftests&token=COV:refresh"),
        "ask_user_info" => post("/oauth2/userInfo"),
        // The walk puts the caller's address there: nobody changes their own.
        "update_profile" => {
            put("/profile").json(&json!({"email": "COV:email", "firstName": "N", "lastName": "T"}))
        }
        "create_project" => post("/projects/NEW").json(&samples::project("NEW")),
        "update_project" => put("/projects/COV").json(&samples::project("COV")),
        "delete_project" => delete("/projects/COV"),
        "create_site" => post("/projects/COV/sites/S2").json(&samples::site("S2")),
        "update_site" => put("/projects/COV/sites/S1").json(&samples::site("S1")),
        "delete_site" => delete("/projects/COV/sites/S1"),
        "create_system" => post("/projects/COV/sites/S1/systems/R2").json(&samples::system("R2")),
        "update_system" => put("/projects/COV/sites/S1/systems/R1").json(&samples::system("R1")),
        "delete_system" => delete("/projects/COV/sites/S1/systems/R1"),
        "create_portfolio" => post("/portfolios").json(&samples::portfolio("New", &["COV"])),
        "update_portfolio" => put("/portfolios/COV:portfolio").json(&samples::portfolio("Changed", &["COV"])),
        "delete_portfolio" => delete("/portfolios/COV:portfolio"),
        "create_event" => post("/events").json(&samples::event("COV")),
        "update_event" => put("/events/COV:event").json(&samples::event("COV")),
        "resolve_event" => put("/events/COV:event/resolve"),
        "delete_event" => delete("/events/COV:event"),
        "save_pro_forma" => put("/projects/COV/pro-forma").json(&samples::pro_forma()),
        "delete_pro_forma" => delete("/projects/COV/pro-forma"),
        _ => return people(operation),
    })
}

/// The same for what is about people.
fn people(operation: &str) -> Option<Call> {
    let put = |path: &str| Call::new(Method::PUT, path);
    let delete = |path: &str| Call::new(Method::DELETE, path);
    let user = json!({"email": "covered@example.org", "firstName": "C", "lastName": "Test"});
    let user_type = json!({"name": "covered", "application": "ams", "groups": ["export"]});
    let notification = notification();
    Some(match operation {
        "update_user" => put("/users/COV:user").json(&user),
        "create_access_token" => Call::new(Method::POST, "/users/COV:administrator/tokens")
            .json(&json!({"name": "n", "expires": "2026-06-15T00:00:00Z", "groups": ["export"]})),
        "delete_access_token" => delete("/users/COV:administrator/tokens/COV:token"),
        "delete_user" => delete("/users/COV:user"),
        "add_user_group" => put("/users/COV:user/groups/export"),
        "remove_user_group" => delete("/users/COV:user/groups/events-view"),
        "reset_user_groups" => put("/users/COV:user/groups/reset"),
        "create_user" => Call::new(Method::POST, "/users").json(&user),
        "resend_invitation" => put("/users/COV:invited/resend"),
        "reset_user_mfa" => delete("/users/COV:user/mfa"),
        "create_notification" => Call::new(Method::POST, "/users/COV:user/notifications").json(&notification),
        "update_notification" => put("/users/COV:user/notifications/COV:notification").json(&notification),
        "delete_notification" => delete("/users/COV:user/notifications/COV:notification"),
        "send_feedback" => Call::new(Method::POST, "/feedback?version=1&feedback=Good"),
        "create_user_type" => Call::new(Method::POST, "/user-types").json(&user_type),
        "update_user_type" => put("/user-types/COV:type").json(&user_type),
        "delete_user_type" => delete("/user-types/COV:type"),
        _ => return None,
    })
}

/// The path of an operation that only reads.
fn read(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "get_front_page" => "/",
        "get_health" => "/health",
        "get_readiness" => "/ready",
        "get_json_web_keys" => "/us-east-1_Tests/.well-known/jwks.json",
        "get_openid_configuration" => "/us-east-1_Tests/.well-known/openid-configuration",
        "get_user_info" => "/oauth2/userInfo",
        "get_authentication" => "/users/authentication",
        "get_profile" => "/profile",
        "list_users" => "/users",
        "get_user" => "/users/COV:user",
        "list_user_groups" => "/users/COV:user/groups",
        "list_notifications" => "/users/COV:user/notifications",
        "list_alerts" => "/users/COV:user/alerts",
        "list_access_tokens" => "/users/COV:administrator/tokens",
        "get_user_mfa" => "/users/COV:user/mfa",
        "list_groups" => "/user-groups",
        "list_user_types" => "/user-types",
        "get_user_type" => "/user-types/COV:type",
        "get_user_schema" => "/schemas/user",
        "get_user_type_schema" => "/schemas/user-type",
        "get_user_groups_schema" => "/schemas/user-groups",
        "get_profile_schema" => "/schemas/profile",
        "get_notification_schema" => "/schemas/notification",
        "list_projects" => "/projects",
        "get_project" => "/projects/COV",
        "list_project_contacts" => "/projects/COV/contacts",
        "get_project_i2x" => "/projects/COV/i2x?startDate=2025-01-01",
        "list_refinements" => "/search/refinements",
        "list_portfolios" => "/portfolios",
        "get_portfolio" => "/portfolios/COV:portfolio",
        "get_project_audit" => "/audit/projects/COV",
        "get_user_audit" => "/audit/users",
        "get_asset_audit" => "/audit/assets/COV%2FS1",
        "get_project_schema" => "/schemas/project",
        "get_site_schema" => "/schemas/site",
        "get_system_schema" => "/schemas/system",
        "get_portfolio_schema" => "/schemas/portfolio",
        "get_event_schema" => "/schemas/event",
        "get_pro_forma_schema" => "/schemas/pro-forma",
        "list_events" => "/events?start=2025-06-01&end=2025-07-01",
        "get_event" => "/events/COV:event",
        "get_pro_forma" => "/projects/COV/pro-forma",
        "list_pro_forma_versions" => "/projects/COV/pro-forma/versions",
        "list_energy_datums" => "/energy/datums?start=2025-06-01&end=2025-06-03&aggregation=day",
        "list_project_energy_datums" => {
            "/energy/datums/projects/COV?start=2025-06-01&end=2025-06-03&aggregation=day"
        }
        _ => return None,
    })
}
