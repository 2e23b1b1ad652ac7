//! The five made projects of the demo organisation: where they are, what stands there, and what happened to them.
//!
//! Their documents are in `organisation/`; a test holds both together.

use std::ops::Range;

use gridfolio_calc::physics::{Array, Battery, Load, LocalTime, Place, Plane, Routine, Site};
use jiff::civil::{DateTime, date};

use crate::demo::model::{Model, Shows, SiteModel, StreamModel, Zone};
use crate::kit::error::ApiResult;

/// Thirteen months of local days.
pub(crate) const FROM: DateTime = date(2024, 12, 1).at(0, 0, 0, 0);
/// The end of them.
pub(crate) const UNTIL: DateTime = date(2026, 1, 1).at(0, 0, 0, 0);

/// All five.
pub(crate) fn all() -> ApiResult<Vec<Model>> {
    Ok(vec![orchard()?, harbor()?, werk7()?, kaimana()?, lindau()?])
}

/// Modules of so many kW on an inverter of so many, tilted and turned.
fn array(dc_kw: f64, ac_kw: f64, tilt: f64, azimuth: f64) -> Array {
    Array { plane: Plane { tilt, azimuth }, dc_kw, ac_kw, outages: Vec::new() }
}

fn failing(mut array: Array, outage: Range<i64>) -> Array {
    array.outages.push(outage);
    array
}

/// A site with arrays only.
fn solar(place: Place, time: LocalTime, arrays: Vec<Array>) -> Site {
    Site { place, time, arrays, load: None, battery: None }
}

const ITHACA: Place = Place {
    latitude: 42.44,
    longitude: -76.5,
    mean_celsius: 8.5,
    swing_celsius: 12.5,
    gloom: 0.06,
    winter_gloom: 0.5,
    seed: 7,
};

/// A field and a barn roof, and a cider house: a meter swapped in May, an inverter that failed in July, a logger that
/// sent two stretches late. Its years have days of 23 and of 25 hours.
fn orchard() -> ApiResult<Model> {
    let zone = Zone::named("America/New_York")?;
    let span = zone.between(FROM, UNTIL)?;
    let time = zone.local_time(&span)?;
    let may = date(2025, 5, 14);
    // The field is off while its meter is changed, so that no energy is lost between the two.
    let swap = zone.between(may.at(9, 0, 0, 0), may.at(11, 30, 0, 0))?;
    let (old_ends, new_begins) = (zone.at(may.at(9, 31, 0, 0))?, zone.at(may.at(10, 55, 0, 0))?);
    let failed = zone.between(date(2025, 7, 8).at(13, 20, 0, 0), date(2025, 7, 14).at(10, 5, 0, 0))?;
    let late = vec![
        zone.between(date(2025, 3, 4).at(0, 0, 0, 0), date(2025, 3, 7).at(15, 0, 0, 0))?,
        zone.between(date(2025, 8, 19).at(6, 0, 0, 0), date(2025, 8, 20).at(18, 0, 0, 0))?,
    ];
    let hill = SiteModel {
        code: "S1",
        site: solar(
            ITHACA,
            time.clone(),
            vec![
                failing(array(1320.0, 1000.0, 25.0, 180.0), swap),
                failing(array(260.0, 200.0, 15.0, 200.0), failed),
            ],
        ),
        streams: vec![
            StreamModel::new("R1/GEN/1", Shows::Array(0))
                .counting_from(4_816_350_212)
                .alive(span.start..old_ends),
            StreamModel::new("R1/GEN/2", Shows::Array(0)).counting_from(17).alive(new_begins..span.end),
            StreamModel::new("R1/PYR/1", Shows::Irradiance).counting_from(4_405_118),
            StreamModel::new("R1/WEATHER/1", Shows::Air),
            StreamModel::new("R2/GEN/1", Shows::Array(1)).counting_from(911_402_870),
        ],
    };
    let load = Load { routine: Routine::Workshop, base_kw: 9.0, busy_kw: 34.0, air_kw: 1.1, seed: 23 };
    let cider_house = SiteModel {
        code: "S2",
        site: Site {
            load: Some(load),
            ..solar(Place { latitude: 42.462, ..ITHACA }, time, vec![array(96.0, 80.0, 30.0, 165.0)])
        },
        streams: vec![
            StreamModel::new("R1/GEN/1", Shows::Array(0)).counting_from(288_004_391).late(late),
            StreamModel::new("L1/CON/1", Shows::Load).counting_from(1_630_077_128),
        ],
    };
    Ok(Model {
        project: "Orchard".to_owned(),
        zone: "America/New_York",
        span,
        sites: vec![hill, cider_house],
    })
}

