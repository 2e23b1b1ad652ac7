//! Copying an installation between databases, SQLite and PostgreSQL in any direction.
//!
//! Rows go over as they are; nothing is decoded. The source is read in one snapshot, so it may be in use. Where the
//! destination has rows already (a copy that was interrupted, or an older one), it is brought in line as a file is by
//! rsync: rows that the source has not are removed, children first; rows that are missing or other are written, parents
//! first; equal ones are left. In the end both sides are counted and summed up, and only a copy that is equal is
//! called finished: until then a mark stands in the destination. No server begins to serve it; one that was running
//! calls itself not ready and begins no job, but still answers requests: stop it first.
//!
//! A copy refuses to touch a database that holds another installation, or this one without being told so.

mod checksum;
mod report;
mod start;

use std::time::{Duration, Instant};

use gridfolio_db::{Db, ReadTx, Table, Values, query, tables};

use crate::kit::settings::COPY_UNFINISHED as MARK;

pub use checksum::Checksum;
pub use report::report;
pub use start::{Existing, Start, refuse_unfinished};
use start::{pool_of_source, start};

/// Result of everything in this module.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a copy does not come to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The state of one of the databases forbids it.
    #[error("{0}")]
    Refused(String),
    /// The source could not be read.
    #[error("source: {0}")]
    Source(gridfolio_db::Error),
    /// The destination could not be read or written.
    #[error("destination: {0}. What is copied stays; the same command again goes on")]
    Destination(gridfolio_db::Error),
    /// The two sides are not equal at the end.
    #[error(
        "table {table} differs at the end: {source_rows} rows, checksum {source_sum}, in the source; {rows} rows, checksum \
         {sum}, in the destination. Somebody wrote to the destination meanwhile: stop it, and repeat the command"
    )]
    Differs {
        /// The table.
        table: String,
        /// Rows of the source.
        source_rows: u64,
        /// Checksum of the source.
        source_sum: Checksum,
        /// Rows of the destination.
        rows: u64,
        /// Checksum of the destination.
        sum: Checksum,
    },
}

/// What became of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedTable {
    /// Its name.
    pub name: String,
    /// Its rows, equal on both sides.
    pub rows: u64,
    /// Their checksum, equal on both sides.
    pub checksum: Checksum,
    /// Rows that were written.
    pub written: u64,
    /// Rows that were removed from the destination.
    pub removed: u64,
}

/// A copy that is equal to its source.
#[derive(Debug)]
pub struct Copied {
    /// How it began.
    pub start: Start,
    /// All tables, parents first.
    pub tables: Vec<CopiedTable>,
    /// How long it took.
    pub took: Duration,
}

/// Copies a whole installation. `progress` hears of every table that is over.
pub async fn copy(
    from: &Db,
    to: &Db,
    existing: Existing,
    progress: &mut (dyn FnMut(&CopiedTable) + Send),
) -> Result<Copied> {
    let begun = Instant::now();
    if from.is_same_as(to).await.map_err(Error::Destination)? {
        return Err(Error::Refused(
            "source and destination are the same database; name another one".to_owned(),
        ));
    }
    let tables = tables().await.map_err(Error::Source)?;
    start::refuse_other_schema(from).await?;
    let mut source = from.read().await.map_err(Error::Source)?;
    let pool = pool_of_source(&mut source).await?;
    let mut beginning = start(to, &pool, existing).await?;
    let mut copied = None;
    while copied.is_none() {
        let mut work = Work { source: &mut source, to, fresh: beginning == Start::Empty };
        copied = match work.all(&tables, progress).await {
            Ok(done) => Some(done),
            // A unique value went from one row to another, or a child to another parent: the order of rows cannot
            // follow that. From nothing it always can.
            Err(Error::Destination(gridfolio_db::Error::Unique(_) | gridfolio_db::Error::Reference))
                if beginning != Start::Empty =>
            {
                clear(to, &tables).await?;
                beginning = Start::Empty;
                None
            }
            Err(error) => return Err(error),
        };
    }
    let copied = copied.unwrap_or_default();
    verify(to, &tables, &copied).await?;
    unmark(to).await.map_err(Error::Destination)?;
    Ok(Copied { start: beginning, tables: copied, took: begun.elapsed() })
}

/// A copy at work.
struct Work<'w> {
    source: &'w mut ReadTx,
    to: &'w Db,
    /// The destination has no rows but the mark.
    fresh: bool,
}

