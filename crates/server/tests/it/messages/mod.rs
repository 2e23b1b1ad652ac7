//! Messages to people, against a mail server and a provider of text messages that are real.

mod command;
mod mail;
mod queue;
mod sms;

use std::path::Path;

use gridfolio::app::Outside;
use gridfolio::kit::access::Actor;
use gridfolio::kit::jobs;
use gridfolio::kit::tx::{Change, Tx};
use gridfolio::messages::{self, MailConfig, Message, MessagesConfig, Purpose};
use gridfolio::net::trust::Trust;
use gridfolio::worker::JOBS;
use gridfolio_db::query;
use gridfolio_testkit::{Backend, TestApp};
use serde_json::{Value, json};

use crate::helper::Helper;

const FROM: &str = "Gridfolio <gridfolio@energy.example.org>";
/// What no log, no error and no plain column may hold.
const HIDDEN: &str = "xK3-p9-temporary";

/// A mail server with options of `smtp_server.py`.
fn mail_server(folder: &Path, options: &Value) -> Helper {
    Helper::start("smtp_server.py", &folder.join("mail"), &[&options.to_string()])
}

fn mail_by(smtp: &str, credentials: Option<(&str, &str)>) -> Outside {
    let mail = MailConfig::new(smtp, FROM, credentials).unwrap();
    let messages = MessagesConfig { mail: Some(mail), ..MessagesConfig::default() };
    Outside { messages, ..Outside::default() }
}

/// An application that sends mail by a server, which it trusts if it has a certificate.
async fn sending(
    scheme: &str,
    server: &Helper,
    credentials: Option<(&str, &str)>,
    cert: Option<&Path>,
) -> TestApp {
    let outside = mail_by(&format!("{scheme}://127.0.0.1:{}", server.port), credentials);
    let trust = cert.map_or_else(Trust::default, |cert| Trust::with_file(cert).unwrap());
    TestApp::on_network(Backend::Sqlite, Outside { trust, ..outside }).await
}

fn to(address: &str) -> Message {
    let text = format!("Hello,\n\nyour temporary password is {HIDDEN}\n.\nZoë\n");
    Message::mail(Purpose::Invitation, address, "Grüße from Gridfolio", text)
}

async fn enqueue(app: &TestApp, message: &Message) {
    let mut tx = Tx::begin(&app.app, Actor::command("test")).await.unwrap();
    messages::enqueue(&mut tx, message).await.unwrap();
    tx.commit(Change::default()).await.unwrap();
}

/// Works until nothing is due.
async fn work(app: &TestApp) {
    while jobs::work_once(&app.app, JOBS).await.unwrap() {}
}

/// Enqueues a message and works; returns the state and the error.
async fn outcome(app: &TestApp, message: &Message) -> (String, String) {
    enqueue(app, message).await;
    work(app).await;
    let (state, error, _) = rows(app).await.pop().unwrap();
    (state, error)
}

/// State, error and sealed bytes of all messages, the oldest first.
async fn rows(app: &TestApp) -> Vec<(String, String, Vec<u8>)> {
    let mut snapshot = app.app.db.read().await.unwrap();
    query("SELECT state, COALESCE(last_error, ''), sealed FROM message ORDER BY created_at, id")
        .all(&mut snapshot)
        .await
        .unwrap()
}

/// What jobs left behind.
async fn job_errors(app: &TestApp) -> Vec<String> {
    let mut snapshot = app.app.db.read().await.unwrap();
    let found: Vec<(Option<String>,)> =
        query("SELECT last_error FROM job ORDER BY due_at, id").all(&mut snapshot).await.unwrap();
    found.into_iter().filter_map(|(error,)| error).collect()
}

fn tls(folder: &Path, kind: &str) -> Value {
    json!({"tls": kind, "cert": folder.join("own.pem"), "key": folder.join("own.key")})
}
