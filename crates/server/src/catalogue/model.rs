//! Keys of the tree, and how its parts are loaded from a path.

use gridfolio_db::Session;
use gridfolio_wire::catalogue::{Project, Site, System};
use gridfolio_wire::{ProjectCode, SiteCode, SystemCode};

use crate::catalogue::store;
use crate::kit::access::{Load, PathParams};
use crate::kit::error::ApiResult;
use crate::kit::stored::{Kind, Stored};

/// A site within its project.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SiteKey {
    /// The project.
    pub project: ProjectCode,
    /// The site.
    pub site: SiteCode,
}

/// A system within its site.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SystemKey {
    /// The project.
    pub project: ProjectCode,
    /// The site.
    pub site: SiteCode,
    /// The system.
    pub system: SystemCode,
}

impl Kind for Project {
    type Key = ProjectCode;
    const KIND: &'static str = "project";

    fn asset(key: &ProjectCode) -> String {
        key.to_string()
    }

    fn project(key: &ProjectCode) -> Option<&str> {
        Some(key.as_str())
    }
}

impl Kind for Site {
    type Key = SiteKey;
    const KIND: &'static str = "site";

    fn asset(key: &SiteKey) -> String {
        format!("{}/{}", key.project, key.site)
    }

    fn project(key: &SiteKey) -> Option<&str> {
        Some(key.project.as_str())
    }
}

impl Kind for System {
    type Key = SystemKey;
    const KIND: &'static str = "system";

    fn asset(key: &SystemKey) -> String {
        format!("{}/{}/{}", key.project, key.site, key.system)
    }

    fn project(key: &SystemKey) -> Option<&str> {
        Some(key.project.as_str())
    }
}

impl Load for Stored<Project> {
    async fn load(path: &PathParams, session: &mut Session) -> ApiResult<Self> {
        let code = path.known("projectId", "project")?;
        store::find_project(session, &code).await?.ok_or_else(|| Self::missing(&code))
    }

    fn etag(&self) -> Option<String> {
        Some(Stored::etag(self))
    }
}

impl Load for Stored<Site> {
    async fn load(path: &PathParams, session: &mut Session) -> ApiResult<Self> {
        let project = Stored::<Project>::load(path, session).await?;
        let key = SiteKey { project: project.key, site: path.known("siteId", "site")? };
        store::find_site(session, &key).await?.ok_or_else(|| Self::missing(&key))
    }

    fn etag(&self) -> Option<String> {
        Some(Stored::etag(self))
    }
}

impl Load for Stored<System> {
    async fn load(path: &PathParams, session: &mut Session) -> ApiResult<Self> {
        let site = Stored::<Site>::load(path, session).await?;
        let SiteKey { project, site } = site.key;
        let key = SystemKey { project, site, system: path.known("systemId", "system")? };
        store::find_system(session, &key).await?.ok_or_else(|| Self::missing(&key))
    }

    fn etag(&self) -> Option<String> {
        Some(Stored::etag(self))
    }
}
