//! An import from the first look at the file to its last batch.
//!
//! The file is checked whole before anything is made or written. Then each batch is one short transaction that
//! writes datums, their journal and the mark in the file together, so that whatever stops an import leaves whole
//! batches. The same request again finds the interrupted import and goes through the file once more: what is there
//! already is left alone, so the result is that of one undisturbed run.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use gridfolio_db::{Session, WriteTx};
use gridfolio_meterfile::{Batch as Rows, MeterFile, OnBad, Property, Row, Summary};
use gridfolio_series::{Columns, Datum};

use crate::app::App;
use crate::timeseries::import::begin::{Begun, begin};
use crate::timeseries::import::error::{Error, Result};
use crate::timeseries::import::journal::checksum;
use crate::timeseries::import::meter::{self, Note};
use crate::timeseries::import::request::Request;
use crate::timeseries::import::store::{self, Batch, Import, State};
use crate::timeseries::import::target::{self, Missing, Target};
use crate::timeseries::import::windows::{self, DAY};
use crate::timeseries::import::work;
use crate::timeseries::settle::{self, settle};

/// Rows of one transaction: it holds the database's lock for a few dozen milliseconds.
const BATCH: usize = 5000;
/// Stored datums that a transaction goes over at most, about; a batch that spans more is cut.
const SPANNED: i64 = 20_000;

/// Shifts of a derived meter that wait to be applied at most: each makes reading the stream a little slower.
const SHIFTS: usize = 8;

/// When the server's job applies shifts that the command was stopped from applying itself.
pub const PATIENCE_MS: i64 = 10 * 60_000;

/// What an import is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading every line once.
    Checking,
    /// Writing batches.
    Writing,
}

/// Hears how many bytes of the file a stage has behind it.
pub type Progress<'p> = &'p mut (dyn FnMut(Stage, u64) + Send);

/// A file that was checked, and where it would go.
#[derive(Debug)]
pub struct Checked {
    /// Where the datums go.
    pub target: Target,
    /// What the file holds.
    pub summary: Summary,
    /// The zone in which times without offset were read.
    pub zone: String,
    /// Everything beside content and stream that decides what is written.
    pub identity: String,
    file: MeterFile<File>,
}

impl Checked {
    /// The columns that are read.
    pub fn properties(&self) -> &[Property] {
        self.file.properties()
    }
}

/// What an import did.
#[derive(Debug)]
pub struct Outcome {
    /// The import, as it stands now.
    pub import: Import,
    /// The line at which an interrupted import was taken up again.
    pub resumed_at: Option<i64>,
    /// What `--create` made.
    pub made: Vec<Missing>,
    /// Datums of the file that were there before the import, equal.
    pub unchanged: u64,
    /// The file of rejected lines, where there are some.
    pub rejects: Option<PathBuf>,
    /// Where the datums went.
    pub target: Target,
    /// What the file holds.
    pub summary: Summary,
}

/// Reads every line of the file and looks up where it goes. Changes nothing.
pub async fn check(app: &App, request: &Request, progress: Progress<'_>) -> Result<Checked> {
    request.check().map_err(Error::Refused)?;
    let target = target::find(app, request).await?;
    let mut file = MeterFile::open(&request.file, &request.file_options(&target.zone)?)?;
    let summary = file.check(&mut |bytes| progress(Stage::Checking, bytes))?;
    let zone = request.zone.clone().unwrap_or_else(|| target.zone.clone());
    let identity = request.identity(&target.zone);
    Ok(Checked { target, summary, zone, identity, file })
}

/// Imports a file.
pub async fn run(app: &App, request: &Request, progress: Progress<'_>) -> Result<Outcome> {
    let mut checked = check(app, request, progress).await?;
    if checked.summary.bad.count > 0 && !request.skip_bad {
        return Err(Error::BadLines(Box::new(checked.summary)));
    }
    let Some(first) = checked.summary.first else {
        return Err(Error::Refused("no line of the file has a time and a value".to_owned()));
    };
    let node = target::make(app, &checked.target, first).await?;
    checked.target.node = Some(node);
    let begun = begin(app, request, &checked, node).await?;
    let mut running = Running { begun, shifts: 0 };
    let rejects = (checked.summary.bad.count > 0).then(|| request.file.with_extension("rejected.csv"));
    let written = running.all(app, &mut checked, rejects.as_deref(), progress).await;
    let import = running.end(app, written, &checked.summary).await?;
    // A run that goes on meets its own datums again: those were not there before the import.
    let written = (import.added + import.replaced).unsigned_abs();
    Ok(Outcome {
        unchanged: checked.summary.datums.saturating_sub(written),
        import,
        resumed_at: running.begun.resumed_at,
        made: checked.target.missing.clone(),
        rejects,
        target: checked.target,
        summary: checked.summary,
    })
}

