//! Opening the database for work: a backup first where migrations are pending, then the migrations.
//!
//! Every command that works on the data comes through here, so none can change the schema without the backup.

use std::path::{Path, PathBuf};

use gridfolio_db::{Db, SchemaState};

use crate::config::Place;
use crate::keeping::backup::{self, Backup};
use crate::keeping::{copy, postgres, words};

/// What comes before a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// A backup in the data folder.
    Backup,
    /// Nothing: the person has one.
    Nothing,
}

/// Opens the database of a place and brings its schema up to date.
pub async fn open(place: &Place, before: Before) -> Result<Db, String> {
    let db = place.open_as_it_is().await?;
    let state = db.schema_state().await.map_err(|e| e.to_string())?;
    let mut made = None;
    if let Some(first) = first_pending(state)
        && before == Before::Backup
        && backup::has_rows(&db).await.map_err(|e| e.to_string())?
    {
        made = secure(place, &db, first).await?;
    }
    if let Err(error) = db.migrate().await {
        if let Some(made) = made {
            forget_if_unneeded(&db, state, &made).await;
        }
        return Err(error.to_string());
    }
    copy::refuse_unfinished(&db).await?;
    Ok(db)
}

/// The first migration that a database lacks, if it has some already.
fn first_pending(state: SchemaState) -> Option<i64> {
    state.applied.filter(|applied| *applied < state.known).map(|applied| applied + 1)
}

/// Makes the backup, or says whose it is to make. On standard error, because the output belongs to the command.
async fn secure(place: &Place, db: &Db, first: i64) -> Result<Option<Backup>, String> {
    if db.is_postgres() {
        let dump = postgres::dump_command(&place.database_url(), &format!("before-migration-{first}.dump"))?;
        eprintln!(
            "gridfolio: migration {first} is applied to PostgreSQL without a backup; dumps are yours to make:\n  {dump}"
        );
        return Ok(None);
    }
    let made = backup_before(&place.data, db, first).await.map_err(|e| {
        format!(
            "{e}\nThe database was not migrated. Make room, or, if you have a backup of your own, run \
             `gridfolio migrate --no-backup`"
        )
    })?;
    eprintln!(
        "gridfolio: before migration {first}, a backup: {} ({}, in {})",
        made.file.display(),
        words::bytes(made.bytes),
        words::seconds(made.took)
    );
    Ok(Some(made))
}

/// Removes the backup again where nothing was migrated: a service that is started again and again would fill the disk
/// with copies of a database that has not changed.
async fn forget_if_unneeded(db: &Db, before: SchemaState, made: &Backup) {
    let unchanged = db.schema_state().await.is_ok_and(|now| now == before);
    if unchanged && std::fs::remove_file(&made.file).is_ok() {
        eprintln!("gridfolio: nothing was migrated; the backup {} is removed again", made.file.display());
    }
}

async fn backup_before(data: &Path, db: &Db, first: i64) -> Result<Backup, String> {
    let folder = data.join("backups");
    crate::config::make_private_folder(&folder)?;
    let file = free_name(&folder, &format!("before-migration-{first}"));
    backup::make(db, &file).await
}

/// `NAME.db`, or `NAME-2.db` and so on where that is taken.
fn free_name(folder: &Path, name: &str) -> PathBuf {
    let first = folder.join(format!("{name}.db"));
    let others = (2..).map(|number: u32| folder.join(format!("{name}-{number}.db")));
    std::iter::once(first).chain(others).find(|path| path.symlink_metadata().is_err()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_used_twice() {
        let folder = tempfile::tempdir().unwrap();
        let next = || free_name(folder.path(), "x");
        for expected in ["x.db", "x-2.db", "x-3.db"] {
            assert_eq!(next(), folder.path().join(expected));
            std::fs::write(next(), "").unwrap();
        }
    }

    #[test]
    fn an_empty_database_lacks_nothing_to_save() {
        assert_eq!(first_pending(SchemaState { applied: None, known: 5 }), None);
        assert_eq!(first_pending(SchemaState { applied: Some(5), known: 5 }), None);
        assert_eq!(first_pending(SchemaState { applied: Some(3), known: 5 }), Some(4));
    }
}
