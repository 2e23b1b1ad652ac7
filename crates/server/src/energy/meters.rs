//! Which meter counts as what.
//!
//! Generation: GEN sources of generation systems; INV sources where a system has no GEN. Consumption: CON sources of
//! any system, any meter of a consumption system. Export: what CON sources count in reverse. Storage: discharge less
//! charge of storage systems. Weather, pyranometers, anomalies and forecasts never count. A system may name its meters
//! itself.

use gridfolio_wire::catalogue::{ProductType, System};
use serde_json::Value;

use crate::kit::error::{ApiError, ApiResult};
use crate::kit::stored::Stored;
use crate::timeseries::service::Source;

/// What a meter's energy counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `wattHours` are produced energy.
    Generation,
    /// `wattHours` are used energy, and what flows back is nobody's.
    Consumption,
    /// `wattHours` are used energy, `wattHoursReverse` are sent to the grid.
    GridMeter,
    /// `wattHours` are discharged, `wattHoursReverse` are charged.
    Storage,
}

/// A meter that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meter {
    /// Where its measurements are.
    pub source: Source,
    /// What it counts as.
    pub role: Role,
}

/// Kinds of sources that never count.
const WEATHER: [&str; 3] = ["WEA", "WEATHER", "PYR"];
/// Segments that mark derived streams, which never count.
const DERIVED: [&str; 2] = ["ANOMALY", "FORECAST"];

/// The meters of a system that count, of its sources with measurements.
pub fn meters(system: &Stored<System>, measured: &[Source]) -> ApiResult<Vec<Meter>> {
    let kind: ProductType =
        serde_json::from_value(system.document.get("type").cloned().unwrap_or(Value::Null))
            .map_err(|e| ApiError::internal(format!("stored system: type: {e}")))?;
    let counting: Vec<&Source> = measured.iter().filter(|source| may_count(source)).collect();
    if let Some(named) = system.document.get("meters").and_then(Value::as_array) {
        let is_named = |source: &&&Source| named.iter().any(|name| name == source.id.as_str());
        let meters =
            counting.iter().filter(is_named).map(|source| meter(source, role_of_named(kind, source)));
        return Ok(meters.collect());
    }
    let has_gen = counting.iter().any(|source| kind_of(source) == "GEN");
    let meters = counting
        .into_iter()
        .filter_map(|source| role_by_rule(kind, &kind_of(source), has_gen).map(|role| meter(source, role)));
    Ok(meters.collect())
}

fn meter(source: &Source, role: Role) -> Meter {
    Meter { source: source.clone(), role }
}

fn kind_of(source: &Source) -> String {
    source.id.path().map(|path| path.kind).unwrap_or_default()
}

fn may_count(source: &Source) -> bool {
    let derived = source.id.as_str().split('/').any(|segment| DERIVED.contains(&segment));
    !derived && !WEATHER.contains(&kind_of(source).as_str())
}

fn role_of_named(kind: ProductType, source: &Source) -> Role {
    match kind {
        _ if kind_of(source) == "CON" => Role::GridMeter,
        ProductType::Generation => Role::Generation,
        ProductType::Consumption => Role::Consumption,
        ProductType::Storage => Role::Storage,
    }
}

fn role_by_rule(kind: ProductType, source_kind: &str, has_gen: bool) -> Option<Role> {
    if source_kind == "CON" {
        return Some(Role::GridMeter);
    }
    // Where a revenue meter is, the inverters behind it would count the same energy again.
    let inverter_behind_meter = source_kind == "INV" && has_gen;
    match kind {
        ProductType::Consumption => Some(Role::Consumption),
        ProductType::Storage if !inverter_behind_meter => Some(Role::Storage),
        ProductType::Generation if source_kind == "GEN" || (source_kind == "INV" && !has_gen) => {
            Some(Role::Generation)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalogue::model::SystemKey;

    fn roles(document: &Value, kinds: &[&str]) -> Vec<(String, Role)> {
        let key = SystemKey {
            project: "P".parse().unwrap(),
            site: "S1".parse().unwrap(),
            system: "R1".parse().unwrap(),
        };
        let system = Stored::new(key, document.as_object().unwrap().clone());
        let sources: Vec<Source> = kinds
            .iter()
            .zip(1..)
            .map(|(kind, stream)| Source { id: format!("/P/S1/R1/{kind}").parse().unwrap(), stream })
            .collect();
        let found = meters(&system, &sources).unwrap();
        found.into_iter().map(|m| (m.source.id.as_str()["/P/S1/R1/".len()..].to_owned(), m.role)).collect()
    }

    fn named(kind: &str, role: Role) -> (String, Role) {
        (kind.to_owned(), role)
    }

    #[test]
    fn inverters_count_only_without_a_meter() {
        let generation = json!({"type": "generation"});
        assert_eq!(roles(&generation, &["GEN/1", "INV/1", "PYR/1"]), [named("GEN/1", Role::Generation)]);
        let inverters = [named("INV/1", Role::Generation), named("INV/2", Role::Generation)];
        assert_eq!(roles(&generation, &["INV/1", "INV/2", "WEA/1"]), inverters);
        assert_eq!(roles(&generation, &["BAT/1"]), []);
    }

    #[test]
    fn derived_streams_never_count() {
        let generation = json!({"type": "generation", "meters": ["/P/S1/R1/GEN/FORECAST", "/P/S1/R1/PYR/1"]});
        assert_eq!(roles(&generation, &["GEN/FORECAST", "PYR/1", "GEN/1"]), []);
        assert_eq!(roles(&json!({"type": "consumption"}), &["GEN/1/ANOMALY", "WEATHER/1"]), []);
    }

    #[test]
    fn consumption_and_storage() {
        let all = ["CON/1", "GEN/1", "INV/1"];
        let used = [
            named("CON/1", Role::GridMeter),
            named("GEN/1", Role::Consumption),
            named("INV/1", Role::Consumption),
        ];
        assert_eq!(roles(&json!({"type": "consumption"}), &all), used);
        let kept = [named("CON/1", Role::GridMeter), named("GEN/1", Role::Storage)];
        assert_eq!(roles(&json!({"type": "storage"}), &all), kept);
    }

    #[test]
    fn named_meters_replace_the_rule() {
        let system = json!({"type": "generation", "meters": ["/P/S1/R1/INV/2", "/P/S1/R1/CON/1"]});
        let found = roles(&system, &["GEN/1", "INV/1", "INV/2", "CON/1"]);
        assert_eq!(found, [named("INV/2", Role::Generation), named("CON/1", Role::GridMeter)]);
    }
}
