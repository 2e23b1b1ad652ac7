//! A project: normally one company that owns one or more sites.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Site, document};

/// Where a project stands, least advanced first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(title = "Project Status")]
pub enum ProjectStatus {
    /// Known, nothing done yet.
    #[serde(rename = "New Project")]
    NewProject,
    /// Asking the utility for the connection.
    Interconnection,
    /// Asking the authorities.
    Permitting,
    /// Contracts and purchases.
    #[serde(rename = "Pre-Construction")]
    PreConstruction,
    /// Being built.
    Construction,
    /// Waiting for, or having, permission to operate.
    #[serde(rename = "PTO")]
    Pto,
    /// In operation.
    Operational,
}

/// Voltage and reactive power capability by IEEE 1547.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[expect(missing_docs, reason = "the letters of the standard are their own explanation")]
pub enum ReactivePowerCategory {
    A,
    B,
    #[serde(rename = "legacy")]
    Legacy,
}

/// Voltage and frequency ride-through capability by IEEE 1547.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[expect(missing_docs, reason = "the numbers of the standard are their own explanation")]
pub enum DisturbanceCategory {
    I,
    II,
    /// Accepted on write; left out of project reads, because the official client fails on it.
    III,
    #[serde(rename = "legacy")]
    Legacy,
}

/// Why an application was withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum WithdrawalReason {
    NotApplicable,
    Environmental,
    InterconnectionCosts,
    Other,
    Permitting,
    SiteControl,
    Unknown,
}

/// How the energy is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum RevenueType {
    CommunitySolar,
    FeedInTariff,
    Ppa,
}

document! {
    /// Interconnection data of a project.
    pub struct Interconnection {
        /// Voltage and reactive power capability.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ieee1547_reactive_power_category: Option<ReactivePowerCategory>,
        /// Ride-through capability.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ieee1547_disturbance_category: Option<DisturbanceCategory>,
        /// FIPS code of the location.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub fips_location: Option<String>,
        /// Why the application was withdrawn.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(default = "notApplicable")]
        pub withdrawal_reason: Option<WithdrawalReason>,
        /// Quoted by the utility, in the project's currency.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(default = 0)]
        pub estimated_cost_of_studies_and_fees: Option<f64>,
        /// Quoted by the utility, in the project's currency.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(default = 0)]
        pub estimated_cost_of_system_upgrades: Option<f64>,
        /// Billed by the utility, less the two estimates.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(default = 0)]
        pub final_cost_of_interconnection: Option<f64>,
    }
}

document! {
    /// An icon shown beside a project.
    pub struct Icon {
        /// Name of the icon.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub icon_name: Option<String>,
        /// What it stands for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub meaning: Option<String>,
        /// Text shown with it.
        pub tooltip: String,
    }
}

document! {
    /// Days on which stages were complete.
    #[schema(title = "Project Milestones")]
    pub struct Milestones {
        /// Day on which the project began; in `i2x` the day of the application.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(format = Date)]
        pub initiated: Option<String>,
        /// Day of the interconnection agreement.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(format = Date)]
        pub interconnection: Option<String>,
        /// Day of the permit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(format = Date)]
        pub permitting: Option<String>,
        /// Day on which everything was ready to build.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(format = Date)]
        pub pre_construction: Option<String>,
        /// Day on which building was complete.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(format = Date)]
        pub construction: Option<String>,
        /// Day of the permission to operate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(format = Date)]
        pub pto: Option<String>,
        /// First day of operation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(format = Date)]
        pub operational: Option<String>,
    }
}

document! {
    /// Whom to ask about the project.
    pub struct TeamContact {
        /// Name of the team or person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// Their address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(format = Email)]
        pub email: Option<String>,
        /// Their telephone number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub phone: Option<String>,
    }
}

document! {
    /// Which reports are made for the project.
    pub struct ReportSwitches {
        /// Whether the operating report is made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub operating: Option<bool>,
    }
}

document! {
    /// A named link.
    pub struct Link {
        /// Shown text.
        pub name: String,
        /// Target.
        #[schema(format = "uri")]
        pub url: String,
    }
}

document! {
    /// A note with its comments.
    pub struct Note {
        /// The text.
        pub note: String,
        /// Who wrote it; set by the server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only)]
        pub user_name: Option<String>,
        /// When it was written; set by the server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only, format = DateTime)]
        pub created: Option<String>,
        /// Whether the matter is settled.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub resolved: Option<bool>,
        /// Comments, in order.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub comments: Option<Vec<NoteComment>>,
    }
}

