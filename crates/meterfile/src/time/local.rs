//! What a local time without offset means in a zone.
//!
//! A time that clocks skip in spring is refused. A time that occurs twice in autumn is settled by the order of the
//! file, for each repeated hour on its own:
//! - the first pass through the hour is summer time; as soon as the clock goes back within the hour, the rest of the
//!   hour is standard time. A file that has the hour once has it in summer time;
//! - the same time on two lines in a row is first summer, then standard time, without ending the first pass, so that
//!   a file which lists each time of the hour twice is read right as well;
//! - a file that left the hour forwards, and comes to it again from an earlier time, begins a new first pass (the
//!   same days twice in one file); one that comes back to it from a later time is in the second pass;
//! - in a file written newest line first all of this is mirrored: the first pass is standard time.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// Turns local times into instants; knows the order of the lines it was asked about.
#[derive(Debug, Clone)]
pub(crate) struct LocalTimes {
    zone: TimeZone,
    newest_first: bool,
    previous: Option<DateTime>,
    /// The repeated hour met last.
    hour: Option<RepeatedHour>,
    /// By the hour's first local time.
    passes: BTreeMap<DateTime, Pass>,
}

#[derive(Debug, Clone, Copy)]
struct RepeatedHour {
    start: DateTime,
    end: DateTime,
    summer: Offset,
    standard: Offset,
}

#[derive(Debug, Clone, Copy)]
struct Pass {
    last: DateTime,
    second: bool,
    left: bool,
}

impl LocalTimes {
    pub(crate) fn new(zone: TimeZone, newest_first: bool) -> Self {
        Self { zone, newest_first, previous: None, hour: None, passes: BTreeMap::new() }
    }

    /// The zone's name, for messages.
    pub(crate) fn zone_name(&self) -> String {
        self.zone.iana_name().unwrap_or("the zone").to_owned()
    }

