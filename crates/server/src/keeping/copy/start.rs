//! Whether a copy may begin, and the mark of one that has not ended.

use gridfolio_db::{Db, Session};

use crate::keeping::backup;
use crate::keeping::copy::{Error, Result};
use crate::kit::settings::{COPY_UNFINISHED as MARK, find_setting, put_setting};

/// What tells installations apart.
const POOL: &str = "identity.pool_id";

/// What to do with a destination that holds this installation already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Leave it alone.
    Refuse,
    /// Make it equal to the source.
    Overwrite,
}

/// How a copy began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// With an empty destination.
    Empty,
    /// With what an interrupted copy had left.
    Resumed,
    /// With an older state of the same installation.
    Overwriting,
}

fn refused<T>(message: impl Into<String>) -> Result<T> {
    Err(Error::Refused(message.into()))
}

/// A source of an older schema would need rows to be changed on the way.
pub(super) async fn refuse_other_schema(from: &Db) -> Result<()> {
    let state = from.schema_state().await.map_err(Error::Source)?;
    match state.applied {
        Some(applied) if applied == state.known => Ok(()),
        Some(applied) if applied > state.known => {
            Err(Error::Source(gridfolio_db::Error::Newer { found: applied, known: state.known }))
        }
        Some(applied) => refused(format!(
            "source: it has migration {applied}, this program {}: run `gridfolio migrate` on it first",
            state.known
        )),
        None => refused("source: it is no database of Gridfolio"),
    }
}

/// The installation that a source holds.
pub(super) async fn pool_of_source(source: &mut Session) -> Result<String> {
    if find_setting(source, MARK).await.map_err(Error::Source)?.is_some() {
        return refused("source: it is a copy that has not ended; end that first");
    }
    match find_setting(source, POOL).await.map_err(Error::Source)? {
        Some(pool) => Ok(pool),
        None => refused("source: nobody has used it yet, there is nothing to copy"),
    }
}

/// Judges the destination before anything in it changes, migrates it and sets the mark.
pub(super) async fn start(to: &Db, pool: &str, existing: Existing) -> Result<Start> {
    let start = judge(to, pool, existing).await?;
    to.migrate().await.map_err(Error::Destination)?;
    let mark = async {
        let mut tx = to.write().await?;
        put_setting(&mut tx, MARK, pool).await?;
        tx.commit().await
    };
    mark.await.map_err(Error::Destination)?;
    Ok(start)
}

async fn judge(to: &Db, pool: &str, existing: Existing) -> Result<Start> {
    if to.schema_state().await.map_err(Error::Destination)?.applied.is_none() {
        let strange = to.table_names().await.map_err(Error::Destination)?;
        return match strange.first() {
            None => Ok(Start::Empty),
            Some(table) => refused(format!(
                "destination: it has a table {table:?} that is not Gridfolio's; name an empty database"
            )),
        };
    }
    if !backup::has_rows(to).await.map_err(Error::Destination)? {
        return Ok(Start::Empty);
    }
    let mut snapshot = to.read().await.map_err(Error::Destination)?;
    let mark = find_setting(&mut snapshot, MARK).await.map_err(Error::Destination)?;
    let found = find_setting(&mut snapshot, POOL).await.map_err(Error::Destination)?;
    match (mark, found, existing) {
        (Some(mark), _, _) if mark == pool => Ok(Start::Resumed),
        (Some(mark), _, _) => refused(format!(
            "destination: it holds an unfinished copy of another installation ({mark}, not {pool}); name an empty \
             database"
        )),
        (None, Some(found), Existing::Overwrite) if found == pool => Ok(Start::Overwriting),
        (None, Some(found), Existing::Refuse) if found == pool => refused(format!(
            "destination: it holds this installation ({pool}) already. With --overwrite it is made equal to the \
             source: what is only there is lost"
        )),
        (None, found, _) => refused(format!(
            "destination: it holds another installation ({}, not {pool}); name an empty database",
            found.as_deref().unwrap_or("without a pool id")
        )),
    }
}

/// Refuses to work on a destination whose copy has not ended.
pub async fn refuse_unfinished(db: &Db) -> std::result::Result<(), String> {
    let mut snapshot = db.read().await.map_err(|e| e.to_string())?;
    match find_setting(&mut snapshot, MARK).await.map_err(|e| e.to_string())? {
        None => Ok(()),
        Some(_) => {
            Err("this database is a copy that has not ended: repeat the command `gridfolio copy`, which \
                        goes on"
                .to_owned())
        }
    }
}
