//! `/projects/{projectId}/i2x`: interconnection metrics, read out of the documents.
//!
//! Nothing is guessed: an item that the documents do not give is absent. Milestones are the days on which a stage was
//! complete: `initiated` the application, `interconnection` the agreement, `construction` the end of building, `pto`
//! the permission to operate.

use axum::Json;
use gridfolio_wire::catalogue::{
    ApplicationStatus, I2x, I2xAnswer, Interconnection, Project, ProjectStatus, System, Technology,
    WithdrawalReason,
};
use jiff::Unit;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::catalogue::tree::Children;
use crate::kit::access::{Can, Read};
use crate::kit::error::ApiResult;
use crate::kit::params::{FromParams, Params, Query};
use crate::kit::stored::{Document, Stored};

/// The operation on interconnection metrics.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_project_i2x))
}

/// A period, which clients send. The metrics are those of today whatever it is.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct I2xQuery {
    /// A date or a date and time; it is checked and changes nothing.
    pub start_date: Option<String>,
    /// As `startDate`.
    pub end_date: Option<String>,
}

impl FromParams for I2xQuery {
    fn from_params(params: &Params) -> ApiResult<Self> {
        let checked = |name| -> ApiResult<Option<String>> {
            let Some(text) = params.find(name) else { return Ok(None) };
            params.moment(name)?;
            Ok(Some(text.to_owned()))
        };
        Ok(Self { start_date: checked("startDate")?, end_date: checked("endDate")? })
    }
}

/// Interconnection metrics of a project, by the list of i2X.
#[utoipa::path(get, path = "/projects/{projectId}/i2x", tag = "catalogue", params(I2xQuery),
    responses((status = 200, description = "the items that are known", body = I2xAnswer)))]
pub async fn get_project_i2x(
    mut project: Can<Read, Stored<Project>>,
    Query(_period): Query<I2xQuery>,
) -> ApiResult<Json<I2xAnswer>> {
    let children = Children::load(&mut project.snapshot, &[&project.resource.key]).await?;
    let systems: Vec<&Stored<System>> =
        children.sites(&project.resource.key).iter().flat_map(|site| children.systems(&site.key)).collect();
    Ok(Json(I2xAnswer { i2x: metrics(&project.resource, &systems) }))
}

/// The items of a project with these systems.
fn metrics(project: &Stored<Project>, systems: &[&Stored<System>]) -> I2x {
    let interconnection: Option<Interconnection> = member(&project.document, "interconnection");
    let of = interconnection.as_ref();
    I2x {
        rated_power_kw: rated_power(project, systems),
        technology: technology(systems),
        stored_energy_kwh: stored_energy(systems),
        ieee1547_reactive_power_category: of.and_then(|i| i.ieee1547_reactive_power_category),
        ieee1547_disturbance_category: of.and_then(|i| i.ieee1547_disturbance_category),
        fips_location: of.and_then(|i| i.fips_location.clone()),
        application_date: milestone(project, "initiated")
            .map(|day| format!("{:02}/{:04}", day.month(), day.year())),
        withdrawal_reason: of.and_then(|i| i.withdrawal_reason),
        days_application_to_agreement: days(project, "initiated", "interconnection"),
        days_construction_to_pto: days(project, "construction", "pto"),
        status: status(project, of.and_then(|i| i.withdrawal_reason)),
        estimated_cost_of_studies_and_fees: of.and_then(|i| i.estimated_cost_of_studies_and_fees),
        estimated_cost_of_system_upgrades: of.and_then(|i| i.estimated_cost_of_system_upgrades),
        final_cost_of_interconnection: of.and_then(|i| i.final_cost_of_interconnection),
    }
}

/// A member in its form; a form that it does not have is as good as absent.
fn member<T: DeserializeOwned>(document: &Document, name: &str) -> Option<T> {
    document.get(name).and_then(|value| serde_json::from_value(value.clone()).ok())
}

fn milestone(project: &Stored<Project>, name: &str) -> Option<Date> {
    project.document.get("milestones")?.get(name)?.as_str()?.parse().ok()
}

/// Days between two milestones; an order that cannot be gives nothing.
fn days(project: &Stored<Project>, from: &str, to: &str) -> Option<i64> {
    let (from, to) = (milestone(project, from)?, milestone(project, to)?);
    let days = from.until((Unit::Day, to)).ok()?.get_days();
    (days >= 0).then_some(days.into())
}

fn status(project: &Stored<Project>, reason: Option<WithdrawalReason>) -> ApplicationStatus {
    let is = |flag: &str| project.document.get(flag) == Some(&Value::Bool(true));
    if is("cancelled") || reason.is_some_and(|reason| reason != WithdrawalReason::NotApplicable) {
        ApplicationStatus::Withdrawn
    } else if is("paused") {
        ApplicationStatus::Suspended
    } else if member(&project.document, "status") == Some(ProjectStatus::Operational) {
        ApplicationStatus::Operational
    } else {
        ApplicationStatus::Active
    }
}

fn is_of_type(system: &Stored<System>, kind: &str) -> bool {
    system.text_member("type") == Some(kind)
}

