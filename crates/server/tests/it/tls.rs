//! TLS as clients meet it: a certificate of our own, one that is renewed, one that is broken, clients that are slow.

use std::fs;
use std::io::{BufRead as _, Read as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener as _;
use gridfolio::net::port::Port;
use gridfolio::net::tls::{Certificate, TlsFiles};
use gridfolio_testkit::files;
use serde_json::Value;

use crate::program::{Program, gridfolio, request};
use crate::reference::{python, succeeded};

/// Makes `NAME.pem` and `NAME.key` for 127.0.0.1, signed by itself.
pub(crate) fn make_certificate(folder: &Path, name: &str, algorithm: &[&str]) {
    let output = Command::new("openssl")
        .args(["req", "-x509", "-nodes", "-days", "2", "-newkey"])
        .args(algorithm)
        .args(["-subj", &format!("/CN={name}"), "-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .arg(folder.join(format!("{name}.key")))
        .arg("-out")
        .arg(folder.join(format!("{name}.pem")))
        .output()
        .expect("openssl is installed by scripts/test");
    succeeded(&output);
}

pub(crate) const ELLIPTIC: &[&str] = &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];

fn call(address: &str, trusted: &Path, path: &str) -> Value {
    let script = files::repository("crates/server/tests/py/tls_call.py");
    let output = Command::new(python()).arg(script).arg(address).arg(trusted).arg(path).output().unwrap();
    serde_json::from_str(&succeeded(&output)).unwrap()
}

fn serve(folder: &Path, cert: &Path, key: &Path) -> Command {
    let mut command = gridfolio();
    command.args(["serve", "--data"]).arg(folder.join("data"));
    command.arg("--tls-cert").arg(cert).arg("--tls-key").arg(key);
    command
}

#[test]
fn python_calls_over_tls_and_takes_a_renewed_certificate() {
    let folder = tempfile::tempdir().unwrap();
    make_certificate(folder.path(), "old", ELLIPTIC);
    make_certificate(folder.path(), "new", &["rsa:2048"]);
    let path = |name: &str| folder.path().join(name);
    let install = |name: &str| {
        fs::copy(path(&format!("{name}.pem")), path("live.pem")).unwrap();
        fs::copy(path(&format!("{name}.key")), path("live.key")).unwrap();
    };
    install("old");
    let mut command = serve(folder.path(), &path("live.pem"), &path("live.key"));
    command.stderr(Stdio::piped());
    let mut program = Program::start(command, "listens on ");
    let mut log = program.errors().lines().map(Result::unwrap);
    let mut wait_for = |text: &str| log.find(|line| line.contains(text)).expect("the log goes on");

    let seen = call(&program.address, &path("old.pem"), "/users/authentication");
    assert_eq!((&seen["status"], &seen["subject"]), (&200.into(), &"old".into()), "{seen}");
    assert_eq!((&seen["protocol"], &seen["alpn"]), (&"TLSv1.3".into(), &"http/1.1".into()), "{seen}");
    assert!(seen["body"]["endpoint"].as_str().unwrap().starts_with("https://127.0.0.1:"), "{seen}");
    let refused = call(&program.address, &path("new.pem"), "/health");
    assert_eq!(refused["error"], "SSLCertVerificationError", "the client does look at the certificate");

    install("new");
    program.signal("HUP");
    wait_for("new connections get the certificate");
    assert_eq!(call(&program.address, &path("new.pem"), "/health")["subject"], "new");

    fs::write(path("live.key"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").unwrap();
    program.signal("HUP");
    let line = wait_for("the certificate stays the old one");
    assert!(line.contains("tls-key"), "{line}");
    assert_eq!(call(&program.address, &path("new.pem"), "/health")["subject"], "new");
    assert!(program.stop().success());
}

#[test]
fn silent_clients_hold_up_nobody_and_do_not_keep_the_server() {
    let folder = tempfile::tempdir().unwrap();
    make_certificate(folder.path(), "own", ELLIPTIC);
    let path = |name: &str| folder.path().join(name);
    let program = Program::start(serve(folder.path(), &path("own.pem"), &path("own.key")), "listens on ");
    let silent: Vec<_> = (0..200).map(|_| TcpStream::connect(&program.address).unwrap()).collect();
    assert_eq!(call(&program.address, &path("own.pem"), "/health")["status"], 200);
    assert!(program.stop().success());
    drop(silent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handshake_that_takes_too_long_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    make_certificate(folder.path(), "own", ELLIPTIC);
    let files = TlsFiles { cert: folder.path().join("own.pem"), key: folder.path().join("own.key") };
    let certificate = Arc::new(Certificate::load(files).unwrap());
    let any = "127.0.0.1:0".parse().unwrap();
    let mut port = Port::bind_within(any, certificate, Duration::from_millis(20)).await.unwrap();
    let address = port.local_addr().unwrap();
    let accepting = tokio::spawn(async move { port.accept().await.1 });
    let read = tokio::task::spawn_blocking(move || TcpStream::connect(address).unwrap().read(&mut [0; 1]));
    let ended = read.await.unwrap();
    assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
    assert!(!accepting.is_finished(), "the silent client is no connection");
    accepting.abort();
}

#[test]
fn bad_files_are_named_with_their_rule() {
    let folder = tempfile::tempdir().unwrap();
    make_certificate(folder.path(), "one", ELLIPTIC);
    make_certificate(folder.path(), "two", ELLIPTIC);
    let path = |name: &str| folder.path().join(name);
    fs::write(path("empty"), "").unwrap();
    fs::write(path("broken"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    for (cert, key, named) in [
        ("none.pem", "one.key", "tls-cert: "),
        ("one.pem", "none.key", "tls-key: "),
        ("empty", "one.key", "must hold a certificate"),
        ("one.pem", "empty", "must hold a private key"),
        ("one.key", "one.key", "must hold a certificate"),
        ("one.pem", "two.key", "is not the key of the certificate"),
        ("broken", "one.key", "the first certificate cannot be read"),
    ] {
        let mut command = serve(folder.path(), &path(cert), &path(key));
        let output = command.args(["--listen", "127.0.0.1:0"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(named), "{cert} {key}: {said}");
    }
    for (given, missing) in [("--tls-cert", "tls-key: "), ("--tls-key", "tls-cert: ")] {
        let output = gridfolio()
            .args(["serve", "--listen", "127.0.0.1:0", given, "x", "--data"])
            .arg(path("data"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(missing) && said.contains(given), "{said}");
    }
}

#[test]
fn a_hangup_does_not_end_a_server_without_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = gridfolio();
    command.args(["serve", "--data"]).arg(folder.path()).stderr(Stdio::piped());
    let mut program = Program::start(command, "listens on ");
    let mut log = program.errors().lines().map(Result::unwrap);
    program.signal("HUP");
    assert!(log.any(|line| line.contains("there is no certificate")));
    assert_eq!(request(&program.address, "GET", "/health", None, "").0, 200);
    assert!(program.stop().success());
}
