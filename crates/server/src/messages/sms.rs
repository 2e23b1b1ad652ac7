//! Text messages through a provider that takes `POST {"to": …, "text": …}` with `Authorization: Bearer …`. Answers
//! 200 to 299 mean taken, 400, 413 and 422 that this message never will be; everything else is tried again.

use axum::http::{HeaderMap, HeaderValue, header};
use serde_json::json;

use crate::messages::config::SmsConfig;
use crate::messages::delivery::Failure;
use crate::messages::model::Content;
use crate::net::fetch::{Cause, Fetch};

/// The way to the provider.
#[derive(Debug)]
pub(super) struct Gateway {
    config: SmsConfig,
    fetch: Fetch,
}

impl Gateway {
    /// From the configuration.
    pub(super) fn new(config: SmsConfig, fetch: Fetch) -> Self {
        Self { config, fetch }
    }

    /// The provider, for people.
    pub(super) fn provider(&self) -> String {
        self.config.provider()
    }

    /// Hands a text message over.
    pub(super) async fn send(&self, content: &Content) -> Result<(), Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(authorization) = &self.config.authorization {
            headers.insert(header::AUTHORIZATION, authorization.clone());
        }
        let body = json!({"to": content.to, "text": content.text}).to_string();
        let answer = self.fetch.post(&self.config.url, headers, body).await.map_err(|e| match e.cause {
            Cause::Connect(_) | Cause::Tls(_) | Cause::TooSlow(_) => Failure::Unreachable(e.to_string()),
            _ => Failure::Later(e.to_string()),
        })?;
        let why = format!("{}: answered {}", self.provider(), answer.status);
        match answer.status.as_u16() {
            200..300 => Ok(()),
            400 | 413 | 422 => Err(Failure::Refused(why)),
            _ => Err(Failure::Later(why)),
        }
    }
}