fn devices(system: &Stored<System>) -> impl Iterator<Item = &Value> {
    system.document.get("devices").and_then(Value::as_array).into_iter().flatten()
}

/// The sum of a member of devices, of inverters alone where one has it: a meter repeats what stands behind it.
fn of_devices(system: &Stored<System>, name: &str) -> Option<f64> {
    let size = |device: &Value| device.get(name).and_then(Value::as_f64);
    let inverters: Vec<f64> =
        devices(system).filter(|device| device["type"] == "INV").filter_map(size).collect();
    let sizes = if inverters.is_empty() { devices(system).filter_map(size).collect() } else { inverters };
    (!sizes.is_empty()).then(|| sizes.iter().sum())
}

/// A member of the system, or the sum of its devices'.
fn size(system: &Stored<System>, name: &str) -> Option<f64> {
    system.document.get(name).and_then(Value::as_f64).or_else(|| of_devices(system, name))
}

/// What a system can deliver, kW: AC, or DC where nobody says AC.
fn system_power(system: &Stored<System>) -> Option<f64> {
    size(system, "acSize").or_else(|| size(system, "dcSize"))
}

/// The sum over systems if each of them has it, freed of what binary fractions add.
fn total(sizes: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let sizes: Vec<f64> = sizes.collect::<Option<_>>()?;
    let sum: f64 = sizes.iter().sum();
    let rounded = (sum * 1e6).round() / 1e6;
    (!sizes.is_empty() && rounded.is_finite()).then_some(rounded)
}

fn rated_power(project: &Stored<Project>, systems: &[&Stored<System>]) -> Option<f64> {
    let plants = systems.iter().filter(|system| !is_of_type(system, "consumption"));
    total(plants.map(|system| system_power(system)))
        .or_else(|| project.document.get("dcSize").and_then(Value::as_f64))
}

fn stored_energy(systems: &[&Stored<System>]) -> Option<f64> {
    let storage = systems.iter().filter(|system| is_of_type(system, "storage"));
    total(storage.map(|system| size(system, "storedEnergyKwh")))
}

/// The technology with the most power among generation; storage counts where there is no generation.
fn technology(systems: &[&Stored<System>]) -> Option<Technology> {
    let mut powers: Vec<(Option<Technology>, f64)> = Vec::new();
    let generates = systems.iter().any(|system| is_of_type(system, "generation"));
    let counts = if generates { "generation" } else { "storage" };
    for system in systems.iter().filter(|system| is_of_type(system, counts)) {
        let (technology, power) = (system_technology(system), system_power(system).unwrap_or_default());
        match powers.iter_mut().find(|(known, _)| *known == technology) {
            Some((_, sum)) => *sum += power,
            None => powers.push((technology, power)),
        }
    }
    // Of equal ones the first: `max_by` would take the last.
    powers.into_iter().rev().max_by(|a, b| a.1.total_cmp(&b.1)).and_then(|(technology, _)| technology)
}

/// What a system says, or what its kind and its devices give away.
fn system_technology(system: &Stored<System>) -> Option<Technology> {
    if let Some(word) = system.text_member("technology") {
        return Some(technology_of(word));
    }
    if is_of_type(system, "storage") {
        return Some(Technology::Bess);
    }
    let solar = size(system, "dcSize").is_some() || devices(system).any(|device| device["type"] == "PYR");
    solar.then_some(Technology::Pv)
}

