//! Fleets of any size: projects by number, over the places and zones of the demo, each with an array, a pyranometer
//! and a consumer. Only an empty database is filled.

use gridfolio_calc::physics::{Array, Load, Place, Plane, Routine, Site};
use gridfolio_db::{Session, query};
use serde_json::{Value, json};

use crate::app::App;
use crate::demo::assets;
use crate::demo::model::{Model, Shows, SiteModel, StreamModel, Zone};
use crate::demo::{plants, write};
use crate::kit::error::{ApiError, ApiResult};

/// Milliseconds of a year.
const YEAR_MS: f64 = 365.25 * 86_400_000.0;

/// How large a fleet is.
#[derive(Debug, Clone, Copy)]
pub struct Fleet {
    /// Number of projects.
    pub projects: u32,
    /// Years of measurements of each.
    pub years: f64,
}

/// What was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// Number of projects.
    pub projects: u64,
    /// Number of streams.
    pub streams: u64,
    /// Number of datums.
    pub datums: u64,
    /// Size of their blocks.
    pub block_bytes: u64,
}

/// Fills an empty database.
pub async fn make(app: &App, fleet: &Fleet) -> ApiResult<Made> {
    let mut snapshot = app.db.read().await?;
    let there = sizes(&mut snapshot).await?;
    drop(snapshot);
    if there.projects + there.streams > 0 {
        return Err(ApiError::bad("database: has projects or measurements already; name an empty one"));
    }
    for number in 0..fleet.projects {
        let Member { model, project } = member(number, fleet.years)?;
        assets::make(app, &project).await?;
        let datums = write::write(app, &model, 0).await?;
        tracing::info!(project = model.project, datums, "project made");
    }
    let mut snapshot = app.db.read().await?;
    sizes(&mut snapshot).await
}

async fn sizes(session: &mut Session) -> ApiResult<Made> {
    let (projects, streams): (i64, i64) =
        query("SELECT (SELECT COUNT(*) FROM project), (SELECT COUNT(*) FROM stream)").one(session).await?;
    let (datums, bytes): (Option<i64>, Option<i64>) =
        query("SELECT CAST(SUM(count) AS BIGINT), CAST(SUM(LENGTH(body)) AS BIGINT) FROM datum_block")
            .one(session)
            .await?;
    let size = |number: Option<i64>| number.unwrap_or(0).unsigned_abs();
    Ok(Made {
        projects: projects.unsigned_abs(),
        streams: streams.unsigned_abs(),
        datums: size(datums),
        block_bytes: size(bytes),
    })
}

/// A project of a fleet and its document.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// What it measures.
    pub(crate) model: Model,
    /// The project with its site and systems.
    pub(crate) project: Value,
}

/// The project of a number, measured for so many years up to the end of the demo's span.
pub(crate) fn member(number: u32, years: f64) -> ApiResult<Member> {
    let places = plants::all()?;
    let like = places.get(number as usize % places.len()).ok_or_else(|| ApiError::internal("no place"))?;
    let place = like.sites.first().ok_or_else(|| ApiError::internal("no site"))?.site.place;
    let zone = Zone::named(like.zone)?;
    let until = zone.at(plants::UNTIL)?;
    #[expect(clippy::cast_possible_truncation, reason = "a few thousand years at most")]
    let span = until - (years * YEAR_MS) as i64..until;
    // Golden steps: close to each other in number is far from each other in place and size.
    let share = (f64::from(number) * 0.618_033_988_749_895).fract();
    let dc_kw = (60.0 + 1900.0 * share * share).round();
    let seed = u64::from(number) * 7919 + 1;
    let place = Place {
        latitude: place.latitude + 2.0 * share - 1.0,
        longitude: place.longitude + 1.0 - 2.0 * share,
        seed,
        ..place
    };
    let site = Site {
        place,
        time: zone.local_time(&span)?,
        arrays: vec![Array {
            plane: Plane { tilt: (10.0 + 25.0 * share).round(), azimuth: (150.0 + 60.0 * share).round() },
            dc_kw,
            ac_kw: (dc_kw * 0.8).round(),
            outages: Vec::new(),
        }],
        load: Some(Load {
            routine: [Routine::Workshop, Routine::School, Routine::Homes][number as usize % 3],
            base_kw: 4.0 + 30.0 * share,
            busy_kw: 20.0 + 100.0 * share,
            air_kw: 1.0,
            seed,
        }),
        battery: None,
    };
    let project = document(number, like.zone, &site);
    let streams = vec![
        StreamModel::new("R1/GEN/1", Shows::Array(0)),
        StreamModel::new("R1/PYR/1", Shows::Irradiance),
        StreamModel::new("L1/CON/1", Shows::Load),
    ];
    let sites = vec![SiteModel { code: "S1", site, streams }];
    Ok(Member { model: Model { project: code(number), zone: like.zone, span, sites }, project })
}

/// `F00017`
fn code(number: u32) -> String {
    format!("F{number:05}")
}

fn document(number: u32, zone: &str, site: &Site) -> Value {
    let Place { latitude, longitude, .. } = site.place;
    let [lat, long] = [latitude, longitude].map(|degrees| (degrees * 10_000.0).round() / 10_000.0);
    let [dc, ac] = site.arrays.first().map_or([0.0, 0.0], |Array { dc_kw, ac_kw, .. }| [*dc_kw, *ac_kw]);
    let started = "2020-01-01";
    json!({
        "code": code(number), "status": "Operational", "name": format!("Fleet {number}"),
        "address": format!("{} Fleet Street", number + 1), "town": "Fleet", "state": "None", "lat": lat, "long": long,
        "dcSize": dc, "startDate": started, "productionStartDate": started, "timezone": zone, "tags": ["fleet"],
        "sites": {"S1": {
            "code": "S1", "name": "Site", "address": format!("{} Fleet Street", number + 1), "town": "Fleet",
            "state": "None", "lat": lat, "long": long, "timezone": zone,
            "systems": {
                "R1": {"code": "R1", "status": "Operational", "name": "Array", "startDate": started,
                    "type": "generation", "dcSize": dc, "acSize": ac},
                "L1": {"code": "L1", "status": "Operational", "name": "Consumers", "startDate": started,
                    "type": "consumption"}
            }
        }}
    })
}
