//! The real measurements of the demo: SERF East, summer of 2016, every 15 minutes, imported as people import files.

use std::path::Path;

use gridfolio_wire::SourceId;

use crate::app::App;
use crate::timeseries::import::store::State;
use crate::timeseries::import::{self, Request, Stage};

/// The source of the AC power.
pub(super) const POWER: &str = "/SERF/S1/R1/GEN/1";
/// The source of irradiance and temperature.
pub(super) const IRRADIANCE: &str = "/SERF/S1/R1/PYR/1";

const POWER_FILE: &[u8] = include_bytes!("../../../../fixtures/measurements/serf_east_15min_ac_power.csv");
const IRRADIANCE_FILE: &[u8] =
    include_bytes!("../../../../fixtures/measurements/serf_east_15min_irradiance.csv");

/// Imports both files. An import that was made before changes nothing.
pub(super) async fn import(app: &App) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    import_one(app, folder.path(), POWER, POWER_FILE, &["ac_power=watts:kW"], Some("wattHours=watts"))
        .await?;
    let columns = ["ghi=irradiance:W/m2", "temp_air=temp:C"];
    import_one(app, folder.path(), IRRADIANCE, IRRADIANCE_FILE, &columns, None).await
}

async fn import_one(
    app: &App,
    folder: &Path,
    source: &str,
    content: &[u8],
    columns: &[&str],
    derive: Option<&str>,
) -> Result<(), String> {
    let source: SourceId = source.parse().map_err(|e| format!("{e}"))?;
    let imports = import::list(app).await.map_err(|e| e.to_string())?;
    if imports.iter().any(|known| known.source == source.as_str() && known.state != State::Running) {
        return Ok(());
    }
    let file = folder.join("measurements.csv");
    std::fs::write(&file, content).map_err(|e| e.to_string())?;
    let map = columns.iter().map(|column| column.parse().map_err(|e| format!("{column}: {e}")));
    let request = Request {
        file,
        source,
        node: None,
        time: "measured_on".parse().map_err(|e| format!("{e}"))?,
        time_format: None,
        map: map.collect::<Result<_, String>>()?,
        zone: None,
        derive: derive.map(str::parse).transpose()?,
        create: false,
        skip_bad: false,
    };
    import::run(app, &request, &mut |_: Stage, _| {}).await.map_err(|e| e.to_string())?;
    Ok(())
}
