//! The queue of messages: a mail server that is down, a restart, giving up, keeping, pruning. On both databases.

use std::net::TcpListener;

use gridfolio::messages::outbox;
use gridfolio_db::query;
use gridfolio_testkit::{Backend, SECRET_KEY, TestApp, both};
use serde_json::json;

use super::{HIDDEN, enqueue, job_errors, mail_by, mail_server, rows, to, work};
use crate::program::{Program, gridfolio};

const DAY_MS: i64 = 24 * 3_600_000;

/// A port on which nobody listens.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn states(app: &TestApp) -> Vec<String> {
    rows(app).await.into_iter().map(|(state, _, _)| state).collect()
}

async fn waits_until_the_server_comes_up(backend: Backend) {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let app = TestApp::on_network(backend, mail_by(&format!("smtp://127.0.0.1:{port}"), None)).await;
    enqueue(&app, &to("one@example.org")).await;
    enqueue(&app, &to("two@example.org")).await;
    work(&app).await;
    let errors = job_errors(&app).await;
    assert!(errors[0].starts_with(&format!("smtp://127.0.0.1:{port} cannot be reached: ")), "{errors:?}");
    assert!(errors[1].contains("a moment ago"), "the second did not try: {errors:?}");
    assert_eq!(states(&app).await, ["waiting", "waiting"]);

    let server = mail_server(folder.path(), &json!({"port": port}));
    app.app.clock.advance(60_000);
    work(&app).await;
    assert_eq!(states(&app).await, ["sent", "sent"]);
    let mut to: Vec<_> = server.record().into_iter().map(|mail| mail["to"][0].clone()).collect();
    to.sort_by_key(ToString::to_string);
    assert_eq!(to, ["one@example.org", "two@example.org"]);
    app.app.clock.advance(DAY_MS);
    work(&app).await;
    assert_eq!(server.record().len(), 2, "each once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_waits_until_the_server_comes_up_sqlite() {
    waits_until_the_server_comes_up(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_waits_until_the_server_comes_up_postgres() {
    waits_until_the_server_comes_up(Backend::Postgres).await;
}

async fn gives_up(backend: Backend) {
    let app = TestApp::on_network(backend, mail_by(&format!("smtp://127.0.0.1:{}", free_port()), None)).await;
    enqueue(&app, &to("zoe@example.org")).await;
    for _ in 0..3 {
        work(&app).await;
        assert_eq!(states(&app).await, ["waiting"]);
        app.app.clock.advance(DAY_MS);
    }
    work(&app).await;
    let (state, error, _) = rows(&app).await.pop().unwrap();
    assert!(state == "failed" && error.contains("cannot be reached"), "{state} {error}");
    assert_eq!(job_errors(&app).await, Vec::<String>::new(), "no job is left");
    let held = outbox::list(&app.app).await.unwrap();
    assert!(held[0].content.as_ref().unwrap().text.contains(HIDDEN), "an administrator can read it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_three_days_it_is_given_up_sqlite() {
    gives_up(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_three_days_it_is_given_up_postgres() {
    gives_up(Backend::Postgres).await;
}

both! {
    async fn without_a_way_it_is_kept_and_counted(app) {
        enqueue(&app, &to("zoe@example.org")).await;
        work(&app).await;
        assert_eq!(states(&app).await, ["kept"]);
        let mut snapshot = app.app.db.read().await.unwrap();
        let counts = outbox::counts(&mut snapshot).await.unwrap();
        drop(snapshot);
        assert_eq!((counts.waiting, counts.kept, counts.failed), (0, 1, 0));
        let held = outbox::list(&app.app).await.unwrap();
        let content = held[0].content.as_ref().unwrap();
        assert!(content.to == "zoe@example.org" && content.text.contains(HIDDEN));
        // Queued again where there is still no way: kept again.
        outbox::send(&app.app, &held[0].id).await.unwrap();
        assert_eq!(states(&app).await, ["waiting"]);
        let twice = outbox::send(&app.app, &held[0].id).await.unwrap_err().to_string();
        assert!(twice.contains("waits already"), "{twice}");
        work(&app).await;
        assert_eq!(states(&app).await, ["kept"]);
        outbox::discard(&app.app, &held[0].id).await.unwrap();
        assert_eq!(rows(&app).await.len(), 0);
        assert!(outbox::discard(&app.app, &held[0].id).await.is_err());
    }

    async fn a_message_exists_only_if_its_change_does(app) {
        let mut tx = app.app.db.write().await.unwrap();
        outbox::enqueue_in(&mut tx, &app.app, &to("zoe@example.org")).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(rows(&app).await.len(), 0);
    }

    async fn another_rows_content_does_not_open(app) {
        enqueue(&app, &to("zoe@example.org")).await;
        enqueue(&app, &to("all@example.org")).await;
        let mut tx = app.app.db.write().await.unwrap();
        query("UPDATE message SET sealed = (SELECT sealed FROM message ORDER BY id LIMIT 1)").execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let held = outbox::list(&app.app).await.unwrap();
        assert_eq!(held.iter().filter(|held| held.content.is_ok()).count(), 1);
    }

    async fn old_rows_go(app) {
        let old = |id: &'static str, state: &'static str, days: i64| (id, state, app.app.clock.now_ms() - days * DAY_MS);
        let mut tx = app.app.db.write().await.unwrap();
        for (id, state, at) in [old("a", "sent", 31), old("b", "sent", 29), old("c", "kept", 31), old("d", "failed", 91)] {
            query("INSERT INTO message (id, channel, purpose, sealed, created_at, state) VALUES ($1, 'email', 'alert', $2, $3, $4)")
                .bind(id).bind(Vec::new()).bind(at).bind(state).execute(&mut tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        enqueue(&app, &to("zoe@example.org")).await;
        assert_eq!(states(&app).await, ["kept", "sent", "kept"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_process_queued_another_sends_after_a_restart_and_its_log_tells_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let app = TestApp::new(Backend::Sqlite).await;
    enqueue(&app, &to("zoe@example.org")).await;
    app.app.db.close().await;

    let toml = folder.path().join("gridfolio.toml");
    let smtp = format!(
        "log = \"debug\"\npublic_url = \"http://energy.example.org\"\n[mail]\nsmtp = \"smtp://127.0.0.1:{port}\"\n\
         from = \"g@example.org\"\nuser = \"u\"\npassword = \"{HIDDEN}\"\n"
    );
    std::fs::write(&toml, smtp).unwrap();
    let log = folder.path().join("log");
    let command = |words: &[&str]| {
        let mut command = gridfolio();
        command
            .args(words)
            .args(["--database", &app.db.url, "--secret-key", SECRET_KEY, "--config"])
            .arg(&toml);
        command.arg("--data").arg(folder.path());
        command.stderr(std::fs::File::options().create(true).append(true).open(&log).unwrap());
        command
    };
    let said = || std::fs::read_to_string(&log).unwrap();
    let pause = || std::thread::sleep(std::time::Duration::from_millis(20));

    assert!(command(&["outbox", "send", "--all"]).status().unwrap().success());
    let program = Program::start(command(&["serve"]), "listens on ");
    while !said().contains("cannot be reached") {
        pause();
    }
    assert!(program.stop().success());
    let server = mail_server(folder.path(), &json!({"port": port, "user": "u", "password": HIDDEN}));
    let db = app.db.open().await;
    let mut tx = db.write().await.unwrap();
    query("UPDATE job SET due_at = 0").execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let program = Program::start(command(&["serve"]), "listens on ");
    while server.record().is_empty() {
        pause();
    }
    assert!(program.stop().success());
    assert_eq!(server.record()[0]["user"], "u");
    assert!(said().contains("job failed"), "{}", said());
    for secret in [HIDDEN, "zoe@", "Grüße"] {
        assert!(!said().contains(secret), "{secret}: {}", said());
    }
}
