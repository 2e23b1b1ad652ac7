//! Who calls, as the log tells it, and which pages may.

use std::fs;
use std::io::{BufRead as _, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gridfolio::kit::origin::Network;
use gridfolio_testkit::{Backend, Call, Reply, Role, TestApp};
use serde_json::Value;

use crate::program::{Program, gridfolio, request, sign_in};

/// Sends a request with headers of its own; gives status, request id and the length of the body.
pub(crate) fn ask(address: &str, path: &str, headers: &str) -> (u64, String, u64) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let id = head.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap();
    (head[9..12].parse().unwrap(), id.to_owned(), body.len() as u64)
}

fn serve(folder: &Path) -> Command {
    let mut command = gridfolio();
    command.args(["serve", "--log-format", "json", "--data"]).arg(folder).stderr(Stdio::piped());
    command
}

fn claims(token: &str) -> Value {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&claims).unwrap()
}

/// The lines of requests, each one JSON object.
fn lines_of_requests(program: &mut Program) -> impl Iterator<Item = Value> + use<> {
    let lines = program.errors().lines().map(|line| {
        let line = line.unwrap();
        serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"))
    });
    lines.filter(|line: &Value| line["target"] == "gridfolio::request")
}

#[test]
fn every_request_has_one_line_with_the_id_of_its_answer_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let mut add = gridfolio()
        .args(["user", "add", "a@example.org", "--first", "A", "--last", "B", "--password-stdin", "--data"])
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    add.stdin.take().unwrap().write_all(b"a password for logs\n").unwrap();
    assert!(add.wait().unwrap().success());
    let mut program = Program::start(serve(folder.path()), "listens on ");
    let address = program.address.clone();
    let (_, facts) = request(&address, "GET", "/users/authentication", None, "");
    let facts: Value = serde_json::from_str(&facts).unwrap();
    let token =
        sign_in(&address, facts["clientId"].as_str().unwrap(), "a@example.org", "a password for logs");
    let authorization = format!("Authorization: Bearer {token}\r\n");
    let read = ask(&address, "/projects/P1?secret=in-the-query", &authorization);
    let lost = ask(&address, "/no/such/path", "X-Forwarded-For: 198.51.100.7\r\nX-Request-Id: mine\r\n");
    assert_eq!(request(&address, "GET", "/profile", Some(&token), "").0, 200);
    program.signal("TERM");
    let lines: Vec<Value> = lines_of_requests(&mut program).collect();
    assert_eq!(lines.len(), 5, "{lines:#?}");
    for line in &lines {
        assert!(
            line["timestamp"].is_string() && line["took_ms"].is_f64() && line["level"] == "INFO",
            "{line}"
        );
        assert!(line["address"] == "127.0.0.1" && line["method"].is_string(), "{line}");
        for secret in ["in-the-query", &token, "a password for logs"] {
            assert!(!line.to_string().contains(secret), "{line}");
        }
    }
    let (read_line, lost_line, signed_in) = (&lines[2], &lines[3], &lines[1]);
    let pairs = [
        ("id", read.1.as_str()),
        ("route", "/projects/{projectId}"),
        ("operation", "get_project"),
        ("path", "/projects/P1"),
        ("method", "GET"),
    ];
    for (name, value) in pairs {
        assert_eq!(read_line[name], value, "{read_line}");
    }
    assert_eq!((&read_line["status"], &read_line["bytes"]), (&read.0.into(), &read.2.into()), "{read_line}");
    assert_eq!(read_line["user"], claims(&token)["sub"], "{read_line}");
    assert_eq!((&lost_line["id"], &lost_line["status"]), (&lost.1.as_str().into(), &404.into()));
    assert_ne!(lost.1, "mine", "a stranger chooses no id");
    assert!(lost_line.get("operation").is_none() && lost_line.get("user").is_none(), "{lost_line}");
    assert_eq!((&signed_in["operation"], &signed_in["method"]), (&"sign_in".into(), &"POST".into()));
}

