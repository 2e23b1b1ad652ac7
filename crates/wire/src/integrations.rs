//! What this server hands on.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What became of somebody's words to those who run the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedbackAnswer {
    /// In words.
    pub results: String,
}
