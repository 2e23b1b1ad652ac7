//! SQLite files as a whole: a consistent copy of a database in use, and a look into a file that nobody writes.
//!
//! A copy is made by `VACUUM INTO` on a connection of its own: it reads one snapshot, so writers go on meanwhile, and
//! every transaction committed before it began is in it. SQLite does not sync the copy; that is the caller's. The
//! statement wants no open transaction and a connection that is not `query_only`, which is why no pool here can run it.

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

    /// The tables that the database has, in order of name, without those of SQLite and of migrations.
    pub async fn table_names(&self) -> Result<Vec<String>> {
        let names = if self.is_postgres() {
            query(
                "SELECT CAST(table_name AS TEXT) FROM information_schema.tables \
                 WHERE table_schema = current_schema() ORDER BY 1",
            )
        } else {
            query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
        };
        let names: Vec<(String,)> = names.all(&mut *self.read().await?).await?;
        let own = |name: &String| !name.starts_with("sqlite_") && name != "_sqlx_migrations";
        Ok(names.into_iter().map(|(name,)| name).filter(own).collect())
    }
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