    /// The instant in milliseconds; `None` for a time that does not exist.
    pub(crate) fn instant(&mut self, civil: DateTime) -> Option<i64> {
        let offset = match self.zone.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => {
                self.note_leaving(civil);
                offset
            }
            AmbiguousOffset::Gap { .. } => return None,
            AmbiguousOffset::Fold { before, after } => self.repeated(civil, before, after),
        };
        self.previous = Some(civil);
        offset.to_timestamp(civil).ok().map(Timestamp::as_millisecond)
    }

    fn note_leaving(&mut self, civil: DateTime) {
        let Some(hour) = self.hour else { return };
        let left = if self.newest_first { civil < hour.start } else { civil >= hour.end };
        if left && let Some(pass) = self.passes.get_mut(&hour.start) {
            pass.left = true;
        }
    }

    fn repeated(&mut self, civil: DateTime, summer: Offset, standard: Offset) -> Offset {
        let hour = match self.hour {
            Some(hour) if hour.start <= civil && civil < hour.end => hour,
            _ => self.find_hour(civil, summer, standard),
        };
        self.hour = Some(hour);
        let newest_first = self.newest_first;
        let from_before = self
            .previous
            .is_some_and(|previous| if newest_first { previous >= hour.end } else { previous < hour.start });
        let first = Pass { last: civil, second: false, left: false };
        let known = self.passes.contains_key(&hour.start);
        let pass = self.passes.entry(hour.start).or_insert(first);
        let went_back = if newest_first { civil > pass.last } else { civil < pass.last };
        let repeats_line = known && civil == pass.last && !pass.left;
        if pass.left && from_before {
            *pass = first;
        } else if went_back || pass.left {
            pass.second = true;
        }
        pass.last = civil;
        let second = pass.second || repeats_line;
        if second == newest_first { hour.summer } else { hour.standard }
    }

    fn find_hour(&self, civil: DateTime, summer: Offset, standard: Offset) -> RepeatedHour {
        let lone = RepeatedHour { start: civil, end: civil, summer, standard };
        let Ok(after_change) = standard.to_timestamp(civil) else { return lone };
        let Ok(just_after) = after_change.checked_add(SignedDuration::from_nanos(1)) else { return lone };
        match self.zone.preceding(just_after).next() {
            Some(change) => RepeatedHour {
                start: standard.to_datetime(change.timestamp()),
                end: summer.to_datetime(change.timestamp()),
                summer,
                standard,
            },
            None => lone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Denver leaves summer time on 2022-11-06 at 02:00: 01:00 to 01:59 occur twice (07:00Z and 08:00Z).
    fn utc_hours(newest_first: bool, times: &[&str]) -> Vec<String> {
        let zone = TimeZone::get("America/Denver").unwrap();
        let mut local = LocalTimes::new(zone, newest_first);
        times
            .iter()
            .map(|time| {
                let civil: DateTime = format!("2022-11-{time}").parse().unwrap();
                let at = local.instant(civil).unwrap();
                Timestamp::from_millisecond(at).unwrap().strftime("%dT%H:%M").to_string()
            })
            .collect()
    }

    #[test]
    fn the_second_pass_is_standard_time() {
        let read =
            utc_hours(false, &["06T00:30", "06T01:00", "06T01:30", "06T01:00", "06T01:30", "06T02:00"]);
        assert_eq!(read, ["06T06:30", "06T07:00", "06T07:30", "06T08:00", "06T08:30", "06T09:00"]);
    }

    #[test]
    fn the_second_pass_may_have_times_that_the_first_lacks() {
        let read = utc_hours(false, &["06T01:00", "06T01:45", "06T01:15", "06T01:30", "06T02:00"]);
        assert_eq!(read, ["06T07:00", "06T07:45", "06T08:15", "06T08:30", "06T09:00"]);
    }

    #[test]
    fn an_hour_given_once_is_summer_time() {
        let read = utc_hours(false, &["06T01:00", "06T01:30", "06T02:00"]);
        assert_eq!(read, ["06T07:00", "06T07:30", "06T09:00"]);
    }

    #[test]
    fn each_time_twice_in_a_row_is_summer_then_standard() {
        let read = utc_hours(false, &["06T01:00", "06T01:00", "06T01:30", "06T01:30", "06T02:00"]);
        assert_eq!(read, ["06T07:00", "06T08:00", "06T07:30", "06T08:30", "06T09:00"]);
    }

    #[test]
    fn the_same_days_again_begin_a_new_first_pass() {
        let day = ["06T00:30", "06T01:00", "06T01:30", "06T01:00", "06T02:00"];
        let twice: Vec<&str> = day.iter().chain(&day).copied().collect();
        let read = utc_hours(false, &twice);
        assert_eq!(read[..5], ["06T06:30", "06T07:00", "06T07:30", "06T08:00", "06T09:00"]);
        assert_eq!(read[5..], read[..5]);
    }

    #[test]
    fn coming_back_from_a_later_time_is_the_second_pass() {
        let read = utc_hours(false, &["06T01:00", "06T01:30", "06T02:00", "06T01:00", "06T01:30"]);
        assert_eq!(read, ["06T07:00", "06T07:30", "06T09:00", "06T08:00", "06T08:30"]);
    }

    #[test]
    fn newest_first_is_mirrored() {
        let read = utc_hours(true, &["06T02:00", "06T01:30", "06T01:00", "06T01:30", "06T01:00", "06T00:30"]);
        assert_eq!(read, ["06T09:00", "06T08:30", "06T08:00", "06T07:30", "06T07:00", "06T06:30"]);
    }

    #[test]
    fn a_skipped_time_is_none() {
        let mut local = LocalTimes::new(TimeZone::get("America/Denver").unwrap(), false);
        assert_eq!(local.instant("2022-03-13T02:00".parse().unwrap()), None);
        assert_eq!(local.instant("2022-03-13T02:59".parse().unwrap()), None);
        assert!(local.instant("2022-03-13T03:00".parse().unwrap()).is_some());
    }
}