fn technology_of(word: &str) -> Technology {
    let known = [
        ("PV", Technology::Pv),
        ("Gas", Technology::Gas),
        ("Diesel", Technology::Diesel),
        ("Wind", Technology::Wind),
        ("CSP", Technology::Csp),
        ("BESS", Technology::Bess),
        ("LFG", Technology::Lfg),
        ("H2", Technology::H2),
        ("Hydro", Technology::Hydro),
    ];
    known
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word.trim()))
        .map_or(Technology::Other, |(_, found)| found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalogue::model::SystemKey;

    fn project(members: Value) -> Stored<Project> {
        let Value::Object(document) = members else { panic!("an object") };
        Stored::new("P1".parse().unwrap(), document)
    }

    fn shown(of_project: Value, of_systems: &[Value]) -> Value {
        let key = SystemKey {
            project: "P1".parse().unwrap(),
            site: "S1".parse().unwrap(),
            system: "R1".parse().unwrap(),
        };
        let systems: Vec<Stored<System>> = of_systems
            .iter()
            .map(|members| Stored::new(key.clone(), members.as_object().unwrap().clone()))
            .collect();
        let systems: Vec<&Stored<System>> = systems.iter().collect();
        serde_json::to_value(metrics(&project(of_project), &systems)).unwrap()
    }

    #[test]
    fn all_fourteen_items() {
        let of_project = json!({"status": "Operational",
            "interconnection": {"ieee1547ReactivePowerCategory": "B", "ieee1547DisturbanceCategory": "III",
                "fipsLocation": "080590098491", "withdrawalReason": "notApplicable",
                "estimatedCostOfStudiesAndFees": 1000.5, "estimatedCostOfSystemUpgrades": 2000,
                "finalCostOfInterconnection": 3000},
            "milestones": {"initiated": "2019-11-30", "interconnection": "2020-03-01",
                "construction": "2020-07-01", "pto": "2020-07-15"}});
        let systems = [
            json!({"type": "generation", "dcSize": 120, "acSize": 100.1}),
            json!({"type": "generation", "dcSize": 10, "acSize": 8.2}),
            json!({"type": "storage", "acSize": 50, "storedEnergyKwh": 200}),
            json!({"type": "consumption"}),
        ];
        let expected = json!({"ratedPowerKw": 158.3, "technology": "PV", "storedEnergyKwh": 200.0,
            "ieee1547ReactivePowerCategory": "B", "ieee1547DisturbanceCategory": "III",
            "fipsLocation": "080590098491", "applicationDate": "11/2019", "withdrawalReason": "notApplicable",
            "daysApplicationToAgreement": 92, "daysConstructionToPto": 14, "status": "operational",
            "estimatedCostOfStudiesAndFees": 1000.5, "estimatedCostOfSystemUpgrades": 2000.0,
            "finalCostOfInterconnection": 3000.0});
        assert_eq!(shown(of_project, &systems), expected);
        assert_eq!(expected.as_object().unwrap().len(), 14);
    }

    #[test]
    fn what_cannot_be_known_is_absent() {
        assert_eq!(shown(json!({}), &[]), json!({"status": "active"}));
        let odd = json!({"interconnection": 5, "milestones": {"initiated": 1, "construction": "2020-02-30",
            "pto": "2020-03-01"}});
        let systems = [json!({"type": "generation"}), json!({"type": "storage"})];
        assert_eq!(shown(odd, &systems), json!({"status": "active"}));
        let backwards = json!({"milestones": {"construction": "2020-03-02", "pto": "2020-03-01"}});
        assert_eq!(shown(backwards, &[]).get("daysConstructionToPto"), None);
    }

    #[test]
    fn power_is_known_if_that_of_every_plant_is() {
        let power = |of_project: Value, systems: &[Value]| shown(of_project, systems)["ratedPowerKw"].clone();
        let inverters = json!({"type": "generation", "devices": [{"type": "INV", "acSize": 5},
            {"type": "INV", "acSize": 6}, {"type": "GEN", "acSize": 11}]});
        assert_eq!(power(json!({}), &[inverters]), json!(11.0));
        let meter = json!({"type": "generation", "devices": [{"type": "INV"}, {"type": "GEN", "acSize": 4}]});
        assert_eq!(power(json!({}), &[meter]), json!(4.0));
        let (dc, none) = (json!({"type": "generation", "dcSize": 6}), json!({"type": "storage"}));
        assert_eq!(power(json!({}), std::slice::from_ref(&dc)), json!(6.0));
        assert_eq!(power(json!({"dcSize": 9}), &[dc.clone(), none.clone()]), json!(9.0));
        assert_eq!(power(json!({}), &[dc, none]), Value::Null);
        let endless = json!({"type": "generation", "acSize": 1e308});
        assert_eq!(power(json!({}), &[endless.clone(), endless]), Value::Null, "no number of JSON");
    }

    #[test]
    fn the_largest_generation_gives_the_technology() {
        let technology = |systems: &[Value]| shown(json!({}), systems)["technology"].clone();
        let solar = json!({"type": "generation", "dcSize": 6});
        let wind = json!({"type": "generation", "acSize": 100, "technology": "wind"});
        let battery = json!({"type": "storage", "acSize": 500});
        assert_eq!(technology(&[solar.clone(), wind, battery.clone()]), "Wind");
        assert_eq!(technology(&[solar.clone(), battery.clone()]), "PV");
        assert_eq!(technology(&[battery]), "BESS");
        let same = json!({"type": "generation", "acSize": 6, "technology": "Fuel cell"});
        assert_eq!(technology(&[same.clone(), solar.clone()]), "Other", "the first of equally large ones");
        assert_eq!(technology(&[solar, same]), "PV");
        let unsaid = json!({"type": "generation", "acSize": 1000});
        assert_eq!(technology(&[unsaid, json!({"type": "generation", "dcSize": 6})]), Value::Null);
        let pyranometer = json!({"type": "generation", "devices": [{"type": "PYR"}]});
        assert_eq!(technology(&[pyranometer, json!({"type": "consumption", "dcSize": 1})]), "PV");
    }

    #[test]
    fn flags_come_before_the_status() {
        let status = |members: Value| shown(members, &[])["status"].clone();
        assert_eq!(status(json!({"status": "Construction"})), "active");
        assert_eq!(status(json!({"status": "PTO"})), "active");
        assert_eq!(status(json!({"status": "Operational", "paused": false})), "operational");
        assert_eq!(status(json!({"status": "Operational", "paused": true})), "suspended");
        assert_eq!(status(json!({"status": "Permitting", "paused": true, "cancelled": true})), "withdrawn");
        let reason = |reason: &str| json!({"interconnection": {"withdrawalReason": reason}});
        assert_eq!(status(reason("permitting")), "withdrawn");
        assert_eq!(status(reason("notApplicable")), "active");
    }
}
