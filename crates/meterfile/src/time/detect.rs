//! Finding out how times are written.
//!
//! A sample of the first lines narrows the formats down; where day-first and month-first both remain, every line of
//! the file is asked. No reading is preferred: what stays open is refused.

use super::{Moment, TimeFault, TimeFormat, TimeReader};
use crate::Error;

const DATES: &[&str] = &[
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%Y/%m/%d",
    "%m/%d/%y",
    "%d/%m/%y",
    "%y/%m/%d",
    "%d.%m.%Y",
    "%m.%d.%Y",
    "%Y.%m.%d",
    "%d.%m.%y",
    "%m.%d.%y",
    "%y.%m.%d",
    "%m-%d-%Y",
    "%d-%m-%Y",
    "%Y-%m-%d",
    "%m-%d-%y",
    "%d-%m-%y",
    "%y-%m-%d",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %b %Y",
    "%b %d, %Y",
    "%b %d %Y",
    "%Y%m%d",
];
/// A space in a pattern also stands for nothing at all.
const JOINTS: &[&str] = &[" ", "T", ", "];
const TIMES: &[&str] =
    &["%H:%M", "%H:%M:%S", "%H:%M:%S%.f", "%I:%M %p", "%I:%M:%S %p", "%H%M%S", "%H%M", "%H.%M"];
const OFFSETS: &[&str] = &["", "%z", " %z", "%:z", " %:z"];

/// 1990 to 2100.
const PLAUSIBLE_MILLIS: std::ops::Range<i64> = 631_152_000_000..4_102_444_800_000;
/// Lines of the sample from which candidate patterns are made.
const SEEDS: usize = 20;

/// What the sample says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Detection {
    /// One format.
    One(TimeReader),
    /// Formats that differ in the order of day, month and year: the whole file must decide.
    Several(Vec<TimeReader>),
}

/// Finds the format of a sample of times; `None` where no format fits half of it.
pub(crate) fn detect(given: Option<&TimeFormat>, sample: &[String]) -> Option<Detection> {
    let one = |reader| Some(Detection::One(reader));
    match given {
        Some(TimeFormat::Iso) => return one(TimeReader::Iso),
        Some(TimeFormat::Pattern(pattern)) => return one(TimeReader::Pattern(pattern.clone())),
        Some(TimeFormat::Epoch) => return one(epoch_of(sample)),
        None => {}
    }
    let enough = |fits: usize| fits > 0 && fits * 2 >= sample.len();
    for reader in [TimeReader::Iso, TimeReader::EpochSeconds, TimeReader::EpochMillis] {
        if enough(sample.iter().filter(|text| plausible(&reader, text)).count()) {
            return one(reader);
        }
    }
    let mut best: Vec<TimeReader> = Vec::new();
    let mut most = 0;
    for date in DATES {
        let Some((reader, fits)) = best_pattern(date, sample) else { continue };
        if fits > most {
            most = fits;
            best.clear();
        }
        if fits == most {
            best.push(reader);
        }
    }
    match best.len() {
        _ if !enough(most) => None,
        1 => best.pop().map(Detection::One),
        _ => Some(Detection::Several(best)),
    }
}

/// Whether a text has the form of ISO 8601, be its date real or not, or is an epoch time of our days. Other whole
/// numbers may be dates without separators, which the patterns read.
fn plausible(reader: &TimeReader, text: &str) -> bool {
    match (reader, reader.read(text)) {
        (TimeReader::Iso, result) => matches!(result, Ok(_) | Err(TimeFault::NoSuchTime)),
        (_, Ok(Moment::Exact(at))) => PLAUSIBLE_MILLIS.contains(&at),
        _ => false,
    }
}

/// With `epoch` given, milliseconds are told from seconds by the numbers' size: 10^11 s is the year 5138.
fn epoch_of(sample: &[String]) -> TimeReader {
    let long = |text: &&String| {
        TimeReader::EpochSeconds.read(text).is_err() && TimeReader::EpochMillis.read(text).is_ok()
    };
    if sample.iter().filter(long).count() * 2 > sample.len() {
        TimeReader::EpochMillis
    } else {
        TimeReader::EpochSeconds
    }
}

