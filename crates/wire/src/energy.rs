//! Energy answers: one tree of project, site and system, in the two forms that clients read.

use std::sync::Arc;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::Quantity;
use crate::time::{Aggregation, LocalRange};

/// The energy of one bucket. What was not measured is absent, never 0.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnergyTotals {
    /// Wh produced, interpolated at the bucket's edges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<Quantity>,
    /// Wh produced, by meter readings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation_reading: Option<Quantity>,
    /// Wh per kW of DC size: generation divided by the DC size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub normalised_generation: Option<Quantity>,
    /// Wh consumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumption: Option<Quantity>,
    /// Wh consumed, by meter readings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumption_reading: Option<Quantity>,
    /// Wh sent to the grid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export: Option<Quantity>,
    /// Wh sent to the grid, by meter readings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_reading: Option<Quantity>,
    /// Wh discharged less Wh charged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage: Option<Quantity>,
    /// Wh discharged less Wh charged, by meter readings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_reading: Option<Quantity>,
}

/// Reading of one source over the period.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceReading {
    /// Wh by meter readings over the whole period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reading: Option<Quantity>,
    /// The largest reading of a single bucket, Wh.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_reading: Option<Quantity>,
}

/// Members in a given order: a JSON object whose keys are not sorted.
#[derive(Debug, Clone, ToSchema)]
#[schema(value_type = std::collections::HashMap<String, T>)]
pub struct InOrder<T: ToSchema>(pub Vec<(String, T)>);

/// Buckets in order of time, shared by the two forms of an answer.
pub type Buckets = Arc<Vec<(String, EnergyTotals)>>;

/// Buckets as an object keyed by the bucket's start in local time: what report scripts read.
#[derive(Debug, Clone, Default, ToSchema)]
#[schema(value_type = std::collections::HashMap<String, EnergyTotals>)]
pub struct TotalsByBucket(pub Buckets);

/// Buckets as an array of single-member objects: what the official client decodes.
#[derive(Debug, Clone, Default, ToSchema)]
#[schema(value_type = Vec<std::collections::HashMap<String, EnergyTotals>>)]
pub struct TotalsList(pub Buckets);

/// Readings by source, an array of single-member objects.
#[derive(Debug, Clone, Default, ToSchema)]
#[schema(value_type = Vec<std::collections::HashMap<String, SourceReading>>)]
pub struct SourceReadings(pub Vec<(String, SourceReading)>);

fn write_object<T: Serialize, S: Serializer>(
    members: &[(String, T)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(members.len()))?;
    for (key, value) in members {
        map.serialize_entry(key, value)?;
    }
    map.end()
}

fn write_array<T: Serialize, S: Serializer>(
    members: &[(String, T)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut seq = serializer.serialize_seq(Some(members.len()))?;
    for member in members {
        seq.serialize_element(&Single(&member.0, &member.1))?;
    }
    seq.end()
}

struct Single<'a, T>(&'a str, &'a T);

impl<T: Serialize> Serialize for Single<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.0, self.1)?;
        map.end()
    }
}

impl<T: Serialize + ToSchema> Serialize for InOrder<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_object(&self.0, serializer)
    }
}

impl Serialize for TotalsByBucket {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_object(&self.0, serializer)
    }
}

impl Serialize for TotalsList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_array(&self.0, serializer)
    }
}

impl Serialize for SourceReadings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_array(&self.0, serializer)
    }
}

/// Energy of a system. `T` is the form of the buckets.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnergySystem<T: ToSchema> {
    /// Code of the system.
    pub code: String,
    /// Name of the system.
    pub name: String,
    /// Highest mean power produced in a quarter of an hour (or the bucket, if finer), W.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_generation: Option<Quantity>,
    /// Highest mean power consumed, W.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_consumption: Option<Quantity>,
    /// Energy by bucket.
    pub aggregated_totals: T,
    /// Energy by meter over the whole period.
    pub sources: SourceReadings,
}

/// Energy of a site: the sum of its systems.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnergySite<T: ToSchema> {
    /// Code of the site.
    pub code: String,
    /// Name of the site.
    pub name: String,
    /// Highest mean power produced in a quarter of an hour (or the bucket, if finer), W.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_generation: Option<Quantity>,
    /// Highest mean power consumed, W.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_consumption: Option<Quantity>,
    /// Energy by bucket.
    pub aggregated_totals: T,
    /// Energy by meter over the whole period.
    pub sources: SourceReadings,
    /// By system code, in natural order.
    pub systems: InOrder<EnergySystem<T>>,
}

/// Energy of a project: the sum of its systems.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnergyProject<T: ToSchema> {
    /// Code of the project.
    pub code: String,
    /// Name of the project.
    pub name: String,
    /// Highest mean power produced in a quarter of an hour (or the bucket, if finer), W.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_generation: Option<Quantity>,
    /// Highest mean power consumed, W.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_consumption: Option<Quantity>,
    /// Energy by bucket.
    pub aggregated_totals: T,
    /// Energy by meter over the whole period.
    pub sources: SourceReadings,
    /// By site code, in natural order.
    pub sites: InOrder<EnergySite<T>>,
}

/// Energy of several projects, in the form that the official client decodes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FleetEnergy {
    /// By project code.
    pub projects: InOrder<EnergyProject<TotalsList>>,
    /// The period.
    pub range: LocalRange,
    /// The bucket size, unless it has no name in the contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregation: Option<Aggregation>,
}

/// Energy of one project, in both forms.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectEnergy {
    /// With buckets as objects: what report scripts read.
    pub project: EnergyProject<TotalsByBucket>,
    /// With buckets as arrays: what the official client decodes.
    pub project_datums: EnergyProject<TotalsList>,
    /// The period.
    pub range: LocalRange,
    /// The bucket size, unless it has no name in the contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregation: Option<Aggregation>,
}
