//! A portfolio: projects that somebody looks at together.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ProjectStatus, ReportSwitches, document};

document! {
    /// A portfolio. Members that this list does not name are kept as sent.
    pub struct Portfolio {
        /// The id, a UUID that the server gives; dropped on write.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only, format = "uuid")]
        pub id: Option<String>,
        /// Name for people.
        pub name: String,
        /// Codes of projects, each once; they must exist. A project that is removed leaves the list.
        #[schema(value_type = std::collections::BTreeSet<String>)]
        pub projects: Vec<String>,
        /// Which reports are made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reports: Option<ReportSwitches>,
    }
}

document! {
    /// A portfolio in the list: with what the official client demands there, derived from its projects. Members of the
    /// portfolio that the schema does not name are in the single read only.
    pub struct ListedPortfolio {
        /// The id, a UUID.
        #[schema(format = "uuid")]
        pub id: String,
        /// Name for people.
        pub name: String,
        /// Codes of its projects.
        #[schema(value_type = std::collections::BTreeSet<String>)]
        pub projects: Vec<String>,
        /// Which reports are made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reports: Option<ReportSwitches>,
        /// The id again.
        pub code: String,
        /// The least advanced status of its projects; of none, `New Project`.
        pub status: ProjectStatus,
        /// The earliest of its projects; of none, the day on which the portfolio was made, UTC.
        #[schema(format = Date)]
        pub start_date: String,
        /// The most common of its projects, of several the first; of none, `UTC`.
        pub timezone: String,
        /// Mean latitude of its projects, degrees north; of none, 0.
        pub lat: f64,
        /// Mean longitude of its projects, degrees east; of none, 0.
        pub long: f64,
        /// Empty: a portfolio has no address.
        pub address: String,
        /// Empty, as `address`.
        pub town: String,
        /// Empty, as `address`.
        pub state: String,
    }
}

/// `{"portfolio": …}`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PortfolioAnswer {
    /// The portfolio.
    pub portfolio: Portfolio,
}

/// `{"portfolios": […]}`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Portfolios {
    /// The portfolios, by name in natural order.
    pub portfolios: Vec<ListedPortfolio>,
}
