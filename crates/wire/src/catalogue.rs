//! Projects, sites, systems and their devices: the tree of assets; portfolios of projects; what is derived from them.

mod contacts;
mod i2x;
mod portfolio;
mod project;
mod refinements;
mod site;
mod system;

pub use contacts::{
    ProjectContact, ProjectContacts, ProjectContactsAnswer, RecordContact, SiteContacts, SystemContacts,
};
pub use i2x::{ApplicationStatus, I2x, I2xAnswer, Technology};
pub use portfolio::{ListedPortfolio, Portfolio, PortfolioAnswer, Portfolios};
pub use project::{
    DisturbanceCategory, Icon, Interconnection, Link, Media, Milestones, Note, NoteComment, Project,
    ProjectAnswer, ProjectStatus, Projects, PublicSwitch, ReactivePowerCategory, ReportSwitches, RevenueType,
    TeamContact, WithdrawalReason,
};
pub use refinements::{AutoComplete, Refinements};
pub use site::{EmissionsMethod, Site, SiteAnswer, SiteContact};
pub use system::{Device, DeviceId, ProductType, System, SystemAnswer, SystemCreated, SystemStatus};

/// Derives what every document view has in common.
macro_rules! document {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($body:tt)* }) => {
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "camelCase")]
        $(#[$meta])*
        $vis struct $name { $($body)* }
    };
}
pub(crate) use document;
