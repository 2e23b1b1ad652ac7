//! `gridfolio backup`: what it writes, and what it refuses.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use super::{command, done, file_url, files_in, hashes, import, meter_file, refused};

#[tokio::test]
async fn a_backup_is_one_private_file_with_everything_in_it() {
    let (data, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    meter_file(&data.path().join("m.csv"), 3000);
    done(import(&data.path().join("m.csv"), data.path()));
    let file = elsewhere.path().join("it's a backup.db");
    let said = done(command(&["backup", &file.display().to_string()], data.path()));
    assert!(said.contains(": ") && said.contains("3000 datums, ") && said.contains(" rows of "), "{said}");
    assert!(said.contains("The secret key is not in it"), "{said}");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(files_in(elsewhere.path()), ["it's a backup.db"]);
    let original = hashes(&file_url(&data.path().join("gridfolio.db"))).await;
    assert_eq!(hashes(&file_url(&file)).await, original);
    let secret = std::fs::read_to_string(data.path().join("secret.key")).unwrap();
    let bytes = std::fs::read(&file).unwrap();
    assert!(!bytes.windows(secret.trim().len()).any(|window| window == secret.trim().as_bytes()));
}

#[test]
fn nothing_is_overwritten_and_nothing_is_made_of_nothing() {
    let (data, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = elsewhere.path().join("b.db").display().to_string();
    let said = refused(command(&["backup", &file], data.path()));
    assert!(said.contains("there is no database") && said.contains("--data"), "{said}");
    assert!(files_in(data.path()).is_empty() && files_in(elsewhere.path()).is_empty());
    done(command(&["migrate"], data.path()));
    std::fs::write(&file, "mine").unwrap();
    let said = refused(command(&["backup", &file], data.path()));
    assert!(said.contains("exists already: a backup overwrites nothing"), "{said}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    let nowhere = elsewhere.path().join("no/such/folder.db").display().to_string();
    let said = refused(command(&["backup", &nowhere], data.path()));
    assert!(said.contains("the backup was not made"), "{said}");
}

/// The largest file that the command may write is smaller than the backup, as on a full disk.
#[test]
fn a_full_disk_leaves_no_backup() {
    let (data, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    meter_file(&data.path().join("m.csv"), 30_000);
    done(import(&data.path().join("m.csv"), data.path()));
    let mut limited = Command::new("bash");
    limited.arg("-c").arg("trap '' XFSZ; ulimit -f 64; exec \"$0\" backup \"$1\" --data \"$2\"");
    limited.arg(env!("CARGO_BIN_EXE_gridfolio")).arg(elsewhere.path().join("b.db")).arg(data.path());
    let said = refused(limited);
    assert!(said.contains("the backup was not made"), "{said}");
    assert!(files_in(elsewhere.path()).is_empty(), "{:?}", files_in(elsewhere.path()));
}

#[test]
fn a_damaged_database_is_not_taken_for_a_backup() {
    let (data, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    done(command(&["migrate"], data.path()));
    // A row without its parent, as a program that does not ask for foreign keys would leave it.
    let orphan = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); \
        c.execute(\"INSERT INTO site VALUES ('P', 'S1', 1, '{}', 0, 0)\"); c.commit(); c.close()";
    let python = Command::new("python3").arg("-c").arg(orphan).arg(data.path().join("gridfolio.db")).status();
    assert!(python.unwrap().success());
    let file = elsewhere.path().join("b.db").display().to_string();
    let said = refused(command(&["backup", &file], data.path()));
    assert!(said.contains("1 rows refer to rows that do not exist"), "{said}");
    assert!(files_in(elsewhere.path()).is_empty());
}
