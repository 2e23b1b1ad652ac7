//! Where the datums of a file go: the project, site and system that a source id names, and the node.
//!
//! Without `--create` nothing is made here: a name that does not exist is an error that says which. What `--create`
//! makes says only what is known (codes, the zone, the first day); everything else is empty and can be replaced.

use gridfolio_wire::ProjectCode;
use gridfolio_wire::catalogue::{Project, Site, System};
use gridfolio_wire::ids::SourcePath;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::app::App;
use crate::catalogue::model::{SiteKey, SystemKey};
use crate::catalogue::service as catalogue;
use crate::catalogue::tree::Children;
use crate::kit::access::Actor;
use crate::kit::body::Body;
use crate::kit::tx::Tx;
use crate::timeseries::import::error::{Error, Result};
use crate::timeseries::import::request::Request;
use crate::timeseries::{service, store};

/// What a source id names, as far as it exists.
#[derive(Debug, Clone)]
pub struct Target {
    /// The source id taken apart.
    pub path: SourcePath,
    /// The project's zone, or the one that it will get.
    pub zone: String,
    /// The stream's node, if it is known yet.
    pub node: Option<i64>,
    /// What has to be made first, in this order.
    pub missing: Vec<Missing>,
}

/// Something that `--create` makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The project.
    Project,
    /// The site.
    Site,
    /// The system.
    System,
}

/// Looks up what a request names; refuses what does not exist unless the request makes it.
pub async fn find(app: &App, request: &Request) -> Result<Target> {
    let path = request.source.path().map_err(|bad| Error::Refused(bad.to_string()))?;
    let mut snapshot = app.db.read().await?;
    let project = catalogue::find_project(&mut snapshot, &path.project).await?;
    let children = Children::load(&mut snapshot, &[&path.project]).await?;
    let nodes = store::list_nodes(&mut snapshot, &[&path.project]).await?;
    let site = SiteKey { project: path.project.clone(), site: path.site.clone() };
    let has_site = children.sites(&path.project).iter().any(|known| known.key == site);
    let has_system = children.systems(&site).iter().any(|known| known.key.system == path.system);
    let missing: Vec<Missing> = [
        (project.is_some(), Missing::Project),
        (project.is_some() && has_site, Missing::Site),
        (project.is_some() && has_site && has_system, Missing::System),
    ]
    .into_iter()
    .filter_map(|(exists, what)| (!exists).then_some(what))
    .collect();
    if let (Some(first), false) = (missing.first(), request.create) {
        return Err(Error::Refused(format!(
            "{} does not exist: make it, or add --create",
            first.named(&path)
        )));
    }
    let known_zone = project.as_ref().map(|project| catalogue::zone(project).to_owned());
    let zone = known_zone.or_else(|| request.zone.clone()).unwrap_or_else(|| "UTC".to_owned());
    let node = match request.node {
        Some(node) => {
            let owner = store::find_node_project(&mut snapshot, node).await?;
            refuse_foreign_node(node, owner.as_deref(), &path.project)?;
            Some(node)
        }
        None => nodes.first().map(|(node, _)| *node),
    };
    Ok(Target { path, zone, node, missing })
}

fn refuse_foreign_node(node: i64, owner: Option<&str>, project: &ProjectCode) -> Result<()> {
    match owner {
        Some(owner) if owner != project.as_str() => Err(Error::Refused(format!(
            "node {node} belongs to project {owner:?}, not to {:?}",
            project.as_str()
        ))),
        _ if node < 1 => Err(Error::Refused(format!("node {node} must be a number from 1"))),
        _ => Ok(()),
    }
}

/// Makes what is missing and gives the node. `first` is the first instant of the file.
pub async fn make(app: &App, target: &Target, first: i64) -> Result<i64> {
    let actor = || Actor::command("import");
    let path = &target.path;
    let day = first_day(first, &target.zone);
    for missing in &target.missing {
        let tx = Tx::begin(app, actor()).await?;
        match missing {
            Missing::Project => {
                let body = project_document(path, &target.zone, &day);
                let body = Body::<Project>::parse(app, body.to_string().as_bytes())?;
                catalogue::create_project(tx, path.project.clone(), body).await?;
            }
            Missing::Site => {
                let body = Body::<Site>::parse(app, site_document(path).to_string().as_bytes())?;
                let key = SiteKey { project: path.project.clone(), site: path.site.clone() };
                catalogue::create_site(tx, key, body.document).await?;
            }
            Missing::System => {
                let body = system_document(path, &day).to_string();
                let body = Body::<System>::parse(app, body.as_bytes())?;
                let (project, site) = (path.project.clone(), path.site.clone());
                let key = SystemKey { project, site, system: path.system.clone() };
                catalogue::create_system(tx, key, body.document).await?;
            }
        }
    }
    let mut tx = Tx::begin(app, actor()).await?;
    let node = match target.node {
        Some(node) => {
            service::claim_node(&mut tx, node, &path.project).await?;
            node
        }
        None => service::ensure_node(&mut tx, &path.project).await?,
    };
    tx.commit_unlogged("a node is no asset").await?;
    Ok(node)
}

impl Missing {
    /// Its name and where it belongs.
    pub fn named(self, path: &SourcePath) -> String {
        let (project, site, system) = (path.project.as_str(), path.site.as_str(), path.system.as_str());
        match self {
            Self::Project => format!("project {project:?}"),
            Self::Site => format!("site {site:?} of project {project:?}"),
            Self::System => format!("system {system:?} of site {site:?} in project {project:?}"),
        }
    }
}

/// The local date of the first datum; of an instant that has none the date in UTC.
fn first_day(first: i64, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let at = Timestamp::from_millisecond(first).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(zone).date().to_string()
}

/// What is measured is in operation; where it stands nobody said.
fn project_document(path: &SourcePath, zone: &str, day: &str) -> Value {
    json!({
        "code": path.project.as_str(), "name": path.project.as_str(), "status": "Operational",
        "address": "", "town": "", "state": "", "lat": 0, "long": 0, "startDate": day, "timezone": zone,
    })
}

fn site_document(path: &SourcePath) -> Value {
    json!({
        "code": path.site.as_str(), "name": path.site.as_str(),
        "address": "", "town": "", "state": "", "lat": 0, "long": 0,
    })
}

/// The kind of its first source says what a system is for.
fn system_document(path: &SourcePath, day: &str) -> Value {
    let kind = if path.kind == "CON" { "consumption" } else { "generation" };
    json!({
        "code": path.system.as_str(), "name": path.system.as_str(), "status": "Operational",
        "startDate": day, "type": kind,
    })
}
