//! `gridfolio outbox`, the configuration and what `doctor` says, as an administrator meets them.

use std::path::Path;
use std::process::Output;

use gridfolio_testkit::{Backend, SECRET_KEY, TestApp, both};

use super::{HIDDEN, enqueue, rows, to};
use crate::program::gridfolio;

fn run(app: &TestApp, words: &[&str]) -> (bool, String) {
    let mut command = gridfolio();
    command.args(words).arg("--data").arg(app.db.folder.path());
    command.args(["--database", &app.db.url, "--secret-key", SECRET_KEY]);
    told(&command.output().unwrap())
}

fn told(output: &Output) -> (bool, String) {
    let all = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    (output.status.success(), String::from_utf8_lossy(&all).into_owned())
}

fn good(app: &TestApp, words: &[&str]) -> String {
    let (success, said) = run(app, words);
    assert!(success, "{words:?}: {said}");
    said
}

both! {
    async fn an_administrator_lists_reads_sends_and_drops(app) {
        assert_eq!(good(&app, &["outbox"]), "");
        enqueue(&app, &to("zoe@example.org")).await;
        app.app.clock.advance(1000);
        enqueue(&app, &to("uwe@example.org")).await;
        let list = good(&app, &["outbox"]);
        let lines: Vec<&str> = list.lines().collect();
        assert_eq!(lines.len(), 2, "{list}");
        for part in ["2025-06-15T12:00:00Z  kept ", "invitation ", "email  zoe@example.org  Grüße from Gridfolio"] {
            assert!(lines[0].contains(part), "{part}: {list}");
        }
        assert!(!list.contains(HIDDEN), "a list tells no text");
        let id = lines[0].split_whitespace().next().unwrap();
        let whole = good(&app, &["outbox", "show", id]);
        assert!(whole.contains("To: zoe@example.org\n") && whole.contains(HIDDEN), "{whole}");

        assert!(good(&app, &["outbox", "send", id]).contains("the running server sends it"));
        assert!(good(&app, &["outbox", "send", "--all"]).starts_with("1 are queued"));
        assert!(rows(&app).await.iter().all(|(state, _, _)| state == "waiting"));
        assert!(good(&app, &["outbox", "drop", id]).contains("is gone"));
        assert_eq!(good(&app, &["outbox"]).lines().count(), 1);
        for words in [["outbox", "show", id], ["outbox", "drop", id], ["outbox", "send", id]] {
            let (success, said) = run(&app, &words);
            assert!(!success && said.contains("holds no message"), "{said}");
        }
        for words in [vec!["outbox", "send"], vec!["outbox", "send", "x", "--all"]] {
            assert!(!run(&app, &words).0, "{words:?}");
        }
    }

    async fn doctor_and_metrics_count_messages(app) {
        let (right, said) = run(&app, &["doctor"]);
        assert!(said.contains("ok       messages to people: 0 wait, 0 are kept, 0 failed"), "{right} {said}");
        assert!(said.contains("mail is kept for `gridfolio outbox`; text messages are kept"), "{said}");
        enqueue(&app, &to("zoe@example.org")).await;
        let (right, said) = run(&app, &["doctor"]);
        assert!(!right && said.contains("problem  messages to people: 0 wait, 1 are kept, 0 failed"), "{said}");
        let ways = ["doctor", "--mail-smtp", "smtps://m.example.org", "--mail-from", "g@example.org",
            "--sms-url", "https://s.example.org/x?key=hidden"];
        let (_, said) = run(&app, &ways);
        assert!(said.contains("ok       mail goes to smtps://m.example.org:465; text messages go to https://s.example.org:443\n"), "{said}");
        let (right, said) = run(&app, &["doctor", "--mail-smtp", "m.example.org", "--mail-from", "g@example.org"]);
        assert!(!right && said.contains("problem  mail.smtp: must be "), "{said}");
    }
}

fn serve(folder: &Path, words: &[&str]) -> (bool, String) {
    let mut command = gridfolio();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder).args(words);
    told(&command.output().unwrap())
}

#[tokio::test]
async fn what_does_not_fit_stops_the_start_with_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let secret = format!("smtp://u:{HIDDEN}@h");
    let hidden_url = format!("ftp://h/?key={HIDDEN}");
    for (words, key) in [
        (vec!["--mail-smtp", "http://h", "--mail-from", "a@example.org"], "mail.smtp: "),
        (vec!["--mail-smtp", &secret, "--mail-from", "a@example.org"], "mail.smtp: "),
        (vec!["--mail-smtp", "smtp://h"], "mail.from: "),
        (vec!["--mail-smtp", "smtp://h", "--mail-from", "nobody"], "mail.from: "),
        (vec!["--mail-from", "a@example.org"], "mail.smtp: "),
        (vec!["--mail-user", "u"], "mail.password: "),
        (vec!["--mail-password", HIDDEN], "mail.user: "),
        (
            vec![
                "--mail-smtp",
                "smtp://h",
                "--mail-from",
                "a@example.org",
                "--mail-user",
                "u",
                "--mail-password",
                HIDDEN,
            ],
            "mail.password: ",
        ),
        (vec!["--mail-operators", "a@example.org,b"], "mail.operators: "),
        (vec!["--sms-url", &hidden_url], "sms.url: "),
        (vec!["--sms-token", HIDDEN], "sms.url: "),
        (vec!["--sms-url", "https://h/", "--sms-token", "a\nb"], "sms.token: "),
        (vec!["--trusted-authorities", "none.pem"], "trusted-authorities: "),
    ] {
        let (success, said) = serve(folder.path(), &words);
        assert!(!success && said.contains(key), "{words:?}: {said}");
        assert!(!said.contains(HIDDEN), "{words:?}: {said}");
    }
}

#[tokio::test]
async fn another_installations_key_opens_no_message() {
    let app = TestApp::new(Backend::Sqlite).await;
    enqueue(&app, &to("zoe@example.org")).await;
    let mut command = gridfolio();
    command.args(["outbox", "--database", &app.db.url, "--data"]).arg(app.db.folder.path());
    command.args(["--secret-key", "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg="]);
    let (success, said) = told(&command.output().unwrap());
    assert!(success && said.contains("cannot be opened") && !said.contains("zoe"), "{said}");
}
