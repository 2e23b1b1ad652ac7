//! `/metrics`: what it says is parsed strictly, counted right, bounded, explained, and not for everybody.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use axum::http::Method;
use gridfolio::kit::jobs::{self, Job};
use gridfolio_testkit::{Backend, Call, TestApp, files, samples};

use crate::network::ask;
use crate::program::{Program, gridfolio, request};

/// Samples by their name and labels, families by name and type.
#[derive(Debug, Default)]
struct Page {
    families: BTreeMap<String, String>,
    samples: BTreeMap<String, f64>,
}

impl Page {
    fn value(&self, series: &str) -> f64 {
        *self.samples.get(series).unwrap_or_else(|| panic!("no {series} in {:#?}", self.samples))
    }

    fn series(&self, name: &str) -> usize {
        self.samples.keys().filter(|series| series.starts_with(&format!("{name}{{"))).count()
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

/// The text format 0.0.4, as strict as this server writes it: help, type, then the samples of the family.
fn parse(text: &str) -> Result<Page, String> {
    let mut page = Page::default();
    let (mut helped, mut family) = (String::new(), (String::new(), String::new()));
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').ok_or(line)?;
            if !is_name(name) || !help.ends_with('.') {
                return Err(format!("bad help: {line}"));
            }
            name.clone_into(&mut helped);
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').ok_or(line)?;
            if name != helped || !["counter", "gauge", "histogram"].contains(&kind) {
                return Err(format!("bad type: {line}"));
            }
            if page.families.insert(name.to_owned(), kind.to_owned()).is_some() {
                return Err(format!("twice: {line}"));
            }
            family = (name.to_owned(), kind.to_owned());
        } else {
            let (series, value) = line.rsplit_once(' ').ok_or(line)?;
            check_sample(series, &family)?;
            let value = value.parse().map_err(|_| line)?;
            if page.samples.insert(series.to_owned(), value).is_some() {
                return Err(format!("twice: {line}"));
            }
        }
    }
    check_histograms(&page)?;
    Ok(page)
}

fn check_sample(series: &str, (family, kind): &(String, String)) -> Result<(), String> {
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    let suffix = name.strip_prefix(family.as_str()).ok_or(series)?;
    let fits = match kind.as_str() {
        "histogram" => ["_bucket", "_sum", "_count"].contains(&suffix),
        "counter" => suffix.is_empty() && name.ends_with("_total"),
        _ => suffix.is_empty(),
    };
    let labels = labels.strip_suffix('}').ok_or(series)?;
    let pair = |pair: &str| {
        let (label, value) = pair.split_once('=')?;
        let value = value.strip_prefix('"')?.strip_suffix('"')?;
        (is_name(label) && !value.is_empty() && !value.contains(['"', '\\', '\n'])).then_some(())
    };
    let labelled = labels.is_empty() || labels.split(',').all(|text| pair(text).is_some());
    if fits && labelled { Ok(()) } else { Err(format!("bad sample: {series}")) }
}

/// Buckets add up, and the last one holds everything.
fn check_histograms(page: &Page) -> Result<(), String> {
    let mut last: BTreeMap<String, f64> = BTreeMap::new();
    for (series, value) in page.samples.iter().filter(|(series, _)| series.contains("le=\"+Inf\"")) {
        let whole = series.replace("_bucket{", "_count{").replace(",le=\"+Inf\"", "");
        last.insert(whole, *value);
    }
    let counts = page.samples.iter().filter(|(series, _)| series.contains("_seconds_count{"));
    let unequal: Vec<_> = counts.filter(|(series, value)| last.get(*series) != Some(value)).collect();
    let over = page.samples.iter().find(|(series, value)| {
        let (head, tail) = series.split_once(",le=\"").unwrap_or((series, ""));
        let whole = format!("{}}}", head.replace("_bucket{", "_count{"));
        !tail.is_empty() && last.get(&whole).is_none_or(|all| *value > all)
    });
    if unequal.is_empty() && over.is_none() { Ok(()) } else { Err(format!("{unequal:?} {over:?}")) }
}

