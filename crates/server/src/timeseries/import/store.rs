//! SQL of imports and their journal.

use gridfolio_db::{Query, Session, query};
use gridfolio_series::Datum;

use crate::kit::error::{ApiError, ApiResult};
use crate::timeseries::import::journal::{self, Written};

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Begun and not finished: still at work, or interrupted.
    Running,
    /// The whole file is in.
    Done,
    /// Being taken back, or interrupted in that.
    Undoing,
    /// Taken back.
    Undone,
}

impl State {
    const ALL: [Self; 4] = [Self::Running, Self::Done, Self::Undoing, Self::Undone];

    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }

    fn from_word(word: &str) -> ApiResult<Self> {
        let known = Self::ALL.into_iter().find(|state| state.word() == word);
        known.ok_or_else(|| ApiError::internal(format!("an import has the unknown state {word:?}")))
    }
}

/// An import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its number.
    pub id: i64,
    /// The stream it writes to.
    pub stream: i64,
    /// The stream's node.
    pub node: i64,
    /// The stream's source id.
    pub source: String,
    /// Where it stands.
    pub state: State,
    /// The file's name, without folders.
    pub file_name: String,
    /// The file's length.
    pub file_bytes: i64,
    /// The file's checksum.
    pub file_crc32: i64,
    /// Everything that decides what the file says.
    pub options: String,
    /// Milliseconds since 1970.
    pub started_at: i64,
    /// Milliseconds since 1970.
    pub finished_at: Option<i64>,
    /// The line up to which the file is in.
    pub through_line: i64,
    /// Instants that had no datum before.
    pub added: i64,
    /// Instants that had another datum before.
    pub replaced: i64,
}

/// One transaction of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// Its number within the import, from 1; given when it is written down.
    pub number: i64,
    /// What it wrote.
    pub written: Written,
    /// What stood there before, where something did.
    pub replaced: Vec<Datum>,
    /// Instants at which the file says what was there already.
    pub confirmed: Vec<i64>,
}

const SELECT: &str = "SELECT id, stream, node, source, state, file_name, file_bytes, file_crc32, options, \
    started_at, finished_at, through_line, added, replaced FROM import";

type Row = (i64, i64, i64, String, String, String, i64, i64, String, i64, Option<i64>, i64, i64, i64);

fn import(row: Row) -> ApiResult<Import> {
    Ok(Import {
        id: row.0,
        stream: row.1,
        node: row.2,
        source: row.3,
        state: State::from_word(&row.4)?,
        file_name: row.5,
        file_bytes: row.6,
        file_crc32: row.7,
        options: row.8,
        started_at: row.9,
        finished_at: row.10,
        through_line: row.11,
        added: row.12,
        replaced: row.13,
    })
}

/// All imports, the newest first.
pub async fn list_imports(session: &mut Session) -> ApiResult<Vec<Import>> {
    let rows: Vec<Row> = Query::assembled(format!("{SELECT} ORDER BY id DESC")).all(session).await?;
    rows.into_iter().map(import).collect()
}

/// An import.
pub async fn find_import(session: &mut Session, id: i64) -> ApiResult<Option<Import>> {
    let row: Option<Row> =
        Query::assembled(format!("{SELECT} WHERE id = $1")).bind(id).optional(session).await?;
    row.map(import).transpose()
}

/// The imports into a stream that are not undone, in order.
pub async fn list_imports_of_stream(session: &mut Session, stream: i64) -> ApiResult<Vec<Import>> {
    let select = format!("{SELECT} WHERE stream = $1 AND state <> 'undone' ORDER BY id");
    let rows: Vec<Row> = Query::assembled(select).bind(stream).all(session).await?;
    rows.into_iter().map(import).collect()
}

