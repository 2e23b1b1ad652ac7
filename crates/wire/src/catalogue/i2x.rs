//! Interconnection metrics of a project: the 14 items of the Interconnection Innovation e-Xchange (i2X).

use serde::Serialize;
use utoipa::ToSchema;

use super::{DisturbanceCategory, ReactivePowerCategory, WithdrawalReason};

/// What a plant works with, in the words of i2X.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub enum Technology {
    /// Photovoltaics.
    #[serde(rename = "PV")]
    Pv,
    /// Natural gas.
    Gas,
    /// Diesel.
    Diesel,
    /// Wind.
    Wind,
    /// Concentrated solar power.
    #[serde(rename = "CSP")]
    Csp,
    /// Battery storage.
    #[serde(rename = "BESS")]
    Bess,
    /// Landfill gas.
    #[serde(rename = "LFG")]
    Lfg,
    /// Hydrogen.
    H2,
    /// Water.
    Hydro,
    /// Anything else.
    Other,
}

/// Where an application for interconnection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ApplicationStatus {
    /// On its way.
    Active,
    /// Connected and in operation.
    Operational,
    /// Given up.
    Withdrawn,
    /// On hold.
    Suspended,
}

/// The 14 items, in the order of i2X. One that cannot be known is absent.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct I2x {
    /// Rated power of the generation and storage systems together, kW AC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rated_power_kw: Option<f64>,
    /// What the generation works with; of several the largest. `BESS` where there is storage alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub technology: Option<Technology>,
    /// Energy that the storage systems hold together when full, kWh.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored_energy_kwh: Option<f64>,
    /// Voltage and reactive power capability.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ieee1547_reactive_power_category: Option<ReactivePowerCategory>,
    /// Voltage and frequency ride-through capability.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ieee1547_disturbance_category: Option<DisturbanceCategory>,
    /// Census block group, FIPS code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fips_location: Option<String>,
    /// Month of the application, `MM/YYYY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^(0[1-9]|1[0-2])/[0-9]{4}$")]
    pub application_date: Option<String>,
    /// Why the application was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawal_reason: Option<WithdrawalReason>,
    /// Days from the application to the interconnection agreement.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub days_application_to_agreement: Option<i64>,
    /// Days from the completion of construction to the permission to operate.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub days_construction_to_pto: Option<i64>,
    /// Where the application stands.
    pub status: ApplicationStatus,
    /// Quoted by the utility, in the project's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated_cost_of_studies_and_fees: Option<f64>,
    /// Quoted by the utility, in the project's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated_cost_of_system_upgrades: Option<f64>,
    /// Billed by the utility.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub final_cost_of_interconnection: Option<f64>,
}

/// `{"i2x": …}`
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct I2xAnswer {
    /// The items.
    pub i2x: I2x,
}
