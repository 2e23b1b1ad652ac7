//! Calls to other servers, against one that is real: what it answers, where it fails, and what errors tell.

use std::path::Path;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use gridfolio::net::fetch::{Fetch, FetchError};
use gridfolio::net::trust::Trust;

use crate::helper::Helper;
use crate::tls::{ELLIPTIC, make_certificate};

fn fetch() -> Fetch {
    Fetch::new(&Trust::default()).unwrap()
}

fn start(folder: &Path) -> (Helper, String) {
    let server = Helper::start("http_server.py", &folder.join("record"), &[]);
    let url = format!("http://127.0.0.1:{}", server.port);
    (server, url)
}

fn said<T: std::fmt::Debug>(outcome: Result<T, FetchError>) -> String {
    outcome.unwrap_err().to_string()
}

#[tokio::test]
async fn it_reads_json_and_posts() {
    let folder = tempfile::tempdir().unwrap();
    let (server, url) = start(folder.path());
    assert_eq!(fetch().get_json(&format!("{url}/json?a=b")).await.unwrap()["said"], "hello");
    let headers = HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static("Bearer word"))]);
    let answer = fetch().post(&format!("{url}/status/202"), headers, r#"{"to":"ü"}"#).await.unwrap();
    assert_eq!((answer.status.as_u16(), &answer.body[..]), (202, &b"{}"[..]));
    let record = server.record();
    assert_eq!((&record[0]["method"], &record[0]["path"]), (&"GET".into(), &"/json?a=b".into()));
    assert_eq!(record[0]["headers"]["host"], format!("127.0.0.1:{}", server.port));
    assert_eq!((&record[1]["method"], &record[1]["body"]), (&"POST".into(), &r#"{"to":"ü"}"#.into()));
    assert_eq!(record[1]["headers"]["authorization"], "Bearer word");
}

#[tokio::test]
async fn it_follows_nothing_and_reads_no_more_than_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let (server, url) = start(folder.path());
    let get = async |path: &str| said(fetch().get_json(&format!("{url}{path}")).await);
    assert_eq!(get("/redirect").await, format!("{url}: answered 302 Found"));
    assert_eq!(get("/status/404?key=hidden").await, format!("{url}: answered 404 Not Found"));
    assert_eq!(get("/words").await, format!("{url}: the answer is not JSON"));
    assert_eq!(get("/large").await, format!("{url}: the answer is larger than 1048576 bytes"));
    assert_eq!(server.record().len(), 4, "the redirect was not followed");
    let hasty = fetch().within(Duration::from_millis(50), 1000);
    assert_eq!(
        said(hasty.get_json(&format!("{url}/stalls")).await),
        format!("{url}: no whole answer within 0.05 s")
    );
}

#[tokio::test]
async fn errors_name_the_server_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (server, url) = start(folder.path());
    drop(server);
    let gone = said(fetch().get_json(&format!("{url}/hidden?token=hidden")).await);
    assert!(gone.starts_with(&format!("{url}: cannot connect: ")) && !gone.contains("hidden"), "{gone}");
    let nowhere = said(fetch().get_json("http://nowhere.invalid/hidden").await);
    assert!(nowhere.starts_with("http://nowhere.invalid:80: cannot connect: "), "{nowhere}");
    for bad in ["", "x", "ftp://h/hidden", "https:///hidden", "http://me:hidden@127.0.0.1/", "/hidden"] {
        let refused = said(fetch().get_json(bad).await);
        assert!(refused.contains("must be http:// or https://") && !refused.contains("hidden"), "{refused}");
    }
}

#[tokio::test]
async fn servers_prove_their_names() {
    let folder = tempfile::tempdir().unwrap();
    make_certificate(folder.path(), "own", ELLIPTIC);
    let path = |name: &str| folder.path().join(name).display().to_string();
    let server =
        Helper::start("http_server.py", &folder.path().join("record"), &[&path("own.pem"), &path("own.key")]);
    let url = format!("https://127.0.0.1:{}/json", server.port);
    let refused = said(fetch().get_json(&url).await);
    assert!(refused.contains("no TLS: ") && refused.contains("UnknownIssuer"), "{refused}");
    let trust = Trust::with_file(&folder.path().join("own.pem")).unwrap();
    assert_eq!(Fetch::new(&trust).unwrap().get_json(&url).await.unwrap()["said"], "hello");
    // Trusted, but for another name than the one that was called.
    let other = format!("https://localhost:{}/json", server.port);
    let refused = said(Fetch::new(&trust).unwrap().get_json(&other).await);
    assert!(refused.contains("no TLS: "), "{refused}");
    for (file, rule) in [("own.key", "must hold certificates"), ("none", "No such file")] {
        let refused = Trust::with_file(&folder.path().join(file)).unwrap_err();
        assert!(refused.starts_with("trusted-authorities: ") && refused.contains(rule), "{refused}");
    }
}
