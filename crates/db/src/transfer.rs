//! Rows of any table as they are: read in pages of bounded size, looked up by key, written and removed.
//!
//! Nothing here compares texts between two databases: their orders differ (collations). A page is in the order of the
//! database that it comes from; the other one is asked for the same keys.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row as _, TypeInfo as _, ValueRef as _};

use crate::query::values_list;
use crate::tables::{ColumnKind, Table};
use crate::{Arg, Query, Result, Session, WriteTx};

/// Rows that a page has at most.
const PAGE_ROWS: usize = 1024;
/// Characters and bytes in the columns of a page, about; a page has at least one row.
const PAGE_SIZE: i64 = 2 << 20;
/// Values bound in one statement at most; both databases take more.
const BOUND: usize = 8192;

/// The values of a row.
pub type Values = Vec<Arg>;

/// A row of which nothing is known but that it has values.
struct AnyRow(Values);

macro_rules! any_row {
    ($($row:ty),+) => {$(
        impl FromRow<'_, $row> for AnyRow {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                let value = |place: usize| {
                    let raw = row.try_get_raw(place)?;
                    Ok(match raw.type_info().name() {
                        // Which NULL it is, the column tells; see `Table::rows`.
                        _ if raw.is_null() => Arg::Int(None),
                        "TEXT" => Arg::Text(row.try_get_unchecked(place)?),
                        "BLOB" | "BYTEA" => Arg::Blob(row.try_get_unchecked(place)?),
                        _ => Arg::Int(row.try_get_unchecked(place)?),
                    })
                };
                Ok(Self((0..row.len()).map(value).collect::<sqlx::Result<_>>()?))
            }
        }
    )+};
}
any_row!(SqliteRow, PgRow);

impl Table {
    /// The key of a row.
    pub fn key_of(&self, row: &[Arg]) -> Values {
        self.key.iter().filter_map(|&place| row.get(place).cloned()).collect()
    }

    /// Whether the table has a row.
    pub async fn has_rows(&self, session: &mut Session) -> Result<bool> {
        let found: Vec<AnyRow> =
            Query::assembled(format!("SELECT {} FROM \"{}\" LIMIT 1", self.key_list(), self.name))
                .all(session)
                .await?;
        Ok(!found.is_empty())
    }

    /// The rows after a key (none: from the start), in the database's own order; empty at the end.
    pub async fn page(&self, session: &mut Session, after: Option<&[Arg]>) -> Result<Vec<Values>> {
        let Some(last) = self.page_end(session, after).await? else { return Ok(Vec::new()) };
        let (name, columns, keys) = (&self.name, self.column_list(), self.key_list());
        let width = self.key.len();
        let from = after
            .map_or(String::new(), |_| format!("({keys}) > ({}) AND ", crate::in_list(width + 1, width)));
        let text = format!(
            "SELECT {columns} FROM \"{name}\" WHERE {from}({keys}) <= ({}) ORDER BY {keys}",
            crate::in_list(1, width)
        );
        let bound = last.into_iter().chain(after.into_iter().flatten().cloned());
        self.rows(Query::assembled(text).bind_all(bound), session).await
    }

    /// The keys after a key, in the database's own order; empty at the end.
    pub async fn key_page(&self, session: &mut Session, after: Option<&[Arg]>) -> Result<Vec<Values>> {
        let (name, keys) = (&self.name, self.key_list());
        let text =
            format!("SELECT {keys} FROM \"{name}\" {} ORDER BY {keys} LIMIT {PAGE_ROWS}", self.after(after));
        let found: Vec<AnyRow> =
            Query::assembled(text).bind_all(after.into_iter().flatten().cloned()).all(session).await?;
        Ok(found.into_iter().map(|row| row.0).collect())
    }

    /// Those rows of some keys that are there, in any order.
    pub async fn find(&self, session: &mut Session, keys: &[Values]) -> Result<Vec<Values>> {
        let mut found = Vec::new();
        for chunk in chunks(keys, self.key.len()) {
            let text = format!(
                "SELECT {} FROM \"{}\" WHERE {}",
                self.column_list(),
                self.name,
                self.among(session, chunk)
            );
            found.extend(self.rows(bind(text, chunk), session).await?);
        }
        Ok(found)
    }

    /// Those of some keys that are there, in any order.
    pub async fn find_keys(&self, session: &mut Session, keys: &[Values]) -> Result<Vec<Values>> {
        let mut found: Vec<AnyRow> = Vec::new();
        for chunk in chunks(keys, self.key.len()) {
            let text = format!(
                "SELECT {} FROM \"{}\" WHERE {}",
                self.key_list(),
                self.name,
                self.among(session, chunk)
            );
            found.extend(bind(text, chunk).all::<AnyRow>(session).await?);
        }
        Ok(found.into_iter().map(|row| row.0).collect())
    }

