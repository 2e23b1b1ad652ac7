//! Migrations come after a backup, whichever command brings them.

use std::path::Path;

use gridfolio_db::{Db, DbOptions, MIGRATIONS, query};
use gridfolio_testkit::{Backend, TestDb};

use super::{command, done, file_url, files_in, refused};
use crate::program::{Program, request};

/// A folder whose database was made by the program before the last migration.
async fn older(data: &Path) -> i64 {
    let (newest, ..) = *MIGRATIONS.last().unwrap();
    let db = Db::open(&DbOptions::new(file_url(&data.join("gridfolio.db")))).await.unwrap();
    db.migrate_as_of(newest - 1).await.unwrap();
    let mut tx = db.write().await.unwrap();
    query("INSERT INTO setting (name, value) VALUES ('note', 'from before')").execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
    newest
}

async fn note_and_migration(file: &Path) -> (String, Option<i64>) {
    let db = Db::open_archive(file).await.unwrap();
    let (note,): (String,) = query("SELECT value FROM setting WHERE name = 'note'")
        .one(&mut db.read().await.unwrap())
        .await
        .unwrap();
    let state = db.schema_state().await.unwrap();
    db.close().await;
    (note, state.applied)
}

#[tokio::test]
async fn a_backup_comes_first_and_none_is_overwritten() {
    let data = tempfile::tempdir().unwrap();
    let newest = older(data.path()).await;
    std::fs::create_dir(data.path().join("backups")).unwrap();
    let (first, second) =
        (format!("before-migration-{newest}.db"), format!("before-migration-{newest}-2.db"));
    std::fs::write(data.path().join("backups").join(&first), "an older one").unwrap();
    let said = done(command(&["migrate"], data.path()));
    assert!(
        said.contains(&second) && said.contains(&format!("the database has migration {newest} of")),
        "{said}"
    );
    assert_eq!(std::fs::read_to_string(data.path().join("backups").join(first)).unwrap(), "an older one");
    let saved = data.path().join("backups").join(second);
    assert_eq!(note_and_migration(&saved).await, ("from before".to_owned(), Some(newest - 1)));
    done(command(&["migrate"], data.path()));
    assert_eq!(files_in(&data.path().join("backups")).len(), 2, "nothing was pending the second time");
    let back = tempfile::tempdir().unwrap();
    let said = done(command(&["restore", &saved.display().to_string()], back.path()));
    assert!(said.contains(&format!("migrated from {} to {newest}", newest - 1)), "{said}");
    let restored = back.path().join("gridfolio.db");
    assert_eq!(note_and_migration(&restored).await, ("from before".to_owned(), Some(newest)));
}

#[tokio::test]
async fn a_migration_that_cannot_begin_leaves_no_backup_behind() {
    let data = tempfile::tempdir().unwrap();
    older(data.path()).await;
    let db = Db::open(&DbOptions::new(file_url(&data.path().join("gridfolio.db")))).await.unwrap();
    let mut tx = db.write().await.unwrap();
    query("UPDATE _sqlx_migrations SET checksum = X'00' WHERE version = 1").execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
    for _ in 0..2 {
        let said = refused(command(&["migrate"], data.path()));
        assert!(said.contains("before-migration-") && said.contains("is removed again"), "{said}");
    }
    assert_eq!(files_in(&data.path().join("backups")), Vec::<String>::new());
}

/// Starts a server, asks it once, and stops it.
fn serve_once(data: &Path) {
    let program = Program::start(command(&["serve"], data), "listens on ");
    assert_eq!(request(&program.address, "GET", "/ready", None, "").0, 200);
    assert!(program.stop().success());
}

#[tokio::test]
async fn serving_makes_the_backup_as_well_and_a_new_folder_needs_none() {
    let data = tempfile::tempdir().unwrap();
    let newest = older(data.path()).await;
    for _ in 0..2 {
        serve_once(data.path());
    }
    assert_eq!(files_in(&data.path().join("backups")), [format!("before-migration-{newest}.db")]);
    let new = tempfile::tempdir().unwrap();
    serve_once(new.path());
    assert_eq!(files_in(new.path()), ["gridfolio.db", "secret.key"]);
}

#[tokio::test]
async fn without_room_for_the_backup_nothing_is_migrated_unless_one_says_so() {
    let data = tempfile::tempdir().unwrap();
    let newest = older(data.path()).await;
    std::fs::write(data.path().join("backups"), "a file where the folder should be").unwrap();
    let said = refused(command(&["migrate"], data.path()));
    assert!(said.contains("was not migrated") && said.contains("--no-backup"), "{said}");
    assert_eq!(note_and_migration(&data.path().join("gridfolio.db")).await.1, Some(newest - 1));
    done(command(&["migrate", "--no-backup"], data.path()));
    assert_eq!(note_and_migration(&data.path().join("gridfolio.db")).await.1, Some(newest));
}

#[tokio::test]
async fn a_dump_of_postgres_is_the_persons_own() {
    let db = TestDb::new(Backend::Postgres).await;
    let (newest, ..) = *MIGRATIONS.last().unwrap();
    // The template has everything: what an older program leaves is made of an empty schema.
    let opened = db.open().await;
    let mut tx = opened.write().await.unwrap();
    query("DROP SCHEMA public CASCADE").execute(&mut tx).await.unwrap();
    query("CREATE SCHEMA public").execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    opened.migrate_as_of(newest - 1).await.unwrap();
    let mut tx = opened.write().await.unwrap();
    query("INSERT INTO setting (name, value) VALUES ('note', 'x')").execute(&mut tx).await.unwrap();
    let unreadable = "CREATE VIEW theirs AS SELECT n FROM generate_series(1, 2) AS n WHERE 1 / (n - n) > 0";
    query(unreadable).execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    opened.close().await;
    let said = done(command(&["migrate", "--database", &db.url], db.folder.path()));
    assert!(said.contains("dumps are yours to make") && said.contains("pg_dump"), "{said}");
    assert!(said.contains(&format!("the database has migration {newest} of {newest}")), "{said}");
    assert!(files_in(db.folder.path()).is_empty());
}
