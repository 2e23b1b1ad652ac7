//! The table of streams. A stream belongs to a node; what a node is, others know.

use std::collections::BTreeMap;

use gridfolio_db::{Query, Session, WriteTx, in_list, query};
use uuid::Uuid;

use crate::calendar::zone_named;
use crate::stream::{Properties, is_name};
use crate::{Error, Result};

/// Kind of the object that a stream belongs to; locations come later.
const NODE: &str = "n";
/// At most so many values in one `IN (…)`.
const IN_LIMIT: usize = 512;

/// Who measured: a node and the name of its source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamKey {
    /// The node.
    pub node_id: i64,
    /// The source, 1 to 64 characters, conventionally a path.
    pub source_id: String,
}

/// A stream as it is in this snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// Internal id.
    pub id: i64,
    /// Public id, a function of the key.
    pub uuid: String,
    /// Node and source.
    pub key: StreamKey,
    /// IANA name of the zone of its local days.
    pub zone: String,
    /// Its properties, in the order in which they first came.
    pub properties: Properties,
    /// Raised by every write.
    pub version: i64,
    /// First local day whose aggregates are missing.
    pub(crate) stale_from: Option<i64>,
    /// Number of pending shifts.
    pub(crate) shifts: i64,
    /// UTC day of its first block.
    pub(crate) first_day: Option<i64>,
}

impl Stream {
    /// Whether all aggregates are there, in a zone of this name.
    pub(crate) fn is_settled_in(&self, zone: Option<&str>) -> bool {
        self.shifts == 0 && self.stale_from.is_none() && zone == Some(&self.zone)
    }
}

impl StreamKey {
    /// A key; checked when a stream is made.
    pub fn new(node_id: i64, source_id: impl Into<String>) -> Self {
        Self { node_id, source_id: source_id.into() }
    }

    fn uuid(&self) -> Uuid {
        let name = format!("objid://node/{}/{}", self.node_id, self.source_id.trim_start_matches('/'));
        Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
    }
}

const COLUMNS: &str = "id, uuid, object_id, source_id, zone, properties, version, stale_from, shifts, \
    (SELECT MIN(day) FROM datum_block WHERE datum_block.stream = stream.id)";

type Row = (i64, String, i64, String, String, String, i64, Option<i64>, i64, Option<i64>);

fn stream(row: Row) -> Result<Stream> {
    let (id, uuid, node_id, source_id, zone, properties, version, stale_from, shifts, first_day) = row;
    let properties = Properties::parse(&properties).ok_or_else(|| Error::Corrupt {
        stream: id,
        day: "every day".to_owned(),
        what: "list of properties",
    })?;
    let key = StreamKey { node_id, source_id };
    Ok(Stream { id, uuid, key, zone, properties, version, stale_from, shifts, first_day })
}

/// A zone's name as the time zone database spells it.
fn canonical(zone: &str) -> Result<String> {
    let found = zone_named(zone)?;
    found.iana_name().map(str::to_owned).ok_or_else(|| Error::Zone(zone.to_owned()))
}

/// The next id of a kind of row.
pub(crate) async fn next_id(tx: &mut WriteTx, name: &'static str) -> Result<i64> {
    let (id,): (i64,) = query(
        "INSERT INTO stream_counter (name, value) VALUES ($1, 1) \
         ON CONFLICT (name) DO UPDATE SET value = stream_counter.value + 1 RETURNING value",
    )
    .bind(name)
    .one(tx)
    .await?;
    Ok(id)
}

/// The stream of a key; makes it in this zone if there is none. An existing stream keeps its zone.
pub async fn ensure_stream(tx: &mut WriteTx, key: &StreamKey, zone: &str) -> Result<Stream> {
    if !is_name(&key.source_id) {
        return Err(Error::SourceId(key.source_id.chars().take(65).collect()));
    }
    let zone = canonical(zone)?;
    if let Some(found) = find_stream(tx, key).await? {
        return Ok(found);
    }
    let id = next_id(tx, "stream").await?;
    query(
        "INSERT INTO stream (id, uuid, kind, object_id, source_id, zone, properties, metadata, version, stale_from, shifts) \
         VALUES ($1, $2, $3, $4, $5, $6, '', '{}', 0, NULL, 0) ON CONFLICT (kind, object_id, source_id) DO NOTHING",
    )
    .bind(id)
    .bind(key.uuid().to_string())
    .bind(NODE)
    .bind(key.node_id)
    .bind(&key.source_id)
    .bind(zone)
    .execute(tx)
    .await?;
    find_stream(tx, key).await?.ok_or(Error::NoStream(id))
}

/// The stream of a key, if there is one.
pub async fn find_stream(session: &mut Session, key: &StreamKey) -> Result<Option<Stream>> {
    Query::assembled(format!(
        "SELECT {COLUMNS} FROM stream WHERE kind = $1 AND object_id = $2 AND source_id = $3"
    ))
    .bind(NODE)
    .bind(key.node_id)
    .bind(&key.source_id)
    .optional::<Row>(session)
    .await?
    .map(stream)
    .transpose()
}

