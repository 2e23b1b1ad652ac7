//! Contacts of a project and of everything in it, gathered for reading.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::document;

document! {
    /// A person or company to reach. Members that this list does not name are as in the document they come from.
    pub struct ProjectContact {
        /// Name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// What they are to the project, site or system.
        #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
        pub kind: Option<String>,
        /// Anything else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub notes: Option<String>,
        /// E-mail address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub email: Option<String>,
        /// Telephone number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub phone: Option<String>,
        /// Internet telephone number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub voip: Option<String>,
    }
}

/// A person or company that a record names.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordContact {
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What they are to the record.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// The record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record_id: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record_name: Option<String>,
}

/// The contacts of a system.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SystemContacts {
    /// Those of the system's document.
    pub contacts: Vec<ProjectContact>,
    /// Those of its records.
    pub record_contacts: Vec<RecordContact>,
}

/// The contacts of a site and its systems.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SiteContacts {
    /// Code of the site.
    pub code: String,
    /// Those of the site's document.
    pub contacts: Vec<ProjectContact>,
    /// Those of its records.
    pub record_contacts: Vec<RecordContact>,
    /// By system code, in natural order.
    pub systems: BTreeMap<String, SystemContacts>,
}

/// The contacts of a project and of everything in it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectContacts {
    /// Code of the project.
    pub code: String,
    /// Those of the project's document, the asset management team first.
    pub contacts: Vec<ProjectContact>,
    /// Those of its records.
    pub record_contacts: Vec<RecordContact>,
    /// By site code, in natural order.
    pub sites: BTreeMap<String, SiteContacts>,
}

/// `{"project": …}`
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProjectContactsAnswer {
    /// The contacts of the project.
    pub project: ProjectContacts,
}
