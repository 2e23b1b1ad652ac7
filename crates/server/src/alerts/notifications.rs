//! `/users/{userId}/notifications` and `/users/{userId}/alerts`: what people want to be told of and how, and what they
//! were alerted of.
//!
//! A person's notifications are their own; those who may change accounts change others'.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use gridfolio_db::Session;
use gridfolio_wire::error::Fault;
use gridfolio_wire::identity::User;
use gridfolio_wire::notifications::{Alerts, Notification, NotificationAnswer, Notifications, Protocol};
use gridfolio_wire::{Empty, NotificationId, UserId};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::alerts::alarm::{self, AlertsQuery};
use crate::alerts::store;
use crate::app::App;
use crate::identity::administer::check_told;
use crate::identity::model;
use crate::kit::access::{Area, Can, EditInOwn, EditOwn, FromPath, PathParams, Person, ReadOwn, Verb};
use crate::kit::body::Body;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::params::Query;
use crate::kit::rows::{self, Table, parsed};
use crate::kit::stored::{Document, Kind, Stored, document_answer};
use crate::kit::tx::Change;
use crate::messages::mail_address;

/// Most notifications of a person: each is a message for every alert.
const MOST: usize = 20;

/// The key of a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationKey {
    /// Whose it is.
    pub user: UserId,
    /// Which.
    pub id: NotificationId,
}

impl Kind for Notification {
    type Key = NotificationKey;
    const KIND: &'static str = "notification";
    const AREA: Area = Area::People;

    fn asset(key: &NotificationKey) -> String {
        format!("{}/{}", key.user, key.id)
    }

    fn project(_: &NotificationKey) -> Option<&str> {
        None
    }
}

impl Table for Notification {
    const TABLE: &'static str = "user_notification";
    const KEY: &'static [&'static str] = &["app_user", "id"];

    fn key_columns(key: &NotificationKey) -> Vec<&str> {
        vec![key.user.as_str(), key.id.as_str()]
    }

    fn key_of(columns: &[String]) -> Result<NotificationKey, String> {
        Ok(NotificationKey { user: parsed(columns, 0)?, id: parsed(columns, 1)? })
    }
}

impl FromPath for Notification {
    async fn from_path(path: &PathParams, session: &mut Session) -> ApiResult<Stored<Self>> {
        let user = path.known("userId", "user")?;
        rows::get(session, &NotificationKey { user, id: path.known("notificationId", "notification")? }).await
    }

    fn is_visible_to(notification: &Stored<Self>, person: &Person) -> bool {
        notification.key.user == person.id || person.may(Area::People, Verb::Read)
    }
}

/// The operations on notifications and alerts.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_notifications, create_notification))
        .routes(routes!(update_notification, delete_notification))
        .routes(routes!(list_alerts))
}

/// What a user wants to be told of, and how.
#[utoipa::path(get, path = "/users/{userId}/notifications", tag = "alerts",
    responses((status = 200, description = "the notifications, in the order in which they were made", body = Notifications)))]
pub async fn list_notifications(mut user: Can<ReadOwn, Stored<User>>) -> ApiResult<Json<Value>> {
    let found = store::list_notifications(&mut user.snapshot, &user.resource.key).await?;
    let found: Vec<Document> = found.iter().map(shown).collect();
    Ok(Json(json!({"notifications": found})))
}

/// Adds a notification to a user; the server gives it its id.
#[utoipa::path(post, path = "/users/{userId}/notifications", tag = "alerts", request_body = Notification,
    responses((status = 200, description = "the notification as stored", body = NotificationAnswer)))]
pub async fn create_notification(
    State(app): State<App>,
    mut user: Can<EditInOwn, Stored<User>>,
    body: Body<Notification>,
) -> ApiResult<Response> {
    check_told(&mut user.snapshot, &user.person, &user.resource).await?;
    check_endpoint(&body.view)?;
    let (user, mut tx) = user.begin(&app).await?;
    // Two who add at the same time wait for each other.
    rows::hold::<User>(&mut tx, &user.key).await?;
    if store::list_notifications(&mut tx, &user.key).await?.len() >= MOST {
        return Err(ApiError::Conflict(format!("a user has at most {MOST} notifications: remove one first")));
    }
    let key = NotificationKey { user: user.key, id: app.ids.uuid().parse()? };
    let made = Stored::new(key, body.document);
    rows::insert(&mut tx, &made, vec![]).await?;
    tx.commit(Change::create(&made)).await?;
    Ok(answer(&made))
}

