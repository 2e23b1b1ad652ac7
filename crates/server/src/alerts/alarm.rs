//! Alerts: telling administrators that something happened that they should look at.
//!
//! Everybody who administers people and sees everything gets a row and, by each of their notifications of the type
//! `alert`, a message. Nothing here decides what is worth an alert.

use gridfolio_db::Session;
use gridfolio_wire::identity::User;
use gridfolio_wire::notifications::{AlertEvent, Notification, NotificationType, Protocol};
use gridfolio_wire::time::{Moment, WallTime};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::alerts::store::{self, AlertRow};
use crate::app::App;
use crate::identity::{administer, model, notices};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::params::{FromParams, Params};
use crate::kit::range::{Range, local_text};
use crate::kit::stored::Stored;
use crate::messages::outbox::enqueue_in;
use crate::messages::templates::{self, Recipient};

/// How long alerts stay: 400 days.
const KEPT_MS: i64 = 400 * 24 * 3_600_000;

/// Alerts everybody who administers people, in the transaction of what happened.
pub async fn raise(session: &mut Session, app: &App, what: &str) -> ApiResult<()> {
    let now = app.clock.now_ms();
    store::delete_alerts_before(session, now - KEPT_MS).await?;
    for user in administer::administrators(session).await? {
        let wanted = store::list_notifications(session, &user.key).await?;
        let wanted: Vec<Stored<Notification>> = wanted.into_iter().filter(tells_alerts).collect();
        let row = AlertRow {
            id: app.ids.uuid(),
            user: user.key.clone(),
            notification: wanted.first().map(|first| first.key.id.to_string()),
            at: now,
            message: what.to_owned(),
        };
        store::insert_alert(session, &row).await?;
        for one in &wanted {
            tell(session, app, (&user, one), what).await?;
        }
    }
    Ok(())
}

fn tells_alerts(one: &Stored<Notification>) -> bool {
    one.document.get("notificationType") == Some(&json!(NotificationType::Alert))
}

async fn tell(
    session: &mut Session,
    app: &App,
    (user, one): (&Stored<User>, &Stored<Notification>),
    what: &str,
) -> ApiResult<()> {
    let view = one.view()?;
    let at = notices::local(user, app.clock.now_ms())?;
    let message = match view.protocol {
        Protocol::Email => {
            let to = Recipient { name: &model::name(user), email: &view.endpoint };
            templates::alert(to, &app.authority.public_url, what, &at)
        }
        Protocol::Sms => templates::alert_sms(&view.endpoint, what, &at),
    };
    enqueue_in(session, app, &message).await
}

/// An alert under its id, as its person reads it.
pub fn shown(row: AlertRow, user: &Stored<User>) -> ApiResult<(String, Value)> {
    let AlertRow { id, user: user_id, notification, at, message } = row;
    let event = AlertEvent {
        id: id.clone(),
        user_id,
        user_notification_id: notification,
        message,
        timestamp: at,
        local_timestamp: local_text(notices::local(user, at)?.datetime()),
    };
    Ok((id, json!(event)))
}

/// The period of a list of alerts, as far as it was said.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AlertsQuery {
    /// First moment: a date, wall time in the person's zone, or an instant with offset.
    #[param(value_type = Option<String>, format = DateTime)]
    pub start: Option<Moment>,
    /// Moment after the last, written likewise.
    #[param(value_type = Option<String>, format = DateTime)]
    pub end: Option<Moment>,
}

impl FromParams for AlertsQuery {
    fn from_params(params: &Params) -> ApiResult<Self> {
        let moment = |name| params.find(name).map(|_| params.moment(name)).transpose();
        Ok(Self { start: moment("start")?, end: moment("end")? })
    }
}

impl AlertsQuery {
    /// The period: what was not said is the end of today, and the beginning of the day 29 days before.
    pub fn range(&self, now: Timestamp, zone: &TimeZone) -> ApiResult<Range> {
        let today = now.to_zoned(zone.clone()).date();
        let day = |date: Result<Date, jiff::Error>| {
            let date = date.map_err(ApiError::internal)?;
            let (year, month, day) = (date.year(), date.month(), date.day());
            Ok::<_, ApiError>(Moment::Wall(WallTime { year, month, day, millisecond: 0 }))
        };
        Ok(Range {
            start: self.start.map_or_else(|| day(today.checked_sub(29.days())), Ok)?,
            end: self.end.map_or_else(|| day(today.checked_add(1.day())), Ok)?,
        })
    }
}
