//! Valid bodies, to be bent by tests.

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

impl TestApp {
    /// Makes a project with a site `S1` and a generation system `R1`.
    pub async fn make_tree(&self, code: &str) {
        self.post(&format!("/projects/{code}"), &project(code)).await.ok();
        self.post(&format!("/projects/{code}/sites/S1"), &site("S1")).await.ok();
        self.post(&format!("/projects/{code}/sites/S1/systems/R1"), &system("R1")).await.ok();
    }
}
