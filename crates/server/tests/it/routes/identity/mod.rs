//! Sign-in, its page and its tokens, the own profile, users, their types and groups.

mod add_user_group;
mod ask_user_info;
mod authorize;
mod create_access_token;
mod create_user;
mod create_user_type;
mod delete_access_token;
mod delete_user;
mod delete_user_type;
mod exchange_grant;
mod get_authentication;
mod get_json_web_keys;
mod get_openid_configuration;
mod get_profile;
mod get_user;
mod get_user_info;
mod get_user_mfa;
mod get_user_type;
mod list_access_tokens;
mod list_groups;
mod list_user_groups;
mod list_user_types;
mod list_users;
mod login;
mod logout;
mod remove_user_group;
mod resend_invitation;
mod reset_user_groups;
mod reset_user_mfa;
mod revoke_token;
mod sign_in;
mod update_profile;
mod update_user;
mod update_user_type;

use axum::http::Method;
use gridfolio::identity::store;
use gridfolio::identity::types::Shipped;
use gridfolio_testkit::{Call, PASSWORD, Reply, Role, TestApp};
use serde_json::{Value, json};

/// The id of a type that ships.
fn type_id(name: &str) -> &'static str {
    Shipped::named(name).unwrap().id
}

fn user_path(id: &str) -> String {
    format!("/users/{id}")
}

/// `/users/ID` of the person of a role.
async fn path_of(app: &TestApp, role: Role) -> String {
    user_path(&app.id_of(role).await)
}

async fn call(app: &TestApp, (method, path): (Method, &str), role: Role) -> Reply {
    Call::new(method, path).by(role).send(app).await
}

async fn get_by(app: &TestApp, path: &str, role: Role) -> Reply {
    call(app, (Method::GET, path), role).await
}

async fn put_by(app: &TestApp, path: &str, body: &Value, role: Role) -> Reply {
    Call::new(Method::PUT, path).by(role).json(body).send(app).await
}

/// The words of a user's groups.
async fn groups_of(app: &TestApp, path: &str) -> Vec<String> {
    let user = app.get(path).await.ok();
    user["groups"].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// Lets the engineer administer people: an administrator without finance, integrations and the like.
async fn make_clerk(app: &TestApp) -> String {
    let path = path_of(app, Role::Engineer).await;
    for group in ["users-view", "users-edit"] {
        app.put(&format!("{path}/groups/{group}"), &json!({})).await.ok();
    }
    path
}

/// Limits a person to projects.
async fn limit(app: &TestApp, path: &str, projects: &[&str]) {
    let mut user = app.get(path).await.ok();
    user["access"] = json!({"preventDownload": "no", "restrictProjects": "yes", "projects": projects});
    app.put(path, &user).await.ok();
}

/// What a token with `events-view` opens.
const EVENTS: &str = "/events?start=2025-06-01&end=2025-06-02";

/// Makes an access token of a role with groups; tells its id and its text.
async fn make_token(app: &TestApp, role: Role, groups: &[&str]) -> (String, String) {
    let path = format!("{}/tokens", path_of(app, role).await);
    let body = json!({"name": "Meter", "expires": "2025-12-31T00:00:00Z", "groups": groups});
    let fresh = Call::new(Method::POST, path).by(role).json(&body).send(app).await.ok();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&fresh["accessToken"]["id"]), text(&fresh["token"]))
}

/// A call with any credential.
async fn call_with(app: &TestApp, (method, path): (Method, &str), token: &str) -> Reply {
    Call::new(method, path).by(Role::Anonymous).header("authorization", token).send(app).await
}

/// The newest change of people, member by member: who, what and the names of the members.
async fn newest_change(app: &TestApp, asset: &str) -> Value {
    let log = app.get("/audit/users?diff=true").await.ok();
    log["diff"][format!("/{asset}")][0].clone()
}

/// Recipients and texts of the messages for a purpose that were not sent, the oldest first.
async fn outbox(app: &TestApp, purpose: &str) -> Vec<(String, String)> {
    let held = gridfolio::messages::outbox::list(&app.app).await.unwrap();
    let held = held.into_iter().filter(|one| one.words[0] == purpose);
    held.map(|one| one.content.map(|content| (content.to, content.text)).unwrap()).collect()
}

/// The password in an invitation.
fn temporary_password(text: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix("Temporary password: "));
    line.expect("an invitation names the password").to_owned()
}

/// What sign-in with a password answers.
async fn sign_in_answer(app: &TestApp, email: &str, password: &str) -> Value {
    let body = json!({"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "clientoftests",
        "AuthParameters": {"USERNAME": email, "PASSWORD": password}});
    let call = Call::new(Method::POST, "/").by(Role::Anonymous).json(&body);
    call.header("x-amz-target", "AWSCognitoIdentityProviderService.InitiateAuth").send(app).await.json()
}

/// The id token of a session that begins now.
async fn fresh_token(app: &TestApp, role: Role) -> String {
    let answer = sign_in_answer(app, role.email(), PASSWORD).await;
    answer["AuthenticationResult"]["IdToken"].as_str().unwrap().to_owned()
}

/// Gives a person a second factor, as if they had set it up.
async fn set_second_factor(app: &TestApp, role: Role) {
    app.token_of(role).await;
    let mut tx = app.app.db.write().await.unwrap();
    let account = store::find_account_by_email(&mut tx, role.email()).await.unwrap().unwrap();
    let mut credential = account.credential;
    credential.totp_on = true;
    credential.totp_secret = Some(b"sealed".to_vec());
    assert!(
        store::update_credential(&mut tx, &account.user.key, credential.epoch, &credential).await.unwrap()
    );
    tx.commit().await.unwrap();
}
