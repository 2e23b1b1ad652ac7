//! What a made project measures: sites at work, and the streams that show parts of them.

use std::ops::Range;

use gridfolio_calc::physics::{LocalTime, Site};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::kit::error::{ApiError, ApiResult};

/// A project whose measurements are made.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    /// Its code.
    pub(crate) project: String,
    /// Its time zone, by name.
    pub(crate) zone: &'static str,
    /// First instant and the one after the last, milliseconds since 1970.
    pub(crate) span: Range<i64>,
    /// Its sites.
    pub(crate) sites: Vec<SiteModel>,
}

/// A site of a made project.
#[derive(Debug, Clone)]
pub(crate) struct SiteModel {
    /// Its code.
    pub(crate) code: &'static str,
    /// What stands there.
    pub(crate) site: Site,
    /// What is measured there.
    pub(crate) streams: Vec<StreamModel>,
}

/// A stream of a site.
#[derive(Debug, Clone)]
pub(crate) struct StreamModel {
    /// System, kind and number: `R1/GEN/1`.
    pub(crate) device: &'static str,
    /// What it shows.
    pub(crate) shows: Shows,
    /// What its counter shows at first, Wh (Wh/m² of a pyranometer).
    pub(crate) first_count: i64,
    /// When it measures; always unless said.
    pub(crate) alive: Option<Range<i64>>,
    /// Stretches that arrive after everything else.
    pub(crate) late: Vec<Range<i64>>,
}

/// Which part of a site a stream shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shows {
    /// One array, by its place in the list.
    Array(usize),
    /// All arrays together.
    Arrays,
    /// The pyranometer and the modules' temperature.
    Irradiance,
    /// Air, wind and clouds.
    Air,
    /// What is used.
    Load,
    /// The battery: discharge forwards, charge backwards.
    Battery,
    /// The connection to the grid: import forwards, export backwards.
    Grid,
}

impl StreamModel {
    /// A stream that shows a part of its site all the time.
    pub(crate) fn new(device: &'static str, shows: Shows) -> Self {
        Self { device, shows, first_count: 0, alive: None, late: Vec::new() }
    }

    /// With a counter that has counted before.
    pub(crate) fn counting_from(self, first_count: i64) -> Self {
        Self { first_count, ..self }
    }

    /// Measuring only then.
    pub(crate) fn alive(self, alive: Range<i64>) -> Self {
        Self { alive: Some(alive), ..self }
    }

    /// With stretches that arrive late.
    pub(crate) fn late(self, late: Vec<Range<i64>>) -> Self {
        Self { late, ..self }
    }
}

impl Model {
    /// Source ids of all streams, in order of sites and streams.
    pub(crate) fn sources(&self) -> Vec<String> {
        let of_site = |site: &SiteModel| -> Vec<String> {
            let name = |stream: &StreamModel| format!("/{}/{}/{}", self.project, site.code, stream.device);
            site.streams.iter().map(name).collect()
        };
        self.sites.iter().flat_map(of_site).collect()
    }
}

/// A time zone whose wall times are put into instants.
#[derive(Debug, Clone)]
pub(crate) struct Zone(TimeZone);

impl Zone {
    /// A zone by its name.
    pub(crate) fn named(name: &str) -> ApiResult<Self> {
        TimeZone::get(name).map(Self).map_err(ApiError::internal)
    }

    /// The instant of a wall time.
    pub(crate) fn at(&self, wall: DateTime) -> ApiResult<i64> {
        let zoned = wall.to_zoned(self.0.clone()).map_err(ApiError::internal)?;
        Ok(zoned.timestamp().as_millisecond())
    }

    /// The instants between two wall times.
    pub(crate) fn between(&self, from: DateTime, until: DateTime) -> ApiResult<Range<i64>> {
        Ok(self.at(from)?..self.at(until)?)
    }

    /// What clocks show from an instant on for as long as a span.
    pub(crate) fn local_time(&self, span: &Range<i64>) -> ApiResult<LocalTime> {
        let instant = |ms: i64| jiff::Timestamp::from_millisecond(ms).map_err(ApiError::internal);
        let (from, until) = (instant(span.start)?, instant(span.end)?);
        let ahead = |offset: jiff::tz::Offset| i64::from(offset.seconds()) * 1000;
        let mut changes = vec![(span.start, ahead(self.0.to_offset(from)))];
        let later = self.0.following(from).take_while(|change| change.timestamp() < until);
        changes.extend(later.map(|change| (change.timestamp().as_millisecond(), ahead(change.offset()))));
        Ok(LocalTime::new(changes))
    }

    /// A span cut at the beginnings of local months.
    pub(crate) fn months(&self, span: &Range<i64>) -> ApiResult<Vec<Range<i64>>> {
        let mut months = Vec::new();
        let mut start = span.start;
        while start < span.end {
            let instant = jiff::Timestamp::from_millisecond(start).map_err(ApiError::internal)?;
            let date = instant.to_zoned(self.0.clone()).date();
            let next = date.last_of_month().tomorrow().map_err(ApiError::internal)?;
            let end = self.at(next.to_datetime(jiff::civil::Time::midnight()))?.min(span.end);
            months.push(start..end);
            start = end;
        }
        Ok(months)
    }
}
