//! A system: a contiguous array, a battery, or a group of loads.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::document;

/// Where a system stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(title = "System Status")]
#[expect(missing_docs, reason = "as for projects")]
pub enum SystemStatus {
    #[serde(rename = "New System")]
    NewSystem,
    Interconnection,
    Permitting,
    #[serde(rename = "Pre-Construction")]
    PreConstruction,
    Construction,
    #[serde(rename = "PTO")]
    Pto,
    Operational,
}

/// What a system does with energy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(title = "Product Type")]
pub enum ProductType {
    /// Produces it.
    Generation,
    /// Uses it.
    Consumption,
    /// Keeps it.
    Storage,
}

/// Number or name of a device within its kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum DeviceId {
    /// `1`
    Number(i64),
    /// `"1"`, `"main"`
    Text(String),
}

document! {
    /// A device of a system, with the source of its measurements.
    pub struct Device {
        /// Number or name within its kind.
        pub id: DeviceId,
        /// `GEN`, `INV`, `CON`, `PYR`, …
        #[serde(rename = "type")]
        pub kind: String,
        /// Where its measurements are.
        #[schema(max_length = 64, min_length = 1)]
        pub source_id: String,
        /// Name for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// DC size, kW.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(minimum = 0)]
        pub dc_size: Option<f64>,
        /// AC size, kW.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(minimum = 0)]
        pub ac_size: Option<f64>,
        /// Energy that a battery holds when full, kWh.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(minimum = 0)]
        pub stored_energy_kwh: Option<f64>,
    }
}

document! {
    /// A system. Members that this list does not name are kept as sent.
    pub struct System {
        /// The code: the id in every path; cannot change.
        #[schema(pattern = "^[A-Z0-9]{1,12}$")]
        pub code: String,
        /// The id, which is the code; dropped on write.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only)]
        pub id: Option<String>,
        /// Where it stands.
        #[schema(default = "New System")]
        pub status: SystemStatus,
        /// Name for people.
        pub name: String,
        /// First day.
        #[schema(format = Date)]
        pub start_date: String,
        /// What it does with energy.
        #[serde(rename = "type")]
        pub kind: ProductType,
        /// DC size, kW.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(minimum = 0)]
        pub dc_size: Option<f64>,
        /// AC size, kW.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(minimum = 0)]
        pub ac_size: Option<f64>,
        /// Energy that a storage system holds when full, kWh.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(minimum = 0)]
        pub stored_energy_kwh: Option<f64>,
        /// What it works with: PV, Gas, Diesel, Wind, CSP, BESS, LFG, H2, Hydro or Other.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub technology: Option<String>,
        /// Number of the meter.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub meter_number: Option<String>,
        /// Demand by contract, kW.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub contracted_demand: Option<f64>,
        /// Whether somebody checked the data.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(default = false)]
        pub verified: Option<bool>,
        /// Devices; sources with measurements that are not named here are added on read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub devices: Option<Vec<Device>>,
        /// Source ids of the meters that count for this system's energy, instead of the rule.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub meters: Option<Vec<String>>,
    }
}

/// The answer to a created system: the contract has it under `site`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SystemCreated {
    /// The system.
    pub site: System,
}

/// `{"system": …}`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SystemAnswer {
    /// The system.
    pub system: System,
}
