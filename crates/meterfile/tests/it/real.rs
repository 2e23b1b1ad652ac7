//! Excerpts of real files, as their makers wrote them.

use gridfolio_meterfile::{Options, Order, parse_zone};

use crate::{check, options_of, refusal, rows, said, utc};

const SERF: &str = "measured_on,ac_power
2016-07-01 00:00:00-07:00,-2.8601
2016-07-01 00:15:00-07:00,-2.7927
2016-07-01 00:30:00-07:00,-2.9279
2016-07-01 00:45:00-07:00,-2.7477

";

const IRRADIANCE: &str = "measured_on,ghi,ghi_clear,temp_air
2016-07-01 00:00:00-07:00,0.0,0.0,14.5
2016-07-01 00:15:00-07:00,0.0,0.0,14.25
";

const RSF: &str = ",ac_power_kw_1137,ambient_temp__1053,poa_irradiance__1055
1/2/2022 0:00,0,-9.039494,0
1/2/2022 12:00,111.9081,5.362364,378.4181
1/2/2022 12:15,120.6773,6.029109,400.3297
";

#[test]
fn serf_power_in_kilowatts() {
    let options = options_of("measured_on", &["ac_power=watts:kW"]);
    let summary = check(SERF, &options);
    assert_eq!(summary.time_format.to_string(), "iso");
    assert_eq!(summary.delimiter.to_string(), "comma");
    assert_eq!((summary.lines, summary.datums, summary.bad.count, summary.gaps.count), (4, 4, 0, 0));
    assert_eq!(summary.order, Order::OldestFirst);
    assert_eq!(summary.rhythm, Some(900_000));
    assert_eq!(utc(summary.first.unwrap()), "2016-07-01T07:00:00Z");
    assert_eq!(utc(summary.last.unwrap()), "2016-07-01T07:45:00Z");
    let power = &summary.properties[0];
    assert_eq!((power.property.column.as_str(), power.values), ("\"ac_power\"", 4));
    assert_eq!(power.lowest.as_ref().unwrap().to_string(), "-2927.9");
    assert_eq!(power.highest.as_ref().unwrap().to_string(), "-2747.7");
    assert_eq!(summary.sample.len(), 4);
    assert_eq!(said(&rows(SERF, &options))[0], "2016-07-01T07:00:00Z -2860.1");
}

#[test]
fn irradiance_and_temperature_together() {
    let options = options_of("measured_on", &["ghi=irradiance:W/m2", "temp_air=temp:C"]);
    let read = rows(IRRADIANCE, &options);
    assert_eq!(said(&read), ["2016-07-01T07:00:00Z 0 14.5", "2016-07-01T07:15:00Z 0 14.25"]);
    let summary = check(IRRADIANCE, &options);
    let datum = read[1].to_datum(&summary.properties.iter().map(|p| p.property.clone()).collect::<Vec<_>>());
    assert_eq!(datum.instantaneous["temp"].to_string(), "14.25");
    assert!(datum.accumulating.is_empty());
}

#[test]
fn a_time_column_without_name() {
    let zone = Some(parse_zone("America/Denver").unwrap());
    let options = Options { zone, ..options_of("#1", &["ac_power_kw_1137=watts:kW", "#3=temp"]) };
    let message = refusal(RSF, &options);
    assert!(message.contains("%m/%d/%Y %H:%M") && message.contains("%d/%m/%Y %H:%M"), "{message}");
    assert!(message.contains("2 January 2022") && message.contains("1 February 2022"), "{message}");
    let given = Options { time_format: Some("%m/%d/%Y %H:%M".parse().unwrap()), ..options };
    let read = said(&rows(RSF, &given));
    assert_eq!(read[0], "2022-01-02T07:00:00Z 0 -9.039494");
    assert_eq!(read[2], "2022-01-02T19:15:00Z 120677.3 6.029109");
    let summary = check(RSF, &given);
    assert_eq!(summary.gaps.count, 1);
    assert_eq!(summary.gaps.longest[0].missing, 47);
}
