//! An event as stored, and as it is read.

use gridfolio_db::Session;
use gridfolio_wire::EventId;
use gridfolio_wire::alerts::Event;
use jiff::Timestamp;
use serde_json::Value;

use crate::alerts::store;
use crate::kit::access::{Actor, Area, Load, PathParams, Person};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::rows::{Table, parsed};
use crate::kit::stored::{Document, Kind, Stored};

impl Kind for Event {
    type Key = EventId;
    const KIND: &'static str = "event";
    const AREA: Area = Area::Events;

    fn asset(key: &EventId) -> String {
        key.to_string()
    }

    fn project(_: &EventId) -> Option<&str> {
        None
    }

    fn project_in(document: &Document) -> Option<&str> {
        document.get("location")?.get("project")?.as_str()
    }
}

impl Table for Event {
    const TABLE: &'static str = "event";
    const KEY: &'static [&'static str] = &["id"];

    fn key_columns(key: &EventId) -> Vec<&str> {
        vec![key.as_str()]
    }

    fn key_of(columns: &[String]) -> Result<EventId, String> {
        parsed(columns, 0)
    }
}

/// When an event begins: the instant, and the zone that wall time in the event is read in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// Milliseconds since 1970 UTC.
    pub at: i64,
    /// IANA name.
    pub zone: String,
}

/// An event with what is known of it beside its document.
#[derive(Debug, Clone)]
pub struct StoredEvent {
    /// The document.
    pub event: Stored<Event>,
    /// When it begins.
    pub beginning: Beginning,
    /// Who made it.
    pub maker: Actor,
    /// When it was last changed, ms.
    pub updated_at: i64,
}

impl StoredEvent {
    /// The event as it is read.
    pub fn value(&self) -> Value {
        let mut value = self.event.document.clone();
        value.insert("id".to_owned(), self.event.key.as_str().into());
        if let Some((path, asset_type)) = place(&value) {
            value.insert("path".to_owned(), path.into());
            value.insert("assetType".to_owned(), asset_type.into());
        }
        value.insert("userId".to_owned(), self.maker.id.as_str().into());
        value.insert("userName".to_owned(), self.maker.name.as_str().into());
        let updated = Timestamp::from_millisecond(self.updated_at).unwrap_or(Timestamp::UNIX_EPOCH);
        value.insert("updated".to_owned(), updated.to_string().into());
        Value::Object(value)
    }
}

/// The location as a path, as far as no level is missing, and what kind of place it leads to.
fn place(document: &Document) -> Option<(String, &'static str)> {
    let location = document.get("location")?;
    let (mut path, mut asset_type) = (String::new(), None);
    for level in ["project", "site", "system", "device"] {
        let Some(name) = location.get(level).and_then(Value::as_str) else { break };
        path = format!("{path}/{}", name.trim_matches('/'));
        asset_type = Some(level);
    }
    Some((path, asset_type?))
}

impl Load for StoredEvent {
    const AREA: Area = Area::Events;

    async fn load(path: &PathParams, session: &mut Session) -> ApiResult<Self> {
        store::get_event(session, &path.known("eventId", "event")?).await
    }

    fn is_visible_to(&self, person: &Person) -> bool {
        match self.event.project() {
            Some(code) => person.scope.sees(code),
            None => person.scope.is_everything(),
        }
    }

    fn missing(&self) -> ApiError {
        Stored::<Event>::missing(&self.event.key)
    }

    fn etag(&self) -> Option<String> {
        Some(self.event.etag())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn place_of(location: &Value) -> Option<(String, &'static str)> {
        place(json!({"location": location}).as_object().unwrap())
    }

    #[test]
    fn a_path_goes_as_deep_as_no_level_is_missing() {
        let full = json!({"project": "P1", "site": "S1", "system": "R1", "node": "300", "device": "GEN/1"});
        assert_eq!(place_of(&full), Some(("/P1/S1/R1/GEN/1".to_owned(), "device")));
        let gap = json!({"project": "P1", "site": "S1", "device": "GEN/1"});
        assert_eq!(place_of(&gap), Some(("/P1/S1".to_owned(), "site")));
        assert_eq!(place_of(&json!({})), None);
        assert_eq!(place(&Document::new()), None);
    }
}
