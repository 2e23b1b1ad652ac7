//! SQL of events, notifications and alerts: what stands beside their documents, and their lists.

use gridfolio_db::{Query, Session, query};
use gridfolio_wire::alerts::Event;
use gridfolio_wire::notifications::Notification;
use gridfolio_wire::{EventId, ProjectCode, UserId};

use crate::alerts::model::{Beginning, StoredEvent};
use crate::kit::access::{Actor, Condition, Scope};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::rows::{self, Column};
use crate::kit::stored::{Kind as _, Stored};
use crate::kit::tx::Tx;

type EventRow = (String, i64, String, i64, String, String, String, i64);

const SELECT: &str =
    "SELECT id, revision, document, start_at, zone, made_by, made_by_name, updated_at FROM event";

fn event(row: EventRow) -> ApiResult<StoredEvent> {
    let (id, revision, document, at, zone, maker_id, maker_name, updated_at) = row;
    Ok(StoredEvent {
        event: Stored::from_row(id.parse().map_err(ApiError::internal)?, revision, &document)?,
        beginning: Beginning { at, zone },
        maker: Actor::named(&maker_id, &maker_name, None),
        updated_at,
    })
}

async fn events(session: &mut Session, query: Query) -> ApiResult<Vec<StoredEvent>> {
    let found: Vec<EventRow> = query.all(session).await?;
    found.into_iter().map(event).collect()
}

/// An event; 404 without it.
pub async fn get_event(session: &mut Session, id: &EventId) -> ApiResult<StoredEvent> {
    let query = Query::assembled(format!("{SELECT} WHERE id = $1")).bind(id.as_str());
    events(session, query).await?.pop().ok_or_else(|| Stored::<Event>::missing(id))
}

/// The events that the caller may see and that begin between two instants, in this order.
pub async fn list_events(
    session: &mut Session,
    scope: &Scope,
    (from, until): (i64, i64),
) -> ApiResult<Vec<StoredEvent>> {
    let Condition { sql, binds } = scope.on_projects("project", 3);
    let text = format!(
        "{SELECT} WHERE {sql} AND start_at >= $1 AND start_at < $2 ORDER BY start_at, created_at, id"
    );
    events(session, Query::assembled(text).bind(from).bind(until).bind_all(binds)).await
}

/// The events of a project that read wall time in another zone.
pub async fn list_events_outside(
    session: &mut Session,
    project: &ProjectCode,
    zone: &str,
) -> ApiResult<Vec<StoredEvent>> {
    let query = Query::assembled(format!("{SELECT} WHERE project = $1 AND zone <> $2"));
    events(session, query.bind(project.as_str()).bind(zone)).await
}

fn columns(event: &Stored<Event>, beginning: &Beginning) -> Vec<Column> {
    vec![
        ("start_at", beginning.at.into()),
        ("zone", beginning.zone.as_str().into()),
        ("project", Event::project_in(&event.document).into()),
    ]
}

/// Writes a new event, made by the one who writes.
pub async fn insert_event(tx: &mut Tx, new: &Stored<Event>, beginning: &Beginning) -> ApiResult<()> {
    let mut columns = columns(new, beginning);
    columns.push(("made_by", tx.actor().id.as_str().into()));
    columns.push(("made_by_name", tx.actor().name.as_str().into()));
    rows::insert(tx, new, columns).await
}

/// Replaces an event, if it still is at the revision before, and in the zone that was read with it.
pub async fn update_event(
    tx: &mut Tx,
    after: &Stored<Event>,
    beginning: &Beginning,
    zone_before: &str,
) -> ApiResult<()> {
    rows::update_if(tx, after, columns(after, beginning), Some(("zone", zone_before.into()))).await
}

/// Gives an event another beginning without changing its document.
pub async fn update_beginning(tx: &mut Tx, id: &EventId, beginning: &Beginning) -> ApiResult<()> {
    query("UPDATE event SET start_at = $2, zone = $3 WHERE id = $1")
        .bind(id.as_str())
        .bind(beginning.at)
        .bind(&beginning.zone)
        .execute(tx)
        .await?;
    Ok(())
}

/// What a person wants to be told of, in the order in which it was made.
pub async fn list_notifications(
    session: &mut Session,
    user: &UserId,
) -> ApiResult<Vec<Stored<Notification>>> {
    let text = format!("{} WHERE app_user = $1 ORDER BY created_at, id", rows::select::<Notification>());
    rows::all(session, Query::assembled(text).bind(user.as_str())).await
}

/// An alert of one person.
#[derive(Debug, Clone)]
pub struct AlertRow {
    /// Its id.
    pub id: String,
    /// Who was alerted.
    pub user: UserId,
    /// The notification that it was sent by, the first of several.
    pub notification: Option<String>,
    /// When, ms since 1970 UTC.
    pub at: i64,
    /// What happened.
    pub message: String,
}

/// Writes an alert.
pub async fn insert_alert(session: &mut Session, row: &AlertRow) -> ApiResult<()> {
    let AlertRow { id, user, notification, at, message } = row;
    query("INSERT INTO alert (id, app_user, user_notification, at, message) VALUES ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(user.as_str())
        .bind(notification.clone())
        .bind(*at)
        .bind(message)
        .execute(session)
        .await?;
    Ok(())
}

/// The alerts of a person between two instants, the newest first.
pub async fn list_alerts(
    session: &mut Session,
    user: &UserId,
    (from, until): (i64, i64),
) -> ApiResult<Vec<AlertRow>> {
    let rows: Vec<(String, Option<String>, i64, String)> = query(
        "SELECT id, user_notification, at, message FROM alert WHERE app_user = $1 AND at >= $2 AND at < $3 \
         ORDER BY at DESC, id DESC",
    )
    .bind(user.as_str())
    .bind(from)
    .bind(until)
    .all(session)
    .await?;
    let alert =
        |(id, notification, at, message)| AlertRow { id, user: user.clone(), notification, at, message };
    Ok(rows.into_iter().map(alert).collect())
}

/// Forgets alerts from before an instant.
pub async fn delete_alerts_before(session: &mut Session, at: i64) -> ApiResult<()> {
    query("DELETE FROM alert WHERE at < $1").bind(at).execute(session).await?;
    Ok(())
}

/// Forgets the alerts of a person.
pub async fn delete_alerts(session: &mut Session, user: &UserId) -> ApiResult<()> {
    query("DELETE FROM alert WHERE app_user = $1").bind(user.as_str()).execute(session).await?;
    Ok(())
}
