//! Access tokens for machines.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::AccessTokenId;

/// An access token for a machine, without its text. It acts for its owner, within its groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessToken {
    /// The id, a UUID; set by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(read_only)]
    pub id: Option<AccessTokenId>,
    /// What it is for, in words.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// When it ends: an instant, at most a year ahead.
    #[schema(format = DateTime)]
    pub expires: String,
    /// Ids of groups, all of them its owner's. It can do what these open and its owner can do at that moment.
    #[schema(min_items = 1)]
    pub groups: Vec<String>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(read_only, format = DateTime)]
    pub created: Option<String>,
    /// When it was used last, to the minute; absent if it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(read_only, format = DateTime)]
    pub last_used: Option<String>,
}

/// A fresh access token: the only answer that holds its text.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FreshAccessToken {
    /// What is known of it.
    pub access_token: AccessToken,
    /// The text that the machine sends in the header `Authorization`. It is shown once.
    pub token: String,
}

/// `{"tokens": […]}`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AccessTokens {
    /// The tokens, the oldest first.
    pub tokens: Vec<AccessToken>,
}
