//! `/events` and `/events/{eventId}`.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use gridfolio_wire::Empty;
use gridfolio_wire::alerts::{Event, EventAnswer, Events};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::alerts::model::StoredEvent;
use crate::alerts::{notifications, service};
use crate::app::App;
use crate::kit::access::{Can, CreateEvent, Edit, May, Read, Visible};
use crate::kit::body::Body;
use crate::kit::error::ApiResult;
use crate::kit::params::Query;
use crate::kit::range::{Range, RangeQuery};
use crate::kit::stored::document_answer;

/// The operations of this area.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_events, create_event))
        .routes(routes!(get_event, update_event, delete_event))
        .routes(routes!(resolve_event))
        .merge(notifications::routes())
}

/// The events that begin in a period. Dates and wall time are read in the zone of each event's project.
#[utoipa::path(get, path = "/events", tag = "alerts", params(RangeQuery),
    responses((status = 200, description = "the events, by the time at which they begin", body = Events)))]
pub async fn list_events(
    State(app): State<App>,
    visible: Visible<Event>,
    Query(range): Query<Range>,
) -> ApiResult<Json<Value>> {
    let mut snapshot = app.db.read().await?;
    let events = service::list_events(&mut snapshot, &visible.scope, &range).await?;
    let events: Vec<Value> = events.iter().map(StoredEvent::value).collect();
    Ok(Json(json!({"events": events, "range": range.local(&TimeZone::UTC)?})))
}

/// Makes an event; its id is in the answer.
#[utoipa::path(post, path = "/events", tag = "alerts", request_body = Event,
    responses((status = 200, description = "the event as stored", body = EventAnswer)))]
pub async fn create_event(
    State(app): State<App>,
    may: May<CreateEvent>,
    body: Body<Event>,
) -> ApiResult<Response> {
    Ok(answer(&service::create_event(may.begin(&app).await?, body).await?))
}

/// One event.
#[utoipa::path(get, path = "/events/{eventId}", tag = "alerts",
    responses((status = 200, description = "the event", body = EventAnswer)))]
pub async fn get_event(event: Can<Read, StoredEvent>) -> Response {
    answer(&event.resource)
}

/// Replaces an event.
#[utoipa::path(put, path = "/events/{eventId}", tag = "alerts", request_body = Event,
    responses((status = 200, description = "the event as stored", body = EventAnswer)))]
pub async fn update_event(
    State(app): State<App>,
    event: Can<Edit, StoredEvent>,
    body: Body<Event>,
) -> ApiResult<Response> {
    let (before, tx) = event.begin(&app).await?;
    Ok(answer(&service::update_event(tx, before, body).await?))
}

/// Removes an event.
#[utoipa::path(delete, path = "/events/{eventId}", tag = "alerts",
    responses((status = 200, description = "removed", body = Empty)))]
pub async fn delete_event(State(app): State<App>, event: Can<Edit, StoredEvent>) -> ApiResult<Json<Empty>> {
    let (event, tx) = event.begin(&app).await?;
    service::delete_event(tx, event).await?;
    Ok(Json(Empty {}))
}

/// Ends an event now. One that has ended stays as it is.
#[utoipa::path(put, path = "/events/{eventId}/resolve", tag = "alerts",
    responses((status = 200, description = "the event as stored", body = EventAnswer)))]
pub async fn resolve_event(State(app): State<App>, event: Can<Edit, StoredEvent>) -> ApiResult<Response> {
    let (before, tx) = event.begin(&app).await?;
    Ok(answer(&service::resolve_event(tx, before).await?))
}

fn answer(event: &StoredEvent) -> Response {
    document_answer(&event.event, "event", event.value())
}
