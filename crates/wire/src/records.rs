//! The papers of a project: for now its pro forma.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::document;

/// How the amount of a payment comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(title = "Payment Type")]
pub enum PaymentType {
    /// A debt paid back.
    Amortization,
    /// By the energy produced.
    Generation,
    /// The same every period.
    Recurring,
    /// On named days.
    Scheduled,
    /// By the size of the system.
    Size,
    /// By a tariff.
    Tariff,
}

document! {
    /// Taxes of a project, as fractions or percentages as the pro forma has them.
    pub struct ProFormaTaxes {
        /// Tax on property.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub property_tax: Option<f64>,
        /// Federal tax.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub federal_tax: Option<f64>,
        /// Tax of the state.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub state_tax: Option<f64>,
        /// Tax of the place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub local_tax: Option<f64>,
        /// Investment tax credit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub itc: Option<f64>,
    }
}

document! {
    /// Switches of a cash flow.
    pub struct CashFlowFlags {
        /// Whether it is of the back end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(default = false)]
        pub backend: Option<bool>,
        /// Whether it is debt.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(default = false)]
        pub debt: Option<bool>,
    }
}

document! {
    /// A payment of a cash flow. What else it has depends on its type and is kept as sent: `recurrence` with its
    /// `startRate` and `rates`, and so on.
    pub struct CashFlowPayment {
        /// How its amount comes about.
        pub payment_type: PaymentType,
        /// Account within the account.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sub_account: Option<String>,
    }
}

document! {
    /// Money that comes or goes.
    pub struct CashFlow {
        /// Its id, unique within the pro forma.
        pub id: String,
        /// Name for people.
        pub name: String,
        /// The record that it comes from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub record_id: Option<String>,
        /// `Income` or `Expense`.
        pub category: String,
        /// Account: `PPA/FIT`, `SREC Revenue`, …
        pub account: String,
        /// Switches.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub flags: Option<CashFlowFlags>,
        /// Its payments.
        pub payments: Vec<CashFlowPayment>,
    }
}

document! {
    /// The financial plan of a project. Members that this list does not name are kept as sent.
    pub struct ProForma {
        /// First day of the plan.
        #[schema(format = Date)]
        pub project_start_date: String,
        /// DC size for forecasts of generation, kW.
        pub system_size: f64,
        /// kWh per year and kW installed.
        pub system_production: f64,
        /// Loss of production per year.
        pub degradation: f64,
        /// Years for which payments recur unless they say otherwise.
        #[schema(maximum = 50)]
        pub project_life: f64,
        /// Share of the developer, percent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub developer_fee_percent: Option<f64>,
        /// Whether it is kept only for the record.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(default = false)]
        pub archived: Option<bool>,
        /// Taxes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub taxes: Option<ProFormaTaxes>,
        /// Cash flows; their ids differ.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub cash_flows: Option<Vec<CashFlow>>,
        /// Name of a stored version; absent in the current pro forma.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only)]
        pub version: Option<String>,
    }
}

/// `{"proForma": …}`; `{}` for a project without one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProFormaAnswer {
    /// The pro forma.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pro_forma: Option<ProForma>,
}

/// The named versions of a pro forma.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProFormaVersions {
    /// In the order in which they were made; each with its name as `version`.
    pub versions: Vec<ProForma>,
}