/// An import at work.
struct Running {
    begun: Begun,
    /// Shifts of the meter since they were last applied.
    shifts: usize,
}

impl Running {
    /// Writes everything that is in the file.
    async fn all(
        &mut self,
        app: &App,
        checked: &mut Checked,
        rejects: Option<&Path>,
        progress: Progress<'_>,
    ) -> Result<()> {
        self.finish_meter(app).await?;
        let properties = checked.file.properties().to_vec();
        let mut out = rejects.map(reject_file).transpose()?;
        let on_bad = match &mut out {
            Some(out) => OnBad::SkipInto(out),
            None => OnBad::Refuse,
        };
        let mut batches = checked.file.batches(&checked.summary, on_bad)?;
        while let Some(batch) = batches.next_batch(BATCH)? {
            let byte = batch.through_byte;
            self.batch(app, &properties, batch).await?;
            if self.shifts >= SHIFTS {
                settle(app, Some(self.begun.import.stream)).await?;
                self.shifts = 0;
            }
            progress(Stage::Writing, byte);
        }
        drop(batches);
        out.map_or(Ok(()), |mut out| out.flush())
            .map_err(|source| gridfolio_meterfile::Error::Rejects { source })?;
        Ok(settle(app, Some(self.begun.import.stream)).await?)
    }

    /// Gives datums that were there before the meter theirs.
    async fn finish_meter(&mut self, app: &App) -> Result<()> {
        while let Some(note) = self.begun.note.as_ref().filter(|note| note.through.is_some()) {
            let mut tx = app.db.write().await?;
            work::lock(&mut tx, self.begun.import.stream).await?;
            meter::begin_step(&mut tx, self.begun.import.stream, note).await?;
            tx.commit().await?;
            self.begun.note = Note::find(&mut *app.db.read().await?, self.begun.import.stream).await?;
        }
        Ok(())
    }

    async fn batch(&mut self, app: &App, properties: &[Property], batch: Rows) -> Result<()> {
        let Rows { mut rows, through_line, .. } = batch;
        rows.sort_by_key(|row| row.at);
        let through_line = i64::try_from(through_line).unwrap_or(i64::MAX);
        let pieces = cut(&rows, self.begun.density);
        for (index, piece) in pieces.iter().enumerate() {
            let line = if index + 1 == pieces.len() { through_line } else { self.begun.import.through_line };
            let datums = |row: &Row| (row.line, row.to_datum(properties));
            let datums: Vec<(u64, Datum)> = piece.iter().map(datums).collect();
            let mut attempts = 1;
            let shifts = self.shifts;
            while let Err(error) = self.piece(app, &datums, line).await {
                // What was rolled back has shifted nothing: the next attempt must ask for the job again.
                self.shifts = shifts;
                if attempts == work::ATTEMPTS || !work::is_busy(&error) {
                    return Err(error);
                }
                attempts += 1;
            }
        }
        Ok(())
    }

    /// One transaction.
    async fn piece(&mut self, app: &App, fresh: &[(u64, Datum)], through_line: i64) -> Result<()> {
        let mut tx = app.db.write().await?;
        work::lock(&mut tx, self.begun.import.stream).await?;
        // Another command may have begun to derive a meter here meanwhile.
        self.begun.note = Note::find(&mut tx, self.begun.import.stream).await?;
        let shifts = self.shifts;
        let mut batch = Batch::default();
        for region in windows::regions(fresh.iter().map(|(_, datum)| datum.at)) {
            let inside = |datum: &Datum| (region.0..=region.1).contains(&datum.at);
            let fresh: Vec<&(u64, Datum)> = fresh.iter().filter(|(_, datum)| inside(datum)).collect();
            self.region(&mut tx, region, &fresh, &mut batch).await?;
        }
        if shifts == 0 && self.shifts > 0 {
            settle::enqueue(&mut tx, app, app.clock.now_ms() + PATIENCE_MS).await?;
        }
        let count = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
        let replaced = count(batch.replaced.len());
        let added = count(batch.written.datums.len()) - replaced;
        store::insert_batch(&mut tx, self.begun.import.id, &batch, self.meter()).await?;
        if !store::advance_import(&mut tx, self.begun.import.id, through_line, (added, replaced)).await? {
            return Err(self.ended_elsewhere(&mut tx).await?);
        }
        tx.commit().await?;
        self.begun.import.through_line = self.begun.import.through_line.max(through_line);
        self.begun.import.added += added;
        self.begun.import.replaced += replaced;
        Ok(())
    }

