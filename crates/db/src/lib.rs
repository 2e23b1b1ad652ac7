//! One SQL text over two databases: SQLite, the embedded default, and PostgreSQL.
//!
//! A statement is written once, with `$1` placeholders, over columns that are BIGINT, TEXT or BLOB, and runs on
//! either. Everything happens inside a transaction: a [`ReadTx`] is one snapshot, a [`WriteTx`] is the only way to
//! change something. On SQLite there is one write connection per process and every write transaction begins
//! `IMMEDIATE`, so another process on the same file is normal.
//!
//! This crate refuses to know what the tables mean, to build SQL from user input, and to hide a database error
//! behind a default value.

mod address;
mod archive;
mod error;
mod migrate;
mod query;
mod session;
mod tables;
mod transfer;

pub use address::{PostgresAddress, sqlite_path};
pub use error::Error;
pub use migrate::{MIGRATIONS, SchemaState};
pub use query::{Arg, DocumentRow, FromDbRow, Insert, Query, in_chunks, in_list, query};
pub use session::{ReadTx, Session, WriteTx};
pub use tables::{Column, ColumnKind, Table, tables};
pub use transfer::Values;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

/// Result of everything that talks to the database.
pub type Result<T> = std::result::Result<T, Error>;

/// How to reach a database.
#[derive(Debug, Clone)]
pub struct DbOptions {
    url: String,
    max_page_count: Option<u32>,
    readers: u32,
}

impl DbOptions {
    /// `sqlite:PATH`, a bare path, or `postgres://…`.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), max_page_count: None, readers: 4 }
    }

    /// Limits the SQLite file as a full disk would; for tests of what happens then. PostgreSQL ignores it.
    #[must_use]
    pub fn max_page_count(mut self, pages: u32) -> Self {
        self.max_page_count = Some(pages);
        self
    }

    /// Number of connections that read at the same time.
    #[must_use]
    pub fn readers(mut self, readers: u32) -> Self {
        self.readers = readers.max(1);
        self
    }
}

/// An open database. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Db {
    /// The embedded database: one writer, a pool of readers, the file's path.
    Sqlite {
        /// The one connection that writes.
        write: SqlitePool,
        /// Connections that only read.
        read: SqlitePool,
        /// The database file.
        path: PathBuf,
    },
    /// A PostgreSQL server.
    Postgres(PgPool),
}

/// A new database file belongs to its owner only; SQLite gives the files beside it the same mode.
fn make_private(path: &Path) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(Error::Other(sqlx::Error::Io(error)))
        }
        _ => Ok(()),
    }
}

/// Page size of new SQLite files; blocks of a day of datums fit two or three to a page.
const SQLITE_PAGE_SIZE: u32 = 8192;
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

impl Db {
    /// Opens the database, making the SQLite file if there is none. Does not migrate.
    pub async fn open(options: &DbOptions) -> Result<Self> {
        if options.url.starts_with("postgres://") || options.url.starts_with("postgresql://") {
            let connect: PgConnectOptions = options.url.parse().map_err(Error::from)?;
            // A pool goes on trying until its time is up and then tells nothing; one connection says what is wrong.
            PgConnection::connect_with(&connect).await?.close().await?;
            let pool = PgPoolOptions::new()
                .max_connections(options.readers + 4)
                .acquire_timeout(BUSY_TIMEOUT)
                .connect_with(connect)
                .await?;
            return Ok(Self::Postgres(pool));
        }
        let Some(path) = sqlite_path(&options.url) else {
            let scheme = options.url.split(':').next().unwrap_or_default();
            return Err(Error::Scheme(scheme.to_owned()));
        };
        Self::open_sqlite(&path, options).await
    }

    async fn open_sqlite(path: &Path, options: &DbOptions) -> Result<Self> {
        let base = SqliteConnectOptions::new()
            .filename(path)
            .page_size(SQLITE_PAGE_SIZE)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true)
            // Rows come from a thread of their own: fewer hand-overs of more rows.
            .row_buffer_size(1024)
            .statement_cache_capacity(200);
        make_private(path)?;
        let mut writer = base.clone().create_if_missing(true);
        if let Some(pages) = options.max_page_count {
            writer = writer.pragma("max_page_count", pages.to_string());
        }
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(writer)
            .await?;
        let read = SqlitePoolOptions::new()
            .max_connections(options.readers)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(base.create_if_missing(false).pragma("query_only", "ON"));
        Ok(Self::Sqlite { write, read, path: path.to_owned() })
    }

    /// Begins one snapshot for reading.
    pub async fn read(&self) -> Result<ReadTx> {
        ReadTx::begin(self).await
    }

    /// Begins a write transaction; on SQLite it holds the write lock from here on.
    pub async fn write(&self) -> Result<WriteTx> {
        WriteTx::begin(self).await
    }

    /// Room that the database takes on disk, in bytes.
    pub async fn size_bytes(&self) -> Result<i64> {
        match self {
            Self::Sqlite { path, .. } => {
                let mut log = path.as_os_str().to_owned();
                log.push("-wal");
                let of = |path: &Path| std::fs::metadata(path).map_or(0, |meta| meta.len());
                Ok(i64::try_from(of(path) + of(Path::new(&log))).unwrap_or(i64::MAX))
            }
            Self::Postgres(_) => {
                let mut snapshot = self.read().await?;
                let size = query("SELECT pg_database_size(current_database())");
                let (bytes,): (i64,) = size.one(&mut snapshot).await?;
                Ok(bytes)
            }
        }
    }

    /// Whether this is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Closes all connections; on SQLite this checkpoints the write-ahead log.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { write, read, .. } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