/// The pattern with this date that fits most of the sample.
fn best_pattern(date: &str, sample: &[String]) -> Option<(TimeReader, usize)> {
    let mut best: Option<(TimeReader, usize)> = None;
    let mut tried: Vec<String> = Vec::new();
    for seed in sample.iter().take(SEEDS) {
        for pattern in patterns(date) {
            if tried.contains(&pattern) {
                continue;
            }
            let reader = TimeReader::Pattern(pattern.clone());
            if reader.read(seed).is_err() {
                continue;
            }
            let fits = sample.iter().filter(|text| reader.read(text).is_ok()).count();
            if best.as_ref().is_none_or(|(_, most)| fits > *most) {
                best = Some((reader, fits));
            }
            tried.push(pattern);
        }
    }
    best
}

fn patterns(date: &str) -> impl Iterator<Item = String> {
    let with_time = JOINTS.iter().flat_map(move |joint| {
        TIMES
            .iter()
            .flat_map(move |time| OFFSETS.iter().map(move |offset| format!("{date}{joint}{time}{offset}")))
    });
    std::iter::once(date.to_owned()).chain(with_time)
}

/// The evidence of every line of a file for several formats.
struct Evidence<'c> {
    candidates: &'c [TimeReader],
    /// The first line that another candidate fits and this one does not.
    missed: Vec<Option<u64>>,
    /// The first time that two candidates read differently.
    differing: Vec<(usize, usize, String)>,
}

/// Chooses the format that fits every line which any of them fits; refuses where several do, or none.
pub(crate) fn choose(
    candidates: &[TimeReader],
    times: impl Iterator<Item = Result<(u64, String), Error>>,
) -> Result<TimeReader, Error> {
    let mut evidence = Evidence { candidates, missed: vec![None; candidates.len()], differing: Vec::new() };
    for time in times {
        let (line, text) = time?;
        evidence.note(line, &text);
    }
    evidence.decide()
}

impl Evidence<'_> {
    fn note(&mut self, line: u64, text: &str) {
        let readings: Vec<_> = self.candidates.iter().map(|candidate| candidate.read(text).ok()).collect();
        if readings.iter().all(Option::is_none) {
            return;
        }
        for (missed, reading) in self.missed.iter_mut().zip(&readings) {
            if reading.is_none() {
                missed.get_or_insert(line);
            }
        }
        for first in 0..readings.len() {
            for second in first + 1..readings.len() {
                let differ = readings[first].is_some()
                    && readings[second].is_some()
                    && readings[first] != readings[second];
                if differ && !self.differing.iter().any(|known| (known.0, known.1) == (first, second)) {
                    self.differing.push((first, second, text.to_owned()));
                }
            }
        }
    }

    fn decide(self) -> Result<TimeReader, Error> {
        let fitting: Vec<usize> =
            (0..self.candidates.len()).filter(|index| self.missed[*index].is_none()).collect();
        let open = self.differing.iter().find(|(a, b, _)| fitting.contains(a) && fitting.contains(b));
        if let Some((first, second, text)) = open {
            let (first, second) = (&self.candidates[*first], &self.candidates[*second]);
            return Err(Error::AmbiguousTime {
                text: text.clone(),
                first: first.to_string(),
                first_reading: reading(first, text),
                second: second.to_string(),
                second_reading: reading(second, text),
            });
        }
        match (fitting.first(), self.missed.as_slice()) {
            (Some(index), _) => Ok(self.candidates[*index].clone()),
            (None, [Some(second_only), Some(first_only), ..]) => Err(Error::MixedTime {
                first: self.candidates[0].to_string(),
                second: self.candidates[1].to_string(),
                first_only: *first_only,
                second_only: *second_only,
            }),
            (None, _) => Err(Error::UnknownTimeFormat("the lines".to_owned())),
        }
    }
}

