//! Taking an import back.
//!
//! First every datum that the import wrote is compared with what stands there now, and later imports are asked
//! whether they speak of the same instants: one difference, and nothing is changed. What an import that still runs
//! adds meanwhile is compared as well, until the import's new state ends it. Then one transaction of the journal after
//! the other is undone, the latest first, each with its row of the journal; an interrupted undo goes on where it
//! stopped. Nothing here guesses: what was there before comes back from the journal, or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use gridfolio_db::{Session, WriteTx};
use gridfolio_series::Datum;
use jiff::Timestamp;

use crate::app::App;
use crate::timeseries::import::error::{Error, Result};
use crate::timeseries::import::journal::checksum;
use crate::timeseries::import::meter::{self, Note};
use crate::timeseries::import::run::PATIENCE_MS;
use crate::timeseries::import::store::{self, Batch, Import, State};
use crate::timeseries::import::windows;
use crate::timeseries::import::work;
use crate::timeseries::settle::{self, settle};

/// Transactions after which shifts of a derived meter are applied: each that waits makes reading a little slower.
const SETTLE_EVERY: u64 = 8;
/// Instants that a refusal names.
const SHOWN: usize = 20;
/// Transactions that are compared while the stream is locked, at most.
const IN_LOCK: usize = 2;

/// What taking an import back did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// The import, as it stands now.
    pub import: Import,
    /// Instants that have no datum any more.
    pub removed: u64,
    /// Instants that have their former datum again.
    pub restored: u64,
}

/// Takes an import back. `progress` hears how many of its transactions are undone, and of how many.
pub async fn undo(app: &App, id: i64, progress: &mut (dyn FnMut(u64, u64) + Send)) -> Result<Undone> {
    Plan::make(app, id).await?.carry_out(app, progress).await
}

/// An import that was found as it was written, and can be taken back.
#[derive(Debug)]
pub struct Plan {
    import: Import,
    /// The derived meter: it follows from the power, and is not compared.
    except: Option<String>,
    /// Its transactions that were compared.
    compared: BTreeSet<i64>,
}

impl Plan {
    /// Compares what an import wrote with what is there; changes nothing.
    pub async fn make(app: &App, id: i64) -> Result<Self> {
        let mut snapshot = app.db.read().await?;
        let import = store::find_import(&mut snapshot, id).await?;
        let import = import.ok_or_else(|| Error::Refused(format!("there is no import {id}")))?;
        refuse_undone(&import)?;
        let except = Note::find(&mut snapshot, import.stream).await?.map(|note| note.derive.meter);
        drop(snapshot);
        let mut plan = Self { import, except, compared: BTreeSet::new() };
        plan.compare(app).await?;
        Ok(plan)
    }