    async fn region(
        &mut self,
        tx: &mut WriteTx,
        region: (i64, i64),
        fresh: &[&(u64, Datum)],
        batch: &mut Batch,
    ) -> Result<()> {
        let stored = windows::between(tx, self.begun.import.stream, region).await?;
        let mut stored: BTreeMap<i64, Datum> = stored.into_iter().map(|datum| (datum.at, datum)).collect();
        let mut changed: Vec<Datum> = Vec::new();
        for (line, datum) in fresh {
            let sum = checksum(datum, self.meter());
            match stored.get(&datum.at) {
                Some(old) if checksum(old, self.meter()) == sum && self.same(old, datum) => {
                    // what this import itself wrote before it was interrupted is in the journal already
                    if self.begun.resumed_at.is_none_or(|resumed| *line > resumed.unsigned_abs()) {
                        batch.confirmed.push(datum.at);
                    }
                    continue;
                }
                Some(old) => batch.replaced.push(old.clone()),
                None => {}
            }
            batch.written.datums.push((datum.at, sum));
            changed.push(datum.clone());
        }
        let (Some(first), Some(last)) = (changed.first(), changed.last()) else { return Ok(()) };
        let Some(Note { derive, .. }) = &self.begun.note else {
            gridfolio_series::write(tx, self.begun.import.stream, Columns::from_datums(&changed)).await?;
            return Ok(());
        };
        let touched = (first.at, last.at);
        stored.extend(changed.into_iter().map(|datum| (datum.at, datum)));
        let rows = stored.into_range(touched);
        let shifted = meter::write_region(tx, self.begun.import.stream, derive, touched, rows).await?;
        self.shifts += usize::from(shifted);
        Ok(())
    }

    fn meter(&self) -> Option<&str> {
        self.begun.note.as_ref().map(|note| note.derive.meter.as_str())
    }

    /// Whether two datums say the same, the derived meter aside.
    fn same(&self, old: &Datum, new: &Datum) -> bool {
        let mut old = old.clone();
        if let Some(meter) = self.meter() {
            old.accumulating.remove(meter);
        }
        old == *new
    }

    /// Why an import that this command began is running no more.
    async fn ended_elsewhere(&self, session: &mut Session) -> Result<Error> {
        let id = self.begun.import.id;
        let state = store::find_import(session, id).await?.map(|import| import.state);
        Ok(if state == Some(State::Done) { Error::Overtaken { id } } else { Error::TakenBack { id } })
    }

    /// Closes the import, or says how far it came.
    async fn end(&mut self, app: &App, written: Result<()>, summary: &Summary) -> Result<Import> {
        let id = self.begun.import.id;
        if let Err(ended @ (Error::Overtaken { .. } | Error::TakenBack { .. })) = written {
            return Err(ended);
        }
        if let Err(cause) = written {
            let through_line = self.begun.import.through_line;
            return Err(Error::Stopped {
                id,
                through_line,
                last_line: summary.last_line,
                cause: Box::new(cause),
            });
        }
        let now = app.clock.now_ms();
        let mut tx = app.db.write().await?;
        work::lock(&mut tx, self.begun.import.stream).await?;
        if !store::finish_import(&mut tx, id, now).await? {
            return Err(self.ended_elsewhere(&mut tx).await?);
        }
        tx.commit().await?;
        (self.begun.import.state, self.begun.import.finished_at) = (State::Done, Some(now));
        Ok(self.begun.import.clone())
    }
}

/// The rows of a range of a map.
trait IntoRange {
    fn into_range(self, range: (i64, i64)) -> Vec<Datum>;
}

impl IntoRange for BTreeMap<i64, Datum> {
    fn into_range(self, (first, last): (i64, i64)) -> Vec<Datum> {
        self.into_values().filter(|datum| (first..=last).contains(&datum.at)).collect()
    }
}

fn reject_file(path: &Path) -> Result<BufWriter<File>> {
    let file = File::create(path)
        .map_err(|source| gridfolio_meterfile::Error::Io { file: path.display().to_string(), source })?;
    Ok(BufWriter::new(file))
}

/// Sorted rows cut so that no piece spans more stored datums than one short transaction can go over.
fn cut(rows: &[Row], density: i64) -> Vec<&[Row]> {
    let mut pieces = Vec::new();
    let (mut start, mut spanned) = (0, 0);
    for index in 1..rows.len() {
        let step = (rows[index].at - rows[index - 1].at).min(2 * DAY);
        spanned += step.saturating_mul(density) / DAY;
        if spanned > SPANNED {
            pieces.push(&rows[start..index]);
            (start, spanned) = (index, 0);
        }
    }
    pieces.push(&rows[start..]);
    pieces
}
