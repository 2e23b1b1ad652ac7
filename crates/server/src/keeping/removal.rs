//! Removing a stretch of measurements of one source.
//!
//! It goes away in short transactions, aggregates and a derived meter with it in each, so that every answer in between
//! is right, and an interrupted removal is ended by the same command. The first transaction leaves the row in the log:
//! what was to go, how much it was. There is no way back but the import of the file or a backup.

use gridfolio_db::WriteTx;
use gridfolio_meterfile::read_instant;
use gridfolio_series::{Extent, Stream};
use gridfolio_wire::SourceId;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::app::App;
use crate::keeping::streams::instant;
use crate::keeping::words::counted;
use crate::kit::access::{Actor, Area};
use crate::kit::stored::{Kind, Stored};
use crate::kit::tx::{Change, Tx};
use crate::timeseries::import::meter::{self, Note};
use crate::timeseries::import::run::PATIENCE_MS;
use crate::timeseries::import::store::list_imports_of_stream;
use crate::timeseries::import::{Error, Result, work};
use crate::timeseries::{settle, store};

/// Datums that one transaction removes, about.
const STEP: u64 = 5000;
/// Shifts of a derived meter that wait to be applied at most: each makes reading the stream a little slower.
const SHIFTS: usize = 8;

/// What is to go.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The source.
    pub source: SourceId,
    /// Its node; needed where several nodes have such a source.
    pub node: Option<i64>,
    /// First instant that goes, as text.
    pub from: String,
    /// First instant that stays, as text.
    pub until: String,
}

/// What a wish comes to.
#[derive(Debug)]
pub struct Found {
    stream: Stream,
    project: Option<String>,
    from: i64,
    until: i64,
    /// What there is in the range.
    pub extent: Option<Extent>,
}

/// Measurements as something that the log can speak of.
struct Datums;

impl Kind for Datums {
    /// Project and source id.
    type Key = (Option<String>, String);
    const KIND: &'static str = "datums";
    const AREA: Area = Area::Energy;

    fn asset(key: &Self::Key) -> String {
        key.1.trim_start_matches('/').to_owned()
    }

    fn project(key: &Self::Key) -> Option<&str> {
        key.0.as_deref()
    }
}

fn refused<T>(message: impl Into<String>) -> Result<T> {
    Err(Error::Refused(message.into()))
}

/// Looks up what a wish names and counts it; changes nothing.
pub async fn find(app: &App, wish: &Wish) -> Result<Found> {
    let mut snapshot = app.db.read().await?;
    let source = wish.source.as_str();
    let mut streams = gridfolio_series::all_streams(&mut snapshot).await?;
    streams.retain(|stream| stream.key.source_id == source);
    streams.retain(|stream| wish.node.is_none_or(|node| node == stream.key.node_id));
    if streams.len() > 1 {
        let nodes: Vec<String> = streams.iter().map(|stream| stream.key.node_id.to_string()).collect();
        return refused(format!("nodes {} have a source {source}: add --node", nodes.join(", ")));
    }
    let Some(stream) = streams.pop() else {
        let of = wish.node.map(|node| format!(" of node {node}")).unwrap_or_default();
        return refused(format!("there is no source {source}{of}: `gridfolio streams` lists them"));
    };
    let zone = TimeZone::get(&stream.zone).unwrap_or(TimeZone::UTC);
    let read = |flag: &str, text: &str| {
        read_instant(text, &zone).map_err(|e| Error::Refused(format!("--{flag}: the time {e}")))
    };
    let (from, until) = (read("from", &wish.from)?, read("until", &wish.until)?);
    if from >= until {
        return refused(
            "--until must be after --from: the range is from the one up to just before the other",
        );
    }
    let project = store::find_node_project(&mut snapshot, stream.key.node_id).await?;
    let extent = gridfolio_series::extent_between(&mut snapshot, stream.id, from, until).await?;
    Ok(Found { stream, project, from, until, extent })
}

/// Removes it; tells how many datums went. `progress` hears how many have gone so far.
pub async fn remove(app: &App, found: &Found, progress: &mut (dyn FnMut(u64) + Send)) -> Result<u64> {
    if found.extent.is_none() {
        return Ok(0);
    }
    let mut removing = Removing { app, found, gone: 0, shifts: 0 };
    while removing.more().await? {
        if removing.shifts >= SHIFTS {
            settle::settle(app, Some(found.stream.id)).await?;
            removing.shifts = 0;
        }
        progress(removing.gone);
    }
    settle::settle(app, Some(found.stream.id)).await?;
    Ok(removing.gone)
}

