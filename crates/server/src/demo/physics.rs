//! The made measurements of the demo: 40 days of sun, clouds and a workshop, every 5 minutes, the same in every
//! folder.

use gridfolio_calc::physics::{Load, Plant, Sample};
use gridfolio_series::{Columns, Datum, Number, StreamKey, ensure_stream};

use crate::app::App;
use crate::kit::access::Actor;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::tx::Tx;
use crate::timeseries::service;

/// 2025-05-01 in New York.
const FROM_MS: i64 = 1_746_072_000_000;
const DAY_MS: i64 = 24 * 3_600_000;
const DAYS: i64 = 40;
const ZONE: &str = "America/New_York";

const ROOF: Plant = Plant { latitude: 42.44, longitude: -76.5, dc_kw: 120.0, ac_kw: 100.0, seed: 7 };
const WORKSHOP: Load = Load { base_kw: 3.0, peak_kw: 22.0, ahead_hours: -4.0, seed: 11 };

/// Writes each stream that has no measurements yet, from the first one that is missing.
pub(super) async fn write(app: &App) -> ApiResult<()> {
    let until = FROM_MS + DAYS * DAY_MS;
    write_stream(app, "/Mill/S1/R1/GEN/1", &ROOF.samples(FROM_MS, until).collect::<Vec<_>>(), meter).await?;
    write_stream(app, "/Mill/S1/R1/PYR/1", &ROOF.samples(FROM_MS, until).collect::<Vec<_>>(), pyranometer)
        .await?;
    write_stream(app, "/Mill/S1/L1/CON/1", &WORKSHOP.samples(FROM_MS, until).collect::<Vec<_>>(), meter).await
}

fn meter(sample: &Sample) -> Datum {
    Datum::at(sample.at_ms)
        .i("watts", sample.watts)
        .a("wattHours", Number::new(i128::from(sample.milli_watt_hours), 3))
}

fn pyranometer(sample: &Sample) -> Datum {
    Datum::at(sample.at_ms).i("irradiance", Number::new(i128::from(sample.irradiance_tenths), 1))
}

/// Ten days a transaction: short enough for others to write in between.
const CHUNK: usize = 2880;

async fn write_stream(
    app: &App,
    source: &str,
    samples: &[Sample],
    datum: fn(&Sample) -> Datum,
) -> ApiResult<()> {
    let project = "Mill".parse()?;
    let mut tx = Tx::begin(app, Actor::command("demo")).await?;
    let node = service::ensure_node(&mut tx, &project).await?;
    let stream = ensure_stream(tx.raw(), &StreamKey::new(node, source), ZONE).await?;
    let known = gridfolio_series::extent(&mut tx, stream.id).await?;
    tx.commit_unlogged("a stream is no asset").await?;
    let after = known.map_or(i64::MIN, |extent| extent.last_at);
    let missing: Vec<&Sample> = samples.iter().filter(|sample| sample.at_ms > after).collect();
    for chunk in missing.chunks(CHUNK) {
        let datums: Vec<Datum> = chunk.iter().map(|sample| datum(sample)).collect();
        let mut tx = app.db.write().await?;
        gridfolio_series::write(&mut tx, stream.id, Columns::from_datums(&datums))
            .await
            .map_err(ApiError::from)?;
        tx.commit().await?;
    }
    Ok(())
}
