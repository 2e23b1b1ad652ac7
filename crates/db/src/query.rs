//! A statement with its arguments, the same on both databases.

use std::fmt::Write as _;

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow, Row as _, SqlSafeStr, SqlStr};

use crate::{Result, Session};

/// A value bound to a placeholder. The three column types of both databases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// BIGINT
    Int(Option<i64>),
    /// TEXT
    Text(Option<String>),
    /// BLOB or BYTEA
    Blob(Option<Vec<u8>>),
}

macro_rules! arg_from {
    ($($kind:ident: $($type:ty => $make:expr),+;)+) => {$($(
        impl From<$type> for Arg { fn from(value: $type) -> Self { Self::$kind(Some($make(value))) } }
        impl From<Option<$type>> for Arg { fn from(value: Option<$type>) -> Self { Self::$kind(value.map($make)) } }
    )+)+};
}
arg_from! {
    Int: i64 => |v| v, i32 => i64::from, u32 => i64::from, bool => i64::from;
    Text: String => |v| v, &str => str::to_owned, &String => String::clone;
    Blob: Vec<u8> => |v| v, &[u8] => <[u8]>::to_vec;
}

/// A row type that decodes from both databases: tuples, and anything that derives `sqlx::FromRow`.
pub trait FromDbRow: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T> FromDbRow for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// A row of a table of documents: key columns, then `revision`, then `document`.
#[derive(Debug, Clone)]
pub struct DocumentRow {
    /// The key columns, in the order of the query.
    pub key: Vec<String>,
    /// The revision.
    pub revision: i64,
    /// The document, JSON.
    pub document: String,
}

macro_rules! document_row_from {
    ($($row:ty),+) => {$(
        impl FromRow<'_, $row> for DocumentRow {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                let keys = row.len().saturating_sub(2);
                Ok(Self {
                    key: (0..keys).map(|index| row.try_get(index)).collect::<sqlx::Result<_>>()?,
                    revision: row.try_get(keys)?,
                    document: row.try_get(keys + 1)?,
                })
            }
        }
    )+};
}
document_row_from!(SqliteRow, PgRow);

/// A statement and its arguments.
#[derive(Debug, Clone)]
#[must_use = "a query does nothing until it runs on a session"]
pub struct Query {
    pub(crate) sql: SqlStr,
    pub(crate) args: Vec<Arg>,
}

/// A statement from a literal.
pub fn query(sql: &'static str) -> Query {
    Query { sql: sql.into_sql_str(), args: Vec::new() }
}

impl Query {
    /// A statement put together from literals of this program (never from user input): variable `IN` lists, bulk
    /// inserts, optional filters.
    pub fn assembled(sql: String) -> Self {
        Self { sql: AssertSqlSafe(sql).into_sql_str(), args: Vec::new() }
    }

    /// Binds the next placeholder.
    pub fn bind(mut self, value: impl Into<Arg>) -> Self {
        self.args.push(value.into());
        self
    }

    /// Binds several placeholders.
    pub fn bind_all<A: Into<Arg>>(mut self, values: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(values.into_iter().map(Into::into));
        self
    }

    /// All rows.
    pub async fn all<T: FromDbRow>(self, session: &mut Session) -> Result<Vec<T>> {
        session.fetch_all(self).await
    }

    /// The row, if there is one.
    pub async fn optional<T: FromDbRow>(self, session: &mut Session) -> Result<Option<T>> {
        session.fetch_optional(self).await
    }

    /// The row; [`crate::Error::NoRow`] when there is none.
    pub async fn one<T: FromDbRow>(self, session: &mut Session) -> Result<T> {
        session.fetch_optional(self).await?.ok_or(crate::Error::NoRow)
    }

    /// Runs the statement and tells how many rows it touched.
    pub async fn execute(self, session: &mut Session) -> Result<u64> {
        session.execute(self).await
    }
}

/// The queries that ask for many texts: `select` ends in `IN`. Cut so that no database's limit of placeholders is met.
pub fn in_chunks<'q>(select: &'q str, texts: &'q [&'q str]) -> impl Iterator<Item = Query> + 'q {
    texts.chunks(500).map(move |chunk| {
        Query::assembled(format!("{select} ({})", in_list(1, chunk.len()))).bind_all(chunk.iter().copied())
    })
}

/// `$first, $first+1, …` for an `IN (…)` of `count` values.
pub fn in_list(first: usize, count: usize) -> String {
    let mut text = String::with_capacity(count * 5);
    for index in first..first + count {
        let _ = write!(text, "{}${index}", if index == first { "" } else { "," });
    }
    text
}

/// A bulk insert: `head VALUES (…),(…) tail`, cut into statements of a fixed size so that the database prepares few.
#[derive(Debug, Clone, Copy)]
pub struct Insert {
    /// `INSERT INTO t (a, b)`
    pub head: &'static str,
    /// `ON CONFLICT …`, or empty
    pub tail: &'static str,
}

impl Insert {
    /// Rows per statement at most.
    const CHUNK: usize = 64;

    /// Inserts all rows; tells how many rows were touched.
    pub async fn execute<const N: usize>(self, session: &mut Session, rows: Vec<[Arg; N]>) -> Result<u64> {
        let mut touched = 0;
        let mut rows = rows.into_iter().peekable();
        let mut left = rows.len();
        while rows.peek().is_some() {
            // Powers of two keep the number of different statements small.
            let take = if left >= Self::CHUNK { Self::CHUNK } else { 1 << left.ilog2() };
            let text = self.text(N, take, session.is_postgres());
            let query = Query::assembled(text).bind_all(rows.by_ref().take(take).flatten());
            touched += query.execute(session).await?;
            left -= take;
        }
        Ok(touched)
    }

    /// On SQLite the placeholders have no names: looking up the names of hundreds takes longer than the insert.
    fn text(self, columns: usize, rows: usize, numbered: bool) -> String {
        format!("{} VALUES {} {}", self.head, values_list(columns, rows, numbered), self.tail)
    }
}

/// `(…),(…)`: placeholders of some rows. Without numbers where the database reads those slowly.
pub(crate) fn values_list(columns: usize, rows: usize, numbered: bool) -> String {
    let nameless = vec!["?"; columns].join(",");
    let mut text = String::new();
    for row in 0..rows {
        let values = if numbered { in_list(row * columns + 1, columns) } else { nameless.clone() };
        let _ = write!(text, "{}({values})", if row == 0 { "" } else { "," });
    }
    text
}
