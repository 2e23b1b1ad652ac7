//! SQLite files as a whole: a consistent copy of a database in use, and a look into a file that nobody writes.
//!
//! A copy is made by `VACUUM INTO` on a connection of its own: it reads one snapshot, so writers go on meanwhile, and
//! every transaction committed before it began is in it. SQLite does not sync the copy; that is the caller's. The
//! statement wants no open transaction and a connection that is not `query_only`, which is why no pool here can run it.

use std::io::Read as _;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePool, SqlitePoolOptions};
use sqlx::{Connection as _, Executor as _};

use crate::{BUSY_TIMEOUT, Db, Error, Result, query};

impl Db {
    /// Writes a consistent copy of the SQLite database into a file that is empty or not there, and closes it. Neither
    /// syncs nor renames it.
    pub async fn snapshot_into(&self, file: &Path) -> Result<()> {
        let Self::Sqlite { path, .. } = self else {
            return Err(Error::Scheme("a PostgreSQL server".to_owned()));
        };
        let options =
            SqliteConnectOptions::new().filename(path).create_if_missing(false).busy_timeout(BUSY_TIMEOUT);
        let mut own = SqliteConnection::connect_with(&options).await?;
        let file = std::path::absolute(file).map_err(|e| Error::Other(sqlx::Error::Io(e)))?;
        let done =
            sqlx::query("VACUUM INTO $1").bind(file.to_string_lossy().into_owned()).execute(&mut own).await;
        own.close().await?;
        done?;
        Ok(())
    }

    /// Opens a SQLite file that nobody writes, such as a backup, on any medium: nothing is written, not even beside it.
    pub async fn open_archive(file: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new().filename(file).read_only(true).immutable(true);
        let pool = SqlitePoolOptions::new().max_connections(2).connect_with(options).await?;
        Ok(Self::Sqlite { write: pool.clone(), read: pool, path: file.to_owned() })
    }

    /// Opens a SQLite file that others may be writing, to be read only, and leaves its form as it is. A file with a
    /// write-ahead log gets files beside it while it is open, as ever; any other, such as a backup, gets none.
    pub async fn open_to_read(file: &Path) -> Result<Self> {
        let logged = has_log(file).map_err(|e| Error::Other(sqlx::Error::Io(e)))?;
        // A log cannot be read by those who may not write where it lies. Nobody else can there, either.
        if logged && std::fs::OpenOptions::new().write(true).open(file).is_err() {
            return Self::open_archive(file).await;
        }
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(false)
            .read_only(!logged)
            .busy_timeout(BUSY_TIMEOUT)
            .row_buffer_size(1024)
            .pragma("query_only", "ON");
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
        Ok(Self::Sqlite { write: pool.clone(), read: pool, path: file.to_owned() })
    }

    /// Whether another handle is on the same database, by whatever address.
    pub async fn is_same_as(&self, other: &Self) -> Result<bool> {
        match (self, other) {
            (Self::Sqlite { path, .. }, Self::Sqlite { path: theirs, .. }) => {
                let ours = file_identity(path).map_err(|e| Error::Other(sqlx::Error::Io(e)))?;
                let theirs = file_identity(theirs).map_err(|e| Error::Other(sqlx::Error::Io(e)))?;
                Ok(ours == theirs)
            }
            (Self::Postgres(_), Self::Postgres(_)) => {
                Ok(server_identity(self).await? == server_identity(other).await?)
            }
            _ => Ok(false),
        }
    }

    /// What is wrong with a SQLite database as such: damaged pages and indexes, rows without their parents. Reads all
    /// of it. Empty: nothing; always so for PostgreSQL, which looks after itself.
    pub async fn damages(&self) -> Result<Vec<String>> {
        let Self::Sqlite { read, .. } = self else { return Ok(Vec::new()) };
        match check(read).await {
            // SQLite's CORRUPT: so damaged that the check itself ends there
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("11") => {
                Ok(vec![error.message().to_owned()])
            }
            found => Ok(found?),
        }
    }

    /// The tables that the database has, in order of name, without those of SQLite and of migrations; views are none.
    pub async fn table_names(&self) -> Result<Vec<String>> {
        let names = if self.is_postgres() {
            query(
                "SELECT CAST(table_name AS TEXT) FROM information_schema.tables \
                 WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY 1",
            )
        } else {
            query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
        };
        let names: Vec<(String,)> = names.all(&mut *self.read().await?).await?;
        let own = |name: &String| !name.starts_with("sqlite_") && name != "_sqlx_migrations";
        Ok(names.into_iter().map(|(name,)| name).filter(own).collect())
    }
}

/// Whether a SQLite file is one that is read together with a write-ahead log; its header tells.
fn has_log(file: &Path) -> std::io::Result<bool> {
    let mut header = Vec::new();
    std::fs::File::open(file)?.take(20).read_to_end(&mut header)?;
    Ok(header.get(18..20).is_some_and(|versions| versions.contains(&2)))
}

/// The same for every name of a file.
fn file_identity(file: &Path) -> std::io::Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let found = file.metadata()?;
    Ok((found.dev(), found.ino()))
}

/// The same for every address of a database on a server: the microsecond in which the server began, the database, and
/// the schema.
async fn server_identity(db: &Db) -> Result<(String, String, Option<String>)> {
    query(
        "SELECT CAST(EXTRACT(EPOCH FROM pg_postmaster_start_time()) AS TEXT), CAST(current_database() AS TEXT), \
         CAST(current_schema() AS TEXT)",
    )
    .one(&mut *db.read().await?)
    .await
}

async fn check(pool: &SqlitePool) -> sqlx::Result<Vec<String>> {
    let mut connection = pool.acquire().await?;
    let found: Vec<(String,)> =
        sqlx::query_as("PRAGMA integrity_check(20)").fetch_all(&mut *connection).await?;
    let mut found: Vec<String> = found.into_iter().map(|(line,)| line).filter(|line| line != "ok").collect();
    let orphans = connection.fetch_all("PRAGMA foreign_key_check").await?;
    if !orphans.is_empty() {
        found.push(format!("{} rows refer to rows that do not exist", orphans.len()));
    }
    Ok(found)
}
