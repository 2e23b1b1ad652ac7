//! The published vectors.

use super::*;

const SLOT: i64 = 1_591_012_800_000; // 2020-06-01T12:00Z

fn at(hour: i64, minute: i64) -> i64 {
    SLOT + (hour - 12) * HOUR + minute * 60_000
}

fn row(time: &str, kind: RowKind, value: i64) -> HourRow {
    let (hour, minute) = time.split_once(':').unwrap();
    HourRow {
        at: at(hour.parse().unwrap(), minute.parse().unwrap()),
        kind,
        values: vec![Some(Number::from(value))],
    }
}

/// `12:09=105` is a datum, `R12:20=115/5` a Reset record.
fn rows(text: &str) -> Vec<HourRow> {
    let mut rows = Vec::new();
    for item in text.split_whitespace() {
        let (time, value) = item.split_once('=').unwrap();
        match time.strip_prefix('R') {
            None => rows.push(row(time, RowKind::Datum, value.parse().unwrap())),
            Some(time) => {
                let (last, first) = value.split_once('/').unwrap();
                rows.push(row(time, RowKind::Final, last.parse().unwrap()));
                rows.push(row(time, RowKind::Start, first.parse().unwrap()));
            }
        }
    }
    rows
}

fn check(text: &str, start: i64, clock: &str, reading: [i64; 3]) {
    let result = hour(&rows(text), start).unwrap_or_else(|| panic!("no record: {text}"));
    let sum = result[0].clone().unwrap();
    assert_eq!(sum.clock, clock.parse().unwrap(), "{text}");
    let [diff, first, last] = reading.map(Number::from);
    assert_eq!(sum.reading, Some(Reading { diff, start: first, end: last }), "{text}");
}

#[test]
fn hourly_vectors() {
    let steady = "11:59=100 12:09=105 12:19=110 12:29=115 12:39=120 12:49=125 12:59=130 13:09=135";
    for (text, clock, reading) in [
        ("12:00=100 12:10=105 12:20=110 12:30=105 12:40=115 12:50=120 13:00=125", "25", [25, 100, 125]),
        (steady, "30", [30, 100, 130]),
        ("11:59=100 12:09=105 12:19=110 12:29=115 12:39=120", "19.5", [20, 100, 120]),
        ("12:19=110 12:29=115 12:39=120 12:49=125 12:59=130 13:09=135", "20.5", [20, 110, 130]),
        (
            "11:59=100 R12:00=100/10 12:09=15 12:19=20 12:29=25 12:39=30 12:49=35 12:59=40 13:09=45",
            "30.5",
            [30, 10, 40],
        ),
        (
            "11:59=100 12:09=105 12:19=110 R12:20=115/5 12:29=10 12:39=15 12:49=20 12:59=25 13:09=30",
            "35",
            [35, 100, 25],
        ),
        (
            "11:59=100 12:09=105 12:19=110 R12:20=115/5 12:29=10 12:39=15 R12:40=16/200 12:49=205 12:59=210 13:09=215",
            "36",
            [36, 100, 210],
        ),
        ("R12:20=115/5", "0", [0, 115, 5]),
        ("R12:20=115/5 R12:40=10/200", "5", [5, 115, 200]),
    ] {
        check(text, SLOT, clock, reading);
    }
    assert!(hour(&rows("11:59=100"), SLOT).is_none(), "a leading row alone makes no record");
    assert!(hour(&rows("13:00=100"), SLOT).is_none(), "no earlier row, no gap hour");
}

#[test]
fn a_datum_of_twenty_years_ago_does_not_lead() {
    let mut old = rows("12:00=100");
    old[0].at -= 20 * 366 * DAY;
    old.extend(rows("R12:20=115/5"));
    let sum = hour(&old, SLOT).unwrap()[0].clone().unwrap();
    assert_eq!(sum.reading.unwrap().start, Number::from(115));
    assert!(within_year(SLOT - 365 * DAY, SLOT), "2019-06-01 to 2020-06-01 has 366 days");
    assert!(within_year(SLOT - 366 * DAY, SLOT));
    assert!(!within_year(SLOT - 366 * DAY - 1, SLOT));
    assert!(!within_year(SLOT - 2 * 366 * DAY, SLOT - 366 * DAY), "2018-06-01 to 2019-06-01 has 365");
}

#[test]
fn sparse_properties_ignore_rows_without_them() {
    let mut sparse = Vec::new();
    for (time, w, ww) in [
        ("12:09", Some(105), None),
        ("12:19", Some(110), Some(1100)),
        ("12:29", None, None),
        ("12:39", Some(120), None),
        ("12:49", Some(125), None),
        ("12:59", None, Some(1300)),
    ] {
        let mut one = row(time, RowKind::Datum, 0);
        one.values = vec![w.map(Number::from), ww.map(Number::from)];
        sparse.push(one);
    }
    let result = hour(&sparse, SLOT).unwrap();
    for (place, clock, first, last) in [(0, 20, 105, 125), (1, 200, 1100, 1300)] {
        let sum = result[place].clone().unwrap();
        assert_eq!(sum.clock, Number::from(clock));
        assert_eq!(sum.reading, Some(Reading::step(&Number::from(first), &Number::from(last))));
    }
}

#[test]
fn gaps_are_lost_from_the_clock_and_kept_in_the_reading() {
    let text = "11:28=100 12:00=100 12:30=101 16:00=103 16:30=104 17:00=105";
    check(text, at(12, 0), "1", [1, 100, 101]);
    assert!(hour(&rows(text), at(13, 0)).is_none() && hour(&rows(text), at(14, 0)).is_none());
    check(text, at(15, 0), "0", [2, 101, 103]);
    check(text, at(16, 0), "2", [2, 103, 105]);
}

#[test]
fn meters() {
    let item = |n: i64| format!("{}:{:02}={}", 11 + (55 + n * 10) / 60, (55 + n * 10) % 60, 1000 + n * 100);
    let every_ten = (0..15).map(item).collect::<Vec<_>>().join(" ");
    check(&every_ten, at(12, 0), "600", [600, 1000, 1600]);
    check(&every_ten, at(13, 0), "600", [600, 1600, 2200]);
    let gap: Vec<&str> =
        every_ten.split_whitespace().filter(|item| !("12:06".."13:25").contains(&&item[..5])).collect();
    let gap = gap.join(" ");
    check(&gap, at(12, 0), "50", [100, 1000, 1100]);
    check(&gap, at(13, 0), "350", [1100, 1100, 2200]);
    check("13:00=1000 13:20=1200 13:40=65 14:00=265", at(13, 0), "-735", [-735, 1000, 265]);
    check("13:00=1000 13:20=1200 R13:30=1300/5 13:40=65 14:00=265", at(13, 0), "560", [560, 1000, 265]);
}

#[test]
fn shares_of_one_step_add_up_to_it() {
    let third = rows("11:59=100 12:02=101");
    let (before, after) = (hour(&third, at(11, 0)).unwrap(), hour(&third, at(12, 0)).unwrap());
    let sum = &before[0].clone().unwrap().clock + &after[0].clone().unwrap().clock;
    assert_eq!(sum, Number::from(1));
}