/// Replaces a notification.
#[utoipa::path(put, path = "/users/{userId}/notifications/{notificationId}", tag = "alerts",
    request_body = Notification,
    responses((status = 200, description = "the notification as stored", body = NotificationAnswer)))]
pub async fn update_notification(
    State(app): State<App>,
    mut found: Can<EditOwn, Stored<Notification>>,
    body: Body<Notification>,
) -> ApiResult<Response> {
    check_owner(&mut found).await?;
    check_endpoint(&body.view)?;
    let (before, mut tx) = found.begin(&app).await?;
    let after = before.replaced(body.document);
    rows::update(&mut tx, &after, vec![]).await?;
    tx.commit(Change::update(&before, &after)).await?;
    Ok(answer(&after))
}

/// Removes a notification.
#[utoipa::path(delete, path = "/users/{userId}/notifications/{notificationId}", tag = "alerts",
    responses((status = 200, description = "removed", body = Empty)))]
pub async fn delete_notification(
    State(app): State<App>,
    mut found: Can<EditOwn, Stored<Notification>>,
) -> ApiResult<Json<Empty>> {
    check_owner(&mut found).await?;
    let (gone, mut tx) = found.begin(&app).await?;
    rows::delete(&mut tx, &gone).await?;
    tx.commit(Change::delete(&gone)).await?;
    Ok(Json(Empty {}))
}

/// What a user was alerted of in a period: without `start` and `end` in the last 30 days, of which today is one.
#[utoipa::path(get, path = "/users/{userId}/alerts", tag = "alerts", params(AlertsQuery),
    responses((status = 200, description = "the alerts by id, the newest first", body = Alerts)))]
pub async fn list_alerts(
    State(app): State<App>,
    mut user: Can<ReadOwn, Stored<User>>,
    Query(asked): Query<AlertsQuery>,
) -> ApiResult<Json<Value>> {
    let zone = model::zone(&user.resource);
    let range = asked.range(app.clock.now(), &zone)?;
    let found = store::list_alerts(&mut user.snapshot, &user.resource.key, range.instants(&zone)?).await?;
    let events = found.into_iter().map(|row| alarm::shown(row, &user.resource));
    let events: Document = events.collect::<ApiResult<_>>()?;
    Ok(Json(json!({"events": events, "range": range.local(&zone)?})))
}

async fn check_owner(found: &mut Can<EditOwn, Stored<Notification>>) -> ApiResult<()> {
    let user: Stored<User> = rows::get(&mut found.snapshot, &found.resource.key.user).await?;
    check_told(&mut found.snapshot, &found.person, &user).await
}

/// Refuses an endpoint to which nothing can be sent.
fn check_endpoint(view: &Notification) -> ApiResult<()> {
    let (good, rule) = match view.protocol {
        Protocol::Email => (mail_address(&view.endpoint).is_some(), "an e-mail address"),
        Protocol::Sms => {
            (is_telephone(&view.endpoint), "a telephone number with country code, such as +15550100200")
        }
    };
    // It is written to as it was sent.
    if good && view.endpoint.trim() == view.endpoint {
        return Ok(());
    }
    let rule = format!(
        "{:?} must be {rule}, without spaces around it",
        view.endpoint.chars().take(60).collect::<String>()
    );
    Err(ApiError::faults(vec![Fault { field: "endpoint".to_owned(), rule }]))
}

/// `+`, then 7 to 15 digits, perhaps with spaces, dashes, dots and brackets between them.
fn is_telephone(text: &str) -> bool {
    let Some(rest) = text.trim().strip_prefix('+') else { return false };
    let digits = rest.chars().filter(char::is_ascii_digit).count();
    (7..=15).contains(&digits) && rest.chars().all(|c| c.is_ascii_digit() || " -.()".contains(c))
}

fn shown(one: &Stored<Notification>) -> Document {
    model::with_id(one.key.id.as_str(), &one.document)
}

fn answer(one: &Stored<Notification>) -> Response {
    document_answer(one, "notification", Value::Object(shown(one)))
}

#[cfg(test)]
mod tests {
    use super::is_telephone;

    #[test]
    fn a_telephone_number_has_a_country_code() {
        for good in ["+15550100200", "+49 (30) 123-456.7", " +4930123 "] {
            assert!(is_telephone(good), "{good}");
        }
        for bad in ["15550100200", "+123456", "+1234567890123456", "+1555 ext 12", "a@example.org", ""] {
            assert!(!is_telephone(bad), "{bad}");
        }
    }
}
