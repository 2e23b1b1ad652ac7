//! Projects, sites, systems and their devices: the tree of assets.

mod project;
mod site;
mod system;

pub use project::{
    DisturbanceCategory, Icon, Interconnection, Link, Media, Milestones, Note, NoteComment, Project,
    ProjectAnswer, ProjectStatus, Projects, PublicSwitch, ReactivePowerCategory, ReportSwitches, RevenueType,
    TeamContact, WithdrawalReason,
};
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
