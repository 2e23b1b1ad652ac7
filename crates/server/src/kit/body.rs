//! Request bodies: read within a limit, parsed, freed of what does not count, checked against the published schema.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use gridfolio_wire::error::Fault;
use http_body_util::{BodyExt, Limited};
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::http::Oversized;
use crate::kit::stored::Document;

/// Largest body of an operation that does not say otherwise.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// A checked body. `T` is the wire type that views it.
#[derive(Debug)]
pub struct Body<T> {
    /// The document as sent, less read-only members and `null`s.
    pub document: Document,
    /// As sent, with them: for members that people send back unchanged.
    pub sent: Document,
    /// The typed view.
    pub view: T,
}

impl<T> Body<T> {
    /// Refuses a body whose `code` is not the one in the path.
    pub fn with_code(self, code: &str) -> ApiResult<Self> {
        let said = self.document.get("code").and_then(Value::as_str).unwrap_or_default();
        if said == code {
            return Ok(self);
        }
        let rule = format!("{said:?} must be the code in the path, {code:?}");
        Err(ApiError::faults(vec![Fault { field: "code".to_owned(), rule }]))
    }
}

impl<T: ToSchema + DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> ApiResult<Self> {
        if let Some(Oversized(limit)) = request.extensions().get() {
            return Err(ApiError::TooLarge(*limit));
        }
        let bytes = read_limited(request.into_body(), BODY_LIMIT).await?;
        Self::parse(app, &bytes)
    }
}

impl<T: ToSchema + DeserializeOwned> Body<T> {
    /// Checks bytes as a request body.
    pub fn parse(app: &App, bytes: &[u8]) -> ApiResult<Self> {
        let sent = parse_json(bytes)?;
        if !sent.is_object() {
            return Err(ApiError::bad("the body must be a JSON object"));
        }
        let name = T::name();
        let mut document = sent.clone();
        app.schemas.strip(&name, &mut document);
        let faults = app.schemas.faults(&name, &document);
        if !faults.is_empty() {
            return Err(ApiError::faults(faults));
        }
        let view = serde_json::from_value(document.clone()).map_err(|e| ApiError::bad(e.to_string()))?;
        match (document, sent) {
            (Value::Object(document), Value::Object(sent)) => Ok(Self { document, sent, view }),
            _ => Err(ApiError::bad("the body must be a JSON object")),
        }
    }
}

/// Parses JSON; refuses what a database text cannot hold.
pub fn parse_json(bytes: &[u8]) -> ApiResult<Value> {
    if bytes.is_empty() {
        return Err(ApiError::bad("the body is empty; a JSON object is required"));
    }
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|e| ApiError::bad(format!("the body is not valid JSON: {e}")))?;
    if holds_nul(&value) {
        return Err(ApiError::bad("the body must not hold the character NUL"));
    }
    Ok(value)
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(members) => {
            members.iter().any(|(name, member)| name.contains('\0') || holds_nul(member))
        }
        _ => false,
    }
}

/// How much of an oversized body is read and thrown away, so that a client that writes before it reads still gets
/// the answer.
const DRAIN_LIMIT: usize = 128 * 1024 * 1024;

/// Reads a body up to a limit; 413 beyond.
pub async fn read_limited(body: axum::body::Body, limit: usize) -> ApiResult<Bytes> {
    let mut limited = Limited::new(body, DRAIN_LIMIT);
    let mut bytes = Vec::new();
    let mut total = 0;
    while let Some(frame) = limited.frame().await {
        let frame = frame.map_err(|e| {
            if total > limit {
                ApiError::TooLarge(limit)
            } else {
                ApiError::bad(format!("the body ended early: {e}"))
            }
        })?;
        let Some(data) = frame.data_ref() else { continue };
        total += data.len();
        if total <= limit {
            bytes.extend_from_slice(data);
        } else {
            bytes = Vec::new();
        }
    }
    if total > limit { Err(ApiError::TooLarge(limit)) } else { Ok(bytes.into()) }
}
