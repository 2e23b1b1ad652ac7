//! `GET /metrics` in the text format of Prometheus: the counters of this process, and what the database says now. It
//! is no operation of the API, and for most callers it does not exist.

use axum::Router;
use axum::extract::State;
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus::{IntGauge, IntGaugeVec, Opts, Registry, TextEncoder};

use crate::app::App;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::facts::Facts;
use crate::kit::http::no_such_path;
use crate::kit::jobs::{self, Queue};
use crate::messages::{Counts, outbox};
use crate::timeseries::service::{self, ImportCount};

/// The page's path.
pub fn routes() -> Router<App> {
    Router::new().route("/metrics", get(metrics))
}

async fn metrics(State(app): State<App>, facts: Facts, uri: Uri) -> ApiResult<Response> {
    if !app.network.may_read_metrics(facts.origin()) {
        return Err(no_such_path(uri).await);
    }
    let mut families = app.metrics.registry().gather();
    families.extend(state(&app).await.map_err(ApiError::internal)?.gather());
    let text = TextEncoder::new().encode_to_string(&families).map_err(ApiError::internal)?;
    Ok(([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response())
}

/// What holds at this moment. A database that does not answer is told, not hidden: the counters are still there.
async fn state(app: &App) -> prometheus::Result<Registry> {
    let registry = Registry::new();
    let build =
        IntGaugeVec::new(Opts::new("gridfolio_build_info", "1; the label is the version."), &["version"])?;
    build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
    registry.register(Box::new(build))?;
    let seconds = app.metrics.started_at().div_euclid(1000);
    gauge(&registry, "process_start_time_seconds", "Start of this process, since 1970 UTC.", seconds)?;
    let read = read(app).await;
    let up = i64::from(read.is_ok());
    gauge(&registry, "gridfolio_database_up", "1 if the database answered this scrape, else 0.", up)?;
    match read {
        Ok(now) => now.tell(&registry)?,
        Err(error) => tracing::warn!(%error, "the metrics lack what the database knows"),
    }
    Ok(registry)
}

fn gauge(registry: &Registry, name: &str, help: &str, value: i64) -> prometheus::Result<()> {
    let gauge = IntGauge::new(name, help)?;
    gauge.set(value);
    registry.register(Box::new(gauge))
}

/// What the database says.
struct Now {
    bytes: i64,
    queue: Queue,
    imports: Vec<ImportCount>,
    messages: Counts,
}

async fn read(app: &App) -> ApiResult<Now> {
    let mut snapshot = app.db.read().await?;
    let queue = jobs::queue(&mut snapshot, app.clock.now_ms()).await?;
    let imports = service::count_imports(&mut snapshot).await?;
    let messages = outbox::counts(&mut snapshot).await?;
    drop(snapshot);
    Ok(Now { bytes: app.db.size_bytes().await?, queue, imports, messages })
}

impl Now {
    fn tell(&self, registry: &Registry) -> prometheus::Result<()> {
        gauge(registry, "gridfolio_database_bytes", "Room that the database takes.", self.bytes)?;
        let Queue { waiting, running, later, failing, oldest_ms } = self.queue;
        let jobs = IntGaugeVec::new(Opts::new("gridfolio_jobs", "Jobs in the queue, by state."), &["state"])?;
        for (state, count) in [("waiting", waiting), ("running", running), ("later", later)] {
            jobs.with_label_values(&[state]).set(count);
        }
        registry.register(Box::new(jobs))?;
        let help = "Jobs in the queue whose last run failed.";
        gauge(registry, "gridfolio_jobs_failing", help, failing)?;
        let help = "How long the most overdue waiting job has been due; 0 without one.";
        gauge(registry, "gridfolio_jobs_oldest_seconds", help, oldest_ms.div_euclid(1000))?;
        self.tell_messages(registry)?;
        self.tell_imports(registry)
    }

    fn tell_messages(&self, registry: &Registry) -> prometheus::Result<()> {
        let help = "Messages to people that were not sent, by state.";
        let messages = IntGaugeVec::new(Opts::new("gridfolio_messages", help), &["state"])?;
        let Counts { waiting, kept, failed } = self.messages;
        for (state, count) in [("waiting", waiting), ("kept", kept), ("failed", failed)] {
            messages.with_label_values(&[state]).set(count);
        }
        registry.register(Box::new(messages))
    }

    fn tell_imports(&self, registry: &Registry) -> prometheus::Result<()> {
        let imports =
            IntGaugeVec::new(Opts::new("gridfolio_imports", "Imports of files, by state."), &["state"])?;
        let help = "Datums that imports wrote, those taken back left out; added are new instants.";
        let datums = IntGaugeVec::new(Opts::new("gridfolio_imported_datums", help), &["effect"])?;
        let (added, replaced) =
            (datums.with_label_values(&["added"]), datums.with_label_values(&["replaced"]));
        for import in &self.imports {
            imports.with_label_values(&[&import.state]).set(import.count);
            if import.state != "undone" {
                added.add(import.added);
                replaced.add(import.replaced);
            }
        }
        registry.register(Box::new(imports))?;
        registry.register(Box::new(datums))?;
        let last = self.imports.iter().filter_map(|import| import.last_finished_at).max();
        let help = "When an import ended last, since 1970 UTC; 0 if none did.";
        let seconds = last.map_or(0, |at| at.div_euclid(1000));
        gauge(registry, "gridfolio_last_import_timestamp_seconds", help, seconds)
    }
}
