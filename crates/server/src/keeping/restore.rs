//! Putting a backup into a folder that has no database.
//!
//! The backup is looked at before anything is written, copied under another name, checked whole, brought to this
//! program's schema, and only then becomes the database. A kill leaves a file that says that it is unfinished, and no
//! database.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gridfolio_db::{Db, DbOptions};

use crate::config::Place;
use crate::keeping::backup::{self, Contents, partial_beside, sync_folder_of};
use crate::keeping::secret::{self, Fit};
use crate::keeping::words::{self, counted};

/// A backup that is a database again.
#[derive(Debug)]
pub struct Restored {
    /// The database.
    pub file: PathBuf,
    /// What the backup held.
    pub contents: Contents,
    /// The migration that it was brought to.
    pub migrated_to: i64,
    /// Whether the key at hand belongs to it.
    pub key: Fit,
    /// Whether it got a new signing key.
    pub new_key: bool,
    /// How long it took.
    pub took: Duration,
}

/// What to do when the secret key of the backup is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LostKey {
    /// Say so.
    Report,
    /// Begin with a new signing key: everybody signs in again.
    BeginAnew,
}

/// Restores a backup into the place's folder.
pub async fn restore(place: &Place, file: &Path, lost: LostKey) -> Result<Restored, String> {
    let begun = Instant::now();
    let target = place.database_file().ok_or("only an embedded database is restored from a file")?;
    refuse_taken(&target)?;
    let migration = look_at(file).await.map_err(|e| format!("{}: {e}", file.display()))?;
    place.make_folder()?;
    let fail = |e: &dyn std::fmt::Display| format!("{}: nothing was restored: {e}", file.display());
    let mut partial = partial_beside(&target).map_err(|e| fail(&e))?;
    let mut source = File::open(file).map_err(|e| fail(&e))?;
    io::copy(&mut source, &mut partial).map_err(|e| fail(&e))?;
    let contents = check_copy(partial.path()).await.map_err(|e| fail(&e))?;
    tracing::debug!(migration, "the backup is whole");
    let (migrated_to, key, new_key) = upgrade(place, partial.path(), lost).await.map_err(|e| fail(&e))?;
    partial.as_file().sync_all().map_err(|e| fail(&e))?;
    refuse_taken(&target)?;
    partial.persist_noclobber(&target).map_err(|e| fail(&e.error))?;
    sync_folder_of(&target).map_err(|e| fail(&e))?;
    Ok(Restored { file: target, contents, migrated_to, key, new_key, took: begun.elapsed() })
}

/// A file beside a database, as SQLite names it.
fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// A database that is there is somebody's data, and a log beside it would be played into the restored one.
fn refuse_taken(target: &Path) -> Result<(), String> {
    let found =
        [target.to_owned(), beside(target, "-wal"), beside(target, "-shm"), beside(target, "-journal")];
    match found.into_iter().find(|path| path.symlink_metadata().is_ok()) {
        None => Ok(()),
        Some(path) => Err(format!(
            "{} exists: nothing is restored over a database. Name another folder with --data, or stop the server and \
             move {} (and the files -wal and -shm beside it) away",
            path.display(),
            target.display()
        )),
    }
}

/// Whether a file can be a backup: its form, its origin, its migration. Reads little of it and writes nothing.
async fn look_at(file: &Path) -> Result<i64, String> {
    let mut header = [0; 16];
    let mut opened = File::open(file).map_err(|e| e.to_string())?;
    if opened.read_exact(&mut header).is_err() || header != *b"SQLite format 3\0" {
        return Err(
            "is no backup made by `gridfolio backup` (no SQLite file); a dump of PostgreSQL is restored \
                    by pg_restore, see `gridfolio restore FILE --database postgres://…`"
                .to_owned(),
        );
    }
    if beside(file, "-wal").exists() {
        return Err(
            "is a database in use, not a backup: changes lie beside it in a file -wal. Make a backup of it \
                    with `gridfolio backup`, or stop its server first"
                .to_owned(),
        );
    }
    let unreadable = |e: gridfolio_db::Error| format!("cannot be read as a database: {e}");
    let archive = Db::open_archive(file).await.map_err(unreadable)?;
    let state = archive.schema_state().await;
    archive.close().await;
    let state = state.map_err(unreadable)?;
    match state.applied {
        None => Err("is a SQLite file, but no database of Gridfolio".to_owned()),
        Some(found) if found > state.known => {
            Err(gridfolio_db::Error::Newer { found, known: state.known }.to_string())
        }
        Some(applied) => Ok(applied),
    }
}

async fn check_copy(copy: &Path) -> Result<Contents, String> {
    let archive = Db::open_archive(copy).await.map_err(|e| e.to_string())?;
    let checked = backup::check_open(&archive).await;
    archive.close().await;
    checked
}

/// Migrates the copy and looks at the key; afterwards all of it is in the one file.
async fn upgrade(place: &Place, copy: &Path, lost: LostKey) -> Result<(i64, Fit, bool), String> {
    let db = Db::open(&DbOptions::new(copy.display().to_string())).await.map_err(|e| e.to_string())?;
    let done = upgrade_open(place, &db, lost).await;
    db.close().await;
    let done = done?;
    for suffix in ["-wal", "-journal"] {
        let left = beside(copy, suffix);
        if left.metadata().is_ok_and(|meta| meta.len() > 0) {
            return Err(format!("{} did not go into the database", left.display()));
        }
    }
    Ok(done)
}

async fn upgrade_open(place: &Place, db: &Db, lost: LostKey) -> Result<(i64, Fit, bool), String> {
    db.migrate().await.map_err(|e| e.to_string())?;
    let known = db.schema_state().await.map_err(|e| e.to_string())?.known;
    let key = secret::fit(place, db).await?;
    let new_key = lost == LostKey::BeginAnew && matches!(key, Fit::NoKey | Fit::Wrong(_));
    if new_key {
        secret::begin_anew(place, db).await?;
    }
    Ok((known, key, new_key))
}

/// What was done, and what the person has to do.
pub fn report(restored: &Restored, place: &Place) -> String {
    let Restored { file, contents, migrated_to, took, .. } = restored;
    let migration = if contents.migration == *migrated_to {
        format!("migration {migrated_to}")
    } else {
        format!("migrated from {} to {migrated_to}", contents.migration)
    };
    format!(
        "restored {}: {}, {} of {}, {migration}, in {}\n{}\n",
        file.display(),
        counted(contents.datums, "datum"),
        counted(contents.rows, "row"),
        counted(contents.tables, "table"),
        words::seconds(*took),
        about_key(restored, place),
    )
}

fn about_key(restored: &Restored, place: &Place) -> String {
    let folder = place.data.display();
    if restored.new_key {
        return "It has a new signing key, sealed with the secret key of this folder: everybody signs in again with \
                their password; tokens from before are refused when the server's address changed, and else hold to \
                their end."
            .to_owned();
    }
    let lost = "Without it all data can be read, but nobody can sign in. If it is lost, restore with --new-key: \
                passwords stay as they are, everybody signs in again";
    match &restored.key {
        Fit::Opens => "The secret key at hand opens its signing key: people sign in as before.".to_owned(),
        Fit::NothingSealed => "It has no signing key yet: any secret key will do.".to_owned(),
        Fit::NoKey => format!(
            "The secret key is missing: put the secret.key of the installation that was backed up into {folder} \
             before you start the server (the server makes a new one otherwise, which opens nothing). {lost}."
        ),
        Fit::Wrong(why) => format!(
            "The secret key at hand is another one ({why}): put the secret.key of the installation that was backed \
             up into {folder}. {lost}."
        ),
    }
}
