//! Backups of the embedded database, made while others read and write it.
//!
//! A backup is one SQLite file: what the database held at one instant, every change in it that was acknowledged before
//! the backup began. It is written under another name, synced and checked, and only then gets its name.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gridfolio_db::{Db, Query, Session, Table, query, tables};
use tempfile::NamedTempFile;

use crate::keeping::words::{self, counted};

/// A backup that was made.
#[derive(Debug)]
pub struct Backup {
    /// The file.
    pub file: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// What is in it.
    pub contents: Contents,
    /// How long it took, checks included.
    pub took: Duration,
}

/// What a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    /// Its newest migration.
    pub migration: i64,
    /// Tables, those of the machinery aside.
    pub tables: u64,
    /// Rows in them.
    pub rows: u64,
    /// Datums in the streams.
    pub datums: u64,
}

/// Backs an embedded database up into a new file.
pub async fn make(db: &Db, file: &Path) -> Result<Backup, String> {
    let begun = Instant::now();
    let taken =
        || format!("{} exists already: a backup overwrites nothing; name another file", file.display());
    if file.symlink_metadata().is_ok() {
        return Err(taken());
    }
    let fail = |e: &dyn std::fmt::Display| format!("{}: the backup was not made: {e}", file.display());
    let partial = partial_beside(file).map_err(|e| fail(&e))?;
    db.snapshot_into(partial.path()).await.map_err(|e| fail(&e))?;
    partial.as_file().sync_all().map_err(|e| fail(&e))?;
    let contents = check(partial.path()).await.map_err(|e| fail(&e))?;
    let bytes = partial.as_file().metadata().map_err(|e| fail(&e))?.len();
    partial.persist_noclobber(file).map_err(|e| match e.error.kind() {
        std::io::ErrorKind::AlreadyExists => taken(),
        _ => fail(&e.error),
    })?;
    sync_folder_of(file).map_err(|e| fail(&e))?;
    Ok(Backup { file: file.to_owned(), bytes, contents, took: begun.elapsed() })
}

/// An empty file that only its owner may read, in the folder of the one that it will become. It goes when it is dropped;
/// after a kill it stays, with a name that says so.
pub fn partial_beside(file: &Path) -> std::io::Result<NamedTempFile> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    tempfile::Builder::new().prefix(&format!("{name}.")).suffix(".unfinished").tempfile_in(folder_of(file))
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the name of a file last.
pub fn sync_folder_of(file: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder_of(file))?.sync_all()
}

/// Reads a whole backup: damaged pages, rows without parents, what is in it.
async fn check(file: &Path) -> Result<Contents, String> {
    let archive = Db::open_archive(file).await.map_err(|e| e.to_string())?;
    let checked = check_open(&archive).await;
    archive.close().await;
    checked
}

/// The same of a file that is open.
pub async fn check_open(archive: &Db) -> Result<Contents, String> {
    let damages = archive.damages().await.map_err(|e| e.to_string())?;
    if !damages.is_empty() {
        return Err(format!("the database is damaged:\n  {}", damages.join("\n  ")));
    }
    contents(archive).await
}

/// Counts what a database holds, whatever its migration.
pub async fn contents(db: &Db) -> Result<Contents, String> {
    let said = |e: gridfolio_db::Error| e.to_string();
    let state = db.schema_state().await.map_err(said)?;
    let migration = state.applied.ok_or("it is no database of Gridfolio")?;
    let own = own_tables(db).await.map_err(said)?;
    let mut snapshot = db.read().await.map_err(said)?;
    let mut rows = 0;
    for table in &own {
        rows += count(&mut snapshot, &table.name).await.map_err(said)?;
    }
    let datums = if own.iter().any(|table| table.name == "datum_block") {
        let sum = query("SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) FROM datum_block");
        let (datums,): (i64,) = sum.one(&mut snapshot).await.map_err(said)?;
        datums
    } else {
        0
    };
    let number = |count: i64| u64::try_from(count).unwrap_or(0);
    Ok(Contents { migration, tables: own.len() as u64, rows: number(rows), datums: number(datums) })
}

/// Whether anything is in a database of any migration.
pub async fn has_rows(db: &Db) -> gridfolio_db::Result<bool> {
    let own = own_tables(db).await?;
    let mut snapshot = db.read().await?;
    for table in &own {
        if table.has_rows(&mut snapshot).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Those of Gridfolio's tables that a database has; what else is in it is not ours to look at.
async fn own_tables(db: &Db) -> gridfolio_db::Result<Vec<Table>> {
    let names = db.table_names().await?;
    let mut own = tables().await?;
    own.retain(|table| names.contains(&table.name));
    Ok(own)
}

async fn count(session: &mut Session, table: &str) -> gridfolio_db::Result<i64> {
    let select = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM \"{table}\"");
    let (count,): (i64,) = Query::assembled(select).one(session).await?;
    Ok(count)
}

/// What was done, and what the person has to do.
pub fn report(backup: &Backup) -> String {
    let Backup { file, bytes, contents, took } = backup;
    format!(
        "backup {}: {}, {}, {} of {}, migration {}, in {}\n\
         The secret key is not in it: keep secret.key (or the key that you configured) apart from the backup; who has \
         both can issue tokens.\n",
        file.display(),
        words::bytes(*bytes),
        counted(contents.datums, "datum"),
        counted(contents.rows, "row"),
        counted(contents.tables, "table"),
        contents.migration,
        words::seconds(*took),
    )
}
