//! The real measurements of the demo: SERF East, summer of 2016, every 15 minutes, imported as people import files.

use std::path::Path;

use crate::app::App;
use crate::timeseries::import::store::State;
use crate::timeseries::import::{self, Request, Stage};

/// The source of the AC power.
pub(super) const POWER: &str = "/SERF/S1/R1/GEN/1";
/// The source of irradiance and temperature.
pub(super) const IRRADIANCE: &str = "/SERF/S1/R1/PYR/1";

static POWER_FILE: &[u8] = include_bytes!("../../../../fixtures/measurements/serf_east_15min_ac_power.csv");
const IRRADIANCE_FILE: &[u8] =
    include_bytes!("../../../../fixtures/measurements/serf_east_15min_irradiance.csv");

/// A file of measurements and how it is read.
struct File {
    source: &'static str,
    content: &'static [u8],
    columns: &'static [&'static str],
    derive: Option<&'static str>,
}

static FILES: [File; 2] = [
    File {
        source: POWER,
        content: POWER_FILE,
        columns: &["ac_power=watts:kW"],
        derive: Some("wattHours=watts"),
    },
    File {
        source: IRRADIANCE,
        content: IRRADIANCE_FILE,
        columns: &["ghi=irradiance:W/m2", "temp_air=temp:C"],
        derive: None,
    },
];

/// Imports the files that were not imported yet; one that was interrupted goes on.
pub(super) async fn import(app: &App) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let imports = import::list(app).await.map_err(|e| e.to_string())?;
    for file in &FILES {
        if !imports.iter().any(|known| known.source == file.source && known.state != State::Running) {
            let request = request(folder.path(), file)?;
            import::run(app, &request, &mut |_: Stage, _| {}).await.map_err(|e| e.to_string())?;
        }
    }
    Ok(())
}

fn request(folder: &Path, file: &File) -> Result<Request, String> {
    let path = folder.join("measurements.csv");
    std::fs::write(&path, file.content).map_err(|e| e.to_string())?;
    let map = file.columns.iter().map(|column| column.parse().map_err(|e| format!("{column}: {e}")));
    Ok(Request {
        file: path,
        source: file.source.parse().map_err(|e| format!("{e}"))?,
        node: None,
        time: "measured_on".parse().map_err(|e| format!("{e}"))?,
        time_format: None,
        map: map.collect::<Result<_, String>>()?,
        zone: None,
        derive: file.derive.map(str::parse).transpose()?,
        create: false,
        skip_bad: false,
    })
}
