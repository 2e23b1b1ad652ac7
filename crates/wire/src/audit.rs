//! The log of changes.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The log entries of an asset, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditLogs {
    /// The entries.
    pub logs: Vec<AuditEntry>,
}

/// The changes of an asset, member by member.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditDiffs {
    /// By path of the asset: its changes, newest first.
    pub diff: BTreeMap<String, Vec<AuditDiff>>,
}

/// Either form, chosen by the query parameter `diff`.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum AuditAnswer {
    /// `diff=true`
    Diffs(AuditDiffs),
    /// otherwise
    Logs(AuditLogs),
}

/// One change.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// Id of the changed thing: `PROJECT`, `PROJECT/SITE`, `PROJECT/SITE/SYSTEM`, `PROJECT/pro-forma`,
    /// `PROJECT/pro-forma/VERSION`, the id of an event, a portfolio or a person, or the source of removed datums.
    pub id: String,
    /// The same as a path with a leading slash.
    pub path: String,
    /// What kind of thing it is: `project`, `site`, `system`, `pro-forma`, `event`, `portfolio`, `profile`,
    /// `datums`.
    pub asset_type: String,
    /// `create`, `update` or `delete`.
    pub action: String,
    /// Milliseconds since 1970 UTC.
    pub timestamp: i64,
    /// Who did it.
    pub user_id: String,
    /// Their name at the time.
    pub user_name: String,
    /// The same name again, under the key that the official client knows.
    #[serde(rename = "puserNameath")]
    pub user_name_as_clients_read_it: String,
    /// Where it was asked for, as far as that is known; only in the log of people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The project it belongs to, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The thing after the change; before it, when it was deleted.
    #[schema(value_type = Object)]
    pub item: Map<String, Value>,
}

/// What one change did to the members of a thing.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditDiff {
    /// Milliseconds since 1970 UTC.
    pub timestamp: i64,
    /// Who did it.
    pub user_id: String,
    /// Their name at the time.
    pub user_name: String,
    /// Where it was asked for, as far as that is known; only in the log of people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// `create`, `update` or `delete`.
    pub action: String,
    /// The members that differ, by path.
    pub changes: Vec<MemberChange>,
}

/// One member before and after; an absent side is left out.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MemberChange {
    /// Path of the member: `milestones.pto`.
    pub member: String,
    /// Before the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    pub from: Option<Value>,
    /// After it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    pub to: Option<Value>,
}
