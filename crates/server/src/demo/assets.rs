//! The projects, sites and systems of the demo organisation.

use gridfolio_wire::catalogue::{Project, Site, System};
use serde_json::{Value, json};

use crate::app::App;
use crate::catalogue::model::{SiteKey, SystemKey};
use crate::catalogue::service;
use crate::kit::access::Actor;
use crate::kit::body::Body;
use crate::kit::error::ApiResult;
use crate::kit::tx::Tx;

/// A project with one site and its systems, as bodies.
struct Asset {
    project: Value,
    site: Value,
    systems: Vec<Value>,
}

/// Makes each project that does not exist.
pub(super) async fn make(app: &App) -> ApiResult<()> {
    for asset in [serf(), mill()] {
        make_asset(app, &asset).await?;
    }
    Ok(())
}

async fn make_asset(app: &App, asset: &Asset) -> ApiResult<()> {
    let begin = || Tx::begin(app, Actor::command("demo"));
    let text = |value: &Value| value["code"].as_str().unwrap_or_default().to_owned();
    let project = text(&asset.project).parse()?;
    let mut snapshot = app.db.read().await?;
    let exists = service::find_project(&mut snapshot, &project).await?.is_some();
    drop(snapshot);
    if exists {
        return Ok(());
    }
    let body = Body::<Project>::parse(app, asset.project.to_string().as_bytes())?;
    service::create_project(begin().await?, project.clone(), body).await?;
    let site = SiteKey { project: project.clone(), site: text(&asset.site).parse()? };
    let body = Body::<Site>::parse(app, asset.site.to_string().as_bytes())?;
    service::create_site(begin().await?, site.clone(), body.document).await?;
    for system in &asset.systems {
        let body = Body::<System>::parse(app, system.to_string().as_bytes())?;
        let key =
            SystemKey { project: project.clone(), site: site.site.clone(), system: text(system).parse()? };
        service::create_system(begin().await?, key, body.document).await?;
    }
    Ok(())
}

fn serf() -> Asset {
    Asset {
        project: json!({
            "code": "SERF", "status": "Operational", "name": "SERF East", "address": "16253 Denver West Parkway",
            "town": "Golden", "state": "Colorado", "lat": 39.742, "long": -105.1727, "dcSize": 6000,
            "startDate": "2016-07-01", "productionStartDate": "2016-07-01", "timezone": "America/Denver",
            "tags": ["real measurements"],
            "notes": [{"note": "Measurements by NREL, from the example data of pvanalytics 0.2.2 (MIT)."}]
        }),
        site: json!({
            "code": "S1", "name": "Solar Energy Research Facility", "address": "16253 Denver West Parkway",
            "town": "Golden", "state": "Colorado", "lat": 39.742, "long": -105.1727, "timezone": "America/Denver"
        }),
        systems: vec![json!({
            "code": "R1", "status": "Operational", "name": "East array", "startDate": "2016-07-01",
            "type": "generation", "dcSize": 6000,
            "devices": [
                {"id": "1", "type": "GEN", "sourceId": super::serf::POWER, "name": "AC power"},
                {"id": "1", "type": "PYR", "sourceId": super::serf::IRRADIANCE, "name": "Satellite irradiance"}
            ]
        })],
    }
}

fn mill() -> Asset {
    Asset {
        project: json!({
            "code": "Mill", "status": "Operational", "name": "Mill Lane (made by physics)", "address": "4 Mill Lane",
            "town": "Ithaca", "state": "New York", "lat": 42.44, "long": -76.5, "dcSize": 120,
            "startDate": "2025-01-15", "productionStartDate": "2025-01-15", "timezone": "America/New_York"
        }),
        site: json!({
            "code": "S1", "name": "Mill", "address": "4 Mill Lane", "town": "Ithaca", "state": "New York",
            "lat": 42.44, "long": -76.5
        }),
        systems: vec![
            json!({
                "code": "R1", "status": "Operational", "name": "Roof", "startDate": "2025-01-15",
                "type": "generation", "dcSize": 120, "acSize": 100
            }),
            json!({
                "code": "L1", "status": "Operational", "name": "Workshop", "startDate": "2025-01-15",
                "type": "consumption"
            }),
        ],
    }
}
