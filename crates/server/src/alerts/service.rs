//! Writing events, and finding those of a period; forgetting people.

use gridfolio_db::Session;
use gridfolio_wire::alerts::Event;
use gridfolio_wire::error::Fault;
use gridfolio_wire::time::Moment;
use gridfolio_wire::{ProjectCode, UserId};
use jiff::tz::TimeZone;

use crate::alerts::model::{Beginning, StoredEvent};
use crate::alerts::{place, store};
use crate::kit::access::Scope;
use crate::kit::body::Body;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::notes::{self, Author};
use crate::kit::params::parse_moment;
use crate::kit::range::{Range, instant};
use crate::kit::rows;
use crate::kit::stored::{Document, Stored};
use crate::kit::tx::{Change, Tx};

/// No zone is further from UTC than this.
const FURTHEST_ZONE_MS: i64 = 26 * 3_600_000;

fn time_zone(name: &str) -> ApiResult<TimeZone> {
    TimeZone::get(name).map_err(ApiError::internal)
}

/// A time of an event as an instant. The schema made sure that it is one.
fn moment(document: &Document, member: &str) -> ApiResult<Option<Moment>> {
    let Some(text) = document.get(member).and_then(|value| value.as_str()) else { return Ok(None) };
    parse_moment(text).map(Some).map_err(|rule| ApiError::bad(format!("{member}: {text:?} {rule}")))
}

fn beginning(document: &Document, zone: String) -> ApiResult<Beginning> {
    let start = moment(document, "startDate")?.ok_or_else(|| ApiError::bad("startDate: is required"))?;
    Ok(Beginning { at: instant(start, &time_zone(&zone)?)?, zone })
}

/// The document of an event body with its notes dated and signed.
fn signed_document(tx: &Tx, body: Body<Event>, before: Option<&Document>) -> Document {
    let Body { mut document, sent, view: _ } = body;
    let now = tx.app().clock.now().to_string();
    notes::stamp_dated(&mut document, &sent, before, Author { name: &tx.actor().name, now: &now });
    document
}

async fn zone_of(tx: &mut Tx, event: &Event) -> ApiResult<String> {
    match &event.location {
        Some(location) => place::zone_of(tx, location).await,
        None if tx.actor().scope.is_everything() => Ok(place::NOWHERE.to_owned()),
        None => Err(ApiError::faults(vec![Fault {
            field: "location".to_owned(),
            rule: "is required: your account is limited to certain projects".to_owned(),
        }])),
    }
}

/// The events that the caller may see and that begin in a range. Wall time in the range is that of each event.
pub async fn list_events(session: &mut Session, scope: &Scope, range: &Range) -> ApiResult<Vec<StoredEvent>> {
    let (from, until) = range.instants(&TimeZone::UTC)?;
    let around = (from - FURTHEST_ZONE_MS, until + FURTHEST_ZONE_MS);
    let mut found = Vec::new();
    for event in store::list_events(session, scope, around).await? {
        if begins_in(&event, range)? {
            found.push(event);
        }
    }
    Ok(found)
}

fn begins_in(event: &StoredEvent, range: &Range) -> ApiResult<bool> {
    let Beginning { at, zone } = &event.beginning;
    let zone = time_zone(zone)?;
    Ok((instant(range.start, &zone)?..instant(range.end, &zone)?).contains(at))
}

/// Makes an event.
pub async fn create_event(mut tx: Tx, body: Body<Event>) -> ApiResult<StoredEvent> {
    let zone = zone_of(&mut tx, &body.view).await?;
    let document = signed_document(&tx, body, None);
    let event = Stored::new(tx.app().ids.uuid().parse()?, document);
    store::insert_event(&mut tx, &event, &beginning(&event.document, zone)?).await?;
    let made = store::get_event(&mut tx, &event.key).await?;
    tx.commit(Change::create(&event)).await?;
    Ok(made)
}

/// Replaces an event. A place that stays need not exist any more.
pub async fn update_event(mut tx: Tx, before: StoredEvent, body: Body<Event>) -> ApiResult<StoredEvent> {
    let stays = before.event.document.get("location") == body.document.get("location");
    let zone = if stays { before.beginning.zone.clone() } else { zone_of(&mut tx, &body.view).await? };
    let document = signed_document(&tx, body, Some(&before.event.document));
    replace(tx, &before, document, zone).await
}

async fn replace(
    mut tx: Tx,
    before: &StoredEvent,
    document: Document,
    zone: String,
) -> ApiResult<StoredEvent> {
    let after = before.event.replaced(document);
    let beginning = beginning(&after.document, zone)?;
    store::update_event(&mut tx, &after, &beginning, &before.beginning.zone).await?;
    let changed = store::get_event(&mut tx, &after.key).await?;
    tx.commit(Change::update(&before.event, &after)).await?;
    Ok(changed)
}

/// Ends an event now, unless it has ended.
pub async fn resolve_event(tx: Tx, before: StoredEvent) -> ApiResult<StoredEvent> {
    let zone = time_zone(&before.beginning.zone)?;
    let ends = moment(&before.event.document, "endDate")?.map(|end| instant(end, &zone)).transpose()?;
    if ends.is_some_and(|at| at <= tx.now_ms()) {
        return Ok(before);
    }
    let mut document = before.event.document.clone();
    document.insert("endDate".to_owned(), tx.app().clock.now().to_string().into());
    let zone = before.beginning.zone.clone();
    replace(tx, &before, document, zone).await
}

/// Removes an event.
pub async fn delete_event(mut tx: Tx, event: StoredEvent) -> ApiResult<()> {
    rows::delete(&mut tx, &event.event).await?;
    tx.commit(Change::delete(&event.event)).await
}

/// Reads the wall time of a project's events in its zone from now on.
pub async fn set_zone(tx: &mut Tx, project: &ProjectCode, zone: &str) -> ApiResult<()> {
    for event in store::list_events_outside(tx, project, zone).await? {
        let moved = beginning(&event.event.document, zone.to_owned())?;
        store::update_beginning(tx, &event.event.key, &moved).await?;
    }
    Ok(())
}

/// Forgets what a person wants to be told of, and what they were alerted of.
pub async fn forget_person(tx: &mut Tx, user: &UserId, mut change: Change) -> ApiResult<Change> {
    for gone in store::list_notifications(tx, user).await? {
        rows::delete(tx, &gone).await?;
        change = change.and_delete(&gone);
    }
    store::delete_alerts(tx, user).await?;
    Ok(change)
}
