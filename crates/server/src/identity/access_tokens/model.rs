//! An access token as stored, and as it is shown.

use gridfolio_wire::access_tokens::AccessToken;
use gridfolio_wire::{AccessTokenId, UserId};
use jiff::Timestamp;
use serde_json::Value;

use crate::kit::access::{Area, Groups};
use crate::kit::error::ApiResult;
use crate::kit::rows::{Table, parsed};
use crate::kit::stored::{Kind, Stored};

/// Whose it is, and its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessTokenKey {
    /// The owner.
    pub user: UserId,
    /// The id.
    pub id: AccessTokenId,
}

impl Kind for AccessToken {
    type Key = AccessTokenKey;
    const KIND: &'static str = "access token";
    const AREA: Area = Area::People;

    fn asset(key: &AccessTokenKey) -> String {
        format!("{}/{}", key.user, key.id)
    }

    fn project(_: &AccessTokenKey) -> Option<&str> {
        None
    }
}

impl Table for AccessToken {
    const TABLE: &'static str = "access_token";
    const KEY: &'static [&'static str] = &["app_user", "id"];

    fn key_columns(key: &AccessTokenKey) -> Vec<&str> {
        vec![key.user.as_str(), key.id.as_str()]
    }

    fn key_of(columns: &[String]) -> Result<AccessTokenKey, String> {
        Ok(AccessTokenKey { user: parsed(columns, 0)?, id: parsed(columns, 1)? })
    }
}

/// A token with what is known of it beside its document, in milliseconds since 1970 UTC.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) token: Stored<AccessToken>,
    pub(super) created_at: i64,
    pub(super) last_used_at: Option<i64>,
}

impl Listed {
    /// As it is shown.
    pub(super) fn shown(&self) -> ApiResult<AccessToken> {
        let when = |ms: i64| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_string();
        Ok(AccessToken {
            id: Some(self.token.key.id.clone()),
            created: Some(when(self.created_at)),
            last_used: self.last_used_at.map(when),
            ..self.token.view()?
        })
    }
}

/// The groups of a token.
pub(super) fn groups(token: &Stored<AccessToken>) -> Groups {
    let words = token.document.get("groups").and_then(Value::as_array);
    Groups::from_words(words.into_iter().flatten().filter_map(Value::as_str))
}