/// The stream of an id.
pub async fn get_stream(session: &mut Session, id: i64) -> Result<Stream> {
    let mut found = get_streams(session, &[id]).await?;
    found.remove(&id).ok_or(Error::NoStream(id))
}

/// The streams of some ids, those that exist.
pub async fn get_streams(session: &mut Session, ids: &[i64]) -> Result<BTreeMap<i64, Stream>> {
    let mut found = BTreeMap::new();
    for chunk in padded(ids) {
        let rows: Vec<Row> = Query::assembled(format!(
            "SELECT {COLUMNS} FROM stream WHERE id IN ({})",
            in_list(1, chunk.len())
        ))
        .bind_all(chunk)
        .all(session)
        .await?;
        for row in rows {
            found.insert(row.0, stream(row)?);
        }
    }
    Ok(found)
}

/// All streams of some nodes, in order of node and source id.
pub async fn list_streams(session: &mut Session, nodes: &[i64]) -> Result<Vec<Stream>> {
    let mut found = Vec::new();
    for chunk in padded(nodes) {
        let text = format!(
            "SELECT {COLUMNS} FROM stream WHERE kind = $1 AND object_id IN ({})",
            in_list(2, chunk.len())
        );
        let rows: Vec<Row> = Query::assembled(text).bind(NODE).bind_all(chunk).all(session).await?;
        for row in rows {
            found.push(stream(row)?);
        }
    }
    found.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(found)
}

/// All streams of all nodes, in order of node and source id.
pub async fn all_streams(session: &mut Session) -> Result<Vec<Stream>> {
    let text = format!("SELECT {COLUMNS} FROM stream WHERE kind = $1");
    let rows: Vec<Row> = Query::assembled(text).bind(NODE).all(session).await?;
    let mut found = rows.into_iter().map(stream).collect::<Result<Vec<_>>>()?;
    found.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(found)
}

/// Distinct values in chunks whose lengths are powers of two (the last value repeated), so that few different
/// statements are prepared.
pub(crate) fn padded(ids: &[i64]) -> Vec<Vec<i64>> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids.chunks(IN_LIMIT)
        .map(|chunk| {
            let mut chunk = chunk.to_vec();
            let last = chunk[chunk.len() - 1];
            chunk.resize(chunk.len().next_power_of_two(), last);
            chunk
        })
        .collect()
}

/// What is noted about a stream, as JSON text; `{}` at first.
pub async fn stream_metadata(session: &mut Session, stream: i64) -> Result<String> {
    let found: Option<(String,)> =
        query("SELECT metadata FROM stream WHERE id = $1").bind(stream).optional(session).await?;
    found.map(|(metadata,)| metadata).ok_or(Error::NoStream(stream))
}

/// Replaces what is noted about a stream.
pub async fn set_stream_metadata(tx: &mut WriteTx, stream: i64, json: &str) -> Result<()> {
    let touched = query("UPDATE stream SET version = version + 1, metadata = $2 WHERE id = $1")
        .bind(stream)
        .bind(json)
        .execute(tx)
        .await?;
    if touched == 0 { Err(Error::NoStream(stream)) } else { Ok(()) }
}

/// Moves all streams of a node to a zone. Blocks stay as they are; the aggregates of streams whose zone changes are
/// dropped and answered from blocks until [`crate::settle`] has made them again.
pub async fn set_zone(tx: &mut WriteTx, node_id: i64, zone: &str) -> Result<u64> {
    let zone = canonical(zone)?;
    let mut changed = 0;
    for stream in list_ids(tx, node_id, &zone).await? {
        // The lock first: another writer of this stream must see the mark or be seen.
        query("UPDATE stream SET version = version + 1, zone = $2, stale_from = $3 WHERE id = $1")
            .bind(stream)
            .bind(&zone)
            .bind(i64::MIN)
            .execute(tx)
            .await?;
        query("DELETE FROM datum_agg WHERE stream = $1").bind(stream).execute(tx).await?;
        changed += 1;
    }
    Ok(changed)
}

async fn list_ids(tx: &mut WriteTx, node_id: i64, other_zone: &str) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> =
        query("SELECT id FROM stream WHERE kind = $1 AND object_id = $2 AND zone <> $3 ORDER BY id")
            .bind(NODE)
            .bind(node_id)
            .bind(other_zone)
            .all(tx)
            .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Locks a stream for this transaction and tells how it is now.
pub(crate) async fn lock(tx: &mut WriteTx, id: i64) -> Result<Stream> {
    Query::assembled(format!("UPDATE stream SET version = version + 1 WHERE id = $1 RETURNING {COLUMNS}"))
        .bind(id)
        .optional::<Row>(tx)
        .await?
        .map(stream)
        .transpose()?
        .ok_or(Error::NoStream(id))
}