    /// Takes the import back. `progress` hears how many of its transactions are undone, and of how many.
    pub async fn carry_out(
        mut self,
        app: &App,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<Undone> {
        while !self.start(app).await? {
            self.compare(app).await?;
        }
        let (mut removed, mut restored) = (0, 0);
        let mut done = 0;
        while !close(app, &mut self.import).await? {
            let batches = store::list_batches(&mut *app.db.read().await?, self.import.id).await?;
            let total = done + batches.len() as u64;
            for number in batches {
                let (gone, back) = undo_batch(app, &self.import, number, self.except.as_deref()).await?;
                (removed, restored, done) = (removed + gone, restored + back, done + 1);
                if done % SETTLE_EVERY == 0 {
                    settle(app, Some(self.import.stream)).await?;
                }
                progress(done, total);
            }
        }
        settle(app, Some(self.import.stream)).await?;
        Ok(Undone { import: self.import, removed, restored })
    }

    /// Compares transactions that were not compared yet; one difference is a refusal.
    async fn compare(&mut self, app: &App) -> Result<()> {
        let new = self.new_batches(&mut *app.db.read().await?).await?;
        let mut found = Findings::default();
        for number in &new {
            found.look(&mut *app.db.read().await?, self, *number).await?;
        }
        found.verdict(&self.import)?;
        self.compared.extend(new);
        Ok(())
    }

    /// Ends a run of the import that may be at work, so that no transaction is added any more; false when it has
    /// added too much since the comparison.
    async fn start(&mut self, app: &App) -> Result<bool> {
        let id = self.import.id;
        let mut tx = app.db.write().await?;
        work::lock(&mut tx, self.import.stream).await?;
        if let Some(now) = store::find_import(&mut tx, id).await? {
            refuse_undone(&now)?;
        }
        let new = self.new_batches(&mut tx).await?;
        if new.len() > IN_LOCK {
            return Ok(false);
        }
        let mut found = Findings::default();
        for number in new {
            found.look(&mut tx, self, number).await?;
        }
        found.verdict(&self.import)?;
        store::set_state(&mut tx, id, State::Undoing, None).await?;
        if self.except.is_some() {
            settle::enqueue(&mut tx, app, app.clock.now_ms() + PATIENCE_MS).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn new_batches(&self, session: &mut Session) -> Result<Vec<i64>> {
        let mut batches = store::list_batches(session, self.import.id).await?;
        batches.retain(|number| !self.compared.contains(number));
        Ok(batches)
    }
}

fn refuse_undone(import: &Import) -> Result<()> {
    if import.state == State::Undone {
        return Err(Error::Refused(format!("import {} is taken back already", import.id)));
    }
    Ok(())
}

/// A datum that is not what the import wrote.
struct Touched {
    at: i64,
    gone: bool,
}

/// What stands in the way.
#[derive(Default)]
struct Findings {
    /// The first of them.
    touched: Vec<Touched>,
    count: u64,
    later: BTreeSet<i64>,
}

impl Findings {
    /// Compares what one transaction of the import wrote with what is there now.
    async fn look(&mut self, session: &mut Session, plan: &Plan, number: i64) -> Result<()> {
        let Some(batch) = store::find_batch(session, plan.import.id, number).await? else { return Ok(()) };
        self.later.extend(later_imports(session, &plan.import, &batch).await?);
        let found = differences(session, &plan.import, &batch, plan.except.as_deref()).await?;
        self.count += found.len() as u64;
        self.touched.extend(found);
        self.touched.sort_by_key(|datum| datum.at);
        self.touched.truncate(SHOWN);
        Ok(())
    }

    fn verdict(&self, import: &Import) -> Result<()> {
        if self.count == 0 && self.later.is_empty() {
            return Ok(());
        }
        Err(Error::Refused(refusal(import, &self.touched, self.count, &self.later)))
    }
}

fn refusal(import: &Import, touched: &[Touched], count: u64, later: &BTreeSet<i64>) -> String {
    let mut text = format!("import {} cannot be taken back; nothing was changed", import.id);
    if !later.is_empty() {
        let ids: Vec<String> = later.iter().map(ToString::to_string).collect();
        let _ = write!(
            text,
            "\n  later imports speak of the same times; take them back first: {}",
            ids.join(", ")
        );
    }
    if count > 0 {
        let are = if count == 1 { "is" } else { "are" };
        let _ = write!(text, "\n  {count} of its datums {are} not what it wrote:");
    }
    for datum in touched {
        let at = Timestamp::from_millisecond(datum.at).map(|at| at.to_string()).unwrap_or_default();
        let _ =
            write!(text, "\n    {at} {}", if datum.gone { "was removed" } else { "has other values now" });
    }
    let more = count - touched.len() as u64;
    if more > 0 {
        let _ = write!(text, "\n    and {more} more");
    }
    text
}

/// Later imports, not taken back, whose files have one of the instants that this batch wrote.
async fn later_imports(session: &mut Session, import: &Import, batch: &Batch) -> Result<Vec<i64>> {
    let instants: BTreeSet<i64> = batch.written.datums.iter().map(|(at, _)| *at).collect();
    let (Some(first), Some(last)) = (instants.first(), instants.last()) else { return Ok(Vec::new()) };
    let span = (*first, *last);
    let mut found = Vec::new();
    let others = store::list_imports_of_stream(session, import.stream).await?;
    for other in others.iter().filter(|other| other.id > import.id) {
        for number in store::list_batches_between(session, other.id, span).await? {
            let Some(theirs) = store::find_batch(session, other.id, number).await? else { continue };
            let mut wrote = theirs.written.datums.iter().map(|(at, _)| at).chain(&theirs.confirmed);
            if wrote.any(|at| instants.contains(at)) {
                found.push(other.id);
                break;
            }
        }
    }
    Ok(found)
}

async fn stored_at(session: &mut Session, import: &Import, batch: &Batch) -> Result<BTreeMap<i64, Datum>> {
    let mut stored = BTreeMap::new();
    for region in windows::regions(batch.written.datums.iter().map(|(at, _)| *at)) {
        let datums = windows::between(session, import.stream, region).await?;
        stored.extend(datums.into_iter().map(|datum| (datum.at, datum)));
    }
    Ok(stored)
}

async fn differences(
    session: &mut Session,
    import: &Import,
    batch: &Batch,
    except: Option<&str>,
) -> Result<Vec<Touched>> {
    let stored = stored_at(session, import, batch).await?;
    let touched = |(at, sum): &(i64, u32)| match stored.get(at) {
        Some(datum) if checksum(datum, except) == *sum => None,
        now => Some(Touched { at: *at, gone: now.is_none() }),
    };
    Ok(batch.written.datums.iter().filter_map(touched).collect())
}

/// Undoes one transaction; tells how many datums went and how many came back.
async fn undo_batch(app: &App, import: &Import, number: i64, except: Option<&str>) -> Result<(u64, u64)> {
    let mut tx = app.db.write().await?;
    work::lock(&mut tx, import.stream).await?;
    let Some(batch) = store::find_batch(&mut tx, import.id, number).await? else { return Ok((0, 0)) };
    // Somebody may have written since the comparison.
    let touched = differences(&mut tx, import, &batch, except).await?;
    if !touched.is_empty() {
        let shown = &touched[..touched.len().min(SHOWN)];
        return Err(Error::Refused(refusal(import, shown, touched.len() as u64, &BTreeSet::new())));
    }
    let replaced: BTreeSet<i64> = batch.replaced.iter().map(|datum| datum.at).collect();
    let added: Vec<i64> =
        batch.written.datums.iter().map(|(at, _)| *at).filter(|at| !replaced.contains(at)).collect();
    let counts = (added.len() as u64, replaced.len() as u64);
    gridfolio_series::remove(&mut tx, import.stream, &added).await?;
    restore(&mut tx, import, batch).await?;
    if !store::delete_batch(&mut tx, import.id, number).await? {
        return Ok((0, 0));
    }
    tx.commit().await?;
    Ok(counts)
}

/// Puts back what stood there, and brings a derived meter in line with the power that is left.
async fn restore(tx: &mut WriteTx, import: &Import, batch: Batch) -> Result<()> {
    let Some(note) = Note::find(tx, import.stream).await? else {
        return meter::write(tx, import.stream, batch.replaced).await;
    };
    for region in windows::regions(batch.written.datums.iter().map(|(at, _)| *at)) {
        let stored = windows::between(tx, import.stream, region).await?;
        let back = batch.replaced.iter().filter(|datum| (region.0..=region.1).contains(&datum.at)).cloned();
        let rows: BTreeMap<i64, Datum> =
            stored.into_iter().chain(back).map(|datum| (datum.at, datum)).collect();
        let rows = rows.into_values().collect();
        meter::write_region(tx, import.stream, &note.derive, region, rows).await?;
    }
    Ok(())
}

/// Ends an undo: the meter goes with the import that asked for it, unless another one did as well. False, and nothing
/// is done, while the journal has transactions of the import.
async fn close(app: &App, import: &mut Import) -> Result<bool> {
    let mut from = Some(i64::MIN);
    while let Some(start) = from {
        let mut tx = app.db.write().await?;
        work::lock(&mut tx, import.stream).await?;
        if !store::list_batches(&mut tx, import.id).await?.is_empty() {
            return Ok(false);
        }
        from = match Note::find(&mut tx, import.stream).await? {
            Some(note) if note.import == import.id => hand_on(&mut tx, import, note, start).await?,
            _ => None,
        };
        if from.is_none() {
            import.state = State::Undone;
            import.finished_at = Some(app.clock.now_ms());
            store::set_state(&mut tx, import.id, State::Undone, import.finished_at).await?;
        }
        tx.commit().await?;
    }
    Ok(true)
}

/// Gives the meter to another import that asked for it, or takes it off the next datums; tells where to go on.
async fn hand_on(tx: &mut WriteTx, import: &Import, note: Note, from: i64) -> Result<Option<i64>> {
    let others = store::list_imports_of_stream(tx, import.stream).await?;
    let asked = format!(" derive {}", note.derive);
    let heir = others.iter().find(|other| {
        other.id != import.id
            && matches!(other.state, State::Running | State::Done)
            && other.options.contains(&asked)
    });
    if let Some(heir) = heir {
        Note { import: heir.id, ..note }.put(tx, import.stream).await?;
        return Ok(None);
    }
    let next = meter::strip_step(tx, import.stream, &note.derive, from).await?;
    if next.is_none() {
        Note::remove(tx, import.stream).await?;
    }
    Ok(next)
}
