//! What lists of projects can be narrowed by.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// The projects that have a value.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AutoComplete {
    /// Their codes, in natural order.
    pub projects: Vec<String>,
}

/// What projects can be narrowed by, and which have what.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Refinements {
    /// By name of the refinement: the values in use among the projects that the caller may see, in natural order.
    pub refinements: BTreeMap<String, Vec<String>>,
    /// By property, by value in natural order: the projects that have it.
    pub auto_completes: BTreeMap<String, BTreeMap<String, AutoComplete>>,
}
