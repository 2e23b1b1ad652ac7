//! People on the machine itself: the commands that help when nobody can sign in.

use std::path::Path;

use crate::program::gridfolio;

/// Runs a command; whether it ended well, and all that it said.
fn run(data: &Path, words: &[&str]) -> (bool, String) {
    let output = gridfolio().arg("user").args(words).arg("--data").arg(data).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout) + &text(&output.stderr))
}

fn done(data: &Path, words: &[&str]) -> String {
    let (well, said) = run(data, words);
    assert!(well, "{words:?}: {said}");
    said
}

fn refused(data: &Path, words: &[&str]) -> String {
    let (well, said) = run(data, words);
    assert!(!well, "{words:?}: {said}");
    said
}

#[test]
fn groups_are_given_and_taken_and_one_administrator_stays() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    done(data, &["add", "a@example.org", "--first", "A", "--last", "B", "--admin"]);
    done(data, &["add", "f@example.org", "--first", "F", "--last", "G", "--type", "field technician"]);
    let before = done(data, &["groups", "f@example.org"]);
    assert!(before.contains("media-edit\n") && !before.contains("export"), "{before}");
    let after = done(data, &["groups", "F@example.org", "--add", "export", "--remove", "media-edit"]);
    assert!(!after.contains("media-edit") && after.contains("export\n"), "{after}");
    assert_eq!(done(data, &["groups", "f@example.org"]), after);
    assert!(refused(data, &["groups", "f@example.org", "--add", "fly"]).contains("projects-view"));
    assert!(refused(data, &["groups", "n@example.org"]).contains("there is no user n@example.org"));
    for words in [vec!["remove", "a@example.org"], vec!["groups", "a@example.org", "--remove", "users-edit"]]
    {
        assert!(refused(data, &words).contains("the last account"), "{words:?}");
    }
    done(data, &["groups", "f@example.org", "--add", "users-edit"]);
    done(data, &["remove", "a@example.org"]);
    let listed = done(data, &["list"]);
    assert!(!listed.contains("a@example.org") && listed.contains("f@example.org"), "{listed}");
}

#[test]
fn an_address_is_changed_and_the_old_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    done(data, &["add", "a@example.org", "--first", "A", "--last", "B", "--admin"]);
    done(data, &["add", "f@example.org", "--first", "F", "--last", "G"]);
    assert!(refused(data, &["address", "a@example.org", "F@example.org"]).contains("exists already"));
    assert!(refused(data, &["address", "a@example.org", "no address"]).contains("email: "));
    done(data, &["address", "A@example.org", "n@example.org"]);
    let listed = done(data, &["list"]);
    assert!(listed.contains("n@example.org") && !listed.contains("a@example.org"), "{listed}");
    let outbox = gridfolio().args(["outbox", "--data"]).arg(data).output().unwrap();
    let outbox = String::from_utf8_lossy(&outbox.stdout).into_owned();
    assert!(outbox.contains("address-change") && outbox.contains("a@example.org"), "{outbox}");
}

#[test]
fn a_lost_second_factor_is_reset() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    done(data, &["add", "a@example.org", "--first", "A", "--last", "B", "--admin"]);
    assert!(done(data, &["mfa-reset", "a@example.org"]).contains("no second factor"));
    assert!(refused(data, &["mfa-reset", "n@example.org"]).contains("there is no user"));
}
