//! `/user-groups` and `/users/{userId}/groups`: the groups there are, and those that people have.

use axum::Json;
use axum::extract::State;
use gridfolio_wire::Empty;
use gridfolio_wire::identity::{User, UserGroup, UserGroups};
use serde_json::{Map, Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::identity::administer::Administrator;
use crate::identity::{model, people};
use crate::kit::access::{Can, Edit, Group, May, Own, PathParams, ReadOwn, ReadPeople};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::stored::Stored;

/// The operations on groups.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_groups))
        .routes(routes!(list_user_groups))
        .routes(routes!(reset_user_groups))
        .routes(routes!(add_user_group, remove_user_group))
        .routes(routes!(get_user_groups_schema))
}

/// The groups there are.
#[utoipa::path(get, path = "/user-groups", tag = "identity",
    responses((status = 200, description = "the groups by id", body = UserGroups)))]
pub async fn list_groups(_: May<ReadPeople>) -> Json<Value> {
    Json(by_id(Group::ALL.iter().copied()))
}

/// The groups that a user has.
#[utoipa::path(get, path = "/users/{userId}/groups", tag = "identity",
    responses((status = 200, description = "the groups by id", body = UserGroups)))]
pub async fn list_user_groups(user: Can<ReadOwn, Stored<User>>) -> Json<Value> {
    Json(by_id(model::groups(&user.resource).iter()))
}

/// Puts a user into a group. One who is in it stays in it.
#[utoipa::path(put, path = "/users/{userId}/groups/{groupId}", tag = "identity",
    responses((status = 200, description = "the user is in the group", body = Empty)))]
pub async fn add_user_group(State(app): State<App>, user: Can<Edit, Stored<User>>) -> ApiResult<Json<Empty>> {
    let by = Administrator::from(&user.person);
    let group = group(user.path())?;
    let (before, tx) = user.begin(&app).await?;
    people::change_groups(tx, &by, &before, model::groups(&before).with(group)).await?;
    Ok(Json(Empty {}))
}

/// Takes a user out of a group. One who is not in it stays out of it.
#[utoipa::path(delete, path = "/users/{userId}/groups/{groupId}", tag = "identity",
    responses((status = 200, description = "the user is not in the group", body = Empty)))]
pub async fn remove_user_group(
    State(app): State<App>,
    user: Can<Edit, Stored<User>>,
) -> ApiResult<Json<Empty>> {
    let by = Administrator::from(&user.person);
    let group = group(user.path())?;
    let (before, tx) = user.begin(&app).await?;
    people::change_groups(tx, &by, &before, model::groups(&before).without(group)).await?;
    Ok(Json(Empty {}))
}

/// Gives a user the groups of their type, and no others.
#[utoipa::path(put, path = "/users/{userId}/groups/reset", tag = "identity",
    responses((status = 200, description = "the user has the groups of their type", body = Empty)))]
pub async fn reset_user_groups(
    State(app): State<App>,
    user: Can<Edit, Stored<User>>,
) -> ApiResult<Json<Empty>> {
    let by = Administrator::from(&user.person);
    let (before, tx) = user.begin(&app).await?;
    people::reset_groups(tx, &by, &before).await?;
    Ok(Json(Empty {}))
}

/// JSON Schema of the groups of a user: what the form of permissions needs.
#[utoipa::path(get, path = "/schemas/user-groups", tag = "schemas",
    responses((status = 200, description = "the schema, JSON Schema 2020-12", body = Object)))]
pub async fn get_user_groups_schema(_: May<Own>) -> Json<Value> {
    let words: Vec<&str> = Group::ALL.iter().map(|group| group.word()).collect();
    let titled: Vec<Value> =
        Group::ALL.iter().map(|group| json!({"const": group.word(), "title": group.description()})).collect();
    Json(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "User Groups", "type": "object",
        "properties": {"groups": {"type": "array", "title": "Permissions", "uniqueItems": true,
            "items": {"type": "string", "enum": words, "oneOf": titled}}},
        "additionalProperties": true
    }))
}

fn group(path: &PathParams) -> ApiResult<Group> {
    let word = path.text("groupId")?;
    Group::from_word(word).ok_or_else(|| ApiError::NotFound(format!("there is no group {word:?}")))
}

fn by_id(groups: impl Iterator<Item = Group>) -> Value {
    let entry = |group: Group| {
        let id = group.word().to_owned();
        (id.clone(), json!(UserGroup { id, description: group.description().to_owned() }))
    };
    json!({"groups": groups.map(entry).collect::<Map<String, Value>>()})
}
