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
