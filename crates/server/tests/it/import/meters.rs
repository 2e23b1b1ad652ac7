//! Meters derived from power: the same whatever the order in which the power came.

use std::collections::BTreeMap;

use gridfolio_series::{Datum, Number};
use gridfolio_testkit::both;

use super::{deriving, instant, regular, request, run, stored};

/// What the meter must be, computed from all power at once: minutes and watts to thousandths of a watt-hour.
fn expected(power: &BTreeMap<i64, i64>) -> Vec<(i64, i64, Number)> {
    let mut meter = 0_i128;
    let mut last: Option<(i64, i64)> = None;
    power
        .iter()
        .map(|(minute, watts)| {
            if let Some((before, power)) = last.filter(|(before, _)| minute - before <= 60) {
                // watts × minutes ÷ 120 in thousandths, halves to the even side
                let top = i128::from((power + watts) * (minute - before)) * 1000;
                let (floor, rest) = (top.div_euclid(120), top.rem_euclid(120));
                meter += floor + i128::from(rest > 60 || (rest == 60 && floor % 2 != 0));
            }
            last = Some((*minute, *watts));
            (*minute, *watts, Number::new(meter, 3))
        })
        .collect()
}

fn read(datums: &[Datum]) -> Vec<(i64, i64, Number)> {
    let row = |datum: &Datum| {
        let minute = (datum.at - instant(0).as_millisecond()) / 60_000;
        let watts = datum.instantaneous["watts"].to_string().parse().unwrap();
        (minute, watts, datum.accumulating["wattHours"].clone())
    };
    datums.iter().map(row).collect()
}

/// Power that is never the same for long, negative at times.
fn watts(step: i64) -> i64 {
    (step * 7919).rem_euclid(1013) - 100
}

/// Three files of 7 minutes that lie beside, within and over each other.
fn parts() -> [Vec<(i64, i64)>; 3] {
    let first: Vec<i64> = (0..200).collect();
    let second: Vec<i64> = (300..500).rev().collect();
    let third: Vec<i64> = (150..350).step_by(3).collect();
    [(first, 0), (second, 0), (third, 5)]
        .map(|(steps, more)| steps.into_iter().map(|step| (step, watts(step) + more)).collect())
}

both! {
    async fn two_files_in_either_order(app) {
        // without the third, which gives other values to the same times
        let [first, second, _] = parts();
        let all: BTreeMap<i64, i64> = first.iter().chain(&second).map(|(step, watts)| (step * 7, *watts)).collect();
        for (name, part) in [("b.csv", &second), ("a.csv", &first), ("b.csv", &second)] {
            run(&app, &deriving(&app, name, &regular(part.clone(), 7))).await.unwrap();
        }
        assert_eq!(read(&stored(&app).await), expected(&all));
    }

    async fn a_file_that_lies_within_and_over_others(app) {
        let mut all = BTreeMap::new();
        for (index, part) in parts().into_iter().enumerate() {
            all.extend(part.iter().map(|(step, watts)| (step * 7, *watts)));
            run(&app, &deriving(&app, &format!("{index}.csv"), &regular(part, 7))).await.unwrap();
            assert_eq!(read(&stored(&app).await), expected(&all));
        }
    }

    async fn power_that_was_there_before_gets_its_meter(app) {
        let [first, second, _] = parts();
        run(&app, &request(&app, "b.csv", &regular(second.clone(), 7))).await.unwrap();
        run(&app, &deriving(&app, "a.csv", &regular(first.clone(), 7))).await.unwrap();
        let all: BTreeMap<i64, i64> = first.into_iter().chain(second).map(|(step, watts)| (step * 7, watts)).collect();
        assert_eq!(read(&stored(&app).await), expected(&all));
    }

    async fn a_long_stretch_behind_shifts(app) {
        let later: Vec<(i64, i64)> = (10_000..22_000).map(|step| (step, watts(step))).collect();
        let earlier: Vec<(i64, i64)> = (9_500..9_999).map(|step| (step, watts(step))).collect();
        run(&app, &deriving(&app, "a.csv", &regular(later.clone(), 5))).await.unwrap();
        // no flag: the stream says itself that its meter is derived
        run(&app, &request(&app, "b.csv", &regular(earlier.clone(), 5))).await.unwrap();
        let all = earlier.into_iter().chain(later).map(|(step, watts)| (step * 5, watts)).collect();
        assert_eq!(read(&stored(&app).await), expected(&all));
    }

    async fn a_file_newest_first_of_several_batches(app) {
        let lines: Vec<(i64, i64)> = (0..12_000).rev().map(|step| (step, watts(step))).collect();
        run(&app, &deriving(&app, "a.csv", &regular(lines.clone(), 5))).await.unwrap();
        let all = lines.into_iter().map(|(step, watts)| (step * 5, watts)).collect();
        assert_eq!(read(&stored(&app).await), expected(&all));
    }
}