/// Writes a new import.
pub async fn insert_import(session: &mut Session, new: &Import) -> ApiResult<()> {
    let insert = query(
        "INSERT INTO import (id, stream, node, source, state, file_name, file_bytes, file_crc32, options, \
         started_at, finished_at, through_line, added, replaced) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    );
    insert
        .bind(new.id)
        .bind(new.stream)
        .bind(new.node)
        .bind(&new.source)
        .bind(new.state.word())
        .bind(&new.file_name)
        .bind(new.file_bytes)
        .bind(new.file_crc32)
        .bind(&new.options)
        .bind(new.started_at)
        .bind(new.finished_at)
        .bind(new.through_line)
        .bind(new.added)
        .bind(new.replaced)
        .execute(session)
        .await?;
    Ok(())
}

/// Notes how far a running import is; false when it is running no more.
pub async fn advance_import(
    session: &mut Session,
    id: i64,
    through_line: i64,
    (added, replaced): (i64, i64),
) -> ApiResult<bool> {
    // A run that goes over lines again, after an interruption, does not take the mark back.
    let touched = query(
        "UPDATE import SET added = added + $3, replaced = replaced + $4, \
         through_line = CASE WHEN through_line > $2 THEN through_line ELSE $2 END \
         WHERE id = $1 AND state = 'running'",
    )
    .bind(id)
    .bind(through_line)
    .bind(added)
    .bind(replaced)
    .execute(session)
    .await?;
    Ok(touched == 1)
}

/// Notes that a running import has its whole file in; false when it is running no more.
pub async fn finish_import(session: &mut Session, id: i64, finished_at: i64) -> ApiResult<bool> {
    let touched =
        query("UPDATE import SET state = 'done', finished_at = $2 WHERE id = $1 AND state = 'running'")
            .bind(id)
            .bind(finished_at)
            .execute(session)
            .await?;
    Ok(touched == 1)
}

/// Moves an import to a state.
pub async fn set_state(
    session: &mut Session,
    id: i64,
    state: State,
    finished_at: Option<i64>,
) -> ApiResult<()> {
    query("UPDATE import SET state = $2, finished_at = $3 WHERE id = $1")
        .bind(id)
        .bind(state.word())
        .bind(finished_at)
        .execute(session)
        .await?;
    Ok(())
}

/// Adds a transaction to the journal; one that neither wrote nor confirmed anything leaves no trace.
pub async fn insert_batch(
    session: &mut Session,
    import: i64,
    batch: &Batch,
    meter: Option<&str>,
) -> ApiResult<()> {
    let instants = || batch.written.datums.iter().map(|datum| datum.0).chain(batch.confirmed.iter().copied());
    let (Some(first_at), Some(last_at)) = (instants().min(), instants().max()) else { return Ok(()) };
    let (number,): (i64,) =
        query("SELECT CAST(COALESCE(MAX(number), 0) + 1 AS BIGINT) FROM import_batch WHERE import = $1")
            .bind(import)
            .one(session)
            .await?;
    query(
        "INSERT INTO import_batch (import, number, first_at, last_at, written, replaced, confirmed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(import)
    .bind(number)
    .bind(first_at)
    .bind(last_at)
    .bind(batch.written.encode())
    .bind(journal::encode_datums(&batch.replaced, meter))
    .bind(journal::encode_instants(&batch.confirmed))
    .execute(session)
    .await?;
    Ok(())
}

/// Numbers of an import's transactions that are not undone, the latest first.
pub async fn list_batches(session: &mut Session, import: i64) -> ApiResult<Vec<i64>> {
    let rows: Vec<(i64,)> = query("SELECT number FROM import_batch WHERE import = $1 ORDER BY number DESC")
        .bind(import)
        .all(session)
        .await?;
    Ok(rows.into_iter().map(|(number,)| number).collect())
}

/// Numbers of an import's transactions that wrote between two instants, both included.
pub async fn list_batches_between(
    session: &mut Session,
    import: i64,
    (first, last): (i64, i64),
) -> ApiResult<Vec<i64>> {
    let select = "SELECT number FROM import_batch WHERE import = $1 AND first_at <= $3 AND last_at >= $2 ORDER BY number";
    let rows: Vec<(i64,)> = query(select).bind(import).bind(first).bind(last).all(session).await?;
    Ok(rows.into_iter().map(|(number,)| number).collect())
}

/// A transaction of an import, if it is not undone.
pub async fn find_batch(session: &mut Session, import: i64, number: i64) -> ApiResult<Option<Batch>> {
    let row: Option<(Vec<u8>, Vec<u8>, Vec<u8>)> =
        query("SELECT written, replaced, confirmed FROM import_batch WHERE import = $1 AND number = $2")
            .bind(import)
            .bind(number)
            .optional(session)
            .await?;
    let Some((written, replaced, confirmed)) = row else { return Ok(None) };
    let damaged = || ApiError::internal(format!("the journal of import {import} is damaged at {number}"));
    Ok(Some(Batch {
        number,
        written: Written::decode(&written).ok_or_else(damaged)?,
        replaced: journal::decode_datums(&replaced).ok_or_else(damaged)?,
        confirmed: journal::decode_instants(&confirmed).ok_or_else(damaged)?,
    }))
}

/// Takes a transaction out of the journal; false when somebody was faster.
pub async fn delete_batch(session: &mut Session, import: i64, number: i64) -> ApiResult<bool> {
    let touched = query("DELETE FROM import_batch WHERE import = $1 AND number = $2")
        .bind(import)
        .bind(number)
        .execute(session)
        .await?;
    Ok(touched == 1)
}
