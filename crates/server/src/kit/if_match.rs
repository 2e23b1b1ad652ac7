//! `If-Match`: which revision of a thing a caller thinks they change. Compares; what the validator is, [`Stored`] says.
//!
//! [`Stored`]: crate::kit::stored::Stored

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::kit::error::{ApiError, ApiResult};

/// The revision that a caller expects, from `If-Match`; `Can` checks it for every loaded thing.
#[derive(Debug, Clone, Default)]
pub struct IfMatch(Vec<String>);

impl IfMatch {
    /// From the headers of a request.
    pub fn of(headers: &HeaderMap) -> Self {
        // A value that is no text matches nothing, but it is there.
        let values = headers.get_all(header::IF_MATCH).iter();
        Self(values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect())
    }

    /// 412 if another revision is expected than there is.
    pub fn check(&self, etag: &str) -> ApiResult<()> {
        let mut wanted = self.0.iter().flat_map(|value| value.split(',')).map(str::trim);
        if self.0.is_empty() || wanted.any(|one| one == "*" || one == etag) {
            return Ok(());
        }
        let wanted = self.0.join(", ");
        Err(ApiError::PreconditionFailed(format!("the revision is {etag}, not {wanted}; read it again")))
    }

    /// 412 if any revision is expected of a thing that is not there.
    pub fn check_absent(&self) -> ApiResult<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let wanted = self.0.join(", ");
        Err(ApiError::PreconditionFailed(format!("there is none yet, not even {wanted}; read it again")))
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}
