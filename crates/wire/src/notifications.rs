//! What people want to be told of and how, and what they were alerted of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::document;
use crate::{LocalRange, NotificationId, UserId};

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(title = "Protocol")]
pub enum Protocol {
    /// Mail.
    Email,
    /// A text message.
    Sms,
}

/// What a person wants to be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(title = "Notification Type")]
pub enum NotificationType {
    /// Alerts.
    Alert,
    /// Demand response.
    DemandResponse,
    /// Photos and files.
    Media,
    /// Projects.
    Project,
    /// Reports.
    Report,
    /// What is due soon.
    Upcoming,
    /// Updates of the product.
    Update,
}

document! {
    /// Something that a person wants to be told of, and how.
    pub struct Notification {
        /// The id, a UUID; set by the server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only)]
        pub id: Option<NotificationId>,
        /// Its name.
        #[schema(min_length = 1)]
        pub name: String,
        /// How the message travels.
        pub protocol: Protocol,
        /// E-mail address, or telephone number with country code. Giving a number opts in to text messages.
        pub endpoint: String,
        /// What the person wants to be told of.
        #[schema(default = "alert")]
        pub notification_type: NotificationType,
    }
}

/// `{"notification": …}`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NotificationAnswer {
    /// The notification.
    pub notification: Notification,
}

/// `{"notifications": …}`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Notifications {
    /// In the order in which they were made.
    pub notifications: Vec<Notification>,
}

/// Something that a person was alerted of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertEvent {
    /// The id, a UUID.
    pub id: String,
    /// Who was alerted.
    pub user_id: UserId,
    /// The notification that it was sent by, the first of several; absent if the person has none for alerts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_notification_id: Option<String>,
    /// What happened.
    pub message: String,
    /// When, in milliseconds since 1970 UTC.
    pub timestamp: i64,
    /// When, as wall time in the person's zone (without one: UTC).
    pub local_timestamp: String,
}

/// What a person was alerted of in a period.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Alerts {
    /// By id, the newest first.
    pub events: BTreeMap<String, AlertEvent>,
    /// The period.
    pub range: LocalRange,
}
