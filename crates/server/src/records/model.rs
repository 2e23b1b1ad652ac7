//! The pro forma of a project: its key, and the rule that the schema cannot say.

use std::collections::HashMap;

use gridfolio_wire::error::Fault;
use gridfolio_wire::records::ProForma;
use gridfolio_wire::{ProjectCode, VersionName};
use serde_json::Value;

use crate::kit::access::Area;
use crate::kit::rows::{Table, parsed};
use crate::kit::stored::{Kind, Stored};

/// The pro forma of a project, or a stored version of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProFormaKey {
    /// The project.
    pub project: ProjectCode,
    /// `None` for the current one.
    pub version: Option<VersionName>,
}

impl Kind for ProForma {
    type Key = ProFormaKey;
    const KIND: &'static str = "pro-forma";
    const AREA: Area = Area::Finance;

    fn asset(key: &ProFormaKey) -> String {
        match &key.version {
            None => format!("{}/pro-forma", key.project),
            Some(version) => format!("{}/pro-forma/{version}", key.project),
        }
    }

    fn project(key: &ProFormaKey) -> Option<&str> {
        Some(key.project.as_str())
    }
}

impl Table for ProForma {
    const TABLE: &'static str = "pro_forma";
    const KEY: &'static [&'static str] = &["project", "version"];

    fn key_columns(key: &ProFormaKey) -> Vec<&str> {
        vec![key.project.as_str(), key.version.as_ref().map_or("", VersionName::as_str)]
    }

    fn key_of(columns: &[String]) -> Result<ProFormaKey, String> {
        let is_current = columns.get(1).is_some_and(String::is_empty);
        let version = if is_current { None } else { Some(parsed(columns, 1)?) };
        Ok(ProFormaKey { project: parsed(columns, 0)?, version })
    }
}

/// A pro forma as it is read: a version with its name.
pub fn value(pro_forma: &Stored<ProForma>) -> Value {
    let mut value = pro_forma.document.clone();
    if let Some(version) = &pro_forma.key.version {
        value.insert("version".to_owned(), version.as_str().into());
    }
    Value::Object(value)
}

/// Cash flows with an id that another one has.
pub fn repeated_ids(pro_forma: &ProForma) -> Vec<Fault> {
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut faults = Vec::new();
    for (index, flow) in pro_forma.cash_flows.iter().flatten().enumerate() {
        let earlier = *first.entry(&flow.id).or_insert(index);
        if earlier != index {
            let rule =
                format!("{:?} must be unique within the pro forma; cashFlows[{earlier}].id has it", flow.id);
            faults.push(Fault { field: format!("cashFlows[{index}].id"), rule });
        }
    }
    faults
}