    /// Writes whole rows; one with the same key is replaced.
    pub async fn put(&self, tx: &mut WriteTx, rows: &[Values]) -> Result<()> {
        let others: Vec<String> = (0..self.columns.len())
            .filter(|place| !self.key.contains(place))
            .map(|place| format!("\"{0}\" = excluded.\"{0}\"", self.columns[place].name))
            .collect();
        let then = if others.is_empty() {
            "DO NOTHING".to_owned()
        } else {
            format!("DO UPDATE SET {}", others.join(", "))
        };
        for chunk in chunks(rows, self.columns.len()) {
            let values = values_list(self.columns.len(), chunk.len(), tx.is_postgres());
            let text = format!(
                "INSERT INTO \"{}\" ({}) VALUES {values} ON CONFLICT ({}) {then}",
                self.name,
                self.column_list(),
                self.key_list()
            );
            bind(text, chunk).execute(tx).await?;
        }
        Ok(())
    }

    /// Removes the rows of some keys.
    pub async fn remove(&self, tx: &mut WriteTx, keys: &[Values]) -> Result<()> {
        for chunk in chunks(keys, self.key.len()) {
            let text = format!("DELETE FROM \"{}\" WHERE {}", self.name, self.among(tx, chunk));
            bind(text, chunk).execute(tx).await?;
        }
        Ok(())
    }

    /// The last key of the next page.
    async fn page_end(&self, session: &mut Session, after: Option<&[Arg]>) -> Result<Option<Values>> {
        let (name, keys) = (&self.name, self.key_list());
        let sizes: Vec<String> = self
            .columns
            .iter()
            .filter(|column| column.kind != ColumnKind::Int)
            .map(|column| format!(" + COALESCE(LENGTH(\"{}\"), 0)", column.name))
            .collect();
        let text = format!(
            "SELECT {keys}, CAST(8{} AS BIGINT) FROM \"{name}\" {} ORDER BY {keys} LIMIT {PAGE_ROWS}",
            sizes.concat(),
            self.after(after)
        );
        let rows: Vec<AnyRow> =
            Query::assembled(text).bind_all(after.into_iter().flatten().cloned()).all(session).await?;
        let (mut end, mut size) = (None, 0);
        for AnyRow(mut key) in rows {
            if let Some(Arg::Int(Some(more))) = key.pop() {
                size += more;
            }
            if end.is_some() && size > PAGE_SIZE {
                break;
            }
            end = Some(key);
        }
        Ok(end)
    }

    fn after(&self, after: Option<&[Arg]>) -> String {
        let keys = self.key_list();
        after.map_or(String::new(), |_| format!("WHERE ({keys}) > ({})", crate::in_list(1, self.key.len())))
    }

    /// The condition that a row has one of these keys.
    fn among(&self, session: &Session, keys: &[Values]) -> String {
        let numbered = session.is_postgres();
        if let [only] = self.key.as_slice() {
            let list = if numbered { crate::in_list(1, keys.len()) } else { vec!["?"; keys.len()].join(",") };
            return format!("\"{}\" IN ({list})", self.columns[*only].name);
        }
        format!("({}) IN (VALUES {})", self.key_list(), values_list(self.key.len(), keys.len(), numbered))
    }

    fn column_list(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        names.join(", ")
    }

    fn key_list(&self) -> String {
        let names: Vec<String> =
            self.key.iter().map(|&place| format!("\"{}\"", self.columns[place].name)).collect();
        names.join(", ")
    }

    /// Whole rows, with every NULL in the kind of its column.
    async fn rows(&self, query: Query, session: &mut Session) -> Result<Vec<Values>> {
        let typed = |AnyRow(row): AnyRow| {
            let columns = self.columns.iter().map(|column| column.kind);
            let typed = row.into_iter().zip(columns).map(|(value, kind)| match (value, kind) {
                (Arg::Int(None), ColumnKind::Text) => Arg::Text(None),
                (Arg::Int(None), ColumnKind::Blob) => Arg::Blob(None),
                (value, _) => value,
            });
            typed.collect()
        };
        Ok(query.all::<AnyRow>(session).await?.into_iter().map(typed).collect())
    }
}

fn bind(text: String, rows: &[Values]) -> Query {
    Query::assembled(text).bind_all(rows.iter().flatten().cloned())
}

/// Pieces whose lengths are powers of two, so that few different statements are prepared.
fn chunks(rows: &[Values], width: usize) -> Vec<&[Values]> {
    let most = 1_usize << (BOUND / width.max(1)).max(1).ilog2();
    let (mut pieces, mut rest) = (Vec::new(), rows);
    while !rest.is_empty() {
        let (piece, left) = rest.split_at(most.min(1 << rest.len().ilog2()));
        pieces.push(piece);
        rest = left;
    }
    pieces
}