/// The date that a reader takes a text for, in words.
fn reading(reader: &TimeReader, text: &str) -> String {
    let civil = match reader.read(text) {
        Ok(Moment::Local(civil)) => civil,
        Ok(Moment::Exact(at)) => match jiff::Timestamp::from_millisecond(at) {
            Ok(at) => jiff::tz::Offset::UTC.to_datetime(at),
            Err(_) => return text.to_owned(),
        },
        Err(_) => return text.to_owned(),
    };
    civil.strftime("%-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(times: &[&str]) -> Option<String> {
        let times: Vec<String> = times.iter().map(|time| (*time).to_owned()).collect();
        detect(None, &times).map(|detection| match detection {
            Detection::One(reader) => reader.to_string(),
            Detection::Several(readers) => {
                readers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
            }
        })
    }

    #[test]
    fn finds_common_formats() {
        for (time, format) in [
            ("2016-07-01 00:00:00-07:00", "iso"),
            ("2016-07-01T00:00Z", "iso"),
            ("2016-07-01", "iso"),
            ("1467356400", "epoch (seconds)"),
            ("1467356400.5", "epoch (seconds)"),
            ("1467356400000", "epoch (milliseconds)"),
            ("1/13/2022 0:00", "%m/%d/%Y %H:%M"),
            ("13/1/2022 0:00", "%d/%m/%Y %H:%M"),
            ("1/13/2022 12:15 AM", "%m/%d/%Y %I:%M %p"),
            ("31.12.2021 23:45:00", "%d.%m.%Y %H:%M:%S"),
            ("2022/01/02 00:15", "%Y/%m/%d %H:%M"),
            ("2022-1-2 0:15", "%Y-%m-%d %H:%M"),
            ("20220102 001500", "iso"),
            ("202201020015", "%Y%m%d %H%M"),
            ("13-Jan-2022 00:15", "%d-%b-%Y %H:%M"),
            ("13/01/2022 00:15 +0100", "%d/%m/%Y %H:%M %z"),
            ("13/01/22 00:15", "%d/%m/%y %H:%M or %y/%m/%d %H:%M"),
            ("13-01-99 00:15", "%d-%m-%y %H:%M"),
        ] {
            assert_eq!(sample(&[time]).as_deref(), Some(format), "{time}");
        }
    }

    #[test]
    fn leaves_open_what_reads_two_ways() {
        assert_eq!(sample(&["1/2/2022 0:00"]).as_deref(), Some("%m/%d/%Y %H:%M or %d/%m/%Y %H:%M"));
        assert_eq!(sample(&["1.2.2022"]).as_deref(), Some("%d.%m.%Y or %m.%d.%Y"));
        assert_eq!(sample(&["1/2/2022 0:00", "1/13/2022 0:00"]).as_deref(), Some("%m/%d/%Y %H:%M"));
    }

    #[test]
    fn one_broken_line_changes_nothing() {
        assert_eq!(sample(&["2016-07-01 00:00", "x", "2016-07-01 00:15"]).as_deref(), Some("iso"));
        assert_eq!(sample(&["monday", "tuesday"]), None);
        assert_eq!(sample(&[]), None);
    }

    fn chosen(times: &[&str]) -> Result<TimeReader, Error> {
        let candidates =
            ["%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"].map(|pattern| TimeReader::Pattern(pattern.to_owned()));
        let times = times.iter().enumerate().map(|(index, time)| Ok((index as u64 + 2, (*time).to_owned())));
        choose(&candidates, times)
    }

    #[test]
    fn one_late_line_decides() {
        let reader = chosen(&["1/2/2022 0:00", "1/13/2022 0:00", "nonsense"]).unwrap();
        assert_eq!(reader.to_string(), "%m/%d/%Y %H:%M");
    }

    #[test]
    fn says_both_readings_of_what_stays_open() {
        let message = chosen(&["1/1/2022 0:00", "1/2/2022 0:00"]).unwrap_err().to_string();
        assert!(message.contains("\"1/2/2022 0:00\" is 2 January 2022 with --time-format '%m/%d/%Y %H:%M'"));
        assert!(message.contains("1 February 2022 with --time-format '%d/%m/%Y %H:%M'"), "{message}");
    }

    #[test]
    fn refuses_two_formats_in_one_file() {
        let message = chosen(&["1/13/2022 0:00", "1/2/2022 0:00", "13/1/2022 0:00"]).unwrap_err().to_string();
        assert!(message.contains("line 4 does not fit '%m/%d/%Y %H:%M'"), "{message}");
        assert!(message.contains("line 2 does not fit '%d/%m/%Y %H:%M'"), "{message}");
    }

    #[test]
    fn readings_that_agree_are_not_ambiguous() {
        assert!(chosen(&["1/1/2022 0:00", "1/1/2022 0:15"]).is_ok());
    }
}
