//! Whether the place that an event names exists, and which zone it is in.

use gridfolio_wire::ProjectCode;
use gridfolio_wire::alerts::EventLocation;
use gridfolio_wire::error::Fault;

use crate::catalogue::model::{SiteKey, SystemKey};
use crate::catalogue::service as catalogue;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::tx::Tx;

/// The zone of an event that names no project.
pub const NOWHERE: &str = "UTC";

fn fault(member: &str, rule: String) -> ApiError {
    ApiError::faults(vec![Fault { field: format!("location.{member}"), rule }])
}

/// The zone of a place, whose project, site and system must exist; the project keeps it until the transaction ends. A
/// code that breaks its rule cannot exist.
pub async fn zone_of(tx: &mut Tx, location: &EventLocation) -> ApiResult<String> {
    let EventLocation { project: code, site, system, node: _, device: _ } = location;
    let project = match code.parse::<ProjectCode>() {
        // One that the actor does not see is as good as none.
        Ok(code) if tx.actor().scope.sees(code.as_str()) => catalogue::hold_project(tx, &code).await?,
        _ => None,
    };
    let project =
        project.ok_or_else(|| fault("project", format!("{code:?} must be the code of a project")))?;
    let site = match site {
        None if system.is_some() => return Err(fault("site", "is required with a system".to_owned())),
        None => None,
        Some(site) => Some(find_site(tx, &project.key, site).await?),
    };
    if let (Some(site), Some(system)) = (site, system) {
        find_system(tx, site, system).await?;
    }
    Ok(catalogue::zone(&project).to_owned())
}

async fn find_site(tx: &mut Tx, project: &ProjectCode, code: &str) -> ApiResult<SiteKey> {
    if let Ok(site) = code.parse() {
        let key = SiteKey { project: project.clone(), site };
        if catalogue::has_site(tx, &key).await? {
            return Ok(key);
        }
    }
    Err(fault("site", format!("{code:?} must be the code of a site of project {:?}", project.as_str())))
}

async fn find_system(tx: &mut Tx, site: SiteKey, code: &str) -> ApiResult<()> {
    let rule = format!("{code:?} must be the code of a system of site \"{}/{}\"", site.project, site.site);
    if let Ok(system) = code.parse() {
        let key = SystemKey { project: site.project, site: site.site, system };
        if catalogue::has_system(tx, &key).await? {
            return Ok(());
        }
    }
    Err(fault("system", rule))
}
