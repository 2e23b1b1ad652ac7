//! One valid call per operation, made by the administrator. Whoever adds an operation adds its line.

use axum::http::Method;
use gridfolio_testkit::{ADMINISTRATOR, Call, PASSWORD, TestApp, samples};
use serde_json::json;

/// What every call finds: project `COV` with a site, a system and measurements, and a portfolio with it. The answer are
/// the words that stand in the paths of [`valid`] for ids that the server gives.
pub(super) async fn prepare(app: &TestApp) -> Vec<(&'static str, String)> {
    app.make_tree("COV").await;
    let rows =
        [samples::meter("2025-06-01T12:00:00Z", 1000, 0), samples::meter("2025-06-01T13:00:00Z", 1000, 1000)];
    app.measure("/COV/S1/R1/GEN/1", &rows).await;
    vec![("COV:portfolio", app.make_portfolio("Covered", &["COV"]).await)]
}

/// The valid call of an operation; `None` for one that this list does not know.
pub(super) fn valid(operation: &str) -> Option<Call> {
    let get = |path: &str| Call::new(Method::GET, path);
    let put = |path: &str| Call::new(Method::PUT, path);
    let post = |path: &str| Call::new(Method::POST, path);
    let delete = |path: &str| Call::new(Method::DELETE, path);
    let range = "start=2025-06-01&end=2025-06-03";
    Some(match operation {
        "sign_in" => {
            post("/").header("x-amz-target", "AWSCognitoIdentityProviderService.InitiateAuth").json(&json!({
            "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "clientoftests",
            "AuthParameters": {"USERNAME": ADMINISTRATOR, "PASSWORD": PASSWORD}}))
        }
        "get_front_page" => get("/"),
        "get_health" => get("/health"),
        "get_readiness" => get("/ready"),
        "get_json_web_keys" => get("/us-east-1_Tests/.well-known/jwks.json"),
        "get_authentication" => get("/users/authentication"),
        "get_profile" => get("/profile"),
        // A person without a token has no address either: the body is anybody's.
        "update_profile" => {
            put("/profile").json(&json!({"email": "new@example.org", "firstName": "N", "lastName": "T"}))
        }
        "list_projects" => get("/projects"),
        "get_project" => get("/projects/COV"),
        "create_project" => post("/projects/NEW").json(&samples::project("NEW")),
        "update_project" => put("/projects/COV").json(&samples::project("COV")),
        "delete_project" => delete("/projects/COV"),
        "create_site" => post("/projects/COV/sites/S2").json(&samples::site("S2")),
        "update_site" => put("/projects/COV/sites/S1").json(&samples::site("S1")),
        "delete_site" => delete("/projects/COV/sites/S1"),
        "create_system" => post("/projects/COV/sites/S1/systems/R2").json(&samples::system("R2")),
        "update_system" => put("/projects/COV/sites/S1/systems/R1").json(&samples::system("R1")),
        "delete_system" => delete("/projects/COV/sites/S1/systems/R1"),
        "list_project_contacts" => get("/projects/COV/contacts"),
        "get_project_i2x" => get("/projects/COV/i2x?startDate=2025-01-01"),
        "list_refinements" => get("/search/refinements"),
        "list_portfolios" => get("/portfolios"),
        "get_portfolio" => get("/portfolios/COV:portfolio"),
        "create_portfolio" => post("/portfolios").json(&samples::portfolio("New", &["COV"])),
        "update_portfolio" => put("/portfolios/COV:portfolio").json(&samples::portfolio("Changed", &["COV"])),
        "delete_portfolio" => delete("/portfolios/COV:portfolio"),
        "get_project_audit" => get("/audit/projects/COV"),
        "get_asset_audit" => get("/audit/assets/COV%2FS1"),
        "get_project_schema" => get("/schemas/project"),
        "get_site_schema" => get("/schemas/site"),
        "get_system_schema" => get("/schemas/system"),
        "get_portfolio_schema" => get("/schemas/portfolio"),
        "list_energy_datums" => get(&format!("/energy/datums?{range}&aggregation=day")),
        "list_project_energy_datums" => get(&format!("/energy/datums/projects/COV?{range}&aggregation=day")),
        _ => return None,
    })
}
