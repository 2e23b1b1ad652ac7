//! Counters of one application: requests and jobs. They begin at 0 with the process and belong to its [`crate::app::App`];
//! nothing is global.
//!
//! Labels have few values: operation ids, known methods, classes of status, kinds of jobs. Nothing that a caller
//! writes becomes a label.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use prometheus::core::Collector;
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};

/// Upper bounds of the durations, in seconds: from an answer out of memory to a year of five-minute data.
const BOUNDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// What a request was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    /// An operation of the API, by its id.
    Operation(&'a str),
    /// A page of this server that is no operation: the API page, the metrics.
    Page,
    /// No such path or method, or a preflight.
    Nothing,
}

impl<'a> Target<'a> {
    fn label(self) -> &'a str {
        match self {
            Self::Operation(id) => id,
            Self::Page => "page",
            Self::Nothing => "none",
        }
    }
}

/// The counters.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    jobs: IntCounterVec,
    started_at: i64,
}

impl Metrics {
    /// At 0. `started_at` is now, in milliseconds since 1970 UTC.
    pub fn new(started_at: i64) -> prometheus::Result<Self> {
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            Opts::new("gridfolio_http_requests_total", "Requests answered, by operation, method and status."),
            &["operation", "method", "status"],
        )?;
        let durations = HistogramVec::new(
            HistogramOpts::new(
                "gridfolio_http_request_duration_seconds",
                "Time from the head of a request to its answer.",
            )
            .buckets(BOUNDS.to_vec()),
            &["operation", "method"],
        )?;
        let jobs = IntCounterVec::new(
            Opts::new("gridfolio_jobs_total", "Runs of jobs that ended, by kind and outcome."),
            &["kind", "outcome"],
        )?;
        let all: [Box<dyn Collector>; 3] =
            [Box::new(requests.clone()), Box::new(durations.clone()), Box::new(jobs.clone())];
        for collector in all {
            registry.register(collector)?;
        }
        Ok(Self { registry, requests, durations, jobs, started_at })
    }

    /// When this application began, in milliseconds since 1970 UTC.
    pub fn started_at(&self) -> i64 {
        self.started_at
    }

    /// Counts an answer.
    pub fn count_request(&self, target: Target<'_>, method: &Method, status: StatusCode, took: Duration) {
        let (operation, method) = (target.label(), method_label(method));
        self.requests.with_label_values(&[operation, method, class(status)]).inc();
        self.durations.with_label_values(&[operation, method]).observe(took.as_secs_f64());
    }

    /// Counts a run of a job. `kind` is one of this program's kinds, or `unknown`.
    pub fn count_job(&self, kind: &'static str, done: bool) {
        self.jobs.with_label_values(&[kind, if done { "done" } else { "failed" }]).inc();
    }

    /// The counters as they stand.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }
}

/// Methods are made up by callers; these are known.
fn method_label(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}