document! {
    /// A comment on a note.
    pub struct NoteComment {
        /// The text.
        pub comment: String,
        /// Who wrote it; set by the server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only)]
        pub user_name: Option<String>,
        /// When it was written; set by the server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only, format = DateTime)]
        pub created: Option<String>,
    }
}

document! {
    /// Pictures of a project.
    pub struct Media {
        /// Key of the banner picture.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub banner: Option<String>,
    }
}

document! {
    /// Whether anybody may see the project's energy without signing in.
    pub struct PublicSwitch {
        /// Off unless said.
        pub enabled: bool,
    }
}

document! {
    /// A project. Members that this list does not name are kept as sent.
    pub struct Project {
        /// The code: the id in every path; cannot change.
        #[schema(pattern = "^[A-Za-z0-9_-]{1,20}$")]
        pub code: String,
        /// The id, which is the code; dropped on write.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only)]
        pub id: Option<String>,
        /// DC size, kW.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(minimum = 0)]
        pub dc_size: Option<f64>,
        /// Where the project stands, as people say.
        #[schema(default = "New Project")]
        pub status: ProjectStatus,
        /// Where its systems stand, derived from their status.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only)]
        pub system_status: Option<String>,
        /// Whether work is paused.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(default = false)]
        pub paused: Option<bool>,
        /// Whether the project was given up.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(default = false)]
        pub cancelled: Option<bool>,
        /// Whether the project is kept only for the record.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(default = false)]
        pub archived: Option<bool>,
        /// Name for people.
        pub name: String,
        /// Street and number.
        pub address: String,
        /// Town.
        pub town: String,
        /// State or province, its full name.
        pub state: String,
        /// Latitude, degrees north.
        #[schema(minimum = -180, maximum = 180)]
        pub lat: f64,
        /// Longitude, degrees east.
        #[schema(minimum = -180, maximum = 180)]
        pub long: f64,
        /// Interconnection data.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub interconnection: Option<Interconnection>,
        /// Discount rate per year, a fraction.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub discount_rate: Option<f64>,
        /// Employer identification number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ein_number: Option<String>,
        /// The company that owns it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub company_name: Option<String>,
        /// Number of the client.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub client_number: Option<String>,
        /// First day.
        #[schema(format = Date)]
        pub start_date: String,
        /// First day of reports.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(format = Date)]
        pub report_start_date: Option<String>,
        /// First day of production.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(format = Date)]
        pub production_start_date: Option<String>,
        /// First day of generation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(format = Date)]
        pub generation_start_date: Option<String>,
        /// First day of consumption.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(format = Date)]
        pub consumption_start_date: Option<String>,
        /// First day of storage.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(format = Date)]
        pub storage_start_date: Option<String>,
        /// IANA time zone: days, months and buckets of the project are local time there.
        #[schema(format = "time-zone")]
        pub timezone: String,
        /// Icons.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub icons: Option<Vec<Icon>>,
        /// How the energy is sold.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub revenue_type: Option<RevenueType>,
        /// Owner in business development.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub biz_dev_owner: Option<String>,
        /// Who surveyed the site.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub site_surveyor: Option<String>,
        /// Channel where people talk about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub slack_channel: Option<String>,
        /// Day on which the plan was last changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(format = Date)]
        pub gantt_chart_last_updated: Option<String>,
        /// Days on which stages were complete.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub milestones: Option<Milestones>,
        /// Whom to ask.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub asset_management_team_contact: Option<TeamContact>,
        /// Which reports are made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reports: Option<ReportSwitches>,
        /// Links.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub links: Option<Vec<Link>>,
        /// Free tags.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tags: Option<Vec<String>>,
        /// Notes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub notes: Option<Vec<Note>>,
        /// Pictures.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub media: Option<Media>,
        /// Whether the project is shown to the public.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub public: Option<PublicSwitch>,
        /// By site code, in natural order.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only)]
        pub sites: Option<BTreeMap<String, Site>>,
    }
}

/// `{"project": …}`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProjectAnswer {
    /// The project with its sites and systems.
    pub project: Project,
}

/// `{"projects": […]}`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Projects {
    /// The projects that the caller may see, by code in natural order.
    pub projects: Vec<Project>,
}
