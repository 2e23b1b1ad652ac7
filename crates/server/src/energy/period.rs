//! The period and buckets that a caller asks for, put into a project's time zone.

use gridfolio_series::{BucketKey, BucketSize, Window};
use gridfolio_wire::time::{Aggregation, BucketWord};
use jiff::tz::TimeZone;
use utoipa::IntoParams;

use crate::kit::error::ApiResult;
use crate::kit::params::{FromParams, Params};
use crate::kit::range::{Range, local_text};

/// A period and a bucket size, as asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// From when until when.
    pub range: Range,
    /// Bucket size; a day unless said.
    pub bucket: BucketWord,
}

/// The period of an energy query.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters that `Period` is read from")]
pub struct PeriodQuery {
    /// First moment: a date, wall time in the project's zone, or an instant with offset.
    #[param(format = DateTime)]
    start: String,
    /// Moment after the last, written likewise.
    #[param(format = DateTime)]
    end: String,
    /// Bucket size; a day unless said. `FiveMinute`, `FifteenMinute` and `ThirtyMinute`, in any case, are understood.
    aggregation: Option<Aggregation>,
}

impl FromParams for Period {
    fn from_params(params: &Params) -> ApiResult<Self> {
        let bucket = params.bucket("aggregation")?.unwrap_or(BucketWord::Named(Aggregation::Day));
        Ok(Self { range: Range::from_params(params)?, bucket })
    }
}

/// The size of a bucket in the datum store.
pub fn bucket_size(word: BucketWord) -> BucketSize {
    match word {
        BucketWord::ThirtyMinute => BucketSize::ThirtyMinute,
        BucketWord::Named(aggregation) => match aggregation {
            Aggregation::Year => BucketSize::Year,
            Aggregation::Month => BucketSize::Month,
            Aggregation::Day => BucketSize::Day,
            Aggregation::Hour => BucketSize::Hour,
            Aggregation::FifteenMinute => BucketSize::FifteenMinute,
            Aggregation::FiveMinute => BucketSize::FiveMinute,
        },
    }
}

impl Period {
    /// The window in a zone.
    pub fn window(&self, zone: &TimeZone) -> ApiResult<Window> {
        let (from, until) = self.range.instants(zone)?;
        Ok(Window { from, until, zone: zone.clone(), size: bucket_size(self.bucket) })
    }
}

/// The key of a bucket: local wall time of its start; the second of two equal ones carries its offset.
pub fn bucket_key(key: &BucketKey) -> String {
    let local = local_text(key.local);
    if !key.repeated {
        return local;
    }
    let minutes = key.offset_seconds / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{local}{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}