impl Work<'_> {
    async fn all(
        &mut self,
        tables: &[Table],
        progress: &mut (dyn FnMut(&CopiedTable) + Send),
    ) -> Result<Vec<CopiedTable>> {
        let mut removed = vec![0; tables.len()];
        let looked_through = if self.fresh { 0 } else { tables.len() };
        for (place, table) in tables.iter().enumerate().take(looked_through).rev() {
            removed[place] = self.remove(table).await?;
        }
        let mut done = Vec::with_capacity(tables.len());
        for (table, removed) in tables.iter().zip(removed) {
            let copied = CopiedTable { removed, ..self.put(table).await? };
            progress(&copied);
            done.push(copied);
        }
        Ok(done)
    }

    /// Takes out of the destination what the source has not.
    async fn remove(&mut self, table: &Table) -> Result<u64> {
        let (mut removed, mut after) = (0, None);
        loop {
            let keys = key_page(self.to, table, after.as_deref()).await?;
            let Some(last) = keys.last() else { return Ok(removed) };
            after = Some(last.clone());
            let known = table.find_keys(self.source, &keys).await.map_err(Error::Source)?;
            let gone: Vec<Values> =
                keys.into_iter().filter(|key| !known.contains(key) && !is_mark(table, key)).collect();
            removed += gone.len() as u64;
            remove(self.to, table, &gone).await?;
        }
    }

    /// Writes what the destination lacks, or has otherwise.
    async fn put(&mut self, table: &Table) -> Result<CopiedTable> {
        let (mut rows, mut written, mut checksum) = (0, 0, Checksum::default());
        let mut after: Option<Values> = None;
        loop {
            let page = table.page(self.source, after.as_deref()).await.map_err(Error::Source)?;
            let Some(last) = page.last() else { break };
            after = Some(table.key_of(last));
            rows += page.len() as u64;
            for row in &page {
                checksum.add(row);
            }
            let other = self.others(table, page).await.map_err(Error::Destination)?;
            written += other.len() as u64;
            put(self.to, table, &other).await.map_err(Error::Destination)?;
        }
        Ok(CopiedTable { name: table.name.clone(), rows, checksum, written, removed: 0 })
    }

    /// Those rows of a page that the destination has not as they are.
    async fn others(&self, table: &Table, page: Vec<Values>) -> gridfolio_db::Result<Vec<Values>> {
        if self.fresh {
            return Ok(page);
        }
        let keys: Vec<Values> = page.iter().map(|row| table.key_of(row)).collect();
        let found = table.find(&mut *self.to.read().await?, &keys).await?;
        let sums: std::collections::HashSet<Checksum> = found.iter().map(|row| Checksum::of(row)).collect();
        Ok(page.into_iter().filter(|row| !sums.contains(&Checksum::of(row))).collect())
    }
}

async fn key_page(db: &Db, table: &Table, after: Option<&[gridfolio_db::Arg]>) -> Result<Vec<Values>> {
    let mut snapshot = db.read().await.map_err(Error::Destination)?;
    table.key_page(&mut snapshot, after).await.map_err(Error::Destination)
}

async fn put(db: &Db, table: &Table, rows: &[Values]) -> gridfolio_db::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut tx = db.write().await?;
    table.put(&mut tx, rows).await?;
    tx.commit().await
}

async fn remove(db: &Db, table: &Table, keys: &[Values]) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let mut tx = db.write().await.map_err(Error::Destination)?;
    table.remove(&mut tx, keys).await.map_err(Error::Destination)?;
    tx.commit().await.map_err(Error::Destination)
}

fn is_mark(table: &Table, key: &[gridfolio_db::Arg]) -> bool {
    table.name == "setting" && key == [gridfolio_db::Arg::from(MARK)]
}

/// Removes everything but the mark.
async fn clear(to: &Db, tables: &[Table]) -> Result<()> {
    for table in tables.iter().rev() {
        let mut after: Option<Values> = None;
        loop {
            let mut keys = key_page(to, table, after.as_deref()).await?;
            let Some(last) = keys.last() else { break };
            after = Some(last.clone());
            keys.retain(|key| !is_mark(table, key));
            remove(to, table, &keys).await?;
        }
    }
    Ok(())
}

/// Reads the whole destination once more and compares.
async fn verify(to: &Db, tables: &[Table], copied: &[CopiedTable]) -> Result<()> {
    let mut snapshot = to.read().await.map_err(Error::Destination)?;
    for (table, source) in tables.iter().zip(copied) {
        let (mut rows, mut sum) = (0, Checksum::default());
        let mut after: Option<Values> = None;
        loop {
            let page = table.page(&mut snapshot, after.as_deref()).await.map_err(Error::Destination)?;
            let Some(last) = page.last() else { break };
            after = Some(table.key_of(last));
            for row in page.iter().filter(|row| !is_mark(table, &table.key_of(row))) {
                rows += 1;
                sum.add(row);
            }
        }
        if (rows, sum) != (source.rows, source.checksum) {
            return Err(Error::Differs {
                table: table.name.clone(),
                source_rows: source.rows,
                source_sum: source.checksum,
                rows,
                sum,
            });
        }
    }
    Ok(())
}

async fn unmark(to: &Db) -> gridfolio_db::Result<()> {
    let mut tx = to.write().await?;
    query("DELETE FROM setting WHERE name = $1").bind(MARK).execute(&mut tx).await?;
    tx.commit().await
}
