//! Valid bodies, to be bent by tests.

use gridfolio::kit::access::Actor;
use gridfolio::kit::tx::Tx;
use gridfolio::timeseries::service;
use gridfolio_series::{Columns, Datum, StreamKey};
use gridfolio_wire::SourceId;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::app::TestApp;

/// A project.
pub fn project(code: &str) -> Value {
    json!({
        "code": code, "status": "Operational", "name": format!("Project {code}"), "address": "1 Main Street",
        "town": "Golden", "state": "Colorado", "lat": 39.742, "long": -105.178, "startDate": "2016-01-01",
        "timezone": "America/Denver", "dcSize": 6
    })
}

/// A site.
pub fn site(code: &str) -> Value {
    json!({
        "code": code, "name": format!("Site {code}"), "address": "1 Main Street", "town": "Golden",
        "state": "Colorado", "lat": 39.742, "long": -105.178
    })
}

/// A generation system.
pub fn system(code: &str) -> Value {
    json!({
        "code": code, "status": "Operational", "name": format!("System {code}"), "startDate": "2016-01-01",
        "type": "generation", "dcSize": 6
    })
}

/// A portfolio.
pub fn portfolio(name: &str, projects: &[&str]) -> Value {
    json!({"name": name, "projects": projects})
}

/// An event in a project.
pub fn event(project: &str) -> Value {
    json!({
        "type": "energy", "cause": "Inverter off", "priority": 5, "startDate": "2025-06-10T06:30:00Z",
        "dueDate": "2025-06-20T00:00:00Z", "description": "No output since sunrise",
        "location": {"project": project, "site": "S1", "system": "R1", "device": "INV/2"},
        "notes": [{"note": "technician is on the way", "noteDate": "2025-06-10T09:00:00Z"}]
    })
}

/// A pro forma as programs for monthly reports read it.
pub fn pro_forma() -> Value {
    json!({
        "projectStartDate": "2018-01-01", "systemSize": 480.5, "systemProduction": 1210, "degradation": 0.5,
        "projectLife": 25, "taxes": {"itc": 30},
        "cashFlows": [
            {"id": "ppa", "name": "PPA", "category": "Income", "account": "PPA/FIT", "payments": [
                {"paymentType": "generation", "recurrence": {"startRate": 0.105, "rateType": "fixed"}}]},
            {"id": "srec", "name": "Credits", "category": "Income", "account": "SREC Revenue", "payments": [
                {"paymentType": "generation", "recurrence": {"startDate": "2018-01-01", "rateType": "monthly",
                    "rates": [{"january": 0.059, "december": 0.06, "zz": null}, {"january": 0.061}]}}]}
        ]
    })
}

impl TestApp {
    /// Makes a portfolio; tells its id.
    pub async fn make_portfolio(&self, name: &str, projects: &[&str]) -> String {
        let made = self.post("/portfolios", &portfolio(name, projects)).await.ok();
        made["portfolio"]["id"].as_str().unwrap().to_owned()
    }

    /// Makes a project with a site `S1` and a generation system `R1`.
    pub async fn make_tree(&self, code: &str) {
        self.post(&format!("/projects/{code}"), &project(code)).await.ok();
        self.post(&format!("/projects/{code}/sites/S1"), &site("S1")).await.ok();
        self.post(&format!("/projects/{code}/sites/S1/systems/R1"), &system("R1")).await.ok();
    }

    /// Writes measurements of a source, `/PROJECT/SITE/SYSTEM/KIND/N`; the project must exist.
    pub async fn measure(&self, source: &str, datums: &[Datum]) {
        let path = source.parse::<SourceId>().unwrap().path().unwrap();
        let project = self.get(&format!("/projects/{}", path.project)).await.ok();
        let zone = project["project"]["timezone"].as_str().unwrap().to_owned();
        let mut tx = Tx::begin(&self.app, Actor::command("test")).await.unwrap();
        let node = service::ensure_node(&mut tx, &path.project).await.unwrap();
        let key = StreamKey::new(node, source);
        let stream = gridfolio_series::ensure_stream(tx.raw(), &key, &zone).await.unwrap();
        gridfolio_series::write(tx.raw(), stream.id, Columns::from_datums(datums)).await.unwrap();
        tx.commit_unlogged("a test's measurements").await.unwrap();
    }
}

/// A datum of a meter: time as ISO 8601, watts, watt-hours.
pub fn meter(at: &str, watts: i64, watt_hours: i64) -> Datum {
    Datum::at(instant(at)).i("watts", watts).a("wattHours", watt_hours)
}

/// An instant in milliseconds.
pub fn instant(at: &str) -> i64 {
    at.parse::<Timestamp>().unwrap().as_millisecond()
}
