//! Keys of the tree and of portfolios, and how their parts are loaded from a path.

use gridfolio_db::Session;
use gridfolio_wire::catalogue::{Portfolio, Project, Site, System};
use gridfolio_wire::{PortfolioId, ProjectCode, SiteCode, SystemCode};
use serde_json::Value;

use crate::kit::access::{Area, FromPath, PathParams, Person};
use crate::kit::error::ApiResult;
use crate::kit::rows::{self, Table, parsed};
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
    const AREA: Area = Area::Catalogue;

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
    const AREA: Area = Area::Catalogue;

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
    const AREA: Area = Area::Catalogue;

    fn asset(key: &SystemKey) -> String {
        format!("{}/{}/{}", key.project, key.site, key.system)
    }

    fn project(key: &SystemKey) -> Option<&str> {
        Some(key.project.as_str())
    }
}

impl Kind for Portfolio {
    type Key = PortfolioId;
    const KIND: &'static str = "portfolio";
    const AREA: Area = Area::Catalogue;

    fn asset(key: &PortfolioId) -> String {
        key.to_string()
    }

    fn project(_: &PortfolioId) -> Option<&str> {
        None
    }
}

impl Table for Project {
    const TABLE: &'static str = "project";
    const KEY: &'static [&'static str] = &["code"];

    fn key_columns(key: &ProjectCode) -> Vec<&str> {
        vec![key.as_str()]
    }

    fn key_of(columns: &[String]) -> Result<ProjectCode, String> {
        parsed(columns, 0)
    }
}

impl Table for Site {
    const TABLE: &'static str = "site";
    const KEY: &'static [&'static str] = &["project", "code"];

    fn key_columns(key: &SiteKey) -> Vec<&str> {
        vec![key.project.as_str(), key.site.as_str()]
    }

    fn key_of(columns: &[String]) -> Result<SiteKey, String> {
        Ok(SiteKey { project: parsed(columns, 0)?, site: parsed(columns, 1)? })
    }
}

impl Table for System {
    const TABLE: &'static str = "system";
    const KEY: &'static [&'static str] = &["project", "site", "code"];

    fn key_columns(key: &SystemKey) -> Vec<&str> {
        vec![key.project.as_str(), key.site.as_str(), key.system.as_str()]
    }

    fn key_of(columns: &[String]) -> Result<SystemKey, String> {
        Ok(SystemKey { project: parsed(columns, 0)?, site: parsed(columns, 1)?, system: parsed(columns, 2)? })
    }
}

impl Table for Portfolio {
    const TABLE: &'static str = "portfolio";
    const KEY: &'static [&'static str] = &["id"];

    fn key_columns(key: &PortfolioId) -> Vec<&str> {
        vec![key.as_str()]
    }

    fn key_of(columns: &[String]) -> Result<PortfolioId, String> {
        parsed(columns, 0)
    }
}

impl FromPath for Project {
    async fn from_path(path: &PathParams, session: &mut Session) -> ApiResult<Stored<Self>> {
        let code = path.known("projectId", "project")?;
        rows::get(session, &code).await
    }
}

impl FromPath for Site {
    async fn from_path(path: &PathParams, session: &mut Session) -> ApiResult<Stored<Self>> {
        let project = Project::from_path(path, session).await?;
        let key = SiteKey { project: project.key, site: path.known("siteId", "site")? };
        rows::get(session, &key).await
    }
}

impl FromPath for System {
    async fn from_path(path: &PathParams, session: &mut Session) -> ApiResult<Stored<Self>> {
        let site = Site::from_path(path, session).await?;
        let SiteKey { project, site } = site.key;
        let key = SystemKey { project, site, system: path.known("systemId", "system")? };
        rows::get(session, &key).await
    }
}

impl FromPath for Portfolio {
    async fn from_path(path: &PathParams, session: &mut Session) -> ApiResult<Stored<Self>> {
        rows::get(session, &path.known("portfolioId", "portfolio")?).await
    }

    fn is_visible_to(portfolio: &Stored<Self>, person: &Person) -> bool {
        person.scope.sees_portfolio(portfolio.key.as_str(), codes(portfolio))
    }
}

/// The codes that a portfolio names, in its order.
pub fn codes(portfolio: &Stored<Portfolio>) -> impl Iterator<Item = &str> {
    let named = portfolio.document.get("projects").and_then(Value::as_array);
    named.into_iter().flatten().filter_map(Value::as_str)
}
