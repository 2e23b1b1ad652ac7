//! `/users` and `/users/{userId}`: the accounts, as administrators and their owners see them.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use gridfolio_wire::identity::{Mfa, MfaState, User, Users};
use gridfolio_wire::{Empty, UserId};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::identity::administer::Administrator;
use crate::identity::people::Temporary;
use crate::identity::{model, people, store};
use crate::kit::access::{Can, CreatePeople, Edit, May, ReadOwn, ReadPeople};
use crate::kit::body::Body;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::limits::Limit;
use crate::kit::stored::{Document, Stored, bare_answer};

/// The operations on users.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_users, create_user))
        .routes(routes!(get_user, update_user, delete_user))
        .routes(routes!(resend_invitation))
        .routes(routes!(get_user_mfa, reset_user_mfa))
}

/// The members of an account that stand beside the ids of a list: none of them is an object, so none looks like a user.
const BESIDE: [&str; 5] = ["email", "firstName", "lastName", "timezone", "userType"];

/// The users, by address.
#[utoipa::path(get, path = "/users", tag = "identity",
    responses((status = 200, description = "the users by id, and beside the ids the caller's own members", body = Users)))]
pub async fn list_users(State(app): State<App>, may: May<ReadPeople>) -> ApiResult<Json<Value>> {
    let mut snapshot = app.db.read().await?;
    let users = store::list_users(&mut snapshot).await?;
    let own = users.iter().find(|user| user.key == may.person.id);
    let mut listed = Document::new();
    for name in BESIDE {
        if let Some(value) = own.and_then(|own| own.document.get(name)) {
            listed.insert(name.to_owned(), value.clone());
        }
    }
    let scope = &may.person.scope;
    listed.extend(users.iter().map(|user| (user.key.to_string(), Value::Object(model::seen(user, scope)))));
    Ok(Json(json!({"users": listed})))
}

/// Makes a user and invites them by mail, with a temporary password that holds 7 days.
#[utoipa::path(post, path = "/users", tag = "identity", request_body = User,
    responses((status = 200, description = "the user as stored", body = User)))]
pub async fn create_user(
    State(app): State<App>,
    may: May<CreatePeople>,
    body: Body<User>,
) -> ApiResult<Response> {
    let person = &may.person;
    app.limits.check(Limit::InvitationSender, person.id.as_str())?;
    let id: UserId = app.ids.uuid().parse()?;
    let temporary = Temporary::make(&app, &id).await?;
    let tx = may.begin(&app).await?;
    let user = people::create_user(tx, &Administrator::from(person), (id, temporary), body).await?;
    Ok(bare_answer(&user, model::seen(&user, &person.scope)))
}

/// Invites a user again, with another temporary password. A body is ignored.
#[utoipa::path(put, path = "/users/{userId}/resend", tag = "identity",
    responses((status = 200, description = "invited again", body = Empty)))]
pub async fn resend_invitation(
    State(app): State<App>,
    mut user: Can<Edit, Stored<User>>,
) -> ApiResult<Json<Empty>> {
    let by = Administrator::from(&user.person);
    // Whoever may not must not use up what others may.
    by.check_over(&mut user.snapshot, &user.resource).await?;
    app.limits.check(Limit::InvitationSender, user.person.id.as_str())?;
    app.limits.check(Limit::InvitationAddress, &model::email_key(model::email(&user.resource)))?;
    let temporary = Temporary::make(&app, &user.resource.key).await?;
    let (user, tx) = user.begin(&app).await?;
    people::invite_again(tx, &by, &user, temporary).await?;
    Ok(Json(Empty {}))
}

/// One user.
#[utoipa::path(get, path = "/users/{userId}", tag = "identity",
    responses((status = 200, description = "the user", body = User)))]
pub async fn get_user(user: Can<ReadOwn, Stored<User>>) -> Response {
    bare_answer(&user.resource, model::seen(&user.resource, &user.person.scope))
}

/// Replaces a user. Another type brings its groups; the same one leaves the groups as they are.
#[utoipa::path(put, path = "/users/{userId}", tag = "identity", request_body = User,
    responses((status = 200, description = "the user as stored", body = User)))]
pub async fn update_user(
    State(app): State<App>,
    user: Can<Edit, Stored<User>>,
    body: Body<User>,
) -> ApiResult<Response> {
    let (by, scope) = (Administrator::from(&user.person), user.person.scope.clone());
    let (before, tx) = user.begin(&app).await?;
    let after = people::update_user(tx, &by, &before, body).await?;
    Ok(bare_answer(&after, model::seen(&after, &scope)))
}

/// Removes a user; all their sessions and tokens end at once.
#[utoipa::path(delete, path = "/users/{userId}", tag = "identity",
    responses((status = 200, description = "removed", body = Empty)))]
pub async fn delete_user(State(app): State<App>, user: Can<Edit, Stored<User>>) -> ApiResult<Json<Empty>> {
    let by = Administrator::from(&user.person);
    let (user, tx) = user.begin(&app).await?;
    people::delete_user(tx, &by, &user).await?;
    Ok(Json(Empty {}))
}

/// Whether sign-in asks a user for a second factor.
#[utoipa::path(get, path = "/users/{userId}/mfa", tag = "identity",
    responses((status = 200, description = "`SOFTWARE_TOKEN_MFA` or `NOMFA`", body = MfaState)))]
pub async fn get_user_mfa(mut user: Can<ReadOwn, Stored<User>>) -> ApiResult<Json<MfaState>> {
    let account = store::find_account(&mut user.snapshot, &user.resource.key).await?;
    let account = account.ok_or_else(|| ApiError::internal("a user without a credential"))?;
    let mfa = if account.credential.totp_on { Mfa::SoftwareToken } else { Mfa::Off };
    Ok(Json(MfaState { mfa }))
}

/// Takes a user's second factor away and ends their sessions; they are told by mail, and administrators are alerted.
#[utoipa::path(delete, path = "/users/{userId}/mfa", tag = "identity",
    responses((status = 200, description = "sign-in asks for no second factor", body = Empty)))]
pub async fn reset_user_mfa(State(app): State<App>, user: Can<Edit, Stored<User>>) -> ApiResult<Json<Empty>> {
    let by = Administrator::from(&user.person);
    let (user, tx) = user.begin(&app).await?;
    people::reset_mfa(tx, &by, &user).await?;
    Ok(Json(Empty {}))
}