/// Flats by the water: a carport that clips, and a battery that moves noon into the evening.
fn harbor() -> ApiResult<Model> {
    let zone = Zone::named("America/New_York")?;
    let span = zone.between(FROM, UNTIL)?;
    let place = Place {
        latitude: 40.51,
        longitude: -74.27,
        mean_celsius: 12.5,
        swing_celsius: 12.0,
        gloom: -0.02,
        winter_gloom: 0.25,
        seed: 31,
    };
    let site = Site {
        load: Some(Load { routine: Routine::Homes, base_kw: 190.0, busy_kw: 260.0, air_kw: 14.0, seed: 37 }),
        battery: Some(Battery {
            power_kw: 500.0,
            energy_kwh: 2000.0,
            charge_hours: (9.5, 15.0),
            discharge_hours: (17.0, 21.0),
        }),
        ..solar(place, zone.local_time(&span)?, vec![array(2100.0, 1500.0, 10.0, 180.0)])
    };
    let streams = vec![
        StreamModel::new("R1/GEN/1", Shows::Array(0)).counting_from(7_340_118_906),
        StreamModel::new("R1/PYR/1", Shows::Irradiance).counting_from(3_911_260),
        StreamModel::new("B1/BAT/1", Shows::Battery).counting_from(402_118_330),
        StreamModel::new("L1/CON/1", Shows::Load).counting_from(9_120_554_007),
    ];
    let sites = vec![SiteModel { code: "S1", site, streams }];
    Ok(Model { project: "Harbor".to_owned(), zone: "America/New_York", span, sites })
}

/// A workshop with an east-west roof. Its grid meter counts both ways; the inverters stand behind the roof's meter.
fn werk7() -> ApiResult<Model> {
    let zone = Zone::named("Europe/Berlin")?;
    let span = zone.between(FROM, UNTIL)?;
    let place = Place {
        latitude: 47.99,
        longitude: 7.85,
        mean_celsius: 11.8,
        swing_celsius: 9.5,
        gloom: 0.05,
        winter_gloom: 0.5,
        seed: 43,
    };
    let failed = zone.between(date(2025, 9, 15).at(11, 45, 0, 0), date(2025, 9, 18).at(9, 20, 0, 0))?;
    let site = Site {
        load: Some(Load { routine: Routine::Workshop, base_kw: 16.0, busy_kw: 118.0, air_kw: 1.4, seed: 47 }),
        ..solar(
            place,
            zone.local_time(&span)?,
            vec![array(180.0, 150.0, 12.0, 95.0), failing(array(180.0, 150.0, 12.0, 275.0), failed)],
        )
    };
    let streams = vec![
        StreamModel::new("R1/GEN/1", Shows::Arrays).counting_from(1_102_557_640),
        StreamModel::new("R1/INV/1", Shows::Array(0)).counting_from(553_210_447),
        StreamModel::new("R1/INV/2", Shows::Array(1)).counting_from(549_347_193),
        StreamModel::new("R1/PYR/1", Shows::Irradiance).counting_from(3_360_902),
        StreamModel::new("L1/CON/1", Shows::Grid).counting_from(866_019_518),
    ];
    let sites = vec![SiteModel { code: "S1", site, streams }];
    Ok(Model { project: "Werk7".to_owned(), zone: "Europe/Berlin", span, sites })
}

/// A school with inverters and no meter, whose node fell silent in September.
fn kaimana() -> ApiResult<Model> {
    let zone = Zone::named("Pacific/Honolulu")?;
    let span = FROM..date(2025, 9, 17).at(13, 40, 0, 0);
    let span = zone.between(span.start, span.end)?;
    let place = Place {
        latitude: 21.27,
        longitude: -157.81,
        mean_celsius: 25.2,
        swing_celsius: 2.3,
        gloom: -0.08,
        winter_gloom: 0.15,
        seed: 59,
    };
    let site = Site {
        load: Some(Load { routine: Routine::School, base_kw: 14.0, busy_kw: 70.0, air_kw: 6.5, seed: 61 }),
        ..solar(
            place,
            zone.local_time(&span)?,
            vec![array(110.0, 100.0, 10.0, 180.0), array(74.0, 60.0, 10.0, 225.0)],
        )
    };
    let streams = vec![
        StreamModel::new("R1/INV/1", Shows::Array(0)).counting_from(640_882_015),
        StreamModel::new("R1/INV/2", Shows::Array(1)).counting_from(421_006_733),
        StreamModel::new("R1/PYR/1", Shows::Irradiance).counting_from(6_812_044),
        StreamModel::new("L1/CON/1", Shows::Load).counting_from(1_204_660_318),
    ];
    let sites = vec![SiteModel { code: "S1", site, streams }];
    Ok(Model { project: "Kaimana".to_owned(), zone: "Pacific/Honolulu", span, sites })
}

/// A field that began in June; its second half is still being built.
fn lindau() -> ApiResult<Model> {
    let zone = Zone::named("Europe/Berlin")?;
    let span = zone.between(date(2025, 6, 12).at(10, 0, 0, 0), UNTIL)?;
    let place = Place {
        latitude: 47.55,
        longitude: 9.68,
        mean_celsius: 10.1,
        swing_celsius: 9.5,
        gloom: 0.02,
        winter_gloom: 0.5,
        seed: 67,
    };
    let site = solar(place, zone.local_time(&span)?, vec![array(640.0, 500.0, 20.0, 180.0)]);
    let streams =
        vec![StreamModel::new("R1/GEN/1", Shows::Array(0)), StreamModel::new("R1/PYR/1", Shows::Irradiance)];
    let sites = vec![SiteModel { code: "S1", site, streams }];
    Ok(Model { project: "Lindau".to_owned(), zone: "Europe/Berlin", span, sites })
}
