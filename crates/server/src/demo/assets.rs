//! The documents of the demo organisation, and the way they go in: checked and logged as everybody's.

use gridfolio_wire::catalogue::{Project, Site, System};
use serde_json::Value;

use crate::app::App;
use crate::catalogue::model::{SiteKey, SystemKey};
use crate::catalogue::service;
use crate::kit::access::Actor;
use crate::kit::body::Body;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::tx::Tx;

/// A project's file: the project as a read shows it, with what belongs to it.
static FILES: [&str; 6] = [
    include_str!("organisation/serf.json"),
    include_str!("organisation/orchard.json"),
    include_str!("organisation/harbor.json"),
    include_str!("organisation/werk7.json"),
    include_str!("organisation/kaimana.json"),
    include_str!("organisation/lindau.json"),
];

/// The files of all projects.
pub(crate) fn files() -> ApiResult<Vec<Value>> {
    FILES.iter().map(|text| serde_json::from_str(text).map_err(ApiError::internal)).collect()
}

/// The code of a document.
pub(crate) fn code(document: &Value) -> &str {
    document["code"].as_str().unwrap_or_default()
}

/// Makes what is missing of a project, its sites and their systems.
pub(crate) async fn make(app: &App, project: &Value) -> ApiResult<()> {
    let begin = || Tx::begin(app, Actor::command("demo"));
    let key: gridfolio_wire::ProjectCode = code(project).parse()?;
    let body = Body::<Project>::parse(app, project.to_string().as_bytes())?;
    unless_there(service::create_project(begin().await?, key.clone(), body).await)?;
    for site in children(project, "sites") {
        let site_key = SiteKey { project: key.clone(), site: code(site).parse()? };
        let body = Body::<Site>::parse(app, site.to_string().as_bytes())?;
        unless_there(service::create_site(begin().await?, site_key.clone(), body.document).await)?;
        for system in children(site, "systems") {
            let body = Body::<System>::parse(app, system.to_string().as_bytes())?;
            let SiteKey { project, site } = site_key.clone();
            let system_key = SystemKey { project, site, system: code(system).parse()? };
            unless_there(service::create_system(begin().await?, system_key, body.document).await)?;
        }
    }
    Ok(())
}

/// The members of an object of documents.
pub(crate) fn children<'d>(document: &'d Value, name: &str) -> impl Iterator<Item = &'d Value> {
    document[name].as_object().into_iter().flat_map(serde_json::Map::values)
}

/// An interrupted start leaves some of them behind: those stay.
fn unless_there<T>(made: ApiResult<T>) -> ApiResult<()> {
    match made {
        Ok(_) | Err(ApiError::Conflict(_)) => Ok(()),
        Err(error) => Err(error),
    }
}
