//! Whether the place that an event names exists, and which zone it is in.

use gridfolio_db::Session;
use gridfolio_wire::alerts::EventLocation;
use gridfolio_wire::catalogue::{Project, Site, System};
use gridfolio_wire::error::Fault;

use crate::catalogue::model::{SiteKey, SystemKey};
use crate::catalogue::service as catalogue;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::rows;

/// The zone of an event that names no project.
pub const NOWHERE: &str = "UTC";

fn fault(member: &str, rule: String) -> ApiError {
    ApiError::faults(vec![Fault { field: format!("location.{member}"), rule }])
}

/// The zone of a place, whose project, site and system must exist. A code that breaks its rule cannot exist.
pub async fn zone_of(session: &mut Session, location: &EventLocation) -> ApiResult<String> {
    let EventLocation { project: code, site, system, node: _, device: _ } = location;
    let project = match code.parse() {
        Ok(code) => rows::find::<Project>(session, &code).await?,
        Err(_) => None,
    };
    let project =
        project.ok_or_else(|| fault("project", format!("{code:?} must be the code of a project")))?;
    let site = match site {
        None if system.is_some() => return Err(fault("site", "is required with a system".to_owned())),
        None => None,
        Some(site) => Some(find_site(session, &project.key, site).await?),
    };
    if let (Some(site), Some(system)) = (site, system) {
        find_system(session, site, system).await?;
    }
    Ok(catalogue::zone(&project).to_owned())
}

async fn find_site(
    session: &mut Session,
    project: &gridfolio_wire::ProjectCode,
    code: &str,
) -> ApiResult<SiteKey> {
    if let Ok(site) = code.parse() {
        let key = SiteKey { project: project.clone(), site };
        if let Some(found) = rows::find::<Site>(session, &key).await? {
            return Ok(found.key);
        }
    }
    Err(fault("site", format!("{code:?} must be the code of a site of project {:?}", project.as_str())))
}

async fn find_system(session: &mut Session, site: SiteKey, code: &str) -> ApiResult<()> {
    let rule = format!("{code:?} must be the code of a system of site \"{}/{}\"", site.project, site.site);
    if let Ok(system) = code.parse() {
        let key = SystemKey { project: site.project, site: site.site, system };
        if rows::find::<System>(session, &key).await?.is_some() {
            return Ok(());
        }
    }
    Err(fault("system", rule))
}
