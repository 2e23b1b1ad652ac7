//! The streams of an installation at a glance: what they hold, their rhythm, and which have fallen silent.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use gridfolio_db::Session;
use gridfolio_series::{Extent, Stream};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::keeping::pattern::Pattern;
use crate::kit::error::ApiResult;
use crate::timeseries::import::store as imports;

const MINUTE: i64 = 60_000;
/// Blocks (days, as a rule) from which the rhythm is taken: how it is now counts, not how it once was.
const RHYTHM_BLOCKS: i64 = 4;
/// Rhythms without a datum after which a stream is silent.
const MISSED: i64 = 3;
/// The shortest silence: loggers send in batches.
const SHORTEST_MS: i64 = 15 * MINUTE;
/// Silence of a stream that has no rhythm yet.
const WITHOUT_RHYTHM_MS: i64 = 24 * 60 * MINUTE;

/// Which streams to tell of.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Of this node only.
    pub node: Option<i64>,
    /// With such a source id only.
    pub source: Option<Pattern>,
    /// Those that are silent at `at` only.
    pub silent: bool,
    /// The instant that silence is measured at, milliseconds since 1970.
    pub at: i64,
}

/// The newest import into a stream that is not undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastImport {
    /// Its number.
    pub id: i64,
    /// `running`, `done`, `undoing`
    pub state: &'static str,
    /// When it began, ISO 8601 in UTC.
    pub started: String,
}

/// A stream in a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Its node.
    pub node: i64,
    /// Its source id.
    pub source: String,
    /// Its zone.
    pub zone: String,
    /// Time of the first datum, ISO 8601 with the zone's offset.
    pub first: Option<String>,
    /// Time of the last datum.
    pub last: Option<String>,
    /// Number of datums.
    pub count: u64,
    /// Most common step between the newest datums, seconds.
    pub rhythm_seconds: Option<f64>,
    /// The newest import.
    pub last_import: Option<LastImport>,
    /// Whether its last datum is too old.
    pub silent: bool,
}

/// The streams that are wanted, in order of node and source id.
pub async fn list(session: &mut Session, wanted: &Wanted) -> ApiResult<Vec<Line>> {
    let mut newest = BTreeMap::new();
    for import in imports::list_imports(session).await? {
        if import.state != imports::State::Undone {
            newest.entry(import.stream).or_insert(import);
        }
    }
    let mut lines = Vec::new();
    for stream in gridfolio_series::all_streams(session).await? {
        let other_node = wanted.node.is_some_and(|node| node != stream.key.node_id);
        let other_source = wanted.source.as_ref().is_some_and(|p| !p.matches(&stream.key.source_id));
        if other_node || other_source {
            continue;
        }
        let line = line(session, &stream, newest.get(&stream.id), wanted.at).await?;
        if line.silent || !wanted.silent {
            lines.push(line);
        }
    }
    Ok(lines)
}

async fn line(
    session: &mut Session,
    stream: &Stream,
    import: Option<&imports::Import>,
    at: i64,
) -> ApiResult<Line> {
    let extent = gridfolio_series::extent(session, stream.id).await?;
    let instants = gridfolio_series::newest_instants(session, stream.id, RHYTHM_BLOCKS).await?;
    let rhythm = rhythm(&instants);
    let zone = TimeZone::get(&stream.zone).unwrap_or(TimeZone::UTC);
    let shown = |at: fn(&Extent) -> i64| extent.as_ref().map(|extent| instant(at(extent), &zone));
    Ok(Line {
        node: stream.key.node_id,
        source: stream.key.source_id.clone(),
        zone: stream.zone.clone(),
        first: shown(|extent| extent.first_at),
        last: shown(|extent| extent.last_at),
        count: extent.map_or(0, |extent| extent.count),
        rhythm_seconds: rhythm.map(seconds),
        last_import: import.map(|import| LastImport {
            id: import.id,
            state: import.state.word(),
            started: instant(import.started_at, &TimeZone::UTC),
        }),
        silent: is_silent(extent.map(|extent| extent.last_at), rhythm, at),
    })
}

/// The most common step between instants in order of time; of equally common ones the shortest.
fn rhythm(instants: &[i64]) -> Option<i64> {
    let mut counts: BTreeMap<i64, u32> = BTreeMap::new();
    for pair in instants.windows(2) {
        *counts.entry(pair[1] - pair[0]).or_default() += 1;
    }
    let most = counts.values().max().copied()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(step, _)| step)
}

/// Whether a stream should have said something since its last datum.
fn is_silent(last: Option<i64>, rhythm: Option<i64>, at: i64) -> bool {
    let patience = rhythm.map_or(WITHOUT_RHYTHM_MS, |rhythm| (rhythm * MISSED).max(SHORTEST_MS));
    last.is_none_or(|last| at - last > patience)
}

/// Exact to the millisecond for every span that a stream can have.
#[expect(clippy::cast_precision_loss, reason = "spans of centuries in ms fit 53 bits")]
fn seconds(ms: i64) -> f64 {
    ms as f64 / 1000.0
}

/// An instant with its offset.
pub fn instant(at: i64, zone: &TimeZone) -> String {
    match Timestamp::from_millisecond(at) {
        Ok(at) => at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string(),
        Err(_) => format!("{at} ms"),
    }
}

/// A table for a terminal.
pub fn report(lines: &[Line], silent_only: bool) -> String {
    if lines.is_empty() {
        return if silent_only { "no stream is silent\n" } else { "no streams\n" }.to_owned();
    }
    let mut text = format!(
        "{:>5} {:32} {:20} {:25} {:25} {:>10} {:>9}  last import\n",
        "node", "source", "zone", "first", "last", "datums", "rhythm"
    );
    for line in lines {
        let said = |at: &Option<String>| at.clone().unwrap_or_else(|| "-".to_owned());
        let rhythm = line.rhythm_seconds.map_or("-".to_owned(), |seconds| format!("{seconds} s"));
        let import = line
            .last_import
            .as_ref()
            .map_or("-".to_owned(), |import| format!("{} {} {}", import.id, import.state, import.started));
        let silent = if line.silent { "  SILENT" } else { "" };
        let _ = writeln!(
            text,
            "{:>5} {:32} {:20} {:25} {:25} {:>10} {rhythm:>9}  {import}{silent}",
            line.node,
            line.source,
            line.zone,
            said(&line.first),
            said(&line.last),
            line.count
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rhythm_is_the_most_common_step() {
        assert_eq!(rhythm(&[]), None);
        assert_eq!(rhythm(&[5]), None);
        assert_eq!(rhythm(&[0, 300, 600, 2000, 2300, 2301]), Some(300));
        assert_eq!(rhythm(&[0, 10, 30]), Some(10));
    }

    #[test]
    fn silence_is_three_rhythms_and_a_quarter_of_an_hour_at_least() {
        let silent = |rhythm, age| is_silent(Some(0), rhythm, age);
        assert!(!silent(Some(1000), 15 * MINUTE) && silent(Some(1000), 15 * MINUTE + 1));
        assert!(!silent(Some(60 * MINUTE), 180 * MINUTE) && silent(Some(60 * MINUTE), 180 * MINUTE + 1));
        assert!(!silent(None, WITHOUT_RHYTHM_MS) && silent(None, WITHOUT_RHYTHM_MS + 1));
        assert!(is_silent(None, None, 0));
        assert!(!silent(Some(1000), -5), "a datum of tomorrow is no silence");
    }
}
