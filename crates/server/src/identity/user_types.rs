//! `/user-types` and `/user-types/{userTypeId}`: the types of users, whose groups people begin with.
//!
//! A changed type changes nobody: people keep the groups that they have, until they get another type or
//! `/users/{userId}/groups/reset` is asked for.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use gridfolio_db::{Query, Session};
use gridfolio_wire::error::Fault;
use gridfolio_wire::identity::{Application, User, UserType, UserTypes};
use gridfolio_wire::{Empty, UserTypeId};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::identity::administer::Administrator;
use crate::identity::{model, store};
use crate::kit::access::{
    Area, Can, CreatePeople, Edit, FromPath, Group, Groups, May, PathParams, Person, Read, ReadPeople,
};
use crate::kit::body::Body;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::rows::{self, Table, parsed};
use crate::kit::stored::{Document, Kind, Stored, bare_answer};
use crate::kit::tx::{Change, Tx};

impl Kind for UserType {
    type Key = UserTypeId;
    const KIND: &'static str = "user-type";
    const AREA: Area = Area::People;

    fn asset(key: &UserTypeId) -> String {
        key.to_string()
    }

    fn project(_: &UserTypeId) -> Option<&str> {
        None
    }
}

impl Table for UserType {
    const TABLE: &'static str = "user_type";
    const KEY: &'static [&'static str] = &["id"];

    fn key_columns(key: &UserTypeId) -> Vec<&str> {
        vec![key.as_str()]
    }

    fn key_of(columns: &[String]) -> Result<UserTypeId, String> {
        parsed(columns, 0)
    }
}

impl FromPath for UserType {
    async fn from_path(path: &PathParams, session: &mut Session) -> ApiResult<Stored<Self>> {
        rows::get(session, &path.known("userTypeId", "user-type")?).await
    }

    /// Types belong to no project: who sees accounts sees them.
    fn is_visible_to(_: &Stored<Self>, _: &Person) -> bool {
        true
    }
}

/// Keeps a type from going until the transaction ends. Tells whether it is there.
pub async fn hold(tx: &mut Tx, id: &UserTypeId) -> ApiResult<bool> {
    rows::hold::<UserType>(tx, id).await
}

/// The groups that people of a type begin with; none without a type.
pub async fn groups_of(session: &mut Session, id: Option<&str>) -> ApiResult<Groups> {
    let Some(Ok(id)) = id.map(str::parse) else { return Ok(Groups::NONE) };
    let found: Option<Stored<UserType>> = rows::find(session, &id).await?;
    Ok(found.map_or(Groups::NONE, |found| groups(&found.document)))
}

fn groups(document: &Document) -> Groups {
    let words = document.get("groups").and_then(Value::as_array);
    Groups::from_words(words.into_iter().flatten().filter_map(Value::as_str))
}

/// The operations on types of users.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_user_types, create_user_type)).routes(routes!(
        get_user_type,
        update_user_type,
        delete_user_type
    ))
}

/// The types of users.
#[utoipa::path(get, path = "/user-types", tag = "identity",
    responses((status = 200, description = "the types by id, and beside the ids the first one's members", body = UserTypes)))]
pub async fn list_user_types(State(app): State<App>, _: May<ReadPeople>) -> ApiResult<Json<Value>> {
    let mut snapshot = app.db.read().await?;
    let text = format!("{} ORDER BY id", rows::select::<UserType>());
    let types: Vec<Stored<UserType>> = rows::all(&mut snapshot, Query::assembled(text)).await?;
    let first = |name| types.first().and_then(|one| one.document.get(name)).cloned();
    let mut listed = Document::new();
    listed.insert("name".to_owned(), first("name").unwrap_or_else(|| json!("")));
    listed.insert("application".to_owned(), first("application").unwrap_or_else(|| json!(Application::Ams)));
    listed.extend(types.iter().map(|one| (one.key.to_string(), Value::Object(shown(one)))));
    Ok(Json(json!({"userTypes": listed})))
}

