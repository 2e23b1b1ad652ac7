//! What times mean: zones, offsets, both changes of the clock, formats that read two ways.

use gridfolio_meterfile::{Options, Order};

use crate::{check, in_zone, options, refusal, rows, said};

fn file(times: &[&str]) -> String {
    let lines: Vec<String> = times.iter().enumerate().map(|(i, time)| format!("{time},{i}")).collect();
    format!("time,power\n{}\n", lines.join("\n"))
}

#[test]
fn spring_without_offset_has_an_hour_that_does_not_exist() {
    let times = ["2022-03-13 01:45", "2022-03-13 02:00", "2022-03-13 02:45", "2022-03-13 03:00"];
    let summary = check(file(&times), &in_zone("America/Denver"));
    assert_eq!((summary.datums, summary.bad.count), (2, 2));
    let message = summary.bad.first[0].to_string();
    assert!(
        message.starts_with("line 3, column \"time\": \"2022-03-13 02:00\" does not exist in America/Denver")
    );
    // the clock jumps, the step does not
    assert_eq!(summary.rhythm, Some(900_000));
}

#[test]
fn spring_with_offset_is_exact() {
    let times = ["2022-03-13 01:45:00-07:00", "2022-03-13 03:00:00-06:00", "2022-03-13 03:15:00-06:00"];
    let summary = check(file(&times), &in_zone("America/Denver"));
    assert_eq!((summary.bad.count, summary.gaps.count, summary.rhythm), (0, 0, Some(900_000)));
}

#[test]
fn autumn_without_offset_goes_by_the_order_of_lines() {
    let times = [
        "2022-11-06 00:30",
        "2022-11-06 01:00",
        "2022-11-06 01:30",
        "2022-11-06 01:00",
        "2022-11-06 01:30",
        "2022-11-06 02:00",
    ];
    let summary = check(file(&times), &in_zone("America/Denver"));
    assert_eq!((summary.datums, summary.gaps.count, summary.rhythm), (6, 0, Some(1_800_000)));
    assert_eq!(summary.duplicates.equal + summary.duplicates.different, 0);
}

#[test]
fn autumn_newest_first_is_the_same() {
    let times = [
        "2022-11-06 02:00",
        "2022-11-06 01:30",
        "2022-11-06 01:00",
        "2022-11-06 01:30",
        "2022-11-06 01:00",
        "2022-11-06 00:30",
    ];
    let summary = check(file(&times), &in_zone("America/Denver"));
    assert_eq!((summary.datums, summary.gaps.count, summary.order), (6, 0, Order::NewestFirst));
    assert_eq!(summary.rhythm, Some(1_800_000));
}

#[test]
fn autumn_with_offset_is_exact_in_any_order() {
    let times = ["2022-11-06 01:30:00-07:00", "2022-11-06 01:30:00-06:00"];
    let read = said(&rows(file(&times), &in_zone("America/Denver")));
    assert_eq!(read, ["2022-11-06T08:30:00Z 0", "2022-11-06T07:30:00Z 1"]);
}

#[test]
fn a_broken_line_does_not_hide_the_second_pass() {
    let content =
        "time,power\n2022-11-06 01:00,1\n2022-11-06 01:30,x\n2022-11-06 01:00,2\n2022-11-06 02:00,3\n";
    let read = said(&rows(content, &in_zone("America/Denver")));
    assert_eq!(read, ["2022-11-06T07:00:00Z 1", "2022-11-06T08:00:00Z 2", "2022-11-06T09:00:00Z 3"]);
}

#[test]
fn local_times_need_a_zone() {
    let message = refusal(file(&["2022-03-13 01:45"]), &options());
    assert_eq!(
        message,
        "the time \"2022-03-13 01:45\" of line 2 has no offset from UTC: give --zone, as in --zone America/Denver"
    );
    let times = vec!["2022-03-13 01:45Z"; 300];
    let content = file(&times) + "2022-03-13 01:45,1\n";
    let summary = check(content, &options());
    assert_eq!(
        summary.bad.first[0].reason.to_string(),
        "\"2022-03-13 01:45\" has no offset from UTC and no zone was given"
    );
}

#[test]
fn epochs_need_no_zone() {
    assert_eq!(said(&rows(file(&["1467356400"]), &options())), ["2016-07-01T07:00:00Z 0"]);
    assert_eq!(said(&rows(file(&["1467356400500"]), &options())), ["2016-07-01T07:00:00.5Z 0"]);
    let given = Options { time_format: Some("epoch".parse().unwrap()), ..options() };
    assert_eq!(
        said(&rows(file(&["100", "200"]), &given)),
        ["1970-01-01T00:01:40Z 0", "1970-01-01T00:03:20Z 1"]
    );
}

#[test]
fn one_line_of_the_whole_file_settles_day_and_month() {
    let mut times = vec!["2/1/2022 0:00"; 500];
    times.push("13/1/2022 0:00");
    let summary = check(file(&times), &in_zone("UTC"));
    assert_eq!(summary.time_format.to_string(), "%d/%m/%Y %H:%M");
    times.push("1/13/2022 0:00");
    let message = refusal(file(&times), &in_zone("UTC"));
    assert!(message.contains("line 503 does not fit '%d/%m/%Y %H:%M'"), "{message}");
    assert!(message.contains("line 502 does not fit '%m/%d/%Y %H:%M'"), "{message}");
}

#[test]
fn dates_that_do_not_exist_are_bad_lines() {
    let content =
        file(&["2025-02-28 00:00Z", "2025-02-30 00:00Z", "2025-03-01 24:00Z", "20255-03-01 00:00Z"]);
    let summary = check(content, &options());
    let messages: Vec<String> = summary.bad.first.iter().map(ToString::to_string).collect();
    assert_eq!(
        messages[0],
        "line 3, column \"time\": \"2025-02-30 00:00Z\" does not exist: no such date or time of day"
    );
    assert!(messages[1].starts_with("line 4, column \"time\": \"2025-03-01 24:00Z\" does not exist"));
    assert_eq!(
        messages[2],
        "line 5, column \"time\": \"20255-03-01 00:00Z\" does not fit the time format iso"
    );
    let slashed = Options { time_format: Some("%m/%d/%Y".parse().unwrap()), ..in_zone("UTC") };
    let summary = check(file(&["02/30/2025", "02/28/2025", "02/28/0025"]), &slashed);
    assert!(summary.bad.first[0].to_string().contains("does not exist"));
    assert!(summary.bad.first[1].to_string().contains("between the years 1900 and 2200"));
}

#[test]
fn a_format_that_nobody_knows_is_asked_for() {
    let message = refusal(file(&["monday", "tuesday"]), &options());
    assert!(
        message.contains("not clear from \"monday\", \"tuesday\"") && message.contains("--time-format"),
        "{message}"
    );
}
