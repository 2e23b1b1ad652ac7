//! The datum store: streams, day blocks, readings and roll-ups.
//!
//! A *stream* is a node's source in a zone. Its *datums* lie in blocks of a UTC day; beside them stand aggregates of
//! each local day and month. Everything runs on the caller's transaction:
//!
//! | for | call |
//! | --- | --- |
//! | a stream | [`ensure_stream`], [`find_stream`], [`get_stream`], [`list_streams`], [`all_streams`], [`set_stream_metadata`], [`set_zone`] |
//! | writing | [`write`], [`write_many`] (several streams), [`remove`]: aggregates change in the same transaction |
//! | datums | [`raw`], [`latest`], [`extent`], [`extent_between`], [`bounds`], [`instants`], [`newest_instants`] |
//! | buckets | [`buckets`] with a [`Window`]: exact sums by 5 minutes to years, never stale |
//! | power | [`peak`]: highest quarter-hour mean of many streams together |
//! | derived energy | [`derive_energy`], [`step_energy`], [`begin_shift`] |
//! | jobs | [`advance_shift`], then [`settle`]: aggregates that a shift or a change of zone dropped are made again |
//!
//! ```text
//! let stream = ensure_stream(&mut tx, &StreamKey::new(1, "/P/S/1/GEN/1"), "America/New_York").await?;
//! let written = write(&mut tx, stream.id, Columns::from_datums(&[Datum::at(ms).i("watts", 5).a("wattHours", 7)])).await?;
//! let window = Window { from, until, zone: TimeZone::get("America/New_York")?, size: BucketSize::Month };
//! for one in buckets(&mut session, &[stream.id], &window, &["watts", "wattHours"]).await? {
//!     let place = one.place(PropertyKind::Accumulating, "wattHours");
//!     for bucket in &one.buckets { /* bucket.key.local, bucket.accumulating[place].clock … */ }
//! }
//! ```
//!
//! How it is made:
//!
//! - A *block* is the UTC day's datums as packed integers, checksummed together with its key; a day of more than 2048
//!   datums is cut into hours, so that an append rewrites an hour at most.
//! - An *aggregate* sums up the datums *inside* its local day or month and remembers the first and last ones. What a
//!   step across an edge adds to both sides is worked out when a reader (or a longer aggregate) joins neighbours. So
//!   a write concerns only the day and month it falls into, and no order of writes makes a difference.
//! - `stream.version` is raised first by every write: on a server, writers of one stream wait for each other there.
//!   Several streams are locked in order of id.
//! - `stream.stale_from` marks the local day from which aggregates are missing (a changed zone, a shift); readers
//!   answer such streams from blocks until [`settle`] has made them again.
//! - A *shift* ([`begin_shift`]) is noted at once, added by every reader, and put into the blocks by
//!   [`advance_shift`] in batches.
//!
//! This crate knows streams, not projects; it refuses to read the clock, to round (but for the value interpolated at
//! an hour's edge, see [`hour()`]), and to answer from an aggregate that may be out of date.

mod blocks;
mod buckets;
mod calendar;
mod chain;
mod codec;
mod columns;
mod datum;
mod derive;
mod error;
mod hour;
mod number;
mod peak;
mod plan;
mod read;
mod rollup;
mod shift;
mod slot;
mod slots;
mod stream;
mod streams;
mod summary;
mod window;
mod write;

pub use buckets::buckets;
pub use columns::{Column, Columns};
pub use datum::{Datum, PropertyKind};
pub use derive::{derive_energy, step_energy};
pub use error::{Error, Result};
pub use hour::{Accumulated, HourRow, Reading, RowKind, hour};
pub use number::{Number, NumberError};
pub use peak::peak;
pub use read::{Extent, bounds, extent, extent_between, instants, latest, newest_instants, raw};
pub use rollup::settle;
pub use shift::{advance_shift, begin_shift};
pub use slot::slot_clock;
pub use stream::Properties;
pub use streams::{
    Stream, StreamKey, all_streams, ensure_stream, find_stream, get_stream, get_streams, list_streams,
    set_stream_metadata, set_zone, stream_metadata,
};
pub use window::{Bucket, BucketKey, BucketSize, Instantaneous, StreamBuckets, Window};
pub use write::{Written, remove, write, write_many};