#[test]
fn a_trusted_proxy_names_the_caller_and_the_request() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("gridfolio.toml"),
        "trusted_proxies = [\"127.0.0.0/8\", \"10.0.0.0/8\"]\ncors_origins = []\n",
    )
    .unwrap();
    let mut program = Program::start(serve(folder.path()), "listens on ");
    let address = program.address.clone();
    let asked = [
        (
            "X-Forwarded-For: 1.1.1.1, 198.51.100.7, 10.1.2.3\r\nX-Request-Id: from-proxy.1\r\n",
            "198.51.100.7",
        ),
        (
            "X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-For: nonsense\r\nX-Request-Id: no good\r\n",
            "127.0.0.1",
        ),
        ("", "127.0.0.1"),
    ];
    let ids: Vec<String> = asked.iter().map(|(headers, _)| ask(&address, "/health", headers).1).collect();
    assert_eq!(ids[0], "from-proxy.1");
    assert_ne!(ids[1], "no good");
    program.signal("TERM");
    let lines: Vec<Value> = lines_of_requests(&mut program).collect();
    assert_eq!(lines.len(), 3);
    for ((line, id), (_, caller)) in lines.iter().zip(&ids).zip(asked) {
        assert_eq!((&line["id"], &line["address"]), (&id.as_str().into(), &caller.into()), "{line}");
    }
}

#[test]
fn values_that_do_not_fit_are_named() {
    let folder = tempfile::tempdir().unwrap();
    for (toml, said) in [
        ("trusted_proxies = [\"10.0.0.0/8\", \"proxy\"]", "must be an address or a network"),
        ("metrics_from = \"10.0.0.0/99\"", "must be an address or a network"),
        ("cors_origins = [\"https://app.example.org/\"]", "must be * or an origin"),
        ("cors_origins = [1]", "cors_origins: must be a list of texts"),
        ("listen = [\"127.0.0.1:0\"]", "listen: must be a text"),
    ] {
        fs::write(folder.path().join("gridfolio.toml"), toml).unwrap();
        let output = gridfolio().args(["serve", "--data"]).arg(folder.path()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && text.contains(said), "{toml}: {text}");
        assert!(
            text.contains("gridfolio.toml: ") && text.contains(toml.split(' ').next().unwrap()),
            "{text}"
        );
    }
}

async fn preflight(app: &TestApp, origin: &str) -> Reply {
    let call = Call::new(Method::OPTIONS, "/projects/P1").by(Role::Anonymous).header("origin", origin);
    let call = call.header("access-control-request-method", "PUT");
    call.header("access-control-request-headers", "authorization").send(app).await
}

async fn listed_pages_may_call_and_others_may_not(backend: Backend) {
    let cors_origins =
        vec!["https://app.example.org".parse().unwrap(), "http://localhost:5173".parse().unwrap()];
    let app = TestApp::on_network(backend, Network { cors_origins, ..Network::default() }).await;
    for origin in ["https://app.example.org", "http://localhost:5173"] {
        let reply = preflight(&app, origin).await;
        reply.must_be(200);
        assert_eq!(reply.headers["access-control-allow-origin"], origin);
        assert_eq!(reply.headers["access-control-allow-headers"], "authorization");
        assert!(reply.headers.get_all("vary").iter().any(|v| v.to_str().unwrap().contains("origin")));
        let read = Call::new(Method::GET, "/projects").header("origin", origin).send(&app).await;
        read.must_be(200);
        assert_eq!(read.headers["access-control-allow-origin"], origin);
    }
    let metrics = Call::new(Method::GET, "/metrics").by(Role::Anonymous);
    let metrics = metrics.header("origin", "https://app.example.org").send(&app).await;
    assert!(!metrics.headers.contains_key("access-control-allow-origin"), "no page may read the metrics");
    for origin in ["https://evil.example.org", "https://app.example.org.evil", "null"] {
        assert!(!preflight(&app, origin).await.headers.contains_key("access-control-allow-origin"));
        let read = Call::new(Method::GET, "/projects").header("origin", origin).send(&app).await;
        assert!(!read.headers.contains_key("access-control-allow-origin"), "{origin}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cors_on_sqlite() {
    listed_pages_may_call_and_others_may_not(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cors_on_postgres() {
    listed_pages_may_call_and_others_may_not(Backend::Postgres).await;
}