/// A removal at work.
struct Removing<'r> {
    app: &'r App,
    found: &'r Found,
    /// Datums that have gone.
    gone: u64,
    /// Shifts of the meter since they were last applied.
    shifts: usize,
}

impl Removing<'_> {
    /// Removes the next datums; false when there are none. Tries again while the database is busy.
    async fn more(&mut self) -> Result<bool> {
        let mut attempts = 1;
        loop {
            match self.transaction().await {
                Err(error) if attempts < work::ATTEMPTS && work::is_busy(&error) => attempts += 1,
                outcome => return outcome,
            }
        }
    }

    async fn transaction(&mut self) -> Result<bool> {
        let mut tx = Tx::begin(self.app, Actor::command("delete datums")).await?;
        let (count, shifted) = step(tx.raw(), self.found).await?;
        if count == 0 {
            return Ok(false);
        }
        if shifted && self.shifts == 0 {
            // Also after shifts were applied: the server may have done the former job meanwhile.
            settle::enqueue(&mut tx, self.app, self.app.clock.now_ms() + PATIENCE_MS).await?;
        }
        if self.gone == 0 {
            tx.commit(Change::delete(&self.found.stored())).await?;
        } else {
            tx.commit_unlogged("the first transaction of the command has logged it").await?;
        }
        self.gone += count;
        self.shifts += usize::from(shifted);
        Ok(true)
    }
}

/// One transaction: how many datums went, and whether the meter behind them shifts.
async fn step(tx: &mut WriteTx, found: &Found) -> Result<(u64, bool)> {
    let stream = found.stream.id;
    work::lock(tx, stream).await?;
    work::refuse_half_undone(&list_imports_of_stream(tx, stream).await?)?;
    let times = gridfolio_series::instants(tx, stream, found.from, found.until, STEP).await?;
    let (Some(&first), Some(&last)) = (times.first(), times.last()) else { return Ok((0, false)) };
    gridfolio_series::remove(tx, stream, &times).await?;
    let shifted = match Note::find(tx, stream).await? {
        // Nothing is left in the region; what the meter shows behind it follows from what stands before.
        Some(note) => meter::write_region(tx, stream, &note.derive, (first, last), Vec::new()).await?,
        None => false,
    };
    Ok((times.len() as u64, shifted))
}

impl Found {
    fn zone(&self) -> TimeZone {
        TimeZone::get(&self.stream.zone).unwrap_or(TimeZone::UTC)
    }

    fn stored(&self) -> Stored<Datums> {
        let shown = |at: i64| Value::from(instant(at, &self.zone()));
        let document = json!({
            "node": self.stream.key.node_id,
            "source": self.stream.key.source_id,
            "from": shown(self.from),
            "until": shown(self.until),
            "datums": self.extent.map_or(0, |extent| extent.count),
            "first": self.extent.map(|extent| shown(extent.first_at)),
            "last": self.extent.map(|extent| shown(extent.last_at)),
        });
        let key = (self.project.clone(), self.stream.key.source_id.clone());
        let Value::Object(document) = document else { return Stored::new(key, serde_json::Map::new()) };
        Stored::new(key, document)
    }
}

/// What there is, or what went.
pub fn report(found: &Found, gone: Option<u64>) -> String {
    let (source, node) = (&found.stream.key.source_id, found.stream.key.node_id);
    let shown = |at: i64| instant(at, &found.zone());
    let range = format!("from {} up to just before {}", shown(found.from), shown(found.until));
    let Some(extent) = found.extent else {
        return format!("{source} of node {node} has no datums {range}; nothing was changed\n");
    };
    let (first, last) = (shown(extent.first_at), shown(extent.last_at));
    match gone {
        None => format!(
            "{} of {source} (node {node}) would go, {range}:\n  first {first}\n  last  {last}\nnothing was changed\n",
            counted(extent.count, "datum")
        ),
        Some(gone) => format!(
            "{} of {source} (node {node}) removed, {range}:\n  first {first}\n  last  {last}\n",
            counted(gone, "datum")
        ),
    }
}
