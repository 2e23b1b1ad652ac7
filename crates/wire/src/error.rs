//! The error body of the Project Data API.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Every answer of 400 and above: what is wrong and what to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Error)]
pub struct ErrorBody {
    /// What is wrong, in words for the caller.
    pub message: String,
    /// The single faults of a request body, each with the member it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
    /// Where to find a failure of the server in its log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// One fault of a request body or parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fault {
    /// The member, as a path: `links[0].url`.
    pub field: String,
    /// The rule that it breaks.
    pub rule: String,
}

impl ErrorBody {
    /// A body with a message only.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// A body that lists faults, all of them also in the message.
    pub fn of_faults(errors: Vec<Fault>) -> Self {
        let lines: Vec<String> = errors.iter().map(|f| format!("{}: {}", f.field, f.rule)).collect();
        Self { message: lines.join("; "), errors, reference: None }
    }
}