/// Makes a type of users; the server gives it its id.
#[utoipa::path(post, path = "/user-types", tag = "identity", request_body = UserType,
    responses((status = 200, description = "the type as stored", body = UserType)))]
pub async fn create_user_type(
    State(app): State<App>,
    may: May<CreatePeople>,
    body: Body<UserType>,
) -> ApiResult<Response> {
    check(&Administrator::from(&may.person), &body.view, None)?;
    let mut tx = may.begin(&app).await?;
    let made = Stored::new(app.ids.uuid().parse()?, body.document);
    rows::insert(&mut tx, &made, vec![]).await?;
    tx.commit(Change::create(&made)).await?;
    Ok(answer(&made))
}

/// One type of users. A body is ignored: existing clients send one.
#[utoipa::path(get, path = "/user-types/{userTypeId}", tag = "identity",
    responses((status = 200, description = "the type", body = UserType)))]
pub async fn get_user_type(found: Can<Read, Stored<UserType>>) -> Response {
    answer(&found.resource)
}

/// Replaces a type of users. Its people keep the groups that they have.
#[utoipa::path(put, path = "/user-types/{userTypeId}", tag = "identity", request_body = UserType,
    responses((status = 200, description = "the type as stored", body = UserType)))]
pub async fn update_user_type(
    State(app): State<App>,
    found: Can<Edit, Stored<UserType>>,
    body: Body<UserType>,
) -> ApiResult<Response> {
    check(&Administrator::from(&found.person), &body.view, Some(&found.resource))?;
    let (before, mut tx) = found.begin(&app).await?;
    let after = before.replaced(body.document);
    rows::update(&mut tx, &after, vec![]).await?;
    tx.commit(Change::update(&before, &after)).await?;
    Ok(answer(&after))
}

/// Removes a type of users that nobody is of.
#[utoipa::path(delete, path = "/user-types/{userTypeId}", tag = "identity",
    responses((status = 200, description = "removed", body = Empty)))]
pub async fn delete_user_type(
    State(app): State<App>,
    found: Can<Edit, Stored<UserType>>,
) -> ApiResult<Json<Empty>> {
    Administrator::from(&found.person).check_groups(groups(&found.resource.document))?;
    let (gone, mut tx) = found.begin(&app).await?;
    // First the type goes, then its people are counted: who takes it at this very moment holds it.
    rows::delete(&mut tx, &gone).await?;
    let people = store::list_users(&mut tx).await?;
    let its = |user: &&Stored<User>| user.text_member("userType") == Some(gone.key.as_str());
    let count = people.iter().filter(its).count();
    if count > 0 {
        let who = if count == 1 { "1 user is".to_owned() } else { format!("{count} users are") };
        return Err(ApiError::Conflict(format!("{who} of this type: give them another one first")));
    }
    tx.commit(Change::delete(&gone)).await?;
    Ok(Json(Empty {}))
}

/// Refuses words that are no group's, and groups that the caller does not have.
fn check(by: &Administrator, view: &UserType, before: Option<&Stored<UserType>>) -> ApiResult<()> {
    let words = view.groups.as_deref().unwrap_or_default();
    let faults: Vec<Fault> = (0..)
        .zip(words)
        .filter(|(_, word)| Group::from_word(word).is_none())
        .map(|(index, word): (usize, _)| Fault {
            field: format!("groups[{index}]"),
            rule: format!("{word:?} must be the id of a group; GET /user-groups lists them"),
        })
        .collect();
    if !faults.is_empty() {
        return Err(ApiError::faults(faults));
    }
    if let Some(before) = before {
        by.check_groups(groups(&before.document))?;
    }
    by.check_groups(Groups::from_words(words.iter().map(String::as_str)))
}

fn shown(one: &Stored<UserType>) -> Document {
    model::with_id(one.key.as_str(), &one.document)
}

fn answer(one: &Stored<UserType>) -> Response {
    bare_answer(one, shown(one))
}
