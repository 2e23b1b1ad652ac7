//! A file written from any datums reads back as the same datums.

use std::collections::BTreeMap;

use gridfolio_series::Number;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use crate::{options_of, rows};

fn number() -> impl Strategy<Value = Number> {
    (any::<i64>(), -12..12_i32).prop_map(|(mantissa, scale)| Number::new(i128::from(mantissa), scale))
}

fn datums() -> impl Strategy<Value = BTreeMap<i64, (Number, Option<Number>)>> {
    let second = 0..4_000_000_000_i64;
    prop::collection::btree_map(second, (number(), prop::option::of(number())), 1..60)
}

/// Writes an instant in one of several ways that all carry an offset.
fn written(seconds: i64, style: u8) -> String {
    let at = Timestamp::from_second(seconds).unwrap();
    let zone = |name: &str| at.to_zoned(TimeZone::get(name).unwrap());
    match style % 4 {
        0 => at.to_string(),
        1 => zone("America/Denver").strftime("%Y-%m-%d %H:%M:%S%:z").to_string(),
        2 => zone("Asia/Kathmandu").strftime("%Y-%m-%dT%H:%M:%S%z").to_string(),
        _ => zone("Europe/London").strftime("%Y%m%dT%H%M%S%:z").to_string(),
    }
}

proptest! {
    #[test]
    fn reads_back_what_was_written(
        datums in datums(),
        style in any::<u8>(),
        crlf in any::<bool>(),
        quoted in any::<bool>(),
        delimiter in prop::sample::select(vec![',', ';', '\t', '|']),
        reversed in any::<bool>(),
    ) {
        let end = if crlf { "\r\n" } else { "\n" };
        let cell = |text: String| if quoted { format!("\"{text}\"") } else { text };
        let mut lines: Vec<String> = datums
            .iter()
            .map(|(at, (watts, temp))| {
                let temp = temp.as_ref().map_or(String::new(), ToString::to_string);
                [written(*at, style), watts.to_string(), temp].map(cell).join(&delimiter.to_string())
            })
            .collect();
        if reversed {
            lines.reverse();
        }
        let content = format!("t{delimiter}w{delimiter}c{end}{}", lines.join(end));
        let mut read = rows(content, &options_of("t", &["w=watts:W", "c=temp:C"]));
        if reversed {
            read.reverse();
        }
        let expected: Vec<(i64, Vec<Option<Number>>)> = datums
            .iter()
            .map(|(at, (watts, temp))| (at * 1000, vec![Some(watts.clone()), temp.clone()]))
            .collect();
        let read: Vec<_> = read.into_iter().map(|row| (row.at, row.values)).collect();
        prop_assert_eq!(read, expected);
    }
}

proptest! {
    // a whole year each
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn local_times_of_a_year_read_back(start in 1_640_000_000..1_700_000_000_i64, step in 1..8_i64) {
        // 15 minutes to two hours over a year: both changes of the clock are in it
        let zone = TimeZone::get("America/Denver").unwrap();
        let start = start / 900 * 900;
        let instants: Vec<i64> = (0..31_536_000 / (step * 900)).map(|i| start + i * step * 900).collect();
        let mut content = String::from("t,w\n");
        for at in &instants {
            let local = Timestamp::from_second(*at).unwrap().to_zoned(zone.clone());
            content.extend([local.strftime("%Y-%m-%d %H:%M").to_string().as_str(), ",1\n"]);
        }
        let options = gridfolio_meterfile::Options { zone: Some(zone), ..options_of("t", &["w=watts"]) };
        let read: Vec<i64> = rows(content, &options).into_iter().map(|row| row.at / 1000).collect();
        // Steps of more than half an hour may show the repeated hour once; then it is summer time by rule.
        if step <= 2 {
            prop_assert_eq!(read, instants);
        } else {
            let wrong = read.iter().zip(&instants).filter(|(read, meant)| read != meant).count();
            prop_assert!(wrong <= 1, "{} instants differ", wrong);
        }
    }
}