async fn scrape(app: &TestApp) -> Page {
    let url = app.url();
    let address = url.trim_start_matches("http://").to_owned();
    let (status, text) =
        tokio::task::spawn_blocking(move || request(&address, "GET", "/metrics", None, "")).await.unwrap();
    assert_eq!(status, 200, "{text}");
    parse(&text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

async fn call(app: &TestApp, method: &str, path: String) -> u16 {
    let (url, method) = (app.url(), method.to_owned());
    let address = url.trim_start_matches("http://").to_owned();
    tokio::task::spawn_blocking(move || request(&address, &method, &path, None, "").0).await.unwrap()
}

const KNOWN: &[Job] = &[
    Job { kind: "good", run: |_, _| Box::pin(async { Ok(()) }) },
    Job { kind: "bad", run: |_, _| Box::pin(async { Err(gridfolio::kit::error::ApiError::internal("no")) }) },
];

async fn work(app: &TestApp) {
    let mut tx = app.app.db.write().await.unwrap();
    let now = app.app.clock.now_ms();
    for (id, kind, due_at) in [
        ("a", "good", now - 30_000),
        ("b", "bad", now - 20_000),
        ("c", "made up by somebody", now - 10_000),
        ("d", "good", now - 9_000),
        ("e", "good", now + 600_000),
    ] {
        jobs::enqueue(&mut tx, id, kind, "{}", due_at).await.unwrap();
    }
    tx.commit().await.unwrap();
    for _ in 0..3 {
        assert!(jobs::work_once(&app.app, KNOWN).await.unwrap());
    }
}

async fn it_counts(backend: Backend) {
    let (app, other) = (TestApp::serving(backend).await, TestApp::serving(backend).await);
    for n in 0..3 {
        assert_eq!(call(&app, "GET", "/health".to_owned()).await, 200);
        assert_eq!(call(&app, "GET", format!("/made/up/{n}")).await, 404);
        assert_eq!(call(&app, &format!("BREW{n}"), "/health".to_owned()).await, 405);
        assert_eq!(call(&app, "GET", format!("/projects/P{n}")).await, 401);
    }
    assert_eq!(call(&app, "GET", "/docs".to_owned()).await, 200);
    app.make_tree("PM").await;
    work(&app).await;
    let page = scrape(&app).await;
    let total = |labels: &str| page.value(&format!("gridfolio_http_requests_total{{{labels}}}"));
    assert!((total("method=\"GET\",operation=\"get_health\",status=\"2xx\"") - 3.0).abs() < 0.1);
    assert!((total("method=\"GET\",operation=\"get_project\",status=\"4xx\"") - 3.0).abs() < 0.1);
    assert!((total("method=\"GET\",operation=\"none\",status=\"4xx\"") - 3.0).abs() < 0.1);
    assert!((total("method=\"other\",operation=\"none\",status=\"4xx\"") - 3.0).abs() < 0.1);
    assert!((total("method=\"GET\",operation=\"page\",status=\"2xx\"") - 1.0).abs() < 0.1);
    let health = "gridfolio_http_request_duration_seconds_count{method=\"GET\",operation=\"get_health\"}";
    assert!((page.value(health) - 3.0).abs() < 0.1);
    for (series, value) in [
        ("gridfolio_jobs_total{kind=\"good\",outcome=\"done\"}", 1.0),
        ("gridfolio_jobs_total{kind=\"bad\",outcome=\"failed\"}", 1.0),
        ("gridfolio_jobs_total{kind=\"unknown\",outcome=\"failed\"}", 1.0),
        ("gridfolio_jobs{state=\"waiting\"}", 1.0),
        ("gridfolio_jobs{state=\"later\"}", 3.0),
        ("gridfolio_jobs{state=\"running\"}", 0.0),
        ("gridfolio_jobs_failing", 2.0),
        ("gridfolio_database_up", 1.0),
        ("gridfolio_last_import_timestamp_seconds", 0.0),
        (concat!("gridfolio_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"}"), 1.0),
    ] {
        assert!((page.value(series) - value).abs() < 0.1, "{series}: {}", page.value(series));
    }
    assert!(page.value("gridfolio_jobs_oldest_seconds") >= 9.0);
    assert!(page.value("gridfolio_database_bytes") > 50_000.0);
    assert!(page.value("process_start_time_seconds") > 1.7e9);
    let quiet = scrape(&other).await;
    assert_eq!(quiet.series("gridfolio_http_requests_total"), 0, "two applications count apart");
    let again = scrape(&other).await;
    assert_eq!(again.series("gridfolio_http_requests_total"), 1, "the scrape before");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_counts_on_sqlite() {
    it_counts(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_counts_on_postgres() {
    it_counts(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_gone_is_told() {
    let app = TestApp::serving(Backend::Sqlite).await;
    assert_eq!(call(&app, "GET", "/health".to_owned()).await, 200);
    app.app.db.close().await;
    let page = scrape(&app).await;
    assert!(page.value("gridfolio_database_up").abs() < 0.1);
    assert!(!page.families.contains_key("gridfolio_jobs"), "nothing is made up");
    assert_eq!(page.series("gridfolio_http_requests_total"), 1);
}

/// Names in backquotes in the section on metrics.
/// The server drops the work of a caller who is gone; so does this test, while the work waits to write.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_whose_caller_goes_away_is_counted() {
    let app = TestApp::serving(Backend::Sqlite).await;
    let writing = app.app.db.write().await.unwrap();
    let call = Call::new(Method::POST, "/projects/P").json(&samples::project("P"));
    let patience = std::time::Duration::from_millis(300);
    assert!(tokio::time::timeout(patience, call.send(&app)).await.is_err(), "it waits for the other writer");
    drop(writing);
    let page = scrape(&app).await;
    let gone = page.samples.iter().find(|(series, _)| {
        series.starts_with("gridfolio_http_requests_total{")
            && series.contains("operation=\"create_project\"")
            && series.contains("status=\"4xx\"")
    });
    assert_eq!(gone.map(|(_, count)| *count), Some(1.0), "{:#?}", page.samples);
}

fn explained() -> BTreeSet<String> {
    let text = files::read("docs/operations.md");
    let (_, section) = text.split_once("\n## Metrics\n").expect("the section on metrics");
    let section = section.split("\n## ").next().unwrap();
    let words = section.split('`').skip(1).step_by(2);
    let names = words.map(|word| word.split('{').next().unwrap()).filter(|name| is_name(name));
    names
        .filter(|name| name.starts_with("gridfolio_") || name.starts_with("process_"))
        .map(str::to_owned)
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_metric_is_explained_and_every_explained_one_is_there() {
    let app = TestApp::serving(Backend::Sqlite).await;
    app.make_tree("PM").await;
    work(&app).await;
    crate::import::one_import(&app).await;
    call(&app, "GET", "/health".to_owned()).await;
    let page = scrape(&app).await;
    let served: BTreeSet<String> = page.families.keys().cloned().collect();
    assert_eq!(served, explained());
    assert!((page.value("gridfolio_imports{state=\"done\"}") - 1.0).abs() < 0.1);
    assert!(page.value("gridfolio_imported_datums{effect=\"added\"}") > 0.0);
    assert!(page.value("gridfolio_last_import_timestamp_seconds") > 0.0);
}

fn serve(folder: &Path, flags: &[&str]) -> Program {
    let mut command = gridfolio();
    command.args(["serve", "--data"]).arg(folder).args(flags);
    Program::start(command, "listens on ")
}

#[test]
fn for_most_callers_there_are_no_metrics() {
    let folder = tempfile::tempdir().unwrap();
    let status = |program: &Program, headers: &str| ask(&program.address, "/metrics", headers).0;
    let alone = serve(folder.path(), &[]);
    assert_eq!(status(&alone, ""), 200);
    for passed_on in ["X-Forwarded-For: 127.0.0.1\r\n", "Forwarded: for=127.0.0.1\r\n"] {
        assert_eq!(status(&alone, passed_on), 404, "{passed_on}");
    }
    assert!(alone.stop().success());
    let behind = serve(
        folder.path(),
        &["--trusted-proxies", "127.0.0.1", "--metrics-from", "198.51.100.0/24,2001:db8::/32"],
    );
    for (caller, expected) in
        [("198.51.100.9", 200), ("2001:db8::1", 200), ("203.0.113.1", 404), ("127.0.0.1", 404)]
    {
        assert_eq!(status(&behind, &format!("X-Forwarded-For: {caller}\r\n")), expected, "{caller}");
    }
    assert!(behind.stop().success());
}

#[test]
fn the_parser_is_strict() {
    let good = "# HELP a_total A.\n# TYPE a_total counter\na_total{b=\"c\"} 1\n";
    assert!(parse(good).is_ok());
    for bad in [
        "a_total 1\n".to_owned(),
        good.replace("# HELP a_total A.\n", ""),
        good.replace(" counter", " number"),
        good.replace("{b=\"c\"}", "{b=\"c}"),
        good.replace(" 1\n", " one\n"),
        good.replace("a_total{", "a{"),
        format!("{good}a_total{{b=\"c\"}} 2\n"),
        "# HELP h H.\n# TYPE h histogram\nh_bucket{a=\"b\",le=\"1\"} 3\nh_bucket{a=\"b\",le=\"+Inf\"} 2\nh_count{a=\"b\"} 2\n"
            .to_owned(),
    ] {
        assert!(parse(&bad).is_err(), "{bad}");
    }
}
