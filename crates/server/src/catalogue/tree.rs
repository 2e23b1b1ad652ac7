//! The tree as it is read: documents with their children, and what is derived from them.

use std::collections::HashMap;

use gridfolio_db::Session;
use gridfolio_wire::ProjectCode;
use gridfolio_wire::catalogue::{Project, Site, System};
use serde_json::{Map, Value, json};

use crate::catalogue::model::{SiteKey, SystemKey};
use crate::catalogue::store;
use crate::kit::error::ApiResult;
use crate::kit::natural;
use crate::kit::stored::{Document, Stored};
use crate::timeseries::service::{self as sources, Source};

/// Sites and systems of some projects, and the sources that have measurements, read in one snapshot.
#[derive(Debug, Default)]
pub struct Children {
    sites: HashMap<ProjectCode, Vec<Stored<Site>>>,
    systems: HashMap<SiteKey, Vec<Stored<System>>>,
    measured: HashMap<SystemKey, Vec<Source>>,
}

impl Children {
    /// Reads the children of projects.
    pub async fn load(session: &mut Session, projects: &[&ProjectCode]) -> ApiResult<Self> {
        let mut children = Self::default();
        for site in store::list_sites(session, projects).await? {
            children.sites.entry(site.key.project.clone()).or_default().push(site);
        }
        for system in store::list_systems(session, projects).await? {
            let SystemKey { project, site, system: _ } = system.key.clone();
            children.systems.entry(SiteKey { project, site }).or_default().push(system);
        }
        for source in sources::list_sources(session, projects).await? {
            let Ok(path) = source.id.path() else { continue };
            let key = SystemKey { project: path.project, site: path.site, system: path.system };
            children.measured.entry(key).or_default().push(source);
        }
        for sites in children.sites.values_mut() {
            sites.sort_by(|a, b| natural::compare(a.key.site.as_str(), b.key.site.as_str()));
        }
        for systems in children.systems.values_mut() {
            systems.sort_by(|a, b| natural::compare(a.key.system.as_str(), b.key.system.as_str()));
        }
        for measured in children.measured.values_mut() {
            measured.sort_by(|a, b| natural::compare(a.id.as_str(), b.id.as_str()));
        }
        Ok(children)
    }

    /// The sites of a project, in natural order.
    pub fn sites(&self, project: &ProjectCode) -> &[Stored<Site>] {
        self.sites.get(project).map_or(&[], Vec::as_slice)
    }

    /// The systems of a site, in natural order.
    pub fn systems(&self, site: &SiteKey) -> &[Stored<System>] {
        self.systems.get(site).map_or(&[], Vec::as_slice)
    }

    /// The sources of a system that have measurements, in natural order.
    pub fn measured(&self, system: &SystemKey) -> &[Source] {
        self.measured.get(system).map_or(&[], Vec::as_slice)
    }

    /// A project as it is read.
    pub fn project_value(&self, project: &Stored<Project>) -> Value {
        let mut value = project.document.clone();
        leave_out_category_iii(&mut value);
        let sites = self.sites(&project.key);
        let status = system_status(sites.iter().flat_map(|site| self.systems(&site.key)));
        value.insert("systemStatus".to_owned(), status.into());
        let sites: Map<_, _> =
            sites.iter().map(|site| (site.key.site.to_string(), self.site_value(site))).collect();
        value.insert("sites".to_owned(), Value::Object(sites));
        Value::Object(value)
    }

    /// A site as it is read.
    pub fn site_value(&self, site: &Stored<Site>) -> Value {
        let mut value = site.document.clone();
        let systems = self.systems(&site.key).iter();
        let systems: Map<_, _> =
            systems.map(|system| (system.key.system.to_string(), self.system_value(system))).collect();
        value.insert("systems".to_owned(), Value::Object(systems));
        Value::Object(value)
    }

    /// A system as it is read: with the devices that only their measurements know.
    pub fn system_value(&self, system: &Stored<System>) -> Value {
        let mut value = system.document.clone();
        let devices = value.entry("devices").or_insert_with(|| json!([]));
        if let Some(devices) = devices.as_array_mut() {
            for source in self.measured(&system.key) {
                let named = devices.iter().any(|device| device["sourceId"] == source.id.as_str());
                if let (false, Ok(path)) = (named, source.id.path()) {
                    devices.push(json!({"id": path.device, "type": path.kind, "sourceId": source.id}));
                }
            }
        }
        Value::Object(value)
    }
}

/// The official client fails on a category that its list does not have; it stays in the document and in `i2x`.
fn leave_out_category_iii(project: &mut Document) {
    let Some(interconnection) = project.get_mut("interconnection").and_then(Value::as_object_mut) else {
        return;
    };
    if interconnection.get("ieee1547DisturbanceCategory").is_some_and(|category| category == "III") {
        interconnection.shift_remove("ieee1547DisturbanceCategory");
    }
}

/// Where a project's systems stand together.
fn system_status<'a>(systems: impl Iterator<Item = &'a Stored<System>>) -> &'a str {
    let statuses: Vec<&str> = systems.filter_map(|system| system.text_member("status")).collect();
    let Some(first) = statuses.first() else { return "New Project" };
    if statuses.iter().all(|status| status == first) {
        return if *first == "New System" { "New Project" } else { first };
    }
    if statuses.contains(&"Operational") { "Partially Operational" } else { "In Progress" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status_of(statuses: &[&str]) -> String {
        let systems: Vec<Stored<System>> = statuses
            .iter()
            .map(|status| {
                let key = SystemKey {
                    project: "P".parse().unwrap(),
                    site: "S1".parse().unwrap(),
                    system: "R1".parse().unwrap(),
                };
                Stored::new(key, json!({"status": status}).as_object().unwrap().clone())
            })
            .collect();
        system_status(systems.iter()).to_owned()
    }

    #[test]
    fn the_status_of_systems_together() {
        assert_eq!(status_of(&[]), "New Project");
        assert_eq!(status_of(&["New System", "New System"]), "New Project");
        assert_eq!(status_of(&["PTO", "PTO"]), "PTO");
        assert_eq!(status_of(&["PTO", "Operational"]), "Partially Operational");
        assert_eq!(status_of(&["PTO", "Construction"]), "In Progress");
    }
}
