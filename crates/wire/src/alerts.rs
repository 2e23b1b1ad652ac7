//! Events: something that happened, happens or will, somewhere in the tree of assets.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::schema::Type;
use utoipa::openapi::{Object, ObjectBuilder};

use crate::LocalRange;
use crate::catalogue::document;

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(title = "Event Type")]
pub enum EventType {
    /// Energy made, used or kept.
    Energy,
    /// Measurements and their way here.
    Data,
    /// Money.
    Finance,
    /// Anything else.
    Other,
    /// The network that carries the measurements.
    #[serde(rename = "solarnetwork")]
    SolarNetwork,
}

/// The kind of place that an event names, the innermost one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words of the tree are their own explanation")]
pub enum EventAssetType {
    Project,
    Site,
    System,
    Device,
}

document! {
    /// Where in the tree an event is.
    pub struct EventLocation {
        /// Code of the project, which exists when the event is written.
        pub project: String,
        /// Code of a site of the project.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub site: Option<String>,
        /// Code of a system of the site.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub system: Option<String>,
        /// The node that measures there, free text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub node: Option<String>,
        /// The device, free text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub device: Option<String>,
    }
}

document! {
    /// A note on an event.
    pub struct EventNote {
        /// The text.
        pub note: String,
        /// When it was written; a new note without it gets the time of the request.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(format = DateTime)]
        pub note_date: Option<String>,
        /// Who wrote it; set by the server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only)]
        pub user_name: Option<String>,
    }
}

document! {
    /// An event. Members that this list does not name are kept as sent. Times without an offset are wall time in the
    /// zone of the event's project, or UTC if it names none.
    pub struct Event {
        /// What it is about.
        #[serde(rename = "type")]
        pub kind: EventType,
        /// What caused it.
        pub cause: String,
        /// How urgent it is: 1, 5 or 10.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(schema_with = priority)]
        pub priority: Option<f64>,
        /// When it began, or begins.
        #[schema(format = DateTime)]
        pub start_date: String,
        /// Until when it should be settled.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(format = DateTime)]
        pub due_date: Option<String>,
        /// When it ended, or was resolved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(format = DateTime)]
        pub end_date: Option<String>,
        /// What happened, in words.
        pub description: String,
        /// Where.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub location: Option<EventLocation>,
        /// Notes, in order.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub notes: Option<Vec<EventNote>>,
        /// The id, a UUID; set by the server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only)]
        pub id: Option<String>,
        /// The location as one path, `/PROJECT/SITE/SYSTEM/DEVICE`, as far as it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only)]
        pub path: Option<String>,
        /// What kind of place the path leads to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only)]
        pub asset_type: Option<EventAssetType>,
        /// Who made the event.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only)]
        pub user_id: Option<String>,
        /// Their name at the time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only)]
        pub user_name: Option<String>,
        /// When the event was last changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only, format = DateTime)]
        pub updated: Option<String>,
    }
}

/// A closed list of numbers, which the derive cannot say.
fn priority() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::Number)
        .description(Some("How urgent it is: 1, 5 or 10."))
        .enum_values(Some([1, 5, 10]))
        .default(Some(json!(1)))
        .build()
}

/// `{"event": …}`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EventAnswer {
    /// The event.
    pub event: Event,
}

/// The events that begin in a period.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Events {
    /// By the time at which they begin.
    pub events: Vec<Event>,
    /// The period as it was asked for.
    pub range: LocalRange,
}
