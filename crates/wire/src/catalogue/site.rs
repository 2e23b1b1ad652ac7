//! A site: one point of interconnection.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Link, System, document};

/// Where CO2 figures come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(title = "Preferred option for CO2 emissions data")]
#[expect(missing_docs, reason = "the names say it")]
pub enum EmissionsMethod {
    Static,
    Gridemissions,
}

document! {
    /// A person or company to reach at a site.
    pub struct SiteContact {
        /// Name.
        pub name: String,
        /// What they are to the site.
        #[serde(rename = "type")]
        pub kind: String,
        /// E-mail address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(format = Email)]
        pub email: Option<String>,
        /// Telephone number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub phone: Option<String>,
        /// Internet telephone number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub voip: Option<String>,
        /// Anything else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub notes: Option<String>,
    }
}

document! {
    /// A site. Members that this list does not name are kept as sent.
    pub struct Site {
        /// The code: the id in every path; cannot change.
        #[schema(pattern = "^[A-Z0-9]{1,12}$")]
        pub code: String,
        /// The id, which is the code; dropped on write.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only)]
        pub id: Option<String>,
        /// Name for people.
        pub name: String,
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
        /// The utility's number of the service.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub service_id: Option<String>,
        /// Number of the parcel of land.
        #[serde(rename = "parcelID", default, skip_serializing_if = "Option::is_none")]
        pub parcel_id: Option<String>,
        /// Size of the parcel, acres.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub parcel_acreage: Option<String>,
        /// Zoning district.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub zoning_district: Option<String>,
        /// Owner in the land register.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub owner_of_record: Option<String>,
        /// Weather location.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub location_id: Option<i64>,
        /// Number of the plant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub plant_id: Option<String>,
        /// The utility.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub utility: Option<String>,
        /// Where CO2 figures come from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub emissions_approximation_method: Option<EmissionsMethod>,
        /// IANA time zone for daylight and display; buckets use the project's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(format = "time-zone")]
        pub timezone: Option<String>,
        /// Expected data volume per day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expected_daily_data: Option<f64>,
        /// Links.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub links: Option<Vec<Link>>,
        /// How to get in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub access_notes: Option<String>,
        /// People to reach.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub contacts: Option<Vec<SiteContact>>,
        /// By system code, in natural order.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only)]
        pub systems: Option<BTreeMap<String, System>>,
    }
}

/// `{"site": …}`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SiteAnswer {
    /// The site with its systems.
    pub site: Site,
}
