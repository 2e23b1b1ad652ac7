//! A document as it is stored: the JSON that was sent, its key and its revision.

use std::marker::PhantomData;

use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::kit::access::Area;
use crate::kit::error::{ApiError, ApiResult};

/// The members of a document, in the order in which they were sent.
pub type Document = Map<String, Value>;

/// What a kind of stored thing is called.
pub trait Kind: Sized {
    /// Its key within the database: codes or an id.
    type Key: Clone + std::fmt::Debug + Send + Sync;
    /// `project`, `site`, …: the word of the log.
    const KIND: &'static str;
    /// Where the policy has it.
    const AREA: Area;
    /// Id in the log: `PROJECT/SITE`.
    fn asset(key: &Self::Key) -> String;
    /// The project it belongs to, if it belongs to one.
    fn project(key: &Self::Key) -> Option<&str>;
    /// The project that a document names, for kinds whose key does not tell it.
    fn project_in(_document: &Document) -> Option<&str> {
        None
    }
}

/// A stored document. `K` is the wire type that views it.
#[derive(Debug, Clone)]
pub struct Stored<K: Kind> {
    /// Key of the row.
    pub key: K::Key,
    /// Rises by one with every change.
    pub revision: i64,
    /// The document as sent, without members that are computed.
    pub document: Document,
    view: PhantomData<fn() -> K>,
}

impl<K: Kind> Stored<K> {
    /// A document that is not stored yet.
    pub fn new(key: K::Key, document: Document) -> Self {
        Self { key, revision: 1, document, view: PhantomData }
    }

    /// From a row.
    pub fn from_row(key: K::Key, revision: i64, text: &str) -> ApiResult<Self> {
        let document = serde_json::from_str(text)
            .map_err(|e| ApiError::internal(format!("stored {} {}: {e}", K::KIND, K::asset(&key))))?;
        Ok(Self { key, revision, document, view: PhantomData })
    }

    /// The next revision, with another document.
    #[must_use]
    pub fn replaced(&self, document: Document) -> Self {
        Self { key: self.key.clone(), revision: self.revision + 1, document, view: PhantomData }
    }

    /// The project that it belongs to, if it belongs to one.
    pub fn project(&self) -> Option<&str> {
        K::project(&self.key).or_else(|| K::project_in(&self.document))
    }

    /// The document as text for its column.
    pub fn text(&self) -> String {
        Value::Object(self.document.clone()).to_string()
    }

    /// A member that is text.
    pub fn text_member(&self, name: &str) -> Option<&str> {
        self.document.get(name).and_then(Value::as_str)
    }

    /// The strong validator of `ETag` and `If-Match`: the revision, and a hash so that a thing that was deleted and
    /// made again is not taken for the old one.
    pub fn etag(&self) -> String {
        format!("\"{}-{:08x}\"", self.revision, fnv1a(self.text().as_bytes()))
    }

    /// The validator as a header.
    pub fn etag_header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.etag()).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
    }
}

impl<K: Kind + DeserializeOwned> Stored<K> {
    /// The typed view.
    pub fn view(&self) -> ApiResult<K> {
        serde_json::from_value(Value::Object(self.document.clone()))
            .map_err(|e| ApiError::internal(format!("stored {} {}: {e}", K::KIND, K::asset(&self.key))))
    }
}

fn fnv1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// The answer of a single read or a write that has no key: the value itself, with the validator.
pub fn bare_answer<K: Kind>(stored: &Stored<K>, value: Document) -> Response {
    ([(header::ETAG, stored.etag_header())], Json(Value::Object(value))).into_response()
}

/// The answer of a single read or a write: the value under its key, with the validator.
pub fn document_answer<K: Kind>(stored: &Stored<K>, key: &str, value: Value) -> Response {
    let mut members = Map::new();
    members.insert(key.to_owned(), value);
    ([(header::ETAG, stored.etag_header())], Json(Value::Object(members))).into_response()
}
